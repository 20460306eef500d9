//! A key agreement that has to be made before there is a content key (RFC 9053, 6.3 and 6.4).

use core::task::Poll;

use super::{Recipient, salt, unwrap};
use crate::cbor::Raw;
use crate::crypto::{Agree, AgreeAsync, AgreePoll, Kdf, KdfAlgorithm, KeyWrap, SharedSecret};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::iana::{Algorithm, KeyManagement, header as label};
use crate::key::{Key, PublicKey};
use crate::labels::Label;
use crate::message::content_key::ContentKey;
use crate::message::kdf_context::KdfContext;

/// A key agreement as a value: who makes it, and when, is the caller's affair.
#[derive(Clone, Debug)]
#[must_use = "there is no content key before the agreement is made"]
pub struct Agreement<'c> {
    peer: PublicKey<'c>,
    kdf: KdfAlgorithm,
    context: KdfContext<'c>,
    salt: &'c [u8],
    /// The wrapped key, unless the derived key is the content key.
    wrapped: Option<Raw<'c>>,
    /// What the content key is for.
    above: Algorithm,
    offset: usize,
}

impl<'c> Agreement<'c> {
    pub(super) fn new<'b: 'c>(
        recipient: &Recipient<'b>,
        above: Algorithm,
        expect: &Expect<'c>,
    ) -> Result<Self, Error> {
        let headers = recipient.headers();
        let algorithm = recipient.accept(expect)?;
        let Some(KeyManagement::Agree { static_sender, kdf, wrap }) = algorithm.key_management()
        else {
            return Err(recipient.mismatch());
        };
        let wrapped = if wrap.is_some() {
            let missing = headers.unprotected().error(ErrorKind::Missing);
            Some(recipient.ciphertext_raw().ok_or(missing)?)
        } else {
            recipient.require_no_ciphertext()?;
            None
        };
        Ok(Self {
            peer: if static_sender { sender(recipient, expect)? } else { ephemeral(recipient)? },
            kdf,
            context: KdfContext::new(wrap.unwrap_or(above), headers, expect.kdf_info)?,
            salt: salt(headers)?,
            wrapped,
            above,
            offset: recipient.offset(),
        })
    }

    /// The sender's public key, which the own private key has to agree with.
    #[must_use]
    pub const fn peer(&self) -> &PublicKey<'c> {
        &self.peer
    }

    /// Agrees now; the content key.
    ///
    /// # Errors
    /// `KeyMismatch` for keys of two curves or a point that is not on its own; `VerificationFailed`
    /// when the wrapped key was not wrapped under what was agreed on; `Unsupported` or `Backend`.
    pub fn run<B>(self, key: &<B as Agree>::Key, backend: &mut B) -> Result<ContentKey, Error>
    where
        B: Agree + Kdf + KeyWrap<Key = [u8]>,
    {
        let secret = backend.agree(key, &self.peer).map_err(|error| error.at(self.offset))?;
        self.conclude(&secret, backend)
    }

    /// Agrees on a device that the executor waits for, and derives with `kdf`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async<B, D>(
        self,
        key: &B::Key,
        backend: &mut B,
        kdf: &mut D,
    ) -> Result<ContentKey, Error>
    where
        B: AgreeAsync,
        D: Kdf + KeyWrap<Key = [u8]>,
    {
        let secret = backend.agree(key, &self.peer).await.map_err(|error| error.at(self.offset))?;
        self.conclude(&secret, kdf)
    }

    /// Starts the agreement on a device that is asked again later.
    ///
    /// # Errors
    /// `KeyMismatch`, `Unsupported` or `Backend`.
    pub fn start<B: AgreePoll>(
        self,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<PendingAgreement<'c, B::Job>, Error> {
        let job = backend.start(key, &self.peer).map_err(|error| error.at(self.offset))?;
        Ok(PendingAgreement { job, agreement: Some(self) })
    }

    /// The content key, from the secret that the two keys share.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn conclude<B>(self, secret: &SharedSecret, backend: &mut B) -> Result<ContentKey, Error>
    where
        B: Kdf + KeyWrap<Key = [u8]>,
    {
        let derived = self
            .context
            .with_slices(|info| {
                ContentKey::filled(self.context.algorithm, |key| {
                    backend.derive(self.kdf, secret.as_bytes(), self.salt, info, key)
                })
            })?
            .map_err(|error| error.at(self.offset))?;
        match self.wrapped {
            None => Ok(derived),
            Some(wrapped) => {
                unwrap(self.context.algorithm, self.above, derived.as_bytes(), wrapped, backend)
            }
        }
    }
}

/// The sender's ephemeral key.
fn ephemeral<'b>(recipient: &Recipient<'b>) -> Result<PublicKey<'b>, Error> {
    let headers = recipient.headers();
    let missing = headers.unprotected().error(ErrorKind::Missing);
    public(headers.get(Label::Integer(label::EPHEMERAL_KEY)).ok_or(missing)?)
}

/// The sender's static key: the one that the caller expects, or else the one in the message, which
/// then proves nothing about the sender.
fn sender<'b: 'c, 'c>(
    recipient: &Recipient<'b>,
    expect: &Expect<'c>,
) -> Result<PublicKey<'c>, Error> {
    let headers = recipient.headers();
    let carried = headers.get(Label::Integer(label::STATIC_KEY)).map(public).transpose()?;
    match (carried, expect.sender) {
        (Some(carried), Some(expected)) if !carried.matches(expected) => Err(recipient.mismatch()),
        (_, Some(expected)) => Ok(*expected),
        (Some(carried), None) => Ok(carried),
        (None, None) => Err(headers.unprotected().error(ErrorKind::Missing)),
    }
}

fn public(value: Raw<'_>) -> Result<PublicKey<'_>, Error> {
    Key::parse_at(&mut value.cursor())?.public().ok_or(value.error(ErrorKind::KeyMismatch))
}

/// A key agreement that a device is working on.
#[derive(Debug)]
#[must_use = "there is no content key before the agreement has been polled to its end"]
pub struct PendingAgreement<'c, J> {
    job: J,
    /// None once the answer was given.
    agreement: Option<Agreement<'c>>,
}

impl<J> PendingAgreement<'_, J> {
    /// Asks the device for the secret; when it is there, derives the content key with `kdf`.
    ///
    /// # Errors
    /// When ready: as [`Agreement::run`]; `Backend` also when polled again after the answer.
    pub fn poll<B, D>(&mut self, backend: &mut B, kdf: &mut D) -> Poll<Result<ContentKey, Error>>
    where
        B: AgreePoll<Job = J>,
        D: Kdf + KeyWrap<Key = [u8]>,
    {
        let Some(agreement) = self.agreement.take() else {
            return Poll::Ready(Err(Error::new(ErrorKind::Backend, 0)));
        };
        match backend.poll(&mut self.job) {
            Poll::Pending => {
                self.agreement = Some(agreement);
                Poll::Pending
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.at(agreement.offset))),
            Poll::Ready(Ok(secret)) => Poll::Ready(agreement.conclude(&secret, kdf)),
        }
    }
}
