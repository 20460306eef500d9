//! Points of curves in the encoding of SEC 1.

use hexad_cose_core::Y;

/// A point in the encoding of SEC 1, 2.3.3, compressed or not. Whether it is on its curve is for the
/// curve to say.
pub struct Point {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl Point {
    /// The longest: a tag byte and the two coordinates of P-521.
    const MAX: usize = 1 + 2 * 66;

    /// The point with these coordinates; `None` when they are longer than those of any curve.
    pub fn new(x: &[u8], y: &Y<'_>) -> Option<Self> {
        let (first, y) = match y {
            Y::Odd(false) => (2, &[][..]),
            Y::Odd(true) => (3, &[][..]),
            Y::Coordinate(y) => (4, *y),
        };
        let middle = x.len().checked_add(1)?;
        let length = middle.checked_add(y.len())?;
        let mut bytes = [0; Self::MAX];
        *bytes.first_mut()? = first;
        bytes.get_mut(1..middle)?.copy_from_slice(x);
        bytes.get_mut(middle..length)?.copy_from_slice(y);
        Some(Self { bytes, length })
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}
