//! Countersignatures: somebody's word on a message that another made (RFC 9338), and, for reading,
//! those of RFC 8152, 4.5.

use super::body::Body;
use super::mac::Mac;
use super::mac0::Mac0;
use super::recipient::Recipient;
use super::sign::Sign;
use super::sign1::Sign1;
use super::signature::{Signature, accept, check};
use super::structure::{self, Part, Structure};
use super::unsigned;
use super::{Encrypt, Encrypt0, Message};
use crate::cbor::{Cursor, Encoder, Items, Raw, Type};
use crate::check::Check;
use crate::crypto::{self, Hash};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::header as label;
use crate::key::Key;
use crate::labels::Label;
use crate::segments::Segments;

/// What of a message a countersignature covers.
#[derive(Clone, Copy, Debug)]
pub struct Target<'b> {
    protected: &'b [u8],
    /// The second byte string; None when it is carried elsewhere.
    content: Option<&'b [u8]>,
    /// The third byte string, where there is one (`other_fields`).
    other: Option<&'b [u8]>,
    at: Raw<'b>,
}

/// What can be countersigned: every message, signature and recipient. Not to be implemented elsewhere.
pub trait Countersigned<'b> {
    /// What of it a countersignature covers.
    fn target(&self) -> Target<'b>;
}

fn target<'b>(body: &Body<'b>, other: Option<Raw<'b>>) -> Target<'b> {
    Target {
        protected: body.headers.signed(),
        content: body.content.map(Raw::bytes),
        other: other.map(Raw::bytes),
        at: body.headers.protected(),
    }
}

impl<'b> Countersigned<'b> for Sign1<'b> {
    fn target(&self) -> Target<'b> {
        target(self.body(), Some(self.signature_raw()))
    }
}

impl<'b> Countersigned<'b> for Sign<'b> {
    fn target(&self) -> Target<'b> {
        target(self.body(), None)
    }
}

impl<'b> Countersigned<'b> for Mac0<'b> {
    fn target(&self) -> Target<'b> {
        target(self.body(), Some(self.tag_raw()))
    }
}

impl<'b> Countersigned<'b> for Mac<'b> {
    fn target(&self) -> Target<'b> {
        target(self.body(), Some(self.tag_raw()))
    }
}

impl<'b> Countersigned<'b> for Encrypt0<'b> {
    fn target(&self) -> Target<'b> {
        target(self.body(), None)
    }
}

impl<'b> Countersigned<'b> for Encrypt<'b> {
    fn target(&self) -> Target<'b> {
        target(self.body(), None)
    }
}

impl<'b> Countersigned<'b> for Message<'b> {
    fn target(&self) -> Target<'b> {
        match self {
            Self::Sign(message) => message.target(),
            Self::Sign1(message) => message.target(),
            Self::Encrypt(message) => message.target(),
            Self::Encrypt0(message) => message.target(),
            Self::Mac(message) => message.target(),
            Self::Mac0(message) => message.target(),
        }
    }
}

impl<'b> Countersigned<'b> for Signature<'b> {
    fn target(&self) -> Target<'b> {
        let body = Body { headers: *self.headers(), content: Some(self.raw()) };
        target(&body, None)
    }
}

impl<'b> Countersigned<'b> for Recipient<'b> {
    fn target(&self) -> Target<'b> {
        target(&Body { headers: *self.headers(), content: self.ciphertext_raw() }, None)
    }
}

impl<'b> Target<'b> {
    /// The content, by whoever has it.
    fn content<'c>(&self, expect: &Expect<'c>) -> Result<&'c [u8], Error>
    where
        'b: 'c,
    {
        match (self.content, expect.payload) {
            (Some(content), None) => Ok(content),
            (None, Some(detached)) => Ok(detached),
            _ => Err(self.at.error(ErrorKind::Payload)),
        }
    }
}

/// Which standard a countersignature follows: they differ in what is signed of messages with a
/// signature or tag, and by an abbreviated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// RFC 8152: neither signature nor tag.
    First,
    /// RFC 9338.
    Second,
}

/// A full countersignature as it stands in a header; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, Expect, Key, Sign1, crypto::{Hash, Verify}};
///
/// # fn verify<'b>(bytes: &'b [u8], notary: &Key<'b>, crypto: &mut (impl Hash + Verify)) -> Result<(), Error> {
/// let message = Sign1::parse(bytes)?;
/// for countersignature in message.headers().countersignatures()? {
///     countersignature.check(&message, notary, Expect::alg(Algorithm::ESP256), crypto)?.run(crypto)?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Countersignature<'b> {
    signature: Signature<'b>,
    version: Version,
}

