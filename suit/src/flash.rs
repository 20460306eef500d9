//! Components as partitions of a NOR flash, over the traits of `embedded-storage`.

mod sequence_number;
mod swap;

use core::fmt;

use embedded_storage::nor_flash::NorFlash;

use crate::platform::{Component, Failure};

pub use sequence_number::SequenceNumber;

/// Where a component lies in the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition<'a> {
    /// The component's identifier: its segments.
    pub identifier: &'a [&'a [u8]],
    /// The first byte, a multiple of the flash's erase size.
    pub offset: u32,
    /// The size in bytes, a multiple of the flash's erase size.
    pub length: u32,
}

/// Why a table of partitions does not fit a flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The partition at this place of the table does not begin or end where an erase block does.
    Unaligned(usize),
    /// The partition at this place of the table ends beyond the flash.
    OutOfBounds(usize),
    /// The partition at this place of the table overlaps an earlier one, or has its identifier.
    Overlap(usize),
    /// The buffer is not a multiple of the flash's read, write and erase sizes as it must be.
    Buffer,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unaligned(place) => write!(f, "partition {place} splits an erase block"),
            Self::OutOfBounds(place) => write!(f, "partition {place} ends beyond the flash"),
            Self::Overlap(place) => write!(f, "partition {place} overlaps an earlier one"),
            Self::Buffer => f.write_str("the buffer does not suit the flash's block sizes"),
        }
    }
}

impl core::error::Error for LayoutError {}

/// A flash whose partitions are components: what a [`Platform`](crate::Platform) needs of storage.
///
/// `BUFFER` bytes are staged in memory; a multiple of the flash's read and write sizes of which
/// whole ones fill an erase block. Nothing is written beyond a partition, and nothing beyond the
/// limit that a transfer was begun with.
///
/// With a [swap area](Self::with_swap_area), two components of one size can be exchanged, through any
/// power cut.
///
/// ```
/// use core::task::Poll;
/// use embedded_storage::nor_flash::NorFlash;
/// use hexad_suit::{Component, Failure};
/// use hexad_suit::flash::{Partition, Partitions};
///
/// const TABLE: &[Partition<'_>] = &[
///     Partition { identifier: &[b"app", b"a"], offset: 0x1_0000, length: 0x4_0000 },
///     Partition { identifier: &[b"app", b"b"], offset: 0x5_0000, length: 0x4_0000 },
/// ];
///
/// struct Device<F> {
///     storage: Partitions<'static, F, 256>,
/// }
///
/// impl<F: NorFlash> Device<F> {
///     // The body of `Platform::read`; the others are as short.
///     fn read(&mut self, component: &Component<'_>, offset: u64, limit: u64) -> Poll<Result<&[u8], Failure>> {
///         Poll::Ready(self.storage.read(component, offset, limit))
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Partitions<'a, F, const BUFFER: usize> {
    flash: F,
    table: &'a [Partition<'a>],
    buffer: [u8; BUFFER],
    transfer: Option<Transfer>,
    /// Where the three blocks for exchanging components begin.
    swap_area: Option<u32>,
}

/// A transfer into a partition that is under way.
#[derive(Clone, Copy, Debug)]
struct Transfer {
    /// Where the partition begins in the flash.
    start: u32,
    /// How many bytes may be stored.
    limit: u32,
    /// How many bytes are in the flash.
    written: u32,
    /// How many bytes are in the buffer, after those.
    staged: usize,
}

