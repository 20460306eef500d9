//! The same bytes given to `minicbor` and `ciborium`: accepted by both sides or by none, and read as the
//! same values; every difference is named here, with its reason.

mod items;

use ciborium::Value;
use hexad_cose_core::cbor::{
    Cursor, Encoder, MAX_DEPTH, Type, check_unique_keys, check_well_formed,
};
use hexad_cose_core::{Error, ErrorKind};
use minicbor::data::Token;
use proptest::prelude::*;

/// Well-formed items, well-formed items with a few bytes changed, cut or put in, and anything else.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    let changed =
        (items::item(), prop::collection::vec(change, 1..4)).prop_map(|(mut bytes, changes)| {
            for (index, byte, how) in changes {
                let at = index.index(bytes.len() + 1);
                match how {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, byte),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    _ => {
                        if let Some(changed) = bytes.get_mut(at) {
                            *changed = byte;
                        }
                    }
                }
            }
            bytes
        });
    // First bytes that matter most, so that short inputs hit every branch.
    let heads = prop::sample::select(vec![
        0x00_u8, 0x18, 0x1b, 0x1c, 0x1f, 0x20, 0x38, 0x40, 0x41, 0x5f, 0x60, 0x61, 0x7f, 0x80,
        0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xbf, 0xc1, 0xc2, 0xd8, 0xdf, 0xe0, 0xf4, 0xf6, 0xf7, 0xf8,
        0xf9, 0xfa, 0xfb, 0xff,
    ]);
    let short = prop::collection::vec(heads, 0..8);
    prop_oneof![items::item(), changed, short, prop::collection::vec(any::<u8>(), 0..12)]
}

/// What `minicbor` accepts as one item.
fn minicbor_accepts(bytes: &[u8]) -> bool {
    let mut decoder = minicbor::Decoder::new(bytes);
    decoder.skip().is_ok() && decoder.position() == bytes.len()
}

/// Why `minicbor` accepts what is refused here.
fn minicbor_is_lenient(bytes: &[u8], error: Error) -> bool {
    match error.kind() {
        // RFC 8949, 3.3: simple values below 32 in two bytes; `skip` reads any argument.
        ErrorKind::ReservedValue => bytes.get(error.offset()) == Some(&0xf8),
        // `skip` counts breaks, not which item they end: one may stand for a value or end a definite length.
        ErrorKind::UnexpectedBreak => true,
        // The same, where the announced count was refused before the break was reached.
        ErrorKind::UnexpectedEnd => bytes.last() == Some(&0xff),
        // It has no limit of depth.
        ErrorKind::TooDeep => true,
        _ => false,
    }
}

/// The items of `bytes` as `minicbor` tells them, one head after another.
fn tokens(bytes: &[u8]) -> Result<Vec<String>, String> {
    let told = |token: Token<'_>| match token {
        Token::U8(value) => value.to_string(),
        Token::U16(value) => value.to_string(),
        Token::U32(value) => value.to_string(),
        Token::U64(value) => value.to_string(),
        Token::I8(value) => value.to_string(),
        Token::I16(value) => value.to_string(),
        Token::I32(value) => value.to_string(),
        Token::I64(value) => value.to_string(),
        Token::Int(value) => i128::from(value).to_string(),
        Token::F16(value) | Token::F32(value) => float(value.into()),
        Token::F64(value) => float(value),
        Token::Bytes(value) => format!("{value:?}"),
        Token::String(value) => format!("{value:?}"),
        Token::Array(count) => format!("[{count}]"),
        Token::Map(count) => format!("{{{count}}}"),
        Token::Tag(tag) => format!("tag {}", tag.as_u64()),
        Token::Bool(value) => value.to_string(),
        Token::Simple(value) => format!("simple {value}"),
        Token::Null => "null".into(),
        Token::Undefined => "undefined".into(),
        Token::Break => "break".into(),
        Token::BeginBytes => "bytes".into(),
        Token::BeginString => "text".into(),
        Token::BeginArray => "array".into(),
        Token::BeginMap => "map".into(),
    };
    minicbor::decode::Tokenizer::new(bytes)
        .map(|token| token.map(told).map_err(|error| error.to_string()))
        .collect()
}

/// A float by its bits; what a NaN carries is not kept by either when it changes its width.
fn float(value: f64) -> String {
    if value.is_nan() { "NaN".into() } else { format!("{:016x}", value.to_bits()) }
}

