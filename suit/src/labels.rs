//! Registry numbers of draft-ietf-suit-manifest-37 and its companion drafts.
//!
//! Each submodule is one map or registry of the standard; the section of the manifest draft's IANA
//! considerations is named beside it. What a companion draft has registered says so: trust domains
//! (draft-ietf-suit-trust-domains-12), update management (draft-ietf-suit-update-management-14),
//! firmware encryption (draft-ietf-suit-firmware-encryption-24).

/// CBOR tags (section 11, IANA considerations).
pub mod tag {
    /// SUIT_Envelope.
    pub const ENVELOPE: u64 = 107;
    /// SUIT_Manifest, standing alone.
    pub const MANIFEST: u64 = 1070;
    /// A Private Enterprise Number as a relative OID (RFC 9090), `cbor-pen` in the CDDL.
    pub const PEN: u64 = 112;
    /// A URI as text (RFC 8949, section 3.4.5.3), used by `suit-mud-url`.
    pub const URI: u64 = 32;
    /// Seconds since 1970-01-01 (RFC 8949, section 3.4.2), used by SUIT_Component_Metadata.
    pub const EPOCH: u64 = 1;
    /// A UUID (RFC 9562), used by `SUIT_meta_actor_id`.
    pub const UUID: u64 = 37;
}

/// SUIT Envelope Elements (section 11.1).
pub mod envelope {
    /// suit-delegation, reserved in the manifest draft.
    pub const DELEGATION: i64 = 1;
    /// suit-authentication-wrapper.
    pub const AUTHENTICATION_WRAPPER: i64 = 2;
    /// suit-manifest.
    pub const MANIFEST: i64 = 3;
}

/// SUIT Manifest Elements (section 11.2), with `suit-manifest-mud` of draft-ietf-suit-mud-10.
pub mod manifest {
    /// suit-manifest-version.
    pub const VERSION: i64 = 1;
    /// suit-manifest-sequence-number.
    pub const SEQUENCE_NUMBER: i64 = 2;
    /// suit-common.
    pub const COMMON: i64 = 3;
    /// suit-reference-uri.
    pub const REFERENCE_URI: i64 = 4;
    /// suit-manifest-component-id (trust domains).
    pub const MANIFEST_COMPONENT_ID: i64 = 5;
    /// suit-set-version (update management).
    pub const SET_VERSION: i64 = 6;
    /// suit-validate.
    pub const VALIDATE: i64 = 7;
    /// suit-load.
    pub const LOAD: i64 = 8;
    /// suit-invoke.
    pub const INVOKE: i64 = 9;
    /// suit-coswid (update management, severable).
    pub const COSWID: i64 = 14;
    /// suit-dependency-resolution (trust domains, severable).
    pub const DEPENDENCY_RESOLUTION: i64 = 15;
    /// suit-payload-fetch (severable).
    pub const PAYLOAD_FETCH: i64 = 16;
    /// suit-candidate-verification (trust domains, severable).
    pub const CANDIDATE_VERIFICATION: i64 = 18;
    /// suit-install (severable).
    pub const INSTALL: i64 = 20;
    /// suit-text (severable).
    pub const TEXT: i64 = 23;
    /// suit-uninstall (trust domains).
    pub const UNINSTALL: i64 = 24;
    /// suit-manifest-mud. The draft has no number for it yet ("TBD1"), so this default lies in the
    /// private-use range, where it can collide with no registration.
    /// [`Options::manifest_mud`](crate::Options::manifest_mud) overrides it.
    pub const MUD: i64 = -257;
}

/// SUIT Common Elements (section 11.3).
pub mod common {
    /// suit-dependencies (trust domains).
    pub const DEPENDENCIES: i64 = 1;
    /// suit-components.
    pub const COMPONENTS: i64 = 2;
    /// suit-shared-sequence.
    pub const SHARED_SEQUENCE: i64 = 4;
}

/// SUIT_Dependency_Metadata (trust domains, 5.2.2).
pub mod dependency {
    /// suit-dependency-prefix.
    pub const PREFIX: i64 = 1;
}

