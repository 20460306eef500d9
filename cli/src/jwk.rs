//! JSON Web Keys (RFC 7517, 7518, 8037), read as and written from the `COSE_Key` of the same key.

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::iana::key as label;
use hexad_cose_core::{Algorithm, Curve, Error, Key, PublicKey, Y};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::failure::Problem;

/// The members that have a counterpart in a `COSE_Key`. One that stands twice is refused.
#[derive(Deserialize, Serialize)]
struct Jwk {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<Zeroizing<String>>,
}

/// Curves, which have their names in JWK (RFC 7518, 6.2.1.1 and RFC 8037, 2).
const CURVES: [Curve; 4] = [Curve::P256, Curve::P384, Curve::P521, Curve::Ed25519];

/// Algorithms by their names in JOSE (RFC 7518, 3.1 and RFC 9864).
const ALGORITHMS: [(&str, Algorithm); 11] = [
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("ES512", Algorithm::ES512),
    ("ESP256", Algorithm::ESP256),
    ("ESP384", Algorithm::ESP384),
    ("ESP512", Algorithm::ESP512),
    ("EdDSA", Algorithm::EDDSA),
    ("Ed25519", Algorithm::ED25519),
    ("HS256", Algorithm::HMAC_256),
    ("HS384", Algorithm::HMAC_384),
    ("HS512", Algorithm::HMAC_512),
];

/// Operations by their names in JWK (RFC 7517, 4.3) and their numbers in COSE (RFC 9052, 7.1), for
/// signatures and, where they differ, for tags.
const OPERATIONS: [(&str, u64, u64); 8] = [
    ("sign", 1, 9),
    ("verify", 2, 10),
    ("encrypt", 3, 3),
    ("decrypt", 4, 4),
    ("wrapKey", 5, 5),
    ("unwrapKey", 6, 6),
    ("deriveKey", 7, 7),
    ("deriveBits", 8, 8),
];

/// The parameters of a `COSE_Key` that is being made, each encoded behind its label.
struct Parameters {
    count: usize,
    encoded: Zeroizing<Vec<u8>>,
}

