//! What all messages that are made have in common.

use std::path::PathBuf;

use clap::Args;
use getrandom::SysRng;
use hexad_cose_core::kind::{Kind, Plain};
use hexad_cose_core::{
    Algorithm, Builder, ContentType, Draft, Error, ErrorKind, Key, KeyOperation, NewHeaders,
};
use rand_core::TryRng;

use crate::arguments::{self, Bytes};
use crate::failure::{Failure, Problem};
use crate::input::hex;
use crate::keys::KeyFile;
use crate::output::Output;
use crate::report::{Made, Report};

/// Room for the heads, headers and proofs of a message: an ML-DSA-87 signature among them, its texts and
/// external data apart.
pub const OVERHEAD: usize = 6 << 10;

#[derive(Args, Debug)]
pub struct Make {
    /// The payload, taken as it is; `-` is standard input
    pub payload: PathBuf,
    /// Algorithm, by name or number; by default the key's own
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    pub alg: Option<Algorithm>,
    /// Key identifier: text, or bytes as 0xHEX; by default the key's own
    #[arg(long, value_parser = arguments::kid)]
    kid: Option<Bytes>,
    /// Content type of the payload: a media type, or the number of a CoAP content format
    #[arg(long)]
    content_type: Option<String>,
    /// Externally supplied data (external_aad)
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal, default_value = "")]
    pub aad: Bytes,
    /// Leave out the CBOR tag
    #[arg(long)]
    untagged: bool,
    #[command(flatten)]
    output: Output,
}

impl Make {
    /// The identifier to write: the one asked for, or the key's.
    pub fn kid<'a>(&'a self, key: &Key<'a>) -> Option<&'a [u8]> {
        self.kid.as_ref().map(Bytes::as_slice).or(key.kid())
    }

    /// Whether an identifier was asked for.
    pub const fn names_kid(&self) -> bool {
        self.kid.is_some()
    }

    /// `headers` with the content type, and with `kid`.
    pub fn headers<'a>(&'a self, headers: NewHeaders<'a>, kid: Option<&'a [u8]>) -> NewHeaders<'a> {
        let headers = match self.content_type.as_deref().map(|text| (text, text.parse())) {
            None => headers,
            Some((_, Ok(format))) => headers.content_type(ContentType::Format(format)),
            Some((text, Err(_))) => headers.content_type(ContentType::Text(text)),
        };
        kid.map_or(headers, |kid| headers.kid(kid))
    }

    /// `builder` with the external data, and without its tag if so asked.
    pub fn dress<'a, K: Kind>(&'a self, builder: Builder<'a, K>) -> Builder<'a, K> {
        let builder = builder.external_aad(self.aad.as_slice());
        if self.untagged { builder.untagged() } else { builder }
    }

    /// A buffer that the message fits into, with `embedded` bytes of content and `proofs` signatures or
    /// recipients.
    pub fn buffer(&self, embedded: usize, kid: Option<&[u8]>, proofs: usize) -> Vec<u8> {
        let texts = self.content_type.as_deref().map_or(0, str::len);
        let texts = texts.saturating_add(kid.map_or(0, <[u8]>::len));
        let proofs = proofs.saturating_mul(OVERHEAD);
        vec![0; embedded.saturating_add(texts).saturating_add(proofs)]
    }

    /// The report on a message of the type `kind` that was made.
    pub fn report(
        &self,
        kind: &str,
        algorithm: Algorithm,
        kid: Option<&[u8]>,
        made: Vec<u8>,
    ) -> Report {
        let mut report = Report::new(kind);
        report.heading(format_args!("{} bytes", made.len()));
        report.entry("alg", "alg", algorithm, algorithm.0);
        if let Some(kid) = kid {
            report.entry("kid", "kid", arguments::shown(kid), hex(kid));
        }
        report.make(Made {
            bytes: made,
            destination: self.output.output.clone(),
            is_text: false,
            is_secret: false,
        });
        report
    }
}

/// `builder` with its payload inside or elsewhere.
pub fn draft<'w, 'a: 'w, K: Plain>(
    builder: Builder<'a, K>,
    payload: &'w [u8],
    detached: bool,
    buffer: &'w mut [u8],
) -> Result<Draft<'w, K>, Error> {
    if detached { builder.detached(payload, buffer) } else { builder.payload(payload, buffer) }
}

/// Whether the key may be used for `operation` with `algorithm`.
pub fn allow(
    file: &KeyFile,
    key: &Key<'_>,
    algorithm: Algorithm,
    operation: KeyOperation,
) -> Result<(), Failure> {
    if key.allows(algorithm, operation) {
        Ok(())
    } else {
        Err(file.reject(Problem::new(&ErrorKind::KeyMismatch, 0)))
    }
}

/// Fills all of `space` with random bytes.
pub fn fill_randomly(space: &mut [u8]) -> Result<(), Failure> {
    SysRng.try_fill_bytes(space).map_err(|error| Failure::Io {
        what: "the source of randomness".to_owned(),
        error: std::io::Error::other(error.to_string()),
    })
}
