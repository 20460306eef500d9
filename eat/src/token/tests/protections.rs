//! Every message that a CWT may be in (RFC 8392, 7), made and proven; keys as bytes and by handle.

use std::vec::Vec;

use hexad_cose_core::crypto::{Aead, CryptoError, Mac, Sign};
use hexad_cose_core::{
    Algorithm, ContentKey, Curve, ErrorKind as Cose, Expect, Key, Message, NewHeaders,
    NewRecipient, PublicKey, RecipientKey, Secret, Segments, Signed, Y,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::kind;
use crate::error::ErrorKind;
use crate::profile::{AnyClaims, ConstrainedDevice, NestedCwt, Profile};
use crate::token::{Token, TokenBuilder};
use crate::{Error, psa};

const NONCE: &[u8] = b"12345678";
const IV: &[u8] = &[3; 13];
const CIPHER: Algorithm = Algorithm::AES_CCM_16_64_128;
const SIGNED: AnyClaims<'static> = AnyClaims { algorithms: &[Algorithm::ES256] };
const MACED: AnyClaims<'static> = AnyClaims { algorithms: &[Algorithm::HMAC_256] };
const ENCRYPTED: AnyClaims<'static> = AnyClaims { algorithms: &[CIPHER] };

fn fresh<'w, 'c>(headers: NewHeaders<'w>, buffer: &'w mut [u8]) -> TokenBuilder<'w, 'c> {
    Token::builder(headers, buffer).nonce(NONCE).unwrap()
}

fn signer(seed: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap()
}

fn encryption() -> NewHeaders<'static> {
    NewHeaders::new(CIPHER).iv(IV)
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// RFC 8392, A.6, as the COSE working group published it (cose-wg/Examples, CWT/A_6): signed by the key of
/// A.2.3, then encrypted under that of A.2.1.
#[test]
fn the_published_nested_token() {
    let bytes = unhex(
        "D08343A1010AA1054D86BBD41CC32604396324B7F38058A372439FBFF538AA7B601EBFB29454050A3C99FD13B27216\
         D084556496C7355C4BB462510F8E0E8479DBE08722D620E96BCB7764D75140D96220F062679B46B897E7ABE0C325DC\
         2C96D8BB2C8334E3B92A42C0078983E753C054E647AD5387ED149F802F52B5A95EBF5F153C4FD64854AB7531E082B7\
         F22721F939D257C94F8BC248E1D9CF04F9DD4E5DE7AB62DF37842FABEC230A657D4ABF7162BC786345EBB8EB3AF0",
    );
    let secret = unhex("231f4c4d4d3051fdc2ec0a3851d5b383");
    let (x, y) = (
        unhex("143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f"),
        unhex("60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9"),
    );
    let signer = PublicKey::Ec2 { curve: Curve::P256, x: &x, y: Y::Coordinate(&y) };

    let token = Token::parse(&bytes).unwrap();
    assert_eq!(kind(token.unverified_claims()), Some(ErrorKind::Protection));
    let (secret, outer) = (Secret::new(&secret[..], CIPHER), NestedCwt { algorithms: &[CIPHER] });
    let mut buffer = [0; 256];
    // As claims the signed token is refused: the key that encrypts vouches for none.
    let as_claims = token.decrypt(&secret, &ENCRYPTED, &mut buffer, &mut RustCrypto);
    assert!(matches!(kind(as_claims), Some(ErrorKind::Cose(Cose::UnexpectedType { .. }))));
    let inner = token.decrypt(&secret, &outer, &mut buffer, &mut RustCrypto).unwrap();
    let check = inner.check(&Key::from_public(signer), &SIGNED, &mut RustCrypto).unwrap();
    let claims = check.run(&mut RustCrypto).unwrap();
    assert_eq!((claims.sub, claims.cti), (Some("erikw"), Some(&[0x0b, 0x71][..])));
}

/// RFC 8392, 7.1 and 7.2: a token in the place of claims, in each kind of message, with a COSE tag of its
/// own.
#[test]
fn tokens_inside_of_tokens() {
    let (key, mut space, mut buffer, mut plaintext) = (signer(5), [0; 256], [0; 512], [0; 512]);
    let inner = fresh(Algorithm::ES256.into(), &mut space).sign(&key, &mut RustCrypto).unwrap();
    let secret = Secret::new(&[1; 16][..], CIPHER);

    let message = Token::builder(encryption(), &mut buffer).nested(inner).unwrap();
    let token = message.encrypt(&secret, &mut RustCrypto).unwrap().to_vec();
    let (token, outer) = (Token::parse(&token).unwrap(), NestedCwt { algorithms: &[CIPHER] });
    let found = token.decrypt(&secret, &outer, &mut plaintext, &mut RustCrypto).unwrap();
    assert_eq!(found.unverified_payload().unwrap().bytes(), {
        let inner = Token::parse(inner).unwrap();
        inner.unverified_payload().unwrap().bytes()
    });

    let tagger = Secret::new(&[1; 32][..], Algorithm::HMAC_256);
    let message = Token::builder(Algorithm::HMAC_256, &mut buffer).nested(inner).unwrap();
    let token = message.mac(&tagger, &mut RustCrypto).unwrap();
    let outer = NestedCwt { algorithms: &[Algorithm::HMAC_256] };
    let token = Token::parse(token).unwrap();
    let found = token.verify_mac(&tagger, &outer, &mut RustCrypto).unwrap();
    let anchor = Key::from_public(key.public());
    let claims = found.check(&anchor, &SIGNED, &mut RustCrypto).unwrap().run(&mut RustCrypto);
    assert_eq!(claims.unwrap().eat_nonce.len(), 1);
    assert!(token.verify_mac(&tagger, &MACED, &mut RustCrypto).is_err(), "it has no claims");

    // Without a COSE tag it is neither made nor read.
    let untagged = &inner[3..];
    let refused = Token::builder(encryption(), &mut buffer).nested(untagged).map(drop);
    assert_eq!(kind(refused), Some(ErrorKind::Protection));
    let message = hexad_cose_core::Mac0::builder(Algorithm::HMAC_256);
    let draft = message.payload(untagged, &mut buffer).unwrap();
    let token = Token::parse(draft.mac(&tagger, &mut RustCrypto).unwrap()).unwrap();
    let refused = token.verify_mac(&tagger, &outer, &mut RustCrypto);
    assert_eq!(kind(refused), Some(ErrorKind::Protection));
}

/// `COSE_Sign`: each signer's word is its own, by its own key and algorithm.
#[test]
fn several_signers() {
    let (one, other, mut buffer) = (signer(5), signer(6), [0; 512]);
    let mut signing = fresh(NewHeaders::default(), &mut buffer).signers(2).unwrap();
    let headers = NewHeaders::new(Algorithm::ES256);
    signing.sign(headers.kid(b"one"), &one, &mut RustCrypto).unwrap();
    signing.sign(headers.kid(b"other"), &other, &mut RustCrypto).unwrap();
    let token = signing.finish().unwrap();
    assert_eq!(token[..4], [0xd8, 61, 0xd8, 98]);
    let token = Token::parse(token).unwrap();
    let Message::Sign(message) = token.message() else { panic!("no COSE_Sign") };
    let proven = |kid: &[u8], key: &SigningKey| {
        let anchor = Key::from_public(key.public());
        let by = message.signatures().find(|one| one.headers().kid() == Some(kid)).unwrap();
        let check = token.check_signature(&by, &anchor, &SIGNED, &mut RustCrypto)?;
        check.run(&mut RustCrypto).map(|claims| claims.eat_nonce.len())
    };
    assert_eq!(proven(b"one", &one), Ok(1));
    assert_eq!(proven(b"other", &other), Ok(1));
    let swapped = kind(proven(b"one", &other));
    assert_eq!(swapped, Some(ErrorKind::Cose(Cose::VerificationFailed)));
}

/// `COSE_Mac` and `COSE_Encrypt`: a recipient gives the key, by an algorithm that the caller accepts.
#[test]
fn keys_by_recipients() {
    let (kek, crypto) = ([7; 16], &mut RustCrypto);
    let kek = Secret::new(&kek[..], Algorithm::A128KW);
    let us = NewHeaders::new(Algorithm::A128KW).kid(b"us");
    let expect = |algorithm| Expect::alg(algorithm).recipients(&[Algorithm::A128KW]);

    let key = ContentKey::new(&[1; 32], Algorithm::HMAC_256).unwrap();
    let recipients = [NewRecipient::wrapped(us, &kek, &key, crypto).unwrap()];
    let mut buffer = [0; 256];
    let token = fresh(Algorithm::HMAC_256.into(), &mut buffer);
    let token = Token::parse(token.mac_for(&key.secret(), &recipients, crypto).unwrap()).unwrap();
    let Message::Mac(message) = token.message() else { panic!("no COSE_Mac") };
    let recipient = message.recipients().next().unwrap();
    let expected = expect(Algorithm::HMAC_256);
    let found =
        message.content_key(&recipient, &RecipientKey::Shared(kek), expected, crypto).unwrap();
    let claims = token.verify_mac(&found.secret(), &MACED, crypto).unwrap();
    assert_eq!(claims.eat_nonce.len(), 1);

    let key = ContentKey::new(&[1; 16], CIPHER).unwrap();
    let recipients = [NewRecipient::wrapped(us, &kek, &key, crypto).unwrap()];
    let mut buffer = [0; 256];
    let token = fresh(encryption(), &mut buffer);
    let token = token.encrypt_for(&key.secret(), &recipients, crypto).unwrap();
    let token = Token::parse(token).unwrap();
    let Message::Encrypt(message) = token.message() else { panic!("no COSE_Encrypt") };
    let recipient = message.recipients().next().unwrap();
    let shared = RecipientKey::Shared(kek);
    let found = message.content_key(&recipient, &shared, expect(CIPHER), crypto).unwrap();
    let mut plaintext = [0; 256];
    let claims = token.decrypt(&found.secret(), &ENCRYPTED, &mut plaintext, crypto).unwrap();
    assert_eq!(claims.eat_nonce.len(), 1);
    let other = ContentKey::new(&[2; 16], CIPHER).unwrap();
    let refused = token.decrypt(&other.secret(), &ENCRYPTED, &mut plaintext, crypto);
    assert_eq!(kind(refused), Some(ErrorKind::Cose(Cose::VerificationFailed)));
}

/// What the profile does not accept is refused before anything is proven: another kind of message (RFC 9711,
/// 6.3; RFC 9783, 5.2), or another algorithm, which the message can't choose.
#[test]
fn algorithm_and_message_confusion() {
    let (key, crypto) = (signer(5), &mut RustCrypto);
    let anchor = Key::from_public(key.public());
    let (mut buffer, mut plaintext) = ([0; 256], [0; 256]);
    let mut signing = fresh(NewHeaders::default(), &mut buffer).signers(1).unwrap();
    signing.sign(Algorithm::ES256, &key, crypto).unwrap();
    let token = Token::parse(signing.finish().unwrap()).unwrap();
    let Message::Sign(message) = token.message() else { panic!("no COSE_Sign") };
    let by = message.signatures().next().unwrap();
    let profile = &ConstrainedDevice;
    let refused = token.check_signature(&by, &anchor, profile, crypto).map(drop);
    assert_eq!(kind(refused), Some(ErrorKind::Protection));
    let refused = token.check_signature(&by, &anchor, &psa::Tokens::ALL, crypto).map(drop);
    assert_eq!(kind(refused), Some(ErrorKind::Protection));

    // The public key of the signer as a secret: an attacker knows it, too.
    let public = anchor.public().unwrap();
    let PublicKey::Ec2 { x, .. } = public else { panic!("not on P-256") };
    let x: [u8; 32] = x.try_into().unwrap();
    let forger = Secret::new(&x[..], Algorithm::HMAC_256);
    let mut buffer = [0; 256];
    let token = fresh(Algorithm::HMAC_256.into(), &mut buffer).mac(&forger, crypto).unwrap();
    let token = Token::parse(token).unwrap();
    assert_eq!(kind(token.check(&anchor, &SIGNED, crypto)), Some(ErrorKind::Protection));
    let refused = token.verify_mac(&forger, &SIGNED, crypto);
    assert_eq!(kind(refused), Some(ErrorKind::Cose(Cose::AlgorithmNotAccepted)));
    let refused = token.decrypt(&forger, &ENCRYPTED, &mut plaintext, crypto);
    assert_eq!(kind(refused), Some(ErrorKind::Protection));

    // A key that says what it is for serves nothing else.
    let mut buffer = [0; 256];
    let secret = Secret::new(&[1; 16][..], CIPHER);
    let token = fresh(encryption(), &mut buffer).encrypt(&secret, crypto).unwrap();
    let token = Token::parse(token).unwrap();
    let other = Secret::new(&[1; 16][..], Algorithm::A128GCM);
    let refused = token.decrypt(&other, &ENCRYPTED, &mut plaintext, crypto);
    assert_eq!(kind(refused), Some(ErrorKind::Cose(Cose::KeyMismatch)));
    let refused = token.decrypt(&secret, &psa::Tokens::ALL, &mut plaintext, crypto);
    assert_eq!(kind(refused), Some(ErrorKind::Protection));
}

/// A payload or a ciphertext elsewhere makes no token, of whichever kind.
#[test]
fn detached_contents() {
    let (secret, mut buffer, mut ciphertext) = ([1; 16], [0; 128], [0; 128]);
    let secret = Secret::new(&secret[..], CIPHER);
    let message = hexad_cose_core::Encrypt0::builder(encryption());
    let (token, _) = message
        .seal_detached(&[0xa0], &secret, &mut buffer, &mut ciphertext, &mut RustCrypto)
        .unwrap();
    assert_eq!(kind(Token::parse(token)), Some(ErrorKind::Protection));
    let mac0 = [0xd1, 0x84, 0x43, 0xa1, 0x01, 0x05, 0xa0, 0xf6, 0x41, 0x00];
    assert_eq!(kind(Token::parse(&mac0)), Some(ErrorKind::Protection));
}

/// A device that holds one key and names it by a number.
struct Element([u8; 32]);

#[derive(Debug)]
struct Slot(u8);

impl Element {
    fn key(&self, slot: &Slot) -> Result<&[u8; 32], CryptoError> {
        if slot.0 == 9 { Ok(&self.0) } else { Err(CryptoError::InvalidKey) }
    }
}

impl Sign for Element {
    type Key = Slot;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        slot: &Slot,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let key = SigningKey::from_bytes(Curve::P256, self.key(slot)?).unwrap();
        RustCrypto.sign(algorithm, &key, signed, signature)
    }
}

