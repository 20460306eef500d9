//! The power fails while an update is written, at moments that are chosen to the word, and at any moment.

use std::thread;
use std::time::Duration;

use hexad_link::chip::{CAPACITY, ENVELOPE_ROOM, SECTOR};
use hexad_link::frame::{self, FRAME};
use hexad_link::message::BLOCK;
use hexad_link::qemu::{Chip, Error};
use hexad_link::{Block, Request, Response};
use libtest_mimic::Failed;

use crate::author::{Release, image};
use crate::{Bench, Tested, booted, install};

/// More than an update changes.
const PLENTY: u32 = 1 << 30;
/// The words of a boot record.
const RECORD: u32 = 5;

/// A device that has had two releases, and a third that is to replace the first.
struct Update<'b> {
    bench: &'b Bench,
    chip: Chip,
    /// What is on the chip before the update.
    before: Vec<u8>,
    old: Vec<u8>,
    new: Vec<u8>,
    /// How many words the update changes.
    words: u32,
}

impl<'b> Update<'b> {
    fn prepare(bench: &'b Bench, size: usize) -> Result<Self, Failed> {
        let [old, new] = [image(2, size), image(3, size)];
        let (chip, mut machine) = bench.device("chip", &image(1, size))?;
        install(&mut machine, &Release::new(2, &old))?;
        let mut before = vec![0; CAPACITY as usize];
        chip.read(0, &mut before)?;
        chip.fail_after(Some(PLENTY))?;
        install(&mut machine, &Release::new(3, &new))?;
        let words = PLENTY - chip.words_left()?.ok_or("no limit")?;
        // Envelope, image and record: sectors that are erased, and words that are written.
        let size = u32::try_from(size)?;
        let erased = (1 + size.div_ceil(SECTOR) + 1) * SECTOR / 4;
        assert_eq!(words, erased + ENVELOPE_ROOM / 4 + size.div_ceil(4) + RECORD);
        Ok(Self { bench, chip, before, old, new, words })
    }

    /// Where the record begins: its sector is erased.
    const fn record(&self) -> u32 {
        self.words - SECTOR / 4 - RECORD
    }

    /// The power fails after so many words of the update, of a device that booted the old release.
    fn cut(&self, words: u32) -> Tested {
        self.chip.fail_after(Some(words))?;
        let mut machine = self.bench.switch_on(&self.chip)?;
        assert_eq!(machine.boot()?, booted(2, &self.old), "{words}");
        let cut = install(&mut machine, &Release::new(3, &self.new));
        assert!(matches!(cut, Err(Error::PowerIsOut)), "{words}: {cut:?}");
        Ok(())
    }
}

/// Cut at a word of every phase (envelope, image, record, up to half of the last word of its CRC), and
/// again while it makes up for it, the device boots the old release, whole, and takes the update.
pub fn fails(bench: &Bench) -> Tested {
    let update = Update::prepare(bench, 9000)?;
    let points = points(update.words, update.record());
    assert!(points.len() > 50, "{points:?}");
    for point in points {
        update.chip.tamper(0, &update.before)?;
        update.cut(point)?;
        update.cut(point.wrapping_mul(7919) % update.words)?;
        update.chip.fail_after(None)?;
        let mut machine = bench.switch_on(&update.chip)?;
        assert_eq!(machine.boot()?, booted(2, &update.old), "{point}");
        install(&mut machine, &Release::new(3, &update.new))?;
        assert_eq!(machine.boot()?, booted(3, &update.new), "{point}");
    }
    Ok(())
}

/// Cut at every single word of an update, one after the other; each attempt finds what the one before has
/// left.
pub fn fails_at_every_word(bench: &Bench) -> Tested {
    let update = Update::prepare(bench, 100)?;
    update.chip.tamper(0, &update.before)?;
    for point in 0..update.words {
        update.cut(point)?;
    }
    update.chip.fail_after(None)?;
    let mut machine = bench.switch_on(&update.chip)?;
    install(&mut machine, &Release::new(3, &update.new))?;
    assert_eq!(machine.boot()?, booted(3, &update.new));
    Ok(())
}

/// Some words of the erasing and writing of the envelope and the image, and more of the record's.
fn points(words: u32, record: u32) -> Vec<u32> {
    let sector = SECTOR / 4;
    let edges = [0, 1, sector - 1, sector, sector + 1, 2 * ENVELOPE_ROOM / 4, record - 1];
    let sampled = (0..record).step_by(usize::try_from(record / 40).unwrap_or(1));
    let of_record = (record..words - 6).step_by(150);
    edges.into_iter().chain(sampled).chain(of_record).chain(words - 6..words).collect()
}

/// QEMU is killed while it writes, with blocks under way that nobody waited for.
pub fn killed(bench: &Bench) -> Tested {
    let [old, new] = [image(1, 3000), image(2, 30_000)];
    let (chip, mut machine) = bench.device("chip", &old)?;
    let release = Release::new(2, &new);
    let envelope = release.envelope();
    for moment in 0..16 {
        let answer = machine.ask(&Request::Envelope(piece(&envelope, 0, envelope.len())))?;
        assert!(matches!(answer, Response::Fetch { .. }), "{answer:?}");
        for offset in (0..new.len()).step_by(BLOCK).take(moment + 1) {
            let block = piece(&new, offset, new.len().min(offset + BLOCK));
            machine.send_raw(&framed(&Request::Payload(block)))?;
        }
        thread::sleep(Duration::from_micros(731 * moment as u64));
        drop(machine);
        machine = bench.switch_on(&chip)?;
        assert_eq!(machine.boot()?, booted(1, &old), "{moment}");
    }
    install(&mut machine, &release)?;
    assert_eq!(machine.boot()?, booted(2, &new));
    Ok(())
}

/// The bytes `offset..end` of `whole` as a block.
pub fn piece(whole: &[u8], offset: usize, end: usize) -> Block<'_> {
    let number = |length| u32::try_from(length).expect("below 4 GiB");
    Block { offset: number(offset), total: number(whole.len()), bytes: &whole[offset..end] }
}

/// The frame of a request.
pub fn framed(request: &Request<'_>) -> Vec<u8> {
    let mut message = Vec::new();
    let mut encoder = hexad_cose_core::cbor::Encoder::appending(&mut message);
    request.encode(&mut encoder).expect("a message");
    frame::encode(&message, &mut [0; FRAME]).expect("a frame").to_vec()
}
