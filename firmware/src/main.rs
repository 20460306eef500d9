//! A device: two slots in a NOR flash, updates by SUIT, attestation by EAT, and a host on the UART.

#![no_std]
#![no_main]

mod attestation;
mod bootloader;
mod device;
mod slots;

use core::panic::PanicInfo;

use cortex_m::peripheral::SCB;
use cortex_m_rt::entry;
use embedded_storage::nor_flash::ReadNorFlash;
use hexad_board::{Chip, Uart};
use hexad_link::{Identity, Line, Request, Response, chip::IDENTITY, message::BLOCK};

use device::{Device, EnvelopeBuffer, Refusal};

#[entry]
fn main() -> ! {
    let (mut line, mut chip) = (Line::new(Uart::open()), Chip::open());
    let mut sector = [0; 512];
    let identity = chip.read(IDENTITY, &mut sector).map_err(Refusal::from);
    match identity.and_then(|()| Ok(Identity::parse(&sector)?)) {
        Ok(identity) => serve(Device { identity, chip, invoked: None }, &mut line),
        // Its maker has forgotten something.
        Err(refusal) => loop {
            let _ = line.receive();
            line.refuse(&refusal.0);
        },
    }
}

/// Boots what is installed, then does what the host asks.
fn serve(mut device: Device<'_>, line: &mut Line<Uart>) -> ! {
    let mut buffer = [0; _];
    // The host asks what came of it.
    let _ = device.boot(&mut buffer);
    // How many bytes of an envelope are in the buffer.
    let mut taken = 0;
    loop {
        if let Err(refusal) = answer(&mut device, &mut buffer, &mut taken, line) {
            line.refuse(&refusal.0);
        }
    }
}

/// Does one thing that the host asks.
fn answer(
    device: &mut Device<'_>,
    buffer: &mut EnvelopeBuffer,
    taken: &mut u32,
    line: &mut Line<Uart>,
) -> Result<(), Refusal> {
    match line.receive()? {
        Request::Envelope(block) => {
            if block.offset == 0 {
                *taken = 0;
            }
            let start = *taken as usize;
            if let Some(bytes) = block.after(taken) {
                let room = buffer.get_mut(start..).and_then(|room| room.get_mut(..bytes.len()));
                let room = room.ok_or("the envelope is too large")?;
                room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                if *taken == block.total {
                    return device.update(buffer, core::mem::take(taken), line);
                }
            }
            line.send(&Response::More(*taken));
        }
        // None was asked for.
        Request::Payload(_) => line.send(&Response::More(0)),
        Request::Attest(nonce) => {
            *taken = 0;
            let mut token = [0; BLOCK];
            let token = device.attest(nonce, buffer, &mut token)?;
            line.send(&Response::Evidence(token));
        }
        Request::Boot => {
            *taken = 0;
            let (record, answer) = device.boot(buffer)?;
            line.send(&Response::Booted {
                sequence_number: record.sequence_number,
                image_size: record.image_size.into(),
                image_digest: device.measure(&record)?.as_bytes(),
                answer,
            });
        }
        _ => return Err("this device knows no such request".into()),
    }
    Ok(())
}

/// Where a bug would end: the device starts anew, with what is in its flash.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    SCB::sys_reset()
}
