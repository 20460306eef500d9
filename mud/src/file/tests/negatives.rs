//! What a hostile author writes, or a careless one.

use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::{FILE, lenient, with};
use crate::ErrorKind;
use crate::diff::diff;
use crate::file::{Mud, Reader};
use crate::lint::{WarningKind, lint};

/// Texts that mean something to a shell, a ruleset, SQL, a page, a terminal, a path or a format.
const INJECTIONS: [&str; 10] = [
    "x\"; } add rule inet filter input accept; #",
    "x } counter accept comment { y",
    "$(reboot)",
    "`id`; reboot",
    "x'; DROP TABLE device; --",
    "<script>alert(1)</script>",
    "\u{1b}[2J\u{202e}x",
    "line\nadd rule inet filter input accept",
    "../../../etc/passwd",
    "%n%s%x {{7*7}} ${7*7}",
];

/// Both readers refuse the file, for this and at this node.
fn refused(file: &str, kind: ErrorKind, pointer: &str) {
    for reader in [Reader::new(), Reader::new().lenient()] {
        let error = reader.read(file.as_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.pointer()), (kind, pointer), "{error}");
    }
}

/// JSON's way to write a text.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// RFC 8520, 7: a policy refers to a list that is there.
#[test]
fn missing_acl_names() {
    let named = "/ietf-mud:mud/from-device-policy/access-lists/access-list/0";
    let missing = with("[ { \"name\": \"from\" } ]", "[ { \"name\": \"From\" } ]");
    refused(&missing, ErrorKind::UndefinedAcl, named);
    let lists = "\"ietf-access-control-list:acls\"";
    let without = with(lists, "\"example:others\"");
    refused(&without, ErrorKind::UndefinedAcl, named);
    let nameless = with("[ { \"name\": \"from\" } ]", "[ { } ]");
    let entry = "/ietf-mud:mud/from-device-policy/access-lists/access-list/0";
    refused(&nameless, ErrorKind::Missing, entry);
}

/// RFC 7950, 7.8.2: the name is the key of a list, and one entry has it.
#[test]
fn repeated_acl_names() {
    let twice =
        with("[ { \"name\": \"from\" } ]", "[ { \"name\": \"from\" }, { \"name\": \"from\" } ]");
    let entry = "/ietf-mud:mud/from-device-policy/access-lists/access-list/1";
    refused(&twice, ErrorKind::DuplicateEntry, entry);
    let same = with("{ \"name\": \"from\", \"type\"", "{ \"name\": \"to\", \"type\"");
    refused(&same, ErrorKind::DuplicateEntry, "/ietf-access-control-list:acls/acl/1");
    let entry =
        "{ \"name\": \"cl0-todev\", \"matches\": { }, \"actions\": { \"forwarding\": \"drop\" } },";
    let both = with("\"aces\": { \"ace\": [", &format!("\"aces\": {{ \"ace\": [ {entry}"));
    let pointer = "/ietf-access-control-list:acls/acl/0/aces/ace/1";
    refused(&both, ErrorKind::DuplicateEntry, pointer);
}

/// No list refers to a list, so that there is no circle to follow: what looks like such a reference is refused among
/// the conditions, and has no effect elsewhere.
#[test]
fn cyclic_acl_names() {
    let flows = |mud: &Mud| mud.flows().count();
    let plain = flows(&Mud::parse(FILE.as_bytes()).unwrap());
    for reference in
        ["\"acl\": \"to\",", "\"access-lists\": { \"access-list\": [ { \"name\": \"to\" } ] },"]
    {
        let file = with("\"matches\": {", &format!("\"matches\": {{ {reference}"));
        let error = Mud::parse(file.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownNode, "{error}");
        let file = with("\"actions\": {", &format!("\"actions\": {{ {reference}"));
        if let Ok(reading) = Reader::new().read(file.as_bytes()) {
            assert_eq!(flows(&reading.mud), plain);
            assert_eq!(reading.findings[0].kind(), ErrorKind::UnknownNode);
        }
    }
    // A list for both directions is read once for each, and ends.
    let from = "[ { \"name\": \"from\" } ]";
    let both = with(from, "[ { \"name\": \"from\" }, { \"name\": \"to\" } ]");
    match Mud::parse(both.as_bytes()) {
        Ok(mud) => assert_eq!(flows(&mud), plain + 1),
        Err(error) => assert_eq!(error.kind(), ErrorKind::WrongDirection),
    }
}

/// RFC 6991: a host's name has no wildcard, and is not everyone's.
#[test]
fn wildcard_names() {
    let pointer =
        "/ietf-access-control-list:acls/acl/0/aces/ace/0/matches/ipv6/ietf-acldns:src-dnsname";
    for name in
        ["*.example.com", "*", "a.*.example", "", ".", "..", "a..b", "-a.example", "a b.example"]
    {
        refused(&with("test.example.com", name), ErrorKind::InvalidValue, pointer);
    }
}

/// An entry without conditions lets everything through, and lint says so.
#[test]
fn any_any_entries() {
    let ipv6 = "\"ipv6\": { \"ietf-acldns:src-dnsname\": \"test.example.com\", \"protocol\": 6 },";
    let tcp = "\"tcp\": { \"ietf-mud:direction-initiated\": \"from-device\",
                 \"source-port\": { \"operator\": \"eq\", \"port\": 443 } }";
    let file = with(ipv6, "").replacen(tcp, "", 1);
    let mud = Mud::parse(file.as_bytes()).unwrap();
    let kinds: Vec<_> = lint(&mud).iter().map(crate::lint::Warning::kind).collect();
    assert!(kinds.contains(&WarningKind::AnyAny), "{kinds:?}");
}

