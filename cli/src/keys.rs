//! Keys from files: PEM, `COSE_Key` and JWK, told apart by their content. Whatever the file held, it
//! is a `COSE_Key` from then on.

use std::path::{Path, PathBuf};

use hexad_cose_core::cbor::{Encoder, write_map};
use hexad_cose_core::iana::key as label;
use hexad_cose_core::{Algorithm, CryptoError, Error, ErrorKind, Key, PublicKey, jwk};
use hexad_rustcrypto::{AgreementKey, PemError, SigningKey, public_key_from_pem};
use zeroize::Zeroizing;

use crate::failure::{Failure, Problem};
use crate::input::Input;

/// The signature algorithms that are offered: a key decides which of them it serves.
pub const SIGNATURES: &[Algorithm] = &[
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::ESP256,
    Algorithm::ESP384,
    Algorithm::ESP512,
    Algorithm::ES256K,
    Algorithm::EDDSA,
    Algorithm::ED25519,
    Algorithm::ED448,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ML_DSA_44,
    Algorithm::ML_DSA_65,
    Algorithm::ML_DSA_87,
    Algorithm::HSS_LMS,
];

/// The tag algorithms that are offered.
pub const MACS: &[Algorithm] = &[
    Algorithm::HMAC_256_64,
    Algorithm::HMAC_256,
    Algorithm::HMAC_384,
    Algorithm::HMAC_512,
    Algorithm::AES_MAC_128_64,
    Algorithm::AES_MAC_256_64,
    Algorithm::AES_MAC_128_128,
    Algorithm::AES_MAC_256_128,
];

/// The algorithms for content that authenticate it.
pub const CONTENTS: &[Algorithm] = &[
    Algorithm::A128GCM,
    Algorithm::A192GCM,
    Algorithm::A256GCM,
    Algorithm::AES_CCM_16_64_128,
    Algorithm::AES_CCM_16_64_256,
    Algorithm::AES_CCM_64_64_128,
    Algorithm::AES_CCM_64_64_256,
    Algorithm::AES_CCM_16_128_128,
    Algorithm::AES_CCM_16_128_256,
    Algorithm::AES_CCM_64_128_128,
    Algorithm::AES_CCM_64_128_256,
    Algorithm::CHACHA20_POLY1305,
];

/// The ciphers of RFC 9459, which authenticate nothing: on request alone.
pub const CIPHERS: &[Algorithm] = &[
    Algorithm::A128CTR,
    Algorithm::A192CTR,
    Algorithm::A256CTR,
    Algorithm::A128CBC,
    Algorithm::A192CBC,
    Algorithm::A256CBC,
];

/// How recipients may come by a content key.
pub const RECIPIENTS: &[Algorithm] = &[
    Algorithm::DIRECT,
    Algorithm::DIRECT_HKDF_SHA_256,
    Algorithm::DIRECT_HKDF_SHA_512,
    Algorithm::DIRECT_HKDF_AES_128,
    Algorithm::DIRECT_HKDF_AES_256,
    Algorithm::A128KW,
    Algorithm::A192KW,
    Algorithm::A256KW,
    Algorithm::ECDH_ES_HKDF_256,
    Algorithm::ECDH_ES_HKDF_512,
    Algorithm::ECDH_SS_HKDF_256,
    Algorithm::ECDH_SS_HKDF_512,
    Algorithm::ECDH_ES_A128KW,
    Algorithm::ECDH_ES_A192KW,
    Algorithm::ECDH_ES_A256KW,
    Algorithm::ECDH_SS_A128KW,
    Algorithm::ECDH_SS_A192KW,
    Algorithm::ECDH_SS_A256KW,
];

/// Every algorithm that is offered.
pub fn algorithms() -> impl Iterator<Item = Algorithm> {
    [SIGNATURES, MACS, CONTENTS, CIPHERS, RECIPIENTS].into_iter().flatten().copied()
}

/// How a file writes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// PEM.
    Pem,
    /// `COSE_Key`, raw or in hexadecimal.
    Cose,
    /// JWK.
    Jwk,
}

