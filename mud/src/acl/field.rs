//! The fields of headers that files of devices hardly ever match (RFC 8519, 4.2).

use alloc::string::{String, ToString};

use crate::error::{ErrorKind, Fault};
use crate::json::{Value, Writer};
use crate::yang::Reading;

/// A field of a header beside addresses, protocols, ports, types and codes, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Field {
    /// `dscp` in `ipv4` or `ipv6`: 0 to 63.
    Dscp(u8),
    /// `ecn` in `ipv4` or `ipv6`: 0 to 3.
    Ecn(u8),
    /// `length` in `ipv4` (of the whole packet) or `ipv6` (of its payload), in bytes.
    Length(u16),
    /// `ttl` in `ipv4` or `ipv6`, there the hop limit.
    Ttl(u8),
    /// `ihl` in `ipv4`: 5 to 60.
    Ihl(u8),
    /// `flags` in `ipv4`, as in the header: 4 for `reserved`, 2 for `fragment`, 1 for `more`.
    Ipv4Flags(u8),
    /// `offset` in `ipv4`: 20 to 65535.
    Offset(u16),
    /// `identification` in `ipv4`.
    Identification(u16),
    /// `flow-label` in `ipv6`: 20 bits.
    FlowLabel(u32),
    /// `sequence-number` in `tcp`.
    SequenceNumber(u32),
    /// `acknowledgement-number` in `tcp`.
    AcknowledgementNumber(u32),
    /// `data-offset` in `tcp`, in words of 32 bits: 5 to 15.
    DataOffset(u8),
    /// `reserved` in `tcp`.
    Reserved(u8),
    /// `flags` in `tcp`, as in the header: from 128 for `cwr` down to 1 for `fin`.
    TcpFlags(u8),
    /// `window-size` in `tcp`, in bytes.
    WindowSize(u16),
    /// `urgent-pointer` in `tcp`.
    UrgentPointer(u16),
    /// `options` in `tcp`: 1 to 40 bytes, in base64.
    TcpOptions(String),
    /// `length` in `udp`, of header and data, in bytes.
    UdpLength(u16),
    /// `rest-of-header` in `icmp`, in base64.
    RestOfHeader(String),
}

/// The bits of `flags`, from the greatest to 1.
const IPV4_FLAGS: [&str; 3] = ["reserved", "fragment", "more"];
const TCP_FLAGS: [&str; 8] = ["cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"];

/// The field `name` of the header `header`; `None` for one that is not of this module.
pub(super) fn read_field(
    reading: &mut Reading<'_>,
    header: &str,
    name: &str,
    value: &Value<'_>,
) -> Result<Option<Field>, Fault> {
    Ok(Some(match (header, name) {
        ("ipv4" | "ipv6", "dscp") => Field::Dscp(reading.ranged_uint8(value, 0, 63)?),
        ("ipv4" | "ipv6", "ecn") => Field::Ecn(reading.ranged_uint8(value, 0, 3)?),
        ("ipv4" | "ipv6", "length") => Field::Length(reading.uint16(value)?),
        ("ipv4" | "ipv6", "ttl") => Field::Ttl(reading.uint8(value)?),
        ("ipv4", "ihl") => Field::Ihl(reading.ranged_uint8(value, 5, 60)?),
        ("ipv4", "flags") => Field::Ipv4Flags(bits(reading, value, &IPV4_FLAGS)?),
        ("ipv4", "offset") => {
            let offset = reading.uint16(value)?;
            if offset < 20 {
                let advice = "an offset is 20 to 65535 (RFC 8519, 4.2)";
                return Err(Fault::new(ErrorKind::OutOfRange, value.offset, advice));
            }
            Field::Offset(offset)
        }
        ("ipv4", "identification") => Field::Identification(reading.uint16(value)?),
        ("ipv6", "flow-label") => Field::FlowLabel(reading.uint32(value, 0xf_ffff)?),
        ("tcp", "sequence-number") => Field::SequenceNumber(reading.uint32(value, u32::MAX)?),
        ("tcp", "acknowledgement-number") => {
            Field::AcknowledgementNumber(reading.uint32(value, u32::MAX)?)
        }
        ("tcp", "data-offset") => Field::DataOffset(reading.ranged_uint8(value, 5, 15)?),
        ("tcp", "reserved") => Field::Reserved(reading.uint8(value)?),
        ("tcp", "flags") => Field::TcpFlags(bits(reading, value, &TCP_FLAGS)?),
        ("tcp", "window-size") => Field::WindowSize(reading.uint16(value)?),
        ("tcp", "urgent-pointer") => Field::UrgentPointer(reading.uint16(value)?),
        ("tcp", "options") => Field::TcpOptions(options(reading, value)?),
        ("udp", "length") => Field::UdpLength(reading.uint16(value)?),
        ("icmp", "rest-of-header") => Field::RestOfHeader(reading.binary(value)?.to_string()),
        _ => return Ok(None),
    }))
}

