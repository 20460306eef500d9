extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::cbor::{Encoder, parse_diagnostic};

fn item(text: &str) -> Vec<u8> {
    parse_diagnostic(text).expect(text)
}

/// RFC 8949, 5.6.1: keys are the same when their values are, whatever their encoding; integers and floats,
/// byte strings and text are different values.
#[test]
fn keys_are_compared_by_value() {
    let same = [
        ("1", "1_0"),
        ("-1", "-1_3"),
        ("1.0", "1.0_3"),
        ("NaN", "NaN_2"),
        ("float'7e01'", "float'7fc02000'"),
        ("'ab'", "(_ 'a', 'b')"),
        ("(_ 'a', '', 'b')", "(_ '', 'ab')"),
        ("\"ab\"", "\"ab\"_2"),
        ("''_", "''"),
        ("[1, [2]]", "[_ 1, [_1 2]]"),
        ("{1: 2}", "{_ 1_0: 2_0}"),
        ("1(2)", "1_2(2)"),
        ("[]", "[_ ]"),
        ("simple(99)", "simple(99)"),
        ("null", "null"),
    ];
    for (a, b) in same {
        for (a, b) in [(a, b), (b, a)] {
            let first = 1 + item(a).len() + 1;
            let map = item(&std::format!("{{{a}: 0, {b}: 0}}"));
            let expected = Err(Error::new(ErrorKind::DuplicateKey, first));
            assert_eq!(check_unique_keys(&map), expected, "{a} {b}");
            // Also when the equal one is not the greatest so far, and deeper down.
            let map = item(&std::format!("[{{{a}: 0, [{b}, 99]: 0, false: 0, {b}: {{}}}}]"));
            let error = check_unique_keys(&map).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DuplicateKey, "{a} {b}");
        }
    }
    let different = [
        "1",
        "-1",
        "1.0",
        "-0.0",
        "0.0",
        "'1'",
        "\"1\"",
        "'11'",
        "[1]",
        "[1, 1]",
        "[]",
        "{1: 1}",
        "{1: 2}",
        "{}",
        "1(1)",
        "2(1)",
        "1([1])",
        "true",
        "null",
        "simple(1)",
        "NaN",
        "float'fe00'",
        "1.1",
        "100000.0",
        "''",
        "\"\"",
        "[[1]]",
        "[1, 2]",
    ];
    for order in [different.to_vec(), different.iter().rev().copied().collect()] {
        let entries: Vec<_> = order.iter().map(|key| std::format!("{key}: [{key}]")).collect();
        assert_eq!(check_unique_keys(&item(&std::format!("{{{}}}", entries.join(", ")))), Ok(()));
    }
    // Each map has its own keys.
    assert_eq!(check_unique_keys(&item("[{1: {1: 0}, 2: {1: {1: 0}}}, {1: 0}]")), Ok(()));
    assert_eq!(check_unique_keys(&item("{{1: 0}: 0, {1: 1}: {2: 0}}")), Ok(()));
    let inside_key = check_unique_keys(&item("{{1: 0, 1: 1}: 0}"));
    assert_eq!(inside_key, Err(Error::new(ErrorKind::DuplicateKey, 4)));
}

/// In ascending order any number of keys is checked; out of it, no more than is little work.
#[test]
fn the_work_on_unordered_keys_is_bounded() {
    let map = |keys: &mut dyn Iterator<Item = u64>| {
        let mut bytes = vec![0xbf];
        let mut encoder = Encoder::appending(&mut bytes);
        for key in keys {
            encoder.unsigned(key).unwrap().null().unwrap();
        }
        encoder.raw(&[0xff]).unwrap();
        bytes
    };
    assert_eq!(check_unique_keys(&map(&mut (0..200_000))), Ok(()));
    assert_eq!(check_unique_keys(&map(&mut (0..100).rev())), Ok(()));
    let error = check_unique_keys(&map(&mut (0..200_000).rev())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooMany);
    // Not per map: many small ones add up, too.
    let small = map(&mut (0..100).rev());
    let many = [vec![0x9f], small.repeat(1000), vec![0xff]].concat();
    assert_eq!(check_unique_keys(&many).map_err(Error::kind), Err(ErrorKind::TooMany));
}

/// Limits that the caller lowers, in definite and indefinite lengths, told at the item beyond them.
#[test]
fn limits() {
    for (text, depth, items) in [
        ("1", 0, 1),
        ("[]", 1, 1),
        ("{_ }", 1, 1),
        ("1(2)", 1, 2),
        ("[[], [[]], 1]", 3, 5),
        ("[_ {_ 1: [_ ]}]", 3, 4),
        ("(_ 'a', 'b')", 0, 1),
        ("{1: {2: 3}, 4: 5}", 2, 7),
    ] {
        let bytes = item(text);
        let raw = Raw::new(&bytes, 100);
        let limits = Limits::new().depth(depth).items(items);
        assert_eq!(limits.check_well_formed(raw), Ok(()), "{text}");
        assert_eq!(limits.check_unique_keys(raw), Ok(()), "{text}");
        if depth > 0 {
            let error = limits.depth(depth - 1).check_well_formed(raw).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooDeep, "{text}");
            assert!((100..100 + bytes.len()).contains(&error.offset()), "{text}");
        }
        let error = limits.items(items - 1).check_well_formed(raw).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooMany, "{text}");
    }
    // A limit beyond what holds always changes nothing.
    let nested = [vec![0x81; MAX_DEPTH + 1], vec![0]].concat();
    let error = Limits::new().depth(100).check_well_formed(Raw::new(&nested, 0)).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::TooDeep, MAX_DEPTH));
    let deterministic =
        Limits::default().items(2).check_deterministic(Raw::new(&[0x81, 0x18, 1], 7));
    assert_eq!(deterministic, Err(Error::new(ErrorKind::NotDeterministic, 8)));
}

/// RFC 8949, 3.4.3 and 4.2.1: a bignum without leading zeros, and only where no integer serves.
#[test]
fn bignums_are_deterministic_in_their_shortest_form_only() {
    for text in ["2(h'010000000000000000')", "3(h'ffffffffffffffffff')", "2(1)", "4(h'00')"] {
        assert_eq!(check_deterministic(&item(text)), Ok(()), "{text}");
    }
    for text in ["2(h'')", "2(h'01')", "3(h'ffffffffffffffff')", "2(h'00ffffffffffffffffff')"] {
        let expected = Err(Error::new(ErrorKind::NotDeterministic, 1));
        assert_eq!(check_deterministic(&item(text)), expected, "{text}");
    }
}
