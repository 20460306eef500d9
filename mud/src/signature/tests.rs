use alloc::vec::Vec;

use der::Encode;
use hexad_cose_core::{Curve, HashAlgorithm};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::{Policy, SignatureErrorKind as Kind, SignedData, sign};
use crate::file::Reader;
use hexad_cose_core::x509::{Certificate, ErrorKind, Issuer, Place, Template};

const NOW: i64 = 1_800_000_000;
const FILE: &[u8] = br#"{"ietf-mud:mud": {"mud-version": 1, "mud-url": "https://a.example/b",
    "last-update": "2019-01-28T11:20:51+01:00", "is-supported": true}}"#;

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[byte; 32]).unwrap()
}

/// A certificate for the key of `byte`, valid for a day on both sides of `NOW`.
fn certificate(byte: u8, authority: bool, issuer: Option<(u8, &[u8])>) -> Vec<u8> {
    let key = key(byte);
    let template = Template {
        common_name: match (authority, issuer) {
            (true, None) => "authority",
            (true, Some(_)) => "authority below",
            (false, _) => "signer",
        },
        key: key.public(),
        serial_number: &[byte],
        not_before: NOW - 86_400,
        not_after: NOW + 86_400,
        authority,
    };
    match issuer {
        None => template.issue(Issuer::Itself, &key, &mut RustCrypto).unwrap(),
        Some((byte, issuer)) => {
            let issuer = Certificate::parse(issuer).unwrap();
            let issuer_key = self::key(byte);
            template.issue(Issuer::Certificate(&issuer), &issuer_key, &mut RustCrypto).unwrap()
        }
    }
}

/// A file signed by the key of `byte` with these certificates.
fn signed(byte: u8, certificates: &[&[u8]]) -> Vec<u8> {
    let certificates: Vec<_> =
        certificates.iter().map(|der| Certificate::parse(der).unwrap()).collect();
    sign(FILE, &certificates, NOW, &key(byte), &mut RustCrypto).unwrap()
}

fn verify(p7s: &[u8], policy: &Policy<'_>) -> Result<(), Kind> {
    let signed = SignedData::parse(p7s).map_err(super::SignatureError::kind)?;
    let authentic =
        signed.verify(FILE, policy, &mut RustCrypto).map_err(super::SignatureError::kind)?;
    assert_eq!(authentic.read(Reader::new()).unwrap().mud.url().as_str(), "https://a.example/b");
    Ok(())
}

/// RFC 8520, 13.2: the chain leads to a known anchor; another authority of the same name is none.
#[test]
fn a_chain_leads_to_its_anchor_and_to_no_other() {
    let authority = certificate(1, true, None);
    let impostor = certificate(2, true, None);
    let signer = certificate(3, false, Some((1, &authority)));
    let p7s = signed(3, &[&signer]);
    let anchors = [Certificate::parse(&authority).unwrap()];
    assert_eq!(verify(&p7s, &Policy::at(NOW).anchors(&anchors)), Ok(()));
    let anchors = [Certificate::parse(&impostor).unwrap()];
    assert_eq!(
        verify(&p7s, &Policy::at(NOW).anchors(&anchors)),
        Err(Kind::Certificate(Place::EndEntity, ErrorKind::Signature))
    );
    assert_eq!(
        verify(&p7s, &Policy::at(NOW).anchors(&[])),
        Err(Kind::Certificate(Place::EndEntity, ErrorKind::NoAnchor))
    );
    assert_eq!(verify(&p7s, &Policy::at(NOW)), Err(Kind::NobodyTrusted));
}

/// RFC 5280, 6.1.3: valid at the caller's time, the anchor too.
#[test]
fn validity_is_checked_at_the_time_of_the_caller() {
    let signer = certificate(3, false, None);
    let p7s = signed(3, &[&signer]);
    let anchors = [Certificate::parse(&signer).unwrap()];
    let at = |time| verify(&p7s, &Policy::at(time).anchors(&anchors));
    assert_eq!(at(NOW - 86_401), Err(Kind::Certificate(Place::EndEntity, ErrorKind::NotYetValid)));
    assert_eq!(at(NOW - 86_400), Ok(()));
    assert_eq!(at(NOW + 86_400), Ok(()));
    assert_eq!(at(NOW + 86_401), Err(Kind::Certificate(Place::EndEntity, ErrorKind::Expired)));
}

