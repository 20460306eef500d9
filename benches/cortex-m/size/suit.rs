//! Reading, authenticating and processing a SUIT envelope, at update and at boot.
#![no_std]
#![no_main]

mod common;

use core::hint::black_box;
use core::task::Poll;

use common::Accelerator;
use cortex_m_rt::entry;
use hexad_cose_core::{Algorithm, Curve, Key, PublicKey};
use hexad_suit::{
    Component, DeviceIds, Envelope, Error, Failure, Platform, Procedure, Processor, Step,
    TrustAnchors,
};

/// A bootloader whose flash and transport are elsewhere.
struct Bootloader {
    hash: Accelerator,
}

impl Platform for Bootloader {
    type Hash = Accelerator;

    fn hash(&mut self) -> &mut Accelerator {
        &mut self.hash
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        black_box(component.index) == 0
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        black_box((component, offset, limit));
        Poll::Ready(Ok(common::input()))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        black_box(component);
        Poll::Ready(Ok(black_box(64)))
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        black_box((component, content));
        Poll::Ready(Ok(()))
    }

    fn invoke(
        &mut self,
        component: &Component<'_>,
        arguments: Option<&[u8]>,
    ) -> Poll<Result<(), Failure>> {
        black_box((component, arguments));
        Poll::Ready(Ok(()))
    }

    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        black_box(sequence_number);
        Poll::Ready(Ok(()))
    }
}

fn process(bytes: &[u8], point: &[u8], procedure: Procedure) -> Result<(), Error> {
    let Some(key) = PublicKey::from_point(Curve::P256, point) else { return Ok(()) };
    let keys = [Key::from_public(key)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let ids = DeviceIds { vendors: &[], classes: black_box(&[[0; 16]]), devices: &[] };
    let manifest = Envelope::parse(bytes)?.authenticate(&anchors, &mut Accelerator)?;
    manifest.require_newer_than(black_box(1))?;
    let mut bootloader = Bootloader { hash: Accelerator };
    let mut processor = Processor::<_, 1>::new(&manifest, procedure, &ids)?;
    while !matches!(processor.step(&mut bootloader)?, Step::Done(_)) {}
    Ok(())
}

#[entry]
fn main() -> ! {
    for procedure in [Procedure::Update, Procedure::Invoke] {
        black_box(process(common::input(), common::point(), black_box(procedure)).is_ok());
    }
    loop {
        cortex_m::asm::nop();
    }
}
