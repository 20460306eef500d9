//! A device that is exactly the one that a manifest is made for.
//!
//! The digests in the drafts' examples are patterns that no image has. So what the device fetches or
//! copies counts as the image that the author meant: its digest is the one that the manifest has set
//! for the component. What the manifest or the envelope carries itself is hashed as it is.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use hexad_cose_core::cbor::Cursor;
use hexad_cose_core::crypto::{Hash, Hasher};
use hexad_cose_core::{
    Algorithm, CryptoError, Curve, Digest, HashAlgorithm, RecipientKey, Secret, Verified,
};
use hexad_rustcrypto::{AgreementKey, RunningHash, RustCrypto, SigningKey};
use hexad_suit::decryption::{DeviceKey, DeviceKeys};
use hexad_suit::encryption::EncryptionInfo;
use hexad_suit::metadata::ComponentMetadata;
use hexad_suit::parameter::{Uuid, VendorIdentifier};
use hexad_suit::platform::Record;
use hexad_suit::version::VersionMatch;
use hexad_suit::wait::WaitInfo;
use hexad_suit::{
    Ciphertext, Component, Envelope, Error, ErrorKind, Failure, Identity, Manifest, Platform,
    Procedure, Processor, Step, labels,
};

/// How many components the manifests under test may have together.
const COMPONENTS: usize = 64;

/// How many manifests there may be below the root.
const DEPENDENCIES: usize = 8;

/// What a component holds.
#[derive(Clone, Debug)]
enum Content {
    Empty,
    /// The image that the manifest's author meant.
    AsMeant,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// What the manifest has set for a component, as the records of its commands tell.
#[derive(Clone, Debug, Default)]
struct Meant {
    digest: Option<Vec<u8>>,
    size: Option<u64>,
}

/// The size of an image whose manifest does not say.
const UNKNOWN_SIZE: u64 = 64;

/// The device, with a trace of all that was done on it.
#[derive(Debug)]
pub struct Device<'b> {
    envelope: &'b [u8],
    supplies: Supplies<'b>,
    contents: Vec<Content>,
    meant: Vec<Meant>,
    hash: DecreedHash,
    piece: Vec<u8>,
    /// The component and the URI of a transfer under way.
    fetching: Option<(usize, String)>,
    slot: u64,
    trace: Vec<String>,
    stored: Option<u64>,
    lacks_ciphertext: bool,
}

/// What a device finds elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Supplies<'b> {
    /// Envelopes of dependencies, found by the digests of their manifests.
    pub envelopes: &'b [Vec<u8>],
    /// Payloads, by their URIs; every other counts as the image that the author meant.
    pub payloads: &'b [(String, Vec<u8>)],
    /// The key that signs the dependencies; without one there are none.
    pub key: Option<&'b SigningKey>,
}

impl<'b> Device<'b> {
    /// With what is elsewhere.
    #[must_use]
    pub fn with_supplies(mut self, supplies: Supplies<'b>) -> Self {
        self.supplies = supplies;
        self
    }

    /// What the component holds, as far as it is known byte by byte.
    #[must_use]
    pub fn content(&self, component: usize) -> Option<&[u8]> {
        match self.contents.get(component)? {
            Content::Bytes(bytes) => Some(bytes),
            Content::Empty | Content::AsMeant => None,
        }
    }

    /// A device for the manifest in `envelope`. Its components are empty, unless the manifest only
    /// boots what was installed before.
    #[must_use]
    pub fn for_manifest(envelope: &'b [u8], manifest: &Manifest<'_>) -> Self {
        let boots_only =
            manifest.install().present().is_none() && manifest.payload_fetch().present().is_none();
        let content = if boots_only { Content::AsMeant } else { Content::Empty };
        let count = manifest.component_count();
        let mut contents = vec![content; count];
        contents.resize(COMPONENTS, Content::Empty);
        Self {
            envelope,
            supplies: Supplies::default(),
            contents,
            meant: vec![Meant::default(); COMPONENTS],
            hash: DecreedHash::default(),
            piece: Vec::new(),
            fetching: None,
            slot: 0,
            trace: Vec::new(),
            stored: None,
            lacks_ciphertext: false,
        }
    }

    /// Gives the components' updates this slot.
    pub fn set_slot(&mut self, slot: u64) {
        self.slot = slot;
    }

