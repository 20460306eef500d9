//! Countersignatures (RFC 9338) on all that can be countersigned.

use hexad_cose_core::cbor::{Cursor, Encoder, check_deterministic};
use hexad_cose_core::{
    Algorithm, Countersigned, Error, ErrorKind, Expect, Headers, Key, Message, NewCountersignature,
    NewHeaders, Parameter, Sign, iana::header, insert_unprotected,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use crate::parties::{Kind, Plan, iv, kind, signer};

const NOTARY: Algorithm = Algorithm::ED25519;

fn notary() -> SigningKey {
    signer(NOTARY)
}

/// A plan of each kind with an algorithm that does not take long.
fn plans() -> Vec<Plan> {
    [
        (Kind::Sign1, Algorithm::ESP256),
        (Kind::Sign, Algorithm::ESP256),
        (Kind::Mac0, Algorithm::HMAC_256),
        (Kind::Mac, Algorithm::HMAC_256_64),
        (Kind::Encrypt0, Algorithm::A128GCM),
        (Kind::Encrypt, Algorithm::AES_CCM_16_64_128),
    ]
    .into_iter()
    .flat_map(|(kind, algorithm)| {
        [false, true].map(|detached| Plan { detached, ..Plan::new(kind, algorithm) })
    })
    .collect()
}

fn make(plan: &Plan) -> (Vec<u8>, Option<Vec<u8>>) {
    match plan.algorithm.content_encryption() {
        Some(_) => plan.make(plan.headers().iv(&iv(plan.algorithm))),
        None => plan.make(plan.headers().kid(b"kid")),
    }
}

/// What the notary expects of a message whose content may be elsewhere.
fn expect(elsewhere: Option<&[u8]>) -> Expect<'_> {
    let expect = Expect::alg(NOTARY).external_aad(b"notary's aad");
    elsewhere.map_or(expect, |content| expect.detached(content))
}

/// The encoded countersignatures on `target`, full and abbreviated.
fn countersign<'m>(target: &impl Countersigned<'m>, expect: Expect<'m>) -> [(i64, Vec<u8>); 2] {
    let new = NewCountersignature::on(target, expect).unwrap();
    let (mut full, mut abbreviated) = ([0; 256], [0; 256]);
    let headers = NewHeaders::new(NOTARY).kid(b"notary");
    let full = new.sign(headers, &notary(), &mut full, &mut RustCrypto).unwrap();
    let abbreviated =
        new.sign_abbreviated(NOTARY, &notary(), &mut abbreviated, &mut RustCrypto).unwrap();
    [
        (header::COUNTERSIGNATURE_V2, full.to_vec()),
        (header::COUNTERSIGNATURE0_V2, abbreviated.to_vec()),
    ]
}

/// Checks all countersignatures in `headers` on `target`; how many there are.
fn check<'m>(
    target: &impl Countersigned<'m>,
    headers: &Headers<'m>,
    expect: Expect<'_>,
) -> Result<usize, Error> {
    let signer = notary();
    let key = Key::from_public(signer.public());
    let crypto = &mut RustCrypto;
    let mut count = 0;
    for countersignature in headers.countersignatures()? {
        assert_eq!(countersignature.headers().kid(), Some(&b"notary"[..]));
        countersignature.check(target, &key, expect, crypto)?.run(crypto)?;
        count += 1;
    }
    for countersignature in headers.countersignatures0()? {
        countersignature.check(target, &key, expect, crypto)?.run(crypto)?;
        count += 1;
    }
    Ok(count)
}

/// As [`check`], on a message of any kind.
fn check_message(message: &[u8], expect: Expect<'_>) -> Result<usize, Error> {
    match Message::parse(message)? {
        Message::Sign1(message) => check(&message, message.headers(), expect),
        Message::Sign(message) => check(&message, message.headers(), expect),
        Message::Mac0(message) => check(&message, message.headers(), expect),
        Message::Mac(message) => check(&message, message.headers(), expect),
        Message::Encrypt0(message) => check(&message, message.headers(), expect),
        Message::Encrypt(message) => check(&message, message.headers(), expect),
    }
}

