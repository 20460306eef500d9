//! CoRIM with the crate `corim-rs`, version 0.2, whose signatures are OpenSSL's.
//!
//! What it can't do: it wants a `kid` in what it signs, and a `corim-meta` in what it reads, also where the draft takes
//! CWT claims in its place; and it writes URIs without their tag, which we take.

use corim_rs::{
    ClassMapBuilder, ConciseMidTagBuilder, ConciseTagTypeChoice, ConciseTlTagBuilder,
    CorimIdTypeChoice, CorimMapBuilder, CorimMetaMap, CorimSignerMap, CoseAlgorithm,
    EnvironmentMapBuilder, HashAlgorithm, MeasuredElementTypeChoice, MeasurementMap,
    MeasurementValuesMapBuilder, OpensslSigner, ReferenceTripleRecord, SignedCorimBuilder,
    TagIdTypeChoice, TagIdentityMap, TaggedSignedCorim, TriplesMapBuilder, ValidityMap,
};
use hexad_corim::{
    Class, Comid, ConciseTag, Corim, Cotl, Digest, Environment, Id, MEDIA_TYPE, Measurement,
    MeasurementKey, MeasurementTriple, MeasurementValues, Meta, SignedCorim, TagIdentity, Triples,
    Validity,
};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, ContentType, Expect, Key, NewHeaders, Parameter, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use crate::{key, pem};

const DIGEST: [u8; 32] = [0x5a; 32];

/// The manifest that both sides make: reference values of a lamp's file, and the list that activates them.
fn with_manifest<T>(read: impl FnOnce(&Corim<'_>) -> T) -> T {
    let digests = [Digest::sha_256(&DIGEST)];
    let mut values = MeasurementValues::default();
    values.digests = (&digests).into();
    let measurement =
        Measurement { mkey: Some(MeasurementKey::Text("lamp.bin")), ..Measurement::new(values) };
    let measurements = [measurement];
    let class = Class { vendor: Some("Example Ltd"), model: Some("lamp"), ..Class::default() };
    let environment = Environment::of_class(class);
    let references = [MeasurementTriple { environment, measurements: (&measurements).into() }];
    let mut triples = Triples::default();
    triples.reference = (&references).into();
    let listed = [TagIdentity { tag_id: Id::Text("lamp-1"), tag_version: None }];
    let tags = [
        ConciseTag::Comid(Comid::new(Id::Text("lamp-1"), triples)),
        ConciseTag::Cotl(Cotl {
            tag_identity: TagIdentity { tag_id: Id::Text("list"), tag_version: None },
            tags_list: (&listed).into(),
            tl_validity: Validity { not_before: None, not_after: 4_102_444_800 },
        }),
    ];
    read(&Corim::new(Id::Text("rim"), &tags))
}

/// The same, as they have it.
fn theirs() -> corim_rs::CorimMap<'static> {
    let identity = |id: &'static str| TagIdentityMap {
        tag_id: TagIdTypeChoice::Tstr(id.into()),
        tag_version: None,
    };
    let class = ClassMapBuilder::default().vendor("Example Ltd".into()).model("lamp".into());
    let environment = EnvironmentMapBuilder::default().class(class.build().unwrap());
    let digest = corim_rs::Digest { alg: HashAlgorithm::Sha256, val: DIGEST.to_vec().into() };
    let values = MeasurementValuesMapBuilder::default().digest(vec![digest]);
    let measurement = MeasurementMap {
        mkey: Some(MeasuredElementTypeChoice::Tstr("lamp.bin".into())),
        mval: values.build().unwrap(),
        authorized_by: None,
    };
    let reference = ReferenceTripleRecord {
        ref_env: environment.build().unwrap(),
        ref_claims: vec![measurement],
    };
    let triples = TriplesMapBuilder::default().reference_triples(vec![reference]);
    let comid = ConciseMidTagBuilder::default()
        .tag_identity(identity("lamp-1"))
        .triples(triples.build().unwrap());
    let list = ConciseTlTagBuilder::default()
        .tag_identity(identity("list"))
        .tags_list(vec![identity("lamp-1")])
        .tl_validity(ValidityMap { not_before: None, not_after: 4_102_444_800.into() });
    let corim = CorimMapBuilder::default()
        .id(CorimIdTypeChoice::Tstr("rim".into()))
        .add_tag(ConciseTagTypeChoice::Mid(comid.build().unwrap().into()))
        .add_tag(ConciseTagTypeChoice::Tl(list.build().unwrap().into()));
    corim.build().unwrap()
}

