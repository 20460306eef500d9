//! Numbers: integers of any size in four bases, and floats in two.

use alloc::vec::Vec;

use super::error::{EdnError, EdnErrorKind};
use super::scanner::Scanner;

/// How many digits an integer may have: as many as one of 6,800 bits in base 10.
const MAX_DIGITS: usize = 2048;

/// A number as it is written.
#[derive(Debug, PartialEq)]
pub(super) enum Number {
    /// In decimal without a sign, so that it may be a tag's number, too.
    Plain(u64),
    /// Major type 0, if `negative` major type 1 with this argument.
    Integer {
        /// Whether the value is -1 - `argument`.
        negative: bool,
        /// The argument.
        argument: u64,
    },
    /// The content of tag 2, if `negative` of tag 3.
    Big {
        /// Whether the value is -1 - `content`.
        negative: bool,
        /// The integer, big-endian, without leading zeros.
        content: Vec<u8>,
    },
    /// With a point, an exponent, or not finite.
    Float(f64),
}

/// Takes the number that begins at `scanner`.
pub(super) fn number(scanner: &mut Scanner<'_>) -> Result<Number, EdnError> {
    let start = *scanner;
    let out_of_range = start.error(EdnErrorKind::Range);
    for (word, value) in
        [("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY), ("NaN", f64::NAN)]
    {
        if scanner.take(word) {
            return ended(scanner, start, Number::Float(value));
        }
    }
    let negative = scanner.take("-");
    let signed = negative || scanner.take("+");
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if !(scanner.take(prefix) || scanner.take(&prefix.to_ascii_uppercase())) {
            continue;
        }
        let whole = scanner.take_while(|digit| digit.is_digit(radix));
        if radix == 16 && matches!(scanner.peek(), Some('.' | 'p' | 'P')) {
            let float = hexadecimal(scanner, whole).ok_or(start.error(EdnErrorKind::Number))?;
            let float = float.ok_or(out_of_range)?;
            return ended(scanner, start, Number::Float(if negative { -float } else { float }));
        }
        let integer = integer(whole, radix, negative).ok_or(start.error(EdnErrorKind::Number))?;
        return ended(scanner, start, integer.ok_or(out_of_range)?);
    }
    let mut ahead = *scanner;
    let whole = ahead.take_while(|digit| digit.is_ascii_digit());
    if !matches!(ahead.peek(), Some('.' | 'e' | 'E')) {
        *scanner = ahead;
        let number = integer(whole, 10, negative).ok_or(start.error(EdnErrorKind::Number))?;
        return match number.ok_or(out_of_range)? {
            Number::Integer { negative: false, argument } if !signed => {
                ended(scanner, start, Number::Plain(argument))
            }
            number => ended(scanner, start, number),
        };
    }
    let float = decimal(scanner).ok_or(start.error(EdnErrorKind::Number))?;
    if float.is_infinite() {
        return Err(out_of_range);
    }
    ended(scanner, start, Number::Float(if negative { -float } else { float }))
}

/// `number`, if no more of a word stands behind it.
fn ended(scanner: &Scanner<'_>, start: Scanner<'_>, number: Number) -> Result<Number, EdnError> {
    match scanner.peek() {
        Some(next) if next.is_alphanumeric() || next == '.' => {
            Err(start.error(EdnErrorKind::Number))
        }
        _ => Ok(number),
    }
}

/// The integer of these digits; the outer `None` when there are none, the inner when there are too many.
fn integer(digits: &str, radix: u32, negative: bool) -> Option<Option<Number>> {
    if digits.is_empty() {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.len() > MAX_DIGITS {
        return Some(None);
    }
    // Little-endian.
    let mut limbs: Vec<u32> = Vec::new();
    for digit in digits.chars().filter_map(|digit| digit.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let product = u64::from(*limb).wrapping_mul(radix.into()).wrapping_add(carry);
            carry = product >> 32;
            *limb = low32(product);
        }
        if carry > 0 {
            limbs.push(low32(carry));
        }
    }
    // -0 is 0.
    let negative = negative && !limbs.is_empty();
    if negative {
        for limb in &mut limbs {
            let (less, borrow) = limb.overflowing_sub(1);
            *limb = less;
            if !borrow {
                break;
            }
        }
    }
    let big_endian = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes());
    let content: Vec<u8> = big_endian.skip_while(|byte| *byte == 0).collect();
    if content.len() > 8 {
        return Some(Some(Number::Big { negative, content }));
    }
    let argument = content.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    Some(Some(Number::Integer { negative, argument }))
}

