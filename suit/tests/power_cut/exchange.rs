//! An update by swap: the new image is staged and checked, then it changes places with the one that runs.
//! Both envelopes are kept, so that whichever image is in its place has one that describes it.

use std::task::Poll;

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{HashAlgorithm, Segments, Sign1};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::flash::{Partition, Partitions, SequenceNumber};
use hexad_suit::parameter::Parameter;
use hexad_suit::{
    Component, DeviceIds, Envelope, Error, Failure, Platform, Procedure, Processor, Step,
    TrustAnchors,
};

use crate::device::{ALGORITHM, anchor, image, item, key, own};
use crate::nor::{BLOCK, Nor};

/// The application and where the next one is staged, an envelope for each, the sequence number, and the
/// swap area.
static TABLE: [Partition<'static>; 4] = [
    Partition { identifier: &[b"app"], offset: 0, length: 2 * BLOCK },
    Partition { identifier: &[b"staged"], offset: 2 * BLOCK, length: 2 * BLOCK },
    Partition { identifier: &[b"even"], offset: 4 * BLOCK, length: 5 * BLOCK },
    Partition { identifier: &[b"odd"], offset: 9 * BLOCK, length: 5 * BLOCK },
];
const NUMBER: u32 = 14 * BLOCK;
const SWAP_AREA: u32 = 16 * BLOCK;
const BLOCKS: u32 = 19;

/// The envelope of a version.
fn envelope(version: u8) -> Vec<u8> {
    let policy = ReportingPolicy::default();
    let image = image(version);
    let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(&image)).unwrap();
    let digest = Digest::new(HashAlgorithm::Sha256, digest.as_bytes()).unwrap();
    let described = [Parameter::ImageDigest(digest), Parameter::ImageSize(200)];
    let of = |index| Sequence::new().set_component_index(index).unwrap();
    let checked = |sequence: Sequence| sequence.condition(Condition::ImageMatch, policy).unwrap();
    let mut manifest = ManifestBuilder::new(version.into());
    manifest.component(&[b"app"]);
    manifest.component(&[b"staged"]);
    manifest
        .shared_sequence(
            of(0)
                .override_parameters(&described)
                .and_then(|shared| shared.set_component_index(1)?.override_parameters(&described))
                .unwrap(),
        )
        .payload_fetch(checked(
            of(1)
                .override_parameters(&[Parameter::Uri("coap://here/app")])
                .and_then(|fetch| fetch.action(Action::Fetch, policy))
                .unwrap(),
        ))
        .install(checked(
            of(0)
                .override_parameters(&[Parameter::SourceComponent(1)])
                .and_then(|swap| swap.action(Action::Swap, policy))
                .unwrap(),
        ))
        .validate(checked(of(0)))
        .invoke(of(0).action(Action::Invoke, policy).unwrap());
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    envelope.sign(Sign1::builder(ALGORITHM), &key(), &mut RustCrypto).unwrap();
    envelope.encode().unwrap()
}

/// Where the envelope of a version is kept.
fn envelope_of(version: u64) -> Component<'static> {
    own(if version.is_multiple_of(2) { b"\x81\x44even" } else { b"\x81\x43odd" })
}

/// The device, between power on and power off.
struct Device {
    storage: Partitions<'static, Nor, 64>,
    fetched: Option<Result<u64, Failure>>,
    invoked: bool,
    crypto: RustCrypto,
}

impl Platform for Device {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        self.storage.has(component)
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        Poll::Ready(self.storage.read(component, offset, limit))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(self.fetched.take().unwrap())
    }

    fn write(&mut self, _: &Component<'_>, _: &[u8]) -> Poll<Result<(), Failure>> {
        Poll::Ready(Err(Failure::Unsupported))
    }

    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        Poll::Ready(self.storage.swap(component, source))
    }

    fn invoke(&mut self, _: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        self.invoked = true;
        Poll::Ready(Ok(()))
    }

    fn store_sequence_number(&mut self, number: u64) -> Poll<Result<(), Failure>> {
        Poll::Ready(SequenceNumber::new::<Nor>(NUMBER).keep(self.storage.flash_mut(), number))
    }
}

