use hexad_cose_core::{Algorithm, Curve, PublicKey};

use crate::{AgreementKey, PemError, SigningKey, public_key_from_pem, public_key_to_pem};

/// RFC 8017, A.1: the public key of Wycheproof's rsa_signature_2048_sha256_test reads, and is written
/// the same.
#[test]
fn a_public_rsa_key_is_written_as_it_was_read() {
    let key = public_key_from_pem(RSA_PUBLIC).unwrap();
    assert!(matches!(key.as_public(), PublicKey::Rsa { n, e: [1, 0, 1] } if n.len() == 256));
    assert_eq!(public_key_to_pem(&key.as_public()).unwrap(), RSA_PUBLIC);
}

/// RFC 8017, A.1.2: the private key of Wycheproof's rsa_oaep_2048_sha256_mgf1sha256_test reads, and is
/// written the same.
#[test]
fn a_private_rsa_key_is_written_as_it_was_read() {
    let key = SigningKey::from_pem(RSA_PRIVATE).unwrap();
    assert_eq!(*key.to_pem().unwrap(), RSA_PRIVATE);
    assert_eq!(public_key_from_pem(RSA_PRIVATE).unwrap().as_public(), key.public());
}

/// RFC 9881, 6: the seed alone, of Wycheproof's mldsa_44_sign_seed_test.
#[test]
fn a_seed_of_ml_dsa_is_written_as_it_was_read() {
    let key = SigningKey::from_pem(ML_DSA_PRIVATE).unwrap();
    assert_eq!(key.algorithm(), Algorithm::ML_DSA_44);
    key.with_secret(|seed| assert_eq!(seed, [0x2a; 32]));
    assert_eq!(*key.to_pem().unwrap(), ML_DSA_PRIVATE);
    let public = public_key_to_pem(&key.public()).unwrap();
    assert_eq!(public_key_from_pem(&public).unwrap().as_public(), key.public());
}

/// RFC 8410: X25519, of Wycheproof's x25519_pem_test, 1; it agrees, and does not sign.
#[test]
fn an_x25519_key_agrees_and_does_not_sign() {
    let key = AgreementKey::from_pem(X25519_PRIVATE).unwrap();
    assert_eq!(*key.to_pem().unwrap(), X25519_PRIVATE);
    assert_eq!(SigningKey::from_pem(X25519_PRIVATE).err(), Some(PemError::Unsupported));
    let public = public_key_from_pem(X25519_PRIVATE).unwrap();
    assert_eq!(public.as_public(), key.public().as_public());
    let peer = public_key_from_pem(X25519_PUBLIC).unwrap();
    assert_eq!(public_key_to_pem(&peer.as_public()).unwrap(), X25519_PUBLIC);
}

/// SEC 2: the public key of Wycheproof's ecdsa_secp256k1_sha256_p1363_test reads, and is written the
/// same.
#[test]
fn a_secp256k1_key_is_written_as_it_was_read() {
    let key = public_key_from_pem(SECP256K1_PUBLIC).unwrap();
    assert_eq!(key.as_public().curve(), Some(Curve::Secp256k1));
    assert_eq!(public_key_to_pem(&key.as_public()).unwrap(), SECP256K1_PUBLIC);
}

/// RFC 5958, RFC 5480 and RFC 8410: what is written as PEM reads back as the same key, on each curve.
#[test]
fn keys_survive_pem() {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1, Curve::Ed25519] {
        let mut d = std::vec![1; curve.coordinate_len()];
        d[0] = 0;
        let key = SigningKey::from_bytes(curve, &d).unwrap();
        let read = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(read.public(), key.public());
        read.with_secret(|secret| assert_eq!(secret, d));
        let public = public_key_to_pem(&key.public()).unwrap();
        assert_eq!(public_key_from_pem(&public).unwrap().as_public(), key.public());
    }
}

/// RFC 9708, 4: a key of hash-based signatures is written in SPKI as it is.
#[test]
fn a_key_of_hash_based_signatures_survives_pem() {
    let public = [7; 60];
    let key = PublicKey::HssLms { public: &public };
    let read = public_key_from_pem(&public_key_to_pem(&key).unwrap()).unwrap();
    assert_eq!(read.as_public(), key);
}

/// Cut off at any byte, a file is an error.
#[test]
fn a_file_that_is_cut_off_is_refused() {
    for pem in [ML_DSA_PRIVATE, X25519_PRIVATE, RSA_PUBLIC, SECP256K1_PUBLIC] {
        for length in 0..pem.trim_end().len() {
            assert!(public_key_from_pem(&pem[..length]).is_err(), "{length}");
        }
    }
}

const RSA_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAorRRoH0KpfluRVZxUTVQ
UUqKW0YuvvcXCU+h/ugiJOY3+XRtP3yv0xh42AMltu9aFwD2WQO0aUKeidbqyIRQ
l7WrOTGJ25JRLtincRoSU/rNIPecFegkfz0+QuRuSMmOJUov6XZTE6A+/48X4aAp
OXofomqNzib0kO2BKZYV2YFMItphBCjgnH2WWFlCZvXAIdD87KCNlFoSvoLeTR7O
a0wDFFtdNJXU7VQR64eNrwX9evw+Ca2g8RJkIvWQl1oZaYFvSGmLy7obTZyuedRg
2Pn4Xnl1AF2bwixOWsD3waRdElaaYoB9O5oC5aUw53MGb0U9H1tMLpz3ggKD90K5
1QIDAQAB
-----END PUBLIC KEY-----
";

