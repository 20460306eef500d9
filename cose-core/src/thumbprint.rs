//! COSE key thumbprints (RFC 9679): a name for a key that follows from the key itself.

use crate::cbor::Encoder;
use crate::crypto::{Digest, Hash};
use crate::error::{Error, ErrorKind};
use crate::iana::{HashAlgorithm, key as label};
use crate::key::{PublicKey, Y};
use crate::segments::Segments;

/// Room for the required parameters of the largest key, EC2 on P-521.
const MAX_ENCODED: usize = 160;

impl PublicKey<'_> {
    /// The thumbprint of this key: the digest of its required parameters alone, deterministically
    /// encoded (RFC 9679, 3 and 4).
    ///
    /// # Errors
    /// `KeyMismatch` for a compressed point, which has no thumbprint; `Unsupported` or `Backend` from
    /// the hash.
    pub fn thumbprint(
        &self,
        algorithm: HashAlgorithm,
        hash: &mut impl Hash,
    ) -> Result<Digest, Error> {
        let mut buffer = [0; MAX_ENCODED];
        let mut encoder = Encoder::new(&mut buffer);
        match *self {
            Self::Ec2 { curve, x, y: Y::Coordinate(y) } => {
                encoder.map(4)?.integer(label::KTY)?.unsigned(2)?;
                encoder.integer(label::CRV)?.integer(curve.id())?;
                encoder.integer(label::X)?.bytes(x)?.integer(label::Y)?.bytes(y)?;
            }
            Self::Okp { curve, x } => {
                encoder.map(3)?.integer(label::KTY)?.unsigned(1)?;
                encoder.integer(label::CRV)?.integer(curve.id())?;
                encoder.integer(label::X)?.bytes(x)?;
            }
            Self::Ec2 { y: Y::Odd(_), .. } => return Err(Error::new(ErrorKind::KeyMismatch, 0)),
        }
        let message = Segments::plain(encoder.as_bytes());
        hash.digest(algorithm, &message).map_err(|error| error.at(0))
    }
}
