//! Proving an envelope by several authentication blocks, of any kind, and through delegates.

use hexad_cose_core::crypto::{Agree, Hash, Kdf, KeyWrap, Mac, Verify};
use hexad_cose_core::cwt::{self, Claims, Clock};
use hexad_cose_core::{self as cose, ErrorKind as Cbor, Expect, Key, Sign1, Verified};

use crate::authentication::{Authentication, AuthenticationBlock, Refusal, TrustAnchors};
use crate::delegation::DelegationChain;
use crate::envelope::Envelope;
use crate::error::Error;
use crate::manifest::Manifest;
use crate::signers::Signers;

/// Who has been found to vouch for an envelope's manifest, whose digest is already known to match.
///
/// Each kind of block has a method of its own, so that a device links those alone that it calls. A
/// block that does not hold takes nothing away from one that does; whether those that do are enough is
/// asked of the manifest ([`Manifest::require_signers`]).
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_suit::{Demand, Envelope, Error, Manifest, Signers, TrustAnchors};
/// use hexad_cose_core::Verified;
///
/// /// The vendor (anchor 0) and the owner (anchor 1) both have to sign.
/// fn accept<'b>(
///     bytes: &'b [u8],
///     anchors: &TrustAnchors<'_>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Verified<Manifest<'b>>, Error> {
///     let envelope = Envelope::parse(bytes)?;
///     let mut proof = envelope.prove(crypto)?;
///     proof.sign1(anchors, crypto)?;
///     proof.sign(anchors, crypto)?;
///     let manifest = proof.manifest(crypto)?;
///     manifest.require_signers(Demand::AllOf(Signers::NONE.with(0).with(1)))?;
///     Ok(manifest)
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is proven before a block holds"]
pub struct Proof<'e, 'b> {
    envelope: &'e Envelope<'b>,
    signers: Signers,
    /// That a block has held.
    verified: Option<Verified<()>>,
    refusal: Refusal,
}

impl<'e, 'b> Proof<'e, 'b> {
    /// Nobody vouches yet.
    pub(crate) const fn new(envelope: &'e Envelope<'b>) -> Self {
        let refusal = envelope.authentication().refused();
        Self { envelope, signers: Signers::NONE, verified: None, refusal }
    }

    /// The anchors that were found so far, a delegate counting as the anchor behind it.
    #[must_use]
    pub const fn signers(&self) -> Signers {
        self.signers
    }

