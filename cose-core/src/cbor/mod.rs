//! CBOR (RFC 8949): a cursor that reads in place, checks, and an encoder.
//!
//! ```
//! use hexad_cose_core::cbor::Cursor;
//!
//! // {1: -7, 4: h'3131'}
//! let mut cursor = Cursor::new(&[0xa2, 0x01, 0x26, 0x04, 0x42, 0x31, 0x31]);
//! let mut kid = None;
//! let mut entries = cursor.map()?;
//! while entries.next(&mut cursor)? {
//!     match cursor.integer()? {
//!         4 => kid = Some(cursor.bytes()?),
//!         _ => cursor.skip()?,
//!     }
//! }
//! cursor.finish()?;
//! assert_eq!(kid, Some(&b"11"[..]));
//! # Ok::<(), hexad_cose_core::Error>(())
//! ```

mod big_integer;
mod check;
mod chunks;
mod compare;
mod cursor;
#[cfg(feature = "alloc")]
mod diagnostic;
#[cfg(feature = "alloc")]
mod edn;
mod encoder;
mod entries;
mod extensions;
mod hot;
mod item;
mod members;
#[cfg(feature = "minicbor")]
mod minicbor;
mod number;
#[cfg(feature = "alloc")]
mod outline;
mod skip;
mod sort;
mod utf8;

pub use check::{Limits, check_deterministic, check_unique_keys, check_well_formed};
pub use chunks::{ByteChunks, TextChunks};
pub use cursor::{Cursor, Items, Raw};
#[cfg(feature = "alloc")]
pub use diagnostic::{diagnose, diagnose_indented};
#[cfg(feature = "alloc")]
pub use edn::{EdnError, EdnErrorKind, parse_diagnostic};
pub use encoder::Encoder;
pub(crate) use encoder::encode_head;
pub use entries::{Entries, MAX_WALKED};
pub(crate) use entries::{Walk, find, find_raw};
pub use extensions::Extensions;
pub use item::{Head, MAX_DEPTH, Type};
pub use members::{Members, write_map};
pub use number::Number;
#[cfg(feature = "alloc")]
pub use outline::{Line, Vocabulary, outline};
pub(crate) use utf8::is_utf8;

#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests;
