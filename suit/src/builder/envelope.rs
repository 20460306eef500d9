//! An envelope around a finished manifest, to be signed.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::crypto::{Hash, Mac, Sign};
use hexad_cose_core::{Builder, Label, Message, Secret, kind};

use super::{encode, wrap};
use crate::authentication::AuthenticationBlock;
use crate::delegation::Delegation;
use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind};
use crate::labels::{envelope as label, tag};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::read::Reader;

/// Room for a COSE message around a signature of any algorithm (ML-DSA-87 makes 4,627 bytes), with
/// headers of any sensible size.
const BLOCK_SIZE: usize = 8 << 10;

/// A SUIT_Envelope whose manifest is finished: authentication blocks, payloads and severed elements
/// come and go without changing what is signed.
#[derive(Clone, Debug)]
pub struct EnvelopeBuilder {
    /// The encoded SUIT_Digest of the manifest.
    digest: Vec<u8>,
    /// The byte string around the manifest.
    manifest: Vec<u8>,
    /// The content of suit-delegation.
    delegation: Option<Vec<u8>>,
    blocks: Vec<Vec<u8>>,
    /// The byte strings of severed elements, by their labels.
    severed: Vec<(i64, Vec<u8>)>,
    integrated_payloads: Vec<(String, Vec<u8>)>,
}

impl EnvelopeBuilder {
    pub(super) fn new(digest: Vec<u8>, manifest: Vec<u8>, severed: Vec<(i64, Vec<u8>)>) -> Self {
        Self {
            digest,
            manifest,
            delegation: None,
            blocks: Vec::new(),
            severed,
            integrated_payloads: Vec::new(),
        }
    }

    /// The envelope that stands in `bytes`, to be signed by others, to be stripped of severed elements
    /// or payloads, or to have them put back. What comes out is in deterministic encoding, whatever
    /// `bytes` were; what is signed stays as it was.
    ///
    /// # Errors
    /// Those of [`Envelope::parse_with`] and [`Envelope::unverified_manifest`]: its digests have to
    /// match.
    pub fn parse(bytes: &[u8], options: &Options, hash: &mut impl Hash) -> Result<Self, Error> {
        let envelope = Envelope::parse_with(bytes, options)?;
        envelope.unverified_manifest(hash)?;
        let authentication = envelope.authentication();
        let severed = envelope.severed_elements();
        let payloads = envelope.integrated_payloads();
        Ok(Self {
            digest: authentication.payload().bytes().to_owned(),
            manifest: envelope.encoded_manifest().bytes().to_owned(),
            delegation: envelope.delegation().map(|all| all.encoded().bytes().to_owned()),
            blocks: authentication.blocks().map(|it| it.encoded().bytes().to_owned()).collect(),
            severed: severed.map(|(label, element)| (label, element.bytes().to_owned())).collect(),
            integrated_payloads: payloads
                .iter()
                .map(|(uri, payload)| (uri.to_owned(), payload.to_owned()))
                .collect(),
        })
    }

