//! Bad frames and messages: each is answered, and the device goes on.

use hexad_cose_core::ErrorKind as Cose;
use hexad_cose_core::cbor::Encoder;
use hexad_link::chip::ENVELOPE_ROOM;
use hexad_link::frame::{self, FRAME, FrameError, MESSAGE};
use hexad_link::message::BLOCK;
use hexad_link::qemu::Machine;
use hexad_link::{Request, Response};

use crate::author::{Release, image};
use crate::power::{framed, piece};
use crate::{Bench, Tested, booted, install, refused};

/// A wrong CRC, frames cut short or too long, noise: whatever it was, the next frame is understood.
pub fn bad_frames(bench: &Bench) -> Tested {
    let old = image(1, 2000);
    let (_chip, mut machine) = bench.device("chip", &old)?;
    let good = framed(&Request::Attest(&[1; 32]));
    for at in 1..good.len() - 1 {
        let mut changed = good.clone();
        changed[at] = if changed[at] == 0x55 { 0x56 } else { 0x55 };
        refused(machine.ask_raw(&changed), "the frame");
    }
    let crc = FrameError::Crc.to_string();
    // The CRC's last byte stands before the zero.
    let mut wrong = good.clone();
    let last = wrong.len() - 2;
    wrong[last] ^= 1;
    refused(machine.ask_raw(&wrong), &crc);
    for length in 2..good.len() - 1 {
        let cut = [&good[..length], &[0]].concat();
        refused(machine.ask_raw(&cut), "the frame");
    }
    let noise = [&[0x42; 3 * FRAME][..], &[0]].concat();
    refused(machine.ask_raw(&noise), "the frame");
    let long = [&[0xff][..], &[0x42; 254]].concat().repeat(MESSAGE / 254 + 2);
    refused(machine.ask_raw(&[&long[..], &[1, 0]].concat()), &FrameError::TooLong.to_string());
    // Zeros alone are nothing, and are not answered.
    machine.send_raw(&[0; 100])?;
    // A request after what was left of another one: two answers.
    refused(machine.ask_raw(&[&good[..20], &good[..]].concat()), &FrameError::Stuffing.to_string());
    let evidence = machine.ask_raw(&[])?;
    assert!(matches!(evidence, Response::Evidence(_)), "{evidence:?}");
    assert_eq!(machine.boot()?, booted(1, &old));
    Ok(())
}

fn ask(machine: &mut Machine, message: &[u8]) -> Result<(), hexad_link::qemu::Error> {
    let mut buffer = [0; FRAME];
    machine.ask_raw(frame::encode(message, &mut buffer).expect("a frame")).map(|_| ())
}

/// What is no request, in good frames.
pub fn bad_messages(bench: &Bench) -> Tested {
    let old = image(1, 2000);
    let (_chip, mut machine) = bench.device("chip", &old)?;
    let said = |kind: Cose, offset: usize| format!("the request: {kind} at byte {offset}");
    for (message, why) in [
        (&[][..], said(Cose::UnexpectedEnd, 0)),
        (&[0x80], said(Cose::UnexpectedEnd, 1)),
        (&[0x81, 0x04], said(Cose::InvalidValue, 0)),
        (&[0x82, 0x00, 0x00], said(Cose::InvalidValue, 0)),
        (&[0x9f, 0x00, 0xff], said(Cose::InvalidValue, 0)),
        (&[0x81, 0x00, 0x00], said(Cose::TrailingBytes, 2)),
        (&[0x82, 0x03, 0x42, 0x00], said(Cose::UnexpectedEnd, 4)),
        // A block that reaches beyond its whole.
        (&[0x84, 0x01, 0x00, 0x01, 0x42, 0x00, 0x00], said(Cose::InvalidValue, 4)),
        // A block at byte 2^32 of something.
        (&[0x84, 0x01, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0], said(Cose::IntegerRange, 2)),
    ] {
        refused(ask(&mut machine, message), &why);
    }
    let mut message = Vec::new();
    let mut encoder = Encoder::appending(&mut message);
    encoder.array(4)?.unsigned(1)?.unsigned(0)?.unsigned(2000)?.bytes(&[0; BLOCK + 1])?;
    refused(ask(&mut machine, &message), &said(Cose::InvalidValue, 6));
    assert_eq!(machine.boot()?, booted(1, &old));
    Ok(())
}

/// A block that comes again is not taken twice; an envelope that no slot has room for is refused; another
/// request gives an update up.
pub fn blocks(bench: &Bench) -> Tested {
    let [old, new] = [image(1, 2000), image(2, 3000)];
    let (_chip, mut machine) = bench.device("chip", &old)?;
    let release = Release::new(2, &new);
    let envelope = release.envelope();
    let envelope_piece = |offset, end| Request::Envelope(piece(&envelope, offset, end));
    assert_eq!(machine.ask(&envelope_piece(0, 100))?, Response::More(100));
    assert_eq!(machine.ask(&envelope_piece(50, 150))?, Response::More(100));
    assert_eq!(machine.ask(&envelope_piece(100, 200))?, Response::More(200));
    assert_eq!(machine.ask(&envelope_piece(100, 200))?, Response::More(200));
    let fetch = machine.ask(&envelope_piece(200, envelope.len()))?;
    assert!(matches!(fetch, Response::Fetch { .. }), "{fetch:?}");
    let payload = |offset, end| Request::Payload(piece(&new, offset, end));
    assert_eq!(machine.ask(&payload(0, 1000))?, Response::More(1000));
    assert_eq!(machine.ask(&payload(0, 1000))?, Response::More(1000));
    // A frame that is garbled on its way.
    refused(machine.ask_raw(&[3, 1, 2, 0]), "the frame");
    assert_eq!(machine.ask(&payload(1000, 2000))?, Response::More(2000));
    assert_eq!(machine.boot()?, booted(1, &old));
    assert_eq!(machine.ask(&payload(2000, 3000))?, Response::More(0));

    let room = usize::try_from(ENVELOPE_ROOM)?;
    refused(machine.install(&vec![0; room + 1], |_, _| Ok(vec![])), "the envelope is too large");
    install(&mut machine, &release)?;
    assert_eq!(machine.boot()?, booted(2, &new));
    Ok(())
}
