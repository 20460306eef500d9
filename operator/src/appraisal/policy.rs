//! What the owner of the devices demands beyond the authors' reference values; read from TOML.

use core::fmt;
use core::ops::Range;
use std::collections::BTreeMap;

use hexad_coswid::version::compare;
use hexad_eat::DebugStatus;
use hexad_eat::ear::{Tier, TrustClaim};
use serde::Deserialize;

use crate::passport::{Passport, PassportFile};
use crate::release::Release;

/// The owner's policy.
///
/// ```
/// use hexad_eat::DebugStatus;
/// use hexad_operator::appraisal::Policy;
///
/// let policy = Policy::from_toml(
///     r#"
///     id = "https://example.com/policy/lamps"
///     oem-boot = true                     # oemboot must be true; the default
///     debug = "disabled-permanently"      # or more disabled; "disabled-since-boot" by default
///     minimum-sequence-number = 7         # what is older is quarantined, not only confined to updates
///     submodules = ["tee"]                # must be among submods, with a debug status that suffices
///     measured = ["modem"]                # so must these, and their software must be a release
///     missing = "contraindicated"         # what claims of the configuration come to that are not said
///     max-age = 300                       # seconds after iat, which must be there then
///     clock-skew = 30                     # seconds by which a device's clock may be fast or slow; 0 by default
///     endorsed = true                     # the device's key must come from a chain to a trust anchor
///     tag-lists = true                    # tags in CoRIMs count if a CoTL activates them
///     corim-profiles = ["tag:example.com,2026:lamps"] # profiles of CoRIMs that are understood
///
///     [minimum-versions]                  # by software-name: what is older is quarantined
///     lamp = "1.4.0"
///
///     [passport]                          # for a relying party that is shown results
///     tier = "warning"                    # the worst that is let in; "affirming" by default
///     "#,
/// )?;
/// assert_eq!(policy.debug, DebugStatus::DisabledPermanently);
/// assert_eq!(policy.max_age, Some(300));
/// # Ok::<(), hexad_operator::appraisal::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Names the policy in attestation results (`ear_appraisal_policy_ids`).
    pub id: String,
    /// `oemboot` must say that the maker of the hardware has authorized what was booted.
    pub oem_boot: bool,
    /// `dbgstat` must be at least this, of the device and of every submodule that says it.
    pub debug: DebugStatus,
    /// Releases with a lower sequence number are contraindicated, even if they are genuine. One without a sequence number
    /// has none that is lower.
    pub minimum_sequence_number: u64,
    /// Submodules whose claims the evidence must hold.
    pub submodules: Vec<String>,
    /// Submodules whose claims the evidence must hold, and whose measured software must be a release.
    pub measured: Vec<String>,
    /// What the configuration comes to when a claim of it, or a submodule, is not there.
    pub missing: Missing,
    /// By software-name, the least version: older releases are contraindicated, and so are those whose version can't
    /// be compared by their scheme.
    pub minimum_versions: BTreeMap<String, String>,
    /// How many seconds ago evidence may have been made, by its `iat`. With it, evidence needs no nonce; if one was given
    /// out, both count.
    pub max_age: Option<u32>,
    /// By how many seconds a device's clock may be fast or slow.
    pub clock_skew: u32,
    /// The device's key must come from a chain of certificates.
    pub endorsed: bool,
    /// Tags in CoRIMs count only if a tag list activates them; for [`Manifests`](crate::reference::Manifests).
    pub tag_lists: bool,
    /// The profiles of CoRIMs that are understood.
    pub corim_profiles: Vec<String>,
    /// What attestation results are let in.
    pub passport: Passport,
}

/// What the owner thinks of a claim that the evidence does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// A warning: an update, and nothing else.
    #[default]
    Warning,
    /// As bad as a wrong one.
    Contraindicated,
}

impl Missing {
    /// The claim about the configuration.
    #[must_use]
    pub const fn claim(self) -> TrustClaim {
        match self {
            Self::Warning => TrustClaim::UNAVAILABLE_CONFIGURATION,
            Self::Contraindicated => TrustClaim::UNSUPPORTABLE_CONFIGURATION,
        }
    }

