//! Expected state: what a device that runs one release must show, taken from its author's manifest.

use core::cmp::Ordering;
use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_coswid::{ConciseSwidTag, TagType, VersionScheme};
use hexad_suit::{Envelope, Manifest, Severable, TrustAnchors};

use crate::environment::Environment;
use crate::mud_reference::MudReference;

/// A measured element: a file as a CoSWID names it, or an element of a CoMID, with the digests that it must
/// show or was found to have.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeasuredFile {
    /// Directories and name, joined by `/`; of a CoMID's element its `mkey`.
    pub path: String,
    /// Size in bytes, where it is said.
    pub size: Option<u64>,
    /// Digests of the same content: each its algorithm, by its number in the Named Information Hash Algorithm
    /// Registry (RFC 6920, 9.4), and its value.
    pub hashes: Vec<(i64, Vec<u8>)>,
    /// The version of this element, where it is said.
    pub version: Option<String>,
}

impl MeasuredFile {
    /// The files of a tag, in the order of their paths.
    #[must_use]
    pub fn of_tag(tag: &ConciseSwidTag<'_>) -> Vec<Self> {
        let mut files: Vec<_> = tag
            .files()
            .map(|found| {
                let names = found.path.names().iter().copied().chain([found.file.fs_name]);
                Self {
                    path: names.collect::<Vec<_>>().join("/"),
                    size: found.file.size,
                    hashes: found
                        .file
                        .hash
                        .map(|hash| (hash.hash_alg_id.0, hash.hash_value.to_vec()))
                        .into_iter()
                        .collect(),
                    version: found.file.file_version.map(str::to_owned),
                }
            })
            .collect();
        files.sort();
        files
    }

    /// Whether what was `found` is this reference: the same element, and of the algorithms that both have, of which
    /// there is one, the same digest. So a weaker algorithm than the reference's proves nothing, and none can be
    /// left out that is there (draft-ietf-rats-corim, "Comparison for digests entries"). The size must agree where
    /// both say it, the version where the reference says it.
    #[must_use]
    pub fn accepts(&self, found: &Self) -> bool {
        let mut common = self.hashes.iter().flat_map(|(algorithm, digest)| {
            let same = found.hashes.iter().filter(move |(other, _)| other == algorithm);
            same.map(move |(_, own)| own == digest)
        });
        let first = common.next().unwrap_or(false);
        self.path == found.path
            && first
            && common.all(|equal| equal)
            && self.size.zip(found.size).is_none_or(|(expected, found)| expected == found)
            && (self.version.is_none() || self.version == found.version)
    }

    /// Whether it has digests, none of them so short that another content with it could be made: those
    /// that are cut to 128 bits or less, and those by an unknown algorithm.
    pub(crate) fn is_reference(&self) -> bool {
        let is_strong = |(algorithm, _): &(i64, _)| !matches!(algorithm, 0 | 2..=6);
        !self.hashes.is_empty() && self.hashes.iter().all(is_strong)
    }
}

/// A digest with its algorithm, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestValue {
    /// The hash algorithm.
    pub algorithm: HashAlgorithm,
    /// The digest, as long as the algorithm says.
    pub bytes: Vec<u8>,
}

impl DigestValue {
    /// The digest as a Named Information URI without an authority (RFC 6920, 3), by an algorithm of SHA-2.
    ///
    /// ```
    /// use hexad_cose_core::HashAlgorithm;
    /// use hexad_operator::release::DigestValue;
    ///
    /// let digest = DigestValue { algorithm: HashAlgorithm::Sha256, bytes: vec![0; 32] };
    /// let uri = digest.to_uri();
    /// assert_eq!(uri.as_deref(), Some("ni:///sha-256;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    /// ```
    #[must_use]
    pub fn to_uri(&self) -> Option<String> {
        let algorithm = match self.algorithm {
            HashAlgorithm::Sha256 => "sha-256",
            HashAlgorithm::Sha384 => "sha-384",
            HashAlgorithm::Sha512 => "sha-512",
            _ => return None,
        };
        Some(format!("ni:///{algorithm};{}", Base64UrlUnpadded::encode_string(&self.bytes)))
    }
}

/// Where a release's reference values are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The CoSWID in a SUIT manifest.
    Manifest,
    /// A CoSWID in a CoRIM.
    Coswid,
    /// A CoMID in a CoRIM: it does not say by which tag its software goes.
    Comid,
}

/// One release of a device's software: the reference values that its author vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Where they are from.
    pub source: Source,
    /// The digest of the SUIT manifest, as the author signed it.
    pub manifest: Option<DigestValue>,
    /// `suit-manifest-sequence-number`: of two releases of the same software, the newer has the greater.
    pub sequence_number: Option<u64>,
    /// `tag-id` of the CoSWID or of the CoMID.
    pub tag_id: String,
    /// `software-name` of the CoSWID, `tag-id` of the CoMID: releases of one name are of one software.
    pub software_name: String,
    /// `software-version` of the CoSWID.
    pub software_version: Option<String>,
    /// `version-scheme` of the CoSWID, if versions can be ordered by it. Where there is no sequence number, it
    /// says which release is newer.
    pub version_scheme: Option<VersionScheme<'static>>,
    /// What is measured, in the order of the paths; each has a digest.
    pub files: Vec<MeasuredFile>,
    /// The environments that it is for; any, when there are none.
    pub environments: Vec<Environment>,
    /// What the network may let it do.
    pub mud: Option<MudReference>,
}

