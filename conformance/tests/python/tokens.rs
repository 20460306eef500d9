//! CBOR Web Tokens that are EATs, too, exchanged with `cwt` by its own functions for tokens: in every kind of message, and
//! nested, with what must be refused by both: a changed token, and one that has expired.

use std::time::{SystemTime, UNIX_EPOCH};

use chacha20::ChaCha8Rng;
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Expect, Key, Message, NewHeaders, NewRecipient, RecipientKey,
    Secret,
};
use hexad_eat::freshness::{Clock, check_validity};
use hexad_eat::profile::{AnyClaims, NestedCwt};
use hexad_eat::{Claims, Error, ErrorKind, Nonce, Number, Token, Ueid};
use hexad_rustcrypto::RustCrypto;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::keys::{Signer, symmetric};
use crate::peer::Peer;

/// How a token is protected.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Signed(Curve, Algorithm),
    /// By two.
    Cosigned,
    Shared(Algorithm),
    /// Under a key that is wrapped for a recipient.
    Wrapped(Algorithm),
    /// Signed, then encrypted.
    Nested,
}

pub const ALL: [(&str, Form); 8] = [
    ("signed by ES256", Form::Signed(Curve::P256, Algorithm::ES256)),
    ("signed by EdDSA", Form::Signed(Curve::Ed25519, Algorithm::EDDSA)),
    ("signed by two", Form::Cosigned),
    ("MACed", Form::Shared(Algorithm::HMAC_256)),
    ("MACed for a recipient", Form::Wrapped(Algorithm::HMAC_256)),
    ("encrypted", Form::Shared(Algorithm::A128GCM)),
    ("encrypted for a recipient", Form::Wrapped(Algorithm::A128GCM)),
    ("signed, then encrypted", Form::Nested),
];

/// How often a form is exchanged, each time with other keys and claims.
const ROUNDS: u64 = 3;
const HOUR: i64 = 3600;
const WRAP: Algorithm = Algorithm::A128KW;
const KIDS: [&[u8]; 2] = [b"signer 0", b"signer 1"];

/// The keys of a form.
struct Keys {
    signers: Vec<Signer>,
    content: Option<ContentKey>,
    kek: Option<[u8; 16]>,
}

impl Keys {
    fn new(form: Form, random: &mut ChaCha8Rng) -> Result<Self, String> {
        let (signers, content): (&[_], _) = match form {
            Form::Signed(curve, algorithm) => (&[(curve, algorithm)], None),
            Form::Cosigned => {
                (&[(Curve::P256, Algorithm::ES256), (Curve::Ed25519, Algorithm::EDDSA)], None)
            }
            Form::Shared(algorithm) | Form::Wrapped(algorithm) => (&[], Some(algorithm)),
            Form::Nested => (&[(Curve::P256, Algorithm::ES256)], Some(Algorithm::A128GCM)),
        };
        let signers =
            signers.iter().map(|(curve, algorithm)| Signer::on(*curve, *algorithm, random));
        let signers = signers.collect::<Result<_, _>>()?;
        let content = content.map(|algorithm| ContentKey::generate(algorithm, random));
        let mut kek = [0; 16];
        random.fill_bytes(&mut kek);
        let kek = matches!(form, Form::Wrapped(_)).then_some(kek);
        Ok(Self { signers, content: content.transpose().map_err(|why| why.to_string())?, kek })
    }

