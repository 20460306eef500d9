//! What RFC 9052 forbids, by the section that forbids it: the kind of error and the byte.

use hexad_cose_core::cbor::Type;
use hexad_cose_core::{
    Algorithm, Encrypt0, Error, ErrorKind, Expect, Key, Label, Mac0, NewHeaders, Parameter,
    Recipients, Secret, Sign1,
};
use hexad_rustcrypto::RustCrypto;

use crate::parties::{Kind, Plan, hex, iv, kind, shared};

/// What stands before the buckets and behind the content, of an untagged message.
const fn frame(kind: Kind) -> (&'static str, &'static str) {
    // One signer, and one recipient with key wrap.
    match kind {
        Kind::Sign1 | Kind::Mac0 => ("84", "4100"),
        Kind::Sign => ("84", "818343a10128a04100"),
        Kind::Mac => ("85", "4100818340a101224100"),
        Kind::Encrypt0 => ("83", ""),
        Kind::Encrypt => ("84", "818340a101224100"),
    }
}

/// A message with these buckets, encoded, and this content.
fn framed(kind: Kind, buckets: &str, content: &str) -> Vec<u8> {
    let (head, tail) = frame(kind);
    hex(&[head, buckets, content, tail].concat())
}

const fn unexpected(expected: Type) -> ErrorKind {
    ErrorKind::UnexpectedType { expected }
}

/// RFC 9052, 3 and 3.1: the two buckets, in the body of every kind of message.
#[test]
fn buckets_are_held_to_the_rules() {
    let (integer, bytes) = (Type::Unsigned, Type::Bytes);
    // Both buckets; what is wrong with them, and where. The first byte is the head of the array.
    let cases = [
        // 3: a zero-length string, or a map without entries of one byte.
        ("40a0", None),
        ("41a0a0", None),
        ("42bfffa0", Some((ErrorKind::InvalidValue, 2))),
        ("42b800a0", Some((ErrorKind::InvalidValue, 2))),
        ("43b90000a0", Some((ErrorKind::InvalidValue, 2))),
        // Other encodings of a map with entries are somebody's choice.
        ("45bf0128ffffa0", Some((ErrorKind::TrailingBytes, 6))),
        ("44bf0128ffa0", None),
        ("44b8010128a0", None),
        // 3: labels are unique in each bucket, and across both.
        ("45a201260126a0", Some((ErrorKind::DuplicateKey, 5))),
        ("47a2186400186400a0", Some((ErrorKind::DuplicateKey, 6))),
        ("40a2044131044132", Some((ErrorKind::DuplicateKey, 6))),
        ("40a2200020f6", Some((ErrorKind::DuplicateKey, 5))),
        ("43a10126a10126", Some((ErrorKind::DuplicateKey, 6))),
        ("44a1186400a1186400", Some((ErrorKind::DuplicateKey, 7))),
        ("44a1617800a1617801", Some((ErrorKind::DuplicateKey, 7))),
        // The same label in a longer encoding is the same label.
        ("43a10126a1180126", Some((ErrorKind::DuplicateKey, 6))),
        // 1.5: a label is an integer or text.
        ("40a14000", Some((unexpected(integer), 3))),
        ("40a1f500", Some((unexpected(integer), 3))),
        ("43a18000a0", Some((unexpected(integer), 3))),
        // 3.1: `alg` is an integer or text.
        ("43a10140a0", Some((unexpected(integer), 4))),
        ("44a1016161a0", None),
        // 3.1: `crit` is protected, an array, and not empty, of labels.
        ("40a1028101", Some((ErrorKind::InvalidValue, 4))),
        ("43a10280a0", Some((ErrorKind::InvalidValue, 4))),
        ("44a1029fffa0", Some((ErrorKind::InvalidValue, 4))),
        ("43a10201a0", Some((unexpected(Type::Array), 4))),
        ("44a1028140a0", Some((unexpected(integer), 5))),
        // 3.1: the content type is a number of 16 bits or text.
        ("43a10320a0", Some((unexpected(integer), 4))),
        ("47a1031a00010000a0", Some((ErrorKind::IntegerRange, 4))),
        ("44a1036161a0", None),
        ("44a10361ffa0", Some((ErrorKind::InvalidUtf8, 4))),
        // 3.1: identifier and vectors are byte strings, and of the vectors there is one.
        ("40a10401", Some((unexpected(bytes), 4))),
        ("40a1056100", Some((unexpected(bytes), 4))),
        ("40a106f6", Some((unexpected(bytes), 4))),
        ("40a2054100064100", Some((ErrorKind::InvalidValue, 2))),
        ("44a1054100a1064100", Some((ErrorKind::InvalidValue, 2))),
        // 3: a byte string that holds a map, and a map.
        ("a0a0", Some((unexpected(bytes), 1))),
        ("f6a0", Some((unexpected(bytes), 1))),
        ("60a0", Some((unexpected(bytes), 1))),
        ("4180a0", Some((unexpected(Type::Map), 2))),
        ("4101a0", Some((unexpected(Type::Map), 2))),
        ("42a000a0", Some((ErrorKind::TrailingBytes, 3))),
        ("42a101a0", Some((ErrorKind::UnexpectedEnd, 4))),
        ("5f43a10126ffa0", Some((ErrorKind::IndefiniteLength, 1))),
        ("4080", Some((unexpected(Type::Map), 2))),
        ("40f6", Some((unexpected(Type::Map), 2))),
        ("4040", Some((unexpected(Type::Map), 2))),
    ];
    for kind in Kind::ALL {
        for (buckets, wrong) in cases {
            let expected = wrong.map_or(Ok(()), |(kind, offset)| Err(Error::new(kind, offset)));
            let answer = kind.parse(&framed(kind, buckets, "4100"));
            assert_eq!(answer, expected, "{kind:?} with {buckets}");
        }
    }
}

