//! The adapter on a NOR flash that is as strict as a real one.

extern crate std;

use std::vec;
use std::vec::Vec;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};

use super::{LayoutError, Partition, Partitions};
use crate::component::ComponentIdentifier;
use crate::platform::{Component, Failure};

/// Four blocks of 64 bytes, words of 4, in which a write can only clear bits.
struct Nor {
    bytes: Vec<u8>,
    erased: Vec<u32>,
}

#[derive(Debug)]
struct NorError(NorFlashErrorKind);

impl NorFlashError for NorError {
    fn kind(&self) -> NorFlashErrorKind {
        self.0
    }
}

impl ErrorType for Nor {
    type Error = NorError;
}

impl ReadNorFlash for Nor {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorError> {
        check_read(self, offset, bytes.len()).map_err(NorError)?;
        let start = offset as usize;
        bytes.copy_from_slice(&self.bytes[start..start + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Nor {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 64;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorError> {
        check_erase(self, from, to).map_err(NorError)?;
        self.bytes[from as usize..to as usize].fill(0xff);
        self.erased.push(from);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorError> {
        check_write(self, offset, bytes.len()).map_err(NorError)?;
        for (cell, byte) in self.bytes[offset as usize..].iter_mut().zip(bytes) {
            *cell &= byte;
        }
        Ok(())
    }
}

const TABLE: &[Partition<'_>] = &[
    Partition { identifier: &[b"a"], offset: 0, length: 128 },
    Partition { identifier: &[b"b"], offset: 128, length: 128 },
];

fn storage() -> Partitions<'static, Nor, 16> {
    Partitions::new(Nor { bytes: vec![0; 256], erased: Vec::new() }, TABLE).unwrap()
}

/// The component whose identifier is the one letter.
fn component(index: usize) -> Component<'static> {
    let encoded: &[u8] = [&[0x81, 0x41, b'a'], &[0x81, 0x41, b'b'], &[0x81, 0x41, b'c']][index];
    let identifier = ComponentIdentifier::parse(encoded).unwrap();
    Component { index, identifier }
}

/// All that the partition holds.
fn content(storage: &mut Partitions<'_, Nor, 16>, index: usize) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let piece = storage.read(&component(index), content.len() as u64, u64::MAX).unwrap();
        if piece.is_empty() {
            return content;
        }
        content.extend_from_slice(piece);
    }
}

/// Pieces of any size come out as one, and the erase blocks behind them are left alone.
#[test]
fn pieces_are_stored_as_one() {
    let image: Vec<u8> = (0..70).collect();
    for size in [1, 3, 16, 17, 70] {
        let mut storage = storage();
        storage.begin(&component(1), Some(70)).unwrap();
        for piece in image.chunks(size) {
            storage.append(piece).unwrap();
        }
        assert_eq!(storage.finish(), Ok(70));
        assert_eq!(content(&mut storage, 1)[..70], image);
        assert_eq!(storage.flash_mut().erased, [128, 192]);
        assert_eq!(content(&mut storage, 0), [0; 128]);
    }
}

/// Reading at any offset gives the bytes from there on, though the flash reads whole words.
#[test]
fn reads_at_any_offset() {
    let image: Vec<u8> = (0..128).collect();
    let mut storage = storage();
    storage.write(&component(0), &image).unwrap();
    for offset in 0..128u64 {
        let piece = storage.read(&component(0), offset, 5).unwrap().to_vec();
        let start = usize::try_from(offset).unwrap();
        assert_eq!(piece, image[start..(start + 5).min(128)]);
    }
    assert_eq!(storage.read(&component(0), 128, 5), Ok(&[][..]));
    assert_eq!(storage.read(&component(0), 129, 5), Err(Failure::Failed));
}

/// A limit beyond the partition is refused before anything is erased; so is what exceeds a limit.
#[test]
fn nothing_is_stored_beyond_a_limit() {
    let mut storage = storage();
    assert_eq!(storage.begin(&component(0), Some(129)), Err(Failure::Failed));
    assert_eq!(storage.begin(&component(0), Some(u64::MAX)), Err(Failure::Failed));
    assert_eq!(storage.write(&component(0), &[1; 129]), Err(Failure::Failed));
    storage.begin(&component(0), Some(8)).unwrap();
    storage.append(&[1; 8]).unwrap();
    assert_eq!(storage.append(&[1]), Err(Failure::Failed));
    assert_eq!(storage.finish(), Err(Failure::Failed));
    assert!(storage.flash_mut().erased.is_empty());
}

/// A copy is as long as it was asked to be, and no longer.
#[test]
fn copies_the_size_asked_for() {
    let mut storage = storage();
    let image: Vec<u8> = (0..128).collect();
    storage.write(&component(0), &image).unwrap();
    storage.copy(&component(1), &component(0), Some(33)).unwrap();
    assert_eq!(content(&mut storage, 1)[..33], image[..33]);
    assert_eq!(content(&mut storage, 1)[33..64], [0xff; 31]);
    storage.copy(&component(1), &component(0), None).unwrap();
    assert_eq!(content(&mut storage, 1), image);
    assert_eq!(storage.copy(&component(1), &component(0), Some(129)), Err(Failure::Failed));
    assert_eq!(storage.copy(&component(0), &component(0), None), Err(Failure::Failed));
}

/// Attack: offsets and sizes beyond what any flash has erase and write nothing.
#[test]
fn huge_offsets_and_sizes() {
    let mut storage = storage();
    for huge in [u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX] {
        assert_eq!(storage.begin(&component(0), Some(huge)), Err(Failure::Failed));
        assert_eq!(storage.read(&component(0), huge, 1), Err(Failure::Failed));
        assert_eq!(storage.copy(&component(1), &component(0), Some(huge)), Err(Failure::Failed));
        assert!(storage.read(&component(0), 0, huge).is_ok_and(|piece| piece.len() <= 16));
    }
    assert!(storage.into_flash().erased.is_empty());
}

/// A component without a partition is not there.
#[test]
fn unknown_component_is_refused() {
    let mut storage = storage();
    assert!(storage.has(&component(1)));
    assert!(!storage.has(&component(2)));
    assert_eq!(storage.begin(&component(2), None), Err(Failure::Unsupported));
    assert_eq!(storage.read(&component(2), 0, 1), Err(Failure::Unsupported));
}

/// Tables that do not fit the flash are refused.
#[test]
fn layout_is_checked() {
    let check = |table: &[Partition<'_>]| {
        let nor = Nor { bytes: vec![0; 256], erased: Vec::new() };
        Partitions::<_, 16>::new(nor, table).map(|_| ()).unwrap_err()
    };
    let at = |identifier, offset, length| Partition { identifier, offset, length };
    assert_eq!(check(&[at(&[b"a"], 32, 64)]), LayoutError::Unaligned(0));
    assert_eq!(check(&[at(&[b"a"], 0, 96)]), LayoutError::Unaligned(0));
    assert_eq!(check(&[at(&[b"a"], 192, 128)]), LayoutError::OutOfBounds(0));
    assert_eq!(check(&[at(&[b"a"], 0, 128), at(&[b"b"], 64, 64)]), LayoutError::Overlap(1));
    assert_eq!(check(&[at(&[b"a"], 0, 64), at(&[b"a"], 64, 64)]), LayoutError::Overlap(1));
    let nor = Nor { bytes: vec![0; 256], erased: Vec::new() };
    assert_eq!(Partitions::<_, 6>::new(nor, TABLE).map(|_| ()).unwrap_err(), LayoutError::Buffer);
}
