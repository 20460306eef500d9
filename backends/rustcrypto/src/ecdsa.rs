//! ECDSA on the NIST curves, on a digest that the caller has.

use ecdsa::elliptic_curve::array::{ArraySize, typenum::Unsigned};
use ecdsa::elliptic_curve::ops::Invert;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::subtle::CtOption;
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, Scalar};
use ecdsa::{DigestAlgorithm, EcdsaCurve, Signature, SignatureSize, SigningKey, VerifyingKey};
use hexad_cose_core::{CryptoError, Curve, Y};
use signature::hazmat::{PrehashSigner, PrehashVerifier};

/// The longest point: a tag byte and the two coordinates of P-521.
const MAX_POINT: usize = 1 + 2 * 66;

/// Checks a signature, r and s side by side, over a digest.
pub fn verify(
    curve: Curve,
    x: &[u8],
    y: &Y<'_>,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    let mut point = [0; MAX_POINT];
    let point = encode_point(x, y, &mut point).ok_or(CryptoError::InvalidKey)?;
    match curve {
        Curve::P256 => verify_on::<p256::NistP256>(point, digest, signature),
        Curve::P384 => verify_on::<p384::NistP384>(point, digest, signature),
        Curve::P521 => verify_on::<p521::NistP521>(point, digest, signature),
        _ => Err(CryptoError::Unsupported),
    }
}

/// The point in the encoding of SEC 1, 2.3.3.
fn encode_point<'p>(x: &[u8], y: &Y<'_>, point: &'p mut [u8; MAX_POINT]) -> Option<&'p [u8]> {
    let (first, y) = match y {
        Y::Odd(false) => (2, &[][..]),
        Y::Odd(true) => (3, &[][..]),
        Y::Coordinate(y) => (4, *y),
    };
    let end = 1 + x.len();
    *point.first_mut()? = first;
    point.get_mut(1..end)?.copy_from_slice(x);
    point.get_mut(end..end + y.len())?.copy_from_slice(y);
    point.get(..end + y.len())
}

fn verify_on<C>(point: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), CryptoError>
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
    SignatureSize<C>: ArraySize,
{
    let key = VerifyingKey::<C>::from_sec1_bytes(point).map_err(|_| CryptoError::InvalidKey)?;
    let signature = Signature::<C>::from_slice(signature).map_err(|_| CryptoError::Rejected)?;
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
