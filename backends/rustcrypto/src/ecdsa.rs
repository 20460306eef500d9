//! ECDSA (FIPS 186-5) on a digest that the caller has.

use ::ecdsa::elliptic_curve::array::{ArraySize, typenum::Unsigned};
use ::ecdsa::elliptic_curve::ops::Invert;
use ::ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ::ecdsa::elliptic_curve::subtle::CtOption;
use ::ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, Scalar};
use ::ecdsa::{DigestAlgorithm, EcdsaCurve, Signature, SignatureSize, SigningKey, VerifyingKey};
use hexad_cose_core::crypto::CryptoError;
use hexad_cose_core::{Curve, Y};
use signature::hazmat::{PrehashSigner, PrehashVerifier};

use crate::point::Point;

/// Checks a signature, r and s side by side, over a digest. COSE asks for no canonical s: of the two
/// that verify, either does.
pub fn verify(
    curve: Curve,
    x: &[u8],
    y: &Y<'_>,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    let point = Point::new(x, y).ok_or(CryptoError::InvalidKey)?;
    match curve {
        #[cfg(feature = "p256")]
        Curve::P256 => verify_on::<p256::NistP256>(point.as_bytes(), digest, signature),
        #[cfg(feature = "p384")]
        Curve::P384 => verify_on::<p384::NistP384>(point.as_bytes(), digest, signature),
        #[cfg(feature = "p521")]
        Curve::P521 => verify_on::<p521::NistP521>(point.as_bytes(), digest, signature),
        #[cfg(feature = "secp256k1")]
        Curve::Secp256k1 => verify_on::<k256::Secp256k1>(point.as_bytes(), digest, signature),
        _ => Err(CryptoError::Unsupported),
    }
}

fn verify_on<C>(point: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), CryptoError>
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
    SignatureSize<C>: ArraySize,
{
    let key = VerifyingKey::<C>::from_sec1_bytes(point).map_err(|_| CryptoError::InvalidKey)?;
    let mut signature = Signature::<C>::from_slice(signature).map_err(|_| CryptoError::Rejected)?;
    if C::NORMALIZE_S {
        signature = signature.normalize_s();
    }
    with_padded::<C, _>(digest, |digest| key.verify_prehash(digest, &signature))
        .map_err(|_| CryptoError::Rejected)
}

/// Signs a digest with a nonce by RFC 6979; the signature's size.
pub fn sign_on<C>(
    key: &SigningKey<C>,
    digest: &[u8],
    signature: &mut [u8],
) -> Result<usize, CryptoError>
where
    C: EcdsaCurve + CurveArithmetic + DigestAlgorithm,
    Scalar<C>: Invert<Output = CtOption<Scalar<C>>>,
    SignatureSize<C>: ArraySize,
{
    let made: Signature<C> = with_padded::<C, _>(digest, |digest| key.sign_prehash(digest))
        .map_err(|_| CryptoError::InvalidKey)?;
    let made = made.to_bytes();
    let space = signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?;
    space.copy_from_slice(&made);
    Ok(made.len())
}

/// Gives `digest` to `use_it`, with zeros in front where it is shorter than half of the order of `C`,
/// which the primitives refuse (ES256 on P-521). It stays the same number.
fn with_padded<C: EcdsaCurve, R>(digest: &[u8], use_it: impl FnOnce(&[u8]) -> R) -> R {
    let mut padded = [0; 33];
    let least = FieldBytesSize::<C>::USIZE.div_ceil(2).min(padded.len());
    match least.checked_sub(digest.len()) {
        Some(zeros @ 1..) => {
            if let Some(space) = padded.get_mut(zeros..least) {
                space.copy_from_slice(digest);
            }
            use_it(padded.get(..least).unwrap_or_default())
        }
        _ => use_it(digest),
    }
}
