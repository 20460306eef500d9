//! Walking over COSE messages: all that an accepted one shows, and what a changed one must not.

use std::ops::Range;

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::{
    Algorithm, ContentKey, Countersigned, Curve, Encrypt, Error, Expect, Headers, Key, Label, Mac,
    NewHeaders, NewRecipient, Recipient, RecipientKey, Recipients, Secret,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto, SigningKey};

use crate::{Counting, PRIVATE};

/// The key under which the seeds and targets wrap content keys.
pub const KEK: Secret<'_> = Secret::new(&[5; 16], Algorithm::A128KW);

/// The recipients that targets accept.
pub const RECIPIENTS: [Algorithm; 5] = [
    Algorithm::A128KW,
    Algorithm::DIRECT,
    Algorithm::DIRECT_HKDF_SHA_256,
    Algorithm::ECDH_ES_HKDF_256,
    Algorithm::ECDH_ES_A128KW,
];

/// The private key of a recipient.
///
/// # Panics
/// Never: it is a valid key.
#[must_use]
pub fn agreement_key() -> AgreementKey {
    AgreementKey::from_bytes(Curve::X25519, &PRIVATE).expect("a valid key")
}

/// A content key for `algorithm`, and two recipients who come by it.
///
/// # Errors
/// When the backend fails.
pub fn recipients(algorithm: Algorithm) -> Result<(ContentKey, [NewRecipient<'static>; 2]), Error> {
    let (random, crypto) = (&mut Counting::default(), &mut RustCrypto);
    let key = ContentKey::generate(algorithm, random)?;
    let wrapped = NewHeaders::new(Algorithm::A128KW).kid(b"shared");
    let wrapped = NewRecipient::wrapped(wrapped, &KEK, &key, crypto)?;
    let agreed = NewHeaders::new(Algorithm::ECDH_ES_A128KW).kid(b"private");
    let own = agreement_key();
    let peer = own.public().as_public();
    let agreed = NewRecipient::agreed_and_wrapped(agreed, &peer, &key, None, random, crypto)?;
    Ok((key, [wrapped, agreed]))
}

/// What every recipient, nested ones too, makes of the keys of these targets, for content with
/// `above`; the content keys that come of it.
pub fn content_keys(recipients: Recipients<'_>, above: Algorithm) -> Vec<ContentKey> {
    let expect = Expect::alg(above).recipients(&RECIPIENTS);
    let own = agreement_key();
    let mut keys = Vec::new();
    for recipient in recipients {
        for key in [RecipientKey::Shared(KEK), RecipientKey::Private(&own)] {
            keys.extend(recipient.content_key(above, &key, &expect, &mut RustCrypto));
        }
        // Of a nested one the key is for this one.
        let layer = recipient.headers().algorithm().unwrap_or(above);
        for key in content_keys(recipient.recipients(), layer) {
            keys.extend(recipient.unwrap(above, &key.secret(), &expect, &mut RustCrypto));
        }
    }
    keys
}

/// Shows all that `headers`, which stand in `data`, have to show.
///
/// # Panics
/// When they show what is not there.
pub fn walk_headers<'b>(data: &'b [u8], headers: &Headers<'b>, target: &impl Countersigned<'b>) {
    for raw in [headers.protected(), headers.unprotected()] {
        assert_eq!(data.get(range(raw)), Some(raw.bytes()), "a view of the input");
    }
    for label in -30..40 {
        let label = Label::Integer(label);
        let (protected, unprotected) =
            (headers.get_protected(label), headers.get_unprotected(label));
        assert!(protected.is_none() || unprotected.is_none(), "{label:?} in both buckets");
        let value = headers.get(label);
        assert_eq!(value.is_some(), protected.is_some() || unprotected.is_some());
        if let Some(value) = value {
            assert_eq!(data.get(range(value)), Some(value.bytes()), "a view of the input");
            assert!(hexad_cose_core::cbor::check_well_formed(value.bytes()).is_ok());
        }
    }
    let there = |label: i64| headers.get(Label::Integer(label)).is_some();
    assert_eq!(headers.kid().is_some(), there(4));
    assert_eq!(headers.content_type().is_some(), there(3));
    assert_eq!(headers.iv().is_some(), there(5));
    assert_eq!(headers.partial_iv().is_some(), there(6));
    assert!(headers.iv().is_none() || headers.partial_iv().is_none(), "two vectors");
    assert!(headers.algorithm().is_none() || there(1));
    let _ = (headers.typ(), headers.x5u(), headers.x5u_sender(), headers.x5t_sender());
    for chain in [headers.x5chain(), headers.x5bag(), headers.x5chain_sender()] {
        if let Ok(Some(chain)) = chain {
            assert_ne!(chain.iter().count(), 0, "nobody's chain");
        }
    }
    if let Ok(Some(hash)) = headers.x5t() {
        let _ = hash.matches(data, &mut RustCrypto);
    }
    if let Ok(Some(claims)) = headers.cwt_claims() {
        assert!(claims.others.iter().count() < data.len());
    }
    walk_countersignatures(headers, target);
}

