//! Our side: messages made and read with the core and the software backend.

use chacha20::ChaCha8Rng;
use hexad_cose_core::iana::KeyManagement;
use hexad_cose_core::{
    Algorithm, ContentKey, ContentType, Encrypt, Encrypt0, Error, ErrorKind, Expect, Key, Mac,
    Mac0, NewHeaders, NewRecipient, Parameter, RecipientKey, Secret, Sign, Sign1,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};

use crate::cases::{Case, Kind, Recipient};
use crate::exchange::{Content, Message};
use crate::keys::{Keys, encoded};

/// Room for all that stands around a payload.
const OVERHEAD: usize = 2048;

/// `PartyU nonce` (RFC 9053, 5.2), in a recipient's unprotected bucket.
const PARTY_U_NONCE: i64 = -22;

/// Makes a message; its content stands beside it where it is detached.
pub fn make(
    case: &Case,
    keys: &Keys,
    content: &Content,
    detached: bool,
    random: &mut ChaCha8Rng,
) -> Result<Message, Error> {
    let mut buffer = vec![0; content.payload.len() + OVERHEAD];
    let payload = content.payload.as_slice();
    let mut headers = NewHeaders::default();
    if case.kind != Kind::Sign {
        headers = NewHeaders::new(case.algorithm);
    }
    if case.is_unauthenticated() {
        headers = headers.unprotected_algorithm();
    }
    if let Some(content_type) = &content.content_type {
        headers = headers.content_type(content_type.as_ours());
    }
    if let Some(kid) = &content.kid {
        headers = headers.kid(kid);
    }
    if let Some(iv) = &content.iv {
        headers = headers.iv(iv);
    }
    let aad = content.aad.as_slice();
    let mut ciphertext = vec![0; payload.len() + OVERHEAD];
    let backend = &mut RustCrypto;
    let secret = Secret::new(&keys.content[..], case.algorithm);
    let with = |message: &[u8]| Message {
        bytes: message.to_vec(),
        content: detached.then(|| content.payload.clone()),
    };
    Ok(match case.kind {
        Kind::Sign1 => {
            let builder = Sign1::builder(headers).external_aad(aad);
            let draft = if detached {
                builder.detached(payload, &mut buffer)?
            } else {
                builder.payload(payload, &mut buffer)?
            };
            with(draft.sign(&keys.signer()[0].key, backend)?)
        }
        Kind::Sign => {
            let builder = Sign::builder(headers).external_aad(aad);
            let draft = if detached {
                builder.detached(payload, &mut buffer)?
            } else {
                builder.payload(payload, &mut buffer)?
            };
            let mut signing = draft.signers(2)?;
            for (signer, kid) in keys.signer().iter().zip(&content.signer_kids) {
                let own = NewHeaders::new(signer.algorithm).kid(kid);
                signing.sign(own, &signer.key, backend)?;
            }
            with(signing.finish()?)
        }
        Kind::Mac0 => {
            let builder = Mac0::builder(headers).external_aad(aad);
            let draft = if detached {
                builder.detached(payload, &mut buffer)?
            } else {
                builder.payload(payload, &mut buffer)?
            };
            with(draft.mac(&secret, backend)?)
        }
        Kind::Mac => {
            let nonce = nonce(content)?;
            let (recipient, key) = recipient(case, keys, content, &nonce, random)?;
            let builder = Mac::builder(headers).external_aad(aad);
            let draft = if detached {
                builder.detached(payload, &mut buffer)?
            } else {
                builder.payload(payload, &mut buffer)?
            };
            with(draft.mac(&key.secret(), &[recipient], backend)?)
        }
        Kind::Encrypt0 => {
            let builder = Encrypt0::builder(headers).external_aad(aad);
            if detached {
                let (message, ciphertext) = builder.seal_detached(
                    payload,
                    &secret,
                    &mut buffer,
                    &mut ciphertext,
                    backend,
                )?;
                Message { bytes: message.to_vec(), content: Some(ciphertext.to_vec()) }
            } else {
                with(builder.seal(payload, &secret, &mut buffer, backend)?)
            }
        }
        Kind::Encrypt => {
            let nonce = nonce(content)?;
            let (recipient, key) = recipient(case, keys, content, &nonce, random)?;
            let (key, all) = (key.secret(), [recipient]);
            let builder = Encrypt::builder(headers).external_aad(aad);
            if detached {
                let (message, ciphertext) = builder.seal_detached(
                    payload,
                    &key,
                    &all,
                    &mut buffer,
                    &mut ciphertext,
                    backend,
                )?;
                Message { bytes: message.to_vec(), content: Some(ciphertext.to_vec()) }
            } else {
                with(builder.seal(payload, &key, &all, &mut buffer, backend)?)
            }
        }
    })
}

