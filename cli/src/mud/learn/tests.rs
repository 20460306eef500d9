use etherparse::PacketBuilder;
use hexad_mud::file::Contents;
use hexad_mud::time::DateAndTime;
use hexad_mud::url::{MudUrl, dhcp};
use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Name, Packet, QCLASS, QTYPE, Question, ResourceRecord, TYPE};

use super::observe::Observation;
use super::{capture, propose};

const DEVICE: [u8; 6] = [2, 0, 0, 0, 0, 7];
const GATEWAY: [u8; 6] = [2, 0, 0, 0, 0, 1];
const OWN: [u8; 4] = [192, 0, 2, 7];
const RESOLVER: [u8; 4] = [192, 0, 2, 1];
const CLOUD: [u8; 4] = [203, 0, 113, 20];

enum Kind<'b> {
    Syn,
    SynAck,
    Data,
    Udp(&'b [u8]),
}

/// A packet from the device to `peer`, or the other way.
fn packet(out: bool, peer: [u8; 4], own: u16, theirs: u16, kind: &Kind<'_>) -> Vec<u8> {
    let (macs, ips, ports) = if out {
        ((DEVICE, GATEWAY), (OWN, peer), (own, theirs))
    } else {
        ((GATEWAY, DEVICE), (peer, OWN), (theirs, own))
    };
    let builder = PacketBuilder::ethernet2(macs.0, macs.1).ipv4(ips.0, ips.1, 64);
    let mut bytes = Vec::new();
    match kind {
        Kind::Udp(payload) => builder.udp(ports.0, ports.1).write(&mut bytes, payload),
        Kind::Syn => builder.tcp(ports.0, ports.1, 1, 1000).syn().write(&mut bytes, &[]),
        Kind::SynAck => builder.tcp(ports.0, ports.1, 1, 1000).syn().ack(2).write(&mut bytes, &[]),
        Kind::Data => builder.tcp(ports.0, ports.1, 1, 1000).ack(2).write(&mut bytes, b"x"),
    }
    .unwrap();
    bytes
}

fn answer(name: &str, address: [u8; 4]) -> Vec<u8> {
    let mut packet = Packet::new_reply(1);
    let name = Name::new(name).unwrap();
    let kind = QTYPE::TYPE(TYPE::A);
    packet.questions.push(Question::new(name, kind, QCLASS::CLASS(CLASS::IN), false));
    let data = RData::A(A { address: u32::from_be_bytes(address) });
    let alias = Name::new("edge.cdn.example").unwrap();
    packet.answers.push(ResourceRecord::new(alias, CLASS::IN, 60, data));
    packet.build_bytes_vec().unwrap()
}

/// RFC 2131: a request that says the MUD URL.
fn discover() -> Vec<u8> {
    let mut message = vec![1, 1, 6, 0];
    message.resize(236, 0);
    message.extend([99, 130, 83, 99]);
    message.extend(dhcp::option_v4(&MudUrl::new("https://a.example/lamp").unwrap()).unwrap());
    message
}

fn frames() -> Vec<Vec<u8>> {
    let dns = answer("Cloud.example.com", CLOUD);
    vec![
        packet(true, [255; 4], 68, 67, &Kind::Udp(&discover())),
        packet(true, RESOLVER, 5353, 53, &Kind::Udp(b"query")),
        packet(false, RESOLVER, 5353, 53, &Kind::Udp(&dns)),
        packet(true, CLOUD, 40_000, 443, &Kind::Syn),
        packet(false, CLOUD, 40_000, 443, &Kind::SynAck),
        packet(true, CLOUD, 40_001, 443, &Kind::Syn),
        // A peer in the local network asks the device; only the answer to it was captured.
        packet(true, [10, 0, 0, 9], 80, 50_000, &Kind::SynAck),
        packet(true, [198, 51, 100, 1], 40_002, 8883, &Kind::Data),
        packet(true, [198, 51, 100, 2], 123, 123, &Kind::Udp(b"time")),
    ]
}

