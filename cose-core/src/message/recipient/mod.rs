//! `COSE_recipient`: how somebody comes by the key of a message's content (RFC 9052, 5.1 and 8.5).

mod agreement;
mod new;

pub use agreement::{Agreement, PendingAgreement};
pub use new::NewRecipient;

use core::fmt;

use super::body::optional_bytes;
use super::content_key::ContentKey;
use super::kdf_context::KdfContext;
use crate::cbor::{Cursor, Items, Raw};
use crate::crypto::{Agree, CryptoError, Kdf, KeyWrap};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::Headers;
use crate::iana::{Algorithm, KeyManagement, header as label};
use crate::key::{KeyOperation, Secret};
use crate::labels::Label;

/// One recipient as it stands in its encoding; nothing in it is proven.
#[derive(Clone, Debug)]
pub struct Recipient<'b> {
    headers: Headers<'b>,
    ciphertext: Option<Raw<'b>>,
    nested: Option<Recipients<'b>>,
    /// All that are of the same message or recipient.
    layer: Layer<'b>,
}

impl<'b> Recipient<'b> {
    /// Reads a recipient of `layer` whose nested recipients were gone through.
    fn parse_at(cursor: &mut Cursor<'b>, layer: Layer<'b>) -> Result<Self, Error> {
        let (headers, ciphertext, has_nested) = parse_front(cursor)?;
        let nested = if has_nested { Some(Recipients::parse(cursor)?) } else { None };
        Ok(Self { headers, ciphertext, nested, layer })
    }

    /// The algorithm, if the caller accepts it here, and the recipients beside this one are no reason
    /// against it.
    fn accept(&self, expect: &Expect<'_>) -> Result<Algorithm, Error> {
        let algorithm = expect.accept_recipient(&self.headers)?;
        self.layer.check_direct()?;
        Ok(algorithm)
    }

