//! DNS messages (RFC 1035, 4), as far as addresses of names go.

use core::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::policy::HostName;

/// Bytes of the header.
const HEADER: usize = 12;
/// Types and the class of records (RFC 1035, 3.2; RFC 3596, 2.1).
const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const IN: u16 = 1;
/// Flags of the second header word.
const RESPONSE: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const TRUNCATED: u16 = 0x0200;
const RECURSION_DESIRED: u16 = 0x0100;
/// Answer code (RFC 1035, 4.1.1).
const REFUSED: u16 = 5;

/// Why a message is no DNS message or no answer, and where: at which byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DnsError {
    /// Why.
    pub kind: DnsErrorKind,
    /// The byte in the message.
    pub offset: usize,
}

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DnsErrorKind {
    /// It ends before it is complete.
    Truncated,
    /// A name has a label of an unknown type, is too long, or refers to what does not stand before it.
    Name,
    /// It is not one question of the Internet class in a standard query.
    Question,
    /// It answers another question.
    OtherQuestion,
    /// An address record has another length than an address.
    Address,
}

impl fmt::Display for DnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.kind {
            DnsErrorKind::Truncated => "the message ends early",
            DnsErrorKind::Name => "a name is malformed",
            DnsErrorKind::Question => "it is not one question of the Internet class",
            DnsErrorKind::OtherQuestion => "it answers another question",
            DnsErrorKind::Address => "an address has the wrong length",
        };
        write!(f, "byte {}: {why}", self.offset)
    }
}

impl core::error::Error for DnsError {}

type Result<T> = core::result::Result<T, DnsError>;

/// A query, as a device asks it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Query {
    id: u16,
    flags: u16,
    /// In lower case, labels with dots between them; not checked for being a host's name.
    name: Vec<u8>,
    kind: u16,
    /// Where the question ends.
    end: usize,
}

/// The addresses that an answer gives for what was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Answer {
    /// The name that was asked for; `None` if no host can be called so.
    pub(super) name: Option<HostName>,
    /// Its addresses, directly or by other names that it stands for.
    pub(super) addresses: Vec<IpAddr>,
    /// The shortest time in seconds that one of the records may be kept.
    pub(super) ttl: u32,
    /// It was cut to fit a datagram.
    pub(super) truncated: bool,
}

impl Query {
    /// Reads a query.
    pub(super) fn read(message: &[u8]) -> Result<Self> {
        let mut reader = Reader { message, at: 0 };
        let (id, flags) = (reader.u16()?, reader.u16()?);
        let counts = reader.counts()?;
        if flags & (RESPONSE | OPCODE) != 0 || counts[0] != 1 {
            return Err(reader.wrong(DnsErrorKind::Question));
        }
        Self::question([id, flags], &mut reader)
    }

    fn question([id, flags]: [u16; 2], reader: &mut Reader<'_>) -> Result<Self> {
        let name = reader.name()?;
        let (kind, class) = (reader.u16()?, reader.u16()?);
        if class != IN {
            return Err(reader.wrong(DnsErrorKind::Question));
        }
        Ok(Self { id, flags, name, kind, end: reader.at })
    }

    /// Reads the answer to it.
    ///
    /// # Errors
    /// [`DnsErrorKind::OtherQuestion`] if it is the answer to another, and those of a malformed message.
    pub(super) fn answer(&self, message: &[u8]) -> Result<Answer> {
        let mut reader = Reader { message, at: 0 };
        let (id, flags) = (reader.u16()?, reader.u16()?);
        let [questions, answers, ..] = reader.counts()?;
        if id != self.id || flags & RESPONSE == 0 || questions != 1 {
            return Err(reader.wrong(DnsErrorKind::OtherQuestion));
        }
        let asked = Self::question([id, flags], &mut reader)?;
        if asked.name != self.name || asked.kind != self.kind {
            return Err(reader.wrong(DnsErrorKind::OtherQuestion));
        }
        let mut records = Vec::new();
        for _ in 0..answers {
            records.push(reader.record()?);
        }
        // A name may stand for another, which may come earlier or later in the message.
        let mut names = vec![self.name.clone()];
        let mut ttl = u32::MAX;
        for _ in 0..records.len() {
            let before = names.len();
            for record in &records {
                if let Data::Name(other) = &record.data
                    && names.contains(&record.name)
                    && !names.contains(other)
                {
                    names.push(other.clone());
                    ttl = ttl.min(record.ttl);
                }
            }
            if names.len() == before {
                break;
            }
        }
        let mut addresses = Vec::new();
        for record in records.iter().filter(|record| names.contains(&record.name)) {
            if let Data::Address(address) = record.data {
                addresses.push(address);
                ttl = ttl.min(record.ttl);
            }
        }
        let name = core::str::from_utf8(&self.name).ok().and_then(|name| HostName::new(name).ok());
        Ok(Answer { name, addresses, ttl, truncated: flags & TRUNCATED != 0 })
    }

