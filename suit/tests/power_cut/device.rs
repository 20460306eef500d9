//! A device with two slots for its application, each with room for the envelope that describes it, over
//! the NOR flash; and a boot loader for it.

use std::task::Poll;

use hexad_cose_core::cbor::Cursor;
use hexad_cose_core::{Algorithm, Curve, Key, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::flash::{Partition, Partitions, SequenceNumber};
use hexad_suit::parameter::Parameter;
use hexad_suit::{
    Component, ComponentIdentifier, DeviceIds, Envelope, Error, Failure, Platform, Procedure,
    Processor, Step, TrustAnchors,
};

use crate::nor::{BLOCK, Nor};

/// Slots of two blocks, envelopes of five, and behind them the sequence number.
pub const TABLE: [Partition<'static>; 4] = [
    Partition { identifier: &[b"app", b"a"], offset: 0, length: 2 * BLOCK },
    Partition { identifier: &[b"app", b"b"], offset: 2 * BLOCK, length: 2 * BLOCK },
    Partition { identifier: &[b"envelope", b"a"], offset: 4 * BLOCK, length: 5 * BLOCK },
    Partition { identifier: &[b"envelope", b"b"], offset: 9 * BLOCK, length: 5 * BLOCK },
];
const NUMBER: u32 = 14 * BLOCK;
pub const BLOCKS: u32 = 16;

pub fn image(version: u8) -> Vec<u8> {
    (0..200u8).map(|byte| byte.wrapping_mul(version)).collect()
}

/// What signs every envelope, by this algorithm.
pub fn key() -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap()
}

pub const ALGORITHM: Algorithm = Algorithm::ESP256;

/// The trust anchor for it.
pub fn anchor(key: &SigningKey) -> Key<'_> {
    Key::from_public(key.public())
}

/// The envelope of a version: fetched, checked, validated and invoked.
pub fn envelope(version: u8) -> Vec<u8> {
    use hexad_cose_core::crypto::Hash;
    let policy = ReportingPolicy::default();
    let image = image(version);
    let segments = hexad_cose_core::Segments::plain(&image);
    let algorithm = hexad_cose_core::HashAlgorithm::Sha256;
    let digest = RustCrypto.digest(algorithm, &segments).unwrap();
    let mut manifest = ManifestBuilder::new(version.into());
    manifest.component(&[b"app"]);
    let described = Sequence::new().override_parameters(&[
        Parameter::ImageDigest(Digest::new(algorithm, digest.as_bytes()).unwrap()),
        Parameter::ImageSize(200),
        Parameter::Uri("coap://here/app"),
    ]);
    let checked = || Sequence::new().condition(Condition::ImageMatch, policy).unwrap();
    manifest
        .shared_sequence(described.unwrap())
        .install(
            Sequence::new()
                .action(Action::Fetch, policy)
                .unwrap()
                .condition(Condition::ImageMatch, policy)
                .unwrap(),
        )
        .validate(checked())
        .invoke(Sequence::new().action(Action::Invoke, policy).unwrap())
        .uninstall(Sequence::new().action(Action::Unlink, policy).unwrap());
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    envelope.sign(Sign1::builder(ALGORITHM), &key(), &mut RustCrypto).unwrap();
    envelope.encode().unwrap()
}

/// What the manifest's `app` is in one slot.
struct InSlot<'d> {
    storage: &'d mut Partitions<'static, Nor, 64>,
    slot: usize,
    /// The envelope that is being installed.
    envelope: &'d [u8],
    fetched: Option<Result<u64, Failure>>,
    invoked: bool,
    crypto: RustCrypto,
}

/// A component of the device itself.
pub fn own(encoded: &'static [u8]) -> Component<'static> {
    Component { index: 0, identifier: ComponentIdentifier::parse(encoded).unwrap() }
}

fn slot(slot: usize) -> Component<'static> {
    own([b"\x82\x43app\x41a", b"\x82\x43app\x41b"][slot])
}

fn envelope_of(slot: usize) -> Component<'static> {
    own([b"\x82\x48envelope\x41a", b"\x82\x48envelope\x41b"][slot])
}

/// The encoded item that a component begins with, or else all of it.
pub fn item(
    storage: &mut Partitions<'static, Nor, 64>,
    component: &Component<'_>,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        let at = u64::try_from(bytes.len()).unwrap();
        let piece = storage.read(component, at, u64::MAX)?;
        if piece.is_empty() {
            break;
        }
        bytes.extend_from_slice(piece);
    }
    let mut cursor = Cursor::new(&bytes);
    if cursor.skip().is_ok() {
        bytes.truncate(cursor.offset());
    }
    Ok(bytes)
}