    /// The header parameters: the sender's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        &self.headers
    }

    /// The encrypted key, where the recipient has one.
    #[must_use]
    pub fn ciphertext(&self) -> Option<&'b [u8]> {
        self.ciphertext.map(Raw::bytes)
    }

    pub(super) const fn ciphertext_raw(&self) -> Option<Raw<'b>> {
        self.ciphertext
    }

    /// The recipients of the key under which this one's is wrapped (RFC 9052, appendix B).
    #[must_use]
    pub fn recipients(&self) -> Recipients<'b> {
        self.nested.clone().unwrap_or_else(Recipients::none)
    }

    /// The content key, for the layer above: the content, or the recipient that this one is nested in.
    ///
    /// The content key is the shared key itself (direct), or is derived from it, unwrapped under it, or
    /// comes from a key agreement, as the recipient's algorithm says and the caller accepts. A base IV
    /// belongs to a key that is shared directly, and [`direct`](Self::direct) keeps it. Where only
    /// one of these can be linked, there are [`direct`](Self::direct), [`derive`](Self::derive),
    /// [`unwrap`](Self::unwrap) and [`agreement`](Self::agreement).
    ///
    /// # Errors
    /// As those.
    pub fn content_key<B>(
        &self,
        above: Algorithm,
        key: &RecipientKey<'_, <B as Agree>::Key>,
        expect: &Expect<'_>,
        backend: &mut B,
    ) -> Result<ContentKey, Error>
    where
        B: Agree + Kdf + KeyWrap<Key = [u8]>,
    {
        let algorithm = self.accept(expect)?;
        match (key, algorithm.key_management()) {
            (RecipientKey::Shared(secret), Some(KeyManagement::Direct)) => {
                let secret = self.direct(above, secret, expect)?;
                // A content key knows no restrictions, so they are asked for now.
                let operation = match (above.tag_len(), above.key_management()) {
                    (Some(_), _) => KeyOperation::MacVerify,
                    (None, Some(_)) => KeyOperation::UnwrapKey,
                    (None, None) => KeyOperation::Decrypt,
                };
                if !secret.allows(above, operation) {
                    return Err(self.mismatch());
                }
                ContentKey::new(secret.value(), above).map_err(|_| self.mismatch())
            }
            (RecipientKey::Shared(secret), Some(KeyManagement::Derive(_))) => {
                self.derive(above, secret, expect, backend)
            }
            (RecipientKey::Shared(secret), Some(KeyManagement::Wrap)) => {
                self.unwrap(above, secret, expect, backend)
            }
            (RecipientKey::Private(own), Some(KeyManagement::Agree { .. })) => {
                self.agreement(above, expect)?.run(*own, backend)
            }
            _ => Err(self.mismatch()),
        }
    }

    /// Takes the shared key as the content key (RFC 9053, 6.1.1): that it may serve.
    ///
    /// # Errors
    /// `AlgorithmNotAccepted`, `CriticalParameter`; `KeyMismatch` for another kind of recipient, or a
    /// key that may not serve the content; `InvalidValue` for a protected header or a ciphertext,
    /// which there may not be, and when a recipient whose key is the content key is not the only one.
    pub fn direct<'k, K: ?Sized>(
        &self,
        above: Algorithm,
        key: &Secret<'k, K>,
        expect: &Expect<'_>,
    ) -> Result<Secret<'k, K>, Error> {
        let algorithm = self.accept(expect)?;
        if algorithm.key_management() != Some(KeyManagement::Direct) {
            return Err(self.mismatch());
        }
        self.require_no_protected()?;
        self.require_no_ciphertext()?;
        // A key for the content's algorithm, or one that is set aside for this use.
        let serves = key.allows_any_operation(above) || key.allows_any_operation(algorithm);
        if serves { Ok(key.restricted_to(above)) } else { Err(self.mismatch()) }
    }

    /// Derives the content key from a shared secret (RFC 9053, 6.1.2).
    ///
    /// # Errors
    /// `AlgorithmNotAccepted`, `CriticalParameter`; `KeyMismatch`; `InvalidValue` for a ciphertext,
    /// which there may not be; those of CBOR in the parameters of the derivation; `Unsupported` or
    /// `Backend` from the backend.
    pub fn derive<B: Kdf>(
        &self,
        above: Algorithm,
        key: &Secret<'_>,
        expect: &Expect<'_>,
        backend: &mut B,
    ) -> Result<ContentKey, Error> {
        let algorithm = self.accept(expect)?;
        let Some(KeyManagement::Derive(kdf)) = algorithm.key_management() else {
            return Err(self.mismatch());
        };
        self.require_no_ciphertext()?;
        if !key.allows(algorithm, KeyOperation::DeriveKey) {
            return Err(self.mismatch());
        }
        let context = KdfContext::new(above, &self.headers, expect.kdf_info)?;
        let salt = salt(&self.headers)?;
        context
            .with_slices(|info| {
                ContentKey::filled(above, |out| backend.derive(kdf, key.value(), salt, info, out))
            })?
            .map_err(|error| error.at(self.offset()))
    }

    /// Unwraps the content key under a key-encryption key (RFC 9053, 6.2.1).
    ///
    /// # Errors
    /// `AlgorithmNotAccepted`, `CriticalParameter`; `KeyMismatch`; `InvalidValue` for a protected
    /// header, which there may not be; `Missing` without ciphertext; `VerificationFailed` when the key
    /// was not wrapped under `kek`, or is not as long as the algorithm above says; `Unsupported` or
    /// `Backend` from the backend.
    pub fn unwrap<B: KeyWrap>(
        &self,
        above: Algorithm,
        kek: &Secret<'_, B::Key>,
        expect: &Expect<'_>,
        backend: &mut B,
    ) -> Result<ContentKey, Error> {
        let algorithm = self.accept(expect)?;
        if algorithm.key_management() != Some(KeyManagement::Wrap)
            || !kek.allows(algorithm, KeyOperation::UnwrapKey)
        {
            return Err(self.mismatch());
        }
        self.require_no_protected()?;
        let wrapped =
            self.ciphertext.ok_or(self.headers.unprotected().error(ErrorKind::Missing))?;
        unwrap(algorithm, above, kek.value(), wrapped, backend)
    }

    /// The key agreement that gives the content key or what unwraps it (RFC 9053, 6.3 and 6.4): a value
    /// that is resolved with the own private key.
    ///
    /// # Errors
    /// `AlgorithmNotAccepted`, `CriticalParameter`; `KeyMismatch` for another kind of recipient or
    /// another sender than the caller expects; `Missing` without the sender's key or (where one is
    /// wrapped) a ciphertext; `InvalidValue` for a ciphertext that there may not be; those of keys.
    pub fn agreement<'c>(
        &self,
        above: Algorithm,
        expect: &Expect<'c>,
    ) -> Result<Agreement<'c>, Error>
    where
        'b: 'c,
    {
        Agreement::new(self, above, expect)
    }

    fn require_no_ciphertext(&self) -> Result<(), Error> {
        match self.ciphertext {
            Some(ciphertext) if !ciphertext.bytes().is_empty() => {
                Err(ciphertext.error(ErrorKind::InvalidValue))
            }
            _ => Ok(()),
        }
    }

    fn require_no_protected(&self) -> Result<(), Error> {
        if self.headers.signed().is_empty() {
            Ok(())
        } else {
            Err(self.headers.protected().error(ErrorKind::InvalidValue))
        }
    }

    fn mismatch(&self) -> Error {
        self.headers.protected().error(ErrorKind::KeyMismatch)
    }

    /// Where the recipient's headers stand, for errors about all of it.
    fn offset(&self) -> usize {
        self.headers.protected().offset()
    }
}

/// The key that a recipient has: one that it shares with the sender, or its own private key (or the
/// handle of it).
pub enum RecipientKey<'k, A: ?Sized> {
    /// For direct, derived and wrapped keys.
    Shared(Secret<'k>),
    /// For key agreement.
    Private(&'k A),
}

impl<A: ?Sized> fmt::Debug for RecipientKey<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shared(_) => "RecipientKey::Shared(..)",
            Self::Private(_) => "RecipientKey::Private(..)",
        })
    }
}

