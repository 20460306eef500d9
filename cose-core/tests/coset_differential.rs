//! The same bytes given to `coset`: accepted by both sides or by neither, and read as the same values;
//! every difference is named in `coset/mod.rs`, with its reason.

#[path = "coset/mod.rs"]
mod compared;
mod items;

use compared::{agree_with_coset, is_lenient};
use coset::{CoseEncrypt0, CoseMac, CoseMac0, CoseSign, CoseSign1, TaggedCborSerializable};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{
    Algorithm, Curve, Encrypt0, ErrorKind, Key, Mac, Mac0, NewHeaders, Secret, Sign, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

/// What `write` writes.
fn encoded(write: impl FnOnce(&mut Encoder<'_>) -> Result<(), hexad_cose_core::Error>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Encoder::appending(&mut bytes)).expect("a vector has room");
    bytes
}

/// A byte string of any content.
fn string() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..20)
        .prop_map(|content| encoded(|encoder| encoder.bytes(&content).map(drop)))
}

/// An integer, often one that is registered somewhere.
fn integer() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => -60..70_i64, 1 => any::<i64>()]
        .prop_map(|number| encoded(|encoder| encoder.integer(number).map(drop)))
}

/// A label and its value, of the right type more often than not.
fn entry() -> impl Strategy<Value = Vec<u8>> {
    let labels = Just(encoded(|encoder| encoder.array(1)?.integer(1).map(drop)));
    let text = prop_oneof![Just("a/b"), Just(""), Just(" a/b"), Just("c")]
        .prop_map(|text| encoded(|encoder| encoder.text(text).map(drop)));
    let value = |label: i64, value: BoxedStrategy<Vec<u8>>| {
        let value = prop_oneof![12 => value, 1 => items::item()];
        (Just(label), value).boxed()
    };
    prop_oneof![
        4 => value(1, integer().boxed()),
        1 => value(2, labels.boxed()),
        2 => value(3, prop_oneof![integer(), text].boxed()),
        4 => value(4, string().boxed()),
        1 => value(5, string().boxed()),
        1 => value(6, string().boxed()),
        1 => value(7, items::item().boxed()),
        2 => (-300..300_i64).prop_flat_map(move |label| value(label, items::item().boxed())),
    ]
    .prop_map(|(label, value)| {
        [encoded(|encoder| encoder.integer(label).map(drop)), value].concat()
    })
}

/// A map of up to two entries.
fn map() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(entry(), 0..3).prop_map(|entries| {
        [encoded(|encoder| encoder.map(entries.len()).map(drop)), entries.concat()].concat()
    })
}

fn wrapped(content: &[u8]) -> Vec<u8> {
    encoded(|encoder| encoder.bytes(content).map(drop))
}

/// Two buckets.
fn buckets() -> impl Strategy<Value = Vec<u8>> {
    (prop_oneof![3 => map(), 1 => Just(Vec::new())], map())
        .prop_map(|(protected, unprotected)| [wrapped(&protected), unprotected].concat())
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => string(), 1 => Just(vec![0xf6]), 1 => items::item()]
}

/// An array of such arrays of three as signatures and recipients are.
fn others() -> impl Strategy<Value = Vec<u8>> {
    let one = (buckets(), content())
        .prop_map(|(buckets, content)| [vec![0x83], buckets, content].concat());
    prop::collection::vec(one, 0..3).prop_map(|all| {
        [encoded(|encoder| encoder.array(all.len()).map(drop)), all.concat()].concat()
    })
}

/// A message of any kind, with its tag, another one or none.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let tag = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::sample::select(vec![16_u64, 17, 18, 96, 97, 98])
            .prop_map(|tag| encoded(|encoder| encoder.tag(tag).map(drop))),
    ];
    let rest = prop_oneof![
        Just((3_usize, Vec::new())),
        string().prop_map(|proof| (4, proof)),
        others().prop_map(|others| (4, others)),
        (string(), others()).prop_map(|(tag, others)| (5, [tag, others].concat())),
    ];
    (tag, buckets(), content(), rest).prop_map(|(tag, buckets, content, (length, rest))| {
        let head = encoded(|encoder| encoder.array(length).map(drop));
        [tag, head, buckets, content, rest].concat()
    })
}

