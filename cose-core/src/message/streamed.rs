//! Checking a detached payload that arrives in pieces.

use crate::cbor::{Raw, encode_head};
use crate::check::{Check, Verified};
use crate::crypto::{Hash, Hasher, Signed, Verifier, Verify, VerifyStream};
use crate::error::{Error, ErrorKind};
use crate::iana::Algorithm;
use crate::key::PublicKey;
use crate::segments::Segments;

/// What takes a structure piece by piece.
trait Sink {
    fn take(&mut self, piece: &[u8]);
}

impl<H: Hasher> Sink for H {
    fn take(&mut self, piece: &[u8]) {
        self.update(piece);
    }
}

/// What a structure and the head of its payload go into, and how much of the payload is to come.
#[derive(Debug)]
struct Stream<S> {
    sink: S,
    left: u64,
    offset: usize,
}

impl<S: Sink> Stream<S> {
    fn start(mut sink: S, before: &Segments<'_>, length: u64, offset: usize) -> Self {
        before.for_each(|piece| sink.take(piece));
        let (head, used) = encode_head(2, length);
        sink.take(head.get(..used).unwrap_or_default());
        Self { sink, left: length, offset }
    }

    fn update(&mut self, piece: &[u8]) -> Result<(), Error> {
        let taken = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let too_much = Error::new(ErrorKind::Payload, self.offset);
        self.left = self.left.checked_sub(taken).ok_or(too_much)?;
        self.sink.take(piece);
        Ok(())
    }

    /// What has taken everything.
    fn complete(self) -> Result<S, Error> {
        if self.left == 0 {
            Ok(self.sink)
        } else {
            Err(Error::new(ErrorKind::Payload, self.offset))
        }
    }
}

impl<H: Hasher> Stream<H> {
    fn finish(self) -> Result<crate::Digest, Error> {
        let offset = self.offset;
        self.complete()?.finish().map_err(|error| error.at(offset))
    }
}

/// A signature over a detached payload that arrives in pieces. Its size is part of what is signed,
/// so it is known from the start.
#[derive(Debug)]
#[must_use = "nothing is verified before the check is run"]
pub struct StreamedSignature<'c, H, T> {
    algorithm: Algorithm,
    key: PublicKey<'c>,
    signature: Raw<'c>,
    stream: Stream<H>,
    value: T,
}

impl<'c, H: Hasher, T> StreamedSignature<'c, H, T> {
    pub(super) fn start(
        (algorithm, key): (Algorithm, PublicKey<'c>),
        before: &Segments<'_>,
        length: u64,
        signature: Raw<'c>,
        hash: &mut impl Hash<Hasher = H>,
        value: T,
    ) -> Result<Self, Error> {
        let digest = algorithm.digest().ok_or(signature.error(ErrorKind::Unsupported))?;
        let offset = signature.offset();
        let hasher = hash.start(digest).map_err(|error| error.at(offset))?;
        let stream = Stream::start(hasher, before, length, offset);
        Ok(Self { algorithm, key, signature, stream, value })
    }

    /// Takes the next piece of the payload.
    ///
    /// # Errors
    /// `Payload` when it is longer than was said.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.stream.update(piece)
    }

    /// The check, once the payload is complete.
    ///
    /// # Errors
    /// `Payload` when it is shorter than was said; `Backend` from the hash.
    pub fn finish(self) -> Result<Check<'c, T>, Error> {
        let digest = self.stream.finish()?;
        let offset = self.signature.offset();
        let (signed, signature) = (Signed::Digest(digest), self.signature.bytes());
        Ok(Check::new(self.algorithm, self.key, signed, signature, offset, self.value))
    }
}

/// What a signature is checked with: a digest, or the message itself.
#[derive(Debug)]
enum Running<H, V> {
    Digest(H),
    Message(V),
}

impl<H: Hasher, V: Verifier> Sink for Running<H, V> {
    fn take(&mut self, piece: &[u8]) {
        match self {
            Self::Digest(hasher) => hasher.update(piece),
            Self::Message(verifier) => verifier.update(piece),
        }
    }
}

/// A signature of any algorithm over a detached payload that arrives in pieces. Its size is part of
/// what is signed, so it is known from the start.
#[derive(Debug)]
#[must_use = "nothing is verified before it is finished"]
pub struct StreamedVerification<'c, H, V, T> {
    algorithm: Algorithm,
    key: PublicKey<'c>,
    signature: Raw<'c>,
    stream: Stream<Running<H, V>>,
    value: T,
}

impl<'c, H: Hasher, V: Verifier, T> StreamedVerification<'c, H, V, T> {
    pub(super) fn start(
        (algorithm, key): (Algorithm, PublicKey<'c>),
        before: &Segments<'_>,
        length: u64,
        signature: Raw<'c>,
        backend: &mut (impl Hash<Hasher = H> + VerifyStream<Verifier<'c> = V>),
        value: T,
    ) -> Result<Self, Error> {
        let running = match algorithm.digest() {
            Some(digest) => backend.start(digest).map(Running::Digest),
            None => {
                let started = backend.start_verify(algorithm, &key, signature.bytes());
                started.map(Running::Message)
            }
        };
        let offset = signature.offset();
        let running = running.map_err(|error| error.at(offset))?;
        let stream = Stream::start(running, before, length, offset);
        Ok(Self { algorithm, key, signature, stream, value })
    }

    /// Takes the next piece of the payload.
    ///
    /// # Errors
    /// `Payload` when it is longer than was said.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.stream.update(piece)
    }

    /// Checks the signature, once the payload is complete.
    ///
    /// # Errors
    /// `Payload` when it is shorter than was said; `VerificationFailed`, `Unsupported`, `KeyMismatch` or
    /// `Backend`, at the signature.
    pub fn finish(self, backend: &mut impl Verify) -> Result<Verified<T>, Error> {
        let answer = match self.stream.complete()? {
            Running::Message(verifier) => verifier.finish(),
            Running::Digest(hasher) => hasher.finish().and_then(|digest| {
                let signed = Signed::Digest(digest);
                backend.verify(self.algorithm, &self.key, &signed, self.signature.bytes())
            }),
        };
        answer.map_err(|error| error.at(self.signature.offset()))?;
        Ok(Verified::new(self.value))
    }
}

/// A tag over a detached payload that arrives in pieces.
#[derive(Debug)]
#[must_use = "nothing is verified before it is finished"]
pub struct StreamedMac<'b, H, T> {
    tag: Raw<'b>,
    stream: Stream<H>,
    value: T,
}

impl<'b, H: Hasher, T> StreamedMac<'b, H, T> {
    pub(super) fn start(
        hasher: H,
        before: &Segments<'_>,
        length: u64,
        tag: Raw<'b>,
        value: T,
    ) -> Self {
        Self { tag, stream: Stream::start(hasher, before, length, tag.offset()), value }
    }

    /// Takes the next piece of the payload.
    ///
    /// # Errors
    /// `Payload` when it is longer than was said.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.stream.update(piece)
    }

    /// Checks the tag, once the payload is complete.
    ///
    /// # Errors
    /// `Payload` when it is shorter than was said; `VerificationFailed`; `Backend`.
    pub fn finish(self) -> Result<Verified<T>, Error> {
        if self.stream.finish()?.matches(self.tag.bytes()) {
            Ok(Verified::new(self.value))
        } else {
            Err(self.tag.error(ErrorKind::VerificationFailed))
        }
    }
}
