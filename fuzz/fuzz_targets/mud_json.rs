//! A MUD file that is read is written as JSON that says the same.

#![no_main]

use hexad_mud::Mud;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match Mud::parse(data) {
        Err(error) => assert!(error.offset() <= data.len()),
        Ok(mud) => {
            // Compiling goes through every flow.
            let flows = mud.flows().count();
            let again =
                Mud::parse(mud.to_json().as_bytes()).expect("what is written is a MUD file");
            assert_eq!(again.contents(), mud.contents());
            assert_eq!(again.flows().count(), flows);
        }
    }
});
