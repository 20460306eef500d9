//! Several trust domains: dependencies, who may do what, and what an attacker tries with them.

use std::task::Poll;

use crate::device::{CLASS, VENDOR};
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Key, Segments, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::access::{Access, AccessList, Grant, Labels};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::labels::{condition, directive, parameter};
use hexad_suit::parameter::{Parameter, VendorIdentifier};
use hexad_suit::platform::Record;
use hexad_suit::report::replay::{Ended, replay};
use hexad_suit::report::{Outcome, Place, Reason, Reference, Report, ReportWriter};
use hexad_suit::{
    Component, ComponentIdentifier, Demand, DeviceIds, Envelope, Error, ErrorKind, Failure,
    Platform, Procedure, Processor, Signers, Step, TrustAnchors,
};

/// The vendor signs applications, the distributor what it adds to them, a stranger nothing.
const VENDOR_KEY: u8 = 1;
const DISTRIBUTOR_KEY: u8 = 2;
const STRANGER_KEY: u8 = 3;

const POLICY: ReportingPolicy = ReportingPolicy::RECORD_ON_FAILURE;

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[number; 32]).unwrap()
}

fn new() -> Sequence {
    Sequence::new()
}

/// Signs a manifest, with payloads beside it.
fn signed(manifest: &ManifestBuilder, signer: u8, payloads: &[(&str, &[u8])]) -> Vec<u8> {
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    let (key, kid) = (key(signer), [signer]);
    let headers = hexad_cose_core::NewHeaders::new(Algorithm::ESP256).kid(&kid);
    envelope.sign(Sign1::builder(headers), &key, &mut RustCrypto).unwrap();
    for (uri, payload) in payloads {
        envelope.integrated_payload(uri, payload);
    }
    envelope.encode().unwrap()
}

/// The digest by which a manifest depends on the one in this envelope.
fn digest_of(envelope: &[u8]) -> Vec<u8> {
    Envelope::parse(envelope).unwrap().authentication().digest().bytes().to_vec()
}

/// What a device does, in memory. Components are known by their identifiers.
#[derive(Default)]
struct Device {
    contents: Vec<(String, Vec<u8>)>,
    access: Option<AccessList<'static>>,
    /// The sequence number of the application's manifest that is installed.
    installed: u64,
    /// Components with how many manifests refer to them.
    references: Vec<(String, u64)>,
    log: Vec<String>,
    paths: Vec<(Vec<usize>, i64)>,
    records: Vec<Record>,
    linked: Vec<(String, Option<String>)>,
    crypto: RustCrypto,
    piece: Vec<u8>,
}

impl Device {
    fn content(&self, component: &Component<'_>) -> Vec<u8> {
        let name = component.identifier.to_string();
        let held = self.contents.iter().find(|(own, _)| *own == name);
        held.map(|(_, content)| content.clone()).unwrap_or_default()
    }

    /// Runs a procedure; dependencies are authenticated by the same anchors. With room for six
    /// components and two dependencies.
    fn run(&mut self, bytes: &[u8], procedure: Procedure) -> Result<(), ErrorKind> {
        self.run_with::<6, 2>(bytes, procedure)
    }

    fn run_with<const COMPONENTS: usize, const DEPENDENCIES: usize>(
        &mut self,
        bytes: &[u8],
        procedure: Procedure,
    ) -> Result<(), ErrorKind> {
        let (vendor, distributor) = (key(VENDOR_KEY), key(DISTRIBUTOR_KEY));
        let keys = [
            Key::from_public(vendor.public()).with_kid(&[VENDOR_KEY]),
            Key::from_public(distributor.public()).with_kid(&[DISTRIBUTOR_KEY]),
        ];
        let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
        let memory: Vec<std::cell::OnceCell<Vec<u8>>> = vec![Default::default(); 8];
        let mut free = memory.iter();
        let envelope = Envelope::parse(bytes).map_err(Error::kind)?;
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto).map_err(Error::kind)?;
        let ids = DeviceIds {
            vendors: &[VendorIdentifier::Uuid(&VENDOR)],
            classes: &[CLASS],
            devices: &[],
        };
        let mut processor: Processor<'_, Self, COMPONENTS, 8, DEPENDENCIES> =
            Processor::new(&manifest, procedure, &ids).map_err(Error::kind)?;
        loop {
            match processor.step(self).map_err(Error::kind)? {
                Step::Fetch { .. } => panic!("nothing is fetched from elsewhere"),
                Step::Dependency { component, .. } => {
                    let held = free.next().unwrap().get_or_init(|| self.content(&component));
                    processor.supply(Envelope::parse(held).and_then(|envelope| {
                        let manifest = envelope.authenticate(&anchors, &mut RustCrypto)?;
                        manifest.require_not_older_than(self.installed)?;
                        Ok(manifest)
                    }));
                }
                Step::Busy => {}
                Step::Done(_) => return Ok(()),
            }
        }
    }
}