fn countersign_message(message: &[u8], expect: Expect<'_>) -> [(i64, Vec<u8>); 2] {
    match Message::parse(message).unwrap() {
        Message::Sign1(message) => countersign(&message, expect),
        Message::Sign(message) => countersign(&message, expect),
        Message::Mac0(message) => countersign(&message, expect),
        Message::Mac(message) => countersign(&message, expect),
        Message::Encrypt0(message) => countersign(&message, expect),
        Message::Encrypt(message) => countersign(&message, expect),
    }
}

/// `message` with these parameters put into its unprotected bucket, which leaves all else as it
/// was.
fn insert(message: &[u8], parameters: &[(i64, Vec<u8>)]) -> Vec<u8> {
    parameters.iter().fold(message.to_vec(), |message, (label, value)| {
        let mut buffer = [0; 2048];
        insert_unprotected(&message, &Parameter::new(*label, value), &mut buffer).unwrap().to_vec()
    })
}

/// RFC 9338, 3: a countersignature on a message of each kind verifies, alone and beside the other
/// form, and leaves the message as valid as it was.
#[test]
fn every_kind_of_message_can_be_countersigned() {
    for plan in plans() {
        let (message, elsewhere) = make(&plan);
        let expect = expect(elsewhere.as_deref());
        let made = countersign_message(&message, expect);
        assert_eq!(check_message(&message, expect), Ok(0));
        for one in &made {
            let countersigned = insert(&message, std::slice::from_ref(one));
            assert_eq!(check_message(&countersigned, expect), Ok(1), "{plan:?}");
        }
        let countersigned = insert(&message, &made);
        assert_eq!(check_message(&countersigned, expect), Ok(2), "{plan:?}");
        let opened = plan.open(&countersigned, plan.expect(elsewhere.as_deref()));
        assert_eq!(opened.as_ref(), Ok(&plan.payload), "{plan:?}");
        assert_eq!(check_deterministic(&countersigned), Ok(()));

        // One that is there is not put in again.
        let (label, value) = &made[0];
        let mut buffer = [0; 2048];
        let again = insert_unprotected(&countersigned, &Parameter::new(*label, value), &mut buffer);
        assert_eq!(kind(again), ErrorKind::DuplicateKey);

        // 3.3: other external data, another key, another content, none and two.
        let other_aad = expect.external_aad(b"");
        assert_eq!(kind(check_message(&countersigned, other_aad)), ErrorKind::VerificationFailed);
        let content = if plan.detached { None } else { Some(&b"twice"[..]) };
        let other = Expect::alg(NOTARY);
        let other = content.map_or(other, |content| other.detached(content));
        assert_eq!(kind(check_message(&countersigned, other)), ErrorKind::Payload);
        if plan.detached {
            let other = expect.detached(b"another");
            assert_eq!(kind(check_message(&countersigned, other)), ErrorKind::VerificationFailed);
        }
    }
}

/// RFC 9338, 3.3: protected header, content and, of messages that have one, signature or tag
/// (`other_fields`) are covered by both forms.
#[test]
fn what_is_countersigned_cannot_be_changed() {
    for plan in plans().into_iter().filter(|plan| !plan.detached) {
        let (message, _) = make(&plan);
        let expect = expect(None);
        for one in countersign_message(&message, expect) {
            let countersigned = insert(&message, &[one]);
            let parsed = Message::parse(&countersigned).unwrap();
            let mut covered = vec![parsed.unverified_content().unwrap().bytes().to_vec()];
            match &parsed {
                Message::Sign1(message) => covered.push(message.signature().to_vec()),
                Message::Mac0(message) => covered.push(message.tag().to_vec()),
                Message::Mac(message) => covered.push(message.tag().to_vec()),
                _ => {}
            }
            for string in covered {
                let windows = &mut countersigned.windows(string.len());
                let start = windows.position(|window| window == string).unwrap();
                for at in start..start + string.len() {
                    let mut changed = countersigned.clone();
                    changed[at] ^= 0x01;
                    let refused = check_message(&changed, expect);
                    assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{plan:?} byte {at}");
                }
            }
            // The protected header of the message, and the countersignature itself.
            if plan.kind != Kind::Sign {
                let mut changed = countersigned.clone();
                let protected = parsed.headers().protected();
                let last = protected.offset() + protected.bytes().len() - 1;
                changed[last] ^= 0x01;
                assert!(check_message(&changed, expect).is_err());
            }
        }
    }
}

