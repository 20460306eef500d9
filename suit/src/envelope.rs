//! SUIT_Envelope: a manifest, who vouches for it, and what was severed from it (section 8.2).

use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::crypto::{Hash, Mac, Verify};
use hexad_cose_core::{ErrorKind as Cbor, Verified};

use crate::authentication::{Authentication, TrustAnchors};
use crate::delegation::Delegation;
use crate::error::{Error, ErrorKind};
use crate::labels::{envelope as label, manifest, tag};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::proof::Proof;
use crate::read::{Left, Reader};
use crate::signers::Signers;

/// The elements that the manifest may leave to the envelope.
pub(crate) const SEVERABLE: [i64; 6] = [
    manifest::COSWID,
    manifest::DEPENDENCY_RESOLUTION,
    manifest::PAYLOAD_FETCH,
    manifest::CANDIDATE_VERIFICATION,
    manifest::INSTALL,
    manifest::TEXT,
];

/// A SUIT_Envelope that borrows from the bytes it was read from. Nothing in it is proven, and the
/// manifest is not read, before [`authenticate`](Self::authenticate).
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, Key};
/// use hexad_suit::{Envelope, Error, TrustAnchors};
///
/// fn newest(bytes: &[u8], author: Key<'_>, crypto: &mut (impl Hash + Verify)) -> Result<u64, Error> {
///     let keys = [author];
///     let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
///     let manifest = Envelope::parse(bytes)?.authenticate(&anchors, crypto)?;
///     Ok(manifest.sequence_number())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'b> {
    authentication: Authentication<'b>,
    /// Where suit-delegation is; 0 if there is none.
    delegation: usize,
    /// All of it, its tag included.
    input: Raw<'b>,
    /// The byte string around the manifest.
    manifest: Raw<'b>,
    has_severed_elements: bool,
    has_integrated_payloads: bool,
    options: Options,
}

