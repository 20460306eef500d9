//! The `hexad` command.
fn main() {}
