//! Recipients: every way to come by a content key (RFC 9053, 6), alone, beside others and nested.

use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Error, ErrorKind, Expect, KdfInfo, Mac, NewHeaders,
    NewRecipient, Parameter, PartyInfo, PublicKey, PublicKeyBuf, Recipient, RecipientKey, Secret,
};
use hexad_cose_core::{cbor::Encoder, iana::header};
use hexad_rustcrypto::{AgreementKey, RustCrypto};

use crate::parties::{Counting, hex, kind, shared};

const CURVES: [Curve; 4] = [Curve::P256, Curve::P384, Curve::P521, Curve::X25519];
const AGREED: [Algorithm; 4] = [
    Algorithm::ECDH_ES_HKDF_256,
    Algorithm::ECDH_ES_HKDF_512,
    Algorithm::ECDH_SS_HKDF_256,
    Algorithm::ECDH_SS_HKDF_512,
];
const AGREED_AND_WRAPPED: [Algorithm; 6] = [
    Algorithm::ECDH_ES_A128KW,
    Algorithm::ECDH_ES_A192KW,
    Algorithm::ECDH_ES_A256KW,
    Algorithm::ECDH_SS_A128KW,
    Algorithm::ECDH_SS_A192KW,
    Algorithm::ECDH_SS_A256KW,
];
const DERIVED: [Algorithm; 4] = [
    Algorithm::DIRECT_HKDF_SHA_256,
    Algorithm::DIRECT_HKDF_SHA_512,
    Algorithm::DIRECT_HKDF_AES_128,
    Algorithm::DIRECT_HKDF_AES_256,
];
const WRAPPED: [Algorithm; 3] = [Algorithm::A128KW, Algorithm::A192KW, Algorithm::A256KW];
const CONTENT: Algorithm = Algorithm::A256GCM;
const IV: [u8; 12] = [0x15; 12];

/// h'0102030405060708' as the sender's nonce or the salt.
const FRESH: &[u8] = &[0x48, 1, 2, 3, 4, 5, 6, 7, 8];

/// A private key on `curve`, of one party or another.
fn private(curve: Curve, party: u8) -> AgreementKey {
    let mut d = vec![party; curve.coordinate_len()];
    d[0] = 0;
    AgreementKey::from_bytes(curve, &d).unwrap()
}

