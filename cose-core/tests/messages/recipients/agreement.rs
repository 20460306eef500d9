//! Key agreement (RFC 9053, 6.3 and 6.4): with whom, on which curve, and bound to what.

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{
    Algorithm, Curve, Encrypt, ErrorKind, Expect, KdfInfo, Key, NewHeaders, Parameter, PartyInfo,
    PublicKey, RecipientKey, Secret, Y, iana::header,
};
use hexad_rustcrypto::AgreementKey;

use super::{AGREED, AGREED_AND_WRAPPED, CONTENT, CURVES, FRESH, agreed, open, private, seal};
use crate::parties::{hex, kind};

/// Every key agreement on every curve gives both sides the same key, to the one private key alone,
/// and only while both bind it to the same.
#[test]
fn every_agreement_gives_the_key_to_its_recipient_alone() {
    let info = KdfInfo {
        party_u: PartyInfo { identity: Some(b"sender"), ..PartyInfo::default() },
        party_v: PartyInfo { identity: Some(b"recipient"), other: Some(b""), nonce: None },
        supp_pub_other: Some(b"public"),
        supp_priv_info: Some(b"private"),
    };
    let others = [
        KdfInfo { party_u: PartyInfo::default(), ..info },
        KdfInfo { party_v: PartyInfo { other: None, ..info.party_v }, ..info },
        KdfInfo { supp_pub_other: Some(b"publiC"), ..info },
        KdfInfo { supp_pub_other: None, ..info },
        KdfInfo { supp_priv_info: Some(b""), ..info },
        KdfInfo { supp_priv_info: None, ..info },
    ];
    let fresh = [Parameter::new(header::PARTY_U_NONCE, FRESH)];
    for curve in CURVES {
        let (us, sender, stranger) = (private(curve, 1), private(curve, 2), private(curve, 3));
        for algorithm in AGREED.into_iter().chain(AGREED_AND_WRAPPED) {
            let headers = NewHeaders::new(algorithm).kid(b"us").unprotected(&fresh);
            let to = us.public().as_public();
            let (recipient, key) = agreed(headers, &to, &sender, Some(&info)).unwrap();
            let message = seal(&key, &[recipient]);

            let algorithms = [algorithm];
            let expect = Expect::alg(CONTENT).recipients(&algorithms);
            let with_info = expect.kdf_info(&info);
            let with =
                |key: &AgreementKey, expect| open(&message, 0, &RecipientKey::Private(key), expect);
            assert_eq!(with(&us, with_info), Ok(()), "{curve} {algorithm}");
            let refused = kind(with(&stranger, with_info));
            assert_eq!(refused, ErrorKind::VerificationFailed, "{curve} {algorithm}");
            // RFC 9053, 5.2: the key is bound to all that both sides know.
            assert_eq!(kind(with(&us, expect)), ErrorKind::VerificationFailed);
            for other in &others {
                let refused = with(&us, expect.kdf_info(other));
                assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{curve} {algorithm}");
            }
            // A key of another kind, or on another curve.
            let shared = RecipientKey::Shared(Secret::new(&[1; 32][..], CONTENT));
            assert_eq!(kind(open(&message, 0, &shared, with_info)), ErrorKind::KeyMismatch);
            let elsewhere =
                private(if curve == Curve::P256 { Curve::P384 } else { Curve::P256 }, 1);
            assert_eq!(kind(with(&elsewhere, with_info)), ErrorKind::KeyMismatch);
            // The caller accepts recipients of no other algorithm, and without a list of none.
            let refused = with(&us, Expect::alg(CONTENT).kdf_info(&info));
            assert_eq!(kind(refused), ErrorKind::AlgorithmNotAccepted);
            let refused = with(&us, with_info.recipients(&[Algorithm::A128KW, Algorithm::DIRECT]));
            assert_eq!(kind(refused), ErrorKind::AlgorithmNotAccepted);
        }
    }
}

/// RFC 9053, 6.3.1: a static sender is the one whom the caller expects, however the point is
/// written; without expectation it is whoever the message says.
#[test]
fn a_static_sender_is_the_one_that_is_expected() {
    let fresh = [Parameter::new(header::SALT, FRESH)];
    for curve in CURVES {
        let (us, sender, stranger) = (private(curve, 1), private(curve, 2), private(curve, 3));
        for algorithm in [Algorithm::ECDH_SS_HKDF_256, Algorithm::ECDH_SS_A128KW] {
            let headers = NewHeaders::new(algorithm).unprotected(&fresh);
            let (recipient, key) =
                agreed(headers, &us.public().as_public(), &sender, None).unwrap();
            let message = seal(&key, &[recipient]);
            let algorithms = [algorithm];
            let expect = Expect::alg(CONTENT).recipients(&algorithms);
            let with = |expect| open(&message, 0, &RecipientKey::Private(&us), expect);
            let (expected, other) = (sender.public().as_public(), stranger.public().as_public());
            assert_eq!(with(expect), Ok(()));
            assert_eq!(with(expect.sender(&expected)), Ok(()));
            assert_eq!(kind(with(expect.sender(&other))), ErrorKind::KeyMismatch);
        }
        // RFC 9053, 6.3.1: without salt or nonce the same two would derive the same key again.
        let headers = NewHeaders::new(Algorithm::ECDH_SS_HKDF_256);
        let stale = agreed(headers, &us.public().as_public(), &sender, None);
        assert_eq!(kind(stale), ErrorKind::Missing);
    }
}