impl hexad_cose_core::crypto::Hash for Element {
    type Hasher = <RustCrypto as hexad_cose_core::crypto::Hash>::Hasher;

    fn start(
        &mut self,
        algorithm: hexad_cose_core::HashAlgorithm,
    ) -> Result<Self::Hasher, CryptoError> {
        hexad_cose_core::crypto::Hash::start(&mut RustCrypto, algorithm)
    }
}

impl Mac for Element {
    type Key = Slot;
    type Tag = <RustCrypto as Mac>::Tag;

    fn start(&mut self, algorithm: Algorithm, slot: &Slot) -> Result<Self::Tag, CryptoError> {
        Mac::start(&mut RustCrypto, algorithm, self.key(slot)?)
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
        let key = self.key(slot)?;
        RustCrypto.open(algorithm, &key[..16], nonce, aad, buffer)
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
        let key = self.key(slot)?;
        RustCrypto.seal(algorithm, &key[..16], nonce, aad, buffer, length)
    }
}

/// Signed, authenticated and encrypted by a key that stays in its device; read with the key in bytes; and
/// nothing is made where the buffer is too small, or the slot another.
#[test]
fn keys_by_handle() {
    type Make = fn(&Slot, &mut Element, &mut [u8]) -> Result<Vec<u8>, Error>;
    let kinds: [Make; 3] = [
        |slot, device, buffer| {
            fresh(Algorithm::ES256.into(), buffer).sign(slot, device).map(<[u8]>::to_vec)
        },
        |slot, device, buffer| {
            let key = Secret::new(slot, Algorithm::HMAC_256);
            fresh(Algorithm::HMAC_256.into(), buffer).mac(&key, device).map(<[u8]>::to_vec)
        },
        |slot, device, buffer| {
            let key = Secret::new(slot, CIPHER);
            fresh(encryption(), buffer).encrypt(&key, device).map(<[u8]>::to_vec)
        },
    ];
    let mut device = Element([9; 32]);
    let mut tokens = Vec::new();
    for make in kinds {
        let token = make(&Slot(9), &mut device, &mut [0; 256]).unwrap();
        for size in 0..token.len() {
            let refused = kind(make(&Slot(9), &mut device, &mut [0; 256][..size]));
            assert_eq!(refused, Some(ErrorKind::Cose(Cose::BufferTooSmall)), "{size}");
        }
        let refused = kind(make(&Slot(8), &mut device, &mut [0; 256]));
        assert_eq!(refused, Some(ErrorKind::Cose(Cose::KeyMismatch)));
        tokens.push(token);
    }
    let anchor = signer(9);
    let anchor = Key::from_public(anchor.public());
    let signed = Token::parse(&tokens[0]).unwrap();
    let claims = signed.check(&anchor, &SIGNED, &mut RustCrypto).unwrap().run(&mut RustCrypto);
    assert_eq!(claims.unwrap().eat_nonce.len(), 1);
    let secret = Secret::new(&[9; 32][..], Algorithm::HMAC_256);
    let maced = Token::parse(&tokens[1]).unwrap();
    assert!(maced.verify_mac(&secret, &MACED, &mut RustCrypto).is_ok());
    let mut plaintext = [0; 128];
    let encrypted = Token::parse(&tokens[2]).unwrap();
    let slot = Slot(9);
    let by_slot = Secret::new(&slot, CIPHER);
    assert!(encrypted.decrypt(&by_slot, &ENCRYPTED, &mut plaintext, &mut device).is_ok());
    let secret = Secret::new(&[9; 16][..], CIPHER);
    let claims = encrypted.decrypt(&secret, &ENCRYPTED, &mut plaintext, &mut RustCrypto).unwrap();
    assert_eq!(claims.eat_nonce.iter().next().unwrap().as_bytes(), NONCE);
}

/// Who expects a `COSE_Sign1` and links nothing else reads nothing else.
#[test]
fn one_kind_alone() {
    let mut buffer = [0; 256];
    let token = fresh(Algorithm::ES256.into(), &mut buffer).sign(&signer(5), &mut RustCrypto);
    assert!(Token::parse_sign1(token.unwrap()).is_ok());
    let secret = Secret::new(&[1; 32][..], Algorithm::HMAC_256);
    let token = fresh(Algorithm::HMAC_256.into(), &mut buffer).mac(&secret, &mut RustCrypto);
    let refused = kind(Token::parse_sign1(token.unwrap()));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::UnexpectedTag)));
    assert_eq!(AnyClaims { algorithms: &[] }.messages().len(), 6);
}