/// The sender's nonce, encoded.
fn nonce(content: &Content) -> Result<Vec<u8>, Error> {
    encoded(|encoder| encoder.bytes(&content.nonce).map(drop))
}

/// The case's recipient, and the key of the content.
fn recipient<'a>(
    case: &Case,
    keys: &Keys,
    content: &'a Content,
    nonce: &'a [u8],
    random: &mut ChaCha8Rng,
) -> Result<(NewRecipient<'a>, ContentKey), Error> {
    // The parameters have to live as long as the recipient.
    let parameters: &'a [Parameter<'a>] = Vec::leak(vec![Parameter::new(PARTY_U_NONCE, nonce)]);
    let Some(Recipient { algorithm, .. }) = case.recipient else {
        return Err(Error::new(ErrorKind::Missing, 0));
    };
    let headers = NewHeaders::new(algorithm).kid(&content.recipient_kid);
    let fresh = headers.unprotected(parameters);
    let above = case.algorithm;
    let key = ContentKey::new(&keys.content, above)?;
    let backend = &mut RustCrypto;
    let shared = Secret::new(&keys.shared[..], algorithm);
    let peer = keys.agreement.as_ref().map(|(own, _)| own.public().as_public());
    let missing = Error::new(ErrorKind::Missing, 0);
    match algorithm.key_management() {
        Some(KeyManagement::Direct) => Ok((NewRecipient::direct(headers), key)),
        Some(KeyManagement::Derive(_)) => {
            NewRecipient::derived(fresh, &shared, above, None, backend)
        }
        Some(KeyManagement::Wrap) => {
            Ok((NewRecipient::wrapped(headers, &shared, &key, backend)?, key))
        }
        Some(KeyManagement::Agree { static_sender: false, wrap, .. }) => {
            let peer = peer.ok_or(missing)?;
            if wrap.is_none() {
                return NewRecipient::agreed(headers, &peer, above, None, random, backend);
            }
            let recipient =
                NewRecipient::agreed_and_wrapped(headers, &peer, &key, None, random, backend)?;
            Ok((recipient, key))
        }
        Some(KeyManagement::Agree { static_sender: true, wrap, .. }) => {
            let peer = peer.ok_or(missing)?;
            let (_, sender) = keys.agreement.as_ref().ok_or(missing)?;
            let sender = (sender, sender.public());
            if wrap.is_none() {
                return NewRecipient::agreed_static(fresh, &peer, sender, above, None, backend);
            }
            let recipient =
                NewRecipient::agreed_static_and_wrapped(fresh, &peer, sender, &key, None, backend)?;
            Ok((recipient, key))
        }
        None => Err(missing),
    }
}

