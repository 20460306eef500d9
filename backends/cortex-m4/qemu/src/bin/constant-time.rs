//! Whether what works on a secret takes the same instructions for each of a hundred secrets: the
//! image fails where the counts differ, but for what its table says.
//!
//! Instructions, not cycles: of a Cortex-M4 without a cache, what the secret could still move are
//! the wait states of flash at addresses that depend on it, and instructions whose time depends on
//! their operands, which are the divisions alone.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_semihosting::hprintln;
use hexad_cortex_m4::{AgreementKey, CortexM4, SigningKey};
use hexad_cortex_m4_qemu::{count::Counter, random::Random, run};
use hexad_cose_core::crypto::{Agree, Digest, Kdf, KdfAlgorithm, Mac, Sign};
use hexad_cose_core::{Algorithm, Curve, Segments, Signed};

const SECRETS: usize = 100;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(|| {
        let mut check = Check { counter: Counter::start(), random: Random::new(7), failed: 0 };
        check.run("P-256: private key", |counter, random| {
            let d = secret(random);
            counter.count(|| SigningKey::from_bytes(Curve::P256, black_box(&d)).expect("a key"))
        });
        let digest = Signed::Digest(Digest::new(&[0x5a; 32]));
        check.run("ESP256: sign", |counter, random| {
            let key = SigningKey::from_bytes(Curve::P256, &secret(random)).expect("a key");
            let mut signature = [0; 64];
            counter.count(|| {
                CortexM4.sign(Algorithm::ESP256, black_box(&key), &digest, &mut signature)
            })
        });
        let peer = AgreementKey::from_bytes(Curve::P256, &[9; 32]).expect("a key");
        check.run("ECDH P-256", |counter, random| {
            let key = AgreementKey::from_bytes(Curve::P256, &secret(random)).expect("a key");
            counter.count(|| CortexM4.agree(black_box(&key), &peer.public().as_public()))
        });
        let message = Signed::Message(Segments::plain(&[0x5a; 100]));
        check.run("Ed25519: private key", |counter, random| {
            let d = secret(random);
            counter.count(|| SigningKey::from_bytes(Curve::Ed25519, black_box(&d)).expect("a key"))
        });
        check.run("Ed25519: sign", |counter, random| {
            let key = SigningKey::from_bytes(Curve::Ed25519, &secret(random)).expect("a key");
            let mut signature = [0; 64];
            counter.count(|| {
                CortexM4.sign(Algorithm::ED25519, black_box(&key), &message, &mut signature)
            })
        });
        let peer = AgreementKey::from_bytes(Curve::X25519, &[9; 32]).expect("a key");
        check.run("X25519", |counter, random| {
            let key = AgreementKey::from_bytes(Curve::X25519, &secret(random)).expect("a key");
            counter.count(|| CortexM4.agree(black_box(&key), &peer.public().as_public()))
        });
        check.run("HMAC 256", |counter, random| {
            let key = secret(random);
            let message = Segments::plain(&[0x5a; 100]);
            counter.count(|| CortexM4.mac(Algorithm::HMAC_256, black_box(&key), &message))
        });
        check.run("HKDF with SHA-256", |counter, random| {
            let secret = secret(random);
            let mut key = [0; 48];
            counter.count(|| {
                let hkdf = KdfAlgorithm::HkdfSha256;
                CortexM4.derive(hkdf, black_box(&secret), b"salt", &[b"info"], &mut key)
            })
        });
        check.run("a tag held against another (the first difference anywhere, or nowhere)", {
            let mut place = 0;
            move |counter, random| {
                let tag = Digest::new(&secret(random));
                let mut other = Digest::new(tag.as_bytes()).as_bytes().to_vec();
                if let Some(byte) = other.get_mut(place % 40) {
                    *byte ^= 1 << random.below(8);
                }
                place += 1;
                counter.count(|| black_box(&tag).matches(black_box(&other)))
            }
        });
        assert_eq!(check.failed, 0, "counts differ");

        // What is not constant is seen: a comparison that ends at the first difference.
        let mut count_to = |place: usize| {
            let (one, mut other) = ([0; 32], [0; 32]);
            other[place] = 1;
            check.counter.count(|| black_box(&one).iter().eq(black_box(&other)))
        };
        assert!(count_to(3) < count_to(4), "the counter does not tell one byte more");
        hprintln!("and a comparison that ends early is told by a single byte");
    })
}

/// A number below the order of P-256, and not zero.
fn secret(random: &mut Random) -> [u8; 32] {
    let mut secret = [0; 32];
    random.fill(&mut secret);
    secret[0] &= 0x7f;
    secret
}

struct Check {
    counter: Counter,
    random: Random,
    failed: u32,
}

impl Check {
    /// Counts `body` with [`SECRETS`] secrets of its own making.
    fn run(&mut self, name: &str, mut body: impl FnMut(&mut Counter, &mut Random) -> u32) {
        let (mut least, mut most) = (u32::MAX, 0);
        for _ in 0..SECRETS {
            let count = body(&mut self.counter, &mut self.random);
            (least, most) = (least.min(count), most.max(count));
        }
        if least == most {
            hprintln!("{}: {} instructions for each of {} secrets", name, least, SECRETS);
        } else {
            hprintln!("{}: {} to {} instructions", name, least, most);
            self.failed += 1;
        }
    }
}
