//! A MUD file that is read is written as JSON that says the same; what a lenient reader mends, a strict
//! one takes.

#![no_main]

use hexad_mud::Mud;
use hexad_mud::diff::diff;
use hexad_mud::file::Reader;
use hexad_mud::lint::lint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let strict = Mud::parse(data);
    let reading = match Reader::new().lenient().read(data) {
        Ok(reading) => reading,
        Err(error) => {
            assert!(error.offset() <= data.len());
            assert!(strict.is_err());
            return;
        }
    };
    assert!(reading.findings.iter().all(|finding| finding.offset() <= data.len()));
    let mud = reading.mud;
    match strict {
        Ok(strict) => assert_eq!(strict, mud),
        Err(error) => assert!(reading.findings.contains(&error)),
    }
    // Compiling goes through every flow.
    let flows = mud.flows().count();
    let again = Mud::parse(mud.to_json().as_bytes()).expect("what is written is a MUD file");
    assert_eq!(again, mud);
    assert_eq!(again.flows().count(), flows);
    assert!(diff(&mud, &again).is_empty());
    assert_eq!(lint(&mud), lint(&again));
});
