//! The tokens of RFC 8392, appendix A, as the COSE working group published them: read, verified, and
//! their claims.

use std::path::Path;

use hexad_cose_core::cbor::Number;
use hexad_cose_core::cwt::{self, Claims, Clock};
use hexad_cose_core::{
    Algorithm, Curve, Expect, Key, Mac0, Message, PublicKey, Secret, Sign1, Verified, Y,
};
use hexad_rustcrypto::RustCrypto;
use hexad_vectors::on;
use libtest_mimic::Arguments;
use serde_json::Value;

fn main() {
    let trials = vec![
        on("a_3_signed", "cose/CWT/A_3.json", signed),
        on("a_4_authenticated", "cose/CWT/A_4.json", authenticated),
        on("a_5_encrypted", "cose/CWT/A_5.json", encrypted),
        on("a_6_nested", "cose/CWT/A_6.json", nested),
        on("a_7_with_a_date_in_floating_point", "cose/CWT/A_7.json", floating_point),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn unhex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap().as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// The claims of appendix A.1, and their dates by a clock in between.
fn check_claims(claims: &Verified<Claims<'_>>) {
    assert_eq!(claims.sub, Some("erikw"));
    assert_eq!(claims.cti, Some(&[0x0b, 0x71][..]));
    claims.check_issuer("coap://as.example.com").unwrap();
    claims.check_audience("coap://light.example.com").unwrap();
    claims.check_validity(Clock { now: 1_444_000_000, leeway: 0 }).unwrap();
    claims.check_validity(Clock { now: 1_444_064_944, leeway: 0 }).unwrap_err();
}

fn verify_signed<'b>(message: Sign1<'b>, key: &Value) -> Verified<Claims<'b>> {
    let (x, y) = (unhex(&key["x_hex"]), unhex(&key["y_hex"]));
    let public = PublicKey::Ec2 { curve: Curve::P256, x: &x, y: Y::Coordinate(&y) };
    let expect = Expect::alg(Algorithm::ES256);
    let key = Key::from_public(public);
    let check = message.check(&key, expect, &mut RustCrypto).unwrap();
    Claims::verified(&check.run(&mut RustCrypto).unwrap()).unwrap()
}

fn signed(path: &Path) {
    let vector = read(path);
    let token = unhex(&vector["output"]["cbor"]);
    let key = &vector["input"]["sign0"]["key"];
    // With the CWT tag before it, as RFC 8392, A.4 shows it for another token.
    for token in [token.clone(), [&[0xd8, 61], &token[..]].concat()] {
        let Message::Sign1(message) = cwt::parse(&token).unwrap() else { panic!("no Sign1") };
        check_claims(&verify_signed(message, key));
    }
}

fn verify_mac<'b>(token: &'b [u8], vector: &Value) -> Verified<Mac0<'b>> {
    let Message::Mac0(message) = cwt::parse(token).unwrap() else { panic!("no Mac0") };
    let k = unhex(&vector["input"]["mac0"]["recipients"][0]["key"]["k_hex"]);
    let secret = Secret::new(&k[..], Algorithm::HMAC_256_64);
    message.verify(&secret, Expect::alg(Algorithm::HMAC_256_64), &mut RustCrypto).unwrap()
}

fn authenticated(path: &Path) {
    let vector = read(path);
    let token = unhex(&vector["output"]["cbor"]);
    check_claims(&Claims::verified(&verify_mac(&token, &vector)).unwrap());
}

/// Gives the plaintext of a token that is encrypted to `read`.
fn decrypt(vector: &Value, read: impl FnOnce(Verified<&[u8]>)) {
    let token = unhex(&vector["output"]["cbor"]);
    let Message::Encrypt0(message) = cwt::parse(&token).unwrap() else { panic!("no Encrypt0") };
    let k = unhex(&vector["input"]["encrypted"]["recipients"][0]["key"]["k_hex"]);
    let secret = Secret::new(&k[..], Algorithm::AES_CCM_16_64_128);
    let expect = Expect::alg(Algorithm::AES_CCM_16_64_128);
    let mut plaintext = [0; 256];
    read(message.decrypt(&secret, expect, &mut plaintext, &mut RustCrypto).unwrap());
}

fn encrypted(path: &Path) {
    decrypt(&read(path), |plaintext| check_claims(&Claims::verified(&plaintext).unwrap()));
}

/// The plaintext is a token of its own, which A.3 has, too, with its key.
fn nested(path: &Path) {
    let signer = read(&path.with_file_name("A_3.json"));
    decrypt(&read(path), |plaintext| {
        assert!(Claims::verified(&plaintext).is_err());
        let Message::Sign1(inner) = cwt::parse(plaintext.into_inner()).unwrap() else {
            panic!("no Sign1")
        };
        check_claims(&verify_signed(inner, &signer["input"]["sign0"]["key"]));
    });
}

fn floating_point(path: &Path) {
    let vector = read(path);
    let token = unhex(&vector["output"]["cbor"]);
    let claims = Claims::verified(&verify_mac(&token, &vector)).unwrap();
    assert_eq!(claims.iat, Some(Number::Float(1_443_944_944.5)));
    // Written again it is the same claims-set.
    let mut buffer = [0; 16];
    let mut encoder = hexad_cose_core::cbor::Encoder::new(&mut buffer);
    claims.encode(&mut encoder).unwrap();
    assert_eq!(encoder.as_bytes(), unhex(&vector["input"]["plaintext_hex"]));
}