/// RFC 8520, 13.2: the key usage has digitalSignature. RFC 5280, 4.2.1.9: only an authority issues.
#[test]
fn a_certificate_is_used_for_what_it_is_for() {
    let authority = certificate(1, true, None);
    let anchors = [Certificate::parse(&authority).unwrap()];
    let policy = Policy::at(NOW).anchors(&anchors);
    assert_eq!(
        verify(&signed(1, &[&authority]), &policy),
        Err(Kind::Certificate(Place::EndEntity, ErrorKind::KeyUsage))
    );

    let middle = certificate(3, false, Some((1, &authority)));
    let below = certificate(4, false, Some((3, &middle)));
    let p7s = signed(4, &[&below, &middle]);
    assert_eq!(
        verify(&p7s, &policy),
        Err(Kind::Certificate(Place::Bag(1), ErrorKind::BasicConstraints))
    );
}

/// RFC 5280, 4.2.1.9: an authority with a path length of zero has no authority below it.
#[test]
fn a_chain_is_not_longer_than_its_authority_allows() {
    let authority = certificate(1, true, None);
    let middle = certificate(2, true, Some((1, &authority)));
    let signer = certificate(3, false, Some((2, &middle)));
    let anchors = [Certificate::parse(&authority).unwrap()];
    let p7s = signed(3, &[&signer, &middle]);
    let outcome = verify(&p7s, &Policy::at(NOW).anchors(&anchors));
    assert_eq!(outcome, Err(Kind::Certificate(Place::Anchor(0), ErrorKind::BasicConstraints)));
}

/// draft-ietf-suit-mud: the signer is the one whose COSE key thumbprint the manifest names.
#[test]
fn the_thumbprint_of_the_manifest_names_the_signer() {
    let signer = certificate(3, false, None);
    let p7s = signed(3, &[&signer]);
    let thumbprint = |byte| {
        let key = key(byte);
        key.public().thumbprint(HashAlgorithm::Sha256, &mut RustCrypto).unwrap()
    };
    let (own, other) = (thumbprint(3), thumbprint(4));
    let own = Policy::at(NOW).thumbprint(HashAlgorithm::Sha256, own.as_bytes());
    let other = Policy::at(NOW).thumbprint(HashAlgorithm::Sha256, other.as_bytes());
    assert_eq!(verify(&p7s, &own), Ok(()));
    assert_eq!(verify(&p7s, &other), Err(Kind::WrongSigner));
    // Both have to hold when both are asked for.
    assert_eq!(
        verify(&p7s, &own.anchors(&[])),
        Err(Kind::Certificate(Place::EndEntity, ErrorKind::NoAnchor))
    );
    // Part of a thumbprint is none.
    let part = thumbprint(3).truncated(8);
    let part = Policy::at(NOW).thumbprint(HashAlgorithm::Sha256, part.as_bytes());
    assert_eq!(verify(&p7s, &part), Err(Kind::WrongSigner));
}

/// RFC 8520, 11: `id-pe-mudsigner` names the subject of the signer's certificate.
#[test]
fn the_subject_names_the_signer() {
    let signer = certificate(3, false, None);
    let authority = certificate(1, true, None);
    let p7s = signed(3, &[&signer]);
    let anchors = [Certificate::parse(&signer).unwrap()];
    let subject = anchors[0].fields().subject().to_der().unwrap();
    let policy = Policy::at(NOW).anchors(&anchors).subject(&subject);
    assert_eq!(verify(&p7s, &policy), Ok(()));
    let authority = Certificate::parse(&authority).unwrap().fields().subject().to_der().unwrap();
    assert_eq!(verify(&p7s, &policy.subject(&authority)), Err(Kind::WrongSigner));
    assert_eq!(verify(&p7s, &Policy::at(NOW).subject(&subject)), Err(Kind::NobodyTrusted));
}

/// A certificate of the right key does not make a signature by another key right.
#[test]
fn a_signature_by_another_key_is_refused() {
    let signer = certificate(3, false, None);
    let p7s = signed(4, &[&signer]);
    let anchors = [Certificate::parse(&signer).unwrap()];
    assert_eq!(verify(&p7s, &Policy::at(NOW).anchors(&anchors)), Err(Kind::Signature));
}

