use alloc::string::String;
use std::format;
use std::vec;

use super::{LocalType, Sbom, SbomRetrieval, TlsVersion, VulnRetrieval};
use crate::file::Reader;
use crate::{ErrorKind, Mud};

/// A file with nodes in the container `mud`, and others in the matches of its one entry.
fn file(mud: &str, matches: &str) -> String {
    format!(
        r#"{{"ietf-mud:mud": {{"mud-version": 1, "mud-url": "https://a.example/b",
            "last-update": "2026-01-01T00:00:00Z", "is-supported": true,
            "extensions": ["transparency"], {mud}
            "from-device-policy": {{"access-lists": {{"access-list": [{{"name": "from"}}]}}}}}},
          "ietf-access-control-list:acls": {{"acl": [{{"name": "from", "type": "ipv4-acl-type",
            "aces": {{"ace": [{{"name": "0", "matches": {{{matches}
              "tcp": {{"destination-port": {{"port": 443}}}}}},
              "actions": {{"forwarding": "accept"}}}}]}}}}]}}}}"#
    )
}

fn transparency(nodes: &str) -> String {
    file(&format!(r#""ietf-mud-transparency:transparency": {{{nodes}}},"#), "")
}

/// RFC 9472, 5: each way to bills of materials and to what is known of vulnerabilities, and what is
/// written is what was read.
#[test]
fn transparency_is_read_and_written() {
    let cloud = r#""sboms": [{"version-info": "1.2", "sbom-url": "https://a.example/1.2.json"},
        {"version-info": "1.3"}], "sbom-archive-list": "https://a.example/old",
        "vuln-url": ["https://a.example/csaf", "https://b.example/vex"]"#;
    let mud = Mud::parse(transparency(cloud).as_bytes()).unwrap();
    let read = mud.contents().transparency.as_ref().unwrap();
    let url = Some("https://a.example/1.2.json".into());
    let first = Sbom { version_info: "1.2".into(), sbom_url: url };
    let second = Sbom { version_info: "1.3".into(), sbom_url: None };
    assert_eq!(read.sbom, Some(SbomRetrieval::Cloud(vec![first, second])));
    assert_eq!(read.sbom_archive_list.as_deref(), Some("https://a.example/old"));
    let urls = vec!["https://a.example/csaf".into(), "https://b.example/vex".into()];
    assert_eq!(read.vuln, Some(VulnRetrieval::Cloud(urls)));
    assert_eq!(Mud::parse(mud.to_json().as_bytes()).unwrap(), mud);

    let local = r#""sbom-local-well-known": "ietf-mud-transparency:coaps",
        "vuln-contact-uri": "mailto:psirt@a.example""#;
    let mud = Mud::parse(transparency(local).as_bytes()).unwrap();
    let read = mud.contents().transparency.as_ref().unwrap();
    assert_eq!(read.sbom, Some(SbomRetrieval::LocalWellKnown(LocalType::Coaps)));
    assert_eq!(read.vuln, Some(VulnRetrieval::Contact("mailto:psirt@a.example".into())));
    assert_eq!(Mud::parse(mud.to_json().as_bytes()).unwrap(), mud);
    let contact = transparency(r#""sbom-contact-uri": "tel:+41-44-000""#);
    assert_eq!(Mud::parse(contact.as_bytes()).unwrap().flows().count(), 1);
}

/// RFC 9472, 5: choices exclude one another, and URIs have the schemes of their patterns.
#[test]
fn wrong_transparency_is_refused() {
    use ErrorKind::{Conflict, DuplicateEntry, InvalidValue, Missing, UnexpectedType};
    for (nodes, kind) in [
        (r#""sboms": [], "sbom-contact-uri": "tel:1""#, Conflict),
        (r#""vuln-url": [], "vuln-contact-uri": "tel:1""#, Conflict),
        (r#""sboms": [{"sbom-url": "https://a.example"}]"#, Missing),
        (r#""sboms": [{"version-info": "1"}, {"version-info": "1"}]"#, DuplicateEntry),
        (r#""sboms": [{"version-info": "1", "sbom-url": "ftp://a.example"}]"#, InvalidValue),
        (r#""sbom-local-well-known": "gopher""#, InvalidValue),
        (r#""vuln-contact-uri": "javascript:alert(1)""#, InvalidValue),
        (r#""vuln-url": "https://a.example""#, UnexpectedType),
    ] {
        let error = Mud::parse(transparency(nodes).as_bytes()).unwrap_err();
        assert_eq!(error.kind(), kind, "{nodes}: {error}");
        assert!(error.pointer().starts_with("/ietf-mud:mud/ietf-mud-transparency:transparency"));
    }
}

/// RFC 9761, 5: profiles with the values of its example. The flow is marked: a firewall that does not look
/// into TLS would let more through.
#[test]
fn tls_profiles_are_read_and_written() {
    let matches = r#""ietf-acl-tls:client-profiles": {"tls-dtls-profile": [{
        "name": "profile1", "supported-tls-version": ["tls13"], "cipher-suite": [4865, 4866],
        "extension-type": [10, 11, 13, 16, 24], "supported-group": [29],
        "psk-key-exchange-mode": [1], "application-protocol": ["h2"],
        "accept-list-ta-cert": ["MAA="]}]},"#;
    let supported = r#""ietf-mud-tls:is-tls-dtls-profile-supported": true,"#;
    let mud = Mud::parse(file(supported, matches).as_bytes()).unwrap();
    assert_eq!(mud.contents().is_tls_dtls_profile_supported, Some(true));
    let profiles = mud.contents().acls[0].aces[0].matches.client_profiles.clone().unwrap();
    assert_eq!(profiles[0].supported_tls_version, [TlsVersion::Tls13]);
    assert_eq!(profiles[0].cipher_suite, [4865, 4866]);
    assert!(mud.flows().all(|flow| flow.partial));
    assert_eq!(Mud::parse(mud.to_json().as_bytes()).unwrap(), mud);
}

/// The example in RFC 9761, 7 has names in the plural and a boolean in quotes, which its modules have not:
/// a strict reader refuses it, a lenient one mends it.
#[test]
fn the_example_of_the_standard_is_mended() {
    let matches = r#""ietf-acl-tls:client-profile": {"tls-dtls-profiles": [{
        "name": "profile1", "supported-tls-versions": ["tls13"], "cipher-suite": [4865, 4866],
        "extension-types": [10, 11, 13, 16, 24], "supported-groups": [29]}]},"#;
    let supported = r#""ietf-mud-tls:is-tls-dtls-profile-supported": "true","#;
    let file = file(supported, matches);
    assert_eq!(Mud::parse(file.as_bytes()).unwrap_err().kind(), ErrorKind::UnexpectedType);
    let reading = Reader::new().lenient().read(file.as_bytes()).unwrap();
    assert_eq!(reading.findings.len(), 6);
    assert_eq!(Mud::parse(reading.mud.to_json().as_bytes()).unwrap(), reading.mud);
}

/// What would narrow the entry and is not understood is refused.
#[test]
fn wrong_tls_profiles_are_refused() {
    use ErrorKind::{DuplicateEntry, InvalidValue, Missing, OutOfRange, UnknownNode};
    for (profile, kind) in [
        (r#"{}"#, Missing),
        (r#"{"name": ""}"#, OutOfRange),
        (r#"{"name": "a"}, {"name": "a"}"#, DuplicateEntry),
        (r#"{"name": "a", "cipher-suite": [1, 1]}"#, DuplicateEntry),
        (r#"{"name": "a", "cipher-suite": [65536]}"#, OutOfRange),
        (r#"{"name": "a", "supported-tls-version": ["tls11"]}"#, InvalidValue),
        (r#"{"name": "a", "accept-list-ta-cert": ["MAA"]}"#, InvalidValue),
        (r#"{"name": "a", "grease": true}"#, UnknownNode),
    ] {
        let matches =
            format!(r#""ietf-acl-tls:client-profiles": {{"tls-dtls-profile": [{profile}]}},"#);
        let error = Reader::new().lenient().read(file("", &matches).as_bytes()).unwrap_err();
        assert_eq!(error.kind(), kind, "{profile}: {error}");
    }
}
