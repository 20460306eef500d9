//! `hexad cose encrypt`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{
    Algorithm, Builder, Encrypt0, Error, ErrorKind, Key, KeyOperation, NewHeaders, Secret,
    iana::tag, kind,
};
use hexad_rustcrypto::RustCrypto;

use super::countersign::Countersigning;
use super::make::{Make, allow, fill_randomly};
use super::recipient::{Addressing, describe};
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::keys::KeyFile;
use crate::output::write_file;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Encrypt {
    #[command(flatten)]
    make: Make,
    /// The shared key: COSE_Key or JWK
    #[arg(short, long, required_unless_present = "recipient", conflicts_with = "recipient")]
    key: Option<PathBuf>,
    #[command(flatten)]
    addressing: Addressing,
    #[command(flatten)]
    countersigning: Countersigning,
    /// Write the ciphertext to this file, and leave it out of the message
    #[arg(long, value_name = "FILE")]
    ciphertext: Option<PathBuf>,
    /// Use a cipher that authenticates nothing (AES-CTR, AES-CBC), as named by --alg
    #[arg(long)]
    unauthenticated: bool,
}

/// A message, and the ciphertext where that is apart from it.
struct Sealed {
    message: Vec<u8>,
    ciphertext: Option<Vec<u8>>,
}

pub fn encrypt(arguments: &Encrypt) -> Result<Report, Failure> {
    let make = &arguments.make;
    let payload = Input::read(&make.payload)?;
    let (sealed, mut report) = match &arguments.key {
        Some(path) => {
            let file = KeyFile::read(path)?;
            let key = file.key()?;
            let secret = key.secret().map_err(|error| file.reject(error))?;
            let mismatch = || file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
            let own = make.alg.or(key.algorithm()).or_else(|| by_size(&key));
            let algorithm = own.ok_or_else(mismatch)?;
            arguments.allow_cipher(algorithm)?;
            allow(&file, &key, algorithm, KeyOperation::Encrypt)?;
            let kid = make.kid(&key);
            let iv = nonce(algorithm)?;
            let headers = arguments.headers(algorithm, kid, &iv);
            let builder = make.dress(Encrypt0::builder(headers));
            let sealed = arguments.seal0(builder, &payload, &secret, kid, algorithm);
            let sealed = sealed.map_err(|error| file.reject(error))?;
            let sealed = arguments.countersigned(sealed, tag::ENCRYPT0)?;
            let report = make.report("encrypt0", algorithm, kid, sealed.message.clone());
            (sealed, report)
        }
        None => {
            let addressing = &arguments.addressing;
            let addressees = addressing.addressees()?;
            let algorithm = make.alg.unwrap_or(Algorithm::A256GCM);
            arguments.allow_cipher(algorithm)?;
            let iv = nonce(algorithm)?;
            let sealed =
                addressing.with_recipients(&addressees, algorithm, |recipients, key| {
                    let headers = arguments.headers(algorithm, None, &iv);
                    let builder = make.dress(hexad_cose_core::Encrypt::builder(headers));
                    let (size, proofs) = arguments.sizes(&payload, algorithm, recipients.len());
                    let mut buffer = make.buffer(size, None, proofs);
                    let (secret, plain) = (key.secret(), payload.bytes());
                    let sealed = match &arguments.ciphertext {
                        None => builder
                            .seal(plain, &secret, recipients, &mut buffer, &mut RustCrypto)
                            .map(|message| Sealed { message: message.to_vec(), ciphertext: None }),
                        Some(_) => {
                            let length = algorithm.ciphertext_len(plain.len()).unwrap_or_default();
                            let mut space = vec![0; length];
                            let (to, crypto) = (&mut space[..], &mut RustCrypto);
                            builder
                                .seal_detached(plain, &secret, recipients, &mut buffer, to, crypto)
                                .map(|(message, ciphertext)| Sealed {
                                    message: message.to_vec(),
                                    ciphertext: Some(ciphertext.to_vec()),
                                })
                        }
                    };
                    sealed.map_err(|error| Failure::Rejected {
                        what: "the new message".to_owned(),
                        problem: error.into(),
                    })
                })?;
            let sealed = arguments.countersigned(sealed, tag::ENCRYPT)?;
            let mut report = make.report("encrypt", algorithm, None, sealed.message.clone());
            describe(&mut report, &addressees);
            (sealed, report)
        }
    };
    if let (Some(path), Some(bytes)) = (&arguments.ciphertext, sealed.ciphertext) {
        let made = Made { bytes, destination: None, is_text: false, is_secret: false };
        write_file(path, &made)?;
        let path = path.to_string_lossy();
        report.entry("ciphertext", "ciphertext written to", &path, path.as_ref());
    }
    Ok(report)
}