/// A message to `recipients` with the content key `key`.
fn seal(key: &ContentKey, recipients: &[NewRecipient<'_>]) -> Vec<u8> {
    let mut buffer = [0; 2048];
    Encrypt::builder(NewHeaders::new(key.algorithm()).iv(&IV))
        .seal(b"content", &key.secret(), recipients, &mut buffer, &mut RustCrypto)
        .unwrap()
        .to_vec()
}

/// Opens `message` as its `index`th recipient.
fn open(
    message: &[u8],
    index: usize,
    key: &RecipientKey<'_, AgreementKey>,
    expect: Expect<'_>,
) -> Result<(), Error> {
    let message = Encrypt::parse(message)?;
    let recipient = message.recipients().nth(index).unwrap();
    let key = message.content_key(&recipient, key, expect, &mut RustCrypto)?;
    let mut buffer = [0; 64];
    let plaintext = message.decrypt(&key.secret(), expect, &mut buffer, &mut RustCrypto)?;
    assert_eq!(plaintext.get(), b"content");
    Ok(())
}

/// RFC 9053, 6.3 and 6.4: a recipient with whom the sender agrees, by any algorithm.
fn agreed<'a>(
    headers: NewHeaders<'a>,
    peer: &PublicKey<'_>,
    sender: &AgreementKey,
    info: Option<&KdfInfo<'_>>,
) -> Result<(NewRecipient<'a>, ContentKey), Error> {
    let algorithm = headers.algorithm().unwrap();
    let (random, crypto) = (&mut Counting::default(), &mut RustCrypto);
    let own = (sender, sender.public());
    let wrapped = ContentKey::generate(CONTENT, &mut Counting::default()).unwrap();
    match algorithm {
        Algorithm::ECDH_ES_HKDF_256 | Algorithm::ECDH_ES_HKDF_512 => {
            NewRecipient::agreed(headers, peer, CONTENT, info, random, crypto)
        }
        Algorithm::ECDH_SS_HKDF_256 | Algorithm::ECDH_SS_HKDF_512 => {
            NewRecipient::agreed_static(headers, peer, own, CONTENT, info, crypto)
        }
        Algorithm::ECDH_ES_A128KW | Algorithm::ECDH_ES_A192KW | Algorithm::ECDH_ES_A256KW => {
            NewRecipient::agreed_and_wrapped(headers, peer, &wrapped, info, random, crypto)
                .map(|recipient| (recipient, wrapped))
        }
        _ => NewRecipient::agreed_static_and_wrapped(headers, peer, own, &wrapped, info, crypto)
            .map(|recipient| (recipient, wrapped)),
    }
}

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
            let point =
                hexad_cose_core::Key::parse_at(&mut old.cursor()).unwrap().public().unwrap();
            let PublicKey::Ec2 { x, y: hexad_cose_core::Y::Coordinate(y), .. } = point else {
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

/// RFC 9053, 6.1.2: every derivation from a shared secret, bound to salt and context.
#[test]
fn every_derivation_is_bound_to_its_context() {
    let info = KdfInfo {
        party_u: PartyInfo { nonce: Some(b"nonce"), ..PartyInfo::default() },
        ..KdfInfo::default()
    };
    let salt = [Parameter::new(header::SALT, FRESH)];
    for algorithm in DERIVED {
        // The AES variants have keys of one length.
        let length = if algorithm == Algorithm::DIRECT_HKDF_AES_128 { 16 } else { 32 };
        let value = vec![0x77; length];
        let secret = Secret::new(&value[..], algorithm);
        let headers = NewHeaders::new(algorithm).unprotected(&salt);
        let derive =
            |headers, info| NewRecipient::derived(headers, &secret, CONTENT, info, &mut RustCrypto);
        let (recipient, key) = derive(headers, Some(&info)).unwrap();
        let message = seal(&key, &[recipient]);
        let algorithms = [algorithm];
        let expect = Expect::alg(CONTENT).recipients(&algorithms).kdf_info(&info);
        let with = |message: &[u8], secret, expect| {
            open(message, 0, &RecipientKey::Shared(secret), expect)
        };
        assert_eq!(with(&message, secret, expect), Ok(()), "{algorithm}");
        let other = KdfInfo::default();
        let refused = with(&message, secret, expect.kdf_info(&other));
        assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{algorithm}");
        let value = vec![0x78; length];
        let refused = with(&message, Secret::new(&value, algorithm), expect);
        assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{algorithm}");
        let refused = with(&message, Secret::new(&value, CONTENT), expect);
        assert_eq!(kind(refused), ErrorKind::KeyMismatch, "{algorithm}");
        // Salt counts where there is an extraction (RFC 9053, 5.1).
        let start = message.windows(9).position(|window| window == FRESH).unwrap();
        let mut salted = message.clone();
        salted[start + 1] ^= 1;
        let answer = with(&salted, secret, expect);
        let extracts = algorithm.0 == -10 || algorithm.0 == -11;
        assert_eq!(answer.is_err(), extracts, "{algorithm}");
        assert!(!extracts || kind(answer) == ErrorKind::VerificationFailed);
        // Something has to be new.
        let stale = derive(NewHeaders::new(algorithm), None);
        assert_eq!(kind(stale.map(drop)), ErrorKind::Missing);
        // RFC 9052, 8.5.1: nothing is wrapped.
        assert_eq!(
            kind(open(&with_ciphertext(&message), 0, &RecipientKey::Shared(secret), expect)),
            ErrorKind::InvalidValue
        );
    }
}

/// `message` with a byte in the empty ciphertext of its one recipient, which is its last item.
fn with_ciphertext(message: &[u8]) -> Vec<u8> {
    let (last, front) = message.split_last().unwrap();
    assert_eq!(*last, 0x40);
    [front, &[0x41, 0x00]].concat()
}

/// RFC 9053, 6.2.1: every key wrap, for content keys of every length.
#[test]
fn every_wrap_gives_the_key_that_was_wrapped() {
    for algorithm in WRAPPED {
        let kek = shared(algorithm);
        let kek = Secret::new(&kek[..], algorithm);
        for above in [Algorithm::A128GCM, Algorithm::A192GCM, Algorithm::A256GCM] {
            let key = ContentKey::generate(above, &mut Counting::default()).unwrap();
            let headers = NewHeaders::new(algorithm);
            let recipient = NewRecipient::wrapped(headers, &kek, &key, &mut RustCrypto).unwrap();
            let message = seal(&key, &[recipient]);
            let algorithms = [algorithm];
            let expect = Expect::alg(above).recipients(&algorithms);
            assert_eq!(open(&message, 0, &RecipientKey::Shared(kek), expect), Ok(()));
            let other = vec![0; kek.value().len()];
            let other = Secret::new(&other[..], algorithm);
            let refused = open(&message, 0, &RecipientKey::Shared(other), expect);
            assert_eq!(kind(refused), ErrorKind::VerificationFailed);
            // A key of another length than the content's algorithm has is not one for it.
            let parsed = Encrypt::parse(&message).unwrap();
            let recipient = parsed.recipients().next().unwrap();
            for asked in [Algorithm::A128GCM, Algorithm::A192GCM, Algorithm::A256GCM] {
                let unwrapped = recipient.unwrap(asked, &kek, &expect, &mut RustCrypto);
                assert_eq!(unwrapped.is_ok(), asked == above);
                assert!(asked == above || kind(unwrapped) == ErrorKind::VerificationFailed);
            }
        }
        // RFC 3394, 2: what has no length of a wrapped key.
        for ciphertext in ["40", "4100", "50ffffffffffffffffffffffffffffffff"] {
            let number = format!("{:02x}", 0x1f - algorithm.0);
            let message =
                hex(&["8443a10103a1054c", &"15".repeat(12), "4100818340a101", &number, ciphertext]
                    .concat());
            let algorithms = [algorithm];
            let expect = Expect::alg(CONTENT).recipients(&algorithms);
            let refused = open(&message, 0, &RecipientKey::Shared(kek), expect);
            assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{ciphertext}");
        }
    }
}

/// RFC 9052, 8.5.1 and RFC 9053, 6.1.1: a direct recipient has no protected header and no
/// ciphertext, and there is no other beside it; the key is one for the content.
#[test]
fn a_direct_recipient_is_alone_and_has_nothing_to_protect() {
    let value = shared(CONTENT);
    let key = ContentKey::new(&value, CONTENT).unwrap();
    let direct = NewRecipient::direct(NewHeaders::default().kid(b"us"));
    let message = seal(&key, std::slice::from_ref(&direct));
    let kek = Secret::new(&[0x5a; 16][..], Algorithm::A128KW);
    let expect = Expect::alg(CONTENT).recipients(&[Algorithm::DIRECT, Algorithm::A128KW]);
    let with = |message: &[u8], key| open(message, 0, &RecipientKey::Shared(key), expect);
    let secret = key.secret();
    assert_eq!(with(&message, secret), Ok(()));
    // The key may be set aside for this use.
    assert_eq!(with(&message, Secret::new(&value, Algorithm::DIRECT)), Ok(()));
    assert_eq!(
        kind(with(&message, Secret::new(&value, Algorithm::A256KW))),
        ErrorKind::KeyMismatch
    );
    assert_eq!(kind(with(&message, Secret::new(&value[1..], CONTENT))), ErrorKind::KeyMismatch);

    assert_eq!(kind(with(&with_ciphertext(&message), secret)), ErrorKind::InvalidValue);
    // {1: -6} protected.
    let front =
        &message[..message.windows(3).position(|window| window == [0x83, 0x40, 0xa2]).unwrap()];
    let protected = [front, &hex("8343a10125a040")].concat();
    assert_eq!(kind(with(&protected, secret)), ErrorKind::InvalidValue);
    // Null in place of the ciphertext is no ciphertext.
    let null = [front, &hex("8340a10125f6")].concat();
    assert_eq!(with(&null, secret), Ok(()));

    let headers = NewHeaders::new(Algorithm::A128KW);
    let wrapped = NewRecipient::wrapped(headers, &kek, &key, &mut RustCrypto).unwrap();
    for (recipients, of_kek) in
        [([direct.clone(), wrapped.clone()], 1), ([wrapped, direct.clone()], 0)]
    {
        let message = seal(&key, &recipients);
        for (index, key) in [(of_kek, kek), (1 - of_kek, secret)] {
            let refused = open(&message, index, &RecipientKey::Shared(key), expect);
            assert_eq!(kind(refused), ErrorKind::InvalidValue);
        }
    }
    let message = seal(&key, &[direct.clone(), direct]);
    assert_eq!(kind(with(&message, secret)), ErrorKind::InvalidValue);
}

/// RFC 9052, 5.1: several recipients of every kind that may stand beside others come by the same
/// key.
#[test]
fn several_recipients_come_by_one_key() {
    let key = ContentKey::generate(CONTENT, &mut Counting::default()).unwrap();
    let fresh = [Parameter::new(header::SALT, FRESH)];
    let mut recipients = Vec::new();
    for algorithm in WRAPPED {
        let kek = shared(algorithm);
        let headers = NewHeaders::new(algorithm);
        let kek = Secret::new(&kek[..], algorithm);
        recipients.push(NewRecipient::wrapped(headers, &kek, &key, &mut RustCrypto).unwrap());
    }
    for (algorithm, curve) in AGREED_AND_WRAPPED.into_iter().zip(CURVES.into_iter().cycle()) {
        let headers = NewHeaders::new(algorithm).unprotected(&fresh);
        let (us, sender) = (private(curve, 1), private(curve, 2));
        // The same generator, so the same content key.
        let (recipient, same) = agreed(headers, &us.public().as_public(), &sender, None).unwrap();
        assert_eq!(same.as_bytes(), key.as_bytes());
        recipients.push(recipient);
    }
    let message = seal(&key, &recipients);
    let algorithms = [&WRAPPED[..], &AGREED_AND_WRAPPED].concat();
    let expect = Expect::alg(CONTENT).recipients(&algorithms);
    for (index, algorithm) in WRAPPED.into_iter().enumerate() {
        let kek = shared(algorithm);
        let key = RecipientKey::Shared(Secret::new(&kek, algorithm));
        assert_eq!(open(&message, index, &key, expect), Ok(()));
        assert_eq!(kind(open(&message, (index + 1) % 3, &key, expect)), ErrorKind::KeyMismatch);
    }
    for (index, curve) in (3..9).zip(CURVES.into_iter().cycle()) {
        let us = private(curve, 1);
        assert_eq!(open(&message, index, &RecipientKey::Private(&us), expect), Ok(()));
        let us = private(curve, 3);
        let refused = open(&message, index, &RecipientKey::Private(&us), expect);
        assert_eq!(kind(refused), ErrorKind::VerificationFailed);
    }
}

/// RFC 9052, appendix B: the content key wrapped under a key that is wrapped under one that is
/// agreed on, three levels in all, of a `COSE_Mac` as well.
#[test]
fn nested_recipients_give_one_key_after_another() {
    let us = private(Curve::P256, 1);
    let (crypto, random) = (&mut RustCrypto, &mut Counting::default());
    let outer = ContentKey::generate(Algorithm::A192KW, random).unwrap();
    let inner = ContentKey::generate(Algorithm::A256KW, random).unwrap();
    let headers = NewHeaders::new(Algorithm::ECDH_ES_A128KW).kid(b"us");
    let peer = us.public().as_public();
    let innermost =
        [NewRecipient::agreed_and_wrapped(headers, &peer, &inner, None, random, crypto).unwrap()];
    let middle = NewHeaders::new(Algorithm::A256KW);
    let middle = NewRecipient::wrapped(middle, &inner.secret(), &outer, crypto).unwrap();
    let middle = [middle.nested(&innermost)];
    let algorithms = [Algorithm::A192KW, Algorithm::A256KW, Algorithm::ECDH_ES_A128KW];
    for of in [CONTENT, Algorithm::HMAC_256] {
        let key = ContentKey::generate(of, random).unwrap();
        let top = NewHeaders::new(Algorithm::A192KW);
        let top = NewRecipient::wrapped(top, &outer.secret(), &key, crypto).unwrap();
        let recipients = [top.nested(&middle)];
        let expect = Expect::alg(of).recipients(&algorithms);
        let walk = |top: &Recipient<'_>, key: &AgreementKey| -> Result<ContentKey, Error> {
            let middle = top.recipients().next().unwrap();
            let innermost = middle.recipients().next().unwrap();
            assert_eq!(innermost.headers().kid(), Some(&b"us"[..]));
            assert!(innermost.recipients().next().is_none());
            let key = RecipientKey::Private(key);
            let crypto = &mut RustCrypto;
            let key = innermost.content_key(Algorithm::A256KW, &key, &expect, crypto)?;
            let key = middle.unwrap(Algorithm::A192KW, &key.secret(), &expect, crypto)?;
            top.unwrap(of, &key.secret(), &expect, crypto)
        };
        if of == CONTENT {
            let message = seal(&key, &recipients);
            let message = Encrypt::parse(&message).unwrap();
            let top = message.recipients().next().unwrap();
            let unwrapped = walk(&top, &us).unwrap();
            let mut buffer = [0; 64];
            let opened = message.decrypt(&unwrapped.secret(), expect, &mut buffer, crypto);
            assert_eq!(opened.unwrap().get(), b"content");
            assert_eq!(kind(walk(&top, &private(Curve::P256, 3))), ErrorKind::VerificationFailed);
        } else {
            let mut buffer = [0; 1024];
            let draft = Mac::builder(of).payload(b"content", &mut buffer).unwrap();
            let message = draft.mac(&key.secret(), &recipients, crypto).unwrap();
            let message = Mac::parse(message).unwrap();
            let unwrapped = walk(&message.recipients().next().unwrap(), &us).unwrap();
            let verified = message.verify(&unwrapped.secret(), expect, crypto).unwrap();
            assert_eq!(verified.payload(), b"content");
        }
    }
}

