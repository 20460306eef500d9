//! Times in text (RFC 3339) as seconds since 1970, and back.

use core::time::Duration;
use std::string::{String, ToString};

use der::DateTime;

/// Seconds since 1970 of a time such as `2023-09-15T12:34:56Z`; a fraction is cut off, and a time without
/// zone is taken as UTC.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (seconds, rest) = text.split_at_checked(19)?;
    let mut whole = String::from(seconds);
    whole.push('Z');
    let time = whole.parse::<DateTime>().ok()?.unix_duration().as_secs();
    let fraction =
        rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let offset = match fraction.unwrap_or(rest) {
        "" | "Z" => 0,
        zone => {
            let (sign, zone) = match zone.split_at_checked(1)? {
                ("+", zone) => (1, zone),
                ("-", zone) => (-1, zone),
                _ => return None,
            };
            let (hours, minutes) = zone.split_once(':')?;
            let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60)
        }
    };
    i64::try_from(time).ok()?.checked_sub(offset)
}

/// The time in UTC; `None` before 1970 and after 9999.
pub(super) fn format(seconds: i64) -> Option<String> {
    let duration = Duration::from_secs(u64::try_from(seconds).ok()?);
    DateTime::from_unix_duration(duration).ok().map(|time| time.to_string())
}
