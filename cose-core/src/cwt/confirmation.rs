//! `cnf`: the key whose possession a token's presenter has to prove (RFC 8747, 3.1).

use crate::cbor::{Cursor, Encoder, Entries, Raw, Type, find};
use crate::error::{Error, ErrorKind};
use crate::key::Key;
use crate::labels::Label;
use crate::message::{Encrypt, Encrypt0, Message};

/// Labels of confirmation members (RFC 8747, 7.2; RFC 9679, 5.6).
mod member {
    pub const COSE_KEY: i64 = 1;
    pub const ENCRYPTED_COSE_KEY: i64 = 2;
    pub const KID: i64 = 3;
    pub const CKT: i64 = 5;
}

/// A confirmation claim, kept as it is encoded: one key, in plain, encrypted, or by its name.
///
/// ```
/// use hexad_cose_core::{Curve, Key, PublicKey, cwt::Confirmation};
///
/// let key = Key::from_public(PublicKey::Okp { curve: Curve::Ed25519, x: &[7; 32] });
/// let mut buffer = [0; 64];
/// let confirmation = Confirmation::of_key(&key, &mut buffer)?;
/// // What the presenter signs is checked under this key.
/// assert_eq!(confirmation.key().and_then(|key| key.public()), key.public());
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Confirmation<'b> {
    map: Raw<'b>,
}

impl<'b> Confirmation<'b> {
    /// Reads the claim's value at `cursor`.
    ///
    /// # Errors
    /// Those of CBOR, of [`Key::parse_at`] and of encrypted messages in its members; `InvalidValue` for
    /// a key both in plain and encrypted: there is one (RFC 8747, 3.1).
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let start = cursor.rest();
        let mut entries = Entries::enter(cursor)?;
        let (mut plain, mut encrypted) = (false, false);
        while let Some(label) = entries.next(cursor)? {
            match label.integer() {
                Some(member::COSE_KEY) => {
                    Key::parse_at(cursor)?;
                    plain = true;
                }
                Some(member::ENCRYPTED_COSE_KEY) => {
                    encrypted_message(cursor)?;
                    encrypted = true;
                }
                Some(member::KID | member::CKT) => {
                    cursor.bytes()?;
                }
                _ => cursor.skip()?,
            }
        }
        if plain && encrypted {
            return Err(start.error(ErrorKind::InvalidValue));
        }
        Ok(Self { map: start.until(cursor) })
    }

    /// One from its encoding, a map as RFC 8747 defines it.
    ///
    /// # Errors
    /// As [`parse_at`](Self::parse_at); `TrailingBytes`.
    pub fn parse(map: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(map);
        let confirmation = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(confirmation)
    }

    /// One with the public half of `key`, with its `kid` and `alg`, encoded into `buffer`.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` for a key without a public half: a symmetric one must be
    /// encrypted (RFC 8747, 3.3).
    pub fn of_key(key: &Key<'_>, buffer: &'b mut [u8]) -> Result<Self, Error> {
        let mut encoder = Encoder::new(buffer);
        encoder.map(1)?.integer(member::COSE_KEY)?;
        key.encode_public(&mut encoder)?;
        Ok(Self { map: Raw::new(encoder.finish(), 0) })
    }

    /// One with a `COSE_Key` that is encrypted: a `COSE_Encrypt0` or `COSE_Encrypt`, copied into
    /// `buffer`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), of the message; `BufferTooSmall`.
    pub fn of_encrypted_key(message: &[u8], buffer: &'b mut [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(message);
        encrypted_message(&mut cursor)?;
        cursor.finish()?;
        let mut encoder = Encoder::new(buffer);
        encoder.map(1)?.integer(member::ENCRYPTED_COSE_KEY)?.raw(message)?;
        Ok(Self { map: Raw::new(encoder.finish(), 0) })
    }

    /// One with the identifier of a key that the recipient has, encoded into `buffer`.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn of_kid(kid: &[u8], buffer: &'b mut [u8]) -> Result<Self, Error> {
        let mut encoder = Encoder::new(buffer);
        encoder.map(1)?.integer(member::KID)?.bytes(kid)?;
        Ok(Self { map: Raw::new(encoder.finish(), 0) })
    }

    /// The encoded map.
    #[must_use]
    pub const fn as_bytes(&self) -> &'b [u8] {
        self.map.bytes()
    }

    /// The key, where it stands in plain (`COSE_Key`).
    #[must_use]
    pub fn key(&self) -> Option<Key<'b>> {
        // Validated when it was read, so neither this nor what follows can fail.
        Key::parse_at(&mut self.member(member::COSE_KEY)?.cursor()).ok()
    }

    /// The encrypted key (`Encrypted_COSE_Key`): a [`Message::Encrypt0`] or [`Message::Encrypt`], whose
    /// plaintext is a `COSE_Key`.
    #[must_use]
    pub fn encrypted_key(&self) -> Option<Message<'b>> {
        encrypted_message(&mut self.member(member::ENCRYPTED_COSE_KEY)?.cursor()).ok()
    }

    /// The identifier of the key (`kid`).
    #[must_use]
    pub fn kid(&self) -> Option<&'b [u8]> {
        self.member(member::KID)?.cursor().bytes().ok()
    }

    /// The SHA-256 thumbprint of the key (`ckt`; RFC 9679, 5.6).
    #[must_use]
    pub fn thumbprint(&self) -> Option<&'b [u8]> {
        self.member(member::CKT)?.cursor().bytes().ok()
    }

    fn member(&self, label: i64) -> Option<Raw<'b>> {
        find(self.map, Label::Integer(label)).ok().flatten()
    }
}

impl PartialEq for Confirmation<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

/// Reads an encrypted message of either kind, with or without its tag: without one, its size tells.
fn encrypted_message<'b>(cursor: &mut Cursor<'b>) -> Result<Message<'b>, Error> {
    let mut ahead = *cursor;
    if ahead.peek()? == Type::Tag {
        ahead.tag()?;
    }
    match ahead.array()?.definite() {
        Some(3) => Encrypt0::parse_at(cursor).map(Message::Encrypt0),
        _ => Encrypt::parse_at(cursor).map(Message::Encrypt),
    }
}
