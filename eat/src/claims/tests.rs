use hexad_cose_core::ErrorKind as Cose;
use std::vec::Vec;

use super::*;
use crate::{Claim, MAX_SUBMODULE_DEPTH, Submodule, Ueid};

mod refusals;

/// The map of one claim.
fn one(label: i64, value: &[u8]) -> Vec<u8> {
    let mut buffer = [0; 512];
    let mut encoder = Encoder::new(&mut buffer);
    encoder.map(1).unwrap().integer(label).unwrap().raw(value).unwrap();
    encoder.as_bytes().to_vec()
}

fn kind(label: i64, value: &[u8]) -> Option<ErrorKind> {
    Claims::parse(&one(label, value)).err().map(Error::kind)
}

/// The head of a byte string of this length, and its bytes.
fn bytes(length: u8) -> Vec<u8> {
    let mut encoded = std::vec![0x58, length];
    encoded.resize(2 + usize::from(length), 0x5a);
    encoded
}

/// RFC 9711, 4.1: 8 to 64 bytes; one, or an array of two or more.
#[test]
fn nonces() {
    let claim = Some(ErrorKind::Claim(labels::EAT_NONCE));
    assert_eq!(kind(labels::EAT_NONCE, &bytes(7)), claim);
    assert_eq!(kind(labels::EAT_NONCE, &bytes(8)), None);
    assert_eq!(kind(labels::EAT_NONCE, &bytes(64)), None);
    assert_eq!(kind(labels::EAT_NONCE, &bytes(65)), claim);
    let array = |count: u8| [&[0x80 | count][..], &bytes(8).repeat(count.into())].concat();
    assert_eq!(kind(labels::EAT_NONCE, &array(0)), Some(ErrorKind::Cose(Cose::Length)));
    assert_eq!(kind(labels::EAT_NONCE, &array(1)), Some(ErrorKind::Cose(Cose::Length)));
    assert_eq!(kind(labels::EAT_NONCE, &array(2)), None);
    let text = kind(labels::EAT_NONCE, b"\x68abcdefgh");
    assert!(matches!(text, Some(ErrorKind::Cose(Cose::UnexpectedType { .. }))));
}

/// RFC 9711, 4.2.1: 7 to 33 bytes are received, whatever their type; what is created keeps to a type.
#[test]
fn ueids() {
    let claim = Some(ErrorKind::Claim(labels::UEID));
    assert_eq!(kind(labels::UEID, &bytes(6)), claim);
    assert_eq!(kind(labels::UEID, &bytes(7)), None);
    assert_eq!(kind(labels::UEID, &bytes(33)), None);
    assert_eq!(kind(labels::UEID, &bytes(34)), claim);
    let created = |first: u8, rest: usize| {
        let ueid = [&[first][..], &std::vec![1; rest]].concat();
        Ueid::create(&ueid).is_ok()
    };
    let good = [(1, 16), (1, 24), (1, 32), (2, 6), (2, 8), (3, 14)];
    assert!(good.iter().all(|&(first, rest)| created(first, rest)));
    let bad = [(0, 16), (1, 15), (1, 33), (2, 7), (3, 13), (3, 15), (4, 16)];
    assert!(!bad.iter().any(|&(first, rest)| created(first, rest)));
    // An IMEI's digits are values, not characters.
    assert!(Ueid::create(b"\x0312345678901234").is_err());
}

/// RFC 9711, 4.2.2: a map of at least one, by text.
#[test]
fn sueids() {
    assert_eq!(kind(labels::SUEIDS, &[0xa0]), Some(ErrorKind::Cose(Cose::Length)));
    let entry = [&[0x61, b'x'][..], &bytes(7)].concat();
    assert_eq!(kind(labels::SUEIDS, &[&[0xa1][..], &entry].concat()), None);
    let twice = [&[0xa2][..], &entry, &entry].concat();
    assert_eq!(kind(labels::SUEIDS, &twice), Some(ErrorKind::Cose(Cose::DuplicateKey)));
    let short = [&[0xa1, 0x61, b'x'][..], &bytes(6)].concat();
    assert_eq!(kind(labels::SUEIDS, &short), Some(ErrorKind::Claim(labels::SUEIDS)));
}

