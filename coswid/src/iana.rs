//! The value registries of RFC 9393 (sections 4 and 6.2): each value is an index, or a private-use name as text.
//!
//! Index 0 is reserved in every registry and refused. Negative indices down to -256 are for private use.

/// A value of one of the registries as it stands on the wire: an "integer label with text escape" (RFC 9393, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label<'b> {
    /// An index of the registry, or of its private-use range.
    Index(i32),
    /// A private-use name (`domainprefix/name`), or for [`Rel`] an IANA link relation.
    Name(&'b str),
}

/// `$role`: what an entity has to do with the tag or the software (RFC 9393, section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role<'b> {
    /// 1: made this tag. Every tag must name one.
    TagCreator,
    /// 2: made the software component.
    SoftwareCreator,
    /// 3: put the software into another distribution or system.
    Aggregator,
    /// 4: furthers the marketing, selling or distribution.
    Distributor,
    /// 5: owns or holds the rights to issue a licence.
    Licensor,
    /// 6: coordinates and makes updates to the source.
    Maintainer,
    /// Any other index or name.
    Other(Label<'b>),
}

impl<'b> Role<'b> {
    /// The range of its indices (RFC 9393, section 2.6).
    pub const RANGE: core::ops::RangeInclusive<i64> = -256..=255;
}

impl<'b> From<Label<'b>> for Role<'b> {
    fn from(label: Label<'b>) -> Self {
        match label {
            Label::Index(1) => Self::TagCreator,
            Label::Index(2) => Self::SoftwareCreator,
            Label::Index(3) => Self::Aggregator,
            Label::Index(4) => Self::Distributor,
            Label::Index(5) => Self::Licensor,
            Label::Index(6) => Self::Maintainer,
            other => Self::Other(other),
        }
    }
}

impl<'b> From<Role<'b>> for Label<'b> {
    fn from(role: Role<'b>) -> Self {
        match role {
            Role::TagCreator => Label::Index(1),
            Role::SoftwareCreator => Label::Index(2),
            Role::Aggregator => Label::Index(3),
            Role::Distributor => Label::Index(4),
            Role::Licensor => Label::Index(5),
            Role::Maintainer => Label::Index(6),
            Role::Other(label) => label,
        }
    }
}

/// `$version-scheme`: how the software-version reads and sorts (RFC 9393, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionScheme<'b> {
    /// 1: numbers separated by dots.
    Multipartnumeric,
    /// 2: numbers separated by dots, then a textual suffix.
    MultipartnumericSuffix,
    /// 3: a string.
    Alphanumeric,
    /// 4: one decimal floating point number.
    Decimal,
    /// 16384: a semantic version.
    Semver,
    /// Any other index or name.
    Other(Label<'b>),
}

impl<'b> VersionScheme<'b> {
    /// The range of its indices (RFC 9393, section 2.3).
    pub const RANGE: core::ops::RangeInclusive<i64> = -256..=65535;
}

impl<'b> From<Label<'b>> for VersionScheme<'b> {
    fn from(label: Label<'b>) -> Self {
        match label {
            Label::Index(1) => Self::Multipartnumeric,
            Label::Index(2) => Self::MultipartnumericSuffix,
            Label::Index(3) => Self::Alphanumeric,
            Label::Index(4) => Self::Decimal,
            Label::Index(16384) => Self::Semver,
            other => Self::Other(other),
        }
    }
}

impl<'b> From<VersionScheme<'b>> for Label<'b> {
    fn from(scheme: VersionScheme<'b>) -> Self {
        match scheme {
            VersionScheme::Multipartnumeric => Label::Index(1),
            VersionScheme::MultipartnumericSuffix => Label::Index(2),
            VersionScheme::Alphanumeric => Label::Index(3),
            VersionScheme::Decimal => Label::Index(4),
            VersionScheme::Semver => Label::Index(16384),
            VersionScheme::Other(label) => label,
        }
    }
}

/// `$ownership`: what becomes of the linked software when this one is removed (RFC 9393, section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ownership<'b> {
    /// 1: it should stay.
    Abandon,
    /// 2: it should be removed as well.
    Private,
    /// 3: it should be removed when nothing else shares it.
    Shared,
    /// Any other index or name.
    Other(Label<'b>),
}

impl<'b> Ownership<'b> {
    /// The range of its indices (RFC 9393, section 2.7).
    pub const RANGE: core::ops::RangeInclusive<i64> = -256..=255;
}

