//! The CBOR cursor, checks, diagnostic notation and encoder agree about any bytes, and so do minicbor and
//! ciborium.

#![no_main]

#[path = "../../cose-core/tests/differential/mod.rs"]
mod differential;

use hexad_cose_core::cbor::{
    Cursor, Encoder, Type, check_deterministic, check_unique_keys, check_well_formed, diagnose,
    parse_diagnostic,
};
use hexad_cose_core::{Error, ErrorKind};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let well_formed =
        accepts_exactly(data, |data| check_well_formed(data).map_err(|error| error.offset()));
    let mut cursor = Cursor::new(data);
    match cursor.skip() {
        // What is skipped is one whole item: the check differs in what stands behind it alone.
        Ok(()) => {
            let length = data.len() - cursor.rest().bytes().len();
            assert_eq!(check_well_formed(&data[..length]), Ok(()));
            assert_eq!(cursor.finish().is_ok(), well_formed);
        }
        Err(error) => assert_eq!(check_well_formed(data), Err(error)),
    }
    assert_eq!(differential::agree_with_minicbor(data), Ok(()));
    assert_eq!(differential::agree_with_ciborium(data), Ok(()));
    let notation = diagnose(data);
    assert_eq!(notation.is_ok(), well_formed);
    if let Ok(text) = notation {
        assert_eq!(parse_diagnostic(&text).as_deref(), Ok(data), "{text}");
    }
    match check_unique_keys(data) {
        Ok(()) => assert!(well_formed),
        Err(error) => assert!(error.offset() <= data.len()),
    }
    if check_deterministic(data).is_ok() {
        assert!(well_formed);
        assert_eq!(check_unique_keys(data), Ok(()), "keys that ascend are unique");
        let mut again = Vec::new();
        let mut cursor = Cursor::new(data);
        let written = encode(&mut cursor, &mut Encoder::appending(&mut again));
        assert_eq!(written, Ok(()), "what is deterministic can be written");
        assert_eq!(again, data);
    }
});

/// Writes every item of `cursor`, read by its value.
fn encode(cursor: &mut Cursor<'_>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
    while !cursor.is_empty() {
        let error = cursor.error(ErrorKind::InvalidValue);
        match cursor.peek()? {
            Type::Unsigned => encoder.unsigned(cursor.unsigned()?)?,
            Type::Negative => encoder.negative(cursor.head()?.argument)?,
            Type::Bytes => encoder.bytes(cursor.bytes()?)?,
            Type::Text => encoder.text(cursor.text()?)?,
            Type::Array => encoder.array(cursor.array()?.definite().ok_or(error)?)?,
            Type::Map => encoder.map(cursor.map()?.definite().ok_or(error)?)?,
            Type::Tag => encoder.tag(cursor.tag()?)?,
            Type::Bool => encoder.boolean(cursor.boolean()?)?,
            Type::Float => {
                // Every NaN is written as one; which it was is not kept.
                let start = cursor.rest().bytes();
                let float = cursor.float()?;
                let length = start.len() - cursor.rest().bytes().len();
                if float.is_nan() {
                    encoder.raw(&start[..length])?
                } else {
                    encoder.float(float)?
                }
            }
            Type::Null | Type::Undefined | Type::Simple => encoder.simple(cursor.simple()?)?,
            Type::Break => return Err(error),
        };
    }
    Ok(())
}
