//! A hash that is being computed, with no more around the compression than it needs.

use core::slice::from_ref;

use hexad_cose_core::crypto::Digest;

use super::{BLOCK, INITIAL, compress, copy};

/// SHA-256 of what was taken so far. Not wiped: what is hashed for a signature is no secret.
#[derive(Clone, Debug)]
pub struct Running {
    state: [u32; 8],
    /// The start of the next block: as many bytes as `length` is past a multiple of [`BLOCK`], always
    /// less than a block.
    buffer: [u8; BLOCK],
    /// How many bytes were taken.
    length: u64,
}

impl Running {
    pub const fn new() -> Self {
        Self { state: INITIAL, buffer: [0; BLOCK], length: 0 }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, data: &[u8]) {
        let space = self.buffer.get_mut(filled(self.length)..).unwrap_or_default();
        // FIPS 180-4, 1: a message has less than 2^64 bits.
        self.length = self.length.wrapping_add(data.len() as u64);
        copy(space, data);
        let Some((_, rest)) = data.split_at_checked(space.len()) else { return };
        compress(&mut self.state, from_ref(&self.buffer));
        let (blocks, rest) = rest.as_chunks();
        compress(&mut self.state, blocks);
        copy(&mut self.buffer, rest);
    }

    /// The digest; nothing more may be asked of this. A one bit, zeros, and the length in bits stand
    /// behind the message (FIPS 180-4, 5.1.1).
    #[inline]
    pub fn finish(&mut self) -> Digest {
        let space = self.buffer.get_mut(filled(self.length)..).unwrap_or_default();
        match space.first_mut() {
            // Until it was full once, the buffer is zero behind what it holds.
            Some(first) if self.length < BLOCK as u64 => *first = 0x80,
            _ => copy(space, &PADDING),
        }
        if space.len() <= LENGTH {
            compress(&mut self.state, from_ref(&self.buffer));
            self.buffer = [0; BLOCK];
        }
        if let Some(space) = self.buffer.last_chunk_mut::<LENGTH>() {
            *space = self.length.wrapping_mul(8).to_be_bytes();
        }
        compress(&mut self.state, from_ref(&self.buffer));
        Digest::new(self.state.map(u32::to_be_bytes).as_flattened())
    }
}

/// How many bytes of the buffer are in use after `length`.
#[expect(clippy::cast_possible_truncation, reason = "less than a block")]
const fn filled(length: u64) -> usize {
    length as usize % BLOCK
}

/// The size of a message's length, in bytes.
const LENGTH: usize = 8;

/// A one bit, and as many zeros as there may be.
static PADDING: [u8; BLOCK] = {
    let mut padding = [0; BLOCK];
    padding[0] = 0x80;
    padding
};
