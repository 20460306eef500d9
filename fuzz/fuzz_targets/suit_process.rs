//! Any manifest that was authenticated: the processor comes to an end, and never panics.

#![no_main]

use hexad_conformance::suit::Device;
use hexad_cose_core::{Algorithm, Key};
use hexad_fuzz::{SECRET, suit};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, Procedure, TrustAnchors};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let bytes = suit::envelope(data).expect("an envelope can be made around anything");
    let envelope = Envelope::parse(&bytes).expect("the envelope is valid");
    let keys = [Key::from_symmetric(SECRET, Algorithm::HMAC_256)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::HMAC_256]);
    let manifest = match envelope.authenticate_mac(&anchors, &mut RustCrypto) {
        Ok(manifest) => manifest,
        Err(error) => {
            assert!(error.offset() <= bytes.len());
            return;
        }
    };
    for procedure in [Procedure::Update, Procedure::Invoke] {
        let mut device = Device::for_manifest(&bytes, &manifest);
        let stored = match device.run(&manifest, procedure) {
            Ok(()) => (procedure == Procedure::Update).then_some(manifest.sequence_number()),
            Err(error) => {
                assert!(error.offset() <= bytes.len());
                None
            }
        };
        assert_eq!(device.stored_sequence_number(), stored, "kept only after a whole update");
    }
});