/// A `bits` whose names are `names`, from the greatest bit to 1.
fn bits(reading: &Reading<'_>, value: &Value<'_>, names: &[&str]) -> Result<u8, Fault> {
    let invalid = Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "flags are names with spaces between, each once: reserved, fragment, more in ipv4; cwr, ece, urg, \
         ack, psh, rst, syn, fin in tcp (RFC 7951, 6.5; RFC 8519, 4.2)",
    );
    let mut bits = 0;
    for name in reading.string(value)?.split_ascii_whitespace() {
        let place = names.iter().rev().position(|known| *known == name).ok_or(invalid)?;
        let bit = u32::try_from(place).ok().and_then(|place| 1_u8.checked_shl(place));
        let bit = bit.ok_or(invalid)?;
        if bits & bit != 0 {
            return Err(invalid);
        }
        bits |= bit;
    }
    Ok(bits)
}

fn options(reading: &Reading<'_>, value: &Value<'_>) -> Result<String, Fault> {
    let text = reading.binary(value)?;
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    let bytes = (text.len() / 4).saturating_mul(3).saturating_sub(padding);
    if (1..=40).contains(&bytes) {
        return Ok(text.to_string());
    }
    let advice = "options of TCP have 1 to 40 bytes (RFC 8519, 4.2)";
    Err(Fault::new(ErrorKind::OutOfRange, value.offset, advice))
}

/// Writes the field, if it is one of `header`.
pub(super) fn write_field(writer: &mut Writer, header: &str, field: &Field) {
    let ip = matches!(header, "ipv4" | "ipv6");
    match field {
        Field::Dscp(number) if ip => writer.name("dscp").number(*number),
        Field::Ecn(number) if ip => writer.name("ecn").number(*number),
        Field::Length(number) if ip => writer.name("length").number(*number),
        Field::Ttl(number) if ip => writer.name("ttl").number(*number),
        Field::Ihl(number) if header == "ipv4" => writer.name("ihl").number(*number),
        Field::Ipv4Flags(bits) if header == "ipv4" => write_bits(writer, *bits, &IPV4_FLAGS),
        Field::Offset(number) if header == "ipv4" => writer.name("offset").number(*number),
        Field::Identification(number) if header == "ipv4" => {
            writer.name("identification").number(*number);
        }
        Field::FlowLabel(number) if header == "ipv6" => writer.name("flow-label").number(*number),
        Field::SequenceNumber(number) if header == "tcp" => {
            writer.name("sequence-number").number(*number);
        }
        Field::AcknowledgementNumber(number) if header == "tcp" => {
            writer.name("acknowledgement-number").number(*number);
        }
        Field::DataOffset(number) if header == "tcp" => writer.name("data-offset").number(*number),
        Field::Reserved(number) if header == "tcp" => writer.name("reserved").number(*number),
        Field::TcpFlags(bits) if header == "tcp" => write_bits(writer, *bits, &TCP_FLAGS),
        Field::WindowSize(number) if header == "tcp" => writer.name("window-size").number(*number),
        Field::UrgentPointer(number) if header == "tcp" => {
            writer.name("urgent-pointer").number(*number);
        }
        Field::TcpOptions(text) if header == "tcp" => writer.name("options").string(text),
        Field::UdpLength(number) if header == "udp" => writer.name("length").number(*number),
        Field::RestOfHeader(text) if header == "icmp" => writer.name("rest-of-header").string(text),
        _ => {}
    }
}

fn write_bits(writer: &mut Writer, bits: u8, names: &[&str]) {
    let mut text = String::new();
    for (place, name) in names.iter().rev().enumerate().rev() {
        let bit = u32::try_from(place).ok().and_then(|place| 1_u8.checked_shl(place)).unwrap_or(0);
        if bits & bit != 0 {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(name);
        }
    }
    writer.name("flags").string(&text);
}
