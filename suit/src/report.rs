//! SUIT_Report: what a manifest processor decided, for whoever has the manifest
//! (draft-ietf-suit-report-18).
//!
//! A device writes one with [`ReportWriter`], without a heap, from the records that its
//! [`Platform`](crate::Platform) is handed; whoever receives it reads it with [`Report`] and, with
//! feature `alloc`, [`replay`](replay::replay)s the manifest by it.
//!
//! On its way a report has to be protected (section 8 of the draft): as the payload of a COSE_Sign1 or
//! COSE_Mac0, by the builders of [`hexad_cose_core`], there or inside an EAT.
//!
//! ```
//! use hexad_cose_core::crypto::{Hash, Sign};
//! use hexad_cose_core::{Algorithm, Sign1};
//! use hexad_suit::report::{Outcome, Reference, ReportWriter};
//! use hexad_suit::{Error, Manifest};
//!
//! fn success<'w, B: Sign + Hash>(
//!     reference: Reference<'_>,
//!     key: &B::Key,
//!     out: &'w mut [u8],
//!     crypto: &mut B,
//! ) -> Result<&'w [u8], Error> {
//!     let mut buffer = [0; 256];
//!     let report = ReportWriter::new(&mut buffer, None, reference)?.finish(Outcome::Success, None)?;
//!     Ok(Sign1::builder(Algorithm::ESP256).payload(report, out)?.sign(key, crypto)?)
//! }
//! ```

mod capability;
mod read;
#[cfg(feature = "alloc")]
pub mod replay;
mod write;

use hexad_cose_core::ErrorKind as Cbor;

use crate::digest::Digest;
use crate::error::ErrorKind;
use crate::labels::manifest as section;
use crate::manifest::Manifest;
use crate::platform::{ManifestPath, Record};

pub use capability::{Capabilities, CapabilityReport, ComponentCapability, Integers};
pub use read::{Entry, ManifestId, Properties, Report, ReportRecord, SystemProperties};
pub use write::ReportWriter;

/// Labels of the maps in a report (sections 9.5 to 9.7 of the draft).
pub mod label {
    /// system-component-id.
    pub const SYSTEM_COMPONENT_ID: i64 = 0;
    /// suit-report-nonce.
    pub const NONCE: i64 = 2;
    /// suit-report-records.
    pub const RECORDS: i64 = 3;
    /// suit-report-result.
    pub const RESULT: i64 = 4;
    /// suit-report-result-code.
    pub const RESULT_CODE: i64 = 5;
    /// suit-report-result-record.
    pub const RESULT_RECORD: i64 = 6;
    /// suit-report-result-reason.
    pub const RESULT_REASON: i64 = 7;
    /// suit-report-capability-report.
    pub const CAPABILITY_REPORT: i64 = 8;
    /// suit-reference.
    pub const REFERENCE: i64 = 99;
}

/// SUIT_Reference: which manifest the report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'b> {
    /// suit-report-manifest-uri: exactly suit-reference-uri of the root manifest; empty if it has none.
    pub uri: &'b str,
    /// suit-report-manifest-digest: that of the root manifest, as its authentication wrapper has it.
    pub digest: Digest<'b>,
}

impl<'b> Reference<'b> {
    /// The reference to a manifest; `None` for one that was read without an envelope around it.
    #[must_use]
    pub fn of(manifest: &Manifest<'b>) -> Option<Self> {
        let uri = manifest.reference_uri().unwrap_or_default();
        manifest.digest().map(|digest| Self { uri, digest })
    }
}

/// SUIT_Report_Reasons: why processing failed, for all implementations alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// suit-report-reason-ok.
    Ok,
    /// suit-report-reason-cbor-parse.
    CborParse,
    /// suit-report-reason-cose-unsupported.
    CoseUnsupported,
    /// suit-report-reason-alg-unsupported.
    AlgUnsupported,
    /// suit-report-reason-unauthorised.
    Unauthorised,
    /// suit-report-reason-command-unsupported.
    CommandUnsupported,
    /// suit-report-reason-component-unsupported.
    ComponentUnsupported,
    /// suit-report-reason-component-unauthorised.
    ComponentUnauthorised,
    /// suit-report-reason-parameter-unsupported.
    ParameterUnsupported,
    /// suit-report-reason-severing-unsupported.
    SeveringUnsupported,
    /// suit-report-reason-condition-failed.
    ConditionFailed,
    /// suit-report-reason-operation-failed.
    OperationFailed,
    /// suit-report-reason-invoke-pending: the report was made before the outcome was known.
    InvokePending,
}

impl Reason {
    /// All of them, in the order of their numbers.
    const ALL: [Self; 13] = [
        Self::Ok,
        Self::CborParse,
        Self::CoseUnsupported,
        Self::AlgUnsupported,
        Self::Unauthorised,
        Self::CommandUnsupported,
        Self::ComponentUnsupported,
        Self::ComponentUnauthorised,
        Self::ParameterUnsupported,
        Self::SeveringUnsupported,
        Self::ConditionFailed,
        Self::OperationFailed,
        Self::InvokePending,
    ];