/// A key from a file.
#[derive(Debug)]
pub struct KeyFile {
    input: Input,
    source: Source,
    encoded: Zeroizing<Vec<u8>>,
}

impl KeyFile {
    /// Reads the key in the file at `path`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let input = Input::read_binary(path)?;
        let read = Self::recognise(input.bytes());
        let (source, encoded) = read.map_err(|problem| input.reject(problem))?;
        Ok(Self { input, source, encoded })
    }

    fn recognise(bytes: &[u8]) -> Result<(Source, Zeroizing<Vec<u8>>), Problem> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            if text.contains("-----BEGIN ") {
                return Ok((Source::Pem, from_pem(text)?));
            }
            if text.trim_start().starts_with('{') {
                return Ok((Source::Jwk, jwk::read(text)?));
            }
        }
        Key::parse(bytes)?;
        Ok((Source::Cose, Zeroizing::new(bytes.to_vec())))
    }

    /// How the file wrote it.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// The key.
    pub fn key(&self) -> Result<Key<'_>, Failure> {
        Key::parse(&self.encoded).map_err(|error| self.reject(error))
    }

    /// The key in its encoding as `COSE_Key`.
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The private key, to sign with.
    pub fn signing_key(&self) -> Result<SigningKey, Failure> {
        let key = self.key()?;
        if key.private().is_none() {
            let message = "there is no private key in it";
            return Err(self.reject(Problem::at("key-mismatch", 0, message)));
        }
        SigningKey::from_cose(&key).map_err(|error| self.reject(error.at(0)))
    }

    /// The private key, to agree on keys with.
    pub fn agreement_key(&self) -> Result<AgreementKey, Failure> {
        AgreementKey::from_cose(&self.key()?).map_err(|error| self.reject(error.at(0)))
    }

    /// The private key for whatever it serves, its halves held against one another.
    pub fn private_key(&self) -> Result<PrivateKey, Failure> {
        PrivateKey::from_cose(&self.key()?).map_err(|error| self.reject(error.at(0)))
    }

    /// The failure that `problem` with this key means.
    pub fn reject(&self, problem: impl Into<Problem>) -> Failure {
        self.input.reject(problem)
    }
}

/// A private key that signs, or agrees on keys.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is never more than one")]
pub enum PrivateKey {
    /// One that signs.
    Signing(SigningKey),
    /// One that agrees on keys.
    Agreement(AgreementKey),
}

impl From<SigningKey> for PrivateKey {
    fn from(key: SigningKey) -> Self {
        Self::Signing(key)
    }
}

impl From<AgreementKey> for PrivateKey {
    fn from(key: AgreementKey) -> Self {
        Self::Agreement(key)
    }
}

impl PrivateKey {
    /// The private half of a `COSE_Key`, which its public half must belong to.
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        match SigningKey::from_cose(key) {
            Ok(signing) => Ok(Self::Signing(signing)),
            // On a curve that signs, too, the key may be restricted to agreement.
            Err(error) => AgreementKey::from_cose(key).map(Self::Agreement).map_err(|_| error),
        }
    }

    /// The private key in a block of PEM.
    fn from_pem(block: &str) -> Result<Self, PemError> {
        match SigningKey::from_pem(block) {
            Err(PemError::Unsupported) => AgreementKey::from_pem(block).map(Self::Agreement),
            signing => signing.map(Self::Signing),
        }
    }

    /// The key in PEM.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, PemError> {
        match self {
            Self::Signing(key) => key.to_pem(),
            Self::Agreement(key) => key.to_pem(),
        }
    }

    /// The algorithm of a key that signs.
    pub fn algorithm(&self) -> Option<Algorithm> {
        match self {
            Self::Signing(key) => Some(key.algorithm()),
            Self::Agreement(_) => None,
        }
    }

    /// The `COSE_Key` under an identifier, if there is one, and restricted to an algorithm, if there is
    /// one.
    pub fn encode(
        &self,
        kid: Option<&[u8]>,
        algorithm: Option<Algorithm>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let encode = |public: PublicKey<'_>, d: &[u8]| {
            let mut encoded = Zeroizing::new(Vec::with_capacity(MAX_ENCODED));
            let mut key = Key::from_public(public).with_private(d);
            if let Some(kid) = kid {
                key = key.with_kid(kid);
            }
            if let Some(algorithm) = algorithm {
                key = key.with_algorithm(algorithm);
            }
            key.encode_private(&mut Encoder::appending(&mut encoded))?;
            Ok(encoded)
        };
        match self {
            Self::Agreement(key) => key.with_secret(|d| encode(key.public().as_public(), d)),
            Self::Signing(key) => match key.public() {
                PublicKey::Rsa { n, e } => key
                    .with_rsa_secrets(|secrets| encode_rsa([n, e], secrets, kid, algorithm))
                    .unwrap_or(Err(Error::new(ErrorKind::KeyMismatch, 0))),
                public => key.with_secret(|d| encode(public, d)),
            },
        }
    }
}

