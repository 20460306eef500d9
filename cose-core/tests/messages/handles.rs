//! Keys that never leave a device: messages take the number of a slot where others take bytes.

use hexad_cose_core::crypto::{Aead, CryptoError, Mac};
use hexad_cose_core::{Algorithm, Encrypt0, ErrorKind, Expect, Mac0, NewHeaders, Secret, Segments};
use hexad_rustcrypto::RustCrypto;

use crate::parties::kind;

/// What a device calls a key.
#[derive(Clone, Copy)]
struct Slot(usize);

/// A device with three keys that nobody outside it sees.
struct Element {
    slots: [[u8; 32]; 3],
}

const ELEMENT: Element = Element { slots: [[1; 32], [2; 32], [3; 32]] };

impl Element {
    fn key(&self, slot: Slot) -> Result<&[u8; 32], CryptoError> {
        self.slots.get(slot.0).ok_or(CryptoError::InvalidKey)
    }
}

impl Mac for Element {
    type Key = Slot;
    type Tag = <RustCrypto as Mac>::Tag;

    fn start(&mut self, algorithm: Algorithm, slot: &Slot) -> Result<Self::Tag, CryptoError> {
        Mac::start(&mut RustCrypto, algorithm, self.key(*slot)?)
    }
}

impl Aead for Element {
    type Key = Slot;

    fn open(
        &mut self,
        algorithm: Algorithm,
        slot: &Slot,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        RustCrypto.open(algorithm, self.key(*slot)?, nonce, aad, buffer)
    }

    fn seal(
        &mut self,
        algorithm: Algorithm,
        slot: &Slot,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, CryptoError> {
        RustCrypto.seal(algorithm, self.key(*slot)?, nonce, aad, buffer, length)
    }
}

/// A tag by slot is the tag under that slot's key, and under no other.
#[test]
fn tags_are_made_and_checked_by_slot() {
    let algorithm = Algorithm::HMAC_256;
    let mut device = ELEMENT;
    let mut buffer = [0; 256];
    let draft = Mac0::builder(algorithm).payload(b"content", &mut buffer).unwrap();
    let message = draft.mac(&Secret::new(&Slot(1), algorithm), &mut device).unwrap().to_vec();
    let message = Mac0::parse(&message).unwrap();
    let expect = Expect::alg(algorithm);
    for (slot, answer) in [
        (0, Err(ErrorKind::VerificationFailed)),
        (1, Ok(&b"content"[..])),
        (2, Err(ErrorKind::VerificationFailed)),
        (3, Err(ErrorKind::KeyMismatch)),
    ] {
        let slot = Slot(slot);
        let verified = message.verify(&Secret::new(&slot, algorithm), expect, &mut device);
        assert_eq!(verified.map(|message| message.payload()).map_err(|e| e.kind()), answer);
    }
    // The same key as bytes.
    let bytes = Secret::new(&[2; 32][..], algorithm);
    assert!(message.verify(&bytes, expect, &mut RustCrypto).is_ok());
    // A slot is for one algorithm as bytes are.
    let other = message.verify(&Secret::new(&Slot(1), Algorithm::HMAC_384), expect, &mut device);
    assert_eq!(kind(other), ErrorKind::KeyMismatch);
}

/// Content is sealed and opened by slot, in a buffer or in place, also with a base IV of the key.
#[test]
fn content_is_sealed_and_opened_by_slot() {
    fn secret(slot: &Slot) -> Secret<'_, Slot> {
        Secret::new(slot, Algorithm::A256GCM).with_base_iv(&[0x21; 12])
    }
    let algorithm = Algorithm::A256GCM;
    let mut device = ELEMENT;
    let mut buffer = [0; 256];
    let headers = NewHeaders::new(algorithm).partial_iv(&[7]);
    let builder = Encrypt0::builder(headers).external_aad(b"aad");
    let message = builder.seal(b"content", &secret(&Slot(2)), &mut buffer, &mut device).unwrap();
    let message = message.to_vec();
    let parsed = Encrypt0::parse(&message).unwrap();
    let expect = Expect::alg(algorithm).external_aad(b"aad");
    for (slot, answer) in [
        (0, Err(ErrorKind::VerificationFailed)),
        (2, Ok(&b"content"[..])),
        (3, Err(ErrorKind::KeyMismatch)),
    ] {
        let slot = Slot(slot);
        let mut plaintext = [0; 64];
        let opened = parsed.decrypt(&secret(&slot), expect, &mut plaintext, &mut device);
        assert_eq!(opened.map(|plain| *plain).map_err(|error| error.kind()), answer);
        let mut in_place = message.clone();
        let opened = Encrypt0::decrypt_in_place(&mut in_place, &secret(&slot), expect, &mut device);
        assert_eq!(opened.map(|plain| *plain).map_err(|error| error.kind()), answer);
    }
}