fn low32(value: u64) -> u32 {
    u32::try_from(value & 0xffff_ffff).unwrap_or_default()
}

/// Takes a float in decimal without its sign.
fn decimal(scanner: &mut Scanner<'_>) -> Option<f64> {
    let start = *scanner;
    let digits =
        |scanner: &mut Scanner<'_>| scanner.take_while(|digit| digit.is_ascii_digit()).len();
    let mut length = digits(scanner);
    let mut significant = length;
    if scanner.take(".") {
        let fraction = digits(scanner);
        length = length.checked_add(fraction)?.checked_add(1)?;
        significant = significant.checked_add(fraction)?;
    }
    if scanner.take("e") || scanner.take("E") {
        let sign = usize::from(scanner.take("-") || scanner.take("+"));
        let exponent = digits(scanner);
        if exponent == 0 {
            return None;
        }
        length = length.checked_add(exponent)?.checked_add(sign)?.checked_add(1)?;
    }
    if significant == 0 {
        return None;
    }
    start.text(length).parse().ok()
}

/// Takes the rest of a float in hexadecimal, behind the digits before its point; the outer `None` when it
/// is not one, the inner when it is too large.
fn hexadecimal(scanner: &mut Scanner<'_>, whole: &str) -> Option<Option<f64>> {
    let hex = |digit: char| digit.is_ascii_hexdigit();
    let fraction = if scanner.take(".") { scanner.take_while(hex) } else { "" };
    if (whole.is_empty() && fraction.is_empty()) || !(scanner.take("p") || scanner.take("P")) {
        return None;
    }
    let negative = scanner.take("-");
    let _ = !negative && scanner.take("+");
    let exponent = scanner.take_while(|digit| digit.is_ascii_digit());
    if exponent.is_empty() {
        return None;
    }
    // Beyond any float in either direction; digits before and behind the point can't make up for it
    // in a text that fits into memory.
    let exponent = exponent.parse::<i64>().map_or(i64::MAX / 4, |value| value.min(i64::MAX / 4));
    let mut exponent = if negative { -exponent } else { exponent };
    let (mut significand, mut inexact) = (0_u64, false);
    let fraction_digits = fraction.chars().map(|digit| (digit, true));
    for (digit, is_fraction) in whole.chars().map(|digit| (digit, false)).chain(fraction_digits) {
        let value = u64::from(digit.to_digit(16)?);
        let fits = significand >> 60 == 0;
        if fits {
            significand = significand << 4 | value;
        } else {
            inexact |= value != 0;
        }
        exponent = match (fits, is_fraction) {
            (true, true) => exponent.saturating_sub(4),
            (false, false) => exponent.saturating_add(4),
            _ => exponent,
        };
    }
    Some(rounded(significand, exponent, inexact))
}

/// The float nearest to `significand` × 2^`exponent`, or to a little more if that is `inexact`; of two as
/// near, the even one. `None` when it is too large.
fn rounded(significand: u64, exponent: i64, inexact: bool) -> Option<f64> {
    if significand == 0 {
        return Some(0.0);
    }
    let leading = significand.leading_zeros();
    let significand = significand << leading;
    // The exponent of the highest bit.
    let exponent = exponent.saturating_sub(leading.into()).saturating_add(63);
    if exponent > 1023 {
        return None;
    }
    // How many bits a float of this exponent has: 53, fewer when it is subnormal.
    let missing = (-1022_i64).saturating_sub(exponent).max(0);
    let dropped = u32::try_from(missing.saturating_add(11)).unwrap_or(u32::MAX);
    let kept = significand.checked_shr(dropped).unwrap_or(0);
    let rest = match dropped {
        0..64 => significand << (64 - dropped),
        64 => significand,
        _ => 0,
    };
    let half = 1 << 63;
    let up = rest > half || (rest == half && (inexact || kept & 1 == 1));
    let kept = kept.saturating_add(u64::from(up));
    // The highest of 53 bits adds one to the exponent; so does a carry out of them.
    let below = u64::try_from(exponent.saturating_add(1022)).unwrap_or(0);
    let float = f64::from_bits((below << 52).saturating_add(kept));
    float.is_finite().then_some(float)
}

#[cfg(test)]
mod tests;
