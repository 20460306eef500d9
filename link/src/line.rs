//! The device's end of the line.

use core::fmt;

use hexad_cose_core::Error;
use hexad_cose_core::cbor::Encoder;

use crate::frame::{self, FRAME, FrameError, MESSAGE, Receiver};
use crate::message::{Request, Response};

/// A UART, or what does as one.
pub trait Port {
    /// Waits for a byte.
    fn receive(&mut self) -> u8;

    /// Waits until the byte can be sent.
    fn send(&mut self, byte: u8);
}

/// Why what arrived is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// The frame was dropped; so many of its bytes had arrived.
    Frame(FrameError, usize),
    /// The message is not in order.
    Message(Error),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error, received) => write!(f, "{error} at byte {received}"),
            Self::Message(error) => write!(f, "the request: {error}"),
        }
    }
}

impl core::error::Error for LineError {}

/// The line to the host.
///
/// ```
/// use hexad_link::{Line, Port, Request, Response};
///
/// fn serve(mut line: Line<impl Port>) -> ! {
///     loop {
///         match line.receive() {
///             Ok(Request::Boot) => line.send(&Response::Refused("nothing is installed")),
///             Ok(_) => line.send(&Response::Refused("not now")),
///             Err(error) => line.refuse(&error),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Line<P> {
    port: P,
    receiver: Receiver,
    /// The request that was received last is to be received again.
    again: bool,
}

impl<P: Port> Line<P> {
    /// The line over `port`.
    pub const fn new(port: P) -> Self {
        Self { port, receiver: Receiver::new(), again: false }
    }

    /// Waits for a request.
    ///
    /// # Errors
    /// What arrived is none; the host is to be told so, as it waits for an answer.
    pub fn receive(&mut self) -> Result<Request<'_>, LineError> {
        while !core::mem::take(&mut self.again) {
            if let Some(frame) = self.receiver.feed(self.port.receive()) {
                frame.map_err(|error| LineError::Frame(error, self.receiver.received()))?;
                break;
            }
        }
        Request::parse(self.receiver.message()).map_err(LineError::Message)
    }

    /// The request that was received last is another one's affair: it will be received again.
    pub const fn put_back(&mut self) {
        self.again = true;
    }

    /// Answers a request. An answer that is too long becomes a refusal.
    pub fn send(&mut self, response: &Response<'_>) {
        let (mut message, mut stuffed) = ([0; MESSAGE], [0; FRAME]);
        let mut encoder = Encoder::new(&mut message);
        if response.encode(&mut encoder).is_err() {
            return self.send(&Response::Refused("the answer is too long"));
        }
        let frame = frame::encode(encoder.as_bytes(), &mut stuffed);
        frame.unwrap_or_default().iter().for_each(|byte| self.port.send(*byte));
    }

    /// Refuses, in the words of `why`, up to where they are too long.
    pub fn refuse(&mut self, why: &dyn fmt::Display) {
        let mut words = heapless::String::<128>::new();
        // What does not fit is left out.
        let _ = fmt::Write::write_fmt(&mut words, format_args!("{why}"));
        self.send(&Response::Refused(&words));
    }
}
