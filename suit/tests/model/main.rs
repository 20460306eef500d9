//! The processor against a second machine: the abstract machine of the drafts in plain recursive Rust, on
//! manifests that proptest makes up. Both must do the same to the same device, in the same order, and end
//! the same way.

mod machine;
mod tree;
mod world;

use std::task::Poll;

use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::command::{Action, Condition};
use hexad_suit::labels::{manifest as element, parameter};
use hexad_suit::parameter::VendorIdentifier;
use hexad_suit::version::{Comparison, VersionMatch};
use hexad_suit::{
    Component, ComponentIdentifier, DeviceIds, Envelope, Error, ErrorKind, Failure, Platform,
    Procedure, Processor, Step, TrustAnchors,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use machine::Machine;
use tree::{Do, Id, Select, Set, Tree, encode, key};
use world::World;

/// The component that holds the dependency's envelope.
pub const ENVELOPE: Id = 9;

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
fn process(
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

fn image() -> impl Strategy<Value = Vec<u8>> {
    select(vec![b"image A".to_vec(), b"image BB".to_vec(), b"x".to_vec()])
}

fn index(count: usize) -> impl Strategy<Value = usize> {
    0..count
}

/// What is set for every component first, most of the time: values with which commands succeed.
fn helpful(count: usize) -> impl Strategy<Value = Vec<Set>> {
    let uri = select(vec!["coap://here/a", "coap://here/b"]);
    (image(), image(), uri, index(count)).prop_map(|(digest, content, uri, source)| {
        vec![
            Set::Vendor(world::VENDOR),
            Set::Digest(digest),
            Set::Slot(world::SLOT),
            Set::Content(content),
            Set::Uri(uri),
            Set::Source(source),
            Set::UseBefore(world::NOW + 1),
            Set::Battery(world::BATTERY),
            Set::Priority(world::PRIORITY),
            Set::Version(Comparison::Equal, world::VERSION.to_vec()),
        ]
    })
}

/// A parameter; soft-failure only inside a nested sequence, most of the time.
fn set(count: usize, is_nested: bool) -> impl Strategy<Value = Set> {
    let soft = if is_nested { 100 } else { 1 };
    prop_oneof![1000 => any_set(count), soft => any::<bool>().prop_map(Set::SoftFailure)]
}

fn any_set(count: usize) -> impl Strategy<Value = Set> {
    prop_oneof![
        select(vec![world::VENDOR, 0]).prop_map(Set::Vendor),
        image().prop_map(Set::Digest),
        (6u64..10).prop_map(Set::Size),
        (0u64..3).prop_map(Set::Slot),
        image().prop_map(Set::Content),
        select(vec!["coap://here/a", "coap://here/b", "coap://gone", "#dependency"])
            .prop_map(Set::Uri),
        index(count).prop_map(Set::Source),
        index(count).prop_map(Set::Source),
        image().prop_map(Set::Arguments),
        any::<bool>().prop_map(Set::StrictOrder),
        select(vec![world::NOW, world::NOW + 1]).prop_map(Set::UseBefore),
        select(vec![world::BATTERY, world::BATTERY + 1]).prop_map(Set::Battery),
        (-1i64..2).prop_map(Set::Priority),
        (
            select(vec![
                Comparison::Greater,
                Comparison::GreaterEqual,
                Comparison::Equal,
                Comparison::LesserEqual,
                Comparison::Lesser,
            ]),
            select(vec![vec![1], vec![1, 2], vec![1, 2, 0], vec![1, 2, -1], vec![1, 3], vec![2]]),
        )
            .prop_map(|(comparison, numbers)| Set::Version(comparison, numbers)),
    ]
}

fn selection(count: usize) -> impl Strategy<Value = Select> {
    prop_oneof![
        4 => index(count).prop_map(Select::One),
        1 => vec(index(count), 1..4).prop_map(Select::List),
        1 => Just(Select::All),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    select(vec![
        Condition::VendorIdentifier,
        Condition::ImageMatch,
        Condition::ImageMatch,
        Condition::ImageMatch,
        Condition::ImageNotMatch,
        Condition::ComponentSlot,
        Condition::CheckContent,
        Condition::Abort,
        Condition::IsDependency,
        Condition::UseBefore,
        Condition::MinimumBattery,
        Condition::UpdateAuthorized,
        Condition::Version,
    ])
}

fn action() -> impl Strategy<Value = Action> {
    select(vec![
        Action::Write,
        Action::Write,
        Action::Fetch,
        Action::Fetch,
        Action::Copy,
        Action::Swap,
        Action::Invoke,
        Action::Unlink,
    ])
}

/// Commands, with others nested `depth` deep; without directives in the shared sequence.
fn commands(
    count: usize,
    is_shared: bool,
    is_nested: bool,
    depth: usize,
) -> BoxedStrategy<Vec<Do>> {
    let sets = move || vec(set(count, is_nested), 1..4);
    let labels = select(vec![
        parameter::IMAGE_DIGEST,
        parameter::CONTENT,
        parameter::URI,
        parameter::SOURCE_COMPONENT,
    ]);
    let plain = prop_oneof![
        3 => condition().prop_map(Do::Test),
        3 => selection(count).prop_map(Do::Select),
        3 => sets().prop_map(Do::Override),
        1 => sets().prop_map(Do::SetIfUnset),
    ];
    let one = if is_shared {
        plain.boxed()
    } else {
        prop_oneof![
            16 => plain,
            20 => action().prop_map(Do::Act),
            1 => select(vec![
                Do::Act(Action::ProcessDependency),
                Do::Test(Condition::DependencyIntegrity),
            ]),
            4 => vec((index(count), sets()), 1..3).prop_map(|mut sets| {
                sets.sort_by_key(|(index, _)| *index);
                sets.dedup_by_key(|(index, _)| *index);
                Do::OverrideMultiple(sets)
            }),
            4 => (index(count), labels).prop_map(|(index, label)| Do::CopyParams(vec![(index, vec![label])])),
        ]
        .boxed()
    };
    if depth == 0 {
        return vec(one, 1..5).boxed();
    }
    let inner = move || commands(count, is_shared, true, depth - 1);
    vec(
        prop_oneof![
            4 => one,
            1 => inner().prop_map(Do::Run),
            3 => (vec(inner(), 2..4), any::<bool>()).prop_map(|(alternatives, nil)| Do::TryEach(alternatives, nil)),
        ],
        1..7,
    )
    .boxed()
}

/// A manifest with these components, whose sections often begin as they must.
fn manifest(components: Vec<Id>, dependencies: Vec<(usize, Tree)>) -> impl Strategy<Value = Tree> {
    let count = components.len();
    let begun = move |is_shared| {
        let commands = commands(count, is_shared, false, 2);
        (index(count), prop::bool::weighted(0.97), commands).prop_map(
            |(index, begins, mut commands)| {
                if begins {
                    commands.insert(0, Do::Select(Select::One(index)));
                }
                commands
            },
        )
    };
    let sections = [
        element::DEPENDENCY_RESOLUTION,
        element::PAYLOAD_FETCH,
        element::INSTALL,
        element::VALIDATE,
        element::INVOKE,
        element::UNINSTALL,
    ];
    let chosen = proptest::sample::subsequence(sections.to_vec(), 1..=sections.len());
    let helped =
        move || helpful(count).prop_map(|sets| vec![Do::Select(Select::All), Do::SetIfUnset(sets)]);
    let shared = prop_oneof![
        1 => Just(Vec::new()),
        6 => helped(),
        2 => (helped(), begun(true)).prop_map(|(mut commands, more)| {
            commands.extend(more);
            commands
        }),
        1 => begun(true),
    ];
    (
        shared,
        chosen.prop_flat_map(move |labels| {
            let count = labels.len();
            vec(begun(false), count)
                .prop_map(move |commands| labels.clone().into_iter().zip(commands).collect())
        }),
    )
        .prop_map(move |(shared, sections)| Tree {
            components: components.clone(),
            dependencies: dependencies.clone(),
            shared,
            sections,
        })
}

/// Fetching, checking and processing the dependency, where a manifest has one: else chance would hardly
/// ever get that far.
fn with_dependency(mut tree: Tree) -> Tree {
    let Some((index, _)) = tree.dependencies.first() else { return tree };
    let index = *index;
    for (number, (_, commands)) in tree.sections.iter_mut().enumerate() {
        let mut before = vec![Do::Select(Select::One(index))];
        if number == 0 {
            before.push(Do::Act(Action::Fetch));
        }
        before.push(Do::Test(Condition::DependencyIntegrity));
        before.push(Do::Act(Action::ProcessDependency));
        before.extend(std::mem::take(commands));
        *commands = before;
    }
    tree
}

fn trees() -> impl Strategy<Value = Tree> {
    let alone = manifest(vec![0, 1, 2], Vec::new());
    let single = manifest(vec![4], Vec::new());
    let pair = manifest(vec![1, 5], Vec::new()).prop_flat_map(|dependency| {
        (manifest(vec![0, 1, ENVELOPE], vec![(2, dependency)]), prop::bool::weighted(0.9))
            .prop_map(|(tree, guided)| if guided { with_dependency(tree) } else { tree })
    });
    prop_oneof![3 => alone, 1 => single, 4 => pair]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        max_shrink_iters: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Both machines do the same and end the same way, however late the platform answers.
    #[test]
    fn machines_agree(
        tree in trees(),
        procedure in select(vec![Procedure::Update, Procedure::Invoke, Procedure::Uninstall, Procedure::Staging]),
        patience in 0..3usize,
        referenced in proptest::option::weighted(0.2, select(vec![0u8, 1, 5, ENVELOPE])),
    ) {
        let mut world = World::default();
        for (id, image) in [(0, b"image A".to_vec()), (1, b"image BB".to_vec()), (4, b"x".to_vec())] {
            world.contents.insert(id, image);
        }
        if let Some(id) = referenced {
            world.references.insert(id, 1);
        }
        // What the machine of the drafts does.
        let mut machine = Machine::new(world.clone());
        let expected = machine.procedure(&tree, procedure);
        let (result, world) = process(&tree, procedure, world, patience);
        prop_assert_eq!(&world.log, &machine.world.log);
        prop_assert_eq!(result, expected);
        prop_assert_eq!(world.contents, machine.world.contents);
        prop_assert_eq!(world.references, machine.world.references);
    }
}
