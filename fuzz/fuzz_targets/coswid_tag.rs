//! Tags that keep to RFC 9393, as the bytes choose them, are accepted, and say the same once they were written,
//! in CBOR and in XML; with a member twice, or not whole, they are refused.

#![no_main]

use hexad_cose_core::ErrorKind as Cbor;
use hexad_coswid::convert::{from_swid, to_swid};
use hexad_coswid::{ConciseSwidTag, ErrorKind};
use hexad_fuzz::{accepts_exactly, generate};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fn written(tag: &ConciseSwidTag<'_>, room: usize) -> Vec<u8> {
    let mut buffer = vec![0; room + 64];
    tag.encode(&mut buffer).expect("what is valid can be written").to_vec()
}

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let entries = generate::tag(u)?;
    let encoded = generate::map(&entries);
    let tag = match ConciseSwidTag::parse(&encoded) {
        Ok(tag) => tag,
        Err(error) => panic!("{error}: {encoded:02x?}"),
    };
    let again = written(&tag, encoded.len());
    let read = ConciseSwidTag::parse(&again).expect("what is written is read");
    assert_eq!(read, tag);
    assert_eq!(read.files().count(), tag.files().count());

    let (xml, _) = to_swid(&tag);
    let back = from_swid(&xml).expect("what is written is read");
    let back = ConciseSwidTag::parse(&back.tag).expect("a converter makes tags");
    assert_eq!(back.files().count(), tag.files().count(), "{xml}");
    assert_eq!(back.software_name, tag.software_name);

    let parse = |data: &[u8]| ConciseSwidTag::parse(data).map(drop).map_err(|error| error.offset());
    assert!(accepts_exactly(&encoded, parse));
    if let Ok(twice) = generate::repeated(u, &entries) {
        let refused = ConciseSwidTag::parse(&twice).expect_err("a member stands twice").kind();
        assert_eq!(refused, ErrorKind::Cbor(Cbor::DuplicateKey));
    }
    let changed = generate::changed(u, &encoded)?;
    if accepts_exactly(&changed, parse) {
        let tag = ConciseSwidTag::parse(&changed).expect("it was accepted before");
        let _ = to_swid(&tag);
    }
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    // Too few bytes make no tag.
    let _ = run(&mut Unstructured::new(data));
});
