//! The owner's policy in TOML: what is refused is refused at a byte of the text; what is accepted has a name and is
//! the same policy whatever stands in comments behind it.

#![no_main]

use hexad_operator::appraisal::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Policy::from_toml(text) {
        Err(error) => assert!(error.offset() <= text.len() && !error.message().is_empty()),
        Ok(policy) => {
            let commented = format!("{text}\n# id = 'other'\n");
            assert_eq!(Policy::from_toml(&commented).as_ref(), Ok(&policy));
        }
    }
});
