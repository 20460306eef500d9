//! Messages that were cut short, made longer or changed in one byte on their way.

use std::ops::Range;

use hexad_cose_core::cbor::{Cursor, Encoder};
use hexad_cose_core::{Algorithm, ContentType, Error, ErrorKind, Message, Parameter};

use crate::parties::{Kind, Plan, iv, kind};

const KID: &[u8] = b"key identifier";

/// One message of each kind, of each family of algorithms that is fast.
fn plans() -> Vec<Plan> {
    [
        (Kind::Sign1, Algorithm::ESP256),
        (Kind::Sign1, Algorithm::ED25519),
        (Kind::Sign, Algorithm::ESP256),
        (Kind::Sign, Algorithm::ED25519),
        (Kind::Mac0, Algorithm::HMAC_256_64),
        (Kind::Mac0, Algorithm::AES_MAC_256_128),
        (Kind::Mac, Algorithm::HMAC_512),
        (Kind::Encrypt0, Algorithm::A128GCM),
        (Kind::Encrypt0, Algorithm::CHACHA20_POLY1305),
        (Kind::Encrypt, Algorithm::AES_CCM_16_64_128),
    ]
    .map(|(kind, algorithm)| Plan::new(kind, algorithm))
    .to_vec()
}

fn make(plan: &Plan) -> Vec<u8> {
    let protected = [Parameter::new(100, &[0x01])];
    let headers = plan.headers().kid(KID).content_type(ContentType::Format(60));
    let headers = headers.protected(&protected);
    match plan.algorithm.content_encryption() {
        Some(_) => plan.make(headers.iv(&iv(plan.algorithm))).0,
        None => plan.make(headers).0,
    }
}

/// A message that ends early is refused where it ends, and one that goes on where it should have
/// ended.
#[test]
fn every_truncation_is_refused_at_its_end() {
    for plan in plans() {
        let message = make(&plan);
        for length in 0..message.len() {
            let answer = plan.kind.parse(&message[..length]);
            assert_eq!(answer, Err(Error::new(ErrorKind::UnexpectedEnd, length)), "{plan:?}");
        }
        assert_eq!(plan.kind.parse(&message), Ok(()));
        let longer = [&message[..], &[0]].concat();
        let expected = Err(Error::new(ErrorKind::TrailingBytes, message.len()));
        assert_eq!(plan.kind.parse(&longer), expected);
    }
}

/// Where the unprotected buckets of the message and its signers or recipients stand.
fn unprotected(message: &[u8]) -> Vec<Range<usize>> {
    let message = Message::parse(message).unwrap();
    let mut headers = vec![*message.headers()];
    match &message {
        Message::Sign(message) => headers.extend(message.signatures().map(|one| *one.headers())),
        Message::Mac(message) => headers.extend(message.recipients().map(|one| *one.headers())),
        Message::Encrypt(message) => headers.extend(message.recipients().map(|one| *one.headers())),
        _ => {}
    }
    let range = |bytes: &[u8], offset| offset..offset + bytes.len();
    headers
        .iter()
        .map(|headers| range(headers.unprotected().bytes(), headers.unprotected().offset()))
        .collect()
}

/// RFC 9052, 4.4, 5.3 and 6.3: all is protected but the unprotected buckets; of those the key
/// identifiers are nobody's word, and the initialization vector is part of the decryption.
#[test]
fn one_changed_byte_is_refused_wherever_it_is_protected() {
    for plan in plans() {
        let good = make(&plan);
        let free = unprotected(&good);
        let content = Message::parse(&good).unwrap().unverified_content().unwrap();
        let content = content.offset()..content.offset() + content.bytes().len();
        let find = |what: &[u8]| {
            let start = good.windows(what.len()).position(|window| window == what).unwrap();
            start..start + what.len()
        };
        let kid = find(KID);
        let nonce = plan.algorithm.content_encryption().map(|_| find(&iv(plan.algorithm)));
        for at in 0..good.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= change;
                let answer = plan.open(&bad, plan.expect(None));
                if kid.contains(&at) {
                    assert_eq!(answer.as_ref(), Ok(&plan.payload), "{plan:?}, byte {at}");
                } else if content.contains(&at) || nonce.as_ref().is_some_and(|iv| iv.contains(&at))
                {
                    assert_eq!(kind(answer), ErrorKind::VerificationFailed, "{plan:?}, byte {at}");
                } else if !free.iter().any(|bucket| bucket.contains(&at)) {
                    assert!(answer.is_err(), "{plan:?}: accepted with byte {at} changed");
                }
            }
        }
    }
}

