//! How changes are shown.

use super::{change, escape};

#[test]
fn changes_are_in_percent_of_what_was() {
    assert_eq!(change(102, Some(100)), "+2.0 %");
    assert_eq!(change(50, Some(100)), "-50.0 %");
    assert_eq!(change(100, Some(100)), "=");
    assert_eq!(change(100, None), "new");
}

#[test]
fn text_can_not_become_markup() {
    assert_eq!(escape("<a & b>"), "&lt;a &amp; b&gt;");
}
