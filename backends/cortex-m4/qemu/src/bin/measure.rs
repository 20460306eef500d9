//! The instructions of each primitive, beside those of others. Whole messages are measured by
//! benches/cortex-m.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_semihosting::hprintln;
use digest::Digest;
use ed25519_dalek::Signer;
use hexad_cortex_m4::{AgreementKey, CortexM4, SigningKey};
use hexad_cortex_m4_qemu::{count::Counter, run};
use hexad_cose_core::crypto::{Agree, Hash, Mac, Sign, Verify};
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Segments, Signed};
use hexad_rustcrypto::RustCrypto;

/// The private key of all that sign and agree.
const D: [u8; 32] = [7; 32];

#[cortex_m_rt::entry]
fn main() -> ! {
    run(|| {
        let mut counter = Counter::start();
        hashes(&mut counter);
        p256(&mut counter);
        curve25519(&mut counter);
    })
}

fn hashes(counter: &mut Counter) {
    let data = [7; 1024];
    for length in [20, 1024] {
        let data = &data[..length];
        let message = Segments::plain(data);
        let ours =
            counter.count(|| CortexM4.digest(HashAlgorithm::Sha256, black_box(&message)).is_ok());
        let theirs = counter.count(|| sha2::Sha256::digest(black_box(data)));
        hprintln!("SHA-256 of {} bytes: {}; sha2: {}", length, ours, theirs);
    }
    let message = Segments::plain(&data[..100]);
    let ours = counter.count(|| CortexM4.mac(Algorithm::HMAC_256, &D, black_box(&message)));
    let theirs = counter.count(|| RustCrypto.mac(Algorithm::HMAC_256, &D, black_box(&message)));
    hprintln!("HMAC 256/256 of 100 bytes: {}; sha2: {}", ours, theirs);
}

fn p256(counter: &mut Counter) {
    let key = SigningKey::from_bytes(Curve::P256, &D).expect("a key");
    let soft = hexad_rustcrypto::SigningKey::from_bytes(Curve::P256, &D).expect("a key");
    let digest = Signed::new(Algorithm::ESP256, Segments::plain(b"message"), &mut CortexM4);
    let digest = digest.expect("a digest");
    let mut signature = [0; 64];

    let ours =
        counter.count(|| CortexM4.sign(Algorithm::ESP256, &key, &digest, &mut signature).is_ok());
    let theirs = counter
        .count(|| RustCrypto.sign(Algorithm::ESP256, &soft, &digest, &mut signature).is_ok());
    hprintln!("ES256, sign: {}; p256: {}", ours, theirs);

    let public = key.public();
    let ours = counter
        .count(|| CortexM4.verify(Algorithm::ESP256, &public, &digest, &signature).expect("valid"));
    let theirs = counter.count(|| {
        RustCrypto.verify(Algorithm::ESP256, &public, &digest, &signature).expect("valid")
    });
    hprintln!("ES256, verify: {}; p256: {}", ours, theirs);

    let own = AgreementKey::from_bytes(Curve::P256, &D).expect("a key");
    let ours = counter.count(|| CortexM4.agree(&own, &public).is_ok());
    hprintln!("ECDH on P-256: {}", ours);
    let ours = counter.count(|| SigningKey::from_bytes(Curve::P256, black_box(&D)).is_ok());
    hprintln!("P-256, the public half of a key: {}", ours);
}

fn curve25519(counter: &mut Counter) {
    let message = [7; 64];
    let dalek = ed25519_dalek::SigningKey::from_bytes(&D);
    let salty = salty::Keypair::from(&D);
    let ours = counter.count(|| dalek.sign(black_box(&message)));
    let theirs = counter.count(|| salty.sign(black_box(&message)));
    hprintln!("Ed25519, sign: {}; salty: {}", ours, theirs);

    let key = SigningKey::from_bytes(Curve::Ed25519, &D).expect("a key");
    let public = key.public();
    let signed = Signed::Message(Segments::plain(&message));
    let signature = dalek.sign(&message).to_bytes();
    let ours = counter.count(|| {
        CortexM4.verify(Algorithm::ED25519, &public, &signed, &signature).expect("valid")
    });
    let made = salty.sign(&message);
    let theirs = counter.count(|| salty.public.verify(black_box(&message), &made).expect("valid"));
    hprintln!("Ed25519, verify: {}; salty: {}", ours, theirs);

    let own = AgreementKey::from_bytes(Curve::X25519, &D).expect("a key");
    let ours = counter.count(|| CortexM4.agree(&own, &own.public().as_public()).is_ok());
    hprintln!("X25519: {}", ours);
}
