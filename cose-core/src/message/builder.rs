//! A message that is being made: its header parameters are chosen, its payload is written into the
//! caller's buffer, and a signature, a tag or a cipher makes it whole.

use core::marker::PhantomData;

use super::structure::{Part, Structure};
use crate::cbor::Encoder;
use crate::error::{Error, ErrorKind};
use crate::header::{ContentType, NewHeaders};
use crate::iana::Algorithm;

/// The kinds of messages that a [`Builder`] makes.
pub mod kind {
    pub use super::Plain;
    use super::Sealed;
    use crate::iana::tag;
    use crate::message::structure;

    /// A kind of message: its tag, how many items its array has, and what is signed or authenticated.
    pub trait Kind: Sealed {
        /// The CBOR tag.
        const TAG: u64;
        /// The length of the array.
        const LENGTH: usize;
        /// Head and context string of the structure that is signed, authenticated or bound.
        const STRUCTURE: &'static [u8];
    }

    /// `COSE_Sign1`.
    #[derive(Clone, Copy, Debug)]
    pub enum Sign1 {}
    /// `COSE_Sign`.
    #[derive(Clone, Copy, Debug)]
    pub enum Sign {}
    /// `COSE_Mac0`.
    #[derive(Clone, Copy, Debug)]
    pub enum Mac0 {}
    /// `COSE_Mac`.
    #[derive(Clone, Copy, Debug)]
    pub enum Mac {}
    /// `COSE_Encrypt0`.
    #[derive(Clone, Copy, Debug)]
    pub enum Encrypt0 {}
    /// `COSE_Encrypt`.
    #[derive(Clone, Copy, Debug)]
    pub enum Encrypt {}

    impl Sealed for Sign1 {}
    impl Kind for Sign1 {
        const STRUCTURE: &'static [u8] = structure::SIGNATURE1;
        const TAG: u64 = tag::SIGN1;
        const LENGTH: usize = 4;
    }
    impl Sealed for Sign {}
    impl Kind for Sign {
        const STRUCTURE: &'static [u8] = structure::SIGNATURE;
        const TAG: u64 = tag::SIGN;
        const LENGTH: usize = 4;
    }
    impl Sealed for Mac0 {}
    impl Kind for Mac0 {
        const STRUCTURE: &'static [u8] = structure::MAC0;
        const TAG: u64 = tag::MAC0;
        const LENGTH: usize = 4;
    }
    impl Sealed for Mac {}
    impl Kind for Mac {
        const STRUCTURE: &'static [u8] = structure::MAC;
        const TAG: u64 = tag::MAC;
        const LENGTH: usize = 5;
    }
    impl Sealed for Encrypt0 {}
    impl Kind for Encrypt0 {
        const STRUCTURE: &'static [u8] = structure::ENCRYPT0;
        const TAG: u64 = tag::ENCRYPT0;
        const LENGTH: usize = 3;
    }
    impl Sealed for Encrypt {}
    impl Kind for Encrypt {
        const STRUCTURE: &'static [u8] = structure::ENCRYPT;
        const TAG: u64 = tag::ENCRYPT;
        const LENGTH: usize = 4;
    }
}

use kind::Kind;

/// Only the kinds above are kinds.
pub trait Sealed {}

/// A message to be made, of the kind `K`: its header parameters are chosen first.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, NewHeaders, Sign1, crypto};
///
/// # fn make<B: crypto::Sign + crypto::Hash>(key: &B::Key, backend: &mut B) -> Result<(), Error> {
/// let mut buffer = [0; 256];
/// let message = Sign1::builder(NewHeaders::new(Algorithm::ESP256).kid(b"11"))
///     .payload(b"hello", &mut buffer)?
///     .sign(key, backend)?;
/// # let _ = message; Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Builder<'a, K> {
    pub(super) headers: NewHeaders<'a>,
    pub(super) external_aad: &'a [u8],
    tagged: bool,
    outer_tag: Option<u64>,
    kind: PhantomData<K>,
}

impl<'a, K: Kind> Builder<'a, K> {
    pub(super) fn new(headers: impl Into<NewHeaders<'a>>) -> Self {
        Self {
            headers: headers.into(),
            external_aad: &[],
            tagged: true,
            outer_tag: None,
            kind: PhantomData,
        }
    }

    /// With a key identifier, unprotected.
    #[must_use]
    pub const fn kid(mut self, kid: &'a [u8]) -> Self {
        self.headers = self.headers.kid(kid);
        self
    }

    /// With a content type, protected.
    #[must_use]
    pub const fn content_type(mut self, content_type: ContentType<'a>) -> Self {
        self.headers = self.headers.content_type(content_type);
        self
    }

    /// With externally supplied data (RFC 9052, 4.4, 5.3 and 6.3).
    #[must_use]
    pub const fn external_aad(mut self, external_aad: &'a [u8]) -> Self {
        self.external_aad = external_aad;
        self
    }

