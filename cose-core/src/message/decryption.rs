//! A ciphertext that has to be opened before there is a plaintext (RFC 9052, 5.3).

use core::task::Poll;

use super::body::Body;
use crate::cbor::Raw;
use crate::check::Verified;
use crate::crypto::{Aead, AeadAsync, AeadPoll};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::Headers;
use crate::iana::{Algorithm, ContentEncryption};
use crate::key::{KeyOperation, Secret};
use crate::segments::Segments;

/// The longest nonce, in bytes: that of the AES modes of RFC 9459.
const MAX_NONCE: usize = 16;

/// A nonce: a full initialization vector, or the key's base of them with a partial one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nonce {
    bytes: [u8; MAX_NONCE],
    length: usize,
}

impl Nonce {
    /// The nonce of `length` bytes that these parameters make (RFC 9052, 3.1); an error of which kind
    /// when they make none.
    pub fn new(
        iv: Option<&[u8]>,
        partial_iv: Option<&[u8]>,
        base_iv: Option<&[u8]>,
        length: usize,
    ) -> Result<Self, ErrorKind> {
        let mut bytes = [0; MAX_NONCE];
        let nonce = bytes.get_mut(..length).ok_or(ErrorKind::Unsupported)?;
        match (iv, partial_iv, base_iv) {
            (Some(iv), None, _) if iv.len() == length => nonce.copy_from_slice(iv),
            (None, Some(partial), Some(base)) if base.len() == length => {
                let zeros = length.checked_sub(partial.len()).ok_or(ErrorKind::Length)?;
                nonce.copy_from_slice(base);
                for (byte, partial) in nonce.iter_mut().skip(zeros).zip(partial) {
                    *byte ^= partial;
                }
            }
            (None, _, _) if partial_iv.is_none() || base_iv.is_none() => {
                return Err(ErrorKind::Missing);
            }
            _ => return Err(ErrorKind::Length),
        }
        Ok(Self { bytes, length })
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// What a ciphertext is opened with, but for the key: as the caller accepts it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening<'c> {
    pub algorithm: Algorithm,
    pub nonce: Nonce,
    pub aad: Segments<'c>,
    pub sizes: ContentEncryption,
}

impl<'c> Opening<'c> {
    /// What the `headers` of a message say, when the caller accepts it and `key` may serve it.
    pub fn new<'b: 'c, K: ?Sized>(
        headers: &Headers<'b>,
        structure: &'static [u8],
        key: &Secret<'_, K>,
        expect: &Expect<'c>,
    ) -> Result<Self, Error> {
        let algorithm = expect.accept(headers)?;
        let mismatch = headers.protected().error(ErrorKind::KeyMismatch);
        let sizes = algorithm.content_encryption().ok_or(mismatch)?;
        if !key.allows(algorithm, KeyOperation::Decrypt) {
            return Err(mismatch);
        }
        let nonce = Nonce::new(headers.iv(), headers.partial_iv(), key.base_iv(), sizes.nonce_len)
            .map_err(|kind| headers.unprotected().error(kind))?;
        let aad = if sizes.tag_len == 0 {
            // RFC 9459, 4 and 5: there is nothing that protects them.
            if !headers.signed().is_empty() || !expect.external_aad.is_empty() {
                return Err(headers.protected().error(ErrorKind::InvalidValue));
            }
            Segments::plain(&[])
        } else {
            Segments::structure(structure, &[headers.signed(), expect.external_aad])
        };
        Ok(Self { algorithm, nonce, aad, sizes })
    }

    /// That the algorithm authenticates what it encrypts, or that it does not.
    pub fn require_authenticated(self, authenticated: bool, at: Raw<'_>) -> Result<Self, Error> {
        if (self.sizes.tag_len != 0) == authenticated {
            Ok(self)
        } else {
            Err(at.error(ErrorKind::AlgorithmNotAccepted))
        }
    }

    /// Opens the ciphertext in `buffer`.
    pub fn open<'o, B: Aead>(
        &self,
        key: &B::Key,
        buffer: &'o mut [u8],
        offset: usize,
        backend: &mut B,
    ) -> Result<&'o [u8], Error> {
        let length = backend
            .open(self.algorithm, key, self.nonce.as_bytes(), &self.aad, buffer)
            .map_err(|error| error.at(offset))?;
        Ok(buffer.get(..length).unwrap_or_default())
    }
}

/// A decryption as a value: who runs it, and when, is the caller's affair. Only one that succeeds
/// gives a plaintext.
#[derive(Clone, Copy, Debug)]
#[must_use = "there is no plaintext before the decryption is run"]
pub struct Decryption<'c> {
    opening: Opening<'c>,
    ciphertext: Raw<'c>,
}

