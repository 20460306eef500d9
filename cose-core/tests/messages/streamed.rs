//! Detached payloads that arrive in pieces, or are read in pieces: the same answer, and the same
//! message, as in one piece.

use core::cell::Cell;

use hexad_cose_core::crypto::CryptoError;
use hexad_cose_core::{
    Algorithm, Error, ErrorKind, Expect, Key, Mac, Mac0, Secret, Sign, Sign1, Verified,
};
use hexad_rustcrypto::RustCrypto;
use proptest::prelude::*;

use crate::parties::{KEK, Kind, Plan, kind, shared, signer};

/// A payload in pieces, of which it is said how long they are together.
struct Pieces<'p> {
    pieces: Vec<&'p [u8]>,
    length: u64,
}

/// Checks `message` over `payload` in pieces; whether its payload was elsewhere.
fn check(
    plan: &Plan,
    message: &[u8],
    expect: Expect<'_>,
    payload: &Pieces<'_>,
) -> Result<bool, Error> {
    let (algorithm, crypto) = (plan.algorithm, &mut RustCrypto);
    let length = payload.length;
    match plan.kind {
        Kind::Sign1 => {
            let signer = signer(algorithm);
            let key = Key::from_public(signer.public());
            let message = Sign1::parse(message)?;
            let mut stream = message.verify_streamed(&key, expect, length, crypto)?;
            payload.pieces.iter().try_for_each(|piece| stream.update(piece))?;
            let answer = stream.finish(crypto).map(|verified| verified.is_detached());
            if algorithm.digest().is_some() {
                let mut stream = message.check_streamed(&key, expect, length, crypto)?;
                payload.pieces.iter().try_for_each(|piece| stream.update(piece))?;
                let check = stream.finish().and_then(|check| check.run(crypto));
                assert_eq!(check.map(|verified| verified.is_detached()), answer);
            }
            answer
        }
        Kind::Sign => {
            let signer = signer(algorithm);
            let key = Key::from_public(signer.public());
            let message = Sign::parse(message)?;
            let one = message.signatures().next().unwrap();
            let mut stream = message.verify_streamed(&one, &key, expect, length, crypto)?;
            payload.pieces.iter().try_for_each(|piece| stream.update(piece))?;
            let answer = stream.finish(crypto).map(|verified| verified.is_detached());
            if algorithm.digest().is_some() {
                let mut stream = message.check_streamed(&one, &key, expect, length, crypto)?;
                payload.pieces.iter().try_for_each(|piece| stream.update(piece))?;
                let check = stream.finish().and_then(|check| check.run(crypto));
                assert_eq!(check.map(|verified| verified.is_detached()), answer);
            }
            answer
        }
        Kind::Mac0 => {
            let key = shared(algorithm);
            let key = Secret::new(&key[..], algorithm);
            let mut stream = Mac0::parse(message)?.verify_streamed(&key, expect, length, crypto)?;
            payload.pieces.iter().try_for_each(|piece| stream.update(piece))?;
            stream.finish().map(|verified: Verified<Mac0<'_>>| verified.is_detached())
        }
        Kind::Mac => {
            let message = Mac::parse(message)?;
            let kek = Secret::new(&KEK[..], Algorithm::A128KW);
            let recipient = message.recipients().next().unwrap();
            let key = recipient.unwrap(algorithm, &kek, &expect, crypto)?;
            let mut stream = message.verify_streamed(&key.secret(), expect, length, crypto)?;
            payload.pieces.iter().try_for_each(|piece| stream.update(piece))?;
            stream.finish().map(|verified| verified.is_detached())
        }
        Kind::Encrypt0 | Kind::Encrypt => unreachable!("a ciphertext is opened as a whole"),
    }
}

/// The pieces of `payload` between these offsets.
fn split<'p>(payload: &'p [u8], offsets: &[usize]) -> Vec<&'p [u8]> {
    offsets.windows(2).map(|pair| &payload[pair[0]..pair[1]]).collect()
}