    /// With this tag around the message: 61 for a CWT (RFC 8392, 6).
    #[must_use]
    pub const fn within_tag(mut self, number: u64) -> Self {
        self.outer_tag = Some(number);
        self
    }

    /// Without the message's own tag.
    #[must_use]
    pub const fn untagged(mut self) -> Self {
        self.tagged = false;
        self
    }

    /// Writes all that stands before the content; where the content of the protected bucket stands.
    pub(super) fn start<'w>(&self, encoder: &mut Encoder<'_>) -> Result<Part<'w>, Error> {
        if let Some(number) = self.outer_tag {
            encoder.tag(number)?;
        }
        if self.tagged {
            encoder.tag(K::TAG)?;
        }
        encoder.array(K::LENGTH)?;
        self.headers.encode(encoder).map(|(start, end)| Part::Written(start, end))
    }
}

/// A kind whose content is what is signed or authenticated.
pub trait Plain: Kind {}
impl Plain for kind::Sign1 {}
impl Plain for kind::Sign {}
impl Plain for kind::Mac0 {}
impl Plain for kind::Mac {}

impl<'a, K: Plain> Builder<'a, K> {
    /// With `payload` inside the message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `DuplicateKey` for a header parameter that stands twice.
    pub fn payload<'w>(self, payload: &[u8], buffer: &'w mut [u8]) -> Result<Draft<'w, K>, Error>
    where
        'a: 'w,
    {
        self.payload_with(|encoder| encoder.raw(payload).map(|_| ()), buffer)
    }

    /// With what `content` encodes as the payload inside the message. `content` runs twice and must
    /// write the same both times.
    ///
    /// # Errors
    /// As [`payload`](Self::payload), and those of `content`.
    pub fn payload_with<'w, E: From<Error>>(
        self,
        content: impl Fn(&mut Encoder<'_>) -> Result<(), E>,
        buffer: &'w mut [u8],
    ) -> Result<Draft<'w, K>, E>
    where
        'a: 'w,
    {
        let mut encoder = Encoder::new(buffer);
        let protected = self.start(&mut encoder)?;
        let mut counting = Encoder::counting();
        content(&mut counting)?;
        encoder.bytes_head(counting.written())?;
        let start = encoder.written();
        content(&mut encoder)?;
        let end = encoder.written();
        Ok(self.draft(buffer, protected, Part::Written(start, end), end))
    }

    /// With `payload` elsewhere: it is signed or authenticated, and null stands in the message.
    ///
    /// # Errors
    /// As [`payload`](Self::payload).
    pub fn detached<'w>(
        self,
        payload: &'w [u8],
        buffer: &'w mut [u8],
    ) -> Result<Draft<'w, K>, Error>
    where
        'a: 'w,
    {
        let mut encoder = Encoder::new(buffer);
        let protected = self.start(&mut encoder)?;
        encoder.null()?;
        let end = encoder.written();
        Ok(self.draft(buffer, protected, Part::Elsewhere(payload), end))
    }

    /// Writes all that stands before the signature or tag, with the payload elsewhere: what is signed
    /// before it, and how much is written.
    pub(super) fn without_payload(
        self,
        buffer: &mut [u8],
    ) -> Result<(Structure<'a>, usize), Error> {
        let mut encoder = Encoder::new(buffer);
        let protected = self.start(&mut encoder)?;
        encoder.null()?;
        let parts = [protected, Part::Elsewhere(self.external_aad)];
        Ok((Structure::new(K::STRUCTURE, parts), encoder.written()))
    }

    const fn draft<'w>(
        self,
        buffer: &'w mut [u8],
        protected: Part<'w>,
        payload: Part<'w>,
        written: usize,
    ) -> Draft<'w, K>
    where
        'a: 'w,
    {
        let aad = Part::Elsewhere(self.external_aad);
        Draft {
            algorithm: self.headers.algorithm(),
            structure: Structure::new(K::STRUCTURE, [protected, aad, payload]),
            buffer,
            written,
            kind: PhantomData,
        }
    }
}

/// A message in the caller's buffer that lacks only what makes it whole: its signature or signatures,
/// or its tag.
#[derive(Debug)]
#[must_use = "the message is not complete yet"]
pub struct Draft<'w, K> {
    pub(super) algorithm: Option<Algorithm>,
    /// What is signed or authenticated.
    pub(super) structure: Structure<'w>,
    pub(super) buffer: &'w mut [u8],
    /// How much of the buffer is written.
    pub(super) written: usize,
    kind: PhantomData<K>,
}

impl<K> Draft<'_, K> {
    /// The algorithm, without which there is nothing to be made.
    pub(super) fn algorithm(&self) -> Result<Algorithm, Error> {
        self.algorithm.ok_or(Error::new(ErrorKind::Missing, 0))
    }
}
