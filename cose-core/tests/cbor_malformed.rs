//! RFC 8949, appendix F.1: every example of what is not well-formed is refused, by each way to read it,
//! for its reason and at the byte that is to blame.

use hexad_cose_core::ErrorKind::{
    self, IndefiniteLength, ReservedValue, UnexpectedBreak, UnexpectedEnd,
};
use hexad_cose_core::cbor::{
    Cursor, Limits, Raw, check_deterministic, check_unique_keys, check_well_formed,
};

/// The examples under one heading of the appendix: bytes in hexadecimal, and where they are wrong.
struct Class {
    heading: &'static str,
    kind: ErrorKind,
    examples: &'static [(&'static str, usize)],
}

const CLASSES: &[Class] = &[
    Class {
        heading: "end of input in a head",
        kind: UnexpectedEnd,
        examples: &[
            ("18", 1),
            ("19", 1),
            ("1a", 1),
            ("1b", 1),
            ("19 01", 2),
            ("1a 01 02", 3),
            ("1b 01 02 03 04 05 06 07", 8),
            ("38", 1),
            ("58", 1),
            ("78", 1),
            ("98", 1),
            ("9a 01 ff 00", 4),
            ("b8", 1),
            ("d8", 1),
            ("f8", 1),
            ("f9 00", 2),
            ("fa 00 00", 3),
            ("fb 00 00 00", 4),
        ],
    },
    Class {
        heading: "definite-length strings with short data",
        kind: UnexpectedEnd,
        examples: &[
            ("41", 1),
            ("61", 1),
            ("5a ff ff ff ff 00", 6),
            ("5b ff ff ff ff ff ff ff ff 01 02 03", 12),
            ("7a ff ff ff ff 00", 6),
            ("7b 7f ff ff ff ff ff ff ff 01 02 03", 12),
        ],
    },
    Class {
        heading: "definite-length maps and arrays not closed with enough items",
        kind: UnexpectedEnd,
        examples: &[
            ("81", 1),
            ("81 81 81 81 81 81 81 81 81", 9),
            ("82 00", 2),
            ("a1", 1),
            ("a2 01 02", 3),
            ("a1 00", 2),
            ("a2 00 00 00", 4),
        ],
    },
    Class { heading: "tag number without content", kind: UnexpectedEnd, examples: &[("c0", 1)] },
    Class {
        heading: "indefinite-length strings not closed by a break",
        kind: UnexpectedEnd,
        examples: &[("5f 41 00", 3), ("7f 61 00", 3)],
    },
    Class {
        heading: "indefinite-length maps and arrays not closed by a break",
        kind: UnexpectedEnd,
        examples: &[
            ("9f", 1),
            ("9f 01 02", 3),
            ("bf", 1),
            ("bf 01 02 01 02", 5),
            ("81 9f", 2),
            ("9f 80 00", 3),
            ("9f 9f 9f 9f 9f ff ff ff ff", 9),
            ("9f 81 9f 81 9f 9f ff ff ff", 9),
        ],
    },
    Class {
        heading: "subkind 1: reserved additional information",
        kind: ReservedValue,
        examples: &[
            ("1c", 0),
            ("1d", 0),
            ("1e", 0),
            ("3c", 0),
            ("3d", 0),
            ("3e", 0),
            ("5c", 0),
            ("5d", 0),
            ("5e", 0),
            ("7c", 0),
            ("7d", 0),
            ("7e", 0),
            ("9c", 0),
            ("9d", 0),
            ("9e", 0),
            ("bc", 0),
            ("bd", 0),
            ("be", 0),
            ("dc", 0),
            ("dd", 0),
            ("de", 0),
            ("fc", 0),
            ("fd", 0),
            ("fe", 0),
        ],
    },
    Class {
        heading: "subkind 2: reserved two-byte simple values",
        kind: ReservedValue,
        examples: &[("f8 00", 0), ("f8 01", 0), ("f8 18", 0), ("f8 1f", 0)],
    },
    Class {
        heading: "subkind 3: chunks not of the correct type",
        kind: IndefiniteLength,
        examples: &[
            ("5f 00 ff", 1),
            ("5f 21 ff", 1),
            ("5f 61 00 ff", 1),
            ("5f 80 ff", 1),
            ("5f a0 ff", 1),
            ("5f c0 00 ff", 1),
            ("5f e0 ff", 1),
            ("7f 41 00 ff", 1),
        ],
    },
    Class {
        heading: "subkind 3: chunks not of definite length",
        kind: IndefiniteLength,
        examples: &[("5f 5f 41 00 ff ff", 1), ("7f 7f 61 00 ff ff", 1)],
    },
    Class {
        heading: "subkind 4: a break outside of an indefinite-length item",
        kind: UnexpectedBreak,
        examples: &[("ff", 0)],
    },
    Class {
        heading: "subkind 4: a break in a definite-length item",
        kind: UnexpectedBreak,
        examples: &[
            ("81 ff", 1),
            ("82 00 ff", 2),
            ("a1 ff 00", 1),
            ("a1 00 ff", 2),
            ("9f 81 ff", 2),
            ("9f 82 9f 81 9f 9f ff ff ff ff", 9),
        ],
    },
    // The same heading; but fewer bytes are left than the map announces entries for, which is said first.
    Class {
        heading: "subkind 4: a break in a definite-length map that is also too short",
        kind: UnexpectedEnd,
        examples: &[("a1 ff", 2), ("a2 00 00 ff", 4)],
    },
    Class {
        heading: "subkind 4: a break in a value's position",
        kind: UnexpectedBreak,
        examples: &[("bf 00 ff", 2), ("bf 00 00 00 ff", 4)],
    },
    Class {
        heading: "subkind 5: major types 0, 1 and 6 of indefinite length",
        kind: ReservedValue,
        examples: &[("1f", 0), ("3f", 0), ("df", 0)],
    },
];

