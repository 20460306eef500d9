//! Writing a map whose members may be absent: counted first, then written in order.

use super::encoder::Encoder;
use crate::error::{Error, ErrorKind};
use crate::labels::Label;

/// The members of a map that [`write_map`] writes.
#[derive(Debug)]
pub struct Members<'e, 'w, 'l> {
    /// None while the members are only counted.
    encoder: Option<&'e mut Encoder<'w>>,
    count: usize,
    last: Option<Label<'l>>,
}

/// Writes a map in deterministic encoding. `members` puts those that there are, in ascending order of
/// their labels; it runs twice, first only to count them.
///
/// ```
/// use hexad_cose_core::{Error, cbor::{Encoder, write_map}};
///
/// let mut buffer = [0; 8];
/// let mut encoder = Encoder::new(&mut buffer);
/// write_map(&mut encoder, |members| {
///     members.text(1, Some("A"))?;
///     members.text(2, None)?;
///     members.boolean(262, Some(true))
/// })?;
/// assert_eq!(encoder.as_bytes(), [0xa2, 0x01, 0x61, b'A', 0x19, 0x01, 0x06, 0xf5]);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// `BufferTooSmall`; `NotDeterministic` at a label out of order; and those of `members`.
pub fn write_map<'l, E: From<Error>>(
    encoder: &mut Encoder<'_>,
    members: impl Fn(&mut Members<'_, '_, 'l>) -> Result<(), E>,
) -> Result<(), E> {
    let mut counted = Members { encoder: None, count: 0, last: None };
    members(&mut counted)?;
    encoder.map(counted.count)?;
    members(&mut Members { encoder: Some(encoder), count: 0, last: None })
}

impl<'w, 'l> Members<'_, 'w, 'l> {
    /// A member whose value `write` writes; not called while the members are only counted.
    ///
    /// # Errors
    /// `BufferTooSmall`; `NotDeterministic` when `label` does not follow the one before; and those of
    /// `write`.
    pub fn put<E: From<Error>>(
        &mut self,
        label: impl Into<Label<'l>>,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.begin(label.into())? {
            Some(encoder) => write(encoder),
            None => Ok(()),
        }
    }

    /// Counts a member, and writes its label unless they are only counted.
    // Out of line: what stays in `put` is there once for every member of every map.
    #[inline(never)]
    fn begin(&mut self, label: Label<'l>) -> Result<Option<&mut Encoder<'w>>, Error> {
        let ordered = self.last.is_none_or(|last| last < label);
        self.last = Some(label);
        self.count = self.count.saturating_add(1);
        let Some(encoder) = self.encoder.as_deref_mut() else {
            return Ok(None);
        };
        if !ordered {
            return Err(Error::new(ErrorKind::NotDeterministic, encoder.written()));
        }
        label.encode(encoder)?;
        Ok(Some(encoder))
    }

    /// A text, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn text(&mut self, label: i64, value: Option<&str>) -> Result<(), Error> {
        match value {
            None => Ok(()),
            Some(value) => self.put(label, |encoder| encoder.text(value).map(drop)),
        }
    }

    /// A byte string, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn bytes(&mut self, label: i64, value: Option<&[u8]>) -> Result<(), Error> {
        match value {
            None => Ok(()),
            Some(value) => self.put(label, |encoder| encoder.bytes(value).map(drop)),
        }
    }

    /// An integer, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn integer(&mut self, label: i64, value: Option<i64>) -> Result<(), Error> {
        match value {
            None => Ok(()),
            Some(value) => self.put(label, |encoder| encoder.integer(value).map(drop)),
        }
    }

    /// An unsigned integer, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn unsigned(&mut self, label: i64, value: Option<u64>) -> Result<(), Error> {
        match value {
            None => Ok(()),
            Some(value) => self.put(label, |encoder| encoder.unsigned(value).map(drop)),
        }
    }

    /// A boolean, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn boolean(&mut self, label: i64, value: Option<bool>) -> Result<(), Error> {
        match value {
            None => Ok(()),
            Some(value) => self.put(label, |encoder| encoder.boolean(value).map(drop)),
        }
    }
}

impl From<i64> for Label<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl<'b> From<&'b str> for Label<'b> {
    fn from(text: &'b str) -> Self {
        Self::Text(text)
    }
}
