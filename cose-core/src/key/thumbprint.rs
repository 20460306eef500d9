//! COSE key thumbprints (RFC 9679): a name for a key that follows from the key itself.

use super::{PublicKey, Y};
use crate::cbor::Encoder;
use crate::crypto::{Digest, Hash, Hasher};
use crate::error::{Error, ErrorKind};
use crate::iana::{HashAlgorithm, key as label};

/// Room for what stands between two strings of a key.
const MAX_BETWEEN: usize = 32;

impl PublicKey<'_> {
    /// The thumbprint of this key: the digest of its required parameters alone, deterministically
    /// encoded (RFC 9679, 3 and 4). The strings go to the hash as they lie in memory.
    ///
    /// # Errors
    /// `KeyMismatch` for a compressed point, which has no thumbprint; `Unsupported` or `Backend` from
    /// the hash.
    pub fn thumbprint(
        &self,
        algorithm: HashAlgorithm,
        hash: &mut impl Hash,
    ) -> Result<Digest, Error> {
        let mut hasher = hash.start(algorithm).map_err(|error| error.at(0))?;
        let mut between = [0; MAX_BETWEEN];
        let mut encoder = Encoder::new(&mut between);
        let strings = match *self {
            Self::Ec2 { y: Y::Odd(_), .. } => return Err(Error::new(ErrorKind::KeyMismatch, 0)),
            Self::Ec2 { curve, x, y: Y::Coordinate(y) } => {
                encoder.map(4)?.integer(label::KTY)?.integer(self.kty())?;
                encoder.integer(label::CRV)?.integer(curve.id())?;
                [Some((label::X, x)), Some((label::Y, y))]
            }
            Self::Okp { curve, x } => {
                encoder.map(3)?.integer(label::KTY)?.integer(self.kty())?;
                encoder.integer(label::CRV)?.integer(curve.id())?;
                [Some((label::X, x)), None]
            }
            Self::Rsa { n, e } => {
                encoder.map(3)?.integer(label::KTY)?.integer(self.kty())?;
                [Some((label::N, n)), Some((label::E, e))]
            }
            Self::HssLms { public } => {
                encoder.map(2)?.integer(label::KTY)?.integer(self.kty())?;
                [Some((label::PUB, public)), None]
            }
            Self::Akp { algorithm, public } => {
                encoder.map(3)?.integer(label::KTY)?.integer(self.kty())?;
                encoder.integer(label::ALG)?.integer(algorithm.0)?;
                [Some((label::PUB, public)), None]
            }
        };
        hasher.update(encoder.as_bytes());
        for (label, string) in strings.into_iter().flatten() {
            let mut encoder = Encoder::new(&mut between);
            encoder.integer(label)?.bytes_head(string.len())?;
            hasher.update(encoder.as_bytes());
            hasher.update(string);
        }
        hasher.finish().map_err(|error| error.at(0))
    }
}
