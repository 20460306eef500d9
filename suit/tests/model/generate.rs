//! Manifests made up by chance, most of which get somewhere.

use hexad_suit::Procedure;
use hexad_suit::command::{Action, Condition};
use hexad_suit::labels::{manifest as element, parameter};
use hexad_suit::version::Comparison;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::tree::{Do, ENVELOPE, Id, Select, Set, Tree};
use super::world::{self, World};

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

pub fn trees() -> impl Strategy<Value = Tree> {
    let alone = manifest(vec![0, 1, 2], Vec::new());
    let single = manifest(vec![4], Vec::new());
    let pair = manifest(vec![1, 5], Vec::new()).prop_flat_map(|dependency| {
        (manifest(vec![0, 1, ENVELOPE], vec![(2, dependency)]), prop::bool::weighted(0.9))
            .prop_map(|(tree, guided)| if guided { with_dependency(tree) } else { tree })
    });
    prop_oneof![3 => alone, 1 => single, 4 => pair]
}

/// A manifest, what is done with it, how late the platform answers, and the device before.
pub fn cases() -> impl Strategy<Value = (Tree, Procedure, usize, World)> {
    let procedure = select(vec![
        Procedure::Update,
        Procedure::Invoke,
        Procedure::Uninstall,
        Procedure::Staging,
    ]);
    let referenced = proptest::option::weighted(0.2, select(vec![0u8, 1, 5, ENVELOPE]));
    (trees(), procedure, 0..3usize, referenced).prop_map(
        |(tree, procedure, patience, referenced)| {
            let mut world = World::default();
            for (id, image) in
                [(0, b"image A".to_vec()), (1, b"image BB".to_vec()), (4, b"x".to_vec())]
            {
                world.contents.insert(id, image);
            }
            if let Some(id) = referenced {
                world.references.insert(id, 1);
            }
            (tree, procedure, patience, world)
        },
    )
}
