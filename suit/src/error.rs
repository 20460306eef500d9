//! What can be wrong with an envelope, a manifest, or the processing of one, and at which byte.

use core::fmt;

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
    /// that is not the one of suit-parameter-image-digest (trust domains, 5.4).
    DependencyIntegrity,
    /// A section ends and the same section of a dependency was not processed (trust domains, 5.1).
    DependencyNotProcessed,
    /// What is not a dependency is to be processed as one.
    NotADependency,
    /// A manifest is to be overwritten while it is being processed.
    ComponentInUse,
    /// A component is to be overwritten that another manifest refers to, or unlinked for the second
    /// time (trust domains, 5.5.6).
    Referenced,
    /// No recipient of an encryption info is for a key of the device.
    NoRecipient,
    /// A parameter that the command needs is not set for its component.
    MissingParameter(i64),
    /// `suit-parameter-soft-failure` set outside of try-each and run-sequence (8.4.8).
    SoftFailureScope,
    /// Commands that `suit-parameter-strict-order` = false does not allow (section 6.6).
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

/// An [`ErrorKind`] in four bytes, so that an [`Error`] and most results fit two registers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packed {
    Cose(hexad_cose_core::ErrorKind),
    /// Which one, and its number.
    Suit(Which, i16),
}

/// The kinds of this crate's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    MissingElement,
    UnexpectedElement,
    ElementOrder,
    DependencyOrder,
    UnsupportedVersion,
    UnsupportedCommand,
    NotInSharedSequence,
    UnsupportedParameter,
    UnsupportedDigest,
    DigestLength,
    DigestMismatch,
    NestingTooDeep,
    DuplicateComponent,
    UnknownComponent,
    NotAuthenticated,
    Signers,
    SequenceNumber,
    NoCompatibilityCheck,
    TooManyComponents,
    UnsupportedComponent,
    ComponentIndex,
    NoComponentIndex,
    Severed,
    AccessDenied,
    TooManyDependencies,
    NestedPrefix,
    DependencyCycle,
    DependencyIntegrity,
    DependencyNotProcessed,
    NotADependency,
    ComponentInUse,
    Referenced,
    NoRecipient,
    MissingParameter,
    SoftFailureScope,
    StrictOrder,
    ConditionFailed,
    DirectiveFailed,
    NotStored,
    ImageSize,
    Stopped,
}

impl Packed {
    // A match for each of both, which come to a table and to a few comparisons.
    const fn new(kind: ErrorKind) -> Self {
        let which = match kind {
            ErrorKind::Cose(kind) => return Self::Cose(kind),
            ErrorKind::MissingElement(_) => Which::MissingElement,
            ErrorKind::UnexpectedElement(_) => Which::UnexpectedElement,
            ErrorKind::ElementOrder => Which::ElementOrder,
            ErrorKind::DependencyOrder => Which::DependencyOrder,
            ErrorKind::UnsupportedVersion => Which::UnsupportedVersion,
            ErrorKind::UnsupportedCommand(_) => Which::UnsupportedCommand,
            ErrorKind::NotInSharedSequence(_) => Which::NotInSharedSequence,
            ErrorKind::UnsupportedParameter(_) => Which::UnsupportedParameter,
            ErrorKind::UnsupportedDigest(_) => Which::UnsupportedDigest,
            ErrorKind::DigestLength => Which::DigestLength,
            ErrorKind::DigestMismatch => Which::DigestMismatch,
            ErrorKind::NestingTooDeep => Which::NestingTooDeep,
            ErrorKind::DuplicateComponent => Which::DuplicateComponent,
            ErrorKind::UnknownComponent => Which::UnknownComponent,
            ErrorKind::NotAuthenticated => Which::NotAuthenticated,
            ErrorKind::Signers(_) => Which::Signers,
            ErrorKind::SequenceNumber => Which::SequenceNumber,
            ErrorKind::NoCompatibilityCheck => Which::NoCompatibilityCheck,
            ErrorKind::TooManyComponents => Which::TooManyComponents,
            ErrorKind::UnsupportedComponent(_) => Which::UnsupportedComponent,
            ErrorKind::ComponentIndex => Which::ComponentIndex,
            ErrorKind::NoComponentIndex => Which::NoComponentIndex,
            ErrorKind::Severed(_) => Which::Severed,
            ErrorKind::AccessDenied(_) => Which::AccessDenied,
            ErrorKind::TooManyDependencies => Which::TooManyDependencies,
            ErrorKind::NestedPrefix => Which::NestedPrefix,
            ErrorKind::DependencyCycle => Which::DependencyCycle,
            ErrorKind::DependencyIntegrity => Which::DependencyIntegrity,
            ErrorKind::DependencyNotProcessed => Which::DependencyNotProcessed,
            ErrorKind::NotADependency => Which::NotADependency,
            ErrorKind::ComponentInUse => Which::ComponentInUse,
            ErrorKind::Referenced => Which::Referenced,
            ErrorKind::NoRecipient => Which::NoRecipient,
            ErrorKind::MissingParameter(_) => Which::MissingParameter,
            ErrorKind::SoftFailureScope => Which::SoftFailureScope,
            ErrorKind::StrictOrder => Which::StrictOrder,
            ErrorKind::ConditionFailed(_) => Which::ConditionFailed,
            ErrorKind::DirectiveFailed(_) => Which::DirectiveFailed,
            ErrorKind::NotStored => Which::NotStored,
            ErrorKind::ImageSize => Which::ImageSize,
            ErrorKind::Stopped => Which::Stopped,
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
            _ => 0,
        };
        Self::Suit(which, number)
    }

