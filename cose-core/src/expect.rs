//! What the caller expects of a message. The message decides none of it.

use crate::error::{Error, ErrorKind};
use crate::header::Headers;
use crate::iana::Algorithm;
use crate::key::PublicKey;
use crate::labels::Label;
use crate::message::KdfInfo;

/// What the caller accepts: the algorithms, the external data, the detached payload, and which
/// critical parameters it understands.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    algorithms: Algorithms<'a>,
    recipients: &'a [Algorithm],
    pub(crate) external_aad: &'a [u8],
    pub(crate) payload: Option<&'a [u8]>,
    pub(crate) understood: &'a [Label<'a>],
    pub(crate) sender: Option<&'a PublicKey<'a>>,
    pub(crate) kdf_info: Option<&'a KdfInfo<'a>>,
    unprotected_algorithm: bool,
}

#[derive(Clone, Copy, Debug)]
enum Algorithms<'a> {
    One(Algorithm),
    Any(&'a [Algorithm]),
}

impl<'a> Expect<'a> {
    /// Accepts one algorithm.
    #[must_use]
    pub const fn alg(algorithm: Algorithm) -> Self {
        Self::new(Algorithms::One(algorithm))
    }

    /// Accepts any of `algorithms`.
    #[must_use]
    pub const fn any(algorithms: &'a [Algorithm]) -> Self {
        Self::new(Algorithms::Any(algorithms))
    }

    const fn new(algorithms: Algorithms<'a>) -> Self {
        Self {
            algorithms,
            recipients: &[],
            external_aad: &[],
            payload: None,
            understood: &[],
            sender: None,
            kdf_info: None,
            unprotected_algorithm: false,
        }
    }

    /// Accepts recipients with these algorithms (RFC 9052, 8.5): without this, none.
    #[must_use]
    pub const fn recipients(mut self, algorithms: &'a [Algorithm]) -> Self {
        self.recipients = algorithms;
        self
    }

    /// Accepts as the sender of a static-static key agreement (ECDH-SS) the owner of this key alone.
    #[must_use]
    pub const fn sender(mut self, key: &'a PublicKey<'a>) -> Self {
        self.sender = Some(key);
        self
    }

    /// With what both sides know beside the message when they derive a key (RFC 9053, 5.2).
    #[must_use]
    pub const fn kdf_info(mut self, info: &'a KdfInfo<'a>) -> Self {
        self.kdf_info = Some(info);
        self
    }

    /// With this externally supplied data (RFC 9052, 4.4).
    #[must_use]
    pub const fn external_aad(mut self, external_aad: &'a [u8]) -> Self {
        self.external_aad = external_aad;
        self
    }

    /// With this detached payload; the message itself may carry none then.
    #[must_use]
    pub const fn detached(mut self, payload: &'a [u8]) -> Self {
        self.payload = Some(payload);
        self
    }

    /// The caller understands critical header parameters with these labels (RFC 9052, 3.1, `crit`).
    #[must_use]
    pub const fn understands(mut self, labels: &'a [Label<'a>]) -> Self {
        self.understood = labels;
        self
    }

    /// Takes the algorithm from the unprotected bucket, too. RFC 9052, 3.1 has it protected; what
    /// stands unprotected can't lead beyond the algorithms and the key that the caller named.
    #[must_use]
    pub const fn unprotected_algorithm(mut self) -> Self {
        self.unprotected_algorithm = true;
        self
    }

    /// The algorithm, when the caller accepts only one.
    pub(crate) const fn only(&self) -> Option<Algorithm> {
        match self.algorithms {
            Algorithms::One(algorithm) => Some(algorithm),
            Algorithms::Any(_) => None,
        }
    }

    /// The algorithm of a message or signature, when the caller accepts it.
    pub(crate) fn accept(&self, headers: &Headers<'_>) -> Result<Algorithm, Error> {
        headers.check_critical(self.understood)?;
        let algorithm = headers.signed_algorithm(self.unprotected_algorithm)?;
        let accepted = match self.algorithms {
            Algorithms::One(one) => one == algorithm,
            Algorithms::Any(any) => any.contains(&algorithm),
        };
        if accepted {
            Ok(algorithm)
        } else {
            Err(headers.protected().error(ErrorKind::AlgorithmNotAccepted))
        }
    }

    /// The algorithm of a recipient, when the caller accepts it. It may stand in either bucket:
    /// several of them protect no header (RFC 9053, 6.1 and 6.2).
    pub(crate) fn accept_recipient(&self, headers: &Headers<'_>) -> Result<Algorithm, Error> {
        headers.check_critical(self.understood)?;
        match headers.algorithm() {
            Some(algorithm) if self.recipients.contains(&algorithm) => Ok(algorithm),
            _ => Err(headers.protected().error(ErrorKind::AlgorithmNotAccepted)),
        }
    }
}
