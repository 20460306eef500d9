//! A device whose key nobody has enrolled: a chain of certificates vouches for it.

use hexad_cose_core::x509::{Certificate, ErrorKind, Issuer, Template};
use hexad_cose_core::{Algorithm, Label, Parameter};
use hexad_eat::Token;
use hexad_eat::ear::Tier;
use hexad_eat::profile::AnyClaims;
use hexad_operator::appraisal::{Enrolment, Policy, Refusal};
use hexad_operator::endorsement::{Chain, EndorsementError};
use hexad_operator::evidence::Evidence;
use hexad_operator::reference::References;
use hexad_rustcrypto::RustCrypto;

use crate::device::{NONCE, NOW, enrolment, key, release, tag, token, token_with};

/// A certificate of the holder of the key of `secret`, by `issuer` with the key of `by`.
fn certificate(name: &str, secret: u8, issuer: Option<&[u8]>, by: u8, authority: bool) -> Vec<u8> {
    let (subject, signer) = (key(secret), key(by));
    let template = Template {
        common_name: name,
        key: subject.public(),
        serial_number: &[secret],
        not_before: NOW - 1000,
        not_after: NOW + 1000,
        authority,
    };
    let issued = match issuer {
        None => template.issue(Issuer::Itself, &signer, &mut RustCrypto),
        Some(der) => {
            let issuer = Certificate::parse(der).unwrap();
            template.issue(Issuer::Certificate(&issuer), &signer, &mut RustCrypto)
        }
    };
    issued.unwrap()
}

/// A token of the device with these certificates.
fn token_of(chain: &[&[u8]]) -> Vec<u8> {
    let mut value = Vec::new();
    if chain.len() > 1 {
        value.push(0x80 | u8::try_from(chain.len()).unwrap());
    }
    for der in chain {
        let [high, low] = u16::try_from(der.len()).unwrap().to_be_bytes();
        value.extend([0x59, high, low]);
        value.extend(*der);
    }
    let headers = [Parameter::new(Label::Integer(33), &value)];
    token_with(&tag(2, 2, false), &headers, |claims, sign| sign(claims))
}

/// What comes of a token whose chain has to lead to `anchor`.
fn appraise(
    token: &[u8],
    anchor: &[u8],
    now: i64,
) -> Result<Result<Tier, Refusal>, EndorsementError> {
    let token = Token::parse(token).unwrap();
    let chain = Chain::of(token.headers())?;
    let anchors = [Certificate::parse(anchor).unwrap()];
    let endorsed = chain.validate(&anchors, now, &mut RustCrypto)?;
    let profile = AnyClaims { algorithms: &[Algorithm::ESP256] };
    let check = token.check(endorsed.key(), &profile, &mut RustCrypto).unwrap();
    let evidence = Evidence::from_claims(&check.run(&mut RustCrypto).unwrap()).unwrap();
    let device = Enrolment { endorsement: Some(endorsed.endorsement()), ..enrolment() };
    let policy = Policy::from_toml("id = 'p'\nendorsed = true").unwrap();
    let references = References::new(vec![release(2)]);
    let appraised = policy.appraise(&evidence, &device, &references, Some(NONCE), now);
    Ok(appraised.map(|appraisal| {
        let text = appraisal.explain();
        assert!(text.contains("x5chain      matches  CN="), "{text}");
        appraisal.tier()
    }))
}

/// The chain leads to the anchor: the key is that of its first certificate, with or without one between. A
/// subject that is the UEID in hexadecimal binds the key to that device.
#[test]
fn a_chain_to_the_anchor_endorses_the_key() {
    let anchor = certificate("maker", 9, None, 9, true);
    let named = certificate(&"01".repeat(17), 1, Some(&anchor), 9, false);
    assert_eq!(appraise(&token_of(&[&named]), &anchor, NOW), Ok(Ok(Tier::Affirming)));
    assert_eq!(appraise(&token_of(&[&named, &anchor]), &anchor, NOW), Ok(Ok(Tier::Affirming)));
    let genuine = certificate("a lamp", 1, Some(&anchor), 9, false);
    assert_eq!(appraise(&token_of(&[&genuine]), &anchor, NOW), Ok(Ok(Tier::Affirming)));
    let other = certificate(&"02".repeat(17), 1, Some(&anchor), 9, false);
    assert_eq!(appraise(&token_of(&[&other]), &anchor, NOW), Ok(Err(Refusal::Ueid)));
}

/// Another maker's anchor, a certificate that the anchor's key did not sign, the wrong time, no chain at all: no
/// key.
#[test]
fn other_chains_endorse_nothing() {
    let anchor = certificate("maker", 9, None, 9, true);
    let leaf = certificate("lamp", 1, Some(&anchor), 9, false);
    let kind = |token: &[u8], anchor: &[u8], now| match appraise(token, anchor, now) {
        Err(EndorsementError::X509(error)) => error.kind(),
        other => panic!("{other:?}"),
    };
    let token_of_leaf = token_of(&[&leaf]);
    let stranger = certificate("stranger", 8, None, 8, true);
    assert_eq!(kind(&token_of_leaf, &stranger, NOW), ErrorKind::NoAnchor);
    let pretender = certificate("maker", 8, None, 8, true);
    assert_eq!(kind(&token_of_leaf, &pretender, NOW), ErrorKind::Signature);
    assert_eq!(kind(&token_of_leaf, &anchor, NOW + 1001), ErrorKind::Expired);
    assert_eq!(kind(&token_of_leaf, &anchor, NOW - 1001), ErrorKind::NotYetValid);
    let own = certificate("lamp", 1, None, 1, false);
    assert_eq!(kind(&token_of(&[&own]), &anchor, NOW), ErrorKind::NoAnchor);
    assert_eq!(appraise(&token(2, 2), &anchor, NOW), Err(EndorsementError::NoChain));
    let many = vec![&leaf[..]; 12];
    assert_eq!(appraise(&token_of(&many), &anchor, NOW), Err(EndorsementError::TooLong));
}

/// A genuine chain around a token that another key signed: the claims do not verify.
#[test]
fn the_key_is_that_of_the_chain() {
    let anchor = certificate("maker", 9, None, 9, true);
    let other = certificate("lamp", 3, Some(&anchor), 9, false);
    let bytes = token_of(&[&other]);
    let token = Token::parse(&bytes).unwrap();
    let chain = Chain::of(token.headers()).unwrap();
    let anchors = [Certificate::parse(&anchor).unwrap()];
    let endorsed = chain.validate(&anchors, NOW, &mut RustCrypto).unwrap();
    let profile = AnyClaims { algorithms: &[Algorithm::ESP256] };
    let check = token.check(endorsed.key(), &profile, &mut RustCrypto).unwrap();
    assert!(check.run(&mut RustCrypto).is_err());
}
