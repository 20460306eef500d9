//! SUIT_Manifest: what is to be installed and invoked, and how (section 8.4).

use hexad_cose_core::cbor::Raw;

use crate::command::CommandSequence;
use crate::common::{self, Common};
use crate::component::{ComponentIdentifier, Components};
use crate::dependency::Dependencies;
use crate::digest::Digest;
use crate::envelope::IntegratedPayloads;
use crate::error::{Error, ErrorKind};
use crate::labels::{common as common_label, manifest as label, tag};
use crate::mud::ManifestMud;
use crate::options::Options;
use crate::read::Reader;
use crate::sequence::{self, Findings, Place};
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

impl<'b, T> Severable<'b, T> {
    /// The element, if it is at hand.
    #[must_use]
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(element) => Some(element),
            Self::Absent | Self::Severed(_) => None,
        }
    }

    fn map<U>(self, with: impl FnOnce(T) -> U) -> Severable<'b, U> {
        match self {
            Self::Absent => Severable::Absent,
            Self::Present(element) => Severable::Present(with(element)),
            Self::Severed(digest) => Severable::Severed(digest),
        }
    }
}

/// How many elements have a place.
const PLACES: usize = 18;

/// The places of what has no label, or none in the manifest itself, and of the sequence number. The others
/// have theirs by [`place`].
const MUD: usize = 0;
const SEQUENCE_NUMBER: usize = 1;
const SHARED_SEQUENCE: usize = 2;
const DEPENDENCIES: usize = 3;
const DIGEST: usize = 10;

/// The place of the element `label`, if what it holds is looked for by its label.
const fn place(label: i64) -> Option<usize> {
    Some(match label {
        label::REFERENCE_URI => 4,
        label::MANIFEST_COMPONENT_ID => 5,
        label::SET_VERSION => 6,
        label::VALIDATE => 7,
        label::LOAD => 8,
        label::INVOKE => 9,
        label::COSWID => 11,
        label::DEPENDENCY_RESOLUTION => 12,
        label::PAYLOAD_FETCH => 13,
        label::CANDIDATE_VERIFICATION => 14,
        label::INSTALL => 15,
        label::TEXT => 16,
        label::UNINSTALL => 17,
        _ => return None,
    })
}

/// The label of the element in each place from that of suit-reference-uri on; 0 for no label.
const LABELS: [i64; PLACES - 4] = [
    label::REFERENCE_URI,
    label::MANIFEST_COMPONENT_ID,
    label::SET_VERSION,
    label::VALIDATE,
    label::LOAD,
    label::INVOKE,
    0,
    label::COSWID,
    label::DEPENDENCY_RESOLUTION,
    label::PAYLOAD_FETCH,
    label::CANDIDATE_VERIFICATION,
    label::INSTALL,
    label::TEXT,
    label::UNINSTALL,
];