/// More than any private key takes but for its identifier: what moves elsewhere is not wiped.
const MAX_ENCODED: usize = 8 << 10;

/// The `COSE_Key` of a private RSA key (RFC 8230, 4): n and e; d, p, q, dP, dQ, qInv.
fn encode_rsa(
    public: [&[u8]; 2],
    secrets: [&[u8]; 6],
    kid: Option<&[u8]>,
    algorithm: Option<Algorithm>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut encoded = Zeroizing::new(Vec::with_capacity(MAX_ENCODED));
    write_map(&mut Encoder::appending(&mut encoded), |members| {
        members.integer(label::KTY, Some(3))?;
        members.bytes(label::KID, kid)?;
        members.integer(label::ALG, algorithm.map(|algorithm| algorithm.0))?;
        let labels = [label::N, label::E, label::RSA_D, -4, -5, -6, -7, -8];
        labels
            .into_iter()
            .zip(public.into_iter().chain(secrets))
            .try_for_each(|(label, value)| members.bytes(label, Some(value)))
    })?;
    Ok(encoded)
}

/// Reads several key files.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<KeyFile>, Failure> {
    paths.iter().map(|path| KeyFile::read(path)).collect()
}

/// The `COSE_Key` of the first key in PEM `text`, which may hold other things before and after it.
fn from_pem(text: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let problem = |offset, error: PemError| Problem::new(&error, offset);
    let mut offset = text.find("-----BEGIN ").unwrap_or_default();
    loop {
        let block = text.get(offset..).unwrap_or_default();
        let label = block.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----"));
        let label = label.map(|(label, _)| label).unwrap_or_default();
        let end = format!("-----END {label}-----");
        let length = block.find(&end).map(|at| at.saturating_add(end.len()));
        let length = length.ok_or_else(|| problem(offset, PemError::Armour))?;
        let (block, rest) = block.split_at_checked(length).unwrap_or((block, ""));
        // `openssl ecparam -genkey` writes the curve before the key.
        let next = rest.find("-----BEGIN ").filter(|_| label == "EC PARAMETERS");
        if let Some(next) = next {
            offset = offset.saturating_add(length).saturating_add(next);
            continue;
        }
        let encoded = if label.ends_with("PRIVATE KEY") {
            let key = PrivateKey::from_pem(block).map_err(|error| problem(offset, error))?;
            key.encode(None, None)
        } else {
            let key = public_key_from_pem(block).map_err(|error| problem(offset, error))?;
            let mut encoded = Zeroizing::new(Vec::new());
            let mut encoder = Encoder::appending(&mut encoded);
            let written = Key::from_public(key.as_public()).encode_public(&mut encoder);
            written.map(|()| encoded)
        };
        return encoded.map_err(Problem::from);
    }
}

/// The `COSE_Key` of a symmetric key, under an identifier, if there is one.
pub fn encode_symmetric(
    k: &[u8],
    kid: Option<&[u8]>,
    algorithm: Algorithm,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut encoded = Zeroizing::new(Vec::new());
    let mut key = Key::from_symmetric(k, algorithm);
    if let Some(kid) = kid {
        key = key.with_kid(kid);
    }
    key.encode_private(&mut Encoder::appending(&mut encoded))?;
    Ok(encoded)
}
