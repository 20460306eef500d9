#![no_std]
#![doc = include_str!("../README.md")]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod acl;
pub mod builder;
pub mod diff;
mod error;
pub mod extension;
pub mod file;
pub mod flow;
mod json;
pub mod lint;
pub mod signature;
pub mod time;
pub mod url;
mod yang;

pub use error::{Error, ErrorKind};
pub use file::Mud;
pub use json::MAX_DEPTH;
