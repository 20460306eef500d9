//! Diagnostic notation (RFC 8949, 8) loses nothing, and no text breaks its parser.

mod items;

use hexad_cose_core::cbor::{check_well_formed, diagnose, diagnose_indented, parse_diagnostic};
use proptest::prelude::*;

/// Pieces of notation, as a text that is nearly right would have them.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[", "]", "{", "}", "(", ")", "<<", ">>", ",", ":", " ", "\n", "_", "_0", "_3", "_i", "0",
        "17", "-1", "1.5", "0x", "1e9", "'", "\"", "h'", "b64'", "float'", "0a", "AA", "\\u00",
        "\\n", "/", "*", "#", "simple(", "true", "null", "NaN", "Infinity", "é",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// RFC 8949, 8: what is printed stands for the same bytes, whatever encoding they chose.
    #[test]
    fn what_is_printed_is_parsed_to_the_same_bytes(bytes in items::item()) {
        prop_assert_eq!(check_well_formed(&bytes), Ok(()));
        let line = diagnose(&bytes).unwrap();
        prop_assert_eq!(parse_diagnostic(&line), Ok(bytes.clone()), "{}", line);
        let lines = diagnose_indented(&bytes).unwrap();
        prop_assert_eq!(parse_diagnostic(&lines), Ok(bytes), "{}", lines);
    }

    /// A text gives one well-formed item, or an error on a character's boundary.
    #[test]
    fn any_text_is_parsed_or_refused(text in prop_oneof![pieces(), ".{0,30}"]) {
        match parse_diagnostic(&text) {
            Ok(bytes) => prop_assert_eq!(check_well_formed(&bytes), Ok(()), "{}", text),
            Err(error) => prop_assert!(text.is_char_boundary(error.offset()), "{} {}", text, error),
        }
    }

    /// A text that was right and is cut short is no whole item any more, unless it ends in a number, or
    /// in a string that the next one continues.
    #[test]
    fn a_text_cut_short_is_never_another_item(bytes in items::item(), cut: prop::sample::Index) {
        let text = diagnose(&bytes).unwrap();
        let cut = text.floor_char_boundary(cut.index(text.len()));
        let bracketed = text.starts_with(['[', '{', '(', '"']) || text.starts_with("h'");
        if bracketed && !text.contains('_') {
            prop_assert!(parse_diagnostic(&text[..cut]).is_err(), "{} {}", text, cut);
        }
    }
}

/// Decimal floats of `f64::from_str` and hexadecimal ones of this parser are the same numbers: each
/// float written in hexadecimal comes back.
#[test]
fn hexadecimal_floats_are_exact() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let float = prop_oneof![any::<f64>(), any::<f32>().prop_map(f64::from)];
    let check = |value: f64| {
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff).cast_signed();
        let (one, exponent) = if exponent == 0 { (0, -1022) } else { (1, exponent - 1023) };
        let sign = if value.is_sign_negative() { "-" } else { "" };
        let hexadecimal = format!("{sign}0x{one}.{:013x}p{exponent}", bits & ((1 << 52) - 1));
        if value.is_finite() {
            let decimal = format!("{value:?}");
            prop_assert_eq!(parse_diagnostic(&hexadecimal), parse_diagnostic(&decimal));
        }
        Ok(())
    };
    runner.run(&float, check).unwrap();
}
