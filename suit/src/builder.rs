//! Making manifests and envelopes (needs `alloc`).

mod encryption;
mod envelope;
mod sequence;
mod value;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use hexad_cose_core::cbor::{Encoder, Raw};
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Error as CoseError, HashAlgorithm, Label, Segments};

use crate::digest::Digest;
use crate::envelope::SEVERABLE;
use crate::error::{Error, ErrorKind};
use crate::labels::{common, dependency, manifest as label, mud, tag};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::write::write_digest;

pub use encryption::{EncryptedPayload, PayloadEncryption};
pub use envelope::EnvelopeBuilder;
pub use sequence::Sequence;
pub use value::{component_metadata, permissions, version, versions, wait_info};

/// What an encoder's closure returns.
type Encoded = Result<(), CoseError>;

/// What `content` encodes.
fn encode(content: impl FnOnce(&mut Encoder<'_>) -> Encoded) -> Result<Vec<u8>, Error> {
    let mut encoded = Vec::new();
    content(&mut Encoder::appending(&mut encoded))?;
    Ok(encoded)
}

/// A manifest to be made. What it will hold is given in any order; what comes out is in the
/// deterministic encoding of RFC 8949, 4.2.1.
///
/// ```
/// use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Sign1};
/// use hexad_rustcrypto::{RustCrypto, SigningKey};
/// use hexad_suit::builder::{ManifestBuilder, Sequence};
/// use hexad_suit::command::{Action, Condition, ReportingPolicy};
/// use hexad_suit::digest::Digest;
/// use hexad_suit::parameter::{Parameter, VendorIdentifier};
/// use hexad_suit::Envelope;
///
/// let policy = ReportingPolicy::RECORD_ON_FAILURE;
/// let mut manifest = ManifestBuilder::new(1);
/// let app = manifest.component(&[b"app"]);
/// manifest.shared_sequence(
///     Sequence::new()
///         .set_component_index(app)?
///         .override_parameters(&[
///             Parameter::VendorIdentifier(VendorIdentifier::Uuid(&[0xfa; 16])),
///             Parameter::ClassIdentifier(&[0x14; 16]),
///             Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, &[7; 32])?),
///             Parameter::ImageSize(34768),
///         ])?
///         .condition(Condition::VendorIdentifier, policy)?
///         .condition(Condition::ClassIdentifier, policy)?,
/// );
/// manifest.install(
///     Sequence::new()
///         .override_parameters(&[Parameter::Uri("https://example.com/app.bin")])?
///         .action(Action::Fetch, policy)?
///         .condition(Condition::ImageMatch, policy)?,
/// );
/// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// let mut envelope = manifest.build(&mut RustCrypto)?;
/// envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto)?;
/// let bytes: Vec<u8> = envelope.encode()?;
/// assert!(Envelope::parse(&bytes).is_ok());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManifestBuilder {
    sequence_number: u64,
    /// Identifiers, each a list of segments.
    components: Vec<Vec<Vec<u8>>>,
    /// Prefixes by component indices.
    dependencies: BTreeMap<usize, Option<Vec<Vec<u8>>>>,
    component_id: Option<Vec<Vec<u8>>>,
    set_version: Option<Vec<i64>>,
    shared_sequence: Option<Sequence>,
    reference_uri: Option<String>,
    /// All but the shared one, by their labels.
    sequences: BTreeMap<i64, Sequence>,
    /// By language, then by component (none first) and label.
    text: BTreeMap<TextKey, BTreeMap<Option<usize>, BTreeMap<i64, String>>>,
    coswid: Option<Vec<u8>>,
    mud: Option<Vec<u8>>,
    severed: Vec<i64>,
    digest_algorithm: HashAlgorithm,
    options: Options,
}

/// A language, in the order of encoded text: the shorter first.
type TextKey = (usize, String);