/// A key, or a map that resembles one.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let parameter = prop_oneof![
        3 => (1..5_i64, integer()),
        2 => (2..6_i64, string()),
        3 => (-4..0_i64, string()),
        1 => (-6..7_i64, items::item()),
    ]
    .prop_map(|(label, value)| {
        [encoded(|encoder| encoder.integer(label).map(drop)), value].concat()
    });
    let resembling = prop::collection::vec(parameter, 0..6).prop_map(|entries| {
        [encoded(|encoder| encoder.map(entries.len()).map(drop)), entries.concat()].concat()
    });
    let real = any::<[u8; 32]>().prop_filter_map("a private key", |d| {
        let key = SigningKey::from_bytes(Curve::P256, &d).ok()?;
        let public = Key::from_public(key.public()).with_kid(b"kid");
        Some(encoded(|encoder| public.with_private(&d).encode_private(encoder)))
    });
    prop_oneof![2 => resembling, 1 => real]
}

/// Messages and keys, some with bytes changed.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let changes = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(change, 1..3)];
    (prop_oneof![4 => message(), 1 => key()], changes).prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn coset_agrees(bytes in inputs()) {
        prop_assert_eq!(agree_with_coset(&bytes), Ok(()), "{:02x?}", bytes);
    }
}

/// What the generator makes is no mere noise: much of it is read by both.
#[test]
fn much_of_it_is_read_by_both() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let both = (0..2000)
        .filter(|_| {
            let bytes = inputs().new_tree(&mut runner).expect("a strategy").current();
            Sign1::parse(&bytes).is_ok_and(|read| CoseSign1::try_from(&read).is_ok())
                || Sign::parse(&bytes).is_ok_and(|read| CoseSign::try_from(&read).is_ok())
                || Mac::parse(&bytes).is_ok_and(|read| CoseMac::try_from(&read).is_ok())
                || Encrypt0::parse(&bytes).is_ok_and(|read| CoseEncrypt0::try_from(&read).is_ok())
        })
        .count();
    assert!(both > 100, "{both} of 2000");
}

/// The differences that matter most, each by itself: coset reads these.
#[test]
fn what_coset_lets_pass() {
    let secret = Secret::new(&[1; 32][..], Algorithm::HMAC_256);
    let mut buffer = [0; 128];
    let draft = Mac0::builder(NewHeaders::new(Algorithm::HMAC_256)).payload(b"a", &mut buffer);
    let good =
        draft.and_then(|draft| draft.mac(&secret, &mut RustCrypto)).expect("it fits").to_vec();
    assert!(CoseMac0::from_tagged_slice(&good).is_ok());
    // d1 84 43 a1 01 05 a0: the unprotected bucket stands at byte 6.
    let with_unprotected = |bucket: &[u8]| [&good[..6], bucket, &good[7..]].concat();
    let cases: [(Vec<u8>, ErrorKind); 3] = [
        // `alg` again, in the other bucket (RFC 9052, 3).
        (with_unprotected(&[0xa1, 0x01, 0x26]), ErrorKind::DuplicateKey),
        // `crit` where nothing protects it (RFC 9052, 3.1).
        (with_unprotected(&[0xa1, 0x02, 0x81, 0x01]), ErrorKind::InvalidValue),
        // An empty protected map of indefinite length (RFC 9052, 3).
        ([&good[..2], &[0x42, 0xbf, 0xff], &good[6..]].concat(), ErrorKind::InvalidValue),
    ];
    for (bytes, kind) in cases {
        let error = Mac0::parse(&bytes).expect_err("it is refused");
        assert_eq!(error.kind(), kind);
        assert!(is_lenient(&bytes, error));
        assert!(CoseMac0::from_tagged_slice(&bytes).is_ok(), "{kind:?}: coset is mended");
    }
}
