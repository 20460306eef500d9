//! Properties that hold for all inputs.

use hexad_cose_core::cbor::{Cursor, Encoder, check_deterministic, check_well_formed, diagnose};
use hexad_cose_core::{Algorithm, ErrorKind, Key, Mac0, Sign1};
use proptest::prelude::*;

/// A data item, owned, to be encoded and read back.
#[derive(Clone, Debug)]
enum Value {
    Integer(i64),
    Unsigned(u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(i64, Value)>),
    Tag(u64, Box<Value>),
    Bool(bool),
    Null,
    Float(f64),
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::Integer),
        any::<u64>().prop_map(Value::Unsigned),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
        ".{0,40}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        any::<f64>().prop_map(Value::Float),
        any::<f32>().prop_map(|float| Value::Float(float.into())),
        (-2048_i16..2048).prop_map(|float| Value::Float(f64::from(float) / 8.0)),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(0..1000_i64, inner.clone(), 0..6)
                .prop_map(|map| Value::Map(map.into_iter().collect())),
            (any::<u64>(), inner).prop_map(|(tag, value)| Value::Tag(tag, Box::new(value))),
        ]
    })
}

fn encode(value: &Value, encoder: &mut Encoder<'_>) {
    match value {
        Value::Integer(integer) => encoder.integer(*integer).unwrap(),
        Value::Unsigned(unsigned) => encoder.unsigned(*unsigned).unwrap(),
        Value::Bytes(bytes) => encoder.bytes(bytes).unwrap(),
        Value::Text(text) => encoder.text(text).unwrap(),
        Value::Bool(boolean) => encoder.boolean(*boolean).unwrap(),
        Value::Null => encoder.null().unwrap(),
        Value::Float(float) => encoder.float(*float).unwrap(),
        Value::Array(values) => {
            encoder.array(values.len()).unwrap();
            values.iter().for_each(|value| encode(value, encoder));
            encoder
        }
        Value::Map(entries) => {
            encoder.map(entries.len()).unwrap();
            for (key, value) in entries {
                encoder.integer(*key).unwrap();
                encode(value, encoder);
            }
            encoder
        }
        Value::Tag(number, value) => {
            encoder.tag(*number).unwrap();
            encode(value, encoder);
            encoder
        }
    };
}

/// Reads the item at `cursor` and holds it against `value`.
fn same(value: &Value, cursor: &mut Cursor<'_>) {
    match value {
        Value::Integer(integer) => assert_eq!(cursor.integer().unwrap(), *integer),
        Value::Unsigned(unsigned) => assert_eq!(cursor.unsigned().unwrap(), *unsigned),
        Value::Bytes(bytes) => assert_eq!(cursor.bytes().unwrap(), bytes),
        Value::Text(text) => assert_eq!(cursor.text().unwrap(), text),
        Value::Bool(boolean) => assert_eq!(cursor.boolean().unwrap(), *boolean),
        Value::Null => assert!(cursor.take_null()),
        Value::Float(float) => {
            let read = cursor.float().unwrap();
            assert!(read.to_bits() == float.to_bits() || read.is_nan() && float.is_nan());
        }
        Value::Array(values) => {
            let mut items = cursor.array().unwrap();
            for value in values {
                assert!(items.next(cursor).unwrap());
                same(value, cursor);
            }
            assert!(!items.next(cursor).unwrap());
        }
        Value::Map(entries) => {
            let mut items = cursor.map().unwrap();
            for (key, value) in entries {
                assert!(items.next(cursor).unwrap());
                assert_eq!(cursor.integer().unwrap(), *key);
                same(value, cursor);
            }
            assert!(!items.next(cursor).unwrap());
        }
        Value::Tag(number, value) => {
            assert_eq!(cursor.tag().unwrap(), *number);
            same(value, cursor);
        }
    }
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(value, &mut Encoder::appending(&mut bytes));
    bytes
}

