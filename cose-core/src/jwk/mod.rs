//! JSON Web Keys (RFC 7517, 7518, 8037, 8812, 9964), read as and written from the `COSE_Key` of the
//! same key.
//!
//! ```
//! use hexad_cose_core::{Algorithm, Key, jwk};
//!
//! let encoded = jwk::read(r#"{"kty":"oct","alg":"HS256","kid":"1","k":"GawgguFyGrWKav7AX4VKUg"}"#)?;
//! let key = Key::parse(&encoded).unwrap();
//! assert_eq!(key.algorithm(), Some(Algorithm::HMAC_256));
//!
//! let text = jwk::write_private(&key)?;
//! assert_eq!(*text, r#"{"kty":"oct","kid":"1","alg":"HS256","k":"GawgguFyGrWKav7AX4VKUg"}"#);
//! # Ok::<(), hexad_cose_core::jwk::JwkError>(())
//! ```

mod error;
mod members;
mod names;

pub use error::{JwkError, JwkErrorKind};
pub(crate) use names::algorithm as algorithm_named;

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::cbor::{Encoder, Raw};
use crate::error::Error;
use crate::iana::{Algorithm, key as label};
use crate::key::{Key, PublicKey, Y};
use crate::labels::Label;
use members::Members;

/// The members of RSA keys and their labels in a `COSE_Key` (RFC 7518, 6.3; RFC 8230, 4): public, then
/// private.
const RSA: [(&str, i64); 8] = [
    ("n", label::N),
    ("e", label::E),
    ("d", label::RSA_D),
    ("p", -4),
    ("q", -5),
    ("dp", -6),
    ("dq", -7),
    ("qi", -8),
];

/// Room for the heads and names of members.
const MAX_HEADS: usize = 512;