/// The manifest in a message of theirs or ours, if the holder of `key` signed it.
fn read(bytes: &[u8], key: &SigningKey, check: impl Fn(&Corim<'_>)) -> Result<(), String> {
    let anchor = Key::from_public(key.public());
    let expect = Expect::any(&[Algorithm::ESP256, Algorithm::ES256]);
    let signed =
        SignedCorim::parse(bytes).and_then(|it| it.check(&anchor, expect, &mut RustCrypto));
    let message = signed.and_then(|check| Ok(check.run(&mut RustCrypto)?));
    let corim = message.and_then(SignedCorim::corim).map_err(|error| error.to_string())?;
    check(&corim);
    Ok(())
}

/// Theirs is verified and read, and is what we would have made; changed or under another key it is refused.
#[test]
fn their_manifest_is_read() {
    let (own, other) = (key(1), key(2));
    let meta = CorimMetaMap {
        signer: CorimSignerMap {
            signer_name: "Example Ltd".into(),
            signer_uri: Some("https://example.com".into()),
            extensions: None,
        },
        signature_validity: None,
        extensions: None,
    };
    let signer = OpensslSigner::private_key_from_pem(pem(&own).0.as_bytes()).unwrap();
    let signed: corim_rs::Corim<'_> = SignedCorimBuilder::default()
        .alg(CoseAlgorithm::ES256)
        .kid(b"1".to_vec())
        .meta(meta)
        .corim_map(theirs())
        .build_and_sign(signer)
        .unwrap()
        .into();
    let mut bytes = signed.to_cbor().unwrap();
    with_manifest(|expected| read(&bytes, &own, |corim| assert_eq!(corim, expected))).unwrap();
    assert!(read(&bytes, &other, |_| ()).is_err());
    let meta = *SignedCorim::parse(&bytes).unwrap().meta().unwrap();
    assert_eq!((meta.signer_name, meta.signer_uri), ("Example Ltd", Some("https://example.com")));
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(read(&bytes, &own, |_| ()).is_err());
}

/// Ours is verified and read by them, and is what they would have made.
#[test]
fn our_manifest_is_read_by_them() {
    let (own, other) = (key(1), key(2));
    let mut content = [0; 128];
    let meta = Meta { signer_name: "Example Ltd", signer_uri: None, signature_validity: None };
    let content = meta.encode(&mut content).unwrap();
    let mut wrapped = [0; 128];
    let mut encoder = Encoder::new(&mut wrapped);
    encoder.bytes(content).unwrap();
    let meta = [Parameter::new(8, encoder.as_bytes())];
    let (mut payload, mut buffer) = ([0; 512], [0; 1024]);
    let bytes = with_manifest(|corim| {
        let headers = NewHeaders::new(Algorithm::ES256).protected(&meta);
        let builder = Sign1::builder(headers).content_type(ContentType::Text(MEDIA_TYPE));
        let draft = builder.payload(corim.encode(&mut payload).unwrap(), &mut buffer).unwrap();
        draft.sign(&own, &mut RustCrypto).unwrap().to_vec()
    });
    read(&bytes, &own, |_| ()).unwrap();

    let signed = TaggedSignedCorim::from_cbor(bytes.as_slice()).unwrap();
    let verify = |key: &SigningKey| {
        let verifier = OpensslSigner::public_key_from_pem(pem(key).1.as_bytes()).unwrap();
        signed.as_ref().verify_signature(verifier)
    };
    verify(&own).unwrap();
    assert!(verify(&other).is_err());
    assert_eq!(signed.as_ref().corim_map, theirs());
}

/// Unsigned, each is what the other writes, byte for byte.
#[test]
fn both_write_the_same() {
    let unsigned = corim_rs::TaggedUnsignedCorim::from(theirs()).to_cbor().unwrap();
    let mut buffer = [0; 512];
    let ours = with_manifest(|corim| corim.encode(&mut buffer).unwrap().to_vec());
    assert_eq!(ours, unsigned);
    with_manifest(|expected| assert_eq!(Corim::parse(&unsigned).as_ref(), Ok(expected)));
}
