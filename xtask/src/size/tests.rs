//! What counts as a panic.

use super::{can_panic, crate_of, panicking};

#[test]
fn the_functions_that_panic_are_known() {
    for name in [
        "core::panicking::panic_bounds_check",
        "core::slice::index::slice_index_fail",
        "core::option::unwrap_failed",
        "hexad_can_panic",
    ] {
        assert!(can_panic(name), "{name}");
    }
    assert!(!can_panic("hexad_cose_core::cbor::cursor::Cursor::skip"));
}

/// Who calls them is read out of a listing: the function above the branch.
#[test]
fn callers_of_panics_are_found() {
    let listing = "\
00000400 <_ZN4p2566verify17h0000000000000000E>:
 400:\tbl\t500 <_ZN4core9panicking5panic17h0000000000000000E>
 404:\tbne.n\t400 <_ZN4p2566verify17h0000000000000000E+0x0>
00000420 <_ZN4sha28compress17h0000000000000000E>:
 420:\tbl\t400 <_ZN4p2566verify17h0000000000000000E>
00000500 <_ZN4core9panicking5panic17h0000000000000000E>:
 500:\tb.w\t510 <_ZN4core9panicking9panic_fmt17h0000000000000000E>
";
    let callers = panicking(listing);
    assert_eq!(callers.iter().map(|caller| crate_of(caller)).collect::<Vec<_>>(), ["p256"]);
    assert_eq!(crate_of("<&hexad_suit::Error as core::fmt::Debug>::fmt"), "hexad_suit");
}
