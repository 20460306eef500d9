//! What the processor asks of the device: who it is, and what it can do with its components.

use core::fmt;
use core::task::Poll;

use hexad_cose_core::crypto::Hash;

use crate::access::Access;
use crate::command::{CustomArgument, ReportingPolicy};
use crate::component::ComponentIdentifier;
use crate::encryption::EncryptionInfo;
use crate::error::ErrorKind;
use crate::metadata::ComponentMetadata;
use crate::parameter::{CustomValue, Uuid, VendorIdentifier};
use crate::signers::Signers;
use crate::version::VersionMatch;
use crate::wait::WaitInfo;

/// A component of the manifests that are being processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component<'b> {
    /// Its number: the index by which the root manifest's commands refer to it, or the next number for
    /// one that a dependency was the first to name.
    pub index: usize,
    /// The identifier by which the device knows it.
    pub identifier: ComponentIdentifier<'b>,
}

/// What is to be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ciphertext<'b> {
    /// These bytes: a parameter of the manifest, or a payload that the envelope carries.
    Content(&'b [u8]),
    /// What a component holds.
    Component {
        /// The component.
        source: Component<'b>,
        /// How many bytes of it, if the manifest says.
        size: Option<u64>,
    },
}

/// Why the platform did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// This platform, or this component, can't do that at all.
    Unsupported,
    /// It was tried and failed.
    Failed,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "the platform does not offer it",
            Self::Failed => "the platform failed",
        })
    }
}

impl core::error::Error for Failure {}

/// Which vendor, class and device identifiers a component matches (section 8.4.9.1). An identifier
/// may be of the whole device or of a component, and there may be several of each.
pub trait Identity {
    /// Whether `identifier` is a vendor identifier of the component.
    fn is_vendor(&self, component: &Component<'_>, identifier: VendorIdentifier<'_>) -> bool;

    /// Whether `identifier` is a class identifier of the component.
    fn is_class(&self, component: &Component<'_>, identifier: &Uuid) -> bool;

    /// Whether `identifier` is a device identifier of the component.
    fn is_device(&self, component: &Component<'_>, identifier: &Uuid) -> bool;
}

/// The identifiers of a device whose components all have the same.
///
/// ```
/// use hexad_suit::DeviceIds;
/// use hexad_suit::parameter::VendorIdentifier;
///
/// let ids = DeviceIds {
///     vendors: &[VendorIdentifier::Uuid(&[0xfa; 16])],
///     classes: &[[0x14; 16]],
///     devices: &[],
/// };
/// # let _: &dyn hexad_suit::Identity = &ids;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceIds<'a> {
    /// Vendor identifiers.
    pub vendors: &'a [VendorIdentifier<'a>],
    /// Class identifiers.
    pub classes: &'a [Uuid],
    /// Device identifiers.
    pub devices: &'a [Uuid],
}

impl Identity for DeviceIds<'_> {
    fn is_vendor(&self, _: &Component<'_>, identifier: VendorIdentifier<'_>) -> bool {
        self.vendors.iter().any(|own| match (own, &identifier) {
            (VendorIdentifier::Uuid(own), VendorIdentifier::Uuid(identifier)) => {
                same(own, identifier)
            }
            (own, identifier) => own == identifier,
        })
    }

    fn is_class(&self, _: &Component<'_>, identifier: &Uuid) -> bool {
        self.classes.iter().any(|own| same(own, identifier))
    }

    fn is_device(&self, _: &Component<'_>, identifier: &Uuid) -> bool {
        self.devices.iter().any(|own| same(own, identifier))
    }
}

/// Whether two UUIDs are the same: by words, which takes a fraction of the time.
const fn same(own: &Uuid, other: &Uuid) -> bool {
    u128::from_ne_bytes(*own) == u128::from_ne_bytes(*other)
}

/// What the [`Processor`](crate::Processor) needs of a device.
///
/// A method that returns [`Poll`] may answer later: after `Pending` the processor hands control back
/// ([`Step::Busy`](crate::Step::Busy)) and calls the same method with the same arguments again, until
/// it is `Ready`. No other method is called in between.
pub trait Platform {
    /// The hash that images are measured with.
    type Hash: Hash;