impl Release {
    /// Takes the reference values from an envelope that one of the `authors` has signed.
    ///
    /// # Errors
    /// [`ReleaseError::Suit`] when the envelope is not authentic; the others when its CoSWID is not a
    /// set of reference values.
    pub fn from_envelope(
        envelope: &[u8],
        authors: &TrustAnchors<'_>,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Self, ReleaseError> {
        let envelope = Envelope::parse(envelope)?;
        let manifest = envelope.authenticate(authors, crypto)?;
        // Authenticating has compared this digest with the manifest and the signature.
        let digest = envelope.authentication().digest();
        let manifest_digest =
            DigestValue { algorithm: digest.algorithm(), bytes: digest.bytes().to_vec() };
        Self::from_manifest(manifest.get(), manifest_digest)
    }

    fn from_manifest(manifest: &Manifest<'_>, digest: DigestValue) -> Result<Self, ReleaseError> {
        let coswid = match manifest.coswid() {
            Severable::Present(coswid) => coswid,
            Severable::Absent => return Err(ReleaseError::NoCoswid),
            Severable::Severed(_) => return Err(ReleaseError::SeveredCoswid),
        };
        let tag = ConciseSwidTag::parse(coswid.bytes())
            .map_err(|error| ReleaseError::Coswid { error, offset: coswid.offset() })?;
        let mut release = Self::of_tag(&tag).ok_or(ReleaseError::NotReferenceValues)?;
        release.source = Source::Manifest;
        release.manifest = Some(digest);
        release.sequence_number = Some(manifest.sequence_number());
        release.mud = manifest.mud()?.map(|mud| MudReference {
            url: mud.url().to_owned(),
            signer: DigestValue {
                algorithm: mud.ski().algorithm(),
                bytes: mud.ski().bytes().to_vec(),
            },
        });
        Ok(release)
    }

    /// The reference values of a CoSWID whose signer is trusted; `None` when it is no primary tag with a digest for
    /// every file of its payload.
    pub(crate) fn of_tag(tag: &ConciseSwidTag<'_>) -> Option<Self> {
        if tag.tag_type() != TagType::Primary || tag.payload().is_none() {
            return None;
        }
        let files = MeasuredFile::of_tag(tag);
        if files.is_empty() || !files.iter().all(MeasuredFile::is_reference) {
            return None;
        }
        Some(Self {
            source: Source::Coswid,
            manifest: None,
            sequence_number: None,
            tag_id: tag.tag_id.to_string(),
            software_name: tag.software_name.to_owned(),
            software_version: tag.software_version.map(str::to_owned),
            version_scheme: tag.version_scheme.and_then(ordered),
            files,
            environments: Vec::new(),
            mud: None,
        })
    }

    /// Which of two releases of the same software is the newer: by their sequence numbers, else by their versions;
    /// `None` when that can't be told.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if let (Some(own), Some(other)) = (self.sequence_number, other.sequence_number) {
            return Some(own.cmp(&other));
        }
        let scheme = self.version_scheme.filter(|own| Some(*own) == other.version_scheme)?;
        let (own, other) = (self.software_version.as_ref()?, other.software_version.as_ref()?);
        hexad_coswid::version::compare(scheme, own, other)
    }
}

/// The scheme, if versions can be ordered by it.
const fn ordered(scheme: VersionScheme<'_>) -> Option<VersionScheme<'static>> {
    Some(match scheme {
        VersionScheme::Multipartnumeric => VersionScheme::Multipartnumeric,
        VersionScheme::MultipartnumericSuffix => VersionScheme::MultipartnumericSuffix,
        VersionScheme::Alphanumeric => VersionScheme::Alphanumeric,
        VersionScheme::Decimal => VersionScheme::Decimal,
        VersionScheme::Semver => VersionScheme::Semver,
        _ => return None,
    })
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.software_name)?;
        if let Some(version) = &self.software_version {
            write!(f, " {version}")?;
        }
        match self.sequence_number {
            Some(number) => write!(f, " (sequence number {number})"),
            None => Ok(()),
        }
    }
}

/// Why an envelope gives no reference values.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The envelope is malformed, or nobody who is trusted has signed it.
    Suit(hexad_suit::Error),
    /// The manifest carries no CoSWID.
    NoCoswid,
    /// The CoSWID was severed and is not in the envelope.
    SeveredCoswid,
    /// The CoSWID is malformed.
    Coswid {
        /// What is wrong, with the byte inside the tag.
        error: hexad_coswid::Error,
        /// Where the tag begins in the envelope.
        offset: usize,
    },
    /// The CoSWID is not a primary tag whose payload lists files, each with a digest that is not cut short.
    NotReferenceValues,
}

impl ReleaseError {
    /// The byte of the envelope that is to blame, where one is.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match self {
            Self::Suit(error) => Some(error.offset()),
            Self::Coswid { error, offset } => Some(offset.saturating_add(error.offset())),
            Self::NoCoswid | Self::SeveredCoswid | Self::NotReferenceValues => None,
        }
    }
}

impl From<hexad_suit::Error> for ReleaseError {
    fn from(error: hexad_suit::Error) -> Self {
        Self::Suit(error)
    }
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suit(error) => write!(f, "the envelope is refused: {error}"),
            Self::NoCoswid => f.write_str("the manifest carries no CoSWID"),
            Self::SeveredCoswid => f.write_str("the CoSWID was severed from the envelope"),
            Self::Coswid { error, offset } => {
                write!(f, "the CoSWID that begins at byte {offset} is refused: {error}")
            }
            Self::NotReferenceValues => f.write_str(
                "the CoSWID is no primary tag with a digest for every file of its payload",
            ),
        }
    }
}

impl core::error::Error for ReleaseError {}
