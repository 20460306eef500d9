use std::format;

use std::vec;
use std::vec::Vec;

use super::{Error, ErrorKind, InvalidUrl, MudUrl, dhcp, is_domain_name, is_uri, lldp};

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

fn bulb() -> MudUrl {
    MudUrl::new("https://lighting.example.com/lightbulb2000").unwrap()
}

fn failure<T: std::fmt::Debug>(result: Result<T, Error>) -> (ErrorKind, usize) {
    let error = result.unwrap_err();
    (error.kind(), error.offset())
}

/// RFC 8520, 10 and RFC 2132: code 161, one length byte, the URL; pad and end stand alone; what follows a
/// space is ignored.
#[test]
fn dhcpv4_options_are_read() {
    let text = b"https://lighting.example.com/lightbulb2000 later";
    let options = [&[0, 53, 1, 1, 161, 48], &text[..], &[0, 255, 161, 200]].concat();
    assert_eq!(dhcp::url_v4(&options), Ok(Some(bulb())));
    assert_eq!(dhcp::url_v4(&[53, 1, 1, 255]), Ok(None));
    assert_eq!(dhcp::url_v4(&[]), Ok(None));
    assert_eq!(failure(dhcp::url_v4(&[0, 161])), (ErrorKind::UnexpectedEnd, 1));
    assert_eq!(failure(dhcp::url_v4(&[161, 2, b'h'])), (ErrorKind::UnexpectedEnd, 0));
    let once = dhcp::option_v4(&bulb()).unwrap();
    assert_eq!(failure(dhcp::url_v4(&[&once[..], &once].concat())), (ErrorKind::Duplicate, 44));
    let http = [&[161, 8], &b"http://a"[..]].concat();
    assert_eq!(failure(dhcp::url_v4(&http)), (ErrorKind::Url(InvalidUrl::Scheme), 2));
    assert_eq!(failure(dhcp::url_v4(&[161, 0])), (ErrorKind::Url(InvalidUrl::Scheme), 2));
    let binary = [&[161, 11], &b"https://\xff\0a"[..]].concat();
    assert_eq!(failure(dhcp::url_v4(&binary)), (ErrorKind::Url(InvalidUrl::Character), 2));
}

/// RFC 2131, 2 and 3: the client's hardware address, the cookie, and the options after it.
#[test]
fn dhcpv4_messages_are_read() {
    let mut message = vec![1, 1, 6, 0];
    message.resize(236, 0);
    message[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 7]);
    message.extend([99, 130, 83, 99]);
    let header = message.clone();
    message.extend(dhcp::option_v4(&bulb()).unwrap());
    message.push(255);
    let read = dhcp::message_v4(&message).unwrap();
    assert_eq!((read.mac_address, read.url), (Some([2, 0, 0, 0, 0, 7]), Some(bulb())));
    assert_eq!(failure(dhcp::message_v4(&header[..239])).0, ErrorKind::UnexpectedEnd);
    assert_eq!(failure(dhcp::message_v4(&[&header[..], &[161]].concat())).1, 240);
    for (at, byte, offset) in [(0, 2, 0), (239, 98, 236)] {
        let mut other = message.clone();
        other[at] = byte;
        assert_eq!(failure(dhcp::message_v4(&other)), (ErrorKind::NotExpected, offset));
    }
}

/// RFC 8520, 10 and RFC 8415, 21.1: code and length have two bytes; relay agents wrap the message.
#[test]
fn dhcpv6_messages_are_read() {
    let mut message = vec![1, 0, 0, 7, 0, 8, 0, 2, 0, 0];
    message.extend(dhcp::option_v6(&bulb()).unwrap());
    assert_eq!(dhcp::message_v6(&message).unwrap().url, Some(bulb()));
    assert_eq!(failure(dhcp::message_v6(&message[..20])), (ErrorKind::UnexpectedEnd, 6));
    let relayed = |inner: &[u8]| {
        let mut outer = vec![12, 0];
        outer.resize(34, 0);
        outer.extend([0, 9]);
        outer.extend(u16::try_from(inner.len()).unwrap().to_be_bytes());
        [&outer[..], inner].concat()
    };
    let wrapped = |times| (0..times).fold(message.clone(), |inner, _| relayed(&inner));
    assert_eq!(dhcp::message_v6(&wrapped(8)).unwrap().url, Some(bulb()));
    assert_eq!(failure(dhcp::message_v6(&wrapped(9))).0, ErrorKind::TooDeep);
    for server in [2, 7, 10, 13, 0] {
        message[0] = server;
        assert_eq!(failure(dhcp::message_v6(&message)), (ErrorKind::NotExpected, 0));
    }
    let once = dhcp::option_v6(&bulb()).unwrap();
    assert_eq!(once[..4], [0, 112, 0, 42]);
    assert_eq!(failure(dhcp::url_v6(&[&once[..], &once].concat())).0, ErrorKind::Duplicate);
}

/// RFC 8520, 12 and IEEE 802.1AB: other TLVs are passed over, and nothing is read after the last.
#[test]
fn lldp_is_read() {
    let tlv = lldp::tlv(&bulb()).unwrap();
    let chassis = [2, 7, 4, 2, 0, 0, 0, 0, 7];
    let other = [0xfe, 5, 0x00, 0x12, 0x0f, 1, b'h'];
    let lldpdu: Vec<u8> = [&chassis[..], &other, &tlv, &[0, 0, 9, 9, 9]].concat();
    assert_eq!(lldp::url(&lldpdu), Ok(Some(bulb())));
    assert_eq!(lldp::url(&chassis), Ok(None));
    assert_eq!(failure(lldp::url(&tlv[..20])), (ErrorKind::UnexpectedEnd, 0));
    assert_eq!(failure(lldp::url(&[&tlv[..], &tlv].concat())), (ErrorKind::Duplicate, 48));
    let spoofed = [0xfe, 12, 0x00, 0x00, 0x5e, 1, b'h', b't', b't', b'p', b':', b'/', b'/', b'a'];
    assert_eq!(failure(lldp::url(&spoofed)), (ErrorKind::Url(InvalidUrl::Scheme), 6));
}

/// An option ends with 255 octets, a TLV with 511.
#[test]
fn urls_that_are_too_long_are_not_said() {
    let long = |length: usize| {
        MudUrl::new(&format!("https://a.example/{}", "a".repeat(length - 18))).unwrap()
    };
    assert_eq!(dhcp::option_v4(&long(253)).unwrap().len(), 255);
    assert_eq!(failure(dhcp::option_v4(&long(254))).0, ErrorKind::TooLong);
    assert_eq!(dhcp::option_v6(&long(251)).unwrap().len(), 255);
    assert_eq!(failure(dhcp::option_v6(&long(252))).0, ErrorKind::TooLong);
    assert_eq!(lldp::url(&lldp::tlv(&long(507)).unwrap()), Ok(Some(long(507))));
    assert_eq!(failure(lldp::tlv(&long(508))).0, ErrorKind::TooLong);
}
