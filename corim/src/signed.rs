//! `signed-corim`: a `COSE_Sign1` over a CoRIM.

use hexad_cose_core::cbor::{Cursor, Encoder};
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Check, ContentType, Expect, Key, Label, Sign1, Verified, iana::header};

use crate::corim::Corim;
use crate::error::{Error, ErrorKind};
use crate::map::{self, Codec, Extensions};
use crate::values::{Validity, uri, write_uri};

/// The media type of a CoRIM, and the content type of a signed one.
pub const MEDIA_TYPE: &str = "application/rim+cbor";

/// The header parameter `corim-meta`.
const CORIM_META: i64 = 8;

/// A signed CoRIM as it stands in its encoding; nothing in it is proven.
///
/// The content type `application/rim+cbor` must be protected, and so must what is said of the signer:
/// `corim-meta`, or CWT claims (RFC 9597) with an issuer.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, Expect, Key, Verified};
/// use hexad_corim::{Corim, Error, SignedCorim};
///
/// fn verify<'b>(
///     bytes: &'b [u8],
///     key: &Key<'b>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Verified<Corim<'b>>, Error> {
///     let check = SignedCorim::parse(bytes)?.check(key, Expect::alg(Algorithm::ESP256), crypto)?;
///     SignedCorim::corim(check.run(crypto)?)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SignedCorim<'b> {
    message: Sign1<'b>,
    meta: Option<Meta<'b>>,
}

impl<'b> SignedCorim<'b> {
    /// Reads a `COSE_Sign1` that is all of `bytes`.
    ///
    /// # Errors
    /// `Cbor` as [`Sign1::parse`]; `ContentType`; `Signer` when nothing is said of the signer; `Missing` and
    /// `Order` in `corim-meta`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let message = Sign1::parse(bytes)?;
        let headers = message.headers();
        let here = headers.protected().offset();
        let protected = headers.get_protected(Label::Integer(header::CONTENT_TYPE)).is_some();
        if !protected || headers.content_type() != Some(ContentType::Text(MEDIA_TYPE)) {
            return Err(Error::new(ErrorKind::ContentType, here));
        }
        let mut meta = None;
        if let Some(wrapped) = headers.get_protected(Label::Integer(CORIM_META)) {
            let mut cursor = wrapped.cursor().wrapped()?;
            meta = Some(Meta::parse(&mut cursor)?);
            cursor.finish()?;
        } else {
            let claims = headers.get_protected(Label::Integer(header::CWT_CLAIMS));
            let claims = claims.ok_or(Error::new(ErrorKind::Signer, here))?;
            let mut issuer = None;
            map::read(&mut claims.cursor(), &[1], |_, cursor| {
                issuer = Some(cursor.text()?);
                Ok(())
            })?;
            issuer.ok_or(Error::new(ErrorKind::Signer, claims.offset()))?;
        }
        Ok(Self { message, meta })
    }

    /// The message: its header parameters are the sender's word.
    #[must_use]
    pub const fn message(&self) -> &Sign1<'b> {
        &self.message
    }

    /// What `corim-meta` says of the signer: the sender's word.
    #[must_use]
    pub const fn meta(&self) -> Option<&Meta<'b>> {
        self.meta.as_ref()
    }

    /// What has to be proven for this to be `key`'s word; running it gives the verified message, from
    /// which [`corim`](Self::corim) takes the manifest.
    ///
    /// # Errors
    /// `Cbor` as [`Sign1::check`].
    pub fn check<'c>(
        self,
        key: &Key<'c>,
        expect: Expect<'c>,
        hash: &mut impl Hash,
    ) -> Result<Check<'c, Sign1<'b>>, Error>
    where
        'b: 'c,
    {
        Ok(self.message.check(key, expect, hash)?)
    }

    /// The manifest in a message that was verified, parsed only now.
    ///
    /// # Errors
    /// As [`Corim::parse`], with offsets in the signed input.
    pub fn corim(message: Verified<Sign1<'b>>) -> Result<Verified<Corim<'b>>, Error> {
        let payload = message.payload_raw();
        message.try_map(|_| {
            let mut cursor = payload.cursor();
            let corim = Corim::parse_at(&mut cursor)?;
            cursor.finish()?;
            Ok(corim)
        })
    }
}

/// `corim-meta-map`: who signed, and how long that holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meta<'b> {
    /// `signer-name`
    pub signer_name: &'b str,
    /// `signer-uri`
    pub signer_uri: Option<&'b str>,
    /// `signature-validity`
    pub signature_validity: Option<Validity>,
}

impl<'b> Meta<'b> {
    /// Writes it into `buffer`: the content of the byte string that the header parameter 8 is.
    ///
    /// # Errors
    /// `Cbor` with `BufferTooSmall`; `Order`.
    pub fn encode<'w>(&self, buffer: &'w mut [u8]) -> Result<&'w [u8], Error> {
        let mut encoder = Encoder::new(buffer);
        Codec::encode(self, &mut encoder)?;
        Ok(encoder.finish())
    }
}

impl<'b> Codec<'b> for Meta<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut signer_name, mut signer_uri, mut signature_validity) = (None, None, None);
        map::read(cursor, &[0, 1], |label, cursor| {
            if label == 1 {
                signature_validity = Some(Validity::parse(cursor)?);
                return Ok(());
            }
            map::read(cursor, &[0, 1], |label, cursor| {
                match label {
                    0 => signer_name = Some(cursor.text()?),
                    _ => signer_uri = Some(uri(cursor)?),
                }
                Ok(())
            })
            .map(drop)
        })?;
        let signer_name = signer_name.ok_or(Error::new(ErrorKind::Missing(0), here))?;
        Ok(Self { signer_name, signer_uri, signature_validity })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &Extensions::NONE, |members| {
            members.put(0, |encoder| {
                map::write(encoder, &Extensions::NONE, |members| {
                    members.text(0, Some(self.signer_name))?;
                    match self.signer_uri {
                        None => Ok(()),
                        Some(uri) => members.put(1, |encoder| write_uri(encoder, uri)),
                    }
                })
            })?;
            members.value(1, self.signature_validity.as_ref())
        })
    }
}
