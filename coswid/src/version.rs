//! Which of two software versions is newer, by their scheme (RFC 9393, section 4.1).

use core::cmp::Ordering;

use crate::iana::VersionScheme;

/// Compares two versions of the same scheme; `None` where a version does not follow the scheme, or
/// the scheme is not one that this crate can order.
///
/// ```
/// use core::cmp::Ordering;
/// use hexad_coswid::{VersionScheme, version::compare};
///
/// let scheme = VersionScheme::Multipartnumeric;
/// assert_eq!(compare(scheme, "1.10", "1.9"), Some(Ordering::Greater));
/// assert_eq!(compare(VersionScheme::Decimal, "1.25", "1.3"), Some(Ordering::Less));
/// assert_eq!(compare(scheme, "1.10", "latest"), None);
/// ```
#[must_use]
pub fn compare(scheme: VersionScheme<'_>, left: &str, right: &str) -> Option<Ordering> {
    match scheme {
        VersionScheme::Multipartnumeric => multipart(left, right),
        VersionScheme::MultipartnumericSuffix => {
            let (left, left_suffix) = split_suffix(left)?;
            let (right, right_suffix) = split_suffix(right)?;
            Some(multipart(left, right)?.then(left_suffix.cmp(right_suffix)))
        }
        VersionScheme::Alphanumeric => Some(left.cmp(right)),
        VersionScheme::Decimal => decimal(left, right),
        VersionScheme::Semver => semver(left, right),
        VersionScheme::Other(_) => None,
    }
}

/// Digits only, at least one.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares two numbers of any size by their digits.
fn numbers(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then(left.cmp(right))
}

/// Numbers separated by dots, in lexicographical order by the numbers.
fn multipart(left: &str, right: &str) -> Option<Ordering> {
    if ![left, right].iter().all(|version| version.split('.').all(is_number)) {
        return None;
    }
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (Some(left), Some(right)) => numbers(left, right),
            (left, right) => return Some(left.is_some().cmp(&right.is_some())),
        };
        if order.is_ne() {
            return Some(order);
        }
    }
}

/// Splits `1.2.3a` into `1.2.3` and `a`.
fn split_suffix(version: &str) -> Option<(&str, &str)> {
    let numbers = version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let end = version.len().checked_sub(numbers.len())?;
    let (numbers, suffix) = version.split_at_checked(end)?;
    // A dot before the suffix belongs to the suffix.
    match numbers.strip_suffix('.') {
        Some(numbers) => version.split_at_checked(numbers.len()),
        None => Some((numbers, suffix)),
    }
}

/// One decimal number each, with an optional sign and fraction.
fn decimal(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (Decimal::parse(left)?, Decimal::parse(right)?);
    let magnitude = numbers(left.integer, right.integer).then(left.fraction.cmp(right.fraction));
    Some(match (left.is_negative(), right.is_negative()) {
        (false, false) => magnitude,
        (true, true) => magnitude.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

struct Decimal<'v> {
    minus: bool,
    integer: &'v str,
    /// Without the zeros at its end.
    fraction: &'v str,
}

impl<'v> Decimal<'v> {
    fn parse(version: &'v str) -> Option<Self> {
        let (minus, digits) = match version.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, version.strip_prefix('+').unwrap_or(version)),
        };
        let (integer, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let valid = is_number(integer) && is_number(fraction);
        valid.then_some(Self { minus, integer, fraction: fraction.trim_end_matches('0') })
    }

    /// Zero has no sign.
    fn is_negative(&self) -> bool {
        let zero = self.integer.bytes().all(|digit| digit == b'0') && self.fraction.is_empty();
        self.minus && !zero
    }
}

/// Precedence of Semantic Versioning 2.0.0, section 11; build metadata does not count.
fn semver(left: &str, right: &str) -> Option<Ordering> {
    let ((left, left_pre), (right, right_pre)) = (split_semver(left)?, split_semver(right)?);
    let core = multipart(left, right)?;
    Some(core.then_with(|| match (left_pre, right_pre) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) => pre_release(left, right),
    }))
}

/// Splits `1.2.3-rc.1+build` into `1.2.3` and `rc.1`.
fn split_semver(version: &str) -> Option<(&str, Option<&str>)> {
    let (version, build) = match version.split_once('+') {
        Some((version, build)) => (version, Some(build)),
        None => (version, None),
    };
    let (core, pre) = match version.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (version, None),
    };
    let is_identifier = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let without_zeros = |part: &str| is_number(part) && (part.len() == 1 || !part.starts_with('0'));
    let valid = core.split('.').count() == 3
        && core.split('.').all(without_zeros)
        && [pre, build].iter().flatten().all(|text| text.split('.').all(is_identifier))
        && pre.iter().all(|pre| pre.split('.').all(|id| !is_number(id) || without_zeros(id)));
    valid.then_some((core, pre))
}

fn pre_release(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (Some(left), Some(right)) => match (is_number(left), is_number(right)) {
                (true, true) => numbers(left, right),
                (false, false) => left.cmp(right),
                (number, other) => other.cmp(&number),
            },
            (left, right) => return left.is_some().cmp(&right.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests;