/// RFC 9052, 2: each kind has its tag, or none; the tags of the others, and what else there is,
/// are refused.
#[test]
fn each_kind_has_its_own_tag() {
    let tags = ["d2", "d862", "d1", "d861", "d0", "d860"];
    for (own, kind) in Kind::ALL.into_iter().enumerate() {
        let message = framed(kind, "40a0", "4100");
        for (number, tag) in tags.into_iter().enumerate() {
            let tagged = [hex(tag), message.clone()].concat();
            let wrong = Error::new(ErrorKind::UnexpectedTag, 0);
            let expected = if number == own { Ok(()) } else { Err(wrong) };
            assert_eq!(kind.parse(&tagged), expected, "{kind:?} with tag {tag}");
        }
        let wrong = Err(Error::new(ErrorKind::UnexpectedTag, 0));
        assert_eq!(kind.parse(&[hex("d83d"), message.clone()].concat()), wrong);
        // Twice is once too many.
        let twice = [hex(tags[own]), hex(tags[own]), message].concat();
        assert!(matches!(kind.parse(&twice), Err(error) if error.offset() == tags[own].len() / 2));
    }
}

/// RFC 9052, 4.1, 4.2, 5.1, 5.2, 6.1 and 6.2: how many items there are, and of which type.
#[test]
fn arrays_are_as_long_as_their_kind_says() {
    for kind in Kind::ALL {
        let message = framed(kind, "40a0", "4100");
        for change in [-1, 1] {
            let mut other = message.clone();
            other[0] = other[0].checked_add_signed(change).unwrap();
            let wrong = Err(Error::new(ErrorKind::Length, 0));
            assert_eq!(kind.parse(&other), wrong, "{kind:?}");
        }
        for head in ["a4", "44", "f6"] {
            let other = [hex(head), message[1..].to_vec()].concat();
            let wrong = Error::new(unexpected(Type::Array), 0);
            assert_eq!(kind.parse(&other), Err(wrong), "{kind:?}");
        }
        // The content is bytes, or null where it is carried elsewhere.
        assert_eq!(kind.parse(&framed(kind, "40a0", "f6")), Ok(()));
        assert_eq!(kind.parse(&framed(kind, "40a0", "40")), Ok(()));
        for content in ["6100", "00", "f7", "80"] {
            let wrong = Error::new(unexpected(Type::Bytes), 3);
            assert_eq!(kind.parse(&framed(kind, "40a0", content)), Err(wrong), "{kind:?}");
        }
    }
    // Null where bytes are needed: the signature, the tag, a signer's signature.
    let wrong = |offset| Err(Error::new(unexpected(Type::Bytes), offset));
    assert_eq!(Kind::Sign1.parse(&hex("8440a04100f6")), wrong(5));
    assert_eq!(Kind::Mac0.parse(&hex("8440a04100f6")), wrong(5));
    assert_eq!(Kind::Mac.parse(&hex("8540a04100f6818340a101224100")), wrong(5));
    assert_eq!(Kind::Sign.parse(&hex("8440a04100818340a0f6")), wrong(9));
    // Another head of the same length is the same array.
    assert_eq!(Kind::Sign1.parse(&hex("980440a041004100")), Ok(()));
}

