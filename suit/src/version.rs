//! Versions that machines compare (update management, 4.4).

use core::cmp::Ordering;

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::{Cursor, Raw};

use crate::error::Error;
use crate::labels::version_comparison as label;

/// A version as a list of integers: the release, and perhaps -1 (release candidate), -2 (beta) or -3
/// (alpha) with what follows.
#[derive(Clone, Copy, Debug)]
pub struct Version<'b> {
    encoded: Raw<'b>,
}

impl<'b> Version<'b> {
    /// Reads the version that is all of `bytes`: a CBOR array of integers.
    ///
    /// # Errors
    /// Those of CBOR; `Length` without any integer; `InvalidValue` when the first one is negative.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let version = Self::take(&mut cursor)?;
        cursor.finish()?;
        Ok(version)
    }

    /// Takes the version at `cursor`.
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut inside = *cursor;
        let mut items = inside.array()?;
        let mut any = false;
        while items.next(&mut inside)? {
            // "The pre-release indicator MUST NOT appear as element 0."
            let here = inside;
            if inside.integer()? < 0 && !any {
                return Err(here.error(Cbor::InvalidValue).into());
            }
            any = true;
        }
        if !any {
            return Err(cursor.error(Cbor::Length).into());
        }
        Ok(Self { encoded: cursor.item()? })
    }

    /// The version as it is encoded in the input: a CBOR array of integers.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The integers, the most significant first.
    pub fn iter(self) -> impl Iterator<Item = i64> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { cursor.integer().ok() } else { None }
        })
    }
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Version<'_> {}

/// SUIT_Condition_Version_Comparison_Types: what a component's version must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Greater than the one in the manifest.
    Greater,
    /// Greater or equal.
    GreaterEqual,
    /// Equal, as far as the one in the manifest goes.
    Equal,
    /// Lesser or equal.
    LesserEqual,
    /// Lesser.
    Lesser,
}

impl Comparison {
    /// The comparison with this number.
    #[must_use]
    pub const fn from_label(label: i64) -> Option<Self> {
        Some(match label {
            label::GREATER => Self::Greater,
            label::GREATER_EQUAL => Self::GreaterEqual,
            label::EQUAL => Self::Equal,
            label::LESSER_EQUAL => Self::LesserEqual,
            label::LESSER => Self::Lesser,
            _ => return None,
        })
    }

    /// Its number.
    #[must_use]
    pub const fn label(self) -> i64 {
        match self {
            Self::Greater => label::GREATER,
            Self::GreaterEqual => label::GREATER_EQUAL,
            Self::Equal => label::EQUAL,
            Self::LesserEqual => label::LESSER_EQUAL,
            Self::Lesser => label::LESSER,
        }
    }
}

/// SUIT_Parameter_Version_Match: a comparison and what to compare with.
///
/// ```
/// use hexad_suit::version::VersionMatch;
///
/// // [2 / greater or equal /, [1, 2, -1, 3] / 1.2-rc.3 /]
/// let required = VersionMatch::parse(&[0x82, 0x02, 0x84, 0x01, 0x02, 0x20, 0x03])?;
/// assert!(required.is_met_by([1, 2]));
/// assert!(required.is_met_by([1, 2, -1, 4]));
/// assert!(!required.is_met_by([1, 2, -2]));
/// # Ok::<(), hexad_suit::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionMatch<'b> {
    /// What the version must be.
    pub comparison: Comparison,
    /// What it is compared with.
    pub version: Version<'b>,
}

impl<'b> VersionMatch<'b> {
    /// Reads the comparison that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Version::parse`]; `InvalidValue` for an unknown comparison.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::read(Cursor::new(bytes))
    }

    /// Reads the comparison that is all of what `cursor` holds.
    pub(crate) fn read(mut cursor: Cursor<'b>) -> Result<Self, Error> {
        let required = Self::take(&mut cursor)?;
        cursor.finish()?;
        Ok(required)
    }

    /// Takes the comparison at `cursor`.
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let unknown = cursor.error(Cbor::InvalidValue);
        let comparison = Comparison::from_label(cursor.integer()?).ok_or(unknown)?;
        Ok(Self { comparison, version: Version::take(cursor)? })
    }

    /// Whether a component that has this version meets the requirement. Integers are compared one
    /// after another, until they differ or those of the manifest are used up (4.4); where the
    /// component's version has fewer, the rest count as zeros, so that 1.2 is 1.2.0.
    pub fn is_met_by(self, version: impl IntoIterator<Item = i64>) -> bool {
        let mut held = version.into_iter();
        let mut order = Ordering::Equal;
        for wanted in self.version.iter() {
            order = held.next().unwrap_or(0).cmp(&wanted);
            if order.is_ne() {
                break;
            }
        }
        match self.comparison {
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterEqual => order.is_ge(),
            Comparison::Equal => order.is_eq(),
            Comparison::LesserEqual => order.is_le(),
            Comparison::Lesser => order.is_lt(),
        }
    }
}
