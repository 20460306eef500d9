//! `COSE_Sign1` and `COSE_Mac0` with a real backend: what is accepted, and all that is not.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hexad_cose_core::crypto::{Sign, SignAsync, Verify, VerifyAsync, VerifyPoll};
use hexad_cose_core::{
    Algorithm, ContentType, CryptoError, Curve, Error, ErrorKind, Expect, Key, Label, Mac0,
    PublicKey, Secret, Sign1, Signed,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

const EXPECT: Expect<'_> = Expect::alg(Algorithm::ESP256);

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap()
}

fn message(key: &SigningKey) -> Vec<u8> {
    let mut buffer = [0; 256];
    Sign1::builder(Algorithm::ESP256)
        .kid(b"11")
        .content_type(ContentType::Format(60))
        .payload(b"This is the content.", &mut buffer)
        .unwrap()
        .sign(key, &mut RustCrypto)
        .unwrap()
        .to_vec()
}

fn verify(bytes: &[u8], key: &Key<'_>, expect: Expect<'_>) -> Result<Vec<u8>, Error> {
    let check = Sign1::parse(bytes)?.check(key, expect, &mut RustCrypto)?;
    Ok(check.run(&mut RustCrypto)?.payload().to_vec())
}

fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn what_was_signed_verifies() {
    let signer = signing_key();
    let key = Key::from_public(signer.public());
    let bytes = message(&signer);
    assert_eq!(verify(&bytes, &key, EXPECT).unwrap(), b"This is the content.");
    let headers = *Sign1::parse(&bytes).unwrap().headers();
    assert_eq!(headers.kid(), Some(&b"11"[..]));
    assert_eq!(headers.content_type(), Some(ContentType::Format(60)));
    assert_eq!(headers.algorithm(), Some(Algorithm::ESP256));
}

/// Every byte of the message is under the signature or part of the structure, but for label and value
/// of the unprotected `kid`.
#[test]
fn no_changed_byte_is_accepted() {
    let signer = signing_key();
    let key = Key::from_public(signer.public());
    let good = message(&signer);
    let kid = good.windows(2).position(|pair| pair == b"11").unwrap();
    let unprotected = [kid - 2, kid, kid + 1];
    for at in (0..good.len()).filter(|at| !unprotected.contains(at)) {
        let mut bad = good.clone();
        bad[at] ^= 0x01;
        assert!(verify(&bad, &key, EXPECT).is_err(), "byte {at}");
    }
}

/// A message that is cut anywhere is refused at its end, before any key is used.
#[test]
fn every_truncation_is_refused() {
    let good = message(&signing_key());
    for length in 0..good.len() {
        let error = Sign1::parse(&good[..length]).unwrap_err();
        assert_eq!(error, Error::new(ErrorKind::UnexpectedEnd, length));
    }
    let mut long = good.clone();
    long.push(0);
    let error = Sign1::parse(&long).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::TrailingBytes, good.len()));
}

/// The caller says which algorithms are acceptable, and the key which one it serves.
#[test]
fn algorithms_are_the_callers_choice() {
    let signer = signing_key();
    let public = Key::from_public(signer.public());
    let bytes = message(&signer);
    let es256 = Expect::alg(Algorithm::ES256);
    assert_eq!(kind(verify(&bytes, &public, es256)), ErrorKind::AlgorithmNotAccepted);
    let either = [Algorithm::ES256, Algorithm::ESP256];
    assert!(verify(&bytes, &public, Expect::any(&either)).is_ok());
    assert_eq!(kind(verify(&bytes, &public, Expect::any(&[]))), ErrorKind::AlgorithmNotAccepted);

    let other_use = public.with_algorithm(Algorithm::ESP384);
    assert_eq!(kind(verify(&bytes, &other_use, EXPECT)), ErrorKind::KeyMismatch);
    // RFC 9864: ESP256 is ES256 with the curve fixed, so the same key serves both.
    let same_use = public.with_algorithm(Algorithm::ES256);
    assert!(verify(&bytes, &same_use, EXPECT).is_ok());

    let ed25519 = SigningKey::from_bytes(Curve::Ed25519, &[7; 32]).unwrap();
    let wrong_curve = Key::from_public(ed25519.public());
    assert_eq!(kind(verify(&bytes, &wrong_curve, EXPECT)), ErrorKind::KeyMismatch);
    let secret = Key::from_symmetric(&[7; 32], Algorithm::ESP256);
    assert_eq!(kind(verify(&bytes, &secret, EXPECT)), ErrorKind::KeyMismatch);
}

