//! The CBOR cursor, checker, diagnostic notation and encoder agree about any bytes.

#![no_main]

use hexad_cose_core::cbor::{
    Cursor, Encoder, Type, check_deterministic, check_well_formed, diagnose,
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
    assert_eq!(diagnose(data).is_ok(), well_formed);
    if check_deterministic(data).is_ok() {
        assert!(well_formed);
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
            Type::Null => {
                cursor.head()?;
                encoder.null()?
            }
            Type::Undefined => {
                cursor.head()?;
                encoder.undefined()?
            }
            Type::Simple => {
                let value = u8::try_from(cursor.head()?.argument).map_err(|_| error)?;
                encoder.simple(value)?
            }
            Type::Break => return Err(error),
        };
    }
    Ok(())
}
