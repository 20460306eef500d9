//! JSON Web Signatures in compact serialization (RFC 7515), for reading: what a JWT is. Keys are those of
//! COSE; [`jwk`](crate::jwk) reads the ones in JSON.
//!
//! ```
//! use hexad_cose_core::crypto::{Hash, Verify};
//! use hexad_cose_core::{Algorithm, Error, Key, jws::Jws};
//!
//! fn payload<'c>(
//!     jws: &'c Jws<'c>,
//!     key: &Key<'c>,
//!     crypto: &mut (impl Hash + Verify),
//! ) -> Result<&'c [u8], Error> {
//!     let check = jws.check(key, &[Algorithm::ESP256], crypto)?;
//!     Ok(check.run(crypto)?.into_inner())
//! }
//! ```

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;

use crate::cbor::Raw;
use crate::check::{Check, Verified};
use crate::crypto::{Hash, Mac, Signed};
use crate::error::{Error, ErrorKind};
use crate::iana::Algorithm;
use crate::jwk::algorithm_named;
use crate::key::{Key, KeyOperation, Secret, same_family};
use crate::segments::Segments;

/// A signature or a MAC over a payload; nothing in it is proven.
#[derive(Clone, Debug)]
pub struct Jws<'t> {
    /// What is signed: header and payload as they stand in the text.
    input: &'t str,
    header: Header,
    payload_at: usize,
    payload: Vec<u8>,
    signature_at: usize,
    signature: Vec<u8>,
}

/// The header parameters that are looked at (RFC 7515, 4.1).
#[derive(Clone, Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    crit: Option<Vec<String>>,
}

impl<'t> Jws<'t> {
    /// Reads one JWS that is all of `text`: header, payload and signature in base64url without padding,
    /// with dots between them.
    ///
    /// # Errors
    /// `Length` for another number of parts (five are an encrypted one); `InvalidValue` at a part that is
    /// not base64url, or at a header that is not the JSON object it has to be, or names a member twice;
    /// `CriticalParameter` for `crit`, of which nothing is understood.
    pub fn parse(text: &'t str) -> Result<Self, Error> {
        let length = Error::new(ErrorKind::Length, 0);
        let (input, signature) = text.rsplit_once('.').ok_or(length)?;
        let (header, payload) = input.split_once('.').ok_or(length)?;
        if payload.contains('.') {
            return Err(length);
        }
        let payload_at = header.len().saturating_add(1);
        let signature_at = input.len().saturating_add(1);
        let decode = |part, at| {
            Base64UrlUnpadded::decode_vec(part).map_err(|_| Error::new(ErrorKind::InvalidValue, at))
        };
        let header: Header = serde_json::from_slice(&decode(header, 0)?)
            .map_err(|_| Error::new(ErrorKind::InvalidValue, 0))?;
        if header.crit.is_some() {
            return Err(Error::new(ErrorKind::CriticalParameter, 0));
        }
        let payload = decode(payload, payload_at)?;
        let signature = decode(signature, signature_at)?;
        Ok(Self { input, header, payload_at, payload, signature_at, signature })
    }

    /// The algorithm that the header names, as it is called in COSE: JOSE's ECDSA is bound to a curve
    /// ([`Algorithm::ESP256`]). `None` for `none`, and for others that COSE has not.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        algorithm_named(&self.header.alg)
    }

    /// The key's identifier: the sender's word.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The media type of the whole.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// The media type of the payload.
    #[must_use]
    pub fn cty(&self) -> Option<&str> {
        self.header.cty.as_deref()
    }

    /// The payload, of which nothing is known yet, with the byte of the text at which its base64url
    /// begins.
    #[must_use]
    pub fn unverified_payload(&self) -> Raw<'_> {
        Raw::new(&self.payload, self.payload_at)
    }

    /// What has to be proven for the payload to be the word of `key`'s holder, by one of the algorithms
    /// that the caller accepts. Hashes, but runs no signature algorithm.
    ///
    /// # Errors
    /// `AlgorithmNotAccepted` for another algorithm, also `none`; `KeyMismatch` for a key that may not
    /// serve it; those of the hash.
    pub fn check<'c>(
        &'c self,
        key: &Key<'c>,
        algorithms: &[Algorithm],
        hash: &mut impl Hash,
    ) -> Result<Check<'c, &'c [u8]>, Error> {
        let algorithm = self.accept(algorithms)?;
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        let public = key.verifier(algorithm).ok_or(mismatch)?;
        let at = self.signature_at;
        let message = Segments::plain(self.input.as_bytes());
        let signed = Signed::new(algorithm, message, hash).map_err(|error| error.at(at))?;
        Ok(Check::new(algorithm, public, signed, &self.signature, at, &self.payload))
    }

    /// Checks a MAC under a symmetric `key`; the payload.
    ///
    /// # Errors
    /// As [`check`](Self::check); `VerificationFailed` for another MAC; those of the backend.
    pub fn verify_mac<B: Mac>(
        &self,
        key: &Secret<'_, B::Key>,
        algorithms: &[Algorithm],
        backend: &mut B,
    ) -> Result<Verified<&[u8]>, Error> {
        let algorithm = self.accept(algorithms)?;
        if !key.allows(algorithm, KeyOperation::MacVerify) {
            return Err(Error::new(ErrorKind::KeyMismatch, 0));
        }
        let at = self.signature_at;
        let message = Segments::plain(self.input.as_bytes());
        let own = backend.mac(algorithm, key.value(), &message).map_err(|error| error.at(at))?;
        if own.matches(&self.signature) {
            Ok(Verified::new(&self.payload))
        } else {
            Err(Error::new(ErrorKind::VerificationFailed, at))
        }
    }

    fn accept(&self, algorithms: &[Algorithm]) -> Result<Algorithm, Error> {
        let accepted = |algorithm: &Algorithm| {
            algorithms.iter().any(|accepted| same_family(*accepted, *algorithm))
        };
        let not_accepted = Error::new(ErrorKind::AlgorithmNotAccepted, 0);
        self.algorithm().filter(accepted).ok_or(not_accepted)
    }
}

#[cfg(test)]
mod tests;
