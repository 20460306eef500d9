//! `COSE_Sign1`: verifying with ES256, by cose_minicbor.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cose_minicbor::cose::CoseSign1;
use cose_minicbor::cose_keys::{CoseAlg, CoseKey, CoseKeySetBuilder, Curve, KeyOp, KeyType};
use hexad_bench_cortex_m::{P256_KEY, SIGN1_P256, cose};

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        let (x, y) = P256_KEY[1..].split_at(32);
        let mut key = CoseKey::new(KeyType::Ec2);
        key.alg(CoseAlg::ES256);
        key.kid(b"11");
        key.key_op(KeyOp::Verify);
        key.crv(Curve::P256).expect("a curve");
        key.x(x).expect("a coordinate");
        key.y(y).expect("a coordinate");
        let mut keys = CoseKeySetBuilder::<128>::try_new().expect("a key set");
        keys.push_key(key).expect("it fits");
        let keys = keys.into_bytes().expect("it is encoded");
        // It has no room for the Sig_structure of the longer one.
        cose::each(criterion, "sign1/verify-es256", "cose_minicbor", &SIGN1_P256[..1], |message| {
            // It takes a message without its tag.
            minicbor::decode::<CoseSign1<'_>>(&message[1..])
                .is_ok_and(|message| message.suit_verify_cose_sign1(None, &keys).is_ok())
        });
    })
}
