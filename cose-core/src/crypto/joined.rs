//! Backends by reference, and two of them joined: a hash of one beside all that the other offers.

use rand_core::TryCryptoRng;

use super::{
    Aead, Agree, AgreeEphemeral, CryptoError, Hash, Kdf, KdfAlgorithm, KeyWrap, Mac, OpenStream,
    Pieces, SharedSecret, Sign, SignStream, Signed, Verify, VerifyStream,
};
use crate::iana::{Algorithm, HashAlgorithm};
use crate::key::{PublicKey, PublicKeyBuf};
use crate::segments::Segments;

impl<T: Hash> Hash for &mut T {
    type Hasher = T::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        (**self).start(algorithm)
    }
}

impl<H: Hash, T> Hash for (H, T) {
    type Hasher = H::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        self.0.start(algorithm)
    }
}

impl<T: Verify> Verify for &mut T {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        (**self).verify(algorithm, key, signed, signature)
    }
}

impl<H, T: Verify> Verify for (H, T) {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.1.verify(algorithm, key, signed, signature)
    }
}

impl<T: VerifyStream> VerifyStream for &mut T {
    type Verifier<'c> = T::Verifier<'c>;

    fn start_verify<'c>(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'c>,
        signature: &'c [u8],
    ) -> Result<Self::Verifier<'c>, CryptoError> {
        (**self).start_verify(algorithm, key, signature)
    }
}

impl<H, T: VerifyStream> VerifyStream for (H, T) {
    type Verifier<'c> = T::Verifier<'c>;

    fn start_verify<'c>(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'c>,
        signature: &'c [u8],
    ) -> Result<Self::Verifier<'c>, CryptoError> {
        self.1.start_verify(algorithm, key, signature)
    }
}

impl<T: Sign> Sign for &mut T {
    type Key = T::Key;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).sign(algorithm, key, signed, signature)
    }
}

impl<H, T: Sign> Sign for (H, T) {
    type Key = T::Key;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.1.sign(algorithm, key, signed, signature)
    }
}

impl<T: SignStream> SignStream for &mut T {
    fn sign_stream(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        message: &impl Pieces,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).sign_stream(algorithm, key, message, signature)
    }
}

impl<H, T: SignStream> SignStream for (H, T) {
    fn sign_stream(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        message: &impl Pieces,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.1.sign_stream(algorithm, key, message, signature)
    }
}

impl<T: Mac> Mac for &mut T {
    type Key = T::Key;
    type Tag = T::Tag;

    fn start(&mut self, algorithm: Algorithm, key: &Self::Key) -> Result<Self::Tag, CryptoError> {
        (**self).start(algorithm, key)
    }
}

impl<H, T: Mac> Mac for (H, T) {
    type Key = T::Key;
    type Tag = T::Tag;

    fn start(&mut self, algorithm: Algorithm, key: &Self::Key) -> Result<Self::Tag, CryptoError> {
        self.1.start(algorithm, key)
    }
}

impl<T: Aead> Aead for &mut T {
    type Key = T::Key;

    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).open(algorithm, key, nonce, aad, buffer)
    }

    fn seal(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, CryptoError> {
        (**self).seal(algorithm, key, nonce, aad, buffer, length)
    }
}

impl<H, T: Aead> Aead for (H, T) {
    type Key = T::Key;

    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.1.open(algorithm, key, nonce, aad, buffer)
    }

    fn seal(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, CryptoError> {
        self.1.seal(algorithm, key, nonce, aad, buffer, length)
    }
}

impl<T: Agree> Agree for &mut T {
    type Key = T::Key;

    fn agree(
        &mut self,
        key: &Self::Key,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        (**self).agree(key, peer)
    }
}

impl<H, T: Agree> Agree for (H, T) {
    type Key = T::Key;

    fn agree(
        &mut self,
        key: &Self::Key,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        self.1.agree(key, peer)
    }
}

impl<T: AgreeEphemeral> AgreeEphemeral for &mut T {
    fn agree_ephemeral(
        &mut self,
        peer: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
    ) -> Result<(PublicKeyBuf, SharedSecret), CryptoError> {
        (**self).agree_ephemeral(peer, random)
    }
}

impl<H, T: AgreeEphemeral> AgreeEphemeral for (H, T) {
    fn agree_ephemeral(
        &mut self,
        peer: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
    ) -> Result<(PublicKeyBuf, SharedSecret), CryptoError> {
        self.1.agree_ephemeral(peer, random)
    }
}

impl<T: KeyWrap> KeyWrap for &mut T {
    type Key = T::Key;

    fn wrap(
        &mut self,
        algorithm: Algorithm,
        kek: &Self::Key,
        key: &[u8],
        wrapped: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).wrap(algorithm, kek, key, wrapped)
    }

    fn unwrap(
        &mut self,
        algorithm: Algorithm,
        kek: &Self::Key,
        wrapped: &[u8],
        key: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).unwrap(algorithm, kek, wrapped, key)
    }
}

impl<H, T: KeyWrap> KeyWrap for (H, T) {
    type Key = T::Key;

    fn wrap(
        &mut self,
        algorithm: Algorithm,
        kek: &Self::Key,
        key: &[u8],
        wrapped: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.1.wrap(algorithm, kek, key, wrapped)
    }

    fn unwrap(
        &mut self,
        algorithm: Algorithm,
        kek: &Self::Key,
        wrapped: &[u8],
        key: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.1.unwrap(algorithm, kek, wrapped, key)
    }
}

impl<T: Kdf> Kdf for &mut T {
    fn derive(
        &mut self,
        algorithm: KdfAlgorithm,
        secret: &[u8],
        salt: &[u8],
        info: &[&[u8]],
        key: &mut [u8],
    ) -> Result<(), CryptoError> {
        (**self).derive(algorithm, secret, salt, info, key)
    }
}

impl<H, T: Kdf> Kdf for (H, T) {
    fn derive(
        &mut self,
        algorithm: KdfAlgorithm,
        secret: &[u8],
        salt: &[u8],
        info: &[&[u8]],
        key: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.1.derive(algorithm, secret, salt, info, key)
    }
}

impl<T: OpenStream> OpenStream for &mut T {
    type Key = T::Key;
    type Opener = T::Opener;

    fn start_open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
    ) -> Result<Self::Opener, CryptoError> {
        (**self).start_open(algorithm, key, nonce, aad)
    }
}