    /// Whether any anchor was found so far.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.verified.is_some()
    }

    /// The manifest, read and with what the envelope adds to it, for whom it matters who has vouched:
    /// see [`Manifest::signers`].
    ///
    /// # Errors
    /// When no block has held: `NotAuthenticated` if none could be tried with any anchor, else the
    /// reason that says most. Those of [`Manifest::parse_with`]; `DigestMismatch` and
    /// `UnexpectedElement` of severed elements.
    #[inline(never)]
    pub fn manifest(self, hash: &mut impl Hash) -> Result<Verified<Manifest<'b>>, Error> {
        let Some(verified) = self.verified else { return Err(self.refusal.into_error()) };
        verified.try_map(|()| self.envelope.read_manifest(self.signers, hash))
    }

    /// Checks every COSE_Sign1 block under the anchors.
    ///
    /// # Errors
    /// `Backend` when the backend failed, which leaves the question open.
    pub fn sign1<C: Hash + Verify>(
        &mut self,
        anchors: &TrustAnchors<'_>,
        crypto: &mut C,
    ) -> Result<&mut Self, Error> {
        self.each_sign1(anchors, false, crypto)?;
        Ok(self)
    }

    /// Checks COSE_Sign1 blocks, all of them or up to the first that holds.
    #[inline(never)]
    pub(crate) fn each_sign1<C: Hash + Verify>(
        &mut self,
        anchors: &TrustAnchors<'_>,
        first: bool,
        crypto: &mut C,
    ) -> Result<(), Error> {
        let expect = self.expect(anchors);
        for block in self.authentication().blocks() {
            let AuthenticationBlock::Sign1(encoded) = block else { continue };
            // By reference, here as below: what is moved out of a result stands on the stack twice.
            let message = Sign1::parse_at(&mut encoded.cursor());
            let message = match &message {
                Ok(message) => message,
                Err(error) => {
                    self.refusal.note(*error)?;
                    continue;
                }
            };
            for (place, key) in anchors.candidates(message.headers().kid()) {
                let held = self.note(place, holds(message, key, &expect, crypto))?;
                if held && first {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Checks every signature of every COSE_Sign block under the anchors.
    ///
    /// # Errors
    /// As [`sign1`](Self::sign1).
    pub fn sign<C: Hash + Verify>(
        &mut self,
        anchors: &TrustAnchors<'_>,
        crypto: &mut C,
    ) -> Result<&mut Self, Error> {
        let expect = self.expect(anchors);
        for block in self.authentication().blocks() {
            let AuthenticationBlock::Sign(encoded) = block else { continue };
            let message = cose::Sign::parse_at(&mut encoded.cursor());
            let Some(message) = self.read(message)? else { continue };
            for signature in message.signatures() {
                for (place, key) in anchors.candidates(signature.headers().kid()) {
                    let verified = message.check(&signature, key, expect, crypto);
                    self.note(place, verified.and_then(|check| check.run(crypto)))?;
                }
            }
        }
        Ok(self)
    }

    /// Checks every COSE_Mac0 block under the anchors that are symmetric keys. No signature is accepted
    /// in place of a tag, nor the reverse.
    ///
    /// # Errors
    /// As [`sign1`](Self::sign1).
    pub fn mac0<C: Mac<Key = [u8]>>(
        &mut self,
        anchors: &TrustAnchors<'_>,
        crypto: &mut C,
    ) -> Result<&mut Self, Error> {
        self.each_mac0(anchors, false, crypto)?;
        Ok(self)
    }

    /// Checks COSE_Mac0 blocks, all of them or up to the first that holds.
    pub(crate) fn each_mac0<C: Mac<Key = [u8]>>(
        &mut self,
        anchors: &TrustAnchors<'_>,
        first: bool,
        crypto: &mut C,
    ) -> Result<(), Error> {
        let expect = self.expect(anchors);
        for block in self.authentication().blocks() {
            let AuthenticationBlock::Mac0(encoded) = block else { continue };
            let message = cose::Mac0::parse_at(&mut encoded.cursor());
            let Some(message) = self.read(message)? else { continue };
            for (place, key) in anchors.candidates(message.headers().kid()) {
                let verified = key.secret();
                let verified = verified.and_then(|secret| message.verify(&secret, expect, crypto));
                if self.note(place, verified)? && first {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Checks every COSE_Mac block whose content key comes from an anchor that is a symmetric key:
    /// directly, derived from it, or wrapped under it. A key that was agreed on names no author
    /// (whoever has the recipient's public key can make such a tag), so none is accepted here.
    ///
    /// # Errors
    /// As [`sign1`](Self::sign1).
    pub fn mac<C>(&mut self, anchors: &TrustAnchors<'_>, crypto: &mut C) -> Result<&mut Self, Error>
    where
        C: Agree + Kdf + KeyWrap<Key = [u8]> + Mac<Key = [u8]>,
    {
        let expect = self.expect(anchors).recipients(anchors.algorithms);
        for block in self.authentication().blocks() {
            let AuthenticationBlock::Mac(encoded) = block else { continue };
            let message = cose::Mac::parse_at(&mut encoded.cursor());
            let Some(message) = self.read(message)? else { continue };
            for recipient in message.recipients() {
                for (place, key) in anchors.candidates(recipient.headers().kid()) {
                    let verified = key.secret().and_then(|secret| {
                        let shared = cose::RecipientKey::Shared(secret);
                        let key = message.content_key(&recipient, &shared, expect, crypto)?;
                        message.verify(&key.secret(), expect, crypto)
                    });
                    self.note(place, verified)?;
                }
            }
        }
        Ok(self)
    }

    /// Checks the chains of `suit-delegation`, and under the key that each ends with the COSE_Sign1
    /// blocks. Tokens are COSE_Sign1 messages; the algorithms of the anchors hold for them and for what
    /// a delegate signs.
    ///
    /// A token that is for an audience must be for `audience`. Without a clock, a token that states when
    /// it expires or begins is refused.
    ///
    /// # Errors
    /// As [`sign1`](Self::sign1).
    pub fn delegated<C: Hash + Verify>(
        &mut self,
        anchors: &TrustAnchors<'_>,
        clock: Option<Clock>,
        audience: Option<&str>,
        crypto: &mut C,
    ) -> Result<&mut Self, Error> {
        let Some(delegation) = self.envelope.delegation() else { return Ok(self) };
        let terms = Terms { algorithms: anchors.algorithms, clock, audience };
        for chain in delegation.chains() {
            let (place, delegate) = match follow(chain, anchors, &terms, crypto) {
                Ok(found) => found,
                Err(error) => {
                    self.refusal.note(error)?;
                    continue;
                }
            };
            let expect = self.expect(anchors);
            for block in self.authentication().blocks() {
                let AuthenticationBlock::Sign1(encoded) = block else { continue };
                let message = Sign1::parse_at(&mut encoded.cursor());
                let Some(message) = self.read(message)? else { continue };
                let verified = message.check(&delegate, expect, crypto);
                self.note(place, verified.and_then(|check| check.run(crypto)))?;
            }
        }
        Ok(self)
    }

    const fn authentication(&self) -> &'e Authentication<'b> {
        self.envelope.authentication()
    }

    const fn expect<'a>(&self, anchors: &TrustAnchors<'a>) -> Expect<'a>
    where
        'b: 'a,
    {
        Expect::any(anchors.algorithms).detached(self.authentication().payload().bytes())
    }

    /// A message, unless it is malformed, which is noted.
    fn read<T>(&mut self, message: Result<T, cose::Error>) -> Result<Option<T>, Error> {
        match message {
            Ok(message) => Ok(Some(message)),
            Err(error) => self.refusal.note(error).map(|()| None),
        }
    }

    /// Notes how a check under the anchor at `place` ended; whether it held.
    fn note<T>(
        &mut self,
        place: usize,
        checked: Result<Verified<T>, cose::Error>,
    ) -> Result<bool, Error> {
        match checked {
            Ok(verified) => {
                self.verified = Some(verified.try_map(|_| Ok::<_, Error>(()))?);
                self.signers = self.signers.with(place);
                Ok(true)
            }
            Err(error) => self.refusal.note(error).map(|()| false),
        }
    }
}

/// Checks a message under one key.
#[inline(never)]
fn holds<C: Hash + Verify>(
    message: &Sign1<'_>,
    key: &Key<'_>,
    expect: &Expect<'_>,
    crypto: &mut C,
) -> Result<Verified<()>, cose::Error> {
    message.check(key, *expect, crypto)?.run(crypto)?.try_map(|_| Ok(()))
}

/// What a token of a chain has to comply with.
struct Terms<'a> {
    algorithms: &'a [cose::Algorithm],
    clock: Option<Clock>,
    audience: Option<&'a str>,
}

/// Follows a chain from the anchor that signed its first token; the anchor's place, and the key that
/// the last token confirms.
fn follow<'b, C: Hash + Verify>(
    chain: DelegationChain<'b>,
    anchors: &TrustAnchors<'_>,
    terms: &Terms<'_>,
    crypto: &mut C,
) -> Result<(usize, Key<'b>), cose::Error> {
    let mut delegate: Option<(usize, Key<'b>)> = None;
    let mut offset = 0;
    for encoded in chain {
        offset = encoded.offset();
        let mut cursor = encoded.cursor();
        cwt::skip_tag(&mut cursor)?;
        let token = Sign1::parse_at(&mut cursor)?;
        cursor.finish()?;
        let (place, token) = match &delegate {
            Some((place, key)) => (*place, accept(&token, key, terms, crypto)?),
            None => by_anchor(&token, anchors, terms, crypto)?,
        };
        let claims = Claims::verified(&token)?;
        match terms.clock {
            Some(clock) => claims.check_validity(clock)?,
            None if claims.exp.is_some() || claims.nbf.is_some() => {
                return Err(encoded.error(Cbor::NotYetValid));
            }
            None => {}
        }
        if claims.aud.is_some() {
            claims.check_audience(terms.audience.ok_or(encoded.error(Cbor::Audience))?)?;
        }
        let key = claims.cnf.and_then(|cnf| cnf.key()).ok_or(encoded.error(Cbor::Missing))?;
        delegate = Some((place, key));
    }
    delegate.ok_or(cose::Error::new(Cbor::Missing, offset))
}

/// Checks a token under the key that has to have signed it.
fn accept<'b, C: Hash + Verify>(
    token: &Sign1<'b>,
    key: &Key<'_>,
    terms: &Terms<'_>,
    crypto: &mut C,
) -> Result<Verified<Sign1<'b>>, cose::Error> {
    token.check(key, Expect::any(terms.algorithms), crypto)?.run(crypto)
}

/// Checks a token under the anchors; the place of the one that signed it.
fn by_anchor<'b, C: Hash + Verify>(
    token: &Sign1<'b>,
    anchors: &TrustAnchors<'_>,
    terms: &Terms<'_>,
    crypto: &mut C,
) -> Result<(usize, Verified<Sign1<'b>>), cose::Error> {
    let mut refused = cose::Error::new(Cbor::KeyMismatch, 0);
    for (place, key) in anchors.candidates(token.headers().kid()) {
        match accept(token, key, terms, crypto) {
            Ok(token) => return Ok((place, token)),
            Err(error) if error.kind() == Cbor::Backend => return Err(error),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}