impl ManifestBuilder {
    /// A manifest with this sequence number and nothing else yet.
    #[must_use]
    pub fn new(sequence_number: u64) -> Self {
        Self {
            sequence_number,
            components: Vec::new(),
            dependencies: BTreeMap::new(),
            component_id: None,
            set_version: None,
            shared_sequence: None,
            reference_uri: None,
            sequences: BTreeMap::new(),
            text: BTreeMap::new(),
            coswid: None,
            mud: None,
            severed: Vec::new(),
            digest_algorithm: HashAlgorithm::Sha256,
            options: Options::default(),
        }
    }

    /// With other limits, and another label of `suit-manifest-mud`, than the default ones.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// With another digest algorithm than SHA-256, for the manifest and what is severed from it.
    #[must_use]
    pub fn with_digest_algorithm(mut self, algorithm: HashAlgorithm) -> Self {
        self.digest_algorithm = algorithm;
        self
    }

    /// Adds a component with these segments as its identifier; its index.
    pub fn component(&mut self, segments: &[&[u8]]) -> usize {
        let index = self.components.len();
        self.components.push(owned(segments));
        index
    }

    /// Makes the component with this index a dependency (suit-dependencies), with a prefix for the
    /// identifiers of its own components if there is one. An index that no component has is the next
    /// one behind them; its prefix then names it too, as in the examples of the draft.
    pub fn dependency(&mut self, index: usize, prefix: Option<&[&[u8]]>) -> &mut Self {
        self.dependencies.insert(index, prefix.map(owned));
        self
    }

    /// Sets suit-manifest-component-id (trust domains).
    pub fn component_id(&mut self, segments: &[&[u8]]) -> &mut Self {
        self.component_id = Some(owned(segments));
        self
    }

    /// Sets suit-set-version (update management).
    pub fn set_version(&mut self, numbers: &[i64]) -> &mut Self {
        self.set_version = Some(numbers.to_owned());
        self
    }

    /// Sets suit-shared-sequence.
    pub fn shared_sequence(&mut self, sequence: Sequence) -> &mut Self {
        self.shared_sequence = Some(sequence);
        self
    }

    /// Sets suit-reference-uri.
    pub fn reference_uri(&mut self, uri: &str) -> &mut Self {
        self.reference_uri = Some(uri.to_owned());
        self
    }

