//! CBOR Web Tokens: claims that a COSE message vouches for (RFC 8392), the key whose possession they
//! confirm (RFC 8747), and claims in headers (RFC 9597).
//!
//! ```
//! use hexad_cose_core::cwt::{self, Claims, Clock};
//! use hexad_cose_core::crypto::{Hash, Verify};
//! use hexad_cose_core::{Algorithm, Error, ErrorKind, Expect, Key, Message, Verified};
//!
//! fn accept<'b>(
//!     token: &'b [u8],
//!     issuer: &Key<'b>,
//!     clock: Clock,
//!     crypto: &mut (impl Hash + Verify),
//! ) -> Result<Verified<Claims<'b>>, Error> {
//!     let Message::Sign1(message) = cwt::parse(token)? else {
//!         return Err(Error::new(ErrorKind::UnexpectedTag, 0));
//!     };
//!     let message = message.check(issuer, Expect::alg(Algorithm::ESP256), crypto)?.run(crypto)?;
//!     let claims = Claims::verified(&message)?;
//!     claims.check_validity(clock)?;
//!     claims.check_audience("coap://light.example.com")?;
//!     Ok(claims)
//! }
//! ```
//!
//! A token is made by the builder of its message:
//!
//! ```
//! use hexad_cose_core::{Algorithm, Error, Sign1, crypto, cwt::Claims, iana::tag};
//!
//! fn issue<'w, B: crypto::Sign + crypto::Hash>(
//!     claims: &Claims<'_>,
//!     key: &B::Key,
//!     buffer: &'w mut [u8],
//!     backend: &mut B,
//! ) -> Result<&'w [u8], Error> {
//!     Sign1::builder(Algorithm::ESP256)
//!         .within_tag(tag::CWT)
//!         .payload_with(|encoder| claims.encode(encoder), buffer)?
//!         .sign(key, backend)
//! }
//! ```
//!
//! A nested token (RFC 8392, 7.2) is the plaintext or payload of another: [`parse`] reads the inner one
//! from what the outer one gave once it was verified, and the inner one is verified for itself.

mod claims;
mod confirmation;
mod others;
mod time;

pub use claims::{Audience, Claims, Content};
pub use confirmation::Confirmation;
pub use others::{Claim, Others, Writer};
pub use time::Clock;

use crate::cbor::Cursor;
use crate::error::Error;
use crate::iana::tag;
use crate::message::Message;

/// Reads one CWT that is all of `bytes`: a message of any kind, with the CWT tag (61) before its own
/// tag, or with its own alone.
///
/// # Errors
/// As [`Message::parse`]. Also the CWT tag has to be followed by that of the message (RFC 8392, 6).
pub fn parse(bytes: &[u8]) -> Result<Message<'_>, Error> {
    let mut cursor = Cursor::new(bytes);
    skip_tag(&mut cursor)?;
    let message = Message::parse_at(&mut cursor)?;
    cursor.finish()?;
    Ok(message)
}

/// Goes past the CWT tag (61) at `cursor`, and says whether it stood there: then a message with its own
/// tag has to follow. For whoever accepts one kind of message, and links no other.
///
/// # Errors
/// `UnexpectedEnd` or `UnexpectedType` when anything but a tag follows (RFC 8392, 6).
pub fn skip_tag(cursor: &mut Cursor<'_>) -> Result<bool, Error> {
    let mut ahead = *cursor;
    if ahead.tag() != Ok(tag::CWT) {
        return Ok(false);
    }
    *cursor = ahead;
    ahead.tag()?;
    Ok(true)
}

#[cfg(test)]
mod tests;
