//! `submods`: the parts of an entity, each with claims of its own (RFC 9711, 4.2.18).

use hexad_cose_core::cbor::{Cursor, Encoder, Raw, Type};
use hexad_cose_core::{ErrorKind as Cose, Label};

use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::Codec;

/// How many submodules may enclose one another.
pub const MAX_SUBMODULE_DEPTH: usize = 4;

/// An entry of `submods`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedSubmodule<'b> {
    /// The submodule's name.
    pub name: &'b str,
    /// What is said of it.
    pub submodule: Submodule<'b>,
}

/// What is said of a submodule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Submodule<'b> {
    /// Claims that the enclosing token's signer makes.
    ClaimsSet(SubmoduleClaims<'b>),
    /// A CBOR-encoded token of the submodule's own attester. Tagged; nothing in it is checked here.
    NestedToken(&'b [u8]),
    /// A JSON-encoded `JSON-Selector` with a token of the submodule's own attester: see
    #[cfg_attr(feature = "std", doc = "[`Nested`](crate::Nested).")]
    #[cfg_attr(not(feature = "std"), doc = "feature `std`.")]
    JsonToken(&'b str),
    /// The digest of a claims-set that is conveyed elsewhere.
    DetachedDigest {
        /// An algorithm of the COSE Algorithms registry.
        hash_algorithm: Label<'b>,
        /// The digest of the encoded claims-set.
        digest: &'b [u8],
    },
}

/// The claims-set of a submodule: a view of a part of the enclosing token, or claims to be written.
#[derive(Clone, Copy, Debug)]
pub struct SubmoduleClaims<'b> {
    source: Source<'b>,
}

#[derive(Clone, Copy, Debug)]
enum Source<'b> {
    /// A validated map.
    Encoded(Raw<'b>),
    Given(&'b Claims<'b>),
}

impl<'b> SubmoduleClaims<'b> {
    /// The claims.
    #[must_use]
    pub fn claims(&self) -> Claims<'b> {
        match self.source {
            Source::Given(claims) => *claims,
            // Validated when the enclosing token was parsed, so this can't fail.
            Source::Encoded(map) => Claims::parse_at(&mut map.cursor()).unwrap_or_default(),
        }
    }

    /// Writes the claims; what was read, as it was received.
    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.source {
            Source::Given(claims) => claims.encode(encoder),
            Source::Encoded(map) => Ok(encoder.raw(map.bytes()).map(drop)?),
        }
    }
}

impl<'b> From<&'b Claims<'b>> for SubmoduleClaims<'b> {
    fn from(claims: &'b Claims<'b>) -> Self {
        Self { source: Source::Given(claims) }
    }
}

impl PartialEq for SubmoduleClaims<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.claims() == other.claims()
    }
}

impl<'b> Codec<'b> for NamedSubmodule<'b> {
    /// Recurses into claims-sets, to [`MAX_SUBMODULE_DEPTH`].
    fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let name = cursor.text()?;
        let here = *cursor;
        let submodule = match cursor.peek()? {
            Type::Map => {
                let depth = depth.saturating_add(1);
                if depth > MAX_SUBMODULE_DEPTH {
                    return Err(here.error(Cose::TooDeep).into());
                }
                Claims::parse_inside(cursor, depth)?;
                let source = Source::Encoded(here.rest().until(cursor));
                Submodule::ClaimsSet(SubmoduleClaims { source })
            }
            Type::Array => {
                cursor.array_of(2)?;
                let hash_algorithm = Label::parse(cursor)?;
                Submodule::DetachedDigest { hash_algorithm, digest: cursor.bytes()? }
            }
            Type::Text => Submodule::JsonToken(cursor.text()?),
            _ => {
                let token = cursor.byte_string()?;
                let mut inside = token.cursor();
                // Its kind is told by the tag that it must begin with.
                inside.tag()?;
                inside.skip()?;
                inside.finish()?;
                Submodule::NestedToken(token.bytes())
            }
        };
        Ok(Self { name, submodule })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.text(self.name)?;
        match &self.submodule {
            Submodule::ClaimsSet(claims) => return claims.encode(encoder),
            Submodule::NestedToken(token) => {
                let tagged = matches!(Cursor::new(token).peek()?, Type::Tag);
                if !tagged {
                    return Err(Error::new(ErrorKind::Claim(labels::SUBMODS), encoder.written()));
                }
                encoder.bytes(token)?
            }
            Submodule::JsonToken(token) => encoder.text(token)?,
            Submodule::DetachedDigest { hash_algorithm, digest } => {
                encoder.array(2)?;
                match hash_algorithm {
                    Label::Integer(number) => encoder.integer(*number)?,
                    Label::Text(name) => encoder.text(name)?,
                };
                encoder.bytes(digest)?
            }
        };
        Ok(())
    }

    fn name(&self) -> &'b str {
        self.name
    }
}
