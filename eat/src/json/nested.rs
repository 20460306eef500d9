//! `JSON-Selector`: a token inside another in JSON (RFC 9711, 4.2.18.1); and bundles in JSON (section 5).

use alloc::string::String;
use alloc::vec::Vec;

use hexad_cose_core::ErrorKind as Cose;
use hexad_cose_core::crypto::Hash;

use super::JsonClaims;
use super::read::{Value, base64url, elements, members, parse, text};
use crate::bundle::{DetachedClaims, check_digest};
use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::submods::Submodule;

/// A token that stands inside of another, and has to be verified for itself; nothing in it is proven.
///
/// ```
/// use hexad_eat::Nested;
///
/// let selector = r#"["CBOR", "2D3ShEOhASagQaBBAA"]"#;
/// let Nested::Cbor(token) = Nested::parse(selector)? else { panic!("it is CBOR") };
/// assert!(hexad_eat::Token::parse(&token).is_ok());
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nested {
    /// `JWT`: a JWT's text.
    Jwt(String),
    /// `CBOR`: a tagged token in CBOR.
    Cbor(Vec<u8>),
    /// `BUNDLE`: a detached EAT bundle.
    Bundle(JsonBundle),
}

impl Nested {
    /// Reads one selector that is all of `text`. A detached digest is not a token.
    ///
    /// # Errors
    /// `Json`; `Cose` with `Length` or `UnexpectedType` for another form; `Claim` for another type, or
    /// what is not base64url.
    pub fn parse(text: &str) -> Result<Self, Error> {
        selector(parse(text)?.value(), 0)
    }
}

/// Bundles hold selectors, which may hold bundles: no deeper than submodules do.
fn selector(value: Value<'_, '_>, depth: usize) -> Result<Nested, Error> {
    let length = Error::new(ErrorKind::Cose(Cose::Length), value.position());
    let [kind, inner]: [_; 2] = elements(value)?.try_into().map_err(|_| length)?;
    let wrong =
        |value: Value<'_, '_>| Error::new(ErrorKind::Claim(labels::SUBMODS), value.position());
    match &*text(kind)? {
        "JWT" => Ok(Nested::Jwt(text(inner)?.into_owned())),
        "CBOR" => Ok(Nested::Cbor(base64url(&text(inner)?).ok_or_else(|| wrong(inner))?)),
        "BUNDLE" => Ok(Nested::Bundle(bundle(inner, depth)?)),
        _ => Err(wrong(kind)),
    }
}

/// A detached EAT bundle in JSON: a token, and the claims-sets of which it carries the digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonBundle {
    /// The token whose submodules are detached.
    pub main_token: alloc::boxed::Box<Nested>,
    /// The texts of the claims-sets, by the names of their submodules.
    sets: Vec<(String, Vec<u8>)>,
}

fn bundle(value: Value<'_, '_>, depth: usize) -> Result<JsonBundle, Error> {
    let depth = depth.saturating_add(1);
    if depth > crate::MAX_SUBMODULE_DEPTH {
        return Err(Error::new(ErrorKind::Cose(Cose::TooDeep), value.position()));
    }
    let length = |value: Value<'_, '_>| Error::new(ErrorKind::Cose(Cose::Length), value.position());
    let [token, detached]: [_; 2] = elements(value)?.try_into().map_err(|_| length(value))?;
    let mut sets = Vec::new();
    for member in members(detached)? {
        let wrong = Error::new(ErrorKind::Claim(labels::SUBMODS), member.value.position());
        let claims = base64url(&text(member.value)?).ok_or(wrong)?;
        sets.push((member.name.into_owned(), claims));
    }
    if sets.is_empty() {
        return Err(length(detached));
    }
    Ok(JsonBundle { main_token: alloc::boxed::Box::new(selector(token, depth)?), sets })
}

impl JsonBundle {
    /// Reads one bundle that is all of `text`.
    ///
    /// # Errors
    /// `Json`; `Cose` for another form, without claims-sets, with one name twice, or nested too deep;
    /// `Claim` for what is not base64url.
    pub fn parse(text: &str) -> Result<Self, Error> {
        bundle(parse(text)?.value(), 0)
    }

    /// The names of the claims-sets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(|(name, _)| name.as_str())
    }

    /// That every claims-set belongs to a detached digest of `claims`, and each of these has its
    /// claims-set. `claims` are those of the main token, verified. A digest is that of the text which the
    /// base64url stands for.
    ///
    /// # Errors
    /// As [`Bundle::check_digests`](crate::Bundle::check_digests).
    pub fn check_digests(&self, claims: &Claims<'_>, hash: &mut impl Hash) -> Result<(), Error> {
        for (name, set) in &self.sets {
            check_digest(claims, &DetachedClaims { name, claims: set }, hash)?;
        }
        let lacks = |name: &str| self.names().all(|own| own != name);
        let detached = |submodule| matches!(submodule, Submodule::DetachedDigest { .. });
        if claims.submods.iter().any(|named| detached(named.submodule) && lacks(named.name)) {
            return Err(Error::new(ErrorKind::Digest, 0));
        }
        Ok(())
    }

    /// The claims of the detached submodule called `name`, once its digest is that in `claims`, which
    /// are those of the main token, verified.
    ///
    /// # Errors
    /// As [`check_digests`](Self::check_digests); and as [`JsonClaims::parse`], with offsets in the
    /// claims-set.
    pub fn claims_of(
        &self,
        claims: &Claims<'_>,
        name: &str,
        hash: &mut impl Hash,
    ) -> Result<JsonClaims, Error> {
        let missing = Error::new(ErrorKind::Digest, 0);
        let (name, set) = self.sets.iter().find(|(own, _)| own == name).ok_or(missing)?;
        check_digest(claims, &DetachedClaims { name, claims: set }, hash)?;
        let text = core::str::from_utf8(set)
            .map_err(|error| Error::new(ErrorKind::Cose(Cose::InvalidUtf8), error.valid_up_to()))?;
        JsonClaims::parse(text)
    }
}
