//! A ciphertext that arrives in pieces.

use crate::crypto::{OpenStream, Opener};
use crate::error::{Error, ErrorKind};
use crate::message::decryption::Opening;

/// The longest tag of a content-encryption algorithm, in bytes.
const MAX_TAG: usize = 16;

/// A decryption of a ciphertext that arrives in pieces and is decrypted where it stands. Its size is
/// known from the start, so that the tag behind it is told from the content.
///
/// What [`update`](Self::update) gives is not proven: it may be stored, never acted on, before
/// [`finish`](Self::finish) has said that the tag is right. For a cipher without a tag that is said of
/// everything: a digest from elsewhere has to vouch for the content.
#[derive(Debug)]
#[must_use = "nothing is proven before it is finished"]
pub struct StreamedDecryption<O> {
    opener: O,
    /// How many bytes of content are still to come; the tag follows.
    left: u64,
    tag: [u8; MAX_TAG],
    /// How long the tag is, and how much of it has come.
    tag_len: usize,
    taken: usize,
    offset: usize,
}

impl<O: Opener> StreamedDecryption<O> {
    pub(super) fn start<B: OpenStream<Opener = O>>(
        opening: &Opening<'_>,
        key: &B::Key,
        length: u64,
        offset: usize,
        backend: &mut B,
    ) -> Result<Self, Error> {
        let tag_len = opening.sizes.tag_len;
        let short = Error::new(ErrorKind::VerificationFailed, offset);
        let tag = u64::try_from(tag_len).map_err(|_| short)?;
        let left = length.checked_sub(tag).ok_or(short)?;
        let nonce = opening.nonce.as_bytes();
        let opener = backend
            .start_open(opening.algorithm, key, nonce, &opening.aad)
            .map_err(|error| error.at(offset))?;
        Ok(Self { opener, left, tag: [0; MAX_TAG], tag_len, taken: 0, offset })
    }

    /// Decrypts the next piece in place: the part of it that is content, unproven.
    ///
    /// # Errors
    /// `Payload` when the ciphertext is longer than was said; `Backend`.
    pub fn update<'p>(&mut self, piece: &'p mut [u8]) -> Result<&'p [u8], Error> {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX).min(self.left);
        let (content, rest) = piece
            .split_at_mut_checked(usize::try_from(length).unwrap_or(usize::MAX))
            .ok_or(Error::new(ErrorKind::Payload, self.offset))?;
        self.opener.update(content).map_err(|error| error.at(self.offset))?;
        self.left = self.left.saturating_sub(length);
        let free = self.tag.get_mut(self.taken..self.tag_len).unwrap_or_default();
        let free = free.get_mut(..rest.len()).ok_or(Error::new(ErrorKind::Payload, self.offset))?;
        free.copy_from_slice(rest);
        self.taken = self.taken.saturating_add(rest.len());
        Ok(content)
    }

    /// Says whether the tag is right, once the ciphertext is complete.
    ///
    /// # Errors
    /// `Payload` when the ciphertext is shorter than was said; `VerificationFailed`; `Backend`.
    pub fn finish(self) -> Result<(), Error> {
        if self.left != 0 || self.taken != self.tag_len {
            return Err(Error::new(ErrorKind::Payload, self.offset));
        }
        let tag = self.tag.get(..self.tag_len).unwrap_or_default();
        self.opener.finish(tag).map_err(|error| error.at(self.offset))
    }
}