impl Platform for Device {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        !component.identifier.is(&[b"nowhere"])
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        u64::try_from(self.content(component).len()).ok()
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        _: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        let offset = usize::try_from(offset).unwrap();
        self.piece = self.content(component).into_iter().skip(offset).collect();
        Poll::Ready(Ok(&self.piece))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Err(Failure::Failed))
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        let name = component.identifier.to_string();
        self.log.push(format!("write {name}"));
        self.contents.retain(|(own, _)| *own != name);
        self.contents.push((name, content.to_vec()));
        Poll::Ready(Ok(()))
    }

    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        _: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let content = self.content(source);
        self.write(component, &content)
    }

    fn permits(&mut self, signers: Signers, component: &Component<'_>, access: Access) -> bool {
        self.access.is_none_or(|list| list.permits(signers, component.identifier, access))
    }

    fn references(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        let name = component.identifier.to_string();
        let held = self.references.iter().find(|(own, _)| *own == name);
        Poll::Ready(Ok(held.map_or(0, |(_, count)| *count)))
    }

    fn link(
        &mut self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        let manifest = manifest.map(|manifest| manifest.to_string());
        self.linked.push((component.identifier.to_string(), manifest));
        Poll::Ready(Ok(()))
    }

    fn unlink(
        &mut self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        let manifest = manifest.map_or("the root".to_owned(), |manifest| manifest.to_string());
        self.log.push(format!("unlink {} by {manifest}", component.identifier));
        Poll::Ready(Ok(()))
    }

    fn store_sequence_number(&mut self, number: u64) -> Poll<Result<(), Failure>> {
        self.log.push(format!("store {number}"));
        Poll::Ready(Ok(()))
    }

    fn record(&mut self, record: &Record) {
        self.paths.push((record.manifest.iter().collect(), record.command));
        self.records.push(*record);
    }
}

/// A manifest of the vendor for `app`, which it writes if nobody has set another content.
fn application() -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(1);
    manifest.component(&[b"app"]);
    manifest.install(
        new()
            .set_parameters(&[Parameter::Content(b"the vendor's")])
            .unwrap()
            .action(Action::Write, POLICY)
            .unwrap(),
    );
    manifest.uninstall(new().action(Action::Unlink, POLICY).unwrap());
    manifest
}

/// A manifest of the distributor around an envelope, in component 1 of it: it is carried, checked and
/// processed after `before`.
fn around(envelope: &[u8], digest: &[u8], before: Sequence) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(5);
    manifest.component(&[b"app"]);
    manifest.component(&[b"app.suit"]);
    manifest.component_id(&[b"root.suit"]);
    manifest.dependency(1, None);
    let digest = Digest::new(HashAlgorithm::Sha256, digest).unwrap();
    let size = u64::try_from(envelope.len()).unwrap();
    manifest.shared_sequence(
        new()
            .set_component_index(1)
            .unwrap()
            .override_parameters(&[
                Parameter::ImageDigest(digest),
                Parameter::ImageSize(size),
                Parameter::Uri("#app"),
            ])
            .unwrap(),
    );
    manifest.dependency_resolution(
        new()
            .set_component_index(1)
            .unwrap()
            .action(Action::Fetch, POLICY)
            .unwrap()
            .condition(Condition::DependencyIntegrity, POLICY)
            .unwrap(),
    );
    manifest.install(
        before.set_component_index(1).unwrap().action(Action::ProcessDependency, POLICY).unwrap(),
    );
    manifest
        .uninstall(new().set_component_index(1).unwrap().action(Action::Unlink, POLICY).unwrap());
    manifest
}

