//! ECDSA (FIPS 186-5) and ECDH (SP 800-56A) on P-256, on the assembly of `p256-cortex-m4-sys`.

mod assembly;
mod nonce;

use hexad_cose_core::crypto::{CryptoError, SharedSecret};
use hexad_cose_core::{Curve, PublicKeyBuf, Y};
use rand_core::TryCryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use self::assembly::Number;
use self::nonce::Nonces;

/// The size of a number, in bytes.
const SIZE: usize = 32;

/// How many random numbers are tried before the generator is taken for broken: one in 2^32 is out of
/// range.
const TRIES: usize = 16;

/// A point that may be on the curve or not.
pub struct Point {
    x: Number,
    y: Number,
}

impl Point {
    /// The point with these coordinates; `None` for a wrong length, or a compressed point that is not
    /// on the curve.
    pub fn new(x: &[u8], y: &Y<'_>) -> Option<Self> {
        let x: &[u8; SIZE] = x.try_into().ok()?;
        match y {
            Y::Coordinate(y) => Some(Self { x: number(x), y: number((*y).try_into().ok()?) }),
            Y::Odd(odd) => {
                // SEC 1, 2.3.3: 2 or 3, then x.
                let mut compressed = [2 | u8::from(*odd); 1 + SIZE];
                *compressed.last_chunk_mut()? = *x;
                assembly::decode(&compressed).map(|(x, y)| Self { x, y })
            }
        }
    }

    /// Checks a signature, r and s side by side, over a digest. COSE asks for no canonical s: of the
    /// two that verify, either does.
    pub fn verify(&self, digest: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if let Some((r, rest)) = signature.split_first_chunk::<SIZE>()
            && let Ok(s) = rest.try_into()
            && assembly::verify(&self.x, &self.y, digest, &number(r), &number(s))
        {
            return Ok(());
        }
        // No; or can't. To ask only now costs a signature that is right nothing.
        if self.is_on_curve() { Err(CryptoError::Rejected) } else { Err(CryptoError::InvalidKey) }
    }

    fn is_on_curve(&self) -> bool {
        let mut encoded = [4; 1 + 2 * SIZE];
        if let Some((_, coordinates)) = encoded.split_first_mut()
            && let ([x, y], []) = coordinates.as_chunks_mut::<SIZE>()
        {
            (*x, *y) = (bytes(&self.x), bytes(&self.y));
        }
        assembly::decode(&encoded).is_some()
    }
}

/// A private number: not zero, and below the order.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PrivateKey(Number);

impl PrivateKey {
    /// The key and its point; `None` for a wrong length or a number out of range.
    pub fn new(d: &[u8]) -> Option<(Self, PublicKeyBuf)> {
        let key = Self(number(d.try_into().ok()?));
        let (x, y) = assembly::point(&key.0)?;
        let public = PublicKeyBuf::new(Curve::P256, &bytes(&x), &bytes(&y))?;
        Some((key, public))
    }

    /// A new key and its point.
    pub fn generate(random: &mut impl TryCryptoRng) -> Result<(Self, PublicKeyBuf), CryptoError> {
        let mut d = Zeroizing::new([0; SIZE]);
        for _ in 0..TRIES {
            random.try_fill_bytes(&mut d[..]).map_err(|_| CryptoError::Device)?;
            if let Some(made) = Self::new(&d[..]) {
                return Ok(made);
            }
        }
        Err(CryptoError::Device)
    }

    /// The number, big-endian.
    pub fn to_bytes(&self) -> Zeroizing<[u8; SIZE]> {
        Zeroizing::new(bytes(&self.0))
    }

    /// Signs a digest with a nonce by RFC 6979; the signature's size.
    pub fn sign(&self, digest: &[u8], signature: &mut [u8]) -> Result<usize, CryptoError> {
        let space = signature.first_chunk_mut::<{ 2 * SIZE }>();
        let space = space.ok_or(CryptoError::BufferTooSmall)?;
        let mut nonces = Nonces::new(&self.to_bytes(), digest)?;
        for _ in 0..TRIES {
            let k = Zeroizing::new(number(nonces.next()));
            if let Some((r, s)) = assembly::sign(digest, &self.0, &k) {
                if let ([to_r, to_s], []) = space.as_chunks_mut() {
                    (*to_r, *to_s) = (bytes(&r), bytes(&s));
                }
                return Ok(space.len());
            }
            nonces.reject()?;
        }
        Err(CryptoError::InvalidKey)
    }

    /// The secret that is shared with the owner of `peer`; `InvalidKey` when that is not on the curve.
    pub fn agree(&self, peer: &Point) -> Result<SharedSecret, CryptoError> {
        let secret = assembly::shared(&self.0, &peer.x, &peer.y).map(Zeroizing::new);
        let secret = secret.ok_or(CryptoError::InvalidKey)?;
        SharedSecret::new(&secret[..]).ok_or(CryptoError::InvalidKey)
    }
}

/// The number in these bytes, big-endian.
fn number(bytes: &[u8; SIZE]) -> Number {
    let mut number = [0; 8];
    for (word, bytes) in number.iter_mut().zip(bytes.as_chunks().0.iter().rev()) {
        *word = u32::from_be_bytes(*bytes);
    }
    number
}

/// The bytes of a number, big-endian.
fn bytes(number: &Number) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(number.iter().rev()) {
        *bytes = word.to_be_bytes();
    }
    bytes
}
