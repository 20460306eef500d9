mod negatives;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::format;

use super::{Mud, Reader, Reading};
use crate::ErrorKind;
use crate::acl::{AclType, Field};
use crate::flow::{Direction, IpVersion, Peer, Ports, Prefix, Transport};

const FILE: &str = r#"{
  "ietf-mud:mud": {
    "mud-version": 1,
    "mud-url": "https://lighting.example.com/lightbulb2000",
    "last-update": "2019-01-28T11:20:51+01:00",
    "cache-validity": 48,
    "is-supported": true,
    "systeminfo": "The BMS Example Light Bulb",
    "from-device-policy": { "access-lists": { "access-list": [ { "name": "from" } ] } },
    "to-device-policy": { "access-lists": { "access-list": [ { "name": "to" } ] } }
  },
  "ietf-access-control-list:acls": { "acl": [
    { "name": "to", "type": "ipv6-acl-type", "aces": { "ace": [ {
      "name": "cl0-todev",
      "matches": {
        "ipv6": { "ietf-acldns:src-dnsname": "test.example.com", "protocol": 6 },
        "tcp": { "ietf-mud:direction-initiated": "from-device",
                 "source-port": { "operator": "eq", "port": 443 } }
      },
      "actions": { "forwarding": "accept" } } ] } },
    { "name": "from", "type": "ipv6-acl-type", "aces": { "ace": [ {
      "name": "cl0-frdev",
      "matches": {
        "ipv6": { "ietf-acldns:dst-dnsname": "test.example.com", "protocol": 6 },
        "tcp": { "ietf-mud:direction-initiated": "from-device",
                 "destination-port": { "operator": "eq", "port": 443 } }
      },
      "actions": { "forwarding": "accept" } } ] } }
  ] }
}"#;

/// The file with the first of what stands in it put in the place of another text.
fn with(old: &str, new: &str) -> String {
    assert!(FILE.contains(old), "{old}");
    FILE.replacen(old, new, 1)
}

fn lenient(file: &str) -> Reading {
    Reader::new().lenient().read(file.as_bytes()).unwrap()
}

/// RFC 8520, 9: the flows of the example in the standard.
#[test]
fn the_example_says_what_the_standard_says() {
    let mud = Mud::parse(FILE.as_bytes()).unwrap();
    assert_eq!(mud.cache_validity(), 48);
    let flows: Vec<_> = mud.flows().collect();
    let peers = [Peer::DnsName("test.example.com")];
    assert_eq!(flows.len(), 2);
    for (flow, (ace, direction)) in
        flows.iter().zip([("cl0-frdev", Direction::FromDevice), ("cl0-todev", Direction::ToDevice)])
    {
        assert_eq!((flow.ace, flow.direction), (ace, direction));
        assert_eq!(flow.version, Some(IpVersion::V6));
        assert_eq!(flow.peers, peers);
    }
    let initiated = Some(Direction::FromDevice);
    let (any, https) = (Ports::Any, Ports::one(443));
    let tcp = |source, destination| Transport::Tcp { source, destination, initiated };
    assert_eq!(flows[0].transport, tcp(any, https));
    assert_eq!(flows[1].transport, tcp(https, any));
}

/// What is written is the example again, but for white space, and reads back as the same.
#[test]
fn what_is_written_is_what_was_read() {
    let mud = Mud::parse(FILE.as_bytes()).unwrap();
    let json = mud.to_json();
    assert_eq!(Mud::parse(json.as_bytes()).unwrap(), mud);
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(dense(&json), dense(FILE));
    assert!(json.starts_with("{\n  \"ietf-mud:mud\": {\n    \"mud-version\": 1,\n"));
}

