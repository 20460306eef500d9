//! SHA-256 (FIPS 180-4): the compression in assembly where there is one, all around it by `digest`.

#[cfg(sha256_assembly)]
mod armv7m;
mod running;

use core::fmt;

pub use self::running::Running;
use digest::array::Array;
use digest::block_api::{
    AlgorithmName, Block, BlockSizeUser, Buffer, BufferKindUser, Eager, FixedOutputCore,
    OutputSizeUser, Reset, UpdateCore,
};
use digest::consts::{U32, U64};
use digest::{HashMarker, Output};
use zeroize::{Zeroize, ZeroizeOnDrop};

#[cfg(sha256_assembly)]
use self::armv7m::{compress, copy};
#[cfg(not(sha256_assembly))]
use sha2::block_api::compress256 as compress;

digest::buffer_fixed!(
    /// SHA-256 with the traits of `digest`, for what is generic over its hash. Wiped when dropped.
    ///
    /// ```
    /// use digest::Digest;
    ///
    /// let digest = hexad_cortex_m4::Sha256::digest(b"abc");
    /// assert_eq!(digest[..4], [0xba, 0x78, 0x16, 0xbf]); // FIPS 180-4, the first example
    /// ```
    pub struct Sha256(Core);
    impl: BaseFixedTraits AlgorithmName Default Clone HashMarker Reset FixedOutputReset;
);

// Core and buffer are.
impl ZeroizeOnDrop for Sha256 {}

/// The state between blocks.
#[derive(Clone)]
pub struct Core {
    state: [u32; 8],
    /// How many blocks were taken.
    blocks: u64,
}

/// Copies the start of `from` to the start of `to`, as much as both have.
#[cfg(not(sha256_assembly))]
fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// The size of a block in bytes.
const BLOCK: usize = 64;

/// FIPS 180-4, 5.3.3: the state before the first block.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

impl Default for Core {
    fn default() -> Self {
        Self { state: INITIAL, blocks: 0 }
    }
}

impl Reset for Core {
    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl HashMarker for Core {}

impl BlockSizeUser for Core {
    type BlockSize = U64;
}

impl BufferKindUser for Core {
    type BufferKind = Eager;
}

impl OutputSizeUser for Core {
    type OutputSize = U32;
}

impl UpdateCore for Core {
    #[inline]
    fn update_blocks(&mut self, blocks: &[Block<Self>]) {
        // FIPS 180-4, 1: a message has less than 2^64 bits.
        self.blocks = self.blocks.wrapping_add(blocks.len() as u64);
        compress(&mut self.state, Array::cast_slice_to_core(blocks));
    }
}

impl FixedOutputCore for Core {
    #[inline]
    fn finalize_fixed_core(&mut self, buffer: &mut Buffer<Self>, out: &mut Output<Self>) {
        let bytes = self.blocks.wrapping_mul(64).wrapping_add(buffer.get_pos() as u64);
        buffer.len64_padding_be(bytes.wrapping_mul(8), |block| {
            compress(&mut self.state, Array::cast_slice_to_core(core::slice::from_ref(block)));
        });
        for (to, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *to = word.to_be_bytes();
        }
    }
}

impl AlgorithmName for Core {
    fn write_alg_name(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256")
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.state.zeroize();
        self.blocks.zeroize();
    }
}

impl ZeroizeOnDrop for Core {}
