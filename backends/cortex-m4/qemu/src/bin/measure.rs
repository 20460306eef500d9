//! The instructions of each primitive, beside those of others.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_semihosting::hprintln;
use digest::Digest;
use ed25519_dalek::Signer;
use hexad_cortex_m4::{AgreementKey, CortexM4, SigningKey};
use hexad_cortex_m4_qemu::{count::Counter, run};
use hexad_cose_core::crypto::{Agree, Hash, Sign, Verify};
use hexad_cose_core::{Algorithm, Curve, Expect, HashAlgorithm, Key, Segments, Sign1, Signed};
use hexad_rustcrypto::RustCrypto;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(|| {
        let mut counter = Counter::start();
        let data = [7; 1024];
        for length in [0, 20, 1024] {
            let data = &data[..length];
            let count = counter.count(|| {
                CortexM4.digest(HashAlgorithm::Sha256, black_box(&Segments::plain(data)))
            });
            hprintln!("SHA-256 of {} bytes: {}", length, count);
            let count = counter.count(|| sha2::Sha256::digest(black_box(data)));
            hprintln!("SHA-256 of {} bytes, sha2: {}", length, count);
        }

        let d = [7; 32];
        let key = SigningKey::from_bytes(Curve::P256, &d).unwrap();
        let software = hexad_rustcrypto::SigningKey::from_bytes(Curve::P256, &d).unwrap();
        let anchor = Key::from_public(key.public());
        for length in [20, 1024] {
            let mut buffer = [0; 1200];
            let message = Sign1::builder(Algorithm::ESP256)
                .payload(&data[..length], &mut buffer)
                .unwrap()
                .sign(&key, &mut CortexM4)
                .unwrap();
            let count = counter.count(|| Sign1::parse(black_box(message)).is_ok());
            hprintln!("Sign1 {}: decode {}", length, count);
            let count = counter.count(|| {
                Sign1::parse(black_box(message))
                    .unwrap()
                    .check(&anchor, Expect::alg(Algorithm::ESP256), &mut CortexM4)
                    .is_ok()
            });
            hprintln!("Sign1 {}: decode, Sig_structure, SHA-256 {}", length, count);
            let count = counter.count(|| {
                Sign1::parse(black_box(message))
                    .unwrap()
                    .check(&anchor, Expect::alg(Algorithm::ESP256), &mut CortexM4)
                    .unwrap()
                    .run(&mut CortexM4)
                    .is_ok()
            });
            hprintln!("Sign1 {}: verify {}", length, count);
        }
        let signed = Signed::new(Algorithm::ESP256, Segments::plain(&data), &mut CortexM4).unwrap();
        let mut signature = [0; 64];
        let count =
            counter.count(|| CortexM4.sign(Algorithm::ESP256, &key, &signed, &mut signature));
        hprintln!("ESP256 sign: {}", count);
        let mut other = [0; 64];
        RustCrypto.sign(Algorithm::ESP256, &software, &signed, &mut other).unwrap();
        assert_eq!(signature, other);
        let count = counter.count(|| {
            CortexM4.verify(Algorithm::ESP256, &key.public(), &signed, &signature).unwrap()
        });
        hprintln!("ESP256 verify: {}", count);
        let agreement = AgreementKey::from_bytes(Curve::P256, &d).unwrap();
        let count = counter.count(|| CortexM4.agree(&agreement, &key.public()).unwrap());
        hprintln!("ECDH P-256: {}", count);
        let count = counter.count(|| SigningKey::from_bytes(Curve::P256, black_box(&d)).unwrap());
        hprintln!("P-256 key: {}", count);
        let count =
            counter.count(|| RustCrypto.sign(Algorithm::ESP256, &software, &signed, &mut other));
        hprintln!("ESP256 sign, p256: {}", count);
        let count = counter.count(|| {
            RustCrypto.verify(Algorithm::ESP256, &key.public(), &signed, &signature).unwrap()
        });
        hprintln!("ESP256 verify, p256: {}", count);

        let key = SigningKey::from_bytes(Curve::Ed25519, &d).unwrap();
        let message = Segments::plain(&data[..64]);
        let signed = Signed::Message(message);
        let count =
            counter.count(|| CortexM4.sign(Algorithm::ED25519, &key, &signed, &mut signature));
        hprintln!("Ed25519 sign: {}", count);
        let count = counter.count(|| {
            CortexM4.verify(Algorithm::ED25519, &key.public(), &signed, &signature).unwrap()
        });
        hprintln!("Ed25519 verify: {}", count);
        let dalek = ed25519_dalek::SigningKey::from_bytes(&d);
        let count = counter.count(|| dalek.sign(black_box(&data[..64])));
        hprintln!("Ed25519 sign, ed25519-dalek: {}", count);
        let made = dalek.sign(&data[..64]);
        let count = counter
            .count(|| dalek.verifying_key().verify_strict(black_box(&data[..64]), &made).unwrap());
        hprintln!("Ed25519 verify strict, ed25519-dalek: {}", count);
        let salty = salty::Keypair::from(&d);
        let count = counter.count(|| salty.sign(black_box(&data[..64])));
        hprintln!("Ed25519 sign, salty: {}", count);
        let made = salty.sign(&data[..64]);
        let count = counter.count(|| salty.public.verify(black_box(&data[..64]), &made).unwrap());
        hprintln!("Ed25519 verify, salty: {}", count);
        let x = AgreementKey::from_bytes(Curve::X25519, &d).unwrap();
        let count = counter.count(|| CortexM4.agree(&x, &x.public().as_public()).unwrap());
        hprintln!("X25519: {}", count);
    })
}
