extern crate std;
use std::format;
use std::string::String;

use super::*;

fn hex(text: &str) -> String {
    match parse_diagnostic(text) {
        Ok(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(error) => format!("{text}: {error}"),
    }
}

fn refused(text: &str) -> (EdnErrorKind, usize) {
    let error = parse_diagnostic(text).expect_err(text);
    (error.kind(), error.offset())
}

/// RFC 8949, 8: what each kind of item is written as.
#[test]
fn items() {
    for (text, expected) in [
        ("0", "00"),
        ("-1", "20"),
        ("1000000000000", "1b000000e8d4a51000"),
        ("18446744073709551616", "c249010000000000000000"),
        ("-18446744073709551617", "c349010000000000000000"),
        ("0x12", "12"),
        ("1.5", "f93e00"),
        ("100000.0", "fa47c35000"),
        ("1.1", "fb3ff199999999999a"),
        ("-0.0", "f98000"),
        ("0x1.8p0", "f93e00"),
        ("Infinity", "f97c00"),
        ("-Infinity", "f9fc00"),
        ("NaN", "f97e00"),
        ("false", "f4"),
        ("true", "f5"),
        ("null", "f6"),
        ("undefined", "f7"),
        ("simple(16)", "f0"),
        ("simple( 255 )", "f8ff"),
        ("simple(20)", "f4"),
        ("\"\"", "60"),
        ("'hello'", "4568656c6c6f"),
        ("h''", "40"),
        ("h'01 02\n03'", "43010203"),
        ("[]", "80"),
        ("[1, [2, 3], [4, 5,],]", "8301820203820405"),
        ("{}", "a0"),
        ("{\"a\": 1, 2: [], [3]: {},}", "a3616101028081 03a0"),
        ("1(1363896240)", "c11a514b67b0"),
        ("32(\"http://www.example.com\")", "d82076687474703a2f2f7777772e6578616d706c652e636f6d"),
        ("18446744073709551615(0)", "dbffffffffffffffff00"),
    ] {
        assert_eq!(hex(text), expected.replace(' ', ""), "{text}");
    }
}

/// RFC 8949, 8.1, and the `_i` of the draft: which encoding of an argument is meant.
#[test]
fn encoding_indicators() {
    for (text, expected) in [
        ("1_0", "1801"),
        ("1_1", "190001"),
        ("-1_2", "3a00000000"),
        ("0x1_3", "1b0000000000000001"),
        ("23_i", "17"),
        ("'A'_1", "59000141"),
        ("\"A\"_0", "780141"),
        ("<<1>>_0", "580101"),
        ("[_0 false, true]", "9802f4f5"),
        ("[_i 1]", "8101"),
        ("{_3 1: 2}", "bb00000000000000010102"),
        ("1_1(1)", "d9000101"),
        ("1.5_1", "f93e00"),
        ("1.5_2", "fa3fc00000"),
        ("1.5_3", "fb3ff8000000000000"),
        ("Infinity_2", "fa7f800000"),
        ("-Infinity_3", "fbfff0000000000000"),
        ("NaN_2", "fa7fc00000"),
        ("NaN_3", "fb7ff8000000000000"),
        ("float'7e01'", "f97e01"),
        ("float'ffc00000'", "faffc00000"),
        ("float'7ff0000000000001'", "fb7ff0000000000001"),
        ("[_ ]", "9fff"),
        ("[_]", "9fff"),
        ("{_ 1: 2, 3: [_ 4]}", "bf0102039f04ffff"),
        (
            "[_ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
            "9f00000000000000000000000000000000000000000000000000ff",
        ),
        ("''_", "5fff"),
        ("\"\"_", "7fff"),
        ("(_ h'0102', h'030405')", "5f42010243030405ff"),
        ("(_ \"strea\", \"ming\")", "7f657374726561646d696e67ff"),
        ("(_ '')", "5f40ff"),
        ("(_ 'a'_1, <<2>>,)", "5f5900016141 02ff"),
    ] {
        assert_eq!(hex(text), expected.replace(' ', ""), "{text}");
    }
    for text in [
        "24_i",
        "256_0",
        "1_4",
        "1_x",
        "1_",
        "1.1_1",
        "1.1_2",
        "1.5_0",
        "65536.0_1",
        "[_1x 1]",
        "(1)",
        "(_1 'a')",
        "'a'_",
        "''''_",
        "18446744073709551616_3",
        "<<1>>_",
        "(_ ''_)",
        "float'7e00'_2 ",
    ] {
        let (kind, offset) = refused(text);
        let expected = match text {
            "float'7e00'_2 " => EdnErrorKind::Trailing,
            _ => EdnErrorKind::Indicator,
        };
        assert_eq!(kind, expected, "{text} {offset}");
    }
}

/// RFC 4648, without padding or with the right one, in both alphabets of base 64; no bits left over.
#[test]
fn bases() {
    for (text, expected) in [
        ("h'12345678'", "4412345678"),
        ("h'4 86 56c 6c6f'", "4548656c6c6f"),
        ("b64'EjRWeA'", "4412345678"),
        ("b64'EjRWeA=='", "4412345678"),
        ("b64'+/-_'", "43fbffbf"),
        ("b64'Zm9v # comment\nYg'", "44666f6f62"),
        ("b32'CI2FM6A'", "4412345678"),
        ("b32'MZXW6YTB OI======'", "46666f6f626172"),
        ("h32'28Q5CU0'", "4412345678"),
        ("h'68 65 /l/ 6c # l\n 6c // o\n 6f /* end */'", "4568656c6c6f"),
    ] {
        assert_eq!(hex(text), expected, "{text}");
    }
    for (text, offset) in [
        ("h'0'", 3),
        ("h'0g'", 3),
        ("h'é'", 2),
        ("h'00='", 4),
        ("b64'E'", 5),
        ("b64'EjRWeB'", 10),
        ("b64'EjRWeA='", 11),
        ("b64'EjRW===='", 12),
        ("b64'Ej=RWeA='", 7),
        ("b32'CI2FM6B'", 11),
        ("b32'C1'", 5),
        ("float'7e'", 6),
    ] {
        assert_eq!(refused(text), (EdnErrorKind::Digit, offset), "{text}");
    }
}

/// JSON's escapes and one more; ends of lines are one character.
#[test]
fn quoted_strings() {
    for (text, expected) in [
        (r#""\"\\\/\b\f\n\r\t\u00fc""#, "6a225c2f080c0a0d09c3bc"),
        ("\"D\\u{6f}m \\u{1F073} \\u2318\"", "6c446f6d20f09f81b320e28c98"),
        ("\"\\ud800\\udd51\"", "64f0908591"),
        ("\"a\r\nb\"", "63610a62"),
        (r"'\'\u00e9'", "4327c3a9"),
        ("\"'\"", "6127"),
        ("'\"'", "4122"),
    ] {
        assert_eq!(hex(text), expected, "{text}");
    }
    let escapes = [
        r#""\x""#,
        r#""\u12""#,
        r#""\ud800""#,
        r#""\udd51""#,
        r#""\ud800\u0041""#,
        r#""\u{110000}""#,
    ];
    for text in escapes.into_iter().chain([r#""\'""#, r#""\u{}""#, r#""\u{41""#, r"'\"]) {
        assert_eq!(refused(text), (EdnErrorKind::Escape, 1), "{text}");
    }
    assert_eq!(refused("\"a\tb\""), (EdnErrorKind::Control, 2));
    for text in ["\"abc", "'abc", "h'00", "b64'", "float'", "\"a\\\"", "[1, 'a]"] {
        assert_eq!(refused(text).0, EdnErrorKind::Unclosed, "{text}");
    }
}

/// RFC 8610, G.4: strings that stand next to one another are one, of the first one's type.
#[test]
fn joined_strings() {
    for text in [
        "\"Hello world\"",
        "\"Hello \" \"world\"",
        "\"Hello\" h'20' \"world\"",
        "\"\" h'48656c6c6f20776f726c64' \"\"",
    ] {
        assert_eq!(hex(text), "6b48656c6c6f20776f726c64", "{text}");
    }
    for text in [
        "'Hello world'",
        "'Hello ' /and/ h'776f726c64'",
        "'' h'48656c6c6f20776f726c64' '' b64''",
        "h'4 86 56c 6c6f' h' 20776 f726c64'",
    ] {
        assert_eq!(hex(text), "4b48656c6c6f20776f726c64", "{text}");
    }
    // Half a character is none, but two halves are one.
    assert_eq!(hex("\"\" h'c3' h'bc'"), "62c3bc");
    assert_eq!(refused("[\"\" h'c3']"), (EdnErrorKind::InvalidUtf8, 1));
    assert_eq!(refused("['a' \"b\"]"), (EdnErrorKind::Mixed, 5));
    assert_eq!(refused("(_ 'a', \"b\")"), (EdnErrorKind::Mixed, 0));
    assert_eq!(refused("(_ 'a', 1)"), (EdnErrorKind::Chunk, 8));
    assert_eq!(refused("(_ )"), (EdnErrorKind::Chunk, 3));
}

/// RFC 8610, G.3: CBOR in a byte string, one item, several or none.
#[test]
fn wrapped_items() {
    assert_eq!(hex("<<>>"), "40");
    assert_eq!(hex("<<1, 2>>"), "420102");
    assert_eq!(hex("[<<\"hello\", null>>, 1]"), "82476568656c6c6ff601");
    assert_eq!(
        hex("<< {1: <<[ <<-7>> ]>>} >>"),
        "4601 01".replacen("4601 01", "46a10143814126", 1)
    );
}

/// RFC 8610, G.6, and the draft: comments wherever white space may be.
#[test]
fn comments() {
    let text = "/a/ [ # b\n 1 /c/ , // d, e\n /* f / g */ {/h/1/i/:/j/2/k/} ] / l /";
    assert_eq!(hex(text), "8201a10102");
    assert_eq!(hex("4 / HMAC 256//64 /"), "04");
    assert_eq!(hex("1 #"), "01");
    for (text, offset) in [("/a", 0), ("1 /* a /", 2), ("[1 /a]", 3), ("h'00 /'", 5)] {
        assert_eq!(refused(text), (EdnErrorKind::Unclosed, offset), "{text}");
    }
}

/// What is refused, and where.
#[test]
fn refusals() {
    use EdnErrorKind::{
        Colon, Item, Number, Parenthesis, Prefix, Range, Separator, Simple, TooDeep, Trailing,
    };
    for (text, kind, offset) in [
        ("", Item, 0),
        (" /only a comment/", Item, 17),
        ("[1, , 2]", Item, 4),
        ("[,]", Item, 1),
        ("[1,", Item, 3),
        ("nil", Item, 0),
        ("True", Item, 0),
        ("]", Item, 0),
        ("1(", Item, 2),
        ("[1 2]", Separator, 3),
        ("[1}", Separator, 2),
        ("<<1>", Separator, 3),
        ("{1: 2 3: 4}", Separator, 6),
        ("[", Item, 1),
        ("{1, 2}", Colon, 2),
        ("{1}", Colon, 2),
        ("{1:}", Item, 3),
        ("1(2, 3)", Parenthesis, 3),
        ("1(2", Parenthesis, 3),
        ("simple(1", Parenthesis, 8),
        ("simple(24)", Simple, 7),
        ("simple(256)", Simple, 7),
        ("simple()", Simple, 7),
        ("simple", Item, 0),
        ("1 2", Trailing, 2),
        ("dt'2013-03-21'", Prefix, 0),
        ("dt<<1>>", Prefix, 0),
        ("h`00`", Prefix, 0),
        ("99999999999999999999(1)", Trailing, 20),
        ("-1(2)", Trailing, 2),
        ("1.5(2)", Trailing, 3),
        ("1e999", Range, 0),
        ("12ab", Number, 0),
    ] {
        assert_eq!(refused(text), (kind, offset), "{text}");
    }
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_diagnostic(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(refused(&nested(MAX_DEPTH + 1)), (TooDeep, MAX_DEPTH));
    assert_eq!(refused(&"1(".repeat(100_000)), (TooDeep, 2 * MAX_DEPTH));
    assert_eq!(refused(&"<<".repeat(100_000)), (TooDeep, 2 * MAX_OPEN));
    // Wrapped CBOR counts anew, as it does when it is read.
    let wrapped = format!("{}<<{}>>{}", "[".repeat(30), nested(30), "]".repeat(30));
    assert!(parse_diagnostic(&wrapped).is_ok());
}

/// Lengths of heads inside wrapped CBOR count, however long they are.
#[test]
fn lengths_of_wrapped_cbor() {
    let items = "0,".repeat(300);
    let bytes = parse_diagnostic(&format!("<<[{items}], [{items}]>>")).unwrap();
    assert_eq!(bytes[..6], [0x59, 0x02, 0x5e, 0x99, 0x01, 0x2c]);
    assert_eq!(bytes.len(), 3 + 606);
    crate::cbor::check_deterministic(&bytes).unwrap();
    crate::cbor::check_deterministic(&bytes[3..306]).unwrap();
}
