//! What can be wrong with an envelope, a manifest, or the processing of one, and at which byte.

use core::fmt;
use core::num::NonZeroU32;

use hexad_cose_core as cose;

use crate::labels;

/// Why an envelope or manifest was refused or its processing ended, and where.
///
/// Small and `Copy`. The offset counts from the first byte of the envelope (or of the manifest that
/// was parsed alone), also for what lies inside byte strings.
///
/// ```
/// use hexad_suit::{Envelope, ErrorKind};
///
/// let error = Envelope::parse(&[0xd8, 0x6b, 0xa0]).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::MissingElement(2));
/// assert_eq!(error.offset(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    kind: Packed,
    offset: usize,
}

impl Error {
    /// An error of `kind` at byte `offset` of the input.
    #[must_use]
    #[inline]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind: Packed::new(kind), offset }
    }

    /// What is wrong.
    #[must_use]
    #[inline]
    pub const fn kind(self) -> ErrorKind {
        self.kind.kind()
    }

    /// Whether it is of this kind, whatever the number.
    pub(crate) const fn is_like(self, kind: ErrorKind) -> bool {
        let [_, own, ..] = self.kind.0.get().to_le_bytes();
        let [_, other, ..] = Packed::new(kind).0.get().to_le_bytes();
        own == other
    }

    /// The byte of the input at which it is wrong.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind(), self.offset)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.kind()).field("offset", &self.offset).finish()
    }
}

impl core::error::Error for Error {}

impl From<hexad_cose_core::Error> for Error {
    // Out of line: it stands behind nearly every item that is read.
    #[cold]
    #[inline(never)]
    fn from(error: hexad_cose_core::Error) -> Self {
        Self::new(ErrorKind::Cose(error.kind()), error.offset())
    }
}

/// The kinds of [`Error`]. Numbers are labels of the standard's registries (see [`labels`]); an [`Error`]
/// holds them in 16 bits, and of one beyond the nearest that fits: its offset tells where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The CBOR or COSE below is wrong.
    Cose(hexad_cose_core::ErrorKind),
    /// An element that must be present is missing from the envelope, manifest or `suit-common`.
    MissingElement(i64),
    /// An element that does not belong in this map: unknown, or not allowed here.
    UnexpectedElement(i64),
    /// The manifest stands before the authentication wrapper (section 8.3).
    ElementOrder,
    /// The keys of `suit-dependencies` are not in ascending order (trust domains, 5.2.2).
    DependencyOrder,
    /// `suit-manifest-version` is not 1 (section 8.4.1).
    UnsupportedVersion,
    /// A command that is unknown, or that the platform does not offer.
    UnsupportedCommand(i64),
    /// A command that `suit-shared-sequence` may not hold (section 5.2 and the CDDL).
    NotInSharedSequence(i64),
    /// A parameter that is unknown, or that the platform does not offer.
    UnsupportedParameter(i64),
    /// A digest algorithm that SUIT does not allow (weak or truncated), or the backend lacks.
    UnsupportedDigest(i64),
    /// A SUIT_Digest whose length is not that of its algorithm.
    DigestLength,
    /// The manifest, or a severable element in the envelope, does not match its digest.
    DigestMismatch,
    /// Sequences nested deeper than [`Options::nesting`](crate::Options::nesting), or than the
    /// processor has room for.
    NestingTooDeep,
    /// A component identifier for the second time.
    DuplicateComponent,
    /// Something in `suit-text` that names a component the manifest does not have (8.4.4).
    UnknownComponent,
    /// No authentication block in the envelope verifies under an accepted anchor.
    NotAuthenticated,
    /// The manifest, or the component with this index, is not vouched for by whom the caller demands.
    Signers(Option<usize>),
    /// The sequence number is not newer than (or is older than) the one required (8.4.2).
    SequenceNumber,
    /// The shared sequence checks no vendor or no class identifier (section 6.2).
    NoCompatibilityCheck,
    /// More components than the processor has storage for (section 6.2).
    TooManyComponents,
    /// A component that the platform does not have.
    UnsupportedComponent(usize),
    /// A component index, or a source component, that no component has.
    ComponentIndex,
    /// A command before the component index is set in a manifest of several components (6.2).
    NoComponentIndex,
    /// The element that the procedure needs was severed and is not in the envelope.
    Severed(i64),
    /// The manifest's signers may not do this with the component: the label of a command or parameter.
    AccessDenied(i64),
    /// More dependencies, or deeper ones, than the processor has room for.
    TooManyDependencies,
    /// A dependency with a prefix inside one with a prefix.
    NestedPrefix,
    /// A manifest depends on itself, directly or by others.
    DependencyCycle,
    /// A dependency is to be processed that suit-condition-dependency-integrity was not applied to, or
    /// that is not the one of suit-parameter-image-digest (trust domains, 5.6.2 and 5.6.4).
    DependencyIntegrity,
    /// A section ends and the same section of a dependency was not processed (trust domains, 5.1).
    DependencyNotProcessed,
    /// What is not a dependency is to be processed as one.
    NotADependency,
    /// A manifest is to be overwritten while it is being processed.
    ComponentInUse,
    /// A component is to be overwritten that another manifest refers to, or unlinked for the second
    /// time (trust domains, 5.6.5).
    Referenced,
    /// No recipient of an encryption info is for a key of the device.
    NoRecipient,
    /// A parameter that the command needs is not set for its component.
    MissingParameter(i64),
    /// `suit-parameter-soft-failure` set outside of try-each and run-sequence (8.4.8).
    SoftFailureScope,
    /// Commands that `suit-parameter-strict-order` = false does not allow (section 6.7).
    StrictOrder,
    /// A condition does not hold.
    ConditionFailed(i64),
    /// The platform could not do what a directive asks.
    DirectiveFailed(i64),
    /// The platform could not store the new sequence number.
    NotStored,
    /// The component's image is larger than allowed by `suit-parameter-image-size`.
    ImageSize,
    /// The processor was asked to go on after it had failed.
    Stopped,
}

