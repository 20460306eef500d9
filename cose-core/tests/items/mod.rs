//! Random well-formed items in every encoding that RFC 8949 allows: heads of any width, indefinite
//! lengths, floats of any bits. Written by hand from section 3, not by the encoder under test.

use proptest::prelude::*;

/// A head of `major` type with `argument` in at least `width` bytes behind the first: 0, 1, 2, 4 or 8.
fn head(major: u8, argument: u64, width: usize) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let needed = match argument {
        0..24 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    let (info, width) = match needed.max(width) {
        0 => return vec![major << 5 | bytes[7]],
        1 => (24, 1),
        2 => (25, 2),
        3..=4 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | info][..], &bytes[8 - width..]].concat()
}

fn width() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => prop::sample::select(vec![1, 2, 4, 8])]
}

fn argument() -> impl Strategy<Value = u64> {
    prop_oneof![0..30_u64, any::<u64>(), (0..64_u32).prop_map(|shift| u64::MAX >> shift)]
}

fn string(major: u8) -> impl Strategy<Value = Vec<u8>> {
    let content = if major == 3 {
        "\\PC{0,12}|[\\x00-\\x7f]{0,30}".prop_map(String::into_bytes).boxed()
    } else {
        prop::collection::vec(any::<u8>(), 0..40).boxed()
    };
    (content, width()).prop_map(move |(content, width)| {
        [head(major, content.len() as u64, width), content].concat()
    })
}

fn chunked(major: u8) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(string(major), 0..4)
        .prop_map(move |chunks| [vec![major << 5 | 31], chunks.concat(), vec![0xff]].concat())
}

fn float() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u16>().prop_map(|bits| [&[0xf9][..], &bits.to_be_bytes()].concat()),
        any::<u32>().prop_map(|bits| [&[0xfa][..], &bits.to_be_bytes()].concat()),
        any::<u64>().prop_map(|bits| [&[0xfb][..], &bits.to_be_bytes()].concat()),
        // Values that a narrower float has, too, in a wider one.
        any::<i8>().prop_map(|n| [&[0xfa][..], &(f32::from(n) / 8.0).to_be_bytes()].concat()),
        any::<i16>().prop_map(|n| [&[0xfb][..], &(f64::from(n) / 8.0).to_be_bytes()].concat()),
        any::<f32>().prop_map(|f| [&[0xfb][..], &f64::from(f).to_be_bytes()].concat()),
        Just(vec![0xf9, 0x7e, 0x00]),
    ]
}

fn leaf() -> impl Strategy<Value = Vec<u8>> {
    let simple = any::<u8>().prop_map(|value| match value {
        0..20 => vec![0xe0 | value],
        20..32 => vec![0xf4 | value & 3],
        _ => vec![0xf8, value],
    });
    prop_oneof![
        3 => (0..2_u8, argument(), width()).prop_map(|(major, argument, width)| {
            head(major, argument, width)
        }),
        2 => string(2),
        2 => string(3),
        1 => chunked(2),
        1 => chunked(3),
        1 => simple,
        2 => float(),
    ]
}

/// One well-formed item.
pub fn item() -> impl Strategy<Value = Vec<u8>> {
    leaf().prop_recursive(6, 60, 8, |inner| {
        let container = |major: u8, each: usize| {
            let entries =
                prop::collection::vec(inner.clone(), 0..6 * each).prop_map(move |mut items| {
                    items.truncate(items.len() / each * each);
                    items
                });
            (entries, width(), any::<bool>()).prop_map(move |(items, width, indefinite)| {
                if indefinite {
                    return [vec![major << 5 | 31], items.concat(), vec![0xff]].concat();
                }
                [head(major, (items.len() / each) as u64, width), items.concat()].concat()
            })
        };
        prop_oneof![
            container(4, 1),
            container(5, 2),
            (argument(), width(), inner.clone()).prop_map(|(number, width, item)| [
                head(6, number, width),
                item
            ]
            .concat()),
        ]
    })
}