/// Each mistake is refused, strictly and leniently, where it stands.
#[test]
fn mistakes_are_refused_at_their_node() {
    use ErrorKind::{
        Conflict, DuplicateEntry, InvalidValue, Missing, OutOfRange, OutdatedName, UndefinedAcl,
        UnexpectedType, UnknownNode, Unsupported, WrongDirection,
    };
    let ace = "/ietf-access-control-list:acls/acl/0/aces/ace/0";
    let cases = [
        // RFC 8520, 7: types and ranges of the container.
        ("\"mud-version\": 1", "\"mud-version\": 2", InvalidValue, "/ietf-mud:mud/mud-version"),
        ("\"mud-version\": 1", "\"mud-version\": 256", OutOfRange, "/ietf-mud:mud/mud-version"),
        ("\"mud-version\": 1", "\"mud-version\": 1.0", UnexpectedType, "/ietf-mud:mud/mud-version"),
        ("\"mud-version\": 1", "\"mud-version\": 1e0", UnexpectedType, "/ietf-mud:mud/mud-version"),
        ("48", "0", OutOfRange, "/ietf-mud:mud/cache-validity"),
        ("48", "169", OutOfRange, "/ietf-mud:mud/cache-validity"),
        ("48", "-1", OutOfRange, "/ietf-mud:mud/cache-validity"),
        ("48", "99999999999999999999999", OutOfRange, "/ietf-mud:mud/cache-validity"),
        ("48", "[48]", UnexpectedType, "/ietf-mud:mud/cache-validity"),
        ("is-supported\": true", "is-supported\": 1", UnexpectedType, "/ietf-mud:mud/is-supported"),
        ("\"is-supported\": true,", "", Missing, "/ietf-mud:mud"),
        ("https://light", "http://light", InvalidValue, "/ietf-mud:mud/mud-url"),
        ("https://light", "https://me@light", InvalidValue, "/ietf-mud:mud/mud-url"),
        ("lightbulb2000", "light bulb", InvalidValue, "/ietf-mud:mud/mud-url"),
        ("2019-01-28T", "2019-02-29T", InvalidValue, "/ietf-mud:mud/last-update"),
        ("+01:00", "+1:00", InvalidValue, "/ietf-mud:mud/last-update"),
        // RFC 8519, 4.1.
        ("\"ietf-mud:mud\"", "\"ietf-mud:mut\"", Missing, ""),
        (
            "\"aces\"",
            "\"access-list-entries\"",
            OutdatedName,
            "/ietf-access-control-list:acls/acl/0/access-list-entries",
        ),
        ("ipv6-acl-type", "ipv4-acl-type", Conflict, &format!("{ace}/matches/ipv6")),
        ("ipv6-acl-type", "acl-type", InvalidValue, "/ietf-access-control-list:acls/acl/0/type"),
        ("\"ipv6\": {", "\"ipv4\": {}, \"ipv6\": {", Conflict, &format!("{ace}/matches/ipv4")),
        ("\"tcp\": {", "\"udp\": {}, \"tcp\": {", Conflict, &format!("{ace}/matches/tcp")),
        ("\"protocol\": 6", "\"protocol\": 17", Conflict, &format!("{ace}/matches/tcp")),
        ("\"accept\"", "\"allow\"", InvalidValue, &format!("{ace}/actions/forwarding")),
        (
            "\"actions\": { \"forwarding\": \"accept\" }",
            "\"actions\": {}",
            Missing,
            &format!("{ace}/actions"),
        ),
        (
            "\"port\": 443",
            "\"port\": 65536",
            OutOfRange,
            &format!("{ace}/matches/tcp/source-port/port"),
        ),
        (
            "\"port\": 443",
            "\"lower-port\": 443",
            Missing,
            &format!("{ace}/matches/tcp/source-port"),
        ),
        (
            "\"operator\": \"eq\", \"port\": 443",
            "\"lower-port\": 2, \"upper-port\": 1",
            Conflict,
            &format!("{ace}/matches/tcp/source-port"),
        ),
        (
            "\"operator\": \"eq\", \"port\": 443",
            "\"operator\": \"neq\", \"lower-port\": 1, \"upper-port\": 2",
            Conflict,
            &format!("{ace}/matches/tcp/source-port"),
        ),
        (
            "\"port\": 443",
            "\"port\": 1, \"lower-port\": 1, \"upper-port\": 2",
            Conflict,
            &format!("{ace}/matches/tcp/source-port"),
        ),
        // A condition that is passed over would let more packets through than the file says.
        (
            "\"tcp\": {",
            "\"egress-interface\": \"a\", \"tcp\": {",
            Unsupported,
            &format!("{ace}/matches/egress-interface"),
        ),
        (
            "\"protocol\": 6",
            "\"portocol\": 6",
            UnknownNode,
            &format!("{ace}/matches/ipv6/portocol"),
        ),
        // RFC 6991: host, prefix.
        (
            "test.example.com",
            "*.example.com",
            InvalidValue,
            &format!("{ace}/matches/ipv6/ietf-acldns:src-dnsname"),
        ),
        (
            "test.example.com",
            "a\\\"; drop",
            InvalidValue,
            &format!("{ace}/matches/ipv6/ietf-acldns:src-dnsname"),
        ),
        (
            "test.example.com",
            "192.0.2.1",
            Conflict,
            &format!("{ace}/matches/ipv6/ietf-acldns:src-dnsname"),
        ),
        (
            "\"protocol\": 6",
            "\"source-ipv6-network\": \"192.0.2.0/24\"",
            InvalidValue,
            &format!("{ace}/matches/ipv6/source-ipv6-network"),
        ),
        (
            "\"protocol\": 6",
            "\"source-ipv6-network\": \"2001:db8::/129\"",
            InvalidValue,
            &format!("{ace}/matches/ipv6/source-ipv6-network"),
        ),
        // RFC 8520, 8: names are those of the peer. RFC 8520, 7: names of lists lead to lists.
        ("src-dnsname", "dst-dnsname", WrongDirection, "/ietf-access-control-list:acls/acl/0"),
        (
            "{ \"name\": \"to\" }",
            "{ \"name\": \"ot\" }",
            UndefinedAcl,
            "/ietf-mud:mud/to-device-policy/access-lists/access-list/0",
        ),
        (
            "{ \"name\": \"to\" }",
            "{ \"name\": \"to\" }, { \"name\": \"to\" }",
            DuplicateEntry,
            "/ietf-mud:mud/to-device-policy/access-lists/access-list/1",
        ),
        (
            "\"name\": \"to\", \"type\"",
            "\"name\": \"from\", \"type\"",
            DuplicateEntry,
            "/ietf-access-control-list:acls/acl/1",
        ),
        (
            "\"name\": \"to\", \"type\"",
            "\"name\": \"\", \"type\"",
            OutOfRange,
            "/ietf-access-control-list:acls/acl/0/name",
        ),
    ];
    for (old, new, kind, pointer) in cases {
        let file = with(old, new);
        for reader in [Reader::new(), Reader::new().lenient()] {
            let error = reader.read(file.as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.pointer()), (kind, pointer), "{new}: {error}");
            assert!(!error.advice().is_empty());
        }
    }
}