fn set_content(content: &[u8]) -> Sequence {
    new().set_component_index(0).unwrap().set_parameters(&[Parameter::Content(content)]).unwrap()
}

/// Trust domains, 5.6.1: what a dependent has set, a dependency's set-parameters leaves; its
/// override-parameters does not. A report tells whose commands they were.
#[test]
fn dependents_set_and_dependencies_override() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let root = around(&app, &digest_of(&app), set_content(b"the distributor's"));
    let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device::default();
    device.run(&root, Procedure::Update).unwrap();
    assert!(device.contents.contains(&("[h'617070']".into(), b"the distributor's".to_vec())));
    assert!(device.paths.contains(&(vec![1], directive::WRITE)), "{:?}", device.paths);
    assert!(device.paths.contains(&(vec![], directive::PROCESS_DEPENDENCY)));
    // Every manifest refers to its components, the root one by its suit-manifest-component-id.
    let (root_id, app_id) = ("[h'726f6f742e73756974']", "[h'6170702e73756974']");
    for (component, manifest) in
        [("[h'617070']", root_id), (app_id, root_id), ("[h'617070']", app_id)]
    {
        let link = (component.to_owned(), Some(manifest.to_owned()));
        assert!(device.linked.contains(&link), "{:?}", device.linked);
    }

    let mut strict = application();
    strict.install(
        new()
            .override_parameters(&[Parameter::Content(b"the vendor's")])
            .unwrap()
            .action(Action::Write, POLICY)
            .unwrap(),
    );
    let app = signed(&strict, VENDOR_KEY, &[]);
    let root = around(&app, &digest_of(&app), set_content(b"the distributor's"));
    let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device::default();
    device.run(&root, Procedure::Update).unwrap();
    assert!(device.contents.contains(&("[h'617070']".into(), b"the vendor's".to_vec())));
}

/// A prefix is prepended to the dependency's component identifiers (trust domains, 5.2.2): the same
/// manifest serves another place, and can't reach out of it.
#[test]
fn prefix_keeps_a_dependency_in_its_place() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let mut root = around(&app, &digest_of(&app), set_content(b"the distributor's"));
    root.dependency(1, Some(&[b"radio"]));
    let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device::default();
    device.run(&root, Procedure::Update).unwrap();
    let radio = ("[h'726164696f', h'617070']".into(), b"the vendor's".to_vec());
    assert!(device.contents.contains(&radio), "{:?}", device.log);
    assert!(!device.log.contains(&"write [h'617070']".to_owned()));
}

/// Section 9: by default nobody may do anything; the distributor may set a content that the vendor's
/// manifest uses, but not write, and not override another parameter.
#[test]
fn access_is_denied_by_default() {
    const VENDOR: Demand = Demand::AnyOf(Signers::NONE.with(0));
    const DISTRIBUTOR: Demand = Demand::AnyOf(Signers::NONE.with(1));
    const GRANTS: &[Grant<'_>] = &[
        Grant {
            signers: VENDOR,
            components: &[b"app"],
            commands: Labels::All,
            parameters: Labels::All,
        },
        Grant {
            signers: DISTRIBUTOR,
            components: &[b"app"],
            commands: Labels::Only(&[]),
            parameters: Labels::Only(&[parameter::CONTENT]),
        },
        Grant {
            signers: DISTRIBUTOR,
            components: &[b"app.suit"],
            commands: Labels::All,
            parameters: Labels::All,
        },
    ];
    let app = signed(&application(), VENDOR_KEY, &[]);
    let run = |before: Sequence, grants| {
        let root = around(&app, &digest_of(&app), before);
        let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
        let mut device = Device { access: Some(AccessList::new(grants)), ..Device::default() };
        let result = device.run(&root, Procedure::Update);
        (result, device)
    };
    let (result, device) = run(set_content(b"the distributor's"), GRANTS);
    assert_eq!(result, Ok(()));
    assert!(device.contents.contains(&("[h'617070']".into(), b"the distributor's".to_vec())));
    let itself = set_content(b"x").action(Action::Write, POLICY).unwrap();
    let (result, device) = run(itself, GRANTS);
    assert_eq!(result, Err(ErrorKind::AccessDenied(directive::WRITE)));
    assert!(!device.log.contains(&"write [h'617070']".to_owned()));
    let uri = new().set_component_index(0).unwrap();
    let uri = uri.override_parameters(&[Parameter::Uri("coap://evil/app")]).unwrap();
    assert_eq!(run(uri, GRANTS).0, Err(ErrorKind::AccessDenied(parameter::URI)));
    assert_eq!(run(new(), &[]).0, Err(ErrorKind::AccessDenied(parameter::IMAGE_DIGEST)));
    // A source counts, too: the distributor may not read the application out.
    let out = new()
        .set_component_index(1)
        .unwrap()
        .override_parameters(&[Parameter::SourceComponent(0)])
        .unwrap()
        .action(Action::Copy, POLICY)
        .unwrap();
    assert_eq!(run(out, GRANTS).0, Err(ErrorKind::AccessDenied(directive::COPY)));
}