    /// Puts an image into the component that no manifest means.
    pub fn corrupt(&mut self, component: usize) {
        if let Some(content) = self.contents.get_mut(component) {
            *content = Content::Bytes(b"something else".to_vec());
        }
    }

    /// Runs a procedure to its end.
    ///
    /// # Errors
    /// Those of the processor.
    pub fn run<'m>(
        &mut self,
        manifest: &'m Verified<Manifest<'m>>,
        procedure: Procedure,
    ) -> Result<(), Error>
    where
        'b: 'm,
    {
        let mut processor: Processor<'m, Self, COMPONENTS, 8, DEPENDENCIES> =
            Processor::new(manifest, procedure, &Anyone)?;
        loop {
            match processor.step(self)? {
                Step::Fetch { component, uri, limit, digest, .. } => {
                    let shown = limit.map_or(String::new(), |limit| format!(" up to {limit}"));
                    self.trace.push(format!("fetch {uri} into {}{shown}", component.index));
                    self.fetching = Some((component.index, uri.to_owned()));
                    if let (Some(meant), Some(digest)) =
                        (self.meant.get_mut(component.index), digest)
                    {
                        *meant = Meant { digest: Some(digest.bytes().to_vec()), size: limit };
                    }
                }
                Step::Dependency { component, envelope, digest, .. } => {
                    self.trace.push(format!("look into {}", component.index));
                    processor.supply(self.dependency(&component, envelope, digest));
                }
                Step::Busy => {}
                Step::Done(_) => return Ok(()),
            }
        }
    }

    /// The manifest of a dependency: from the envelope at hand, or the one with this digest.
    fn dependency<'m>(
        &self,
        component: &Component<'_>,
        envelope: Option<&'m [u8]>,
        digest: Option<hexad_suit::digest::Digest<'_>>,
    ) -> Result<Verified<Manifest<'m>>, Error>
    where
        'b: 'm,
    {
        let missing = Error::new(ErrorKind::NotAuthenticated, 0);
        self.held(component).map_err(|_| missing)?;
        let key = self.supplies.key.ok_or(missing)?;
        let is_wanted = |bytes: &&Vec<u8>| {
            let envelope = Envelope::parse(bytes).ok();
            envelope.is_some_and(|envelope| Some(envelope.authentication().digest()) == digest)
        };
        let bytes = match envelope {
            Some(envelope) => envelope,
            None => self.supplies.envelopes.iter().find(is_wanted).ok_or(missing)?,
        };
        super::verify(bytes, key)
    }

    /// What was done so far, a line an event; forgets it.
    pub fn take_trace(&mut self) -> Vec<String> {
        std::mem::take(&mut self.trace)
    }

    /// The sequence number that was stored.
    #[must_use]
    pub fn stored_sequence_number(&self) -> Option<u64> {
        self.stored
    }

    /// Whether there was something to decrypt that is not at hand.
    #[must_use]
    pub const fn lacks_ciphertext(&self) -> bool {
        self.lacks_ciphertext
    }

    fn put(&mut self, component: &Component<'_>, content: Content) -> Poll<Result<(), Failure>> {
        Poll::Ready(match self.contents.get_mut(component.index) {
            Some(held) => {
                *held = content;
                Ok(())
            }
            None => Err(Failure::Failed),
        })
    }

    fn held(&self, component: &Component<'_>) -> Result<Content, Failure> {
        match self.contents.get(component.index) {
            Some(Content::Empty) | None => Err(Failure::Failed),
            Some(content) => Ok(content.clone()),
        }
    }

    /// Notes the digest and size that override-parameters at `offset` has set for a component.
    fn note(&mut self, offset: usize, component: usize) -> Option<()> {
        let meant = self.meant.get_mut(component)?;
        let mut cursor = Cursor::at(self.envelope.get(offset..)?, offset);
        cursor.skip().ok()?;
        let mut entries = cursor.map().ok()?;
        while entries.next(&mut cursor).ok()? {
            match cursor.integer().ok()? {
                labels::parameter::IMAGE_DIGEST => {
                    let mut digest = cursor.wrapped().ok()?;
                    digest.array_of(2).ok()?;
                    digest.skip().ok()?;
                    meant.digest = Some(digest.bytes().ok()?.to_vec());
                }
                labels::parameter::IMAGE_SIZE => meant.size = Some(cursor.unsigned().ok()?),
                _ => cursor.skip().ok()?,
            }
        }
        Some(())
    }
}

