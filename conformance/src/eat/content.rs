//! What a file holds, by its content, and whether it is as it should be.

use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Type};
use hexad_cose_core::{Algorithm, Key, Label, Message, iana};
use hexad_eat::cmw::Cmw;
use hexad_eat::json::{self, read_cmw, write_cmw};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{
    Bundle, Claims, JsonBundle, JsonClaims, Jwt, MainToken, Nested, Profile, ProfileId, Token,
    Uccs, ear, psa,
};
use hexad_rustcrypto::RustCrypto;

use super::keys::Encoded;
use super::psa_json;

type Outcome = Result<(), String>;

fn why(error: impl ToString) -> String {
    error.to_string()
}

/// Something in CBOR; `keys` are those that may have signed it.
pub fn cbor(item: &[u8], keys: &[Encoded]) -> Outcome {
    let mut cursor = Cursor::new(item);
    match cursor.peek().map_err(why)? {
        Type::Tag => match cursor.tag().map_err(why)? {
            Bundle::TAG => bundle(item, keys),
            Uccs::TAG => {
                let uccs = Uccs::parse(item).map_err(why)?;
                let claims = uccs.unprotected_claims();
                let write = |encoder: &mut Encoder<'_>| Uccs::encode(claims, encoder);
                same(item, write, |again| Ok(Uccs::parse(again)? == uccs))
            }
            iana::tag::CWT => token(item, keys),
            _ if Message::is_tagged(item) => token(item, keys),
            _ => wrapper(item),
        },
        Type::Map => map(item),
        Type::Array if Cmw::parse(item).is_ok() => wrapper(item),
        Type::Array if Bundle::parse(item).is_ok() => bundle(item, keys),
        _ => token(item, keys),
    }
}