impl Platform for InSlot<'_> {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        component.identifier.is(&[b"app"])
    }

    fn read(&mut self, _: &Component<'_>, offset: u64, limit: u64) -> Poll<Result<&[u8], Failure>> {
        Poll::Ready(self.storage.read(&slot(self.slot), offset, limit))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(self.fetched.take().unwrap())
    }

    fn write(&mut self, _: &Component<'_>, _: &[u8]) -> Poll<Result<(), Failure>> {
        Poll::Ready(Err(Failure::Unsupported))
    }

    fn invoke(&mut self, _: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        self.invoked = true;
        Poll::Ready(Ok(()))
    }

    /// First the envelope is kept, so that there is something to boot, then the number.
    fn store_sequence_number(&mut self, number: u64) -> Poll<Result<(), Failure>> {
        self.storage.write(&envelope_of(self.slot), self.envelope)?;
        let store = SequenceNumber::new::<Nor>(NUMBER);
        Poll::Ready(store.keep(self.storage.flash_mut(), number))
    }

    /// Without its envelope an image is not booted; then the image goes.
    fn unlink(
        &mut self,
        _: &Component<'_>,
        _: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        self.storage.write(&envelope_of(self.slot), &[0])?;
        Poll::Ready(self.storage.write(&slot(self.slot), &[0]))
    }
}

/// The device, as it is between power on and power off.
pub struct Device {
    storage: Partitions<'static, Nor, 64>,
}

impl Device {
    pub fn new(nor: Nor) -> Self {
        static TABLE: [Partition<'static>; 4] = self::TABLE;
        Self { storage: Partitions::new(nor, &TABLE).unwrap() }
    }

    pub fn flash(mut self) -> Nor {
        self.storage.flash_mut().clone()
    }

    fn highest(&mut self) -> Result<u64, Failure> {
        SequenceNumber::new::<Nor>(NUMBER).highest(self.storage.flash_mut())
    }

    /// Runs a procedure of an envelope on a slot; the sequence number, and whether it was invoked.
    fn run(
        &mut self,
        bytes: &[u8],
        procedure: Procedure,
        slot: usize,
    ) -> Result<(u64, bool), Error> {
        let key = key();
        let keys = [anchor(&key)];
        let anchors = TrustAnchors::new(&keys, &[ALGORITHM]);
        let manifest = Envelope::parse(bytes)?.authenticate(&anchors, &mut RustCrypto)?;
        manifest.require_not_older_than(self.highest().unwrap_or(u64::MAX))?;
        let ids = DeviceIds::default();
        let mut platform = InSlot {
            storage: &mut self.storage,
            slot,
            envelope: bytes,
            fetched: None,
            invoked: false,
            crypto: RustCrypto,
        };
        let mut processor: Processor<'_, InSlot<'_>, 1, 2, 1> =
            Processor::new(&manifest, procedure, &ids)?;
        loop {
            match processor.step(&mut platform)? {
                Step::Fetch { limit, .. } => {
                    let version = u8::try_from(manifest.sequence_number()).unwrap();
                    let component = self::slot(slot);
                    let mut transfer = || {
                        platform.storage.begin(&component, limit)?;
                        for piece in image(version).chunks(30) {
                            platform.storage.append(piece)?;
                        }
                        platform.storage.finish()
                    };
                    platform.fetched = Some(transfer());
                }
                Step::Dependency { .. } | Step::Busy => {}
                Step::Done(_) => return Ok((manifest.sequence_number(), platform.invoked)),
            }
        }
    }

    /// The newest version that boots, with its slot: its envelope is authentic and not too old, and the
    /// image was found to be the right one.
    pub fn boot(&mut self) -> Option<(u64, usize)> {
        let mut booted = Vec::new();
        for slot in 0..2 {
            let Ok(bytes) = item(&mut self.storage, &envelope_of(slot)) else { continue };
            if let Ok((number, true)) = self.run(&bytes, Procedure::Invoke, slot) {
                booted.push((number, slot));
            }
        }
        booted.into_iter().max()
    }

    /// Installs a version beside the one that boots.
    pub fn install(&mut self, version: u8) -> Result<(), Error> {
        let slot = self.boot().map_or(0, |(_, slot)| 1 - slot);
        self.run(&envelope(version), Procedure::Update, slot).map(|_| ())
    }

    /// Removes what boots.
    pub fn uninstall(&mut self) -> Result<(), Error> {
        let Some((_, slot)) = self.boot() else { return Ok(()) };
        let bytes = item(&mut self.storage, &envelope_of(slot)).unwrap();
        self.run(&bytes, Procedure::Uninstall, slot).map(|_| ())
    }
}
