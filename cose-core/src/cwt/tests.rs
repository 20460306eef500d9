extern crate std;
use std::vec::Vec;

use super::*;
use crate::cbor::{Encoder, Number};
use crate::{Algorithm, ErrorKind, Headers, Key, Label, NewHeaders, Parameter, PublicKey, Sign1};

/// The claims-set of RFC 8392, appendix A.1.
const CLAIMS: &[u8] = b"\xa7\x01\x75coap://as.example.com\x02\x65erikw\
    \x03\x78\x18coap://light.example.com\x04\x1a\x56\x12\xae\xb0\x05\x1a\x56\x10\xd9\xf0\
    \x06\x1a\x56\x10\xd9\xf0\x07\x42\x0b\x71";

fn encoded(claims: &Claims<'_>) -> Result<Vec<u8>, Error> {
    let mut buffer = [0; 256];
    let mut encoder = Encoder::new(&mut buffer);
    claims.encode(&mut encoder)?;
    Ok(encoder.as_bytes().to_vec())
}

fn kind(bytes: &[u8]) -> (ErrorKind, usize) {
    let error = Claims::parse(bytes).unwrap_err();
    (error.kind(), error.offset())
}

/// RFC 8392, A.1: every claim, and the same bytes again when it is written.
#[test]
fn the_published_claims_are_read_and_written() {
    let claims = Claims::parse(CLAIMS).unwrap();
    let expected = Claims {
        iss: Some("coap://as.example.com"),
        sub: Some("erikw"),
        aud: Some("coap://light.example.com".into()),
        exp: Some(Number::Integer(1_444_064_944)),
        nbf: Some(Number::Integer(1_443_944_944)),
        iat: Some(Number::Integer(1_443_944_944)),
        cti: Some(&[0x0b, 0x71]),
        ..Claims::default()
    };
    assert_eq!(claims, expected);
    assert_eq!(encoded(&expected).unwrap(), CLAIMS);
}

/// RFC 8392, 3.1.4 and 3.1.5: `exp` is the first second at which the token is refused, `nbf` the first at
/// which it is accepted; a leeway goes in the token's favour; the error stands at the claim.
#[test]
fn dates_are_held_against_the_clock() {
    let claims = Claims::parse(CLAIMS).unwrap();
    let check = |now, leeway| {
        let checked = claims.check_validity(Clock { now, leeway });
        checked.map_err(|error| (error.kind(), error.offset()))
    };
    assert_eq!(check(1_443_944_943, 0), Err((ErrorKind::NotYetValid, 65)));
    assert_eq!(check(1_443_944_944, 0), Ok(()));
    assert_eq!(check(1_443_944_914, 30), Ok(()));
    assert_eq!(check(1_444_064_943, 0), Ok(()));
    assert_eq!(check(1_444_064_944, 0), Err((ErrorKind::Expired, 59)));
    assert_eq!(check(1_444_064_973, 30), Ok(()));
    assert_eq!(check(i64::MAX, u32::MAX), Err((ErrorKind::Expired, 59)));

    let issued = Claims { iat: Some(Number::Float(100.5)), ..Claims::default() };
    let age = |now, seconds| {
        let checked = issued.check_age(seconds, Clock { now, leeway: 0 });
        checked.map_err(Error::kind)
    };
    assert_eq!(age(100, 10), Err(ErrorKind::NotYetValid));
    assert_eq!(age(110, 10), Ok(()));
    assert_eq!(age(111, 10), Err(ErrorKind::TooOld));
    let undated = Claims::default().check_age(10, Clock { now: 0, leeway: 0 });
    assert_eq!(undated.map_err(Error::kind), Err(ErrorKind::Missing));
}

/// RFC 8392, 2 and erratum 8617: a date is an integer or a finite float, without a tag.
#[test]
fn dates_are_numbers() {
    let half = Claims::parse(&[0xa1, 0x04, 0xf9, 0x3e, 0x00]).unwrap();
    assert_eq!(half.exp, Some(Number::Float(1.5)));
    assert_eq!(kind(&[0xa1, 0x04, 0xf9, 0x7e, 0x00]), (ErrorKind::InvalidValue, 2));
    assert_eq!(kind(&[0xa1, 0x04, 0xf9, 0x7c, 0x00]), (ErrorKind::InvalidValue, 2));
    assert!(matches!(kind(&[0xa1, 0x04, 0xc1, 0x01]).0, ErrorKind::UnexpectedType { .. }));
    assert!(matches!(kind(&[0xa1, 0x04, 0x61, b'1']).0, ErrorKind::UnexpectedType { .. }));
    let never = Claims { exp: Some(Number::Float(f64::INFINITY)), ..Claims::default() };
    assert_eq!(encoded(&never).map_err(Error::kind), Err(ErrorKind::InvalidValue));
}

