//! Messages: what the host asks and the device answers, each a CBOR array that begins with its number.

use hexad_cose_core::cbor::{Cursor, Encoder};
use hexad_cose_core::{Error, ErrorKind};

/// The most bytes of an envelope or a payload in one [`Block`].
pub const BLOCK: usize = 1024;

/// What the host asks. Every request is answered by one [`Response`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request<'b> {
    /// `[0]`: boot what is installed. Answered by `Booted`.
    Boot,
    /// `[1, offset, total, bytes]`: a piece of a SUIT envelope. One at offset 0 begins an update and
    /// abandons another. Answered by `More`; after the last piece by `Fetch`, or `Installed`.
    Envelope(Block<'b>),
    /// `[2, offset, total, bytes]`: a piece of the payload that `Fetch` asked for. Answered by `More`;
    /// after the last piece by `Installed`, or another `Fetch`.
    Payload(Block<'b>),
    /// `[3, nonce]`: attest. Answered by `Evidence`.
    Attest(&'b [u8]),
}

/// A piece of something longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'b> {
    /// Where the piece begins, in bytes. One that is not where the device is, or that adds nothing, is
    /// answered by `More`, and by that alone: a block may be sent again.
    pub offset: u32,
    /// How many bytes the whole has.
    pub total: u32,
    /// At most [`BLOCK`] bytes.
    pub bytes: &'b [u8],
}

/// What the device answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response<'b> {
    /// `[0, sequence-number, image-size, image-digest, answer]`: the installed manifest verified, its
    /// sequences ran, and the image was invoked.
    Booted {
        /// `suit-manifest-sequence-number`.
        sequence_number: u64,
        /// In bytes.
        image_size: u64,
        /// SHA-256 of the image, measured in the flash.
        image_digest: &'b [u8],
        /// What the program returned; 0 when the image is data ([`PROGRAM`](crate::chip::PROGRAM)).
        answer: u32,
    },
    /// `[1, offset]`: go on from this byte.
    More(u32),
    /// `[2, uri, limit / null]`: the manifest fetches this payload, of at most so many bytes.
    Fetch {
        /// `suit-parameter-uri`.
        uri: &'b str,
        /// The most bytes that are taken.
        limit: Option<u64>,
    },
    /// `[3, sequence-number, commands]`: the update has ended well.
    Installed {
        /// `suit-manifest-sequence-number`.
        sequence_number: u64,
        /// The labels of the commands that were run, in order: a CBOR sequence in a byte string.
        commands: &'b [u8],
    },
    /// `[4, token]`: the EAT, a signed COSE_Sign1.
    Evidence(&'b [u8]),
    /// `[5, why]`: no, and nothing has changed but what the next update overwrites. What is wrong, and at
    /// which byte of the envelope, the message or the frame, as the error of the crate that found it says.
    Refused(&'b str),
}

impl<'b> Request<'b> {
    /// Reads a message.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte; `InvalidValue` for a number, or a number of items, that
    /// no request has, and for a block that reaches beyond its whole.
    pub fn parse(message: &'b [u8]) -> Result<Self, Error> {
        let (number, mut cursor) = open(message)?;
        let request = match number {
            (0, 1) => Self::Boot,
            (1, 4) => Self::Envelope(Block::parse(&mut cursor)?),
            (2, 4) => Self::Payload(Block::parse(&mut cursor)?),
            (3, 2) => Self::Attest(cursor.bytes()?),
            _ => return Err(Error::new(ErrorKind::InvalidValue, 0)),
        };
        cursor.finish()?;
        Ok(request)
    }

    /// Writes the message.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Boot => encoder.array(1)?.unsigned(0)?,
            Self::Envelope(block) => block.encode(encoder.array(4)?.unsigned(1)?)?,
            Self::Payload(block) => block.encode(encoder.array(4)?.unsigned(2)?)?,
            Self::Attest(nonce) => encoder.array(2)?.unsigned(3)?.bytes(nonce)?,
        };
        Ok(())
    }
}

impl<'b> Block<'b> {
    /// The bytes, if they are the next after the `taken` ones, to which they are added.
    #[must_use]
    pub fn after(&self, taken: &mut u32) -> Option<&'b [u8]> {
        if self.offset != *taken {
            return None;
        }
        *taken = taken.saturating_add(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        Some(self.bytes)
    }

    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let offset: u32 = cursor.unsigned_as()?;
        let total = cursor.unsigned_as()?;
        let at = *cursor;
        let bytes = cursor.bytes()?;
        let end = u32::try_from(bytes.len()).ok().and_then(|length| offset.checked_add(length));
        if bytes.len() > BLOCK || end.is_none_or(|end| end > total) {
            return Err(at.error(ErrorKind::InvalidValue));
        }
        Ok(Self { offset, total, bytes })
    }

    fn encode<'e, 'w>(&self, encoder: &'e mut Encoder<'w>) -> Result<&'e mut Encoder<'w>, Error> {
        encoder.unsigned(self.offset.into())?.unsigned(self.total.into())?.bytes(self.bytes)
    }
}

impl<'b> Response<'b> {
    /// Reads a message.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte; `InvalidValue` for a number, or a number of items,
    /// that no response has.
    pub fn parse(message: &'b [u8]) -> Result<Self, Error> {
        let (number, mut cursor) = open(message)?;
        let response = match number {
            (0, 5) => Self::Booted {
                sequence_number: cursor.unsigned()?,
                image_size: cursor.unsigned()?,
                image_digest: cursor.bytes()?,
                answer: cursor.unsigned_as()?,
            },
            (1, 2) => Self::More(cursor.unsigned_as()?),
            (2, 3) => Self::Fetch {
                uri: cursor.text()?,
                limit: if cursor.take_null() { None } else { Some(cursor.unsigned()?) },
            },
            (3, 3) => {
                Self::Installed { sequence_number: cursor.unsigned()?, commands: cursor.bytes()? }
            }
            (4, 2) => Self::Evidence(cursor.bytes()?),
            (5, 2) => Self::Refused(cursor.text()?),
            _ => return Err(Error::new(ErrorKind::InvalidValue, 0)),
        };
        cursor.finish()?;
        Ok(response)
    }

    /// Writes the message.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match *self {
            Self::Booted { sequence_number, image_size, image_digest, answer } => {
                encoder.array(5)?.unsigned(0)?.unsigned(sequence_number)?;
                encoder.unsigned(image_size)?.bytes(image_digest)?.unsigned(answer.into())?
            }
            Self::More(offset) => encoder.array(2)?.unsigned(1)?.unsigned(offset.into())?,
            Self::Fetch { uri, limit } => {
                encoder.array(3)?.unsigned(2)?.text(uri)?;
                match limit {
                    Some(limit) => encoder.unsigned(limit)?,
                    None => encoder.null()?,
                }
            }
            Self::Installed { sequence_number, commands } => {
                encoder.array(3)?.unsigned(3)?.unsigned(sequence_number)?.bytes(commands)?
            }
            Self::Evidence(token) => encoder.array(2)?.unsigned(4)?.bytes(token)?,
            Self::Refused(why) => encoder.array(2)?.unsigned(5)?.text(why)?,
        };
        Ok(())
    }
}

/// The number of a message and how many items its array has; the cursor stands after the number.
fn open(message: &[u8]) -> Result<((u64, usize), Cursor<'_>), Error> {
    let mut cursor = Cursor::new(message);
    // An indefinite length is no number of items that a message has.
    let count = cursor.array()?.definite().unwrap_or_default();
    Ok(((cursor.unsigned()?, count), cursor))
}

#[cfg(test)]
mod tests;
