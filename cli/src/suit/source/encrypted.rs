//! Payloads that a source has encrypted, each time under a new key, for the devices that it names.

use std::collections::BTreeMap;

use getrandom::SysRng;
use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::{EncryptedPayload, PayloadEncryption};

use super::files::Files;
use super::node::{Node, Outcome};
use crate::arguments;
use crate::keys::KeyFile;

/// Payloads by the names of the files that their ciphertexts go to.
pub type Encrypted = BTreeMap<String, EncryptedPayload>;

/// Encrypts what stands under `encrypted-payloads`.
pub fn encrypt_all(node: &Node<'_>, files: &Files) -> Outcome<Encrypted> {
    let payloads = node.members()?;
    payloads.map(|(name, payload)| Ok((name.to_owned(), encrypt(name, &payload, files)?))).collect()
}

/// `{plaintext: FILE, algorithm: NAME, recipients: [{key: FILE, algorithm: NAME}]}`.
fn encrypt(name: &str, node: &Node<'_>, files: &Files) -> Outcome<EncryptedPayload> {
    node.only(&["algorithm", "plaintext", "recipients"])?;
    let plaintext = node.require("plaintext")?;
    if plaintext.text()? == name {
        return Err(plaintext.wrong("the ciphertext would take the place of the plaintext"));
    }
    let plaintext = files.read(&plaintext)?;
    let algorithm = algorithm(node)?.unwrap_or(Algorithm::A128GCM);
    let refuse = |error| node.refused(error);
    let mut payload = PayloadEncryption::new(algorithm, &mut SysRng).map_err(refuse)?;
    let recipients: Vec<_> = node.require("recipients")?.elements()?.collect();
    let keys = recipients.iter().map(|recipient| {
        recipient.only(&["algorithm", "key"])?;
        let key = recipient.require("key")?;
        KeyFile::read(&files.path(&key)?).map_err(|failure| key.wrong(failure))
    });
    let keys = keys.collect::<Outcome<Vec<_>>>()?;
    let keys = keys.iter().zip(&recipients);
    let keys = keys.map(|(key, recipient)| key.key().map_err(|failure| recipient.wrong(failure)));
    let keys = keys.collect::<Outcome<Vec<_>>>()?;
    for (key, recipient) in keys.iter().zip(&recipients) {
        add(&mut payload, key, recipient)?;
    }
    payload.encrypt(&plaintext, &mut RustCrypto).map_err(refuse)
}

/// Adds a device by the key that it shares with the author, or by its public key.
fn add<'k>(payload: &mut PayloadEncryption<'k>, key: &'k Key<'_>, node: &Node<'_>) -> Outcome<()> {
    let named = algorithm(node)?.or(key.algorithm().filter(|own| own.key_management().is_some()));
    let added = match (key.secret(), key.public()) {
        (Ok(secret), _) => {
            let fitting = match secret.value().len() {
                24 => Algorithm::A192KW,
                32 => Algorithm::A256KW,
                _ => Algorithm::A128KW,
            };
            let algorithm = named.unwrap_or(fitting);
            payload.wrap_for(algorithm, key.kid(), &secret, &mut RustCrypto)
        }
        (Err(_), Some(public)) => {
            let algorithm = named.unwrap_or(Algorithm::ECDH_ES_A128KW);
            payload.agree_with(algorithm, key.kid(), &public, &mut SysRng, &mut RustCrypto)
        }
        (Err(error), None) => return Err(node.wrong(error)),
    };
    added.map(drop).map_err(|error| node.refused(error))
}

/// The member `algorithm`: a name or a number of the COSE registry.
fn algorithm(node: &Node<'_>) -> Outcome<Option<Algorithm>> {
    let Some(named) = node.get("algorithm") else { return Ok(None) };
    let text = match named.value.as_i64() {
        Some(number) => number.to_string(),
        None => named.text()?.to_owned(),
    };
    arguments::algorithm(&text).map(Some).map_err(|error| named.wrong(error))
}
