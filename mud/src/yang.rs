//! The YANG types of RFC 7951 (JSON encoding) and RFC 6991 (common types), read from JSON values.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::{ErrorKind, Fault};
use crate::flow::{IpVersion, Prefix};
use crate::json::{Kind, Member, Value};

/// The modules whose nodes stand in a MUD file.
pub(crate) mod module {
    /// RFC 8520, 7.
    pub const MUD: &str = "ietf-mud";
    /// RFC 8519, 4.1.
    pub const ACL: &str = "ietf-access-control-list";
    /// RFC 8520, 8.
    pub const DNS: &str = "ietf-acldns";
}

/// How a file is being read: what may be let pass, and what was.
pub(crate) struct Reading<'b> {
    /// The input, for nodes that are kept as they are.
    pub text: &'b [u8],
    pub lenient: bool,
    pub findings: Vec<Fault>,
}

impl Reading<'_> {
    /// Something that is against the rules and yet has but one meaning: let pass, or refused.
    pub fn tolerate(
        &mut self,
        kind: ErrorKind,
        offset: usize,
        advice: &'static str,
    ) -> Result<(), Fault> {
        let fault = Fault::new(kind, offset, advice);
        if !self.lenient {
            return Err(fault);
        }
        self.findings.push(fault);
        Ok(())
    }

    /// Something that the rules let pass, and that someone should know of.
    pub fn report(&mut self, kind: ErrorKind, offset: usize, advice: &'static str) {
        self.findings.push(Fault::new(kind, offset, advice));
    }

    /// The module and the name of a member whose parent is of the module `parent`. `foreign` are the
    /// members that another module adds there.
    pub fn name<'v>(
        &mut self,
        member: &'v Member<'_>,
        parent: &'static str,
        foreign: &[(&'static str, &'static str)],
    ) -> Result<(&'v str, &'v str), Fault> {
        if let Some((module, name)) = member.name.split_once(':') {
            if module == parent {
                self.tolerate(
                    ErrorKind::Namespace,
                    member.offset,
                    "the module is left out where the parent is of the same one (RFC 7951, 4)",
                )?;
            }
            return Ok((module, name));
        }
        for (module, name) in foreign {
            if *name == member.name {
                self.tolerate(
                    ErrorKind::Namespace,
                    member.offset,
                    "a node that another module adds has that module before its name: \
                     ietf-mud:mud, ietf-mud:direction-initiated, ietf-acldns:src-dnsname, \
                     ietf-acldns:dst-dnsname (RFC 7951, 4)",
                )?;
                return Ok((module, name));
            }
        }
        Ok((parent, &member.name))
    }

    /// A `string`.
    pub fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, Fault> {
        match &value.kind {
            Kind::String(text) => Ok(text),
            _ => Err(unexpected(value, "a text in quotes has to stand here (RFC 7951, 6.2)")),
        }
    }

    /// A `string` with a length in characters from 1 to `most`.
    pub fn short_string(&self, value: &Value<'_>, most: usize) -> Result<String, Fault> {
        let text = self.string(value)?;
        if text.is_empty() || text.chars().nth(most).is_some() {
            let advice = if most == 40 {
                "an extension's name has 1 to 40 characters (RFC 8520, 7)"
            } else {
                "the name of a list or an entry has 1 to 64 characters (RFC 8519, 4.1)"
            };
            return Err(Fault::new(ErrorKind::OutOfRange, value.offset, advice));
        }
        Ok(text.to_string())
    }

    /// A `boolean`.
    pub fn boolean(&mut self, value: &Value<'_>) -> Result<bool, Fault> {
        const ADVICE: &str = "true or false, without quotes (RFC 7951, 6.3)";
        let truth = match &value.kind {
            Kind::Bool(truth) => return Ok(*truth),
            Kind::String(text) => match &**text {
                "true" => true,
                "false" => false,
                _ => return Err(unexpected(value, ADVICE)),
            },
            _ => return Err(unexpected(value, ADVICE)),
        };
        self.tolerate(ErrorKind::UnexpectedType, value.offset, ADVICE)?;
        Ok(truth)
    }

    /// An `empty`: `[null]`.
    pub fn empty(&mut self, value: &Value<'_>) -> Result<(), Fault> {
        const ADVICE: &str = "a node of type empty is written as [null] (RFC 7951, 6.9)";
        match &value.kind {
            Kind::Array(values)
                if matches!(values.as_slice(), [Value { kind: Kind::Null, .. }]) =>
            {
                Ok(())
            }
            Kind::Null => self.tolerate(ErrorKind::UnexpectedType, value.offset, ADVICE),
            _ => Err(unexpected(value, ADVICE)),
        }
    }

    /// A whole number from `least` to `most`.
    fn number(&mut self, value: &Value<'_>, least: u32, most: u32) -> Result<u32, Fault> {
        let text = match &value.kind {
            Kind::Number(text) => *text,
            Kind::String(text) if is_digits(text) => {
                self.tolerate(
                    ErrorKind::UnexpectedType,
                    value.offset,
                    "a number of up to 32 bits has no quotes (RFC 7951, 6.1)",
                )?;
                text
            }
            _ => return Err(unexpected(value, "a whole number has to stand here (RFC 7951, 6.1)")),
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !is_digits(digits) {
            return Err(unexpected(
                value,
                "a whole number has no point and no exponent (RFC 7951, 6.1, RFC 7950, 9.2.1)",
            ));
        }
        match text.parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(Fault::new(
                ErrorKind::OutOfRange,
                value.offset,
                match (least, most) {
                    (1, 168) => "cache-validity is 1 to 168 hours (RFC 8520, 3.5)",
                    (_, 255) => "a number of 8 bits is 0 to 255",
                    (_, 65535) => "a number of 16 bits is 0 to 65535",
                    (0, 63) => "dscp is 0 to 63 (RFC 8519, 4.2)",
                    (0, 3) => "ecn is 0 to 3 (RFC 8519, 4.2)",
                    (5, 60) => "ihl is 5 to 60 (RFC 8519, 4.2)",
                    (5, 15) => "data-offset is 5 to 15 (RFC 8519, 4.2)",
                    (_, 0xf_ffff) => "flow-label is 0 to 1048575 (RFC 6991, ipv6-flow-label)",
                    _ => "a number of 32 bits is 0 to 4294967295",
                },
            )),
        }
    }

    /// A `uint8`.
    pub fn uint8(&mut self, value: &Value<'_>) -> Result<u8, Fault> {
        self.ranged_uint8(value, 0, 255)
    }

    /// A `uint8` with a range.
    pub fn ranged_uint8(&mut self, value: &Value<'_>, least: u8, most: u8) -> Result<u8, Fault> {
        let number = self.number(value, least.into(), most.into())?;
        // In range already.
        Ok(u8::try_from(number).unwrap_or(most))
    }

    /// A `uint16`.
    pub fn uint16(&mut self, value: &Value<'_>) -> Result<u16, Fault> {
        let number = self.number(value, 0, u16::MAX.into())?;
        // In range already.
        Ok(u16::try_from(number).unwrap_or(u16::MAX))
    }

    /// A `uint32` up to `most`.
    pub fn uint32(&mut self, value: &Value<'_>, most: u32) -> Result<u32, Fault> {
        self.number(value, 0, most)
    }

    /// A `binary`, which stays in base64.
    pub fn binary<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, Fault> {
        let text = self.string(value)?;
        let digits = text.trim_end_matches('=');
        let padding = text.len().saturating_sub(digits.len());
        let digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
        if text.len() % 4 == 0 && padding <= 2 && digits.bytes().all(digit) {
            return Ok(text);
        }
        let advice = "binary values are written in base64, with its padding (RFC 7951, 6.6)";
        Err(Fault::new(ErrorKind::InvalidValue, value.offset, advice))
    }

    /// An `identityref`: its name, without the module, which may be left out (RFC 7951, 6.8).
    pub fn identity<'v>(&self, value: &'v Value<'_>, module: &str) -> Result<&'v str, Fault> {
        let text = self.string(value)?;
        Ok(text.strip_prefix(module).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text))
    }

    /// An `inet:ipv4-prefix` or `inet:ipv6-prefix`.
    pub fn prefix(&mut self, value: &Value<'_>, version: IpVersion) -> Result<Prefix, Fault> {
        let invalid = Fault::new(
            ErrorKind::InvalidValue,
            value.offset,
            match version {
                IpVersion::V4 => "an IPv4 prefix such as 192.0.2.0/24 (RFC 6991, ipv4-prefix)",
                IpVersion::V6 => "an IPv6 prefix such as 2001:db8::/32 (RFC 6991, ipv6-prefix)",
            },
        );
        let text = self.string(value)?;
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = match version {
            IpVersion::V4 => address.parse::<Ipv4Addr>().map_err(|_| invalid)?.into(),
            IpVersion::V6 => address.parse::<Ipv6Addr>().map_err(|_| invalid)?.into(),
        };
        let length = match length {
            Some(length) if is_digits(length) && !(length.len() > 1 && length.starts_with('0')) => {
                length.parse().map_err(|_| invalid)?
            }
            Some(_) => return Err(invalid),
            None => {
                self.tolerate(
                    ErrorKind::InvalidValue,
                    value.offset,
                    "a prefix has a length: /32 (IPv4) or /128 (IPv6) after a single address \
                     (RFC 6991)",
                )?;
                if version == IpVersion::V4 { 32 } else { 128 }
            }
        };
        Prefix::new(address, length).ok_or(invalid)
    }

    /// A `yang:mac-address`.
    pub fn mac_address(&self, value: &Value<'_>) -> Result<[u8; 6], Fault> {
        let invalid = Fault::new(
            ErrorKind::InvalidValue,
            value.offset,
            "a MAC address is six pairs of hexadecimal digits with colons between (RFC 6991)",
        );
        let mut address = [0; 6];
        let mut pairs = self.string(value)?.split(':');
        for byte in &mut address {
            let pair = pairs.next().filter(|pair| pair.len() == 2).ok_or(invalid)?;
            let hexadecimal = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            if !hexadecimal {
                return Err(invalid);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| invalid)?;
        }
        if pairs.next().is_some() { Err(invalid) } else { Ok(address) }
    }

    /// A node that is kept as it stands in the input.
    pub fn keep(&self, member: &Member<'_>) -> Unknown {
        let json = self.text.get(member.value.offset..member.value.end).unwrap_or_default();
        Unknown { name: member.name.to_string(), json: String::from_utf8_lossy(json).into_owned() }
    }
}

