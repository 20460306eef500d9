//! Signatures over messages that come in pieces.

use core::fmt;

use hexad_cose_core::crypto::{CryptoError, Verifier, VerifyStream};
use hexad_cose_core::{Algorithm, PublicKey};

#[cfg(feature = "curve25519")]
use crate::eddsa;
#[cfg(feature = "hss-lms")]
use crate::hss;
#[cfg(feature = "ml-dsa")]
use crate::mldsa;
use crate::{RustCrypto, Sha256};

/// The check of a signature by EdDSA, ML-DSA or HSS-LMS whose message arrives in pieces; HSS-LMS stands
/// on the SHA-256 of `S`.
pub struct RunningVerification<'c, S>(State<'c, S>);

#[allow(clippy::large_enum_variant, reason = "there is no heap to box the large one on")]
enum State<'c, S> {
    #[cfg(feature = "curve25519")]
    Ed25519(ed25519_dalek::StreamVerifier),
    #[cfg(feature = "ml-dsa")]
    MlDsa(mldsa::Running<'c>),
    #[cfg(feature = "hss-lms")]
    HssLms(hss::Running<'c, S>),
    /// Never made.
    #[cfg(not(all(feature = "ml-dsa", feature = "hss-lms")))]
    #[expect(dead_code, reason = "holds what the algorithms that are left do not ask for")]
    None(core::convert::Infallible, core::marker::PhantomData<(&'c [u8], S)>),
}

impl VerifyStream for RustCrypto {
    type Verifier<'c> = RunningVerification<'c, sha2::Sha256>;

    fn start_verify<'c>(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'c>,
        signature: &'c [u8],
    ) -> Result<Self::Verifier<'c>, CryptoError> {
        RunningVerification::start(algorithm, key, signature)
    }
}

impl<'c, S: Sha256> RunningVerification<'c, S> {
    /// Starts a check as [`VerifyStream::start_verify`] does.
    ///
    /// # Errors
    /// Those of [`VerifyStream::start_verify`].
    pub fn start(
        algorithm: Algorithm,
        key: &PublicKey<'c>,
        signature: &'c [u8],
    ) -> Result<Self, CryptoError> {
        if !key.serves(algorithm) {
            return Err(CryptoError::Unsupported);
        }
        match *key {
            #[cfg(feature = "curve25519")]
            PublicKey::Okp { curve: hexad_cose_core::Curve::Ed25519, x } => {
                eddsa::start(x, signature).map(State::Ed25519).map(Self)
            }
            #[cfg(feature = "ml-dsa")]
            PublicKey::Akp { public, .. } => {
                mldsa::Running::start(algorithm, public, signature).map(State::MlDsa).map(Self)
            }
            #[cfg(feature = "hss-lms")]
            PublicKey::HssLms { public } => {
                hss::Running::start(public, signature).map(State::HssLms).map(Self)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }
}

impl<S: Sha256> Verifier for RunningVerification<'_, S> {
    fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            #[cfg(feature = "curve25519")]
            State::Ed25519(running) => running.update(piece),
            #[cfg(feature = "ml-dsa")]
            State::MlDsa(running) => running.update(piece),
            #[cfg(feature = "hss-lms")]
            State::HssLms(running) => running.update(piece),
            #[cfg(not(all(feature = "ml-dsa", feature = "hss-lms")))]
            State::None(..) => (),
        }
    }

    fn finish(self) -> Result<(), CryptoError> {
        match self.0 {
            #[cfg(feature = "curve25519")]
            State::Ed25519(running) => {
                running.finalize_and_verify().map_err(|_| CryptoError::Rejected)
            }
            #[cfg(feature = "ml-dsa")]
            State::MlDsa(running) => running.finish(),
            #[cfg(feature = "hss-lms")]
            State::HssLms(running) => running.finish(),
            #[cfg(not(all(feature = "ml-dsa", feature = "hss-lms")))]
            State::None(never, _) => match never {},
        }
    }
}

impl<S> fmt::Debug for RunningVerification<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningVerification").finish_non_exhaustive()
    }
}
