//! Update management: each condition, directive and parameter asks the platform, at once or later.

use std::cell::RefCell;
use std::task::Poll;

use hexad_cose_core::{Algorithm, Curve, Key, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence, component_metadata, version, wait_info};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::labels::{condition, directive, parameter};
use hexad_suit::metadata::{ComponentMetadata, FileType, Metadatum};
use hexad_suit::parameter::Parameter;
use hexad_suit::version::{Comparison, Version, VersionMatch};
use hexad_suit::wait::{WaitEvent, WaitInfo};
use hexad_suit::{
    Component, DeviceIds, Envelope, Error, ErrorKind, Failure, Platform, Procedure, Processor,
    Step, TrustAnchors,
};

const POLICY: ReportingPolicy = ReportingPolicy::RECORD_ON_FAILURE;

/// Answers as it is told, after having been asked `patience` times.
#[derive(Default)]
struct Device {
    now: Option<u64>,
    battery: Option<u64>,
    allows: Option<i64>,
    version: Option<Vec<i64>>,
    /// Waits end after so many questions.
    patience: usize,
    asked: usize,
    log: RefCell<Vec<String>>,
    content: Vec<u8>,
    crypto: RustCrypto,
}

impl Device {
    fn answer<T>(&mut self, value: Option<T>) -> Poll<Result<T, Failure>> {
        self.asked += 1;
        if self.asked <= self.patience {
            return Poll::Pending;
        }
        self.asked = 0;
        Poll::Ready(value.ok_or(Failure::Unsupported))
    }

    /// Runs `sequence` as suit-install of two components.
    fn install(&mut self, sequence: Sequence) -> Result<(), ErrorKind> {
        let mut manifest = ManifestBuilder::new(1);
        manifest.component(&[b"a"]);
        manifest.component(&[b"b"]);
        manifest.install(sequence);
        let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
        let mut envelope = manifest.build(&mut RustCrypto).unwrap();
        envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto).unwrap();
        let bytes = envelope.encode().unwrap();
        let keys = [Key::from_public(key.public())];
        let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
        let manifest =
            Envelope::parse(&bytes).unwrap().authenticate(&anchors, &mut RustCrypto).unwrap();
        let ids = DeviceIds::default();
        let mut processor: Processor<'_, Self, 2> =
            Processor::new(&manifest, Procedure::Update, &ids).unwrap();
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 100, "never comes to an end");
            if let Step::Done(_) = processor.step(self).map_err(Error::kind)? {
                return Ok(());
            }
        }
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

    fn size(&mut self, _: &Component<'_>) -> Option<u64> {
        u64::try_from(self.content.len()).ok()
    }

    fn read(&mut self, _: &Component<'_>, _: u64, _: u64) -> Poll<Result<&[u8], Failure>> {
        Poll::Ready(Ok(&self.content))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Err(Failure::Failed))
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        self.log.borrow_mut().push(format!("write {} {content:?}", component.index));
        Poll::Ready(Ok(()))
    }

    fn now(&mut self) -> Poll<Result<u64, Failure>> {
        self.answer(self.now)
    }

    fn battery(&mut self) -> Poll<Result<u64, Failure>> {
        self.answer(self.battery)
    }

    fn is_authorized(&mut self, _: &Component<'_>, priority: i64) -> Poll<Result<bool, Failure>> {
        self.answer(self.allows.map(|allowed| priority <= allowed))
    }

    fn has_version(
        &mut self,
        _: &Component<'_>,
        required: VersionMatch<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let held = self.version.clone();
        self.answer(held.map(|version| required.is_met_by(version)))
    }

    fn wait(&mut self, _: &Component<'_>, events: WaitInfo<'_>) -> Poll<Result<(), Failure>> {
        self.log.borrow_mut().push(format!("wait {:?}", events.events().collect::<Vec<_>>()));
        self.answer(Some(()))
    }

    fn metadata(
        &mut self,
        component: &Component<'_>,
        metadata: ComponentMetadata<'_>,
    ) -> Result<(), Failure> {
        let file_type = metadata.file_type();
        self.log.borrow_mut().push(format!("{file_type:?} {}", component.index));
        if file_type == FileType::Symlink { Err(Failure::Failed) } else { Ok(()) }
    }

    fn store_sequence_number(&mut self, _: u64) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }
}