impl Platform for Device<'_> {
    type Hash = DecreedHash;

    fn hash(&mut self) -> &mut DecreedHash {
        &mut self.hash
    }

    fn has(&mut self, _: &Component<'_>) -> bool {
        true
    }

    fn slot(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(self.slot)
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        match self.contents.get(component.index)? {
            Content::Empty => Some(0),
            Content::AsMeant => Some(self.meant.get(component.index)?.size.unwrap_or(UNKNOWN_SIZE)),
            Content::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
        }
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        let content = self.held(component)?;
        let decreed = match content {
            Content::Bytes(_) | Content::Empty => None,
            Content::AsMeant => {
                self.meant.get(component.index).and_then(|meant| meant.digest.clone())
            }
        };
        *self.hash.decreed.borrow_mut() = decreed;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.piece = match content {
            Content::Bytes(bytes) => {
                let offset = usize::try_from(offset).map_err(|_| Failure::Failed)?;
                bytes.into_iter().skip(offset).take(limit).collect()
            }
            _ => vec![0; limit.min(4096)],
        };
        Poll::Ready(Ok(&self.piece))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        let Some((_, uri)) = self.fetching.take().filter(|(index, _)| *index == component.index)
        else {
            return Poll::Ready(Err(Failure::Failed));
        };
        let payload = self.supplies.payloads.iter().find(|(name, _)| *name == uri);
        let content = payload.map_or(Content::AsMeant, |(_, bytes)| Content::Bytes(bytes.clone()));
        match self.put(component, content) {
            Poll::Ready(Ok(())) => Poll::Ready(self.size(component).ok_or(Failure::Failed)),
            _ => Poll::Ready(Err(Failure::Failed)),
        }
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("write {} bytes into {}", content.len(), component.index));
        self.put(component, Content::Bytes(content.to_vec()))
    }

    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        _: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("copy {} into {}", source.index, component.index));
        let content = self.held(source)?;
        self.put(component, content)
    }

    fn decrypt(
        &mut self,
        component: &Component<'_>,
        ciphertext: Ciphertext<'_>,
        encryption: EncryptionInfo<'_>,
        limit: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let mut bytes = match ciphertext {
            Ciphertext::Content(content) => content.to_vec(),
            Ciphertext::Component { source, .. } => match self.held(&source)? {
                Content::Bytes(bytes) => bytes,
                Content::AsMeant => {
                    self.lacks_ciphertext = true;
                    return Poll::Ready(Err(Failure::Failed));
                }
                Content::Empty => return Poll::Ready(Err(Failure::Failed)),
            },
        };
        let plaintext = decrypt(encryption, &mut bytes).map_err(|_| Failure::Failed)?;
        if limit.is_some_and(|limit| u64::try_from(plaintext.len()).is_ok_and(|size| size > limit))
        {
            return Poll::Ready(Err(Failure::Failed));
        }
        self.trace.push(format!("decrypt {} bytes into {}", plaintext.len(), component.index));
        self.put(component, Content::Bytes(plaintext))
    }

    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("swap {} with {}", source.index, component.index));
        self.contents.swap(source.index, component.index);
        Poll::Ready(Ok(()))
    }

    fn invoke(&mut self, component: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("invoke {}", component.index));
        Poll::Ready(self.held(component).map(|_| ()))
    }

    fn now(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Ok(0))
    }

    fn battery(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Ok(u64::MAX))
    }

    fn is_authorized(&mut self, _: &Component<'_>, _: i64) -> Poll<Result<bool, Failure>> {
        Poll::Ready(Ok(true))
    }

    fn has_version(
        &mut self,
        _: &Component<'_>,
        _: VersionMatch<'_>,
    ) -> Poll<Result<bool, Failure>> {
        Poll::Ready(Ok(true))
    }

    fn wait(
        &mut self,
        component: &Component<'_>,
        events: WaitInfo<'_>,
    ) -> Poll<Result<(), Failure>> {
        self.trace.push(format!(
            "wait for {} events with {}",
            events.events().count(),
            component.index
        ));
        Poll::Ready(Ok(()))
    }

    fn metadata(
        &mut self,
        component: &Component<'_>,
        metadata: ComponentMetadata<'_>,
    ) -> Result<(), Failure> {
        self.trace.push(format!("{} metadata for {}", metadata.iter().count(), component.index));
        Ok(())
    }

    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("store sequence number {sequence_number}"));
        self.stored = Some(sequence_number);
        Poll::Ready(Ok(()))
    }

    fn record(&mut self, record: &Record) {
        let section = labels::manifest_element_name(record.section).unwrap_or("?");
        let section = if record.shared { "suit-shared-sequence" } else { section };
        let command = labels::command_name(record.command).unwrap_or("custom");
        let command = command.trim_start_matches("suit-condition-");
        let command = command.trim_start_matches("suit-directive-");
        let component = record.component.map_or(String::new(), |index| format!(" {index}"));
        let result = record.result.map_or_else(|kind| format!(": {kind}"), |()| String::new());
        self.trace.push(format!("{}: {command}{component}{result}", &section["suit-".len()..]));
        if let (labels::directive::OVERRIDE_PARAMETERS, Some(component)) =
            (record.command, record.component.filter(|_| record.manifest.is_root()))
        {
            self.note(record.offset, component);
        }
    }
}