    /// Sets suit-dependency-resolution (trust domains).
    pub fn dependency_resolution(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::DEPENDENCY_RESOLUTION, sequence)
    }

    /// Sets suit-candidate-verification (trust domains).
    pub fn candidate_verification(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::CANDIDATE_VERIFICATION, sequence)
    }

    /// Sets suit-uninstall (trust domains).
    pub fn uninstall(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::UNINSTALL, sequence)
    }

    /// Sets suit-payload-fetch.
    pub fn payload_fetch(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::PAYLOAD_FETCH, sequence)
    }

    /// Sets suit-install.
    pub fn install(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::INSTALL, sequence)
    }

    /// Sets suit-validate.
    pub fn validate(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::VALIDATE, sequence)
    }

    /// Sets suit-load.
    pub fn load(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::LOAD, sequence)
    }

    /// Sets suit-invoke.
    pub fn invoke(&mut self, sequence: Sequence) -> &mut Self {
        self.sequence(label::INVOKE, sequence)
    }

    fn sequence(&mut self, label: i64, sequence: Sequence) -> &mut Self {
        self.sequences.insert(label, sequence);
        self
    }

    /// Adds a text in a language (`en-US`), for a component or for the manifest as a whole, with one
    /// of the labels of [`labels::text`](crate::labels::text) or
    /// [`labels::component_text`](crate::labels::component_text).
    pub fn text(
        &mut self,
        language: &str,
        component: Option<usize>,
        label: i64,
        text: &str,
    ) -> &mut Self {
        let key = (language.len(), language.to_owned());
        let of_component = self.text.entry(key).or_default().entry(component).or_default();
        of_component.insert(label, text.to_owned());
        self
    }

    /// Sets suit-coswid: one encoded `concise-swid-tag`.
    pub fn coswid(&mut self, tag: &[u8]) -> &mut Self {
        self.coswid = Some(tag.to_owned());
        self
    }

    /// Sets suit-manifest-mud: where the MUD file is, and the thumbprint (RFC 9679) of the key that
    /// signs it.
    ///
    /// # Errors
    /// None in practice; those of the encoder are handed on.
    pub fn mud(&mut self, url: &str, ski: Digest<'_>) -> Result<&mut Self, Error> {
        self.mud = Some(encode(|encoder| {
            encoder.map(2)?.integer(mud::URL)?.tag(tag::URI)?.text(url)?.integer(mud::SKI)?;
            write_digest(encoder, ski)
        })?);
        Ok(self)
    }

    /// Moves the element `label` (suit-dependency-resolution, suit-payload-fetch,
    /// suit-candidate-verification, suit-install, suit-text or suit-coswid) into the envelope and leaves its digest in the manifest.
    pub fn sever(&mut self, label: i64) -> &mut Self {
        self.severed.push(label);
        self
    }

    /// The envelope, which nobody has signed yet.
    ///
    /// # Errors
    /// Those of [`Manifest::parse_with`], for what would be refused by every reader: an index that no
    /// component has, a directive in the shared sequence, and so on, with offsets in the manifest;
    /// `UnexpectedElement` when something is severed that is not there or not severable; those of the
    /// hash.
    pub fn build(&self, hash: &mut impl Hash) -> Result<EnvelopeBuilder, Error> {
        let mut elements = self.elements()?;
        let mut severed = Vec::new();
        for label in &self.severed {
            let refused = Error::new(ErrorKind::UnexpectedElement(*label), 0);
            if !SEVERABLE.contains(label) {
                return Err(refused);
            }
            let element = elements.get_mut(&Label::Integer(*label)).ok_or(refused)?;
            let digest = self.digest(element, hash)?;
            severed.push((*label, core::mem::replace(element, digest)));
        }
        severed.sort();
        let manifest = encode(|encoder| {
            encoder.map(elements.len())?;
            for (label, value) in &elements {
                encoder.integer(label.integer().unwrap_or_default())?.raw(value)?;
            }
            Ok(())
        })?;
        let encoded = Raw::new(&manifest, 0);
        let mut read = Manifest::unread(encoded, encoded);
        read.read(&self.options)?;
        for (label, element) in &severed {
            read.attach(*label, Raw::new(element, 0), &self.options)?;
        }
        let wrapped = wrap(&manifest)?;
        let digest = self.digest(&wrapped, hash)?;
        Ok(EnvelopeBuilder::new(digest, wrapped, severed))
    }

    /// The encoded SUIT_Digest of `message`.
    fn digest(&self, message: &[u8], hash: &mut impl Hash) -> Result<Vec<u8>, Error> {
        let digest = hash
            .digest(self.digest_algorithm, &Segments::plain(message))
            .map_err(|error| error.at(0))?;
        let digest = Digest::new(self.digest_algorithm, digest.as_bytes())?;
        encode(|encoder| write_digest(encoder, digest))
    }

    /// The manifest's elements, encoded, in the order of their keys.
    fn elements(&self) -> Result<BTreeMap<Label<'static>, Vec<u8>>, Error> {
        let mut elements = BTreeMap::new();
        let mut add = |label, content: Vec<u8>| elements.insert(Label::Integer(label), content);
        add(label::VERSION, encode(|encoder| encoder.unsigned(1).map(drop))?);
        let number = encode(|encoder| encoder.unsigned(self.sequence_number).map(drop))?;
        add(label::SEQUENCE_NUMBER, number);
        add(label::COMMON, wrap(&self.common()?)?);
        if let Some(uri) = &self.reference_uri {
            add(label::REFERENCE_URI, encode(|encoder| encoder.text(uri).map(drop))?);
        }
        if let Some(segments) = &self.component_id {
            let identifier = encode(|encoder| write_identifier(encoder, segments))?;
            add(label::MANIFEST_COMPONENT_ID, identifier);
        }
        if let Some(numbers) = &self.set_version {
            add(label::SET_VERSION, wrap(&version(numbers)?)?);
        }
        for (label, sequence) in &self.sequences {
            add(*label, wrap(&sequence.encode()?)?);
        }
        if !self.text.is_empty() {
            add(label::TEXT, wrap(&self.text_map()?)?);
        }
        if let Some(coswid) = &self.coswid {
            add(label::COSWID, wrap(coswid)?);
        }
        if let Some(mud) = &self.mud {
            add(self.options.manifest_mud, wrap(mud)?);
        }
        Ok(elements)
    }

    fn common(&self) -> Result<Vec<u8>, Error> {
        let shared = self.shared_sequence.as_ref().map(Sequence::encode).transpose()?;
        encode(|encoder| {
            let entries =
                [!self.dependencies.is_empty(), !self.components.is_empty(), shared.is_some()];
            encoder.map(entries.into_iter().filter(|there| *there).count())?;
            if !self.dependencies.is_empty() {
                encoder.integer(common::DEPENDENCIES)?.map(self.dependencies.len())?;
                for (index, prefix) in &self.dependencies {
                    encoder.unsigned(u64::try_from(*index).unwrap_or(u64::MAX))?;
                    encoder.map(usize::from(prefix.is_some()))?;
                    if let Some(prefix) = prefix {
                        encoder.integer(dependency::PREFIX)?;
                        write_identifier(encoder, prefix)?;
                    }
                }
            }
            if !self.components.is_empty() {
                encoder.integer(common::COMPONENTS)?.array(self.components.len())?;
                for component in &self.components {
                    write_identifier(encoder, component)?;
                }
            }
            if let Some(shared) = &shared {
                encoder.integer(common::SHARED_SEQUENCE)?.bytes(shared)?;
            }
            Ok(())
        })
    }

    fn text_map(&self) -> Result<Vec<u8>, Error> {
        let mut encoded = Vec::new();
        let mut encoder = Encoder::appending(&mut encoded);
        encoder.map(self.text.len())?;
        for ((_, language), texts) in &self.text {
            // Integers come before identifiers, which are arrays, and those in bytewise order.
            let of_manifest = texts.get(&None);
            let mut of_components = Vec::new();
            for (component, texts) in texts {
                let Some(component) = component else { continue };
                let unknown = Error::new(ErrorKind::ComponentIndex, 0);
                let identifier = self.components.get(*component).ok_or(unknown)?;
                let identifier = encode(|encoder| write_identifier(encoder, identifier))?;
                of_components.push((identifier, texts));
            }
            of_components.sort();
            let entries = of_manifest.map_or(0, BTreeMap::len).saturating_add(of_components.len());
            encoder.text(language)?.map(entries)?;
            write_texts(&mut encoder, of_manifest)?;
            for (identifier, texts) in of_components {
                encoder.raw(&identifier)?.map(texts.len())?;
                write_texts(&mut encoder, Some(texts))?;
            }
        }
        Ok(encoded)
    }
}

/// A copy of a component identifier's segments.
fn owned(segments: &[&[u8]]) -> Vec<Vec<u8>> {
    segments.iter().map(|segment| segment.to_vec()).collect()
}

/// Writes a component identifier.
fn write_identifier(encoder: &mut Encoder<'_>, segments: &[Vec<u8>]) -> Encoded {
    encoder.array(segments.len())?;
    for segment in segments {
        encoder.bytes(segment)?;
    }
    Ok(())
}

/// A byte string around `content`.
fn wrap(content: &[u8]) -> Result<Vec<u8>, Error> {
    encode(|encoder| encoder.bytes(content).map(drop))
}

/// Writes texts under their labels, in the order of encoded integers.
fn write_texts(encoder: &mut Encoder<'_>, texts: Option<&BTreeMap<i64, String>>) -> Encoded {
    let Some(texts) = texts else { return Ok(()) };
    let mut texts: Vec<_> = texts.iter().collect();
    texts.sort_by_key(|(label, _)| Label::Integer(**label));
    for (label, text) in texts {
        encoder.integer(*label)?.text(text)?;
    }
    Ok(())
}