impl<'b> Envelope<'b> {
    /// Reads an envelope, tagged (107) or not, that is all of `bytes`, with default [`Options`].
    ///
    /// # Errors
    /// As [`parse_with`](Self::parse_with).
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_with(bytes, &Options::default())
    }

    /// Reads an envelope, tagged (107) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and COSE, `DuplicateKey` and `TrailingBytes` among them; `MissingElement`;
    /// `ElementOrder` when the manifest stands before the authentication wrapper;
    /// `UnexpectedElement` for keys that have no
    /// place here; `UnsupportedDigest`, `DigestLength`.
    pub fn parse_with(bytes: &'b [u8], options: &Options) -> Result<Self, Error> {
        let input = Raw::new(bytes, 0);
        let mut reader = Reader::new(input);
        reader.optional_tag(tag::ENVELOPE);
        let start = reader.offset();
        let (mut authentication, mut manifest, mut delegation) = (None, None, 0);
        let (mut has_severed_elements, mut integrated) = (false, 0usize);
        let mut keys = reader.map();
        loop {
            let at = reader.offset();
            if reader.is_at_text_key(&mut keys) {
                reader.text_key(&mut keys);
                reader.bytes();
                integrated = integrated.saturating_add(1);
                if integrated > options.integrated_payloads {
                    reader.refuse_cbor(Cbor::TooMany, at);
                }
                continue;
            }
            match reader.key(&mut keys) {
                None => break,
                Some(label::AUTHENTICATION_WRAPPER) => {
                    let limit = options.authentication_blocks;
                    authentication = Some(Authentication::take(&mut reader, limit));
                }
                Some(label::MANIFEST) => {
                    if authentication.is_none() {
                        reader.refuse(ErrorKind::ElementOrder, at);
                    }
                    manifest = Some(reader.encoded_byte_string());
                }
                Some(label::DELEGATION) => {
                    delegation = reader.offset();
                    let limit = options.delegations;
                    reader.by_cursor(|cursor| Delegation::parse(cursor.wrapped()?, limit));
                }
                Some(key) if SEVERABLE.contains(&key) => {
                    has_severed_elements = true;
                    reader.bytes();
                }
                Some(key) => reader.refuse(ErrorKind::UnexpectedElement(key), at),
            }
        }
        reader.finish();
        reader.outcome()?;
        let missing = |label| Error::new(ErrorKind::MissingElement(label), start);
        let Some(authentication) = authentication else {
            return Err(missing(label::AUTHENTICATION_WRAPPER));
        };
        let Some(manifest) = manifest else { return Err(missing(label::MANIFEST)) };
        Ok(Self {
            authentication,
            delegation,
            input,
            manifest,
            has_severed_elements,
            has_integrated_payloads: integrated != 0,
            options: *options,
        })
    }

    /// suit-authentication-wrapper.
    #[must_use]
    pub const fn authentication(&self) -> &Authentication<'b> {
        &self.authentication
    }

    /// suit-delegation. It counts for whoever asks: see [`Proof::delegated`].
    #[must_use]
    pub fn delegation(&self) -> Option<Delegation<'b>> {
        if self.delegation == 0 {
            return None;
        }
        let skipped = self.delegation.wrapping_sub(self.input.offset());
        let mut cursor = Cursor::at(self.input.bytes().get(skipped..)?, self.delegation);
        Delegation::parse(cursor.wrapped().ok()?, usize::MAX).ok()
    }

    /// The integrated payloads: bytes that nothing but an image digest in the manifest vouches for.
    #[must_use]
    pub fn integrated_payloads(&self) -> IntegratedPayloads<'b> {
        IntegratedPayloads::of(self.input, self.has_integrated_payloads)
    }

    /// The severed elements that are here, by their labels: each as the byte string that its digest in
    /// the manifest is of (8.6).
    pub fn severed_elements(&self) -> impl Iterator<Item = (i64, Raw<'b>)> + use<'b> {
        let (mut reader, mut left) = entries(self.input, self.has_severed_elements);
        core::iter::from_fn(move || {
            while reader.more(&mut left) {
                let key = if reader.is_at(3) {
                    reader.text();
                    0
                } else {
                    reader.integer()
                };
                let element = reader.encoded_byte_string();
                if SEVERABLE.contains(&key) {
                    return Some((key, element));
                }
            }
            None
        })
    }

    /// The manifest as the byte string that the digest is of (8.3).
    #[must_use]
    pub const fn encoded_manifest(&self) -> Raw<'b> {
        self.manifest
    }

    /// The manifest with what the envelope adds to it, read although nobody has vouched for it: to
    /// be shown, never to be acted on. Digests are checked by `hash`, signatures are not.
    ///
    /// # Errors
    /// As [`authenticate`](Self::authenticate) but for those of signatures.
    pub fn unverified_manifest(&self, hash: &mut impl Hash) -> Result<Manifest<'b>, Error> {
        self.authentication.digest().check(self.manifest, hash)?;
        let manifest = self.read_manifest(Signers::NONE, hash)?;
        manifest.check_descriptions()?;
        Ok(manifest)
    }

    /// Proves that an accepted anchor has signed this manifest, then reads it.
    ///
    /// The manifest's digest is compared first, then the signatures (COSE_Sign1 blocks) are checked
    /// until one holds, and only then is the manifest looked into (section 6.2). Severed elements
    /// that are in the envelope are compared with their digests.
    ///
    /// # Errors
    /// `DigestMismatch`; `NotAuthenticated` when no block could be tried with any anchor; the reason
    /// of [`hexad_cose_core::Sign1::check`] or [`hexad_cose_core::Check::run`] that says most when
    /// some were tried and none held; those of [`Manifest::parse_with`]; `UnexpectedElement` for a
    /// severable element in the envelope that is not severed in the manifest.
    #[inline(never)]
    pub fn authenticate<C: Hash + Verify>(
        &self,
        anchors: &TrustAnchors<'_>,
        crypto: &mut C,
    ) -> Result<Verified<Manifest<'b>>, Error> {
        let mut proof = self.prove(crypto)?;
        proof.each_sign1(anchors, true, crypto)?;
        proof.manifest(crypto)
    }

    /// As [`authenticate`](Self::authenticate), by COSE_Mac0 blocks under symmetric keys that the
    /// author and this recipient share. No signature is accepted in place of a tag, nor the reverse.
    ///
    /// # Errors
    /// As [`authenticate`](Self::authenticate), with those of [`hexad_cose_core::Mac0::verify`].
    #[inline(never)]
    pub fn authenticate_mac<C: Hash + Mac<Key = [u8]>>(
        &self,
        anchors: &TrustAnchors<'_>,
        crypto: &mut C,
    ) -> Result<Verified<Manifest<'b>>, Error> {
        let mut proof = self.prove(crypto)?;
        proof.each_mac0(anchors, true, crypto)?;
        proof.manifest(crypto)
    }

    /// Compares the manifest with its digest; who vouches for that is then found out by the methods
    /// of [`Proof`], by as many blocks and of as many kinds as the caller wants.
    ///
    /// # Errors
    /// `DigestMismatch`; `Unsupported` for a digest algorithm that the backend lacks; `Backend`.
    pub fn prove(&self, hash: &mut impl Hash) -> Result<Proof<'_, 'b>, Error> {
        self.authentication.digest().check(self.manifest, hash)?;
        Ok(Proof::new(self))
    }

    /// Reads the manifest that `signers` vouch for and puts the severed elements that are here into their
    /// places.
    pub(crate) fn read_manifest(
        &self,
        signers: Signers,
        hash: &mut impl Hash,
    ) -> Result<Manifest<'b>, Error> {
        let content = Reader::new(self.manifest).byte_string();
        let mut manifest = Manifest::unread(self.input, content);
        manifest.read(&self.options)?;
        for (key, wrapped) in self.severed_elements() {
            let Some(digest) = manifest.severed(key) else {
                return Err(Error::new(ErrorKind::UnexpectedElement(key), wrapped.offset()));
            };
            digest.check(wrapped, hash)?;
            manifest.attach(key, wrapped, &self.options)?;
        }
        let digest = self.authentication.payload().offset();
        manifest.belong_to(digest, self.has_integrated_payloads, signers);
        Ok(manifest)
    }
}

