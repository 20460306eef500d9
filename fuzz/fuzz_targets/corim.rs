//! A manifest, a CoMID or a CoTL that is read is written, read again and written the same; a signed one says nothing
//! before its signature holds.

#![no_main]

use hexad_corim::{Comid, Corim, Cotl, Error, SignedCorim};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

/// What is written from a value is read, and written again the same. `write` reads its first argument and writes
/// it into the second.
fn stable(data: &[u8], write: impl for<'w> Fn(&[u8], &'w mut [u8]) -> Result<&'w [u8], Error>) {
    // A tag at most is added, and heads are never longer than they were but where lengths were indefinite.
    let (mut once, mut twice) = (vec![0; 2 * data.len() + 64], vec![0; 2 * data.len() + 64]);
    if let Ok(written) = write(data, &mut once) {
        let again = write(written, &mut twice).expect("what is written is read and written");
        assert_eq!(written, again);
    }
}

fuzz_target!(|data: &[u8]| {
    let corim = |data: &[u8]| Corim::parse(data).map(|_| ()).map_err(|error| error.offset());
    let comid = |data: &[u8]| Comid::parse(data).map(|_| ()).map_err(|error| error.offset());
    let cotl = |data: &[u8]| Cotl::parse(data).map(|_| ()).map_err(|error| error.offset());
    if accepts_exactly(data, corim) {
        stable(data, |data, buffer| Corim::parse(data)?.encode(buffer));
    }
    if accepts_exactly(data, comid) {
        stable(data, |data, buffer| Comid::parse(data)?.encode(buffer));
    }
    if accepts_exactly(data, cotl) {
        stable(data, |data, buffer| Cotl::parse(data)?.encode(buffer));
    }
    accepts_exactly(data, |data| {
        SignedCorim::parse(data).map(|_| ()).map_err(|error| error.offset())
    });
});
