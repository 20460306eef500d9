//! What the first byte of an item says: its type and its argument (RFC 8949, 3).

use core::fmt;

/// How deep items may be nested inside one another when they are skipped or checked as a whole.
/// Byte strings that hold CBOR count anew.
pub const MAX_DEPTH: usize = 32;

/// The first byte of a break.
pub(super) const BREAK: u8 = 0xff;

/// The type of an item, as its first byte tells.
// A word, and with it the error that names it: behind a single byte, the rest of what a `Result` holds
// besides would be copied byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Type {
    /// Major type 0.
    Unsigned,
    /// Major type 1.
    Negative,
    /// Major type 2.
    Bytes,
    /// Major type 3.
    Text,
    /// Major type 4.
    Array,
    /// Major type 5.
    Map,
    /// Major type 6.
    Tag,
    /// `false` or `true`.
    Bool,
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// Another simple value.
    Simple,
    /// Half, single or double precision.
    Float,
    /// The end of an indefinite-length item.
    Break,
}

impl Type {
    /// The type that `first`, the first byte of an item, stands for.
    #[must_use]
    pub const fn of(first: u8) -> Self {
        match first >> 5 {
            0 => Self::Unsigned,
            1 => Self::Negative,
            2 => Self::Bytes,
            3 => Self::Text,
            4 => Self::Array,
            5 => Self::Map,
            6 => Self::Tag,
            _ => match first & 0x1f {
                20 | 21 => Self::Bool,
                22 => Self::Null,
                23 => Self::Undefined,
                25..=27 => Self::Float,
                31 => Self::Break,
                _ => Self::Simple,
            },
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "an unsigned integer",
            Self::Negative => "a negative integer",
            Self::Bytes => "a byte string",
            Self::Text => "a text string",
            Self::Array => "an array",
            Self::Map => "a map",
            Self::Tag => "a tag",
            Self::Bool => "a boolean",
            Self::Null => "null",
            Self::Undefined => "undefined",
            Self::Simple => "a simple value",
            Self::Float => "a floating-point number",
            Self::Break => "a break",
        })
    }
}

/// The head of an item: its first byte and the argument that follows it (RFC 8949, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub(super) first: u8,
    /// The argument: a value, a length, a count, a tag number, or the bits of a float. Zero for an
    /// indefinite length or a break.
    pub argument: u64,
}

impl Head {
    /// The type of the item.
    #[must_use]
    pub const fn item_type(self) -> Type {
        Type::of(self.first)
    }

    /// The major type.
    pub(crate) const fn major(self) -> u8 {
        self.first >> 5
    }

    /// Whether the length is indefinite (also true of a break).
    #[must_use]
    pub const fn is_indefinite(self) -> bool {
        self.first & 0x1f == 31
    }

    /// Whether the argument is written in the fewest bytes (RFC 8949, 4.2.1); of a float, whether no
    /// shorter float has the same value.
    #[must_use]
    pub fn is_shortest(self) -> bool {
        let (info, argument) = (self.first & 0x1f, self.argument);
        if self.item_type() == Type::Float {
            return match info {
                25 => argument & 0x7c00 != 0x7c00 || argument & 0x3ff == 0 || argument == 0x7e00,
                26 => float::f32_bits_to_f16(low32(argument)).is_none(),
                _ => float::f64_bits_to_f32(argument).is_none(),
            };
        }
        match info {
            24 => argument >= 24,
            25 => argument > 0xff,
            26 => argument > 0xffff,
            27 => argument > 0xffff_ffff,
            _ => true,
        }
    }

    /// The value of a floating-point item, of whatever width.
    #[must_use]
    pub fn float(self) -> f64 {
        match self.first & 0x1f {
            25 => float::f16_bits_to_f64(low16(self.argument)),
            26 => f64::from(f32::from_bits(low32(self.argument))),
            _ => f64::from_bits(self.argument),
        }
    }
}

fn low16(value: u64) -> u16 {
    let [.., a, b] = value.to_be_bytes();
    u16::from_be_bytes([a, b])
}

fn low32(value: u64) -> u32 {
    let [.., a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Conversions between the three widths of floats, by their bits.
pub(super) mod float {
    use super::{Head, low16, low32};

    /// The least width, 1 to 3 for half to double precision, in which the float of `head` keeps its
    /// value and a NaN its payload; and its bits in that width.
    pub fn shortest(head: Head) -> (u8, u64) {
        let bits = head.argument;
        let single = match head.first & 0x1f {
            25 => return (1, bits),
            26 => low32(bits),
            _ => match f64_bits_to_f32(bits) {
                Some(single) => single,
                None => return (3, bits),
            },
        };
        f32_bits_to_f16(single).map_or((2, single.into()), |half| (1, half.into()))
    }

    /// The value of the half-precision float with these bits (RFC 8949, appendix D).
    pub fn f16_bits_to_f64(bits: u16) -> f64 {
        let sign = u64::from(bits >> 15) << 63;
        let exponent = u64::from((bits >> 10) & 0x1f);
        let fraction = u64::from(bits & 0x3ff);
        match (exponent, fraction) {
            (0, 0) => f64::from_bits(sign),
            // Subnormal: fraction × 2^-24.
            (0, _) => {
                let magnitude = f64::from(bits & 0x3ff) / 16_777_216.0;
                if sign == 0 { magnitude } else { -magnitude }
            }
            (31, _) => f64::from_bits(sign | (0x7ff << 52) | (fraction << 42)),
            _ => f64::from_bits(sign | ((exponent + 1023 - 15) << 52) | (fraction << 42)),
        }
    }

    /// The single-precision bits of the same value (of a NaN: the same sign and payload), if any.
    pub fn f64_bits_to_f32(bits: u64) -> Option<u32> {
        let value = f64::from_bits(bits);
        if value.is_nan() {
            let payload = bits & ((1 << 52) - 1);
            let single = ((bits >> 32) & 0x8000_0000) | 0x7f80_0000 | (payload >> 29);
            return (payload & ((1 << 29) - 1) == 0 && payload >> 29 != 0).then(|| low32(single));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the result is compared with the value"
        )]
        let single = value as f32;
        (f64::from(single).to_bits() == bits).then(|| single.to_bits())
    }

    /// The half-precision bits of the same value, if any.
    pub fn f32_bits_to_f16(bits: u32) -> Option<u16> {
        let sign = (bits >> 16) & 0x8000;
        let exponent = (bits >> 23) & 0xff;
        let fraction = bits & 0x007f_ffff;
        let half = match exponent {
            0 if fraction == 0 => sign,
            // Infinities and NaNs whose payload fits.
            255 if fraction & 0x1fff == 0 => sign | 0x7c00 | (fraction >> 13),
            // Normal range of a half: 2^-14 to 2^15.
            113..=142 if fraction & 0x1fff == 0 => {
                sign | ((exponent - 112) << 10) | (fraction >> 13)
            }
            // Subnormal halves: the full significand shifted right, nothing lost.
            103..=112 => {
                let significand = fraction | 0x0080_0000;
                let shift = 126 - exponent;
                if significand & ((1 << shift) - 1) != 0 {
                    return None;
                }
                sign | (significand >> shift)
            }
            _ => return None,
        };
        Some(low16(u64::from(half)))
    }
}
