use hexad_cose_core::{Algorithm, Curve, ErrorKind as Cose, Mac0};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use std::vec::Vec;

use super::*;
use crate::entity::DebugStatus;
use crate::profile::AnyClaims;

mod protections;

const ES256: AnyClaims<'static> = AnyClaims { algorithms: &[Algorithm::ES256] };

fn signed() -> (SigningKey, Vec<u8>) {
    let key = SigningKey::from_bytes(Curve::P256, &[5; 32]).unwrap();
    let mut buffer = [0; 256];
    let token = Token::builder(Algorithm::ES256, &mut buffer)
        .nonce(b"12345678")
        .unwrap()
        .sign(&key, &mut RustCrypto)
        .unwrap();
    let token = token.to_vec();
    (key, token)
}

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(Error::kind)
}

/// RFC 8392, 6, and RFC 9711, 3: with both tags, the COSE tag, or none; the CWT tag never alone.
#[test]
fn tags() {
    let (key, token) = signed();
    assert_eq!(token[..3], [0xd8, 61, 0xd2]);
    let anchor = Key::from_public(key.public());
    for form in [&token[..], &token[2..], &token[3..]] {
        let check = Token::parse(form).unwrap().check(&anchor, &ES256, &mut RustCrypto).unwrap();
        let claims = check.run(&mut RustCrypto).unwrap();
        assert_eq!(claims.eat_nonce.iter().next().unwrap().as_bytes(), b"12345678");
    }
    let without_cose_tag = [&token[..2], &token[3..]].concat();
    assert_eq!(kind(Token::parse(&without_cose_tag)), Some(ErrorKind::Protection));
    let twice = [&token[..2], &token[..]].concat();
    assert_eq!(kind(Token::parse(&twice)), Some(ErrorKind::Cose(Cose::UnexpectedTag)));
    let trailing = [&token[..], &[0]].concat();
    assert_eq!(kind(Token::parse(&trailing)), Some(ErrorKind::Cose(Cose::TrailingBytes)));
}

/// A detached payload is no token: RFC 9711 leaves no room for one.
#[test]
fn detached_payload() {
    let detached = [0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0xf6, 0x41, 0x00];
    assert_eq!(kind(Token::parse(&detached)), Some(ErrorKind::Protection));
}

/// The wrong key is refused, and no claims exist then; so is a message of the other kind.
#[test]
fn keys_and_kinds() {
    let (_, token) = signed();
    let other = SigningKey::from_bytes(Curve::P256, &[6; 32]).unwrap();
    let anchor = Key::from_public(other.public());
    let check = Token::parse(&token).unwrap().check(&anchor, &ES256, &mut RustCrypto).unwrap();
    let refused = kind(check.run(&mut RustCrypto));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::VerificationFailed)));

    let secret = Secret::new(&[1; 32][..], Algorithm::HMAC_256);
    let profile = AnyClaims { algorithms: &[Algorithm::HMAC_256] };
    let token = Token::parse(&token).unwrap();
    let refused = kind(token.verify_mac(&secret, &profile, &mut RustCrypto));
    assert_eq!(refused, Some(ErrorKind::Protection));
}

/// A token under a shared key (RFC 9711, 3): verified, and refused under another.
#[test]
fn macs() {
    let profile = AnyClaims { algorithms: &[Algorithm::HMAC_256] };
    let mut buffer = [0; 64];
    let secret = [1; 32];
    let token = Mac0::builder(Algorithm::HMAC_256)
        .payload(&[0xa1, 0x06, 0x01], &mut buffer)
        .unwrap()
        .mac(&Secret::new(&secret[..], Algorithm::HMAC_256), &mut RustCrypto)
        .unwrap();
    let verify = |secret: &[u8]| {
        let key = Secret::new(secret, Algorithm::HMAC_256);
        let claims = Token::parse(token)?.verify_mac(&key, &profile, &mut RustCrypto)?;
        Ok(claims.iat)
    };
    assert_eq!(verify(&secret), Ok(Some(1)));
    assert_eq!(kind(verify(&[2; 32])), Some(ErrorKind::Cose(Cose::VerificationFailed)));
    let anchor = SigningKey::from_bytes(Curve::P256, &[5; 32]).unwrap();
    let anchor = Key::from_public(anchor.public());
    let check = Token::parse(token).unwrap().check(&anchor, &profile, &mut RustCrypto);
    assert_eq!(kind(check), Some(ErrorKind::Protection));
}

/// A verified message whose payload is no claims-set is refused with an offset in the whole token.
#[test]
fn offsets_count_from_the_token() {
    let key = SigningKey::from_bytes(Curve::P256, &[5; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let mut buffer = [0; 128];
    let message = Sign1::builder(Algorithm::ES256).payload(&[0xa1, 0x0a, 0x41, 0x00], &mut buffer);
    let token = message.unwrap().sign(&key, &mut RustCrypto).unwrap();
    let check = Token::parse(token).unwrap().check(&anchor, &ES256, &mut RustCrypto).unwrap();
    let error = check.run(&mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Claim(crate::labels::EAT_NONCE));
    assert_eq!(token[error.offset()], 0x41);
}

/// What RFC 9711 does not allow together is not signed; nor does a small buffer hold a part.
#[test]
fn refusals_of_the_builder() {
    let key = SigningKey::from_bytes(Curve::P256, &[5; 32]).unwrap();
    let mut buffer = [0; 256];
    let state = BootState { oemboot: true, dbgstat: DebugStatus::Disabled };
    let token = Token::builder(Algorithm::ES256, &mut buffer).boot_state(state);
    let refused = kind(token.sign(&key, &mut RustCrypto));
    let requires = ErrorKind::Requires(crate::labels::OEMBOOT, crate::labels::OEMID);
    assert_eq!(refused, Some(requires));
    assert!(Token::builder(Algorithm::ES256, &mut buffer).nonce(&[0; 7]).is_err());
    assert!(Token::builder(Algorithm::ES256, &mut buffer).nonce(&[0; 65]).is_err());
    let (_, token) = signed();
    for size in 0..token.len() {
        let small = &mut [0; 256][..size];
        let builder = Token::builder(Algorithm::ES256, small).nonce(b"12345678").unwrap();
        let refused = kind(builder.sign(&key, &mut RustCrypto));
        assert_eq!(refused, Some(ErrorKind::Cose(Cose::BufferTooSmall)), "{size}");
    }
}
