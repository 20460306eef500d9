//! CBOR Web Tokens that are EATs, too, exchanged with `cwt` by its own functions for tokens: signed, MACed and
//! encrypted, with what must be refused by both: a changed token, and one that has expired.

use std::time::{SystemTime, UNIX_EPOCH};

use chacha20::ChaCha8Rng;
use hexad_cose_core::cbor::Number;
use hexad_cose_core::cwt::{self, Claim, Claims, Clock};
use hexad_cose_core::iana::tag;
use hexad_cose_core::{
    Algorithm, Curve, Encrypt0, ErrorKind, Expect, Key, Mac0, Message, NewHeaders, Secret, Sign1,
};
use hexad_rustcrypto::RustCrypto;
use rand_core::{Rng, SeedableRng};
use serde_json::json;

use crate::keys::{Signer, encoded, symmetric};
use crate::peer::Peer;

/// How a token is protected.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Signed(Curve, Algorithm),
    Maced,
    Encrypted,
}

pub const ALL: [(&str, Form); 4] = [
    ("signed by ES256", Form::Signed(Curve::P256, Algorithm::ES256)),
    ("signed by EdDSA", Form::Signed(Curve::Ed25519, Algorithm::EDDSA)),
    ("MACed", Form::Maced),
    ("encrypted", Form::Encrypted),
];

/// How often a form is exchanged, each time with other keys and claims.
const ROUNDS: u64 = 3;
const KID: &[u8] = b"1";
const HOUR: i64 = 3600;
/// `eat_nonce` and `ueid` (RFC 9711, 4.1 and 4.2.1).
const EAT_NONCE: i64 = 10;
const UEID: i64 = 256;

/// The keys of a form: what makes a token, and what reads it.
enum Keys {
    Signer(Box<Signer>),
    Shared(Vec<u8>, Algorithm),
}

impl Keys {
    fn new(form: Form, random: &mut ChaCha8Rng) -> Result<Self, String> {
        let (length, algorithm) = match form {
            Form::Signed(curve, algorithm) => {
                return Signer::on(curve, algorithm, random).map(|own| Self::Signer(Box::new(own)));
            }
            Form::Maced => (32, Algorithm::HMAC_256),
            Form::Encrypted => (16, Algorithm::A128GCM),
        };
        let mut key = vec![0; length];
        random.fill_bytes(&mut key);
        Ok(Self::Shared(key, algorithm))
    }

    /// As a `COSE_Key`, to make tokens with or to read them.
    fn encoded(&self, making: bool) -> Result<Vec<u8>, String> {
        match self {
            Self::Signer(signer) if making => Ok(signer.private.clone()),
            Self::Signer(signer) => Ok(signer.public.clone()),
            Self::Shared(key, algorithm) => {
                symmetric(key, *algorithm).map_err(|why| why.to_string())
            }
        }
    }
}

/// Exchanges tokens of this form both ways.
pub fn run(peer: &Peer, form: Form, seed: u64) -> Result<(), String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|why| why.to_string())?;
    let now = i64::try_from(now.as_secs()).map_err(|why| why.to_string())?;
    for _ in 0..ROUNDS {
        let keys = Keys::new(form, &mut random)?;
        let mut unique = [0; 8 + 17];
        random.fill_bytes(&mut unique);
        let (nonce, ueid) = unique.split_at_mut(8);
        // A random identifier.
        ueid[0] = 1;
        let claims = claims(now + HOUR, nonce, ueid)?;

        let make = json!({"library": "token", "do": "make", "payload": hex(&claims),
            "key": hex(&keys.encoded(true)?)});
        let theirs = peer.bytes(&make, "message")?;
        let read = ours(&keys, &theirs, now)?;
        if read != claims {
            return Err(format!("we read {}: {}", hex(&read), hex(&theirs)));
        }
        let token = hexad_eat::Claims::parse(&read).map_err(|why| why.to_string())?;
        let nonces: Vec<_> =
            token.eat_nonce.iter().map(|nonce| nonce.as_bytes().to_vec()).collect();
        if nonces != [nonce.to_vec()] || token.ueid.map(|own| own.as_bytes()) != Some(ueid) {
            return Err(format!("the EAT in it says {token:?}"));
        }

        let token = issue(&keys, &claims, &mut random)?;
        let read_by_them = |token: &[u8]| -> Result<Vec<u8>, String> {
            let read = json!({"library": "token", "do": "read", "message": hex(token),
                "key": hex(&keys.encoded(false)?)});
            peer.bytes(&read, "payload")
        };
        let read = read_by_them(&token)?;
        if read != claims {
            return Err(format!("they read {}: {}", hex(&read), hex(&token)));
        }
        for token in [&theirs, &token] {
            let mut changed = token.clone();
            if let Some(last) = changed.last_mut() {
                *last ^= 1;
            }
            refused("changed", ours(&keys, &changed, now), read_by_them(&changed))?;
        }
        let expired = issue(&keys, &self::claims(now - HOUR, nonce, ueid)?, &mut random)?;
        refused("expired", ours(&keys, &expired, now), read_by_them(&expired))?;
    }
    Ok(())
}