/// A node of a module that this crate does not know, kept as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unknown {
    /// Its name, with the module before it.
    pub name: String,
    /// Its value, as JSON text.
    pub json: String,
}

/// Stores what `member` means; a node may not stand twice, be it under two names.
pub(crate) fn set<T>(slot: &mut Option<T>, value: T, member: &Member<'_>) -> Result<(), Fault> {
    if slot.replace(value).is_some() {
        return Err(Fault::new(
            ErrorKind::DuplicateKey,
            member.offset,
            "this node stands twice, under two names: take one away",
        ));
    }
    Ok(())
}

impl<'b> Value<'b> {
    /// The members of a container or list entry.
    pub fn members(&self) -> Result<&[Member<'b>], Fault> {
        match &self.kind {
            Kind::Object(members) => Ok(members),
            _ => Err(unexpected(self, "an object { } has to stand here (RFC 7951, 5)")),
        }
    }

    /// The entries of a list or leaf-list.
    pub fn elements(&self) -> Result<&[Self], Fault> {
        match &self.kind {
            Kind::Array(values) => Ok(values),
            _ => Err(unexpected(self, "an array [ ] has to stand here (RFC 7951, 5)")),
        }
    }
}

/// The value of a node that has to be there.
pub(crate) fn required<T>(
    slot: Option<T>,
    parent: &Value<'_>,
    advice: &'static str,
) -> Result<T, Fault> {
    slot.ok_or_else(|| Fault::new(ErrorKind::Missing, parent.offset, advice))
}

pub(crate) fn unexpected(value: &Value<'_>, advice: &'static str) -> Fault {
    Fault::new(ErrorKind::UnexpectedType, value.offset, advice)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
