//! The published vectors: their digests and signatures hold, and what they say is read as it stands.

use std::path::Path;

use crate::common::{ALGORITHMS, anchor, from_hex};
use crate::drafts::{example, signing_key};
use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, ErrorKind, Severable, TrustAnchors, labels};

/// The six examples of appendix B are signed by the key in the draft, with ES256.
pub fn manifest_examples_authenticate(folder: &Path) {
    let key = signing_key(folder);
    let keys = [anchor(&key)];
    let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
    for number in 0..6 {
        let bytes = example(folder, number);
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto).unwrap();
        assert_eq!(manifest.sequence_number(), u64::try_from(number).unwrap());
        assert!(manifest.require_compatibility_check().is_ok());
    }
}

/// Example 2 severs install and text; the envelope carries both.
pub fn severed_elements_are_put_back(folder: &Path) {
    let bytes = example(folder, 2);
    let manifest = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
    assert_eq!(manifest.install().present().unwrap().iter().count(), 3);
    assert_eq!(manifest.reference_uri(), Some("https://git.io/JJYoj"));
    let text = manifest.text().unwrap().present().unwrap();
    let component = manifest.components().get(0);
    let domain = text.get(component, labels::component_text::VENDOR_DOMAIN);
    assert_eq!(domain, Some("arm.com"));
    assert!(matches!(manifest.payload_fetch(), Severable::Absent));
}

/// The trust-domain examples authenticate (ESP256) and say what their diagnostic notation says. Their
/// dependency is numbered on from where suit-components ends, its identifier is the prefix.
pub fn trust_domain_examples_authenticate(folder: &Path) {
    let key = signing_key(&folder.join("../manifest-37"));
    let keys = [anchor(&key)];
    let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
    for (name, dependencies) in
        [("example0_dependent", 0), ("example1_process", 1), ("example2_integrated", 1)]
    {
        let path = folder.join(name).with_extension("hex");
        let bytes = from_hex(&std::fs::read_to_string(path).unwrap());
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto).unwrap();
        let own: &[u8] = if dependencies == 0 { b"dependent.suit" } else { b"depending.suit" };
        assert!(manifest.component_id().unwrap().is(&[own]), "{name}");
        assert_eq!(manifest.dependencies().len(), dependencies, "{name}");
        assert_eq!(manifest.common().component_count(), 1 + dependencies, "{name}");
        let dependency = manifest.common().component(1);
        assert_eq!(dependency.is_some(), dependencies == 1, "{name}");
        if let Some(dependency) = dependency {
            assert!(dependency.is(&[b"dependent.suit"]), "{name}");
            let resolution = manifest.dependency_resolution().present().unwrap();
            assert_eq!(resolution.iter().count(), 4, "{name}");
        }
    }
}

/// The encryption examples under COSE_Mac0: the tag of the draft's key (32 times "a") holds.
pub fn encryption_examples_authenticate_by_mac(folder: &Path) {
    let keys = [Key::from_symmetric(&[b'a'; 32], Algorithm::HMAC_256)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::HMAC_256]);
    for name in
        ["suit-manifest-aes-kw", "suit-manifest-aes-kw-content", "suit-manifest-aes-kw-slot"]
    {
        let path = folder.join(format!("{name}.hex.signed"));
        let bytes = from_hex(&std::fs::read_to_string(path).unwrap());
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.authenticate_mac(&anchors, &mut RustCrypto).unwrap();
        assert!(manifest.install().present().is_some(), "{name}");
        let error = envelope.authenticate(&anchors, &mut RustCrypto).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotAuthenticated, "a tag is no signature");
    }
}

/// The lint finds nothing wrong in the examples of the manifest draft, but for example 4: it fetches into
/// its second component without having set a size for that.
pub fn manifest_examples_have_no_mistakes(folder: &Path) {
    for number in 0..6 {
        let bytes = example(folder, number);
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.unverified_manifest(&mut RustCrypto).unwrap();
        let found = hexad_suit::lint::lint(&envelope, &manifest, None, &mut RustCrypto).unwrap();
        let rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
        let expected: &[&str] = if number == 4 { &["unbounded-fetch"] } else { &[] };
        assert_eq!(rules, expected, "example {number}");
    }
}