/// THREAT.MFST.OVERRIDE (RFC 9124, 4.2.13): a dependency is not processed unless it is the one that was
/// depended on, checked, and signed by someone who is believed.
#[test]
fn other_dependencies_are_refused() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let run = |root: &ManifestBuilder, carried: &[u8]| {
        let root = signed(root, DISTRIBUTOR_KEY, &[("#app", carried)]);
        let mut device = Device::default();
        let result = device.run(&root, Procedure::Update);
        assert!(!device.log.contains(&"write [h'617070']".to_owned()));
        result
    };
    let root = around(&app, &digest_of(&app), new());
    // Another manifest of the same vendor: a newer or an older one.
    let mut other = ManifestBuilder::new(2);
    other.component(&[b"app"]);
    other.install(new().set_parameters(&[Parameter::Content(b"")]).unwrap());
    let other = signed(&other, VENDOR_KEY, &[]);
    let refused = ErrorKind::ConditionFailed(7);
    assert_eq!(run(&root, &other), Err(refused));
    // The right manifest, signed by a stranger.
    let stranger = signed(&application(), STRANGER_KEY, &[]);
    assert!(run(&root, &stranger).is_err());
    // Not checked before it is processed.
    let mut unchecked = around(&app, &digest_of(&app), new());
    unchecked.dependency_resolution(
        new().set_component_index(1).unwrap().action(Action::Fetch, POLICY).unwrap(),
    );
    assert_eq!(run(&unchecked, &app), Err(ErrorKind::DependencyIntegrity));
    // Checked, and then written over: what was found holds no more (5.5.5).
    let again = new().set_component_index(1).unwrap().action(Action::Fetch, POLICY).unwrap();
    assert_eq!(
        run(&around(&app, &digest_of(&app), again), &app),
        Err(ErrorKind::DependencyIntegrity)
    );
    // What is not in suit-dependencies is no dependency.
    let not_listed =
        new().set_component_index(0).unwrap().action(Action::ProcessDependency, POLICY).unwrap();
    assert_eq!(
        run(&around(&app, &digest_of(&app), not_listed), &app),
        Err(ErrorKind::NotADependency)
    );
}

/// Trust domains, 5.1: a section of a dependency that was checked may not be left out.
#[test]
fn dependencies_are_run_in_lockstep() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let mut root = around(&app, &digest_of(&app), new());
    root.install(
        new()
            .set_component_index(0)
            .unwrap()
            .override_parameters(&[Parameter::ImageSize(1)])
            .unwrap(),
    );
    let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device::default();
    assert_eq!(device.run(&root, Procedure::Update), Err(ErrorKind::DependencyNotProcessed));
    assert!(!device.log.iter().any(|event| event.starts_with("store")));
}

