//! Ciphers that authenticate nothing (RFC 9459): where they are taken, and where never.

use hexad_cose_core::{
    Algorithm, ContentKey, Encrypt, Encrypt0, Error, ErrorKind, Expect, NewHeaders, NewRecipient,
    Parameter, Secret,
};
use hexad_rustcrypto::RustCrypto;

use crate::parties::{Counting, KEK, hex, kind, shared};

const CIPHERS: [Algorithm; 6] = [
    Algorithm::A128CTR,
    Algorithm::A192CTR,
    Algorithm::A256CTR,
    Algorithm::A128CBC,
    Algorithm::A192CBC,
    Algorithm::A256CBC,
];

const IV: [u8; 16] = [0x15; 16];

fn headers<'a>(algorithm: Algorithm) -> NewHeaders<'a> {
    NewHeaders::new(algorithm).unprotected_algorithm().iv(&IV)
}

fn expect<'a>(algorithm: Algorithm) -> Expect<'a> {
    Expect::alg(algorithm).unprotected_algorithm()
}

fn seal(algorithm: Algorithm, headers: NewHeaders<'_>, aad: &[u8]) -> Result<Vec<u8>, Error> {
    let key = shared(algorithm);
    let mut buffer = [0; 256];
    let builder = Encrypt0::builder(headers).external_aad(aad);
    let key = Secret::new(&key[..], algorithm);
    builder.seal(b"content", &key, &mut buffer, &mut RustCrypto).map(<[u8]>::to_vec)
}

fn open(algorithm: Algorithm, message: &[u8], expect: Expect<'_>) -> Result<Vec<u8>, Error> {
    let key = shared(algorithm);
    let key = Secret::new(&key[..], algorithm);
    let message = Encrypt0::parse(message)?;
    let mut buffer = [0; 64];
    message.decrypt_unauthenticated(&key, expect, &mut buffer, &mut RustCrypto).map(<[u8]>::to_vec)
}

/// RFC 9459, 4 and 5: content is given back, but as verified by no one; what is changed is not
/// noticed, but for the padding of CBC.
#[test]
fn content_is_given_back_unverified() {
    for algorithm in CIPHERS {
        let message = seal(algorithm, headers(algorithm), b"").unwrap();
        assert_eq!(open(algorithm, &message, expect(algorithm)).unwrap(), b"content");
        let key = shared(algorithm);
        let key = Secret::new(&key[..], algorithm);
        let parsed = Encrypt0::parse(&message).unwrap();
        let mut buffer = [0; 64];
        let as_verified =
            parsed.decrypt(&key, expect(algorithm), &mut buffer, &mut RustCrypto).map(|_| ());
        assert_eq!(kind(as_verified), ErrorKind::AlgorithmNotAccepted, "{algorithm}");
        assert_eq!(
            kind(parsed.decryption(&key, expect(algorithm))),
            ErrorKind::AlgorithmNotAccepted
        );
        let mut in_place = message.clone();
        let in_place =
            Encrypt0::decrypt_in_place(&mut in_place, &key, expect(algorithm), &mut RustCrypto);
        assert_eq!(kind(in_place.map(|_| ())), ErrorKind::AlgorithmNotAccepted);

        let mut changed = message.clone();
        let start = message.len() - parsed.ciphertext().unwrap().bytes().len();
        changed[start] ^= 1;
        match open(algorithm, &changed, expect(algorithm)) {
            Ok(other) => assert_ne!(other, b"content"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::VerificationFailed),
        }
        if algorithm.0 < -65_531 {
            let other = open(algorithm, &changed, expect(algorithm)).unwrap();
            assert_eq!(other, b"bontent", "a stream cipher: a bit is a bit");
        }
    }
}

/// RFC 9459, 4 and 5: no protected header and no external data, which nothing would protect.
#[test]
fn nothing_is_said_to_be_protected() {
    let protected = [Parameter::new(100, &[0x01])];
    for algorithm in CIPHERS {
        let with = headers(algorithm).protected(&protected);
        assert_eq!(kind(seal(algorithm, with, b"")), ErrorKind::InvalidValue);
        assert_eq!(kind(seal(algorithm, headers(algorithm), b"aad")), ErrorKind::InvalidValue);
        let protected = NewHeaders::new(algorithm).iv(&IV);
        assert_eq!(kind(seal(algorithm, protected, b"")), ErrorKind::InvalidValue);

        let message = seal(algorithm, headers(algorithm), b"").unwrap();
        let with_aad = expect(algorithm).external_aad(b"aad");
        assert_eq!(kind(open(algorithm, &message, with_aad)), ErrorKind::InvalidValue);
        // The algorithm counts in the unprotected bucket only with the caller's leave.
        let without = Expect::alg(algorithm);
        assert_eq!(kind(open(algorithm, &message, without)), ErrorKind::UnprotectedAlgorithm);
        // A message with {100: 1} protected, which nobody here would make.
        assert_eq!(message[..3], hex("d08340"));
        let other = [&hex("d08344a1186401"), &message[3..]].concat();
        assert_eq!(kind(open(algorithm, &other, expect(algorithm))), ErrorKind::InvalidValue);
        let emptied = [&hex("d08341a0"), &message[3..]].concat();
        assert_eq!(open(algorithm, &emptied, expect(algorithm)).unwrap(), b"content");
    }
}

/// An algorithm with a tag is never opened without looking at it.
#[test]
fn tags_are_not_passed_over() {
    let algorithm = Algorithm::A128GCM;
    let message = seal(algorithm, NewHeaders::new(algorithm).iv(&IV[..12]), b"").unwrap();
    let refused = open(algorithm, &message, expect(algorithm));
    assert_eq!(kind(refused), ErrorKind::AlgorithmNotAccepted);
}

/// The same of a `COSE_Encrypt`, and with the ciphertext elsewhere.
#[test]
fn recipients_may_be_given_such_a_key() {
    let kek = Secret::new(&KEK[..], Algorithm::A128KW);
    for algorithm in CIPHERS {
        let key = ContentKey::generate(algorithm, &mut Counting::default()).unwrap();
        let to = NewHeaders::new(Algorithm::A128KW);
        let recipients = [NewRecipient::wrapped(to, &kek, &key, &mut RustCrypto).unwrap()];
        let (mut buffer, mut apart) = ([0; 256], [0; 64]);
        let (message, ciphertext) = Encrypt::builder(headers(algorithm))
            .seal_detached(
                b"content",
                &key.secret(),
                &recipients,
                &mut buffer,
                &mut apart,
                &mut RustCrypto,
            )
            .unwrap();
        assert_eq!(algorithm.ciphertext_len(7), Some(ciphertext.len()));
        let message = Encrypt::parse(message).unwrap();
        let expect = expect(algorithm).recipients(&[Algorithm::A128KW]).detached(ciphertext);
        let recipient = message.recipients().next().unwrap();
        let key = recipient.unwrap(algorithm, &kek, &expect, &mut RustCrypto).unwrap();
        let mut buffer = [0; 64];
        let key = key.secret();
        let opened =
            message.decrypt_unauthenticated(&key, expect, &mut buffer, &mut RustCrypto).unwrap();
        assert_eq!(opened, b"content");
        let refused = message.decrypt(&key, expect, &mut buffer, &mut RustCrypto).map(|_| ());
        assert_eq!(kind(refused), ErrorKind::AlgorithmNotAccepted);
    }
}
