//! Signed tags (RFC 9393, section 7) with a real signature.

use hexad_cose_core::{
    Algorithm, ContentType, Curve, ErrorKind as Cose, Expect, Key, NewHeaders, Sign, Sign1,
};
use hexad_coswid::{
    CBOR_TAG, ConciseSwidTag, CosignedTag, Entity, ErrorKind, MEDIA_TYPE, Role, SignedTag, TagId,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

/// A signed tag named `name`, by the key of `seed`, with this content type.
fn signed(name: &str, seed: u8, content_type: Option<ContentType<'static>>) -> Vec<u8> {
    let key = SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap();
    let makers = [Entity::new("m", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        software_version: Some("1"),
        ..ConciseSwidTag::new(TagId::Text("t"), name, &makers)
    };
    let (mut inner, mut outer) = ([0; 128], [0; 256]);
    let payload = tag.encode(&mut inner).unwrap();
    let mut message = Sign1::builder(Algorithm::ESP256).within_tag(CBOR_TAG);
    if let Some(content_type) = content_type {
        message = message.content_type(content_type);
    }
    message.payload(payload, &mut outer).unwrap().sign(&key, &mut RustCrypto).unwrap().to_vec()
}

/// What verifying `bytes` under the key of `seed` comes to: the software's name.
fn verify(bytes: &[u8], seed: u8) -> Result<String, ErrorKind> {
    let key = SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let read = || {
        let check = SignedTag::parse(bytes)?.check(
            &anchor,
            Expect::alg(Algorithm::ESP256),
            &mut RustCrypto,
        )?;
        SignedTag::tag(check.run(&mut RustCrypto)?)
    };
    read().map(|tag| tag.software_name.to_owned()).map_err(|error| error.kind())
}

/// With the CoSWID tag before the COSE tag, with the COSE tag alone, or with none.
#[test]
fn a_signed_tag_is_verified_then_read() {
    let bytes = signed("app", 1, Some(ContentType::Text(MEDIA_TYPE)));
    assert_eq!(bytes[..6], [0xda, b'S', b'W', b'I', b'D', 0xd2]);
    for form in [&bytes[..], &bytes[5..], &bytes[6..]] {
        assert_eq!(verify(form, 1), Ok("app".to_owned()));
    }
}

#[test]
fn another_key_or_a_changed_byte_is_refused() {
    let bytes = signed("app", 1, Some(ContentType::Text(MEDIA_TYPE)));
    assert_eq!(verify(&bytes, 2), Err(ErrorKind::Cbor(Cose::VerificationFailed)));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(verify(&changed, 1).is_err(), "byte {at}");
        assert!(verify(&bytes[..at], 1).is_err(), "{at} bytes");
    }
}

/// The content type "MUST be used in the protected header".
#[test]
fn the_content_type_is_demanded() {
    for content_type in
        [None, Some(ContentType::Text("text/plain")), Some(ContentType::Format(258))]
    {
        assert_eq!(verify(&signed("app", 1, content_type), 1), Err(ErrorKind::ContentType));
    }
}

/// Two signers (`COSE_Sign`): either's signature proves the tag, a third's key proves nothing, and what is
/// altered is nobody's.
#[test]
fn several_signers() {
    let keys = [3, 4].map(|seed| SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap());
    let makers = [Entity::new("m", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        software_version: Some("1"),
        ..ConciseSwidTag::new(TagId::Text("t"), "app", &makers)
    };
    let (mut inner, mut outer) = ([0; 128], [0; 512]);
    let payload = tag.encode(&mut inner).unwrap();
    let sign = |content_type, outer: &mut [u8]| {
        let builder = Sign::builder(NewHeaders::default()).content_type(content_type);
        let mut signing = builder.payload(payload, outer).unwrap().signers(2).unwrap();
        for key in &keys {
            signing.sign(Algorithm::ESP256, key, &mut RustCrypto).unwrap();
        }
        signing.finish().unwrap().to_vec()
    };
    let verify = |bytes: &[u8], signer: usize, seed: u8| {
        let key = SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap();
        let anchor = Key::from_public(key.public());
        let signed = CosignedTag::parse(bytes).map_err(|error| error.kind())?;
        let signature = signed.message().signatures().nth(signer).unwrap();
        let expect = Expect::alg(Algorithm::ESP256);
        let check = signed.message().check(&signature, &anchor, expect, &mut RustCrypto);
        let message = check.and_then(|check| check.run(&mut RustCrypto));
        let tag = message.map_err(Into::into).and_then(CosignedTag::tag);
        tag.map(|tag| tag.software_name.to_owned()).map_err(|error| error.kind())
    };
    let mut bytes = sign(ContentType::Text(MEDIA_TYPE), &mut outer);
    assert_eq!(verify(&bytes, 0, 3), Ok("app".to_owned()));
    assert_eq!(verify(&bytes, 1, 4), Ok("app".to_owned()));
    assert_eq!(verify(&bytes, 0, 4), Err(ErrorKind::Cbor(Cose::VerificationFailed)));
    assert_eq!(verify(&bytes, 1, 5), Err(ErrorKind::Cbor(Cose::VerificationFailed)));
    let at = bytes.windows(3).rposition(|three| three == b"app").unwrap();
    bytes[at] = b'b';
    assert_eq!(verify(&bytes, 0, 3), Err(ErrorKind::Cbor(Cose::VerificationFailed)));
    let other = sign(ContentType::Text("application/cbor"), &mut outer);
    assert_eq!(verify(&other, 0, 3), Err(ErrorKind::ContentType));
}