/// RFC 9338, 3.3: signers, recipients and countersignatures can be countersigned as messages can.
#[test]
fn signers_recipients_and_countersignatures_can_be_countersigned() {
    let expect = expect(None);
    let signed = Plan::new(Kind::Sign, Algorithm::ESP256);
    let (message, _) = make(&signed);
    let message = Sign::parse(&message).unwrap();
    let one = message.signatures().next().unwrap();
    let made = countersign(&one, expect);
    assert_eq!(check_elsewhere(&one, &made, expect), Ok(2));

    for plan in
        [Plan::new(Kind::Mac, Algorithm::HMAC_256), Plan::new(Kind::Encrypt, Algorithm::A128GCM)]
    {
        let (bytes, _) = make(&plan);
        let recipient = match Message::parse(&bytes).unwrap() {
            Message::Mac(message) => message.recipients().next(),
            Message::Encrypt(message) => message.recipients().next(),
            _ => None,
        }
        .unwrap();
        let of_recipient = countersign(&recipient, expect);
        assert_eq!(check_elsewhere(&recipient, &of_recipient, expect), Ok(2));
        // What is on the one is not on the other, and not on the message.
        let refused = check_elsewhere(&one, &of_recipient, expect);
        assert_eq!(kind(refused), ErrorKind::VerificationFailed);
        let refused = check_elsewhere(&recipient, &made, expect);
        assert_eq!(kind(refused), ErrorKind::VerificationFailed);
    }

    // A countersignature on a countersignature.
    let [(_, value), _] = &made;
    let bucket = bucket(&[(header::COUNTERSIGNATURE_V2, value.clone())]);
    let headers = Headers::parse(&mut Cursor::new(&bucket)).unwrap();
    let first = headers.countersignatures().unwrap().next().unwrap();
    let second = countersign(first.signature(), expect);
    assert_eq!(check_elsewhere(first.signature(), &second, expect), Ok(2));
    assert_eq!(kind(check_elsewhere(&one, &second, expect)), ErrorKind::VerificationFailed);
}

/// Two buckets with these unprotected parameters.
fn bucket(parameters: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::appending(&mut bytes);
    encoder.bytes(&[]).unwrap().map(parameters.len()).unwrap();
    for (label, value) in parameters {
        encoder.integer(*label).unwrap().raw(value).unwrap();
    }
    bytes
}

/// Checks countersignatures on `target` that stand in other headers than its own.
fn check_elsewhere<'m>(
    target: &impl Countersigned<'m>,
    parameters: &[(i64, Vec<u8>)],
    expect: Expect<'_>,
) -> Result<usize, Error> {
    // Headers live as long as the message that is countersigned.
    let bucket: &'static [u8] = Vec::leak(bucket(parameters));
    let headers: Headers<'m> = Headers::parse(&mut Cursor::new(bucket))?;
    check(target, &headers, expect)
}

/// RFC 9338, 3.1: one countersignature or an array of them, which is not empty.
#[test]
fn countersignatures_come_alone_or_in_an_array() {
    let plan = Plan::new(Kind::Sign1, Algorithm::ESP256);
    let (message, _) = make(&plan);
    let [(label, value), _] = countersign_message(&message, expect(None));
    for count in [1_u8, 2, 5] {
        let array = [&[0x80 | count][..], &value.repeat(count.into())].concat();
        let countersigned = insert(&message, &[(label, array)]);
        assert_eq!(check_message(&countersigned, expect(None)), Ok(count.into()));
    }
    let indefinite = [&[0x9f][..], &value.repeat(2), &[0xff]].concat();
    let countersigned = insert(&message, &[(label, indefinite)]);
    assert_eq!(check_message(&countersigned, expect(None)), Ok(2));

    let refused = |label: i64, value: &[u8]| {
        let countersigned = insert(&message, &[(label, value.to_vec())]);
        check_message(&countersigned, expect(None)).unwrap_err().kind()
    };
    assert_eq!(refused(label, &[0x80]), ErrorKind::Length);
    assert_eq!(refused(label, &[0x9f, 0xff]), ErrorKind::Length);
    assert_eq!(refused(label, &[0x82, 0x40, 0xa0]), ErrorKind::Length);
    assert_eq!(refused(label, &[0x81, 0x82, 0x40, 0xa0]), ErrorKind::Length);
    assert!(matches!(refused(label, &[0x40]), ErrorKind::UnexpectedType { .. }));
    let abbreviated = header::COUNTERSIGNATURE0_V2;
    assert!(matches!(refused(abbreviated, &[0x80]), ErrorKind::UnexpectedType { .. }));
    // Countersignatures that do not verify: no algorithm, another one, the empty string.
    assert_eq!(refused(abbreviated, &[0x40]), ErrorKind::VerificationFailed);
}

