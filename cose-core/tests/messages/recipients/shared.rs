//! Keys that both sides have (RFC 9053, 6.1 and 6.2): taken, derived from, unwrapped under.

use hexad_cose_core::{
    Algorithm, ContentKey, Encrypt, ErrorKind, Expect, KdfInfo, Key, Mac, NewHeaders, NewRecipient,
    Parameter, PartyInfo, RecipientKey, Secret, iana::header,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};

use super::{CONTENT, DERIVED, FRESH, WRAPPED, open, seal, with_ciphertext};
use crate::parties::{Counting, hex, kind, shared};

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

/// RFC 9052, 7.1: a shared key that is taken for the content serves the operations alone that it
/// names.
#[test]
fn a_direct_key_is_held_to_its_operations() {
    let direct = [NewRecipient::direct(NewHeaders::default())];
    for (above, allowed) in [(CONTENT, "8104"), (Algorithm::HMAC_256, "810a")] {
        let key = ContentKey::new(&shared(above), above).unwrap();
        let mut buffer = [0; 256];
        let message = if above == CONTENT {
            seal(&key, &direct)
        } else {
            let draft = Mac::builder(above).payload(b"content", &mut buffer).unwrap();
            draft.mac(&key.secret(), &direct, &mut RustCrypto).unwrap().to_vec()
        };
        let expect = Expect::alg(above).recipients(&[Algorithm::DIRECT]);
        // Encrypt, decrypt, unwrap, derive, create and check tags.
        for operations in ["8103", "8104", "8106", "8107", "8109", "810a"] {
            // {1: 4, 4: operations, -1: k}
            let encoded = [hex("a3010404"), hex(operations), hex("205820"), shared(above)].concat();
            let secret = Key::parse(&encoded).unwrap().secret().unwrap();
            let own: RecipientKey<'_, AgreementKey> = RecipientKey::Shared(secret);
            let answer = match Encrypt::parse(&message) {
                Ok(_) => open(&message, 0, &own, expect),
                Err(_) => {
                    let message = Mac::parse(&message).unwrap();
                    let recipient = message.recipients().next().unwrap();
                    message.content_key(&recipient, &own, expect, &mut RustCrypto).map(drop)
                }
            };
            assert_eq!(answer.is_ok(), operations == allowed, "{above} {operations}");
            assert!(answer.is_ok() || kind(answer) == ErrorKind::KeyMismatch);
        }
    }
}