/// RFC 8392, 3.1.3: one audience, or an array of them.
#[test]
fn an_audience_is_one_or_several() {
    let several = Claims::parse(&[0xa1, 0x03, 0x82, 0x61, b'a', 0x61, b'b']).unwrap();
    assert_eq!(several.check_audience("b"), Ok(()));
    let other = several.check_audience("c").unwrap_err();
    assert_eq!((other.kind(), other.offset()), (ErrorKind::Audience, 2));
    let given = Claims { aud: Some(["a", "b"].as_slice().into()), ..Claims::default() };
    assert_eq!(encoded(&given).unwrap(), [0xa1, 0x03, 0x82, 0x61, b'a', 0x61, b'b']);
    assert_eq!(given.aud, several.aud);

    assert_eq!(kind(&[0xa1, 0x03, 0x80]), (ErrorKind::Length, 2));
    assert!(matches!(kind(&[0xa1, 0x03, 0x81, 0x01]).0, ErrorKind::UnexpectedType { .. }));
    let nobody = Claims { aud: Some([].as_slice().into()), ..Claims::default() };
    assert_eq!(encoded(&nobody).map_err(Error::kind), Err(ErrorKind::Length));
    let missing = Claims::default().check_audience("a");
    assert_eq!(missing.map_err(Error::kind), Err(ErrorKind::Missing));
}

/// The issuer is the caller's choice.
#[test]
fn issuers_are_compared() {
    let claims = Claims::parse(CLAIMS).unwrap();
    assert_eq!(claims.check_issuer("coap://as.example.com"), Ok(()));
    let other = claims.check_issuer("coap://as.example.org").unwrap_err();
    assert_eq!((other.kind(), other.offset()), (ErrorKind::Issuer, 2));
}

/// RFC 8392, 3: claims that are not known are no error, a claim that stands twice is.
#[test]
fn other_claims_are_kept_and_written_in_their_place() {
    let bytes = [0xa3, 0x01, 0x60, 0x18, 0x26, 0x07, 0x61, b'x', 0xf5];
    let claims = Claims::parse(&bytes).unwrap();
    assert_eq!(claims.others.get("x").map(|raw| raw.bytes()), Some(&[0xf5][..]));
    assert_eq!(encoded(&claims).unwrap(), bytes);
    assert_eq!(kind(&[0xa2, 0x01, 0x60, 0x01, 0x60]).0, ErrorKind::DuplicateKey);
    let twice = [Claim::new(1, &[0x60])];
    let twice = Claims { iss: Some(""), others: (&twice).into(), ..Claims::default() };
    assert_eq!(encoded(&twice).map_err(Error::kind), Err(ErrorKind::NotDeterministic));
}

/// RFC 8392, 6: the CWT tag stands before the tag of the message, or not at all.
#[test]
fn the_tags_of_a_token() {
    let message = [0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x41, 0x00, 0x41, 0x00];
    assert!(matches!(parse(&message), Ok(Message::Sign1(_))));
    assert!(matches!(parse(&[&[0xd8, 61], &message[..]].concat()), Ok(Message::Sign1(_))));
    let untagged = parse(&[&[0xd8, 61], &message[1..]].concat()).unwrap_err();
    assert!(matches!(untagged.kind(), ErrorKind::UnexpectedType { .. }));
    assert_eq!(untagged.offset(), 2);
    let twice = parse(&[&[0xd8, 61, 0xd8, 61], &message[..]].concat()).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::UnexpectedTag);
}

