//! SUIT_Manifest: what is to be installed and invoked, and how (section 8.4).

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Entries, Raw, Type};

use crate::command::CommandSequence;
use crate::common::Common;
use crate::component::{ComponentIdentifier, Components};
use crate::dependency::Dependencies;
use crate::digest::Digest;
use crate::envelope::IntegratedPayloads;
use crate::error::{Error, ErrorKind};
use crate::labels::{manifest as label, tag};
use crate::mud::ManifestMud;
use crate::options::Options;
use crate::parameter::text_key;
use crate::sequence::{self, Place};
use crate::signers::{Demand, Signers};
use crate::text::TextMap;
use crate::version::Version;

/// An element that the author may have moved out of the manifest into the envelope, leaving its
/// digest (section 8.6).
#[derive(Clone, Copy, Debug)]
pub enum Severable<'b, T> {
    /// The manifest has no such element.
    Absent,
    /// The element: in the manifest itself, or in the envelope and matching the digest.
    Present(T),
    /// The element was severed and is not at hand.
    Severed(Digest<'b>),
}

impl<T> Severable<'_, T> {
    /// The element, if it is at hand.
    #[must_use]
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(element) => Some(element),
            Self::Absent | Self::Severed(_) => None,
        }
    }
}

/// A SUIT_Manifest, checked against the whole CDDL, that borrows from the bytes it was read from.
///
/// [`Envelope::authenticate`](crate::Envelope::authenticate) gives it as
/// [`Verified`](hexad_cose_core::Verified). A manifest that [`Manifest::parse`] read proves nothing
/// and no processor takes it.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'b> {
    encoded: Raw<'b>,
    sequence_number: u64,
    sequence_number_at: usize,
    common: Common<'b>,
    reference_uri: Option<&'b str>,
    component_id: Option<ComponentIdentifier<'b>>,
    set_version: Option<Version<'b>>,
    validate: Option<CommandSequence<'b>>,
    load: Option<CommandSequence<'b>>,
    invoke: Option<CommandSequence<'b>>,
    uninstall: Option<CommandSequence<'b>>,
    dependency_resolution: Severable<'b, CommandSequence<'b>>,
    payload_fetch: Severable<'b, CommandSequence<'b>>,
    candidate_verification: Severable<'b, CommandSequence<'b>>,
    install: Severable<'b, CommandSequence<'b>>,
    text: Severable<'b, TextMap<'b>>,
    coswid: Severable<'b, Raw<'b>>,
    mud: Option<ManifestMud<'b>>,
    integrated_payloads: IntegratedPayloads<'b>,
    signers: Signers,
}