/// An [`ErrorKind`] in a word, so that an [`Error`] and most results fit two registers: which it is, and
/// above that its number.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Packed(NonZeroU32);

impl Packed {
    // A match for each of both, which come to a table and to a few comparisons.
    const fn new(kind: ErrorKind) -> Self {
        let which: u8 = match kind {
            ErrorKind::Cose(_) => 0,
            ErrorKind::MissingElement(_) => 1,
            ErrorKind::UnexpectedElement(_) => 2,
            ErrorKind::ElementOrder => 3,
            ErrorKind::DependencyOrder => 4,
            ErrorKind::UnsupportedVersion => 5,
            ErrorKind::UnsupportedCommand(_) => 6,
            ErrorKind::NotInSharedSequence(_) => 7,
            ErrorKind::UnsupportedParameter(_) => 8,
            ErrorKind::UnsupportedDigest(_) => 9,
            ErrorKind::DigestLength => 10,
            ErrorKind::DigestMismatch => 11,
            ErrorKind::NestingTooDeep => 12,
            ErrorKind::DuplicateComponent => 13,
            ErrorKind::UnknownComponent => 14,
            ErrorKind::NotAuthenticated => 15,
            ErrorKind::Signers(_) => 16,
            ErrorKind::SequenceNumber => 17,
            ErrorKind::NoCompatibilityCheck => 18,
            ErrorKind::TooManyComponents => 19,
            ErrorKind::UnsupportedComponent(_) => 20,
            ErrorKind::ComponentIndex => 21,
            ErrorKind::NoComponentIndex => 22,
            ErrorKind::Severed(_) => 23,
            ErrorKind::AccessDenied(_) => 24,
            ErrorKind::TooManyDependencies => 25,
            ErrorKind::NestedPrefix => 26,
            ErrorKind::DependencyCycle => 27,
            ErrorKind::DependencyIntegrity => 28,
            ErrorKind::DependencyNotProcessed => 29,
            ErrorKind::NotADependency => 30,
            ErrorKind::ComponentInUse => 31,
            ErrorKind::Referenced => 32,
            ErrorKind::NoRecipient => 33,
            ErrorKind::MissingParameter(_) => 34,
            ErrorKind::SoftFailureScope => 35,
            ErrorKind::StrictOrder => 36,
            ErrorKind::ConditionFailed(_) => 37,
            ErrorKind::DirectiveFailed(_) => 38,
            ErrorKind::NotStored => 39,
            ErrorKind::ImageSize => 40,
            ErrorKind::Stopped => 41,
        };
        let number = match kind {
            ErrorKind::MissingElement(label)
            | ErrorKind::UnexpectedElement(label)
            | ErrorKind::UnsupportedCommand(label)
            | ErrorKind::NotInSharedSequence(label)
            | ErrorKind::UnsupportedParameter(label)
            | ErrorKind::UnsupportedDigest(label)
            | ErrorKind::Severed(label)
            | ErrorKind::AccessDenied(label)
            | ErrorKind::MissingParameter(label)
            | ErrorKind::ConditionFailed(label)
            | ErrorKind::DirectiveFailed(label) => nearest(label),
            ErrorKind::UnsupportedComponent(index) | ErrorKind::Signers(Some(index)) => {
                nearest_index(index)
            }
            ErrorKind::Signers(None) => -1,
            ErrorKind::Cose(kind) => kind.number().cast_signed(),
            _ => 0,
        };
        let [low, high] = number.to_le_bytes();
        // Not zero, and so a `Result` needs no word more.
        Self(NonZeroU32::MIN.saturating_add(u32::from_le_bytes([0, which, low, high])))
    }