/// RFC 8747, 3.2 to 3.4: a key in plain, encrypted, or by its identifier; and, RFC 9679, by its
/// thumbprint. One key: not both in plain and encrypted.
#[test]
fn a_confirmation_names_one_key() {
    let public = PublicKey::Okp { curve: crate::Curve::Ed25519, x: &[7; 32] };
    let mut buffer = [0; 64];
    let plain = Confirmation::of_key(&Key::from_public(public), &mut buffer).unwrap();
    let claims = Claims { cnf: Some(plain), ..Claims::default() };
    let bytes = encoded(&claims).unwrap();
    let read = Claims::parse(&bytes).unwrap();
    assert_eq!(read.cnf.and_then(|cnf| cnf.key()).and_then(|key| key.public()), Some(public));

    // [h'a1010a', {5: h'00'}, h''], a COSE_Encrypt0 without its tag (RFC 8747, 3.3).
    let encrypted = [0x83, 0x43, 0xa1, 0x01, 0x0a, 0xa1, 0x05, 0x41, 0x00, 0x40];
    let mut space = [0; 64];
    let encrypted_key = Confirmation::of_encrypted_key(&encrypted, &mut space).unwrap();
    assert!(matches!(encrypted_key.encrypted_key(), Some(Message::Encrypt0(_))));
    assert!(encrypted_key.key().is_none());

    let mut space = [0; 64];
    let named = Confirmation::of_kid(b"dfd1aa97", &mut space).unwrap();
    assert_eq!(named.kid(), Some(&b"dfd1aa97"[..]));
    assert_eq!(named.as_bytes(), b"\xa1\x03\x48dfd1aa97");

    let thumbprint = Confirmation::parse(&[0xa1, 0x05, 0x41, 0x09]).unwrap();
    assert_eq!(thumbprint.thumbprint(), Some(&[9][..]));

    let key = plain.as_bytes().get(2..).unwrap();
    let both = [&[0xa2, 0x01], key, &[0x02], &encrypted].concat();
    assert_eq!(Confirmation::parse(&both).unwrap_err().kind(), ErrorKind::InvalidValue);
    let broken = Confirmation::parse(&[0xa1, 0x01, 0xa0]).unwrap_err();
    assert_eq!((broken.kind(), broken.offset()), (ErrorKind::Missing, 2));
    let symmetric = Key::from_symmetric(&[1; 16], Algorithm::A128GCM);
    let mut space = [0; 64];
    let refused = Confirmation::of_key(&symmetric, &mut space);
    assert_eq!(refused.map_err(Error::kind), Err(ErrorKind::KeyMismatch));
}

/// RFC 9597, 2: claims stand in the protected bucket, and those that the payload repeats are the same.
#[test]
fn claims_in_headers_are_protected_and_repeated_as_they_are() {
    let claims = [0xa1, 0x01, 0x62, b'a', b's'];
    let parameters = [Parameter::new(crate::iana::header::CWT_CLAIMS, &claims)];
    let headers = |new: NewHeaders<'_>| {
        let mut buffer = [0; 64];
        let mut encoder = Encoder::new(&mut buffer);
        new.encode(&mut encoder).unwrap();
        encoder.as_bytes().to_vec()
    };
    let protected = headers(NewHeaders::new(Algorithm::ESP256).protected(&parameters));
    let protected = Headers::parse(&mut Cursor::new(&protected)).unwrap();
    let found = protected.cwt_claims().unwrap().unwrap();
    assert_eq!(found.iss, Some("as"));
    assert!(protected.get(Label::Integer(15)).is_some());

    let unprotected = headers(NewHeaders::new(Algorithm::ESP256).unprotected(&parameters));
    let unprotected = Headers::parse(&mut Cursor::new(&unprotected)).unwrap();
    assert_eq!(unprotected.cwt_claims().map_err(Error::kind), Err(ErrorKind::InvalidValue));

    let same = Claims::parse(&[0xa2, 0x01, 0x62, b'a', b's', 0x04, 0x01]).unwrap();
    assert_eq!(same.check_replicated(&found), Ok(()));
    let other = Claims::parse(CLAIMS).unwrap().check_replicated(&found).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::InvalidValue);
}

/// Only a message that carries its payload has claims in it.
#[test]
fn a_detached_payload_is_not_looked_for() {
    let detached = [0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0xf6, 0x41, 0x00];
    let message = crate::Verified::new(Sign1::parse(&detached).unwrap());
    assert_eq!(Claims::verified(&message).map(drop).unwrap_err().kind(), ErrorKind::Payload);
}
