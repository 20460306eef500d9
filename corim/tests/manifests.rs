//! Manifests that are filled in, written, read and refused (draft-ietf-rats-corim, by its CDDL), signed
//! and compared.

use hexad_corim::{
    Algorithm, Class, ClassId, Comid, ConciseTag, ConditionalTriple, Corim, CoswidTriple, Cotl,
    CryptoKey, Digest, DomainTriple, Entity, Environment, Error, ErrorKind, Extensions, Flags,
    Group, Id, Instance, IntRange, KeyTriple, LinkedTag, Locator, MEDIA_TYPE, Measurement,
    MeasurementKey, MeasurementTriple, MeasurementValues, Meta, Profile, RawValue, Registers,
    SeriesRecord, SeriesTriple, SignedCorim, Svn, TagIdentity, TagRel, Triples, Validity, Version,
};
use hexad_cose_core::cbor::{Raw, parse_diagnostic};
use hexad_cose_core::{
    Algorithm as Signature, ContentType, Curve, ErrorKind as Cbor, Expect, Key, Label, NewHeaders,
    Parameter, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use proptest::prelude::*;

const DIGEST: [u8; 32] = [0x5a; 32];

/// A manifest in which every member stands, handed to `check`.
fn whole(check: impl FnOnce(&Corim<'_>)) {
    let digests =
        [Digest::sha_256(&DIGEST), Digest { alg: Algorithm::Name("md5"), value: &[1; 16] }];
    let encoded = parse_diagnostic(&format!("[[1, h'{}']]", "5a".repeat(32))).unwrap();
    let registers = [(Label::Integer(7), &encoded[..]), (Label::Text("pcr"), &encoded[..])];
    let keys = [
        CryptoKey::PkixBase64Key("k"),
        CryptoKey::PkixBase64Cert("c"),
        CryptoKey::PkixBase64CertPath("p"),
        CryptoKey::KeyThumbprint(digests[0]),
        CryptoKey::CoseKey(&[0xa1, 0x01, 0x04]),
        CryptoKey::CertThumbprint(digests[0]),
        CryptoKey::Bytes(&[1, 2]),
        CryptoKey::CertPathThumbprint(digests[0]),
        CryptoKey::PkixAsn1DerCert(&[0x30, 0]),
    ];
    let private = [(Label::Integer(-1), &[0xf5][..])];
    let mut values = MeasurementValues::default();
    values.version = Some(Version { version: "1.0", version_scheme: Some(Label::Integer(16384)) });
    values.svn = Some(Svn::Min(3));
    values.digests = (&digests).into();
    values.flags = Some(Flags::default().with(Flags::IS_DEBUG, false).with(Flags::IS_TCB, true));
    values.raw_value = Some(RawValue { value: &[1, 2], mask: Some(&[0xff, 0]) });
    values.mac_addr = Some(&[1; 6]);
    values.ip_addr = Some(&[192, 0, 2, 1]);
    values.serial_number = Some("s");
    values.ueid = Some(&[1; 7]);
    values.uuid = Some([2; 16]);
    values.name = Some("n");
    values.cryptokeys = (&keys).into();
    values.integrity_registers = Registers::new(&registers);
    values.int_range = Some(IntRange { min: Some(-1), max: None });
    values.extensions = Extensions::from(&private);
    let mut measurements = [Measurement::new(values); 5];
    let mkeys = [
        MeasurementKey::Oid(&[0x2a, 3]),
        MeasurementKey::Uuid([1; 16]),
        MeasurementKey::Number(7),
        MeasurementKey::Text("app"),
    ];
    for (measurement, mkey) in measurements.iter_mut().zip(mkeys) {
        measurement.mkey = Some(mkey);
        measurement.authorized_by = (&keys[..1]).into();
    }
    let class = Class {
        class_id: Some(ClassId::Oid(&[0x2a, 3])),
        vendor: Some("v"),
        model: Some("m"),
        layer: Some(0),
        index: Some(1),
    };
    let environments = [
        Environment::of_class(class),
        Environment { instance: Some(Instance::Ueid(&[1; 33])), ..Environment::default() },
        Environment { instance: Some(Instance::Key(keys[3])), ..Environment::default() },
        Environment { group: Some(Group::Bytes(&[7])), ..Environment::default() },
    ];
    let [environment, ..] = environments;
    let measured = environments
        .map(|environment| MeasurementTriple { environment, measurements: (&measurements).into() });
    let bare = KeyTriple { environment, keys: (&keys).into(), ..KeyTriple::default() };
    let key_triples =
        [bare, KeyTriple { mkey: Some(mkeys[2]), authorized_by: (&keys[..2]).into(), ..bare }];
    let domains = [DomainTriple { domain: environment, others: (&environments).into() }];
    let tag_ids = [Id::Text("t"), Id::Uuid([3; 16])];
    let coswids = [CoswidTriple { environment, tag_ids: (&tag_ids).into() }];
    let records =
        [SeriesRecord { condition: (&measurements).into(), addition: (&measurements[..1]).into() }];
    let series = [
        SeriesTriple { environment, series: (&records).into(), ..SeriesTriple::default() },
        SeriesTriple {
            environment,
            claims: (&measurements[..1]).into(),
            authorized_by: (&keys[..1]).into(),
            series: (&records).into(),
        },
    ];
    let conditional = [ConditionalTriple {
        conditions: (&measured).into(),
        endorsements: (&measured[..1]).into(),
    }];
    let mut triples = Triples::default();
    triples.reference = (&measured).into();
    triples.endorsed = (&measured[..1]).into();
    triples.identity = (&key_triples).into();
    triples.attest_key = (&key_triples[1..]).into();
    triples.dependency = (&domains).into();
    triples.membership = (&domains).into();
    triples.coswid = (&coswids).into();
    triples.conditional_series = (&series).into();
    triples.conditional = (&conditional).into();
    let entities = [Entity::new("e", &[0, 1])];
    let linked = [
        LinkedTag { linked_tag_id: tag_ids[0], tag_rel: TagRel::Supplements },
        LinkedTag { linked_tag_id: tag_ids[1], tag_rel: TagRel::Replaces },
    ];
    let comid = Comid {
        language: Some("en"),
        entities: (&entities).into(),
        linked_tags: (&linked).into(),
        ..Comid::new(tag_ids[1], triples)
    };
    let validity = Validity { not_before: Some(5), not_after: 9 };
    let listed = [TagIdentity { tag_id: tag_ids[0], tag_version: Some(4) }];
    let cotl = Cotl { tag_identity: listed[0], tags_list: (&listed).into(), tl_validity: validity };
    let coswid = ConciseTag::Coswid(Raw::new(&[0xa1, 0x00, 0x01], 0));
    let tags = [coswid, ConciseTag::Comid(comid), ConciseTag::Cotl(cotl)];
    let locators = [
        Locator::new("https://example.com/a", None),
        Locator::new("https://example.com/b", Some(digests[0])),
    ];
    let corim = Corim {
        dependent_rims: (&locators).into(),
        profile: Some(Profile::Uri("https://example.com/profile")),
        rim_validity: Some(validity),
        entities: (&entities).into(),
        ..Corim::new(Id::Text("example.com/1"), &tags)
    };
    check(&corim);
}

/// What is written reads back, in deterministic encoding; no truncation does; no changed byte panics.
#[test]
fn every_member_is_written_and_read() {
    whole(|corim| {
        let mut buffer = vec![0; 1 << 16];
        let encoded = corim.encode(&mut buffer).unwrap().to_vec();
        hexad_cose_core::cbor::check_deterministic(&encoded).unwrap();
        let parsed = Corim::parse(&encoded).unwrap();
        let mut again = vec![0; 1 << 16];
        assert_eq!(parsed.encode(&mut again).unwrap(), encoded);
        let kinds: Vec<_> = parsed.tags.iter().map(|tag| std::mem::discriminant(&tag)).collect();
        assert_eq!(kinds.len(), 3);
        let comid = parsed.comids().next().unwrap();
        assert!(Some(comid) == corim.comids().next(), "the CoMID is another");
        let hrefs: Vec<_> = parsed.dependent_rims.iter().flat_map(|one| one.href()).collect();
        assert_eq!(hrefs, ["https://example.com/a", "https://example.com/b"]);
        let thumbprints: Vec<_> =
            parsed.dependent_rims.iter().flat_map(|one| one.thumbprint()).collect();
        assert_eq!(thumbprints, [Digest::sha_256(&DIGEST)]);
        for length in (0..encoded.len()).step_by(encoded.len() / 61) {
            assert!(Corim::parse(&encoded[..length]).is_err(), "{length}");
        }
        for at in (0..encoded.len()).step_by(encoded.len() / 61) {
            let mut changed = encoded.clone();
            changed[at] ^= 0x21;
            if let Ok(corim) = Corim::parse(&changed) {
                let _ = corim.encode(&mut again);
            }
        }
        for size in (0..encoded.len()).step_by(encoded.len() / 11) {
            let error = corim.encode(&mut again[..size]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cbor(Cbor::BufferTooSmall));
        }
    });
}

/// A CoMID whose first reference triple has these values: what reading it comes to.
fn values(mval: &str) -> Result<(), Error> {
    comid(&format!("{{0: [[{{0: {{1: \"v\"}}}}, [{{1: {mval}}}]]]}}"))
}

fn comid(triples: &str) -> Result<(), Error> {
    let encoded = parse_diagnostic(&format!("{{1: {{0: \"t\"}}, 4: {triples}}}")).unwrap();
    Comid::parse(&encoded).map(drop)
}

/// Each rule for a value, and where it is broken.
#[test]
fn bad_values_are_refused() {
    let kind = |mval: &str| values(mval).map_err(Error::kind);
    let good = [
        "{1: 552(1)}",
        "{1: 1}",
        "{4: 560(h'00')}",
        "{4: 560(h'00'), 5: h'ff'}",
        "{6: h'0102030405060708'}",
        "{7: 54(h'00000000000000000000000000000000')}",
        "{7: h'01020304'}",
        "{15: 564([null, 3])}",
        "{15: -4}",
        "{100: \"a profile's\"}",
    ];
    for mval in good {
        assert_eq!(kind(mval), Ok(()), "{mval}");
    }
    let bad = [
        ("{}", ErrorKind::Empty),
        ("{2: []}", ErrorKind::Empty),
        ("{3: {}}", ErrorKind::Empty),
        ("{14: {}}", ErrorKind::Empty),
        ("{14: {1: []}}", ErrorKind::Empty),
        ("{14: {-1: [[99, h'']]}}", ErrorKind::Cbor(Cbor::InvalidValue)),
        ("{2: [[1, h'00']]}", ErrorKind::DigestLength),
        ("{2: [[\"sha-512\", h'00']]}", ErrorKind::DigestLength),
        ("{2: [[1, h'00', 1]]}", ErrorKind::Cbor(Cbor::Length)),
        ("{1: 554(1)}", ErrorKind::Choice),
        ("{4: 561(h'00')}", ErrorKind::Choice),
        ("{4: 563([h'00', h'0000'])}", ErrorKind::Mask),
        ("{4: 560(h'00'), 5: h''}", ErrorKind::Mask),
        ("{4: 563([h'00', h'00']), 5: h'00'}", ErrorKind::Missing(4)),
        ("{5: h''}", ErrorKind::Missing(4)),
        ("{6: h'01'}", ErrorKind::Size),
        ("{7: 52(h'01')}", ErrorKind::Size),
        ("{7: 53(h'01020304')}", ErrorKind::Choice),
        ("{9: h'010203040506'}", ErrorKind::Size),
        ("{10: h'01'}", ErrorKind::Size),
        ("{13: [563(h'')]}", ErrorKind::Choice),
        ("{15: 564([3, 2])}", ErrorKind::Order),
        ("{0: {1: 1}}", ErrorKind::Missing(0)),
        ("{11: \"a\", 11: \"b\"}", ErrorKind::Cbor(Cbor::DuplicateKey)),
    ];
    for (mval, expected) in bad {
        assert_eq!(kind(mval), Err(expected), "{mval}");
    }
    assert!(matches!(kind("{8: 1}"), Err(ErrorKind::Cbor(Cbor::UnexpectedType { .. }))));
    // {1: {0: "t"}, 4: {0: [[{0: {1: "v"}}, [{1: {10: h'01'}}]]]}}: the byte string is at byte 26.
    let encoded =
        parse_diagnostic("{1: {0: \"t\"}, 4: {0: [[{0: {1: \"v\"}}, [{1: {10: h'01'}}]]]}}");
    let encoded = encoded.unwrap();
    let at = encoded.iter().position(|byte| *byte == 0x41).unwrap();
    assert_eq!(values("{10: h'01'}").unwrap_err().offset(), at);
}

/// Each rule for triples and what is around them.
#[test]
fn bad_structure_is_refused() {
    let kind = |triples: &str| comid(triples).map_err(Error::kind);
    let environment = "{0: {1: \"v\"}}";
    assert_eq!(kind(&format!("{{2: [[{environment}, [554(\"k\")]]]}}")), Ok(()));
    assert_eq!(kind("{7: [1]}"), Ok(()), "triples of a profile");
    let length = Err(ErrorKind::Cbor(Cbor::Length));
    assert_eq!(kind("{}"), Err(ErrorKind::Empty));
    assert_eq!(kind("{0: []}"), Err(ErrorKind::Empty));
    assert_eq!(kind("{0: [[{}, [{1: {1: 1}}]]]}"), Err(ErrorKind::Empty));
    assert_eq!(kind("{0: [[{0: {}}, [{1: {1: 1}}]]]}"), Err(ErrorKind::Empty));
    assert_eq!(kind("{0: [[{1: 550(h'01')}, [{1: {1: 1}}]]]}"), Err(ErrorKind::Size));
    assert_eq!(kind("{0: [[{2: 550(h'01')}, [{1: {1: 1}}]]]}"), Err(ErrorKind::Choice));
    assert_eq!(kind(&format!("{{0: [[{environment}, [{{0: 1}}]]]}}")), Err(ErrorKind::Missing(1)));
    assert_eq!(kind(&format!("{{0: [[{environment}]]}}")), length);
    assert_eq!(kind(&format!("{{2: [[{environment}]]}}")), length);
    assert_eq!(
        kind(&format!("{{2: [[{environment}, [554(\"k\")], {{}}]]}}")),
        Err(ErrorKind::Empty)
    );
    assert_eq!(kind(&format!("{{8: [[[{environment}], []]]}}")), length);
    let manifest = |text: &str| {
        let encoded = parse_diagnostic(text).unwrap();
        Corim::parse(&encoded).map(drop).map_err(Error::kind)
    };
    let tag = "506(<<{1: {0: \"t\"}, 4: {2: [[{0: {1: \"v\"}}, [554(\"k\")]]]}}>>)";
    assert_eq!(manifest(&format!("501({{0: \"i\", 1: [{tag}]}})")), Ok(()));
    assert_eq!(manifest(&format!("{{0: \"i\", 1: [{tag}], 3: \"https://example.com\"}}")), Ok(()));
    assert_eq!(manifest("{0: \"i\"}"), Err(ErrorKind::Missing(1)));
    assert_eq!(manifest("{0: \"i\", 1: []}"), Err(ErrorKind::Empty));
    assert_eq!(manifest(&format!("{{1: [{tag}]}}")), Err(ErrorKind::Missing(0)));
    assert_eq!(
        manifest(&format!("502({{0: \"i\", 1: [{tag}]}})")),
        Err(ErrorKind::Cbor(Cbor::UnexpectedTag))
    );
    assert_eq!(
        manifest("{0: \"i\", 1: [505(<<{0: 1}, 2>>)]}"),
        Err(ErrorKind::Cbor(Cbor::TrailingBytes))
    );
    let validity = |text: &str| manifest(&format!("{{0: \"i\", 1: [{tag}], 4: {text}}}"));
    assert_eq!(validity("{0: 1(5), 1: 1(5)}"), Ok(()));
    assert_eq!(validity("{0: 1(6), 1: 1(5)}"), Err(ErrorKind::Order));
    assert_eq!(validity("{0: 1(6)}"), Err(ErrorKind::Missing(1)));
}

#[test]
fn comparisons() {
    assert!(Svn::Min(3).accepts(3) && Svn::Min(3).accepts(4) && !Svn::Min(3).accepts(2));
    assert!(Svn::Exact(3).accepts(3) && !Svn::Exact(3).accepts(4));
    let masked = RawValue { value: &[0x12, 0x34], mask: Some(&[0xff, 0x00]) };
    assert!(masked.matches(&[0x12, 0xff]) && !masked.matches(&[0x13, 0x34]));
    assert!(!masked.matches(&[0x12]) && !masked.matches(&[0x12, 0x34, 0]));
    let exact = RawValue { value: &[1], mask: None };
    assert!(exact.matches(&[1]) && !exact.matches(&[1, 0]));
    let range = IntRange { min: Some(-1), max: None };
    assert!(range.contains(-1) && range.contains(i64::MAX) && !range.contains(-2));
    let validity = Validity { not_before: Some(5), not_after: 9 };
    assert!(validity.contains(5) && validity.contains(9));
    assert!(!validity.contains(4) && !validity.contains(10));
}

/// A signed manifest is verified, then read; by another key, changed, of another content type or by nobody
/// it is refused.
#[test]
fn signed_manifests() {
    let key = SigningKey::from_bytes(Curve::P256, &[3; 32]).unwrap();
    let other = SigningKey::from_bytes(Curve::P256, &[4; 32]).unwrap();
    let meta = Meta {
        signer_name: "Example",
        signer_uri: Some("https://example.com"),
        signature_validity: Some(Validity { not_before: None, not_after: 9 }),
    };
    let mut content = [0; 128];
    let content = meta.encode(&mut content).unwrap();
    let mut wrapped = vec![0x58, u8::try_from(content.len()).unwrap()];
    wrapped.extend(content);
    let claims = parse_diagnostic("{1: \"Example\"}").unwrap();
    let nobody = parse_diagnostic("{2: \"Example\"}").unwrap();
    whole(|corim| {
        let (mut payload, mut outer) = (vec![0; 1 << 16], vec![0; 1 << 17]);
        let payload = corim.encode(&mut payload).unwrap();
        let mut sign = |content_type: &'static str, label: i64, value: &[u8]| {
            let extra = [Parameter::new(label, value)];
            let headers = NewHeaders::new(Signature::ESP256).protected(&extra);
            let builder = Sign1::builder(headers).content_type(ContentType::Text(content_type));
            builder
                .payload(payload, &mut outer)
                .unwrap()
                .sign(&key, &mut RustCrypto)
                .unwrap()
                .to_vec()
        };
        let verify = |bytes: &[u8], key: &SigningKey| {
            let anchor = Key::from_public(key.public());
            let expect = Expect::alg(Signature::ESP256);
            let check = SignedCorim::parse(bytes)?.check(&anchor, expect, &mut RustCrypto)?;
            SignedCorim::corim(check.run(&mut RustCrypto)?).map(|corim| corim.tags.len())
        };
        let kind = |bytes: &[u8], key: &SigningKey| verify(bytes, key).map_err(Error::kind);
        let mut signed = sign(MEDIA_TYPE, 8, &wrapped);
        assert_eq!(SignedCorim::parse(&signed).unwrap().meta(), Some(&meta));
        assert_eq!(kind(&signed, &key), Ok(3));
        assert_eq!(kind(&signed, &other), Err(ErrorKind::Cbor(Cbor::VerificationFailed)));
        assert_eq!(kind(&sign(MEDIA_TYPE, 15, &claims), &key), Ok(3));
        assert_eq!(kind(&sign(MEDIA_TYPE, 15, &nobody), &key), Err(ErrorKind::Signer));
        assert_eq!(kind(&sign(MEDIA_TYPE, 99, &nobody), &key), Err(ErrorKind::Signer));
        let other_type = sign("application/cbor", 8, &wrapped);
        assert_eq!(kind(&other_type, &key), Err(ErrorKind::ContentType));
        let at = signed.windows(11).position(|part| part == b"example.com").unwrap();
        signed[at] ^= 1;
        assert!(verify(&signed, &key).is_err());
    });
}

proptest! {
    /// Any bytes: an answer, and no panic.
    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Corim::parse(&bytes);
        let _ = Comid::parse(&bytes);
        let _ = Cotl::parse(&bytes);
        let _ = SignedCorim::parse(&bytes);
    }
}
