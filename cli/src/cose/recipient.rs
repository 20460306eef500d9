//! Recipients, from both sides: whose key opens a message, and for whom one is made.

use std::path::PathBuf;

use clap::Args;
use getrandom::SysRng;
use hexad_cose_core::iana::{KeyManagement, header};
use hexad_cose_core::{
    Algorithm, ContentKey, Error, ErrorKind, Expect, KdfInfo, Key, NewHeaders, NewRecipient,
    Parameter, PartyInfo, Recipient, RecipientKey, Recipients, Secret,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};
use serde_json::json;

use super::make::fill_randomly;
use super::message::whom;
use crate::arguments::{self, Bytes};
use crate::failure::{Failure, Problem};
use crate::input::hex;
use crate::keys::KeyFile;
use crate::report::Report;

/// The key that somebody opens messages with.
pub enum Own<'k> {
    /// One that is shared with the sender.
    Shared(Secret<'k>, Option<&'k [u8]>),
    /// A private key.
    Private(AgreementKey, Option<&'k [u8]>),
}

impl<'k> Own<'k> {
    /// The one in `file`, whose key is `key`.
    pub fn new(file: &KeyFile, key: &Key<'k>) -> Result<Self, Failure> {
        match key.secret() {
            Ok(secret) => Ok(Self::Shared(secret, key.kid())),
            Err(_) => Ok(Self::Private(file.agreement_key()?, key.kid())),
        }
    }

