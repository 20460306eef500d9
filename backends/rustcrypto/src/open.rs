//! Decryption piece by piece: AES-GCM, ChaCha20-Poly1305 and AES-CTR. AES-CCM has to know all sizes
//! before and AES-CBC ends in its padding, so they are decrypted at once ([`Aead`]).
//!
//! [`Aead`]: hexad_cose_core::crypto::Aead

use core::fmt;

#[cfg(feature = "aes")]
use aes::{Aes128, Aes192, Aes256, cipher::BlockCipherEncrypt};
#[cfg(feature = "chacha20poly1305")]
use chacha20::ChaCha20;
#[cfg(feature = "aes")]
use ctr::{Ctr128BE, cipher::consts::U16};
#[cfg(feature = "aes")]
use ghash::{GHash, universal_hash::UniversalHash};
use hexad_cose_core::crypto::{CryptoError, OpenStream, Opener};
use hexad_cose_core::{Algorithm, Segments};
#[cfg(feature = "chacha20poly1305")]
use poly1305::Poly1305;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

#[cfg(feature = "aes")]
use ctr::cipher::{KeyInit, KeyIvInit, StreamCipher};
#[cfg(not(feature = "aes"))]
use {
    chacha20::cipher::{KeyInit, KeyIvInit, StreamCipher},
    poly1305::universal_hash::UniversalHash,
};

use crate::RustCrypto;

impl OpenStream for RustCrypto {
    type Key = [u8];
    type Opener = RunningOpen;

    fn start_open(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &Segments<'_>,
    ) -> Result<RunningOpen, CryptoError> {
        let sizes = algorithm.content_encryption().ok_or(CryptoError::Unsupported)?;
        if key.len() != sizes.key_len {
            return Err(CryptoError::InvalidKey);
        }
        if nonce.len() != sizes.nonce_len {
            return Err(CryptoError::Unsupported);
        }
        let (cipher, tag) = match algorithm {
            #[cfg(feature = "aes")]
            Algorithm::A128GCM => galois(key, nonce, Keystream::Aes128)?,
            #[cfg(feature = "aes")]
            Algorithm::A192GCM => galois(key, nonce, Keystream::Aes192)?,
            #[cfg(feature = "aes")]
            Algorithm::A256GCM => galois(key, nonce, Keystream::Aes256)?,
            #[cfg(feature = "aes")]
            Algorithm::A128CTR => (Keystream::Aes128(keyed(key, nonce)?), Hash::None),
            #[cfg(feature = "aes")]
            Algorithm::A192CTR => (Keystream::Aes192(keyed(key, nonce)?), Hash::None),
            #[cfg(feature = "aes")]
            Algorithm::A256CTR => (Keystream::Aes256(keyed(key, nonce)?), Hash::None),
            #[cfg(feature = "chacha20poly1305")]
            Algorithm::CHACHA20_POLY1305 => chacha(key, nonce)?,
            _ => return Err(CryptoError::Unsupported),
        };
        let mut running = RunningOpen { cipher, tag, block: [0; 16], filled: 0, lengths: [0; 2] };
        let mut taken = Ok(());
        aad.for_each(|segment| {
            if taken.is_ok() {
                taken = running.authenticate(segment, 0);
            }
        });
        taken?;
        let [associated, _] = running.lengths;
        if sizes.tag_len == 0 && associated != 0 {
            return Err(CryptoError::Unsupported);
        }
        running.pad();
        Ok(running)
    }
}

/// A decryption under way. The keys in it are wiped when it is dropped, by the ciphers.
pub struct RunningOpen {
    cipher: Keystream,
    tag: Hash,
    /// What the hash has not taken yet: less than a block.
    block: [u8; 16],
    filled: usize,
    /// How many bytes of associated data and of ciphertext there were.
    lengths: [u64; 2],
}

