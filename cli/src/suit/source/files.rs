//! The files that a source names, beside which it stands; and what is measured of them.

use std::path::{Path, PathBuf};

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{HashAlgorithm, Segments};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::Envelope;

use super::encrypted::Encrypted;
use super::node::{Node, Outcome};
use crate::input::unhex;
use crate::keys::KeyFile;

/// Where files are looked for, and the hash that measures them unless the source says otherwise.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    pub hash: HashAlgorithm,
    /// What was encrypted for this source: read in place of files of these names.
    pub encrypted: Encrypted,
}

/// An algorithm and a digest by it.
pub type Measured = (HashAlgorithm, Vec<u8>);

impl Files {
    pub fn new(folder: &Path) -> Self {
        let encrypted = Encrypted::new();
        Self { folder: folder.to_owned(), hash: HashAlgorithm::Sha256, encrypted }
    }

    /// The content of the file that the text at `node` names.
    pub fn read(&self, node: &Node<'_>) -> Outcome<Vec<u8>> {
        if let Some(payload) = self.encrypted.get(node.text()?) {
            return Ok(payload.ciphertext().to_vec());
        }
        let path = self.path(node)?;
        std::fs::read(&path)
            .map_err(|error| node.wrong(format_args!("{}: {error}", path.display())))
    }

    /// The path that the text at `node` names.
    pub fn path(&self, node: &Node<'_>) -> Outcome<PathBuf> {
        Ok(self.folder.join(node.text()?))
    }

    /// Bytes: text, `0x` and hexadecimal digits, or `{file: NAME}`.
    pub fn bytes(&self, node: &Node<'_>) -> Outcome<Vec<u8>> {
        if node.value.is_object() {
            node.only(&["file"])?;
            return self.read(&node.require("file")?);
        }
        node.bytes()
    }

    /// An encryption info: `{encrypted: NAME}`, that of a payload encrypted for this source, or bytes.
    pub fn encryption_info(&self, node: &Node<'_>) -> Outcome<Vec<u8>> {
        let Some(name) = node.get("encrypted") else { return self.bytes(node) };
        node.only(&["encrypted"])?;
        let payload = self.encrypted.get(name.text()?);
        let payload = payload.ok_or_else(|| name.wrong("there is no such encrypted payload"))?;
        Ok(payload.info().encoded().bytes().to_vec())
    }

    /// A number, or `{file: NAME}` for the file's size in bytes.
    pub fn size(&self, node: &Node<'_>) -> Outcome<u64> {
        if node.value.is_object() {
            node.only(&["file"])?;
            let content = self.read(&node.require("file")?)?;
            return Ok(u64::try_from(content.len()).unwrap_or(u64::MAX));
        }
        node.unsigned()
    }

    /// `{file: NAME}`, which is measured; `{manifest: NAME}`, the digest that an envelope has of its
    /// manifest; or `{value: HEX}`. With `algorithm` when it is another than that of the source.
    pub fn digest(&self, node: &Node<'_>) -> Outcome<Measured> {
        node.only(&["algorithm", "file", "manifest", "value"])?;
        let algorithm = match node.get("algorithm") {
            Some(algorithm) => hash_algorithm(&algorithm)?,
            None => self.hash,
        };
        if let Some(file) = node.get("file") {
            let content = self.read(&file)?;
            let digest = RustCrypto.digest(algorithm, &Segments::plain(&content));
            let digest = digest.map_err(|error| file.wrong(error))?;
            return Ok((algorithm, digest.as_bytes().to_vec()));
        }
        if let Some(file) = node.get("manifest") {
            let bytes = self.read(&file)?;
            let envelope = Envelope::parse(&bytes).map_err(|error| file.wrong(error))?;
            let digest = envelope.authentication().digest();
            return Ok((digest.algorithm(), digest.bytes().to_vec()));
        }
        let value = node.require("value")?;
        let digits = value.text()?;
        let digest = unhex(digits.strip_prefix("0x").unwrap_or(digits).as_bytes());
        let digest = digest.filter(|digest| digest.len() == algorithm.digest_len());
        let length = algorithm.digest_len();
        let digest = digest.ok_or_else(|| {
            value.wrong(format_args!("{length} bytes in hexadecimal are expected"))
        })?;
        Ok((algorithm, digest))
    }

    /// The COSE Key Thumbprint (RFC 9679) of the key in the file that the text at `node` names.
    pub fn thumbprint(&self, node: &Node<'_>) -> Outcome<Measured> {
        let path = self.path(node)?;
        let file = KeyFile::read(&path).map_err(|failure| node.wrong(failure))?;
        let key = file.key().map_err(|failure| node.wrong(failure))?;
        let public = key.public().ok_or_else(|| node.wrong("there is no public key in it"))?;
        let thumbprint = public.thumbprint(self.hash, &mut RustCrypto);
        let thumbprint = thumbprint.map_err(|error| node.wrong(error))?;
        Ok((self.hash, thumbprint.as_bytes().to_vec()))
    }
}

/// A hash algorithm by its name in the COSE registry.
pub fn hash_algorithm(node: &Node<'_>) -> Outcome<HashAlgorithm> {
    Ok(match node.text()?.to_ascii_lowercase().replace('-', "").as_str() {
        "sha256" => HashAlgorithm::Sha256,
        "sha384" => HashAlgorithm::Sha384,
        "sha512" => HashAlgorithm::Sha512,
        "shake128" => HashAlgorithm::Shake128,
        "shake256" => HashAlgorithm::Shake256,
        _ => {
            let known = "sha-256, sha-384, sha-512, shake128, shake256";
            return Err(node.wrong(format_args!("unknown; known are: {known}")));
        }
    })
}
