//! What counts as a panic.

use super::can_panic;

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