/// RFC 9711, 4.2.3: three forms; a PEN is of major type 0.
#[test]
fn oemids() {
    let claim = Some(ErrorKind::Claim(labels::OEMID));
    assert_eq!(kind(labels::OEMID, &bytes(16)), None);
    assert_eq!(kind(labels::OEMID, &bytes(3)), None);
    assert_eq!(kind(labels::OEMID, &[0x19, 0xfa, 0xf2]), None);
    assert_eq!(kind(labels::OEMID, &bytes(4)), claim);
    assert!(kind(labels::OEMID, &[0x20]).is_some());
}

/// RFC 9711, 4.2.4: 1 to 32 bytes.
#[test]
fn hardware_models() {
    let claim = Some(ErrorKind::Claim(labels::HWMODEL));
    assert_eq!(kind(labels::HWMODEL, &[0x40]), claim);
    assert_eq!(kind(labels::HWMODEL, &bytes(1)), None);
    assert_eq!(kind(labels::HWMODEL, &bytes(32)), None);
    assert_eq!(kind(labels::HWMODEL, &bytes(33)), claim);
}

/// RFC 9711, 4.2.5: text and a scheme of RFC 9393, whose index 0 is reserved.
#[test]
fn versions() {
    assert_eq!(kind(labels::HWVERSION, &[0x81, 0x61, b'1']), None);
    assert_eq!(kind(labels::HWVERSION, &[0x82, 0x61, b'1', 0x19, 0x40, 0x00]), None);
    let reserved = kind(labels::HWVERSION, &[0x82, 0x61, b'1', 0x00]);
    assert_eq!(reserved, Some(ErrorKind::Claim(labels::HWVERSION)));
    for wrong in [&[0x80][..], &[0x83, 0x61, b'1', 0x01, 0x01]] {
        assert_eq!(kind(labels::SWVERSION, wrong), Some(ErrorKind::Cose(Cose::Length)));
    }
}

/// RFC 9711, 4.2.9 and 4.3.3: closed and registered values.
#[test]
fn enumerations() {
    for value in 0..=4 {
        assert_eq!(kind(labels::DBGSTAT, &[value]), None);
    }
    assert_eq!(kind(labels::DBGSTAT, &[5]), Some(ErrorKind::Claim(labels::DBGSTAT)));
    assert_eq!(kind(labels::INTUSE, &[0]), Some(ErrorKind::Claim(labels::INTUSE)));
    assert_eq!(kind(labels::INTUSE, &[5]), None);
    let result = |value| [0x81, 0x82, 0x61, b's', 0x81, 0x82, 0x61, b'r', value];
    assert_eq!(kind(labels::MEASRES, &result(4)), None);
    assert_eq!(kind(labels::MEASRES, &result(0)), Some(ErrorKind::Claim(labels::MEASRES)));
}

/// RFC 9711, 4.3.1: "Any recipient of a token with a floating-point format iat claim MUST consider it
/// an error"; the times of RFC 8392 may be so.
#[test]
fn floating_point_times() {
    let float = [0xf9, 0x3c, 0x00];
    assert_eq!(kind(labels::IAT, &float), Some(ErrorKind::FloatingPoint(labels::IAT)));
    assert_eq!(kind(labels::EXP, &float), None);
    assert!(kind(labels::IAT, &[0xc1, 0x01]).is_some());
}

/// RFC 9711, 4.2.10: latitude and longitude "MUST be provided".
#[test]
fn locations() {
    assert_eq!(kind(labels::LOCATION, &[0xa2, 1, 2, 2, 0x20]), None);
    let claim = Some(ErrorKind::Claim(labels::LOCATION));
    assert_eq!(kind(labels::LOCATION, &[0xa1, 1, 2]), claim);
    assert_eq!(kind(labels::LOCATION, &[0xa3, 1, 2, 2, 3, 10, 3]), claim);
}

