//! A SUIT envelope: read, with its digest compared and its manifest read, and authenticated.

use std::hint::black_box;

use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, TrustAnchors};

use crate::{Bench, Measure, input};

/// An envelope of one component.
///
/// # Panics
/// When the builder is broken.
pub fn envelope(measure: &mut impl Measure) {
    let signed = input::suit().expect("the builder works");
    let bytes = signed.message.as_slice();
    let bench = |group| Bench { group, by: "hexad", input: 1, bytes: bytes.len() };
    measure
        .measure(bench("suit/parse"), || Envelope::parse(black_box(bytes)).expect("an envelope"));
    measure.measure(bench("suit/show"), || {
        let envelope = Envelope::parse(black_box(bytes)).expect("an envelope");
        envelope.unverified_manifest(&mut RustCrypto).expect("a manifest").sequence_number()
    });
    let keys = [Key::from_public(signed.key.as_public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    measure.measure(bench("suit/authenticate"), || {
        let envelope = Envelope::parse(black_box(bytes)).expect("an envelope");
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto);
        manifest.expect("a verified manifest").sequence_number()
    });
}
