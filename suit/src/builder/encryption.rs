//! Encrypted payloads: the ciphertext, and the SUIT_Encryption_Info that tells devices how to reach its
//! key (firmware encryption, 5 and 6).

use alloc::borrow::ToOwned;
use alloc::vec;
use alloc::vec::Vec;

use hexad_cose_core::crypto::{Aead, AgreeEphemeral, Kdf, KeyWrap};
use hexad_cose_core::{
    Algorithm, ContentKey, CryptoError, Encrypt, ErrorKind as Cbor, NewHeaders, NewRecipient,
    PublicKey, Secret,
};
use rand_core::TryCryptoRng;

use crate::decryption::KDF_INFO;
use crate::encryption::EncryptionInfo;
use crate::error::Error;

/// Room for the body of a COSE_Encrypt, and for one recipient beside its `kid`: an ephemeral key of any
/// curve and a wrapped key.
const ROOM: usize = 512;

/// A payload that is to be encrypted once, under a content key of its own.
///
/// ```
/// use hexad_cose_core::{Algorithm, Secret};
/// use hexad_rustcrypto::RustCrypto;
/// use hexad_suit::builder::PayloadEncryption;
/// use hexad_suit::parameter::Parameter;
/// # struct Random(u8);
/// # impl rand_core::TryRng for Random {
/// #     type Error = core::convert::Infallible;
/// #     fn try_next_u32(&mut self) -> Result<u32, Self::Error> { Ok(7) }
/// #     fn try_next_u64(&mut self) -> Result<u64, Self::Error> { Ok(7) }
/// #     fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> { to.fill(self.0); Ok(()) }
/// # }
/// # impl rand_core::TryCryptoRng for Random {}
/// # let (image, random) = (b"an image", &mut Random(7));
///
/// let shared = Secret::new(&[7; 16][..], Algorithm::A128KW);
/// let mut payload = PayloadEncryption::new(Algorithm::A128GCM, random)?;
/// payload.wrap_for(Algorithm::A128KW, Some(b"kid-1"), &shared, &mut RustCrypto)?;
/// let encrypted = payload.encrypt(image, &mut RustCrypto)?;
///
/// let parameter = Parameter::EncryptionInfo(encrypted.info());
/// # let _ = parameter;
/// # Ok::<(), hexad_suit::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is encrypted yet"]
pub struct PayloadEncryption<'a> {
    key: ContentKey,
    iv: Vec<u8>,
    recipients: Vec<NewRecipient<'a>>,
    room: usize,
}

impl<'a> PayloadEncryption<'a> {
    /// With a new key and a new initialization vector for `algorithm`: AES-GCM, ChaCha20-Poly1305, or
    /// AES-CTR, under which a digest in the manifest has to prove the payload (7).
    ///
    /// # Errors
    /// `KeyMismatch` for an algorithm that encrypts no content; `Backend` when `random` fails.
    pub fn new(algorithm: Algorithm, random: &mut impl TryCryptoRng) -> Result<Self, Error> {
        let key = ContentKey::generate(algorithm, random)?;
        let mut iv = vec![0; nonce_len(algorithm)?];
        random.try_fill_bytes(&mut iv).map_err(|_| CryptoError::Device.at(0))?;
        Self::with_key(key, &iv)
    }

    /// With a key that comes from elsewhere, and an initialization vector that it has never been used
    /// with.
    ///
    /// # Errors
    /// `KeyMismatch` when the key is not for encrypting content; `Length` when `iv` is not as long as
    /// its algorithm says.
    pub fn with_key(key: ContentKey, iv: &[u8]) -> Result<Self, Error> {
        if iv.len() != nonce_len(key.algorithm())? {
            return Err(hexad_cose_core::Error::new(Cbor::Length, 0).into());
        }
        Ok(Self { key, iv: iv.to_owned(), recipients: Vec::new(), room: ROOM })
    }

