//! A hash that is being computed, with no more around the compression than it needs.

use core::slice::from_ref;

use hexad_cose_core::crypto::Digest;

use super::{BLOCK, INITIAL, compress};

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
    pub fn update(&mut self, mut data: &[u8]) {
        let filled = self.filled();
        // FIPS 180-4, 1: a message has less than 2^64 bits.
        self.length = self.length.wrapping_add(data.len() as u64);
        if filled > 0 {
            let space = self.buffer.get_mut(filled..).unwrap_or_default();
            let Some((first, rest)) = data.split_at_checked(space.len()) else {
                if let Some(space) = space.get_mut(..data.len()) {
                    space.copy_from_slice(data);
                }
                return;
            };
            space.copy_from_slice(first);
            compress(&mut self.state, from_ref(&self.buffer));
            data = rest;
        }
        let (blocks, rest) = data.as_chunks();
        compress(&mut self.state, blocks);
        if let Some(space) = self.buffer.get_mut(..rest.len()) {
            space.copy_from_slice(rest);
        }
    }

    /// The digest, after which nothing more may be asked: a one bit, zeros, and the length in bits stand behind the message (FIPS 180-4,
    /// 5.1.1).
    #[inline]
    pub fn finish(&mut self) -> Digest {
        let filled = self.filled();
        if let Some((one, zeros)) = self.buffer.get_mut(filled..).and_then(<[u8]>::split_first_mut)
        {
            *one = 0x80;
            zeros.fill(0);
            if zeros.len() < LENGTH {
                compress(&mut self.state, from_ref(&self.buffer));
                self.buffer = [0; BLOCK];
            }
        }
        if let Some(space) = self.buffer.last_chunk_mut::<LENGTH>() {
            *space = self.length.wrapping_mul(8).to_be_bytes();
        }
        compress(&mut self.state, from_ref(&self.buffer));
        Digest::new(self.state.map(u32::to_be_bytes).as_flattened())
    }

    /// How many bytes of the buffer are in use.
    #[expect(clippy::cast_possible_truncation, reason = "less than a block")]
    const fn filled(&self) -> usize {
        self.length as usize % BLOCK
    }
}

/// The size of a message's length, in bytes.
const LENGTH: usize = 8;