/// A manifest that depends on itself ends; so does one with more dependencies, components or levels than
/// there is room for. A device without any room refuses at once.
#[test]
fn cycles_and_crowds_are_refused() {
    // A manifest can't hold its own digest, so a cycle goes through a component that two manifests have
    // in common: here both keep their dependency in one, and the inner one would write over itself.
    let app = signed(&application(), VENDOR_KEY, &[]);
    let inner = signed(&around(&app, &digest_of(&app), new()), DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut outer = around(&inner, &digest_of(&inner), new());
    outer.dependency_resolution(
        new()
            .set_component_index(1)
            .unwrap()
            .action(Action::Fetch, POLICY)
            .unwrap()
            .condition(Condition::DependencyIntegrity, POLICY)
            .unwrap()
            .action(Action::ProcessDependency, POLICY)
            .unwrap(),
    );
    let outer = signed(&outer, DISTRIBUTOR_KEY, &[("#app", &inner)]);
    let mut device = Device::default();
    assert_eq!(device.run(&outer, Procedure::Update), Err(ErrorKind::ComponentInUse));
    let root = signed(&around(&app, &digest_of(&app), new()), DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device::default();
    let none = device.run_with::<6, 0>(&root, Procedure::Update);
    assert_eq!(none, Err(ErrorKind::TooManyDependencies));
    let mut elsewhere = application();
    elsewhere.component(&[b"nowhere"]);
    elsewhere.install(
        new().set_component_index(0).unwrap().condition(Condition::Abort, POLICY).unwrap(),
    );
    let app = signed(&elsewhere, VENDOR_KEY, &[]);
    let root = signed(&around(&app, &digest_of(&app), new()), DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device::default();
    assert_eq!(device.run(&root, Procedure::Update), Err(ErrorKind::UnsupportedComponent(1)));
    let crowded = Device::default().run_with::<2, 1>(&root, Procedure::Update);
    assert_eq!(crowded, Err(ErrorKind::TooManyComponents));
}

/// Attack: a manifest that the digest which its dependent has set is its own, so that it finds itself in
/// order, and processes itself (trust domains, 5.6.2; what a dependent sets stays, 5.6.1).
#[test]
fn a_manifest_that_depends_on_itself() {
    let mut itself = ManifestBuilder::new(1);
    itself.component(&[b"app.suit"]);
    itself.dependency(0, None);
    itself.dependency_resolution(
        new()
            .condition(Condition::DependencyIntegrity, POLICY)
            .unwrap()
            .action(Action::ProcessDependency, POLICY)
            .unwrap(),
    );
    let itself = signed(&itself, VENDOR_KEY, &[]);
    let mut root = around(&itself, &digest_of(&itself), new());
    root.dependency_resolution(
        new()
            .set_component_index(1)
            .unwrap()
            .action(Action::Fetch, POLICY)
            .unwrap()
            .condition(Condition::DependencyIntegrity, POLICY)
            .unwrap()
            .action(Action::ProcessDependency, POLICY)
            .unwrap(),
    );
    let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &itself)]);
    let ended = Device::default().run(&root, Procedure::Update);
    assert_eq!(ended, Err(ErrorKind::DependencyCycle));
}

/// Attack: a distributor whose own manifest is new carries an older one of the vendor (RFC 9124, 4.2.1).
/// The device holds each to the number of its own, where it authenticates them.
#[test]
fn an_older_dependency_is_not_replayed() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let root = signed(&around(&app, &digest_of(&app), new()), DISTRIBUTOR_KEY, &[("#app", &app)]);
    let mut device = Device { installed: 1, ..Device::default() };
    assert_eq!(device.run(&root, Procedure::Update), Ok(()));
    let mut device = Device { installed: 2, ..Device::default() };
    assert_eq!(device.run(&root, Procedure::Update), Err(ErrorKind::SequenceNumber));
    let own = ["write [h'6170702e73756974']"];
    assert_eq!(device.log, own, "the envelope was stored, and nothing else happened");
}