impl Parameters {
    fn put(
        &mut self,
        label: i64,
        value: impl FnOnce(&mut Encoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.count = self.count.saturating_add(1);
        let mut encoder = Encoder::appending(&mut self.encoded);
        value(encoder.integer(label)?)
    }

    fn put_integer(&mut self, label: i64, value: i64) -> Result<(), Error> {
        self.put(label, |encoder| encoder.integer(value).map(|_| ()))
    }

    fn put_bytes(&mut self, label: i64, value: &[u8]) -> Result<(), Error> {
        self.put(label, |encoder| encoder.bytes(value).map(|_| ()))
    }

    fn finish(self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut key = Zeroizing::new(Vec::new());
        Encoder::appending(&mut key).map(self.count)?.raw(&self.encoded)?;
        Ok(key)
    }
}

/// The `COSE_Key` of the JWK in `text`. Problems other than of JSON are those of the whole object, and
/// stand at its first byte.
pub fn to_cose(text: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let jwk: Jwk = serde_json::from_str(text).map_err(|error| syntax(text, &error))?;
    let start = text.find('{').unwrap_or_default();
    let unsupported =
        |what| Problem::at("unsupported", start, format!("the JWK's {what} is not offered"));
    let (kty, bytes) = match jwk.kty.as_str() {
        "OKP" => (1, [(label::X, &jwk.x), (label::D, &jwk.d)].to_vec()),
        "EC" => (2, [(label::X, &jwk.x), (label::Y, &jwk.y), (label::D, &jwk.d)].to_vec()),
        "oct" => (4, [(label::K, &jwk.k)].to_vec()),
        _ => return Err(unsupported("kty")),
    };
    let mut key = Parameters { count: 0, encoded: Zeroizing::new(Vec::new()) };
    key.put_integer(label::KTY, kty)?;
    if let Some(kid) = &jwk.kid {
        key.put_bytes(label::KID, kid.as_bytes())?;
    }
    if let Some(alg) = &jwk.alg {
        let known = ALGORITHMS.iter().find(|(name, _)| name == alg);
        let (_, Algorithm(number)) = known.ok_or_else(|| unsupported("alg"))?;
        key.put_integer(label::ALG, *number)?;
    }
    if let Some(names) = &jwk.key_ops {
        let number = |name: &String| {
            let (_, signature, tag) = *OPERATIONS.iter().find(|(known, ..)| known == name)?;
            Some(if kty == 4 { tag } else { signature })
        };
        let numbers: Option<Vec<_>> = names.iter().map(number).collect();
        let numbers = numbers.ok_or_else(|| unsupported("key_ops"))?;
        key.put(label::KEY_OPS, |encoder| {
            encoder.array(numbers.len())?;
            numbers.iter().try_for_each(|number| encoder.unsigned(*number).map(|_| ()))
        })?;
    }
    if let Some(crv) = jwk.crv.as_ref().filter(|_| kty != 4) {
        let curve = CURVES.into_iter().find(|curve| curve.name() == crv);
        key.put_integer(label::CRV, curve.ok_or_else(|| unsupported("crv"))?.id())?;
    }
    for (label, text) in bytes {
        let Some(text) = text else { continue };
        let decoded = Base64UrlUnpadded::decode_vec(text).map(Zeroizing::new);
        let message = "a member of the JWK is not base64url without padding";
        let decoded = decoded.map_err(|_| Problem::at("invalid-value", start, message))?;
        key.put_bytes(label, &decoded)?;
    }
    let key = key.finish()?;
    // What the parameters must be to one another, `COSE_Key` says.
    Key::parse(&key).map_err(|error| Problem { offset: Some(start), ..error.into() })?;
    Ok(key)
}

/// The JWK of a `COSE_Key`, with its private half if `private`.
pub fn from_cose(key: &Key<'_>, private: bool) -> Result<Zeroizing<String>, Problem> {
    let base64 = |bytes: &[u8]| Zeroizing::new(Base64UrlUnpadded::encode_string(bytes));
    let unsupported = |what: &str| Problem::at("unsupported", 0, format!("a JWK has no {what}"));
    let kid = match key.kid().map(std::str::from_utf8) {
        Some(kid) => {
            Some(kid.map_err(|_| unsupported("key identifier that is not text"))?.to_owned())
        }
        None => None,
    };
    let alg = match key.algorithm() {
        Some(algorithm) => {
            let name = ALGORITHMS.iter().find(|(_, known)| *known == algorithm);
            Some(name.ok_or_else(|| unsupported("name for the key's algorithm"))?.0.to_owned())
        }
        None => None,
    };
    let mut jwk = Jwk {
        kty: "oct".to_owned(),
        kid,
        alg,
        key_ops: None,
        crv: None,
        x: None,
        y: None,
        d: None,
        k: None,
    };
    let crv = |curve: Curve| Some(curve.name().to_owned());
    match key.public() {
        Some(PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) }) => {
            jwk.kty = "EC".to_owned();
            (jwk.crv, jwk.x, jwk.y) = (crv(curve), Some(base64(x)), Some(base64(y)));
        }
        Some(PublicKey::Okp { curve, x }) => {
            jwk.kty = "OKP".to_owned();
            (jwk.crv, jwk.x) = (crv(curve), Some(base64(x)));
        }
        Some(_) => return Err(unsupported("compressed points")),
        None => jwk.k = key.symmetric().map(base64),
    }
    if private {
        jwk.d = key.private().map(base64);
    }
    let text = serde_json::to_string(&jwk)
        .map_err(|error| Problem::at("backend", 0, error.to_string()))?;
    Ok(Zeroizing::new(text + "\n"))
}

/// A JSON error at its byte.
pub fn syntax(text: &str, error: &serde_json::Error) -> Problem {
    let before: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = before.saturating_add(error.column().saturating_sub(1)).min(text.len());
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Problem::at("json", offset, message)
}

#[cfg(test)]
mod tests;
