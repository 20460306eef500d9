//! The messages of COSE (RFC 9052): signed, authenticated and encrypted, and their parts.

mod any;
mod body;
mod builder;
mod content_key;
mod countersignature;
mod decryption;
mod encrypt;
mod encrypt0;
mod kdf_context;
mod mac;
mod mac0;
mod opened;
mod recipient;
mod seal;
mod sign;
mod sign1;
mod signature;
mod streamed;
mod streamed_draft;
mod structure;
mod unsigned;

pub use any::Message;
pub use builder::{Builder, Draft, kind};
pub use content_key::ContentKey;
pub use countersignature::{
    Countersignature, Countersignature0, Countersignatures, Countersigned, NewCountersignature,
};
pub use decryption::{Decryption, PendingDecryption};
pub use encrypt::Encrypt;
pub use encrypt0::Encrypt0;
pub use kdf_context::{KdfInfo, PartyInfo};
pub use mac::Mac;
pub use mac0::Mac0;
pub use opened::StreamedDecryption;
pub use recipient::{
    Agreement, NewRecipient, PendingAgreement, Recipient, RecipientKey, Recipients,
};
pub use sign::{Sign, Signing};
pub use sign1::Sign1;
pub use signature::{Signature, Signatures};
pub use streamed::{StreamedMac, StreamedSignature, StreamedVerification};
pub use streamed_draft::StreamedDraft;
pub use unsigned::PendingSignature;
