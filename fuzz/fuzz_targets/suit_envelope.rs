//! A SUIT envelope: read, shown and authenticated.

#![no_main]

use hexad_cose_core::{Algorithm, Key};
use hexad_fuzz::{SECRET, accepts_exactly};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, TrustAnchors};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Envelope::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let envelope = Envelope::parse(data).expect("it was accepted before");
    for (uri, payload) in envelope.integrated_payloads().iter() {
        assert_eq!(envelope.integrated_payloads().get(uri), Some(payload));
    }
    let shown = envelope.unverified_manifest(&mut RustCrypto);
    if let Err(error) = &shown {
        assert!(error.offset() <= data.len());
    }
    let keys = [Key::from_symmetric(SECRET, Algorithm::HMAC_256)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::HMAC_256]);
    match envelope.authenticate_mac(&anchors, &mut RustCrypto) {
        Ok(manifest) => {
            let shown = shown.expect("what is verified can be shown");
            assert_eq!(manifest.encoded(), shown.encoded());
            assert!(manifest.require_newer_than(u64::MAX).is_err());
        }
        Err(error) => assert!(error.offset() <= data.len()),
    }
});
