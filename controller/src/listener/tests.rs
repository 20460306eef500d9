//! Frames as devices send them, and as those who spoof would.

use super::{Memory, Said, Unheard, read};
use crate::controller::Heard;
use etherparse::PacketBuilder;
use hexad_mud::url::{MudUrl, dhcp, lldp};
use hexad_operator::network::policy::HardwareAddress;
use std::time::{Duration, Instant};

const DEVICE: [u8; 6] = [2, 0, 0x5e, 0, 0x53, 0x0a];
const OTHER: [u8; 6] = [2, 0, 0x5e, 0, 0x53, 0x0b];
const URL: &str = "https://lighting.example.com/lightbulb2000";

fn url() -> MudUrl {
    MudUrl::new(URL).unwrap()
}

/// A request by DHCP (RFC 2131, 2) of the client with this hardware address, with these options.
fn request(client: [u8; 6], agent: [u8; 4], options: &[u8]) -> Vec<u8> {
    let mut message = vec![1, 1, 6, 0];
    message.resize(24, 0);
    message.extend(agent);
    message.extend(client);
    message.resize(236, 0);
    message.extend([99, 130, 83, 99, 53, 1, 3]);
    message.extend(options);
    message.push(255);
    message
}

fn udp_v4(from: [u8; 6], port: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(from, [0xff; 6])
        .ipv4([0; 4], [255; 4], 64)
        .udp(68, port)
        .write(&mut frame, payload)
        .unwrap();
    frame
}

fn udp_v6(from: [u8; 6], port: u16, payload: &[u8]) -> Vec<u8> {
    let mut own = [0; 16];
    own[..2].copy_from_slice(&[0xfe, 0x80]);
    let mut group = [0; 16];
    (group[0], group[1], group[13], group[15]) = (0xff, 2, 1, 2);
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(from, [0x33, 0x33, 0, 1, 0, 2])
        .ipv6(own, group, 1)
        .udp(546, port)
        .write(&mut frame, payload)
        .unwrap();
    frame
}

fn lldp_frame(from: [u8; 6], tlvs: &[u8]) -> Vec<u8> {
    let group = [0x01, 0x80, 0xc2, 0, 0, 0x0e];
    let mut frame = [&group[..], &from, &[0x88, 0xcc]].concat();
    // Chassis, port and lifetime, which come first (IEEE 802.1AB, 8.2).
    frame.extend([2, 7, 4, 2, 0, 0x5e, 0, 0x53, 0x0a, 4, 2, 7, b'1', 6, 2, 0, 120]);
    frame.extend(tlvs);
    frame.extend([0, 0]);
    frame
}

fn said(hardware: [u8; 6], heard: Heard) -> Said {
    Said { hardware: HardwareAddress(hardware), url: url(), heard }
}

/// RFC 8520, 10 and 12: the URL is heard whichever way the device says it.
#[test]
fn devices_are_heard() {
    let option = dhcp::option_v4(&url()).unwrap();
    let v4 = udp_v4(DEVICE, 67, &request(DEVICE, [0; 4], &option));
    assert_eq!(read(&v4), Ok(Some(said(DEVICE, Heard::Dhcp))));
    let solicit = [&[1, 0, 0, 1][..], &dhcp::option_v6(&url()).unwrap()].concat();
    let v6 = udp_v6(DEVICE, 547, &solicit);
    assert_eq!(read(&v6), Ok(Some(said(DEVICE, Heard::Dhcp))));
    let frame = lldp_frame(DEVICE, &lldp::tlv(&url()).unwrap());
    assert_eq!(read(&frame), Ok(Some(said(DEVICE, Heard::Lldp))));
    // Within a VLAN, where the tag is still there.
    let tagged = [&v4[..12], &[0x81, 0, 0, 7], &v4[12..]].concat();
    assert_eq!(read(&tagged), Ok(Some(said(DEVICE, Heard::Dhcp))));
}

