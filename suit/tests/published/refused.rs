//! What must be refused of the drafts' examples once they are changed: by their signer, at every byte.

use std::path::Path;

use crate::common::{ALGORITHMS, anchor, from_hex, read_all};
use crate::drafts::{example, signing_key};
use hexad_cose_core::{Algorithm, Curve, ErrorKind as Cbor, Key, Verified};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::{Envelope, Error, ErrorKind, Manifest, Options, TrustAnchors};
use proptest::prelude::*;

/// Reads and verifies an envelope by the drafts' key.
fn verify<'b>(bytes: &'b [u8], key: &SigningKey) -> Result<Verified<Manifest<'b>>, Error> {
    let keys = [anchor(key)];
    let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
    Envelope::parse(bytes)?.authenticate(&anchors, &mut RustCrypto)
}

/// Why something was refused.
fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    result.err().expect("it was accepted").kind()
}

const NOT_VERIFIED: ErrorKind = ErrorKind::Cose(Cbor::VerificationFailed);

/// No envelope that was cut short anywhere is read, and none with a byte behind it.
pub fn truncated_and_trailing_bytes(folder: &Path) {
    for number in 0..6 {
        let mut bytes = example(folder, number);
        for end in 0..bytes.len() {
            let error = Envelope::parse(&bytes[..end]).unwrap_err();
            assert!(error.offset() <= end, "{error}");
        }
        bytes.push(0);
        let error = Envelope::parse(&bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cose(Cbor::TrailingBytes));
        assert_eq!(error.offset(), bytes.len() - 1);
    }
}

/// 6.2: with any one bit flipped, no example is accepted.
pub fn changed_bytes(folder: &Path) {
    let key = signing_key(folder);
    for number in [0, 2] {
        let mut bytes = example(folder, number);
        for place in 0..bytes.len() {
            bytes[place] ^= 1 << (place % 8);
            assert!(verify(&bytes, &key).is_err(), "example {number}, byte {place}");
            bytes[place] ^= 1 << (place % 8);
        }
        assert!(verify(&bytes, &key).is_ok());
    }
}

/// A changed manifest is told from a changed signature; neither gets as far as being read.
pub fn changed_manifest_or_signature(folder: &Path) {
    let key = signing_key(folder);
    let vector = example(folder, 0);
    let mut bytes = vector.clone();
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(kind(verify(&bytes, &key)), ErrorKind::DigestMismatch);
    let mut bytes = vector;
    bytes[100] ^= 1;
    assert_eq!(kind(verify(&bytes, &key)), NOT_VERIFIED);
}

/// Another key, another algorithm, another kid, a key for another use: none is believed.
pub fn wrong_signers(folder: &Path) {
    let key = signing_key(folder);
    let bytes = example(folder, 0);
    let envelope = Envelope::parse(&bytes).unwrap();
    let refused = |keys: &[Key<'_>], algorithms: &[Algorithm]| {
        let anchors = TrustAnchors::new(keys, algorithms);
        kind(envelope.authenticate(&anchors, &mut RustCrypto))
    };
    let other = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    assert_eq!(refused(&[anchor(&other)], &ALGORITHMS), NOT_VERIFIED);
    let not_accepted = ErrorKind::Cose(Cbor::AlgorithmNotAccepted);
    assert_eq!(refused(&[anchor(&key)], &[Algorithm::ESP256]), not_accepted);
    assert_eq!(refused(&[anchor(&key)], &[]), not_accepted);
    let ed25519 = anchor(&key).with_algorithm(Algorithm::ED25519);
    assert_eq!(refused(&[ed25519], &ALGORITHMS), ErrorKind::Cose(Cbor::KeyMismatch));
    assert_eq!(refused(&[], &ALGORITHMS), ErrorKind::NotAuthenticated);
    // Among others, the right one is found.
    let keys = [anchor(&other), anchor(&key)];
    let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
    assert!(envelope.authenticate(&anchors, &mut RustCrypto).is_ok());
}

/// An envelope without any authentication block is read, and never verified.
pub fn unsigned_envelope(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("example0.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let bytes = from_hex(json["unsigned_envelope_hex"].as_str().unwrap());
    let key = signing_key(folder);
    assert_eq!(kind(verify(&bytes, &key)), ErrorKind::NotAuthenticated);
}

/// 8.4.2: a sequence number that is not newer, or is older.
pub fn older_sequence_number(folder: &Path) {
    let bytes = example(folder, 3);
    let manifest = verify(&bytes, &signing_key(folder)).unwrap();
    assert_eq!(manifest.require_newer_than(2), Ok(()));
    assert_eq!(kind(manifest.require_newer_than(3)), ErrorKind::SequenceNumber);
    assert_eq!(manifest.require_not_older_than(3), Ok(()));
    assert_eq!(kind(manifest.require_not_older_than(4)), ErrorKind::SequenceNumber);
}

/// 8.6: a severed element in the envelope that is another than the manifest's digest says.
pub fn swapped_severed_element(folder: &Path) {
    let key = signing_key(folder);
    let mut bytes = example(folder, 2);
    let uri = bytes.windows(8).position(|window| window == b"file.bin").unwrap();
    bytes[uri] ^= 1;
    assert_eq!(kind(verify(&bytes, &key)), ErrorKind::DigestMismatch);
}

/// Limits that the caller lowers hold.
pub fn lowered_limits(folder: &Path) {
    let bytes = example(folder, 5);
    let mut options = Options::default();
    options.components = 1;
    let envelope = Envelope::parse_with(&bytes, &options).unwrap();
    let error = kind(envelope.unverified_manifest(&mut RustCrypto));
    assert_eq!(error, ErrorKind::Cose(Cbor::TooMany));
    options.authentication_blocks = 0;
    let error = kind(Envelope::parse_with(&bytes, &options));
    assert_eq!(error, ErrorKind::Cose(Cbor::TooMany));
}

/// A manifest of the examples with some bytes changed is refused, or read to its end.
pub fn changed_manifests(folder: &Path) {
    let changes = prop::collection::vec((any::<u16>(), any::<u8>()), 1..4);
    proptest!(|(number in 0usize..6, changes in changes)| {
        let bytes = example(folder, number);
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.unverified_manifest(&mut RustCrypto).unwrap();
        let mut changed = manifest.encoded().bytes().to_vec();
        for (place, byte) in changes {
            let place = usize::from(place) % changed.len();
            changed[place] = byte;
        }
        match Manifest::parse(&changed) {
            Ok(manifest) => prop_assert!(read_all(&manifest) > 0),
            Err(error) => prop_assert!(error.offset() <= changed.len()),
        }
    });
}
