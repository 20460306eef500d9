use std::format;

use super::{InvalidUrl, MudUrl, is_domain_name, is_uri};

/// RFC 8520, 6: the scheme is https. RFC 3986, 3.2: the authority is a host, perhaps with a port.
#[test]
fn mud_urls_are_https_with_a_host() {
    for (url, authority) in [
        ("https://example.com", "example.com"),
        ("HTTPS://example.com/a?b#c", "example.com"),
        ("https://example.com:8443/a", "example.com:8443"),
        ("https://192.0.2.1/a", "192.0.2.1"),
        ("https://[2001:db8::1]:1/a", "[2001:db8::1]:1"),
        ("https://example.com?a", "example.com"),
    ] {
        assert_eq!(MudUrl::new(url).unwrap().authority(), authority, "{url}");
    }
    for (url, error) in [
        ("", InvalidUrl::Scheme),
        ("example.com/a", InvalidUrl::Scheme),
        ("http://example.com", InvalidUrl::Scheme),
        ("https:example.com", InvalidUrl::Scheme),
        ("https:///a", InvalidUrl::Authority),
        ("https://a b/c", InvalidUrl::Character),
        ("https://example.com/%zz", InvalidUrl::Character),
        ("https://example.com/%2", InvalidUrl::Character),
        ("https://example.com/\u{e9}", InvalidUrl::Character),
        ("https://example.com/\n", InvalidUrl::Character),
        ("https://user@example.com/", InvalidUrl::Authority),
        ("https://example.com:/", InvalidUrl::Authority),
        ("https://example.com:0/", InvalidUrl::Authority),
        ("https://example.com:65536/", InvalidUrl::Authority),
        ("https://example.com:+1/", InvalidUrl::Authority),
        ("https://[2001:db8::1/", InvalidUrl::Authority),
        ("https://[192.0.2.1]/", InvalidUrl::Authority),
        ("https://-a.example/", InvalidUrl::Authority),
        ("https://300.300.300.300/", InvalidUrl::Authority),
    ] {
        assert_eq!(MudUrl::new(url).unwrap_err(), error, "{url}");
    }
}

/// RFC 1035, 2.3.4: sizes of labels and names. Characters as RFC 6991 has them.
#[test]
fn domain_names_are_labels_in_their_sizes() {
    let (label, long) = ("a".repeat(63), "a".repeat(64));
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    for name in ["a", "example.com", "example.com.", "_x._tcp.a-b.c", "1.pool.example", &longest] {
        assert!(is_domain_name(name), "{name}");
    }
    for name in ["", ".", "a..b", ".a", "a b", "a/b", "*.a", "a-.b", "1.2.3.4", "a;drop", "\u{e9}"]
    {
        assert!(!is_domain_name(name), "{name}");
    }
    assert!(!is_domain_name(&long));
    assert!(!is_domain_name(&format!("{longest}a")));
}

/// RFC 3986, 3.1 and 2.
#[test]
fn uris_have_a_scheme() {
    for uri in ["urn:ietf:params:mud:dns", "https://a/b?c#d", "a+b-c.d:e"] {
        assert!(is_uri(uri), "{uri}");
    }
    for uri in ["", "a", ":a", "1a:b", "a:", "a b:c", "a:b c", "a:#b#c", "a:\"b\"", "a:{b}"] {
        assert!(!is_uri(uri), "{uri}");
    }
}
