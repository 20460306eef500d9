//! Signed tags: a `COSE_Sign1` or a `COSE_Sign` over a CoSWID (RFC 9393, section 7).

use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Check, ContentType, Expect, Headers, Key, Label, Sign, Sign1, Verified};

use crate::error::{Error, ErrorKind};
use crate::tag::{CBOR_TAG, ConciseSwidTag, MEDIA_TYPE};

/// A signed CoSWID as it stands in its encoding; nothing in it is proven.
///
/// The content type `application/swid+cbor` must be protected. The tag in the payload may be tagged
/// once more. With several signers it is a [`CosignedTag`].
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Sign, Verify};
/// use hexad_cose_core::{Algorithm, ContentType, Expect, Key, Sign1};
/// use hexad_coswid::{ConciseSwidTag, Error, MEDIA_TYPE, SignedTag};
///
/// fn sign<'w, B: Sign + Hash>(
///     tag: &[u8],
///     buffer: &'w mut [u8],
///     key: &B::Key,
///     crypto: &mut B,
/// ) -> Result<&'w [u8], hexad_cose_core::Error> {
///     let message = Sign1::builder(Algorithm::ESP256).content_type(ContentType::Text(MEDIA_TYPE));
///     message.payload(tag, buffer)?.sign(key, crypto)
/// }
///
/// fn name<'b>(
///     bytes: &'b [u8],
///     key: &Key<'b>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<&'b str, Error> {
///     let check = SignedTag::parse(bytes)?.check(key, Expect::alg(Algorithm::ESP256), crypto)?;
///     let tag = SignedTag::tag(check.run(crypto)?)?;
///     Ok(tag.software_name)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SignedTag<'b> {
    message: Sign1<'b>,
}

impl<'b> SignedTag<'b> {
    /// Reads a `COSE_Sign1` with or without [`CBOR_TAG`] before it, that is all of `bytes`.
    ///
    /// # Errors
    /// `Cbor` as [`Sign1::parse`]; `ContentType` when the protected one is not
    /// `application/swid+cbor`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let message = whole(bytes, Sign1::parse_at)?;
        require_content_type(message.headers())?;
        Ok(Self { message })
    }

    /// The message: its header parameters are the sender's word.
    #[must_use]
    pub const fn message(&self) -> &Sign1<'b> {
        &self.message
    }

    /// What has to be proven for this to be `key`'s word; running it gives the verified message, from
    /// which [`tag`](Self::tag) takes the tag.
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

    /// The tag in a message that was verified, parsed only now.
    ///
    /// # Errors
    /// As [`ConciseSwidTag::parse`], with offsets in the signed input.
    pub fn tag(message: Verified<Sign1<'b>>) -> Result<Verified<ConciseSwidTag<'b>>, Error> {
        let payload = message.payload_raw();
        message.try_map(|_| in_payload(payload))
    }
}

/// A CoSWID with any number of signers (`COSE_Sign`); nothing in it is proven.
///
/// The rules of [`SignedTag`] hold for the header parameters of the body. Each signature is checked by
/// itself; which of them count is the caller's policy.
///
/// ```
/// use hexad_cose_core::{Algorithm, Expect, Key, crypto::{Hash, Verify}};
/// use hexad_coswid::{CosignedTag, Error};
///
/// /// The name of the software, if `key` is among the signers.
/// fn name<'b>(
///     bytes: &'b [u8],
///     key: &Key<'b>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Option<&'b str>, Error> {
///     let signed = CosignedTag::parse(bytes)?;
///     for signature in signed.message().signatures().filter(|one| one.headers().kid() == key.kid()) {
///         let expect = Expect::alg(Algorithm::ESP256);
///         let check = signed.message().check(&signature, key, expect, crypto)?;
///         return Ok(Some(CosignedTag::tag(check.run(crypto)?)?.software_name));
///     }
///     Ok(None)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct CosignedTag<'b> {
    message: Sign<'b>,
}

impl<'b> CosignedTag<'b> {
    /// Reads a `COSE_Sign` with or without [`CBOR_TAG`] before it, that is all of `bytes`.
    ///
    /// # Errors
    /// `Cbor` as [`Sign::parse`]; `ContentType` when the protected one is not
    /// `application/swid+cbor`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let message = whole(bytes, Sign::parse_at)?;
        require_content_type(message.headers())?;
        Ok(Self { message })
    }

    /// The message, whose signatures can be [checked](Sign::check): its header parameters are the
    /// sender's word.
    #[must_use]
    pub const fn message(&self) -> &Sign<'b> {
        &self.message
    }

    /// The tag in a message of which a signature was verified, parsed only now.
    ///
    /// # Errors
    /// As [`ConciseSwidTag::parse`], with offsets in the signed input.
    pub fn tag(message: Verified<Sign<'b>>) -> Result<Verified<ConciseSwidTag<'b>>, Error> {
        let payload = message.payload_raw();
        message.try_map(|_| in_payload(payload))
    }
}

/// The message that is all of `bytes`, but for [`CBOR_TAG`].
fn whole<'b, M>(
    bytes: &'b [u8],
    parse: impl FnOnce(&mut Cursor<'b>) -> Result<M, hexad_cose_core::Error>,
) -> Result<M, Error> {
    let mut cursor = Cursor::new(bytes);
    let mut tagged = cursor;
    if matches!(tagged.tag(), Ok(CBOR_TAG)) {
        cursor = tagged;
    }
    let message = parse(&mut cursor)?;
    cursor.finish()?;
    Ok(message)
}

fn require_content_type(headers: &Headers<'_>) -> Result<(), Error> {
    let label = Label::Integer(hexad_cose_core::iana::header::CONTENT_TYPE);
    let protected = headers.get_protected(label).is_some();
    if protected && headers.content_type() == Some(ContentType::Text(MEDIA_TYPE)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::ContentType, headers.protected().offset()))
}

fn in_payload(payload: Raw<'_>) -> Result<ConciseSwidTag<'_>, Error> {
    let mut cursor = payload.cursor();
    let tag = ConciseSwidTag::parse_at(&mut cursor)?;
    cursor.finish()?;
    Ok(tag)
}
