//! The hash that names a certificate (RFC 9360, 2, `x5t`).

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::x509::CoseCertHash;
use hexad_rustcrypto::RustCrypto;

/// RFC 9054, 3.2: SHA-256/64 is the first eight bytes of SHA-256, here of "abc" (FIPS 180-4).
#[test]
fn truncated_hash() {
    // [-15, h'ba7816bf8f01cfea']
    let encoded = [0x82, 0x2e, 0x48, 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea];
    let hash = CoseCertHash::parse(Raw::new(&encoded, 0)).unwrap();
    assert_eq!(hash.matches(b"abc", &mut RustCrypto), Ok(true));
    assert_eq!(hash.matches(b"abd", &mut RustCrypto), Ok(false));
}