impl Device {
    /// Power comes on: a swap that was cut off is ended first.
    fn start(nor: Nor) -> Self {
        let storage = Partitions::new(nor, &TABLE).unwrap().with_swap_area(SWAP_AREA).unwrap();
        let mut device = Self { storage, fetched: None, invoked: false, crypto: RustCrypto };
        let _ = device.storage.resume_swap();
        device
    }

    fn run(&mut self, bytes: &[u8], procedure: Procedure) -> Result<u64, Error> {
        let key = key();
        let keys = [anchor(&key)];
        let anchors = TrustAnchors::new(&keys, &[ALGORITHM]);
        let manifest = Envelope::parse(bytes)?.authenticate(&anchors, &mut RustCrypto)?;
        let number = SequenceNumber::new::<Nor>(NUMBER).highest(self.storage.flash_mut());
        manifest.require_not_older_than(number.unwrap_or(u64::MAX))?;
        let (ids, version) = (DeviceIds::default(), manifest.sequence_number());
        let mut processor: Processor<'_, Self, 2> = Processor::new(&manifest, procedure, &ids)?;
        self.invoked = false;
        loop {
            match processor.step(self)? {
                Step::Fetch { component, limit, .. } => {
                    // The envelope is kept before anything takes the place of what runs.
                    let mut transfer = || {
                        self.storage.write(&envelope_of(version), bytes)?;
                        self.storage.begin(&component, limit)?;
                        self.storage.append(&image(u8::try_from(version).unwrap()))?;
                        self.storage.finish()
                    };
                    self.fetched = Some(transfer());
                }
                Step::Dependency { .. } | Step::Busy => {}
                Step::Done(_) => return Ok(version),
            }
        }
    }

    /// The version that boots: of the envelopes that are kept, the one whose image is in its place.
    fn boot(&mut self) -> Option<u64> {
        let booted = (0..2).filter_map(|parity| {
            let bytes = item(&mut self.storage, &envelope_of(parity)).ok()?;
            let version = self.run(&bytes, Procedure::Invoke).ok()?;
            self.invoked.then_some(version)
        });
        booted.max()
    }

    fn update(&mut self, version: u8) -> Result<u64, Error> {
        self.run(&envelope(version), Procedure::Update)
    }
}

/// Cut off at every write and erase of the whole update: one of the two images boots, verified, and the
/// update can be finished; then the old one is refused.
#[test]
fn exchange_survives() {
    let mut device = Device::start(Nor::new(BLOCKS));
    device.update(1).unwrap();
    assert_eq!(device.boot(), Some(1));
    let old = device.storage.flash_mut().clone();
    let mut device = Device::start(old.clone().powered(None, 1));
    device.update(2).unwrap();
    let total = device.storage.flash_mut().operations;
    assert!(total > 40, "{total}");
    let mut ends = [0, 0];
    for cut in 0..total {
        for seed in 1..3 {
            let mut device = Device::start(old.clone().powered(Some(cut), seed));
            assert!(device.update(2).is_err(), "the power failed at {cut}");
            let nor = device.storage.flash_mut().clone().powered(None, seed);
            let mut device = Device::start(nor);
            let booted = device.boot();
            assert!(matches!(booted, Some(1 | 2)), "{booted:?} after a cut at {cut}");
            ends[usize::from(booted == Some(2))] += 1;
            assert_eq!(device.update(2), Ok(2), "after a cut at {cut}");
            assert_eq!(device.boot(), Some(2));
            assert!(device.update(1).is_err());
            assert_eq!(device.boot(), Some(2));
        }
    }
    assert!(ends.iter().all(|times| *times != 0), "both images were booted: {ends:?}");
}
