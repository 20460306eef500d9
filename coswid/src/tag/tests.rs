use super::*;
use crate::{Directory, File, HashAlgorithm, HashEntry, MAX_DIRECTORY_DEPTH, ResourceCollection};
use hexad_cose_core::ErrorKind as Cbor;

/// A valid tag: {0: "t", 1: "n", 2: {31: "m", 33: 1}, 12: 0, 13: "1"}, and these further members.
fn tag_with(members: &[&[u8]]) -> ([u8; 512], usize) {
    let mut buffer = [0; 512];
    let mut encoder = Encoder::new(&mut buffer);
    encoder.map(5 + members.len()).unwrap();
    encoder.integer(labels::TAG_ID).unwrap().text("t").unwrap();
    encoder.integer(labels::SOFTWARE_NAME).unwrap().text("n").unwrap();
    encoder.raw(&[0x02, 0xa2, 0x18, 31, 0x61, b'm', 0x18, 33, 0x01]).unwrap();
    encoder.integer(labels::TAG_VERSION).unwrap().integer(0).unwrap();
    encoder.integer(labels::SOFTWARE_VERSION).unwrap().text("1").unwrap();
    for member in members {
        encoder.raw(member).unwrap();
    }
    let length = encoder.written();
    (buffer, length)
}

fn refusal(members: &[&[u8]]) -> ErrorKind {
    let (buffer, length) = tag_with(members);
    ConciseSwidTag::parse(&buffer[..length]).unwrap_err().kind()
}

fn accepts(members: &[&[u8]]) {
    let (buffer, length) = tag_with(members);
    ConciseSwidTag::parse(&buffer[..length]).unwrap();
}

