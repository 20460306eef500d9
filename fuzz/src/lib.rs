//! What the fuzz targets share: the promises that every parser makes, and a signed wrapping for inputs.

pub mod cose;
pub mod generate;
pub mod mud;
pub mod suit;

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

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

/// Numbers in order in place of random ones, so that each run makes the same messages.
#[derive(Debug, Default)]
pub struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}
