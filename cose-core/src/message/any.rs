//! A message of whichever kind its tag says (RFC 9052, 2).

use super::{Encrypt, Encrypt0, Mac, Mac0, Sign, Sign1};
use crate::cbor::{Cursor, Raw, Type};
use crate::error::{Error, ErrorKind};
use crate::header::Headers;
use crate::iana::tag;

/// A message of any kind; nothing in it is proven. Whoever expects one kind reads that kind, and links
/// no other.
///
/// ```
/// use hexad_cose_core::Message;
///
/// # let bytes = [0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x41, 0x00, 0x41, 0x00];
/// match Message::parse(&bytes)? {
///     Message::Sign1(message) => assert_eq!(message.signature(), [0]),
///     other => panic!("{} is not what is expected here", other.name()),
/// }
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum Message<'b> {
    /// `COSE_Sign`, tag 98.
    Sign(Sign<'b>),
    /// `COSE_Sign1`, tag 18.
    Sign1(Sign1<'b>),
    /// `COSE_Encrypt`, tag 96.
    Encrypt(Encrypt<'b>),
    /// `COSE_Encrypt0`, tag 16.
    Encrypt0(Encrypt0<'b>),
    /// `COSE_Mac`, tag 97.
    Mac(Mac<'b>),
    /// `COSE_Mac0`, tag 17.
    Mac0(Mac0<'b>),
}

impl<'b> Message<'b> {
    /// Reads one message that is all of `bytes`, by its tag.
    ///
    /// # Errors
    /// `UnexpectedType` without a tag; `UnexpectedTag` for another one; those of the kind of message.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let message = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(message)
    }

    /// Reads the message at `cursor`, by its tag.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut ahead = *cursor;
        let number = ahead.tag()?;
        Self::parse_as(number, cursor)
    }

    /// Reads the message at `cursor` that has the tag `number`, there or not: of a kind that the
    /// application knows.
    ///
    /// # Errors
    /// `UnexpectedTag` for the number of no message, or another tag; those of the kind of message.
    pub fn parse_as(number: u64, cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        match number {
            tag::SIGN => Sign::parse_at(cursor).map(Self::Sign),
            tag::SIGN1 => Sign1::parse_at(cursor).map(Self::Sign1),
            tag::ENCRYPT => Encrypt::parse_at(cursor).map(Self::Encrypt),
            tag::ENCRYPT0 => Encrypt0::parse_at(cursor).map(Self::Encrypt0),
            tag::MAC => Mac::parse_at(cursor).map(Self::Mac),
            tag::MAC0 => Mac0::parse_at(cursor).map(Self::Mac0),
            _ => Err(cursor.error(ErrorKind::UnexpectedTag)),
        }
    }

    /// The tag of the kind.
    #[must_use]
    pub const fn tag(&self) -> u64 {
        match self {
            Self::Sign(_) => tag::SIGN,
            Self::Sign1(_) => tag::SIGN1,
            Self::Encrypt(_) => tag::ENCRYPT,
            Self::Encrypt0(_) => tag::ENCRYPT0,
            Self::Mac(_) => tag::MAC,
            Self::Mac0(_) => tag::MAC0,
        }
    }

    /// The name of the kind in the standard.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sign(_) => "COSE_Sign",
            Self::Sign1(_) => "COSE_Sign1",
            Self::Encrypt(_) => "COSE_Encrypt",
            Self::Encrypt0(_) => "COSE_Encrypt0",
            Self::Mac(_) => "COSE_Mac",
            Self::Mac0(_) => "COSE_Mac0",
        }
    }

    /// The header parameters of the body: the sender's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        match self {
            Self::Sign(message) => message.headers(),
            Self::Sign1(message) => message.headers(),
            Self::Encrypt(message) => message.headers(),
            Self::Encrypt0(message) => message.headers(),
            Self::Mac(message) => message.headers(),
            Self::Mac0(message) => message.headers(),
        }
    }

    /// The payload or ciphertext, of which nothing is known yet, unless it is carried elsewhere.
    #[must_use]
    pub const fn unverified_content(&self) -> Option<Raw<'b>> {
        match self {
            Self::Sign(message) => message.unverified_payload(),
            Self::Sign1(message) => message.unverified_payload(),
            Self::Encrypt(message) => message.ciphertext(),
            Self::Encrypt0(message) => message.ciphertext(),
            Self::Mac(message) => message.unverified_payload(),
            Self::Mac0(message) => message.unverified_payload(),
        }
    }

    /// Whether `bytes` begin with the tag of a message.
    #[must_use]
    pub fn is_tagged(bytes: &[u8]) -> bool {
        let mut cursor = Cursor::new(bytes);
        cursor.peek() == Ok(Type::Tag)
            && matches!(
                cursor.tag(),
                Ok(tag::SIGN | tag::SIGN1 | tag::ENCRYPT | tag::ENCRYPT0 | tag::MAC | tag::MAC0)
            )
    }
}