/// RFC 9052, 4.1: at least one signer, each an array of three.
#[test]
fn signers_are_held_to_the_rules() {
    let sign = |signers: &str| Kind::Sign.parse(&hex(&["8440a04100", signers].concat()));
    let wrong = |kind, offset| Err(Error::new(kind, offset));
    assert_eq!(sign("80"), wrong(ErrorKind::Length, 5));
    assert_eq!(sign("9fff"), wrong(ErrorKind::Length, 5));
    assert_eq!(sign("f6"), wrong(unexpected(Type::Array), 5));
    assert_eq!(sign("818240a0"), wrong(ErrorKind::Length, 6));
    assert_eq!(sign("818440a041004100"), wrong(ErrorKind::Length, 6));
    assert_eq!(sign("81a0"), wrong(unexpected(Type::Array), 6));
    // The rules for buckets hold for a signer's, too.
    assert_eq!(sign("818343a10128a101284100"), wrong(ErrorKind::DuplicateKey, 12));
    assert_eq!(sign("9f8340a041008340a04100ff"), Ok(()));
}

/// RFC 9052, 5.1 and appendix B: at least one recipient, each an array of three, or of four with
/// recipients of its own; nested so deep as can be read without recursion.
#[test]
fn recipients_are_held_to_the_rules() {
    let wrong = |kind, offset| Err(Error::new(kind, offset));
    for (kind, front) in [(Kind::Encrypt, "8440a04100"), (Kind::Mac, "8540a041004100")] {
        let start = front.len() / 2;
        let parsed = |recipients: &str| kind.parse(&hex(&[front, recipients].concat()));
        assert_eq!(parsed("80"), wrong(ErrorKind::Length, start));
        assert_eq!(parsed("9fff"), wrong(ErrorKind::Length, start));
        assert_eq!(parsed("f6"), wrong(unexpected(Type::Array), start));
        assert_eq!(parsed("818240a0"), wrong(ErrorKind::Length, start + 1));
        assert_eq!(parsed("818540a040804000"), wrong(ErrorKind::Length, start + 1));
        assert_eq!(parsed("818340a0f6"), Ok(()));
        assert_eq!(parsed("818340a000"), wrong(unexpected(Type::Bytes), start + 4));
        // An array of four has recipients in it.
        assert_eq!(parsed("818440a04080"), wrong(ErrorKind::Length, start + 5));
        assert_eq!(parsed("818440a040818340a040"), Ok(()));
        assert_eq!(parsed("818340a101a0"), wrong(unexpected(Type::Unsigned), start + 5));

        // Each level but the innermost takes five bytes; the array that is too much is at their
        // end.
        let nested =
            |levels: usize| ["818440a040".repeat(levels - 1), "818340a040".into()].concat();
        assert_eq!(parsed(&nested(Recipients::MAX_NESTED)), Ok(()));
        for levels in [Recipients::MAX_NESTED + 1, 100] {
            let offset = start + 5 * Recipients::MAX_NESTED;
            assert_eq!(parsed(&nested(levels)), wrong(ErrorKind::TooDeep, offset));
        }
    }
}

