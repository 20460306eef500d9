//! A CoSWID tag that is read can be shown, and what of it is written is read again the same.

#![no_main]

use hexad_cose_core::ErrorKind as Cbor;
use hexad_coswid::{ConciseSwidTag, ErrorKind, VersionScheme, inspect, version};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parse =
        |data: &[u8]| ConciseSwidTag::parse(data).map(|_| ()).map_err(|error| error.offset());
    let accepted = accepts_exactly(data, parse);
    match inspect::lines(data).map_err(|error| error.kind()) {
        Ok(_) => assert!(accepted, "only what is valid is shown"),
        // The depth counts from the outermost item there, and from the extension when it is read.
        Err(kind) => assert!(!accepted || kind == ErrorKind::Cbor(Cbor::TooDeep)),
    }
    if !accepted {
        return;
    }
    let tag = ConciseSwidTag::parse(data).expect("it was accepted before");
    for found in tag.files() {
        assert!(!found.file.fs_name.contains('/'), "a name, not a path");
    }
    if let Some(version) = tag.software_version {
        let scheme = tag.version_scheme.unwrap_or(VersionScheme::Semver);
        let same = version::compare(scheme, version, version);
        assert!(same.is_none_or(core::cmp::Ordering::is_eq), "a version equals itself");
    }
    // The CBOR tag and the tag version are written also where the input had none.
    let mut buffer = vec![0; data.len() + 64];
    let Ok(written) = tag.encode(&mut buffer) else { return };
    let again = ConciseSwidTag::parse(written).expect("what is written is a tag");
    let mut second = vec![0; written.len()];
    assert_eq!(again.encode(&mut second).expect("it fits"), written);
});
