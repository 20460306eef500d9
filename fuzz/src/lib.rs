//! What the fuzz targets share: the promises that every parser makes, and a signed wrapping for inputs.

pub mod mud;
pub mod suit;

/// Holds `parse` to what it promises for `data`: an error points into the input (it gives the offset),
/// and what is accepted is neither accepted with bytes missing nor with one more. Whether it is accepted.
///
/// # Panics
/// When the promise is broken.
pub fn accepts_exactly(data: &[u8], parse: impl Fn(&[u8]) -> Result<(), usize>) -> bool {
    if let Err(offset) = parse(data) {
        assert!(offset <= data.len(), "an error at byte {offset} of {}", data.len());
        return false;
    }
    for end in [0, data.len() / 2, data.len().saturating_sub(1)] {
        assert!(data.is_empty() || parse(&data[..end]).is_err(), "accepted {end} bytes of it");
    }
    let longer = [data, &[0xf6]].concat();
    assert!(parse(&longer).is_err(), "accepted a byte more");
    true
}

/// The key that the seeds and targets of `COSE_Mac0` use.
pub const SECRET: &[u8] = &[7; 32];

/// The private key that the seeds and targets of `COSE_Sign1` use.
pub const PRIVATE: [u8; 32] = [9; 32];