/// RFC 9052, 3.1: the algorithm counts when it is protected, unless the caller takes it
/// unprotected; it is one that the caller accepts.
#[test]
fn the_algorithm_is_protected_and_the_callers_choice() {
    for (of, algorithm) in [
        (Kind::Sign1, Algorithm::ESP256),
        (Kind::Mac0, Algorithm::HMAC_256),
        (Kind::Mac, Algorithm::HMAC_256),
        (Kind::Encrypt0, Algorithm::A128GCM),
        (Kind::Encrypt, Algorithm::A128GCM),
    ] {
        let plan = Plan::new(of, algorithm);
        let nonce = [0x15; 12];
        let headers = if algorithm == Algorithm::A128GCM {
            plan.headers().iv(&nonce)
        } else {
            plan.headers()
        };
        let (message, _) = plan.make(headers.unprotected_algorithm());
        let expect = plan.expect(None);
        let refused = plan.open(&message, expect);
        assert_eq!(kind(refused), ErrorKind::UnprotectedAlgorithm, "{of:?}");
        let with_leave = plan.open(&message, expect.unprotected_algorithm());
        assert_eq!(with_leave.as_ref(), Ok(&plan.payload), "{of:?}");

        let (message, _) = plan.make(headers);
        let others = [Algorithm::ES256, Algorithm::HMAC_512, Algorithm::A256GCM];
        let refused = plan.open(&message, Expect::any(&others).external_aad(&plan.aad));
        assert_eq!(kind(refused), ErrorKind::AlgorithmNotAccepted, "{of:?}");
        let any = [&others[..], &[algorithm]].concat();
        let expect = Expect::any(&any).external_aad(&plan.aad).recipients(&[Algorithm::A128KW]);
        assert_eq!(plan.open(&message, expect).as_ref(), Ok(&plan.payload));
    }
}

/// RFC 9052, 3.1: critical labels that are not understood, that are absent or that stand
/// unprotected.
#[test]
fn critical_parameters_are_understood_or_refused() {
    for of in Kind::ALL {
        let plan = Plan::new(of, of.algorithms()[0]);
        let nonce = plan.algorithm.content_encryption().map(|_| iv(plan.algorithm));
        let base = nonce.as_ref().map_or(plan.headers(), |nonce| plan.headers().iv(nonce));
        let parameter = [Parameter::new(100, &[0x01])];
        let understood = [Label::Integer(100)];
        let open = |headers: NewHeaders<'_>, understood: &[Label<'_>]| {
            plan.open(&plan.make(headers).0, plan.expect(None).understands(understood))
        };
        let there = base.protected(&parameter).critical(&[100]);
        assert_eq!(open(there, &understood).as_ref(), Ok(&plan.payload), "{of:?}");
        assert_eq!(kind(open(there, &[])), ErrorKind::CriticalParameter, "{of:?}");
        assert_eq!(kind(open(there, &[Label::Text("100")])), ErrorKind::CriticalParameter);
        let absent = base.critical(&[100]);
        assert_eq!(kind(open(absent, &understood)), ErrorKind::CriticalParameter, "{of:?}");
        let unprotected = base.unprotected(&parameter).critical(&[100]);
        assert_eq!(kind(open(unprotected, &understood)), ErrorKind::CriticalParameter, "{of:?}");
        // Labels that this crate understands need not be named.
        if of != Kind::Sign {
            assert_eq!(open(base.critical(&[1]), &[]).as_ref(), Ok(&plan.payload), "{of:?}");
        }
    }
}