/// A report is gone through with the manifests of dependencies, too: what they decided, and where one of
/// them ended everything (report draft, 3). Without them their records are named.
#[test]
fn a_report_of_dependencies_is_told() {
    let holds = |content: &[u8]| {
        let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(content)).unwrap();
        let digest = Digest::new(HashAlgorithm::Sha256, digest.as_bytes()).unwrap();
        let expected = new().override_parameters(&[Parameter::ImageDigest(digest)]).unwrap();
        expected.condition(Condition::ImageMatch, POLICY).unwrap()
    };
    let told = |expected: &[&[u8]], ended: Result<(), ErrorKind>| {
        let mut app = application();
        let write = new().set_parameters(&[Parameter::Content(b"the vendor's")]).unwrap();
        let alternatives: Vec<_> = expected.iter().map(|content| holds(content)).collect();
        let write = write.action(Action::Write, POLICY).unwrap();
        app.install(match &alternatives[..] {
            [only] => write.run_sequence(only).unwrap(),
            several => write.try_each(several, false).unwrap(),
        });
        let app = signed(&app, VENDOR_KEY, &[]);
        let root = around(&app, &digest_of(&app), set_content(b"the distributor's"));
        let root = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
        let mut device = Device::default();
        assert_eq!(device.run(&root, Procedure::Update), ended);
        let (root, app) = (Envelope::parse(&root).unwrap(), Envelope::parse(&app).unwrap());
        let manifests =
            [root, app].map(|envelope| envelope.unverified_manifest(&mut RustCrypto).unwrap());
        let place = |record: &Record| {
            let of = usize::from(!record.manifest.is_root());
            Place::of(record, &manifests[of]).unwrap()
        };
        let mut buffer = [0; 1024];
        let reference = Reference { uri: "", digest: manifests[0].digest().unwrap() };
        let mut report = ReportWriter::new(&mut buffer, None, reference).unwrap();
        let failed = device.records.iter().position(|record| record.result.is_err());
        let failed = failed.filter(|_| ended.is_err());
        for record in &device.records[..failed.unwrap_or(device.records.len())] {
            report.heed(record, &place(record), &[]).unwrap();
        }
        let outcome = match failed.map(|place| &device.records[place]) {
            Some(record) => {
                Outcome::Failure { code: -1, place: place(record), reason: Reason::ConditionFailed }
            }
            None => Outcome::Success,
        };
        let written = report.finish(outcome, None).unwrap();
        let report = Report::parse(written).unwrap();
        let known = replay(&report, &manifests[0], &manifests[1..], None);
        let unknown = replay(&report, &manifests[0], &[], None);
        for told in [&known, &unknown] {
            assert_eq!(told.contradictions, Vec::<String>::new());
        }
        let inside = known.events.iter().filter(|event| event.manifest == [1]);
        let inside: Vec<_> = inside.map(|event| (event.command, event.ended)).collect();
        let last = unknown.events.last().unwrap();
        assert_eq!(last.command, directive::PROCESS_DEPENDENCY);
        (inside, last.ended, known.conclusion)
    };
    let (write, test) = (directive::WRITE, condition::IMAGE_MATCH);
    let set: &[u8] = b"the distributor's";
    let (inside, ended, conclusion) = told(&[b"the vendor's", set], Ok(()));
    assert_eq!(inside, [(write, Ended::Well), (test, Ended::Badly), (test, Ended::Well)]);
    assert_eq!((ended, &conclusion[..]), (Ended::Well, "the procedure succeeded"));
    let (inside, ended, conclusion) =
        told(&[b"the vendor's"], Err(ErrorKind::ConditionFailed(condition::IMAGE_MATCH)));
    assert_eq!(inside, [(write, Ended::Well), (test, Ended::Badly)]);
    assert_eq!(ended, Ended::Badly);
    assert!(
        conclusion.starts_with("ended in suit-install of dependency 1 at byte"),
        "{conclusion}"
    );
}

/// A prefix inside a prefix is refused rather than taken for one of the two (trust domains, 5.2.2 does
/// not say what it would mean).
#[test]
fn a_prefix_inside_a_prefix() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let resolve = || {
        let fetched = new().set_component_index(1).unwrap().action(Action::Fetch, POLICY).unwrap();
        let checked = fetched.condition(Condition::DependencyIntegrity, POLICY).unwrap();
        checked.action(Action::ProcessDependency, POLICY).unwrap()
    };
    let tree = |inside: Option<&[&[u8]]>, outside: Option<&[&[u8]]>| {
        let mut inner = around(&app, &digest_of(&app), new());
        inner.dependency(1, inside).dependency_resolution(resolve());
        let inner = signed(&inner, DISTRIBUTOR_KEY, &[("#app", &app)]);
        let mut outer = around(&inner, &digest_of(&inner), new());
        outer.dependency(1, outside).dependency_resolution(resolve());
        signed(&outer, DISTRIBUTOR_KEY, &[("#app", &inner)])
    };
    let mut device = Device::default();
    let run = device.run_with::<8, 2>(&tree(None, Some(&[b"out"])), Procedure::Update);
    assert_eq!(run, Ok(()), "{:?}", device.log);
    let mut device = Device::default();
    let run = device.run_with::<8, 2>(&tree(Some(&[b"in"]), Some(&[b"out"])), Procedure::Update);
    assert_eq!(run, Err(ErrorKind::NestedPrefix));
    assert!(!device.log.iter().any(|event| event.starts_with("store")));
}

