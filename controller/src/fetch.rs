//! MUD files and their signatures over HTTPS (RFC 8520, 1.6 and 13).

use core::fmt;
use hexad_mud::file::Reader;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// The most bytes of a MUD file or its signature.
pub const LIMIT: u64 = 1 << 20;
/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many redirects are followed, none of which leads away from HTTPS.
const REDIRECTS: u32 = 3;

/// Gets files.
pub trait Fetch {
    /// The file at `url`, unless the server has the one that it named `etag`.
    ///
    /// # Errors
    /// [`FetchError`].
    fn get(&self, url: &str, etag: Option<&str>) -> Result<Got, FetchError>;
}

/// What a server answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Got {
    /// The file is the one that it was.
    NotModified,
    /// The file, and what the server names this state of it by.
    File {
        /// The file.
        bytes: Vec<u8>,
        /// Its entity tag (RFC 9110, 8.8.3).
        etag: Option<String>,
    },
}

/// A MUD file that was fetched, and is not verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Retrieved {
    /// The file is the one that it was.
    NotModified,
    /// A file and its signature file.
    Signed {
        /// The file.
        file: Vec<u8>,
        /// Its signature file.
        signature: Vec<u8>,
        /// Its entity tag.
        etag: Option<String>,
    },
}

/// Gets a MUD file and the signature file that it names.
///
/// # Errors
/// [`FetchError`].
pub fn retrieve(
    fetch: &impl Fetch,
    url: &str,
    etag: Option<&str>,
) -> Result<Retrieved, FetchError> {
    let Got::File { bytes: file, etag } = fetch.get(url, etag)? else {
        return Ok(Retrieved::NotModified);
    };
    // What an unverified file says is followed to one place alone: to where it may be verified.
    let reading = Reader::new().lenient().read(&file).map_err(FetchError::File)?;
    let signature = reading.mud.contents().mud_signature.clone().ok_or(FetchError::Unsigned)?;
    match fetch.get(&signature, None)? {
        Got::File { bytes: signature, .. } => Ok(Retrieved::Signed { file, signature, etag }),
        Got::NotModified => Err(FetchError::Status(StatusCode::NOT_MODIFIED.as_u16())),
    }
}

/// Gets files over HTTPS alone.
#[derive(Debug)]
pub struct Https {
    agent: ureq::Agent,
}

impl Https {
    /// Servers have to show certificates that lead to those in this PEM file.
    ///
    /// # Errors
    /// [`FetchError::Anchors`] if the file can't be read or holds none.
    pub fn new(anchors: &Path) -> Result<Self, FetchError> {
        let wrong = |why: String| FetchError::Anchors(format!("{}: {why}", anchors.display()));
        let read =
            CertificateDer::pem_file_iter(anchors).map_err(|error| wrong(error.to_string()))?;
        let mut roots = Vec::new();
        for certificate in read {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.push(Certificate::from_der(&certificate).to_owned());
        }
        if roots.is_empty() {
            return Err(wrong("no certificate".into()));
        }
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let agent = ureq::Agent::config_builder()
            .https_only(true)
            .max_redirects(REDIRECTS)
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // What the environment says of proxies is not for a controller of networks.
            .proxy(None)
            .user_agent("hexad")
            .tls_config(tls)
            .build()
            .into();
        Ok(Self { agent })
    }
}

impl Fetch for Https {
    fn get(&self, url: &str, etag: Option<&str>) -> Result<Got, FetchError> {
        // RFC 8520, 1.6: the MUD manager asks for a MUD file, and what it prefers.
        let mut request = self.agent.get(url).header("Accept", "application/mud+json, */*;q=0.5");
        if let Some(etag) = etag {
            request = request.header("If-None-Match", etag);
        }
        let mut response = request.call().map_err(FetchError::Http)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Got::NotModified),
            other => return Err(FetchError::Status(other.as_u16())),
        }
        let etag = response.headers().get("ETag").and_then(|etag| etag.to_str().ok());
        let etag = etag.map(str::to_owned);
        let body = response.body_mut().with_config().limit(LIMIT);
        Ok(Got::File { bytes: body.read_to_vec().map_err(FetchError::Http)?, etag })
    }
}

/// Why a MUD file can't be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The connection, the certificate, a redirect away from HTTPS, a file that is too large.
    Http(ureq::Error),
    /// The server answers with this status.
    Status(u16),
    /// It is no MUD file.
    File(hexad_mud::Error),
    /// It names no signature file (`mud-signature`; RFC 8520, 7 and 13).
    Unsigned,
    /// The certificates that servers have to lead to can't be read.
    Anchors(String),
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Status(status) => write!(f, "the server answers with status {status}"),
            Self::File(error) => write!(f, "the MUD file is refused: {error}"),
            Self::Unsigned => f.write_str("the MUD file names no signature file"),
            Self::Anchors(why) => write!(f, "can't read certificates: {why}"),
        }
    }
}

impl core::error::Error for FetchError {}
