//! P-256 in assembly against the software backend: the same keys, signatures, secrets and answers,
//! to what is right and to what is not.
#![no_std]
#![no_main]

use cortex_m_semihosting::hprintln;
use hexad_cortex_m4::{AgreementKey, CortexM4, SigningKey};
use hexad_cortex_m4_qemu::{random::Random, run};
use hexad_cose_core::crypto::{Agree, Digest, Sign, Verify};
use hexad_cose_core::{Algorithm, CryptoError, Curve, PublicKey, Signed, Y};
use hexad_rustcrypto::RustCrypto;

const ROUNDS: usize = 40;

/// SP 800-186, 3.2.1.3: the order, and the prime of the field.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];

#[cortex_m_rt::entry]
fn main() -> ! {
    run(|| {
        let mut random = Random::new(256);
        let mut answers = 0;
        for round in 0..ROUNDS {
            let d = match round {
                0 => [0; 32],
                1 => ORDER,
                2 => near(&ORDER, -1),
                3 => near(&[0; 32], 1),
                _ => {
                    let mut d = [0; 32];
                    random.fill(&mut d);
                    d
                }
            };
            let ours = SigningKey::from_bytes(Curve::P256, &d);
            let theirs = hexad_rustcrypto::SigningKey::from_bytes(Curve::P256, &d);
            let (ours, theirs) = match (ours, theirs) {
                (Ok(ours), Ok(theirs)) => (ours, theirs),
                (ours, theirs) => {
                    assert_eq!(ours.err(), theirs.err(), "private key {round}");
                    continue;
                }
            };
            assert_eq!(ours.public(), theirs.public(), "public key {round}");

            // RFC 6979, 2.3.2: digests longer and shorter than the order, and one that is not below it.
            let mut digest = [0xff; 64];
            let length = [32, 48, 64, 20, 32, 0][round % 6];
            if round % 6 != 4 {
                random.fill(&mut digest);
            }
            let digest = Signed::Digest(Digest::new(&digest[..length]));
            let (mut signature, mut other) = ([0; 64], [0; 64]);
            CortexM4.sign(Algorithm::ESP256, &ours, &digest, &mut signature).expect("signed");
            RustCrypto.sign(Algorithm::ESP256, &theirs, &digest, &mut other).expect("signed");
            assert_eq!(signature, other, "signature {round}");

            let PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) } = ours.public() else { panic!() };
            let odd = y[31] & 1 == 1;
            let keys = [
                ours.public(),
                PublicKey::Ec2 { curve, x, y: Y::Odd(odd) },
                PublicKey::Ec2 { curve, x, y: Y::Odd(!odd) },
                PublicKey::Ec2 { curve, x: &changed(x, &mut random), y: Y::Coordinate(y) },
                PublicKey::Ec2 { curve, x: &changed(x, &mut random), y: Y::Odd(odd) },
                PublicKey::Ec2 { curve, x: &PRIME, y: Y::Coordinate(y) },
                PublicKey::Ec2 { curve, x, y: Y::Coordinate(&[0xff; 32]) },
                PublicKey::Ec2 { curve, x: &[0; 32], y: Y::Coordinate(&[0; 32]) },
                PublicKey::Ec2 { curve, x: &x[1..], y: Y::Coordinate(y) },
                PublicKey::Ec2 { curve, x, y: Y::Coordinate(&y[..31]) },
            ];
            let own = AgreementKey::from_bytes(Curve::P256, &d).expect("a key");
            let soft = hexad_rustcrypto::AgreementKey::from_bytes(Curve::P256, &d).expect("a key");
            for (index, key) in keys.iter().enumerate() {
                let answer = CortexM4.verify(Algorithm::ESP256, key, &digest, &signature);
                let expected = RustCrypto.verify(Algorithm::ESP256, key, &digest, &signature);
                assert_eq!(answer, expected, "key {index} of {round}");
                let secret = CortexM4.agree(&own, key);
                let expected = RustCrypto.agree(&soft, key);
                match (secret, expected) {
                    (Ok(ours), Ok(theirs)) => assert_eq!(ours.as_bytes(), theirs.as_bytes()),
                    (ours, theirs) => assert_eq!(ours.err(), theirs.err(), "peer {index}"),
                }
                answers += 2;
            }

            let (r, s) = signature.split_at(32);
            let negated = difference(&ORDER, s);
            let halves: [(&[u8], &[u8]); 11] = [
                (r, &negated),
                (&[0; 32], s),
                (r, &[0; 32]),
                (&ORDER, s),
                (r, &ORDER),
                (&near(&ORDER, -1), s),
                (r, &near(&ORDER, 1)),
                (&[0xff; 32], &[0xff; 32]),
                (r, &s[..31]),
                (&changed(r, &mut random), s),
                (r, &changed(s, &mut random)),
            ];
            for (index, (r, s)) in halves.iter().enumerate() {
                let signature = [*r, *s].concat();
                let answer =
                    CortexM4.verify(Algorithm::ESP256, &ours.public(), &digest, &signature);
                let expected =
                    RustCrypto.verify(Algorithm::ESP256, &ours.public(), &digest, &signature);
                assert_eq!(answer, expected, "signature {index} of {round}");
                // Of the two values of s that verify, either is accepted.
                assert_eq!(answer, if index == 0 { Ok(()) } else { Err(CryptoError::Rejected) });
                answers += 1;
            }
        }
        hprintln!("P-256: {} keys, {} answers, all as the software backend says", ROUNDS, answers);
    })
}

/// `number` and `distance`, without a carry beyond the last two bytes.
fn near(number: &[u8; 32], distance: i16) -> [u8; 32] {
    let mut near = *number;
    let last = i16::from_be_bytes([near[30], near[31]]).wrapping_add(distance);
    near[30..].copy_from_slice(&last.to_be_bytes());
    near
}

/// `bytes` with one bit changed.
fn changed(bytes: &[u8], random: &mut Random) -> [u8; 32] {
    let mut changed: [u8; 32] = bytes.try_into().expect("32 bytes");
    changed[random.below(32)] ^= 1 << random.below(8);
    changed
}

/// `a - b`, of which `a` is the greater.
fn difference(a: &[u8; 32], b: &[u8]) -> [u8; 32] {
    let mut difference = [0; 32];
    let mut borrow = 0;
    for at in (0..32).rev() {
        let digit = i16::from(a[at]) - i16::from(b[at]) - borrow;
        borrow = i16::from(digit < 0);
        difference[at] = digit.to_le_bytes()[0];
    }
    difference
}