/// RFC 9052, 7.1: `key_ops` without 2 (verify) forbids it.
#[test]
fn key_operations_are_respected() {
    let signer = signing_key();
    let bytes = message(&signer);
    let PublicKey::Ec2 { x, y: hexad_cose_core::Y::Coordinate(y), .. } = signer.public() else {
        unreachable!("the key is on P-256");
    };
    for (operations, allowed) in [(&[0x81, 0x02][..], true), (&[0x81, 0x01], false)] {
        let mut encoded = vec![0xa5, 0x01, 0x02, 0x04];
        encoded.extend(operations);
        encoded.extend([0x20, 0x01, 0x21, 0x58, 0x20]);
        encoded.extend(x);
        encoded.extend([0x22, 0x58, 0x20]);
        encoded.extend(y);
        let key = Key::parse(&encoded).unwrap();
        assert_eq!(verify(&bytes, &key, EXPECT).is_ok(), allowed);
    }
}

/// RFC 9052, 4.4: external data and a detached payload are signed with the message.
#[test]
fn external_data_and_detached_payloads_are_signed() {
    let signer = signing_key();
    let key = Key::from_public(signer.public());
    let mut buffer = [0; 256];
    let detached = Sign1::builder(Algorithm::ESP256)
        .external_aad(b"context")
        .untagged()
        .detached(b"elsewhere", &mut buffer)
        .unwrap()
        .sign(&signer, &mut RustCrypto)
        .unwrap();
    assert!(Sign1::parse(detached).unwrap().is_detached());
    let expect = EXPECT.external_aad(b"context");
    assert!(verify(detached, &key, expect.detached(b"elsewhere")).is_ok());
    let wrong = verify(detached, &key, expect.detached(b"elsewherE"));
    assert_eq!(kind(wrong), ErrorKind::VerificationFailed);
    let wrong = verify(detached, &key, EXPECT.detached(b"elsewhere"));
    assert_eq!(kind(wrong), ErrorKind::VerificationFailed);
    assert_eq!(kind(verify(detached, &key, expect)), ErrorKind::Payload);
    // A payload inside and one from the caller: which of them was meant?
    let embedded = message(&signer);
    let twice = verify(&embedded, &key, EXPECT.detached(b"This is the content."));
    assert_eq!(kind(twice), ErrorKind::Payload);
}

/// Builds a Sign1 from hand-made buckets; the signature is never reached.
fn with_buckets(protected: &[u8], unprotected: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x84, 0x40 | u8::try_from(protected.len()).unwrap()];
    bytes.extend(protected);
    bytes.extend(unprotected);
    bytes.extend([0x41, 0x00, 0x41, 0x00]);
    bytes
}

/// RFC 9052, 3 and 3.1: what the two buckets may not contain.
#[test]
fn buckets_are_held_to_the_rules() {
    let parse = |protected: &[u8], unprotected: &[u8]| {
        let bytes = with_buckets(protected, unprotected);
        Sign1::parse(&bytes).map(|_| ())
    };
    assert_eq!(parse(&[0xa1, 0x01, 0x26], &[0xa0]), Ok(()));
    assert_eq!(parse(&[0xa0], &[0xa0]), Ok(()));
    assert_eq!(parse(&[], &[0xa1, 0x01, 0x26]), Ok(()));
    let duplicate = |protected: &[u8], unprotected: &[u8]| {
        assert_eq!(kind(parse(protected, unprotected)), ErrorKind::DuplicateKey);
    };
    duplicate(&[0xa2, 0x01, 0x26, 0x01, 0x26], &[0xa0]);
    duplicate(&[0xa1, 0x01, 0x26], &[0xa1, 0x01, 0x26]);
    duplicate(&[0xa1, 0x19, 0x01, 0x00, 0x01], &[0xa1, 0x19, 0x01, 0x00, 0x01]);
    duplicate(&[0xa1, 0x61, 0x61, 0x01], &[0xa1, 0x61, 0x61, 0x01]);
    // crit: protected only, and never empty.
    assert_eq!(kind(parse(&[], &[0xa1, 0x02, 0x81, 0x01])), ErrorKind::InvalidValue);
    assert_eq!(kind(parse(&[0xa1, 0x02, 0x80], &[0xa0])), ErrorKind::InvalidValue);
    // IV and Partial IV exclude one another.
    let both = parse(&[0xa2, 0x05, 0x41, 0x00, 0x06, 0x41, 0x00], &[0xa0]);
    assert_eq!(kind(both), ErrorKind::InvalidValue);
    // Something behind the map inside the protected byte string.
    assert_eq!(parse(&[0xa0, 0x00], &[0xa0]), Err(Error::new(ErrorKind::TrailingBytes, 3)));
    // A wrong tag (COSE_Mac0's), and an array of three.
    let tagged: Vec<u8> = [&[0xd1][..], &with_buckets(&[], &[0xa0])].concat();
    assert_eq!(kind(Sign1::parse(&tagged)), ErrorKind::UnexpectedTag);
    assert_eq!(kind(Sign1::parse(&[0x83, 0x40, 0xa0, 0x40])), ErrorKind::Length);
}