proptest! {
    /// What the encoder writes, the cursor reads, and it is deterministic.
    #[test]
    fn what_is_written_is_read(value in value()) {
        let bytes = encoded(&value);
        let mut cursor = Cursor::new(&bytes);
        same(&value, &mut cursor);
        prop_assert!(cursor.is_empty());
        prop_assert_eq!(check_deterministic(&bytes), Ok(()));
    }

    /// The encoder writes what another implementation reads as the same value, and the other way
    /// round: integers, strings and floats of `minicbor`.
    #[test]
    fn minicbor_reads_the_same(integer: i64, bytes: Vec<u8>, text: String, float: f64) {
        let mut ours = Vec::new();
        Encoder::appending(&mut ours)
            .array(4).unwrap()
            .integer(integer).unwrap()
            .bytes(&bytes).unwrap()
            .text(&text).unwrap()
            .float(float).unwrap();
        let mut theirs = minicbor::Decoder::new(&ours);
        prop_assert_eq!(theirs.array().unwrap(), Some(4));
        prop_assert_eq!(theirs.i64().unwrap(), integer);
        prop_assert_eq!(theirs.bytes().unwrap(), &bytes[..]);
        prop_assert_eq!(theirs.str().unwrap(), &text);
        // `f64` takes only the widest form; the head tells which one was written.
        let read = match ours[theirs.position()] {
            0xf9 => f64::from(theirs.f16().unwrap()),
            0xfa => f64::from(theirs.f32().unwrap()),
            _ => theirs.f64().unwrap(),
        };
        prop_assert!(read.to_bits() == float.to_bits() || read.is_nan() && float.is_nan());

        let theirs = minicbor::to_vec((integer, text.as_str(), float)).unwrap();
        let mut cursor = Cursor::new(&theirs);
        cursor.array_of(3).unwrap();
        prop_assert_eq!(cursor.integer().unwrap(), integer);
        prop_assert_eq!(cursor.text().unwrap(), &text);
        prop_assert_eq!(cursor.float().unwrap().to_bits(), float.to_bits());
    }

    /// An item that is cut anywhere is refused at its end.
    #[test]
    fn every_truncation_is_refused(value in value()) {
        let bytes = encoded(&value);
        for length in 0..bytes.len() {
            let error = check_well_formed(&bytes[..length]).unwrap_err();
            prop_assert_eq!((error.kind(), error.offset()), (ErrorKind::UnexpectedEnd, length));
        }
    }

    /// Nothing panics on arbitrary bytes, and what is accepted is accepted by all readers alike.
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let accepted = check_well_formed(&bytes);
        prop_assert_eq!(diagnose(&bytes).map(|_| ()), accepted);
        if let Err(error) = accepted {
            prop_assert!(error.offset() <= bytes.len());
        }
        let _ = check_deterministic(&bytes);
        let _ = (Sign1::parse(&bytes), Mac0::parse(&bytes), Key::parse(&bytes));
    }

    /// A key reads back as it was written, and its secret stays out of its public encoding.
    #[test]
    fn keys_read_back(x: [u8; 32], d: [u8; 32], kid: Vec<u8>) {
        let curve = hexad_cose_core::Curve::Ed25519;
        let public = hexad_cose_core::PublicKey::Okp { curve, x: &x };
        let key = Key::from_public(public)
            .with_kid(&kid)
            .with_algorithm(Algorithm::ED25519)
            .with_private(&d);
        for private in [false, true] {
            let mut bytes = Vec::new();
            let mut encoder = Encoder::appending(&mut bytes);
            if private {
                key.encode_private(&mut encoder).unwrap();
            } else {
                key.encode_public(&mut encoder).unwrap();
            }
            prop_assert_eq!(check_deterministic(&bytes), Ok(()));
            let read = Key::parse(&bytes).unwrap();
            prop_assert_eq!(read.public(), Some(public));
            prop_assert_eq!(read.kid(), Some(&kid[..]));
            prop_assert_eq!(read.algorithm(), Some(Algorithm::ED25519));
            prop_assert_eq!(read.private(), private.then_some(&d[..]));
        }
    }
}
