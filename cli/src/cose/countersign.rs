//! Countersignatures on messages that are made and verified (RFC 9338).

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::cbor::{Cursor, Encoder};
use hexad_cose_core::iana::header;
use hexad_cose_core::{
    Algorithm, Error, ErrorKind, Expect, Key, KeyOperation, Message, NewCountersignature,
    NewHeaders, Parameter, insert_unprotected,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::make::{OVERHEAD, allow};
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::{KeyFile, SIGNATURES, read_all};

/// Who is to countersign a message that is made.
#[derive(Args, Debug)]
pub struct Countersigning {
    /// A private key that countersigns the message (RFC 9338); may be given several times
    #[arg(long, value_name = "KEY")]
    countersign: Vec<PathBuf>,
    /// A private key that countersigns the message in brief, as a bare signature (RFC 9338, 3.2)
    #[arg(long, value_name = "KEY")]
    countersign0: Option<PathBuf>,
}

impl Countersigning {
    /// Whether nobody is.
    pub const fn is_empty(&self) -> bool {
        self.countersign.is_empty() && self.countersign0.is_none()
    }

    /// `message`, whose tag is or would be `number`, countersigned by all of them in its unprotected
    /// header.
    pub fn add(
        &self,
        message: Vec<u8>,
        number: u64,
        aad: &[u8],
        detached: Option<&[u8]>,
    ) -> Result<Vec<u8>, Failure> {
        let mut values = Vec::new();
        let parsed = Message::parse_as(number, &mut Cursor::new(&message)).map_err(failed)?;
        for file in &read_all(&self.countersign)? {
            let signer = Countersigner::new(file)?;
            let kid = signer.key.kid();
            let headers = NewHeaders::new(signer.algorithm);
            let headers = kid.map_or(headers, |kid| headers.kid(kid));
            let mut space = vec![0; OVERHEAD.saturating_add(kid.map_or(0, <[u8]>::len))];
            let expect = expecting(Expect::alg(signer.algorithm), aad, detached);
            let value = NewCountersignature::on(&parsed, expect)
                .and_then(|new| new.sign(headers, &signer.signing, &mut space, &mut RustCrypto))
                .map_err(|error| file.reject(error))?;
            values.push(value.to_vec());
        }
        let brief = match &self.countersign0 {
            None => None,
            Some(path) => {
                let file = KeyFile::read(path)?;
                let Countersigner { signing, algorithm, .. } = Countersigner::new(&file)?;
                let mut space = vec![0; OVERHEAD];
                let (expect, crypto) = (Expect::alg(algorithm), &mut RustCrypto);
                let value = NewCountersignature::on(&parsed, expecting(expect, aad, detached))
                    .and_then(|new| new.sign_abbreviated(algorithm, &signing, &mut space, crypto))
                    .map_err(|error| file.reject(error))?;
                Some(value.to_vec())
            }
        };
        // One stands alone, several in an array (RFC 9338, 3.1).
        let mut full = Vec::new();
        let mut encoder = Encoder::appending(&mut full);
        if values.len() > 1 {
            encoder.array(values.len()).map_err(failed)?;
        }
        for one in &values {
            encoder.raw(one).map_err(failed)?;
        }
        let full = (!full.is_empty()).then_some((header::COUNTERSIGNATURE_V2, full));
        let brief = brief.map(|value| (header::COUNTERSIGNATURE0_V2, value));
        full.into_iter().chain(brief).try_fold(message, |message, (label, value)| {
            let mut buffer = vec![0; message.len().saturating_add(value.len()).saturating_add(16)];
            let parameter = Parameter::new(label, &value);
            insert_unprotected(&message, &parameter, &mut buffer)
                .map(<[u8]>::to_vec)
                .map_err(failed)
        })
    }
}

/// Somebody who countersigns.
struct Countersigner<'k> {
    key: Key<'k>,
    signing: SigningKey,
    algorithm: Algorithm,
}

impl<'k> Countersigner<'k> {
    fn new(file: &'k KeyFile) -> Result<Self, Failure> {
        let (key, signing) = (file.key()?, file.signing_key()?);
        let algorithm = key.algorithm().unwrap_or(signing.algorithm());
        allow(file, &key, algorithm, KeyOperation::Sign)?;
        Ok(Self { key, signing, algorithm })
    }
}

fn failed(error: Error) -> Failure {
    Failure::Rejected { what: "the new message".to_owned(), problem: error.into() }
}

/// That all of `signers` have countersigned `message`, in full or abbreviated; the indexes of the full
/// ones.
pub fn verify<'b>(
    message: &Message<'b>,
    signers: &[KeyFile],
    aad: &[u8],
    detached: Option<&[u8]>,
    input: &Input,
) -> Result<Vec<usize>, Failure> {
    let find = |file: &KeyFile| {
        let key = file.key()?;
        one(message, &key, aad, detached).map_err(|error| input.reject(error))
    };
    signers.iter().map(find).collect()
}

/// Which countersignature is `key`'s.
fn one(
    message: &Message<'_>,
    key: &Key<'_>,
    aad: &[u8],
    detached: Option<&[u8]>,
) -> Result<usize, Error> {
    let headers = message.headers();
    let mut refusal = Error::new(ErrorKind::Missing, headers.unprotected().offset());
    let mut count = 0_usize;
    for (index, full) in headers.countersignatures()?.enumerate() {
        count = index.saturating_add(1);
        match (key.kid(), full.headers().kid()) {
            (Some(own), Some(theirs)) if own != theirs => continue,
            _ => {}
        }
        let check = full.check(
            message,
            key,
            expecting(Expect::any(SIGNATURES), aad, detached),
            &mut RustCrypto,
        );
        match check.and_then(|check| check.run(&mut RustCrypto)) {
            Ok(_) => return Ok(index),
            Err(error) => refusal = error,
        }
    }
    // An abbreviated one says nothing of its algorithm: the key does.
    let fitting = SIGNATURES.iter().filter(|it| key.allows(**it, KeyOperation::Verify));
    for (abbreviated, index) in headers.countersignatures0()?.zip(count..) {
        for algorithm in fitting.clone() {
            let expect = expecting(Expect::alg(*algorithm), aad, detached);
            let check = abbreviated.check(message, key, expect, &mut RustCrypto);
            match check.and_then(|check| check.run(&mut RustCrypto)) {
                Ok(_) => return Ok(index),
                Err(error) => refusal = error,
            }
        }
    }
    Err(refusal)
}

/// `expect` with external data, and with the payload where that is not in the message.
fn expecting<'a>(expect: Expect<'a>, aad: &'a [u8], detached: Option<&'a [u8]>) -> Expect<'a> {
    let expect = expect.external_aad(aad);
    match detached {
        Some(payload) => expect.detached(payload),
        None => expect,
    }
}