impl<'b> Manifest<'b> {
    /// Reads a manifest that stands alone, tagged (1070) or not, with default [`Options`]: to look
    /// at it, as nobody has vouched for it.
    ///
    /// # Errors
    /// As [`parse_with`](Self::parse_with).
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_with(bytes, &Options::default())
    }

    /// Reads a manifest that stands alone, tagged (1070) or not.
    ///
    /// # Errors
    /// Those of CBOR; `UnsupportedVersion`, `MissingElement`, `UnexpectedElement`,
    /// `UnsupportedCommand`, `UnsupportedParameter`, `NotInSharedSequence`,
    /// `ComponentIndex`, `DuplicateComponent`, `NestingTooDeep`, `UnsupportedDigest` and the others
    /// that name a part of the manifest, each at that part.
    pub fn parse_with(bytes: &'b [u8], options: &Options) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        cursor.optional_tag(tag::MANIFEST)?;
        Self::read(cursor.rest(), options)
    }

    /// Reads the manifest that is all of `encoded`.
    pub(crate) fn read(encoded: Raw<'b>, options: &Options) -> Result<Self, Error> {
        let mut cursor = encoded.cursor();
        let elements = Elements::take(&mut cursor, options)?;
        cursor.finish()?;
        let missing = |label| Error::new(ErrorKind::MissingElement(label), encoded.offset());
        let version = elements.version.ok_or(missing(label::VERSION))?;
        if version.clone().unsigned()? != 1 {
            return Err(Error::new(ErrorKind::UnsupportedVersion, version.offset()));
        }
        let mut number = elements.sequence_number.ok_or(missing(label::SEQUENCE_NUMBER))?;
        let sequence_number_at = number.offset();
        let common = elements.common.ok_or(missing(label::COMMON))?;
        let common = Common::parse(common, options)?;
        let components = common.components();
        let count = common.component_count();
        let sequence = |encoded: Option<Raw<'b>>| match encoded {
            Some(encoded) => sequence(encoded, count, options).map(Some),
            None => Ok(None),
        };
        let severable_sequence =
            |element| severable(element, |encoded| self::sequence(encoded, count, options));
        Ok(Self {
            encoded,
            sequence_number: number.unsigned()?,
            sequence_number_at,
            common,
            reference_uri: elements.reference_uri,
            component_id: elements.component_id,
            set_version: elements.set_version,
            validate: sequence(elements.validate)?,
            load: sequence(elements.load)?,
            invoke: sequence(elements.invoke)?,
            uninstall: sequence(elements.uninstall)?,
            dependency_resolution: severable_sequence(elements.dependency_resolution)?,
            payload_fetch: severable_sequence(elements.payload_fetch)?,
            candidate_verification: severable_sequence(elements.candidate_verification)?,
            install: severable_sequence(elements.install)?,
            text: severable(elements.text, |encoded| TextMap::parse(encoded, components))?,
            coswid: severable(elements.coswid, coswid)?,
            mud: elements.mud.map(ManifestMud::parse).transpose()?,
            integrated_payloads: IntegratedPayloads::none(),
            signers: Signers::NONE,
        })
    }

    /// Puts the severed element `label`, which the envelope carries as the content of a byte string
    /// and which was found to match its digest, in its place.
    pub(crate) fn attach(
        &mut self,
        label: i64,
        content: Raw<'b>,
        options: &Options,
    ) -> Result<(), Error> {
        let components = self.components();
        let count = self.common.component_count();
        if let Some(element) = self.severable_sequence(label) {
            *element = Severable::Present(sequence(content, count, options)?);
            return Ok(());
        }
        match label {
            label::TEXT => self.text = Severable::Present(TextMap::parse(content, components)?),
            label::COSWID => self.coswid = Severable::Present(coswid(content)?),
            _ => return Err(Error::new(ErrorKind::UnexpectedElement(label), content.offset())),
        }
        Ok(())
    }

    /// With the payloads that the envelope carries.
    pub(crate) const fn with_integrated_payloads(
        mut self,
        integrated_payloads: IntegratedPayloads<'b>,
    ) -> Self {
        self.integrated_payloads = integrated_payloads;
        self
    }

    /// The severable sequence `label`.
    fn severable_sequence(
        &mut self,
        label: i64,
    ) -> Option<&mut Severable<'b, CommandSequence<'b>>> {
        Some(match label {
            label::DEPENDENCY_RESOLUTION => &mut self.dependency_resolution,
            label::PAYLOAD_FETCH => &mut self.payload_fetch,
            label::CANDIDATE_VERIFICATION => &mut self.candidate_verification,
            label::INSTALL => &mut self.install,
            _ => return None,
        })
    }

    /// With those who were found to vouch for it.
    pub(crate) const fn with_signers(mut self, signers: Signers) -> Self {
        self.signers = signers;
        self
    }

    /// The digest that stands in the place of the severed element `label`.
    pub(crate) fn severed(&mut self, label: i64) -> Option<Digest<'b>> {
        if let Some(element) = self.severable_sequence(label) {
            return match element {
                Severable::Severed(digest) => Some(*digest),
                _ => None,
            };
        }
        match label {
            label::TEXT => match self.text {
                Severable::Severed(digest) => Some(digest),
                _ => None,
            },
            label::COSWID => match self.coswid {
                Severable::Severed(digest) => Some(digest),
                _ => None,
            },
            _ => None,
        }
    }

    /// The manifest as it is encoded in the input, without the byte string around it.
    #[must_use]
    pub const fn encoded(&self) -> Raw<'b> {
        self.encoded
    }

    /// suit-manifest-sequence-number: greater in every newer manifest.
    #[must_use]
    pub const fn sequence_number(&self) -> u64 {
        self.sequence_number
    }

    /// suit-common.
    #[must_use]
    pub const fn common(&self) -> Common<'b> {
        self.common
    }

    /// suit-components, of suit-common.
    #[must_use]
    pub const fn components(&self) -> Components<'b> {
        self.common.components()
    }

    /// suit-shared-sequence, of suit-common.
    #[must_use]
    pub const fn shared_sequence(&self) -> Option<CommandSequence<'b>> {
        self.common.shared_sequence()
    }

    /// The sequence in the element with this label, if it is at hand; the shared sequence for suit-common,
    /// which holds it.
    #[must_use]
    pub fn section(&self, label: i64) -> Option<CommandSequence<'b>> {
        match label {
            label::COMMON => self.shared_sequence(),
            label::VALIDATE => self.validate,
            label::LOAD => self.load,
            label::INVOKE => self.invoke,
            label::UNINSTALL => self.uninstall,
            label::DEPENDENCY_RESOLUTION => self.dependency_resolution.present(),
            label::PAYLOAD_FETCH => self.payload_fetch.present(),
            label::CANDIDATE_VERIFICATION => self.candidate_verification.present(),
            label::INSTALL => self.install.present(),
            _ => None,
        }
    }

    /// suit-reference-uri: where the manifest with all severed elements is.
    #[must_use]
    pub const fn reference_uri(&self) -> Option<&'b str> {
        self.reference_uri
    }

    /// suit-dependencies, of suit-common.
    #[must_use]
    pub const fn dependencies(&self) -> Dependencies<'b> {
        self.common.dependencies()
    }

    /// suit-manifest-component-id (trust domains): where a root manifest is kept.
    #[must_use]
    pub const fn component_id(&self) -> Option<ComponentIdentifier<'b>> {
        self.component_id
    }

    /// suit-set-version (update management): the version of all that the manifest updates.
    #[must_use]
    pub const fn set_version(&self) -> Option<Version<'b>> {
        self.set_version
    }

    /// suit-validate.
    #[must_use]
    pub const fn validate(&self) -> Option<CommandSequence<'b>> {
        self.validate
    }

    /// suit-load.
    #[must_use]
    pub const fn load(&self) -> Option<CommandSequence<'b>> {
        self.load
    }

    /// suit-invoke.
    #[must_use]
    pub const fn invoke(&self) -> Option<CommandSequence<'b>> {
        self.invoke
    }

    /// suit-uninstall (trust domains).
    #[must_use]
    pub const fn uninstall(&self) -> Option<CommandSequence<'b>> {
        self.uninstall
    }

    /// suit-dependency-resolution (trust domains).
    #[must_use]
    pub const fn dependency_resolution(&self) -> Severable<'b, CommandSequence<'b>> {
        self.dependency_resolution
    }

    /// suit-candidate-verification (trust domains).
    #[must_use]
    pub const fn candidate_verification(&self) -> Severable<'b, CommandSequence<'b>> {
        self.candidate_verification
    }

    /// suit-payload-fetch.
    #[must_use]
    pub const fn payload_fetch(&self) -> Severable<'b, CommandSequence<'b>> {
        self.payload_fetch
    }

    /// suit-install.
    #[must_use]
    pub const fn install(&self) -> Severable<'b, CommandSequence<'b>> {
        self.install
    }

    /// suit-text.
    #[must_use]
    pub const fn text(&self) -> Severable<'b, TextMap<'b>> {
        self.text
    }

    /// suit-coswid (update management): one encoded `concise-swid-tag` (RFC 9393), well-formed as
    /// CBOR and otherwise not looked at.
    #[must_use]
    pub const fn coswid(&self) -> Severable<'b, Raw<'b>> {
        self.coswid
    }

    /// suit-manifest-mud.
    #[must_use]
    pub const fn mud(&self) -> Option<ManifestMud<'b>> {
        self.mud
    }

    /// The payloads that the envelope carries. Only an image digest vouches for them.
    #[must_use]
    pub const fn integrated_payloads(&self) -> IntegratedPayloads<'b> {
        self.integrated_payloads
    }

    /// The trust anchors that vouch for this manifest, as far as they were looked for; none when it was
    /// read without being verified.
    #[must_use]
    pub const fn signers(&self) -> Signers {
        self.signers
    }

    /// Says who must vouch for the manifest, when not any one anchor is enough.
    ///
    /// # Errors
    /// `Signers` unless they do.
    pub const fn require_signers(&self, demand: Demand) -> Result<(), Error> {
        if demand.is_met_by(self.signers) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Signers(None), self.encoded.offset()))
        }
    }

    /// Says who must vouch for the manifest because of the components that it has (the second model of
    /// section 9): `demand` is asked for each.
    ///
    /// # Errors
    /// `Signers` with the first component's index for which they do not.
    pub fn require_signers_by_component(
        &self,
        mut demand: impl FnMut(ComponentIdentifier<'b>) -> Demand,
    ) -> Result<(), Error> {
        for (index, component) in self.components().iter().enumerate() {
            if !demand(component).is_met_by(self.signers) {
                let offset = component.encoded().offset();
                return Err(Error::new(ErrorKind::Signers(Some(index)), offset));
            }
        }
        Ok(())
    }

    /// Says that the manifest must be newer than the one with this sequence number: for an update.
    ///
    /// # Errors
    /// `SequenceNumber` unless its number is greater.
    pub const fn require_newer_than(&self, sequence_number: u64) -> Result<(), Error> {
        if self.sequence_number > sequence_number { Ok(()) } else { Err(self.too_old()) }
    }

    /// Says that the manifest must not be older than the one with this sequence number: the rule of
    /// section 8.4.2, and enough for an invocation.
    ///
    /// # Errors
    /// `SequenceNumber` if its number is lower.
    pub const fn require_not_older_than(&self, sequence_number: u64) -> Result<(), Error> {
        if self.sequence_number >= sequence_number { Ok(()) } else { Err(self.too_old()) }
    }

    /// Says that the shared sequence must check a vendor and a class identifier, as a recipient
    /// should demand (section 6.2).
    ///
    /// # Errors
    /// `NoCompatibilityCheck` when it lacks one of them.
    pub const fn require_compatibility_check(&self) -> Result<(), Error> {
        if self.common.checks_compatibility() {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::NoCompatibilityCheck, self.encoded.offset()))
        }
    }

    const fn too_old(&self) -> Error {
        Error::new(ErrorKind::SequenceNumber, self.sequence_number_at)
    }
}

