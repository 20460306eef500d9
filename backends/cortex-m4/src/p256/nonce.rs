//! Nonces that are a function of key and message (RFC 6979, 3.2), with HMAC and SHA-256.

use hexad_cose_core::crypto::CryptoError;
use hmac::{Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

use super::SIZE;
use crate::Sha256;

/// The order of P-256, big-endian, in halves (FIPS 186-5; SP 800-186, 3.2.1.3).
const ORDER: (u128, u128) =
    (0xffff_ffff_0000_0000_ffff_ffff_ffff_ffff, 0xbce6_faad_a717_9e84_f3b9_cac2_fc63_2551);

/// The numbers to be tried as nonces for one message, one after another.
pub struct Nonces {
    /// The MAC under K.
    mac: Hmac<Sha256>,
    v: Zeroizing<[u8; SIZE]>,
}

impl Nonces {
    /// Steps b to g, for the private number `d`.
    pub fn new(d: &[u8; SIZE], digest: &[u8]) -> Result<Self, CryptoError> {
        let digest = reduced(digest);
        let mut nonces = Self { mac: keyed(&[0; SIZE])?, v: Zeroizing::new([1; SIZE]) };
        nonces.update(&[&[0], d, &digest])?;
        nonces.update(&[&[1], d, &digest])?;
        Ok(nonces)
    }

    /// Step h: the next number, big-endian; what the MAC gives is as long as the order. Not held
    /// against the order: who uses it does, and calls [`reject`](Self::reject).
    pub fn next(&mut self) -> &[u8; SIZE] {
        self.step();
        &self.v
    }

    /// The last number was of no use.
    pub fn reject(&mut self) -> Result<(), CryptoError> {
        self.update(&[&[0]])
    }

    /// Sets K to the MAC of V and `more`, then V to that of V.
    fn update(&mut self, more: &[&[u8]]) -> Result<(), CryptoError> {
        let mut mac = self.mac.clone();
        mac.update(&*self.v);
        more.iter().for_each(|piece| mac.update(piece));
        let k = Zeroizing::new(<[u8; SIZE]>::from(mac.finalize().into_bytes()));
        self.mac = keyed(&k)?;
        self.step();
        Ok(())
    }

    /// Sets V to its MAC.
    fn step(&mut self) {
        *self.v = self.mac.clone().chain_update(&*self.v).finalize().into_bytes().into();
    }
}

fn keyed(k: &[u8; SIZE]) -> Result<Hmac<Sha256>, CryptoError> {
    Hmac::new_from_slice(k).map_err(|_| CryptoError::InvalidKey)
}

/// The leftmost bits of `digest`, as many as the order has, less the order where they are not below it
/// (RFC 6979, 2.3.4).
fn reduced(digest: &[u8]) -> [u8; SIZE] {
    let mut number = [0; SIZE];
    let digest = digest.get(..SIZE).unwrap_or(digest);
    number.iter_mut().rev().zip(digest.iter().rev()).for_each(|(to, from)| *to = *from);
    if let ([high, low], []) = number.as_chunks_mut() {
        let halves = (u128::from_be_bytes(*high), u128::from_be_bytes(*low));
        if halves >= ORDER {
            let (difference, borrow) = halves.1.overflowing_sub(ORDER.1);
            *low = difference.to_be_bytes();
            *high = halves.0.wrapping_sub(ORDER.0).wrapping_sub(borrow.into()).to_be_bytes();
        }
    }
    number
}
