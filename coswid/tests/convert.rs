//! Conversions: what each source says arrives in the tag, what has no place is named, and bad sources are
//! refused where they are bad.
#![cfg(feature = "std")]

use hexad_coswid::convert::{
    ErrorKind, Measured, Tree, create, from_cyclonedx, from_spdx, from_swid, from_uswid, to_swid,
};
use hexad_coswid::{
    ConciseSwidTag, Entity, ErrorKind as Rule, HashAlgorithm, Label, Rel, Role, TagId, TagType,
    VersionScheme,
};
use proptest::prelude::*;

/// Every element and attribute of ISO/IEC 19770-2:2015 that has a place in RFC 9393.
const SWID: &str = r##"<?xml version="1.0" encoding="utf-8"?>
<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xml:lang="en"
    xmlns:SHA256="http://www.w3.org/2001/04/xmlenc#sha256" xmlns:n="http://csrc.nist.gov/ns/swid/2015-extensions/1.0"
    name="A &amp; B" tagId="cf9ecfd4-938b-41c5-8551-1f883ab7dc00" tagVersion="3" version="1.2.3"
    versionScheme="semver" patch="true" media="(OS:linux)" n:edition="x">
  <Entity name="Example" regid="example.com" role="tagCreator softwareCreator example/other"/>
  <Link rel="patches" href="swid:other" use="required" ownership="shared" type="text/html" artifact="/a"/>
  <Link rel="seeAlso" href="https://example.com/"/>
  <Meta product="P" summary="S" entitlementDataRequired="false" generator="g" cpe="cpe:2.3:a:b"/>
  <Payload>
    <Directory name="bin" root="/usr">
      <File name="app" size="3" key="true" version="7"
        SHA256:hash="BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"/>
    </Directory>
    <File name="readme"/>
    <Process name="appd" pid="7"/>
    <Resource type="port"/>
  </Payload>
  <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>
</SoftwareIdentity>"##;

#[test]
fn swid_is_read_and_written() {
    let converted = from_swid(SWID).unwrap();
    let tag = ConciseSwidTag::parse(&converted.tag).unwrap();
    hexad_cose_core::cbor::check_deterministic(&converted.tag).unwrap();
    assert!(matches!(tag.tag_id, TagId::Uuid([0xcf, 0x9e, 0xcf, ..])));
    assert_eq!((tag.software_name, tag.tag_version, tag.tag_type()), ("A & B", 3, TagType::Patch));
    assert_eq!(tag.version_scheme, Some(VersionScheme::Semver));
    assert_eq!((tag.lang, tag.media), (Some("en"), Some("(OS:linux)")));
    let entity = tag.tag_creator().unwrap();
    let roles: Vec<_> = entity.role.iter().collect();
    let other = Role::Other(Label::Name("example/other"));
    assert_eq!(roles, [Role::TagCreator, Role::SoftwareCreator, other]);
    let rels: Vec<_> = tag.link.iter().map(|link| link.rel).collect();
    assert_eq!(rels, [Rel::Patches, Rel::SeeAlso]);
    let meta = tag.software_meta.iter().next().unwrap();
    assert_eq!((meta.product, meta.entitlement_data_required), (Some("P"), Some(false)));
    let cpe = meta.extensions.get(hexad_cose_core::Label::Text("cpe")).unwrap();
    assert_eq!(cpe.cursor().text(), Ok("cpe:2.3:a:b"));
    let files: Vec<_> = tag.files().collect();
    assert_eq!((files[0].file.fs_name, files[1].file.fs_name), ("readme", "app"));
    assert_eq!(files[1].path.names(), ["bin"]);
    let hash = files[1].file.hash.unwrap();
    assert_eq!((hash.hash_alg_id, hash.hash_value[0]), (HashAlgorithm::SHA_256, 0xba));
    let at = SWID.find("<ds:").unwrap();
    assert_eq!(
        converted.notes,
        [
            format!(
                "attribute edition of SoftwareIdentity at byte {}",
                SWID.find("<Soft").unwrap()
            ),
            format!("element Signature at byte {at}"),
        ]
    );
    // Written, it says the same.
    let (xml, notes) = to_swid(&tag);
    assert!(notes.is_empty(), "{notes:?}");
    let again = from_swid(&xml).unwrap();
    assert_eq!((again.tag, again.notes), (converted.tag, Vec::new()));
}

