//! Adding a header parameter to a message that is made: the unprotected bucket is nobody's word.

use super::Parameter;
use crate::cbor::{Cursor, Encoder, Entries};
use crate::error::{Error, ErrorKind};

/// Writes `message`, tagged or not, with one more parameter in its unprotected bucket: a
/// countersignature, say. All else stays as it is.
///
/// # Errors
/// Those of CBOR; `UnexpectedType` when it is no message; `DuplicateKey` when the parameter is there
/// already; `TrailingBytes`; `BufferTooSmall`.
pub fn insert_unprotected<'w>(
    message: &[u8],
    parameter: &Parameter<'_>,
    buffer: &'w mut [u8],
) -> Result<&'w [u8], Error> {
    let mut cursor = Cursor::new(message);
    let start = cursor.rest();
    while cursor.peek()? == crate::cbor::Type::Tag {
        cursor.tag()?;
    }
    cursor.array()?;
    cursor.bytes()?;
    let mut encoder = Encoder::new(buffer);
    encoder.raw(start.until(&cursor).bytes())?;

    let mut count = 0usize;
    let (mut entries, mut ahead) = {
        let mut ahead = cursor;
        (Entries::enter(&mut ahead)?, ahead)
    };
    loop {
        let here = ahead;
        let Some(label) = entries.next(&mut ahead)? else { break };
        if label == parameter.label {
            return Err(here.error(ErrorKind::DuplicateKey));
        }
        ahead.skip()?;
        count = count.saturating_add(1);
    }
    encoder.map(count.saturating_add(1))?;
    let mut entries = Entries::enter(&mut cursor)?;
    let mut inserted = false;
    loop {
        let entry = cursor.rest();
        let Some(label) = entries.next(&mut cursor)? else { break };
        cursor.skip()?;
        if !inserted && parameter.label < label {
            parameter.encode(&mut encoder)?;
            inserted = true;
        }
        encoder.raw(entry.until(&cursor).bytes())?;
    }
    if !inserted {
        parameter.encode(&mut encoder)?;
    }

    // What is left are the other items of the message, and nothing behind them.
    let rest = cursor.rest().bytes();
    crate::cbor::check_well_formed(message)?;
    encoder.raw(rest)?;
    Ok(encoder.finish())
}
