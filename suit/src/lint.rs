//! Mistakes that an author can make in a manifest which is right in its form (needs `alloc`): what is
//! wrong, at which byte, by which section, and how it is mended.
//!
//! ```
//! use hexad_cose_core::crypto::Hash;
//! use hexad_suit::{Envelope, Error, lint};
//!
//! fn check(bytes: &[u8], hash: &mut impl Hash) -> Result<(), Error> {
//!     let envelope = Envelope::parse(bytes)?;
//!     let manifest = envelope.unverified_manifest(hash)?;
//!     for finding in lint::lint(&envelope, &manifest, None, hash)? {
//!         println!("byte {}: {} (section {})", finding.offset, finding.message, finding.section);
//!     }
//!     Ok(())
//! }
//! ```

mod flow;
mod target;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hexad_cose_core::Segments;
use hexad_cose_core::cbor::check_deterministic;
use hexad_cose_core::crypto::Hash;

use crate::digest::Digest;
use crate::envelope::Envelope;
use crate::error::Error;
use crate::labels::{self, manifest as element};
use crate::manifest::{Manifest, Severable};
use crate::report::CapabilityReport;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Allowed, but rarely meant, or against a SHOULD of the draft.
    Warning,
    /// Devices will refuse it or fail, or it leaves them open to attack.
    Error,
}

/// A mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A name for the kind of mistake that does not change.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The byte of the envelope.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// The section of draft-ietf-suit-manifest-37, or of the draft that it names.
    pub section: &'static str,
    /// What to do about it.
    pub cure: &'static str,
}

/// Looks for mistakes in an envelope and its manifest, and with `target` for what a device with these
/// capabilities does not offer. In the order of their bytes.
///
/// # Errors
/// Those of `hash`: integrated payloads are measured.
pub fn lint(
    envelope: &Envelope<'_>,
    manifest: &Manifest<'_>,
    target: Option<&CapabilityReport<'_>>,
    hash: &mut impl Hash,
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    whole(envelope, manifest, &mut findings);
    severed(envelope, manifest, &mut findings);
    let fetched = flow::check(manifest, &mut findings);
    payloads(envelope, manifest, &fetched, hash, &mut findings)?;
    if let Some(target) = target {
        target::check(envelope, manifest, target, &mut findings);
    }
    findings.sort_by(|one, other| (one.offset, one.rule).cmp(&(other.offset, other.rule)));
    findings.dedup();
    Ok(findings)
}

/// What concerns the envelope and the manifest as a whole.
fn whole(envelope: &Envelope<'_>, manifest: &Manifest<'_>, findings: &mut Vec<Finding>) {
    let encoded = manifest.encoded();
    if envelope.authentication().blocks().next().is_none() {
        findings.push(Finding {
            rule: "unsigned",
            level: Level::Error,
            offset: envelope.authentication().payload().offset(),
            message: "nobody has signed the manifest".to_owned(),
            section: "8.3",
            cure: "sign it: hexad suit sign",
        });
    }
    if let Err(error) = check_deterministic(encoded.bytes()) {
        findings.push(Finding {
            rule: "not-deterministic",
            level: Level::Warning,
            offset: encoded.offset().saturating_add(error.offset()),
            message: "the manifest is not in deterministic encoding".to_owned(),
            section: "8.1",
            cure: "encode it by RFC 8949, 4.2.1: shortest heads, keys in order",
        });
    }
    if manifest.components().is_empty() && manifest.dependencies().is_empty() {
        findings.push(Finding {
            rule: "no-components",
            level: Level::Error,
            offset: encoded.offset(),
            message: "there is no component to act on".to_owned(),
            section: "8.4.5",
            cure: "list the components that the manifest changes",
        });
    }
    let common = manifest.common();
    if common.checks_compatibility() {
        return;
    }
    let offset = manifest.shared_sequence().map_or(encoded.offset(), |it| it.encoded().offset());
    findings.push(Finding {
        rule: "no-compatibility-check",
        level: Level::Error,
        offset,
        message: "the shared sequence does not check both vendor and class identifier".to_owned(),
        section: "6.2 and 7.1",
        cure: "set both parameters and check both conditions in the shared sequence, so that no other \
               device takes the update",
    });
}