    /// What the peer is asked with, to make tokens or to read them.
    fn request(&self, making: bool) -> Result<Value, String> {
        let signer = |own: &Signer| hex(if making { &own.private } else { &own.public });
        let mut request = json!({"library": "token", "do": if making { "make" } else { "read" },
            "signers": self.signers.iter().map(signer).collect::<Vec<_>>()});
        let failed = |why: hexad_cose_core::Error| why.to_string();
        // Who reads is not told what a recipient is given.
        if let Some(key) = self.content.as_ref().filter(|_| making || self.kek.is_none()) {
            request["key"] =
                hex(&symmetric(key.as_bytes(), key.algorithm()).map_err(failed)?).into();
        }
        if let Some(kek) = &self.kek {
            request["kek"] = hex(&symmetric(kek, WRAP).map_err(failed)?).into();
        }
        Ok(request)
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
        // A random identifier.
        unique[8] = 1;
        let mut issue = |exp| {
            with_claims(exp, &unique, |claims| issue(&keys, claims, &mut random))
                .map_err(|why| format!("not made: {why}"))
        };
        let encoded = with_claims(now + HOUR, &unique, |claims| {
            let mut encoded = Vec::new();
            claims.encode(&mut Encoder::appending(&mut encoded)).map(|()| encoded)
        });
        let encoded = encoded.map_err(|why| why.to_string())?;

        let mut make = keys.request(true)?;
        make["payload"] = hex(&encoded).into();
        let theirs = peer.bytes(&make, "message")?;
        let read_by_us =
            |token: &[u8]| ours(&keys, token, now).map_err(|why| format!("{why}: {}", hex(token)));
        let read = read_by_us(&theirs)?;
        if read != encoded {
            return Err(format!("we read {}: {}", hex(&read), hex(&theirs)));
        }

        let token = issue(now + HOUR)?;
        let read_by_them = |token: &[u8]| -> Result<Vec<u8>, String> {
            let mut read = keys.request(false)?;
            read["message"] = hex(token).into();
            peer.bytes(&read, "payload")
        };
        let read = read_by_them(&token)?;
        if read != encoded {
            return Err(format!("they read {}: {}", hex(&read), hex(&token)));
        }
        for token in [&theirs, &token] {
            // The last byte of a signature, a tag or a ciphertext; of two signatures one may hold.
            let mut changed = token.clone();
            if let Some(last) = changed.last_mut().filter(|_| !matches!(form, Form::Cosigned)) {
                *last ^= 1;
                refused("changed", read_by_us(&changed), read_by_them(&changed))?;
            }
        }
        let expired = issue(now - HOUR)?;
        refused("expired", read_by_us(&expired), read_by_them(&expired))?;
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

/// Gives the claims-set to `take`.
fn with_claims<T>(
    exp: i64,
    unique: &[u8; 25],
    take: impl FnOnce(Claims<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (nonce, ueid) = unique.split_at(8);
    let nonces = [Nonce::new(nonce)?];
    take(Claims {
        iss: Some("coap://as.example.com"),
        sub: Some("lamp"),
        aud: Some("coap://light.example.com".into()),
        exp: Some(Number::Integer(exp)),
        nbf: Some(Number::Integer(exp - 2 * HOUR)),
        iat: Some(exp - 2 * HOUR),
        cti: Some(b"\x0b\x71"),
        eat_nonce: (&nonces).into(),
        ueid: Some(Ueid::create(ueid)?),
        ..Claims::default()
    })
}

/// Makes a token.
fn issue(keys: &Keys, claims: Claims<'_>, random: &mut ChaCha8Rng) -> Result<Vec<u8>, Error> {
    let (mut inner, mut buffer, crypto) = ([0; 512], [0; 768], &mut RustCrypto);
    if let [first, second] = &keys.signers[..] {
        let token = Token::builder(NewHeaders::default(), &mut buffer).claims(claims);
        let mut signing = token.signers(2)?;
        for (signer, kid) in [first, second].into_iter().zip(KIDS) {
            let headers = NewHeaders::new(signer.algorithm).kid(kid);
            signing.sign(headers, &signer.key, crypto)?;
        }
        return Ok(signing.finish()?.to_vec());
    }
    let signed = match &keys.signers[..] {
        [signer] => {
            let headers = NewHeaders::new(signer.algorithm).kid(KIDS[0]);
            let token = Token::builder(headers, &mut inner).claims(claims);
            Some(token.sign(&signer.key, crypto)?)
        }
        _ => None,
    };
    let Some(key) = &keys.content else {
        return Ok(signed.unwrap_or_default().to_vec());
    };
    let mut iv = [0; 12];
    random.fill_bytes(&mut iv);
    let headers = NewHeaders::new(key.algorithm());
    let headers = if keys.kek.is_none() { headers.kid(b"content") } else { headers };
    let is_mac = key.algorithm() == Algorithm::HMAC_256;
    let headers = if is_mac { headers } else { headers.iv(&iv) };
    let token = Token::builder(headers, &mut buffer);
    let token = match signed {
        Some(signed) => token.nested(signed)?,
        None => token.claims(claims),
    };
    let secret = key.secret();
    let token = match &keys.kek {
        None if is_mac => token.mac(&secret, crypto)?,
        None => token.encrypt(&secret, crypto)?,
        Some(kek) => {
            let headers = NewHeaders::new(WRAP).kid(b"kek");
            let kek = Secret::new(&kek[..], WRAP);
            let recipients = [NewRecipient::wrapped(headers, &kek, key, crypto)?];
            match is_mac {
                true => token.mac_for(&secret, &recipients, crypto)?,
                false => token.encrypt_for(&secret, &recipients, crypto)?,
            }
        }
    };
    Ok(token.to_vec())
}

/// The claims-set of a token that holds now, as it is encoded.
fn ours(keys: &Keys, token: &[u8], now: i64) -> Result<Vec<u8>, Error> {
    let (token, crypto) = (Token::parse(token)?, &mut RustCrypto);
    let mut plaintext = [0; 512];
    let content = match &keys.content {
        Some(own) => Some(content_key(keys, own, &token)?),
        None => None,
    };
    let algorithms = content.as_ref().map(|key| [key.algorithm()]);
    let profile = AnyClaims { algorithms: algorithms.as_ref().map_or(&[], |one| one) };
    let claims = match (&content, &keys.signers[..], token.message()) {
        (Some(key), [], Message::Mac0(_) | Message::Mac(_)) => {
            token.verify_mac(&key.secret(), &profile, crypto)?.into_inner()
        }
        (Some(key), [], _) => {
            token.decrypt(&key.secret(), &profile, &mut plaintext, crypto)?.into_inner()
        }
        (Some(key), signers, _) => {
            let outer = NestedCwt { algorithms: profile.algorithms };
            let inner = token.decrypt(&key.secret(), &outer, &mut plaintext, crypto)?;
            signed(signers, &inner.into_inner())?
        }
        (None, signers, _) => signed(signers, &token)?,
    };
    check_validity(&claims, Clock { now, leeway: 60 })?;
    let mut encoded = Vec::new();
    claims.encode(&mut Encoder::appending(&mut encoded))?;
    Ok(encoded)
}

/// The key of a MAC or a ciphertext: our own, or that which the recipient gives.
fn content_key(keys: &Keys, own: &ContentKey, token: &Token<'_>) -> Result<ContentKey, Error> {
    let Some(kek) = &keys.kek else {
        return Ok(own.clone());
    };
    let expect = Expect::alg(own.algorithm()).recipients(&[WRAP]);
    let (kek, crypto) = (RecipientKey::Shared(Secret::new(&kek[..], WRAP)), &mut RustCrypto);
    let recipients = match token.message() {
        Message::Mac(message) => message.recipients(),
        Message::Encrypt(message) => message.recipients(),
        _ => return Err(Error::new(ErrorKind::Protection, 0)),
    };
    let ours = recipients.into_iter().find(|one| one.headers().kid() == Some(b"kek"));
    let ours = ours.ok_or(Error::new(ErrorKind::KeyIdentification, 0))?;
    Ok(match token.message() {
        Message::Mac(message) => message.content_key(&ours, &kek, expect, crypto)?,
        Message::Encrypt(message) => message.content_key(&ours, &kek, expect, crypto)?,
        _ => return Err(Error::new(ErrorKind::Protection, 0)),
    })
}

/// The claims that all `signers` vouch for.
fn signed<'b>(signers: &[Signer], token: &Token<'b>) -> Result<Claims<'b>, Error> {
    let mut claims = Err(Error::new(ErrorKind::Protection, 0));
    for (signer, kid) in signers.iter().zip(KIDS) {
        let (algorithms, crypto) = ([signer.algorithm], &mut RustCrypto);
        let profile = AnyClaims { algorithms: &algorithms };
        let key = Key::from_public(signer.key.public());
        let proven = match token.message() {
            Message::Sign(message) => {
                let missing = Error::new(ErrorKind::KeyIdentification, 0);
                let mut signatures = message.signatures();
                let own = signatures.find(|own| own.headers().kid() == Some(kid));
                let own = own.ok_or(missing)?;
                token.check_signature(&own, &key, &profile, crypto)?.run(crypto)?
            }
            _ => token.check(&key, &profile, crypto)?.run(crypto)?,
        };
        claims = Ok(proven.into_inner());
    }
    claims
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