fn minimal<'b>(roles: &'b [Role<'b>], makers: &'b mut [Entity<'b>; 1]) -> ConciseSwidTag<'b> {
    makers[0] = Entity::new("m", roles);
    ConciseSwidTag {
        software_version: Some("1"),
        ..ConciseSwidTag::new(TagId::Text("t"), "n", makers)
    }
}

/// RFC 9393, section 2.3: "mutually exclusive".
#[test]
fn payload_excludes_evidence() {
    let (payload, evidence): (&[u8], &[u8]) = (&[0x06, 0xa0], &[0x03, 0xa0]);
    accepts(&[payload]);
    accepts(&[evidence]);
    assert_eq!(refusal(&[payload, evidence]), ErrorKind::PayloadAndEvidence);
}

/// RFC 9393, section 2.4, and section 3 for the kinds.
#[test]
fn co_constraints() {
    let (corpus, patch, supplemental): (&[u8], &[u8], &[u8]) =
        (&[0x08, 0xf5], &[0x09, 0xf5], &[0x0b, 0xf5]);
    let patches: &[u8] = &[0x04, 0xa2, 0x18, 38, 0x61, b'#', 0x18, 40, 0x07];
    let requires: &[u8] = &[0x04, 0xa2, 0x18, 38, 0x61, b'#', 0x18, 40, 0x08];
    assert_eq!(refusal(&[patch, supplemental, patches]), ErrorKind::PatchAndSupplemental);
    assert_eq!(refusal(&[patch]), ErrorKind::PatchWithoutLink);
    assert_eq!(refusal(&[patch, requires]), ErrorKind::PatchWithoutLink);
    let kinds: [(&[&[u8]], TagType); 5] = [
        (&[], TagType::Primary),
        (&[corpus], TagType::Corpus),
        (&[corpus, patch, patches], TagType::Corpus),
        (&[patch, patches], TagType::Patch),
        (&[corpus, supplemental], TagType::Supplemental),
    ];
    for (members, expected) in kinds {
        let (buffer, length) = tag_with(members);
        assert_eq!(ConciseSwidTag::parse(&buffer[..length]).unwrap().tag_type(), expected);
    }
}

/// RFC 9393, section 2.4: primary and corpus tags have a version; a supplemental one need not.
#[test]
fn version_of_primary_and_corpus_tags() {
    let mut makers = [Entity::default()];
    let primary =
        ConciseSwidTag { software_version: None, ..minimal(&[Role::TagCreator], &mut makers) };
    let kind = |tag: ConciseSwidTag<'_>| tag.encode(&mut [0; 64]).map(drop).map_err(Error::kind);
    assert_eq!(kind(primary), Err(ErrorKind::MissingSoftwareVersion));
    let corpus = ConciseSwidTag { corpus: true, supplemental: true, ..primary };
    assert_eq!(kind(corpus), Err(ErrorKind::MissingSoftwareVersion));
    assert_eq!(kind(ConciseSwidTag { supplemental: true, ..primary }), Ok(()));
}

/// What is mandatory in the CDDL: tag-id, tag-version, software-name, entity.
#[test]
fn mandatory_members() {
    let (buffer, length) = tag_with(&[]);
    let whole = &buffer[1..length];
    // Each member with its place in the encoding above.
    let members = [
        (labels::TAG_ID, 0..3),
        (labels::SOFTWARE_NAME, 3..6),
        (labels::ENTITY, 6..15),
        (12, 15..17),
    ];
    for (label, range) in members {
        let mut bytes = [0; 64];
        let mut encoder = Encoder::new(&mut bytes);
        encoder.map(4).unwrap();
        encoder.raw(&whole[..range.start]).unwrap().raw(&whole[range.end..]).unwrap();
        let error = ConciseSwidTag::parse(encoder.as_bytes()).unwrap_err();
        assert_eq!(error, Error::new(ErrorKind::Missing(label), 0));
    }
}

/// RFC 9393, section 2: an array stands for two or more.
#[test]
fn a_single_entry_stands_for_itself() {
    let file: &[u8] = &[0xa1, 0x18, 24, 0x61, b'f'];
    let payload = |files: &[u8]| {
        let mut member = [0; 32];
        let mut encoder = Encoder::new(&mut member);
        encoder.raw(&[0x06, 0xa1, 0x11]).unwrap().raw(files).unwrap();
        let length = encoder.written();
        (member, length)
    };
    let (one, length) = payload(file);
    accepts(&[&one[..length]]);
    let mut array = [0x81, 0, 0, 0, 0, 0];
    array[1..].copy_from_slice(file);
    let (alone, length) = payload(&array);
    assert_eq!(refusal(&[&alone[..length]]), ErrorKind::SingleInArray);
    let (none, length) = payload(&[0x80]);
    assert_eq!(refusal(&[&none[..length]]), ErrorKind::SingleInArray);
}

/// RFC 9393, section 4: "In each registry, the value 0 is marked as Reserved", and the ranges.
#[test]
fn indices_keep_to_their_registry() {
    let scheme = |index: &[u8]| {
        let mut member = [0x0e; 8];
        member[1..=index.len()].copy_from_slice(index);
        let length = index.len() + 1;
        (member, length)
    };
    let good: [&[u8]; 4] = [&[0x01], &[0x19, 0x40, 0x00], &[0x38, 0xff], &[0x63, b'a', b'/', b'b']];
    for index in good {
        let (member, length) = scheme(index);
        accepts(&[&member[..length]]);
    }
    let bad: [&[u8]; 3] = [&[0x00], &[0x1a, 0x00, 0x01, 0x00, 0x00], &[0x39, 0x01, 0x00]];
    for index in bad {
        let (member, length) = scheme(index);
        assert_eq!(refusal(&[&member[..length]]), ErrorKind::IndexRange, "{index:x?}");
    }
    let mut makers = [Entity::default()];
    let role = [Role::TagCreator, Role::Other(crate::Label::Index(256))];
    let error = minimal(&role, &mut makers).encode(&mut [0; 64]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IndexRange);
}

/// RFC 9393, section 2.3: text without two underscores in a row, or 16 bytes; the string form of a UUID
/// is that of section 6.7.
#[test]
fn tag_ids() {
    let parse = |id: &[u8]| {
        let mut bytes = [0; 96];
        let mut encoder = Encoder::new(&mut bytes);
        let (whole, length) = tag_with(&[]);
        encoder.map(5).unwrap().raw(&[0x00]).unwrap().raw(id).unwrap();
        encoder.raw(&whole[4..length]).unwrap();
        let length = encoder.written();
        ConciseSwidTag::parse(&bytes[..length]).map(drop).map_err(Error::kind)
    };
    assert_eq!(parse(b"\x63a_b"), Ok(()));
    assert_eq!(parse(b"\x64a__b"), Err(ErrorKind::TagId));
    assert_eq!(parse(&[&[0x50][..], &[7; 16]].concat()), Ok(()));
    assert_eq!(parse(&[&[0x4f][..], &[7; 15]].concat()), Err(ErrorKind::Cbor(Cbor::Length)));
    let uuid = TagId::Uuid([
        0x2d, 0xf9, 0xde, 0x35, 0x0a, 0xff, 0x4a, 0x86, 0xac, 0xe6, 0xf7, 0xdd, 0xdd, 0x1a, 0xde,
        0x4c,
    ]);
    assert_eq!(std::format!("{uuid}"), "urn:uuid:2df9de35-0aff-4a86-ace6-f7dddd1ade4c");
}

/// RFC 9393, section 8: the CoSWID tag or none; and nothing behind the tag.
#[test]
fn cbor_tag_and_trailing_bytes() {
    let mut makers = [Entity::default()];
    let tag = minimal(&[Role::TagCreator], &mut makers);
    let mut buffer = [0; 64];
    let length = tag.encode(&mut buffer).unwrap().len();
    assert_eq!(ConciseSwidTag::parse(&buffer[5..length]).unwrap(), tag);
    let error = ConciseSwidTag::parse(&buffer[..=length]).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::Cbor(Cbor::TrailingBytes), length));
    buffer[4] ^= 1;
    let error = ConciseSwidTag::parse(&buffer[..length]).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::Cbor(Cbor::UnexpectedTag), 0));
}

