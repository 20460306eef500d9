//! One exchange: a random content under random keys, made by one side and read by the other.

use chacha20::ChaCha8Rng;
use hexad_cose_core::iana::KeyManagement;
use rand_core::{Rng, SeedableRng};
use serde_json::{Map, Value, json};

use crate::cases::{Case, Kind, Maker};
use crate::keys::{self, Keys};
use crate::ours;
use crate::peer::Peer;

/// How often a case is exchanged, each time with other keys and another content.
const ROUNDS: u64 = 3;

/// An encoded message, with its content where that is detached.
#[derive(Clone, Debug)]
pub struct Message {
    pub bytes: Vec<u8>,
    pub content: Option<Vec<u8>>,
}

/// What a message carries.
#[derive(Clone, Debug)]
pub struct Content {
    pub payload: Vec<u8>,
    pub aad: Vec<u8>,
    pub kid: Option<Vec<u8>>,
    pub content_type: Option<ContentTypeBuf>,
    pub iv: Option<Vec<u8>>,
    pub signer_kids: [Vec<u8>; 2],
    pub recipient_kid: Vec<u8>,
    /// Of the sender, in a key derivation.
    pub nonce: Vec<u8>,
}

/// A content type that owns its text.
#[derive(Clone, Debug)]
pub enum ContentTypeBuf {
    Format(u16),
    Text(String),
}

impl Content {
    /// A random one that `case` can carry.
    pub fn new(case: &Case, random: &mut ChaCha8Rng) -> Self {
        let free = case.is_unauthenticated();
        let content_type = match random.next_u32() % 3 {
            0 => Some(ContentTypeBuf::Format(
                u16::try_from(random.next_u32() % 65_536).unwrap_or_default(),
            )),
            1 => Some(ContentTypeBuf::Text("application/octet-stream".to_owned())),
            _ => None,
        };
        let iv = case.algorithm.content_encryption().map(|sizes| {
            let mut iv = vec![0; sizes.nonce_len];
            random.fill_bytes(&mut iv);
            iv
        });
        let kid = (random.next_u32().is_multiple_of(2)).then(|| bytes(random, 1, 16));
        Self {
            payload: bytes(random, 0, 600),
            aad: if free { Vec::new() } else { bytes(random, 0, 40) },
            kid: kid.filter(|_| case.kind != Kind::Sign),
            content_type: content_type.filter(|_| !free),
            iv,
            // Two that differ: pycose looks for the signer by it.
            signer_kids: [[&[0], &bytes(random, 0, 8)[..]].concat(), vec![1]],
            recipient_kid: bytes(random, 1, 8),
            nonce: bytes(random, 16, 16),
        }
    }
}

/// From `least` to `most` random bytes.
fn bytes(random: &mut ChaCha8Rng, least: u32, most: u32) -> Vec<u8> {
    let length = least + random.next_u32() % (most - least + 1);
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    random.fill_bytes(&mut bytes);
    bytes
}

/// Exchanges `case` both ways, with the payload in the message and detached.
pub fn run(peer: &Peer, case: &Case, seed: u64) -> Result<(), String> {
    // Every case has random numbers of its own, whichever others are run.
    let name = case.name();
    let mixed = name.bytes().fold(seed, |mixed, byte| mixed.rotate_left(5) ^ u64::from(byte));
    let mut random = ChaCha8Rng::seed_from_u64(mixed);
    for _ in 0..ROUNDS {
        for maker in [Maker::Them, Maker::Us] {
            for detached in [false, true] {
                let keys = Keys::new(case, peer, &mut random)?;
                let content = Content::new(case, &mut random);
                let result = one(peer, case, maker, detached, &keys, &content, &mut random);
                match (case.difference(maker, detached), result) {
                    (None, Err(why)) => {
                        return Err(format!(
                            "made by {maker:?}, detached {detached}: {why}\n{content:?}"
                        ));
                    }
                    (Some(why), Ok(())) => {
                        return Err(format!(
                            "made by {maker:?}, detached {detached}: no more: {why}"
                        ));
                    }
                    (None, Ok(())) | (Some(_), Err(_)) => {}
                }
            }
        }
    }
    Ok(())
}