/// The same by this crate's cursor.
fn told(bytes: &[u8]) -> Result<Vec<String>, Error> {
    let mut cursor = Cursor::new(bytes);
    let mut told = Vec::new();
    while !cursor.is_empty() {
        let mut ahead = cursor;
        let head = ahead.head()?;
        let indefinite = head.is_indefinite();
        told.push(match head.item_type() {
            Type::Unsigned | Type::Negative => cursor.big_integer()?.to_string(),
            Type::Bytes if !indefinite => format!("{:?}", cursor.bytes()?),
            Type::Text if !indefinite => format!("{:?}", cursor.text()?),
            Type::Array if !indefinite => format!("[{}]", cursor.head()?.argument),
            Type::Map if !indefinite => format!("{{{}}}", cursor.head()?.argument),
            Type::Tag => format!("tag {}", cursor.tag()?),
            Type::Bool => cursor.boolean()?.to_string(),
            Type::Float => float(cursor.float()?),
            Type::Simple => format!("simple {}", cursor.simple()?),
            other => {
                cursor.head()?;
                match other {
                    Type::Null => "null",
                    Type::Undefined => "undefined",
                    Type::Break => "break",
                    Type::Bytes => "bytes",
                    Type::Text => "text",
                    Type::Array => "array",
                    _ => "map",
                }
                .into()
            }
        });
    }
    Ok(told)
}

/// What `ciborium` reads as one item.
fn ciborium_reads(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).ok()?;
    rest.is_empty().then_some(value)
}

/// Why `ciborium` reads what is refused here.
fn ciborium_is_lenient(bytes: &[u8], error: Error) -> bool {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let here = byte(error.offset());
    match error.kind() {
        // RFC 8949, 3.3: `false` to `undefined` in two bytes.
        ErrorKind::ReservedValue => here == 0xf8 && (20..24).contains(&byte(error.offset() + 1)),
        // RFC 8949, 3.2.3: chunks that have chunks themselves.
        ErrorKind::IndefiniteLength => here & 0x1f == 31,
        // Its limit of depth is 256.
        ErrorKind::TooDeep => true,
        _ => false,
    }
}

/// Why `ciborium` refuses what is accepted here: it knows no simple values but the four that have names,
/// and no negative bignum of 128 bits below the range of `i128`, though it leaves longer ones as they are.
fn ciborium_is_strict(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    let mut is_negative_bignum = false;
    while !cursor.is_empty() {
        let mut content = cursor;
        let head = cursor.head().unwrap();
        match head.item_type() {
            Type::Simple => return true,
            Type::Bytes if !head.is_indefinite() => {
                let bytes = content.bytes().unwrap();
                if is_negative_bignum && bytes.len() == 16 && bytes[0] >= 0x80 {
                    return true;
                }
                cursor = content;
            }
            Type::Text if !head.is_indefinite() => {
                content.text().unwrap();
                cursor = content;
            }
            _ => {}
        }
        is_negative_bignum = head.item_type() == Type::Tag && head.argument == 3;
    }
    false
}

/// The item at `cursor` as `ciborium` would say it: `undefined` is null there, and bignums are integers as
/// far as they fit 128 bits.
fn value(cursor: &mut Cursor<'_>) -> Result<Value, Error> {
    Ok(match cursor.peek()? {
        Type::Unsigned | Type::Negative => integer(cursor.big_integer()?),
        Type::Bytes => Value::Bytes(cursor.byte_chunks()?.flatten().copied().collect()),
        Type::Text => Value::Text(cursor.text_chunks()?.collect()),
        Type::Array => {
            let mut items = cursor.array()?;
            let mut values = Vec::new();
            while items.next(cursor)? {
                values.push(value(cursor)?);
            }
            Value::Array(values)
        }
        Type::Map => {
            let mut items = cursor.map()?;
            let mut entries = Vec::new();
            while items.next(cursor)? {
                entries.push((value(cursor)?, value(cursor)?));
            }
            Value::Map(entries)
        }
        Type::Tag => {
            let mut ahead = *cursor;
            if let Ok(number) = ahead.big_integer() {
                *cursor = ahead;
                return Ok(integer(number));
            }
            Value::Tag(cursor.tag()?, Box::new(value(cursor)?))
        }
        Type::Bool => Value::Bool(cursor.boolean()?),
        Type::Float => Value::Float(cursor.float()?),
        _ => {
            cursor.simple()?;
            Value::Null
        }
    })
}

fn integer(value: i128) -> Value {
    Value::from(value)
}

