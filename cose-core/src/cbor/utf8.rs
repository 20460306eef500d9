//! Whether text is UTF-8, in little code: for text that is passed over, not read.

/// Whether `bytes` are UTF-8 (RFC 3629, 4).
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(&first) = rest.next() {
        if first < 0x80 {
            continue;
        }
        // The bits before the first zero: how many bytes make up the scalar value.
        let length = (!first).leading_zeros();
        let mut scalar = u32::from(first) & 0x7f_u32.wrapping_shr(length);
        for _ in 1..length {
            match rest.next() {
                Some(&next) if next & 0xc0 == 0x80 => scalar = scalar << 6 | u32::from(next & 0x3f),
                _ => return false,
            }
        }
        // A surrogate or beyond Unicode is no scalar value; what is longer than it must be is of another
        // length, as is what announces more than four bytes; one alone is a continuation.
        let is_shortest = |scalar: char| u32::try_from(scalar.len_utf8()) == Ok(length);
        if length == 1 || !char::from_u32(scalar).is_some_and(is_shortest) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