/// Reads a message; its payload. Of `COSE_Sign`, the first signature is checked.
pub fn read(case: &Case, keys: &Keys, aad: &[u8], message: &Message) -> Result<Vec<u8>, Error> {
    let recipients = case.recipient.map(|recipient| [recipient.algorithm]);
    let recipients: &[Algorithm] = recipients.as_ref().map_or(&[], |one| one);
    let mut expect = Expect::alg(case.algorithm).external_aad(aad).recipients(recipients);
    if let Some(content) = &message.content {
        expect = expect.detached(content);
    }
    if case.is_unauthenticated() {
        expect = expect.unprotected_algorithm();
    }
    let bytes = message.bytes.as_slice();
    let detached = || message.content.clone().unwrap_or_default();
    let payload = |embedded: Option<&[u8]>| embedded.map_or_else(detached, <[u8]>::to_vec);
    let mut plaintext = vec![0; bytes.len() + message.content.as_ref().map_or(0, Vec::len)];
    let backend = &mut RustCrypto;
    let secret = Secret::new(&keys.content[..], case.algorithm);
    match case.kind {
        Kind::Sign1 => {
            let key = Key::parse(&keys.signer()[0].public)?;
            let message = Sign1::parse(bytes)?;
            let verified = message.check(&key, expect, backend)?.run(backend)?;
            Ok(payload((!message.is_detached()).then(|| verified.payload())))
        }
        Kind::Sign => {
            let key = Key::parse(&keys.signer()[0].public)?;
            let message = Sign::parse(bytes)?;
            let first = message.signatures().next().ok_or(Error::new(ErrorKind::Missing, 0))?;
            let verified = message.check(&first, &key, expect, backend)?.run(backend)?;
            Ok(payload((!message.is_detached()).then(|| verified.payload())))
        }
        Kind::Mac0 => {
            let message = Mac0::parse(bytes)?;
            let verified = message.verify(&secret, expect, backend)?;
            Ok(payload((!message.is_detached()).then(|| verified.payload())))
        }
        Kind::Mac => {
            let message = Mac::parse(bytes)?;
            let first = message.recipients().next().ok_or(Error::new(ErrorKind::Missing, 0))?;
            let key = message.content_key(&first, &own_key(case, keys)?, expect, backend)?;
            let is_detached = message.is_detached();
            let verified = message.verify(&key.secret(), expect, backend)?;
            Ok(payload((!is_detached).then(|| verified.payload())))
        }
        Kind::Encrypt0 => {
            let message = Encrypt0::parse(bytes)?;
            if case.is_unauthenticated() {
                let opened =
                    message.decrypt_unauthenticated(&secret, expect, &mut plaintext, backend)?;
                return Ok(opened.to_vec());
            }
            Ok(message.decrypt(&secret, expect, &mut plaintext, backend)?.get().to_vec())
        }
        Kind::Encrypt => {
            let message = Encrypt::parse(bytes)?;
            let first = message.recipients().next().ok_or(Error::new(ErrorKind::Missing, 0))?;
            let key = message.content_key(&first, &own_key(case, keys)?, expect, backend)?;
            let key = key.secret();
            if case.is_unauthenticated() {
                let opened =
                    message.decrypt_unauthenticated(&key, expect, &mut plaintext, backend)?;
                return Ok(opened.to_vec());
            }
            Ok(message.decrypt(&key, expect, &mut plaintext, backend)?.get().to_vec())
        }
    }
}

/// The recipient's own key.
fn own_key<'k>(case: &Case, keys: &'k Keys) -> Result<RecipientKey<'k, AgreementKey>, Error> {
    let missing = Error::new(ErrorKind::Missing, 0);
    let algorithm = case.recipient.ok_or(missing)?.algorithm;
    Ok(match algorithm.key_management() {
        Some(KeyManagement::Agree { .. }) => {
            RecipientKey::Private(&keys.agreement.as_ref().ok_or(missing)?.0)
        }
        Some(KeyManagement::Direct) => {
            RecipientKey::Shared(Secret::new(&keys.content[..], case.algorithm))
        }
        _ => RecipientKey::Shared(Secret::new(&keys.shared[..], algorithm)),
    })
}

/// Copies of a message of ours or theirs that must be refused: each with a bit changed in what is
/// signed, authenticated or encrypted, or in what proves it.
pub fn changed(case: &Case, message: &Message, at: usize) -> Result<Vec<Message>, Error> {
    let bytes = message.bytes.as_slice();
    let (content, proof) = match case.kind {
        Kind::Sign1 => {
            let message = Sign1::parse(bytes)?;
            (message.unverified_payload(), message.signature())
        }
        Kind::Sign => {
            let message = Sign::parse(bytes)?;
            let first = message.signatures().next();
            (message.unverified_payload(), first.map_or(&[][..], |one| one.signature()))
        }
        Kind::Mac0 => {
            let message = Mac0::parse(bytes)?;
            (message.unverified_payload(), message.tag())
        }
        Kind::Mac => {
            let message = Mac::parse(bytes)?;
            (message.unverified_payload(), message.tag())
        }
        Kind::Encrypt0 => (Encrypt0::parse(bytes)?.ciphertext(), &[][..]),
        Kind::Encrypt => (Encrypt::parse(bytes)?.ciphertext(), &[][..]),
    };
    let mut places = Vec::new();
    if let Some(raw) = content.filter(|raw| !raw.bytes().is_empty()) {
        places.push(raw.offset() + at % raw.bytes().len());
    }
    if !proof.is_empty() {
        let found = bytes.windows(proof.len()).rposition(|window| window == proof);
        places.extend(found.map(|start| start + at % proof.len()));
    }
    let changed = places.into_iter().map(|place| {
        let mut changed = message.clone();
        changed.bytes[place] ^= 1 << (at % 8);
        changed
    });
    Ok(changed.collect())
}

impl crate::exchange::ContentTypeBuf {
    fn as_ours(&self) -> ContentType<'_> {
        match self {
            Self::Format(format) => ContentType::Format(*format),
            Self::Text(text) => ContentType::Text(text),
        }
    }
}
