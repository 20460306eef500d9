use super::{CoseCertHash, CoseX509, x5u};
use crate::cbor::Raw;
use crate::{Error, ErrorKind, Label};

fn certificates(value: &[u8]) -> Result<usize, Error> {
    CoseX509::parse(Raw::new(value, 10)).map(|certificates| certificates.iter().count())
}

/// RFC 9360, 2: `COSE_X509 = bstr / [ 2*certs: bstr ]`; nothing else, and nothing behind it.
#[test]
fn one_certificate_is_a_string_and_several_are_an_array() {
    assert_eq!(certificates(&[0x42, 0x30, 0x00]), Ok(1));
    assert_eq!(certificates(&[0x82, 0x41, 0x30, 0x41, 0x31]), Ok(2));
    assert_eq!(certificates(&[0x9f, 0x41, 0x30, 0x41, 0x31, 0x41, 0x32, 0xff]), Ok(3));
    let refused = |value: &[u8]| certificates(value).map_err(|e| (e.kind(), e.offset()));
    assert_eq!(refused(&[0x80]), Err((ErrorKind::Length, 10)));
    assert_eq!(refused(&[0x81, 0x41, 0x30]), Err((ErrorKind::Length, 10)));
    assert_eq!(refused(&[0x41, 0x30, 0x00]), Err((ErrorKind::TrailingBytes, 12)));
    assert!(certificates(&[0x82, 0x41, 0x30, 0x61, 0x31]).is_err());
    assert!(certificates(&[0x82, 0x41, 0x30]).is_err());
    assert!(certificates(&[0xa0]).is_err());
}

#[test]
fn certificates_know_where_they_stand() {
    let value = [0x82, 0x41, 0x30, 0x42, 0x31, 0x32];
    let value = CoseX509::parse(Raw::new(&value, 100)).unwrap();
    let found = value.iter().map(|raw| (raw.bytes(), raw.offset()));
    assert!(found.eq([(&[0x30][..], 102), (&[0x31, 0x32], 104)]));
}

/// RFC 9360, 2: `COSE_CertHash = [ hashAlg: (int / tstr), hashValue: bstr ]`.
#[test]
fn a_hash_names_its_algorithm() {
    let parse = |value| CoseCertHash::parse(Raw::new(value, 0));
    let hash = parse(&[0x82, 0x2f, 0x41, 0xaa]).unwrap();
    assert_eq!(hash, CoseCertHash { algorithm: Label::Integer(-16), value: &[0xaa] });
    let hash = parse(&[0x82, 0x61, b'x', 0x40]).unwrap();
    assert_eq!(hash, CoseCertHash { algorithm: Label::Text("x"), value: &[] });
    assert_eq!(parse(&[0x81, 0x2f]).unwrap_err().kind(), ErrorKind::Length);
    assert_eq!(parse(&[0x83, 0x2f, 0x40, 0x40]).unwrap_err().kind(), ErrorKind::Length);
    assert!(parse(&[0x82, 0x40, 0x40]).is_err());
}

/// RFC 9360, 2: x5u is a `uri`, which RFC 8610 has as text under tag 32.
#[test]
fn a_uri_is_tagged() {
    let parse = |value| x5u(Raw::new(value, 0));
    assert_eq!(parse(&[0xd8, 0x20, 0x62, b'a', b':']), Ok("a:"));
    assert_eq!(parse(&[0xd8, 0x21, 0x60]).unwrap_err().kind(), ErrorKind::UnexpectedTag);
    assert!(parse(&[0x62, b'a', b':']).is_err());
    assert!(parse(&[0xd8, 0x20, 0x42, b'a', b':']).is_err());
    assert!(parse(&[0xd8, 0x20, 0x60, 0x00]).is_err());
}
