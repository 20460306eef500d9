//! Feature `coset`: what is converted verifies on the other side, and says the same.

use coset::cbor::value::Value;
use coset::{
    CborSerializable, CoseEncrypt, CoseEncrypt0, CoseKey, CoseMac, CoseMac0, CoseSign, CoseSign1,
    HeaderBuilder, Label as CosetLabel, TaggedCborSerializable, iana,
};
use hexad_cose_core::coset::EncodedHeaders;
use hexad_cose_core::crypto::Verify;
use hexad_cose_core::{
    Algorithm, ContentKey, ContentType, Curve, Encrypt, Encrypt0, Expect, Key, Mac, Mac0,
    NewHeaders, NewRecipient, Secret, Sign, Sign1, Signed,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

type Tested = Result<(), Box<dyn std::error::Error>>;

fn signer() -> Result<SigningKey, Box<dyn std::error::Error>> {
    Ok(SigningKey::from_bytes(Curve::P256, &[7; 32])?)
}

/// coset hashes the protected bucket as it was received, so its signature holds after the conversion.
#[test]
fn a_converted_sign1_verifies_in_coset() -> Tested {
    let key = signer()?;
    let mut buffer = [0; 256];
    let message = Sign1::builder(Algorithm::ESP256)
        .kid(b"11")
        .content_type(ContentType::Format(60))
        .external_aad(b"aad")
        .payload(b"hello", &mut buffer)?
        .sign(&key, &mut RustCrypto)?;
    let converted = CoseSign1::try_from(&Sign1::parse(message)?)?;
    assert_eq!(converted, CoseSign1::from_tagged_slice(message)?);
    assert_eq!(converted.clone().to_tagged_vec()?, message);
    converted.verify_signature(b"aad", |signature, signed| {
        let signed = Signed::new(
            Algorithm::ESP256,
            hexad_cose_core::Segments::plain(signed),
            &mut RustCrypto,
        )?;
        RustCrypto.verify(Algorithm::ESP256, &key.public(), &signed, signature)
    })?;
    Ok(())
}

#[test]
fn every_kind_is_what_coset_reads() -> Tested {
    let (key, mut buffer) = (signer()?, [0; 512]);
    let mut signing =
        Sign::builder(NewHeaders::default()).payload(b"a", &mut buffer)?.signers(2)?;
    signing.sign(NewHeaders::new(Algorithm::ESP256).kid(b"1"), &key, &mut RustCrypto)?;
    signing.sign(Algorithm::ES256, &key, &mut RustCrypto)?;
    let message = signing.finish()?;
    let converted = CoseSign::try_from(&Sign::parse(message)?)?;
    assert_eq!(converted, CoseSign::from_tagged_slice(message)?);
    assert_eq!(converted.signatures.len(), 2);

    let secret = Secret::new(&[1; 32][..], Algorithm::HMAC_256);
    let draft = Mac0::builder(Algorithm::HMAC_256).detached(b"elsewhere", &mut buffer)?;
    let message = draft.mac(&secret, &mut RustCrypto)?;
    let converted = CoseMac0::try_from(&Mac0::parse(message)?)?;
    assert_eq!(converted, CoseMac0::from_tagged_slice(message)?);
    assert_eq!(converted.payload, None);

    let content = ContentKey::new(&[1; 32], Algorithm::HMAC_256)?;
    let kek = Secret::new(&[2; 16][..], Algorithm::A128KW);
    let wrapped = NewRecipient::wrapped(Algorithm::A128KW.into(), &kek, &content, &mut RustCrypto)?;
    let inner = [wrapped.clone()];
    let outer = wrapped.nested(&inner);
    let draft = Mac::builder(Algorithm::HMAC_256).payload(b"a", &mut buffer)?;
    let message = draft.mac(&content.secret(), &[outer], &mut RustCrypto)?;
    let converted = CoseMac::try_from(&Mac::parse(message)?)?;
    assert_eq!(converted, CoseMac::from_tagged_slice(message)?);
    assert_eq!(converted.recipients[0].recipients[0].ciphertext.as_ref().map(Vec::len), Some(40));

    let headers = NewHeaders::new(Algorithm::A128GCM).iv(&[3; 12]);
    let secret = Secret::new(&[4; 16][..], Algorithm::A128GCM);
    let message = Encrypt0::builder(headers).seal(b"a", &secret, &mut buffer, &mut RustCrypto)?;
    let converted = CoseEncrypt0::try_from(&Encrypt0::parse(message)?)?;
    assert_eq!(converted, CoseEncrypt0::from_tagged_slice(message)?);
    assert_eq!(converted.unprotected.iv, [3; 12]);

    let direct = [NewRecipient::direct(NewHeaders::default().kid(b"us"))];
    let message =
        Encrypt::builder(headers).seal(b"a", &secret, &direct, &mut buffer, &mut RustCrypto)?;
    let converted = CoseEncrypt::try_from(&Encrypt::parse(message)?)?;
    assert_eq!(converted, CoseEncrypt::from_tagged_slice(message)?);
    assert_eq!(converted.recipients[0].unprotected.key_id, b"us");
    Ok(())
}

/// `key_ops` and parameters without a name here are kept, too.
#[test]
fn keys_keep_their_restrictions() -> Tested {
    let value = coset::CoseKeyBuilder::new_symmetric_key(vec![5; 16])
        .algorithm(iana::Algorithm::A128GCM)
        .key_id(b"kid".to_vec())
        .add_key_op(iana::KeyOperation::Decrypt)
        .param(-70_000, Value::Bool(true))
        .build();
    let encoded = value.clone().to_vec()?;
    let key = Key::parse(&encoded)?;
    assert_eq!(key.symmetric(), Some(&[5; 16][..]));
    assert_eq!(CoseKey::try_from(&key)?, value);

    let signer = signer()?;
    let public = CoseKey::try_from(&Key::from_public(signer.public()).with_kid(b"11"))?;
    assert_eq!((public.kty, public.key_id), (iana::KeyType::EC2.into(), b"11".to_vec()));
    let of_curve = (CosetLabel::Int(-1), Value::from(1));
    assert!(public.params.contains(&of_curve));
    let secret = Key::from_symmetric(&[6; 32], Algorithm::HMAC_256);
    let secret = CoseKey::try_from(&secret)?;
    assert!(secret.params.contains(&(CosetLabel::Int(-1), Value::Bytes(vec![6; 32]))));
    Ok(())
}

/// A message that is made from coset's headers carries them where they stood.
#[test]
fn headers_of_coset_make_a_message() -> Tested {
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::A128GCM)
        .content_type("application/cbor".to_owned())
        .add_critical(iana::HeaderParameter::ContentType)
        .text_value("own".to_owned(), Value::from(1))
        .build();
    let unprotected = HeaderBuilder::new()
        .key_id(b"kid".to_vec())
        .iv(vec![9; 12])
        .value(-65_537, Value::Null)
        .build();
    let headers = EncodedHeaders::new(&protected, &unprotected)?;
    let key = Secret::new(&[7; 16][..], Algorithm::A128GCM);
    let mut buffer = [0; 256];
    let message = headers.with(|headers| {
        Encrypt0::builder(headers).seal(b"hello", &key, &mut buffer, &mut RustCrypto)
    })??;
    let read = CoseEncrypt0::from_tagged_slice(message)?;
    assert_eq!((&read.protected.header, &read.unprotected), (&protected, &unprotected));
    let mut plaintext = [0; 64];
    let opened = Encrypt0::parse(message)?.decrypt(
        &key,
        Expect::alg(Algorithm::A128GCM),
        &mut plaintext,
        &mut RustCrypto,
    )?;
    assert_eq!(*opened.get(), b"hello");
    Ok(())
}

/// RFC 9459 has the algorithm in the unprotected bucket; a label that stands in both is refused.
#[test]
fn an_unprotected_algorithm_stays_there() -> Tested {
    let empty = HeaderBuilder::new().build();
    let unprotected = HeaderBuilder::new().algorithm(iana::Algorithm::HMAC_256_256).build();
    let secret = Secret::new(&[1; 32][..], Algorithm::HMAC_256);
    let mut buffer = [0; 128];
    let mut make = |protected, unprotected| {
        EncodedHeaders::new(protected, unprotected)?
            .with(|headers| {
                let draft = Mac0::builder(headers).payload(b"a", &mut buffer)?;
                draft.mac(&secret, &mut RustCrypto).map(<[u8]>::to_vec)
            })?
            .map_err(Box::<dyn std::error::Error>::from)
    };
    let message = make(&empty, &unprotected)?;
    let read = CoseMac0::from_tagged_slice(&message)?;
    assert_eq!(
        (read.protected.header, &read.unprotected),
        (HeaderBuilder::new().build(), &unprotected)
    );
    assert!(make(&unprotected, &unprotected).is_err());
    Ok(())
}