fn walk_countersignatures<'b>(headers: &Headers<'b>, target: &impl Countersigned<'b>) {
    let signer = SigningKey::from_bytes(Curve::Ed25519, &PRIVATE).expect("a valid key");
    let key = Key::from_public(signer.public());
    let expect = Expect::alg(Algorithm::ED25519);
    let crypto = &mut RustCrypto;
    for one in headers.countersignatures().into_iter().flatten() {
        let check = one.check(target, &key, expect, crypto);
        if check.and_then(|check| check.run(crypto)).is_ok() {
            assert_eq!(one.headers().algorithm(), Some(Algorithm::ED25519));
        }
        // One on the countersignature itself.
        for other in one.headers().countersignatures().into_iter().flatten() {
            let _ =
                other.check(one.signature(), &key, expect, crypto).map(|check| check.run(crypto));
        }
    }
    for one in headers.countersignatures0().into_iter().flatten() {
        let _ = one.check(target, &key, expect, crypto).map(|check| check.run(crypto));
    }
}

/// Walks over recipients and what is nested in them; how many they are.
///
/// # Panics
/// As [`walk_headers`], and when they are nested deeper than is allowed.
pub fn walk_recipients<'b>(data: &'b [u8], recipients: Recipients<'b>, depth: usize) -> usize {
    let mut count = 0;
    for recipient in recipients {
        assert!(depth < Recipients::MAX_NESTED, "too deep");
        walk_headers(data, recipient.headers(), &recipient);
        count += 1 + walk_recipients(data, recipient.recipients(), depth + 1);
    }
    count
}

/// Where the unprotected buckets of a message and of its parts stand: what is there is not protected.
pub fn unprotected<'b>(headers: impl IntoIterator<Item = Headers<'b>>) -> Vec<Range<usize>> {
    headers.into_iter().map(|headers| range(headers.unprotected())).collect()
}

/// The headers of a recipient and of all that are nested in it.
pub fn headers_of<'b>(recipients: impl Iterator<Item = Recipient<'b>>) -> Vec<Headers<'b>> {
    recipients
        .flat_map(|recipient| {
            let nested = headers_of(recipient.recipients());
            [vec![*recipient.headers()], nested].concat()
        })
        .collect()
}

/// The headers of a message with recipients.
pub fn headers_of_mac<'b>(message: &Mac<'b>) -> Vec<Headers<'b>> {
    [vec![*message.headers()], headers_of(message.recipients())].concat()
}

/// The same.
pub fn headers_of_encrypt<'b>(message: &Encrypt<'b>) -> Vec<Headers<'b>> {
    [vec![*message.headers()], headers_of(message.recipients())].concat()
}

/// `message` with one bit changed, where and which the input says; `None` when that is `free`.
#[must_use]
pub fn changed(
    message: &[u8],
    [high, low, bit]: [u8; 3],
    free: &[Range<usize>],
) -> Option<Vec<u8>> {
    let at = usize::from(u16::from_be_bytes([high, low])) % message.len();
    if free.iter().any(|range| range.contains(&at)) {
        return None;
    }
    let mut changed = message.to_vec();
    changed[at] ^= 1 << (bit % 8);
    Some(changed)
}

/// What has to fail with any one bit changed: `opens` with each byte of `raw`, which stands in
/// `data`, changed.
///
/// # Panics
/// When it does not fail.
pub fn no_changed_bit_opens(data: &[u8], raw: Raw<'_>, mut opens: impl FnMut(&[u8]) -> bool) {
    for at in range(raw).take(64) {
        let mut changed = data.to_vec();
        changed[at] ^= 1 << (at % 8);
        assert!(!opens(&changed), "with byte {at} changed");
    }
}

fn range(raw: Raw<'_>) -> Range<usize> {
    raw.offset()..raw.offset() + raw.bytes().len()
}