/// Severed elements: those that are missing, and those that were not worth it.
fn severed(envelope: &Envelope<'_>, manifest: &Manifest<'_>, findings: &mut Vec<Finding>) {
    let sequences = [
        (element::DEPENDENCY_RESOLUTION, manifest.dependency_resolution()),
        (element::PAYLOAD_FETCH, manifest.payload_fetch()),
        (element::CANDIDATE_VERIFICATION, manifest.candidate_verification()),
        (element::INSTALL, manifest.install()),
    ];
    for (label, sequence) in sequences {
        let Severable::Severed(digest) = sequence else { continue };
        let name = labels::manifest_element_name(label).unwrap_or_default();
        let (level, cure) = match manifest.reference_uri() {
            None => {
                (Level::Error, "attach it again, or add suit-reference-uri, where it can be had")
            }
            Some(_) => (
                Level::Warning,
                "attach it again, or make sure that devices follow suit-reference-uri",
            ),
        };
        findings.push(Finding {
            rule: "severed-needed",
            level,
            offset: digest.offset(),
            message: format!("{name} is severed and not in the envelope, and an update needs it"),
            section: "8.6",
            cure,
        });
    }
    for (label, wrapped) in envelope.severed_elements() {
        let digest = envelope.authentication().digest().bytes().len();
        if wrapped.bytes().len() < digest.saturating_add(4) {
            let name = labels::manifest_element_name(label).unwrap_or_default();
            findings.push(Finding {
                rule: "severed-small",
                level: Level::Warning,
                offset: wrapped.offset(),
                message: format!("{name} is smaller than the digest that stands in its place"),
                section: "8.6",
                cure: "leave it in the manifest",
            });
        }
    }
}

/// A fetch of an integrated payload, with the digest and size that are set for its component.
pub(crate) struct Fetched<'m> {
    pub(crate) uri: &'m str,
    pub(crate) offset: usize,
    pub(crate) digest: Option<Digest<'m>>,
    pub(crate) size: Option<u64>,
    /// Whether the digest is that of the manifest in the payload.
    pub(crate) is_dependency: bool,
}

/// Integrated payloads: those that are missing, those that nothing fetches, and those that are not what
/// the manifest says.
fn payloads(
    envelope: &Envelope<'_>,
    manifest: &Manifest<'_>,
    fetched: &[Fetched<'_>],
    hash: &mut impl Hash,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let payloads = envelope.integrated_payloads();
    for Fetched { uri, offset, digest, size, is_dependency } in fetched {
        let Some(payload) = payloads.get(uri) else {
            if uri.starts_with('#') {
                findings.push(Finding {
                    rule: "payload-missing",
                    level: Level::Error,
                    offset: *offset,
                    message: format!("the integrated payload \"{uri}\" is not in the envelope"),
                    section: "5.5",
                    cure: "put it in: hexad suit attach --payload",
                });
            }
            continue;
        };
        let mut differs = |message: String| {
            findings.push(Finding {
                rule: "payload-differs",
                level: Level::Error,
                offset: *offset,
                message,
                section: "8.4.9",
                cure: "make the manifest of the payload that it goes with",
            });
        };
        let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
        if let Some(size) = size.filter(|size| *size != length) {
            differs(format!("\"{uri}\" has {length} bytes, and image-size says {size}"));
        }
        if let Some(digest) = digest {
            let matches = if *is_dependency {
                Envelope::parse(payload)
                    .is_ok_and(|inner| inner.authentication().digest() == *digest)
            } else {
                let message = Segments::plain(payload);
                let actual = hash.digest(digest.algorithm(), &message);
                actual.map_err(|error| error.at(*offset))?.matches(digest.bytes())
            };
            if !matches {
                differs(format!("\"{uri}\" does not have the digest that is set for it"));
            }
        }
    }
    // With a sequence missing, who knows what it fetches.
    let complete = [manifest.install(), manifest.payload_fetch(), manifest.dependency_resolution()]
        .iter()
        .all(|sequence| !matches!(sequence, Severable::Severed(_)));
    let unused = |uri: &&str| complete && !fetched.iter().any(|fetch| fetch.uri == *uri);
    for uri in payloads.iter().map(|(uri, _)| uri).filter(unused) {
        findings.push(Finding {
            rule: "payload-unused",
            level: Level::Warning,
            offset: position(envelope, uri),
            message: format!("nothing fetches the integrated payload \"{uri}\""),
            section: "5.5",
            cure: "leave it out: hexad suit sever --payload",
        });
    }
    Ok(())
}

/// Where the payload with this key stands in the envelope.
fn position(envelope: &Envelope<'_>, uri: &str) -> usize {
    let found = envelope.integrated_payloads().located().find(|(key, _)| *key == uri);
    found.map_or(0, |(_, payload)| payload.offset())
}