/// RFC 9711, 4.2.15: pairs of a CoAP content format and a body, at least one; the body of a CoSWID is a byte
/// string, that of another format what its extension of the CDDL says.
#[test]
fn formatted_bodies() {
    assert_eq!(kind(labels::MANIFESTS, &[0x81, 0x82, 0x19, 0x01, 0x02, 0x40]), None);
    assert_eq!(kind(labels::MEASUREMENTS, &[0x80]), Some(ErrorKind::Cose(Cose::Length)));
    let large = [0x81, 0x82, 0x1a, 0x00, 0x01, 0x00, 0x00, 0x40];
    assert_eq!(kind(labels::MANIFESTS, &large), Some(ErrorKind::Cose(Cose::IntegerRange)));
    assert_eq!(kind(labels::MANIFESTS, &[0x81, 0x82, 0x01, 0x80]), None);
    for body in [0x60, 0x80, 0xa0, 0x00] {
        let other = kind(labels::MANIFESTS, &[0x81, 0x82, 0x19, 0x01, 0x02, body]);
        assert!(matches!(other, Some(ErrorKind::Cose(Cose::UnexpectedType { .. }))), "{body}");
    }
}

/// RFC 9711, 4.2.14: two or three texts.
#[test]
fn letters_of_approval() {
    let dloa = |count: u8| [&[0x81, 0x80 | count][..], &b"\x61a".repeat(count.into())].concat();
    for (count, valid) in [(0, false), (1, false), (2, true), (3, true), (4, false)] {
        assert_eq!(kind(labels::DLOAS, &dloa(count)).is_none(), valid, "{count}");
    }
    // Of indefinite length, the same.
    assert_eq!(kind(labels::DLOAS, b"\x81\x9f\x61a\x61b\xff"), None);
    assert_eq!(kind(labels::DLOAS, b"\x81\x9f\x61a\x61b\x61c\xff"), None);
    assert!(kind(labels::DLOAS, b"\x81\x9f\x61a\xff").is_some());
}

/// A claim twice, known or not, is refused; so is what follows the claims-set.
#[test]
fn duplicates_and_trailing_bytes() {
    let twice = [0xa2, 0x06, 0x01, 0x06, 0x01];
    let error = Claims::parse(&twice).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::Cose(Cose::DuplicateKey), 3));
    let other = [0xa2, 0x61, b'x', 0x01, 0x61, b'x', 0x01];
    assert_eq!(Claims::parse(&other).unwrap_err().kind(), ErrorKind::Cose(Cose::DuplicateKey));
    let trailing = [0xa1, 0x06, 0x01, 0x00];
    let error = Claims::parse(&trailing).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::Cose(Cose::TrailingBytes), 3));
}

/// RFC 9711, 4: what is not understood is ignored; here it is also kept.
#[test]
fn other_claims() {
    let bytes = [0xa3, 0x0b, 0x01, 0x38, 0x63, 0x80, 0x61, b'x', 0xf6];
    let claims = Claims::parse(&bytes).unwrap();
    assert_eq!(claims.others.iter().count(), 3);
    assert_eq!(claims.others.get(-100).unwrap().bytes(), [0x80]);
    assert_eq!(claims.others.get("x").unwrap().offset(), 8);
    let mut buffer = [0; 16];
    let mut encoder = Encoder::new(&mut buffer);
    claims.encode(&mut encoder).unwrap();
    assert_eq!(encoder.as_bytes(), bytes);
}

/// What can't be written without breaking the map is refused.
#[test]
fn other_claims_that_clash() {
    let encode = |others: &[Claim<'_>]| {
        let claims = Claims { uptime: Some(1), others: others.into(), ..Claims::default() };
        let mut buffer = [0; 64];
        claims.encode(&mut Encoder::new(&mut buffer)).map_err(Error::kind)
    };
    assert_eq!(encode(&[Claim::new(9, &[0x01])]), Ok(()));
    let known = encode(&[Claim::new(labels::UPTIME, &[0x02])]);
    assert_eq!(known, Err(ErrorKind::Cose(Cose::NotDeterministic)));
    let malformed = encode(&[Claim::new(9, &[0x82, 0x01])]);
    assert_eq!(malformed, Err(ErrorKind::Cose(Cose::UnexpectedEnd)));
}