/// The key-encryption key of draft-ietf-suit-firmware-encryption for AES key wrap.
const KEK: [u8; 16] = [b'a'; 16];

/// The device's private key in that draft, on P-256.
const DEVICE_KEY: [u8; 32] = [
    0x60, 0xfe, 0x6d, 0xd6, 0xd8, 0x5d, 0x57, 0x40, 0xa5, 0x34, 0x9b, 0x6f, 0x91, 0x26, 0x7e, 0xea,
    0xc5, 0xba, 0x81, 0xb8, 0xcb, 0x53, 0xee, 0x24, 0x9e, 0x4b, 0x4e, 0xb1, 0x02, 0xc4, 0x76, 0xb3,
];

/// Decrypts a ciphertext with the keys of the draft's examples, seven bytes at a time.
///
/// # Errors
/// Those of [`DeviceKeys::begin`], and when the ciphertext is not authentic.
pub fn decrypt(info: EncryptionInfo<'_>, ciphertext: &mut [u8]) -> Result<Vec<u8>, Error> {
    let own = AgreementKey::from_bytes(Curve::P256, &DEVICE_KEY).map_err(|error| error.at(0))?;
    let keys = [
        DeviceKey {
            kid: Some(b"kid-1"),
            key: RecipientKey::Shared(Secret::new(&KEK, Algorithm::A128KW)),
        },
        DeviceKey { kid: Some(b"kid-2"), key: RecipientKey::Private(&own) },
    ];
    let algorithms = [Algorithm::A128KW, Algorithm::ECDH_ES_A128KW];
    let contents = [Algorithm::A128GCM, Algorithm::CHACHA20_POLY1305, Algorithm::A128CTR];
    let keys = DeviceKeys::new(&keys, &algorithms, &contents);
    let length = u64::try_from(ciphertext.len()).unwrap_or(u64::MAX);
    let mut decryption = keys.begin(info, length, &mut RustCrypto)?;
    let mut plaintext = Vec::new();
    for piece in ciphertext.chunks_mut(7) {
        plaintext.extend_from_slice(decryption.update(piece)?);
    }
    decryption.finish()?;
    Ok(plaintext)
}

/// An identity that matches every vendor, class and device.
struct Anyone;

impl Identity for Anyone {
    fn is_vendor(&self, _: &Component<'_>, _: VendorIdentifier<'_>) -> bool {
        true
    }

    fn is_class(&self, _: &Component<'_>, _: &Uuid) -> bool {
        true
    }

    fn is_device(&self, _: &Component<'_>, _: &Uuid) -> bool {
        true
    }
}

/// A hash whose result is decreed for images that are only meant, and computed for all others.
#[derive(Debug, Default)]
pub struct DecreedHash {
    decreed: Rc<RefCell<Option<Vec<u8>>>>,
}

/// A [`DecreedHash`] under way.
#[derive(Debug)]
pub struct DecreedHasher {
    decreed: Rc<RefCell<Option<Vec<u8>>>>,
    computed: RunningHash,
}

impl Hash for DecreedHash {
    type Hasher = DecreedHasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<DecreedHasher, CryptoError> {
        *self.decreed.borrow_mut() = None;
        Ok(DecreedHasher {
            decreed: Rc::clone(&self.decreed),
            computed: RustCrypto.start(algorithm)?,
        })
    }
}

impl Hasher for DecreedHasher {
    fn update(&mut self, data: &[u8]) {
        self.computed.update(data);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        match self.decreed.take() {
            Some(digest) => Ok(Digest::new(&digest)),
            None => self.computed.finish(),
        }
    }
}
