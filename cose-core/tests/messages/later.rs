//! Checks as values: answered at once, by an executor, or when a device is asked again. The
//! answers are the same, and each is given once.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hexad_cose_core::conformance::Delayed;
use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Encrypt0, Error, ErrorKind, Expect, Key, NewHeaders,
    NewRecipient, Secret, Sign, Sign1,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};

use crate::parties::{Counting, Kind, Plan, kind, shared, signer};

const POLLS: usize = 3;

fn device() -> Delayed<RustCrypto> {
    Delayed::new(RustCrypto, POLLS)
}

/// Polls `future` to its end, which it does not reach before the device was asked often enough.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            assert_eq!(polls, POLLS, "the executor asked again and again");
            return value;
        }
        polls += 1;
    }
}

/// The answer that comes when `poll` was called often enough; another call after it is refused.
fn poll_to_end<T: std::fmt::Debug>(
    mut poll: impl FnMut() -> Poll<Result<T, Error>>,
) -> Result<T, Error> {
    for _ in 0..POLLS {
        assert!(poll().is_pending());
    }
    let Poll::Ready(answer) = poll() else { panic!("still pending") };
    for _ in 0..2 {
        let Poll::Ready(again) = poll() else { panic!("pending again") };
        assert_eq!(kind(again), ErrorKind::Backend, "an answer is given once");
    }
    answer
}

/// A message, and the same with its last byte changed, of a signature or tag.
fn good_and_bad(good: &[u8]) -> [(Vec<u8>, Result<(), ErrorKind>); 2] {
    let mut bad = good.to_vec();
    *bad.last_mut().unwrap() ^= 1;
    [(good.to_vec(), Ok(())), (bad, Err(ErrorKind::VerificationFailed))]
}

fn outcome<T>(result: Result<T, Error>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(Error::kind)
}

#[test]
fn signatures_are_checked_at_once_or_later() {
    for algorithm in [Algorithm::ESP256, Algorithm::ED25519] {
        let plan = Plan::new(Kind::Sign1, algorithm);
        let signer = signer(algorithm);
        let key = Key::from_public(signer.public());
        for (message, expected) in good_and_bad(&plan.make(plan.headers()).0) {
            let check =
                Sign1::parse(&message).unwrap().check(&key, plan.expect(None), &mut device());
            let check = check.unwrap();
            assert_eq!(check.algorithm(), algorithm);
            assert_eq!(check.key(), &signer.public());
            assert_eq!(outcome(check.run(&mut RustCrypto)), expected);
            assert_eq!(outcome(block_on(check.run_async(&mut device()))), expected);
            let mut device = device();
            let mut pending = check.start(&mut device).unwrap();
            assert_eq!(outcome(poll_to_end(|| pending.poll(&mut device))), expected);
        }
        // Of several signers.
        let plan = Plan::new(Kind::Sign, algorithm);
        for (message, expected) in good_and_bad(&plan.make(plan.headers()).0) {
            let message = Sign::parse(&message).unwrap();
            let one = message.signatures().next().unwrap();
            let check = || message.check(&one, &key, plan.expect(None), &mut device()).unwrap();
            assert_eq!(outcome(block_on(check().run_async(&mut device()))), expected);
            let mut device = device();
            let mut pending = check().start(&mut device).unwrap();
            assert_eq!(outcome(poll_to_end(|| pending.poll(&mut device))), expected);
        }
    }
}

/// ECDSA here is deterministic (RFC 6979), EdDSA by definition: the messages are the same.
#[test]
fn signatures_are_made_at_once_or_later() {
    for algorithm in [Algorithm::ESP256, Algorithm::ED25519] {
        let signer = signer(algorithm);
        let mut buffers = [[0; 256]; 4];
        let [at_once, awaited, polled, elsewhere] = &mut buffers;
        let draft =
            |buffer| Sign1::builder(algorithm).kid(b"11").payload(b"content", buffer).unwrap();
        let at_once = draft(at_once).sign(&signer, &mut RustCrypto).unwrap();
        let (mut device, hash) = (device(), &mut RustCrypto);
        let awaited = draft(awaited).sign_async(&signer, &mut device, hash);
        assert_eq!(block_on(awaited).unwrap(), at_once);
        let mut pending = draft(polled).start(&signer, &mut device, &mut RustCrypto).unwrap();
        assert_eq!(poll_to_end(|| pending.poll(&mut device)).unwrap(), at_once);
        let signature = Sign1::parse(at_once).unwrap().signature();
        assert_eq!(draft(elsewhere).attach(signature).unwrap(), at_once);

        // One signer of several is waited for.
        let mut buffer = [0; 512];
        let draft = Sign::builder(NewHeaders::default()).payload(b"content", &mut buffer).unwrap();
        let mut signing = draft.signers(2).unwrap();
        signing.sign(NewHeaders::new(algorithm), &signer, &mut RustCrypto).unwrap();
        let second = NewHeaders::new(algorithm);
        block_on(signing.sign_async(second, &signer, &mut device, &mut RustCrypto)).unwrap();
        let message = signing.finish().unwrap();
        let message = Sign::parse(message).unwrap();
        let key = Key::from_public(signer.public());
        assert_eq!(message.signatures().count(), 2);
        for one in message.signatures() {
            let check = message.check(&one, &key, Expect::alg(algorithm), &mut RustCrypto).unwrap();
            assert_eq!(check.run(&mut RustCrypto).unwrap().payload(), b"content");
        }
    }
}

