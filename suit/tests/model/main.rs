//! The processor against a second machine: the abstract machine of the drafts in plain recursive Rust, on
//! manifests that proptest makes up. Both must do the same to the same device, in the same order, and end
//! the same way.

mod device;
mod generate;
mod machine;
mod tree;
mod world;

use proptest::prelude::*;

use device::process;
use machine::Machine;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        max_shrink_iters: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Both machines do the same and end the same way, however late the platform answers.
    #[test]
    fn machines_agree((tree, procedure, patience, world) in generate::cases()) {
        let mut machine = Machine::new(world.clone());
        let expected = machine.procedure(&tree, procedure);
        let (result, world) = process(&tree, procedure, world, patience);
        prop_assert_eq!(&world.log, &machine.world.log);
        prop_assert_eq!(result, expected);
        prop_assert_eq!(world.contents, machine.world.contents);
        prop_assert_eq!(world.references, machine.world.references);
    }
}
