//! What the owner of the devices demands beyond the authors' reference values; read from TOML.

use core::fmt;
use core::ops::Range;

use hexad_eat::DebugStatus;
use hexad_eat::ear::{Tier, TrustClaim};
use serde::Deserialize;

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
///     missing = "contraindicated"         # what claims of the configuration come to that are not said
///     "#,
/// )?;
/// assert_eq!(policy.debug, DebugStatus::DisabledPermanently);
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
    /// Releases with a lower sequence number are contraindicated, even if they are genuine.
    pub minimum_sequence_number: u64,
    /// Submodules whose claims the evidence must hold.
    pub submodules: Vec<String>,
    /// What the configuration comes to when a claim of it, or a submodule, is not there.
    pub missing: Missing,
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
            missing: Missing::default(),
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
        policy.missing = file.missing;
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
    missing: Missing,
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