/// The recipient of `message` with its sender's key, under `label`, replaced by `key`.
fn with_sender(message: &[u8], label: i64, key: &[u8]) -> Vec<u8> {
    let parsed = Encrypt::parse(message).unwrap();
    let recipient = parsed.recipients().next().unwrap();
    let old = recipient.headers().get(label.into()).unwrap();
    let (start, end) = (old.offset(), old.offset() + old.bytes().len());
    [&message[..start], key, &message[end..]].concat()
}

/// A `COSE_Key` of type EC2.
fn ec2(curve: Curve, x: &[u8], y: Option<&[u8]>, odd: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::appending(&mut bytes);
    encoder.map(4).unwrap().integer(1).unwrap().integer(2).unwrap();
    encoder.integer(-1).unwrap().integer(curve.id()).unwrap();
    encoder.integer(-2).unwrap().bytes(x).unwrap().integer(-3).unwrap();
    match y {
        Some(y) => encoder.bytes(y).unwrap(),
        None => encoder.boolean(odd).unwrap(),
    };
    bytes
}

/// RFC 9053, 7.1.1 and NIST SP 800-56A, 5.6.2.3: the sender's key may be a compressed point, and
/// is refused off the curve, as a point of small order, on another curve and as no key at all.
#[test]
fn the_senders_key_is_a_point_of_the_curve() {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let (us, sender) = (private(curve, 1), private(curve, 2));
        let fresh = [Parameter::new(header::SALT, FRESH)];
        for (algorithm, label) in [
            (Algorithm::ECDH_ES_A128KW, header::EPHEMERAL_KEY),
            (Algorithm::ECDH_SS_A128KW, header::STATIC_KEY),
        ] {
            let headers = NewHeaders::new(algorithm).unprotected(&fresh);
            let (recipient, key) =
                agreed(headers, &us.public().as_public(), &sender, None).unwrap();
            let message = seal(&key, &[recipient]);
            let parsed = Encrypt::parse(&message).unwrap();
            let old = parsed.recipients().next().unwrap().headers().get(label.into()).unwrap();
            let point = Key::parse_at(&mut old.cursor()).unwrap().public().unwrap();
            let PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } = point else {
                unreachable!("{point:?} is written with both coordinates");
            };
            let algorithms = [algorithm];
            let expect = Expect::alg(CONTENT).recipients(&algorithms);
            let expected = sender.public().as_public();
            let with = |key: Vec<u8>, expect| {
                let message = with_sender(&message, label, &key);
                open(&message, 0, &RecipientKey::Private(&us), expect)
            };
            let odd = y.last().unwrap() & 1 == 1;
            assert_eq!(with(ec2(curve, x, Some(y), odd), expect), Ok(()));
            assert_eq!(with(ec2(curve, x, None, odd), expect), Ok(()), "{curve} compressed");
            // The other point with this x shares the same x-coordinate with us, and so the same
            // key: what tells the senders apart is the one who is expected.
            assert_eq!(with(ec2(curve, x, None, !odd), expect), Ok(()));
            if label == header::STATIC_KEY {
                assert_eq!(with(ec2(curve, x, None, odd), expect.sender(&expected)), Ok(()));
                let refused = with(ec2(curve, x, None, !odd), expect.sender(&expected));
                assert_eq!(kind(refused), ErrorKind::KeyMismatch);
            }
            assert_eq!(kind(with(ec2(curve, x, Some(x), odd), expect)), ErrorKind::KeyMismatch);
            let zeros = vec![0; x.len()];
            let infinity = ec2(curve, &zeros, Some(&zeros), false);
            assert_eq!(kind(with(infinity, expect)), ErrorKind::KeyMismatch);
            let ones = vec![0xff; x.len()];
            assert_eq!(kind(with(ec2(curve, &ones, None, false), expect)), ErrorKind::KeyMismatch);
            assert_eq!(kind(with(ec2(curve, &x[1..], Some(y), odd), expect)), ErrorKind::Length);
            // No key, a symmetric one, and one that has no public half.
            let no_map = with(vec![0x40], expect);
            assert!(matches!(kind(no_map), ErrorKind::UnexpectedType { .. }));
            assert_eq!(kind(with(hex("a10104"), expect)), ErrorKind::Missing);
            assert_eq!(kind(with(hex("a20104204107"), expect)), ErrorKind::KeyMismatch);
        }
    }
    // RFC 7748, 6.1: points of small order give a secret that everybody knows.
    let us = private(Curve::X25519, 1);
    let headers = NewHeaders::new(Algorithm::ECDH_ES_A128KW);
    let (recipient, key) = agreed(headers, &us.public().as_public(), &us, None).unwrap();
    let message = seal(&key, &[recipient]);
    let expect = Expect::alg(CONTENT).recipients(&[Algorithm::ECDH_ES_A128KW]);
    for x in ["00".repeat(32), ["01", &"00".repeat(31)].concat()] {
        let key = hex(&["a301012004215820", &x].concat());
        let message = with_sender(&message, header::EPHEMERAL_KEY, &key);
        let refused = open(&message, 0, &RecipientKey::Private(&us), expect);
        assert_eq!(kind(refused), ErrorKind::KeyMismatch);
    }
}
