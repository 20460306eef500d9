//! Any text in diagnostic notation becomes one well-formed item, which is told again, or is refused at a
//! character.

#![no_main]

use hexad_cose_core::cbor::{check_well_formed, diagnose, diagnose_indented, parse_diagnostic};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match parse_diagnostic(text) {
        Ok(bytes) => {
            assert_eq!(check_well_formed(&bytes), Ok(()));
            for print in [diagnose, diagnose_indented] {
                let again = print(&bytes).map(|text| parse_diagnostic(&text));
                assert_eq!(again, Ok(Ok(bytes.clone())));
            }
        }
        Err(error) => assert!(text.is_char_boundary(error.offset()), "{error}"),
    }
});