impl<'b> Countersignature<'b> {
    /// Its header parameters: the countersigner's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        self.signature.headers()
    }

    /// Itself as what can be countersigned, and as what stands in the encoding.
    #[must_use]
    pub const fn signature(&self) -> &Signature<'b> {
        &self.signature
    }

    /// What has to be proven for this countersignature on `message` to be `key`'s.
    ///
    /// # Errors
    /// As [`Sign1::check`].
    pub fn check<'c>(
        &self,
        message: &impl Countersigned<'b>,
        key: &Key<'c>,
        expect: Expect<'c>,
        hash: &mut impl Hash,
    ) -> Result<Check<'c, Self>, Error>
    where
        'b: 'c,
    {
        let accepted = accept(self.headers(), key, &expect)?;
        let target = message.target();
        let content = target.content(&expect)?;
        let own = self.headers().signed();
        let [protected, aad] = [target.protected, expect.external_aad];
        let message = match target.other.filter(|_| self.version == Version::Second) {
            None => {
                Segments::structure(structure::COUNTERSIGNATURE, &[protected, own, aad, content])
            }
            Some(other) => Segments::structure(
                structure::COUNTERSIGNATURE_V2,
                &[protected, own, aad, content, other],
            )
            .with_last_in_array(),
        };
        check(accepted, message, self.signature.raw(), hash, *self)
    }
}

/// An abbreviated countersignature as it stands in a header: a signature without header parameters.
/// Algorithm and key follow from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Countersignature0<'b> {
    signature: Raw<'b>,
    version: Version,
}

impl<'b> Countersignature0<'b> {
    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &'b [u8] {
        self.signature.bytes()
    }

    /// What has to be proven for this countersignature on `message` to be `key`'s, with the one
    /// algorithm that the caller expects.
    ///
    /// # Errors
    /// `AlgorithmNotAccepted` when the caller expects one of several; `KeyMismatch`; `Payload`;
    /// `Unsupported` or `Backend` from the hash.
    pub fn check<'c>(
        &self,
        message: &impl Countersigned<'b>,
        key: &Key<'c>,
        expect: Expect<'c>,
        hash: &mut impl Hash,
    ) -> Result<Check<'c, Self>, Error>
    where
        'b: 'c,
    {
        let algorithm =
            expect.only().ok_or(self.signature.error(ErrorKind::AlgorithmNotAccepted))?;
        let mismatch = self.signature.error(ErrorKind::KeyMismatch);
        let public = key.verifier(algorithm);
        let public = public.ok_or(mismatch)?;
        let target = message.target();
        let content = target.content(&expect)?;
        let [protected, aad] = [target.protected, expect.external_aad];
        let message = match (self.version, target.other) {
            (Version::First, _) => Segments::structure(
                structure::COUNTERSIGNATURE0_FIRST,
                &[protected, &[], aad, content],
            ),
            (Version::Second, None) => {
                Segments::structure(structure::COUNTERSIGNATURE0, &[protected, aad, content])
            }
            (Version::Second, Some(other)) => Segments::structure(
                structure::COUNTERSIGNATURE0_V2,
                &[protected, aad, content, other],
            )
            .with_last_in_array(),
        };
        check((algorithm, public), message, self.signature, hash, *self)
    }
}

impl<'b> Headers<'b> {
    /// The full countersignatures in the unprotected bucket, of RFC 9338 and then of RFC 8152.
    ///
    /// # Errors
    /// Those of CBOR and of [`Signature::parse_at`] when a value is none; `Length` for an empty array.
    pub fn countersignatures(&self) -> Result<Countersignatures<'b>, Error> {
        let several =
            |label| self.get_unprotected(Label::Integer(label)).map(Several::parse).transpose();
        Ok(Countersignatures {
            second: several(label::COUNTERSIGNATURE_V2)?,
            first: several(label::COUNTERSIGNATURE)?,
        })
    }

    /// The abbreviated countersignatures in the unprotected bucket: of RFC 9338, and of RFC 8152.
    ///
    /// # Errors
    /// `UnexpectedType` when a value is not a byte string.
    pub fn countersignatures0(
        &self,
    ) -> Result<impl Iterator<Item = Countersignature0<'b>> + use<'b>, Error> {
        let one = |label, version| {
            self.get_unprotected(Label::Integer(label))
                .map(|value| {
                    let signature = value.cursor().byte_string()?;
                    Ok::<_, Error>(Countersignature0 { signature, version })
                })
                .transpose()
        };
        let second = one(label::COUNTERSIGNATURE0_V2, Version::Second)?;
        let first = one(label::COUNTERSIGNATURE0, Version::First)?;
        Ok(second.into_iter().chain(first))
    }
}

/// One `COSE_Countersignature`, or an array of them.
#[derive(Clone, Debug)]
enum Several<'b> {
    One(Option<Signature<'b>>),
    Array(Cursor<'b>, Items),
}

impl<'b> Several<'b> {
    fn parse(value: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = value.cursor();
        let items = cursor.array()?;
        let (mut ahead, mut left) = (cursor, items);
        if !left.next(&mut ahead)? {
            return Err(value.error(ErrorKind::Length));
        }
        if cursor.peek()? != Type::Array {
            return Signature::parse_at(&mut value.cursor()).map(Some).map(Self::One);
        }
        let (mut ahead, mut left) = (cursor, items);
        while left.next(&mut ahead)? {
            Signature::parse_at(&mut ahead)?;
        }
        Ok(Self::Array(cursor, items))
    }

    fn next(&mut self) -> Option<Signature<'b>> {
        match self {
            Self::One(one) => one.take(),
            // They were parsed before, so they parse again.
            Self::Array(cursor, items) => {
                items.next(cursor).ok()?.then(|| Signature::parse_at(cursor).ok())?
            }
        }
    }
}

