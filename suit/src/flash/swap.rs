//! Exchanging what two partitions hold, block by block, so that a power cut at any moment can be mended.
//!
//! Three erase blocks are set aside: a scratch block and two that take turns as a journal. Each block pair
//! is exchanged in three steps: the first to the scratch, the second to the first, the scratch to the
//! second. A step reads nothing that it writes, so it can be done again; the journal gets a mark when it
//! is complete, and the next begins after that.
//!
//! Nothing in the journal is written twice without an erase between. A journal that was found after a
//! power cut, whose last mark may be torn, is continued in the other block, under a header that says how
//! far it had come. A header that is torn has a wrong checksum and counts as none. At the end the other
//! block says that all is done before the first is erased, so that marks which an interrupted erase takes
//! away can't make it look less.

use embedded_storage::nor_flash::NorFlash;

use super::{Partitions, to_usize};
use crate::platform::{Component, Failure};

/// The start of a journal.
const MAGIC: u32 = 0x7357_a9e5;

/// How many words of 32 bits a header has: magic, the places of the two partitions, the step, a checksum.
const WORDS: usize = 5;

/// The room of a header in bytes, a multiple of what any NOR flash writes at once.
const HEADER: u32 = 32;

/// The steps of a block pair.
const STEPS: u32 = 3;

/// An exchange that was begun.
#[derive(Clone, Copy, Debug)]
struct Journal {
    /// Which of the two journal blocks it is in.
    block: u32,
    /// The places of the partitions in the table.
    first: u32,
    second: u32,
    /// How many steps were complete when the header was written.
    base: u32,
    /// How many marks there are behind it.
    marks: u32,
}

impl Journal {
    const fn steps(&self) -> u32 {
        self.base.saturating_add(self.marks)
    }
}