/// That what is written from it is read as the same.
fn same<E: ToString>(
    item: &[u8],
    write: impl FnOnce(&mut Encoder<'_>) -> Result<(), E>,
    read: impl FnOnce(&[u8]) -> Result<bool, E>,
) -> Outcome {
    let mut bytes = Vec::with_capacity(2 * item.len());
    write(&mut Encoder::appending(&mut bytes)).map_err(why)?;
    match read(&bytes).map_err(why)? {
        true => Ok(()),
        false => Err("written again it is something else".into()),
    }
}

fn wrapper(item: &[u8]) -> Outcome {
    let cmw = Cmw::parse(item).map_err(why)?;
    same(item, |encoder| cmw.encode(encoder), |again| Ok(Cmw::parse(again)? == cmw))
}

/// A claims-set: of a PSA token, of an attestation result, or any other; or a collection of messages.
fn map(item: &[u8]) -> Outcome {
    if is_psa(item) {
        let claims = psa::Claims::parse(item).map_err(why)?;
        return same(
            item,
            |encoder| claims.encode(encoder),
            |again| Ok(psa::Claims::parse(again)? == claims),
        );
    }
    if Cmw::parse(item).is_ok() {
        return wrapper(item);
    }
    let claims = Claims::parse(item).map_err(why)?;
    if is_result(&claims) {
        let result = ear::Ear::parse(item).map_err(why)?;
        return same(
            item,
            |encoder| result.encode(encoder),
            |again| Ok(ear::Ear::parse(again)? == result),
        );
    }
    same(item, |encoder| claims.encode(encoder), |again| Ok(Claims::parse(again)? == claims))
}

fn is_result(claims: &Claims<'_>) -> bool {
    let revisions = [ear::Revision::Draft03, ear::Revision::Veraison2023];
    let own = |revision: ear::Revision| Some(ProfileId::Uri(revision.profile()));
    revisions.into_iter().any(|revision| claims.eat_profile == own(revision))
}

/// Whether a claims-set has a claim that only a PSA token has.
fn is_psa(item: &[u8]) -> bool {
    let mut cursor = Cursor::new(item);
    let Ok(mut entries) = Entries::enter(&mut cursor) else { return false };
    while let Ok(Some(label)) = entries.next(&mut cursor) {
        if matches!(label, Label::Integer(2394..=2400 | -75010..=-75000)) {
            return true;
        }
        if cursor.skip().is_err() {
            return false;
        }
    }
    false
}

const ALGORITHMS: &[Algorithm] = psa::Tokens::ALL.algorithms;

/// A signed token: its claims, and its signature where a key of its kind was published.
fn token(item: &[u8], keys: &[Encoded]) -> Outcome {
    let token = Token::parse(item).map_err(why)?;
    let payload = token.unverified_payload().map_err(why)?.bytes();
    map(payload)?;
    if is_psa(payload) {
        verify(&token, &psa::Tokens::ALL, keys)
    } else {
        verify(&token, &AnyClaims { algorithms: ALGORITHMS }, keys)
    }
}

fn verify(token: &Token<'_>, profile: &impl Profile, keys: &[Encoded]) -> Outcome {
    let is_mac = |algorithm| {
        [Algorithm::HMAC_256, Algorithm::HMAC_384, Algorithm::HMAC_512].contains(&algorithm)
    };
    let is_mac = token.headers().algorithm().is_some_and(is_mac);
    let mut refused = Ok(());
    for encoded in keys {
        let key = Key::parse(encoded).map_err(why)?;
        if key.symmetric().is_some() != is_mac {
            continue;
        }
        let outcome = if is_mac {
            let key = key.secret().map_err(why)?;
            token.verify_mac(&key, profile, &mut RustCrypto).map(drop)
        } else {
            let check = token.check(&key, profile, &mut RustCrypto);
            check.and_then(|check| check.run(&mut RustCrypto)).map(drop)
        };
        match outcome {
            Ok(()) => return Ok(()),
            Err(error) => refused = Err(why(error)),
        }
    }
    refused
}

/// A detached bundle: its token, its claims-sets, and that the digests hold.
fn bundle(item: &[u8], keys: &[Encoded]) -> Outcome {
    let bundle = Bundle::parse(item).map_err(why)?;
    let MainToken::Cbor(inner) = bundle.main_token else {
        return Err("a token in JSON inside of CBOR: none was published".into());
    };
    token(inner, keys)?;
    let claims = Token::parse(inner).and_then(|token| token.unverified_claims()).map_err(why)?;
    bundle.check_digests(&claims, &mut RustCrypto).map_err(why)?;
    for set in bundle.detached_claims_sets {
        bundle.claims_of(&claims, set.name, &mut RustCrypto).map_err(why)?;
    }
    same(item, |encoder| bundle.encode(encoder), |again| Ok(Bundle::parse(again)? == bundle))
}

/// A JWT: its claims, and its signature where a key of its kind was published.
pub fn jwt(text: &str, keys: &[Encoded]) -> Outcome {
    let jwt = Jwt::parse(text).map_err(why)?;
    let payload = jwt.jws().unverified_payload();
    json(core::str::from_utf8(payload.bytes()).map_err(why)?, false)?;
    let mut refused = Ok(());
    for encoded in keys {
        let key = Key::parse(encoded).map_err(why)?;
        let outcome = match key.symmetric() {
            Some(_) => jwt.verify_mac(&key, ALGORITHMS, &mut RustCrypto),
            None => jwt.verify(&key, ALGORITHMS, &mut RustCrypto),
        };
        match outcome {
            Ok(_) => return Ok(()),
            Err(error) => refused = Err(why(error)),
        }
    }
    refused
}

/// Something in JSON; of PSA claims it counts whether they are meant to be invalid.
pub fn json(text: &str, is_invalid: bool) -> Outcome {
    let value: serde_json::Value = serde_json::from_str(text).map_err(why)?;
    if let Some(elements) = value.as_array() {
        return match elements.first() {
            Some(serde_json::Value::Array(_)) => json_bundle(text),
            Some(serde_json::Value::String(kind)) if !kind.contains('/') => {
                Nested::parse(text).map(drop).map_err(why)
            }
            _ => json_wrapper(text),
        };
    }
    let members = value.as_object().ok_or("neither an array nor an object")?;
    if members.keys().any(|name| name.starts_with("psa-")) {
        return psa_json::claims(members, is_invalid);
    }
    let profile = value.get("eat_profile").and_then(serde_json::Value::as_str);
    let is_result = |profile| {
        let revisions = [ear::Revision::Draft03, ear::Revision::Veraison2023];
        revisions.into_iter().any(|revision| revision.profile() == profile)
    };
    if profile.is_some_and(is_result) {
        let read = JsonClaims::parse_ear(text).map_err(why)?;
        let result = read.ear().map_err(why)?;
        let again = JsonClaims::parse_ear(&json::write_ear(&result).map_err(why)?).map_err(why)?;
        return equal(&again.ear().map_err(why)?, &result);
    }
    if read_cmw(text).is_ok() {
        return json_wrapper(text);
    }
    let read = JsonClaims::parse(text).map_err(why)?;
    let again = JsonClaims::parse(&json::write(&read.claims()).map_err(why)?).map_err(why)?;
    equal(&again.claims(), &read.claims())
}

fn equal<T: PartialEq>(again: &T, first: &T) -> Outcome {
    if again == first { Ok(()) } else { Err("written again it is something else".into()) }
}

fn json_wrapper(text: &str) -> Outcome {
    let cbor = read_cmw(text).map_err(why)?;
    let cmw = Cmw::parse(&cbor).map_err(why)?;
    let again = read_cmw(&write_cmw(&cmw).map_err(why)?).map_err(why)?;
    equal(&Cmw::parse(&again).map_err(why)?, &cmw)
}

/// A detached bundle in JSON: its token, its claims-sets, and that the digests hold.
fn json_bundle(text: &str) -> Outcome {
    let bundle = JsonBundle::parse(text).map_err(why)?;
    let Nested::Jwt(token) = &*bundle.main_token else {
        return Err("a bundle whose token is no JWT: none was published".into());
    };
    let read = Jwt::parse(token).and_then(|jwt| jwt.unverified_claims()).map_err(why)?;
    let claims = read.claims();
    bundle.check_digests(&claims, &mut RustCrypto).map_err(why)?;
    for name in bundle.names() {
        bundle.claims_of(&claims, name, &mut RustCrypto).map_err(why)?;
    }
    Ok(())
}
