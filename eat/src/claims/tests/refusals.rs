//! What no claims-set may hold: claims twice, values of other types, identifiers that are too long, and names
//! that mislead.

use std::vec::Vec;

use super::{bytes, kind, one};
use crate::claims::KNOWN;
use crate::error::{Error, ErrorKind};
use crate::{Claims, Submodule, labels};
use hexad_cose_core::ErrorKind as Cose;

/// Values of each type, by what CBOR calls them.
const UNSIGNED: &[u8] = &[0x01];
const NEGATIVE: &[u8] = &[0x20];
const BYTES: &[u8] = b"\x48\x01bytes..";
const TEXT: &[u8] = b"\x64text";
const ARRAY: &[u8] = b"\x80";
const MAP: &[u8] = b"\xa0";
const BOOLEAN: &[u8] = &[0xf5];
const NULL: &[u8] = &[0xf6];
const FLOAT: &[u8] = &[0xf9, 0x3e, 0x00];
/// A date as CBOR has it, which CWT does not (RFC 8392, 2).
const TAGGED: &[u8] = &[0xc1, 0x01];
const ALL: [&[u8]; 10] =
    [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, BOOLEAN, NULL, FLOAT, TAGGED];

/// Which of the values above a claim takes; containers take no empty one.
fn taken(label: i64) -> &'static [&'static [u8]] {
    match label {
        labels::ISS | labels::SUB | labels::AUD | labels::SWNAME => &[TEXT],
        labels::EXP | labels::NBF => &[UNSIGNED, NEGATIVE, FLOAT],
        labels::IAT => &[UNSIGNED, NEGATIVE],
        labels::CTI | labels::EAT_NONCE | labels::UEID | labels::HWMODEL | labels::BOOTSEED => {
            &[BYTES]
        }
        // A PEN; of bytes, IEEE and random ones are of other lengths.
        labels::OEMID => &[UNSIGNED],
        labels::UPTIME | labels::DBGSTAT | labels::BOOTCOUNT | labels::INTUSE => &[UNSIGNED],
        labels::OEMBOOT => &[BOOLEAN],
        // Of members that others know.
        labels::CNF => &[MAP],
        labels::EAT_PROFILE => &[BYTES, TEXT],
        // Maps and arrays with something in them.
        _ => &[],
    }
}

/// The types of the CDDL (RFC 9711, 7; RFC 8392, 3.1), of every claim that is known here: any other is
/// refused, where it stands.
#[test]
fn wrong_types_of_every_claim() {
    for label in KNOWN.iter().copied() {
        for value in ALL {
            let encoded = one(label, value);
            let read = Claims::parse(&encoded);
            let expected = taken(label).contains(&value);
            assert_eq!(read.is_ok(), expected, "{label}: {value:02x?}: {read:?}");
            if let Err(error) = read {
                assert!(error.offset() >= encoded.len() - value.len(), "{label}: {error}");
            }
        }
    }
}

/// A claim stands once (RFC 8392, 1.1), however its label is encoded, in submodules, too; the second is where
/// the error is.
#[test]
fn every_claim_twice() {
    for label in KNOWN.iter().copied() {
        let Some(value) = taken(label).first() else { continue };
        let single = one(label, value);
        let twice = [&[0xa2], &single[1..], &single[1..]].concat();
        let error = Claims::parse(&twice).unwrap_err();
        let expected = Error::new(ErrorKind::Cose(Cose::DuplicateKey), single.len());
        assert_eq!(error, expected, "{label}");
        let inner = [&[0xa1, 0x61, b's'], &twice[..]].concat();
        let nested = kind(labels::SUBMODS, &inner);
        assert_eq!(nested, Some(ErrorKind::Cose(Cose::DuplicateKey)), "{label}");
    }
    // 6, and 6 in two bytes.
    let longer = Claims::parse(&[0xa2, 0x06, 0x01, 0x18, 0x06, 0x01]).unwrap_err();
    assert_eq!(longer.kind(), ErrorKind::Cose(Cose::DuplicateKey));
}

/// RFC 9711, 4.2.1 and 4.2.2: no more than 33 bytes, wherever a UEID stands; and a head that says more bytes
/// than there are is no reason to reserve any.
#[test]
fn oversize_ueids() {
    let long = bytes(34);
    let claim = |label| Some(ErrorKind::Claim(label));
    assert_eq!(kind(labels::UEID, &long), claim(labels::UEID));
    let named = [&[0xa1, 0x61, b'a'][..], &long].concat();
    assert_eq!(kind(labels::SUEIDS, &named), claim(labels::SUEIDS));
    let inner = [&[0xa1, 0x61, b's'][..], &one(labels::UEID, &long)].concat();
    assert_eq!(kind(labels::SUBMODS, &inner), claim(labels::UEID));
    let huge = [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert!(matches!(kind(labels::UEID, &huge), Some(ErrorKind::Cose(_))));
}

/// RFC 9711, 4.2.18: names tell the submodules of one entity apart. One inside another may have its name, and
/// is not taken for it; two beside one another may not.
#[test]
fn a_submodule_with_its_parents_name_is_another() {
    // {266: {"TEE": {263: 1, 266: {"TEE": {263: 0}}}}}
    let debug = |status: u8| -> Vec<u8> { [&[0x19, 0x01, 0x07][..], &[status]].concat() };
    let inner = [&[0xa1, 0x63][..], b"TEE", &[0xa1], &debug(0)].concat();
    let outer =
        [&[0xa1, 0x63][..], b"TEE", &[0xa2], &debug(1), &[0x19, 0x01, 0x0a], &inner].concat();
    let encoded = one(labels::SUBMODS, &outer);
    let claims = Claims::parse(&encoded).unwrap();
    assert_eq!(claims.dbgstat, None, "nothing is inherited, in either direction");
    let status = |claims: &Claims<'_>| {
        let Some(Submodule::ClaimsSet(found)) =
            claims.submods.get("TEE").map(|named| named.submodule)
        else {
            panic!("no claims-set");
        };
        found.claims().dbgstat.map(crate::DebugStatus::value)
    };
    assert_eq!(status(&claims), Some(1));
    let Some(Submodule::ClaimsSet(tee)) = claims.submods.get("TEE").map(|named| named.submodule)
    else {
        panic!("no claims-set");
    };
    assert_eq!(status(&tee.claims()), Some(0));

    let twice = [&[0xa2, 0x63][..], b"TEE", &[0xa0, 0x63], b"TEE", &[0xa0]].concat();
    assert_eq!(kind(labels::SUBMODS, &twice), Some(ErrorKind::Cose(Cose::DuplicateKey)));
}