/// What a lenient reader lets pass, a strict one refuses at the same node; what is read is the mended
/// file, which a strict reader takes.
#[test]
fn lenience_is_reported_and_mends() {
    use ErrorKind::{Conflict, InvalidValue, Missing, Namespace, OutdatedName, UnexpectedType};
    let cases = [
        ("48", "\"48\"", UnexpectedType),
        ("\"port\": 443", "\"port\": \"443\"", UnexpectedType),
        ("is-supported\": true", "is-supported\": \"true\"", UnexpectedType),
        ("ietf-access-control-list:acls", "ietf-access-control-list:access-lists", OutdatedName),
        ("\"ietf-mud:mud\"", "\"mud\"", Namespace),
        ("\"mud-version\"", "\"ietf-mud:mud-version\"", Namespace),
        ("\"mud-version\": 1,", "", Missing),
        ("ietf-acldns:src-dnsname", "src-dnsname", Namespace),
        ("\"type\": \"ipv6-acl-type\", ", "", Conflict),
    ];
    for (old, new, kind) in cases {
        let file = with(old, new);
        let error = Mud::parse(file.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), kind, "{new}");
        let reading = lenient(&file);
        assert_eq!(reading.findings, [error], "{new}");
        assert_eq!(reading.mud, Mud::parse(FILE.as_bytes()).unwrap(), "{new}");
    }

    // These mean something else than the example.
    let without_zone = with("11:20:51+01:00", "11:20:51");
    assert_eq!(Mud::parse(without_zone.as_bytes()).unwrap_err().kind(), InvalidValue);
    let reading = lenient(&without_zone);
    assert_eq!(reading.findings[0].pointer(), "/ietf-mud:mud/last-update");
    assert_eq!(reading.mud.contents().last_update.as_str(), "2019-01-28T11:20:51Z");
    for time in ["2019-01-28T11:20", "2019-02-29T11:20:51", "11:20:51", "2019-01-28T11:20:51+1"] {
        let wrong = with("2019-01-28T11:20:51+01:00", time);
        assert!(Reader::new().lenient().read(wrong.as_bytes()).is_err(), "{time}");
    }

    let reading = lenient(&with("\"tcp\": {", "\"eth\": {\"ethertype\": \"0x86dd\"}, \"tcp\": {"));
    let kinds: Vec<_> = reading.findings.iter().map(crate::Error::kind).collect();
    assert_eq!(kinds, [Conflict, UnexpectedType]);
    assert_eq!(reading.mud.contents().acls[0].kind, Some(AclType::MixedEthIpv6));
    assert_eq!(Mud::new(reading.mud.contents()).unwrap(), reading.mud);

    let prefix = "\"source-ipv6-network\": \"2001:db8::1\"";
    let reading = lenient(&with("\"protocol\": 6", prefix));
    assert_eq!(reading.findings[0].kind(), InvalidValue);
    let flow = reading.mud.flows().nth(1).unwrap();
    let host = Prefix::host("2001:db8::1".parse().unwrap());
    assert_eq!(flow.peers, [Peer::DnsName("test.example.com"), Peer::Prefix(host)]);

    for (operator, kind) in [("eq", Conflict), ("range", InvalidValue)] {
        let range = format!("\"operator\": \"{operator}\", \"lower-port\": 1, \"upper-port\": 2");
        let reading = lenient(&with("\"operator\": \"eq\", \"port\": 443", &range));
        assert_eq!(reading.findings[0].kind(), kind);
        let flow = reading.mud.flows().nth(1).unwrap();
        assert!(matches!(flow.transport, Transport::Tcp { source: Ports::Range(1, 2), .. }));
    }
    let file = with("\"operator\": \"eq\"", "\"operator\": \"range\"");
    let error = Reader::new().lenient().read(file.as_bytes()).unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer().rsplit('/').next()),
        (InvalidValue, Some("operator"))
    );
}