enum Keystream {
    #[cfg(feature = "aes")]
    Aes128(Ctr128BE<Aes128>),
    #[cfg(feature = "aes")]
    Aes192(Ctr128BE<Aes192>),
    #[cfg(feature = "aes")]
    Aes256(Ctr128BE<Aes256>),
    #[cfg(feature = "chacha20poly1305")]
    ChaCha20(ChaCha20),
}

/// What the tag is computed with.
#[allow(clippy::large_enum_variant, reason = "there is no heap to box the large one on")]
enum Hash {
    /// A cipher without a tag.
    #[cfg(feature = "aes")]
    None,
    /// With the block that the sum is masked with.
    #[cfg(feature = "aes")]
    Galois(GHash, Zeroizing<[u8; 16]>),
    #[cfg(feature = "chacha20poly1305")]
    Poly(Poly1305),
}

/// The most blocks that AES-GCM encrypts under one nonce (NIST SP 800-38D, 5.2.1.1), in bytes. Up to
/// there its 32-bit counter does not wrap, and counts like one of 128 bits.
#[cfg(feature = "aes")]
const GCM_LIMIT: u64 = ((1 << 32) - 2) * 16;

/// The most bytes that ChaCha20 gives with a 32-bit counter whose first block makes the key of the tag.
#[cfg(feature = "chacha20poly1305")]
const CHACHA_LIMIT: u64 = ((1 << 32) - 1) * 64;

#[cfg(feature = "aes")]
fn keyed<C>(key: &[u8], iv: &[u8]) -> Result<Ctr128BE<C>, CryptoError>
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    Ctr128BE::new_from_slices(key, iv).map_err(|_| CryptoError::InvalidKey)
}

/// AES-GCM (NIST SP 800-38D, 7.2) with a nonce of 96 bits.
#[cfg(feature = "aes")]
fn galois<C>(
    key: &[u8],
    nonce: &[u8],
    stream: impl FnOnce(Ctr128BE<C>) -> Keystream,
) -> Result<(Keystream, Hash), CryptoError>
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    let cipher = C::new_from_slice(key).map_err(|_| CryptoError::InvalidKey)?;
    let mut subkey = [0; 16].into();
    cipher.encrypt_block(&mut subkey);
    let mut counter = [0; 16];
    let (start, number) = counter.split_at_mut(12);
    start.copy_from_slice(nonce);
    number.copy_from_slice(&1u32.to_be_bytes());
    let mut cipher = keyed::<C>(key, &counter)?;
    let mut mask = Zeroizing::new([0; 16]);
    cipher.try_apply_keystream(&mut *mask).map_err(|_| CryptoError::Unsupported)?;
    Ok((stream(cipher), Hash::Galois(GHash::new(&subkey), mask)))
}

/// ChaCha20-Poly1305 (RFC 8439, 2.8).
#[cfg(feature = "chacha20poly1305")]
fn chacha(key: &[u8], nonce: &[u8]) -> Result<(Keystream, Hash), CryptoError> {
    let mut cipher = ChaCha20::new_from_slices(key, nonce).map_err(|_| CryptoError::InvalidKey)?;
    let mut first = Zeroizing::new([0; 64]);
    cipher.try_apply_keystream(&mut *first).map_err(|_| CryptoError::Unsupported)?;
    let (one_time, _) = first.split_at(32);
    let tag = Poly1305::new_from_slice(one_time).map_err(|_| CryptoError::InvalidKey)?;
    Ok((Keystream::ChaCha20(cipher), Hash::Poly(tag)))
}

