use super::*;

fn read(text: &str) -> Result<Number, EdnErrorKind> {
    number(&mut Scanner::new(text)).map_err(EdnError::kind)
}

fn float(text: &str) -> f64 {
    match read(text) {
        Ok(Number::Float(value)) => value,
        other => panic!("{text}: {other:?}"),
    }
}

/// IEEE 754: hexadecimal significands of any length are rounded to the nearest float, of two as near to
/// the even one, also where floats are subnormal.
#[test]
fn hexadecimal_floats_are_rounded_to_nearest() {
    let cases = [
        ("0x1.8p0", 1.5),
        ("-0x18p-4", -1.5),
        ("0x.8p1", 1.0),
        ("0x1.p-1", 0.5),
        ("0x0p99999999999999999999", 0.0),
        ("0x1.fffffffffffffp1023", f64::MAX),
        ("0x1p-1074", f64::from_bits(1)),
        ("0x1p-1022", f64::MIN_POSITIVE),
        ("0x0.fffffffffffff8p-1022", f64::MIN_POSITIVE),
        ("0x1.00000000000008p0", 1.0),
        ("0x1.00000000000008000000000001p0", 1.0 + f64::EPSILON),
        ("0x1.00000000000018p0", 1.0 + 2.0 * f64::EPSILON),
        ("0x1.ffffffffffffffp0", 2.0),
        // Half of the smallest float goes to the even zero, more than half does not.
        ("0x1p-1075", 0.0),
        ("0x1.8p-1075", f64::from_bits(1)),
        ("0x1p-1076", 0.0),
        ("0x1p-99999999999999999999", 0.0),
        ("0x10000000000000000000p-76", 1.0),
    ];
    for (text, expected) in cases {
        assert_eq!(float(text).to_bits(), expected.to_bits(), "{text}");
    }
    for text in ["0x1p1024", "0x1.fffffffffffff8p1023", "0x1p99999999999999999999"] {
        assert_eq!(read(text), Err(EdnErrorKind::Range), "{text}");
    }
}

/// JSON's decimals, and a point without digits on one side of it; never an infinity.
#[test]
fn decimal_floats() {
    for (text, expected) in [
        ("1.5", 1.5),
        ("+1.5", 1.5),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("15E-1", 1.5),
        ("0.1e+1", 1.0),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        assert_eq!(float(text).to_bits(), expected.to_bits(), "{text}");
    }
    assert!(float("NaN").is_nan());
    assert_eq!(read("1e400"), Err(EdnErrorKind::Range));
    let malformed = [
        "", "-", ".", "1e", "1e+", ".e1", "1.5.5", "1x", "0x", "0xg", "0x.p1", "0x1.8", "0x1p",
        "-NaN",
    ];
    for text in malformed {
        assert_eq!(read(text), Err(EdnErrorKind::Number), "{text}");
    }
}

/// Integers turn into bignums where major types 0 and 1 end (RFC 8949, 3.4.3).
#[test]
fn integers_of_any_size() {
    let plain = |value| Ok(Number::Plain(value));
    let integer = |negative, argument| Ok(Number::Integer { negative, argument });
    let big = |negative, content: &[u8]| Ok(Number::Big { negative, content: content.to_vec() });
    for (text, expected) in [
        ("0", plain(0)),
        ("007", plain(7)),
        ("18446744073709551615", plain(u64::MAX)),
        ("+1", integer(false, 1)),
        ("-0", integer(false, 0)),
        ("-1", integer(true, 0)),
        ("-18446744073709551616", integer(true, u64::MAX)),
        ("18446744073709551616", big(false, &[1, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("-18446744073709551617", big(true, &[1, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("0x1267", integer(false, 4711)),
        ("0o11147", integer(false, 4711)),
        ("0b1001001100111", integer(false, 4711)),
        ("-0xfF", integer(true, 254)),
        ("0x1fffffffffffffffff", big(false, &[0x1f, 255, 255, 255, 255, 255, 255, 255, 255])),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    assert_eq!(read(&"9".repeat(MAX_DIGITS + 1)), Err(EdnErrorKind::Range));
    assert!(matches!(read(&"9".repeat(MAX_DIGITS)), Ok(Number::Big { negative: false, .. })));
}