/// RFC 9052, 3.1: an algorithm counts only when it is protected; what is critical must be understood.
#[test]
fn unprotected_algorithms_and_unknown_critical_parameters_are_refused() {
    let signer = signing_key();
    let key = Key::from_public(signer.public());
    let check = |bytes: &[u8], expect| kind(verify(bytes, &key, expect));
    let unprotected = with_buckets(&[], &[0xa1, 0x01, 0x28]);
    assert_eq!(check(&unprotected, EXPECT), ErrorKind::UnprotectedAlgorithm);
    // With the caller's leave it counts, and is held against what the caller accepts.
    let leave = EXPECT.unprotected_algorithm();
    assert_eq!(check(&unprotected, leave), ErrorKind::VerificationFailed);
    let other = with_buckets(&[], &[0xa1, 0x01, 0x26]);
    assert_eq!(check(&other, leave), ErrorKind::AlgorithmNotAccepted);
    let by_text = with_buckets(&[0xa1, 0x01, 0x61, 0x61], &[0xa0]);
    assert_eq!(check(&by_text, EXPECT), ErrorKind::UnprotectedAlgorithm);
    // {1: -9, 2: [99], 99: 0}
    let critical = [0xa3, 0x01, 0x28, 0x02, 0x81, 0x18, 0x63, 0x18, 0x63, 0x00];
    let critical = with_buckets(&critical, &[0xa0]);
    assert_eq!(check(&critical, EXPECT), ErrorKind::CriticalParameter);
    let understood = EXPECT.understands(&[Label::Integer(99)]);
    assert_eq!(check(&critical, understood), ErrorKind::VerificationFailed);
    // {1: -9, 2: [99]}: critical, but not there.
    let absent = with_buckets(&[0xa2, 0x01, 0x28, 0x02, 0x81, 0x18, 0x63], &[0xa0]);
    assert_eq!(check(&absent, understood), ErrorKind::CriticalParameter);
}

/// A device that verifies, and signs, when it is asked for the third time.
struct Slow {
    polls: u32,
}

struct Job {
    answer: Result<(), CryptoError>,
}

impl VerifyPoll for Slow {
    type Job = Job;

    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<Job, CryptoError> {
        Ok(Job { answer: RustCrypto.verify(algorithm, key, signed, signature) })
    }

    fn poll(&mut self, job: &mut Job) -> Poll<Result<(), CryptoError>> {
        self.polls += 1;
        if self.polls < 3 { Poll::Pending } else { Poll::Ready(job.answer) }
    }
}

impl VerifyAsync for Slow {
    async fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let mut job = self.start(algorithm, key, signed, signature)?;
        std::future::poll_fn(|_| self.poll(&mut job)).await
    }
}

impl SignAsync for Slow {
    type Key = SigningKey;

    async fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &SigningKey,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        std::future::poll_fn(|_| {
            self.polls += 1;
            if self.polls < 3 { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        RustCrypto.sign(algorithm, key, signed, signature)
    }
}

/// Polls `future` to its end; how often that was.
fn block_on<T>(future: impl Future<Output = T>) -> (T, u32) {
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        polls += 1;
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return (value, polls);
        }
    }
}