impl RunningOpen {
    /// Hashes data, the `part` of it being associated (0) or ciphertext (1).
    fn authenticate(&mut self, mut data: &[u8], part: usize) -> Result<(), CryptoError> {
        if let Some(length) = self.lengths.get_mut(part) {
            let more = u64::try_from(data.len()).map_err(|_| CryptoError::Unsupported)?;
            *length = length.checked_add(more).ok_or(CryptoError::Unsupported)?;
        }
        while !data.is_empty() {
            let room = self.block.get_mut(self.filled..).unwrap_or_default();
            let length = room.len().min(data.len());
            let (now, later) = data.split_at_checked(length).unwrap_or_default();
            for (to, from) in room.iter_mut().zip(now) {
                *to = *from;
            }
            data = later;
            self.filled = self.filled.saturating_add(length);
            if self.filled == self.block.len() {
                self.take_block();
            }
        }
        Ok(())
    }

    fn take_block(&mut self) {
        let block = self.block.into();
        match &mut self.tag {
            #[cfg(feature = "aes")]
            Hash::None => {}
            #[cfg(feature = "aes")]
            Hash::Galois(hash, _) => hash.update(&[block]),
            #[cfg(feature = "chacha20poly1305")]
            Hash::Poly(hash) => hash.update(&[block]),
        }
        self.block = [0; 16];
        self.filled = 0;
    }

    /// Fills the last block up with zeros.
    fn pad(&mut self) {
        if self.filled != 0 {
            self.take_block();
        }
    }
}

impl Opener for RunningOpen {
    fn update(&mut self, piece: &mut [u8]) -> Result<(), CryptoError> {
        self.authenticate(piece, 1)?;
        let [_, length] = self.lengths;
        let limit = match self.tag {
            #[cfg(feature = "aes")]
            Hash::None => u64::MAX,
            #[cfg(feature = "aes")]
            Hash::Galois(..) => GCM_LIMIT,
            #[cfg(feature = "chacha20poly1305")]
            Hash::Poly(_) => CHACHA_LIMIT,
        };
        if length > limit {
            return Err(CryptoError::Unsupported);
        }
        match &mut self.cipher {
            #[cfg(feature = "aes")]
            Keystream::Aes128(cipher) => cipher.try_apply_keystream(piece),
            #[cfg(feature = "aes")]
            Keystream::Aes192(cipher) => cipher.try_apply_keystream(piece),
            #[cfg(feature = "aes")]
            Keystream::Aes256(cipher) => cipher.try_apply_keystream(piece),
            #[cfg(feature = "chacha20poly1305")]
            Keystream::ChaCha20(cipher) => cipher.try_apply_keystream(piece),
        }
        .map_err(|_| CryptoError::Unsupported)
    }

    fn finish(mut self, tag: &[u8]) -> Result<(), CryptoError> {
        self.pad();
        let [associated, content] = self.lengths;
        let computed: [u8; 16] = match self.tag {
            #[cfg(feature = "aes")]
            Hash::None => {
                return if tag.is_empty() { Ok(()) } else { Err(CryptoError::Rejected) };
            }
            #[cfg(feature = "aes")]
            Hash::Galois(mut hash, mask) => {
                let lengths = [associated.wrapping_mul(8), content.wrapping_mul(8)];
                hash.update(&[block(lengths.map(u64::to_be_bytes)).into()]);
                let mut sum: [u8; 16] = hash.finalize().into();
                for (byte, mask) in sum.iter_mut().zip(mask.iter()) {
                    *byte ^= mask;
                }
                sum
            }
            #[cfg(feature = "chacha20poly1305")]
            Hash::Poly(mut hash) => {
                let lengths = [associated, content];
                hash.update(&[block(lengths.map(u64::to_le_bytes)).into()]);
                hash.finalize().into()
            }
        };
        if bool::from(computed.as_slice().ct_eq(tag)) { Ok(()) } else { Err(CryptoError::Rejected) }
    }
}

/// Two halves as one block.
fn block([first, second]: [[u8; 8]; 2]) -> [u8; 16] {
    let mut block = [0; 16];
    let (start, end) = block.split_at_mut(8);
    start.copy_from_slice(&first);
    end.copy_from_slice(&second);
    block
}

impl fmt::Debug for RunningOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningOpen").finish_non_exhaustive()
    }
}
