//! What is made of SWID in XML, CycloneDX, SPDX and uSWID is a tag, the same each time, that can be shown and
//! converted again; an error points into the input.

#![no_main]

use hexad_coswid::convert::{
    Converted, Error, from_cyclonedx, from_spdx, from_swid, from_uswid, to_swid,
};
use hexad_coswid::{ConciseSwidTag, inspect};
use libfuzzer_sys::fuzz_target;

fn hold(converted: &Converted) {
    let tag = ConciseSwidTag::parse(&converted.tag).expect("a converter makes tags");
    inspect::lines(&converted.tag).expect("a tag can be shown");
    let (xml, notes) = to_swid(&tag);
    // What XML can't say is left out, and named; that may be what a tag can't be without.
    match from_swid(&xml) {
        Ok(back) => assert!(ConciseSwidTag::parse(&back.tag).is_ok()),
        Err(error) => assert!(!notes.is_empty(), "{error}: {xml}"),
    }
}

fn each(length: usize, convert: impl Fn() -> Result<Vec<Converted>, Error>) {
    match convert() {
        Ok(made) => {
            made.iter().for_each(hold);
            assert_eq!(convert().as_ref(), Ok(&made), "the same each time");
        }
        Err(error) => assert!(error.offset() <= length, "{error}"),
    }
}

fuzz_target!(|data: &[u8]| {
    each(data.len(), || from_uswid(data));
    let Ok(text) = core::str::from_utf8(data) else { return };
    each(text.len(), || from_swid(text).map(|one| vec![one]));
    for creator in [None, Some("Example")] {
        each(text.len(), || from_cyclonedx(text, creator));
        each(text.len(), || from_spdx(text, creator));
    }
});