    #[inline]
    const fn kind(self) -> ErrorKind {
        let [_, which, low, high] = self.0.get().to_le_bytes();
        let number = i16::from_le_bytes([low, high]);
        let label = number as i64;
        let index = number.unsigned_abs() as usize;
        match which {
            0 => match cose::ErrorKind::from_number(number.cast_unsigned()) {
                Some(kind) => ErrorKind::Cose(kind),
                None => ErrorKind::Stopped,
            },
            1 => ErrorKind::MissingElement(label),
            2 => ErrorKind::UnexpectedElement(label),
            3 => ErrorKind::ElementOrder,
            4 => ErrorKind::DependencyOrder,
            5 => ErrorKind::UnsupportedVersion,
            6 => ErrorKind::UnsupportedCommand(label),
            7 => ErrorKind::NotInSharedSequence(label),
            8 => ErrorKind::UnsupportedParameter(label),
            9 => ErrorKind::UnsupportedDigest(label),
            10 => ErrorKind::DigestLength,
            11 => ErrorKind::DigestMismatch,
            12 => ErrorKind::NestingTooDeep,
            13 => ErrorKind::DuplicateComponent,
            14 => ErrorKind::UnknownComponent,
            15 => ErrorKind::NotAuthenticated,
            16 if number < 0 => ErrorKind::Signers(None),
            16 => ErrorKind::Signers(Some(index)),
            17 => ErrorKind::SequenceNumber,
            18 => ErrorKind::NoCompatibilityCheck,
            19 => ErrorKind::TooManyComponents,
            20 => ErrorKind::UnsupportedComponent(index),
            21 => ErrorKind::ComponentIndex,
            22 => ErrorKind::NoComponentIndex,
            23 => ErrorKind::Severed(label),
            24 => ErrorKind::AccessDenied(label),
            25 => ErrorKind::TooManyDependencies,
            26 => ErrorKind::NestedPrefix,
            27 => ErrorKind::DependencyCycle,
            28 => ErrorKind::DependencyIntegrity,
            29 => ErrorKind::DependencyNotProcessed,
            30 => ErrorKind::NotADependency,
            31 => ErrorKind::ComponentInUse,
            32 => ErrorKind::Referenced,
            33 => ErrorKind::NoRecipient,
            34 => ErrorKind::MissingParameter(label),
            35 => ErrorKind::SoftFailureScope,
            36 => ErrorKind::StrictOrder,
            37 => ErrorKind::ConditionFailed(label),
            38 => ErrorKind::DirectiveFailed(label),
            39 => ErrorKind::NotStored,
            40 => ErrorKind::ImageSize,
            _ => ErrorKind::Stopped,
        }
    }
}

/// The label, or the nearest that fits.
const fn nearest(label: i64) -> i16 {
    let [low, high, ..] = label.to_le_bytes();
    if label > 0x7fff {
        i16::MAX
    } else if label < -0x8000 {
        i16::MIN
    } else {
        i16::from_le_bytes([low, high])
    }
}

