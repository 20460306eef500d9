//! The manifests of the drafts' examples, as the builder makes them.

use hexad_cose_core::HashAlgorithm;
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{Parameter, VendorIdentifier};

/// The vendor and class of the drafts' examples.
const VENDOR: [u8; 16] = 0xfa6b_4a53_d5ad_5fdf_be9d_e663_e4d4_1ffe_u128.to_be_bytes();
const CLASS: [u8; 16] = 0x1492_af14_2569_5e48_bf42_9b2d_51f2_ab45_u128.to_be_bytes();

/// The reporting policies of appendix B: everything; the slot's; a directive's.
const ALL: u8 = 15;
const SLOT: u8 = 5;
const DIRECTIVE: u8 = 2;

pub fn policy(bits: u8) -> ReportingPolicy {
    ReportingPolicy::from_bits(bits).unwrap()
}

/// The digest of the first image of the drafts' examples, or of their only one.
pub const IMAGE_A: [u8; 32] = *b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\
\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10";

/// The parameter of an image's digest.
pub fn image_digest(digest: &[u8; 32]) -> Parameter<'_> {
    Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, digest).unwrap())
}

pub const SIZE_A: Parameter<'_> = Parameter::ImageSize(34768);
pub const SIZE_B: Parameter<'_> = Parameter::ImageSize(76834);
pub const VENDOR_ID: Parameter<'_> = Parameter::VendorIdentifier(VendorIdentifier::Uuid(&VENDOR));
pub const CLASS_ID: Parameter<'_> = Parameter::ClassIdentifier(&CLASS);

/// Steps that the examples repeat.
pub trait Steps: Sized {
    fn set(self, parameters: &[Parameter<'_>]) -> Self;
    fn index(self, index: usize) -> Self;
    fn check(self, condition: Condition) -> Self;
    fn act(self, action: Action) -> Self;
    fn compatibility(self) -> Self {
        self.check(Condition::VendorIdentifier).check(Condition::ClassIdentifier)
    }
}

impl Steps for Sequence {
    fn set(self, parameters: &[Parameter<'_>]) -> Self {
        self.override_parameters(parameters).unwrap()
    }

    fn index(self, index: usize) -> Self {
        self.set_component_index(index).unwrap()
    }

    fn check(self, condition: Condition) -> Self {
        let bits = if condition == Condition::ComponentSlot { SLOT } else { ALL };
        self.condition(condition, policy(bits)).unwrap()
    }

    fn act(self, action: Action) -> Self {
        self.action(action, policy(DIRECTIVE)).unwrap()
    }
}

/// The manifest of an example with one component, [h'00'].
pub fn one_component(number: u64) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(number);
    manifest.component(&[&[0]]);
    let parameters = [VENDOR_ID, CLASS_ID, image_digest(&IMAGE_A), SIZE_A];
    manifest.shared_sequence(Sequence::new().set(&parameters).compatibility());
    manifest.validate(Sequence::new().check(Condition::ImageMatch));
    manifest
}

/// An install sequence that downloads `uri` into place.
pub fn download(uri: &str) -> Sequence {
    Sequence::new().set(&[Parameter::Uri(uri)]).act(Action::Fetch).check(Condition::ImageMatch)
}

pub fn example_0() -> ManifestBuilder {
    let mut manifest = one_component(0);
    manifest.invoke(Sequence::new().act(Action::Invoke));
    manifest
}

pub fn example_1() -> ManifestBuilder {
    let mut manifest = one_component(1);
    manifest.install(download("http://example.com/file.bin"));
    manifest
}
