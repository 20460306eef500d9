//! What a verifier finds: claims about aspects of trust, each in one of four tiers
//! (draft-ietf-rats-ar4si, 2.3; revision named in the README).

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Encoder, Entries, write_map};

use crate::error::{Error, ErrorKind};
use crate::labels;

/// A trustworthiness tier. A greater one is worse, as its number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// 0: the verifier makes no assertion.
    None,
    /// 2: the verifier affirms.
    Affirming,
    /// 32: the verifier warns.
    Warning,
    /// 96: the verifier says that the attester is not to be trusted.
    Contraindicated,
}

impl Tier {
    /// The number on the wire.
    #[must_use]
    pub const fn value(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Affirming => 2,
            Self::Warning => 32,
            Self::Contraindicated => 96,
        }
    }

    /// The name in a JSON-encoded result.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Affirming => "affirming",
            Self::Warning => "warning",
            Self::Contraindicated => "contraindicated",
        }
    }

    /// Whether it may stand for things of which the worst is `worst`: it may not claim more trust. No
    /// assertion (`None`) claims none, but it may not hide a warning or worse.
    #[must_use]
    pub fn may_sum_up(self, worst: Self) -> bool {
        match worst {
            Self::None => self != Self::Affirming,
            Self::Affirming => true,
            Self::Warning | Self::Contraindicated => self >= worst,
        }
    }

    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let error = Error::new(ErrorKind::Claim(labels::EAR_STATUS), cursor.offset());
        Ok(match cursor.unsigned()? {
            0 => Self::None,
            2 => Self::Affirming,
            32 => Self::Warning,
            96 => Self::Contraindicated,
            _ => return Err(error),
        })
    }
}

/// The value of a trustworthiness claim: why the verifier came to its tier. Negative values are
/// reasons outside the standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TrustClaim(pub i8);

impl TrustClaim {
    /// 0: the evidence does not suffice for a conclusion; the same as no claim.
    pub const NO_ASSERTION: Self = Self(0);
    /// 1: the evidence holds elements that the verifier can't evaluate.
    pub const UNKNOWN_ELEMENTS: Self = Self(1);
    /// -1: the verifier failed.
    pub const VERIFIER_MALFUNCTION: Self = Self(-1);
    /// 99, of every aspect: the evidence could not be validated cryptographically.
    pub const CRYPTOGRAPHIC_VALIDATION_FAILED: Self = Self(99);
    /// 2, of [`Aspect::InstanceIdentity`]: recognized and not known to be compromised.
    pub const TRUSTWORTHY_INSTANCE: Self = Self(2);
    /// 96, of [`Aspect::InstanceIdentity`]: recognized, and not to be trusted.
    pub const UNTRUSTWORTHY_INSTANCE: Self = Self(96);
    /// 97, of [`Aspect::InstanceIdentity`]: should be recognized, and is not.
    pub const UNRECOGNIZED_INSTANCE: Self = Self(97);
    /// 2, of [`Aspect::Configuration`]: known and approved.
    pub const APPROVED_CONFIGURATION: Self = Self(2);
    /// 3, of [`Aspect::Configuration`]: without known vulnerabilities.
    pub const SAFE_CONFIGURATION: Self = Self(3);
    /// 32, of [`Aspect::Configuration`]: with known vulnerabilities.
    pub const UNSAFE_CONFIGURATION: Self = Self(32);
    /// 36, of [`Aspect::Configuration`]: elements that matter are not available to the verifier.
    pub const UNAVAILABLE_CONFIGURATION: Self = Self(36);
    /// 96, of [`Aspect::Configuration`]: unacceptable vulnerabilities.
    pub const UNSUPPORTABLE_CONFIGURATION: Self = Self(96);
    /// 2, of [`Aspect::Executables`]: approved ones alone were loaded, during boot and after.
    pub const APPROVED_RUNTIME: Self = Self(2);
    /// 3, of [`Aspect::Executables`]: approved ones alone were loaded during boot.
    pub const APPROVED_BOOT: Self = Self(3);
    /// 32, of [`Aspect::Executables`]: genuine ones, of which some have known bugs or vulnerabilities.
    pub const UNSAFE_RUNTIME: Self = Self(32);
    /// 33, of [`Aspect::Executables`]: some are not recognized.
    pub const UNRECOGNIZED_RUNTIME: Self = Self(33);
    /// 96, of [`Aspect::Executables`]: some must not be there.
    pub const CONTRAINDICATED_RUNTIME: Self = Self(96);
    /// 2, of [`Aspect::FileSystem`]: approved files alone.
    pub const APPROVED_FILES: Self = Self(2);
    /// 32, of [`Aspect::FileSystem`]: some are not recognized.
    pub const UNRECOGNIZED_FILES: Self = Self(32);
    /// 96, of [`Aspect::FileSystem`]: some must not be there.
    pub const CONTRAINDICATED_FILES: Self = Self(96);
    /// 2, of [`Aspect::Hardware`]: genuine.
    pub const GENUINE_HARDWARE: Self = Self(2);
    /// 32, of [`Aspect::Hardware`]: genuine, with known vulnerabilities.
    pub const UNSAFE_HARDWARE: Self = Self(32);
    /// 96, of [`Aspect::Hardware`]: recognized, and not to be trusted.
    pub const CONTRAINDICATED_HARDWARE: Self = Self(96);
    /// 97, of [`Aspect::Hardware`]: should be recognized, and is not.
    pub const UNRECOGNIZED_HARDWARE: Self = Self(97);

