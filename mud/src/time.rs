//! Points in time as YANG writes them (`date-and-time`; RFC 6991).

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

/// A point in time with its offset from UTC, such as `2018-03-02T11:20:51+01:00`.
///
/// ```
/// use hexad_mud::time::DateAndTime;
///
/// let time = DateAndTime::new("2018-03-02T11:20:51+01:00").unwrap();
/// assert_eq!(time.unix_seconds(), 1_519_986_051);
/// assert_eq!(DateAndTime::from_unix(1_519_986_051).unwrap().as_str(), "2018-03-02T10:20:51Z");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateAndTime {
    text: String,
    unix_seconds: i64,
}

impl DateAndTime {
    /// Takes a text. `None` if it is not written as RFC 6991 says, or names a day or an hour that is
    /// not.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (date, rest) = (text.get(..10)?, text.get(10..)?);
        let (clock, zone) = (rest.get(..9)?, rest.get(9..)?);
        let [year, month, day] = numbers(date, b"____-__-__", [(0, 4), (5, 7), (8, 10)])?;
        let [hour, minute, second] = numbers(clock, b"T__:__:__", [(1, 3), (4, 6), (7, 9)])?;
        let zone = match zone.strip_prefix('.') {
            Some(fraction) => {
                let rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
                if rest.len() == fraction.len() {
                    return None;
                }
                rest
            }
            None => zone,
        };
        let offset = if zone == "Z" {
            0
        } else {
            let sign = match zone.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let [hours, minutes, _] = numbers(zone.get(1..)?, b"__:__", [(0, 2), (3, 5), (0, 0)])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        };
        let days = days_from_civil(year, month, day)?;
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let unix_seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset;
        Some(Self { text: text.to_string(), unix_seconds })
    }

    /// The time so many seconds after 1970 began, in UTC. `None` outside the years 0 to 9999.
    #[must_use]
    pub fn from_unix(unix_seconds: i64) -> Option<Self> {
        let (year, month, day) = civil_from_days(unix_seconds.div_euclid(86_400))?;
        let second = unix_seconds.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        Some(Self { text, unix_seconds })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since 1970 began in UTC, without a fraction.
    #[must_use]
    pub const fn unix_seconds(&self) -> i64 {
        self.unix_seconds
    }
}

impl fmt::Display for DateAndTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The numbers at the ranges of a text that is like `pattern`, where `_` is a digit.
fn numbers(text: &str, pattern: &[u8], ranges: [(usize, usize); 3]) -> Option<[i64; 3]> {
    let like = text.bytes().zip(pattern).all(|(byte, pattern)| match pattern {
        b'_' => byte.is_ascii_digit(),
        _ => byte == *pattern,
    });
    if text.len() != pattern.len() || !like {
        return None;
    }
    let mut numbers = [0; 3];
    for (number, (start, end)) in numbers.iter_mut().zip(ranges) {
        for digit in text.get(start..end)?.bytes() {
            *number = *number * 10 + i64::from(digit - b'0');
        }
    }
    Some(numbers)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, years 0 to 9999. `None` for no such day.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let index = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(0..=9999).contains(&year) || !(1..=*lengths.get(index)?).contains(&day) {
        return None;
    }
    let before: i64 = lengths.iter().take(index).sum();
    Some(days_before_year(year) + before + day - 1)
}

/// The day of the Gregorian calendar so many days after 1970-01-01, in the years 0 to 9999.
pub(crate) fn civil_from_days(days: i64) -> Option<(i64, i64, i64)> {
    // A first guess that is never too late, and at most a year too early.
    let mut year = days.checked_div(366)?.checked_add(1969)?.clamp(0, 9999);
    if days < 0 {
        year = (1970 + days / 365 - 1).clamp(0, 9999);
    }
    while year < 9999 && days_before_year(year + 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before_year(year);
    for month in 1..=12 {
        let length = (28..=31).rev().find(|day| days_from_civil(year, month, *day).is_some())?;
        if (0..length).contains(&rest) {
            return Some((year, month, rest + 1));
        }
        rest -= length;
    }
    None
}

/// Days from 1970-01-01 to the first day of `year`.
fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    (year - 1970) * 365 + leaps(past) - leaps(1969)
}
