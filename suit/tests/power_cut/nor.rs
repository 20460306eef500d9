//! A NOR flash whose power can be cut in the middle of a write or an erase.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};

pub const BLOCK: u32 = 128;

/// Writes can only clear bits, and no word is written twice without an erase between.
#[derive(Clone, Debug)]
pub struct Nor {
    pub bytes: Vec<u8>,
    /// Which bytes were written since they were erased.
    written: Vec<bool>,
    /// After how many writes and erases the power fails, in the middle of the next.
    pub cut: Option<usize>,
    pub operations: usize,
    is_off: bool,
    random: u64,
}

#[derive(Debug)]
pub struct Failed(NorFlashErrorKind);

impl NorFlashError for Failed {
    fn kind(&self) -> NorFlashErrorKind {
        self.0
    }
}

impl Nor {
    pub fn new(blocks: u32) -> Self {
        let size = usize::try_from(blocks * BLOCK).unwrap();
        Self {
            bytes: vec![0xff; size],
            written: vec![false; size],
            cut: None,
            operations: 0,
            is_off: false,
            random: 1,
        }
    }

    /// The same flash with the power back, until the next cut.
    pub fn powered(mut self, cut: Option<usize>, seed: u64) -> Self {
        self.cut = cut;
        self.operations = 0;
        self.is_off = false;
        self.random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        self
    }

    fn random(&mut self) -> u8 {
        // xorshift64
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random.to_le_bytes()[3]
    }

    /// Whether this operation is torn; an error when the power is off.
    fn begin(&mut self) -> Result<bool, Failed> {
        if self.is_off {
            return Err(Failed(NorFlashErrorKind::Other));
        }
        self.is_off = self.cut == Some(self.operations);
        self.operations += 1;
        Ok(self.is_off)
    }
}

impl ErrorType for Nor {
    type Error = Failed;
}

impl ReadNorFlash for Nor {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Failed> {
        check_read(self, offset, bytes.len()).map_err(Failed)?;
        if self.is_off {
            return Err(Failed(NorFlashErrorKind::Other));
        }
        let start = usize::try_from(offset).unwrap();
        bytes.copy_from_slice(&self.bytes[start..start + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Nor {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = BLOCK as usize;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        check_erase(self, from, to).map_err(Failed)?;
        let is_torn = self.begin()?;
        for at in usize::try_from(from).unwrap()..usize::try_from(to).unwrap() {
            // Some bits are erased, some are not.
            let mask = if is_torn { self.random() } else { 0xff };
            self.bytes[at] |= mask;
            self.written[at] = is_torn && self.bytes[at] != 0xff;
        }
        if is_torn { Err(Failed(NorFlashErrorKind::Other)) } else { Ok(()) }
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Failed> {
        check_write(self, offset, bytes.len()).map_err(Failed)?;
        let is_torn = self.begin()?;
        let start = usize::try_from(offset).unwrap();
        let whole = if is_torn { usize::from(self.random()) % bytes.len() } else { bytes.len() };
        for (place, byte) in bytes.iter().enumerate() {
            let at = start + place;
            assert!(!self.written[at], "byte {at} is written twice");
            // Behind the place where the power failed, some bits are written and some are not.
            let mask = match place {
                place if place < whole => 0,
                place if place < whole + 4 => self.random(),
                _ => 0xff,
            };
            self.bytes[at] &= byte | mask;
            self.written[at] = place < whole + 4;
        }
        if is_torn { Err(Failed(NorFlashErrorKind::Other)) } else { Ok(()) }
    }
}
