//! Who signs MUD files: a key and a certificate that says so.

use std::time::{SystemTime, UNIX_EPOCH};

use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_cose_core::{Curve, Digest, HashAlgorithm};
use hexad_mud::signature;
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::Failed;

/// How long the certificate is valid, in seconds: a year.
const LIFETIME: i64 = 365 * 24 * 3600;

/// A signer of MUD files.
#[derive(Clone, Debug)]
pub struct MudSigner {
    key: SigningKey,
    pub certificate: Vec<u8>,
}

impl MudSigner {
    /// A signer with a new key and a certificate of its own.
    pub fn generate(common_name: &str) -> Result<Self, Failed> {
        let key = SigningKey::generate(Curve::P256, &mut super::random())?;
        let now = now()?;
        let template = Template {
            common_name,
            key: key.public(),
            serial_number: &[1],
            not_before: now - 3600,
            not_after: now + LIFETIME,
            authority: false,
        };
        let certificate = template.issue(Issuer::Itself, &key, &mut RustCrypto)?;
        Ok(Self { key, certificate })
    }

    /// The signature file of a MUD file: CMS, detached, in DER.
    pub fn sign(&self, file: &[u8]) -> Result<Vec<u8>, Failed> {
        let certificate = Certificate::parse(&self.certificate)?;
        Ok(signature::sign(file, &[certificate], now()?, &self.key, &mut RustCrypto)?)
    }

    /// What a manifest names the key by (`suit-mud-ski`).
    pub fn thumbprint(&self) -> Result<Digest, Failed> {
        let public = self.key.public();
        Ok(public.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto)?)
    }
}

/// Seconds since 1970-01-01T00:00Z.
pub fn now() -> Result<i64, Failed> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}