    /// The reason with this number in the SUIT_Report Reasons registry.
    #[must_use]
    pub fn from_label(label: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(label).ok()?).copied()
    }

    /// Its number in the registry.
    #[must_use]
    pub const fn label(self) -> i64 {
        self as i64
    }

    /// What the reason means, in few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "no failure",
            Self::CborParse => "the manifest could not be parsed",
            Self::CoseUnsupported => "a COSE structure or header is not offered",
            Self::AlgUnsupported => "an algorithm is not offered",
            Self::Unauthorised => "no signature or tag was accepted",
            Self::CommandUnsupported => "a command is not offered",
            Self::ComponentUnsupported => "the device has no such component",
            Self::ComponentUnauthorised => "the signer may not govern the component",
            Self::ParameterUnsupported => "a parameter is not offered",
            Self::SeveringUnsupported => "a severed element is not at hand",
            Self::ConditionFailed => "a condition does not hold",
            Self::OperationFailed => "a directive failed",
            Self::InvokePending => "the invocation was about to be tried",
        }
    }

    /// The reason that an error of this crate amounts to.
    #[must_use]
    pub const fn of(error: ErrorKind) -> Self {
        match error {
            ErrorKind::Cose(Cbor::AlgorithmNotAccepted | Cbor::Unsupported)
            | ErrorKind::UnsupportedDigest(_) => Self::AlgUnsupported,
            ErrorKind::Cose(
                Cbor::VerificationFailed
                | Cbor::KeyMismatch
                | Cbor::Expired
                | Cbor::NotYetValid
                | Cbor::TooOld
                | Cbor::Issuer
                | Cbor::Audience,
            )
            | ErrorKind::NotAuthenticated
            | ErrorKind::DigestMismatch
            | ErrorKind::DependencyIntegrity => Self::Unauthorised,
            ErrorKind::Cose(
                Cbor::CriticalParameter | Cbor::UnprotectedAlgorithm | Cbor::Payload,
            ) => Self::CoseUnsupported,
            ErrorKind::Cose(Cbor::Backend | Cbor::BufferTooSmall) => Self::OperationFailed,
            ErrorKind::UnsupportedCommand(_) | ErrorKind::NotInSharedSequence(_) => {
                Self::CommandUnsupported
            }
            ErrorKind::UnsupportedParameter(_) => Self::ParameterUnsupported,
            ErrorKind::UnsupportedComponent(_)
            | ErrorKind::TooManyComponents
            | ErrorKind::TooManyDependencies => Self::ComponentUnsupported,
            ErrorKind::Signers(_) | ErrorKind::AccessDenied(_) => Self::ComponentUnauthorised,
            ErrorKind::Severed(_) => Self::SeveringUnsupported,
            ErrorKind::ConditionFailed(_)
            | ErrorKind::SequenceNumber
            | ErrorKind::NoCompatibilityCheck => Self::ConditionFailed,
            ErrorKind::DirectiveFailed(_)
            | ErrorKind::ImageSize
            | ErrorKind::NotStored
            | ErrorKind::MissingParameter(_)
            | ErrorKind::DependencyNotProcessed
            | ErrorKind::DependencyCycle
            | ErrorKind::NotADependency
            | ErrorKind::ComponentInUse
            | ErrorKind::Referenced
            | ErrorKind::NoRecipient
            | ErrorKind::StrictOrder
            | ErrorKind::Stopped => Self::OperationFailed,
            _ => Self::CborParse,
        }
    }
}

/// Where in which manifest something happened: a SUIT_Record but for what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// suit-record-manifest-id.
    pub manifest_id: ManifestPath,
    /// suit-record-manifest-section: the label of the element that the sequence stands in.
    /// [`labels::manifest::COMMON`](crate::labels::manifest::COMMON) for the shared sequence.
    pub section: i64,
    /// suit-record-section-offset: of the command, in bytes from the start of that sequence.
    pub offset: usize,
    /// suit-record-component-index.
    pub component: usize,
}

impl Place {
    /// Where the command of `record` stands in `manifest`, which is the one that the record names; `None`
    /// when that has no such sequence.
    #[must_use]
    pub fn of(record: &Record, manifest: &Manifest<'_>) -> Option<Self> {
        let section = if record.shared { section::COMMON } else { record.section };
        let start = manifest.section(section)?.encoded().offset();
        let offset = record.offset.checked_sub(start)?;
        let component = record.component.unwrap_or_default();
        Some(Self { manifest_id: record.manifest, section, offset, component })
    }
}

/// suit-report-result, for the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The procedure has succeeded.
    Success,
    /// It has not.
    Failure {
        /// suit-report-result-code: the implementation's own number, for debugging.
        code: i64,
        /// suit-report-result-record: the exact point.
        place: Place,
        /// suit-report-result-reason.
        reason: Reason,
    },
}
