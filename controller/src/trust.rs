//! Whom the controller believes what: keys and certificates.

use hexad_cose_core::x509::{self, Certificate};
use hexad_mud::url::MudUrl;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::{Path, PathBuf};

use crate::configuration::{AnchorFiles, Configuration};

/// Certificates, in DER, that vouch for those who sign MUD files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Anchors {
    /// The authorities of the MUD URLs that they are for, in lower case; all of them, if there are none.
    pub authorities: Vec<String>,
    /// The certificates.
    pub certificates: Vec<Vec<u8>>,
}

/// Whom the controller believes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Trust {
    /// Who vouches for those who sign MUD files.
    pub files: Vec<Anchors>,
    /// Who vouches for the certificates of devices, in DER.
    pub devices: Vec<Vec<u8>>,
    /// The keys of verifiers, who sign attestation results; each a `COSE_Key`.
    pub verifiers: Vec<Vec<u8>>,
    /// The keys of authors, who sign manifests; each a `COSE_Key`.
    pub authors: Vec<Vec<u8>>,
}

impl Trust {
    /// Reads the files that the configuration names; `key` reads one of a key, and gives it as a `COSE_Key`.
    ///
    /// # Errors
    /// In words, if a file can't be read or is none of its kind.
    pub fn read(
        configuration: &Configuration,
        key: impl Fn(&Path) -> Result<Vec<u8>, String>,
    ) -> Result<Self, String> {
        let anchors = |files: &AnchorFiles| {
            Ok(Anchors {
                authorities: files
                    .authorities
                    .iter()
                    .map(|name| name.to_ascii_lowercase())
                    .collect(),
                certificates: certificates(&files.certificates)?,
            })
        };
        let keys = |paths: &[PathBuf]| -> Result<_, String> {
            paths.iter().map(|path| key(path)).collect()
        };
        let mut devices = Vec::new();
        for path in &configuration.manufacturers {
            devices.extend(certificates(path)?);
        }
        Ok(Self {
            files: configuration.anchors.iter().map(anchors).collect::<Result<_, String>>()?,
            devices,
            verifiers: keys(&configuration.verifiers)?,
            authors: keys(&configuration.authors)?,
        })
    }

    /// The anchors for whoever signs the file of this URL.
    pub(crate) fn for_files_of(&self, url: &MudUrl) -> Result<Vec<Certificate<'_>>, x509::Error> {
        let authority = url.authority().to_ascii_lowercase();
        let concerned = self.files.iter().filter(|anchors| {
            anchors.authorities.is_empty() || anchors.authorities.contains(&authority)
        });
        let all = concerned.flat_map(|anchors| &anchors.certificates);
        all.map(|certificate| Certificate::parse(certificate)).collect()
    }
}

/// The certificates of a file in PEM.
fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let wrong = |why: String| format!("{}: {why}", path.display());
    let all = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
    let all: Result<Vec<_>, _> = all.map(|one| one.map(|one| one.to_vec())).collect();
    let all = all.map_err(|error| wrong(error.to_string()))?;
    if all.is_empty() { Err(wrong("no certificate".into())) } else { Ok(all) }
}
