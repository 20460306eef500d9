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

/// Somebody for whom a message is made.
#[derive(Debug)]
pub struct Addressee {
    file: KeyFile,
    algorithm: Algorithm,
    /// Fresh bytes for a derivation that needs some.
    salt: Vec<u8>,
}

impl Addressee {
    /// Reads those in the files, with one algorithm for all or what fits each key.
    pub fn read_all(paths: &[PathBuf], algorithm: Option<Algorithm>) -> Result<Vec<Self>, Failure> {
        let read = |path: &PathBuf| {
            let file = KeyFile::read(path)?;
            let fitting = fitting(&file.key()?);
            let mismatch = || file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
            let algorithm = algorithm.or(fitting).ok_or_else(mismatch)?;
            // An encoded byte string of 32.
            let mut salt = vec![0x58, 32];
            salt.resize(34, 0);
            fill_randomly(salt.get_mut(2..).unwrap_or_default())?;
            Ok(Self { file, algorithm, salt })
        };
        paths.iter().map(read).collect()
    }
}

/// The key management that a key is made for, or that fits it.
fn fitting(key: &Key<'_>) -> Option<Algorithm> {
    let own = key.algorithm().filter(|own| own.key_management().is_some());
    own.or_else(|| match (key.symmetric(), key.curve()) {
        (Some(k), _) => match k.len() {
            16 => Some(Algorithm::A128KW),
            24 => Some(Algorithm::A192KW),
            32 => Some(Algorithm::A256KW),
            _ => None,
        },
        (None, Some(curve)) => {
            curve.serves(Algorithm::ECDH_ES_A256KW).then_some(Algorithm::ECDH_ES_A256KW)
        }
        (None, None) => None,
    })
}

/// Makes the recipients of a content that is for `content`, and gives them and its key to `use_them`.
pub fn with_recipients<R>(
    addressees: &[Addressee],
    content: Algorithm,
    info: &KdfInfo<'_>,
    use_them: impl FnOnce(&[NewRecipient<'_>], &ContentKey) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let keys: Vec<_> = addressees.iter().map(|it| it.file.key()).collect::<Result<_, _>>()?;
    let salts: Vec<_> =
        addressees.iter().map(|it| [Parameter::new(header::SALT, &it.salt)]).collect();
    let fresh = |error: Error| Failure::Rejected {
        what: "the content key".to_owned(),
        problem: error.into(),
    };
    let mut key = None;
    let mut recipients = Vec::new();
    for ((addressee, own), salt) in addressees.iter().zip(&keys).zip(&salts) {
        let mut headers = NewHeaders::new(addressee.algorithm);
        if let Some(kid) = own.kid() {
            headers = headers.kid(kid);
        }
        let refuse = |error: Error| addressee.file.reject(error);
        let mismatch = || addressee.file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
        let gives_key = match addressee.algorithm.key_management() {
            Some(KeyManagement::Direct | KeyManagement::Derive(_)) => true,
            Some(KeyManagement::Agree { wrap, static_sender: false, .. }) => wrap.is_none(),
            Some(KeyManagement::Wrap) => false,
            Some(KeyManagement::Agree { static_sender: true, .. }) | None => {
                let message = "recipients by static-static key agreement are not made here";
                return Err(Failure::Usage(message.to_owned()));
            }
        };
        if gives_key && addressees.len() > 1 {
            let message = "a recipient whose key is the content key has to be the only one";
            return Err(Failure::Usage(message.to_owned()));
        }
        if !gives_key && key.is_none() {
            key = Some(ContentKey::generate(content, &mut SysRng).map_err(fresh)?);
        }
        let public = own.public();
        let recipient = match (addressee.algorithm.key_management(), &key) {
            (Some(KeyManagement::Direct), _) => {
                let secret = own.secret().map_err(refuse)?;
                key = Some(ContentKey::new(secret.value(), content).map_err(refuse)?);
                NewRecipient::direct(headers)
            }
            (Some(KeyManagement::Derive(_)), _) => {
                let secret = own.secret().map_err(refuse)?;
                let headers = headers.unprotected(salt);
                let made =
                    NewRecipient::derived(headers, &secret, content, Some(info), &mut RustCrypto);
                let (recipient, derived) = made.map_err(refuse)?;
                key = Some(derived);
                recipient
            }
            (Some(KeyManagement::Wrap), Some(key)) => {
                let kek = own.secret().map_err(refuse)?;
                NewRecipient::wrapped(headers, &kek, key, &mut RustCrypto).map_err(refuse)?
            }
            (Some(KeyManagement::Agree { .. }), Some(key)) if !gives_key => {
                let peer = public.ok_or_else(mismatch)?;
                let random = &mut SysRng;
                NewRecipient::agreed_and_wrapped(
                    headers,
                    &peer,
                    key,
                    Some(info),
                    random,
                    &mut RustCrypto,
                )
                .map_err(refuse)?
            }
            _ => {
                let peer = public.ok_or_else(mismatch)?;
                let random = &mut SysRng;
                let made = NewRecipient::agreed(
                    headers,
                    &peer,
                    content,
                    Some(info),
                    random,
                    &mut RustCrypto,
                );
                let (recipient, agreed) = made.map_err(refuse)?;
                key = Some(agreed);
                recipient
            }
        };
        recipients.push(recipient);
    }
    let key = key.ok_or_else(|| Failure::Usage("there is no recipient".to_owned()))?;
    use_them(&recipients, &key)
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