/// The entries of the map that an envelope is, which was read before; none unless `wanted`.
fn entries(envelope: Raw<'_>, wanted: bool) -> (Reader<'_>, Left) {
    let mut reader = Reader::new(envelope);
    if !wanted {
        return (reader, Left::NONE);
    }
    reader.optional_tag(tag::ENVELOPE);
    let keys = reader.map();
    (reader, keys.left())
}

/// SUIT_Integrated_Payload: payloads inside the envelope, by the URI that names them.
#[derive(Clone, Copy, Debug)]
pub struct IntegratedPayloads<'b> {
    envelope: Raw<'b>,
    any: bool,
}

impl<'b> IntegratedPayloads<'b> {
    /// Those of an envelope that was read before, which has `any` or none.
    pub(crate) const fn of(envelope: Raw<'b>, any: bool) -> Self {
        Self { envelope, any }
    }

    /// The payload under this key, which `suit-parameter-uri` repeats.
    #[must_use]
    pub fn get(self, uri: &str) -> Option<&'b [u8]> {
        self.find(uri.as_bytes())
    }

    /// As [`get`](Self::get), by the bytes of the URI.
    pub(crate) fn find(self, uri: &[u8]) -> Option<&'b [u8]> {
        if !self.any {
            return None;
        }
        self.iter().find(|(key, _)| key.as_bytes() == uri).map(|(_, payload)| payload)
    }

    /// All keys with their payloads.
    pub fn iter(self) -> impl Iterator<Item = (&'b str, &'b [u8])> {
        self.located().map(|(uri, payload)| (uri, payload.bytes()))
    }

    /// All keys with their payloads, and where these stand in the input.
    pub fn located(self) -> impl Iterator<Item = (&'b str, Raw<'b>)> {
        let (mut reader, mut left) = entries(self.envelope, self.any);
        core::iter::from_fn(move || {
            while reader.more(&mut left) {
                if reader.is_at(3) {
                    return Some((reader.text(), reader.byte_string()));
                }
                reader.skip();
                reader.skip();
            }
            None
        })
    }
}