/// A SUIT_Manifest, checked against the whole CDDL, that borrows from the bytes it was read from.
/// What no processing needs, suit-text and suit-manifest-mud, is checked when it is asked for.
///
/// [`Envelope::authenticate`](crate::Envelope::authenticate) gives it as
/// [`Verified`](hexad_cose_core::Verified). A manifest that [`Manifest::parse`] read proves nothing
/// and no processor takes it.
///
/// It remembers where its elements begin, not what they hold: a device keeps several of these in memory.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'b> {
    /// All that the manifest was read from: the envelope, or the manifest alone.
    input: Raw<'b>,
    encoded: Raw<'b>,
    sequence_number: u64,
    /// Where each element's value begins, counted as in `input`; 0 where there is none.
    elements: [usize; PLACES],
    components: Components<'b>,
    /// How many component indices there are.
    count: usize,
    findings: Findings,
    has_integrated_payloads: bool,
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
        let mut reader = Reader::new(Raw::new(bytes, 0));
        reader.optional_tag(tag::MANIFEST);
        reader.outcome()?;
        let encoded = reader.rest();
        let mut manifest = Self::unread(encoded, encoded);
        manifest.read(options)?;
        manifest.check_descriptions()?;
        Ok(manifest)
    }

    /// The manifest that is all of `encoded`, which is a part of `input`, before it is read.
    pub(crate) const fn unread(input: Raw<'b>, encoded: Raw<'b>) -> Self {
        Self {
            input,
            encoded,
            sequence_number: 0,
            elements: [0; PLACES],
            components: Components::none(),
            count: 0,
            findings: Findings::NONE,
            has_integrated_payloads: false,
            signers: Signers::NONE,
        }
    }

    /// Reads it, in its place.
    #[inline(never)]
    pub(crate) fn read(&mut self, options: &Options) -> Result<(), Error> {
        self.read_elements(options)?;
        // Not from within: the check has a path of levels on its stack.
        if let Some(shared) = self.shared_sequence() {
            self.findings = sequence::check(shared, Place::Shared, self.count, options)?;
        }
        for (offset, label) in self.elements.iter().skip(4).zip(&LABELS) {
            if *offset != 0 {
                self.check(*label, Reader::new(self.position(*offset)), options)?;
            }
        }
        Ok(())
    }

    /// Reads the version, the sequence number and suit-common, and notes where the other elements are.
    #[inline(never)]
    fn read_elements(&mut self, options: &Options) -> Result<(), Error> {
        let mut reader = Reader::new(self.encoded);
        let (mut has_version, mut has_common) = (false, false);
        let mut keys = reader.map();
        loop {
            let at = reader.offset();
            let Some(key) = reader.key(&mut keys) else { break };
            let value = reader.offset();
            match key {
                label::VERSION => {
                    has_version = true;
                    if reader.unsigned() != 1 {
                        reader.refuse(ErrorKind::UnsupportedVersion, value);
                    }
                }
                label::SEQUENCE_NUMBER => {
                    self.set(SEQUENCE_NUMBER, value);
                    self.sequence_number = reader.unsigned();
                }
                label::COMMON => {
                    has_common = true;
                    self.read_common(&mut reader, options);
                }
                _ => {
                    let place = if key == options.manifest_mud { Some(MUD) } else { place(key) };
                    match place {
                        Some(place) => self.set(place, value),
                        None => reader.refuse(ErrorKind::UnexpectedElement(key), at),
                    }
                    reader.skip();
                }
            }
        }
        reader.finish();
        let required = [
            (label::VERSION, has_version),
            (label::SEQUENCE_NUMBER, self.at(SEQUENCE_NUMBER).is_some()),
            (label::COMMON, has_common),
        ];
        for (label, is_there) in required {
            if !is_there {
                reader.refuse(ErrorKind::MissingElement(label), self.encoded.offset());
            }
        }
        reader.outcome()
    }

    /// Reads suit-common, but for what is in the shared sequence.
    #[inline(never)]
    fn read_common(&mut self, reader: &mut Reader<'b>, options: &Options) {
        let outer = reader.enter();
        let limit = options.components;
        let mut dependencies = Dependencies::none();
        let mut keys = reader.map();
        loop {
            let at = reader.offset();
            let Some(key) = reader.key(&mut keys) else { break };
            let value = reader.offset();
            match key {
                common_label::COMPONENTS => {
                    self.components = Components::take(reader, limit);
                }
                common_label::DEPENDENCIES => {
                    self.set(DEPENDENCIES, value);
                    let taken = reader.by_cursor(|cursor| Dependencies::take(cursor, limit));
                    dependencies = taken.unwrap_or(dependencies);
                }
                common_label::SHARED_SEQUENCE => {
                    self.set(SHARED_SEQUENCE, value);
                    reader.bytes();
                }
                key => reader.refuse(ErrorKind::UnexpectedElement(key), at),
            }
        }
        reader.leave(outer);
        self.count = self.components.len();
        if !dependencies.is_empty() {
            match common::number_dependencies(self.components, dependencies) {
                Ok(count) => self.count = count,
                Err(error) => reader.refuse_as(error),
            }
        }
    }

    /// Checks what [`read`](Self::read) leaves to those who ask for it.
    pub(crate) fn check_descriptions(&self) -> Result<(), Error> {
        self.text()?;
        self.mud().map(drop)
    }

    /// Checks the element `label`, whose value is at the position of `reader`.
    fn check(&self, label: i64, mut reader: Reader<'b>, options: &Options) -> Result<(), Error> {
        match label {
            label::REFERENCE_URI => {
                reader.text();
            }
            label::MANIFEST_COMPONENT_ID => {
                ComponentIdentifier::take(&mut reader);
            }
            label::SET_VERSION => {
                let outer = reader.enter();
                reader.by_cursor(Version::take);
                reader.leave(outer);
            }
            label::VALIDATE | label::LOAD | label::INVOKE | label::UNINSTALL => {
                let content = reader.byte_string();
                reader.outcome()?;
                return self.check_content(label, content, options);
            }
            _ if reader.is_at(4) => {
                Digest::take(&mut reader);
            }
            _ => {
                let content = reader.byte_string();
                reader.outcome()?;
                return self.check_content(label, content, options);
            }
        }
        reader.outcome()
    }

    /// Checks what is in the byte string of an element that is one.
    fn check_content(&self, label: i64, content: Raw<'b>, options: &Options) -> Result<(), Error> {
        match label {
            // Checked when it is asked for.
            label::TEXT => Ok(()),
            label::COSWID => {
                let mut reader = Reader::new(content);
                reader.skip();
                reader.finish();
                reader.outcome()
            }
            _ => {
                let sequence = CommandSequence::new(content);
                sequence::check(sequence, Place::Ordinary, self.count, options).map(drop)
            }
        }
    }

    /// Puts the severed element `label`, which the envelope carries as the byte string `wrapped` and
    /// which was found to match its digest, in its place.
    pub(crate) fn attach(
        &mut self,
        label: i64,
        wrapped: Raw<'b>,
        options: &Options,
    ) -> Result<(), Error> {
        let content = Reader::new(wrapped).byte_string();
        self.check_content(label, content, options)?;
        if let Some(place) = place(label) {
            self.set(place, wrapped.offset());
        }
        Ok(())
    }

    /// Notes where in the envelope the manifest's digest begins, whether there are payloads, and who was
    /// found to vouch for it.
    pub(crate) fn belong_to(
        &mut self,
        digest: usize,
        has_integrated_payloads: bool,
        signers: Signers,
    ) {
        self.set(DIGEST, digest);
        self.has_integrated_payloads = has_integrated_payloads;
        self.signers = signers;
    }

    fn set(&mut self, place: usize, offset: usize) {
        if let Some(element) = self.elements.get_mut(place) {
            *element = offset;
        }
    }

    /// A position in what the manifest was read from.
    pub(crate) fn position(&self, offset: usize) -> Raw<'b> {
        let skipped = offset.wrapping_sub(self.input.offset());
        Raw::new(self.input.bytes().get(skipped..).unwrap_or_default(), offset)
    }

    /// The value of the element in this place.
    fn at(&self, place: usize) -> Option<Reader<'b>> {
        let offset = *self.elements.get(place).filter(|offset| **offset != 0)?;
        Some(Reader::new(self.position(offset)))
    }

    /// The value of the element `label`.
    fn element(&self, label: i64) -> Option<Reader<'b>> {
        self.at(place(label)?)
    }

    /// The content of the element `label`, a byte string; or the digest that stands for it.
    fn content(&self, label: i64) -> Severable<'b, Raw<'b>> {
        let Some(mut element) = self.element(label) else { return Severable::Absent };
        if element.is_at(2) {
            Severable::Present(element.byte_string())
        } else {
            Severable::Severed(Digest::take(&mut element))
        }
    }

    /// The sequence `label`, severable or not.
    #[must_use]
    pub fn sequence(&self, label: i64) -> Severable<'b, CommandSequence<'b>> {
        match label {
            label::VALIDATE
            | label::LOAD
            | label::INVOKE
            | label::UNINSTALL
            | label::DEPENDENCY_RESOLUTION
            | label::PAYLOAD_FETCH
            | label::CANDIDATE_VERIFICATION
            | label::INSTALL => self.content(label).map(CommandSequence::new),
            _ => Severable::Absent,
        }
    }

    /// The digest that stands in the place of the severed element `label`.
    pub(crate) fn severed(&self, label: i64) -> Option<Digest<'b>> {
        let mut element = self.element(label).filter(|element| element.is_at(4))?;
        Some(Digest::take(&mut element))
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

    /// The digest that the envelope's authentication wrapper has of this manifest; `None` for one that
    /// was read alone.
    #[must_use]
    pub fn digest(&self) -> Option<Digest<'b>> {
        Some(Digest::take(&mut self.at(DIGEST)?))
    }

    /// suit-common.
    #[must_use]
    pub fn common(&self) -> Common<'b> {
        Common::new(
            self.components,
            self.dependencies(),
            self.count,
            self.shared_sequence(),
            self.findings,
        )
    }

    /// suit-components, of suit-common.
    #[must_use]
    pub const fn components(&self) -> Components<'b> {
        self.components
    }

    /// How many component indices there are: all of `suit-components`, and the dependencies that are
    /// numbered on from where it ends.
    #[must_use]
    pub const fn component_count(&self) -> usize {
        self.count
    }

    /// The identifier of the component with this index: see [`Common::component`].
    #[must_use]
    pub fn component(&self, index: usize) -> Option<ComponentIdentifier<'b>> {
        common::component(self.components, self.dependencies(), index)
    }

    /// suit-shared-sequence, of suit-common.
    #[must_use]
    pub fn shared_sequence(&self) -> Option<CommandSequence<'b>> {
        Some(CommandSequence::new(self.at(SHARED_SEQUENCE)?.byte_string()))
    }

    /// suit-dependencies, of suit-common.
    #[must_use]
    pub fn dependencies(&self) -> Dependencies<'b> {
        self.at(DEPENDENCIES)
            .map_or(Dependencies::none(), |at| Dependencies::enter(at.rest().cursor()))
    }

    /// The sequence in the element with this label, if it is at hand; the shared sequence for suit-common,
    /// which holds it.
    #[must_use]
    pub fn section(&self, label: i64) -> Option<CommandSequence<'b>> {
        match label {
            label::COMMON => self.shared_sequence(),
            label => self.sequence(label).present(),
        }
    }

    /// suit-reference-uri: where the manifest with all severed elements is.
    #[must_use]
    pub fn reference_uri(&self) -> Option<&'b str> {
        Some(self.element(label::REFERENCE_URI)?.text())
    }

    /// suit-manifest-component-id (trust domains): where a root manifest is kept.
    #[must_use]
    pub fn component_id(&self) -> Option<ComponentIdentifier<'b>> {
        Some(ComponentIdentifier::take(&mut self.element(label::MANIFEST_COMPONENT_ID)?))
    }

    /// suit-set-version (update management): the version of all that the manifest updates.
    #[must_use]
    pub fn set_version(&self) -> Option<Version<'b>> {
        Version::take(&mut self.element(label::SET_VERSION)?.byte_string().cursor()).ok()
    }

    /// suit-validate.
    #[must_use]
    pub fn validate(&self) -> Option<CommandSequence<'b>> {
        self.sequence(label::VALIDATE).present()
    }

    /// suit-load.
    #[must_use]
    pub fn load(&self) -> Option<CommandSequence<'b>> {
        self.sequence(label::LOAD).present()
    }

    /// suit-invoke.
    #[must_use]
    pub fn invoke(&self) -> Option<CommandSequence<'b>> {
        self.sequence(label::INVOKE).present()
    }

    /// suit-uninstall (trust domains).
    #[must_use]
    pub fn uninstall(&self) -> Option<CommandSequence<'b>> {
        self.sequence(label::UNINSTALL).present()
    }

    /// suit-dependency-resolution (trust domains).
    #[must_use]
    pub fn dependency_resolution(&self) -> Severable<'b, CommandSequence<'b>> {
        self.sequence(label::DEPENDENCY_RESOLUTION)
    }

    /// suit-payload-fetch.
    #[must_use]
    pub fn payload_fetch(&self) -> Severable<'b, CommandSequence<'b>> {
        self.sequence(label::PAYLOAD_FETCH)
    }

    /// suit-candidate-verification (trust domains).
    #[must_use]
    pub fn candidate_verification(&self) -> Severable<'b, CommandSequence<'b>> {
        self.sequence(label::CANDIDATE_VERIFICATION)
    }

    /// suit-install.
    #[must_use]
    pub fn install(&self) -> Severable<'b, CommandSequence<'b>> {
        self.sequence(label::INSTALL)
    }

    /// suit-text, which is checked now: no processing needs it.
    ///
    /// # Errors
    /// Those of CBOR; `UnknownComponent`; `Cose` with `InvalidValue` for what is no language tag.
    pub fn text(&self) -> Result<Severable<'b, TextMap<'b>>, Error> {
        Ok(match self.content(label::TEXT) {
            Severable::Absent => Severable::Absent,
            Severable::Severed(digest) => Severable::Severed(digest),
            Severable::Present(text) => Severable::Present(TextMap::parse(text, self.components)?),
        })
    }

    /// suit-coswid (update management): one encoded `concise-swid-tag` (RFC 9393), well-formed as
    /// CBOR and otherwise not looked at.
    #[must_use]
    pub fn coswid(&self) -> Severable<'b, Raw<'b>> {
        self.content(label::COSWID)
    }

    /// suit-manifest-mud, which is checked now: no processing needs it.
    ///
    /// # Errors
    /// Those of CBOR; `MissingElement`, `UnexpectedElement`, `UnsupportedDigest`, `DigestLength`.
    pub fn mud(&self) -> Result<Option<ManifestMud<'b>>, Error> {
        let Some(mut mud) = self.at(MUD) else { return Ok(None) };
        let content = mud.byte_string();
        mud.outcome()?;
        ManifestMud::parse(content.cursor()).map(Some)
    }

    /// The payloads that the envelope carries. Only an image digest vouches for them.
    #[must_use]
    pub fn integrated_payloads(&self) -> IntegratedPayloads<'b> {
        IntegratedPayloads::of(self.input, self.has_integrated_payloads)
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
        if self.findings.checks_compatibility() {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::NoCompatibilityCheck, self.encoded.offset()))
        }
    }

    const fn too_old(&self) -> Error {
        let [_, at, ..] = self.elements;
        Error::new(ErrorKind::SequenceNumber, at)
    }
}
