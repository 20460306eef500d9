//! What answers teach, and which are refused. The messages are built by hand from RFC 1035, 4.

use super::{DnsErrorKind, Judgement, LONGEST, Learned, Proxy, SHORTEST};
use crate::network::policy::HostName;
use proptest::prelude::*;
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const ID: [u8; 2] = [0x12, 0x34];

fn proxy() -> Proxy {
    Proxy {
        resolver: "127.0.0.1:53".parse().unwrap(),
        local_networks: vec!["198.51.100.0/24".parse().unwrap()],
        local_names: vec![HostName::new("home.arpa").unwrap()],
    }
}

fn labels(name: &str) -> Vec<u8> {
    let labels = name
        .split('.')
        .flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat());
    labels.chain([0]).collect()
}

fn question(name: &str, kind: u8) -> Vec<u8> {
    [&labels(name)[..], &[0, kind, 0, 1]].concat()
}

fn query(name: &str, kind: u8) -> Vec<u8> {
    let header = [ID[0], ID[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    [&header[..], &question(name, kind)].concat()
}

/// A record whose name is that of the question, by a reference to byte 12, or another one.
fn record(name: Option<&str>, kind: u8, ttl: u32, data: &[u8]) -> Vec<u8> {
    let name = name.map_or(vec![0xc0, 12], labels);
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [&name[..], &[0, kind, 0, 1], &ttl.to_be_bytes(), &length, data].concat()
}

fn answer(name: &str, kind: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let count = u8::try_from(records.len()).unwrap();
    let header = [ID[0], ID[1], 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0];
    [&header[..], &question(name, kind), &records.concat()].concat()
}

fn judge(name: &str, kind: u8, records: &[Vec<u8>]) -> Judgement {
    proxy().judge(&query(name, kind), &answer(name, kind, records)).unwrap()
}

fn learned(name: &str, addresses: &[&str], lifetime: Duration) -> Judgement {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Judgement::Pass(Some(Learned { name: HostName::new(name).unwrap(), addresses, lifetime }))
}

/// RFC 1035, 3.4.1; RFC 3596, 2.2: addresses of the name asked for, in whatever case it is written.
#[test]
fn addresses_are_learned() {
    let day = 86_400;
    let a = record(None, 1, day * 2, &[203, 0, 113, 20]);
    assert_eq!(
        judge("Cloud.Example", 1, &[a]),
        learned("cloud.example", &["203.0.113.20"], LONGEST)
    );
    let v6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0xc, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let aaaa = record(None, 28, 5, &v6);
    assert_eq!(judge("a.example", 28, &[aaaa]), learned("a.example", &["2001:db8:c::1"], SHORTEST));
    let two = [1, 2].map(|low| record(None, 1, 7200 * u32::from(low), &[203, 0, 113, low]));
    let both = learned("a.example", &["203.0.113.1", "203.0.113.2"], Duration::from_secs(7200));
    assert_eq!(judge("a.example", 1, &two), both);
}

/// RFC 1034, 3.6.2: a name that stands for another has its addresses, and those of no third.
#[test]
fn names_stand_for_others() {
    let alias = record(None, 5, 7200, &labels("b.example"));
    let chained = record(Some("b.example"), 5, 9000, &labels("c.example"));
    let own = record(Some("c.example"), 1, 9000, &[203, 0, 113, 1]);
    let stray = record(Some("evil.example"), 1, 9000, &[203, 0, 113, 66]);
    let expected = learned("a.example", &["203.0.113.1"], Duration::from_secs(7200));
    for records in [[&own, &stray, &chained, &alias], [&alias, &chained, &own, &stray]] {
        assert_eq!(judge("a.example", 1, &records.map(Clone::clone)), expected);
    }
}

/// A name that answers with itself through others comes to an end.
#[test]
fn aliases_in_a_circle_end() {
    let there = record(None, 5, 60, &labels("b.example"));
    let back = record(Some("b.example"), 5, 60, &labels("a.example"));
    assert_eq!(judge("a.example", 1, &[there, back]), Judgement::Pass(None));
}

/// An address that is local to anyone, or to the operator, refuses the whole answer.
#[test]
fn rebinding_is_refused() {
    let good = record(None, 1, 60, &[203, 0, 113, 1]);
    let v4 = [
        [10, 0, 0, 1],
        [172, 16, 0, 1],
        [172, 31, 9, 9],
        [192, 168, 1, 1],
        [127, 0, 0, 1],
        [169, 254, 1, 1],
        [100, 64, 0, 1],
        [0, 0, 0, 0],
        [224, 0, 0, 251],
        [255, 255, 255, 255],
        [198, 51, 100, 7],
    ];
    for bad in v4 {
        let judged = judge("a.example", 1, &[good.clone(), record(None, 1, 60, &bad)]);
        assert_eq!(judged, Judgement::Rebinding(bad.into()));
    }
    for text in
        ["::1", "::", "fd00::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::192.168.0.1"]
    {
        let bad: std::net::Ipv6Addr = text.parse().unwrap();
        let judged = judge("a.example", 28, &[record(None, 28, 60, &bad.octets())]);
        assert_eq!(judged, Judgement::Rebinding(bad.into()), "{text}");
    }
    let local = record(None, 1, 60, &[192, 168, 1, 1]);
    let judged = judge("nas.home.arpa", 1, std::slice::from_ref(&local));
    assert_eq!(judged, learned("nas.home.arpa", &["192.168.1.1"], SHORTEST));
    assert!(matches!(judge("evilhome.arpa", 1, &[local]), Judgement::Rebinding(_)));
}

/// What is not the answer to the question teaches nothing.
#[test]
fn other_answers_are_refused() {
    let kind = |query: &[u8], answer: &[u8]| proxy().judge(query, answer).unwrap_err().kind;
    let records = [record(None, 1, 60, &[203, 0, 113, 1])];
    let good = answer("a.example", 1, &records);
    let asked = query("a.example", 1);
    assert_eq!(kind(&query("b.example", 1), &good), DnsErrorKind::OtherQuestion);
    assert_eq!(kind(&query("a.example", 28), &good), DnsErrorKind::OtherQuestion);
    assert_eq!(kind(&asked, &asked), DnsErrorKind::OtherQuestion);
    let mut other_id = good.clone();
    other_id[0] ^= 1;
    assert_eq!(kind(&asked, &other_id), DnsErrorKind::OtherQuestion);
    assert_eq!(kind(&good, &good), DnsErrorKind::Question);
    for end in 0..good.len() {
        assert_eq!(kind(&asked, &good[..end]), DnsErrorKind::Truncated, "{end}");
    }
    let short = answer("a.example", 1, &[record(None, 1, 60, &[203, 0, 113])]);
    assert_eq!(kind(&asked, &short), DnsErrorKind::Address);
    let mut forward = good.clone();
    let reference = query("a.example", 1).len();
    forward[reference..reference + 2].copy_from_slice(&[0xc0, 0xff]);
    assert_eq!(kind(&asked, &forward), DnsErrorKind::Name);
    let mut cut = good;
    cut[2] |= 2;
    assert_eq!(proxy().judge(&asked, &cut), Ok(Judgement::Pass(None)), "asked again over TCP");
}

/// Over UDP and TCP: what a device gets has been learned before, and a local address is refused.
#[test]
fn devices_are_served() {
    let (udp, tcp) = bound();
    let (at, over) = (udp.local_addr().unwrap(), AtomicBool::new(false));
    let (upstream, upstream_tcp) = bound();
    let proxy = Proxy { resolver: upstream.local_addr().unwrap(), ..proxy() };
    let heard = Mutex::new(Vec::new());
    let told = |event: super::Event<'_>| heard.lock().unwrap().push(format!("{event:?}"));
    thread::scope(|scope| {
        scope.spawn(|| {
            for last in [20, 21] {
                let mut bytes = [0; 512];
                let (_, from) = upstream.recv_from(&mut bytes).unwrap();
                let data = if last == 20 { [203, 0, 113, 20] } else { [10, 0, 0, 1] };
                let answer = answer("a.example", 1, &[record(None, 1, 60, &data)]);
                upstream.send_to(&answer, from).unwrap();
            }
            let (mut stream, _) = upstream_tcp.accept().unwrap();
            super::read_framed(&mut stream).unwrap();
            let answer = answer("a.example", 1, &[record(None, 1, 60, &[203, 0, 113, 22])]);
            super::write_framed(&mut stream, &answer).unwrap();
        });
        let served = scope.spawn(|| proxy.serve(&udp, &tcp, &over, &told));
        let device = UdpSocket::bind("127.0.0.1:0").unwrap();
        device.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let ask = |query: &[u8]| {
            let mut bytes = [0; 512];
            device.send_to(query, at).unwrap();
            let length = device.recv(&mut bytes).unwrap();
            bytes[..length].to_vec()
        };
        let good = ask(&query("a.example", 1));
        assert!(good.ends_with(&[203, 0, 113, 20]));
        assert!(heard.lock().unwrap()[0].contains("203.0.113.20"), "learned before it was told");
        let refused = ask(&query("a.example", 1));
        assert_eq!(refused[..12], [ID[0], ID[1], 0x81, 5, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(refused[12..], question("a.example", 1));
        let mut stream = std::net::TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
        super::write_framed(&mut stream, &query("a.example", 1)).unwrap();
        assert!(super::read_framed(&mut stream).unwrap().ends_with(&[203, 0, 113, 22]));
        over.store(true, Ordering::Relaxed);
        served.join().unwrap().unwrap();
    });
    assert_eq!(heard.lock().unwrap().len(), 3);
}

/// A UDP socket and a TCP listener at one port.
fn bound() -> (UdpSocket, TcpListener) {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
}

proptest! {
    /// Any bytes are an answer or an error, and teach no local address.
    #[test]
    fn any_bytes(tail in prop::collection::vec(any::<u8>(), 0..200), count in 0_u8..4) {
        let asked = query("a.example", 1);
        let mut bytes = answer("a.example", 1, &[]);
        bytes[7] = count;
        bytes.extend(tail);
        if let Ok(Judgement::Pass(Some(learned))) = proxy().judge(&asked, &bytes) {
            let local = |at: &IpAddr| proxy().is_local(*at);
            prop_assert!(!learned.addresses.iter().any(local));
        }
    }
}