/// RFC 5652, 5.1: the certificates may stay away when the verifier has the signer's.
#[test]
fn the_certificate_may_come_from_the_anchors() {
    let signer = certificate(3, false, None);
    let other = (5..=255).map(|byte| certificate(byte, false, None));
    let other = other.into_iter().find(|other| other.len() == signer.len()).unwrap();
    // Another certificate of the same size in the place of the right one.
    let mut p7s = signed(3, &[&signer]);
    let start = p7s.windows(signer.len()).position(|window| window == signer).unwrap();
    p7s.splice(start..start + signer.len(), other.iter().copied());
    let anchors = [Certificate::parse(&signer).unwrap()];
    assert_eq!(verify(&p7s, &Policy::at(NOW).anchors(&anchors)), Ok(()));
    let anchors = [Certificate::parse(&other).unwrap()];
    assert_eq!(verify(&p7s, &Policy::at(NOW).anchors(&anchors)), Err(Kind::NoCertificate));
}

/// Ed25519 (RFC 8419) and the larger curves sign and verify.
#[test]
fn every_curve_signs() {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Ed25519] {
        let mut d = [0; 66];
        d[4..curve.coordinate_len()].fill(0x33);
        let key = SigningKey::from_bytes(curve, &d[..curve.coordinate_len()]).unwrap();
        let template = Template {
            common_name: "signer",
            key: key.public(),
            serial_number: &[1],
            not_before: NOW,
            not_after: NOW,
            authority: false,
        };
        let der = template.issue(Issuer::Itself, &key, &mut RustCrypto).unwrap();
        let certificate = Certificate::parse(&der).unwrap();
        let anchors = [certificate];
        let p7s = sign(FILE, &anchors, NOW, &key, &mut RustCrypto).unwrap();
        assert_eq!(verify(&p7s, &Policy::at(NOW).anchors(&anchors)), Ok(()), "{curve:?}");
    }
}

/// No end of a signature file or a certificate is one, and nothing may follow it.
#[test]
fn every_truncation_and_every_trailing_byte_is_refused() {
    let signer = certificate(3, false, None);
    let p7s = signed(3, &[&signer]);
    for length in 0..p7s.len() {
        assert!(SignedData::parse(&p7s[..length]).is_err(), "{length}");
    }
    for length in 0..signer.len() {
        assert!(Certificate::parse(&signer[..length]).is_err(), "{length}");
    }
    for mut whole in [p7s, signer] {
        whole.push(0);
        assert!(SignedData::parse(&whole).is_err());
        assert!(Certificate::parse(&whole).is_err());
    }
}

/// Whatever single byte is changed, the file is refused, or nothing that matters was changed: the
/// copies of the certificate's fields that the signature does not cover.
#[test]
fn every_changed_byte_is_refused_or_unsigned() {
    let signer = certificate(3, false, None);
    let p7s = signed(3, &[&signer]);
    let anchors = [Certificate::parse(&signer).unwrap()];
    let policy = Policy::at(NOW).anchors(&anchors);
    assert_eq!(verify(&p7s, &policy), Ok(()));
    let mut accepted = Vec::new();
    for index in 0..p7s.len() {
        let mut changed = p7s.clone();
        changed[index] ^= 0x01;
        if verify(&changed, &policy).is_ok() {
            accepted.push(index);
        }
    }
    let start = p7s.windows(signer.len()).position(|window| window == signer).unwrap();
    let embedded = start..start + signer.len();
    // The version, the set of digest algorithms, and the embedded certificate are not signed; the
    // anchor is used in the place of a certificate that was changed.
    accepted.retain(|index| !embedded.contains(index) && *index >= embedded.end);
    assert!(accepted.is_empty(), "{accepted:?}");
}

/// A MUD file that is signed twice over, by nobody, or with something else than CMS.
#[test]
fn what_is_no_signature_is_refused() {
    for (input, kind) in [
        (&b""[..], Kind::Malformed),
        (b"-----BEGIN CMS-----", Kind::Malformed),
        (&[0; 10_000], Kind::Malformed),
        (&[0x30, 0x80, 0, 0], Kind::Malformed),
        (&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], Kind::Malformed),
    ] {
        assert_eq!(SignedData::parse(input).unwrap_err().kind(), kind);
    }
    let long = alloc::vec![0x30; super::MAX_SIZE + 1];
    assert_eq!(SignedData::parse(&long).unwrap_err().kind(), Kind::TooLarge);
}
