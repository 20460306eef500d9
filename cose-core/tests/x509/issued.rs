//! On certificates that are issued here.

use hexad_cose_core::Curve;
use hexad_cose_core::cbor::Raw;
use hexad_cose_core::x509::{
    Certificate, ErrorKind, Issuer, Place, Template, Validation, signing_algorithm,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::{parse, path};

const NOW: i64 = 1_800_000_000;

fn key(curve: Curve, byte: u8) -> SigningKey {
    let mut d = [0; 66];
    let d = &mut d[..curve.coordinate_len()];
    // Below the order of every curve.
    d[4..].fill(byte);
    SigningKey::from_bytes(curve, d).unwrap()
}

fn template<'a>(key: &'a SigningKey, serial_number: &'a [u8]) -> Template<'a> {
    Template {
        common_name: "authority é",
        key: key.public(),
        serial_number,
        not_before: NOW - 1,
        // Beyond 2049, as GeneralizedTime.
        not_after: 2_600_000_000,
        authority: true,
    }
}

/// An authority on `curve`, and a signer below it.
fn issued(curve: Curve) -> (Vec<u8>, Vec<u8>) {
    let (authority_key, signer_key) = (key(curve, 0x11), key(curve, 0x22));
    let authority =
        template(&authority_key, &[0x80]).issue(Issuer::Itself, &authority_key, &mut RustCrypto);
    let authority = authority.unwrap();
    let parsed = parse(&authority);
    let signer =
        Template { common_name: "signer", authority: false, ..template(&signer_key, &[2]) };
    let signer = signer.issue(Issuer::Certificate(&parsed), &authority_key, &mut RustCrypto);
    (authority, signer.unwrap())
}

pub fn every_curve() {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Ed25519] {
        let (authority, signer) = issued(curve);
        let none: &[&[u8]] = &[];
        assert_eq!(path(Validation::at(NOW), &signer, none, &[&authority]), Ok(0), "{curve:?}");
        let signer = parse(&signer);
        assert_eq!((signer.not_before(), signer.not_after()), (NOW - 1, 2_600_000_000));
        assert_eq!(signer.key(), Some(key(curve, 0x22).public()));
        assert_eq!(signer.fields().serial_number().as_bytes(), [2]);
        // The other's algorithm does not fit the key.
        let other = if curve == Curve::Ed25519 { Curve::P256 } else { Curve::Ed25519 };
        let (_, algorithm) = signing_algorithm(other).unwrap();
        let verified = signer.verify(&algorithm, b"", b"", &mut RustCrypto);
        assert_eq!(verified, Err(ErrorKind::UnsupportedAlgorithm));
    }
}

pub fn truncated() {
    let (_, mut signer) = issued(Curve::P256);
    for length in 0..signer.len() {
        let error = Certificate::parse_raw(Raw::new(&signer[..length], 7)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!((7..=7 + length).contains(&error.offset()), "{error} of {length}");
    }
    signer.push(0);
    assert!(Certificate::parse(&signer).is_err());
    let long = vec![0x30; (1 << 16) + 1];
    let error = Certificate::parse(&long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

/// All of a certificate is signed, or is the signature.
pub fn changed() {
    let (authority, signer) = issued(Curve::P256);
    let anchors = [parse(&authority)];
    let valid = |der: &[u8]| {
        let certificate = Certificate::parse(der)?;
        Validation::at(NOW).path(&certificate, &[], &anchors, &mut RustCrypto).map(|_| ())
    };
    assert_eq!(valid(&signer), Ok(()));
    for index in 0..signer.len() {
        for bit in [0x01, 0x80] {
            let mut changed = signer.clone();
            changed[index] ^= bit;
            assert!(valid(&changed).is_err(), "byte {index}");
        }
    }
}

/// RFC 5280, 4.2: here, the identifier of the authority's key is made one of the subject's.
pub fn extension_twice() {
    let (_, mut signer) = issued(Curve::P256);
    let authority_key_identifier = [0x55, 0x1d, 0x23];
    let index = signer.windows(3).position(|window| window == authority_key_identifier).unwrap();
    signer[index + 2] = 0x0e;
    let error = Certificate::parse(&signer).unwrap_err();
    assert_eq!((error.kind(), error.place()), (ErrorKind::Malformed, Place::EndEntity));
}

/// A bag full of authorities that could each have issued every other costs no more than 64 signatures.
pub fn bounded() {
    let key = key(Curve::P256, 0x11);
    let authority = |serial: u8, common_name, issuer: Issuer<'_>| {
        let serial = [serial];
        let template = Template { common_name, ..template(&key, &serial) };
        template.issue(issuer, &key, &mut RustCrypto).unwrap()
    };
    let root = authority(1, "a", Issuer::Itself);
    let root = parse(&root);
    let bag: Vec<_> =
        (2..=255).map(|serial| authority(serial, "a", Issuer::Certificate(&root))).collect();
    let leaf = authority(1, "leaf", Issuer::Certificate(&root));
    let signer = Validation::at(NOW).key_usage(hexad_cose_core::x509::KeyUsages::KeyCertSign);
    let outcome = path(signer, &leaf, &bag, &[]);
    assert!(matches!(outcome, Err((ErrorKind::PathTooLong, _))), "{outcome:?}");
}

pub fn invalid_templates() {
    let key = key(Curve::P256, 0x11);
    let valid = template(&key, &[1]);
    let long = "n".repeat(65);
    let issue = |template: Template<'_>| {
        let issued = template.issue(Issuer::Itself, &key, &mut RustCrypto);
        issued.map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(issue(valid), Ok(()));
    for invalid in [
        Template { common_name: "", ..valid },
        Template { common_name: &long, ..valid },
        Template { serial_number: &[], ..valid },
        Template { serial_number: &[0, 0], ..valid },
        Template { serial_number: &[0x7f; 21], ..valid },
        Template { not_before: -1, ..valid },
        Template { not_after: 253_402_300_800, ..valid },
    ] {
        assert_eq!(issue(invalid), Err(ErrorKind::InvalidTemplate), "{invalid:?}");
    }
}
