//! A SUIT envelope: read, with its digest compared and its manifest read, authenticated, and processed on a
//! device that has its payloads in memory.

use std::hint::black_box;
use std::task::Poll;

use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::parameter::VendorIdentifier;
use hexad_suit::{
    Component, DeviceIds, Envelope, Error, Failure, Platform, Procedure, Processor, Step,
    TrustAnchors,
};
use sha2::{Digest, Sha256};

use crate::{Bench, Measure, input};

/// An envelope of one component.
///
/// # Panics
/// When the builder is broken.
pub fn envelope(measure: &mut impl Measure) {
    let signed = input::suit().expect("the builder works");
    let bytes = signed.message.as_slice();
    let bench = |group| Bench { group, by: "hexad", input: 1, bytes: bytes.len() };
    measure
        .measure(bench("suit/parse"), || Envelope::parse(black_box(bytes)).expect("an envelope"));
    measure.measure(bench("suit/show"), || {
        let envelope = Envelope::parse(black_box(bytes)).expect("an envelope");
        envelope.unverified_manifest(&mut RustCrypto).expect("a manifest").sequence_number()
    });
    let keys = [Key::from_public(signed.key.as_public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    measure.measure(bench("suit/authenticate"), || {
        let envelope = Envelope::parse(black_box(bytes)).expect("an envelope");
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto);
        manifest.expect("a verified manifest").sequence_number()
    });
}

/// An update of 1 to 64 components with an image of 1 KiB each, from the envelope's bytes to its end.
///
/// # Panics
/// When the builder or the processor is broken.
pub fn components(measure: &mut impl Measure) {
    let image = vec![0x5a; 1 << 10];
    for count in [1, 2, 4, 8, 16, 32, 64] {
        let bytes = count * image.len();
        update(
            measure,
            Bench { group: "suit/components", by: "hexad", input: count, bytes },
            &image,
        );
    }
}

/// An update of one component with an image of 1 KiB to 16 MiB.
///
/// # Panics
/// When the builder or the processor is broken.
pub fn payload(measure: &mut impl Measure) {
    if !measure.wants("suit/payload") {
        return;
    }
    for length in [1 << 10, 1 << 14, 1 << 18, 1 << 22, 1 << 24] {
        let image = vec![0x5a; length];
        let bench = |by| Bench { group: "suit/payload", by, input: length, bytes: length };
        update(measure, bench("hexad"), &image);
        measure.measure(bench("primitive"), || Sha256::digest(black_box(&image)));
    }
}

/// Measures an update of as many components as hold `bench.bytes` with this image each: the envelope is
/// read, authenticated and processed.
fn update(measure: &mut impl Measure, bench: Bench, image: &[u8]) {
    let signed = input::fleet(bench.bytes / image.len(), image).expect("the builder works");
    let bytes = signed.message.as_slice();
    let keys = [Key::from_public(signed.key.as_public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let mut memory = Memory { image, crypto: RustCrypto, stored: None };
    measure.measure(bench, || {
        memory.stored = None;
        process(black_box(bytes), &anchors, &mut memory).expect("an update");
        assert_eq!(memory.stored, Some(1), "the update has come to its end");
    });
}

/// Authenticates an envelope and runs its update.
fn process(bytes: &[u8], anchors: &TrustAnchors<'_>, memory: &mut Memory<'_>) -> Result<(), Error> {
    let envelope = Envelope::parse(bytes)?;
    let manifest = envelope.authenticate(anchors, &mut RustCrypto)?;
    let ids = DeviceIds {
        vendors: &[VendorIdentifier::Uuid(&input::VENDOR)],
        classes: &[input::CLASS],
        devices: &[],
    };
    let mut update: Processor<'_, Memory<'_>, 64> =
        Processor::new(&manifest, Procedure::Update, &ids)?;
    while !matches!(update.step(memory)?, Step::Done(_)) {}
    Ok(())
}

/// A device each of whose components holds the image that is fetched, as soon as it is asked for.
struct Memory<'i> {
    image: &'i [u8],
    crypto: RustCrypto,
    stored: Option<u64>,
}

impl Platform for Memory<'_> {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, _: &Component<'_>) -> bool {
        true
    }

    fn size(&mut self, _: &Component<'_>) -> Option<u64> {
        u64::try_from(self.image.len()).ok()
    }

    fn read(&mut self, _: &Component<'_>, offset: u64, limit: u64) -> Poll<Result<&[u8], Failure>> {
        let (Ok(offset), Ok(limit)) = (usize::try_from(offset), usize::try_from(limit)) else {
            return Poll::Ready(Err(Failure::Failed));
        };
        let rest = self.image.get(offset..).ok_or(Failure::Failed)?;
        Poll::Ready(Ok(rest.get(..limit).unwrap_or(rest)))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(self.size(component).ok_or(Failure::Failed))
    }

    fn write(&mut self, _: &Component<'_>, _: &[u8]) -> Poll<Result<(), Failure>> {
        Poll::Ready(Err(Failure::Unsupported))
    }

    fn store_sequence_number(&mut self, number: u64) -> Poll<Result<(), Failure>> {
        self.stored = Some(number);
        Poll::Ready(Ok(()))
    }
}