/// Unwraps a key for `above` under the key-encryption key of `algorithm`.
fn unwrap<B: KeyWrap>(
    algorithm: Algorithm,
    above: Algorithm,
    kek: &B::Key,
    wrapped: Raw<'_>,
    backend: &mut B,
) -> Result<ContentKey, Error> {
    let failed = wrapped.error(ErrorKind::VerificationFailed);
    let mut key = zeroize::Zeroizing::new([0; ContentKey::MAX]);
    let length = match backend.unwrap(algorithm, kek, wrapped.bytes(), &mut key[..]) {
        // Longer than any key: not one that was wrapped for us.
        Err(CryptoError::BufferTooSmall) => return Err(failed),
        other => other.map_err(|error| error.at(wrapped.offset()))?,
    };
    ContentKey::new(key.get(..length).unwrap_or_default(), above).map_err(|_| failed)
}

/// The salt of the key derivation; empty when there is none.
fn salt<'b>(headers: &Headers<'b>) -> Result<&'b [u8], Error> {
    match headers.get(Label::Integer(label::SALT)) {
        Some(value) => value.cursor().bytes(),
        None => Ok(&[]),
    }
}

/// Reads a recipient up to its nested recipients, and says whether it has some.
fn parse_front<'b>(cursor: &mut Cursor<'b>) -> Result<(Headers<'b>, Option<Raw<'b>>, bool), Error> {
    let wrong = cursor.error(ErrorKind::Length);
    let has_nested = match cursor.array()?.definite() {
        Some(3) => false,
        Some(4) => true,
        _ => return Err(wrong),
    };
    let headers = Headers::parse(cursor)?;
    Ok((headers, optional_bytes(cursor)?, has_nested))
}

/// The array of recipients that a message has, or another recipient.
#[derive(Clone, Copy, Debug)]
struct Layer<'b> {
    first: Cursor<'b>,
    items: Items,
}

impl<'b> Layer<'b> {
    /// Where the key of the layer above is what is shared or derived, there can be only one recipient
    /// (RFC 9052, 8.5.1 and 8.5.4).
    fn check_direct(self) -> Result<(), Error> {
        let (mut cursor, mut items) = (self.first, self.items);
        let (mut count, mut direct) = (0usize, None);
        while items.next(&mut cursor)? {
            let recipient = Recipient::parse_at(&mut cursor, self)?;
            let kind = recipient.headers.algorithm().and_then(Algorithm::key_management);
            if let Some(
                KeyManagement::Direct
                | KeyManagement::Derive(_)
                | KeyManagement::Agree { wrap: None, .. },
            ) = kind
            {
                direct = direct.or(Some(recipient.offset()));
            }
            count = count.saturating_add(1);
        }
        match direct {
            Some(offset) if count > 1 => Err(Error::new(ErrorKind::InvalidValue, offset)),
            _ => Ok(()),
        }
    }
}

/// The recipients of a message, or of another recipient, in order.
#[derive(Clone, Debug)]
pub struct Recipients<'b> {
    cursor: Cursor<'b>,
    items: Items,
    layer: Layer<'b>,
}

impl<'b> Recipients<'b> {
    /// How deep recipients may be nested. RFC 9052, appendix B has three levels in all.
    pub const MAX_NESTED: usize = 4;

    /// Nobody.
    const fn none() -> Self {
        Self::of(Cursor::new(&[]), Items::new(0))
    }

    /// Those of an array that was entered.
    const fn of(first: Cursor<'b>, items: Items) -> Self {
        Self { cursor: first, items, layer: Layer { first, items } }
    }

    /// Reads the array at `cursor`, which must not be empty, with all that is nested in it.
    pub(super) fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let items = enter(cursor)?;
        let recipients = Self::of(*cursor, items);
        let mut open = [items; Self::MAX_NESTED];
        let mut depth = 1usize;
        while let Some(level) = depth.checked_sub(1).and_then(|level| open.get_mut(level)) {
            if !level.next(cursor)? {
                depth = depth.saturating_sub(1);
                continue;
            }
            let (_, _, has_nested) = parse_front(cursor)?;
            if has_nested {
                let too_deep = cursor.error(ErrorKind::TooDeep);
                *open.get_mut(depth).ok_or(too_deep)? = enter(cursor)?;
                depth = depth.saturating_add(1);
            }
        }
        Ok(recipients)
    }
}

/// Enters an array of recipients, which must not be empty.
fn enter(cursor: &mut Cursor<'_>) -> Result<Items, Error> {
    let empty = cursor.error(ErrorKind::Length);
    let items = cursor.array()?;
    // Of an indefinite length, the break shows itself.
    let mut ahead = *cursor;
    if items.clone().next(&mut ahead)? { Ok(items) } else { Err(empty) }
}

impl<'b> Iterator for Recipients<'b> {
    type Item = Recipient<'b>;

    fn next(&mut self) -> Option<Recipient<'b>> {
        // They were parsed before, so they parse again.
        if self.items.next(&mut self.cursor).ok()? {
            Recipient::parse_at(&mut self.cursor, self.layer).ok()
        } else {
            None
        }
    }
}