    /// Adds devices that share `kek` with the author, which unwrap the content key under it (5.1).
    ///
    /// # Errors
    /// `KeyMismatch` unless `algorithm` is AES key wrap and `kek` serves it; `Unsupported` or
    /// `Backend`.
    pub fn wrap_for<B: KeyWrap>(
        &mut self,
        algorithm: Algorithm,
        kid: Option<&'a [u8]>,
        kek: &Secret<'_, B::Key>,
        backend: &mut B,
    ) -> Result<&mut Self, Error> {
        let headers = self.recipient(algorithm, kid);
        self.recipients.push(NewRecipient::wrapped(headers, kek, &self.key, backend)?);
        Ok(self)
    }

    /// Adds a device with this public key, with which a key made for this message agrees on what the
    /// content key is wrapped under (5.2).
    ///
    /// # Errors
    /// `KeyMismatch` unless `algorithm` is ECDH-ES with AES key wrap and `public` serves it;
    /// `Unsupported` or `Backend`.
    pub fn agree_with<B>(
        &mut self,
        algorithm: Algorithm,
        kid: Option<&'a [u8]>,
        public: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
        backend: &mut B,
    ) -> Result<&mut Self, Error>
    where
        B: AgreeEphemeral + Kdf + KeyWrap<Key = [u8]>,
    {
        let headers = self.recipient(algorithm, kid);
        let info = Some(&KDF_INFO);
        let recipient =
            NewRecipient::agreed_and_wrapped(headers, public, &self.key, info, random, backend)?;
        self.recipients.push(recipient);
        Ok(self)
    }

    /// Encrypts the payload.
    ///
    /// # Errors
    /// `Length` without recipients; `Unsupported` or `Backend`; `BufferTooSmall` for a recipient whose
    /// key is larger than any known.
    pub fn encrypt<B: Aead<Key = [u8]>>(
        self,
        plaintext: &[u8],
        backend: &mut B,
    ) -> Result<EncryptedPayload, Error> {
        let algorithm = self.key.algorithm();
        let mismatch = hexad_cose_core::Error::new(Cbor::KeyMismatch, 0);
        let sizes = algorithm.content_encryption().ok_or(mismatch)?;
        let headers = NewHeaders::new(algorithm).iv(&self.iv);
        // Without a tag there is nothing that would protect the header (6.2).
        let headers = if sizes.tag_len == 0 { headers.unprotected_algorithm() } else { headers };
        let mut info = vec![0; self.room];
        let mut ciphertext = vec![0; plaintext.len().saturating_add(sizes.tag_len)];
        let (info, ciphertext) = Encrypt::builder(headers).seal_detached(
            plaintext,
            &self.key.secret(),
            &self.recipients,
            &mut info,
            &mut ciphertext,
            backend,
        )?;
        Ok(EncryptedPayload { info: info.to_owned(), ciphertext: ciphertext.to_owned() })
    }

    fn recipient(&mut self, algorithm: Algorithm, kid: Option<&'a [u8]>) -> NewHeaders<'a> {
        let more = ROOM.saturating_add(kid.map_or(0, <[u8]>::len));
        self.room = self.room.saturating_add(more);
        let headers = NewHeaders::new(algorithm);
        match kid {
            Some(kid) => headers.kid(kid),
            None => headers,
        }
    }
}

/// A payload that was encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedPayload {
    info: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl EncryptedPayload {
    /// The value of suit-parameter-encryption-info.
    #[must_use]
    pub fn info(&self) -> EncryptionInfo<'_> {
        EncryptionInfo::new(&self.info)
    }

    /// What devices fetch, copy or write, and decrypt: the ciphertext with its tag, if there is one.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}

/// The length of the initialization vector, in bytes.
fn nonce_len(algorithm: Algorithm) -> Result<usize, Error> {
    let mismatch = hexad_cose_core::Error::new(Cbor::KeyMismatch, 0);
    Ok(algorithm.content_encryption().ok_or(mismatch)?.nonce_len)
}
