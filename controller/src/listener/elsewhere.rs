//! No packet sockets here.

use std::io;
use std::time::Duration;

/// Hears nothing: there is none of it.
#[derive(Debug)]
pub enum Listener {}

impl Listener {
    /// Listens at the interface of this name.
    ///
    /// # Errors
    /// Always: packet sockets are Linux's.
    pub fn open(_: &str) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "frames are heard on Linux alone"))
    }

    /// Waits for the next frame.
    ///
    /// # Errors
    /// None: there is no such listener.
    pub fn next(&self, _: Duration) -> io::Result<Option<Vec<u8>>> {
        match *self {}
    }
}