impl<F: NorFlash, const BUFFER: usize> Partitions<'_, F, BUFFER> {
    /// Exchanges what the partitions of two components hold.
    ///
    /// # Errors
    /// `Unsupported` without a swap area, when a component has no partition, when the partitions differ
    /// in length, or have more blocks than the journal has room for; `Failed` when both are the same, or
    /// when the flash fails.
    pub fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Result<(), Failure> {
        self.resume_swap()?;
        let place = |component: &Component<'_>| {
            let mut table = self.table.iter();
            let place = table.position(|partition| component.identifier.is(partition.identifier));
            place.and_then(|place| u32::try_from(place).ok()).ok_or(Failure::Unsupported)
        };
        let (first, second) = (place(component)?, place(source)?);
        if first == second {
            return Err(Failure::Failed);
        }
        let total = self.total(first, second)?;
        let capacity = self.block_size()?.saturating_sub(HEADER) / self.mark_size()?;
        if total >= capacity {
            return Err(Failure::Unsupported);
        }
        self.erase(self.journal(0)?)?;
        self.erase(self.journal(1)?)?;
        let journal = Journal { block: 0, first, second, base: 0, marks: 0 };
        self.write_header(&journal)?;
        self.exchange(journal)
    }

    /// Ends an exchange that a power cut has interrupted; whether there was one. To be called at the
    /// start, before anything is read.
    ///
    /// # Errors
    /// `Failed` when the flash fails, or the journal names partitions that the table does not have.
    pub fn resume_swap(&mut self) -> Result<bool, Failure> {
        if self.swap_area.is_none() {
            return Ok(false);
        }
        let (one, other) = (self.read_journal(0)?, self.read_journal(1)?);
        let found = match (one, other) {
            (Some(one), Some(other)) if other.steps() > one.steps() => other,
            (Some(journal), _) | (None, Some(journal)) => journal,
            (None, None) => return Ok(false),
        };
        // The last mark may be torn: go on in the other block.
        let block = if found.block == 0 { 1 } else { 0 };
        let journal = Journal { block, base: found.steps(), marks: 0, ..found };
        self.erase(self.journal(block)?)?;
        self.write_header(&journal)?;
        self.erase(self.journal(found.block)?)?;
        self.exchange(journal)?;
        Ok(true)
    }

    /// Does the steps that are left, and forgets the journal.
    fn exchange(&mut self, mut journal: Journal) -> Result<(), Failure> {
        let (scratch, total) = (self.scratch()?, self.total(journal.first, journal.second)?);
        let (first, second) = (self.start(journal.first)?, self.start(journal.second)?);
        while journal.steps() < total {
            let step = journal.steps();
            let block = (step / STEPS).saturating_mul(self.block_size()?);
            let (first, second) = (first.saturating_add(block), second.saturating_add(block));
            match step % STEPS {
                0 => self.copy_block(first, scratch)?,
                1 => self.copy_block(second, first)?,
                _ => self.copy_block(scratch, second)?,
            }
            self.write_mark(&journal)?;
            journal.marks = journal.marks.saturating_add(1);
        }
        let (own, other) = (journal.block, if journal.block == 0 { 1 } else { 0 });
        self.erase(self.journal(other)?)?;
        self.write_header(&Journal { block: other, base: total, marks: 0, ..journal })?;
        self.erase(self.journal(own)?)?;
        self.erase(self.journal(other)?)
    }

    /// How many steps it takes to exchange two partitions.
    fn total(&self, first: u32, second: u32) -> Result<u32, Failure> {
        let length = |place: u32| self.table.get(to_usize(place)).map(|partition| partition.length);
        let (Some(first), Some(second)) = (length(first), length(second)) else {
            return Err(Failure::Failed);
        };
        if first != second {
            return Err(Failure::Unsupported);
        }
        Ok((first / self.block_size()?).saturating_mul(STEPS))
    }

    fn start(&self, place: u32) -> Result<u32, Failure> {
        self.table.get(to_usize(place)).map(|partition| partition.offset).ok_or(Failure::Failed)
    }

    /// The size of an erase block; never 0.
    fn block_size(&self) -> Result<u32, Failure> {
        u32::try_from(F::ERASE_SIZE).ok().filter(|size| *size != 0).ok_or(Failure::Failed)
    }

    /// The room of a mark: what is written and what is read at once, whichever is more.
    fn mark_size(&self) -> Result<u32, Failure> {
        let size = u32::try_from(F::WRITE_SIZE.max(F::READ_SIZE));
        size.ok().filter(|size| *size != 0).ok_or(Failure::Failed)
    }

    fn scratch(&self) -> Result<u32, Failure> {
        self.swap_area.ok_or(Failure::Unsupported)
    }

    /// Where a journal block begins.
    fn journal(&self, block: u32) -> Result<u32, Failure> {
        let blocks = block.saturating_add(1).saturating_mul(self.block_size()?);
        self.scratch()?.checked_add(blocks).ok_or(Failure::Failed)
    }

    fn erase(&mut self, at: u32) -> Result<(), Failure> {
        let end = at.checked_add(self.block_size()?).ok_or(Failure::Failed)?;
        self.flash.erase(at, end).map_err(|_| Failure::Failed)
    }

    fn copy_block(&mut self, from: u32, to: u32) -> Result<(), Failure> {
        self.erase(to)?;
        let piece = u32::try_from(BUFFER).map_err(|_| Failure::Failed)?;
        let mut done = 0u32;
        while done < self.block_size()? {
            let read = self.flash.read(from.saturating_add(done), &mut self.buffer);
            read.map_err(|_| Failure::Failed)?;
            let written = self.flash.write(to.saturating_add(done), &self.buffer);
            written.map_err(|_| Failure::Failed)?;
            done = done.saturating_add(piece);
        }
        Ok(())
    }

    fn write_header(&mut self, journal: &Journal) -> Result<(), Failure> {
        let mut header = [0xff; HEADER as usize];
        let words = words(journal);
        for (place, word) in header.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let at = self.journal(journal.block)?;
        self.flash.write(at, &header).map_err(|_| Failure::Failed)
    }

    fn write_mark(&mut self, journal: &Journal) -> Result<(), Failure> {
        let size = self.mark_size()?;
        let at = self.mark(journal.block, journal.marks)?;
        let mark = self.buffer.get_mut(..to_usize(size)).ok_or(Failure::Failed)?;
        mark.fill(0);
        self.flash.write(at, mark).map_err(|_| Failure::Failed)
    }

    /// Where a mark stands.
    fn mark(&self, block: u32, number: u32) -> Result<u32, Failure> {
        let before = number.checked_mul(self.mark_size()?).ok_or(Failure::Failed)?;
        self.journal(block)?
            .checked_add(HEADER)
            .and_then(|at| at.checked_add(before))
            .ok_or(Failure::Failed)
    }

    /// The journal in a block, if its header is whole.
    fn read_journal(&mut self, block: u32) -> Result<Option<Journal>, Failure> {
        let at = self.journal(block)?;
        let mut header = [0; HEADER as usize];
        self.flash.read(at, &mut header).map_err(|_| Failure::Failed)?;
        let mut read = [0; WORDS];
        for (word, bytes) in read.iter_mut().zip(header.chunks_exact(4)) {
            *word = bytes.try_into().map(u32::from_le_bytes).unwrap_or_default();
        }
        let [_, first, second, base, _] = read;
        let mut journal = Journal { block, first, second, base, marks: 0 };
        if words(&journal) != read {
            return Ok(None);
        }
        let total = self.total(first, second)?;
        while journal.steps() < total {
            let at = self.mark(block, journal.marks)?;
            let size = to_usize(self.mark_size()?);
            let mark = self.buffer.get_mut(..size).ok_or(Failure::Failed)?;
            self.flash.read(at, mark).map_err(|_| Failure::Failed)?;
            if mark.iter().any(|byte| *byte != 0) {
                break;
            }
            journal.marks = journal.marks.saturating_add(1);
        }
        Ok(Some(journal))
    }
}

/// A header, with its checksum at the end (FNV-1a: a torn write is an accident, not an attack, and what
/// is installed is verified after the exchange).
fn words(journal: &Journal) -> [u32; WORDS] {
    let words = [MAGIC, journal.first, journal.second, journal.base];
    let mut sum = 0x811c_9dc5u32;
    for byte in words.iter().flat_map(|word| word.to_le_bytes()) {
        sum = (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    let [magic, first, second, base] = words;
    [magic, first, second, base, sum]
}