/// RFC 9052, 5.1: what nobody may be sent is not made either.
#[test]
fn recipients_that_break_the_rules_are_not_made() {
    let key = ContentKey::generate(CONTENT, &mut Counting::default()).unwrap();
    let crypto = &mut RustCrypto;
    let mut buffer = [0; 512];
    let builder = || Encrypt::builder(NewHeaders::new(CONTENT).iv(&IV));
    let nobody = builder().seal(b"", &key.secret(), &[], &mut buffer, crypto);
    assert_eq!(kind(nobody), ErrorKind::Length);
    let level = [NewRecipient::direct(NewHeaders::default())];
    let level = [level[0].clone().nested(&level)];
    let level = [level[0].clone().nested(&level)];
    let level = [level[0].clone().nested(&level)];
    assert!(builder().seal(b"", &key.secret(), &level, &mut buffer, crypto).is_ok());
    let level = [level[0].clone().nested(&level)];
    let deep = builder().seal(b"", &key.secret(), &level, &mut buffer, crypto);
    assert_eq!(kind(deep), ErrorKind::TooDeep);

    let kek = Secret::new(&[0; 16][..], Algorithm::A128KW);
    let other = Secret::new(&[0; 16][..], Algorithm::A128GCM);
    for (headers, kek) in [
        (NewHeaders::default(), kek),
        (NewHeaders::new(Algorithm::A192KW), kek),
        (NewHeaders::new(Algorithm::DIRECT), kek),
        (NewHeaders::new(Algorithm::A128KW), other),
    ] {
        let refused = NewRecipient::wrapped(headers, &kek, &key, crypto);
        assert_eq!(kind(refused), ErrorKind::KeyMismatch);
    }
    let us = private(Curve::P256, 1);
    let peer = us.public().as_public();
    let ed25519 = PublicKeyBuf::new(Curve::Ed25519, &[7; 32], &[]).unwrap();
    let random = &mut Counting::default();
    for (algorithm, peer) in [
        (Algorithm::ECDH_ES_A128KW, peer),
        (Algorithm::ECDH_SS_HKDF_256, peer),
        (Algorithm::A128KW, peer),
        (Algorithm::ECDH_ES_HKDF_256, ed25519.as_public()),
    ] {
        let headers = NewHeaders::new(algorithm);
        let refused = NewRecipient::agreed(headers, &peer, CONTENT, None, random, crypto);
        assert_eq!(kind(refused.map(drop)), ErrorKind::KeyMismatch, "{algorithm}");
    }
}