/// A label twice, whatever its encoding, is refused; one unknown to this crate as well.
#[test]
fn duplicate_members() {
    assert_eq!(refusal(&[&[0x0d, 0x61, b'2']]), ErrorKind::Cbor(Cbor::DuplicateKey));
    assert_eq!(refusal(&[&[0x18, 0x0d, 0x61, b'2']]), ErrorKind::Cbor(Cbor::DuplicateKey));
    let extension: &[u8] = &[0x38, 99, 0x01];
    accepts(&[extension]);
    assert_eq!(refusal(&[extension, extension]), ErrorKind::Cbor(Cbor::DuplicateKey));
}

/// RFC 9393, section 2.2: what is unknown is passed over, and can be looked at.
#[test]
fn extensions_are_kept() {
    let (buffer, length) = tag_with(&[&[0x38, 99, 0x82, 1, 2], &[0x61, b'x', 0x61, b'y']]);
    let tag = ConciseSwidTag::parse(&buffer[..length]).unwrap();
    assert_eq!(tag.extensions.iter().count(), 2);
    let value = tag.extensions.get(hexad_cose_core::Label::Integer(-100)).unwrap();
    assert_eq!(value.bytes(), [0x82, 1, 2]);
    assert!(tag.extensions.get(hexad_cose_core::Label::Integer(labels::TAG_ID)).is_none());
}