    /// The detached payload that every authentication block covers: the encoded SUIT_Digest of the
    /// manifest. For a signer elsewhere, whose message goes to [`add_block`](Self::add_block).
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.digest
    }

    /// The encoded manifest.
    ///
    /// # Errors
    /// None in practice; those of the cursor are handed on.
    pub fn manifest(&self) -> Result<&[u8], Error> {
        Ok(Raw::new(&self.manifest, 0).cursor().bytes()?)
    }

    /// Adds a COSE_Sign1 over the digest.
    ///
    /// # Errors
    /// Those of the signer; `BufferTooSmall` when the message would not fit 8 KiB.
    pub fn sign<B: Sign + Hash>(
        &mut self,
        message: Builder<'_, kind::Sign1>,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<&mut Self, Error> {
        let mut buffer = vec![0; BLOCK_SIZE];
        let block = message.detached(&self.digest, &mut buffer)?.sign(key, backend)?.to_owned();
        self.blocks.push(block);
        Ok(self)
    }

    /// Adds a COSE_Mac0 over the digest.
    ///
    /// # Errors
    /// Those of the backend; `BufferTooSmall` when the message would not fit 8 KiB.
    pub fn mac<B: Mac>(
        &mut self,
        message: Builder<'_, kind::Mac0>,
        key: &Secret<'_, B::Key>,
        backend: &mut B,
    ) -> Result<&mut Self, Error> {
        let mut buffer = vec![0; BLOCK_SIZE];
        let block = message.detached(&self.digest, &mut buffer)?.mac(key, backend)?.to_owned();
        self.blocks.push(block);
        Ok(self)
    }

    /// Adds an authentication block that was made elsewhere over [`payload`](Self::payload).
    ///
    /// # Errors
    /// When it is not a tagged COSE message with a detached payload.
    pub fn add_block(&mut self, block: &[u8]) -> Result<&mut Self, Error> {
        let mut reader = Reader::new(Raw::new(block, 0));
        AuthenticationBlock::check(&mut reader);
        reader.outcome()?;
        Message::parse(block)?;
        self.blocks.push(block.to_owned());
        Ok(self)
    }

    /// What a signer elsewhere has to sign for a COSE_Sign1: the Sig_structure (RFC 9052, 4.4). Its
    /// signature comes back by [`add_signature`](Self::add_signature), with the same `message`.
    ///
    /// # Errors
    /// `Missing` when the headers name no algorithm; `BufferTooSmall` as in [`sign`](Self::sign).
    pub fn to_be_signed(&self, message: Builder<'_, kind::Sign1>) -> Result<Vec<u8>, Error> {
        let mut buffer = vec![0; BLOCK_SIZE];
        Ok(message.detached(&self.digest, &mut buffer)?.signature_structure()?.to_vec())
    }

    /// Adds a COSE_Sign1 with a signature that was made elsewhere. Nothing says that it is one: whoever
    /// has the public key should authenticate the envelope.
    ///
    /// # Errors
    /// `BufferTooSmall` as in [`sign`](Self::sign); `Backend` when the signature is empty.
    pub fn add_signature(
        &mut self,
        message: Builder<'_, kind::Sign1>,
        signature: &[u8],
    ) -> Result<&mut Self, Error> {
        let mut buffer = vec![0; BLOCK_SIZE];
        let block = message.detached(&self.digest, &mut buffer)?.attach(signature)?.to_owned();
        self.blocks.push(block);
        Ok(self)
    }

    /// Sets suit-delegation: chains of CWTs, each a COSE_Sign1 that the one before it authorises. See
    /// [`crate::delegation`].
    ///
    /// # Errors
    /// `Length` when there is no chain or an empty one.
    pub fn delegation(&mut self, chains: &[&[&[u8]]]) -> Result<&mut Self, Error> {
        let encoded = encode(|encoder| {
            encoder.array(chains.len())?;
            chains.iter().try_for_each(|chain| {
                encoder.array(chain.len())?;
                chain.iter().try_for_each(|token| encoder.bytes(token).map(drop))
            })
        })?;
        Delegation::parse(Raw::new(&encoded, 0).cursor(), usize::MAX)?;
        self.delegation = Some(encoded);
        Ok(self)
    }

    /// Takes all authentication blocks away.
    pub fn without_blocks(&mut self) -> &mut Self {
        self.blocks.clear();
        self
    }

    /// Puts a severed element back: `content` is what the byte string held.
    ///
    /// # Errors
    /// `UnexpectedElement` unless the manifest has a digest in the element's place; `DigestMismatch`
    /// unless `content` has that digest; those of reading the element.
    pub fn attach(
        &mut self,
        label: i64,
        content: &[u8],
        options: &Options,
        hash: &mut impl Hash,
    ) -> Result<&mut Self, Error> {
        let element = wrap(content)?;
        let encoded = Raw::new(self.manifest()?, 0);
        let mut read = Manifest::unread(encoded, encoded);
        read.read(options)?;
        let digest =
            read.severed(label).ok_or(Error::new(ErrorKind::UnexpectedElement(label), 0))?;
        digest.check(Raw::new(&element, 0), hash)?;
        read.attach(label, Raw::new(&element, 0), options)?;
        self.severed.retain(|(key, _)| *key != label);
        self.severed.push((label, element));
        self.severed.sort();
        Ok(self)
    }

    /// Leaves out all severed elements and all integrated payloads.
    pub fn strip(&mut self) -> &mut Self {
        self.severed.clear();
        self.integrated_payloads.clear();
        self
    }

    /// Leaves an integrated payload out.
    pub fn without_payload(&mut self, uri: &str) -> &mut Self {
        self.integrated_payloads.retain(|(key, _)| key != uri);
        self
    }

    /// Adds a payload, or replaces the one with the same key: what `suit-parameter-uri` names. An
    /// integrated dependency is one, too: its payload is an envelope.
    pub fn integrated_payload(&mut self, uri: &str, payload: &[u8]) -> &mut Self {
        self.integrated_payloads.retain(|(key, _)| key != uri);
        self.integrated_payloads.push((uri.to_owned(), payload.to_owned()));
        self
    }

    /// Leaves a severed element out of the envelope.
    pub fn without(&mut self, label: i64) -> &mut Self {
        self.severed.retain(|(key, _)| *key != label);
        self
    }

    /// The tagged envelope.
    ///
    /// # Errors
    /// None in practice; those of the encoder are handed on.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let wrapper = encode(|encoder| {
            encoder.array(self.blocks.len().saturating_add(1))?.bytes(&self.digest)?;
            self.blocks.iter().try_for_each(|block| encoder.bytes(block).map(drop))
        })?;
        let wrapper = wrap(&wrapper)?;
        let mut payloads: Vec<_> = self.integrated_payloads.iter().collect();
        payloads.sort_by_key(|(uri, _)| Label::Text(uri));
        encode(|encoder| {
            let optional = self.severed.len().saturating_add(payloads.len());
            let optional = optional.saturating_add(usize::from(self.delegation.is_some()));
            encoder.tag(tag::ENVELOPE)?.map(optional.saturating_add(2))?;
            if let Some(delegation) = &self.delegation {
                encoder.integer(label::DELEGATION)?.bytes(delegation)?;
            }
            encoder.integer(label::AUTHENTICATION_WRAPPER)?.raw(&wrapper)?;
            encoder.integer(label::MANIFEST)?.raw(&self.manifest)?;
            for (label, element) in &self.severed {
                encoder.integer(*label)?.raw(element)?;
            }
            for (uri, payload) in payloads {
                encoder.text(uri)?.bytes(payload)?;
            }
            Ok(())
        })
    }
}
