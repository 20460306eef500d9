//! COSE messages and keys as coset reads them: accepted by both or neither, but for what is explained.

#![no_main]

#[path = "../../cose-core/tests/coset/mod.rs"]
mod compared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    assert_eq!(compared::agree_with_coset(data), Ok(()));
});