/// A class of controllers without a scheme, as files in use have it, is that class and is reported; what
/// no URI has is refused.
#[test]
fn classes_of_controllers_are_named_by_uris() {
    let class = |class: &str| {
        with(
            "\"tcp\": {",
            &format!("\"ietf-mud:mud\": {{\"controller\": \"{class}\"}}, \"tcp\": {{"),
        )
    };
    let reading = Reader::new().read(class("bacnet").as_bytes()).unwrap();
    assert_eq!(reading.findings[0].kind(), ErrorKind::RelativeUri);
    let flow = reading.mud.flows().nth(1).unwrap();
    assert!(flow.peers.contains(&Peer::Controller("bacnet")));
    assert!(Reader::new().read(class("urn:a:b").as_bytes()).unwrap().findings.is_empty());
    for hostile in ["", "a b", "a\\n", "\\u0000", "{}", "a;\\\"", "%zz"] {
        let error = Mud::parse(class(hostile).as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{hostile}");
    }
}

/// One node under two names is one too many.
#[test]
fn a_node_under_two_names_is_refused() {
    let file = with("\"mud-version\": 1", "\"mud-version\": 1, \"ietf-mud:mud-version\": 1");
    let error = Reader::new().lenient().read(file.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DuplicateKey);
    assert_eq!(error.pointer(), "/ietf-mud:mud/ietf-mud:mud-version");
}

/// RFC 8520, 3.9: what is not understood is ignored; here it is kept and reported as well, and a flow
/// that has such a condition says so.
#[test]
fn unknown_nodes_are_kept_and_reported() {
    let unknown = "\"protocol\": 6 }, \"example-x:tls\": { \"v\": [1, 2] }";
    let file = with("\"protocol\": 6 }", unknown);
    let file = file.replacen("\"mud-version\": 1", "\"mud-version\": 1, \"example-y:z\": null", 1);
    let reading = Reader::new().read(file.as_bytes()).unwrap();
    let pointers: Vec<_> = reading.findings.iter().map(crate::Error::pointer).collect();
    let ace = "/ietf-access-control-list:acls/acl/0/aces/ace/0/matches/example-x:tls";
    assert_eq!(pointers, ["/ietf-mud:mud/example-y:z", ace]);
    assert_eq!(reading.mud.contents().unknown[0].json, "null");
    assert_eq!(Mud::parse(reading.mud.to_json().as_bytes()).unwrap(), reading.mud);
    let partial: Vec<_> = reading.mud.flows().map(|flow| flow.partial).collect();
    assert_eq!(partial, [false, true]);
}

/// A list that no policy names does nothing, and that is worth a word.
#[test]
fn unused_lists_are_reported() {
    let file = with(
        ",\n    \"to-device-policy\": { \"access-lists\": { \"access-list\": [ { \"name\": \"to\" } ] } }",
        "",
    );
    let reading = Reader::new().read(file.as_bytes()).unwrap();
    assert_eq!(reading.findings[0].kind(), ErrorKind::UnusedAcl);
    assert_eq!(reading.mud.flows().count(), 1);
}

/// Text that is put in as it is can't change what the file says.
#[test]
fn an_unknown_node_cannot_smuggle_others_in() {
    let mud = Mud::parse(FILE.as_bytes()).unwrap();
    for json in ["1, \"systeminfo\": \"x\"", "1 }, \"x:y\": {", "", " 1", "1 "] {
        let mut contents = mud.contents().clone();
        contents.systeminfo = None;
        let name = "example-x:y".to_string();
        contents.unknown.push(crate::acl::Unknown { name, json: json.to_string() });
        assert!(Mud::new(&contents).is_err(), "{json}");
    }
}

/// Every way of not being a file at all.
#[test]
fn hostile_inputs_are_refused() {
    let zeros = std::vec![0_u8; 10_000_000];
    let read = |bytes: &[u8]| Mud::parse(bytes).unwrap_err();
    assert_eq!((read(b"").kind(), read(b"").offset()), (ErrorKind::UnexpectedEnd, 0));
    assert_eq!(read(&zeros).kind(), ErrorKind::TooLarge);
    let error = Reader::new().limit(zeros.len()).read(&zeros).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Syntax, 0));
    assert_eq!(read("[".repeat(100_000).as_bytes()).kind(), ErrorKind::TooDeep);
    assert_eq!(read(b"[]").kind(), ErrorKind::UnexpectedType);
    assert_eq!(read(b"{}").kind(), ErrorKind::Missing);
    for length in 0..FILE.len() {
        let error = read(&FILE.as_bytes()[..length]);
        assert_eq!(error.kind(), ErrorKind::UnexpectedEnd, "{length}: {error}");
        assert_eq!(error.offset(), length);
    }
}

