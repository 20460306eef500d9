//! Signing what stands in a buffer, and writing the signature behind it.

use core::task::Poll;

use super::structure::Structure;
use crate::cbor::Encoder;
use crate::crypto::{CryptoError, Hash, Sign, SignAsync, SignPoll, Signed};
use crate::error::{Error, ErrorKind};
use crate::iana::Algorithm;

/// The size of the head of a signature: one byte behind the first up to 255 bytes, as in ECDSA and
/// EdDSA, else two.
const fn head_len(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512
        | Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::ML_DSA_44
        | Algorithm::ML_DSA_65
        | Algorithm::ML_DSA_87
        | Algorithm::HSS_LMS => 3,
        _ => 2,
    }
}

/// The buffer in two: what is written, and the space where a signature goes, behind its head.
pub(super) fn split(
    algorithm: Algorithm,
    buffer: &mut [u8],
    written: usize,
) -> Result<(&[u8], &mut [u8]), Error> {
    let too_small = Error::new(ErrorKind::BufferTooSmall, written);
    let (front, back) = buffer.split_at_mut_checked(written).ok_or(too_small)?;
    Ok((front, back.get_mut(head_len(algorithm)..).ok_or(too_small)?))
}

/// Puts the head before a signature of `length` bytes that stands where [`split`] left space; where
/// it ends then.
pub(super) fn place(
    algorithm: Algorithm,
    buffer: &mut [u8],
    written: usize,
    length: usize,
) -> Result<usize, Error> {
    let from = written.saturating_add(head_len(algorithm));
    let end = from.checked_add(length).filter(|end| *end <= buffer.len() && length != 0);
    let signature = from..end.ok_or_else(|| CryptoError::Device.at(written))?;
    let mut head = [0; 9];
    let mut encoder = Encoder::new(&mut head);
    let head = encoder.bytes_head(length)?.as_bytes();
    let start = written.saturating_add(head.len());
    // The words of `copy_within`, so that the compiler sees that it can't panic.
    if buffer.len().checked_sub(length).is_none_or(|last| start > last) {
        return Err(Error::new(ErrorKind::BufferTooSmall, written));
    }
    // A signature of another length than usual has another head than was left space for.
    buffer.copy_within(signature, start);
    Encoder::resuming(buffer, written).raw(head)?;
    Ok(start.saturating_add(length))
}

/// Signs `structure`, of which parts stand in the first `written` bytes of `buffer`, and writes the
/// signature as a byte string behind them; where it ends.
pub(super) fn sign<B: Sign + Hash>(
    algorithm: Algorithm,
    structure: &Structure<'_>,
    buffer: &mut [u8],
    written: usize,
    key: &B::Key,
    backend: &mut B,
) -> Result<usize, Error> {
    let (front, space) = split(algorithm, buffer, written)?;
    let signed = Signed::new(algorithm, structure.segments(front), backend);
    let signed = signed.map_err(|error| error.at(written))?;
    let length = backend.sign(algorithm, key, &signed, space).map_err(|error| error.at(written))?;
    place(algorithm, buffer, written, length)
}

/// As [`sign`], on a device that an executor waits for.
pub(super) async fn sign_async<B: SignAsync>(
    algorithm: Algorithm,
    structure: &Structure<'_>,
    buffer: &mut [u8],
    written: usize,
    key: &B::Key,
    backend: &mut B,
    hash: &mut impl Hash,
) -> Result<usize, Error> {
    let (front, space) = split(algorithm, buffer, written)?;
    let signed = Signed::new(algorithm, structure.segments(front), hash);
    let signed = signed.map_err(|error| error.at(written))?;
    let made = backend.sign(algorithm, key, &signed, space).await;
    place(algorithm, buffer, written, made.map_err(|error| error.at(written))?)
}

/// A signature that a device is working on.
#[derive(Debug)]
#[must_use = "the message is not complete before the signature has been polled to its end"]
pub struct PendingSignature<'w, J> {
    algorithm: Algorithm,
    /// None once the answer was given.
    buffer: Option<&'w mut [u8]>,
    written: usize,
    job: J,
}

impl<'w, J> PendingSignature<'w, J> {
    pub(super) const fn new(
        algorithm: Algorithm,
        buffer: &'w mut [u8],
        written: usize,
        job: J,
    ) -> Self {
        Self { algorithm, buffer: Some(buffer), written, job }
    }

    /// Asks the device for the signature; when it is there, the finished message.
    ///
    /// # Errors
    /// When ready: `BufferTooSmall` or `Backend`; `Backend` also when polled again after the answer.
    pub fn poll<B: SignPoll<Job = J>>(&mut self, backend: &mut B) -> Poll<Result<&'w [u8], Error>> {
        let Some(buffer) = self.buffer.take() else {
            return Poll::Ready(Err(Error::new(ErrorKind::Backend, self.written)));
        };
        let answer = match split(self.algorithm, buffer, self.written) {
            Ok((_, space)) => backend.poll(&mut self.job, space),
            Err(error) => return Poll::Ready(Err(error)),
        };
        let Poll::Ready(made) = answer else {
            self.buffer = Some(buffer);
            return Poll::Pending;
        };
        Poll::Ready(made.map_err(|error| error.at(self.written)).and_then(|length| {
            let end = place(self.algorithm, buffer, self.written, length)?;
            let message: &'w [u8] = buffer;
            Ok(message.get(..end).unwrap_or_default())
        }))
    }
}

#[cfg(test)]
mod tests;