/// The full countersignatures of a message, in order.
#[derive(Clone, Debug)]
pub struct Countersignatures<'b> {
    second: Option<Several<'b>>,
    first: Option<Several<'b>>,
}

impl<'b> Iterator for Countersignatures<'b> {
    type Item = Countersignature<'b>;

    fn next(&mut self) -> Option<Countersignature<'b>> {
        let second = self.second.as_mut().and_then(Several::next);
        if let Some(signature) = second {
            return Some(Countersignature { signature, version: Version::Second });
        }
        let signature = self.first.as_mut().and_then(Several::next)?;
        Some(Countersignature { signature, version: Version::First })
    }
}

/// A countersignature (RFC 9338) that is being made on a message. Its encoding is the value of a header
/// parameter, which [`insert_unprotected`](crate::insert_unprotected) puts into the message.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, Expect, NewCountersignature, NewHeaders, Parameter, Sign1};
/// use hexad_cose_core::{crypto, iana::header, insert_unprotected};
///
/// # fn make<B: crypto::Sign + crypto::Hash>(bytes: &[u8], notary: &B::Key, backend: &mut B) -> Result<(), Error> {
/// let message = Sign1::parse(bytes)?;
/// let mut space = [0; 256];
/// let value = NewCountersignature::on(&message, Expect::alg(Algorithm::ESP256))?
///     .sign(NewHeaders::new(Algorithm::ESP256).kid(b"notary"), notary, &mut space, backend)?;
///
/// let mut buffer = [0; 512];
/// let parameter = Parameter::new(header::COUNTERSIGNATURE_V2, value);
/// let countersigned = insert_unprotected(bytes, &parameter, &mut buffer)?;
/// # let _ = countersigned; Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NewCountersignature<'b> {
    protected: &'b [u8],
    content: &'b [u8],
    other: Option<&'b [u8]>,
    external_aad: &'b [u8],
}

impl<'b> NewCountersignature<'b> {
    /// One on `message`, whose detached content and external data are in `expect`.
    ///
    /// # Errors
    /// `Payload` when there is no content or two.
    pub fn on<'m: 'b>(message: &impl Countersigned<'m>, expect: Expect<'b>) -> Result<Self, Error> {
        let target = message.target();
        let content = target.content(&expect)?;
        let Target { protected, other, .. } = target;
        Ok(Self { protected, content, other, external_aad: expect.external_aad })
    }

    /// Signs a full countersignature; the encoded `COSE_Countersignature` in the start of `buffer`.
    ///
    /// # Errors
    /// `BufferTooSmall`; `DuplicateKey`; `Missing` when the headers name no algorithm; `Unsupported`,
    /// `KeyMismatch` or `Backend` from the signer.
    pub fn sign<'w, 'h, B: crypto::Sign + Hash>(
        &self,
        headers: impl Into<NewHeaders<'h>>,
        key: &B::Key,
        buffer: &'w mut [u8],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let headers = headers.into();
        let algorithm = headers.algorithm().ok_or(Error::new(ErrorKind::Missing, 0))?;
        let mut encoder = Encoder::new(buffer);
        encoder.array(3)?;
        let (start, end) = headers.encode(&mut encoder)?;
        let written = encoder.written();
        let structure = self.structure(
            (structure::COUNTERSIGNATURE, structure::COUNTERSIGNATURE_V2),
            Some(Part::Written(start, end)),
        );
        let end = unsigned::sign(algorithm, &structure, buffer, written, key, backend)?;
        Ok(buffer.get(..end).unwrap_or_default())
    }

    /// Signs an abbreviated countersignature with `algorithm`; its encoding, a byte string, in the
    /// start of `buffer`.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn sign_abbreviated<'w, B: crypto::Sign + Hash>(
        &self,
        algorithm: crate::Algorithm,
        key: &B::Key,
        buffer: &'w mut [u8],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let structure =
            self.structure((structure::COUNTERSIGNATURE0, structure::COUNTERSIGNATURE0_V2), None);
        let end = unsigned::sign(algorithm, &structure, buffer, 0, key, backend)?;
        Ok(buffer.get(..end).unwrap_or_default())
    }

    /// What is signed: with one context string or the other, as the message has further byte strings.
    fn structure(
        &self,
        (plain, with_other): (&'static [u8], &'static [u8]),
        own: Option<Part<'b>>,
    ) -> Structure<'b> {
        let [protected, aad, content] =
            [self.protected, self.external_aad, self.content].map(Part::Elsewhere);
        let structure = match self.other {
            None => Structure::new(plain, [protected, aad, content]),
            Some(other) => {
                let parts = [protected, aad, content, Part::Elsewhere(other)];
                Structure::new(with_other, parts).with_last_in_array()
            }
        };
        own.map_or(structure, |own| structure.with_second(own))
    }
}
