//! An envelope around a finished manifest, to be signed.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::crypto::{Hash, Mac, Sign};
use hexad_cose_core::{Builder, Label, Secret, kind};

use super::{encode, wrap};
use crate::authentication::AuthenticationBlock;
use crate::error::Error;
use crate::labels::{envelope as label, tag};

/// Room for a COSE message around a signature: headers with a `kid` of any sensible size.
const BLOCK_SIZE: usize = 1024;

/// A SUIT_Envelope whose manifest is finished: authentication blocks, payloads and severed elements
/// come and go without changing what is signed.
#[derive(Clone, Debug)]
pub struct EnvelopeBuilder {
    /// The encoded SUIT_Digest of the manifest.
    digest: Vec<u8>,
    /// The byte string around the manifest.
    manifest: Vec<u8>,
    blocks: Vec<Vec<u8>>,
    /// The byte strings of severed elements, by their labels.
    severed: Vec<(i64, Vec<u8>)>,
    integrated_payloads: Vec<(String, Vec<u8>)>,
}

impl EnvelopeBuilder {
    pub(super) fn new(digest: Vec<u8>, manifest: Vec<u8>, severed: Vec<(i64, Vec<u8>)>) -> Self {
        Self { digest, manifest, blocks: Vec::new(), severed, integrated_payloads: Vec::new() }
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
    /// Those of the signer; `BufferTooSmall` when the message would not fit 1 KiB.
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
    /// Those of the backend; `BufferTooSmall` when the message would not fit 1 KiB.
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
        AuthenticationBlock::parse(Raw::new(block, 0))?;
        self.blocks.push(block.to_owned());
        Ok(self)
    }

    /// Adds a payload, or replaces the one with the same key: what `suit-parameter-uri` names.
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
            encoder.tag(tag::ENVELOPE)?.map(optional.saturating_add(2))?;
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
