//! `hexad mud verify`: whether the right signer signed a MUD file.

use std::path::{Path, PathBuf};

use clap::Args;
use der::Document;
use hexad_cose_core::x509::{self, Certificate};
use hexad_cose_core::{Digest, ErrorKind, HashAlgorithm};
use hexad_mud::file::Reader;
use hexad_mud::signature::{Policy, SignatureError, SignedData};
use hexad_mud::url::{self, MudUrl, certificate};
use hexad_rustcrypto::RustCrypto;

use super::show;
use crate::eat::now;
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::KeyFile;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Verify {
    /// MUD file, in JSON; `-` is standard input
    file: PathBuf,
    /// The signature file: CMS, detached, in DER
    #[arg(long, value_name = "FILE")]
    signature: PathBuf,
    /// The signer's public key or certificate: PEM, COSE_Key or JWK
    #[arg(short, long, required_unless_present = "anchor")]
    key: Option<PathBuf>,
    /// A certificate to which the signer's has to lead: PEM or DER; may stand several times
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
    /// The device's certificate, whose id-pe-mudsigner and id-pe-mud-url have to fit, where it has them
    #[arg(long, value_name = "FILE")]
    device_certificate: Option<PathBuf>,
    /// The time at which the certificate has to be valid, in seconds since 1970; by default now
    #[arg(long, value_name = "SECONDS")]
    at: Option<i64>,
}

pub fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let file = Input::read(&arguments.file)?;
    let signature = Input::read_binary(&arguments.signature)?;
    let expected = arguments.key.as_deref().map(thumbprint).transpose()?;
    let anchors: Vec<_> = arguments
        .anchor
        .iter()
        .map(|path| CertificateFile::read(path))
        .collect::<Result<_, _>>()?;
    let anchors: Vec<_> = anchors.iter().map(CertificateFile::parse).collect::<Result<_, _>>()?;
    let device = arguments.device_certificate.as_deref().map(CertificateFile::read).transpose()?;
    let named = device.as_ref().map(CertificateFile::names).transpose()?;

    let mut policy = Policy::at(arguments.at.unwrap_or_else(now));
    if let Some(expected) = &expected {
        policy = policy.thumbprint(HashAlgorithm::Sha256, expected.as_bytes());
    }
    if !anchors.is_empty() {
        policy = policy.anchors(&anchors);
    }
    let (url, subject) = named.unwrap_or_default();
    if let Some(subject) = &subject {
        policy = policy.subject(subject);
    }
    let refuse = |error: SignatureError| signature.reject(error);
    let signed = SignedData::parse(signature.bytes()).map_err(refuse)?;
    let authentic = signed.verify(file.bytes(), &policy, &mut RustCrypto).map_err(refuse)?;
    let authentic = authentic.read(Reader::new()).map_err(|error| file.reject(error))?;
    let said = authentic.get().mud.url();
    if let Some(url) = url.filter(|url| url != said) {
        let message =
            format!("the file is that of {said}, and the device's certificate names {url}");
        return Err(file.reject(Problem::at("other-url", 0, message)));
    }

    let mut report = Report::new("mud");
    report.accepted("MUD file verified");
    report.json("verified", true);
    let signer = Certificate::parse(authentic.signer()).map_err(|error| {
        signature.reject(Problem::at("certificate", error.offset(), error.kind().to_string()))
    })?;
    let public = signer.key().map(|key| key.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto));
    if let Some(Ok(thumbprint)) = public {
        let thumbprint = hex(thumbprint.as_bytes());
        report.entry("signer", "signer (RFC 9679, SHA-256)", &thumbprint, thumbprint.as_str());
    }
    show::contents(&mut report, &authentic.get().mud);
    Ok(report)
}

/// The thumbprint of the key in a file.
fn thumbprint(path: &Path) -> Result<Digest, Failure> {
    let key_file = KeyFile::read(path)?;
    let key = key_file.key()?;
    let mismatch = || key_file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
    let public = key.public().ok_or_else(mismatch)?;
    let thumbprint = public.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto);
    thumbprint.map_err(|error| key_file.reject(error))
}

/// A certificate as a user hands it in.
pub struct CertificateFile {
    input: Input,
    der: Vec<u8>,
}

impl CertificateFile {
    /// Reads PEM, or DER as it is or in hexadecimal.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let input = Input::read_binary(path)?;
        let bytes = input.bytes();
        let der = if bytes.starts_with(b"-----BEGIN") {
            let text = std::str::from_utf8(bytes).ok().map(Document::from_pem);
            match text {
                Some(Ok(("CERTIFICATE", document))) => document.as_bytes().to_vec(),
                _ => {
                    let message = "no certificate in PEM";
                    return Err(input.reject(Problem::at("armour", 0, message)));
                }
            }
        } else {
            bytes.to_vec()
        };
        Ok(Self { input, der })
    }

    /// The certificate.
    pub fn parse(&self) -> Result<Certificate<'_>, Failure> {
        let refuse =
            |error: x509::Error| self.input.reject(Problem::new(&error.kind(), error.offset()));
        Certificate::parse(&self.der).map_err(refuse)
    }

    /// The MUD URL and the subject of its signer that the certificate names.
    fn names(&self) -> Result<(Option<MudUrl>, Option<Vec<u8>>), Failure> {
        let parsed = self.parse()?;
        let refuse =
            |error: url::Error| self.input.reject(Problem::new(&error.kind(), error.offset()));
        let url = certificate::url(&parsed).map_err(refuse)?;
        Ok((url, certificate::mudsigner(&parsed).map_err(refuse)?))
    }
}
