//! The frames of a capture: pcap and pcapng, of Ethernet.

use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{
    Block, Linktype, PcapBlockOwned, PcapNGSlice, parse_pcap_frame, parse_pcap_frame_be,
    parse_pcap_header,
};

/// Gives every Ethernet frame of a capture to `each`; how many packets there are of other links.
///
/// # Errors
/// What is wrong with the capture, in words: no capture, or broken after so many packets.
pub fn frames(bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<usize, String> {
    /// The type of the block that begins a pcapng file.
    const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
    let mut packets = 0_usize;
    let mut others = 0_usize;
    let mut frame = |link: Option<Linktype>, data: &[u8]| {
        packets = packets.saturating_add(1);
        if link == Some(Linktype::ETHERNET) {
            each(data);
        } else {
            others = others.saturating_add(1);
        }
    };
    let whole = if bytes.starts_with(&SECTION_HEADER) {
        let slice = PcapNGSlice::from_slice(bytes).map_err(|_| "no pcapng file")?;
        blocks(slice, &mut frame)
    } else {
        let (mut rest, header) = parse_pcap_header(bytes).map_err(|_| "neither pcap nor pcapng")?;
        let record = if header.is_bigendian() { parse_pcap_frame_be } else { parse_pcap_frame };
        while let Ok((after, packet)) = record(rest) {
            frame(Some(header.network), packet.data);
            rest = after;
        }
        rest.is_empty()
    };
    if whole { Ok(others) } else { Err(format!("the capture is broken after {packets} packets")) }
}

/// The packets of a pcapng file, with the links of their interfaces; whether it ends as it should.
fn blocks(slice: PcapNGSlice<'_>, frame: &mut impl FnMut(Option<Linktype>, &[u8])) -> bool {
    let mut links = Vec::new();
    for block in slice {
        match block {
            Ok(PcapBlockOwned::NG(Block::SectionHeader(_))) => links.clear(),
            Ok(PcapBlockOwned::NG(Block::InterfaceDescription(interface))) => {
                links.push(interface.linktype);
            }
            Ok(PcapBlockOwned::NG(Block::EnhancedPacket(packet))) => {
                let index = usize::try_from(packet.if_id).ok();
                let link = index.and_then(|index| links.get(index).copied());
                frame(link, packet.packet_data());
            }
            Ok(PcapBlockOwned::NG(Block::SimplePacket(packet))) => {
                frame(links.first().copied(), packet.packet_data());
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    true
}