/// The schema's defaults, and the directory without name that uSWID writes.
#[test]
fn swid_defaults() {
    let xml = r#"<s:SoftwareIdentity xmlns:s="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
        name="n" tagId="t"><s:Entity name="e" role="tagCreator"/>
        <s:Evidence date="2023-09-15T14:34:56+02:00" deviceId="d"><s:Directory><s:File name="f"/></s:Directory>
        </s:Evidence></s:SoftwareIdentity>"#;
    let converted = from_swid(xml).unwrap();
    let tag = ConciseSwidTag::parse(&converted.tag).unwrap();
    assert_eq!((tag.software_version, tag.tag_version), (Some("0.0"), 0));
    let evidence = tag.evidence().unwrap();
    assert_eq!((evidence.date, evidence.device_id), (Some(1_694_781_296), Some("d")));
    assert!(tag.files().next().unwrap().path.names().is_empty());
    assert!(to_swid(&tag).0.contains(r#"date="2023-09-15T12:34:56Z""#));
}

#[test]
fn bad_swid_is_refused() {
    let with = |inside: &str| {
        let xml = format!(
            r#"<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="n" tagId="t">
            <Entity name="e" role="tagCreator"/>{inside}</SoftwareIdentity>"#
        );
        from_swid(&xml).map(drop).map_err(|error| error.kind())
    };
    let directories = |depth| {
        let (open, close) = (r#"<Directory name="d">"#.repeat(depth), "</Directory>".repeat(depth));
        format!("<Payload>{open}{close}</Payload>")
    };
    let payload = |inside: &str| format!("<Payload>{inside}</Payload>");
    let cases: [(&str, ErrorKind); 7] = [
        (&payload(r#"<File name="../x"/>"#), ErrorKind::Tag(Rule::FsName)),
        (&payload(r#"<File name="x" size="-1"/>"#), ErrorKind::Value("size")),
        (
            "<Payload/><Evidence><File name='f'/></Evidence>",
            ErrorKind::Tag(Rule::PayloadAndEvidence),
        ),
        (r#"<Evidence date="yesterday"/>"#, ErrorKind::Value("date")),
        (&directories(9), ErrorKind::Tag(Rule::Cbor(hexad_cose_core::ErrorKind::TooDeep))),
        (&directories(100), ErrorKind::TooDeep),
        ("<Link rel='a'></Meta>", ErrorKind::Xml),
    ];
    for (inside, kind) in cases {
        assert_eq!(with(inside), Err(kind), "{inside}");
    }
    assert_eq!(with(&directories(8)), Ok(()));
    assert_eq!(with("<Payload/><Evidence date='2023-09-15T12:34:56'/>"), Ok(()));
    let kind = |xml: &str| from_swid(xml).unwrap_err().kind();
    assert_eq!(kind("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), ErrorKind::Xml);
    assert_eq!(kind("<SoftwareIdentity name='n' tagId='t'/>"), ErrorKind::Document);
    assert_eq!(kind(&SWID.replace("tagId=", "other=")), ErrorKind::Missing("tagId"));
    assert_eq!(kind(&SWID[..SWID.len() - 5]), ErrorKind::Xml);
    assert_eq!(kind(&SWID.replace("A &amp; B", "A &b; B")), ErrorKind::Xml);
    let doubled = SWID.replace("tagVersion=\"3\"", "tagVersion=\"3\" tagVersion=\"4\"");
    assert_eq!(kind(&doubled), ErrorKind::Xml);
}

const CYCLONEDX: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
  "metadata": {
    "authors": [{"name": "Builder"}],
    "component": {"type": "firmware", "bom-ref": "example.com/fw", "name": "fw", "version": "2",
      "supplier": {"name": "Example", "url": ["https://example.com"]},
      "hashes": [{"alg": "MD5", "content": "00"}, {"alg": "SHA-256", "content":
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}
  },
  "components": [
    {"type": "library", "group": "g", "name": "a", "version": "1.0", "purl": "pkg:g/a@1.0",
     "licenses": [{"license": {"id": "MIT"}}, {"expression": "A OR B"}], "description": "D",
     "components": [{"type": "library", "name": "inner", "version": "3"}]},
    {"type": "library", "name": "no-version"}
  ]}"#;

#[test]
fn cyclonedx_is_read() {
    let converted = from_cyclonedx(CYCLONEDX, None).unwrap();
    let tags: Vec<_> =
        converted.iter().map(|one| ConciseSwidTag::parse(&one.tag).unwrap()).collect();
    let names: Vec<_> = tags.iter().map(|tag| tag.software_name).collect();
    assert_eq!(names, ["fw", "g/a", "inner"]);
    let links: Vec<_> = tags[0].link.iter().map(|link| (link.rel, link.href)).collect();
    let component = |href| (Rel::Component, href);
    assert_eq!(links, [component("swid:pkg:g/a@1.0"), component("swid:inner@3")]);
    let hash = tags[0].files().next().unwrap().file.hash.unwrap();
    assert_eq!(hash.hash_alg_id, HashAlgorithm::SHA_256, "the broken one is passed over");
    assert!(tags.iter().all(|tag| tag.tag_creator().unwrap().entity_name == "Builder"));
    let license = tags[1].link.iter().next().unwrap();
    assert_eq!(license.rel, Rel::Other(Label::Name("license")));
    assert_eq!(license.href, "https://spdx.org/licenses/MIT.html");
    assert_eq!(converted[1].notes.len(), 1);
    assert!(converted[2].notes[0].starts_with("component no-version at byte"));
    let given = from_cyclonedx(CYCLONEDX, Some("Other")).unwrap();
    let tag = ConciseSwidTag::parse(&given[0].tag).unwrap();
    assert_eq!(tag.tag_creator().unwrap().entity_name, "Other");
}

#[test]
fn bad_cyclonedx_is_refused() {
    let kind = |text: &str| from_cyclonedx(text, None).unwrap_err().kind();
    assert_eq!(kind("{"), ErrorKind::Json);
    assert_eq!(kind("[]"), ErrorKind::Document);
    assert_eq!(
        kind(&CYCLONEDX.replace("\"authors\"", "\"others\"")),
        ErrorKind::Missing("creator")
    );
    let twice = CYCLONEDX.replace("\"group\": \"g\"", "\"group\": \"g\", \"group\": \"h\"");
    let error = from_cyclonedx(&twice, None).unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::Json, twice.find("\"group\": \"h\"").unwrap())
    );
    assert_eq!(
        kind(&CYCLONEDX.replace("\"name\": \"a\"", "\"name\": 1")),
        ErrorKind::Value("name")
    );
    assert_eq!(kind(&CYCLONEDX.replace("ba7816", "ba78")), ErrorKind::Tag(Rule::HashLength));
    assert_eq!(kind(&CYCLONEDX.replace("com/fw", "com__fw")), ErrorKind::Tag(Rule::TagId));
}

const SPDX: &str = r#"{
  "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "documentNamespace": "https://example.com/1",
  "creationInfo": {"creators": ["Tool: t", "Person: Jane Doe (jane@example.com)"]},
  "packages": [
    {"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "supplier": "Organization: Example",
     "licenseDeclared": "MIT", "homepage": "NOASSERTION", "packageFileName": "./dist/a.tar",
     "checksums": [{"algorithm": "SHA256", "checksumValue":
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]},
    {"SPDXID": "SPDXRef-b", "name": "b", "versionInfo": "2", "licenseDeclared": "A AND B"},
    {"SPDXID": "SPDXRef-c", "name": "c"}
  ],
  "files": [{"SPDXID": "SPDXRef-f", "fileName": "./lib/x.c", "checksums": [
    {"algorithm": "SHA1", "checksumValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}]}],
  "relationships": [
    {"spdxElementId": "SPDXRef-a", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-f"},
    {"spdxElementId": "SPDXRef-b", "relationshipType": "CONTAINED_BY", "relatedSpdxElement": "SPDXRef-a"}
  ]}"#;

#[test]
fn spdx_is_read() {
    let converted = from_spdx(SPDX, None).unwrap();
    let tag = ConciseSwidTag::parse(&converted[0].tag).unwrap();
    assert_eq!(tag.tag_id, TagId::Text("https://example.com/1#SPDXRef-a"));
    assert_eq!(tag.tag_creator().unwrap().entity_name, "Jane Doe");
    let links: Vec<_> = tag.link.iter().map(|link| link.href).collect();
    assert_eq!(
        links,
        ["https://spdx.org/licenses/MIT.html", "swid:https://example.com/1#SPDXRef-b"]
    );
    let files: Vec<_> = tag.files().map(|found| (found.path, found.file)).collect();
    assert_eq!((files[0].1.fs_name, files[0].1.hash.is_some()), ("a.tar", true));
    assert_eq!((files[1].0.names(), files[1].1.fs_name), (&["lib"][..], "x.c"));
    assert_eq!(files[1].1.hash, None, "SHA-1 has no number");
    assert_eq!(converted.len(), 2);
    assert_eq!(converted[1].notes[0], "license A AND B");
    assert!(converted[1].notes[1].starts_with("package c at byte"));
}

#[test]
fn bad_spdx_is_refused() {
    let kind = |text: &str| from_spdx(text, None).unwrap_err().kind();
    assert_eq!(kind(&SPDX.replace("./lib/x.c", "../x.c")), ErrorKind::Path);
    assert_eq!(kind(&SPDX.replace("./lib/x.c", "/etc/x")), ErrorKind::Path);
    assert_eq!(kind(&SPDX.replace("./lib/x.c", "a/b/c/d/e/f/g/h/i/j")), ErrorKind::TooDeep);
    assert_eq!(kind(&SPDX.replace("SPDX-2.3", "SPDX-3.0")), ErrorKind::Document);
    let nameless = SPDX.replace("\"documentNamespace\"", "\"x\"");
    assert_eq!(kind(&nameless), ErrorKind::Missing("documentNamespace"));
    assert_eq!(kind(&SPDX.replace("versionInfo", "version")), ErrorKind::Empty);
}

/// As uSWID 0.6 writes it: no tag-version, a byte string for the edition, the date as a float, two payloads,
/// two tags one behind the other; with a header of version 1 in the midst of an image.
#[test]
fn uswid_sets_are_mended() {
    let one = concat!(
        "{0: \"id\", 1: \"n\", 2: {31: \"e\", 33: 1}, 5: {47: h'beef'}, 3: {35: 1.5}, 8: true, 13: \"1\", ",
        "6: [{17: {24: \"a\"}}, {17: {24: \"b\"}}]}"
    );
    let two =
        "{0: \"id2\", 1: \"n\", 2: {31: \"e\", 33: 1}, 3: {35: 1694781296.5}, 12: 4, 13: \"1\"}";
    let mut tags = hexad_cose_core::cbor::parse_diagnostic(one).unwrap();
    let second = tags.len();
    tags.extend(hexad_cose_core::cbor::parse_diagnostic(two).unwrap());
    let check = |bytes: &[u8]| {
        let converted = from_uswid(bytes).unwrap();
        assert_eq!(converted.len(), 2);
        let tag = ConciseSwidTag::parse(&converted[0].tag).unwrap();
        assert_eq!(tag.tag_version, 0);
        assert_eq!(tag.software_meta.iter().next().unwrap().edition, Some("beef"));
        let names: Vec<_> = tag.files().map(|found| found.file.fs_name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(converted[0].notes.len(), 4);
        let tag = ConciseSwidTag::parse(&converted[1].tag).unwrap();
        assert_eq!(tag.evidence().unwrap().date, Some(1_694_781_296));
        assert_eq!(converted[1].notes.len(), 1);
    };
    check(&tags);
    let magic = *b"SBOM\xd6\xba\x2e\xac\xa3\xe6\x7a\x52\xaa\xee\x3b\xaf";
    let mut image = vec![0xff; 64];
    image.extend(magic);
    image.extend([1, 23, 0]);
    image.extend(u32::try_from(tags.len()).unwrap().to_le_bytes());
    image.extend(&tags);
    image.extend([0xff; 16]);
    check(&image);
    image[64 + 19] = 0xff;
    assert_eq!(from_uswid(&image).unwrap_err().kind(), ErrorKind::Cbor);
    // Version 2, compressed.
    image[64 + 16] = 2;
    image[64 + 23] = 1;
    assert_eq!(from_uswid(&image).unwrap_err().kind(), ErrorKind::Compressed);
    // What is wrong is wrong at its tag.
    tags[second + 2] = 0xff;
    assert!(from_uswid(&tags).unwrap_err().offset() >= second);
}

/// The order in which files were found does not matter; paths that lead elsewhere are refused.
#[test]
fn trees_are_reproducible() {
    let makers = [Entity::new("e", &[Role::TagCreator])];
    let described = ConciseSwidTag {
        software_version: Some("1"),
        ..ConciseSwidTag::new(TagId::Text("t"), "n", &makers)
    };
    let encode = |paths: &[&str]| {
        let mut tree = Tree::default();
        for path in paths {
            tree.insert(path, Measured { size: Some(1), hash: None }).unwrap();
        }
        create(&described, &tree).unwrap()
    };
    assert_eq!(encode(&["b/c", "a", "b/a"]), encode(&["a", "b/a", "b/c"]));
    let mut tree = Tree::default();
    for path in ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "a\0"] {
        let error = tree.insert(path, Measured::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Path, "{path:?}");
    }
    assert!(tree.is_empty());
}

proptest! {
    /// Any text: an answer, and what comes of it is a tag.
    #[test]
    fn no_input_panics(text in "[<>/ =\"{}:,\\[\\]a-f0-9]{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = from_swid(&text);
        let _ = from_cyclonedx(&text, Some("c"));
        let _ = from_spdx(&text, Some("c"));
        if let Ok(converted) = from_uswid(&bytes) {
            for one in converted {
                prop_assert!(ConciseSwidTag::parse(&one.tag).is_ok());
            }
        }
    }

    /// A byte of a source changed: an answer, and what comes of it is a tag in deterministic encoding.
    #[test]
    fn no_changed_byte_panics(at in 0usize..2000, to in 32u8..127) {
        for (source, read) in [
            (SWID, (|text| from_swid(text).map(|one| vec![one])) as fn(&str) -> _),
            (CYCLONEDX, |text| from_cyclonedx(text, None)),
            (SPDX, |text| from_spdx(text, None)),
        ] {
            let mut bytes = source.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = to;
            let text = String::from_utf8(bytes).unwrap();
            for one in read(&text).into_iter().flatten() {
                let tag = ConciseSwidTag::parse(&one.tag).unwrap();
                hexad_cose_core::cbor::check_deterministic(&one.tag).unwrap();
                let _ = to_swid(&tag);
            }
        }
    }
}