/// RFC 9338, 1: those of RFC 8152 do not cover signature and tag. They are read under their own
/// labels; one of either standard does not verify under a label of the other, on what has such a
/// field.
#[test]
fn the_older_form_is_read_under_its_own_label_alone() {
    for plan in plans().into_iter().filter(|plan| !plan.detached) {
        let (message, _) = make(&plan);
        let [(_, full), (_, abbreviated)] = countersign_message(&message, expect(None));
        let with_others = matches!(plan.kind, Kind::Sign1 | Kind::Mac0 | Kind::Mac);
        let as_first = insert(&message, &[(header::COUNTERSIGNATURE, full)]);
        let answer = check_message(&as_first, expect(None));
        if with_others {
            assert_eq!(kind(answer), ErrorKind::VerificationFailed, "{plan:?}");
        } else {
            // What is signed is the same in both standards.
            assert_eq!(answer, Ok(1), "{plan:?}");
        }
        let as_first = insert(&message, &[(header::COUNTERSIGNATURE0, abbreviated)]);
        let answer = check_message(&as_first, expect(None));
        assert_eq!(kind(answer), ErrorKind::VerificationFailed, "{plan:?}");
    }
}

/// RFC 9338, 3.2: an abbreviated one names no algorithm, so the caller expects one alone, and a
/// key of it.
#[test]
fn an_abbreviated_one_needs_one_algorithm() {
    let plan = Plan::new(Kind::Mac0, Algorithm::HMAC_256);
    let (message, _) = make(&plan);
    let [_, abbreviated] = countersign_message(&message, expect(None));
    let message = insert(&message, &[abbreviated]);
    let several = [NOTARY, Algorithm::ESP256];
    let refused = check_message(&message, Expect::any(&several).external_aad(b"notary's aad"));
    assert_eq!(kind(refused), ErrorKind::AlgorithmNotAccepted);
    let refused = check_message(&message, Expect::alg(Algorithm::ESP256));
    assert_eq!(kind(refused), ErrorKind::KeyMismatch);
}

/// What cannot take a parameter stays as it is, with the reason.
#[test]
fn parameters_are_put_into_messages_alone() {
    let parameter = Parameter::new(100, &[0x00]);
    let mut buffer = [0; 64];
    let mut insert =
        |message: &[u8]| insert_unprotected(message, &parameter, &mut buffer).map(<[u8]>::to_vec);
    assert_eq!(
        insert(&[0x84, 0x40, 0xa0, 0x40, 0x40]).unwrap(),
        [0x84, 0x40, 0xa1, 0x18, 0x64, 0x00, 0x40, 0x40]
    );
    // Between others, in order; into a map of indefinite length, and behind two tags.
    let ordered = insert(&[0xd8, 0x3d, 0xd2, 0x84, 0x40, 0xbf, 4, 0x40, 0x20, 0, 0xff, 0x40, 0x40]);
    assert_eq!(
        ordered.unwrap(),
        [0xd8, 0x3d, 0xd2, 0x84, 0x40, 0xa3, 4, 0x40, 0x18, 0x64, 0, 0x20, 0, 0x40, 0x40]
    );
    assert!(matches!(kind(insert(&[0x00])), ErrorKind::UnexpectedType { .. }));
    assert!(matches!(kind(insert(&[0x82, 0x40, 0x40])), ErrorKind::UnexpectedType { .. }));
    assert_eq!(kind(insert(&[0x84, 0x40, 0xa0, 0x40])), ErrorKind::UnexpectedEnd);
    assert_eq!(kind(insert(&[0x83, 0x40, 0xa0, 0x40, 0x40])), ErrorKind::TrailingBytes);
    let whole = [0x84, 0x40, 0xa0, 0x40, 0x40];
    for size in 0..8 {
        let mut small = vec![0; size];
        let made = insert_unprotected(&whole, &parameter, &mut small);
        assert_eq!(kind(made), ErrorKind::BufferTooSmall, "{size}");
    }
}
