use std::vec::Vec;

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Curve, ErrorKind as Cose, Key, NewHeaders, Parameter};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::*;
use crate::{Claim, ConstrainedDevice, Nonce, ProfileId, Token, Ueid, psa, teep};

fn ueid(kind: u8, length: usize) -> Vec<u8> {
    let mut ueid = std::vec![0x42; length];
    ueid[0] = kind;
    ueid
}

/// What `profile` says of a token with these claims.
fn read<P: Profile>(claims: crate::Claims<'_>, profile: &P) -> Result<(), Error> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    let device = Key::from_public(key.public());
    let mut buffer = [0; 256];
    let builder = Token::builder(NewHeaders::new(Algorithm::ES256).kid(&[1; 32]), &mut buffer);
    let token = builder.claims(claims).without_cwt_tag().sign(&key, &mut RustCrypto).unwrap();
    assert_eq!(token[0], 0xd2, "the COSE tag comes first");
    let check = Token::parse(token)?.check(&device, profile, &mut RustCrypto)?;
    check.run(&mut RustCrypto).map(drop)
}

/// FDO 1.1, 3.3.6: one nonce of 16 bytes; a UEID of type RAND with a GUID; other claims may be there.
#[test]
fn nonce_and_guid() {
    let (own, short, long, eui) = (ueid(1, 17), ueid(1, 16), ueid(1, 33), ueid(2, 17));
    let nonces = [Nonce::new(&[9; 16]).unwrap(), Nonce::new(&[8; 16]).unwrap()];
    let proof = crate::Claims {
        eat_nonce: nonces[..1].into(),
        ueid: Some(Ueid::new(&own).unwrap()),
        swname: Some("os"),
        ..crate::Claims::default()
    };
    let kind = |claims| read(claims, &Tokens::V1_1).err().map(Error::kind);
    assert_eq!(kind(proof), None);
    let nonce = Some(ErrorKind::Claim(labels::EAT_NONCE));
    assert_eq!(kind(crate::Claims { eat_nonce: (&nonces).into(), ..proof }), nonce);
    let other = [Nonce::new(&[9; 8]).unwrap()];
    assert_eq!(kind(crate::Claims { eat_nonce: (&other).into(), ..proof }), nonce);
    let none = crate::Claims { eat_nonce: [][..].into(), ..proof };
    assert_eq!(kind(none), Some(ErrorKind::Missing(labels::EAT_NONCE)));
    for wrong in [&short, &long, &eui] {
        let claims = crate::Claims { ueid: Some(Ueid::new(wrong).unwrap()), ..proof };
        assert_eq!(kind(claims), Some(ErrorKind::Claim(labels::UEID)));
    }
    let nobody = crate::Claims { ueid: None, ..proof };
    assert_eq!(kind(nobody), Some(ErrorKind::Missing(labels::UEID)));
}

/// A token of one profile is none of another, in whichever order they are tried.
#[test]
fn profile_confusion() {
    let own = ueid(1, 17);
    let nonces = [Nonce::new(&[9; 16]).unwrap()];
    let proof = crate::Claims {
        eat_nonce: (&nonces).into(),
        ueid: Some(Ueid::new(&own).unwrap()),
        ..crate::Claims::default()
    };
    let kind = |result: Result<(), Error>| result.err().map(Error::kind);
    let refused = kind(read(proof, &psa::Tokens::ALL));
    assert_eq!(refused, Some(ErrorKind::Missing(labels::EAT_PROFILE)));
    let by_es256 = teep::Results { algorithms: &[Algorithm::ES256], ..teep::Results::DRAFT };
    assert_eq!(kind(read(proof, &by_es256)), Some(ErrorKind::Missing(labels::CNF)));
    let results = crate::ear::Results { algorithms: &[Algorithm::ES256] };
    assert_eq!(kind(read(proof, &results)), Some(ErrorKind::Missing(labels::EAT_PROFILE)));
    // Claims that name a profile are of that profile alone.
    for other in [psa::Revision::Rfc9783.profile(), crate::ear::PROFILE, "urn:other"] {
        let named = crate::Claims { eat_profile: Some(ProfileId::Uri(other)), ..proof };
        assert_eq!(kind(read(named, &ConstrainedDevice)), Some(ErrorKind::Profile), "{other}");
        assert_eq!(kind(read(named, &by_es256)), Some(ErrorKind::Profile), "{other}");
    }
}

/// The payload of the message, and the device's own nonce in the unprotected bucket.
#[test]
fn payload_and_euph_nonce() {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    let own = ueid(1, 17);
    let payloads = [Claim::new(EAT_FDO, &[0x81, 0x42, 1, 2])];
    let claims = crate::Claims {
        ueid: Some(Ueid::new(&own).unwrap()),
        others: (&payloads).into(),
        ..crate::Claims::default()
    };
    let token = |nonce: &[u8]| {
        let mut value = [0; 32];
        let mut encoder = Encoder::new(&mut value);
        encoder.bytes(nonce).unwrap();
        let unprotected = [Parameter::new(EUPH_NONCE, encoder.as_bytes())];
        let headers = NewHeaders::new(Algorithm::ES256).unprotected(&unprotected);
        let mut buffer = [0; 256];
        let builder = Token::builder(headers, &mut buffer).claims(claims).nonce(&[9; 16]).unwrap();
        builder.without_cwt_tag().sign(&key, &mut RustCrypto).unwrap().to_vec()
    };
    let bytes = token(&[5; 16]);
    let proof = Token::parse(&bytes).unwrap();
    let device = Key::from_public(key.public());
    let check = proof.check(&device, &Tokens::V1_1, &mut RustCrypto).unwrap();
    let read = check.run(&mut RustCrypto).unwrap();
    assert_eq!(read.payloads.map(|raw| raw.bytes()), Some(&[0x81, 0x42, 1, 2][..]));
    assert_eq!(euph_nonce(proof.headers()), Ok(Some(&[5; 16])));
    let short = token(&[5; 15]);
    let refused = euph_nonce(Token::parse(&short).unwrap().headers());
    assert_eq!(refused.map_err(Error::kind), Err(ErrorKind::Cose(Cose::Length)));
}