/// RFC 9052, 4.2, 5.2 and 6.2: the content is in the message or elsewhere, not in both and not in
/// neither; the error is at the content, or where it would be.
#[test]
fn the_content_is_given_once() {
    for of in Kind::ALL {
        for detached in [false, true] {
            let plan = Plan { detached, tagged: false, ..Plan::new(of, of.algorithms()[0]) };
            let nonce = plan.algorithm.content_encryption().map(|_| iv(plan.algorithm));
            let headers = nonce.as_ref().map_or(plan.headers(), |nonce| plan.headers().iv(nonce));
            let (message, _) = plan.make(headers);
            let expect = plan.expect(if detached { None } else { Some(b"twice") });
            assert_eq!(kind(plan.open(&message, expect)), ErrorKind::Payload, "{of:?}");
        }
    }
}

/// RFC 9052, 7.1 and 8: a key serves its own algorithm alone, of its own type, curve and length,
/// and the operations that it names.
#[test]
fn keys_serve_what_they_are_for() {
    let plan = Plan::new(Kind::Mac0, Algorithm::HMAC_256);
    let (message, _) = plan.make(plan.headers());
    let mac0 = Mac0::parse(&message).unwrap();
    let value = shared(plan.algorithm);
    let verify = |key: &Secret<'_>| mac0.verify(key, plan.expect(None), &mut RustCrypto).map(drop);
    assert_eq!(verify(&Secret::new(&value, Algorithm::HMAC_256)), Ok(()));
    for other in
        [Algorithm::HMAC_256_64, Algorithm::HMAC_512, Algorithm::A128GCM, Algorithm::ESP256]
    {
        let refused = verify(&Secret::new(&value, other));
        assert_eq!(kind(refused), ErrorKind::KeyMismatch, "{other}");
    }

    // {1: 4, -1: k, 4: [operations], 3: alg}
    let key = |operations: &str, algorithm: &str| {
        let fields = ["a4010420", "5820", "04", operations, "03", algorithm].concat();
        let (front, back) = fields.split_at(12);
        [hex(front), value.clone(), hex(back)].concat()
    };
    for (operations, verifies, makes) in [
        ("810a", true, false),
        ("8109", false, true),
        ("820a09", true, true),
        ("8101", false, false),
    ] {
        let encoded = key(operations, "05");
        let secret = Key::parse(&encoded).unwrap().secret().unwrap();
        let answer = verify(&secret);
        assert_eq!(answer.is_ok(), verifies, "{operations}");
        assert!(verifies || kind(answer) == ErrorKind::KeyMismatch);
        let mut buffer = [0; 256];
        let draft = Mac0::builder(Algorithm::HMAC_256).payload(b"", &mut buffer).unwrap();
        let made = draft.mac(&secret, &mut RustCrypto);
        assert_eq!(made.is_ok(), makes, "{operations}");
        assert!(makes || kind(made) == ErrorKind::KeyMismatch);
    }
    let encoded = key("820a09", "06");
    let other = Key::parse(&encoded).unwrap().secret().unwrap();
    assert_eq!(kind(verify(&other)), ErrorKind::KeyMismatch);

    // A cipher's key: the operations of ciphers, the length that the algorithm says.
    let plan = Plan::new(Kind::Encrypt0, Algorithm::A256GCM);
    let (message, _) = plan.make(plan.headers().iv(&[0x15; 12]));
    let encrypt0 = Encrypt0::parse(&message).unwrap();
    let decrypt = |key: &Secret<'_>| {
        encrypt0.decrypt(key, plan.expect(None), &mut [0; 100], &mut RustCrypto).map(drop)
    };
    for (operations, opens) in [("8104", true), ("8103", false), ("810a", false)] {
        let encoded = key(operations, "03");
        let secret = Key::parse(&encoded).unwrap().secret().unwrap();
        assert_eq!(decrypt(&secret).is_ok(), opens, "{operations}");
        let mut buffer = [0; 256];
        let builder = Encrypt0::builder(plan.headers().iv(&[0x15; 12]));
        let sealed = builder.seal(b"", &secret, &mut buffer, &mut RustCrypto);
        assert_eq!(sealed.is_ok(), operations == "8103");
    }
    for length in [0, 16, 24, 31] {
        let short = Secret::new(&value[..length], Algorithm::A256GCM);
        assert_eq!(kind(decrypt(&short)), ErrorKind::KeyMismatch, "{length}");
    }
    let symmetric = Key::from_symmetric(&value, Algorithm::HMAC_256);
    let sign1 = Plan::new(Kind::Sign1, Algorithm::ESP256);
    let (message, _) = sign1.make(sign1.headers());
    let check =
        Sign1::parse(&message).unwrap().check(&symmetric, sign1.expect(None), &mut RustCrypto);
    assert_eq!(kind(check), ErrorKind::KeyMismatch);
}

