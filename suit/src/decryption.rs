//! Decrypting a payload while it is stored (firmware encryption): first the content key, from one of the
//! recipients of the encryption info, then the ciphertext piece by piece.

use hexad_cose_core::crypto::{Agree, Kdf, KeyWrap, OpenStream};
use hexad_cose_core::{
    Algorithm, Error as CoseError, ErrorKind as Cbor, Expect, KdfInfo, PartyInfo, RecipientKey,
    StreamedDecryption,
};

use crate::encryption::EncryptionInfo;
use crate::error::{Error, ErrorKind};

/// What a key that was agreed on is bound to beside the headers: the name of the protocol
/// (`SuppPubInfo.other`, section 5.2.4).
pub(crate) const KDF_INFO: KdfInfo<'static> = KdfInfo {
    party_u: NOBODY,
    party_v: NOBODY,
    supp_pub_other: Some(b"SUIT Payload Encryption"),
    supp_priv_info: None,
};

const NOBODY: PartyInfo<'static> = PartyInfo { identity: None, nonce: None, other: None };

/// A key-encryption key of the device.
#[derive(Debug)]
pub struct DeviceKey<'k, A: ?Sized> {
    /// Its `kid`. A recipient that names another one is passed over; one that names none is tried.
    pub kid: Option<&'k [u8]>,
    /// The key, or its handle: shared with the sender (AES key wrap), or private (ECDH-ES).
    pub key: RecipientKey<'k, A>,
}

/// The keys that a device has and the algorithms that it accepts.
///
/// ```
/// use hexad_cose_core::crypto::{Agree, Kdf, KeyWrap, OpenStream};
/// use hexad_cose_core::{Algorithm, RecipientKey, Secret};
/// use hexad_suit::Error;
/// use hexad_suit::decryption::{DeviceKey, DeviceKeys};
/// use hexad_suit::encryption::EncryptionInfo;
///
/// /// Decrypts an image that stands in memory.
/// fn decrypt<B>(info: EncryptionInfo<'_>, image: &mut [u8], crypto: &mut B) -> Result<usize, Error>
/// where
///     B: Agree + Kdf + KeyWrap<Key = [u8]> + OpenStream<Key = [u8]>,
/// {
///     let kek = RecipientKey::Shared(Secret::new(&[7; 16], Algorithm::A128KW));
///     let keys = [DeviceKey { kid: Some(b"kid-1"), key: kek }];
///     let keys = DeviceKeys::new(&keys, &[Algorithm::A128KW], &[Algorithm::A128GCM]);
///     let length = u64::try_from(image.len()).unwrap_or(u64::MAX);
///     let mut decryption = keys.begin(info, length, crypto)?;
///     let mut size = 0;
///     for piece in image.chunks_mut(512) {
///         size += decryption.update(piece)?.len(); // to be stored, not to be used yet
///     }
///     decryption.finish()?;
///     Ok(size)
/// }
/// ```
#[derive(Debug)]
pub struct DeviceKeys<'k, A: ?Sized> {
    keys: &'k [DeviceKey<'k, A>],
    key_algorithms: &'k [Algorithm],
    content_algorithms: &'k [Algorithm],
}

impl<'k, A: ?Sized> DeviceKeys<'k, A> {
    /// These keys, with the algorithms for the content key (such as `A128KW`, `ECDH_ES_A128KW`) and for
    /// the payload (such as `A128GCM`, `A128CTR`).
    ///
    /// A cipher without a tag, such as `A128CTR`, proves nothing: a digest in the manifest has to.
    #[must_use]
    pub const fn new(
        keys: &'k [DeviceKey<'k, A>],
        key_algorithms: &'k [Algorithm],
        content_algorithms: &'k [Algorithm],
    ) -> Self {
        Self { keys, key_algorithms, content_algorithms }
    }

    /// Begins the decryption of a ciphertext (with its tag) of `length` bytes.
    ///
    /// # Errors
    /// Those of [`EncryptionInfo::message`]; `NoRecipient` when no key of the device serves any
    /// recipient, or the reason that says most when some were tried; those of
    /// [`Encrypt::streamed`](hexad_cose_core::Encrypt::streamed).
    pub fn begin<B>(
        &self,
        info: EncryptionInfo<'_>,
        length: u64,
        backend: &mut B,
    ) -> Result<StreamedDecryption<B::Opener>, Error>
    where
        B: Agree<Key = A> + Kdf + KeyWrap<Key = [u8]> + OpenStream<Key = [u8]>,
    {
        let message = info.message()?;
        // The algorithm of a cipher without a tag stands unprotected (section 6.2), where it can't lead
        // beyond those that are accepted.
        let expect = Expect::any(self.content_algorithms)
            .recipients(self.key_algorithms)
            .kdf_info(&KDF_INFO)
            .unprotected_algorithm();
        let mut refusal = None;
        for recipient in message.recipients() {
            let named = recipient.headers().kid();
            for own in self.keys {
                if named.is_some() && own.kid.is_some() && named != own.kid {
                    continue;
                }
                match message.content_key(&recipient, &own.key, expect, backend) {
                    Ok(key) => {
                        let started = message.streamed(&key.secret(), expect, length, backend);
                        return Ok(started?);
                    }
                    Err(error) => note(&mut refusal, error)?,
                }
            }
        }
        Err(match refusal {
            Some(error) => error.into(),
            None => Error::new(ErrorKind::NoRecipient, info.encoded().offset()),
        })
    }
}

/// Notes why a recipient's key could not be had; a key that did not unwrap says more than one that
/// did not fit. A backend that failed leaves the question open, so that ends the attempt.
fn note(refusal: &mut Option<CoseError>, error: CoseError) -> Result<(), Error> {
    if error.kind() == Cbor::Backend {
        return Err(error.into());
    }
    if refusal.is_none_or(|earlier| earlier.kind() != Cbor::VerificationFailed) {
        *refusal = Some(error);
    }
    Ok(())
}
