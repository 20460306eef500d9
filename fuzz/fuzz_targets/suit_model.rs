//! Manifests that the bytes choose, as the seed of a generator: the processor does what the abstract machine of the drafts
//! does, in plain recursive Rust (`suit/tests/model`).

#![no_main]

#[path = "../../suit/tests/model/device.rs"]
mod device;
#[path = "../../suit/tests/model/generate.rs"]
mod generate;
#[path = "../../suit/tests/model/machine.rs"]
mod machine;
#[path = "../../suit/tests/model/tree.rs"]
mod tree;
#[path = "../../suit/tests/model/world.rs"]
mod world;

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fuzz_target!(|data: &[u8]| {
    // Not the bytes themselves: when they have run out, a choice among three would never come to an end.
    let mut seed = [0; 32];
    for (place, byte) in data.iter().enumerate() {
        seed[place % 32] ^= byte;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let Ok(case) = generate::cases().new_tree(&mut runner) else { return };
    let (tree, procedure, patience, world) = case.current();
    let mut machine = machine::Machine::new(world.clone());
    let expected = machine.procedure(&tree, procedure);
    let (result, world) = device::process(&tree, procedure, world, patience);
    assert_eq!(world, machine.world);
    assert_eq!(result, expected);
});
