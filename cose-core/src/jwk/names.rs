//! What JOSE and COSE call the same algorithms, curves and operations.

use alloc::vec::Vec;

use crate::cbor::Raw;
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, Curve};

/// Algorithms by their names in JOSE (RFC 7518, 3.1, 4.1 and 5.1; RFC 8812, 9864, 9964) that do the
/// same in COSE. JOSE's ECDSA is bound to a curve, as in RFC 9864. Its key agreements derive keys in
/// another way than those of COSE.
const ALGORITHMS: [(&str, Algorithm); 26] = [
    ("ES256", Algorithm::ESP256),
    ("ES384", Algorithm::ESP384),
    ("ES512", Algorithm::ESP512),
    ("ES256K", Algorithm::ES256K),
    ("EdDSA", Algorithm::EDDSA),
    ("Ed25519", Algorithm::ED25519),
    ("Ed448", Algorithm::ED448),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("ML-DSA-44", Algorithm::ML_DSA_44),
    ("ML-DSA-65", Algorithm::ML_DSA_65),
    ("ML-DSA-87", Algorithm::ML_DSA_87),
    ("HS256", Algorithm::HMAC_256),
    ("HS384", Algorithm::HMAC_384),
    ("HS512", Algorithm::HMAC_512),
    ("A128GCM", Algorithm::A128GCM),
    ("A192GCM", Algorithm::A192GCM),
    ("A256GCM", Algorithm::A256GCM),
    ("A128KW", Algorithm::A128KW),
    ("A192KW", Algorithm::A192KW),
    ("A256KW", Algorithm::A256KW),
    ("dir", Algorithm::DIRECT),
];

/// Curves, which have the same names in both (RFC 7518, 6.2.1.1; RFC 8037, 2; RFC 8812, 3.1).
const CURVES: [Curve; 8] = [
    Curve::P256,
    Curve::P384,
    Curve::P521,
    Curve::Secp256k1,
    Curve::Ed25519,
    Curve::Ed448,
    Curve::X25519,
    Curve::X448,
];

/// Operations by their names in JWK (RFC 7517, 4.3) and their numbers in COSE (RFC 9052, 7.1), for
/// key pairs and, where they differ, for symmetric keys.
const OPERATIONS: [(&str, i64, i64); 8] = [
    ("sign", 1, 9),
    ("verify", 2, 10),
    ("encrypt", 3, 3),
    ("decrypt", 4, 4),
    ("wrapKey", 5, 5),
    ("unwrapKey", 6, 6),
    ("deriveKey", 7, 7),
    ("deriveBits", 8, 8),
];

pub(crate) fn algorithm(name: &str) -> Option<Algorithm> {
    ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

/// The name of an algorithm of a key that is on `curve`, if on any.
pub(super) fn of_algorithm(algorithm: Algorithm, curve: Option<Curve>) -> Option<&'static str> {
    let bound = match (algorithm, curve) {
        (Algorithm::ES256, Some(Curve::P256)) => Algorithm::ESP256,
        (Algorithm::ES384, Some(Curve::P384)) => Algorithm::ESP384,
        (Algorithm::ES512, Some(Curve::P521)) => Algorithm::ESP512,
        _ => algorithm,
    };
    ALGORITHMS.iter().find(|(_, known)| *known == bound).map(|(name, _)| *name)
}

pub(super) fn curve(name: &str) -> Option<Curve> {
    CURVES.into_iter().find(|curve| curve.name() == name)
}

pub(super) fn operation(name: &str, symmetric: bool) -> Option<i64> {
    let (_, pair, shared) = OPERATIONS.iter().find(|(known, ..)| *known == name)?;
    Some(if symmetric { *shared } else { *pair })
}

/// The operations that `use` stands for (RFC 7517, 4.2).
pub(super) fn purpose(name: &str, symmetric: bool) -> Option<&'static [i64]> {
    match (name, symmetric) {
        ("sig", false) => Some(&[1, 2]),
        ("sig", true) => Some(&[9, 10]),
        ("enc", _) => Some(&[3, 4, 5, 6, 7, 8]),
        _ => None,
    }
}

/// The names of encoded `key_ops`; of a private key that is `turned` into its public half, what the
/// other side of each operation is called. Where there is none it is left out: deriving.
pub(super) fn of_operations(operations: Raw<'_>, turned: bool) -> Result<Vec<&'static str>, Error> {
    let mut names = Vec::new();
    let mut cursor = operations.cursor();
    let mut items = cursor.array()?;
    while items.next(&mut cursor)? {
        let unknown = cursor.error(ErrorKind::Unsupported);
        let number = cursor.integer()?;
        let number = match number {
            1 | 4 | 6 if turned => number.checked_add(if number == 1 { 1 } else { -1 }),
            7 | 8 if turned => None,
            _ => Some(number),
        };
        let Some(number) = number else { continue };
        let same = |(_, pair, shared): &&(_, i64, i64)| *pair == number || *shared == number;
        let (name, ..) = OPERATIONS.iter().find(same).ok_or(unknown)?;
        if !names.contains(name) {
            names.push(*name);
        }
    }
    Ok(names)
}
