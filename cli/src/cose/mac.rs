//! `hexad cose mac`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{Algorithm, Key, KeyOperation, Mac0, NewHeaders, iana::tag};
use hexad_rustcrypto::RustCrypto;

use super::countersign::Countersigning;
use super::make::{Make, allow, draft};
use super::payload::{Detached, Stream};
use super::recipient::Addressing;
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::KeyFile;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Mac {
    #[command(flatten)]
    make: Make,
    /// The symmetric key: COSE_Key or JWK
    #[arg(short, long, required_unless_present = "recipient", conflicts_with = "recipient")]
    key: Option<PathBuf>,
    #[command(flatten)]
    addressing: Addressing,
    #[command(flatten)]
    countersigning: Countersigning,
    /// Leave the payload out of the message; one of more than 64 MiB is streamed
    #[arg(long)]
    detached: bool,
}

pub fn mac(arguments: &Mac) -> Result<Report, Failure> {
    let path = &arguments.make.payload;
    let payload = match arguments.detached.then(|| Detached::open(path)).transpose()? {
        Some(Detached::Streamed(stream)) => return streamed(arguments, &stream),
        Some(Detached::Here(payload)) => payload,
        None => Input::read(path)?,
    };
    match &arguments.key {
        Some(path) => under_key(arguments, &payload, &KeyFile::read(path)?),
        None => for_recipients(arguments, &payload),
    }
}

impl Mac {
    /// The algorithm, which the key may serve.
    fn algorithm(&self, file: &KeyFile, key: &Key<'_>) -> Result<Algorithm, Failure> {
        let algorithm = self.make.alg.or(key.algorithm()).unwrap_or(Algorithm::HMAC_256);
        allow(file, key, algorithm, KeyOperation::MacCreate)?;
        Ok(algorithm)
    }

    fn embedded(&self, payload: &Input) -> usize {
        if self.detached { 0 } else { payload.bytes().len() }
    }

    fn countersigned(
        &self,
        made: Vec<u8>,
        number: u64,
        payload: &Input,
    ) -> Result<Vec<u8>, Failure> {
        let detached = self.detached.then_some(payload.bytes());
        self.countersigning.add(made, number, self.make.aad.as_slice(), detached)
    }
}

fn under_key(arguments: &Mac, payload: &Input, file: &KeyFile) -> Result<Report, Failure> {
    let make = &arguments.make;
    let key = file.key()?;
    let secret = key.secret().map_err(|error| file.reject(error))?;
    let algorithm = arguments.algorithm(file, &key)?;
    let kid = make.kid(&key);
    let mut buffer = make.buffer(arguments.embedded(payload), kid, 1);
    let builder = make.dress(Mac0::builder(make.headers(NewHeaders::new(algorithm), kid)));
    let made = draft(builder, payload.bytes(), arguments.detached, &mut buffer)
        .and_then(|draft| draft.mac(&secret, &mut RustCrypto));
    let made = made.map(<[u8]>::to_vec).map_err(|error| file.reject(error))?;
    let made = arguments.countersigned(made, tag::MAC0, payload)?;
    Ok(make.report("mac0", algorithm, kid, made))
}

/// A `COSE_Mac0` whose payload is too large for memory.
fn streamed(arguments: &Mac, stream: &Stream) -> Result<Report, Failure> {
    let make = &arguments.make;
    let (Some(path), true) = (&arguments.key, arguments.countersigning.is_empty()) else {
        let message = "a payload of more than 64 MiB has no recipients, and is not countersigned";
        return Err(Failure::Usage(message.to_owned()));
    };
    let file = KeyFile::read(path)?;
    let refuse = |error| file.reject(error);
    let key = file.key()?;
    let secret = key.secret().map_err(refuse)?;
    let algorithm = arguments.algorithm(&file, &key)?;
    let kid = make.kid(&key);
    let mut buffer = make.buffer(0, kid, 1);
    let headers = make.headers(NewHeaders::new(algorithm), kid);
    let draft = make.dress(Mac0::builder(headers)).detached_streamed(stream.length(), &mut buffer);
    let draft = draft.map_err(refuse)?;
    let made = stream.sign(|payload| draft.mac(payload, &secret, &mut RustCrypto), refuse);
    Ok(make.report("mac0", algorithm, kid, made?.to_vec()))
}

fn for_recipients(arguments: &Mac, payload: &Input) -> Result<Report, Failure> {
    let make = &arguments.make;
    let addressing = &arguments.addressing;
    let addressees = addressing.addressees()?;
    let algorithm = make.alg.unwrap_or(Algorithm::HMAC_256);
    let made = addressing.with_recipients(&addressees, algorithm, |recipients, key| {
        let mut buffer = make.buffer(arguments.embedded(payload), None, recipients.len());
        let headers = make.headers(NewHeaders::new(algorithm), None);
        let builder = make.dress(hexad_cose_core::Mac::builder(headers));
        let made = draft(builder, payload.bytes(), arguments.detached, &mut buffer)
            .and_then(|draft| draft.mac(&key.secret(), recipients, &mut RustCrypto));
        let failed = |error: hexad_cose_core::Error| Failure::Rejected {
            what: "the new message".to_owned(),
            problem: error.into(),
        };
        made.map(<[u8]>::to_vec).map_err(failed)
    })?;
    let made = arguments.countersigned(made, tag::MAC, payload)?;
    let mut report = make.report("mac", algorithm, None, made);
    super::recipient::describe(&mut report, &addressees);
    Ok(report)
}