/// Conditions among the SUIT Commands (section 11.4).
pub mod condition {
    /// suit-condition-vendor-identifier.
    pub const VENDOR_IDENTIFIER: i64 = 1;
    /// suit-condition-class-identifier.
    pub const CLASS_IDENTIFIER: i64 = 2;
    /// suit-condition-image-match.
    pub const IMAGE_MATCH: i64 = 3;
    /// suit-condition-use-before (update management).
    pub const USE_BEFORE: i64 = 4;
    /// suit-condition-component-slot.
    pub const COMPONENT_SLOT: i64 = 5;
    /// suit-condition-check-content.
    pub const CHECK_CONTENT: i64 = 6;
    /// suit-condition-dependency-integrity (trust domains).
    pub const DEPENDENCY_INTEGRITY: i64 = 7;
    /// suit-condition-is-dependency (trust domains).
    pub const IS_DEPENDENCY: i64 = 8;
    /// suit-condition-abort.
    pub const ABORT: i64 = 14;
    /// suit-condition-device-identifier.
    pub const DEVICE_IDENTIFIER: i64 = 24;
    /// suit-condition-image-not-match (update management).
    pub const IMAGE_NOT_MATCH: i64 = 25;
    /// suit-condition-minimum-battery (update management).
    pub const MINIMUM_BATTERY: i64 = 26;
    /// suit-condition-update-authorized (update management).
    pub const UPDATE_AUTHORIZED: i64 = 27;
    /// suit-condition-version (update management).
    pub const VERSION: i64 = 28;
}

/// Directives among the SUIT Commands (section 11.4).
pub mod directive {
    /// suit-directive-process-dependency (trust domains).
    pub const PROCESS_DEPENDENCY: i64 = 11;
    /// suit-directive-set-component-index.
    pub const SET_COMPONENT_INDEX: i64 = 12;
    /// suit-directive-try-each.
    pub const TRY_EACH: i64 = 15;
    /// suit-directive-write.
    pub const WRITE: i64 = 18;
    /// suit-directive-set-parameters (trust domains).
    pub const SET_PARAMETERS: i64 = 19;
    /// suit-directive-override-parameters.
    pub const OVERRIDE_PARAMETERS: i64 = 20;
    /// suit-directive-fetch.
    pub const FETCH: i64 = 21;
    /// suit-directive-copy.
    pub const COPY: i64 = 22;
    /// suit-directive-invoke.
    pub const INVOKE: i64 = 23;
    /// suit-directive-wait (update management).
    pub const WAIT: i64 = 29;
    /// suit-directive-swap.
    pub const SWAP: i64 = 31;
    /// suit-directive-run-sequence.
    pub const RUN_SEQUENCE: i64 = 32;
    /// suit-directive-unlink (trust domains).
    pub const UNLINK: i64 = 33;
    /// suit-directive-override-multiple (update management).
    pub const OVERRIDE_MULTIPLE: i64 = 34;
    /// suit-directive-copy-params (update management).
    pub const COPY_PARAMS: i64 = 35;
}

/// SUIT Parameters (section 11.5; suit-parameter-fetch-arguments by the CDDL of appendix A).
pub mod parameter {
    /// suit-parameter-vendor-identifier.
    pub const VENDOR_IDENTIFIER: i64 = 1;
    /// suit-parameter-class-identifier.
    pub const CLASS_IDENTIFIER: i64 = 2;
    /// suit-parameter-image-digest.
    pub const IMAGE_DIGEST: i64 = 3;
    /// suit-parameter-use-before (update management).
    pub const USE_BEFORE: i64 = 4;
    /// suit-parameter-component-slot.
    pub const COMPONENT_SLOT: i64 = 5;
    /// suit-parameter-strict-order.
    pub const STRICT_ORDER: i64 = 12;
    /// suit-parameter-soft-failure.
    pub const SOFT_FAILURE: i64 = 13;
    /// suit-parameter-image-size.
    pub const IMAGE_SIZE: i64 = 14;
    /// suit-parameter-content.
    pub const CONTENT: i64 = 18;
    /// suit-parameter-encryption-info (firmware encryption).
    pub const ENCRYPTION_INFO: i64 = 19;
    /// suit-parameter-uri.
    pub const URI: i64 = 21;
    /// suit-parameter-source-component.
    pub const SOURCE_COMPONENT: i64 = 22;
    /// suit-parameter-invoke-args.
    pub const INVOKE_ARGS: i64 = 23;
    /// suit-parameter-device-identifier.
    pub const DEVICE_IDENTIFIER: i64 = 24;
    /// suit-parameter-fetch-arguments.
    pub const FETCH_ARGUMENTS: i64 = 25;
    /// suit-parameter-minimum-battery (update management).
    pub const MINIMUM_BATTERY: i64 = 26;
    /// suit-parameter-update-priority (update management).
    pub const UPDATE_PRIORITY: i64 = 27;
    /// suit-parameter-version (update management).
    pub const VERSION: i64 = 28;
    /// suit-parameter-wait-info (update management).
    pub const WAIT_INFO: i64 = 29;
    /// suit-parameter-component-metadata (update management).
    pub const COMPONENT_METADATA: i64 = 30;
}

