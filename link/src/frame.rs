//! Frames: a message with its CRC-32, stuffed (COBS) so that a zero stands between frames alone.
//!
//! Whatever was lost or garbled, the next zero is the end of it: the receiver needs no clock to find the
//! beginning of the next frame.

use core::fmt;

use cobs::{CobsEncoder, DecodeResult, DecoderState, max_encoding_length};
use crc::{CRC_32_ISO_HDLC, Crc};

/// The most bytes of a message.
pub const MESSAGE: usize = 1152;
/// The most bytes of a frame, with the zeros around it.
pub const FRAME: usize = max_encoding_length(MESSAGE + CHECK) + 2;

/// The CRC's bytes, the least significant first.
const CHECK: usize = 4;
/// The CRC-32 of Ethernet and zlib.
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The CRC-32 (ISO-HDLC) of `bytes`.
#[must_use]
pub const fn crc_32(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

/// Why a frame was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// A zero stands where the stuffing promises another byte: bytes were lost, or are garbled.
    Stuffing,
    /// The frame holds more than [`MESSAGE`] bytes.
    TooLong,
    /// The CRC is not that of the message.
    Crc,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stuffing => "the frame ends before its time",
            Self::TooLong => "the frame is too long",
            Self::Crc => "the frame's CRC does not match",
        })
    }
}

impl core::error::Error for FrameError {}

/// Puts `message` into a frame, in `buffer`; `None` if it is longer than [`MESSAGE`] bytes.
///
/// ```
/// use hexad_link::frame::{self, FRAME, Receiver};
///
/// let mut buffer = [0; FRAME];
/// let frame = frame::encode(b"hello", &mut buffer).unwrap();
/// let mut receiver = Receiver::new();
/// // What came before is dropped at the zero with which the frame begins.
/// assert!(receiver.feed(0x42).is_none());
/// let arrived: Vec<_> = frame.iter().filter_map(|byte| receiver.feed(*byte)).collect();
/// assert_eq!(arrived, [Err(frame::FrameError::Stuffing), Ok(())]);
/// assert_eq!(receiver.message(), b"hello");
/// ```
#[must_use]
pub fn encode<'f>(message: &[u8], buffer: &'f mut [u8; FRAME]) -> Option<&'f [u8]> {
    if message.len() > MESSAGE {
        return None;
    }
    let (start, stuffed) = buffer.split_first_mut()?;
    *start = 0;
    let mut encoder = CobsEncoder::new(stuffed);
    encoder.push(message).ok()?;
    encoder.push(&crc_32(message).to_le_bytes()).ok()?;
    let end = encoder.finalize().checked_add(1)?;
    *buffer.get_mut(end)? = 0;
    buffer.get(..end.checked_add(1)?)
}

/// Takes frames from a stream of bytes.
#[derive(Debug)]
pub struct Receiver {
    state: DecoderState,
    buffer: [u8; MESSAGE + CHECK],
    /// How many bytes of the frame have come, also those that there is no room for.
    length: usize,
}

impl Receiver {
    /// A receiver that waits for a frame.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: DecoderState::Idle, buffer: [0; MESSAGE + CHECK], length: 0 }
    }

    /// Takes the next byte. `Some` at the end of a frame: its [`message`](Self::message) is there, or
    /// the frame is dropped for this reason.
    pub fn feed(&mut self, byte: u8) -> Option<Result<(), FrameError>> {
        match self.state.feed(byte) {
            Ok(DecodeResult::NoData) => None,
            Ok(DecodeResult::DataStart) => {
                self.length = 0;
                None
            }
            Ok(DecodeResult::DataContinue(byte)) => {
                if let Some(place) = self.buffer.get_mut(self.length) {
                    *place = byte;
                }
                self.length = self.length.saturating_add(1);
                None
            }
            Ok(DecodeResult::DataComplete) => Some(self.complete()),
            Err(_) => Some(Err(FrameError::Stuffing)),
        }
    }

    fn complete(&self) -> Result<(), FrameError> {
        let frame = self.buffer.get(..self.length).ok_or(FrameError::TooLong)?;
        let (message, check) = frame.split_last_chunk().ok_or(FrameError::Crc)?;
        if u32::from_le_bytes(*check) == crc_32(message) { Ok(()) } else { Err(FrameError::Crc) }
    }

    /// The message of the frame that has just ended well.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.buffer.get(..self.length.saturating_sub(CHECK)).unwrap_or_default()
    }

    /// How many bytes the frame has, its CRC among them, or had when it was dropped.
    #[must_use]
    pub const fn received(&self) -> usize {
        self.length
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