impl Encrypt {
    fn headers<'a>(
        &'a self,
        algorithm: Algorithm,
        kid: Option<&'a [u8]>,
        iv: &'a [u8],
    ) -> NewHeaders<'a> {
        let headers = self.make.headers(NewHeaders::new(algorithm).iv(iv), kid);
        if self.unauthenticated { headers.unprotected_algorithm() } else { headers }
    }

    /// What was made, countersigned: the ciphertext is, wherever it stands.
    fn countersigned(&self, sealed: Sealed, number: u64) -> Result<Sealed, Failure> {
        let Sealed { message, ciphertext } = sealed;
        let aad = self.make.aad.as_slice();
        let message = self.countersigning.add(message, number, aad, ciphertext.as_deref())?;
        Ok(Sealed { message, ciphertext })
    }

    /// That a cipher without a tag was asked for by its name and by its lack.
    fn allow_cipher(&self, algorithm: Algorithm) -> Result<(), Failure> {
        let authenticates = algorithm.content_encryption().map(|sizes| sizes.tag_len != 0);
        match authenticates {
            Some(authenticates) if authenticates != self.unauthenticated => Ok(()),
            Some(true) => {
                let message = format!("{algorithm} authenticates: without --unauthenticated");
                Err(Failure::Usage(message))
            }
            Some(false) => {
                let message = format!("{algorithm} authenticates nothing: --unauthenticated");
                Err(Failure::Usage(message))
            }
            None => Err(Failure::Usage(format!("{algorithm} does not encrypt content"))),
        }
    }

    /// How much room the content takes in the message, and for how many others there is to be room.
    fn sizes(&self, payload: &Input, algorithm: Algorithm, recipients: usize) -> (usize, usize) {
        let ciphertext = algorithm.ciphertext_len(payload.bytes().len()).unwrap_or_default();
        let embedded = if self.ciphertext.is_some() { 0 } else { ciphertext };
        (embedded, recipients.saturating_add(1))
    }

    fn seal0(
        &self,
        builder: Builder<'_, kind::Encrypt0>,
        payload: &Input,
        key: &Secret<'_>,
        kid: Option<&[u8]>,
        algorithm: Algorithm,
    ) -> Result<Sealed, Error> {
        let (size, proofs) = self.sizes(payload, algorithm, 0);
        let mut buffer = self.make.buffer(size, kid, proofs);
        let plain = payload.bytes();
        if self.ciphertext.is_none() {
            let message = builder.seal(plain, key, &mut buffer, &mut RustCrypto)?;
            return Ok(Sealed { message: message.to_vec(), ciphertext: None });
        }
        let mut space = vec![0; algorithm.ciphertext_len(plain.len()).unwrap_or_default()];
        let (message, ciphertext) =
            builder.seal_detached(plain, key, &mut buffer, &mut space, &mut RustCrypto)?;
        Ok(Sealed { message: message.to_vec(), ciphertext: Some(ciphertext.to_vec()) })
    }
}

/// AES-GCM with a key of this size.
fn by_size(key: &Key<'_>) -> Option<Algorithm> {
    match key.symmetric()?.len() {
        16 => Some(Algorithm::A128GCM),
        24 => Some(Algorithm::A192GCM),
        32 => Some(Algorithm::A256GCM),
        _ => None,
    }
}

/// A new initialization vector.
fn nonce(algorithm: Algorithm) -> Result<Vec<u8>, Failure> {
    let length = algorithm.content_encryption().map_or(0, |sizes| sizes.nonce_len);
    let mut nonce = vec![0; length];
    fill_randomly(&mut nonce)?;
    Ok(nonce)
}