/// The encoded `COSE_Key` of a JWK. It is wiped when dropped; the text is the caller's.
///
/// `use` becomes the operations that it stands for, unless there is `key_ops`. Members that say
/// nothing of the key itself (certificates) are passed over.
///
/// # Errors
/// `Json` for what is no JSON object; `DuplicateMember`; `Unsupported` for a `kty`, `crv`, `alg`,
/// `key_ops` or `use` that has no counterpart, operations that stand twice, and RSA keys of more than
/// two primes; `InvalidValue` for a member that is not base64url; `Missing` without `kty`, or the `d` of
/// an RSA key with primes; `Key` for what then is no key: a member missing or of a wrong length, or
/// more than 64 members. All stand at the object's first byte, but for what is wrong with its JSON.
pub fn read(jwk: &str) -> Result<Zeroizing<Vec<u8>>, JwkError> {
    let members = Members::parse(jwk)?;
    let start = jwk.find('{').unwrap_or_default();
    let refused = |kind| JwkError::new(kind, start);
    let unsupported = |member| refused(JwkErrorKind::Unsupported(member));
    let kty = members.get("kty").ok_or_else(|| refused(JwkErrorKind::Missing("kty")))?;
    let (number, bytes): (_, &[(&'static str, i64)]) = match kty {
        "OKP" => (1, &[("x", label::X), ("d", label::D)]),
        "EC" => (2, &[("x", label::X), ("y", label::Y), ("d", label::D)]),
        "RSA" => (3, &RSA),
        "oct" => (4, &[("k", label::K)]),
        "AKP" => (7, &[("pub", label::PUB), ("priv", label::PRIV)]),
        _ => return Err(unsupported("kty")),
    };
    if members.has_other_primes {
        return Err(unsupported("oth"));
    }
    if number == 3 && members.get("d").is_none() {
        let private = RSA.iter().skip(2).any(|(member, _)| members.get(member).is_some());
        if private {
            return Err(refused(JwkErrorKind::Missing("d")));
        }
    }
    let mut key = Parameters::new(jwk.len());
    let written = |result: Result<(), Error>| {
        result.map_err(|error| refused(JwkErrorKind::Key(error.kind())))
    };
    written(key.put(label::KTY, |encoder| encoder.integer(number).map(drop)))?;
    if let Some(kid) = members.get("kid") {
        written(key.put(label::KID, |encoder| encoder.bytes(kid.as_bytes()).map(drop)))?;
    }
    if let Some(alg) = members.get("alg") {
        let Algorithm(alg) = names::algorithm(alg).ok_or_else(|| unsupported("alg"))?;
        written(key.put(label::ALG, |encoder| encoder.integer(alg).map(drop)))?;
    }
    let symmetric = number == 4;
    let operations = match (&members.key_ops, members.get("use")) {
        (Some(names), _) => {
            let number = |name: &String| names::operation(name, symmetric);
            let numbers: Option<Vec<_>> = names.iter().map(number).collect();
            let numbers = numbers.filter(|it| (1..it.len()).all(|at| is_new(it, at)));
            Some(numbers.ok_or_else(|| unsupported("key_ops"))?)
        }
        (None, Some(purpose)) => {
            Some(names::purpose(purpose, symmetric).ok_or_else(|| unsupported("use"))?.to_vec())
        }
        (None, None) => None,
    };
    if let Some(operations) = operations {
        written(key.put(label::KEY_OPS, |encoder| {
            encoder.array(operations.len())?;
            operations.iter().try_for_each(|number| encoder.integer(*number).map(drop))
        }))?;
    }
    if let Some(crv) = members.get("crv").filter(|_| number <= 2) {
        let curve = names::curve(crv).ok_or_else(|| unsupported("crv"))?;
        written(key.put(label::CRV, |encoder| encoder.integer(curve.id()).map(drop)))?;
    }
    for &(member, label) in bytes {
        let Some(text) = members.get(member) else { continue };
        let value = Base64UrlUnpadded::decode_vec(text).map(Zeroizing::new);
        let value = value.map_err(|_| refused(JwkErrorKind::InvalidValue(member)))?;
        written(key.put(label, |encoder| encoder.bytes(&value).map(drop)))?;
    }
    let key = key.finish().map_err(|error| refused(JwkErrorKind::Key(error.kind())))?;
    // What the parameters must be to one another, `COSE_Key` says.
    Key::parse(&key).map_err(|error| refused(JwkErrorKind::Key(error.kind())))?;
    Ok(key)
}

/// Whether the operation at `index` is not among those before it (RFC 7517, 4.3).
fn is_new(operations: &[i64], index: usize) -> bool {
    match (operations.get(..index), operations.get(index)) {
        (Some(before), Some(operation)) => !before.contains(operation),
        _ => false,
    }
}

/// The JWK of the public half of `key`, with its `kid`, `alg` and what it may be used for.
///
/// # Errors
/// `Unsupported` for what a JWK has no form for: symmetric keys (`k`), HSS-LMS (`kty`), compressed
/// points (`y`), an identifier that is not text (`kid`), an algorithm that JOSE lacks (`alg`).
pub fn write_public(key: &Key<'_>) -> Result<String, JwkError> {
    let public = key.public().ok_or(unwritable("k"))?;
    let mut writer = Writer::new(key, key.private().is_some());
    writer.public(key, &public)?;
    Ok(core::mem::take(&mut *writer.finish()))
}

/// The JWK of `key` with its secret: `d`, `k`, `priv`, or all of RSA's. Wiped when dropped. Of a public
/// key, as [`write_public`].
///
/// # Errors
/// As [`write_public`], but for symmetric keys; `Unsupported` also for a base IV, and for a private key
/// whose public half is not written down (`x`); `Missing` for an RSA key without its primes.
pub fn write_private(key: &Key<'_>) -> Result<Zeroizing<String>, JwkError> {
    if key.base_iv().is_some() {
        return Err(unwritable("Base IV"));
    }
    let mut writer = Writer::new(key, false);
    if let Some(k) = key.symmetric() {
        writer.front(key, "oct")?;
        writer.bytes("k", k);
        return Ok(writer.finish());
    }
    let public = key.public().ok_or(unwritable("x"))?;
    writer.public(key, &public)?;
    match (public, key.private()) {
        (_, None) => {}
        (PublicKey::Rsa { .. }, Some(_)) => {
            for (member, label) in RSA.into_iter().skip(2) {
                let value = key.parameter(Label::Integer(label)).map(Raw::cursor);
                let value = value.and_then(|mut cursor| cursor.bytes().ok());
                let missing = JwkError::new(JwkErrorKind::Missing(member), 0);
                writer.bytes(member, value.ok_or(missing)?);
            }
        }
        (PublicKey::Akp { .. }, Some(seed)) => writer.bytes("priv", seed),
        (_, Some(d)) => writer.bytes("d", d),
    }
    Ok(writer.finish())
}

/// The parameters of a `COSE_Key` that is being made, each encoded behind its label.
struct Parameters {
    count: usize,
    encoded: Zeroizing<Vec<u8>>,
}

impl Parameters {
    /// Room for all that a JWK of `length` bytes can hold: what moves elsewhere is not wiped.
    fn new(length: usize) -> Self {
        let capacity = length.saturating_add(MAX_HEADS);
        Self { count: 0, encoded: Zeroizing::new(Vec::with_capacity(capacity)) }
    }

    fn put(
        &mut self,
        label: i64,
        value: impl FnOnce(&mut Encoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.count = self.count.saturating_add(1);
        let mut encoder = Encoder::appending(&mut self.encoded);
        value(encoder.integer(label)?)
    }

    fn finish(self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let capacity = self.encoded.len().saturating_add(1);
        let mut key = Zeroizing::new(Vec::with_capacity(capacity));
        Encoder::appending(&mut key).map(self.count)?.raw(&self.encoded)?;
        Ok(key)
    }
}

/// Writes the members of an object, which needs no more room than it had from the start.
struct Writer {
    text: Zeroizing<String>,
    /// Whether the operations are those of a private key whose public half is written.
    turned: bool,
}

impl Writer {
    fn new(key: &Key<'_>, turned: bool) -> Self {
        let mut text = String::with_capacity(room(key));
        text.push('{');
        Self { text: Zeroizing::new(text), turned }
    }

    /// A member whose value is text that needs no escape.
    fn member(&mut self, name: &str, value: &str) {
        let separator = if self.text.ends_with('{') { "\"" } else { ",\"" };
        for piece in [separator, name, "\":\"", value, "\""] {
            self.text.push_str(piece);
        }
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        self.member(name, &Zeroizing::new(Base64UrlUnpadded::encode_string(value)));
    }

    /// What every key begins with.
    fn front(&mut self, key: &Key<'_>, kty: &str) -> Result<(), JwkError> {
        self.member("kty", kty);
        if let Some(kid) = key.kid() {
            let kid = core::str::from_utf8(kid).map_err(|_| unwritable("kid"))?;
            let quoted = serde_json::to_string(kid).map_err(|_| unwritable("kid"))?;
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            self.member("kid", inner.unwrap_or_default());
        }
        if let Some(algorithm) = key.algorithm() {
            let name = names::of_algorithm(algorithm, key.curve());
            self.member("alg", name.ok_or(unwritable("alg"))?);
        }
        let operations = key.parameter(Label::Integer(label::KEY_OPS));
        let names = operations.map(|raw| names::of_operations(raw, self.turned)).transpose();
        let names = names.map_err(|_| unwritable("key_ops"))?.unwrap_or_default();
        if !names.is_empty() {
            self.text.push_str(",\"key_ops\":[");
            for (index, name) in names.iter().enumerate() {
                let before = if index == 0 { "\"" } else { ",\"" };
                for piece in [before, name, "\""] {
                    self.text.push_str(piece);
                }
            }
            self.text.push(']');
        }
        Ok(())
    }

    fn public(&mut self, key: &Key<'_>, public: &PublicKey<'_>) -> Result<(), JwkError> {
        match *public {
            PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) } => {
                self.front(key, "EC")?;
                self.member("crv", curve.name());
                self.bytes("x", x);
                self.bytes("y", y);
            }
            PublicKey::Ec2 { .. } => return Err(unwritable("y")),
            PublicKey::Okp { curve, x } => {
                self.front(key, "OKP")?;
                self.member("crv", curve.name());
                self.bytes("x", x);
            }
            PublicKey::Rsa { n, e } => {
                self.front(key, "RSA")?;
                self.bytes("n", n);
                self.bytes("e", e);
            }
            PublicKey::Akp { algorithm, public } => {
                let restricted = key.algorithm().is_some();
                let named = if restricted { *key } else { key.with_algorithm(algorithm) };
                self.front(&named, "AKP")?;
                self.bytes("pub", public);
            }
            PublicKey::HssLms { .. } => return Err(unwritable("kty")),
        }
        Ok(())
    }

    fn finish(mut self) -> Zeroizing<String> {
        self.text.push('}');
        self.text
    }
}

/// Room for all that the JWK of `key` can hold: what moves elsewhere is not wiped.
fn room(key: &Key<'_>) -> usize {
    let mut public = Encoder::counting();
    // Of a key without a public half, nothing is counted.
    let _ = key.encode_public(&mut public);
    let of_rsa = |(_, label)| key.parameter(Label::Integer(label)).map_or(0, |it| it.bytes().len());
    let bytes = [
        public.written(),
        key.private().map_or(0, <[u8]>::len),
        key.symmetric().map_or(0, <[u8]>::len),
        RSA.into_iter().map(of_rsa).fold(0, usize::saturating_add),
        key.kid().map_or(0, <[u8]>::len).saturating_mul(3),
    ];
    bytes.into_iter().fold(0, usize::saturating_add).saturating_mul(2).saturating_add(MAX_HEADS)
}

/// The member that a JWK has no form for.
const fn unwritable(member: &'static str) -> JwkError {
    JwkError::new(JwkErrorKind::Unsupported(member), 0)
}

#[cfg(test)]
mod tests;
