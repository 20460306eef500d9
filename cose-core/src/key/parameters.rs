//! The parameters of a `COSE_Key`, before its type gives them a meaning.

use super::operation::KeyOperations;
use crate::cbor::{Cursor, Entries, Type};
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, key as label};

/// The parameters of a `COSE_Key`, each at most once, before its type gives them a meaning.
#[derive(Default)]
pub(super) struct Parameters<'b> {
    pub kty: Option<i64>,
    pub kid: Option<&'b [u8]>,
    pub algorithm: Option<Algorithm>,
    pub operations: Option<KeyOperations>,
    pub base_iv: Option<&'b [u8]>,
    /// The values under -1, -2, -3 and -4.
    pub minus: [Option<Cursor<'b>>; 4],
}

impl<'b> Parameters<'b> {
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut parameters = Self::default();
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            let Some(integer) = label.integer() else {
                cursor.skip()?;
                continue;
            };
            let minus = match integer {
                label::KTY => {
                    let unsupported = cursor.error(ErrorKind::Unsupported);
                    parameters.kty = match cursor.peek()? {
                        Type::Text => return Err(unsupported),
                        _ => Some(cursor.integer()?),
                    };
                    continue;
                }
                label::KID => {
                    parameters.kid = Some(cursor.bytes()?);
                    continue;
                }
                label::ALG => {
                    let unsupported = cursor.error(ErrorKind::Unsupported);
                    parameters.algorithm = match cursor.peek()? {
                        Type::Text => return Err(unsupported),
                        _ => Some(Algorithm(cursor.integer()?)),
                    };
                    continue;
                }
                label::KEY_OPS => {
                    parameters.operations = Some(KeyOperations::parse(cursor)?);
                    continue;
                }
                label::BASE_IV => {
                    parameters.base_iv = Some(cursor.bytes()?);
                    continue;
                }
                -1 => 0,
                -2 => 1,
                -3 => 2,
                -4 => 3,
                _ => {
                    cursor.skip()?;
                    continue;
                }
            };
            if let Some(value) = parameters.minus.get_mut(minus) {
                *value = Some(cursor.item()?.cursor());
            }
        }
        Ok(parameters)
    }
}