/// SUIT_Condition_Version_Comparison_Types (update management).
pub mod version_comparison {
    /// suit-condition-version-comparison-greater.
    pub const GREATER: i64 = 1;
    /// suit-condition-version-comparison-greater-equal.
    pub const GREATER_EQUAL: i64 = 2;
    /// suit-condition-version-comparison-equal.
    pub const EQUAL: i64 = 3;
    /// suit-condition-version-comparison-lesser-equal.
    pub const LESSER_EQUAL: i64 = 4;
    /// suit-condition-version-comparison-lesser.
    pub const LESSER: i64 = 5;
}

/// SUIT_Wait_Events (update management).
pub mod wait_event {
    /// suit-wait-event-authorization.
    pub const AUTHORIZATION: i64 = 1;
    /// suit-wait-event-power.
    pub const POWER: i64 = 2;
    /// suit-wait-event-network.
    pub const NETWORK: i64 = 3;
    /// suit-wait-event-other-device-version.
    pub const OTHER_DEVICE_VERSION: i64 = 4;
    /// suit-wait-event-time.
    pub const TIME: i64 = 5;
    /// suit-wait-event-time-of-day.
    pub const TIME_OF_DAY: i64 = 6;
    /// suit-wait-event-day-of-week.
    pub const DAY_OF_WEEK: i64 = 7;
    /// suit-wait-event-time-of-day-utc.
    pub const TIME_OF_DAY_UTC: i64 = 8;
    /// suit-wait-event-day-of-week-utc.
    pub const DAY_OF_WEEK_UTC: i64 = 9;
}

/// SUIT_Component_Metadata (update management).
pub mod component_metadata {
    /// suit-meta-default-permissions.
    pub const DEFAULT_PERMISSIONS: i64 = 1;
    /// suit-meta-user-permissions.
    pub const USER_PERMISSIONS: i64 = 2;
    /// suit-meta-group-permissions.
    pub const GROUP_PERMISSIONS: i64 = 3;
    /// suit-meta-role-permissions.
    pub const ROLE_PERMISSIONS: i64 = 4;
    /// suit-meta-file-type.
    pub const FILE_TYPE: i64 = 5;
    /// suit-meta-modification-time.
    pub const MODIFICATION_TIME: i64 = 6;
    /// suit-meta-creation-time.
    pub const CREATION_TIME: i64 = 7;
    /// suit-meta-creator.
    pub const CREATOR: i64 = 8;
}

/// SUIT_Filetype (update management).
pub mod filetype {
    /// suit-filetype-regular.
    pub const REGULAR: u64 = 1;
    /// suit-filetype-directory.
    pub const DIRECTORY: u64 = 2;
    /// suit-filetype-symlink.
    pub const SYMLINK: u64 = 3;
}

/// SUIT Text Values (section 11.6).
pub mod text {
    /// suit-text-manifest-description.
    pub const MANIFEST_DESCRIPTION: i64 = 1;
    /// suit-text-update-description.
    pub const UPDATE_DESCRIPTION: i64 = 2;
    /// suit-text-manifest-json-source.
    pub const MANIFEST_JSON_SOURCE: i64 = 3;
    /// suit-text-manifest-yaml-source.
    pub const MANIFEST_YAML_SOURCE: i64 = 4;
}

/// SUIT Component Text Values (section 11.7).
pub mod component_text {
    /// suit-text-vendor-name.
    pub const VENDOR_NAME: i64 = 1;
    /// suit-text-model-name.
    pub const MODEL_NAME: i64 = 2;
    /// suit-text-vendor-domain.
    pub const VENDOR_DOMAIN: i64 = 3;
    /// suit-text-model-info.
    pub const MODEL_INFO: i64 = 4;
    /// suit-text-component-description.
    pub const COMPONENT_DESCRIPTION: i64 = 5;
    /// suit-text-component-version.
    pub const COMPONENT_VERSION: i64 = 6;
    /// suit-text-version-required (update management).
    pub const VERSION_REQUIRED: i64 = 7;
    /// suit-text-current-version (update management).
    pub const CURRENT_VERSION: i64 = 8;
}

/// SUIT_MUD_container (draft-ietf-suit-mud-10, section 5). The draft's CDDL names its two keys and
/// gives them no numbers; they are counted from 1 as everywhere in SUIT (manifest draft, 8.1).
pub mod mud {
    /// suit-mud-url.
    pub const URL: i64 = 1;
    /// suit-mud-ski.
    pub const SKI: i64 = 2;
}