/// The same check, resolved by an interrupt-driven device and by an async one.
#[test]
fn checks_can_be_answered_later() {
    let signer = signing_key();
    let key = Key::from_public(signer.public());
    let good = message(&signer);
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    for (bytes, accepted) in [(&good, true), (&bad, false)] {
        let check = Sign1::parse(bytes).unwrap().check(&key, EXPECT, &mut RustCrypto).unwrap();

        let mut device = Slow { polls: 0 };
        let mut pending = check.start(&mut device).unwrap();
        assert!(pending.poll(&mut device).is_pending());
        assert!(pending.poll(&mut device).is_pending());
        let Poll::Ready(answer) = pending.poll(&mut device) else { panic!("still pending") };
        assert_eq!(answer.is_ok(), accepted);
        // The answer is given once; a second poll does not verify anything.
        let Poll::Ready(again) = pending.poll(&mut device) else { panic!("pending again") };
        assert_eq!(kind(again), ErrorKind::Backend);

        let (answer, polls) = block_on(check.run_async(&mut Slow { polls: 0 }));
        assert_eq!((answer.is_ok(), polls), (accepted, 3));
    }
}

/// A message signed by a device that answers later, and by a signer elsewhere.
#[test]
fn signatures_can_be_made_later() {
    let signer = signing_key();
    let key = Key::from_public(signer.public());
    let mut buffer = [0; 256];
    let unsigned = Sign1::builder(Algorithm::ESP256).payload(b"later", &mut buffer).unwrap();
    let mut device = Slow { polls: 0 };
    let (signed, _) = block_on(unsigned.sign_async(&signer, &mut device, &mut RustCrypto));
    assert_eq!(verify(signed.unwrap(), &key, EXPECT).unwrap(), b"later");

    let mut buffer = [0; 256];
    let unsigned = Sign1::builder(Algorithm::ESP256).payload(b"elsewhere", &mut buffer).unwrap();
    let mut signature = [0; 64];
    let signed = unsigned.to_be_signed(&mut RustCrypto).unwrap();
    RustCrypto.sign(Algorithm::ESP256, &signer, &signed, &mut signature).unwrap();
    let message = unsigned.attach(&signature).unwrap();
    assert_eq!(verify(message, &key, EXPECT).unwrap(), b"elsewhere");
}

/// A buffer of any size that is too small is an error, whatever did not fit.
#[test]
fn small_buffers_are_refused() {
    let signer = signing_key();
    let whole = message(&signer).len();
    for size in 0..whole {
        let mut buffer = vec![0; size];
        let made = Sign1::builder(Algorithm::ESP256)
            .kid(b"11")
            .content_type(ContentType::Format(60))
            .payload(b"This is the content.", &mut buffer)
            .and_then(|unsigned| unsigned.sign(&signer, &mut RustCrypto).map(<[u8]>::len));
        assert_eq!(kind(made), ErrorKind::BufferTooSmall, "{size}");
    }
}

/// RFC 9053, 3.1: the truncated HMAC is 8 bytes, and no other length passes for any algorithm.
#[test]
fn tags_are_compared_whole() {
    let secret = [3; 64];
    for (algorithm, length) in [
        (Algorithm::HMAC_256_64, 8),
        (Algorithm::HMAC_256, 32),
        (Algorithm::HMAC_384, 48),
        (Algorithm::HMAC_512, 64),
    ] {
        let key = Secret::new(&secret[..], algorithm);
        let mut buffer = [0; 256];
        let good = Mac0::builder(algorithm)
            .payload(b"content", &mut buffer)
            .unwrap()
            .mac(&key, &mut RustCrypto)
            .unwrap()
            .to_vec();
        let verify = |bytes: &[u8]| {
            Mac0::parse(bytes)?.verify(&key, Expect::alg(algorithm), &mut RustCrypto).map(|_| ())
        };
        assert_eq!(verify(&good), Ok(()));
        let head = if length < 24 { 1 } else { 2 };
        let tag = good.len() - length;
        for shorter in 0..length {
            let mut bad = good[..tag - head].to_vec();
            let mut cut = [0; 80];
            let mut encoder = hexad_cose_core::cbor::Encoder::new(&mut cut);
            encoder.bytes(&good[tag..tag + shorter]).unwrap();
            bad.extend(encoder.as_bytes());
            assert_eq!(kind(verify(&bad)), ErrorKind::VerificationFailed, "{shorter} bytes");
        }
        for at in tag..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x80;
            assert_eq!(kind(verify(&bad)), ErrorKind::VerificationFailed);
        }
        let other = Secret::new(&[4; 64][..], algorithm);
        let answer =
            Mac0::parse(&good).unwrap().verify(&other, Expect::alg(algorithm), &mut RustCrypto);
        assert_eq!(kind(answer), ErrorKind::VerificationFailed);
    }
}
