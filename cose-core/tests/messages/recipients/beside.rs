//! Recipients beside others and inside others (RFC 9052, 5.1 and appendix B).

use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Error, ErrorKind, Expect, Mac, NewHeaders, NewRecipient,
    Parameter, PublicKeyBuf, Recipient, RecipientKey, Secret, iana::header,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};

use super::{AGREED_AND_WRAPPED, CONTENT, CURVES, FRESH, IV, WRAPPED, agreed, open, private, seal};
use crate::parties::{Counting, kind, shared};

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

/// RFC 9052, 8.5.1: a recipient whose key is that of the layer above is the only one of its layer, also
/// when that is nested: neither it nor its neighbour is followed.
#[test]
fn a_nested_direct_recipient_is_alone() {
    let kek = shared(Algorithm::A128KW);
    let kek = Secret::new(&kek[..], Algorithm::A128KW);
    let (crypto, random) = (&mut RustCrypto, &mut Counting::default());
    let key = ContentKey::generate(CONTENT, random).unwrap();
    let headers = NewHeaders::new(Algorithm::A128KW);
    let wrapped = || NewRecipient::wrapped(headers, &kek, &key, &mut RustCrypto).unwrap();
    let beside = NewRecipient::wrapped(headers, &kek, &key, crypto).unwrap();
    let direct = NewRecipient::direct(NewHeaders::default());
    let algorithms = [Algorithm::DIRECT, Algorithm::A128KW];
    let expect = Expect::alg(CONTENT).recipients(&algorithms);
    for (nested, refused) in [(vec![direct.clone()], None), (vec![direct, beside], Some(()))] {
        let message = seal(&key, &[wrapped().nested(&nested)]);
        let message = Encrypt::parse(&message).unwrap();
        let top = message.recipients().next().unwrap();
        for (index, recipient) in top.recipients().enumerate() {
            let shared = RecipientKey::Shared(kek);
            let given = recipient.content_key(Algorithm::A128KW, &shared, &expect, &mut RustCrypto);
            let refused = refused.map(|()| ErrorKind::InvalidValue);
            assert_eq!(given.err().map(Error::kind), refused, "{index}");
        }
        assert!(top.unwrap(CONTENT, &kek, &expect, &mut RustCrypto).is_ok());
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
