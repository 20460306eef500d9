//! Maps whose entries are written in any order and brought into that of RFC 8949, 4.2.1.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::cursor::Cursor;
use super::encoder::Encoder;
use crate::error::{Error, ErrorKind};

impl Encoder<'_> {
    /// Writes a map of `count` entries, which `entries` writes in any order, keys of any type; then puts
    /// them into the bytewise order of their keys, where they are.
    ///
    /// An entry that is not in its place costs a walk over those before it and a rotation, which is
    /// nothing for the maps of a device. Into a `Vec` (`alloc`), where maps may be large, entries are
    /// sorted and copied instead.
    ///
    /// ```
    /// use hexad_cose_core::{Error, cbor::Encoder};
    ///
    /// let mut buffer = [0; 16];
    /// let mut encoder = Encoder::new(&mut buffer);
    /// encoder.map_sorted(3, |entries| {
    ///     entries.text("b")?.unsigned(1)?;
    ///     entries.array(1)?.unsigned(2)?.unsigned(3)?;
    ///     entries.integer(-1)?.unsigned(4).map(drop)
    /// })?;
    /// assert_eq!(encoder.as_bytes(), [0xa3, 0x20, 4, 0x61, b'b', 1, 0x81, 2, 3]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// `BufferTooSmall`, and those of `entries`; `DuplicateKey` at a key for the second time; `Length` when
    /// `entries` wrote another number than `count`; those of [`Cursor::skip`] when it wrote by
    /// [`raw`](Self::raw) what is not well-formed. The map is unfinished then.
    pub fn map_sorted<E: From<Error>>(
        &mut self,
        count: usize,
        entries: impl FnOnce(&mut Encoder<'_>) -> Result<(), E>,
    ) -> Result<&mut Self, E> {
        self.map(count)?;
        let start = self.written();
        entries(self)?;
        let is_large = self.is_growing();
        if let Some(bytes) = self.since(start) {
            let mut entries = Entries { bytes, offset: start };
            if is_large { entries.sort_by_copying(count) } else { entries.sort_in_place(count) }?;
        }
        Ok(self)
    }
}

/// The entries of a map, one after another.
struct Entries<'w> {
    bytes: &'w mut [u8],
    /// Where they stand in the output.
    offset: usize,
}

/// Where an entry begins, where its value does, and where it ends.
#[derive(Clone, Copy, Default)]
struct Entry {
    start: usize,
    value: usize,
    end: usize,
}

impl Entries<'_> {
    /// The entry that begins at `start`.
    fn at(&self, start: usize) -> Result<Entry, Error> {
        let offset = self.offset.saturating_add(start);
        let mut cursor = Cursor::at(self.bytes.get(start..).unwrap_or_default(), offset);
        if cursor.is_empty() {
            return Err(cursor.error(ErrorKind::Length));
        }
        cursor.skip()?;
        let value = cursor.offset().saturating_sub(self.offset);
        if cursor.is_empty() {
            return Err(cursor.error(ErrorKind::Length));
        }
        cursor.skip()?;
        Ok(Entry { start, value, end: cursor.offset().saturating_sub(self.offset) })
    }

    fn key(&self, entry: Entry) -> &[u8] {
        self.bytes.get(entry.start..entry.value).unwrap_or_default()
    }

    fn duplicate(&self, entry: Entry) -> Error {
        Error::new(ErrorKind::DuplicateKey, self.offset.saturating_add(entry.start))
    }

    /// Says that the last of the entries ends at `end`.
    fn finish(&self, end: usize) -> Result<(), Error> {
        if end == self.bytes.len() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Length, self.offset.saturating_add(end)))
    }

    /// Inserts one entry after another among those before it.
    fn sort_in_place(&mut self, count: usize) -> Result<(), Error> {
        // Of the entries that are in order: the last, where all end.
        let mut last = Entry::default();
        for index in 0..count {
            let entry = self.at(last.end)?;
            if index == 0 || self.key(entry) > self.key(last) {
                last = entry;
                continue;
            }
            let place = self.place(entry)?;
            let length = entry.end.saturating_sub(entry.start);
            if let Some(moved) = self.bytes.get_mut(place..entry.end) {
                moved.rotate_right(length);
            }
            last = Entry {
                start: last.start.saturating_add(length),
                value: last.value.saturating_add(length),
                end: entry.end,
            };
        }
        self.finish(last.end)
    }

    /// Where `entry` belongs among those before it, of which one has a greater key.
    fn place(&self, entry: Entry) -> Result<usize, Error> {
        let mut start = 0;
        while start < entry.start {
            let earlier = self.at(start)?;
            match self.key(earlier).cmp(self.key(entry)) {
                core::cmp::Ordering::Less => start = earlier.end,
                core::cmp::Ordering::Equal => return Err(self.duplicate(entry)),
                core::cmp::Ordering::Greater => break,
            }
        }
        Ok(start)
    }

    /// Copies the entries in the order of their keys.
    #[cfg(feature = "alloc")]
    fn sort_by_copying(&mut self, count: usize) -> Result<(), Error> {
        let mut entries = Vec::new();
        let mut end = 0;
        for _ in 0..count {
            let entry = self.at(end)?;
            end = entry.end;
            entries.push(entry);
        }
        self.finish(end)?;
        // Stable: of equal keys the second is named.
        entries.sort_by(|a, b| self.key(*a).cmp(self.key(*b)));
        let mut pairs = entries.iter().zip(entries.iter().skip(1));
        if let Some((_, second)) = pairs.find(|(a, b)| self.key(**a) == self.key(**b)) {
            return Err(self.duplicate(*second));
        }
        let ordered: Vec<u8> = entries
            .iter()
            .flat_map(|entry| self.bytes.get(entry.start..entry.end).unwrap_or_default())
            .copied()
            .collect();
        self.bytes.copy_from_slice(&ordered);
        Ok(())
    }

    #[cfg(not(feature = "alloc"))]
    fn sort_by_copying(&mut self, count: usize) -> Result<(), Error> {
        self.sort_in_place(count)
    }
}

#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests;
