//! A SUIT envelope: read, with its digest compared and its manifest read, and authenticated.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, TrustAnchors};

fn suit(c: &mut Criterion) {
    let signed = hexad_benches::suit().expect("the builder works");
    let bytes = signed.message.as_slice();
    c.bench_function("suit/parse", |b| {
        b.iter(|| Envelope::parse(black_box(bytes)).expect("an envelope"));
    });
    c.bench_function("suit/show", |b| {
        b.iter(|| {
            let envelope = Envelope::parse(black_box(bytes)).expect("an envelope");
            envelope.unverified_manifest(&mut RustCrypto).expect("a manifest").sequence_number()
        });
    });
    let keys = [Key::from_public(signed.key.as_public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    c.bench_function("suit/authenticate", |b| {
        b.iter(|| {
            let envelope = Envelope::parse(black_box(bytes)).expect("an envelope");
            let manifest = envelope.authenticate(&anchors, &mut RustCrypto);
            manifest.expect("a verified manifest").sequence_number()
        });
    });
}

criterion_group!(benches, suit);
criterion_main!(benches);