fn bytes(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// Each example is refused as the table says, alone and inside other items; so is a check that asks for
/// more than that.
#[test]
fn every_example_is_refused_for_its_reason_and_at_its_byte() {
    assert_eq!(CLASSES.iter().map(|class| class.examples.len()).sum::<usize>(), 94);
    for Class { heading, kind, examples } in CLASSES {
        for (hex, offset) in *examples {
            let item = bytes(hex);
            let told = check_well_formed(&item).map_err(|error| (error.kind(), error.offset()));
            assert_eq!(told, Err((*kind, *offset)), "{heading}: {hex}");
            let expected = check_well_formed(&item);
            assert_eq!(Cursor::new(&item).skip(), expected, "{hex}");
            assert_eq!(Cursor::new(&item).item().map(drop), expected, "{hex}");
            assert_eq!(check_unique_keys(&item), expected, "{hex}");
            assert_eq!(check_deterministic(&item), expected, "{hex}");
            let wrapped = Limits::new().check_well_formed(Raw::new(&item, 100)).unwrap_err();
            assert_eq!((wrapped.kind(), wrapped.offset()), (*kind, 100 + offset), "{hex}");
            for before in
                [&[0x81][..], &[0x82, 0x00], &[0xc1], &[0x9f], &[0xbf, 0x00], &[0xd8, 0x20]]
            {
                // A break that ends this array or map is in its place.
                if matches!(before[0], 0x9f | 0xbf) && item[0] == 0xff {
                    continue;
                }
                let error = check_well_formed(&[before, &item].concat()).unwrap_err();
                assert_eq!((error.kind(), error.offset()), (*kind, before.len() + offset), "{hex}");
            }
        }
    }
}

/// Appendix F, kind 1: too much data behind an item; kind 2: any item cut short.
#[test]
fn items_with_more_or_less_data_are_refused() {
    // [_ 1(-70000), {"a": (_ h'00', h'0102')}, 1.5, 1.1, false]
    let item = bytes(
        "9f c1 3a 00 01 11 6f a1 61 61 5f 41 00 42 01 02 ff f9 3e 00 fb 3f f1 99 99 99 99 99 9a f4 ff",
    );
    assert_eq!(check_well_formed(&item), Ok(()));
    for length in 0..item.len() {
        let error = check_well_formed(&item[..length]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (UnexpectedEnd, length));
    }
    for byte in 0..=u8::MAX {
        let error = check_well_formed(&[&item[..], &[byte]].concat()).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::TrailingBytes, item.len()));
    }
}
