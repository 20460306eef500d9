//! The world as a platform for the processor.

use std::task::Poll;

use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::parameter::VendorIdentifier;
use hexad_suit::version::VersionMatch;
use hexad_suit::{
    Component, ComponentIdentifier, DeviceIds, Envelope, Error, ErrorKind, Failure, Platform,
    Procedure, Processor, Step, TrustAnchors,
};

use super::tree::{Id, Tree, encode, key};
use super::world::{self, World};

/// The world as a platform, that may answer late.
struct Device {
    world: World,
    crypto: RustCrypto,
    piece: Vec<u8>,
    fetched: Option<u64>,
    /// Answers "later" every so many times.
    patience: usize,
    asked: usize,
}

fn id(component: &Component<'_>) -> Id {
    component.identifier.segments().next().unwrap()[0]
}

impl Device {
    fn is_late(&mut self) -> bool {
        self.asked += 1;
        !self.asked.is_multiple_of(self.patience + 1)
    }
}

impl Platform for Device {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, _: &Component<'_>) -> bool {
        true
    }

    fn slot(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(world::SLOT)
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        u64::try_from(self.world.content(id(component)).len()).ok()
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        if self.is_late() {
            return Poll::Pending;
        }
        let offset = usize::try_from(offset).unwrap();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(5);
        let content = self.world.content(id(component));
        self.piece = content.into_iter().skip(offset).take(limit).collect();
        Poll::Ready(Ok(&self.piece))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        if self.is_late() {
            return Poll::Pending;
        }
        Poll::Ready(self.fetched.take().ok_or(Failure::Failed))
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        self.world.write(id(component), content);
        Poll::Ready(Ok(()))
    }

    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        size: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let copied = self.world.copy(id(component), id(source), size);
        Poll::Ready(if copied { Ok(()) } else { Err(Failure::Failed) })
    }

    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        self.world.swap(id(component), id(source));
        Poll::Ready(Ok(()))
    }

    fn invoke(
        &mut self,
        component: &Component<'_>,
        arguments: Option<&[u8]>,
    ) -> Poll<Result<(), Failure>> {
        self.world.invoke(id(component), arguments);
        Poll::Ready(Ok(()))
    }

    fn references(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        if self.is_late() {
            return Poll::Pending;
        }
        Poll::Ready(Ok(self.world.references.get(&id(component)).copied().unwrap_or(0)))
    }

    fn unlink(
        &mut self,
        component: &Component<'_>,
        _: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        self.world.unlink(id(component));
        Poll::Ready(Ok(()))
    }

    fn now(&mut self) -> Poll<Result<u64, Failure>> {
        if self.is_late() { Poll::Pending } else { Poll::Ready(Ok(world::NOW)) }
    }

    fn battery(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Ok(world::BATTERY))
    }

    fn is_authorized(&mut self, _: &Component<'_>, priority: i64) -> Poll<Result<bool, Failure>> {
        Poll::Ready(Ok(priority <= world::PRIORITY))
    }

    fn has_version(
        &mut self,
        _: &Component<'_>,
        required: VersionMatch<'_>,
    ) -> Poll<Result<bool, Failure>> {
        Poll::Ready(Ok(required.is_met_by(world::VERSION)))
    }

    fn store_sequence_number(&mut self, _: u64) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs the procedure by the processor.
pub fn process(
    tree: &Tree,
    procedure: Procedure,
    world: World,
    patience: usize,
) -> (Result<(), ErrorKind>, World) {
    let key = key();
    let keys = [Key::from_public(key.public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let dependency = tree.dependencies.first().map(|(_, dependency)| encode(dependency));
    let bytes = encode(tree);
    let manifest =
        Envelope::parse(&bytes).unwrap().authenticate(&anchors, &mut RustCrypto).unwrap();
    let ids = DeviceIds {
        vendors: &[VendorIdentifier::Uuid(&[world::VENDOR; 16])],
        classes: &[],
        devices: &[],
    };
    let mut device =
        Device { world, crypto: RustCrypto, piece: Vec::new(), fetched: None, patience, asked: 0 };
    let mut processor: Processor<'_, Device, 8, 16, 3> =
        Processor::new(&manifest, procedure, &ids).unwrap();
    let result = loop {
        match processor.step(&mut device) {
            Err(error) => break Err(error.kind()),
            Ok(Step::Done(_)) => break Ok(()),
            Ok(Step::Busy) => {}
            Ok(Step::Fetch { component, uri, .. }) => {
                device.fetched = device.world.fetch(id(&component), uri);
            }
            Ok(Step::Dependency { component, .. }) => {
                let held = device.world.content(id(&component));
                let own = dependency.as_ref().filter(|envelope| **envelope == held);
                let missing = Error::new(ErrorKind::NotAuthenticated, 0);
                processor.supply(own.ok_or(missing).and_then(|envelope| {
                    Envelope::parse(envelope)?.authenticate(&anchors, &mut RustCrypto)
                }));
            }
        }
    };
    (result, device.world)
}
