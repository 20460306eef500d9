//! `COSE_Signature`: what one signer of a `COSE_Sign` adds (RFC 9052, 4.1); full countersignatures
//! have the same form.

use crate::cbor::{Cursor, Items, Raw};
use crate::check::Check;
use crate::crypto::{Hash, Signed};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::Headers;
use crate::iana::Algorithm;
use crate::key::{Key, PublicKey};
use crate::segments::Segments;

/// The header parameters and the signature of one signer; nothing in it is proven.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'b> {
    headers: Headers<'b>,
    signature: Raw<'b>,
}

impl<'b> Signature<'b> {
    /// Reads the `COSE_Signature` at `cursor`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `Length` when it is not an array of three.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(3)?;
        let headers = Headers::parse(cursor)?;
        let signature = cursor.byte_string()?;
        Ok(Self { headers, signature })
    }

    /// The header parameters: the sender's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        &self.headers
    }

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &'b [u8] {
        self.signature.bytes()
    }

    pub(super) const fn raw(&self) -> Raw<'b> {
        self.signature
    }
}

/// The algorithm and the public key that a signature has to be checked with, when the caller accepts
/// the one and the other may serve it.
pub(super) fn accept<'c>(
    headers: &Headers<'_>,
    key: &Key<'c>,
    expect: &Expect<'_>,
) -> Result<(Algorithm, PublicKey<'c>), Error> {
    let algorithm = expect.accept(headers)?;
    match key.verifier(algorithm) {
        Some(public) => Ok((algorithm, public)),
        None => Err(headers.protected().error(ErrorKind::KeyMismatch)),
    }
}

/// The check of `signature` over `message`.
pub(super) fn check<'c, T>(
    (algorithm, key): (Algorithm, PublicKey<'c>),
    message: Segments<'c>,
    signature: Raw<'c>,
    hash: &mut impl Hash,
    value: T,
) -> Result<Check<'c, T>, Error> {
    let offset = signature.offset();
    let signed = Signed::new(algorithm, message, hash).map_err(|error| error.at(offset))?;
    Ok(Check::new(algorithm, key, signed, signature.bytes(), offset, value))
}

/// The signatures of a message, in order.
#[derive(Clone, Debug)]
pub struct Signatures<'b> {
    cursor: Cursor<'b>,
    items: Items,
}

impl<'b> Signatures<'b> {
    /// Reads the array of signatures at `cursor`, which must not be empty.
    pub(super) fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let empty = cursor.error(ErrorKind::Length);
        let mut items = cursor.array()?;
        let signatures = Self { cursor: *cursor, items };
        let mut any = false;
        while items.next(cursor)? {
            Signature::parse_at(cursor)?;
            any = true;
        }
        if any { Ok(signatures) } else { Err(empty) }
    }
}

impl<'b> Iterator for Signatures<'b> {
    type Item = Signature<'b>;

    fn next(&mut self) -> Option<Signature<'b>> {
        // They were parsed before, so they parse again.
        if self.items.next(&mut self.cursor).ok()? {
            Signature::parse_at(&mut self.cursor).ok()
        } else {
            None
        }
    }
}
