//! The network's side: from a device's MUD file and what its attestation was worth to a ruleset in force.
//!
//! [`policy`] says what a device may do, [`nft`] makes an nftables ruleset of it, [`apply`] puts that in
//! force, [`enforce`] keeps it so while policies and addresses change, [`dns`] learns the addresses of names, and [`testbed`] tries it on real
//! packets in a network of its own.

pub mod apply;
pub mod dns;
pub mod enforce;
pub mod nft;
pub mod policy;
pub mod testbed;
