//! How to use this crate, a page a task; every line of code on them runs as a test.
//!
//! - [Verify a message in firmware](verify_in_firmware): no heap, an accelerator, an image in pieces.
//! - [Sign on a server](sign_on_a_server): keys, several signers, a signer elsewhere, recipients.
//! - [Write a backend](write_a_backend): cryptography of your own under this crate.

#[doc = include_str!("verify_in_firmware.md")]
pub mod verify_in_firmware {}

#[doc = include_str!("sign_on_a_server.md")]
pub mod sign_on_a_server {}

#[doc = include_str!("write_a_backend.md")]
pub mod write_a_backend {}
