//! Expected state: what a device that runs one release must show, taken from its author's manifest.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_coswid::{ConciseSwidTag, TagType};
use hexad_suit::{Envelope, Manifest, Severable, TrustAnchors};

use crate::mud_reference::MudReference;

/// A file as a CoSWID names it, with the digest that it must show or was found to have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeasuredFile {
    /// Directories and name, joined by `/`.
    pub path: String,
    /// Size in bytes, where the tag says it.
    pub size: Option<u64>,
    /// The digest's algorithm, by its number in the Named Information Hash Algorithm Registry
    /// (RFC 6920, 9.4), and the digest.
    pub hash: Option<(i64, Vec<u8>)>,
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
                    hash: found
                        .file
                        .hash
                        .map(|hash| (hash.hash_alg_id.0, hash.hash_value.to_vec())),
                }
            })
            .collect();
        files.sort();
        files
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

/// One release of a device's software: the reference values that its author vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The digest of the manifest, as the author signed it.
    pub manifest: DigestValue,
    /// `suit-manifest-sequence-number`: of two releases, the newer has the greater.
    pub sequence_number: u64,
    /// `tag-id` of the CoSWID.
    pub tag_id: String,
    /// `software-name` of the CoSWID.
    pub software_name: String,
    /// `software-version` of the CoSWID.
    pub software_version: Option<String>,
    /// The files of the CoSWID's payload, in the order of their paths; each has a digest.
    pub files: Vec<MeasuredFile>,
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
        if tag.tag_type() != TagType::Primary || tag.payload().is_none() {
            return Err(ReleaseError::NotReferenceValues);
        }
        let files = MeasuredFile::of_tag(&tag);
        if files.is_empty() || files.iter().any(|file| file.hash.is_none()) {
            return Err(ReleaseError::NotReferenceValues);
        }
        Ok(Self {
            manifest: digest,
            sequence_number: manifest.sequence_number(),
            tag_id: tag.tag_id.to_string(),
            software_name: tag.software_name.to_owned(),
            software_version: tag.software_version.map(str::to_owned),
            files,
            mud: manifest.mud()?.map(|mud| MudReference {
                url: mud.url().to_owned(),
                signer: DigestValue {
                    algorithm: mud.ski().algorithm(),
                    bytes: mud.ski().bytes().to_vec(),
                },
            }),
        })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.software_name)?;
        if let Some(version) = &self.software_version {
            write!(f, " {version}")?;
        }
        write!(f, " (sequence number {})", self.sequence_number)
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
    /// The CoSWID is not a primary tag whose payload lists files, each with its digest.
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
