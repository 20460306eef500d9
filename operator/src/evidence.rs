//! What a device's token says of its software, joined from the standards: claims of the EAT, and the
//! CoSWID evidence in its measurements.

use core::fmt;

use hexad_cose_core::{HashAlgorithm, Verified};
use hexad_coswid::ConciseSwidTag;
use hexad_eat::{Claims, DebugStatus, NamedSubmodule, OemId, Submodule};

use crate::release::{DigestValue, MeasuredFile};

/// The file under which CoSWID evidence holds the digest of the SUIT manifest that the device booted by:
/// the `SUIT_Digest` that the manifest's author signed. RFC 9711 has no claim for it; a file that was
/// found on the device, with its hash, is what CoSWID evidence is for.
pub const MANIFEST_FILE: &str = "manifest.suit";

/// What a verified token says. Only claims whose signature held become evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// `eat_nonce`.
    pub nonces: Vec<Vec<u8>>,
    /// `ueid`.
    pub ueid: Option<Vec<u8>>,
    /// `oemid`, when it is a Private Enterprise Number.
    pub oem_id: Option<u64>,
    /// `oemboot`.
    pub oem_boot: Option<bool>,
    /// `dbgstat`.
    pub debug: Option<DebugStatus>,
    /// The software that the device says it runs, and what it measured; `None` without CoSWID evidence
    /// in `measurements`.
    pub software: Option<MeasuredSoftware>,
    /// The submodules whose claims the token's signer makes.
    pub submodules: Vec<SubmoduleEvidence>,
}

/// What the token says of a part of the device that does not attest for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmoduleEvidence {
    /// Its name in `submods`.
    pub name: String,
    /// Its `dbgstat`.
    pub debug: Option<DebugStatus>,
}

/// CoSWID evidence: what the device says it runs, and what it measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredSoftware {
    /// `tag-id` of the tag that the device says its software has.
    pub tag_id: String,
    /// `software-version` that the device says it has.
    pub software_version: Option<String>,
    /// The digest of the SUIT manifest that it booted by ([`MANIFEST_FILE`]).
    pub manifest: Option<DigestValue>,
    /// The other files, in the order of their paths.
    pub files: Vec<MeasuredFile>,
}

impl Evidence {
    /// Takes the evidence from claims that were verified.
    ///
    /// # Errors
    /// [`EvidenceError`] when the CoSWID evidence in the measurements is not in order, or there are
    /// several that contradict one another by being several.
    pub fn from_claims(claims: &Verified<Claims<'_>>) -> Result<Self, EvidenceError> {
        let mut tags = claims.measurements.iter().filter_map(|measured| measured.as_coswid());
        let software = tags.next().map(MeasuredSoftware::from_tag).transpose()?;
        if tags.next().is_some() {
            return Err(EvidenceError::SeveralTags);
        }
        Ok(Self {
            nonces: claims.eat_nonce.iter().map(|nonce| nonce.as_bytes().to_vec()).collect(),
            ueid: claims.ueid.map(|ueid| ueid.as_bytes().to_vec()),
            oem_id: match claims.oemid {
                Some(OemId::PrivateEnterpriseNumber(number)) => Some(number),
                _ => None,
            },
            oem_boot: claims.oemboot,
            debug: claims.dbgstat,
            software,
            submodules: claims.submods.iter().filter_map(SubmoduleEvidence::of).collect(),
        })
    }
}

impl SubmoduleEvidence {
    /// That of a claims-set: a nested token has a signer of its own, who is not verified here, and a
    /// detached claims-set is not at hand.
    fn of(named: NamedSubmodule<'_>) -> Option<Self> {
        match named.submodule {
            Submodule::ClaimsSet(set) => {
                Some(Self { name: named.name.to_owned(), debug: set.claims().dbgstat })
            }
            _ => None,
        }
    }
}

impl MeasuredSoftware {
    fn from_tag(encoded: &[u8]) -> Result<Self, EvidenceError> {
        let tag = ConciseSwidTag::parse(encoded).map_err(EvidenceError::Coswid)?;
        if tag.evidence().is_none() {
            return Err(EvidenceError::NotEvidence);
        }
        let mut files = MeasuredFile::of_tag(&tag);
        if files.windows(2).any(|pair| matches!(pair, [a, b] if a.path == b.path)) {
            return Err(EvidenceError::RepeatedFile);
        }
        let at = files.iter().position(|file| file.path == MANIFEST_FILE);
        let manifest = at.map(|at| files.remove(at)).and_then(|file| file.hash).map(digest);
        Ok(Self {
            tag_id: tag.tag_id.to_string(),
            software_version: tag.software_version.map(str::to_owned),
            manifest: manifest.transpose()?,
            files,
        })
    }
}

/// The digest with its algorithm by the COSE numbers that SUIT uses.
fn digest((algorithm, bytes): (i64, Vec<u8>)) -> Result<DigestValue, EvidenceError> {
    let algorithm = match algorithm {
        1 => HashAlgorithm::Sha256,
        7 => HashAlgorithm::Sha384,
        8 => HashAlgorithm::Sha512,
        _ => return Err(EvidenceError::ManifestDigest),
    };
    Ok(DigestValue { algorithm, bytes })
}

/// Why verified claims are not usable evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The CoSWID in `measurements` is malformed; the byte is that inside the tag.
    Coswid(hexad_coswid::Error),
    /// The CoSWID in `measurements` holds a payload, or nothing: what should be, not what was found.
    NotEvidence,
    /// `measurements` holds more than one CoSWID.
    SeveralTags,
    /// One file stands twice in the evidence.
    RepeatedFile,
    /// The manifest's digest is by an algorithm that SUIT does not use.
    ManifestDigest,
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coswid(error) => write!(f, "the CoSWID in the measurements is refused: {error}"),
            Self::NotEvidence => f.write_str("the CoSWID in the measurements holds no evidence"),
            Self::SeveralTags => f.write_str("the measurements hold more than one CoSWID"),
            Self::RepeatedFile => f.write_str("the evidence names one file twice"),
            Self::ManifestDigest => {
                f.write_str("the manifest's digest is by an algorithm that SUIT does not use")
            }
        }
    }
}

impl core::error::Error for EvidenceError {}
