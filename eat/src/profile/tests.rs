use hexad_cose_core::{Curve, Key};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::*;
use crate::{Token, Ueid};

/// What the profile says of a token that `claims` were signed into.
fn read(claims: Claims<'_>, kid: Option<&[u8]>) -> Option<ErrorKind> {
    let key = SigningKey::from_bytes(Curve::P256, &[3; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let mut buffer = [0; 256];
    let builder = Token::builder(Algorithm::ES256, &mut buffer).claims(claims);
    let builder = match kid {
        Some(kid) => builder.kid(kid),
        None => builder,
    };
    let token = builder.sign(&key, &mut RustCrypto).unwrap();
    let check = Token::parse(token).unwrap().check(&anchor, &ConstrainedDevice, &mut RustCrypto);
    check.unwrap().run(&mut RustCrypto).err().map(Error::kind)
}

/// RFC 9711, 6.3, "Freshness", "Claims" and "Verification Key Identification".
#[test]
fn constrained_device_claims() {
    let nonces = [crate::Nonce::new(b"12345678").unwrap()];
    let ueid = Some(Ueid::new(&[1; 17]).unwrap());
    let fresh = Claims { eat_nonce: (&nonces).into(), ..Claims::default() };
    assert_eq!(read(Claims { ueid, ..fresh }, None), None);
    assert_eq!(read(fresh, Some(b"11")), None);
    assert_eq!(read(fresh, None), Some(ErrorKind::KeyIdentification));
    let stale = Claims { ueid, ..Claims::default() };
    assert_eq!(read(stale, None), Some(ErrorKind::Missing(labels::EAT_NONCE)));
    let own = Claims { eat_profile: Some(ConstrainedDevice::ID), ueid, ..fresh };
    assert_eq!(read(own, None), None);
    let other = Claims { eat_profile: Some(ProfileId::Uri("urn:other")), ..own };
    assert_eq!(read(other, None), Some(ErrorKind::Profile));
}

/// RFC 9711, 6.3, "CBOR Encoding" and "CBOR Serialization": any order of keys, but definite lengths and
/// the shortest heads.
#[test]
fn preferred_serialization() {
    let check =
        |bytes: &[u8]| check_preferred(Raw::new(bytes, 100)).map_err(|e| (e.kind(), e.offset()));
    assert_eq!(check(&[0xa2, 0x02, 0x41, 0xff, 0x01, 0x61, b'x']), Ok(()));
    let refused = |offset| Err((ErrorKind::Serialization, offset));
    assert_eq!(check(&[0xa1, 0x18, 0x01, 0x01]), refused(101));
    assert_eq!(check(&[0xbf, 0xff]), refused(100));
    assert_eq!(check(&[0xa1, 0x01, 0x58, 0x01, 0x00]), refused(102));
    assert_eq!(check(&[0xa1, 0x01, 0xfa, 0x3f, 0x80, 0x00, 0x00]), refused(102));
}

/// RFC 9711, 6.3, "Algorithms": another algorithm is refused before anything is verified.
#[test]
fn constrained_device_algorithms() {
    let key = SigningKey::from_bytes(Curve::P256, &[3; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let mut buffer = [0; 256];
    let token = Token::builder(Algorithm::ESP256, &mut buffer).sign(&key, &mut RustCrypto).unwrap();
    let check = Token::parse(token).unwrap().check(&anchor, &ConstrainedDevice, &mut RustCrypto);
    let kind = check.unwrap_err().kind();
    assert_eq!(kind, ErrorKind::Cose(hexad_cose_core::ErrorKind::AlgorithmNotAccepted));
}