    /// The answer that refuses it (RFC 1035, 4.1.1).
    pub(super) fn refusal(&self, message: &[u8]) -> Vec<u8> {
        let question = message.get(HEADER..self.end).unwrap_or_default();
        let flags = self.flags & RECURSION_DESIRED | RESPONSE | REFUSED;
        let header = [self.id, flags, 1, 0, 0, 0].map(u16::to_be_bytes);
        [header.as_flattened(), question].concat()
    }
}

struct Record {
    name: Vec<u8>,
    ttl: u32,
    data: Data,
}

enum Data {
    Address(IpAddr),
    Name(Vec<u8>),
    Other,
}

struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl<'m> Reader<'m> {
    fn wrong(&self, kind: DnsErrorKind) -> DnsError {
        DnsError { kind, offset: self.at }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let rest = self.message.get(self.at..).unwrap_or_default();
        let bytes = rest.first_chunk().ok_or(self.wrong(DnsErrorKind::Truncated))?;
        self.at = self.at.saturating_add(N);
        Ok(*bytes)
    }

    fn slice(&mut self, length: usize) -> Result<&'m [u8]> {
        let end = self.at.saturating_add(length);
        let bytes = self.message.get(self.at..end).ok_or(self.wrong(DnsErrorKind::Truncated))?;
        self.at = end;
        Ok(bytes)
    }

    fn u16(&mut self) -> Result<u16> {
        self.bytes().map(u16::from_be_bytes)
    }

    fn counts(&mut self) -> Result<[u16; 4]> {
        Ok([self.u16()?, self.u16()?, self.u16()?, self.u16()?])
    }

    fn record(&mut self) -> Result<Record> {
        let name = self.name()?;
        let (kind, class) = (self.u16()?, self.u16()?);
        let ttl = self.bytes().map(u32::from_be_bytes)?;
        let length = usize::from(self.u16()?);
        let start = self.at;
        let data = self.slice(length)?;
        let address = DnsError { kind: DnsErrorKind::Address, offset: start };
        let data = match (class, kind) {
            (IN, A) => {
                let octets: [u8; 4] = data.try_into().map_err(|_| address)?;
                Data::Address(Ipv4Addr::from(octets).into())
            }
            (IN, AAAA) => {
                let octets: [u8; 16] = data.try_into().map_err(|_| address)?;
                Data::Address(Ipv6Addr::from(octets).into())
            }
            (IN, CNAME) => Data::Name(Reader { message: self.message, at: start }.name()?),
            _ => Data::Other,
        };
        // A time with its first bit set counts as zero (RFC 2181, 8).
        Ok(Record { name, ttl: if ttl > i32::MAX as u32 { 0 } else { ttl }, data })
    }

    /// A name; what it refers to has to stand before it, so that there is an end (RFC 1035, 4.1.4).
    fn name(&mut self) -> Result<Vec<u8>> {
        let mut name = Vec::new();
        let (mut at, mut before) = (self.at, self.at);
        let mut end = None;
        loop {
            let mut reader = Reader { message: self.message, at };
            let [length] = reader.bytes()?;
            match length >> 6 {
                0 if length == 0 => {
                    at = reader.at;
                    break;
                }
                0 => {
                    if !name.is_empty() {
                        name.push(b'.');
                    }
                    name.extend(reader.slice(length.into())?.to_ascii_lowercase());
                    at = reader.at;
                }
                3 => {
                    let [low] = reader.bytes()?;
                    end.get_or_insert(reader.at);
                    at = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    if at >= before {
                        return Err(self.wrong(DnsErrorKind::Name));
                    }
                    before = at;
                }
                _ => return Err(self.wrong(DnsErrorKind::Name)),
            }
            if name.len() > 255 {
                return Err(self.wrong(DnsErrorKind::Name));
            }
        }
        self.at = end.unwrap_or(at);
        Ok(name)
    }
}