fn new() -> Sequence {
    Sequence::new().set_component_index(0).unwrap()
}

fn test(parameters: &[Parameter<'_>], condition: Condition) -> Sequence {
    let sequence = match parameters {
        [] => new(),
        parameters => new().override_parameters(parameters).unwrap(),
    };
    sequence.condition(condition, POLICY).unwrap()
}

/// Sections 5.1 to 5.4: now() < use-before; battery >= minimum; authorized by priority; each needs its
/// parameter, and a device that can't tell refuses the manifest.
#[test]
fn conditions_ask_the_platform() {
    let before = |time| test(&[Parameter::UseBefore(time)], Condition::UseBefore);
    let least = |mwh| test(&[Parameter::MinimumBattery(mwh)], Condition::MinimumBattery);
    let urgent =
        |priority| test(&[Parameter::UpdatePriority(priority)], Condition::UpdateAuthorized);
    for patience in 0..3 {
        let told = || Device {
            now: Some(1 << 40),
            battery: Some(50),
            allows: Some(-1),
            patience,
            ..Device::default()
        };
        assert_eq!(told().install(before((1 << 40) + 1)), Ok(()), "64 bits");
        assert_eq!(
            told().install(before(1 << 40)),
            Err(ErrorKind::ConditionFailed(condition::USE_BEFORE))
        );
        assert_eq!(told().install(least(50)), Ok(()));
        assert_eq!(
            told().install(least(51)),
            Err(ErrorKind::ConditionFailed(condition::MINIMUM_BATTERY))
        );
        assert_eq!(told().install(urgent(-1)), Ok(()));
        assert_eq!(
            told().install(urgent(0)),
            Err(ErrorKind::ConditionFailed(condition::UPDATE_AUTHORIZED))
        );
    }
    assert_eq!(
        Device::default().install(before(1)),
        Err(ErrorKind::UnsupportedCommand(condition::USE_BEFORE))
    );
    for (condition, missing) in [
        (Condition::UseBefore, parameter::USE_BEFORE),
        (Condition::MinimumBattery, parameter::MINIMUM_BATTERY),
        (Condition::UpdateAuthorized, parameter::UPDATE_PRIORITY),
        (Condition::Version, parameter::VERSION),
        (Condition::ImageNotMatch, parameter::IMAGE_DIGEST),
    ] {
        let refused = Device::default().install(test(&[], condition));
        assert_eq!(refused, Err(ErrorKind::MissingParameter(missing)));
    }
}

/// Section 4.4: 1.2.3-alpha.4 is below 1.2.3, and "= [1]" is met by every 1.x.
#[test]
fn versions_are_compared_number_by_number() {
    let check = |held: &[i64], comparison, wanted: &[i64]| {
        let wanted = version(wanted).unwrap();
        let version = Version::parse(&wanted).unwrap();
        let required = Parameter::Version(VersionMatch { comparison, version });
        let mut device = Device { version: Some(held.to_vec()), ..Device::default() };
        device.install(test(&[required], Condition::Version))
    };
    let refused = Err(ErrorKind::ConditionFailed(condition::VERSION));
    assert_eq!(check(&[1, 9, 3], Comparison::Equal, &[1]), Ok(()));
    assert_eq!(check(&[2], Comparison::Equal, &[1]), refused);
    assert_eq!(check(&[1, 2, 3, -3, 4], Comparison::Lesser, &[1, 2, 3, 0]), Ok(()));
    assert_eq!(check(&[1, 2, 3, -3, 4], Comparison::Lesser, &[1, 2, 3]), refused);
    assert_eq!(check(&[1, 9], Comparison::Lesser, &[1, 10]), Ok(()));
    assert_eq!(check(&[1, 10], Comparison::GreaterEqual, &[1, 9, 9]), Ok(()));
    assert_eq!(check(&[1, 2], Comparison::Greater, &[1, 2, -1]), Ok(()));
    assert_eq!(check(&[1, 2], Comparison::Greater, &[1, 2, 0]), refused);
}

/// Section 5.6: the machine waits until all events have come about, however long it takes.
#[test]
fn wait_waits() {
    let events = [WaitEvent::Power(1), WaitEvent::DayOfWeekUtc(6)];
    let info = wait_info(&events).unwrap();
    let sequence = || {
        new()
            .override_parameters(&[Parameter::WaitInfo(WaitInfo::parse(&info).unwrap())])
            .unwrap()
            .action(Action::Wait, POLICY)
            .unwrap()
    };
    let mut device = Device { patience: 20, ..Device::default() };
    assert_eq!(device.install(sequence()), Ok(()));
    let log = device.log.into_inner();
    assert_eq!(log.len(), 21);
    assert!(log.iter().all(|event| *event == format!("wait {events:?}")));
    let nothing = new().action(Action::Wait, POLICY).unwrap();
    assert_eq!(
        Device::default().install(nothing),
        Err(ErrorKind::MissingParameter(parameter::WAIT_INFO))
    );
}

/// Section 4.6: metadata is told just before the write that it is for; what policy forbids is not written.
#[test]
fn metadata_comes_before_the_write() {
    let write = |file_type| {
        let metadata = component_metadata(&[Metadatum::FileType(file_type)]).unwrap();
        let metadata = ComponentMetadata::parse(&metadata).unwrap();
        new()
            .override_parameters(&[Parameter::Content(b""), Parameter::ComponentMetadata(metadata)])
            .unwrap()
            .action(Action::Write, POLICY)
            .unwrap()
    };
    let mut device = Device::default();
    assert_eq!(device.install(write(FileType::Directory)), Ok(()));
    assert_eq!(device.log.into_inner(), ["Directory 0", "write 0 []"]);
    let mut device = Device::default();
    assert_eq!(
        device.install(write(FileType::Symlink)),
        Err(ErrorKind::DirectiveFailed(directive::WRITE))
    );
    assert_eq!(device.log.into_inner(), ["Symlink 0"]);
}

/// Sections 5.7 and 5.8: parameters for several components at once, the last of which is the component
/// from then on; parameters taken over from another component.
#[test]
fn parameters_of_several_components() {
    let sequence = Sequence::new()
        .override_multiple(&[
            (0, &[Parameter::Content(b"zero")]),
            (1, &[Parameter::Content(b"one"), Parameter::ImageSize(3)]),
        ])
        .unwrap()
        .action(Action::Write, POLICY)
        .unwrap()
        .copy_params(&[(0, &[parameter::CONTENT])])
        .unwrap();
    let mut device = Device::default();
    let refused = device.install(sequence.clone().action(Action::Write, POLICY).unwrap());
    assert_eq!(refused, Err(ErrorKind::ImageSize), "the size is the component's own");
    assert_eq!(device.log.take(), ["write 1 [111, 110, 101]"]);
    let larger = sequence.override_parameters(&[Parameter::ImageSize(4)]).unwrap();
    assert_eq!(device.install(larger.action(Action::Write, POLICY).unwrap()), Ok(()));
    assert_eq!(device.log.take(), ["write 1 [111, 110, 101]", "write 1 [122, 101, 114, 111]"]);
    let missing = new().copy_params(&[(1, &[parameter::URI])]).unwrap();
    assert_eq!(device.install(missing), Err(ErrorKind::MissingParameter(parameter::URI)));
}