/// RFC 8520, 3.5: 1 to 168 hours; 48 if nothing is said.
#[test]
fn cache_validity_limits() {
    let validity = |text: &str| with("\"cache-validity\": 48,", text);
    for (text, hours) in [("1", 1), ("48", 48), ("168", 168)] {
        let file = validity(&format!("\"cache-validity\": {text},"));
        assert_eq!(Mud::parse(file.as_bytes()).unwrap().cache_validity(), hours);
    }
    assert_eq!(Mud::parse(validity("").as_bytes()).unwrap().cache_validity(), 48);
    for wrong in ["0", "169", "255", "256", "-1", "18446744073709551616"] {
        let file = validity(&format!("\"cache-validity\": {wrong},"));
        refused(&file, ErrorKind::OutOfRange, "/ietf-mud:mud/cache-validity");
    }
    for wrong in ["48.0", "4.8e1", "null", "true", "[48]", "{}"] {
        let file = validity(&format!("\"cache-validity\": {wrong},"));
        assert!(Mud::parse(file.as_bytes()).is_err(), "{wrong}");
        assert!(Reader::new().lenient().read(file.as_bytes()).is_err(), "{wrong}");
    }
}

/// A file of 100 MB is refused for its length, before anything in it is read.
#[test]
fn a_hundred_megabytes() {
    let file = vec![b'['; 100 << 20];
    for reader in [Reader::new(), Reader::new().lenient()] {
        assert_eq!(reader.read(&file).unwrap_err().kind(), ErrorKind::TooLarge);
    }
}

/// A text that means something elsewhere stays a text: as it was, or refused where only names and URIs stand.
#[test]
fn injections_into_texts() {
    let info = "\"systeminfo\": \"The BMS Example Light Bulb\"";
    for text in INJECTIONS {
        for node in ["systeminfo", "mfg-name", "model-name", "firmware-rev", "software-rev"] {
            let file = with(info, &format!("\"{node}\": {}", quoted(text)));
            let mud = Mud::parse(file.as_bytes()).unwrap();
            let contents = mud.contents();
            let kept = match node {
                "systeminfo" => &contents.systeminfo,
                "mfg-name" => &contents.mfg_name,
                "model-name" => &contents.model_name,
                "firmware-rev" => &contents.firmware_rev,
                _ => &contents.software_rev,
            };
            assert_eq!(kept.as_deref(), Some(text), "{node}");
            written_as_it_was(&mud);
        }
        let extension = with(info, &format!("\"extensions\": [ {} ]", quoted(text)));
        match Mud::parse(extension.as_bytes()) {
            Ok(mud) => {
                assert_eq!(mud.contents().extensions, [text.to_string()]);
                written_as_it_was(&mud);
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange, "longer than 40"),
        }
        // Names of lists and entries, wherever they are referred to.
        let list = FILE.replace("\"from\"", &quoted(text));
        let mud = Mud::parse(list.as_bytes()).unwrap();
        assert!(mud.contents().acls.iter().any(|acl| acl.name == text));
        written_as_it_was(&mud);
        let entry = with("\"cl0-frdev\"", &quoted(text));
        let mud = Mud::parse(entry.as_bytes()).unwrap();
        assert!(mud.flows().any(|flow| flow.ace == text));
        written_as_it_was(&mud);
    }
}

/// Where a host or a URI stands there is nothing else.
#[test]
fn injections_into_hosts_and_uris() {
    let info = "\"systeminfo\": \"The BMS Example Light Bulb\"";
    let matches = "/ietf-access-control-list:acls/acl/0/aces/ace/0/matches";
    for text in INJECTIONS {
        let text = quoted(text);
        let name = with("\"test.example.com\"", &text);
        let pointer = format!("{matches}/ipv6/ietf-acldns:src-dnsname");
        refused(&name, ErrorKind::InvalidValue, &pointer);
        for node in ["documentation", "mud-signature"] {
            let file = with(info, &format!("\"{node}\": {text}"));
            refused(&file, ErrorKind::InvalidValue, &format!("/ietf-mud:mud/{node}"));
        }
        let url = with("\"https://lighting.example.com/lightbulb2000\"", &text);
        refused(&url, ErrorKind::InvalidValue, "/ietf-mud:mud/mud-url");
        for node in ["manufacturer", "model", "controller"] {
            let condition = format!("\"matches\": {{ \"ietf-mud:mud\": {{ \"{node}\": {text} }},");
            let file = with("\"matches\": {", &condition);
            let error = match Reader::new().read(file.as_bytes()) {
                // A word of the characters of URIs is a class that no configuration has; it is reported.
                Ok(reading) if node == "controller" => {
                    assert_eq!(reading.findings[0].kind(), ErrorKind::RelativeUri, "{text}");
                    continue;
                }
                read => read.unwrap_err(),
            };
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{node} {text}");
            assert_eq!(error.pointer(), format!("{matches}/ietf-mud:mud/{node}"));
        }
    }
}

/// What is written of a file says the same and has no control character of the author's in it; so have words about it.
fn written_as_it_was(mud: &Mud) {
    let json = mud.to_json();
    assert_eq!(&Mud::parse(json.as_bytes()).unwrap(), mud);
    assert_eq!(&lenient(&json).mud, mud);
    let plain = |text: &str| !text.chars().any(|letter| letter.is_control() && letter != '\n');
    assert!(plain(&json), "{json}");
    assert!(diff(mud, mud).is_empty());
    assert_eq!(lint(mud), lint(&Mud::parse(json.as_bytes()).unwrap()));
}