#[test]
fn content_is_decrypted_at_once_or_later() {
    for algorithm in
        [Algorithm::A128GCM, Algorithm::AES_CCM_16_64_128, Algorithm::CHACHA20_POLY1305]
    {
        let nonce = crate::parties::iv(algorithm);
        let plan = Plan::new(Kind::Encrypt0, algorithm);
        let value = &shared(algorithm)[..];
        let key = Secret::new(value, algorithm);
        for (message, expected) in good_and_bad(&plan.make(plan.headers().iv(&nonce)).0) {
            let message = Encrypt0::parse(&message).unwrap();
            let decryption = message.decryption(&key, plan.expect(None)).unwrap();
            let length = decryption.ciphertext().len();
            let plaintext = if expected.is_ok() { &plan.payload[..] } else { &[] };
            let read = |opened: Result<&[u8], ErrorKind>| {
                assert_eq!(opened.map(drop), expected, "{algorithm}");
                assert_eq!(opened.unwrap_or_default(), plaintext);
            };
            let mut buffers = [[0xee; 64]; 3];
            let [at_once, awaited, polled] = &mut buffers;
            let answer = decryption.run(value, at_once, &mut RustCrypto);
            read(answer.map(|plain| *plain).map_err(Error::kind));
            let answer = block_on(decryption.run_async(value, awaited, &mut device()));
            read(answer.map(|plain| *plain).map_err(Error::kind));
            let mut device = device();
            let mut pending = decryption.start(value, polled, &mut device).unwrap();
            let answer = poll_to_end(|| pending.poll(&mut device));
            read(answer.map(|plain| *plain).map_err(Error::kind));
            if expected.is_err() {
                for buffer in buffers {
                    let rest = plan.payload.len().min(8);
                    assert!(!buffer.windows(rest).any(|window| window == &plan.payload[..rest]));
                }
            }
            // A byte too little for the ciphertext, in each of the three.
            let small = &mut vec![0; length - 1][..];
            let answer = outcome(decryption.run(value, small, &mut RustCrypto));
            assert_eq!(answer, Err(ErrorKind::BufferTooSmall));
            let mut waiting = pin!(decryption.run_async(value, small, &mut device));
            let mut context = Context::from_waker(Waker::noop());
            let Poll::Ready(answer) = waiting.as_mut().poll(&mut context) else {
                panic!("there is nothing to wait for")
            };
            assert_eq!(outcome(answer), Err(ErrorKind::BufferTooSmall));
        }
    }
}

#[test]
fn keys_are_agreed_on_at_once_or_later() {
    let above = Algorithm::A128GCM;
    for (curve, algorithm) in [
        (Curve::P256, Algorithm::ECDH_ES_HKDF_256),
        (Curve::P256, Algorithm::ECDH_ES_A128KW),
        (Curve::X25519, Algorithm::ECDH_ES_A256KW),
    ] {
        let own = AgreementKey::from_bytes(curve, &[1; 32]).unwrap();
        let stranger = AgreementKey::from_bytes(curve, &[2; 32]).unwrap();
        let elsewhere = if curve == Curve::P256 { Curve::X25519 } else { Curve::P256 };
        let elsewhere = AgreementKey::from_bytes(elsewhere, &[1; 32]).unwrap();
        let (random, crypto) = (&mut Counting::default(), &mut RustCrypto);
        let (headers, peer) = (NewHeaders::new(algorithm), own.public().as_public());
        let (recipient, key) = if algorithm == Algorithm::ECDH_ES_HKDF_256 {
            NewRecipient::agreed(headers, &peer, above, None, random, crypto).unwrap()
        } else {
            let key = ContentKey::generate(above, random).unwrap();
            let made = NewRecipient::agreed_and_wrapped(headers, &peer, &key, None, random, crypto);
            (made.unwrap(), key)
        };
        let mut buffer = [0; 512];
        let builder = Encrypt::builder(NewHeaders::new(above).iv(&[7; 12]));
        let message = builder.seal(b"", &key.secret(), &[recipient], &mut buffer, crypto).unwrap();
        let message = Encrypt::parse(message).unwrap();
        let recipient = message.recipients().next().unwrap();
        let algorithms = [algorithm];
        let expect = Expect::alg(above).recipients(&algorithms);
        let agreement = || recipient.agreement(above, &expect).unwrap();
        assert_eq!(agreement().peer().curve(), Some(curve));

        let read = |answer: Result<ContentKey, Error>| {
            answer.map(|key| key.as_bytes().to_vec()).map_err(Error::kind)
        };
        let at_once = read(agreement().run(&own, crypto));
        assert_eq!(at_once.as_deref(), Ok(key.as_bytes()));
        let mut device = device();
        let awaited = agreement().run_async(&own, &mut device, crypto);
        assert_eq!(read(block_on(awaited)), at_once);
        let mut pending = agreement().start(&own, &mut device).unwrap();
        let polled = poll_to_end(|| pending.poll(&mut device, &mut RustCrypto));
        assert_eq!(read(polled), at_once);

        // Another key on the curve gives another answer, the same in all three.
        let other = read(agreement().run(&stranger, crypto));
        assert_ne!(other, at_once);
        let awaited = agreement().run_async(&stranger, &mut device, crypto);
        assert_eq!(read(block_on(awaited)), other);
        let mut pending = agreement().start(&stranger, &mut device).unwrap();
        let polled = poll_to_end(|| pending.poll(&mut device, &mut RustCrypto));
        assert_eq!(read(polled), other);
        // A key on another one is refused.
        assert_eq!(read(agreement().run(&elsewhere, crypto)), Err(ErrorKind::KeyMismatch));
        let answer = match agreement().start(&elsewhere, &mut device) {
            Ok(mut pending) => read(poll_to_end(|| pending.poll(&mut device, &mut RustCrypto))),
            Err(error) => Err(error.kind()),
        };
        assert_eq!(answer, Err(ErrorKind::KeyMismatch));
    }
}