/// An error says what, where, at which node, and how to mend it.
#[test]
fn an_error_reads_well() {
    let error = Mud::parse(with("48", "0").as_bytes()).unwrap_err();
    let offset = FILE.find("48").unwrap();
    let expected = format!(
        "a number out of range at byte {offset} (/ietf-mud:mud/cache-validity): \
         cache-validity is 1 to 168 hours (RFC 8520, 3.5)"
    );
    assert_eq!(error.to_string(), expected);
}

/// Very many findings cost no square of time: this ends at once, or never.
#[test]
fn many_findings_are_reported_in_time() {
    let unknown: Vec<_> = (0..60_000).map(|index| format!("\"x:{index}\":0")).collect();
    let file = with("\"mud-version\": 1", &format!("\"mud-version\": 1, {}", unknown.join(",")));
    let reading = Reader::new().read(file.as_bytes()).unwrap();
    assert_eq!(reading.findings.len(), 60_000);
    assert_eq!(reading.findings[59_999].pointer(), "/ietf-mud:mud/x:59999");
}

/// RFC 8519, 4.2: every field of the headers, within its range; what is written is what was read, and the
/// flow says that there is more to match.
#[test]
fn further_fields_are_read_and_written() {
    let v6 =
        r#""protocol": 6, "dscp": 46, "ecn": 1, "length": 40, "ttl": 64, "flow-label": 1048575"#;
    let tcp = r#""tcp": {"sequence-number": 4294967295, "acknowledgement-number": 0, "data-offset": 5,
        "reserved": 0, "flags": "syn  ack", "window-size": 1, "urgent-pointer": 2, "options": "AQ==","#;
    let file = with("\"protocol\": 6", v6).replacen("\"tcp\": {", tcp, 1);
    let mud = Mud::parse(file.as_bytes()).unwrap();
    let fields = &mud.contents().acls[0].aces[0].matches.fields;
    assert_eq!(fields.len(), 13);
    assert!(fields.contains(&Field::TcpFlags(0x12)) && fields.contains(&Field::Dscp(46)));
    assert!(mud.to_json().contains("\"flags\": \"ack syn\""));
    assert_eq!(Mud::parse(mud.to_json().as_bytes()).unwrap(), mud);
    let flows: Vec<_> = mud.flows().map(|flow| flow.fields.len()).collect();
    assert_eq!(flows, [0, 13]);
    let error = Mud::parse(with("\"protocol\": 6", "\"ihl\": 5").as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownNode);
    for (field, kind) in [
        ("\"dscp\": 64", ErrorKind::OutOfRange),
        ("\"ecn\": 4", ErrorKind::OutOfRange),
        ("\"flow-label\": 1048576", ErrorKind::OutOfRange),
        ("\"length\": 65536", ErrorKind::OutOfRange),
        ("\"ttl\": 64, \"ttl\": 64", ErrorKind::DuplicateKey),
    ] {
        let error = Mud::parse(with("\"protocol\": 6", field).as_bytes()).unwrap_err();
        assert_eq!(error.kind(), kind, "{field}");
    }
    for flags in ["fin fin", "FIN", "reserved", "fin,syn"] {
        let flags = format!("\"tcp\": {{\"flags\": \"{flags}\",");
        let error = Mud::parse(with("\"tcp\": {", &flags).as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flags}");
    }
}