    /// The tier of that claim.
    #[must_use]
    pub const fn tier(self) -> Tier {
        self.claim().tier()
    }
}

impl Policy {
    /// A policy of this name that demands an authorized boot, and debugging disabled since boot.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            oem_boot: true,
            debug: DebugStatus::DisabledSinceBoot,
            minimum_sequence_number: 0,
            submodules: Vec::new(),
            measured: Vec::new(),
            missing: Missing::default(),
            minimum_versions: BTreeMap::new(),
            max_age: None,
            clock_skew: 0,
            endorsed: false,
            tag_lists: false,
            corim_profiles: Vec::new(),
            passport: Passport::default(),
        }
    }

    /// Reads a policy from TOML. What it does not say is as [`new`](Self::new) has it, but for the `id`,
    /// which must be there.
    ///
    /// # Errors
    /// [`PolicyError`] for what is no TOML, a key that does not exist, and a value that none has.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let file: File = toml::from_str(text).map_err(|error| PolicyError {
            offset: error.span().map_or(0, |Range { start, .. }| start),
            message: error.message().to_owned(),
        })?;
        let mut policy = Self::new(&file.id);
        policy.oem_boot = file.oem_boot;
        policy.minimum_sequence_number = file.minimum_sequence_number;
        policy.submodules = file.submodules;
        policy.measured = file.measured;
        policy.missing = file.missing;
        policy.minimum_versions = file.minimum_versions;
        policy.max_age = file.max_age;
        policy.clock_skew = file.clock_skew;
        policy.endorsed = file.endorsed;
        policy.tag_lists = file.tag_lists;
        policy.corim_profiles = file.corim_profiles;
        policy.passport = file.passport.with_skew(file.clock_skew);
        if let Some(name) = file.debug {
            let range = name.span();
            let known = DEBUG_STATUSES.into_iter().find(|status| status.name() == name.as_ref());
            policy.debug = known.ok_or_else(|| PolicyError {
                offset: range.start,
                message: "debug is none of the names of dbgstat (RFC 9711, 4.2.9)".to_owned(),
            })?;
        }
        Ok(policy)
    }

    /// Whether a release is older than the owner allows.
    pub(super) fn is_too_old(&self, release: &Release) -> bool {
        let number = release.sequence_number;
        if number.is_some_and(|number| number < self.minimum_sequence_number) {
            return true;
        }
        let Some(minimum) = self.minimum_versions.get(&release.software_name) else { return false };
        let order = release.version_scheme.zip(release.software_version.as_ref());
        let order = order.and_then(|(scheme, own)| compare(scheme, own, minimum));
        order.is_none_or(|order| order.is_lt())
    }
}

const DEBUG_STATUSES: [DebugStatus; 5] = [
    DebugStatus::Enabled,
    DebugStatus::Disabled,
    DebugStatus::DisabledSinceBoot,
    DebugStatus::DisabledPermanently,
    DebugStatus::DisabledFullyAndPermanently,
];

/// A policy as its file says it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    id: String,
    #[serde(default = "yes")]
    oem_boot: bool,
    debug: Option<toml::Spanned<String>>,
    #[serde(default)]
    minimum_sequence_number: u64,
    #[serde(default)]
    submodules: Vec<String>,
    #[serde(default)]
    measured: Vec<String>,
    #[serde(default)]
    missing: Missing,
    #[serde(default)]
    minimum_versions: BTreeMap<String, String>,
    max_age: Option<u32>,
    #[serde(default)]
    clock_skew: u32,
    #[serde(default)]
    endorsed: bool,
    #[serde(default)]
    tag_lists: bool,
    #[serde(default)]
    corim_profiles: Vec<String>,
    #[serde(default)]
    passport: PassportFile,
}

const fn yes() -> bool {
    true
}

/// What is wrong with the file of a policy, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    offset: usize,
    message: String,
}

impl PolicyError {
    /// The byte of the text at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

impl core::error::Error for PolicyError {}
