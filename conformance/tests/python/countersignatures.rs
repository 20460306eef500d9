//! Countersignatures (RFC 9338) exchanged with `cwt`: in full and in brief, on messages of every kind, whose content
//! is in them or detached; what is changed is refused by both.

use chacha20::ChaCha8Rng;
use hexad_cose_core::iana::header;
use hexad_cose_core::{
    Algorithm, Curve, Error, ErrorKind, Expect, Key, Message, NewCountersignature, NewHeaders,
    Parameter, insert_unprotected,
};
use hexad_rustcrypto::RustCrypto;
use rand_core::{Rng, SeedableRng};
use serde_json::json;

use crate::cases::{Case, Kind, Library, Recipient};
use crate::exchange::{self, Content, hex};
use crate::keys::{Keys, Signer};
use crate::ours;
use crate::peer::Peer;

pub const ALL: [Kind; 6] =
    [Kind::Sign1, Kind::Sign, Kind::Mac0, Kind::Mac, Kind::Encrypt0, Kind::Encrypt];

const NOTARIES: [(Curve, Algorithm); 4] = [
    (Curve::P256, Algorithm::ES256),
    (Curve::P384, Algorithm::ESP384),
    (Curve::P521, Algorithm::ES512),
    (Curve::Ed25519, Algorithm::EDDSA),
];
const KID: &[u8] = b"notary";

/// A message to be countersigned, and by whom.
struct Exchange<'e> {
    notary: &'e Signer,
    brief: bool,
    aad: &'e [u8],
    content: Option<&'e [u8]>,
}

/// Why an exchange can't succeed; the test holds that it really does not.
const fn difference(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Sign1 | Kind::Mac0 | Kind::Mac => {
            Some("it signs what is in `other_fields` without the array around it (RFC 9338, 3.3)")
        }
        _ => None,
    }
}

/// Exchanges countersignatures on messages of this kind both ways.
pub fn run(peer: &Peer, kind: Kind, seed: u64) -> Result<(), String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let algorithm = match kind {
        Kind::Sign1 | Kind::Sign => Algorithm::ES256,
        Kind::Mac0 | Kind::Mac => Algorithm::HMAC_256,
        Kind::Encrypt0 | Kind::Encrypt => Algorithm::A128GCM,
    };
    let case = Case {
        library: Library::Cwt,
        kind,
        algorithm,
        curve: Some(Curve::P256),
        recipient: Some(Recipient { algorithm: Algorithm::A128KW, curve: None }),
    };
    for (curve, algorithm) in NOTARIES {
        for (detached, brief) in [(false, false), (false, true), (true, false), (true, true)] {
            let keys = Keys::new(&case, peer, &mut random)?;
            let content = Content::new(&case, &mut random);
            let notary = Signer::on(curve, algorithm, &mut random)?;
            let message = ours::make(&case, &keys, &content, detached, &mut random)
                .map_err(|error| format!("not made: {error}"))?;
            let elsewhere = message.content.as_deref();
            let exchange =
                Exchange { notary: &notary, brief, aad: &content.aad, content: elsewhere };
            let result = exchange.both_ways(peer, &message, &mut random);
            match (difference(kind), result) {
                (None, Ok(())) | (Some(_), Err(_)) => {}
                (Some(why), Ok(())) => return Err(format!("no more: {why}")),
                (None, Err(why)) => {
                    let how = format!("{algorithm}, detached {detached}, brief {brief}");
                    return Err(format!("{how}: {why}"));
                }
            }
        }
    }
    Ok(())
}

impl Exchange<'_> {
    fn both_ways(
        &self,
        peer: &Peer,
        message: &exchange::Message,
        random: &mut ChaCha8Rng,
    ) -> Result<(), String> {
        let ours = self.countersign(&message.bytes).map_err(|error| format!("ours: {error}"))?;
        let theirs = peer.bytes(&self.request("countersign", &message.bytes), "message")?;
        for (whose, countersigned) in [("ours", &ours), ("theirs", &theirs)] {
            let shown = hex(countersigned);
            let signature = self.verify(countersigned, self.aad);
            let signature = signature.map_err(|why| format!("{whose}, by us: {why}: {shown}"))?;
            let read = peer.bytes(&self.request("counterverify", countersigned), "payload");
            read.map_err(|why| format!("{whose}, by them: {why}: {shown}"))?;

            // A changed signature, and other external data.
            let mut changed = countersigned.clone();
            let start = changed.windows(signature.len()).position(|it| it == signature);
            let at = usize::try_from(random.next_u32()).unwrap_or_default() % signature.len();
            changed[start.ok_or("no signature")? + at] ^= 1;
            let aad = [self.aad, &[0]].concat();
            let other = Exchange { aad: &aad, ..*self };
            for (of, bytes) in [(self, &changed), (&other, countersigned)] {
                if of.verify(bytes, of.aad).is_ok() {
                    return Err(format!("we accept {whose} changed: {}", hex(bytes)));
                }
                if peer.bytes(&of.request("counterverify", bytes), "payload").is_ok() {
                    return Err(format!("they accept {whose} changed: {}", hex(bytes)));
                }
            }
        }
        Ok(())
    }

    /// What they are asked to do with `message`.
    fn request(&self, task: &str, message: &[u8]) -> serde_json::Value {
        let key = match task {
            "countersign" => &self.notary.private,
            _ => &self.notary.public,
        };
        let content = self.content.map(hex);
        json!({"library": "cwt", "do": task, "message": hex(message), "key": hex(key), "kid": hex(KID),
            "alg": self.notary.algorithm.0, "brief": self.brief, "aad": hex(self.aad), "content": content})
    }

    fn expect<'a>(&'a self, aad: &'a [u8]) -> Expect<'a> {
        let expect = Expect::alg(self.notary.algorithm).external_aad(aad);
        self.content.map_or(expect, |content| expect.detached(content))
    }

    fn countersign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let Signer { algorithm, key, .. } = self.notary;
        let (mut space, crypto) = ([0; 256], &mut RustCrypto);
        let new = NewCountersignature::on(&Message::parse(message)?, self.expect(self.aad))?;
        let (label, value) = if self.brief {
            let value = new.sign_abbreviated(*algorithm, key, &mut space, crypto)?;
            (header::COUNTERSIGNATURE0_V2, value)
        } else {
            let headers = NewHeaders::new(*algorithm).kid(KID);
            (header::COUNTERSIGNATURE_V2, new.sign(headers, key, &mut space, crypto)?)
        };
        let mut buffer = vec![0; message.len() + 300];
        let parameter = Parameter::new(label, value);
        insert_unprotected(message, &parameter, &mut buffer).map(<[u8]>::to_vec)
    }

    /// The signature, if it holds.
    fn verify(&self, message: &[u8], aad: &[u8]) -> Result<Vec<u8>, Error> {
        let (key, expect) = (Key::parse(&self.notary.public)?, self.expect(aad));
        let missing = Error::new(ErrorKind::Missing, 0);
        let message = Message::parse(message)?;
        let crypto = &mut RustCrypto;
        if self.brief {
            let one = message.headers().countersignatures0()?.next().ok_or(missing)?;
            one.check(&message, &key, expect, crypto)?.run(crypto)?;
            return Ok(one.signature().to_vec());
        }
        let one = message.headers().countersignatures()?.next().ok_or(missing)?;
        one.check(&message, &key, expect, crypto)?.run(crypto)?;
        Ok(one.signature().signature().to_vec())
    }
}