    fn key(&self) -> RecipientKey<'_, AgreementKey> {
        match self {
            Self::Shared(secret, _) => RecipientKey::Shared(*secret),
            Self::Private(private, _) => RecipientKey::Private(private),
        }
    }

    const fn kid(&self) -> Option<&'k [u8]> {
        match self {
            Self::Shared(_, kid) | Self::Private(_, kid) => *kid,
        }
    }

    /// Tries the recipients in order: `top` gives the content key of one, and `open` what it opens. What
    /// was opened, and by which recipient.
    pub fn open<'b, T>(
        &self,
        recipients: Recipients<'b>,
        expect: Expect<'_>,
        above: Option<Algorithm>,
        mut top: impl FnMut(
            &Recipient<'b>,
            &RecipientKey<'_, AgreementKey>,
        ) -> Result<ContentKey, Error>,
        mut open: impl FnMut(&ContentKey) -> Result<T, Error>,
    ) -> Result<(usize, T), Error> {
        let mut refusal = Error::new(ErrorKind::KeyMismatch, 0);
        for (index, recipient) in recipients.enumerate() {
            let other = match (self.kid(), recipient.headers().kid()) {
                (Some(own), Some(theirs)) => own != theirs,
                _ => false,
            };
            let has_nested = recipient.recipients().next().is_some();
            if other && !has_nested {
                continue;
            }
            let key = top(&recipient, &self.key()).or_else(|error| match above {
                Some(above) if has_nested => self.nested(&recipient, above, expect),
                _ => Err(error),
            });
            match key.and_then(|key| open(&key)) {
                Ok(opened) => return Ok((index, opened)),
                // The last of them, unless one before came further.
                Err(_) if refusal.kind() == ErrorKind::VerificationFailed => {}
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// The key for `above` from a recipient whose own key is wrapped for recipients nested in it.
    fn nested(
        &self,
        recipient: &Recipient<'_>,
        above: Algorithm,
        expect: Expect<'_>,
    ) -> Result<ContentKey, Error> {
        let offset = recipient.headers().protected().offset();
        let mut refusal = Error::new(ErrorKind::KeyMismatch, offset);
        let Some(algorithm) = recipient.headers().algorithm() else { return Err(refusal) };
        for inner in recipient.recipients() {
            let kek = inner
                .content_key(algorithm, &self.key(), &expect, &mut RustCrypto)
                .or_else(|_| self.nested(&inner, algorithm, expect));
            let key = kek
                .and_then(|kek| recipient.unwrap(above, &kek.secret(), &expect, &mut RustCrypto));
            match key {
                Ok(key) => return Ok(key),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}

/// What both sides know beside the message when a key is derived (RFC 9053, 5.2).
#[derive(Args, Debug)]
pub struct Derivation {
    /// Identity of the sender that a derived key is bound to: text, or bytes as 0xHEX
    #[arg(long, value_name = "ID", value_parser = arguments::kid)]
    party_u: Option<Bytes>,
    /// Identity of the recipient that a derived key is bound to: text, or bytes as 0xHEX
    #[arg(long, value_name = "ID", value_parser = arguments::kid)]
    party_v: Option<Bytes>,
    /// Public information that a derived key is bound to (SuppPubInfo): text, or bytes as 0xHEX
    #[arg(long, value_name = "BYTES", value_parser = arguments::kid)]
    supp_pub: Option<Bytes>,
    /// Private information that a derived key is bound to (SuppPrivInfo): text, or bytes as 0xHEX
    #[arg(long, value_name = "BYTES", value_parser = arguments::kid)]
    supp_priv: Option<Bytes>,
}

impl Derivation {
    /// The same as the core takes it.
    pub fn info(&self) -> KdfInfo<'_> {
        fn bytes(bytes: &Option<Bytes>) -> Option<&[u8]> {
            bytes.as_ref().map(Bytes::as_slice)
        }
        let party = |identity| PartyInfo { identity, ..PartyInfo::default() };
        KdfInfo {
            party_u: party(bytes(&self.party_u)),
            party_v: party(bytes(&self.party_v)),
            supp_pub_other: bytes(&self.supp_pub),
            supp_priv_info: bytes(&self.supp_priv),
        }
    }
}

/// For whom a message is made, and by whom.
#[derive(Args, Debug)]
pub struct Addressing {
    /// A recipient's key, public or shared with it; may be given several times
    #[arg(long, value_name = "KEY")]
    pub recipient: Vec<PathBuf>,
    /// How recipients come by the content key, by name or number
    #[arg(long, value_name = "ALG", value_parser = arguments::algorithm, allow_hyphen_values = true)]
    recipient_alg: Option<Algorithm>,
    /// The sender's own private key, for recipients by static-static key agreement
    #[arg(long, value_name = "KEY")]
    sender: Option<PathBuf>,
    #[command(flatten)]
    derivation: Derivation,
}

/// Somebody for whom a message is made.
#[derive(Debug)]
pub struct Addressee {
    file: KeyFile,
    algorithm: Algorithm,
    /// Fresh bytes for a derivation that needs some.
    salt: Vec<u8>,
}

impl Addressing {
    /// Those in the files, with one algorithm for all or what fits each key.
    pub fn addressees(&self) -> Result<Vec<Addressee>, Failure> {
        let read = |path: &PathBuf| {
            let file = KeyFile::read(path)?;
            let fitting = self.fitting(&file.key()?);
            let mismatch = || file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
            let algorithm = self.recipient_alg.or(fitting).ok_or_else(mismatch)?;
            // An encoded byte string of 32.
            let mut salt = vec![0x58, 32];
            salt.resize(34, 0);
            fill_randomly(salt.get_mut(2..).unwrap_or_default())?;
            Ok(Addressee { file, algorithm, salt })
        };
        let all: Vec<_> = self.recipient.iter().map(read).collect::<Result<_, _>>()?;
        let by_sender = |it: &Addressee| {
            let management = it.algorithm.key_management();
            matches!(management, Some(KeyManagement::Agree { static_sender: true, .. }))
        };
        match (all.iter().any(by_sender), &self.sender) {
            (true, None) => Err(Failure::Usage(
                "static-static key agreement is with the sender's own key: --sender".to_owned(),
            )),
            (false, Some(_)) => Err(Failure::Usage(
                "no recipient is by static-static key agreement: without --sender".to_owned(),
            )),
            _ => Ok(all),
        }
    }

    /// The key management that a key is made for, or that fits it.
    fn fitting(&self, key: &Key<'_>) -> Option<Algorithm> {
        let own = key.algorithm().filter(|own| own.key_management().is_some());
        let agreed = match &self.sender {
            None => Algorithm::ECDH_ES_A256KW,
            Some(_) => Algorithm::ECDH_SS_A256KW,
        };
        own.or_else(|| match (key.symmetric(), key.curve()) {
            (Some(k), _) => match k.len() {
                16 => Some(Algorithm::A128KW),
                24 => Some(Algorithm::A192KW),
                32 => Some(Algorithm::A256KW),
                _ => None,
            },
            (None, Some(curve)) => curve.serves(agreed).then_some(agreed),
            (None, None) => None,
        })
    }

    /// Makes the recipients of a content that is for `content`, and gives them and its key to `use_them`.
    pub fn with_recipients<R>(
        &self,
        addressees: &[Addressee],
        content: Algorithm,
        use_them: impl FnOnce(&[NewRecipient<'_>], &ContentKey) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let keys: Vec<_> = addressees.iter().map(|it| it.file.key()).collect::<Result<_, _>>()?;
        let salts: Vec<_> =
            addressees.iter().map(|it| [Parameter::new(header::SALT, &it.salt)]).collect();
        let sender = self.sender.as_deref().map(KeyFile::read).transpose()?;
        let sender = sender.as_ref().map(KeyFile::agreement_key).transpose()?;
        let making = Making { content, info: self.derivation.info(), sender };
        let mut key = None;
        let mut recipients = Vec::new();
        for ((addressee, own), salt) in addressees.iter().zip(&keys).zip(&salts) {
            let mut headers = NewHeaders::new(addressee.algorithm);
            if let Some(kid) = own.kid() {
                headers = headers.kid(kid);
            }
            let gives_key = !matches!(
                addressee.algorithm.key_management(),
                Some(KeyManagement::Wrap | KeyManagement::Agree { wrap: Some(_), .. })
            );
            if gives_key && addressees.len() > 1 {
                let message = "a recipient whose key is the content key has to be the only one";
                return Err(Failure::Usage(message.to_owned()));
            }
            let (recipient, its) = if gives_key {
                making.sharing(addressee, own, headers, salt)?
            } else {
                let key = match key.take() {
                    Some(key) => key,
                    None => ContentKey::generate(content, &mut SysRng).map_err(fresh)?,
                };
                (making.wrapping(addressee, own, headers, salt, &key)?, key)
            };
            key = Some(its);
            recipients.push(recipient);
        }
        let key = key.ok_or_else(|| Failure::Usage("there is no recipient".to_owned()))?;
        use_them(&recipients, &key)
    }
}

fn fresh(error: Error) -> Failure {
    Failure::Rejected { what: "the content key".to_owned(), problem: error.into() }
}

/// What the recipients of one message have in common.
struct Making<'a> {
    content: Algorithm,
    info: KdfInfo<'a>,
    sender: Option<AgreementKey>,
}

impl Making<'_> {
    /// A recipient who shares the content key or derives it, and that key.
    fn sharing<'h>(
        &self,
        addressee: &Addressee,
        own: &Key<'_>,
        headers: NewHeaders<'h>,
        salt: &'h [Parameter<'h>],
    ) -> Result<(NewRecipient<'h>, ContentKey), Failure> {
        let (content, info, crypto) = (self.content, Some(&self.info), &mut RustCrypto);
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        let made = match addressee.algorithm.key_management() {
            Some(KeyManagement::Direct) => own.secret().and_then(|secret| {
                Ok((NewRecipient::direct(headers), ContentKey::new(secret.value(), content)?))
            }),
            Some(KeyManagement::Derive(_)) => own.secret().and_then(|secret| {
                let headers = headers.unprotected(salt);
                NewRecipient::derived(headers, &secret, content, info, crypto)
            }),
            Some(KeyManagement::Agree { .. }) => match (own.public(), &self.sender) {
                (Some(peer), Some(sender)) => {
                    let (headers, sender) = (headers.unprotected(salt), (sender, sender.public()));
                    NewRecipient::agreed_static(headers, &peer, sender, content, info, crypto)
                }
                (Some(peer), None) => {
                    let random = &mut SysRng;
                    NewRecipient::agreed(headers, &peer, content, info, random, crypto)
                }
                (None, _) => Err(mismatch),
            },
            Some(KeyManagement::Wrap) | None => Err(mismatch),
        };
        made.map_err(|error| addressee.file.reject(error))
    }

    /// A recipient for whom `key` is wrapped.
    fn wrapping<'h>(
        &self,
        addressee: &Addressee,
        own: &Key<'_>,
        headers: NewHeaders<'h>,
        salt: &'h [Parameter<'h>],
        key: &ContentKey,
    ) -> Result<NewRecipient<'h>, Failure> {
        let (info, random, crypto) = (Some(&self.info), &mut SysRng, &mut RustCrypto);
        let made = match (addressee.algorithm.key_management(), own.public(), &self.sender) {
            (Some(KeyManagement::Wrap), ..) => {
                own.secret().and_then(|secret| NewRecipient::wrapped(headers, &secret, key, crypto))
            }
            (Some(KeyManagement::Agree { static_sender: true, .. }), Some(peer), Some(sender)) => {
                let (headers, sender) = (headers.unprotected(salt), (sender, sender.public()));
                NewRecipient::agreed_static_and_wrapped(headers, &peer, sender, key, info, crypto)
            }
            (_, Some(peer), _) => {
                NewRecipient::agreed_and_wrapped(headers, &peer, key, info, random, crypto)
            }
            (_, None, _) => Err(Error::new(ErrorKind::KeyMismatch, 0)),
        };
        made.map_err(|error| addressee.file.reject(error))
    }
}

/// Those for whom a message was made, in its report.
pub fn describe(report: &mut Report, addressees: &[Addressee]) {
    let objects: Vec<_> = addressees
        .iter()
        .map(|addressee| {
            let algorithm = addressee.algorithm;
            let key = addressee.file.key().ok();
            let kid = key.as_ref().and_then(Key::kid);
            report.pair("recipient", whom(algorithm, kid));
            json!({"alg": algorithm.0, "kid": kid.map(hex)})
        })
        .collect();
    report.json("recipients", objects);
}
