//! Countersignatures on messages that are made and verified (RFC 9338).

use hexad_cose_core::cbor::{Cursor, Encoder};
use hexad_cose_core::iana::header;
use hexad_cose_core::{
    Error, ErrorKind, Expect, Key, KeyOperation, Message, NewCountersignature, NewHeaders,
    Parameter, insert_unprotected,
};
use hexad_rustcrypto::RustCrypto;

use super::make::{OVERHEAD, allow};
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::{KeyFile, SIGNATURES};

/// `message`, whose tag is or would be `number`, countersigned by all of `signers` in its unprotected
/// header.
pub fn add(
    message: Vec<u8>,
    number: u64,
    signers: &[KeyFile],
    aad: &[u8],
    detached: Option<&[u8]>,
) -> Result<Vec<u8>, Failure> {
    if signers.is_empty() {
        return Ok(message);
    }
    let failed = |error: Error| Failure::Rejected {
        what: "the new message".to_owned(),
        problem: error.into(),
    };
    let parsed = Message::parse_as(number, &mut Cursor::new(&message)).map_err(failed)?;
    let mut values = Vec::new();
    for file in signers {
        let key = file.key()?;
        let signer = file.signing_key()?;
        let algorithm = key.algorithm().unwrap_or(signer.algorithm());
        allow(file, &key, algorithm, KeyOperation::Sign)?;
        let expect = expecting(Expect::alg(algorithm), aad, detached);
        let mut headers = NewHeaders::new(algorithm);
        if let Some(kid) = key.kid() {
            headers = headers.kid(kid);
        }
        let kid = key.kid().map_or(0, <[u8]>::len);
        let mut space = vec![0; OVERHEAD.saturating_add(kid)];
        let value = NewCountersignature::on(&parsed, expect)
            .and_then(|new| new.sign(headers, &signer, &mut space, &mut RustCrypto))
            .map_err(|error| file.reject(error))?;
        values.push(value.to_vec());
    }
    // One stands alone, several in an array (RFC 9338, 3.1).
    let mut value = Vec::new();
    let mut encoder = Encoder::appending(&mut value);
    if values.len() > 1 {
        encoder.array(values.len()).map_err(failed)?;
    }
    for one in &values {
        encoder.raw(one).map_err(failed)?;
    }
    let mut buffer = vec![0; message.len().saturating_add(value.len()).saturating_add(16)];
    let parameter = Parameter::new(header::COUNTERSIGNATURE_V2, &value);
    insert_unprotected(&message, &parameter, &mut buffer).map(<[u8]>::to_vec).map_err(failed)
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