/// A device that says no URL, and whatever is neither DHCP to a server nor LLDP, says nothing.
#[test]
fn others_say_nothing() {
    let option = dhcp::option_v4(&url()).unwrap();
    let message = request(DEVICE, [0; 4], &option);
    let mut answer = request(DEVICE, [192, 0, 2, 1], &option);
    answer[0] = 2;
    for frame in [
        udp_v4(OTHER, 67, &answer),
        udp_v6(OTHER, 547, &[13; 40]),
        udp_v4(DEVICE, 67, &request(DEVICE, [0; 4], &[])),
        udp_v4(DEVICE, 68, &message),
        udp_v4(DEVICE, 5353, &message),
        udp_v6(DEVICE, 67, &message),
        udp_v4(DEVICE, 547, &[1, 0, 0, 1]),
        lldp_frame(DEVICE, &[]),
        Vec::new(),
        vec![0; 14],
        vec![0xff; 60],
    ] {
        assert_eq!(read(&frame), Ok(None));
    }
}

/// A device that asks in another's name, without a relay agent between, is not listened to.
#[test]
fn spoofed_hardware_addresses() {
    let option = dhcp::option_v4(&url()).unwrap();
    let spoofed = udp_v4(OTHER, 67, &request(DEVICE, [0; 4], &option));
    assert_eq!(read(&spoofed), Err(Unheard::OtherHardware));
    let relayed = udp_v4(OTHER, 67, &request(DEVICE, [192, 0, 2, 1], &option));
    assert_eq!(read(&relayed), Ok(Some(said(DEVICE, Heard::Dhcp))));

    // RFC 8415, 9 and RFC 6939: what the relay agent says of the client.
    let solicit = [&[1, 0, 0, 1][..], &dhcp::option_v6(&url()).unwrap()].concat();
    let length = u16::try_from(solicit.len()).unwrap().to_be_bytes();
    let relay = |client: &[u8]| {
        let mut message = vec![12, 0];
        message.resize(34, 0);
        message.extend(client);
        message.extend([&[0, 9][..], &length, &solicit].concat());
        udp_v6(OTHER, 547, &message)
    };
    let client = [&[0, 79, 0, 8, 0, 1][..], &DEVICE].concat();
    assert_eq!(read(&relay(&client)), Ok(Some(said(DEVICE, Heard::Dhcp))));
    assert_eq!(read(&relay(&[])), Ok(None), "it is not the agent that says it");
}

/// What is broken, or no MUD URL, is refused.
#[test]
fn malformed_messages() {
    for text in
        [&b"http://lighting.example.com/x"[..], b"https://", b"https://a\n.example/", &[0xff; 9]]
    {
        let length = u8::try_from(text.len()).unwrap();
        let option = [&[161, length][..], text].concat();
        let frame = udp_v4(DEVICE, 67, &request(DEVICE, [0; 4], &option));
        assert!(matches!(read(&frame), Err(Unheard::Malformed(_))));
    }
    let twice = [dhcp::option_v4(&url()).unwrap(), dhcp::option_v4(&url()).unwrap()].concat();
    let frame = udp_v4(DEVICE, 67, &request(DEVICE, [0; 4], &twice));
    assert!(matches!(read(&frame), Err(Unheard::Malformed(_))));
    let mut cut = lldp::tlv(&url()).unwrap();
    cut.truncate(20);
    let frame = lldp_frame(DEVICE, &cut);
    assert!(read(&frame[..frame.len() - 2]).is_err());
}

/// Whoever shouts is heard once, and a new word of it after a while; whoever comes is heard as long as there is room.
#[test]
fn shouting() {
    let mut memory = Memory::default();
    let begin = Instant::now();
    let at = |seconds| begin + Duration::from_secs(seconds);
    let first = said(DEVICE, Heard::Dhcp);
    let other = Said { url: MudUrl::new("https://evil.example/").unwrap(), ..first.clone() };
    assert!(memory.is_news(&first, at(0)));
    assert!(!memory.is_news(&first, at(1)) && !memory.is_news(&other, at(9)));
    assert!(memory.is_news(&other, at(10)));
    assert!(!memory.is_news(&other, at(3600)) && memory.is_news(&other, at(3610)));
    for number in 0..5000_u16 {
        let [high, low] = number.to_be_bytes();
        let stranger = said([2, 0, 0, 1, high, low], Heard::Lldp);
        assert_eq!(memory.is_news(&stranger, at(4000)), number < 4096);
    }
    assert!(memory.is_news(&said(OTHER, Heard::Lldp), at(4010)), "there is room again");
}
