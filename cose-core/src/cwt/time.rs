//! The times of a claims-set, held against a clock that the caller gives (RFC 8392, 3.1.4 to 3.1.6).

use core::cmp::Ordering;

use crate::cbor::Number;

/// The caller's clock.
///
/// ```
/// use hexad_cose_core::{cbor::Number, cwt::Clock};
///
/// let clock = Clock { now: 1_000, leeway: 0 };
/// assert!(clock.has_passed(Number::Integer(1_000)) && !clock.has_passed(Number::Float(1_000.5)));
/// let patient = Clock { leeway: 30, ..clock };
/// assert!(!patient.has_passed(Number::Integer(971)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// By how many seconds the clocks of issuer and receiver may differ.
    pub leeway: u32,
}

impl Clock {
    /// The earliest and the latest time that it may be by the issuer's clock.
    fn range(self) -> (i64, i64) {
        let leeway = i64::from(self.leeway);
        (self.now.saturating_sub(leeway), self.now.saturating_add(leeway))
    }

    /// Whether it is `date` or later by now, whatever the leeway. A NaN has passed.
    #[must_use]
    pub fn has_passed(self, date: Number) -> bool {
        let (earliest, _) = self.range();
        date.compare(earliest) != Some(Ordering::Greater)
    }

    /// Whether it may be `date` or later by now, by the leeway. A NaN is yet to come.
    #[must_use]
    pub fn has_begun(self, date: Number) -> bool {
        let (_, latest) = self.range();
        matches!(date.compare(latest), Some(Ordering::Less | Ordering::Equal))
    }

    /// Whether `date` is more than `seconds` ago, whatever the leeway. A NaN is.
    #[must_use]
    pub fn is_older_than(self, date: Number, seconds: u32) -> bool {
        let (earliest, _) = self.range();
        let oldest = earliest.saturating_sub(i64::from(seconds));
        matches!(date.compare(oldest), None | Some(Ordering::Less))
    }
}
