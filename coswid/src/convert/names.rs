//! What SWID calls the values of the registries (ISO/IEC 19770-2:2015; RFC 9393, section 4).

use crate::iana::Label;

/// A registry: index, name of this crate's standard, name in SWID where that is another.
type Registry = &'static [(i32, &'static str, &'static str)];

pub(super) const ROLES: Registry = &[
    (1, "tag-creator", "tagCreator"),
    (2, "software-creator", "softwareCreator"),
    (3, "aggregator", ""),
    (4, "distributor", ""),
    (5, "licensor", ""),
    (6, "maintainer", ""),
];

pub(super) const VERSION_SCHEMES: Registry = &[
    (1, "multipartnumeric", ""),
    (2, "multipartnumeric+suffix", ""),
    (3, "alphanumeric", ""),
    (4, "decimal", ""),
    (16384, "semver", ""),
];

pub(super) const OWNERSHIPS: Registry =
    &[(1, "abandon", ""), (2, "private", ""), (3, "shared", "")];

pub(super) const RELS: Registry = &[
    (1, "ancestor", ""),
    (2, "component", ""),
    (3, "feature", ""),
    (4, "installationmedia", ""),
    (5, "packageinstaller", ""),
    (6, "parent", ""),
    (7, "patches", ""),
    (8, "requires", ""),
    (9, "see-also", "seeAlso"),
    (10, "supersedes", ""),
    (11, "supplemental", ""),
];

pub(super) const USES: Registry =
    &[(1, "optional", ""), (2, "required", ""), (3, "recommended", "")];

/// The value that `name` stands for; a name that is not registered is its own.
pub(super) fn label<'n>(registry: Registry, name: &'n str) -> Label<'n> {
    let known = registry.iter().find(|(_, own, swid)| *own == name || *swid == name);
    known.map_or(Label::Name(name), |(index, ..)| Label::Index(*index))
}

/// What SWID calls a value; `None` for an index that has no name.
pub(super) fn name<'n>(registry: Registry, label: Label<'n>) -> Option<&'n str> {
    match label {
        Label::Name(name) => Some(name),
        Label::Index(index) => {
            let (_, own, swid) = registry.iter().find(|(known, ..)| *known == index)?;
            Some(if swid.is_empty() { own } else { swid })
        }
    }
}
