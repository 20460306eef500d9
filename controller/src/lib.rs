#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod api;
pub mod attestation;
pub mod configuration;
pub mod controller;
pub mod fetch;
pub mod gateway;
pub mod listener;
pub mod record;
pub mod registry;
pub mod service;
pub mod trust;
