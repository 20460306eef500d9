//! The map labels of the "CoSWID Items" registry (RFC 9393, section 6.1).

/// `tag-id`
pub const TAG_ID: i64 = 0;
/// `software-name`
pub const SOFTWARE_NAME: i64 = 1;
/// `entity`
pub const ENTITY: i64 = 2;
/// `evidence`
pub const EVIDENCE: i64 = 3;
/// `link`
pub const LINK: i64 = 4;
/// `software-meta`
pub const SOFTWARE_META: i64 = 5;
/// `payload`
pub const PAYLOAD: i64 = 6;
/// `hash`
pub const HASH: i64 = 7;
/// `corpus`
pub const CORPUS: i64 = 8;
/// `patch`
pub const PATCH: i64 = 9;
/// `media`
pub const MEDIA: i64 = 10;
/// `supplemental`
pub const SUPPLEMENTAL: i64 = 11;
/// `tag-version`
pub const TAG_VERSION: i64 = 12;
/// `software-version`
pub const SOFTWARE_VERSION: i64 = 13;
/// `version-scheme`
pub const VERSION_SCHEME: i64 = 14;
/// `lang`
pub const LANG: i64 = 15;
/// `directory`
pub const DIRECTORY: i64 = 16;
/// `file`
pub const FILE: i64 = 17;
/// `process`
pub const PROCESS: i64 = 18;
/// `resource`
pub const RESOURCE: i64 = 19;
/// `size`
pub const SIZE: i64 = 20;
/// `file-version`
pub const FILE_VERSION: i64 = 21;
/// `key`
pub const KEY: i64 = 22;
/// `location`
pub const LOCATION: i64 = 23;
/// `fs-name`
pub const FS_NAME: i64 = 24;
/// `root`
pub const ROOT: i64 = 25;
/// `path-elements`
pub const PATH_ELEMENTS: i64 = 26;
/// `process-name`
pub const PROCESS_NAME: i64 = 27;
/// `pid`
pub const PID: i64 = 28;
/// `type`
pub const TYPE: i64 = 29;
/// `entity-name`
pub const ENTITY_NAME: i64 = 31;
/// `reg-id`
pub const REG_ID: i64 = 32;
/// `role`
pub const ROLE: i64 = 33;
/// `thumbprint`
pub const THUMBPRINT: i64 = 34;
/// `date`
pub const DATE: i64 = 35;
/// `device-id`
pub const DEVICE_ID: i64 = 36;
/// `artifact`
pub const ARTIFACT: i64 = 37;
/// `href`
pub const HREF: i64 = 38;
/// `ownership`
pub const OWNERSHIP: i64 = 39;
/// `rel`
pub const REL: i64 = 40;
/// `media-type`
pub const MEDIA_TYPE: i64 = 41;
/// `use`
pub const USE: i64 = 42;
/// `activation-status`
pub const ACTIVATION_STATUS: i64 = 43;
/// `channel-type`
pub const CHANNEL_TYPE: i64 = 44;
/// `colloquial-version`
pub const COLLOQUIAL_VERSION: i64 = 45;
/// `description`
pub const DESCRIPTION: i64 = 46;
/// `edition`
pub const EDITION: i64 = 47;
/// `entitlement-data-required`
pub const ENTITLEMENT_DATA_REQUIRED: i64 = 48;
/// `entitlement-key`
pub const ENTITLEMENT_KEY: i64 = 49;
/// `generator`
pub const GENERATOR: i64 = 50;
/// `persistent-id`
pub const PERSISTENT_ID: i64 = 51;
/// `product`
pub const PRODUCT: i64 = 52;
/// `product-family`
pub const PRODUCT_FAMILY: i64 = 53;
/// `revision`
pub const REVISION: i64 = 54;
/// `summary`
pub const SUMMARY: i64 = 55;
/// `unspsc-code`
pub const UNSPSC_CODE: i64 = 56;
/// `unspsc-version`
pub const UNSPSC_VERSION: i64 = 57;

/// The item's name in the registry, for a reader; `None` where the label is not registered by RFC 9393.
#[must_use]
pub const fn name(label: i64) -> Option<&'static str> {
    Some(match label {
        TAG_ID => "tag-id",
        SOFTWARE_NAME => "software-name",
        ENTITY => "entity",
        EVIDENCE => "evidence",
        LINK => "link",
        SOFTWARE_META => "software-meta",
        PAYLOAD => "payload",
        HASH => "hash",
        CORPUS => "corpus",
        PATCH => "patch",
        MEDIA => "media",
        SUPPLEMENTAL => "supplemental",
        TAG_VERSION => "tag-version",
        SOFTWARE_VERSION => "software-version",
        VERSION_SCHEME => "version-scheme",
        LANG => "lang",
        DIRECTORY => "directory",
        FILE => "file",
        PROCESS => "process",
        RESOURCE => "resource",
        SIZE => "size",
        FILE_VERSION => "file-version",
        KEY => "key",
        LOCATION => "location",
        FS_NAME => "fs-name",
        ROOT => "root",
        PATH_ELEMENTS => "path-elements",
        PROCESS_NAME => "process-name",
        PID => "pid",
        TYPE => "type",
        ENTITY_NAME => "entity-name",
        REG_ID => "reg-id",
        ROLE => "role",
        THUMBPRINT => "thumbprint",
        DATE => "date",
        DEVICE_ID => "device-id",
        ARTIFACT => "artifact",
        HREF => "href",
        OWNERSHIP => "ownership",
        REL => "rel",
        MEDIA_TYPE => "media-type",
        USE => "use",
        ACTIVATION_STATUS => "activation-status",
        CHANNEL_TYPE => "channel-type",
        COLLOQUIAL_VERSION => "colloquial-version",
        DESCRIPTION => "description",
        EDITION => "edition",
        ENTITLEMENT_DATA_REQUIRED => "entitlement-data-required",
        ENTITLEMENT_KEY => "entitlement-key",
        GENERATOR => "generator",
        PERSISTENT_ID => "persistent-id",
        PRODUCT => "product",
        PRODUCT_FAMILY => "product-family",
        REVISION => "revision",
        SUMMARY => "summary",
        UNSPSC_CODE => "unspsc-code",
        UNSPSC_VERSION => "unspsc-version",
        _ => return None,
    })
}
