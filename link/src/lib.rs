#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "std")]
extern crate std;

pub mod chip;
pub mod frame;
pub mod line;
pub mod message;
#[cfg(all(feature = "std", unix))]
pub mod qemu;

pub use chip::Identity;
pub use line::{Line, LineError, Port};
pub use message::{Block, Request, Response};