    /// The hash that images are measured with.
    fn hash(&mut self) -> &mut Self::Hash;

    /// Whether the device has this component. Asked once for each, before any command.
    fn has(&mut self, component: &Component<'_>) -> bool;

    /// The index of the slot that an update of this component goes to, or that it runs from; `None`
    /// if it has no slots.
    fn slot(&mut self, component: &Component<'_>) -> Option<u64> {
        let _ = component;
        None
    }

    /// How many bytes the component holds, if its storage knows (a raw flash partition does not).
    /// An image that is longer than its manifest says does not match.
    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        let _ = component;
        None
    }

    /// A piece of what the component holds: from byte `offset` on, at least one and at most `limit`
    /// bytes, as many as suit the platform; nothing at the end of the component.
    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>>;

    /// The outcome of the transfer that [`Step::Fetch`](crate::Step::Fetch) asked for: how many
    /// bytes are in the component now. Pending as long as the transfer is under way.
    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>>;

    /// Replaces what the component holds by `content`: a parameter of the manifest, or a payload
    /// that the envelope carries.
    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>>;

    /// Replaces what the component holds by what `source` holds: `size` bytes if the manifest says
    /// how many, never more.
    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        size: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, source, size);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Exchanges what the two components hold.
    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, source);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Replaces what the component holds by the plaintext of `ciphertext`, which `encryption` tells how
    /// to decrypt: at most `limit` bytes (firmware encryption). [`decryption`](crate::decryption) does
    /// it piece by piece.
    ///
    /// Plaintext that turns out not to be authentic must not stay in the component.
    fn decrypt(
        &mut self,
        component: &Component<'_>,
        ciphertext: Ciphertext<'_>,
        encryption: EncryptionInfo<'_>,
        limit: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, ciphertext, encryption, limit);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Runs the code in the component; may never return.
    fn invoke(
        &mut self,
        component: &Component<'_>,
        arguments: Option<&[u8]>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, arguments);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Keeps the manifest's sequence number, so that no older one is accepted from now on. Asked
    /// for at the very end of an update that succeeded. What boots the new software (its envelope, where
    /// the boot loader reads it) has to be in place before the number is: between the two, a power cut
    /// must leave something that boots. [`SequenceNumber`](crate::flash::SequenceNumber) keeps it in flash.
    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>>;

    /// Whether a manifest that `signers` vouch for may do this with the component (section 9). Asked
    /// before every directive and every parameter; [`AccessList`](crate::access::AccessList) answers
    /// from a table. Without it every accepted anchor may do everything, the first model of the draft.
    fn permits(&mut self, signers: Signers, component: &Component<'_>, access: Access) -> bool {
        let _ = (signers, component, access);
        true
    }

    /// How many manifests need the component, by the references that [`link`](Self::link) has added and
    /// [`unlink`](Self::unlink) has taken away (trust domains, 5.6.5). What others need is neither
    /// overwritten nor, if it is a manifest, uninstalled.
    fn references(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        let _ = component;
        Poll::Ready(Ok(0))
    }

    /// Adds the reference of a manifest to a component: of every manifest to each of its components,
    /// when an update has succeeded. `manifest` is None for a root manifest without
    /// suit-manifest-component-id. Adding one that is there changes nothing.
    fn link(
        &mut self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, manifest);
        Poll::Ready(Ok(()))
    }

    /// Takes the reference of a manifest to a component away, in memory that lasts; one that is not
    /// there stays away. A component without references may be removed.
    fn unlink(
        &mut self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, manifest);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// The time: seconds since 1970-01-01 UTC. For suit-condition-use-before.
    fn now(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// What is left in the battery, in mWh. For suit-condition-minimum-battery.
    fn battery(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Whether the application (or its user) allows an update of this priority; the smaller it is, the
    /// more urgent. For suit-condition-update-authorized.
    fn is_authorized(
        &mut self,
        component: &Component<'_>,
        priority: i64,
    ) -> Poll<Result<bool, Failure>> {
        let _ = (component, priority);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Whether the component's version [is as required](VersionMatch::is_met_by). For
    /// suit-condition-version.
    fn has_version(
        &mut self,
        component: &Component<'_>,
        required: VersionMatch<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let _ = (component, required);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// Pending until all of the events have come about. For suit-directive-wait; `Unsupported` for an
    /// event that the device can't tell.
    fn wait(
        &mut self,
        component: &Component<'_>,
        events: WaitInfo<'_>,
    ) -> Poll<Result<(), Failure>> {
        let _ = (component, events);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// The owner, permissions and times that the component is to have from the fetch, copy or write on
    /// that is asked for next (update management, 4.6).
    ///
    /// # Errors
    /// `Unsupported` when the platform has none of these, `Failed` when its policy does not allow them;
    /// the directive fails then.
    fn metadata(
        &mut self,
        component: &Component<'_>,
        metadata: ComponentMetadata<'_>,
    ) -> Result<(), Failure> {
        let _ = (component, metadata);
        Err(Failure::Unsupported)
    }

    /// A command of the device's maker, with its negative `label`. `Ok(false)` is a condition that
    /// does not hold; an error is a directive that failed.
    fn custom_command(
        &mut self,
        component: &Component<'_>,
        label: i64,
        argument: CustomArgument<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let _ = (component, label, argument);
        Poll::Ready(Err(Failure::Unsupported))
    }

    /// A parameter of the device's maker, with its negative `label`, is set for the component.
    ///
    /// # Errors
    /// `Unsupported` unless the platform knows the label; the procedure ends then.
    fn custom_parameter(
        &mut self,
        component: &Component<'_>,
        label: i64,
        value: CustomValue<'_>,
    ) -> Result<(), Failure> {
        let _ = (component, label, value);
        Err(Failure::Unsupported)
    }

    /// A command has ended: for a reporting engine, which may heed the command's policy or not
    /// (section 8.4.7).
    fn record(&mut self, record: &Record) {
        let _ = record;
    }
}

/// Which manifest it is: the component indices that lead from the root manifest to it, from each to the
/// dependency that comes next; empty for the root manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ManifestPath {
    indices: [u16; ManifestPath::MAX_DEPTH],
    depth: u8,
}

impl ManifestPath {
    /// How deep dependencies of dependencies can be processed.
    pub const MAX_DEPTH: usize = 4;
    /// The path of the root manifest.
    pub const ROOT: Self = Self { indices: [0; Self::MAX_DEPTH], depth: 0 };
    /// The path whose encoding is longest.
    pub(crate) const LONGEST: Self = Self { indices: [u16::MAX; Self::MAX_DEPTH], depth: 4 };

    /// The path to the dependency with this index in the manifest at the end; `None` when it is deeper
    /// than [`MAX_DEPTH`](Self::MAX_DEPTH).
    #[must_use]
    pub fn then(mut self, index: usize) -> Option<Self> {
        *self.indices.get_mut(usize::from(self.depth))? = u16::try_from(index).ok()?;
        self.depth = self.depth.saturating_add(1);
        Some(self)
    }

    /// The component indices, that of the root manifest's dependency first.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        self.indices.into_iter().take(usize::from(self.depth)).map(usize::from)
    }

    /// Whether it is the root manifest.
    #[must_use]
    pub const fn is_root(self) -> bool {
        self.depth == 0
    }
}

/// How a command ended for one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The element of the manifest that is being processed, such as
    /// [`labels::manifest::INSTALL`](crate::labels::manifest::INSTALL).
    pub section: i64,
    /// Whether the command stands in the shared sequence that precedes that element.
    pub shared: bool,
    /// The command's label.
    pub command: i64,
    /// Where the command stands in the input of its manifest.
    pub offset: usize,
    /// Whose command it is.
    pub manifest: ManifestPath,
    /// The component that it applied to, by its index in that manifest; `None` for
    /// set-component-index.
    pub component: Option<usize>,
    /// What the author wants recorded; empty for commands that take no policy.
    pub policy: ReportingPolicy,
    /// How it ended.
    pub result: Result<(), ErrorKind>,
}
