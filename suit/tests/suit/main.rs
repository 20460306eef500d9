//! What this crate promises, tried from outside.

mod attacks;
mod authentication;
mod builder;
mod common;
mod device;
mod domains;
mod examples;
mod lint;
mod management;
mod processor;
mod refused;
mod report;
mod values;
