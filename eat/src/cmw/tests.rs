use std::vec::Vec;

use super::*;

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(Error::kind)
}

/// draft-ietf-rats-msg-wrap, 3.2 and 3.3: a collection of a record, a tag and a media type.
#[test]
fn collection() {
    let record = |content_type, value, indicator| Cmw::Record { content_type, value, indicator };
    let a =
        record(ContentType::Format(64999), &[0x23, 0x47, 0xda, 0x55], Some(indicator::EVIDENCE));
    let b = Cmw::Tagged { tag: 1_668_612_070, value: &[0x23] };
    let c = record(ContentType::Media("application/eat+jwt"), b"...", None);
    let entries = [Entry::new("c", &c), Entry::new(1, &b), Entry::new(0, &a)];
    let tag = "tag:example.com,2024:composite-attester";
    let collection = Cmw::Collection(Collection::new(Some(tag), &entries));
    let mut bytes = Vec::new();
    collection.encode(&mut Encoder::appending(&mut bytes)).unwrap();
    hexad_cose_core::cbor::check_deterministic(&bytes).unwrap();
    let read = Cmw::parse(&bytes).unwrap();
    assert_eq!(read, collection);
    let Cmw::Collection(read) = read else { panic!("{read:?}") };
    assert_eq!(read.collection_type(), Some(tag));
    assert_eq!(read.get(1), Some(b));
    assert_eq!(read.iter().count(), 3);
    for length in 0..bytes.len() {
        assert!(Cmw::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
    let mut again = Vec::new();
    Cmw::Collection(read).encode(&mut Encoder::appending(&mut again)).unwrap();
    assert_eq!(again, bytes);

    let twice = [Entry::new("c", &c), Entry::new("c", &b)];
    let twice = Cmw::Collection(Collection::new(None, &twice));
    let refused = kind(twice.encode(&mut Encoder::counting()));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::DuplicateKey)));
}

/// RFC 9277, 4.3: the tag of each content format, and back; 255 to a run.
#[test]
fn tags_of_content_formats() {
    for (number, tag) in [(0, 1_668_546_817), (254, 1_668_547_071), (255, 1_668_547_073)] {
        assert_eq!(Cmw::tag_of(number), Some(tag));
    }
    assert_eq!(Cmw::tag_of(65025), None);
    for number in 0..=65024 {
        let tag = Cmw::tag_of(number).unwrap();
        assert_eq!(Cmw::Tagged { tag, value: &[] }.content_format(), Some(number));
    }
    // The gap behind the first run.
    assert_eq!(Cmw::Tagged { tag: 1_668_547_072, value: &[] }.content_format(), None);
    assert_eq!(Cmw::Tagged { tag: 601, value: &[] }.content_format(), None);
}

#[test]
fn malformed() {
    let cases: [(&[u8], Cose); 6] = [
        (&[0x81, 0x00], Cose::Length),
        (&[0x84, 0x00, 0x40, 0x01, 0x01], Cose::Length),
        // An indicator with a bit that means nothing.
        (&[0x83, 0x00, 0x40, 0x18, 0x20], Cose::InvalidValue),
        // A media type without a subtype.
        (&[0x82, 0x61, b'a', 0x40], Cose::InvalidValue),
        (&[0xa0], Cose::Length),
        (&[0xa2, 0x00, 0x82, 0x00, 0x40, 0x00, 0x82, 0x00, 0x40], Cose::DuplicateKey),
    ];
    for (bytes, expected) in cases {
        assert_eq!(kind(Cmw::parse(bytes)), Some(ErrorKind::Cose(expected)), "{bytes:02x?}");
    }
    let nest = |depth: usize| {
        let mut bytes = [0xa1, 0x00].repeat(depth);
        bytes.extend([0x82, 0x00, 0x40]);
        bytes
    };
    assert!(Cmw::parse(&nest(MAX_SUBMODULE_DEPTH)).is_ok());
    let refused = kind(Cmw::parse(&nest(MAX_SUBMODULE_DEPTH + 1)));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::TooDeep)));
}
