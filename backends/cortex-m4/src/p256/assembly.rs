//! The calls of `p256-cortex-m4-sys`: numbers of 256 bits, each eight words, the least first.
#![expect(unsafe_code, reason = "what is not Rust can be called in no other way")]

use p256_cortex_m4_sys as sys;

/// A number of 256 bits: words, the least significant first.
pub type Number = [u32; 8];

/// Whether `(r, s)` is a signature of `digest` by the point `(x, y)`. Also false for coordinates that
/// are no point of the curve, and for r or s out of range (FIPS 186-5, 6.4.2).
pub fn verify(x: &Number, y: &Number, digest: &[u8], r: &Number, s: &Number) -> bool {
    let Ok(length) = u32::try_from(digest.len()) else { return false };
    // SAFETY: four numbers of eight words and `length` bytes are read, and nothing is kept.
    unsafe {
        sys::p256_verify(x.as_ptr(), y.as_ptr(), digest.as_ptr(), length, r.as_ptr(), s.as_ptr())
    }
}

/// The signature `(r, s)` of `digest` by the private number `d` with the nonce `k`. `None` when `k` is
/// zero or not below the order, or makes r or s zero: then another one has to be taken.
pub fn sign(digest: &[u8], d: &Number, k: &Number) -> Option<(Number, Number)> {
    let length = u32::try_from(digest.len()).ok()?;
    let (mut r, mut s) = ([0; 8], [0; 8]);
    // SAFETY: `length` bytes and two numbers of eight words are read, two numbers are written.
    let signed = unsafe {
        sys::p256_sign(
            r.as_mut_ptr(),
            s.as_mut_ptr(),
            digest.as_ptr(),
            length,
            d.as_ptr(),
            k.as_ptr(),
        )
    };
    signed.then_some((r, s))
}

/// The point that belongs to the private number `d`; `None` when `d` is zero or not below the order.
pub fn point(d: &Number) -> Option<(Number, Number)> {
    let (mut x, mut y) = ([0; 8], [0; 8]);
    // SAFETY: a number of eight words is read, two are written.
    let made = unsafe { sys::p256_keygen(x.as_mut_ptr(), y.as_mut_ptr(), d.as_ptr()) };
    made.then_some((x, y))
}

/// The point that is encoded so (SEC 1, 2.3.4), compressed or not; `None` when it is not on the curve.
pub fn decode(encoded: &[u8]) -> Option<(Number, Number)> {
    let length = u32::try_from(encoded.len()).ok()?;
    let (mut x, mut y) = ([0; 8], [0; 8]);
    // SAFETY: `length` bytes are read, two numbers of eight words are written.
    let decoded = unsafe {
        sys::p256_octet_string_to_point(x.as_mut_ptr(), y.as_mut_ptr(), encoded.as_ptr(), length)
    };
    decoded.then_some((x, y))
}

/// The x-coordinate of `d` times the point `(x, y)`, big-endian; `None` when that is not on the curve.
pub fn shared(d: &Number, x: &Number, y: &Number) -> Option<[u8; 32]> {
    let mut secret = [0; 32];
    // SAFETY: three numbers of eight words are read, 32 bytes are written.
    let agreed = unsafe {
        sys::p256_ecdh_calc_shared_secret(secret.as_mut_ptr(), d.as_ptr(), x.as_ptr(), y.as_ptr())
    };
    agreed.then_some(secret)
}
