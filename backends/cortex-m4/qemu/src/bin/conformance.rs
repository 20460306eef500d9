//! The suite of `hexad-cose-core`, on the assembly.
#![no_std]
#![no_main]

use cortex_m_semihosting::hprintln;
use hexad_cortex_m4::{AgreementKey, CortexM4, SigningKey};
use hexad_cortex_m4_qemu::run;
use hexad_cose_core::conformance;
use hexad_cose_core::{Algorithm, Curve};

#[cortex_m_rt::entry]
fn main() -> ! {
    run(|| {
        hprintln!("hash {:?}", conformance::hash(&mut CortexM4));
        hprintln!("mac {:?}", conformance::mac(&mut CortexM4));
        hprintln!("kdf {:?}", conformance::kdf(&mut CortexM4));
        let ecdsa_and_eddsa =
            [Algorithm::ESP256, Algorithm::ES256, Algorithm::ED25519, Algorithm::EDDSA];
        assert_eq!(conformance::verify(&mut CortexM4), ecdsa_and_eddsa);
        hprintln!("verify {:?}", ecdsa_and_eddsa);
        assert_eq!(conformance::sign(&mut CortexM4, SigningKey::from_cose), ecdsa_and_eddsa);
        hprintln!("sign {:?}", ecdsa_and_eddsa);
        let curves = [Curve::P256, Curve::X25519];
        assert_eq!(conformance::agree(&mut CortexM4, AgreementKey::from_cose), curves);
        assert_eq!(conformance::agree_ephemeral(&mut CortexM4, AgreementKey::from_cose), curves);
        hprintln!("agree {:?}", curves);
        hprintln!("aead {:?}", conformance::aead(&mut CortexM4));
        hprintln!("wrap {:?}", conformance::key_wrap(&mut CortexM4));
    })
}
