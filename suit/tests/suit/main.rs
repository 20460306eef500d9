//! What this crate promises, tried from outside.

mod builder;
mod common;
mod device;
mod examples;
mod processor;
mod refused;
