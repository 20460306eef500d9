//! Keys from files: PEM, `COSE_Key` and JWK, told apart by their content. Whatever the file held, it
//! is a `COSE_Key` from then on.

use std::path::{Path, PathBuf};

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, Error, Key, jwk};
use hexad_rustcrypto::{PemError, SigningKey, public_key_from_pem};
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
    Algorithm::EDDSA,
    Algorithm::ED25519,
];

/// The tag algorithms that are offered.
pub const MACS: &[Algorithm] =
    &[Algorithm::HMAC_256_64, Algorithm::HMAC_256, Algorithm::HMAC_384, Algorithm::HMAC_512];

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

    /// The failure that `problem` with this key means.
    pub fn reject(&self, problem: impl Into<Problem>) -> Failure {
        self.input.reject(problem)
    }
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
            let key = SigningKey::from_pem(block).map_err(|error| problem(offset, error))?;
            encode_private(&key, None, None)
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

/// The `COSE_Key` of a private key under an identifier, if there is one, and restricted to an
/// algorithm, if there is one.
pub fn encode_private(
    key: &SigningKey,
    kid: Option<&[u8]>,
    algorithm: Option<Algorithm>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut encoded = Zeroizing::new(Vec::new());
    key.with_secret(|d| {
        let mut cose = Key::from_public(key.public()).with_private(d);
        if let Some(kid) = kid {
            cose = cose.with_kid(kid);
        }
        if let Some(algorithm) = algorithm {
            cose = cose.with_algorithm(algorithm);
        }
        cose.encode_private(&mut Encoder::appending(&mut encoded))
    })?;
    Ok(encoded)
}

/// The `COSE_Key` of a symmetric key, as [`encode_private`].
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
