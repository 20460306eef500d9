//! Encrypting a content into a message that is being made.

use super::builder::{Builder, kind::Kind};
use super::decryption::Nonce;
use super::structure::{Part, Structure};
use crate::cbor::Encoder;
use crate::crypto::{Aead, CryptoError};
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, ContentEncryption};
use crate::key::{KeyOperation, Secret};
use crate::segments::Segments;

/// What a content is encrypted with.
struct Sealing<'a> {
    algorithm: Algorithm,
    sizes: ContentEncryption,
    nonce: Nonce,
    /// Head and context string of the structure that is bound to the ciphertext.
    structure: &'static [u8],
    external_aad: &'a [u8],
    /// How long the ciphertext with its tag will be.
    length: usize,
}

impl<'a> Sealing<'a> {
    fn new<K: Kind, S: ?Sized>(
        builder: &Builder<'a, K>,
        plaintext: usize,
        key: &Secret<'_, S>,
    ) -> Result<Self, Error> {
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        let algorithm = builder.headers.algorithm().ok_or(mismatch)?;
        let sizes = algorithm.content_encryption().ok_or(mismatch)?;
        if !key.allows(algorithm, KeyOperation::Encrypt) {
            return Err(mismatch);
        }
        let (iv, partial_iv) = builder.headers.ivs();
        let nonce = Nonce::new(iv, partial_iv, key.base_iv(), sizes.nonce_len)
            .map_err(|kind| Error::new(kind, 0))?;
        let length = algorithm.ciphertext_len(plaintext).ok_or(mismatch)?;
        let (structure, external_aad) = (K::STRUCTURE, builder.external_aad);
        Ok(Self { algorithm, sizes, nonce, structure, external_aad, length })
    }

    /// Encrypts the first `plaintext` bytes of `space` into all of it; the structure's parts stand in
    /// `written`.
    fn run<B: Aead>(
        &self,
        protected: Part<'_>,
        written: &[u8],
        plaintext: usize,
        key: &Secret<'_, B::Key>,
        space: &mut [u8],
        backend: &mut B,
    ) -> Result<(), Error> {
        let aad = if self.sizes.tag_len == 0 {
            // RFC 9459, 4 and 5: there is nothing that protects them.
            if !protected.is_empty() || !self.external_aad.is_empty() {
                return Err(Error::new(ErrorKind::InvalidValue, written.len()));
            }
            Segments::plain(&[])
        } else {
            let parts = [protected, Part::Elsewhere(self.external_aad)];
            Structure::new(self.structure, parts).segments(written)
        };
        let nonce = self.nonce.as_bytes();
        let made = backend.seal(self.algorithm, key.value(), nonce, &aad, space, plaintext);
        match made {
            Ok(length) if length == self.length => Ok(()),
            Ok(_) => Err(CryptoError::Device.at(written.len())),
            Err(error) => Err(error.at(written.len())),
        }
    }
}

/// Writes a message up to its ciphertext, which is that of what `content` encodes; where it ends.
pub(super) fn seal_with<K: Kind, B: Aead, E: From<Error>>(
    builder: &Builder<'_, K>,
    content: impl Fn(&mut Encoder<'_>) -> Result<(), E>,
    key: &Secret<'_, B::Key>,
    buffer: &mut [u8],
    backend: &mut B,
) -> Result<usize, E> {
    let mut counting = Encoder::counting();
    content(&mut counting)?;
    let plaintext = counting.written();
    let sealing = Sealing::new(builder, plaintext, key)?;
    let mut encoder = Encoder::new(buffer);
    let protected = builder.start(&mut encoder)?;
    encoder.bytes_head(sealing.length)?;
    let start = encoder.written();
    let too_small = Error::new(ErrorKind::BufferTooSmall, start);
    let (written, space) = buffer.split_at_mut_checked(start).ok_or(too_small)?;
    let space = space.get_mut(..sealing.length).ok_or(too_small)?;
    // Where the ciphertext will stand.
    content(&mut Encoder::new(space))?;
    sealing.run(protected, written, plaintext, key, space, backend)?;
    Ok(start.saturating_add(sealing.length))
}

/// As [`seal_with`], of a `plaintext` that is there already.
pub(super) fn seal<K: Kind, B: Aead>(
    builder: &Builder<'_, K>,
    plaintext: &[u8],
    key: &Secret<'_, B::Key>,
    buffer: &mut [u8],
    backend: &mut B,
) -> Result<usize, Error> {
    seal_with(builder, |encoder| encoder.raw(plaintext).map(drop), key, buffer, backend)
}

/// As [`seal`], with the ciphertext elsewhere: where the message ends, and how long the ciphertext is.
pub(super) fn seal_detached<K: Kind, B: Aead>(
    builder: &Builder<'_, K>,
    plaintext: &[u8],
    key: &Secret<'_, B::Key>,
    buffer: &mut [u8],
    ciphertext: &mut [u8],
    backend: &mut B,
) -> Result<(usize, usize), Error> {
    let sealing = Sealing::new(builder, plaintext.len(), key)?;
    let mut encoder = Encoder::new(buffer);
    let protected = builder.start(&mut encoder)?;
    encoder.null()?;
    let written = encoder.finish();
    let too_small = Error::new(ErrorKind::BufferTooSmall, written.len());
    let space = ciphertext.get_mut(..sealing.length).ok_or(too_small)?;
    space.get_mut(..plaintext.len()).ok_or(too_small)?.copy_from_slice(plaintext);
    sealing.run(protected, written, plaintext.len(), key, space, backend)?;
    Ok((written.len(), sealing.length))
}