/// The proposal names hosts by what the device asked for, classes for name service and time, the local
/// networks, and says what it guessed; each service stands once, and nothing else is allowed.
#[test]
fn the_proposal_is_what_was_seen() {
    let mut seen = Observation::new(DEVICE);
    let frames = frames();
    frames.iter().for_each(|frame| seen.frame(frame));
    assert_eq!(seen.frames, frames.len());
    let url = seen.url.clone().unwrap();
    assert_eq!(url.as_str(), "https://a.example/lamp");
    let contents = Contents::new(url, DateAndTime::from_unix(0).unwrap());
    let (mud, notes) = propose(&seen, contents).unwrap();
    let mut flows: Vec<_> = mud.flows().map(|flow| flow.to_string()).collect();
    flows.retain(|flow| flow.starts_with("accept IPv4") && flow.contains(" to "));
    flows.sort();
    let to: Vec<_> = flows.iter().filter(|flow| !flow.contains(" from ")).collect();
    let expected = [
        "accept IPv4 TCP to port 443 opened by the device to cloud.example.com",
        "accept IPv4 TCP to port 8883 opened by the device to 198.51.100.1/32",
        "accept IPv4 UDP to port 123 to controller urn:ietf:params:mud:ntp",
        "accept IPv4 UDP to port 53 to controller urn:ietf:params:mud:dns",
    ];
    assert_eq!(to, expected.iter().collect::<Vec<_>>());
    let local = "accept IPv4 TCP from port 80 opened by the peer to local-networks";
    assert!(flows.iter().any(|flow| flow == local), "{flows:#?}");
    let guess = "who opens TCP port 8883 with 198.51.100.1/32 was not seen, and is a guess";
    assert_eq!(notes, [guess, "nothing in the capture names 198.51.100.1/32"]);
}

/// Another device's frames, and frames that are cut off anywhere, say nothing.
#[test]
fn other_frames_say_nothing() {
    let mut seen = Observation::new([2, 0, 0, 0, 0, 8]);
    frames().iter().for_each(|frame| seen.frame(frame));
    assert_eq!((seen.frames, seen.talks().len(), seen.url), (0, 0, None));
    let mut seen = Observation::new(DEVICE);
    for frame in frames() {
        (0..frame.len()).for_each(|end| seen.frame(&frame[..end]));
    }
}

/// Frames come out of pcap, in either byte order, and of pcapng; what is cut off is refused.
#[test]
fn captures_are_read() {
    let frames = frames();
    for big in [false, true] {
        let int = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let version = if big { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
        let ints =
            |values: &[u32]| values.iter().flat_map(|value| int(*value)).collect::<Vec<u8>>();
        let mut pcap = [int(0xa1b2_c3d4), version].concat();
        pcap.extend(ints(&[0, 0, 65_535, 1]));
        let mut pcapng = ints(&[0x0a0d_0d0a, 28, 0x1a2b_3c4d]);
        pcapng.extend(if big { [0, 1, 0, 0] } else { [1, 0, 0, 0] });
        pcapng.extend(ints(&[u32::MAX, u32::MAX, 28]));
        pcapng.extend(ints(&[1, 20]));
        pcapng.extend(if big { [0, 1, 0, 0] } else { [1, 0, 0, 0] });
        pcapng.extend(ints(&[65_535, 20]));
        for frame in &frames {
            let length = u32::try_from(frame.len()).unwrap();
            pcap.extend(ints(&[0, 0, length, length]));
            pcap.extend(frame);
            let padded = frame.len().next_multiple_of(4);
            let total = u32::try_from(padded + 32).unwrap();
            pcapng.extend(ints(&[6, total, 0, 0, 0, length, length]));
            pcapng.extend(frame);
            pcapng.resize(pcapng.len() + padded - frame.len(), 0);
            pcapng.extend(ints(&[total]));
        }
        for (name, file) in [("pcap", pcap), ("pcapng", pcapng)] {
            let mut read = Vec::new();
            let others = capture::frames(&file, |frame| read.push(frame.to_vec()));
            assert_eq!(others, Ok(0), "{name}, big-endian: {big}");
            assert!(read == frames, "{name}, big-endian: {big}");
            let cut = capture::frames(&file[..file.len() - 3], |_| {});
            let expected = format!("the capture is broken after {} packets", frames.len() - 1);
            assert_eq!(cut, Err(expected), "{name}, big-endian: {big}");
        }
    }
    for other in [&b""[..], b"{}", &[0x0a, 0x0d, 0x0d, 0x0a], &[0xff; 64]] {
        assert!(capture::frames(other, |_| {}).is_err());
    }
}
