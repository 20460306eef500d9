//! The keys of one exchange, random and in the two forms that the sides want.

use chacha20::ChaCha8Rng;
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::iana::KeyManagement;
use hexad_cose_core::{Algorithm, ContentKey, Curve, Error, Key};
use hexad_rustcrypto::{AgreementKey, SigningKey};
use rand_core::Rng;
use serde_json::json;

use crate::cases::{Case, Kind, Library};
use crate::peer::Peer;

/// Who signs.
pub struct Signer {
    pub algorithm: Algorithm,
    pub key: SigningKey,
    /// The key as a `COSE_Key`, with its private half and without.
    pub private: Vec<u8>,
    pub public: Vec<u8>,
}

impl Signer {
    /// A new one on `curve`.
    pub fn on(curve: Curve, algorithm: Algorithm, random: &mut ChaCha8Rng) -> Result<Self, String> {
        let key = SigningKey::generate(curve, random).map_err(|error| error.to_string())?;
        let public = Key::from_public(key.public()).with_algorithm(algorithm);
        let private =
            key.with_secret(|d| encoded(|encoder| public.with_private(d).encode_private(encoder)));
        let private = private.map_err(|error| error.to_string())?;
        Self::new(key, algorithm, private)
    }

    /// RSA keys come from the peer, whose library makes them quickly.
    fn rsa(peer: &Peer, algorithm: Algorithm) -> Result<Self, String> {
        let private = peer.bytes(&json!({"do": "rsa"}), "key")?;
        let key = Key::parse(&private).map_err(|error| error.to_string())?;
        let key = SigningKey::from_cose(&key).map_err(|error| error.to_string())?;
        Self::new(key, algorithm, private)
    }

    fn new(key: SigningKey, algorithm: Algorithm, private: Vec<u8>) -> Result<Self, String> {
        let public = Key::from_public(key.public()).with_algorithm(algorithm);
        let public = encoded(|encoder| public.encode_public(encoder));
        let public = public.map_err(|error| error.to_string())?;
        Ok(Self { algorithm, key, private, public })
    }
}

/// All keys of an exchange: those that its case needs.
pub struct Keys {
    /// The case's signer, and another one beside it.
    pub signers: Option<[Signer; 2]>,
    /// Of the content, where it is not derived.
    pub content: Vec<u8>,
    /// What is shared with the recipient.
    pub shared: Vec<u8>,
    /// The recipient's own key, and the sender's.
    pub agreement: Option<(AgreementKey, AgreementKey)>,
}

impl Keys {
    /// New keys for `case`.
    pub fn new(case: &Case, peer: &Peer, random: &mut ChaCha8Rng) -> Result<Self, String> {
        let failed = |error: hexad_cose_core::CryptoError| error.to_string();
        let signers = if matches!(case.kind, Kind::Sign1 | Kind::Sign) {
            let own = match case.curve {
                Some(curve) => Signer::on(curve, case.algorithm, random)?,
                None => Signer::rsa(peer, case.algorithm)?,
            };
            Some([own, Signer::on(Curve::P256, Algorithm::ES256, random)?])
        } else {
            None
        };
        let mut content = match case.algorithm.key_len() {
            Some(_) => ContentKey::generate(case.algorithm, random)
                .map_err(|error| error.to_string())?
                .as_bytes()
                .to_vec(),
            None => Vec::new(),
        };
        if case.library == Library::Pycose {
            // It has no longer symmetric keys; HMAC takes any.
            content.truncate(32);
        }
        let recipient = case.recipient;
        let length = match recipient.map(|of| (of.algorithm, of.algorithm.key_management())) {
            Some((algorithm, Some(KeyManagement::Wrap))) => algorithm.key_len().unwrap_or_default(),
            Some((_, Some(KeyManagement::Derive(_)))) => 32,
            _ => 0,
        };
        let mut shared = vec![0; length];
        random.fill_bytes(&mut shared);
        let agreement = match recipient.and_then(|of| of.curve) {
            Some(curve) => Some((
                AgreementKey::generate(curve, random).map_err(failed)?,
                AgreementKey::generate(curve, random).map_err(failed)?,
            )),
            None => None,
        };
        Ok(Self { signers, content, shared, agreement })
    }

    /// The signers, of a case that has some.
    pub fn signer(&self) -> &[Signer; 2] {
        self.signers.as_ref().expect("a case of signed messages")
    }
}

/// A symmetric key as a `COSE_Key`.
pub fn symmetric(key: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, Error> {
    encoded(|encoder| Key::from_symmetric(key, algorithm).encode_private(encoder))
}

/// A key for key agreement as a `COSE_Key`, with its private half or not.
pub fn agreement(key: &AgreementKey, private: bool) -> Result<Vec<u8>, Error> {
    let public = Key::from_public(key.public().as_public());
    if !private {
        return encoded(|encoder| public.encode_public(encoder));
    }
    key.with_secret(|d| encoded(|encoder| public.with_private(d).encode_private(encoder)))
}

/// What `write` writes.
pub fn encoded(
    write: impl FnOnce(&mut Encoder<'_>) -> Result<(), Error>,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    write(&mut Encoder::appending(&mut bytes))?;
    Ok(bytes)
}