/// RFC 9393, section 2.9.1, with the lengths of RFC 6920, section 9.4.
#[test]
fn hash_lengths() {
    let write = |hash_alg_id, hash_value: &[u8]| {
        let files = [File::new("f").hash(HashEntry { hash_alg_id, hash_value })];
        let mut makers = [Entity::default()];
        let tag = ConciseSwidTag {
            payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
            ..minimal(&[Role::TagCreator], &mut makers)
        };
        tag.encode(&mut [0; 256]).map(drop).map_err(Error::kind)
    };
    assert_eq!(write(HashAlgorithm::SHA_256, &[0; 32]), Ok(()));
    assert_eq!(write(HashAlgorithm::SHA_256, &[0; 31]), Err(ErrorKind::HashLength));
    assert_eq!(write(HashAlgorithm::SHA_384, &[0; 48]), Ok(()));
    assert_eq!(write(HashAlgorithm::SHA_512, &[0; 32]), Err(ErrorKind::HashLength));
    assert_eq!(write(HashAlgorithm::UNKNOWN, &[0; 5]), Ok(()));
    // Read: {17: {24: "f", 7: [1, h'00']}}
    let short: &[u8] = &[0x06, 0xa1, 0x11, 0xa2, 0x07, 0x82, 1, 0x41, 0, 0x18, 24, 0x61, b'f'];
    assert_eq!(refusal(&[short]), ErrorKind::HashLength);
}

/// RFC 9393, section 2.9.2: fs-name is a name "without any path information".
#[test]
fn file_names_hold_no_path() {
    for name in ["", ".", "..", "a/b", "..\\b", "/etc/passwd", "a\0"] {
        let files = [File::new(name)];
        let mut makers = [Entity::default()];
        let tag = ConciseSwidTag {
            payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
            ..minimal(&[Role::TagCreator], &mut makers)
        };
        assert_eq!(tag.encode(&mut [0; 64]).unwrap_err().kind(), ErrorKind::FsName, "{name:?}");
    }
    let read: &[u8] = &[0x06, 0xa1, 0x11, 0xa1, 0x18, 24, 0x62, b'.', b'.'];
    assert_eq!(refusal(&[read]), ErrorKind::FsName);
}

/// RFC 9393, section 2.9.4: the date is tag 1 with an integer.
#[test]
fn evidence_date() {
    accepts(&[&[0x03, 0xa1, 0x18, 35, 0xc1, 0x05]]);
    let bare = refusal(&[&[0x03, 0xa1, 0x18, 35, 0x05]]);
    assert!(matches!(bare, ErrorKind::Cbor(Cbor::UnexpectedType { .. })), "{bare:?}");
    assert_eq!(
        refusal(&[&[0x03, 0xa1, 0x18, 35, 0xc0, 0x05]]),
        ErrorKind::Cbor(Cbor::UnexpectedTag)
    );
    let float = refusal(&[&[0x03, 0xa1, 0x18, 35, 0xc1, 0xf9, 0, 0]]);
    assert!(matches!(float, ErrorKind::Cbor(Cbor::UnexpectedType { .. })), "{float:?}");
}

/// Directories down to the stated depth are read, with their files; one more is refused.
#[test]
fn directory_depth() {
    let files = [File::new("f")];
    let d8 = [Directory::new("8", &files)];
    let d7 = [Directory::new("7", &[]).directories(&d8)];
    let d6 = [Directory::new("6", &[]).directories(&d7)];
    let d5 = [Directory::new("5", &files).directories(&d6)];
    let d4 = [Directory::new("4", &[]).directories(&d5)];
    let d3 = [Directory::new("3", &[]).directories(&d4)];
    let d2 = [Directory::new("2", &[]).directories(&d3)];
    let d1 = [Directory::new("1", &[]).directories(&d2)];
    let d0 = [Directory::new("0", &[]).directories(&d1)];
    let encode = |directories: &[Directory<'_>], buffer: &mut [u8; 256]| {
        let resources =
            ResourceCollection { directory: directories.into(), ..ResourceCollection::default() };
        let mut makers = [Entity::default()];
        let tag = ConciseSwidTag {
            payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::new(resources))),
            ..minimal(&[Role::TagCreator], &mut makers)
        };
        tag.encode(buffer).unwrap().len()
    };
    let mut buffer = [0; 256];
    let length = encode(&d1, &mut buffer);
    let tag = ConciseSwidTag::parse(&buffer[..length]).unwrap();
    let paths: std::vec::Vec<_> = tag.files().map(|found| found.path.names().join("/")).collect();
    assert_eq!(paths, ["1/2/3/4/5", "1/2/3/4/5/6/7/8"]);
    assert_eq!(tag.files().last().unwrap().path.names().len(), MAX_DIRECTORY_DEPTH);
    let length = encode(&d0, &mut buffer);
    let error = ConciseSwidTag::parse(&buffer[..length]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cbor(Cbor::TooDeep));
}

