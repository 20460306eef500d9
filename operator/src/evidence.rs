//! What a device's token says of its software, joined from the standards: claims of the EAT, and the
//! CoSWID evidence in its measurements.

use core::fmt;

use hexad_cose_core::{HashAlgorithm, Verified};
use hexad_coswid::ConciseSwidTag;
use hexad_eat::{Claims, DebugStatus, List, NamedSubmodule, Number, OemId, Submodule};

use crate::release::{DigestValue, MeasuredFile};

/// The file under which CoSWID evidence holds the digest of the SUIT manifest that the device booted by:
/// the `SUIT_Digest` that the manifest's author signed. RFC 9711 has no claim for it; a file that was
/// found on the device, with its hash, is what CoSWID evidence is for.
pub const MANIFEST_FILE: &str = "manifest.suit";

/// What a verified token says. Only claims whose signature held become evidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// `eat_nonce`.
    pub nonces: Vec<Vec<u8>>,
    /// `iat`: when the token was made, in seconds since 1970-01-01T00:00Z.
    pub iat: Option<i64>,
    /// `nbf`: not to be accepted before.
    pub nbf: Option<Number>,
    /// `exp`: not to be accepted from then on.
    pub exp: Option<Number>,
    /// `ueid`.
    pub ueid: Option<Vec<u8>>,
    /// `oemid`, when it is a Private Enterprise Number.
    pub oem_id: Option<u64>,
    /// What is said of the device itself.
    pub device: ModuleClaims,
    /// What is said of its parts, in the order of the token; of parts of parts behind these.
    pub submodules: Vec<SubmoduleEvidence>,
}

/// What is said of one module: of the device itself, or of a part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleClaims {
    /// `hwmodel`.
    pub hardware_model: Option<Vec<u8>>,
    /// `oemboot`.
    pub oem_boot: Option<bool>,
    /// `dbgstat`.
    pub debug: Option<DebugStatus>,
    /// The software that the module is said to run, and what was measured; `None` without CoSWID evidence
    /// in `measurements`.
    pub software: Option<MeasuredSoftware>,
}

/// What the token says of a part of the device.
#[derive(Clone, Debug, PartialEq)]
pub struct SubmoduleEvidence {
    /// Its name in `submods`; of a part of a part, the names joined by `/`.
    pub name: String,
    /// What is said of it. `None` for a token of its own or a detached claims-set, until the caller has verified that
    /// and given it to [`Evidence::complete`].
    pub claims: Option<ModuleClaims>,
}

/// CoSWID evidence: what the device says it runs, and what it measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// [`EvidenceError`] when CoSWID evidence in the measurements is not in order, or there are several that contradict
    /// one another by being several; and when a submodule has the name of another or of what it is part of.
    pub fn from_claims(claims: &Verified<Claims<'_>>) -> Result<Self, EvidenceError> {
        let mut evidence = Self {
            nonces: claims.eat_nonce.iter().map(|nonce| nonce.as_bytes().to_vec()).collect(),
            iat: claims.iat,
            nbf: claims.nbf,
            exp: claims.exp,
            ueid: claims.ueid.map(|ueid| ueid.as_bytes().to_vec()),
            oem_id: match claims.oemid {
                Some(OemId::PrivateEnterpriseNumber(number)) => Some(number),
                _ => None,
            },
            device: ModuleClaims::of(claims)?,
            submodules: Vec::new(),
        };
        evidence.add(&claims.submods, None)?;
        Ok(evidence)
    }

    /// Takes what is said of the submodule called `name`, whose token or detached claims-set is not part of the
    /// token's own claims. The caller has verified `claims`: a nested token under its own signer's key, a detached
    /// claims-set by its digest in the token ([`Bundle::claims_of`](hexad_eat::Bundle::claims_of)).
    ///
    /// # Errors
    /// [`EvidenceError::NoSubmodule`] when the token has none of this name, or its claims are there already; as
    /// [`from_claims`](Self::from_claims) for the claims.
    pub fn complete(&mut self, name: &str, claims: &Claims<'_>) -> Result<(), EvidenceError> {
        let missing = |part: &&mut SubmoduleEvidence| part.name == name && part.claims.is_none();
        let part = self.submodules.iter_mut().find(missing).ok_or(EvidenceError::NoSubmodule)?;
        part.claims = Some(ModuleClaims::of(claims)?);
        self.add(&claims.submods, Some(name))
    }

    /// Adds what is said of the parts of the device, or of its part called `parent`. Recurses as deep as
    /// [`MAX_SUBMODULE_DEPTH`](hexad_eat::MAX_SUBMODULE_DEPTH), which the parser has seen to.
    fn add(
        &mut self,
        parts: &List<'_, NamedSubmodule<'_>>,
        parent: Option<&str>,
    ) -> Result<(), EvidenceError> {
        let parents_own = parent.and_then(|path| path.rsplit('/').next());
        for part in parts.iter() {
            let name = match parent {
                None => part.name.to_owned(),
                Some(parent) => format!("{parent}/{}", part.name),
            };
            let is_taken = self.submodules.iter().any(|other| other.name == name);
            if is_taken || parents_own == Some(part.name) {
                return Err(EvidenceError::SubmoduleName);
            }
            let claims = match part.submodule {
                Submodule::ClaimsSet(set) => Some(set.claims()),
                _ => None,
            };
            let own = claims.as_ref().map(ModuleClaims::of).transpose()?;
            self.submodules.push(SubmoduleEvidence { name: name.clone(), claims: own });
            if let Some(claims) = claims {
                self.add(&claims.submods, Some(&name))?;
            }
        }
        Ok(())
    }
}

impl ModuleClaims {
    fn of(claims: &Claims<'_>) -> Result<Self, EvidenceError> {
        let mut tags = claims.measurements.iter().filter_map(|measured| measured.as_coswid());
        let software = tags.next().map(MeasuredSoftware::from_tag).transpose()?;
        if tags.next().is_some() {
            return Err(EvidenceError::SeveralTags);
        }
        Ok(Self {
            hardware_model: claims.hwmodel.map(<[u8]>::to_vec),
            oem_boot: claims.oemboot,
            debug: claims.dbgstat,
            software,
        })
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
        let manifest =
            at.map(|at| files.remove(at)).and_then(|file| file.hashes.into_iter().next());
        Ok(Self {
            tag_id: tag.tag_id.to_string(),
            software_version: tag.software_version.map(str::to_owned),
            manifest: manifest.map(digest).transpose()?,
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
    /// A submodule has the name of another one, or of the one that it is part of.
    SubmoduleName,
    /// There is no submodule of this name whose claims are still to come.
    NoSubmodule,
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
            Self::SubmoduleName => {
                f.write_str("a submodule has the name of another one, or of what it is part of")
            }
            Self::NoSubmodule => f.write_str("no submodule of this name waits for its claims"),
        }
    }
}

impl core::error::Error for EvidenceError {}
