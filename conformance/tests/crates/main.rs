//! Attestation results exchanged with the crate `ear`, reference integrity manifests with `corim-rs`: theirs read by
//! us, ours read by them, changed ones refused by both.

mod corim_rs;
mod ear;

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::{Curve, PublicKey, Y};
use hexad_rustcrypto::{SigningKey, public_key_to_pem};

fn key(secret: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[secret; 32]).unwrap()
}

/// Private and public key in PEM.
fn pem(key: &SigningKey) -> (String, String) {
    (key.to_pem().unwrap().to_string(), public_key_to_pem(&key.public()).unwrap())
}

/// The public key as a JWK.
fn jwk(key: &SigningKey) -> String {
    let PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } = key.public() else {
        panic!("no key with two coordinates");
    };
    let [x, y] = [x, y].map(Base64UrlUnpadded::encode_string);
    format!(r#"{{"kty":"EC","crv":"P-256","alg":"ES256","x":"{x}","y":"{y}"}}"#)
}