/// The standard's name of a command.
#[must_use]
pub const fn command_name(label: i64) -> Option<&'static str> {
    Some(match label {
        condition::VENDOR_IDENTIFIER => "suit-condition-vendor-identifier",
        condition::CLASS_IDENTIFIER => "suit-condition-class-identifier",
        condition::IMAGE_MATCH => "suit-condition-image-match",
        condition::USE_BEFORE => "suit-condition-use-before",
        condition::COMPONENT_SLOT => "suit-condition-component-slot",
        condition::CHECK_CONTENT => "suit-condition-check-content",
        condition::DEPENDENCY_INTEGRITY => "suit-condition-dependency-integrity",
        condition::IS_DEPENDENCY => "suit-condition-is-dependency",
        directive::PROCESS_DEPENDENCY => "suit-directive-process-dependency",
        directive::SET_COMPONENT_INDEX => "suit-directive-set-component-index",
        condition::ABORT => "suit-condition-abort",
        directive::TRY_EACH => "suit-directive-try-each",
        directive::WRITE => "suit-directive-write",
        directive::SET_PARAMETERS => "suit-directive-set-parameters",
        directive::OVERRIDE_PARAMETERS => "suit-directive-override-parameters",
        directive::FETCH => "suit-directive-fetch",
        directive::COPY => "suit-directive-copy",
        directive::INVOKE => "suit-directive-invoke",
        condition::DEVICE_IDENTIFIER => "suit-condition-device-identifier",
        condition::IMAGE_NOT_MATCH => "suit-condition-image-not-match",
        condition::MINIMUM_BATTERY => "suit-condition-minimum-battery",
        condition::UPDATE_AUTHORIZED => "suit-condition-update-authorized",
        condition::VERSION => "suit-condition-version",
        directive::WAIT => "suit-directive-wait",
        directive::SWAP => "suit-directive-swap",
        directive::RUN_SEQUENCE => "suit-directive-run-sequence",
        directive::UNLINK => "suit-directive-unlink",
        directive::OVERRIDE_MULTIPLE => "suit-directive-override-multiple",
        directive::COPY_PARAMS => "suit-directive-copy-params",
        _ => return None,
    })
}

/// The standard's name of a parameter.
#[must_use]
pub const fn parameter_name(label: i64) -> Option<&'static str> {
    Some(match label {
        parameter::VENDOR_IDENTIFIER => "suit-parameter-vendor-identifier",
        parameter::CLASS_IDENTIFIER => "suit-parameter-class-identifier",
        parameter::IMAGE_DIGEST => "suit-parameter-image-digest",
        parameter::USE_BEFORE => "suit-parameter-use-before",
        parameter::COMPONENT_SLOT => "suit-parameter-component-slot",
        parameter::STRICT_ORDER => "suit-parameter-strict-order",
        parameter::SOFT_FAILURE => "suit-parameter-soft-failure",
        parameter::IMAGE_SIZE => "suit-parameter-image-size",
        parameter::CONTENT => "suit-parameter-content",
        parameter::ENCRYPTION_INFO => "suit-parameter-encryption-info",
        parameter::URI => "suit-parameter-uri",
        parameter::SOURCE_COMPONENT => "suit-parameter-source-component",
        parameter::INVOKE_ARGS => "suit-parameter-invoke-args",
        parameter::DEVICE_IDENTIFIER => "suit-parameter-device-identifier",
        parameter::FETCH_ARGUMENTS => "suit-parameter-fetch-arguments",
        parameter::MINIMUM_BATTERY => "suit-parameter-minimum-battery",
        parameter::UPDATE_PRIORITY => "suit-parameter-update-priority",
        parameter::VERSION => "suit-parameter-version",
        parameter::WAIT_INFO => "suit-parameter-wait-info",
        parameter::COMPONENT_METADATA => "suit-parameter-component-metadata",
        _ => return None,
    })
}

/// The standard's name of a manifest element.
/// `suit-manifest-mud` has no fixed number and so no name here.
#[must_use]
pub const fn manifest_element_name(label: i64) -> Option<&'static str> {
    Some(match label {
        manifest::VERSION => "suit-manifest-version",
        manifest::SEQUENCE_NUMBER => "suit-manifest-sequence-number",
        manifest::COMMON => "suit-common",
        manifest::REFERENCE_URI => "suit-reference-uri",
        manifest::MANIFEST_COMPONENT_ID => "suit-manifest-component-id",
        manifest::SET_VERSION => "suit-set-version",
        manifest::VALIDATE => "suit-validate",
        manifest::LOAD => "suit-load",
        manifest::INVOKE => "suit-invoke",
        manifest::COSWID => "suit-coswid",
        manifest::DEPENDENCY_RESOLUTION => "suit-dependency-resolution",
        manifest::PAYLOAD_FETCH => "suit-payload-fetch",
        manifest::CANDIDATE_VERIFICATION => "suit-candidate-verification",
        manifest::INSTALL => "suit-install",
        manifest::TEXT => "suit-text",
        manifest::UNINSTALL => "suit-uninstall",
        _ => return None,
    })
}