/// Reads and checks a sequence other than the shared one, with `components` indices to refer to.
fn sequence<'b>(
    encoded: Raw<'b>,
    components: usize,
    options: &Options,
) -> Result<CommandSequence<'b>, Error> {
    let read = CommandSequence::new(encoded);
    sequence::check(read, Place::Ordinary, components, options)?;
    Ok(read)
}

/// Checks that a `suit-coswid` is one CBOR item.
fn coswid(encoded: Raw<'_>) -> Result<Raw<'_>, Error> {
    let mut cursor = encoded.cursor();
    cursor.skip()?;
    cursor.finish()?;
    Ok(encoded)
}

/// Reads an element that is a digest or a byte string, whose content `read` understands.
fn severable<'b, T>(
    element: Option<Cursor<'b>>,
    read: impl Fn(Raw<'b>) -> Result<T, Error>,
) -> Result<Severable<'b, T>, Error> {
    let Some(mut element) = element else {
        return Ok(Severable::Absent);
    };
    if element.peek()? == Type::Array {
        Digest::take(&mut element).map(Severable::Severed)
    } else {
        read(element.byte_string()?).map(Severable::Present)
    }
}

/// The elements of a manifest, found but not looked into.
#[derive(Default)]
struct Elements<'b> {
    version: Option<Cursor<'b>>,
    sequence_number: Option<Cursor<'b>>,
    common: Option<Cursor<'b>>,
    reference_uri: Option<&'b str>,
    validate: Option<Raw<'b>>,
    load: Option<Raw<'b>>,
    invoke: Option<Raw<'b>>,
    uninstall: Option<Raw<'b>>,
    component_id: Option<ComponentIdentifier<'b>>,
    set_version: Option<Version<'b>>,
    dependency_resolution: Option<Cursor<'b>>,
    candidate_verification: Option<Cursor<'b>>,
    payload_fetch: Option<Cursor<'b>>,
    install: Option<Cursor<'b>>,
    text: Option<Cursor<'b>>,
    coswid: Option<Cursor<'b>>,
    mud: Option<Cursor<'b>>,
}

