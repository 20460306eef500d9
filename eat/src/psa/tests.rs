use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, Curve, ErrorKind as Cose, Key, Secret};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use std::vec::Vec;

use super::*;
use crate::token::Token;

const INSTANCE: [u8; 33] = [1; 33];
const HASH: [u8; 32] = [3; 32];

fn with_claims<R>(change: impl FnOnce(&mut Claims<'_>), test: impl FnOnce(&Claims<'_>) -> R) -> R {
    let components = [SoftwareComponent::new(&HASH, &HASH)];
    let mut claims = Claims {
        boot_seed: Some(&HASH),
        certification_reference: Some("1234567890123-12345"),
        software_components: (&components).into(),
        ..Claims::new(
            Nonce::new(&HASH).unwrap(),
            Ueid::new(&INSTANCE).unwrap(),
            &HASH,
            7,
            SecurityLifecycle::new(0x30ff).unwrap(),
        )
    };
    change(&mut claims);
    test(&claims)
}

fn encode(claims: &Claims<'_>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    claims.encode(&mut Encoder::appending(&mut bytes))?;
    Ok(bytes)
}

/// Each generation is written with its own labels and read as itself.
#[test]
fn generations() {
    let first = [(Revision::Rfc9783, 10), (Revision::V2, 10), (Revision::Iot1, 0x3a)];
    for (revision, label) in first {
        with_claims(
            |claims| claims.revision = revision,
            |claims| {
                let bytes = encode(claims).unwrap();
                assert_eq!(bytes[1], label);
                hexad_cose_core::cbor::check_deterministic(&bytes).unwrap();
                assert_eq!(Claims::parse(&bytes).unwrap(), *claims);
                for length in 0..bytes.len() {
                    assert!(Claims::parse(&bytes[..length]).is_err(), "{length} bytes");
                }
            },
        );
    }
}

/// RFC 9783, 4: the rules of each claim, when writing and when reading.
#[test]
fn rules() {
    let labels = RFC9783;
    let short = Nonce::new(&HASH[..31]).unwrap();
    let euid = [2; 33];
    type Change<'c> = &'c dyn Fn(&mut Claims<'_>);
    let cases: [(Change<'_>, ErrorKind); 8] = [
        (&|claims| claims.nonce = Nonce::new(b"12345678").unwrap(), ErrorKind::Claim(labels.nonce)),
        (&|claims| claims.client_id = 0, ErrorKind::Claim(labels.client_id)),
        (&|claims| claims.boot_seed = Some(b"1234567"), ErrorKind::Claim(labels.boot_seed)),
        (
            &|claims| claims.certification_reference = Some("1234567890123"),
            ErrorKind::Claim(labels.certification_reference),
        ),
        (
            &|claims| claims.certification_reference = Some("123456789012a-12345"),
            ErrorKind::Claim(labels.certification_reference),
        ),
        (
            &|claims| claims.verification_service_indicator = Some(""),
            ErrorKind::Claim(labels.verification_service_indicator),
        ),
        (
            &|claims| claims.software_components = List::NONE,
            ErrorKind::Missing(labels.software_components),
        ),
        (
            &|claims| {
                claims.revision = Revision::Iot1;
                claims.boot_seed = None;
            },
            ErrorKind::Missing(IOT1.boot_seed),
        ),
    ];
    for (change, expected) in cases {
        let refused = with_claims(change, |claims| encode(claims).unwrap_err().kind());
        assert_eq!(refused, expected);
    }
    let wrong = |change: &dyn Fn(&mut Claims<'static>)| {
        let mut claims = Claims::new(
            Nonce::new(&[3; 32]).unwrap(),
            Ueid::new(&[1; 33]).unwrap(),
            &[3; 32],
            7,
            SecurityLifecycle::new(0).unwrap(),
        );
        change(&mut claims);
        encode(&claims).unwrap_err().kind()
    };
    let instance = ErrorKind::Claim(labels.instance_id);
    assert_eq!(wrong(&|claims| claims.instance_id = Ueid::new(&[1; 32]).unwrap()), instance);
    assert_eq!(wrong(&|claims| claims.instance_id = Ueid::new(&[2; 33]).unwrap()), instance);
    for value in [0x0100, 0x3100, 0x7000, 0xffff] {
        assert!(SecurityLifecycle::new(value).is_err(), "{value:x}");
    }
    let _ = (short, euid);
}

/// What one generation calls a claim is no claim of another; a token of two is of none.
#[test]
fn profile_confusion() {
    let (v2, rfc) = with_claims(
        |claims| claims.revision = Revision::V2,
        |claims| {
            let rfc = Claims { revision: Revision::Rfc9783, ..*claims };
            (encode(claims).unwrap(), encode(&rfc).unwrap())
        },
    );
    let key = SigningKey::from_bytes(Curve::P256, &[5; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let check = |payload: &[u8], profile: &Tokens<'_>| {
        let mut buffer = [0; 512];
        let message = hexad_cose_core::Sign1::builder(Algorithm::ES256);
        let token = message
            .payload_with(
                |encoder| encoder.raw(payload).map(drop).map_err(Error::from),
                &mut buffer,
            )
            .unwrap()
            .sign(&key, &mut RustCrypto)
            .unwrap();
        let check = Token::parse(token).unwrap().check(&anchor, profile, &mut RustCrypto).unwrap();
        check.run(&mut RustCrypto).map(|claims| claims.revision).map_err(Error::kind)
    };
    assert_eq!(check(&rfc, &Tokens::RFC9783), Ok(Revision::Rfc9783));
    assert_eq!(check(&v2, &Tokens::RFC9783), Err(ErrorKind::Profile));
    assert_eq!(check(&v2, &Tokens::ALL), Ok(Revision::V2));
    // {265: the URI of version 2, -75000: "PSA_IOT_PROFILE_1"}
    let mut both = Vec::new();
    let mut encoder = Encoder::appending(&mut both);
    encoder.map(2).unwrap().integer(265).unwrap().text(Revision::V2.profile()).unwrap();
    encoder.integer(-75000).unwrap().text(Revision::Iot1.profile()).unwrap();
    assert_eq!(check(&both, &Tokens::ALL), Err(ErrorKind::Profile));
    // The name of one under the label of another.
    let mut swapped = Vec::new();
    let mut encoder = Encoder::appending(&mut swapped);
    encoder.map(1).unwrap().integer(265).unwrap().text(Revision::Iot1.profile()).unwrap();
    assert_eq!(check(&swapped, &Tokens::ALL), Err(ErrorKind::Profile));
}

/// A device makes its token in its own buffer, with a signature or a MAC.
#[test]
fn messages() {
    let mut buffer = [0; 512];
    let secret = Secret::new(&[9; 32][..], Algorithm::HMAC_256);
    let token = with_claims(
        |_| {},
        |claims| {
            let draft = claims.to_be_authenticated(Algorithm::HMAC_256, &mut buffer).unwrap();
            draft.mac(&secret, &mut RustCrypto).unwrap().to_vec()
        },
    );
    let token = Token::parse(&token).unwrap();
    let claims = token.verify_mac(&secret, &Tokens::RFC9783, &mut RustCrypto).unwrap();
    assert_eq!(claims.security_lifecycle.state(), LifecycleState::Secured);
    let other = Secret::new(&[8; 32][..], Algorithm::HMAC_256);
    let refused = token.verify_mac(&other, &Tokens::RFC9783, &mut RustCrypto).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Cose(Cose::VerificationFailed));
}
