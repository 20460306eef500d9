//! The power fails while an update is written, at moments that are chosen to the word, and at any moment.

use std::thread;
use std::time::Duration;

use hexad_link::chip::{CAPACITY, ENVELOPE_ROOM, SECTOR};
use hexad_link::frame::{self, FRAME};
use hexad_link::message::BLOCK;
use hexad_link::qemu::Error;
use hexad_link::{Block, Request, Response};

use crate::author::{Release, chip, image};
use crate::{Bench, Tested, booted, install};

/// More than an update changes.
const PLENTY: u32 = 1 << 30;

/// Cut at a word of every phase (envelope, image, record, up to half of the last word of its CRC), the
/// device boots the old release, whole, and takes the update.
pub fn fails(bench: &Bench) -> Tested {
    let [old, new] = [image(1, 6000), image(2, 9000)];
    let (source, machine) = bench.device("source", &old)?;
    drop(machine);
    let mut before = vec![0; CAPACITY as usize];
    source.read(0, &mut before)?;

    // How many words an undisturbed update changes, and when the record of it begins.
    source.fail_after(Some(PLENTY))?;
    let mut machine = bench.switch_on(&source)?;
    let release = Release::new(2, &new);
    install(&mut machine, &release)?;
    let words = PLENTY - source.words_left()?.ok_or("no limit")?;
    drop(machine);
    let sector = SECTOR / 4;
    // Envelope, three sectors of image, and the record: erased, then written.
    assert_eq!(words, 2 * sector + 3 * sector + 9000u32.div_ceil(4) + sector + 5);

    let chip = chip(bench.folder(), "chip");
    let points = points(words, words - sector - 5);
    assert!(points.len() > 50, "{points:?}");
    for point in points {
        chip.tamper(0, &before)?;
        // The power fails, and again while the device makes up for it.
        for words_left in [point, point.wrapping_mul(7919) % words] {
            chip.fail_after(Some(words_left))?;
            let mut machine = bench.switch_on(&chip)?;
            assert_eq!(machine.boot()?, booted(1, &old), "{point}");
            let cut = install(&mut machine, &release);
            assert!(matches!(cut, Err(Error::PowerIsOut)), "{point}, {words_left}: {cut:?}");
        }
        chip.fail_after(None)?;
        let mut machine = bench.switch_on(&chip)?;
        assert_eq!(machine.boot()?, booted(1, &old), "{point}");
        install(&mut machine, &release)?;
        assert_eq!(machine.boot()?, booted(2, &new), "{point}");
    }
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