/// Wrong types are refused where they stand.
#[test]
fn wrong_types() {
    let (_, start) = tag_with(&[]);
    let cases: [&[u8]; 6] = [
        &[0x08, 0x01],                 // corpus: 1
        &[0x06, 0x80],                 // payload: []
        &[0x0a, 0x01],                 // media: 1
        &[0x04, 0x61, b'#'],           // link: "#"
        &[0x06, 0xa1, 0x11, 0x01],     // file: 1
        &[0x05, 0xa1, 0x18, 50, 0xf5], // generator: true
    ];
    for case in cases {
        let (buffer, length) = tag_with(&[case]);
        let error = ConciseSwidTag::parse(&buffer[..length]).unwrap_err();
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Cbor(Cbor::UnexpectedType { .. })), "{case:x?} {kind:?}");
        assert!(error.offset() > start, "{case:x?}");
    }
}

/// A buffer of any size too small is refused, and nothing beyond it is touched.
#[test]
fn small_buffers() {
    let mut makers = [Entity::default()];
    let tag = minimal(&[Role::TagCreator], &mut makers);
    let length = tag.encode(&mut [0; 64]).unwrap().len();
    for size in 0..length {
        let error = tag.encode(&mut [0; 64][..size]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cbor(Cbor::BufferTooSmall), "{size}");
    }
}

/// RFC 9393, section 2.2: extensions are written, each in its place in deterministic order, and none in
/// that of a member or twice.
#[test]
fn extensions_are_written() {
    use hexad_cose_core::Label as Key;
    let write = |extensions: &[(Key<'_>, &[u8])]| {
        let mut makers = [Entity::default()];
        let mut meta = SoftwareMeta { summary: Some("s"), ..SoftwareMeta::default() };
        meta.extensions = extensions.into();
        let metas = [meta];
        let tag = ConciseSwidTag {
            software_meta: (&metas).into(),
            ..minimal(&[Role::TagCreator], &mut makers)
        };
        let mut buffer = [0; 128];
        let written = tag.encode(&mut buffer).map_err(Error::kind)?;
        assert_eq!(ConciseSwidTag::parse(written).unwrap(), tag);
        hexad_cose_core::cbor::check_deterministic(written).unwrap();
        let start = written.windows(2).position(|two| two == [0x05, 0xa4]).unwrap();
        Ok(written[start + 2..].to_vec())
    };
    let media: (Key<'_>, &[u8]) = (Key::Integer(labels::MEDIA), &[0x61, b'm']);
    let private: (Key<'_>, &[u8]) = (Key::Integer(-1), &[0xf5]);
    let named: (Key<'_>, &[u8]) = (Key::Text("x"), &[0x80]);
    let expected =
        [0x0a, 0x61, b'm', 0x18, 55, 0x61, b's', 0x20, 0xf5, 0x61, b'x', 0x80, 0x0c, 0x00];
    let written = write(&[named, private, media]).unwrap();
    assert_eq!(written[..expected.len()], expected);
    assert_eq!(
        write(&[private, media, private]),
        Err(ErrorKind::Cbor(Cbor::DuplicateKey)),
        "the same label twice"
    );
    let summary: (Key<'_>, &[u8]) = (Key::Integer(labels::SUMMARY), &[0x60]);
    assert_eq!(write(&[summary]), Err(ErrorKind::Cbor(Cbor::NotDeterministic)));
    assert_eq!(write(&[(Key::Integer(99), &[0x82, 1])]), Err(ErrorKind::Cbor(Cbor::UnexpectedEnd)));
    assert_eq!(write(&[(Key::Integer(99), &[1, 2])]), Err(ErrorKind::Cbor(Cbor::TrailingBytes)));
}