    #[inline]
    const fn kind(self) -> ErrorKind {
        let (which, number) = match self {
            Self::Cose(kind) => return ErrorKind::Cose(kind),
            Self::Suit(which, number) => (which, number),
        };
        let label = number as i64;
        let index = number.unsigned_abs() as usize;
        match which {
            Which::MissingElement => ErrorKind::MissingElement(label),
            Which::UnexpectedElement => ErrorKind::UnexpectedElement(label),
            Which::ElementOrder => ErrorKind::ElementOrder,
            Which::DependencyOrder => ErrorKind::DependencyOrder,
            Which::UnsupportedVersion => ErrorKind::UnsupportedVersion,
            Which::UnsupportedCommand => ErrorKind::UnsupportedCommand(label),
            Which::NotInSharedSequence => ErrorKind::NotInSharedSequence(label),
            Which::UnsupportedParameter => ErrorKind::UnsupportedParameter(label),
            Which::UnsupportedDigest => ErrorKind::UnsupportedDigest(label),
            Which::DigestLength => ErrorKind::DigestLength,
            Which::DigestMismatch => ErrorKind::DigestMismatch,
            Which::NestingTooDeep => ErrorKind::NestingTooDeep,
            Which::DuplicateComponent => ErrorKind::DuplicateComponent,
            Which::UnknownComponent => ErrorKind::UnknownComponent,
            Which::NotAuthenticated => ErrorKind::NotAuthenticated,
            Which::Signers if number < 0 => ErrorKind::Signers(None),
            Which::Signers => ErrorKind::Signers(Some(index)),
            Which::SequenceNumber => ErrorKind::SequenceNumber,
            Which::NoCompatibilityCheck => ErrorKind::NoCompatibilityCheck,
            Which::TooManyComponents => ErrorKind::TooManyComponents,
            Which::UnsupportedComponent => ErrorKind::UnsupportedComponent(index),
            Which::ComponentIndex => ErrorKind::ComponentIndex,
            Which::NoComponentIndex => ErrorKind::NoComponentIndex,
            Which::Severed => ErrorKind::Severed(label),
            Which::AccessDenied => ErrorKind::AccessDenied(label),
            Which::TooManyDependencies => ErrorKind::TooManyDependencies,
            Which::NestedPrefix => ErrorKind::NestedPrefix,
            Which::DependencyCycle => ErrorKind::DependencyCycle,
            Which::DependencyIntegrity => ErrorKind::DependencyIntegrity,
            Which::DependencyNotProcessed => ErrorKind::DependencyNotProcessed,
            Which::NotADependency => ErrorKind::NotADependency,
            Which::ComponentInUse => ErrorKind::ComponentInUse,
            Which::Referenced => ErrorKind::Referenced,
            Which::NoRecipient => ErrorKind::NoRecipient,
            Which::MissingParameter => ErrorKind::MissingParameter(label),
            Which::SoftFailureScope => ErrorKind::SoftFailureScope,
            Which::StrictOrder => ErrorKind::StrictOrder,
            Which::ConditionFailed => ErrorKind::ConditionFailed(label),
            Which::DirectiveFailed => ErrorKind::DirectiveFailed(label),
            Which::NotStored => ErrorKind::NotStored,
            Which::ImageSize => ErrorKind::ImageSize,
            Which::Stopped => ErrorKind::Stopped,
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