impl<'c> Decryption<'c> {
    pub(super) fn new<'b: 'c, K: ?Sized>(
        body: &Body<'b>,
        structure: &'static [u8],
        key: &Secret<'_, K>,
        expect: &Expect<'c>,
    ) -> Result<Self, Error> {
        let opening = Opening::new(&body.headers, structure, key, expect)?;
        let bytes = body.expected_content(expect)?;
        let at = body.content.unwrap_or(body.headers.unprotected());
        Ok(Self { opening, ciphertext: Raw::new(bytes, at.offset()) })
    }

    pub(super) fn require_authenticated(mut self, authenticated: bool) -> Result<Self, Error> {
        self.opening = self.opening.require_authenticated(authenticated, self.ciphertext)?;
        Ok(self)
    }

    /// The algorithm, which the caller has accepted.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.opening.algorithm
    }

    /// The ciphertext with its tag.
    #[must_use]
    pub const fn ciphertext(&self) -> &'c [u8] {
        self.ciphertext.bytes()
    }

    /// Decrypts now into `plaintext`, which is as long as the ciphertext at least. `key` is the value
    /// of the secret that the decryption was asked for with.
    ///
    /// # Errors
    /// `BufferTooSmall`; `VerificationFailed`, `Unsupported`, `KeyMismatch` or `Backend`, at the
    /// ciphertext. Nothing of the plaintext stands in the buffer then.
    pub fn run<'o, B: Aead>(
        self,
        key: &B::Key,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<Verified<&'o [u8]>, Error> {
        self.open(key, plaintext, backend).map(Verified::new)
    }

    pub(super) fn open<'o, B: Aead>(
        self,
        key: &B::Key,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<&'o [u8], Error> {
        let buffer = self.copy_to(plaintext)?;
        self.opening.open(key, buffer, self.ciphertext.offset(), backend)
    }

    /// Decrypts on a device that the executor waits for.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async<'o, B: AeadAsync>(
        self,
        key: &B::Key,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<Verified<&'o [u8]>, Error> {
        let buffer = self.copy_to(plaintext)?;
        let Opening { algorithm, nonce, aad, .. } = &self.opening;
        let length = backend
            .open(*algorithm, key, nonce.as_bytes(), aad, buffer)
            .await
            .map_err(|error| error.at(self.ciphertext.offset()))?;
        Ok(Verified::new(buffer.get(..length).unwrap_or_default()))
    }

    /// Starts the decryption on a device that is asked again later.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Unsupported`, `KeyMismatch` or `Backend`, at the ciphertext.
    pub fn start<'o, B: AeadPoll>(
        self,
        key: &B::Key,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<PendingDecryption<'o, B::Job>, Error> {
        let offset = self.ciphertext.offset();
        let too_small = Error::new(ErrorKind::BufferTooSmall, offset);
        let plaintext = plaintext.get_mut(..self.ciphertext().len()).ok_or(too_small)?;
        let Opening { algorithm, nonce, aad, .. } = &self.opening;
        let job = backend
            .start(*algorithm, key, nonce.as_bytes(), aad, self.ciphertext())
            .map_err(|error| error.at(offset))?;
        Ok(PendingDecryption { job, offset, plaintext: Some(plaintext) })
    }

    /// The ciphertext in the caller's buffer, where it is decrypted.
    fn copy_to<'o>(&self, plaintext: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let too_small = self.ciphertext.error(ErrorKind::BufferTooSmall);
        let buffer = plaintext.get_mut(..self.ciphertext().len()).ok_or(too_small)?;
        buffer.copy_from_slice(self.ciphertext());
        Ok(buffer)
    }
}

/// A decryption that a device is working on.
#[derive(Debug)]
#[must_use = "there is no plaintext before the decryption has been polled to its end"]
pub struct PendingDecryption<'o, J> {
    job: J,
    offset: usize,
    /// None once the answer was given.
    plaintext: Option<&'o mut [u8]>,
}

impl<'o, J> PendingDecryption<'o, J> {
    /// Asks the device for the plaintext.
    ///
    /// # Errors
    /// When ready: `VerificationFailed` or `Backend`, at the ciphertext; `Backend` also when polled
    /// again after the answer.
    pub fn poll<B: AeadPoll<Job = J>>(
        &mut self,
        backend: &mut B,
    ) -> Poll<Result<Verified<&'o [u8]>, Error>> {
        let Some(plaintext) = self.plaintext.take() else {
            return Poll::Ready(Err(Error::new(ErrorKind::Backend, self.offset)));
        };
        match backend.poll(&mut self.job, plaintext) {
            Poll::Pending => {
                self.plaintext = Some(plaintext);
                Poll::Pending
            }
            Poll::Ready(answer) => {
                Poll::Ready(answer.map_err(|error| error.at(self.offset)).map(|length| {
                    let plaintext: &'o [u8] = plaintext;
                    Verified::new(plaintext.get(..length).unwrap_or_default())
                }))
            }
        }
    }
}