/// Makes a message on one side and reads it on the other; then changed ones on both.
fn one(
    peer: &Peer,
    case: &Case,
    maker: Maker,
    detached: bool,
    keys: &Keys,
    content: &Content,
    random: &mut ChaCha8Rng,
) -> Result<(), String> {
    let message = match maker {
        Maker::Us => ours::make(case, keys, content, detached, random)
            .map_err(|error| format!("not made: {error}"))?,
        Maker::Them => Message {
            bytes: peer
                .bytes(&request(case, keys, content, Task::Make { detached })?, "message")
                .map_err(|error| format!("not made: {error}"))?,
            content: detached.then(|| content.payload.clone()),
        },
    };
    let shown = hex(&message.bytes);
    let ours = |aad: &[u8], message: &Message| {
        ours::read(case, keys, aad, message).map_err(|error| format!("{error}: {shown}"))
    };
    let theirs = |aad: &[u8], message: &Message| {
        let content = Content { aad: aad.to_vec(), ..content.clone() };
        let request = request(case, keys, &content, Task::Read(message))?;
        peer.bytes(&request, "payload").map_err(|error| format!("{error}: {shown}"))
    };
    let read = match maker {
        Maker::Us => theirs(&content.aad, &message)?,
        Maker::Them => ours(&content.aad, &message)?,
    };
    if read != content.payload {
        return Err(format!("another payload, {}: {shown}", hex(&read)));
    }
    if case.is_unauthenticated() {
        // Whoever changes such a message changes the plaintext, and nobody can tell.
        return Ok(());
    }
    let at = usize::try_from(random.next_u32()).unwrap_or_default();
    let changed = ours::changed(case, &message, at).map_err(|error| error.to_string())?;
    let with_other_aad = [content.aad.as_slice(), &[0]].concat();
    let attempts = changed
        .iter()
        .map(|changed| (content.aad.as_slice(), changed))
        .chain([(with_other_aad.as_slice(), &message)]);
    for (aad, changed) in attempts {
        let what = hex(&changed.bytes);
        if ours(aad, changed).is_ok() {
            return Err(format!("we accept it changed: {what}"));
        }
        if theirs(aad, changed).is_ok() {
            return Err(format!("they accept it changed: {what}"));
        }
    }
    Ok(())
}

/// What the peer is to do.
enum Task<'m> {
    Make { detached: bool },
    Read(&'m Message),
}

/// The peer's request: see its documentation.
fn request(case: &Case, keys: &Keys, content: &Content, task: Task<'_>) -> Result<Value, String> {
    let failed = |error: hexad_cose_core::Error| error.to_string();
    let making = matches!(task, Task::Make { .. });
    let mut request = Map::new();
    let mut put = |name: &str, value: Value| request.insert(name.to_owned(), value);
    put("library", case.library.name().into());
    put("kind", case.kind.name().into());
    put("payload", hex(&content.payload).into());
    put("aad", hex(&content.aad).into());
    if let Some(kid) = &content.kid {
        put("kid", hex(kid).into());
    }
    if let Some(iv) = &content.iv {
        put("iv", hex(iv).into());
    }
    match &content.content_type {
        Some(ContentTypeBuf::Format(format)) => put("content_type", (*format).into()),
        Some(ContentTypeBuf::Text(text)) => put("content_type", text.as_str().into()),
        None => None,
    };
    match task {
        Task::Make { detached } => {
            put("do", "make".into());
            put("detached", detached.into());
        }
        Task::Read(message) => {
            put("do", "read".into());
            put("message", hex(&message.bytes).into());
            if let Some(content) = &message.content {
                put("content", hex(content).into());
            }
        }
    }
    if case.kind == Kind::Sign && making {
        let signers = keys.signer().iter().zip(&content.signer_kids).map(|(signer, kid)| {
            json!({"alg": signer.algorithm.0, "key": hex(&signer.private), "kid": hex(kid)})
        });
        put("signers", signers.collect());
        return Ok(request.into());
    }
    put("alg", case.algorithm.0.into());
    if case.kind == Kind::Sign {
        put("kid", hex(&content.signer_kids[0]).into());
    }
    if keys.signers.is_some() {
        let [signer, _] = keys.signer();
        put("key", hex(if making { &signer.private } else { &signer.public }).into());
        return Ok(request.into());
    }
    let Some(recipient) = case.recipient else {
        put("key", hex(&keys::symmetric(&keys.content, case.algorithm).map_err(failed)?).into());
        return Ok(request.into());
    };
    let management = recipient.algorithm.key_management();
    let derived = matches!(
        management,
        Some(KeyManagement::Derive(_) | KeyManagement::Agree { wrap: None, .. })
    );
    if management == Some(KeyManagement::Direct) || making && !derived {
        put("key", hex(&keys::symmetric(&keys.content, case.algorithm).map_err(failed)?).into());
    }
    let mut of = Map::new();
    of.insert("alg".to_owned(), recipient.algorithm.0.into());
    of.insert("kid".to_owned(), hex(&content.recipient_kid).into());
    if let Some((own, sender)) = &keys.agreement {
        let own = keys::agreement(own, !making).map_err(failed)?;
        of.insert("key".to_owned(), hex(&own).into());
        if matches!(management, Some(KeyManagement::Agree { static_sender: true, .. })) {
            let sender = keys::agreement(sender, true).map_err(failed)?;
            of.insert("sender".to_owned(), hex(&sender).into());
            of.insert("nonce".to_owned(), hex(&content.nonce).into());
        }
    } else if management != Some(KeyManagement::Direct) {
        let shared = keys::symmetric(&keys.shared, recipient.algorithm).map_err(failed)?;
        of.insert("key".to_owned(), hex(&shared).into());
        if derived {
            of.insert("nonce".to_owned(), hex(&content.nonce).into());
        }
    }
    request.insert("recipient".to_owned(), of.into());
    Ok(request.into())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