    /// The tier that its range stands for.
    ///
    /// ```
    /// use hexad_eat::ear::{Tier, TrustClaim};
    ///
    /// assert_eq!(TrustClaim(2).tier(), Tier::Affirming);
    /// assert_eq!(TrustClaim(-33).tier(), Tier::Warning);
    /// ```
    #[must_use]
    pub const fn tier(self) -> Tier {
        match self.0 {
            -1..=1 => Tier::None,
            2..=31 | -32..=-2 => Tier::Affirming,
            32..=95 | -96..=-33 => Tier::Warning,
            96..=127 | -128..=-97 => Tier::Contraindicated,
        }
    }
}

/// What a trustworthiness claim is about, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// 0: the unique identity of the attesting environment.
    InstanceIdentity,
    /// 1: the configuration, as to known vulnerabilities.
    Configuration,
    /// 2: what was loaded into memory.
    Executables,
    /// 3: files in certain directories.
    FileSystem,
    /// 4: hardware and firmware.
    Hardware,
    /// 5: how far memory can be seen from outside.
    RuntimeOpaque,
    /// 6: how persistent storage is encrypted.
    StorageOpaque,
    /// 7: the integrity of data from elsewhere.
    SourcedData,
}

impl Aspect {
    /// All, in the order of their labels.
    pub const ALL: [Self; 8] = [
        Self::InstanceIdentity,
        Self::Configuration,
        Self::Executables,
        Self::FileSystem,
        Self::Hardware,
        Self::RuntimeOpaque,
        Self::StorageOpaque,
        Self::SourcedData,
    ];

    /// The name in a JSON-encoded result.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InstanceIdentity => "instance-identity",
            Self::Configuration => "configuration",
            Self::Executables => "executables",
            Self::FileSystem => "file-system",
            Self::Hardware => "hardware",
            Self::RuntimeOpaque => "runtime-opaque",
            Self::StorageOpaque => "storage-opaque",
            Self::SourcedData => "sourced-data",
        }
    }
}

/// `ear_trustworthiness_vector`: at most one claim for each aspect, and at least one in all when it is
/// on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TrustworthinessVector {
    claims: [Option<TrustClaim>; 8],
}

impl TrustworthinessVector {
    /// Makes a claim about an aspect, in place of an earlier one.
    pub fn set(&mut self, aspect: Aspect, claim: TrustClaim) {
        for (slot, each) in self.claims.iter_mut().zip(Aspect::ALL) {
            if each == aspect {
                *slot = Some(claim);
            }
        }
    }

    /// The claim about an aspect.
    #[must_use]
    pub fn get(&self, aspect: Aspect) -> Option<TrustClaim> {
        self.iter().find(|(each, _)| *each == aspect).map(|(_, claim)| claim)
    }

    /// The claims there are, in the order of their labels.
    pub fn iter(&self) -> impl Iterator<Item = (Aspect, TrustClaim)> + use<> {
        let claims = self.claims;
        Aspect::ALL.into_iter().zip(claims).filter_map(|(aspect, claim)| Some((aspect, claim?)))
    }

    /// The tier of its worst claim; `None` when it has none.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.iter().map(|(_, claim)| claim.tier()).max().unwrap_or(Tier::None)
    }

    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let error =
            Error::new(ErrorKind::Claim(labels::EAR_TRUSTWORTHINESS_VECTOR), cursor.offset());
        let mut vector = Self::default();
        let mut entries = Entries::enter(cursor)?;
        while let Some(key) = entries.next(cursor)? {
            let index = key.integer().and_then(|label| usize::try_from(label).ok());
            let slot = index.and_then(|index| vector.claims.get_mut(index)).ok_or(error)?;
            let value = i8::try_from(cursor.integer()?).map_err(|_| error)?;
            *slot = Some(TrustClaim(value));
        }
        if vector.iter().next().is_none() {
            return Err(error);
        }
        Ok(vector)
    }

    pub(super) fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        write_map(encoder, |members| {
            for (label, claim) in (0_i64..).zip(self.claims) {
                if let Some(TrustClaim(value)) = claim {
                    members.put(Label::Integer(label), |encoder| {
                        encoder.integer(value.into()).map(drop).map_err(Error::from)
                    })?;
                }
            }
            Ok(())
        })
    }
}