const RSA_PRIVATE: &str = "\
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCitFGgfQql+W5F
VnFRNVBRSopbRi6+9xcJT6H+6CIk5jf5dG0/fK/TGHjYAyW271oXAPZZA7RpQp6J
1urIhFCXtas5MYnbklEu2KdxGhJT+s0g95wV6CR/PT5C5G5IyY4lSi/pdlMToD7/
jxfhoCk5eh+iao3OJvSQ7YEplhXZgUwi2mEEKOCcfZZYWUJm9cAh0PzsoI2UWhK+
gt5NHs5rTAMUW100ldTtVBHrh42vBf16/D4JraDxEmQi9ZCXWhlpgW9IaYvLuhtN
nK551GDY+fheeXUAXZvCLE5awPfBpF0SVppigH07mgLlpTDncwZvRT0fW0wunPeC
AoP3QrnVAgMBAAECggEAJM3GIxf11ypva6bMljKJmwHR/yiGfXL2FoiZW8hVpOQg
qEBSUAib2xPPjglUOCe3SLnSf7srTZ4gr4xaaoYnltGkzBitFupni8G9SoO7vpxe
V0U7XOc4jkGjukzit3tEOKIp6VT3INrgNT3AiKyKdrJtwnb44beFHd1jmK0W/y54
GVEjubA26UXDjJ0SQ09t92/iI1nrPhrJwBFnj8km+tOuR1pP//9V/rLRR+nIlPTA
4ppZnnYkYkgtlov0J4CUX8DSwxxXPEQxuPT+i4xnvsgVq9RPeobtyhwjCHNzWNLC
rl4uDi2t9zCYAmI3flixO32ZkgYKC8hwzP20qTGe4QKBgQDcQxBQ94LolPtSSCR9
mMt9WLjR4k87VdBBxW5N4Iaw1bsCi9pC7rXSNNVoHlgJ1BXmoomtTPv3j5ePbDWB
T1Duv/HFuApp94joHmurXdqng2nWWdFD7G8X55gTpXXPrZxWkVa5ARPi6REK2ee0
ihyTSKbmUzIRkSkOo2z7OlsY8QKBgQC9GoHnl3+YmBIic64yIrWY6l+xnrTqvDgw
il4yGWYDsuUA/7efW4hoFmEd68Ry+sRVRAcL6wV8lBN4poaK87egPT+YgOxH1eCJ
uU+95UKrqa6NcsVwiNer9bEx85CY97wWD5BTaryUkv1OBvPtcpnUuXuwNncgfZVm
nxQM+8IPJQKBgQCpS1KLKPKRWZEh2RlS/9HH8h18FHnZnUeIhfsWGHDuEhi/CEcm
EtvlSX6NnGUGiOCceGlhrj4sNU3EiuNFFHWcTCPEWISIlh3Aa0FOYcDh5/u9KSPT
FTL+KJ+W2iIHEeWMFAGYCOAEFCdpM7sH5O+5tKmzdlaRcgUgnzPwlRXXwQKBgDrw
5yqTOu8J/yUD33i6/tUxwC/xorxDfFQM3L1K01Q1z1EXY1llQ0gGKbEUyn94D/fv
oy6gy24ADW2eofLvcf2c+ZSEIqFlVX4351Xt/nDZC5IFAutHi8mKY/eIzjoPhW1u
3nJRo4O/qPpICoGpJa97PMU4xLq4yfdZf/toAR2NAoGAJkD7+8/vsWPueoe2SDpm
7kH5VtkPqKeTm/wELuCSSxt5k9BEX3WNUZM+hRecAyCwyWi0ipHDi1vpI+EJfAxW
L4jUIpS2onWbr6VCinTxJwh05F9vzGDyFgLeXszRQ88xJB9ZIbWtOYP7VO8Xvjso
U2flDJmcZyR7VS/kv86UX3s=
-----END PRIVATE KEY-----
";

const ML_DSA_PRIVATE: &str = "\
-----BEGIN PRIVATE KEY-----
MDQCAQAwCwYJYIZIAWUDBAMRBCKAICoqKioqKioqKioqKioqKioqKioqKioqKioq
KioqKioq
-----END PRIVATE KEY-----
";

const X25519_PRIVATE: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIMip1akQka2FHGaLBzbByaApNsDTrWJnCFgIgEe6BXR1
-----END PRIVATE KEY-----
";

const X25519_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAUEo2mZ9InNL9vAi6/z2I+gBWm6mGy6IlSP/egPmAaCk=
-----END PUBLIC KEY-----
";

const SECP256K1_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEuDj/ROW8F3vyEYnQdmCC/J2EMiaIf8l2
A3EQC37iCm/wyddb+6ezGmvKGXRJbutW3jVwcZVdg8Sxutqgshgy6Q==
-----END PUBLIC KEY-----
";

extern crate std;