impl<'b> From<Label<'b>> for Ownership<'b> {
    fn from(label: Label<'b>) -> Self {
        match label {
            Label::Index(1) => Self::Abandon,
            Label::Index(2) => Self::Private,
            Label::Index(3) => Self::Shared,
            other => Self::Other(other),
        }
    }
}

impl<'b> From<Ownership<'b>> for Label<'b> {
    fn from(ownership: Ownership<'b>) -> Self {
        match ownership {
            Ownership::Abandon => Label::Index(1),
            Ownership::Private => Label::Index(2),
            Ownership::Shared => Label::Index(3),
            Ownership::Other(label) => label,
        }
    }
}

/// `$rel`: how the link's target relates to this tag (RFC 9393, section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rel<'b> {
    /// 1: the tag of an earlier release of this software.
    Ancestor,
    /// 2: the tag of a separate component of this software.
    Component,
    /// 3: a feature that can be switched without changing files.
    Feature,
    /// 4: the package that installs this software.
    Installationmedia,
    /// 5: the software that is needed to install this one.
    Packageinstaller,
    /// 6: the tag of the bundle that this one is part of.
    Parent,
    /// 7: the tag of the software that this one patches.
    Patches,
    /// 8: what has to be installed first.
    Requires,
    /// 9: other software of interest.
    SeeAlso,
    /// 10: software that this one replaces.
    Supersedes,
    /// 11: the tag that this one supplements.
    Supplemental,
    /// Any other index or name.
    Other(Label<'b>),
}

impl<'b> Rel<'b> {
    /// The range of its indices (RFC 9393, section 2.7, by the text; the collected CDDL ends at 64436).
    pub const RANGE: core::ops::RangeInclusive<i64> = -256..=65535;
}

impl<'b> From<Label<'b>> for Rel<'b> {
    fn from(label: Label<'b>) -> Self {
        match label {
            Label::Index(1) => Self::Ancestor,
            Label::Index(2) => Self::Component,
            Label::Index(3) => Self::Feature,
            Label::Index(4) => Self::Installationmedia,
            Label::Index(5) => Self::Packageinstaller,
            Label::Index(6) => Self::Parent,
            Label::Index(7) => Self::Patches,
            Label::Index(8) => Self::Requires,
            Label::Index(9) => Self::SeeAlso,
            Label::Index(10) => Self::Supersedes,
            Label::Index(11) => Self::Supplemental,
            other => Self::Other(other),
        }
    }
}

impl<'b> From<Rel<'b>> for Label<'b> {
    fn from(rel: Rel<'b>) -> Self {
        match rel {
            Rel::Ancestor => Label::Index(1),
            Rel::Component => Label::Index(2),
            Rel::Feature => Label::Index(3),
            Rel::Installationmedia => Label::Index(4),
            Rel::Packageinstaller => Label::Index(5),
            Rel::Parent => Label::Index(6),
            Rel::Patches => Label::Index(7),
            Rel::Requires => Label::Index(8),
            Rel::SeeAlso => Label::Index(9),
            Rel::Supersedes => Label::Index(10),
            Rel::Supplemental => Label::Index(11),
            Rel::Other(label) => label,
        }
    }
}

/// `$use`: whether the linked software has to be installed (RFC 9393, section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Use<'b> {
    /// 1: installed only when asked for.
    Optional,
    /// 2: needed for the software to work.
    Required,
    /// 3: installed unless told otherwise.
    Recommended,
    /// Any other index or name.
    Other(Label<'b>),
}

impl<'b> Use<'b> {
    /// The range of its indices (RFC 9393, section 2.7).
    pub const RANGE: core::ops::RangeInclusive<i64> = -256..=255;
}

impl<'b> From<Label<'b>> for Use<'b> {
    fn from(label: Label<'b>) -> Self {
        match label {
            Label::Index(1) => Self::Optional,
            Label::Index(2) => Self::Required,
            Label::Index(3) => Self::Recommended,
            other => Self::Other(other),
        }
    }
}

impl<'b> From<Use<'b>> for Label<'b> {
    fn from(value: Use<'b>) -> Self {
        match value {
            Use::Optional => Label::Index(1),
            Use::Required => Label::Index(2),
            Use::Recommended => Label::Index(3),
            Use::Other(label) => label,
        }
    }
}