/// A message that is made of a payload in pieces.
fn make(
    plan: &Plan,
    length: u64,
    read: impl Fn(&mut dyn FnMut(&[u8])) -> Result<(), CryptoError>,
) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0; 8000];
    let (algorithm, crypto) = (plan.algorithm, &mut RustCrypto);
    if plan.kind == Kind::Mac0 {
        let builder = Mac0::builder(plan.headers()).external_aad(&plan.aad);
        let builder = if plan.tagged { builder } else { builder.untagged() };
        let key = shared(algorithm);
        let key = Secret::new(&key[..], algorithm);
        let draft = builder.detached_streamed(length, &mut buffer)?;
        return draft.mac(read, &key, crypto).map(<[u8]>::to_vec);
    }
    let builder = Sign1::builder(plan.headers()).external_aad(&plan.aad);
    let builder = if plan.tagged { builder } else { builder.untagged() };
    let draft = builder.detached_streamed(length, &mut buffer)?;
    draft.sign(read, &signer(algorithm), crypto).map(<[u8]>::to_vec)
}

/// Algorithms of every way to take a payload: as a digest, as a message, as a tag.
fn plan() -> impl Strategy<Value = Plan> {
    let of = prop::sample::select(vec![
        (Kind::Sign1, Algorithm::ESP256),
        (Kind::Sign1, Algorithm::ES384),
        (Kind::Sign1, Algorithm::EDDSA),
        (Kind::Sign1, Algorithm::ED25519),
        (Kind::Sign1, Algorithm::ML_DSA_44),
        (Kind::Sign, Algorithm::ESP256),
        (Kind::Sign, Algorithm::ES256K),
        (Kind::Sign, Algorithm::ED25519),
        (Kind::Sign, Algorithm::ML_DSA_65),
        (Kind::Mac0, Algorithm::HMAC_256_64),
        (Kind::Mac0, Algorithm::HMAC_384),
        (Kind::Mac0, Algorithm::AES_MAC_128_64),
        (Kind::Mac, Algorithm::HMAC_512),
        (Kind::Mac, Algorithm::AES_MAC_256_128),
    ]);
    let payload = prop::collection::vec(any::<u8>(), 0..2000);
    (of, any::<bool>(), payload).prop_map(|((kind, algorithm), tagged, payload)| Plan {
        tagged,
        detached: true,
        payload,
        ..Plan::new(kind, algorithm)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// RFC 9052, 4.4 and 6.3: however the payload is split, the answer is that of the whole; a
    /// byte more or less than was said, and a changed byte, are refused.
    #[test]
    fn pieces_are_checked_as_the_whole(
        plan in plan(),
        splits in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        changed in any::<prop::sample::Index>(),
    ) {
        let (message, _) = plan.make(plan.headers());
        let payload = &plan.payload[..];
        prop_assert!(plan.open(&message, plan.expect(Some(payload))).is_ok());

        let mut splits: Vec<usize> =
            splits.iter().map(|index| index.index(payload.len() + 1)).collect();
        splits.extend([0, payload.len()]);
        splits.sort_unstable();
        let length = u64::try_from(payload.len()).unwrap();
        let stream = |pieces, length| {
            check(&plan, &message, plan.expect(None), &Pieces { pieces, length })
        };
        let pieces = split(payload, &splits);
        prop_assert_eq!(stream(pieces.clone(), length), Ok(true));
        if matches!(plan.kind, Kind::Sign1 | Kind::Mac0) {
            let read = |take: &mut dyn FnMut(&[u8])| {
                pieces.iter().for_each(|piece| take(piece));
                Ok(())
            };
            // Signatures are without randomness here: the message is the same.
            prop_assert_eq!(make(&plan, length, read), Ok(message.clone()));
            prop_assert_eq!(kind(make(&plan, length + 1, read)), ErrorKind::Payload);
            if let Some(less) = length.checked_sub(1) {
                prop_assert_eq!(kind(make(&plan, less, read)), ErrorKind::Payload);
            }
        }

        // Said to be longer or shorter than it is.
        prop_assert_eq!(kind(stream(split(payload, &splits), length + 1)), ErrorKind::Payload);
        let longer = [&split(payload, &splits)[..], &[&[0][..]]].concat();
        prop_assert_eq!(kind(stream(longer.clone(), length)), ErrorKind::Payload);
        // Of another length in truth.
        prop_assert_eq!(kind(stream(longer, length + 1)), ErrorKind::VerificationFailed);
        if !payload.is_empty() {
            let mut other = payload.to_vec();
            other[changed.index(payload.len())] ^= 1;
            let refused = stream(split(&other, &splits), length);
            prop_assert_eq!(kind(refused), ErrorKind::VerificationFailed);
        }
    }
}

/// A payload that is in the message, or given by the caller, is not awaited in pieces.
#[test]
fn a_payload_that_is_there_is_not_awaited() {
    for (of, algorithm) in [
        (Kind::Sign1, Algorithm::ESP256),
        (Kind::Sign, Algorithm::ESP256),
        (Kind::Mac0, Algorithm::HMAC_256),
        (Kind::Mac, Algorithm::HMAC_256),
    ] {
        let none = Pieces { pieces: Vec::new(), length: 0 };
        let plan = Plan::new(of, algorithm);
        let (embedded, _) = plan.make(plan.headers());
        let refused = check(&plan, &embedded, plan.expect(None), &none);
        assert_eq!(kind(refused), ErrorKind::Payload, "{of:?}");
        let plan = Plan { detached: true, ..plan };
        let (detached, _) = plan.make(plan.headers());
        let refused = check(&plan, &detached, plan.expect(Some(b"")), &none);
        assert_eq!(kind(refused), ErrorKind::Payload, "{of:?}");
    }
}

/// RFC 8032 and FIPS 204: EdDSA and ML-DSA sign the message itself, so there is no digest with which a
/// check could wait.
#[test]
fn what_signs_the_message_itself_makes_no_check_that_waits() {
    for of in [Kind::Sign1, Kind::Sign] {
        for algorithm in [Algorithm::EDDSA, Algorithm::ED25519, Algorithm::ML_DSA_44] {
            let plan = Plan { detached: true, ..Plan::new(of, algorithm) };
            let (message, _) = plan.make(plan.headers());
            let (signer, expect, crypto) = (signer(algorithm), plan.expect(None), &mut RustCrypto);
            let key = Key::from_public(signer.public());
            let refused = match of {
                Kind::Sign1 => {
                    let message = Sign1::parse(&message).unwrap();
                    message.check_streamed(&key, expect, 20, crypto).map(drop)
                }
                _ => {
                    let message = Sign::parse(&message).unwrap();
                    let one = message.signatures().next().unwrap();
                    message.check_streamed(&one, &key, expect, 20, crypto).map(drop)
                }
            };
            assert_eq!(kind(refused), ErrorKind::Unsupported, "{of:?} {algorithm}");
        }
    }
}

/// A payload that can't be read, or that is another when EdDSA reads it again (whose two signatures
/// would give the key away), is not signed.
#[test]
fn a_payload_that_fails_or_changes_is_not_signed() {
    for algorithm in [Algorithm::ESP256, Algorithm::ED25519, Algorithm::ML_DSA_44] {
        let plan = Plan { detached: true, ..Plan::new(Kind::Sign1, algorithm) };
        for fails in 0..2 {
            let reads = Cell::new(0);
            let made = make(&plan, 4, |take| {
                take(&[0; 4]);
                reads.set(reads.get() + 1);
                if reads.get() > fails { Err(CryptoError::Device) } else { Ok(()) }
            });
            if fails < reads.get() {
                assert_eq!(kind(made), ErrorKind::Backend, "{algorithm}");
            }
        }
        let reads = Cell::new(0);
        let made = make(&plan, 4, |take| {
            take(&[reads.get(); 4]);
            reads.set(reads.get() + 1);
            Ok(())
        });
        if algorithm == Algorithm::ED25519 {
            assert_eq!((kind(made), reads.get()), (ErrorKind::Backend, 2));
        } else {
            assert_eq!((made.is_ok(), reads.get()), (true, 1), "{algorithm}");
        }
    }
}