/// The index, or the nearest that fits.
const fn nearest_index(index: usize) -> i16 {
    let [low, high, ..] = index.to_le_bytes();
    if index > 0x7fff { i16::MAX } else { i16::from_le_bytes([low, high]) }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Cose(kind) => return kind.fmt(f),
            Self::MissingElement(label) => return write!(f, "element {label} is missing"),
            Self::UnexpectedElement(label) => {
                return write!(f, "element {label} does not belong here");
            }
            Self::UnsupportedCommand(label) => {
                return named(f, labels::command_name(label), "command", label)
                    .and_then(|()| f.write_str(" is not offered"));
            }
            Self::NotInSharedSequence(label) => {
                return named(f, labels::command_name(label), "command", label)
                    .and_then(|()| f.write_str(" is not allowed in the shared sequence"));
            }
            Self::UnsupportedParameter(label) => {
                return named(f, labels::parameter_name(label), "parameter", label)
                    .and_then(|()| f.write_str(" is not offered"));
            }
            Self::AccessDenied(label) => {
                return write!(f, "the signers may not use label {label} on the component");
            }
            Self::UnsupportedDigest(algorithm) => {
                return write!(f, "digest algorithm {algorithm} is not accepted");
            }
            Self::UnsupportedComponent(index) => {
                return write!(f, "component {index} does not exist on this device");
            }
            Self::Signers(Some(index)) => {
                return write!(f, "not all that are demanded vouch for component {index}");
            }
            Self::Signers(None) => "not all that are demanded vouch for the manifest",
            Self::Severed(label) => {
                return named(f, labels::manifest_element_name(label), "element", label)
                    .and_then(|()| f.write_str(" is severed and not in the envelope"));
            }
            Self::MissingParameter(label) => {
                return named(f, labels::parameter_name(label), "parameter", label)
                    .and_then(|()| f.write_str(" is not set"));
            }
            Self::ConditionFailed(label) | Self::DirectiveFailed(label) => {
                return named(f, labels::command_name(label), "command", label)
                    .and_then(|()| f.write_str(" failed"));
            }
            Self::ElementOrder => "the manifest stands before the authentication wrapper",
            Self::DependencyOrder => "the dependencies are not in ascending order",
            Self::UnsupportedVersion => "the manifest version is not 1",
            Self::DigestLength => "the digest's length is not that of its algorithm",
            Self::DigestMismatch => "the digest does not match",
            Self::NestingTooDeep => "command sequences are nested too deep",
            Self::DuplicateComponent => "a component identifier stands twice",
            Self::UnknownComponent => "the text names a component that the manifest does not have",
            Self::NotAuthenticated => "no authentication block verifies under a trust anchor",
            Self::SequenceNumber => "the manifest's sequence number is too old",
            Self::NoCompatibilityCheck => "vendor and class identifier are not checked",
            Self::TooManyComponents => "more components than the processor has room for",
            Self::ComponentIndex => "no component has this index",
            Self::NoComponentIndex => "the component index is not set",
            Self::SoftFailureScope => "soft-failure is set outside of try-each and run-sequence",
            Self::TooManyDependencies => "more dependencies than the processor has room for",
            Self::NestedPrefix => "a dependency's prefix stands inside another's",
            Self::DependencyCycle => "a manifest depends on itself",
            Self::DependencyIntegrity => "the dependency's integrity was not checked",
            Self::DependencyNotProcessed => {
                "a dependency's corresponding section was not processed"
            }
            Self::NotADependency => "the component is no dependency",
            Self::ComponentInUse => "the manifest in the component is being processed",
            Self::Referenced => "another manifest refers to the component",
            Self::NoRecipient => "no key of the device is among the recipients",
            Self::StrictOrder => "not allowed while strict-order is false",
            Self::NotStored => "the sequence number could not be stored",
            Self::ImageSize => "the image is larger than its image-size",
            Self::Stopped => "the processor has failed before",
        };
        f.write_str(text)
    }
}

/// Writes the standard's name of a label, or what it is and its number.
fn named(f: &mut fmt::Formatter<'_>, name: Option<&str>, what: &str, label: i64) -> fmt::Result {
    match name {
        Some(name) => f.write_str(name),
        None => write!(f, "{what} {label}"),
    }
}
