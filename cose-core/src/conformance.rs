//! The suite that every backend runs in its tests: published vectors, and inputs that must be refused.
//!
//! ```ignore
//! #[test]
//! fn conforms() {
//!     hexad_cose_core::conformance::verify(&mut Cc310::simulated());
//! }
//! ```

use crate::crypto::{CryptoError, Hash, Hasher, Mac, Signed, Verify};
use crate::iana::{Algorithm, Curve, HashAlgorithm};
use crate::key::{PublicKey, Y};
use crate::segments::Segments;

/// A signature that must verify, and where it was published.
struct SignatureVector {
    source: &'static str,
    algorithm: Algorithm,
    curve: Curve,
    x: &'static [u8],
    y: &'static [u8],
    message: &'static [u8],
    signature: &'static [u8],
}