/// RFC 9052, 3.1: a partial IV is filled up with zeros from the left and added to the key's base
/// IV by exclusive or; a nonce that comes to another length than the algorithm's is refused.
#[test]
fn nonces_are_made_of_base_and_partial_iv() {
    let plan = Plan::new(Kind::Encrypt0, Algorithm::A128GCM);
    let value = shared(plan.algorithm);
    let key = Secret::new(&value[..], plan.algorithm);
    let base: Vec<u8> = (0x20..0x2c).collect();
    let seal = |headers: NewHeaders<'_>, key: &Secret<'_>| {
        let mut buffer = [0; 256];
        let builder = Encrypt0::builder(headers);
        builder.seal(b"content", key, &mut buffer, &mut RustCrypto).map(<[u8]>::to_vec)
    };
    let ciphertext =
        |message: &[u8]| Encrypt0::parse(message).unwrap().ciphertext().unwrap().bytes().to_vec();
    let with_base = key.with_base_iv(&base);
    for partial in [&b""[..], &[1], &[1, 2, 3], &[0xff; 12]] {
        let mut nonce = base.clone();
        for (byte, partial) in nonce.iter_mut().rev().zip(partial.iter().rev()) {
            *byte ^= partial;
        }
        let with_full = seal(plan.headers().iv(&nonce), &key).unwrap();
        let with_partial = seal(plan.headers().partial_iv(partial), &with_base).unwrap();
        assert_eq!(ciphertext(&with_full), ciphertext(&with_partial));
        let message = Encrypt0::parse(&with_partial).unwrap();
        let open = |key: &Secret<'_>| {
            let expect = Expect::alg(plan.algorithm);
            let opened = message.decrypt(key, expect, &mut [0; 50], &mut RustCrypto)?.to_vec();
            Ok::<_, Error>(opened)
        };
        assert_eq!(open(&with_base).unwrap(), b"content");
        // Without a base, or with one of another length.
        assert_eq!(kind(open(&key)), ErrorKind::Missing);
        for length in [0, 11] {
            let other = key.with_base_iv(&base[..length]);
            assert_eq!(kind(open(&other)), ErrorKind::Length, "{length}");
        }
    }
    assert_eq!(kind(seal(plan.headers().partial_iv(&[0; 13]), &with_base)), ErrorKind::Length);
    assert_eq!(kind(seal(plan.headers(), &key)), ErrorKind::Missing);
    assert_eq!(kind(seal(plan.headers(), &with_base)), ErrorKind::Missing);
    for length in [0, 11, 13] {
        assert_eq!(kind(seal(plan.headers().iv(&vec![0; length]), &key)), ErrorKind::Length);
    }
    // The same from the reader's side: the vectors of a message that nobody here would make.
    for (unprotected, expected) in [
        ("a0", ErrorKind::Missing),
        ("a1054b0000000000000000000000", ErrorKind::Length),
        ("a1064d00000000000000000000000000", ErrorKind::Length),
    ] {
        let message = framed(Kind::Encrypt0, &["43a10101", unprotected].concat(), "4100");
        let message = Encrypt0::parse(&message).unwrap();
        let expect = Expect::alg(plan.algorithm);
        let refused = message.decryption(&with_base, expect);
        assert_eq!(refused.unwrap_err(), Error::new(expected, 5), "{unprotected}");
    }
}