impl<'a, F: NorFlash, const BUFFER: usize> Partitions<'a, F, BUFFER> {
    /// Divides `flash` by `table`.
    ///
    /// # Errors
    /// A [`LayoutError`] when the table does not fit the flash.
    pub fn new(flash: F, table: &'a [Partition<'a>]) -> Result<Self, LayoutError> {
        let fits = |size: usize| BUFFER != 0 && BUFFER.is_multiple_of(size);
        if !fits(F::WRITE_SIZE) || !fits(F::READ_SIZE) || !F::ERASE_SIZE.is_multiple_of(BUFFER) {
            return Err(LayoutError::Buffer);
        }
        for (place, partition) in table.iter().enumerate() {
            let aligned = |at: u32| to_usize(at).is_multiple_of(F::ERASE_SIZE);
            if !aligned(partition.offset) || !aligned(partition.length) {
                return Err(LayoutError::Unaligned(place));
            }
            let end = partition.offset.checked_add(partition.length);
            let end = end.filter(|end| to_usize(*end) <= flash.capacity());
            let end = end.ok_or(LayoutError::OutOfBounds(place))?;
            let overlaps = |earlier: &Partition<'_>| {
                earlier.identifier == partition.identifier
                    || (earlier.offset < end
                        && partition.offset < earlier.offset.saturating_add(earlier.length))
            };
            if table.iter().take(place).any(overlaps) {
                return Err(LayoutError::Overlap(place));
            }
        }
        Ok(Self { flash, table, buffer: [0; BUFFER], transfer: None, swap_area: None })
    }

    /// With three erase blocks from byte `offset` of the flash on for [`swap`](Self::swap).
    ///
    /// # Errors
    /// A [`LayoutError`] when they are not in the flash or overlap a partition; the place is one behind
    /// those of the table. `Buffer` when a header of 32 bytes can't be read or written.
    pub fn with_swap_area(mut self, offset: u32) -> Result<Self, LayoutError> {
        let place = self.table.len();
        let fits = |size: usize| size != 0 && 32usize.is_multiple_of(size);
        if !fits(F::WRITE_SIZE) || !fits(F::READ_SIZE) || F::ERASE_SIZE <= 32 {
            return Err(LayoutError::Buffer);
        }
        if !to_usize(offset).is_multiple_of(F::ERASE_SIZE) {
            return Err(LayoutError::Unaligned(place));
        }
        let length = u32::try_from(F::ERASE_SIZE.saturating_mul(3)).ok();
        let end = length.and_then(|length| offset.checked_add(length));
        let end = end.filter(|end| to_usize(*end) <= self.flash.capacity());
        let end = end.ok_or(LayoutError::OutOfBounds(place))?;
        let overlaps = |partition: &Partition<'_>| {
            partition.offset < end && offset < partition.offset.saturating_add(partition.length)
        };
        if self.table.iter().any(overlaps) {
            return Err(LayoutError::Overlap(place));
        }
        self.swap_area = Some(offset);
        Ok(self)
    }

    /// The flash.
    pub fn flash_mut(&mut self) -> &mut F {
        &mut self.flash
    }

    /// The flash, without its partitions.
    #[must_use]
    pub fn into_flash(self) -> F {
        self.flash
    }

    fn partition(&self, component: &Component<'_>) -> Option<&'a Partition<'a>> {
        self.table.iter().find(|partition| component.identifier.is(partition.identifier))
    }

    /// Whether the component has a partition.
    #[must_use]
    pub fn has(&self, component: &Component<'_>) -> bool {
        self.partition(component).is_some()
    }

    /// The size of the component's partition in bytes: the largest image that it can hold.
    #[must_use]
    pub fn capacity(&self, component: &Component<'_>) -> Option<u64> {
        self.partition(component).map(|partition| partition.length.into())
    }

    /// Begins to replace the component's content by at most `limit` bytes (without a limit: by as
    /// many as the partition holds). Another transfer is abandoned.
    ///
    /// # Errors
    /// `Unsupported` for a component without a partition; `Failed` when the limit is beyond it:
    /// nothing was erased or written then.
    pub fn begin(&mut self, component: &Component<'_>, limit: Option<u64>) -> Result<(), Failure> {
        let partition = self.partition(component).ok_or(Failure::Unsupported)?;
        let limit = match limit {
            Some(limit) => u32::try_from(limit).map_err(|_| Failure::Failed)?,
            None => partition.length,
        };
        if limit > partition.length {
            return Err(Failure::Failed);
        }
        let start = partition.offset;
        self.transfer = Some(Transfer { start, limit, written: 0, staged: 0 });
        Ok(())
    }

    /// Adds bytes to the transfer. Each erase block is erased just before its first byte is written.
    ///
    /// # Errors
    /// `Failed` when no transfer was begun, when the bytes exceed its limit, or when the flash fails;
    /// the transfer has ended then.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut transfer = self.transfer.take().ok_or(Failure::Failed)?;
        let stored = to_usize(transfer.written).saturating_add(transfer.staged);
        if stored.saturating_add(bytes.len()) > to_usize(transfer.limit) {
            return Err(Failure::Failed);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.buffer.get_mut(transfer.staged..).unwrap_or_default();
            let length = room.len().min(rest.len());
            let (now, later) = rest.split_at_checked(length).ok_or(Failure::Failed)?;
            for (to, from) in room.iter_mut().zip(now) {
                *to = *from;
            }
            rest = later;
            transfer.staged = transfer.staged.saturating_add(length);
            if transfer.staged == BUFFER {
                self.flush(&mut transfer)?;
            }
        }
        self.transfer = Some(transfer);
        Ok(())
    }

    /// Ends the transfer; how many bytes were stored.
    ///
    /// # Errors
    /// `Failed` when no transfer was begun, or when the flash fails.
    pub fn finish(&mut self) -> Result<u64, Failure> {
        let mut transfer = self.transfer.take().ok_or(Failure::Failed)?;
        let stored = to_usize(transfer.written).saturating_add(transfer.staged);
        if transfer.staged != 0 {
            self.flush(&mut transfer)?;
        }
        u64::try_from(stored).map_err(|_| Failure::Failed)
    }

    /// Writes what is staged, filled up to whole words with bytes as erasing leaves them.
    fn flush(&mut self, transfer: &mut Transfer) -> Result<(), Failure> {
        let length = whole_words(transfer.staged, F::WRITE_SIZE)?;
        let words = self.buffer.get_mut(..length).ok_or(Failure::Failed)?;
        for padding in words.iter_mut().skip(transfer.staged) {
            *padding = 0xff;
        }
        let at = transfer.start.checked_add(transfer.written).ok_or(Failure::Failed)?;
        if to_usize(transfer.written).is_multiple_of(F::ERASE_SIZE) {
            let block = u32::try_from(F::ERASE_SIZE).map_err(|_| Failure::Failed)?;
            let end = at.checked_add(block).ok_or(Failure::Failed)?;
            self.flash.erase(at, end).map_err(|_| Failure::Failed)?;
        }
        self.flash.write(at, words).map_err(|_| Failure::Failed)?;
        let staged = u32::try_from(transfer.staged).map_err(|_| Failure::Failed)?;
        transfer.written = transfer.written.saturating_add(staged);
        transfer.staged = 0;
        Ok(())
    }

    /// A piece of the component's partition: from byte `offset` on, at most `limit` bytes and at most
    /// as many as the buffer holds; nothing at the partition's end.
    ///
    /// # Errors
    /// `Unsupported` for a component without a partition; `Failed` beyond its end, while a transfer
    /// is under way, or when the flash fails.
    pub fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Result<&[u8], Failure> {
        if self.transfer.is_some() {
            return Err(Failure::Failed);
        }
        let partition = self.partition(component).ok_or(Failure::Unsupported)?;
        let offset = u32::try_from(offset).map_err(|_| Failure::Failed)?;
        let left = partition.length.checked_sub(offset).ok_or(Failure::Failed)?;
        let limit = u32::try_from(limit).map_or(left, |limit| limit.min(left));
        // The flash reads whole words: from the one with the first byte to the one with the last.
        let at = partition.offset.checked_add(offset).ok_or(Failure::Failed)?;
        let skipped = to_usize(at).checked_rem(F::READ_SIZE).ok_or(Failure::Failed)?;
        let length = to_usize(limit).min(BUFFER.saturating_sub(skipped));
        let end = skipped.saturating_add(length);
        let words = self.buffer.get_mut(..whole_words(end, F::READ_SIZE)?);
        let words = words.ok_or(Failure::Failed)?;
        let start = at.saturating_sub(u32::try_from(skipped).map_err(|_| Failure::Failed)?);
        self.flash.read(start, words).map_err(|_| Failure::Failed)?;
        words.get(skipped..end).ok_or(Failure::Failed)
    }

    /// Replaces the component's content.
    ///
    /// # Errors
    /// As [`begin`](Self::begin), [`append`](Self::append) and [`finish`](Self::finish).
    pub fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Result<(), Failure> {
        let length = u64::try_from(content.len()).map_err(|_| Failure::Failed)?;
        self.begin(component, Some(length))?;
        self.append(content)?;
        self.finish().map(|_| ())
    }

    /// Replaces the component's content by the first `size` bytes of the source's partition (without
    /// a size: by all of it).
    ///
    /// # Errors
    /// `Unsupported` when one of them has no partition; `Failed` when `size` exceeds either, when
    /// both are the same, or when the flash fails.
    pub fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        size: Option<u64>,
    ) -> Result<(), Failure> {
        let from = self.partition(source).ok_or(Failure::Unsupported)?;
        let size = size.unwrap_or(from.length.into());
        let size = u32::try_from(size).map_err(|_| Failure::Failed)?;
        if size > from.length || component.identifier == source.identifier {
            return Err(Failure::Failed);
        }
        self.begin(component, Some(size.into()))?;
        let mut transfer = self.transfer.take().ok_or(Failure::Failed)?;
        while transfer.written < size {
            let left = to_usize(size.saturating_sub(transfer.written));
            transfer.staged = left.min(BUFFER);
            let words = whole_words(transfer.staged, F::READ_SIZE)?;
            let words = self.buffer.get_mut(..words).ok_or(Failure::Failed)?;
            let at = from.offset.saturating_add(transfer.written);
            self.flash.read(at, words).map_err(|_| Failure::Failed)?;
            self.flush(&mut transfer)?;
        }
        Ok(())
    }
}

/// `length` rounded up to whole words.
fn whole_words(length: usize, word: usize) -> Result<usize, Failure> {
    length.checked_next_multiple_of(word).ok_or(Failure::Failed)
}

/// An address as an index; no platform with a flash of 4 GiB has a narrower `usize`.
fn to_usize(address: u32) -> usize {
    usize::try_from(address).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
