//! `hexad cose`: COSE messages of every kind (RFC 9052, RFC 9338).

mod countersign;
mod decrypt;
mod encrypt;
mod inspect;
mod mac;
mod make;
mod message;
mod payload;
mod recipient;
mod sign;
mod verify;

use clap::Subcommand;

use crate::failure::Failure;
use crate::report::Report;

pub use make::allow;
pub use message::{describe_headers, show_headers};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a message of any kind, and what is in it, without checking it
    #[command(after_help = "Example:\n  hexad cose inspect message.cose")]
    Inspect(inspect::Inspect),
    /// Check the signatures of a COSE_Sign1 or COSE_Sign, or the tag of a COSE_Mac0 or COSE_Mac
    #[command(
        after_help = "The keys decide what is accepted: a public key verifies signatures, a symmetric key tags. Every
key that is given must have signed. Of a COSE_Mac the key is that of one of its recipients: shared, or private.

Example:
  hexad cose verify message.cose --key author.pem -o payload.bin
  hexad cose verify detached.cose --key author.pem --payload payload.bin --aad 11aa22bb
  hexad cose verify message.cose --key a.pem --key b.pem --countersigner notary.pem"
    )]
    Verify(Box<verify::Verify>),
    /// Make a COSE_Sign1, or with several keys a COSE_Sign
    #[command(after_help = "Example:
  hexad cose sign payload.bin --key author.cbor -o message.cose
  hexad cose sign payload.bin --key a.cbor --key b.cbor --countersign notary.cbor -o message.cose
  hexad cose sign payload.bin --key author.cbor --countersign0 notary.cbor -o message.cose")]
    Sign(Box<sign::Sign>),
    /// Make a COSE_Mac0, or with recipients a COSE_Mac
    #[command(after_help = "Example:
  hexad cose mac payload.bin --key shared.cbor -o message.cose
  hexad cose mac payload.bin --recipient device.pem -o message.cose")]
    Mac(Box<mac::Mac>),
    /// Make a COSE_Encrypt0, or with recipients a COSE_Encrypt
    #[command(
        after_help = "A recipient is a public key (ECDH-ES with key wrap; with --sender, ECDH-SS), or a key that it shares (key
wrap); another algorithm by --recipient-alg.

Example:
  hexad cose encrypt secret.bin --key shared.cbor -o message.cose
  hexad cose encrypt secret.bin --recipient a.pem --recipient b.cbor -o message.cose
  hexad cose encrypt secret.bin --recipient a.pem --sender mine.cbor --countersign notary.cbor -o message.cose"
    )]
    Encrypt(Box<encrypt::Encrypt>),
    /// Decrypt a COSE_Encrypt0 or COSE_Encrypt
    #[command(
        after_help = "The key is the shared one, or that of one of the recipients: shared, or private.

Example:
  hexad cose decrypt message.cose --key device.cbor -o secret.bin"
    )]
    Decrypt(Box<decrypt::Decrypt>),
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(arguments) => inspect::inspect(arguments),
            Self::Verify(arguments) => verify::verify(arguments),
            Self::Sign(arguments) => sign::sign(arguments),
            Self::Mac(arguments) => mac::mac(arguments),
            Self::Encrypt(arguments) => encrypt::encrypt(arguments),
            Self::Decrypt(arguments) => decrypt::decrypt(arguments),
        }
    }
}
