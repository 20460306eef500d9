//! What this crate promises, tried from outside.

mod builder;
mod common;
mod device;
mod inspect;
mod processor;
mod refused;
mod vectors;
