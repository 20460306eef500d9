//! `hexad cose mac`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{Algorithm, KeyOperation, Mac0, NewHeaders, iana::tag};
use hexad_rustcrypto::RustCrypto;

use super::countersign;
use super::make::{Make, allow, draft};
use super::recipient::{Addressee, Derivation, with_recipients};
use crate::arguments;
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::{KeyFile, read_all};
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Mac {
    #[command(flatten)]
    make: Make,
    /// The symmetric key: COSE_Key or JWK
    #[arg(short, long, required_unless_present = "recipient", conflicts_with = "recipient")]
    key: Option<PathBuf>,
    /// A recipient's key, public or shared with it; may be given several times
    #[arg(long, value_name = "KEY")]
    recipient: Vec<PathBuf>,
    /// How recipients come by the content key, by name or number
    #[arg(long, value_name = "ALG", value_parser = arguments::algorithm, allow_hyphen_values = true)]
    recipient_alg: Option<Algorithm>,
    #[command(flatten)]
    derivation: Derivation,
    /// A private key that countersigns the message (RFC 9338); may be given several times
    #[arg(long, value_name = "KEY")]
    countersign: Vec<PathBuf>,
    /// Leave the payload out of the message
    #[arg(long)]
    detached: bool,
}

pub fn mac(arguments: &Mac) -> Result<Report, Failure> {
    let payload = Input::read(&arguments.make.payload)?;
    match &arguments.key {
        Some(path) => under_key(arguments, &payload, &KeyFile::read(path)?),
        None => for_recipients(arguments, &payload),
    }
}

impl Mac {
    fn embedded(&self, payload: &Input) -> usize {
        if self.detached { 0 } else { payload.bytes().len() }
    }

    fn countersigned(
        &self,
        made: Vec<u8>,
        number: u64,
        payload: &Input,
    ) -> Result<Vec<u8>, Failure> {
        let countersigners = read_all(&self.countersign)?;
        let detached = self.detached.then_some(payload.bytes());
        countersign::add(made, number, &countersigners, self.make.aad.as_slice(), detached)
    }
}

fn under_key(arguments: &Mac, payload: &Input, file: &KeyFile) -> Result<Report, Failure> {
    let make = &arguments.make;
    let key = file.key()?;
    let secret = key.secret().map_err(|error| file.reject(error))?;
    let algorithm = make.alg.or(key.algorithm()).unwrap_or(Algorithm::HMAC_256);
    allow(file, &key, algorithm, KeyOperation::MacCreate)?;
    let kid = make.kid(&key);
    let mut buffer = make.buffer(arguments.embedded(payload), kid, 1);
    let builder = make.dress(Mac0::builder(make.headers(NewHeaders::new(algorithm), kid)));
    let made = draft(builder, payload.bytes(), arguments.detached, &mut buffer)
        .and_then(|draft| draft.mac(&secret, &mut RustCrypto));
    let made = made.map(<[u8]>::to_vec).map_err(|error| file.reject(error))?;
    let made = arguments.countersigned(made, tag::MAC0, payload)?;
    Ok(make.report("mac0", algorithm, kid, made))
}

fn for_recipients(arguments: &Mac, payload: &Input) -> Result<Report, Failure> {
    let make = &arguments.make;
    let addressees = Addressee::read_all(&arguments.recipient, arguments.recipient_alg)?;
    let algorithm = make.alg.unwrap_or(Algorithm::HMAC_256);
    let made = with_recipients(
        &addressees,
        algorithm,
        &arguments.derivation.info(),
        |recipients, key| {
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
        },
    )?;
    let made = arguments.countersigned(made, tag::MAC, payload)?;
    let mut report = make.report("mac", algorithm, None, made);
    super::recipient::describe(&mut report, &addressees);
    Ok(report)
}
