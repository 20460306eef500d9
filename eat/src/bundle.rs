//! Detached EAT bundles: a token, and the claims-sets of which it carries the digests (RFC 9711, 5).

use hexad_cose_core::cbor::{Cursor, Encoder, Raw, Type};
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{ErrorKind as Cose, HashAlgorithm, Label, Segments};

use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::list::{Codec, List};
use crate::submods::Submodule;

/// A bundle in CBOR. Its token is verified like any other; then the claims-sets that come with it are
/// held against the digests that it vouches for.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Key, Verified};
/// use hexad_eat::{Bundle, Claims, ConstrainedDevice, Error, Token};
///
/// fn debug_of_tee<'b, C: Hash + Verify>(
///     bytes: &'b [u8],
///     key: &Key<'b>,
///     crypto: &mut C,
/// ) -> Result<Claims<'b>, Error> {
///     let bundle = Bundle::parse(bytes)?;
///     let token = Token::parse(bundle.main_token.as_cbor().unwrap_or_default())?;
///     let claims = token.check(key, &ConstrainedDevice, crypto)?.run(crypto)?;
///     bundle.check_digests(&claims, crypto)?;
///     bundle.claims_of(&claims, "TEE", crypto)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bundle<'b> {
    /// The token whose submodules are detached.
    pub main_token: MainToken<'b>,
    /// The claims-sets, by the names of their submodules.
    pub detached_claims_sets: List<'b, DetachedClaims<'b>>,
}

/// The token in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainToken<'b> {
    /// A CBOR-encoded token, tagged.
    Cbor(&'b [u8]),
    /// A JSON-encoded `JSON-Selector`.
    Json(&'b str),
}

impl<'b> MainToken<'b> {
    /// The CBOR-encoded token, if it is one.
    #[must_use]
    pub const fn as_cbor(&self) -> Option<&'b [u8]> {
        match self {
            Self::Cbor(token) => Some(token),
            Self::Json(_) => None,
        }
    }
}

/// A claims-set whose digest a token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetachedClaims<'b> {
    /// The name of the submodule.
    pub name: &'b str,
    /// The encoded claims-set: these bytes are what is digested.
    pub claims: &'b [u8],
}

impl<'b> Codec<'b> for DetachedClaims<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        Ok(Self { name: cursor.text()?, claims: cursor.bytes()? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.text(self.name)?.bytes(self.claims)?;
        Ok(())
    }

    fn name(&self) -> &'b str {
        self.name
    }
}

impl<'b> Bundle<'b> {
    /// The tag of a bundle.
    pub const TAG: u64 = 602;

    /// Reads one bundle, tagged or not, that is all of `bytes`. The claims-sets are not looked into
    /// before their digests are checked.
    ///
    /// # Errors
    /// `Cose` for what is malformed, of the wrong type, without claims-sets, with one name twice, or left
    /// over.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        cursor.optional_tag(Self::TAG)?;
        cursor.array_of(2)?;
        let main_token = match cursor.peek()? {
            Type::Text => MainToken::Json(cursor.text()?),
            _ => {
                let token = cursor.byte_string()?;
                check_tagged(token)?;
                MainToken::Cbor(token.bytes())
            }
        };
        let detached_claims_sets = List::parse_map(&mut cursor, 0)?;
        cursor.finish()?;
        Ok(Self { main_token, detached_claims_sets })
    }

    /// That every claims-set belongs to a detached digest of `claims`, and that each of these has its
    /// claims-set here. `claims` are those of the main token, verified.
    ///
    /// # Errors
    /// `Digest` for one without the other, or a digest that is another's; `Cose` with `Unsupported` for an
    /// algorithm that is no hash of the COSE registry, or one that the backend has not.
    pub fn check_digests(&self, claims: &Claims<'_>, hash: &mut impl Hash) -> Result<(), Error> {
        for set in self.detached_claims_sets.iter() {
            check_digest(claims, &set, hash)?;
        }
        for named in claims.submods.iter() {
            let is_detached = matches!(named.submodule, Submodule::DetachedDigest { .. });
            if is_detached && self.detached_claims_sets.get(named.name).is_none() {
                return Err(Error::new(ErrorKind::Digest, 0));
            }
        }
        Ok(())
    }

    /// The claims of the detached submodule called `name`, once its digest is that in `claims`, which
    /// are those of the main token, verified.
    ///
    /// # Errors
    /// As [`check_digests`](Self::check_digests); and as [`Claims::parse`], with offsets in the claims-set.
    pub fn claims_of(
        &self,
        claims: &Claims<'_>,
        name: &str,
        hash: &mut impl Hash,
    ) -> Result<Claims<'b>, Error> {
        let set = self.detached_claims_sets.get(name).ok_or(Error::new(ErrorKind::Digest, 0))?;
        check_digest(claims, &set, hash)?;
        Claims::parse(set.claims)
    }

    /// Writes the bundle under its tag, in deterministic encoding.
    ///
    /// # Errors
    /// `Cose` with `BufferTooSmall`, with `DuplicateKey` for a name that stands twice, with `Length`
    /// without a claims-set; and what is wrong with a CBOR-encoded token that is not one tagged item.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.detached_claims_sets.is_empty() {
            return Err(hexad_cose_core::Error::new(Cose::Length, encoder.written()).into());
        }
        encoder.tag(Self::TAG)?.array(2)?;
        match self.main_token {
            MainToken::Cbor(token) => {
                check_tagged(Raw::new(token, 0))?;
                encoder.bytes(token)?
            }
            MainToken::Json(selector) => encoder.text(selector)?,
        };
        self.detached_claims_sets.encode_map(encoder)
    }
}

/// That a token is one tagged item: its kind is told by the tag.
fn check_tagged(token: Raw<'_>) -> Result<(), Error> {
    let mut inside = token.cursor();
    inside.tag()?;
    inside.skip()?;
    Ok(inside.finish()?)
}

/// That the digest of a submodule in verified claims is that of this claims-set.
pub(crate) fn check_digest(
    claims: &Claims<'_>,
    set: &DetachedClaims<'_>,
    hash: &mut impl Hash,
) -> Result<(), Error> {
    let error = Error::new(ErrorKind::Digest, 0);
    let submodule = claims.submods.get(set.name).ok_or(error)?.submodule;
    let Submodule::DetachedDigest { hash_algorithm, digest } = submodule else {
        return Err(error);
    };
    let unsupported = Error::new(ErrorKind::Cose(Cose::Unsupported), 0);
    let algorithm = hash_named(hash_algorithm).ok_or(unsupported)?;
    let own = hash.digest(algorithm, &Segments::plain(set.claims));
    let own = own.map_err(|error| Error::from(error.at(0)))?;
    if own.matches(digest) { Ok(()) } else { Err(error) }
}

/// A hash of the COSE registry by its number or its name there.
const fn hash_named(label: Label<'_>) -> Option<HashAlgorithm> {
    match label {
        Label::Integer(id) => HashAlgorithm::from_id(id),
        Label::Text(name) => match name.as_bytes() {
            b"SHA-256" => Some(HashAlgorithm::Sha256),
            b"SHA-384" => Some(HashAlgorithm::Sha384),
            b"SHA-512" => Some(HashAlgorithm::Sha512),
            b"SHAKE128" => Some(HashAlgorithm::Shake128),
            b"SHAKE256" => Some(HashAlgorithm::Shake256),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests;
