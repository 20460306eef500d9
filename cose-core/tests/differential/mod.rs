//! What `minicbor` and `ciborium` make of the same bytes, and every difference with its reason. Shared by
//! the property tests and the fuzz target.

use ciborium::Value;
use hexad_cose_core::cbor::{Cursor, Type, check_well_formed};
use hexad_cose_core::{Error, ErrorKind};
use minicbor::data::Token;

/// Both accept `bytes` or both refuse them, but for what is named below; what both accept, they read as
/// the same.
pub fn agree_with_minicbor(bytes: &[u8]) -> Result<(), String> {
    match check_well_formed(bytes) {
        Ok(()) if !minicbor_accepts(bytes) => Err(format!("refused by minicbor: {bytes:02x?}")),
        Ok(()) => {
            let (theirs, ours) = (tokens(bytes)?, told(bytes).map_err(|error| error.to_string())?);
            if ours == theirs { Ok(()) } else { Err(format!("{ours:?}, minicbor: {theirs:?}")) }
        }
        Err(error) if minicbor_accepts(bytes) && !minicbor_is_lenient(bytes, error) => {
            Err(format!("accepted by minicbor: {bytes:02x?}: {error}"))
        }
        Err(_) => Ok(()),
    }
}

/// The same with `ciborium`.
pub fn agree_with_ciborium(bytes: &[u8]) -> Result<(), String> {
    match (check_well_formed(bytes), ciborium_reads(bytes)) {
        (Ok(()), Some(theirs)) => {
            let ours = value(&mut Cursor::new(bytes)).map_err(|error| error.to_string())?;
            let (ours, theirs) = (shown(&ours), shown(&theirs));
            if ours == theirs { Ok(()) } else { Err(format!("{ours}, ciborium: {theirs}")) }
        }
        (Ok(()), None) if !ciborium_is_strict(bytes) => {
            Err(format!("refused by ciborium: {bytes:02x?}"))
        }
        (Err(error), Some(_)) if !ciborium_is_lenient(bytes, error) => {
            Err(format!("read by ciborium: {bytes:02x?}: {error}"))
        }
        _ => Ok(()),
    }
}

/// What `minicbor` accepts as one item.
pub fn minicbor_accepts(bytes: &[u8]) -> bool {
    let mut decoder = minicbor::Decoder::new(bytes);
    decoder.skip().is_ok() && decoder.position() == bytes.len()
}

/// Why `minicbor` accepts what is refused here.
pub fn minicbor_is_lenient(bytes: &[u8], error: Error) -> bool {
    match error.kind() {
        // RFC 8949, 3.3: simple values below 32 in two bytes; `skip` reads any argument.
        ErrorKind::ReservedValue => bytes.get(error.offset()) == Some(&0xf8),
        // `skip` counts breaks, not which item they end: one may stand for a value or end a definite length.
        ErrorKind::UnexpectedBreak => true,
        // The same, where the announced count was refused before the break was reached.
        ErrorKind::UnexpectedEnd => bytes.contains(&0xff),
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
pub fn told(bytes: &[u8]) -> Result<Vec<String>, Error> {
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
pub fn ciborium_reads(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).ok()?;
    rest.is_empty().then_some(value)
}

/// Why `ciborium` reads what is refused here.
pub fn ciborium_is_lenient(bytes: &[u8], error: Error) -> bool {
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
pub fn ciborium_is_strict(bytes: &[u8]) -> bool {
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

/// The item at `cursor` as `ciborium` would say it: `undefined` is null there, and bignums of
/// up to 16 bytes are integers as far as they fit.
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
            let (mut content, mut ahead) = (*cursor, *cursor);
            content.tag()?;
            let is_short = content.bytes().is_ok_and(|bytes| bytes.len() <= 16);
            match ahead.big_integer() {
                Ok(number) if is_short => {
                    *cursor = ahead;
                    return Ok(integer(number));
                }
                _ => {}
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
pub fn shown(value: &Value) -> String {
    format!("{value:?}")
}
