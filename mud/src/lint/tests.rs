use alloc::string::{String, ToString};
use std::format;
use std::vec::Vec;

use super::{WarningKind, lint};
use crate::Mud;

/// A file with one list a direction, whose entries are those given: the matches, and `accept` or `drop`.
fn file(from: &[(&str, &str)], to: &[(&str, &str)]) -> Mud {
    let list = |name: &str, entries: &[(&str, &str)]| {
        let entry = |(index, (matches, action)): (usize, &(&str, &str))| {
            format!(
                r#"{{"name": "{name}{index}", "matches": {{{matches}}}, "actions": {{"forwarding": "{action}"}}}}"#
            )
        };
        let entries: Vec<String> = entries.iter().enumerate().map(entry).collect();
        let entries = entries.join(",");
        format!(r#"{{"name": "{name}", "type": "ipv4-acl-type", "aces": {{"ace": [{entries}]}}}}"#)
    };
    let policy = |name| format!(r#"{{"access-lists": {{"access-list": [{{"name": "{name}"}}]}}}}"#);
    let json = format!(
        r#"{{"ietf-mud:mud": {{"mud-version": 1, "mud-url": "https://a.example/b",
            "last-update": "2026-01-01T00:00:00Z", "is-supported": true,
            "mud-signature": "https://a.example/b.p7s",
            "from-device-policy": {}, "to-device-policy": {}}},
          "ietf-access-control-list:acls": {{"acl": [{}, {}]}}}}"#,
        policy("from"),
        policy("to"),
        list("from", from),
        list("to", to),
    );
    Mud::parse(json.as_bytes()).unwrap()
}

fn warnings(from: &[(&str, &str)], to: &[(&str, &str)]) -> Vec<(WarningKind, String)> {
    let warnings = lint(&file(from, to));
    let short = |pointer: &str| pointer.replace("/ietf-access-control-list:acls/acl/", "");
    warnings.iter().map(|warning| (warning.kind(), short(warning.pointer()))).collect()
}

const CLOUD: &str = r#""ipv4": {"ietf-acldns:dst-dnsname": "cloud.example"},
    "tcp": {"ietf-mud:direction-initiated": "from-device", "destination-port": {"port": 443}}"#;
const ANSWER: &str = r#""ipv4": {"ietf-acldns:src-dnsname": "cloud.example"},
    "tcp": {"ietf-mud:direction-initiated": "from-device", "source-port": {"port": 443}}"#;

/// One host, one port, one side that opens: nothing to say.
#[test]
fn least_privilege_is_wise() {
    assert_eq!(warnings(&[(CLOUD, "accept")], &[(ANSWER, "accept")]), []);
}

/// Any-any and wildcard rules are found at their entry; a drop of everything is none.
#[test]
fn wide_entries_are_found() {
    use WarningKind::{AnyAny, AnyPeer, AnyPort, AnyTransport, OneWay, Undirected};
    let udp = r#""udp": {"destination-port": {"port": 53}}"#;
    let local = r#""ietf-mud:mud": {"local-networks": [null]}"#;
    let world = r#""ipv4": {"destination-ipv4-network": "0.0.0.0/0"}"#;
    let tcp = r#""ietf-mud:mud": {"my-controller": [null]}, "ipv4": {"protocol": 6}"#;
    for (matches, kinds) in [
        ("", &[AnyAny][..]),
        (world, &[AnyAny]),
        (udp, &[AnyPeer]),
        (local, &[AnyTransport]),
        (tcp, &[AnyPort, Undirected, OneWay]),
    ] {
        let expected: Vec<_> =
            kinds.iter().map(|kind| (*kind, "0/aces/ace/0".to_string())).collect();
        assert_eq!(warnings(&[(matches, "accept")], &[]), expected, "{matches}");
    }
    assert_eq!(warnings(&[(CLOUD, "accept"), ("", "drop")], &[(ANSWER, "accept")]), []);
}

/// Entries that do nothing, or not what they seem to.
#[test]
fn idle_entries_are_found() {
    use WarningKind::{AddressLiteral, NothingAllowed, OneWay, Shadowed};
    let twice = [(CLOUD, "accept"), (CLOUD, "accept")];
    assert_eq!(warnings(&twice, &[(ANSWER, "accept")]), [(Shadowed, "0/aces/ace/1".into())]);
    let late = [("", "drop"), (CLOUD, "accept")];
    assert_eq!(warnings(&late, &[(ANSWER, "accept")])[0], (Shadowed, "0/aces/ace/1".into()));
    assert_eq!(warnings(&[(CLOUD, "accept")], &[]), [(OneWay, "0/aces/ace/0".into())]);
    assert_eq!(warnings(&[], &[]), [(NothingAllowed, "/ietf-mud:mud".into())]);
    let host = |address: &str| {
        format!(r#""ipv4": {{"destination-ipv4-network": "{address}/32"}}, "icmp": {{"type": 8}}"#)
    };
    let literal = [(AddressLiteral, "0/aces/ace/0".to_string())];
    assert_eq!(warnings(&[(&host("203.0.113.7"), "accept")], &[]), literal);
    for local in ["10.0.0.1", "239.255.255.250", "255.255.255.255", "169.254.1.1"] {
        assert_eq!(warnings(&[(&host(local), "accept")], &[]), [], "{local}");
    }
}
