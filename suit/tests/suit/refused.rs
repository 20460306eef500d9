//! What must be refused by its structure, at every byte.

use crate::common::{anchor, from_hex, read_all};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{
    Algorithm, Curve, Error as CoseError, ErrorKind as Cbor, HashAlgorithm, Segments, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::{Envelope, Error, ErrorKind, Manifest, Options, TrustAnchors, labels};
use proptest::prelude::*;

/// What `content` encodes.
pub fn encode(content: impl FnOnce(&mut Encoder<'_>) -> Result<(), CoseError>) -> Vec<u8> {
    let mut encoded = Vec::new();
    content(&mut Encoder::appending(&mut encoded)).unwrap();
    encoded
}

/// A manifest with components [h'00'] and [h'01'] and the elements given, encoded, by their keys.
fn manifest_with(shared: Option<&[u8]>, elements: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let common = encode(|encoder| {
        encoder.map(1 + usize::from(shared.is_some()))?.integer(2)?.array(2)?;
        encoder.array(1)?.bytes(&[0])?.array(1)?.bytes(&[1])?;
        match shared {
            Some(shared) => encoder.integer(4)?.bytes(shared).map(drop),
            None => Ok(()),
        }
    });
    encode(|encoder| {
        encoder.map(3 + elements.len())?.integer(1)?.unsigned(1)?.integer(2)?.unsigned(1)?;
        encoder.integer(3)?.bytes(&common)?;
        elements.iter().try_for_each(|(key, value)| encoder.integer(*key)?.raw(value).map(drop))
    })
}

fn wrapped(content: &[u8]) -> Vec<u8> {
    encode(|encoder| encoder.bytes(content).map(drop))
}

/// Why a manifest with this as suit-install (hexadecimal) is refused; `None` if it is not.
fn install(sequence: &str) -> Option<ErrorKind> {
    let sequence = wrapped(&from_hex(sequence));
    Manifest::parse(&manifest_with(None, &[(20, sequence)])).err().map(Error::kind)
}

/// Why a manifest with this as suit-shared-sequence is refused.
fn shared(sequence: &str) -> Option<ErrorKind> {
    let sequence = from_hex(sequence);
    Manifest::parse(&manifest_with(Some(&sequence), &[])).err().map(Error::kind)
}

/// SUIT_Command_Sequence, SUIT_Condition and SUIT_Directive of the CDDL.
#[test]
fn malformed_sequences() {
    let cose = |kind| Some(ErrorKind::Cose(kind));
    let unexpected = |expected| cose(Cbor::UnexpectedType { expected });
    use hexad_cose_core::cbor::Type;
    assert_eq!(install("82 03 0f"), None);
    assert_eq!(install("80"), cose(Cbor::Length), "an empty sequence");
    assert_eq!(install("81 03"), cose(Cbor::Length), "a label without an argument");
    assert_eq!(install("a1 03 0f"), unexpected(Type::Array));
    assert_eq!(install("82 03 0f 00"), cose(Cbor::TrailingBytes));
    assert_eq!(install("82 03 10"), cose(Cbor::InvalidValue), "an undefined reporting bit");
    assert_eq!(install("82 03 f6"), unexpected(Type::Unsigned));
    assert_eq!(install("82 0c f4"), cose(Cbor::InvalidValue), "component index false");
    assert_eq!(install("82 0c 80"), cose(Cbor::Length), "no component index");
    assert_eq!(install("82 0c 02"), Some(ErrorKind::ComponentIndex));
    assert_eq!(install("82 0c 82 00 02"), Some(ErrorKind::ComponentIndex));
    assert_eq!(install("82 0c 82 01 00"), None);
    assert_eq!(install("82 18 63 0f"), Some(ErrorKind::UnsupportedCommand(99)));
    assert_eq!(install("82 00 0f"), Some(ErrorKind::UnsupportedCommand(0)), "unset detection");
    assert_eq!(install("82 07 0f"), None, "trust domains");
    assert_eq!(install("82 09 0f"), Some(ErrorKind::UnsupportedCommand(9)), "unassigned");
    assert_eq!(install("82 39 012b f6"), None, "a custom command");
    assert_eq!(install("82 39 012b 80"), unexpected(Type::Unsigned));
}

/// SUIT_Directive_Try_Each_Argument: two sequences or more, `nil` only at the end.
#[test]
fn malformed_try_each() {
    let cose = |kind| Some(ErrorKind::Cose(kind));
    let length = cose(Cbor::Length);
    assert_eq!(install("82 0f 82 43 82030f 43 82030f"), None);
    assert_eq!(install("82 0f 83 43 82030f 43 82030f f6"), None);
    assert_eq!(install("82 0f 80"), length);
    assert_eq!(install("82 0f 81 f6"), length);
    assert_eq!(install("82 0f 81 43 82030f"), length);
    assert_eq!(install("82 0f 82 43 82030f f6"), length);
    assert_eq!(install("82 0f 83 43 82030f f6 43 82030f"), cose(Cbor::InvalidValue));
    assert_eq!(install("82 0f 82 43 82030f 41 80"), length, "an empty alternative");
}

/// $$SUIT_Parameters: types, sizes, no key twice, no key unknown, at least one.
#[test]
fn malformed_parameters() {
    let cose = |kind| Some(ErrorKind::Cose(kind));
    assert_eq!(install("82 14 a1 0e 01"), None);
    assert_eq!(install("82 14 a0"), cose(Cbor::Length));
    assert_eq!(install("82 14 a2 0e 01 0e 02"), cose(Cbor::DuplicateKey));
    assert_eq!(install("82 14 a2 0e 01 18 0e 02"), cose(Cbor::DuplicateKey), "a longer encoding");
    assert_eq!(install("82 14 a1 18 63 01"), Some(ErrorKind::UnsupportedParameter(99)));
    assert_eq!(install("82 14 a1 06 40"), Some(ErrorKind::UnsupportedParameter(6)));
    assert_eq!(install("82 14 a1 02 42 0000"), cose(Cbor::Length), "a UUID of two bytes");
    assert_eq!(install("82 14 a1 01 d8 6f 41 00"), cose(Cbor::UnexpectedTag));
    assert_eq!(install("82 14 a1 16 02"), Some(ErrorKind::ComponentIndex), "source component 2");
    assert!(install("82 14 a1 61 61 01").is_some(), "a text key");
    // SHA-256/64 (-15) and SHA-1 (-14) are no digests of SUIT; nor is a SHA-256 of 31 bytes.
    assert_eq!(
        install("82 14 a1 03 4a 82 2e 48 0000000000000000"),
        Some(ErrorKind::UnsupportedDigest(-15))
    );
    assert_eq!(install("82 14 a1 03 43 82 2d 40"), Some(ErrorKind::UnsupportedDigest(-14)));
    let short = format!("82 14 a1 03 58 23 82 2f 58 1f {}", "00".repeat(31));
    assert_eq!(install(&short), Some(ErrorKind::DigestLength));
    let three = format!("82 14 a1 03 58 25 83 2f 58 20 {} 00", "00".repeat(32));
    assert_eq!(install(&three), cose(Cbor::Length), "a digest extension");
}

/// SUIT_Shared_Sequence: conditions and what steers them, nothing that acts, nothing custom.
#[test]
fn shared_sequence_is_restricted() {
    assert_eq!(shared("82 01 0f"), None);
    for label in [0x12, 0x15, 0x16, 0x17] {
        let refused = shared(&format!("82 {label:02x} 02"));
        assert_eq!(refused, Some(ErrorKind::NotInSharedSequence(label)));
        let nested = shared(&format!("82 18 20 43 82 {label:02x} 02"));
        assert_eq!(nested, Some(ErrorKind::NotInSharedSequence(label)));
    }
    assert_eq!(shared("82 18 1f 02"), Some(ErrorKind::NotInSharedSequence(31)));
    assert_eq!(shared("82 39 012b f6"), Some(ErrorKind::NotInSharedSequence(-300)));
    let custom_parameter = shared("82 14 a1 39 012b 00");
    assert_eq!(custom_parameter, Some(ErrorKind::UnsupportedParameter(-300)));
}

/// Sequences nested deeper than the limit are refused, also a hundred thousand of them.
#[test]
fn endless_nesting() {
    let nest = |depth: usize, label: u8| {
        (1..depth).fold(vec![0x82, 0x03, 0x0f], |inner, _| {
            let inner = wrapped(&inner);
            let mut outer = vec![0x82];
            match label {
                0x0f => outer.extend([0x0f, 0x82, 0x43, 0x82, 0x03, 0x0f]),
                _ => outer.extend([0x18, 0x20]),
            }
            outer.extend(inner);
            outer
        })
    };
    for label in [0x0f, 0x20] {
        let parse = |depth, options: &Options| {
            let manifest = manifest_with(None, &[(20, wrapped(&nest(depth, label)))]);
            Manifest::parse_with(&manifest, options).err().map(Error::kind)
        };
        let mut options = Options::default();
        assert_eq!(parse(8, &options), None);
        assert_eq!(parse(9, &options), Some(ErrorKind::NestingTooDeep));
        assert_eq!(parse(2_000, &options), Some(ErrorKind::NestingTooDeep));
        options.nesting = 2;
        assert_eq!(parse(2, &options), None);
        assert_eq!(parse(3, &options), Some(ErrorKind::NestingTooDeep));
    }
    let arrays = vec![0x81; 100_000];
    assert!(Manifest::parse(&arrays).is_err() && Envelope::parse(&arrays).is_err());
}

/// SUIT_Manifest: required elements, the version, keys unknown, twice, or of companion drafts.
#[test]
fn malformed_manifests() {
    let refused = |text: &str| Manifest::parse(&from_hex(text)).unwrap_err().kind();
    assert!(Manifest::parse(&from_hex("a3 01 01 02 00 03 41 a0")).is_ok());
    assert!(Manifest::parse(&from_hex("d9 042e a3 01 01 02 00 03 41 a0")).is_ok());
    assert_eq!(refused("d9 042f a3 01 01 02 00 03 41 a0"), ErrorKind::Cose(Cbor::UnexpectedTag));
    assert_eq!(refused("a2 02 00 03 41 a0"), ErrorKind::MissingElement(1));
    assert_eq!(refused("a2 01 01 03 41 a0"), ErrorKind::MissingElement(2));
    assert_eq!(refused("a2 01 01 02 00"), ErrorKind::MissingElement(3));
    assert_eq!(refused("a3 01 02 02 00 03 41 a0"), ErrorKind::UnsupportedVersion);
    assert_eq!(refused("a4 01 01 02 00 03 41 a0 0a 00"), ErrorKind::UnexpectedElement(10));
    assert_eq!(refused("a4 01 01 02 00 02 00 03 41 a0"), ErrorKind::Cose(Cbor::DuplicateKey));
    assert_eq!(refused("a3 01 01 02 00 03 43 a1 01 a0"), ErrorKind::Cose(Cbor::Length));
    assert_eq!(refused("a3 01 01 02 00 03 43 a1 02 80"), ErrorKind::Cose(Cbor::Length));
    assert_eq!(refused("a3 01 01 02 00 03 43 a1 03 00"), ErrorKind::UnexpectedElement(3));
    let twice = refused("a3 01 01 02 00 03 47 a1 02 82 81 40 81 40");
    assert_eq!(twice, ErrorKind::DuplicateComponent);
    // suit-validate can't be severed.
    let digest = format!("07 82 2f 58 20 {}", "00".repeat(32));
    assert!(Manifest::parse(&from_hex(&format!("a4 01 01 02 00 03 41 a0 {digest}"))).is_err());
}

/// SUIT_Dependencies (trust domains, 5.2.2): indices in order, and every one of them of a component
/// that has an identifier of its own.
#[test]
fn malformed_dependencies() {
    let common = |dependencies: &str, components: &str| {
        let common = from_hex(&format!("a2 01 {dependencies} 02 {components}"));
        let manifest = encode(|encoder| {
            encoder.map(3)?.integer(1)?.unsigned(1)?.integer(2)?.unsigned(1)?;
            encoder.integer(3)?.bytes(&common).map(drop)
        });
        Manifest::parse(&manifest).err().map(Error::kind)
    };
    let two = "82 81 41 00 81 41 01";
    assert_eq!(common("a1 01 a0", two), None, "one of suit-components");
    assert_eq!(common("a1 01 a1 01 81 41 05", two), None, "with a prefix");
    assert_eq!(common("a2 01 a0 02 a1 01 81 41 05", two), None, "numbered on");
    assert_eq!(common("a2 02 a1 01 81 41 05 01 a0", two), Some(ErrorKind::DependencyOrder));
    assert_eq!(common("a2 01 a0 01 a0", two), Some(ErrorKind::DependencyOrder));
    assert_eq!(common("a1 02 a0", two), Some(ErrorKind::ComponentIndex), "no identifier");
    assert_eq!(common("a1 03 a1 01 81 41 05", two), Some(ErrorKind::ComponentIndex), "a gap");
    assert_eq!(common("a1 02 a1 01 81 41 00", two), Some(ErrorKind::DuplicateComponent));
    let twice = "a2 02 a1 01 81 41 05 03 a1 01 81 41 05";
    assert_eq!(common(twice, two), Some(ErrorKind::DuplicateComponent));
    assert_eq!(common("a1 01 a1 02 00", two), Some(ErrorKind::UnexpectedElement(2)));
    assert_eq!(common("a1 20 a0", two).map(|kind| matches!(kind, ErrorKind::Cose(_))), Some(true));
}

/// The arguments and parameters of the trust-domains and update-management drafts' CDDL.
#[test]
fn malformed_extensions() {
    let cose = |kind| Some(ErrorKind::Cose(kind));
    let set = |parameter: &str| install(&format!("82 14 a1 {parameter}"));
    assert_eq!(set("04 1a 65 53 f1 00"), None, "use-before");
    assert_eq!(set("18 1a 00"), None, "minimum-battery");
    assert_eq!(set("18 1b 20"), None, "update-priority -1");
    assert_eq!(set("18 1c 46 82 05 83 01 02 20"), None, "version < 1.2-rc");
    assert_eq!(set("18 1c 44 82 05 81 20"), cose(Cbor::InvalidValue), "a pre-release of nothing");
    assert_eq!(set("18 1c 44 82 06 81 01"), cose(Cbor::InvalidValue), "no such comparison");
    assert_eq!(set("18 1c 43 82 05 80"), cose(Cbor::Length), "no version");
    assert_eq!(set("18 1d 43 a1 02 01"), None, "wait for power");
    assert_eq!(
        set("18 1d 48 a1 04 82 41 00 81 82 03 81 01".replacen("48", "4a", 1).as_str()),
        None
    );
    assert_eq!(set("18 1d 41 a0"), cose(Cbor::Length), "wait for nothing");
    assert_eq!(set("18 1d 43 a1 0a 00"), Some(ErrorKind::UnexpectedElement(10)));
    assert_eq!(set("18 1e 43 a1 05 02"), None, "a directory");
    assert_eq!(set("18 1e 43 a1 05 04"), cose(Cbor::InvalidValue), "no such file type");
    assert_eq!(set("18 1e 45 a1 01 19 40 00"), cose(Cbor::InvalidValue), "no such permission");
    assert_eq!(set("18 1e 43 a1 06 00"), cose(Cbor::UnexpectedTag), "a time without its tag");
    assert_eq!(set("18 1e 47 a1 02 a2 00 01 00 02"), cose(Cbor::DuplicateKey), "an actor twice");
    assert_eq!(install("82 18 22 a1 01 a1 0e 05"), None, "override-multiple");
    assert_eq!(install("82 18 22 a1 02 a1 0e 05"), Some(ErrorKind::ComponentIndex));
    assert_eq!(install("82 18 22 a0"), cose(Cbor::Length));
    assert_eq!(install("82 18 22 a2 01 a1 0e 05 01 a1 0e 05"), cose(Cbor::DuplicateKey));
    assert_eq!(install("82 18 22 a1 01 a0"), cose(Cbor::Length), "no parameter");
    assert_eq!(install("82 18 23 a1 01 81 15"), None, "copy-params");
    assert_eq!(install("82 18 23 a1 02 81 15"), Some(ErrorKind::ComponentIndex));
    assert_eq!(install("82 18 23 a1 01 80"), cose(Cbor::Length), "no parameter named");
    assert_eq!(shared("82 13 a1 0e 05"), None, "set-parameters in the shared sequence");
    assert_eq!(shared("82 0b 0f"), Some(ErrorKind::NotInSharedSequence(11)), "process-dependency");
    assert_eq!(shared("82 18 22 a1 01 a1 0e 05"), Some(ErrorKind::NotInSharedSequence(34)));
}

/// SUIT_Text_Map: languages, components that exist, no text twice.
#[test]
fn malformed_text() {
    let text = |map: &str| {
        let map = wrapped(&from_hex(map));
        Manifest::parse(&manifest_with(None, &[(23, map)])).err().map(Error::kind)
    };
    let cose = |kind| Some(ErrorKind::Cose(kind));
    assert_eq!(text("a1 62 656e a2 01 61 78 81 41 00 a1 01 61 79"), None);
    assert_eq!(text("a0"), cose(Cbor::Length));
    assert_eq!(text("a1 60 a1 01 61 78"), cose(Cbor::InvalidValue), "no language");
    assert_eq!(text("a1 61 31 a1 01 61 78"), cose(Cbor::InvalidValue), "language 1");
    assert_eq!(text("a1 62 656e a1 81 41 05 a1 01 61 79"), Some(ErrorKind::UnknownComponent));
    assert_eq!(text("a1 62 656e a2 01 61 78 01 61 78"), cose(Cbor::DuplicateKey));
    assert_eq!(text("a1 62 656e a2 81 41 00 a0 81 41 00 a0"), cose(Cbor::DuplicateKey));
    assert_eq!(text("a2 62 656e a0 62 656e a0"), cose(Cbor::DuplicateKey));
}

/// A device that never asks for suit-text and suit-manifest-mud runs a manifest in which they are malformed,
/// as its author has signed it; whoever asks is told, as is whoever reads the manifest to show it.
#[test]
fn descriptions_are_checked_when_asked_for() {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    let elements = [(23, wrapped(&[0xa0])), (labels::manifest::MUD, wrapped(&[0xa0]))];
    let manifest = wrapped(&manifest_with(None, &elements));
    let hash = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(&manifest)).unwrap();
    let digest = encode(|encoder| encoder.array(2)?.integer(-16)?.bytes(hash.as_bytes()).map(drop));
    let mut buffer = [0; 256];
    let block = Sign1::builder(Algorithm::ESP256).detached(&digest, &mut buffer).unwrap();
    let block = block.sign(&key, &mut RustCrypto).unwrap();
    let wrapper = encode(|encoder| encoder.array(2)?.bytes(&digest)?.bytes(block).map(drop));
    let envelope = encode(|encoder| {
        encoder.tag(107)?.map(2)?.integer(2)?.bytes(&wrapper)?.integer(3)?.raw(&manifest).map(drop)
    });

    let envelope = Envelope::parse(&envelope).unwrap();
    let shown = envelope.unverified_manifest(&mut RustCrypto).unwrap_err();
    assert_eq!(shown.kind(), ErrorKind::Cose(Cbor::Length));
    let keys = [anchor(&key)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let manifest = envelope.authenticate(&anchors, &mut RustCrypto).unwrap();
    assert_eq!(manifest.text().unwrap_err().kind(), ErrorKind::Cose(Cbor::Length));
    assert_eq!(manifest.mud().unwrap_err().kind(), ErrorKind::MissingElement(1));
}

/// SUIT_Envelope: what must be there and in which order, what must not.
#[test]
fn malformed_envelopes() {
    let digest = format!("58 27 81 58 24 82 2f 58 20 {}", "00".repeat(32));
    let parse = |text: String| Envelope::parse(&from_hex(&text)).err().map(Error::kind);
    let cose = |kind| Some(ErrorKind::Cose(kind));
    assert_eq!(parse(format!("d86b a2 02 {digest} 03 41 a0")), None);
    assert_eq!(parse(format!("a2 02 {digest} 03 41 a0")), None, "an untagged envelope");
    assert_eq!(parse(format!("d86a a2 02 {digest} 03 41 a0")), cose(Cbor::UnexpectedTag));
    assert_eq!(parse(format!("a2 03 41 a0 02 {digest}")), Some(ErrorKind::ElementOrder));
    assert_eq!(parse(format!("a1 02 {digest}")), Some(ErrorKind::MissingElement(3)));
    assert_eq!(parse("a0".into()), Some(ErrorKind::MissingElement(2)));
    let twice = format!("a3 02 {digest} 03 41 a0 03 41 a0");
    assert_eq!(parse(twice), cose(Cbor::DuplicateKey));
    let unknown = format!("a3 02 {digest} 03 41 a0 04 40");
    assert_eq!(parse(unknown), Some(ErrorKind::UnexpectedElement(4)));
    let delegation = format!("a3 01 40 02 {digest} 03 41 a0");
    assert!(parse(delegation).is_some(), "delegation without a list");
    let resolution = format!("a3 02 {digest} 03 41 a0 0f 40");
    assert_eq!(parse(resolution), None, "a severed dependency-resolution");
    let payloads = format!("a4 02 {digest} 03 41 a0 61 23 40 61 23 40");
    assert_eq!(parse(payloads), cose(Cbor::DuplicateKey));
    assert_eq!(parse("a1 02 41 80".into()), cose(Cbor::Length), "no digest");
    // Blocks are tagged COSE messages with their payload elsewhere.
    let block = |block: &str| {
        let block = from_hex(block);
        let wrapper = encode(|encoder| {
            let mut digest = vec![0x82, 0x2f, 0x58, 0x20];
            digest.extend([0; 32]);
            encoder.array(2)?.bytes(&digest)?.bytes(&block).map(drop)
        });
        let envelope = encode(|encoder| {
            encoder.map(2)?.integer(2)?.bytes(&wrapper)?.integer(3)?.bytes(&[0xa0]).map(drop)
        });
        Envelope::parse(&envelope).err().map(Error::kind)
    };
    assert_eq!(block("d2 84 43 a10126 a0 f6 40"), None);
    assert_eq!(block("d2 84 43 a10126 a0 f6 40 00"), cose(Cbor::TrailingBytes));
    assert_eq!(block("d2 84 43 a10126 a0 41 00 40"), cose(Cbor::Payload));
    assert!(block("84 43 a10126 a0 f6 40").is_some(), "no tag");
    assert_eq!(block("d0 83 43 a10101 a0 f6"), cose(Cbor::UnexpectedTag), "COSE_Encrypt0");
}

proptest! {
    /// No bytes make a panic, nor do examples with bytes changed and the digest left out of account.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(envelope) = Envelope::parse(&bytes) {
            let _ = envelope.authentication().blocks().count();
        }
        if let Ok(manifest) = Manifest::parse(&bytes) {
            read_all(&manifest);
        }
    }
}
