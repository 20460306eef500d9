//! What the builder makes for the companion drafts: values with a structure of their own.

use crate::examples::{Steps, example_1};
use hexad_cose_core::ErrorKind as Cbor;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::{self, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, Operation};
use hexad_suit::metadata::{
    Actor, ComponentMetadata, FileType, Metadatum, PermissionMap, Permissions,
};
use hexad_suit::parameter::Parameter;
use hexad_suit::version::{Comparison, Version, VersionMatch};
use hexad_suit::wait::{OtherDevice, WaitEvent, WaitInfo};
use hexad_suit::{Envelope, Error, ErrorKind, Manifest};

fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    result.err().expect("it was accepted").kind()
}

/// Update management, 4.4: `[1, 2, -1, 3]` is 1.2-rc3, and no version begins with a negative number.
#[test]
fn versions() {
    let encoded = builder::version(&[1, 2, -1, 3]).unwrap();
    assert_eq!(encoded, [0x84, 0x01, 0x02, 0x20, 0x03]);
    assert_eq!(kind(builder::version(&[-1])), ErrorKind::Cose(Cbor::InvalidValue));
    assert_eq!(kind(builder::version(&[])), ErrorKind::Cose(Cbor::Length));
}

/// Update management, 4.5: events in the order of their keys, another device's version among them.
#[test]
fn wait_events() {
    let versions = builder::versions(&[(Comparison::GreaterEqual, &[2, 0])]).unwrap();
    let other = OtherDevice::new(b"radio", &versions).unwrap();
    let events =
        [WaitEvent::Time(7), WaitEvent::OtherDeviceVersion(other), WaitEvent::Authorization(-1)];
    let encoded = builder::wait_info(&events).unwrap();
    let expected = b"\xa3\x01\x20\x04\x82\x45radio\x81\x82\x02\x82\x02\x00\x05\x07";
    assert_eq!(encoded, expected);
    let twice = [WaitEvent::Time(7), WaitEvent::Time(8)];
    assert_eq!(kind(builder::wait_info(&twice)), ErrorKind::Cose(Cbor::DuplicateKey));
    assert_eq!(kind(builder::wait_info(&[])), ErrorKind::Cose(Cbor::Length));
}

/// Update management, 4.6: metadata in the order of their keys, actors of every type.
#[test]
fn metadata() {
    let read = Permissions::LIST_READ;
    let granted = [(Actor::Text("root"), read), (Actor::Integer(0), read)];
    let granted = builder::permissions(&granted).unwrap();
    assert_eq!(granted, b"\xa2\x00\x04\x64root\x04");
    let users = PermissionMap::parse(&granted).unwrap();
    let members = [
        Metadatum::ModificationTime(5),
        Metadatum::FileType(FileType::Symlink),
        Metadatum::UserPermissions(users),
    ];
    let encoded = builder::component_metadata(&members).unwrap();
    assert_eq!(encoded, b"\xa3\x02\xa2\x00\x04\x64root\x04\x05\x03\x06\xc1\x05");
    assert_eq!(ComponentMetadata::parse(&encoded).unwrap().file_type(), FileType::Symlink);
    let twice = [Metadatum::CreationTime(1), Metadatum::CreationTime(1)];
    assert_eq!(kind(builder::component_metadata(&twice)), ErrorKind::Cose(Cbor::DuplicateKey));
}

/// A manifest with all that the companion drafts add reads back as it was written.
#[test]
fn a_manifest_of_all_drafts() {
    let (version, wait) =
        (builder::version(&[2]).unwrap(), builder::wait_info(&[WaitEvent::Power(1)]).unwrap());
    let required =
        VersionMatch { comparison: Comparison::Lesser, version: Version::parse(&version).unwrap() };
    let mut manifest = ManifestBuilder::new(9);
    manifest.component(&[b"a"]);
    manifest.component(&[b"b"]);
    manifest.dependency(1, None).dependency(2, Some(&[b"c.suit"]));
    manifest.component_id(&[b"root.suit"]).set_version(&[1, 0, -3]);
    let index = |index| Sequence::new().index(index);
    manifest
        .dependency_resolution(index(2).act(Action::ProcessDependency))
        .candidate_verification(index(1).check(Condition::DependencyIntegrity))
        .uninstall(index(0).act(Action::Unlink))
        .install(
            index(0)
                .override_multiple(&[
                    (1, &[Parameter::UseBefore(5)]),
                    (0, &[Parameter::Version(required), Parameter::UpdatePriority(-1)]),
                ])
                .unwrap()
                .copy_params(&[(1, &[4])])
                .unwrap()
                .set_parameters(&[Parameter::WaitInfo(WaitInfo::parse(&wait).unwrap())])
                .unwrap()
                .check(Condition::Version)
                .act(Action::Wait),
        );
    let made = manifest.build(&mut RustCrypto).unwrap();
    let read = Manifest::parse(made.manifest().unwrap()).unwrap();
    assert!(read.component_id().unwrap().is(&[b"root.suit"]));
    assert!(read.set_version().unwrap().iter().eq([1, 0, -3]));
    let dependencies: Vec<_> = read.dependencies().iter().map(|it| it.index).collect();
    assert_eq!(dependencies, [1, 2]);
    assert!(read.uninstall().is_some());
    let commands: Vec<_> = read.install().present().unwrap().iter().collect();
    let labels: Vec<_> = commands.iter().map(|command| command.label).collect();
    assert_eq!(labels, [12, 34, 35, 19, 28, 29]);
    let Operation::OverrideMultiple(sets) = commands[1].operation else { panic!() };
    let sets: Vec<_> = sets.iter().map(|(index, set)| (index, set.iter().count())).collect();
    assert_eq!(sets, [(0, 2), (1, 1)], "in the order of the indices");
}

/// What makes no map, or names a component twice, is not written.
#[test]
fn maps_by_component() {
    let sequence = Sequence::new;
    let length = ErrorKind::Cose(Cbor::Length);
    assert_eq!(kind(sequence().override_multiple(&[])), length);
    assert_eq!(kind(sequence().override_multiple(&[(0, &[])])), length);
    assert_eq!(kind(sequence().copy_params(&[])), length);
    assert_eq!(kind(sequence().copy_params(&[(0, &[])])), length);
    let twice = sequence().copy_params(&[(0, &[1]), (0, &[2])]);
    assert_eq!(kind(twice), ErrorKind::Cose(Cbor::DuplicateKey));
}

/// An integrated dependency is an envelope under a text key, as an integrated payload is (trust
/// domains, 5.1).
#[test]
fn integrated_dependency() {
    let inner = example_1().build(&mut RustCrypto).unwrap().encode().unwrap();
    let mut outer = example_1().build(&mut RustCrypto).unwrap();
    outer.integrated_payload("#inner.suit", &inner);
    let bytes = outer.encode().unwrap();
    let envelope = Envelope::parse(&bytes).unwrap();
    let found = envelope.integrated_payloads().get("#inner.suit").unwrap();
    assert_eq!(found, inner);
    assert!(Envelope::parse(found).is_ok());
}
