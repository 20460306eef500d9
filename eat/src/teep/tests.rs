use hexad_cose_core::{Curve, Key, NewHeaders};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use super::*;
use crate::{Body, Confirmation, Formatted, Nonce, OemId, Token, Ueid, Version};

/// The claims that the draft prints as an example. There they stand under the label of `measurements`; its
/// comment and the profile say `manifests`.
fn example<'a>(nonces: &'a [Nonce<'a>], manifests: &'a [Formatted<'a>]) -> Claims<'a> {
    const KID: &[u8] =
        b"\xa1\x03\x58\x20\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23\
        \xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad";
    const UEID: &[u8] = b"\x01\x98\xf5\x0a\x4f\xf6\xc0\x58\x61\xc8\x86\x0d\x13\xa6\x38\xea";
    const MODEL: &[u8] = b"\x54\x9d\xce\xcc\x8b\x98\x7c\x73\x7b\x44\xe4\x0f\x7c\x63\x5c\xe8";
    Claims {
        cnf: Some(Confirmation::parse(KID).unwrap()),
        eat_nonce: nonces.into(),
        ueid: Some(Ueid::new(UEID).unwrap()),
        oemid: Some(OemId::Ieee([0x89, 0x48, 0x23])),
        hwmodel: Some(MODEL),
        hwversion: Some(Version { version: "1.3.4", scheme: Some(1.into()) }),
        manifests: manifests.into(),
        ..Claims::default()
    }
}

/// A `SUIT_Reference`: a map, in no byte string.
const REFERENCE: &[u8] =
    b"\xa2\x00\x82\x2f\x58\x20\xa7\xfd\x65\x93\xea\xc3\x2e\xb4\xbe\x57\x82\x78\xe6\x54\
    \x0c\x5c\x09\xcf\xd7\xd4\xd2\x34\x97\x30\x54\x83\x3b\x2b\x93\x03\x06\x09\x01\x78\x21\
    https://example.com/manifest.cbor";

fn read(claims: Claims<'_>, kid: &[u8]) -> Option<ErrorKind> {
    let key = SigningKey::from_bytes(Curve::P256, &[3; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let mut buffer = [0; 512];
    let headers = NewHeaders::new(Algorithm::ESP256).kid(kid);
    let token = Token::builder(headers, &mut buffer).claims(claims);
    let token = token.without_cwt_tag().sign(&key, &mut RustCrypto).unwrap();
    let check = Token::parse(token).unwrap().check(&anchor, &Results::DRAFT, &mut RustCrypto);
    check.unwrap().run(&mut RustCrypto).err().map(Error::kind)
}

/// The profile's claims requirements, key identification and freshness, by its own example.
#[test]
fn requirements() {
    let nonces = [
        Nonce::new(b"\x94\x8f\x88\x60\xd1\x3a\x46\x3e\x8e").unwrap(),
        Nonce::new(b"another nonce").unwrap(),
    ];
    let manifests = [Formatted { content_type: 60, body: Body::Item(REFERENCE) }];
    let example = example(&nonces[..1], &manifests);
    let kid = &[7; 32];
    assert_eq!(read(example, kid), None);
    assert_eq!(read(Claims { eat_nonce: [][..].into(), ..example }, kid), None);
    let several = Claims { eat_nonce: (&nonces).into(), ..example };
    assert_eq!(read(several, kid), Some(ErrorKind::Claim(labels::EAT_NONCE)));

    let missing = |label| Some(ErrorKind::Missing(label));
    assert_eq!(read(Claims { cnf: None, ..example }, kid), missing(labels::CNF));
    assert_eq!(read(Claims { ueid: None, ..example }, kid), missing(labels::UEID));
    assert_eq!(read(Claims { hwversion: None, ..example }, kid), missing(labels::HWVERSION));
    let bare = Claims { manifests: [][..].into(), ..example };
    assert_eq!(read(bare, kid), missing(labels::MANIFESTS));

    assert_eq!(read(example, b"11"), Some(ErrorKind::KeyIdentification));
    let own = ProfileId::Uri(Results::DRAFT.profile);
    assert_eq!(read(Claims { eat_profile: Some(own), ..example }, kid), None);
    let other = Claims { eat_profile: Some(ProfileId::Uri("urn:other")), ..example };
    assert_eq!(read(other, kid), Some(ErrorKind::Profile));
}
