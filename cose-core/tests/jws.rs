//! JSON Web Signatures that RFC 7515 prints, under its keys.

use hexad_cose_core::jws::Jws;
use hexad_cose_core::{Algorithm, Error, ErrorKind, Key, jwk};
use hexad_rustcrypto::RustCrypto;

/// RFC 7515, A.1: HS256, with its key.
const HS256: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const HS256_KEY: &str = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;

/// RFC 7515, A.3: ES256, with its key.
const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const ES256_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(Error::kind)
}

/// RFC 7515, A.1 and A.3: what the RFC signed is accepted under its keys, and nothing else.
#[test]
fn examples_of_the_standard() {
    let key = jwk::read(HS256_KEY).unwrap();
    let key = Key::parse(&key).unwrap();
    let jws = Jws::parse(HS256).unwrap();
    let payload = jws.verify_mac(&key.secret().unwrap(), &[Algorithm::HMAC_256], &mut RustCrypto);
    assert!(payload.unwrap().starts_with(b"{\"iss\":\"joe\""));
    assert_eq!(jws.typ(), Some("JWT"));

    let key = jwk::read(ES256_KEY).unwrap();
    let key = Key::parse(&key).unwrap();
    let jws = Jws::parse(ES256).unwrap();
    for accepted in [Algorithm::ES256, Algorithm::ESP256] {
        let check = jws.check(&key, &[accepted], &mut RustCrypto).unwrap();
        assert!(check.run(&mut RustCrypto).is_ok());
    }
    let changed = ES256.replace("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJKb2Ui");
    let jws = Jws::parse(&changed).unwrap();
    let check = jws.check(&key, &[Algorithm::ES256], &mut RustCrypto).unwrap();
    assert_eq!(kind(check.run(&mut RustCrypto)), Some(ErrorKind::VerificationFailed));
}

/// RFC 8725, 3.1 and 3.2: the caller says which algorithms, and a key serves its own alone.
#[test]
fn algorithm_confusion() {
    let public = jwk::read(ES256_KEY).unwrap();
    let public = Key::parse(&public).unwrap();
    let jws = Jws::parse(HS256).unwrap();
    let not_accepted = Some(ErrorKind::AlgorithmNotAccepted);
    assert_eq!(kind(jws.check(&public, &[Algorithm::ES256], &mut RustCrypto)), not_accepted);
    let both = [Algorithm::ES256, Algorithm::HMAC_256];
    let refused = kind(jws.check(&public, &both, &mut RustCrypto));
    assert_eq!(refused, Some(ErrorKind::KeyMismatch));
    // The bytes of the public key as a MAC key: of another type, so no secret.
    assert_eq!(kind(public.secret()), Some(ErrorKind::KeyMismatch));
    // {"alg":"none"}
    let none = "eyJhbGciOiJub25lIn0.e30.";
    let jws = Jws::parse(none).unwrap();
    assert_eq!(jws.algorithm(), None);
    assert_eq!(kind(jws.check(&public, &both, &mut RustCrypto)), not_accepted);
}
