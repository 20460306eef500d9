//! `hexad cose`: COSE messages with one signer or one tag (RFC 9052).

mod make;
mod message;
mod read;

use clap::Subcommand;

use crate::failure::Failure;
use crate::report::Report;

pub use message::{describe_headers, show_headers};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a COSE_Sign1 or COSE_Mac0 without checking it
    #[command(after_help = "Example:\n  hexad cose inspect message.cose")]
    Inspect(read::Inspect),
    /// Check the signature of a COSE_Sign1 or the tag of a COSE_Mac0
    #[command(
        after_help = "The key decides what is accepted: a public key verifies signatures, a symmetric key tags.

Example:
  hexad cose verify message.cose --key author.pem -o payload.bin
  hexad cose verify detached.cose --key author.pem --payload payload.bin --aad 11aa22bb"
    )]
    Verify(read::Verify),
    /// Make a COSE_Sign1
    #[command(
        after_help = "Example:\n  hexad cose sign payload.bin --key author.cbor -o message.cose"
    )]
    Sign(make::Make),
    /// Make a COSE_Mac0
    #[command(
        after_help = "Example:\n  hexad cose mac payload.bin --key shared.cbor -o message.cose"
    )]
    Mac(make::Make),
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(arguments) => read::inspect(arguments),
            Self::Verify(arguments) => read::verify(arguments),
            Self::Sign(arguments) => make::sign(arguments),
            Self::Mac(arguments) => make::mac(arguments),
        }
    }
}
