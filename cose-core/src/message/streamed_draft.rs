//! Making a message whose detached payload is read in pieces.

use core::cell::Cell;
use core::marker::PhantomData;

use super::builder::{Builder, Plain, kind};
use super::structure::Structure;
use super::unsigned::{place, split};
use crate::cbor::{Encoder, encode_head};
use crate::crypto::{self, CryptoError, Hash, Hasher, Pieces, SignStream, Signed};
use crate::error::{Error, ErrorKind};
use crate::iana::Algorithm;
use crate::key::{KeyOperation, Secret};
use crate::segments::Segments;

/// A message in the caller's buffer that lacks only its signature or tag, over a detached payload that
/// is read in pieces then. Its size is part of what is signed, so it is known from the start.
///
/// A payload is a function that gives all of it, piece by piece, to the one that it is handed; its
/// error, when the payload can't be read, is `Device`.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, Sign1, crypto::{self, Hash, SignStream}};
///
/// # fn make<B: SignStream + Hash>(flash: &[[u8; 256]], key: &B::Key, backend: &mut B) -> Result<(), Error> {
/// let mut buffer = [0; 256];
/// let length = u64::try_from(flash.as_flattened().len()).unwrap_or(u64::MAX);
/// let message = Sign1::builder(Algorithm::ED25519)
///     .detached_streamed(length, &mut buffer)?
///     .sign(|take| Ok(flash.iter().for_each(|page| take(page))), key, backend)?;
/// # let _ = message; Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the message is not complete yet"]
pub struct StreamedDraft<'w, K> {
    algorithm: Option<Algorithm>,
    /// What is signed or authenticated before the payload.
    structure: Structure<'w>,
    buffer: &'w mut [u8],
    written: usize,
    length: u64,
    kind: PhantomData<K>,
}

fn draft<'a: 'w, 'w, K: Plain>(
    builder: Builder<'a, K>,
    length: u64,
    buffer: &'w mut [u8],
) -> Result<StreamedDraft<'w, K>, Error> {
    let algorithm = builder.headers.algorithm();
    let (structure, written) = builder.without_payload(buffer)?;
    Ok(StreamedDraft { algorithm, structure, buffer, written, length, kind: PhantomData })
}

impl<'a> Builder<'a, kind::Sign1> {
    /// With a payload of `length` bytes elsewhere that is read in pieces: it is signed, and null stands
    /// in the message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `DuplicateKey` for a header parameter that stands twice.
    pub fn detached_streamed<'w>(
        self,
        length: u64,
        buffer: &'w mut [u8],
    ) -> Result<StreamedDraft<'w, kind::Sign1>, Error>
    where
        'a: 'w,
    {
        draft(self, length, buffer)
    }
}

impl<'a> Builder<'a, kind::Mac0> {
    /// With a payload of `length` bytes elsewhere that is read in pieces: it is authenticated, and null
    /// stands in the message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `DuplicateKey` for a header parameter that stands twice.
    pub fn detached_streamed<'w>(
        self,
        length: u64,
        buffer: &'w mut [u8],
    ) -> Result<StreamedDraft<'w, kind::Mac0>, Error>
    where
        'a: 'w,
    {
        draft(self, length, buffer)
    }
}

impl<K> StreamedDraft<'_, K> {
    fn algorithm(&self) -> Result<Algorithm, Error> {
        self.algorithm.ok_or(Error::new(ErrorKind::Missing, 0))
    }
}

impl<'w> StreamedDraft<'w, kind::Sign1> {
    /// Signs now; the finished message. The payload is read once, with EdDSA twice: then it must be the
    /// same both times.
    ///
    /// # Errors
    /// `Payload` when it is not as long as was said; `BufferTooSmall`; `Missing` when the headers name no
    /// algorithm; `Unsupported` (also when the backend can't sign with it piece by piece), `KeyMismatch`
    /// or `Backend` from the signer, `Backend` also when the payload can't be read or has changed.
    pub fn sign<B: SignStream + Hash>(
        self,
        payload: impl Fn(&mut dyn FnMut(&[u8])) -> Result<(), CryptoError>,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let algorithm = self.algorithm()?;
        let (front, space) = split(algorithm, self.buffer, self.written)?;
        let before = self.structure.segments(front);
        let message = Streamed { before, length: self.length, payload, other: Cell::new(false) };
        let made = match algorithm.digest() {
            None => backend.sign_stream(algorithm, key, &message, space),
            Some(digest) => backend.start(digest).and_then(|mut hasher| {
                message.read(&mut |piece| hasher.update(piece))?;
                let signed = Signed::Digest(hasher.finish()?);
                backend.sign(algorithm, key, &signed, space)
            }),
        };
        let length = made.map_err(|error| message.error(error, self.written))?;
        let end = place(algorithm, self.buffer, self.written, length)?;
        Ok(self.buffer.get(..end).unwrap_or_default())
    }
}

impl<'w> StreamedDraft<'w, kind::Mac0> {
    /// Adds the tag under `key`; the finished message.
    ///
    /// # Errors
    /// `Payload` when it is not as long as was said; `BufferTooSmall`; `Missing` when the headers name no
    /// algorithm; `KeyMismatch` when the key may not serve it; `Unsupported` or `Backend` from the
    /// backend, `Backend` also when the payload can't be read.
    pub fn mac<B: crypto::Mac>(
        self,
        payload: impl Fn(&mut dyn FnMut(&[u8])) -> Result<(), CryptoError>,
        key: &Secret<'_, B::Key>,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let algorithm = self.algorithm()?;
        if algorithm.tag_len().is_none() || !key.allows(algorithm, KeyOperation::MacCreate) {
            return Err(Error::new(ErrorKind::KeyMismatch, self.written));
        }
        let before = self.structure.segments(self.buffer);
        let message = Streamed { before, length: self.length, payload, other: Cell::new(false) };
        let tag = backend.start(algorithm, key.value()).and_then(|mut tag| {
            message.read(&mut |piece| tag.update(piece))?;
            tag.finish()
        });
        let tag = tag.map_err(|error| message.error(error, self.written))?;
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.bytes(tag.as_bytes())?;
        Ok(encoder.finish())
    }
}

/// A structure whose last byte string is read in pieces.
struct Streamed<'s, P> {
    before: Segments<'s>,
    length: u64,
    payload: P,
    /// Whether the payload turned out to be of another length.
    other: Cell<bool>,
}

impl<P> Streamed<'_, P> {
    /// What `error` means.
    const fn error(&self, error: CryptoError, offset: usize) -> Error {
        if self.other.get() { Error::new(ErrorKind::Payload, offset) } else { error.at(offset) }
    }
}

impl<P> Pieces for Streamed<'_, P>
where
    P: Fn(&mut dyn FnMut(&[u8])) -> Result<(), CryptoError>,
{
    fn read(&self, take: &mut dyn FnMut(&[u8])) -> Result<(), CryptoError> {
        self.before.for_each(&mut *take);
        let (head, used) = encode_head(2, self.length);
        take(head.get(..used).unwrap_or_default());
        let mut left = Some(self.length);
        (self.payload)(&mut |piece| {
            let taken = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            left = left.and_then(|left| left.checked_sub(taken));
            if left.is_some() {
                take(piece);
            }
        })?;
        if left == Some(0) {
            return Ok(());
        }
        self.other.set(true);
        Err(CryptoError::Device)
    }
}
