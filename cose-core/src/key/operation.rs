//! What a key may be used for (RFC 9052, 7.1).

use crate::cbor::{Cursor, Type};
use crate::error::{Error, ErrorKind};

/// An operation that `key_ops` can restrict a key to (RFC 9052, table 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyOperation {
    /// 1: create signatures.
    Sign = 1,
    /// 2: verify signatures.
    Verify = 2,
    /// 3: encrypt content.
    Encrypt = 3,
    /// 4: decrypt content.
    Decrypt = 4,
    /// 5: wrap keys.
    WrapKey = 5,
    /// 6: unwrap keys.
    UnwrapKey = 6,
    /// 7: derive keys.
    DeriveKey = 7,
    /// 8: derive bits that are not keys.
    DeriveBits = 8,
    /// 9: create tags.
    MacCreate = 9,
    /// 10: check tags.
    MacVerify = 10,
}

/// The operations that a key is restricted to, one bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyOperations(u16);

impl KeyOperations {
    /// Reads `key_ops`. Operations without a number, or with one that is not registered, can't be
    /// asked for, but they restrict the key all the same.
    pub fn parse(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let mut operations = 0;
        let empty = cursor.error(ErrorKind::Length);
        let mut items = cursor.array()?;
        let mut any = false;
        while items.next(cursor)? {
            any = true;
            match cursor.peek()? {
                Type::Text => cursor.skip()?,
                _ => {
                    if let Ok(operation @ 0..=15) = u8::try_from(cursor.integer()?) {
                        operations |= 1 << operation;
                    }
                }
            }
        }
        if any { Ok(Self(operations)) } else { Err(empty) }
    }

    /// Whether `operation` is among them.
    pub const fn contain(self, operation: KeyOperation) -> bool {
        self.0 & (1 << operation as u8) != 0
    }
}