impl<'b> Elements<'b> {
    fn take(cursor: &mut Cursor<'b>, options: &Options) -> Result<Self, Error> {
        let mut elements = Self::default();
        let mut entries = Entries::enter(cursor)?;
        loop {
            let at = cursor.offset();
            let key = match entries.next(cursor)? {
                None => return Ok(elements),
                Some(Label::Integer(key)) => key,
                Some(Label::Text(_)) => return Err(text_key(at)),
            };
            match key {
                label::VERSION => elements.version = Some(cursor.item()?.cursor()),
                label::SEQUENCE_NUMBER => elements.sequence_number = Some(cursor.item()?.cursor()),
                label::COMMON => elements.common = Some(cursor.wrapped()?),
                label::REFERENCE_URI => elements.reference_uri = Some(cursor.text()?),
                label::VALIDATE => elements.validate = Some(cursor.byte_string()?),
                label::LOAD => elements.load = Some(cursor.byte_string()?),
                label::INVOKE => elements.invoke = Some(cursor.byte_string()?),
                label::UNINSTALL => elements.uninstall = Some(cursor.byte_string()?),
                label::MANIFEST_COMPONENT_ID => {
                    elements.component_id = Some(ComponentIdentifier::take(cursor)?);
                }
                label::SET_VERSION => {
                    let mut version = cursor.wrapped()?;
                    elements.set_version = Some(Version::take(&mut version)?);
                    version.finish()?;
                }
                label::DEPENDENCY_RESOLUTION => {
                    elements.dependency_resolution = Some(cursor.item()?.cursor());
                }
                label::CANDIDATE_VERIFICATION => {
                    elements.candidate_verification = Some(cursor.item()?.cursor());
                }
                label::PAYLOAD_FETCH => elements.payload_fetch = Some(cursor.item()?.cursor()),
                label::INSTALL => elements.install = Some(cursor.item()?.cursor()),
                label::TEXT => elements.text = Some(cursor.item()?.cursor()),
                label::COSWID => elements.coswid = Some(cursor.item()?.cursor()),
                key if key == options.manifest_mud => elements.mud = Some(cursor.wrapped()?),
                _ => return Err(Error::new(ErrorKind::UnexpectedElement(key), at)),
            }
        }
    }
}