/// What proves a message, and its encrypted content key.
fn proofs(message: &[u8]) -> Vec<Vec<u8>> {
    match Message::parse(message).unwrap() {
        Message::Sign1(message) => vec![message.signature().to_vec()],
        Message::Sign(message) => {
            message.signatures().map(|one| one.signature().to_vec()).collect()
        }
        Message::Mac0(message) => vec![message.tag().to_vec()],
        Message::Mac(message) => vec![
            message.tag().to_vec(),
            message.recipients().next().unwrap().ciphertext().unwrap().to_vec(),
        ],
        Message::Encrypt0(message) => vec![message.ciphertext().unwrap().bytes().to_vec()],
        Message::Encrypt(message) => {
            vec![message.recipients().next().unwrap().ciphertext().unwrap().to_vec()]
        }
    }
}

/// The signature, the tag and the encrypted content key are refused with any bit changed, at the
/// byte where they stand.
#[test]
fn one_changed_bit_of_a_signature_or_tag_is_refused_there() {
    for plan in plans() {
        let good = make(&plan);
        for string in proofs(&good) {
            let start = good.windows(string.len()).position(|window| window == string).unwrap();
            for bit in 0..string.len() * 8 {
                let mut bad = good.clone();
                bad[start + bit / 8] ^= 1 << (bit % 8);
                let answer = plan.open(&bad, plan.expect(None));
                let expected = Error::new(ErrorKind::VerificationFailed, start);
                assert_eq!(answer, Err(expected), "{plan:?}, bit {bit}");
            }
        }
    }
}

/// A signature, a tag or an encrypted content key of another length, in a message that is well-formed, is
/// refused where it stands: also one that is right as far as it goes.
#[test]
fn a_truncated_signature_or_tag_is_refused_there() {
    let encoded = |string: &[u8]| {
        let mut encoded = Vec::new();
        Encoder::appending(&mut encoded).bytes(string).unwrap();
        encoded
    };
    for plan in plans() {
        let good = make(&plan);
        for string in proofs(&good) {
            let whole = encoded(&string);
            let start = good.windows(whole.len()).position(|window| window == whole).unwrap();
            let longer = [&string[..], &[0]].concat();
            let others = (0..string.len()).map(|length| &string[..length]).chain([&longer[..]]);
            for other in others {
                let other = encoded(other);
                let bad = [&good[..start], &other, &good[start + whole.len()..]].concat();
                assert_eq!(plan.kind.parse(&bad), Ok(()), "{plan:?}");
                let answer = plan.open(&bad, plan.expect(None));
                assert_eq!(kind(answer), ErrorKind::VerificationFailed, "{plan:?}");
            }
        }
    }
}

/// RFC 9052, 4.4, 5.3 and 6.3: the context string binds a signature or tag to its kind of message,
/// so that one is not taken for the other.
#[test]
fn a_message_does_not_pass_as_another_kind() {
    for (one, other, algorithm) in [
        (Kind::Mac0, Kind::Mac, Algorithm::HMAC_256),
        (Kind::Encrypt0, Kind::Encrypt, Algorithm::A256GCM),
    ] {
        for (from, to) in [(one, other), (other, one)] {
            let plan = Plan { tagged: false, ..Plan::new(from, algorithm) };
            let message = make(&plan);
            let length = Error::new(ErrorKind::Length, 0);
            assert_eq!(to.parse(&message), Err(length), "{from:?} as {to:?}");
        }
    }
    // A Sign1 and a Mac0 are arrays of the same form; what is authenticated is not the same.
    let plan = Plan { tagged: false, ..Plan::new(Kind::Sign1, Algorithm::ESP256) };
    let message = make(&plan);
    assert_eq!(Kind::Mac0.parse(&message), Ok(()));
    let mac = Plan { tagged: false, ..Plan::new(Kind::Mac0, Algorithm::HMAC_256) };
    let answer = mac.open(&message, mac.expect(None));
    assert_eq!(kind(answer), ErrorKind::AlgorithmNotAccepted);
    assert!(Message::parse_as(18, &mut Cursor::new(&message)).is_ok());
}
