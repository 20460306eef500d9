//! What an author and an operator look at: any manifest is linted and shown, and any report about it is
//! replayed to its end.

#![no_main]

use hexad_fuzz::{accepts_exactly, suit};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::report::Report;
use hexad_suit::report::replay::replay;
use hexad_suit::{Envelope, Procedure, inspect, lint};
use libfuzzer_sys::fuzz_target;

/// Two bytes say how long the manifest is; the report follows it.
fn parts(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

fuzz_target!(|data: &[u8]| {
    let Some((manifest, report)) = parts(data) else { return };
    let bytes = suit::envelope(manifest).expect("an envelope can be made around anything");
    let envelope = Envelope::parse(&bytes).expect("the envelope is valid");
    let Ok(manifest) = envelope.unverified_manifest(&mut RustCrypto) else { return };
    let found = lint::lint(&envelope, &manifest, None, &mut RustCrypto).expect("SHA-256 is there");
    assert!(found.iter().all(|finding| finding.offset <= bytes.len()));
    assert!(found.is_sorted_by_key(|finding| finding.offset));
    for label in 0..=24 {
        for line in manifest.section(label).map(inspect::commands).unwrap_or_default() {
            assert!(line.offset <= bytes.len());
        }
    }
    let parse = |data: &[u8]| Report::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(report, parse) {
        return;
    }
    let report = Report::parse(report).expect("it was accepted before");
    let procedures = [Procedure::Update, Procedure::Invoke, Procedure::Uninstall];
    for procedure in procedures.into_iter().map(Some).chain([None]) {
        let told = replay(&report, &manifest, &[], procedure);
        assert!(!told.conclusion.is_empty());
        assert!(told.events.iter().all(|event| event.offset <= bytes.len()));
    }
});