/// A value by its text, in which every NaN is the same.
fn shown(value: &Value) -> String {
    format!("{value:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Both accept or both refuse, but for what is named above; what both accept, they read as the same.
    #[test]
    fn minicbor_agrees(bytes in inputs()) {
        match check_well_formed(&bytes) {
            Ok(()) => {
                prop_assert!(minicbor_accepts(&bytes), "refused by minicbor: {:02x?}", bytes);
                prop_assert_eq!(tokens(&bytes), Ok(told(&bytes).unwrap()), "{:02x?}", bytes);
            }
            Err(error) => {
                let accepts = minicbor_accepts(&bytes);
                let explained = !accepts || minicbor_is_lenient(&bytes, error);
                prop_assert!(explained, "accepted by minicbor: {:02x?}: {}", bytes, error);
            }
        }
    }

    /// The same with `ciborium`.
    #[test]
    fn ciborium_agrees(bytes in inputs()) {
        match (check_well_formed(&bytes), ciborium_reads(&bytes)) {
            (Ok(()), Some(theirs)) => {
                let ours = value(&mut Cursor::new(&bytes)).unwrap();
                prop_assert_eq!(shown(&ours), shown(&theirs), "{:02x?}", bytes);
            }
            (Ok(()), None) => {
                let explained = ciborium_is_strict(&bytes);
                prop_assert!(explained, "refused by ciborium: {:02x?}", bytes);
            }
            (Err(error), Some(_)) => {
                let explained = ciborium_is_lenient(&bytes, error);
                prop_assert!(explained, "read by ciborium: {:02x?}: {}", bytes, error);
            }
            (Err(_), None) => {}
        }
    }

    /// Keys that `ciborium` reads as equal values are duplicates, and no others.
    #[test]
    fn keys_are_the_same_if_their_values_are(a in items::item(), b in items::item()) {
        for b in [b, a.clone(), again(&a)] {
            let map = [&[0xa2][..], &a, &[0x00], &b, &[0x00]].concat();
            let (Some(x), Some(y)) = (ciborium_reads(&a), ciborium_reads(&b)) else { continue };
            let (x, y) = (shown(&x), shown(&y));
            // Where it tells less apart: NaNs, null and undefined, integers and bignums.
            let is_told_apart = |item: &String| {
                item != "NaN" && item != "undefined" && item != "tag 2" && item != "tag 3"
            };
            if !told(&map).unwrap().iter().all(is_told_apart) {
                continue;
            }
            match check_unique_keys(&map) {
                Ok(()) => prop_assert_ne!(x, y, "{:02x?}", map),
                Err(error) => {
                    // Unless a key stands twice in a map inside.
                    let is_outer = error.offset() == 1 + a.len() + 1;
                    prop_assert!(!is_outer || x == y, "{:02x?}: {}", map, error);
                }
            }
        }
    }

    /// What this encoder writes in any order is sorted as `ciborium`'s canonical values would be.
    #[test]
    fn sorted_maps_are_read_by_ciborium(keys in prop::collection::hash_set(any::<i64>(), 0..20)) {
        let mut bytes = Vec::new();
        Encoder::appending(&mut bytes)
            .map_sorted(keys.len(), |entries| -> Result<(), Error> {
                for key in &keys {
                    entries.integer(*key)?.integer(*key)?;
                }
                Ok(())
            })
            .unwrap();
        let Some(Value::Map(read)) = ciborium_reads(&bytes) else { panic!("{bytes:02x?}") };
        prop_assert_eq!(read.len(), keys.len());
        let encoded = |value: &Value| {
            let mut bytes = Vec::new();
            ciborium::into_writer(value, &mut bytes).unwrap();
            bytes
        };
        prop_assert!(read.iter().all(|(key, value)| key == value));
        prop_assert!(read.is_sorted_by_key(|(key, _)| encoded(key)));
    }
}

/// An item written anew by `ciborium`: the same value in preferred serialization, if it can read it.
fn again(bytes: &[u8]) -> Vec<u8> {
    let mut again = Vec::new();
    match ciborium_reads(bytes) {
        Some(value) => ciborium::into_writer(&value, &mut again).unwrap(),
        None => again.push(0x00),
    }
    again
}

/// What is said of the others above is still so: else the explanation has to go.
#[test]
fn the_named_differences_are_there() {
    let deep = [vec![0x81; MAX_DEPTH + 1], vec![0x00]].concat();
    for bytes in [&[0xf8, 0x14][..], &[0x81, 0xff], &[0xbf, 0x00, 0xff], &[0xbf, 0xa1, 0xff], &deep]
    {
        let error = check_well_formed(bytes).unwrap_err();
        assert!(minicbor_accepts(bytes), "{bytes:02x?}");
        assert!(minicbor_is_lenient(bytes, error), "{bytes:02x?}: {error}");
    }
    for bytes in [&[0xf8, 0x14][..], &[0x5f, 0x5f, 0x41, 0x00, 0xff, 0xff], &deep] {
        let error = check_well_formed(bytes).unwrap_err();
        assert!(ciborium_reads(bytes).is_some(), "{bytes:02x?}");
        assert!(ciborium_is_lenient(bytes, error), "{bytes:02x?}: {error}");
    }
    let bignum = [&[0xc3, 0x50, 0x80][..], &[0; 15]].concat();
    for bytes in [&[0xf0][..], &bignum] {
        assert_eq!(check_well_formed(bytes), Ok(()));
        assert!(ciborium_reads(bytes).is_none() && ciborium_is_strict(bytes), "{bytes:02x?}");
    }
    assert_eq!(ciborium_reads(&[0xf7]), Some(Value::Null));
    assert_eq!(ciborium_reads(&[0xc2, 0x41, 0x01]), Some(Value::from(1)));
}