/// A dependency that its component comes to hold again takes the place that it had: it may be fetched, and
/// taken away, more often than there are places. What was found of it must be found again.
#[test]
fn a_dependency_may_come_again() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let digest = digest_of(&app);
    let fetch = |sequence: Sequence| {
        let fetched = sequence.set_component_index(1).unwrap().action(Action::Fetch, POLICY);
        fetched.unwrap()
    };
    let check =
        |sequence: Sequence| sequence.condition(Condition::DependencyIntegrity, POLICY).unwrap();
    let process = |sequence: Sequence| sequence.action(Action::ProcessDependency, POLICY).unwrap();
    let mut often = new();
    for _ in 0..3 {
        often = process(check(fetch(often)));
    }
    let mut root = around(&app, &digest, new());
    root.dependency_resolution(often.clone());
    let bytes = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
    assert_eq!(Device::default().run_with::<6, 1>(&bytes, Procedure::Update), Ok(()));

    root.dependency_resolution(process(fetch(often)));
    let bytes = signed(&root, DISTRIBUTOR_KEY, &[("#app", &app)]);
    let unchecked = Device::default().run_with::<6, 1>(&bytes, Procedure::Update);
    assert_eq!(unchecked, Err(ErrorKind::DependencyIntegrity));
}

/// Trust domains, 5.6.5 and 6: a manifest that nobody else needs is uninstalled before it is unlinked;
/// one that others need is unlinked alone; what others need is not overwritten.
#[test]
fn unlink_counts_references() {
    let app = signed(&application(), VENDOR_KEY, &[]);
    let root = signed(&around(&app, &digest_of(&app), new()), DISTRIBUTOR_KEY, &[("#app", &app)]);
    let (app_id, root_id) = ("[h'6170702e73756974']", "[h'726f6f742e73756974']");
    let run = |references: u64, procedure| {
        let mut device = Device::default();
        device.contents.push((app_id.to_owned(), app.clone()));
        device.references.push((app_id.to_owned(), references));
        let result = device.run(&root, procedure);
        (result, device.log)
    };
    let own = format!("unlink [h'617070'] by {app_id}");
    let dependency = format!("unlink {app_id} by {root_id}");
    let (result, log) = run(1, Procedure::Uninstall);
    assert_eq!((result, log), (Ok(()), vec![own, dependency.clone()]));
    let (result, log) = run(2, Procedure::Uninstall);
    assert_eq!((result, log), (Ok(()), vec![dependency]));
    let (result, log) = run(1, Procedure::Update);
    assert_eq!((result, log), (Err(ErrorKind::Referenced), vec![]));
}

/// Trust domains, 7: staging ends before anything is installed, installation begins with the candidate.
#[test]
fn staging_and_installation_are_apart() {
    let mut manifest = ManifestBuilder::new(9);
    manifest.component(&[b"app"]);
    let write = |content: &'static [u8]| {
        new()
            .override_parameters(&[Parameter::Content(content)])
            .unwrap()
            .action(Action::Write, POLICY)
            .unwrap()
    };
    let check = |content: &'static [u8]| {
        new()
            .override_parameters(&[Parameter::Content(content)])
            .unwrap()
            .condition(Condition::CheckContent, POLICY)
            .unwrap()
    };
    manifest
        .payload_fetch(write(b"staged"))
        .candidate_verification(check(b"staged"))
        .install(write(b"installed"))
        .validate(check(b"installed"));
    let bytes = signed(&manifest, VENDOR_KEY, &[]);
    let mut device = Device::default();
    device.run(&bytes, Procedure::Staging).unwrap();
    assert_eq!(device.log, ["write [h'617070']"]);
    device.run(&bytes, Procedure::Installation).unwrap();
    assert_eq!(device.log, ["write [h'617070']", "write [h'617070']", "store 9"]);
    // A candidate that was changed between the two is not installed (TOCTOU, RFC 9124, 4.2.18).
    let mut device = Device::default();
    device.run(&bytes, Procedure::Staging).unwrap();
    device.contents.clear();
    assert_eq!(device.run(&bytes, Procedure::Installation), Err(ErrorKind::ConditionFailed(6)));
    assert_eq!(device.log, ["write [h'617070']"]);
}