/// RFC 9711, 4.2.4, 4.2.5, 4.2.7 to 4.2.9.
#[test]
fn claims_that_need_others() {
    let none = Claims::default();
    let oemid = Some(OemId::PrivateEnterpriseNumber(1));
    let permanently = Some(DebugStatus::DisabledPermanently);
    let version = Some(Version::new("1"));
    let rules = [
        (Claims { hwmodel: Some(&[1]), ..none }, labels::HWMODEL, labels::OEMID),
        (Claims { oemid, hwversion: version, ..none }, labels::HWVERSION, labels::HWMODEL),
        (Claims { swversion: version, ..none }, labels::SWVERSION, labels::SWNAME),
        (Claims { oemboot: Some(false), ..none }, labels::OEMBOOT, labels::OEMID),
        (Claims { dbgstat: permanently, ..none }, labels::DBGSTAT, labels::OEMID),
    ];
    for (claims, label, other) in rules {
        let error = claims.check_presence().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Requires(label, other));
    }
    assert!(Claims { dbgstat: Some(DebugStatus::Disabled), ..none }.check_presence().is_ok());
    let whole = Claims {
        oemid,
        hwmodel: Some(&[1]),
        hwversion: version,
        oemboot: Some(true),
        dbgstat: permanently,
        ..none
    };
    assert!(whole.check_presence().is_ok());
}

/// Submodules down to the stated depth are read; one more is refused, and so is a nested token that
/// no tag tells (RFC 9711, 4.2.18).
#[test]
fn submodules() {
    let mut claims_set = std::vec![0xa0];
    for depth in 0..=MAX_SUBMODULE_DEPTH {
        let result = Claims::parse(&claims_set);
        assert!(result.is_ok(), "{depth}");
        claims_set = one(labels::SUBMODS, &[&[0xa1, 0x61, b's'][..], &claims_set].concat());
    }
    let error = Claims::parse(&claims_set).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cose(Cose::TooDeep));
    let untagged = kind(labels::SUBMODS, &[0xa1, 0x61, b's', 0x41, 0x80]);
    assert!(matches!(untagged, Some(ErrorKind::Cose(Cose::UnexpectedType { .. }))));
    assert_eq!(kind(labels::SUBMODS, &[0xa1, 0x61, b's', 0x42, 0xd2, 0x80]), None);
    let inner = one(labels::SUBMODS, &[0xa1, 0x61, b's', 0xa1, 0x18, 0xff, 0x07]);
    let claims = Claims::parse(&inner).unwrap();
    let Submodule::ClaimsSet(submodule) = claims.submods.get("s").unwrap().submodule else {
        panic!("not a claims-set");
    };
    assert_eq!(submodule.claims().others.get(255).unwrap().bytes(), [0x07]);
}

/// RFC 8747, 3.1: a confirmation key is a COSE_Key in a map.
#[test]
fn confirmation_keys() {
    // {1: {1: 1, -1: 6, -2: h'5a…'}}: a key on Ed25519.
    let key = [&[0xa1, 0x01, 0xa3, 0x01, 0x01, 0x20, 0x06, 0x21][..], &bytes(32)].concat();
    let encoded = one(labels::CNF, &key);
    let claims = Claims::parse(&encoded).unwrap();
    let cnf = claims.cnf.unwrap();
    assert_eq!(cnf.as_bytes(), key);
    assert!(cnf.key().unwrap().public().is_some());
    assert!(kind(labels::CNF, &[0xa1, 0x01, 0xa0]).is_some());
    assert!(kind(labels::CNF, &[0x80]).is_some());
}

/// A hundred thousand arrays are an error, not a deep stack.
#[test]
fn nesting_of_what_is_not_known() {
    let mut bytes = std::vec![0xa1, 0x0b];
    bytes.resize(100_000, 0x81);
    let error = Claims::parse(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cose(Cose::TooDeep));
}