/// That both sides refuse.
fn refused(
    what: &str,
    ours: Result<Vec<u8>, String>,
    theirs: Result<Vec<u8>, String>,
) -> Result<(), String> {
    match (ours, theirs) {
        (Err(_), Err(_)) => Ok(()),
        (Ok(_), _) => Err(format!("we accept a token that is {what}")),
        (_, Ok(_)) => Err(format!("they accept a token that is {what}")),
    }
}

/// An encoded claims-set.
fn claims(exp: i64, nonce: &[u8], ueid: &[u8]) -> Result<Vec<u8>, String> {
    let item = |bytes: &[u8]| encoded(|encoder| encoder.bytes(bytes).map(drop));
    let nonce = item(nonce).map_err(|why| why.to_string())?;
    let ueid = item(ueid).map_err(|why| why.to_string())?;
    let others = [Claim::new(EAT_NONCE, &nonce), Claim::new(UEID, &ueid)];
    let claims = Claims {
        iss: Some("coap://as.example.com"),
        sub: Some("lamp"),
        aud: Some("coap://light.example.com".into()),
        exp: Some(Number::Integer(exp)),
        nbf: Some(Number::Integer(exp - 2 * HOUR)),
        iat: Some(Number::Integer(exp - 2 * HOUR)),
        cti: Some(b"\x0b\x71"),
        others: (&others).into(),
        ..Claims::default()
    };
    encoded(|encoder| claims.encode(encoder)).map_err(|why| why.to_string())
}

/// Makes a token with the CWT tag.
fn issue(keys: &Keys, claims: &[u8], random: &mut ChaCha8Rng) -> Result<Vec<u8>, String> {
    let mut buffer = [0; 512];
    let crypto = &mut RustCrypto;
    let made = match keys {
        Keys::Signer(signer) => Sign1::builder(NewHeaders::new(signer.algorithm).kid(KID))
            .within_tag(tag::CWT)
            .payload(claims, &mut buffer)
            .and_then(|draft| draft.sign(&signer.key, crypto)),
        Keys::Shared(key, algorithm @ Algorithm::HMAC_256) => {
            Mac0::builder(NewHeaders::new(*algorithm).kid(KID))
                .within_tag(tag::CWT)
                .payload(claims, &mut buffer)
                .and_then(|draft| draft.mac(&Secret::new(&key[..], *algorithm), crypto))
        }
        Keys::Shared(key, algorithm) => {
            let mut iv = [0; 12];
            random.fill_bytes(&mut iv);
            Encrypt0::builder(NewHeaders::new(*algorithm).kid(KID).iv(&iv))
                .within_tag(tag::CWT)
                .seal(claims, &Secret::new(&key[..], *algorithm), &mut buffer, crypto)
        }
    };
    made.map(<[u8]>::to_vec).map_err(|why| format!("not made: {why}"))
}

/// The claims-set of a token that holds now.
fn ours(keys: &Keys, token: &[u8], now: i64) -> Result<Vec<u8>, String> {
    let crypto = &mut RustCrypto;
    let mut read = || -> Result<Vec<u8>, hexad_cose_core::Error> {
        let claims = match (cwt::parse(token)?, keys) {
            (Message::Sign1(message), Keys::Signer(signer)) => {
                let key = Key::from_public(signer.key.public());
                let expect = Expect::alg(signer.algorithm);
                message.check(&key, expect, crypto)?.run(crypto)?.payload().to_vec()
            }
            (Message::Mac0(message), Keys::Shared(key, algorithm)) => {
                let key = Secret::new(&key[..], *algorithm);
                message.verify(&key, Expect::alg(*algorithm), crypto)?.payload().to_vec()
            }
            (Message::Encrypt0(message), Keys::Shared(key, algorithm)) => {
                let (key, mut plaintext) = (Secret::new(&key[..], *algorithm), [0; 512]);
                let expect = Expect::alg(*algorithm);
                message.decrypt(&key, expect, &mut plaintext, crypto)?.get().to_vec()
            }
            _ => return Err(hexad_cose_core::Error::new(ErrorKind::UnexpectedTag, 0)),
        };
        Claims::parse(&claims)?.check_validity(Clock { now, leeway: 60 })?;
        Ok(claims)
    };
    read().map_err(|why| format!("{why}: {}", hex(token)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
