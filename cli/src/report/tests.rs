use super::*;

/// Names and texts come from whoever made the input: they must not reach the terminal as
/// escape sequences or reorder its text.
#[test]
fn control_characters_are_escaped() {
    assert_eq!(printable("a\u{1b}[2J\nb"), "a\\u{1b}[2J\\nb");
    assert_eq!(printable("\u{202e}exe"), "\\u{202e}exe");
    assert_eq!(printable("\"h'00'\" ü \\"), "\"h'00'\" ü \\");
}

/// The fields of the object stand in the order in which they were given, `ok` and `type` first.
#[test]
fn the_object_keeps_its_order() {
    let mut report = Report::new("sign1");
    report.entry("alg", "alg", "ES256 (-7)", -7);
    report.json("a", Value::Null);
    let object = serde_json::to_string(&report).unwrap();
    assert_eq!(object, r#"{"ok":true,"type":"sign1","alg":-7,"a":null}"#);
    assert_eq!(report.text(), "  alg: ES256 (-7)\n");
}
