//! `measurement-map`: what was measured of an environment, or must be.

use hexad_cose_core::Label as Key;
use hexad_cose_core::cbor::{Cursor, Encoder, Raw, Type};

use crate::environment::check_ueid;
use crate::error::{Error, ErrorKind};
use crate::key::CryptoKey;
use crate::map::{self, Codec, Extensions, List, non_empty};
use crate::values::{Digest, sized};

/// `measurement-map`: the values of one measured element.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measurement<'b> {
    /// `mkey`: which element; absent where the environment has but one.
    pub mkey: Option<MeasurementKey<'b>>,
    /// `mval`
    pub mval: MeasurementValues<'b>,
    /// `authorized-by`: whose word it must be.
    pub authorized_by: List<'b, CryptoKey<'b>>,
}

impl<'b> Measurement<'b> {
    /// These values.
    #[must_use]
    pub fn new(mval: MeasurementValues<'b>) -> Self {
        Self { mval, ..Self::default() }
    }
}

impl<'b> Codec<'b> for Measurement<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let mut measurement = Self::default();
        let mut mval = None;
        let others = map::read(cursor, &[0, 1, 2], |label, cursor| {
            match label {
                0 => measurement.mkey = Some(MeasurementKey::parse(cursor)?),
                1 => mval = Some(MeasurementValues::parse(cursor)?),
                _ => measurement.authorized_by = List::parse(cursor)?,
            }
            Ok(())
        })?;
        others.require_none(here)?;
        measurement.mval = mval.ok_or(Error::new(ErrorKind::Missing(1), here))?;
        Ok(measurement)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, self.mkey.as_ref())?;
            members.value(1, Some(&self.mval))?;
            members.list(2, &self.authorized_by)
        })
    }
}

/// `measured-element-type-choice`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MeasurementKey<'b> {
    /// The content of an object identifier in DER, tag 111.
    Oid(&'b [u8]),
    /// A UUID, tag 37.
    Uuid([u8; 16]),
    /// A number.
    Number(u64),
    /// A name.
    Text(&'b str),
    /// A choice that a profile adds: the tag, and the encoded item behind it.
    Other(u64, &'b [u8]),
}

impl<'b> Codec<'b> for MeasurementKey<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(match cursor.peek()? {
            Type::Text => Self::Text(cursor.text()?),
            Type::Tag => match cursor.tag()? {
                37 => Self::Uuid(sized(cursor)?),
                111 => Self::Oid(cursor.bytes()?),
                other => Self::Other(other, cursor.item()?.bytes()),
            },
            _ => Self::Number(cursor.unsigned()?),
        })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Oid(oid) => encoder.tag(111)?.bytes(oid)?,
            Self::Uuid(uuid) => encoder.tag(37)?.bytes(uuid)?,
            Self::Number(number) => encoder.unsigned(*number)?,
            Self::Text(text) => encoder.text(text)?,
            Self::Other(tag, item) => encoder.tag(*tag)?.raw(map::one_item(item)?)?,
        };
        Ok(())
    }
}

/// `measurement-values-map`: one member at least.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MeasurementValues<'b> {
    /// `version`
    pub version: Option<Version<'b>>,
    /// `svn`: a security version number.
    pub svn: Option<Svn>,
    /// `digests`: of the same element, by different algorithms.
    pub digests: List<'b, Digest<'b>>,
    /// `flags`
    pub flags: Option<Flags<'b>>,
    /// `raw-value`
    pub raw_value: Option<RawValue<'b>>,
    /// `mac-addr`: 6 or 8 bytes.
    pub mac_addr: Option<&'b [u8]>,
    /// `ip-addr`: 4 or 16 bytes (RFC 9164).
    pub ip_addr: Option<&'b [u8]>,
    /// `serial-number`
    pub serial_number: Option<&'b str>,
    /// `ueid`: 7 to 33 bytes.
    pub ueid: Option<&'b [u8]>,
    /// `uuid`
    pub uuid: Option<[u8; 16]>,
    /// `name`
    pub name: Option<&'b str>,
    /// `cryptokeys`
    pub cryptokeys: List<'b, CryptoKey<'b>>,
    /// `integrity-registers`
    pub integrity_registers: Registers<'b>,
    /// `int-range`
    pub int_range: Option<IntRange>,
    /// What else stands in the map: values of a profile.
    pub extensions: Extensions<'b>,
}

const KNOWN: &[i64] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15];

impl<'b> Codec<'b> for MeasurementValues<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut values = Self::default();
        let mut mask = None;
        values.extensions = map::read(cursor, KNOWN, |label, cursor| {
            let at = cursor.offset();
            match label {
                0 => values.version = Some(Version::parse(cursor)?),
                1 => values.svn = Some(Svn::parse(cursor)?),
                2 => values.digests = List::parse(cursor)?,
                3 => values.flags = Some(Flags::parse(cursor)?),
                4 => values.raw_value = Some(RawValue::parse(cursor)?),
                5 => mask = Some((cursor.bytes()?, at)),
                6 => values.mac_addr = Some(of_size(cursor.bytes()?, [6, 8], at)?),
                7 => values.ip_addr = Some(ip_addr(cursor)?),
                8 => values.serial_number = Some(cursor.text()?),
                9 => {
                    let ueid = cursor.bytes()?;
                    check_ueid(ueid, at)?;
                    values.ueid = Some(ueid);
                }
                10 => values.uuid = Some(sized(cursor)?),
                11 => values.name = Some(cursor.text()?),
                13 => values.cryptokeys = List::parse(cursor)?,
                14 => values.integrity_registers = Registers::parse(cursor)?,
                _ => values.int_range = Some(IntRange::parse(cursor)?),
            }
            Ok(())
        })?;
        // The mask once stood beside its value.
        if let Some((mask, at)) = mask {
            let Some(RawValue { value, mask: None }) = values.raw_value else {
                return Err(Error::new(ErrorKind::Missing(4), at));
            };
            values.raw_value = Some(RawValue::masked(value, mask, at)?);
        }
        non_empty(here)?;
        Ok(values)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if *self == Self::default() {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        self.mac_addr.map_or(Ok(&[][..]), |address| of_size(address, [6, 8], 0))?;
        self.ip_addr.map_or(Ok(&[][..]), |address| of_size(address, [4, 16], 0))?;
        self.ueid.map_or(Ok(()), |ueid| check_ueid(ueid, 0))?;
        map::write(encoder, &self.extensions, |members| {
            members.value(0, self.version.as_ref())?;
            members.value(1, self.svn.as_ref())?;
            members.list(2, &self.digests)?;
            members.value(3, self.flags.as_ref())?;
            members.value(4, self.raw_value.as_ref())?;
            members.bytes(6, self.mac_addr)?;
            if let Some(address) = self.ip_addr {
                let tag = if address.len() == 4 { 52 } else { 54 };
                members.put(7, |encoder| Ok(encoder.tag(tag)?.bytes(address).map(drop)?))?;
            }
            members.text(8, self.serial_number)?;
            members.bytes(9, self.ueid)?;
            members.bytes(10, self.uuid.as_ref().map(<[u8; 16]>::as_slice))?;
            members.text(11, self.name)?;
            members.list(13, &self.cryptokeys)?;
            let registers = Some(&self.integrity_registers);
            members.value(14, registers.filter(|registers| !registers.is_empty()))?;
            members.value(15, self.int_range.as_ref())
        })
    }
}

fn of_size(bytes: &[u8], sizes: [usize; 2], offset: usize) -> Result<&[u8], Error> {
    if sizes.contains(&bytes.len()) { Ok(bytes) } else { Err(Error::new(ErrorKind::Size, offset)) }
}

/// An address behind tag 52 (IPv4) or 54 (IPv6); untagged it is taken, too, as tools in use write it.
fn ip_addr<'b>(cursor: &mut Cursor<'b>) -> Result<&'b [u8], Error> {
    let here = cursor.offset();
    let sizes = match cursor.peek()? {
        Type::Tag => match cursor.tag()? {
            52 => [4, 4],
            54 => [16, 16],
            _ => return Err(Error::new(ErrorKind::Choice, here)),
        },
        _ => [4, 16],
    };
    of_size(cursor.bytes()?, sizes, here)
}

/// `version-map`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version<'b> {
    /// `version`
    pub version: &'b str,
    /// `version-scheme`: an index of the registry of RFC 9393, section 4.1, or a name.
    pub version_scheme: Option<Key<'b>>,
}

impl<'b> Codec<'b> for Version<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut version, mut version_scheme) = (None, None);
        let others = map::read(cursor, &[0, 1], |label, cursor| {
            match label {
                0 => version = Some(cursor.text()?),
                _ => version_scheme = Some(Key::parse(cursor)?),
            }
            Ok(())
        })?;
        others.require_none(here)?;
        let version = version.ok_or(Error::new(ErrorKind::Missing(0), here))?;
        Ok(Self { version, version_scheme })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &Extensions::NONE, |members| {
            members.text(0, Some(self.version))?;
            match self.version_scheme {
                None => Ok(()),
                Some(scheme) => members.put(1, |encoder| Ok(scheme.encode(encoder)?)),
            }
        })
    }
}

/// `svn-type-choice`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Svn {
    /// This number (bare, or tag 552).
    Exact(u64),
    /// This number or a greater one, tag 553.
    Min(u64),
}

impl Svn {
    /// Whether a device with the security version number `svn` is as this says.
    #[must_use]
    pub const fn accepts(self, svn: u64) -> bool {
        match self {
            Self::Exact(exact) => svn == exact,
            Self::Min(min) => svn >= min,
        }
    }
}

impl<'b> Codec<'b> for Svn {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        match cursor.peek()? {
            Type::Tag => match cursor.tag()? {
                552 => Ok(Self::Exact(cursor.unsigned()?)),
                553 => Ok(Self::Min(cursor.unsigned()?)),
                _ => Err(Error::new(ErrorKind::Choice, here)),
            },
            _ => Ok(Self::Exact(cursor.unsigned()?)),
        }
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Exact(svn) => encoder.tag(552)?.unsigned(*svn)?,
            Self::Min(svn) => encoder.tag(553)?.unsigned(*svn)?,
        };
        Ok(())
    }
}

/// `raw-value-type-choice`: bytes, of which a mask says which bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawValue<'b> {
    /// The value.
    pub value: &'b [u8],
    /// As long as the value: the bits of it that are compared. All without it.
    pub mask: Option<&'b [u8]>,
}

impl<'b> RawValue<'b> {
    fn masked(value: &'b [u8], mask: &'b [u8], offset: usize) -> Result<Self, Error> {
        if mask.len() == value.len() {
            return Ok(Self { value, mask: Some(mask) });
        }
        Err(Error::new(ErrorKind::Mask, offset))
    }

    /// Whether `found` has the bits that count.
    #[must_use]
    pub fn matches(&self, found: &[u8]) -> bool {
        let Some(mask) = self.mask else { return found == self.value };
        found.len() == self.value.len()
            && found
                .iter()
                .zip(self.value)
                .zip(mask)
                .all(|((found, value), mask)| (found ^ value) & mask == 0)
    }
}

impl<'b> Codec<'b> for RawValue<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        match cursor.tag()? {
            560 => Ok(Self { value: cursor.bytes()?, mask: None }),
            563 => {
                cursor.array_of(2)?;
                let value = cursor.bytes()?;
                let at = cursor.offset();
                Self::masked(value, cursor.bytes()?, at)
            }
            _ => Err(Error::new(ErrorKind::Choice, here)),
        }
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.mask {
            None => encoder.tag(560)?.bytes(self.value)?,
            Some(mask) => {
                Self::masked(self.value, mask, 0)?;
                encoder.tag(563)?.array(2)?.bytes(self.value)?.bytes(mask)?
            }
        };
        Ok(())
    }
}

/// `int-range-type-choice`: from `min` to `max`, both included; an end that is absent is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntRange {
    /// The least.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
}

impl IntRange {
    /// Whether `value` lies in it.
    #[must_use]
    pub fn contains(self, value: i64) -> bool {
        self.min.is_none_or(|min| min <= value) && self.max.is_none_or(|max| value <= max)
    }

    fn check(self, offset: usize) -> Result<Self, Error> {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min > max => Err(Error::new(ErrorKind::Order, offset)),
            _ => Ok(self),
        }
    }
}

impl<'b> Codec<'b> for IntRange {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        if cursor.peek()? != Type::Tag {
            let value = Some(cursor.integer()?);
            return Ok(Self { min: value, max: value });
        }
        if cursor.tag()? != 564 {
            return Err(Error::new(ErrorKind::Choice, here));
        }
        cursor.array_of(2)?;
        let mut end = || if cursor.take_null() { Ok(None) } else { cursor.integer().map(Some) };
        Self { min: end()?, max: end()? }.check(here)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(0)?;
        if let (Some(min), true) = (self.min, self.min == self.max) {
            encoder.integer(min)?;
            return Ok(());
        }
        encoder.tag(564)?.array(2)?;
        for end in [self.min, self.max] {
            match end {
                None => encoder.null()?,
                Some(end) => encoder.integer(end)?,
            };
        }
        Ok(())
    }
}

/// `flags-map`: one member at least. What is absent is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flags<'b> {
    /// `is-configured` to `is-runtime-updatable`, by their labels 0 to 10.
    values: [Option<bool>; 11],
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl Flags<'_> {
    /// `is-configured`
    pub const IS_CONFIGURED: usize = 0;
    /// `is-secure`
    pub const IS_SECURE: usize = 1;
    /// `is-recovery`
    pub const IS_RECOVERY: usize = 2;
    /// `is-debug`
    pub const IS_DEBUG: usize = 3;
    /// `is-replay-protected`
    pub const IS_REPLAY_PROTECTED: usize = 4;
    /// `is-integrity-protected`
    pub const IS_INTEGRITY_PROTECTED: usize = 5;
    /// `is-runtime-meas`
    pub const IS_RUNTIME_MEAS: usize = 6;
    /// `is-immutable`
    pub const IS_IMMUTABLE: usize = 7;
    /// `is-tcb`
    pub const IS_TCB: usize = 8;
    /// `is-confidentiality-protected`
    pub const IS_CONFIDENTIALITY_PROTECTED: usize = 9;
    /// `is-runtime-updatable`
    pub const IS_RUNTIME_UPDATABLE: usize = 10;

    /// The flag of one of the labels above, if it is there.
    #[must_use]
    pub fn get(&self, flag: usize) -> Option<bool> {
        self.values.get(flag).copied().flatten()
    }

    /// The same with a flag; a label that is none of those above changes nothing.
    #[must_use]
    pub fn with(mut self, flag: usize, value: bool) -> Self {
        if let Some(place) = self.values.get_mut(flag) {
            *place = Some(value);
        }
        self
    }
}

impl<'b> Codec<'b> for Flags<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut flags = Self::default();
        flags.extensions =
            map::read(cursor, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], |label, cursor| {
                let value = cursor.boolean()?;
                let place = usize::try_from(label).ok().and_then(|at| flags.values.get_mut(at));
                if let Some(place) = place {
                    *place = Some(value);
                }
                Ok(())
            })?;
        non_empty(here)?;
        Ok(flags)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if *self == Self::default() {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        map::write(encoder, &self.extensions, |members| {
            let mut labels = 0i64..;
            self.values
                .iter()
                .zip(&mut labels)
                .try_for_each(|(value, label)| members.boolean(label, *value))
        })
    }
}

/// A register of `integrity-registers`: its name or number, and its digests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntegrityRegister<'b> {
    /// A number that is not negative, or a name.
    pub id: Key<'b>,
    /// One or more.
    pub digests: List<'b, Digest<'b>>,
}

/// `integrity-registers`: one register at least, or nothing where the member is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Registers<'b> {
    registers: Extensions<'b>,
}

impl<'b> Registers<'b> {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.registers.iter().next().is_none()
    }

    /// The registers, in their order.
    pub fn iter(&self) -> impl Iterator<Item = IntegrityRegister<'b>> + use<'b> {
        // Validated when the manifest was parsed, so none is left out.
        self.registers.iter().filter_map(|(id, digests)| Self::register(id, digests).ok())
    }

    /// Registers from their ids and encoded lists of digests, `[ + digest ]`.
    #[must_use]
    pub fn new(registers: &'b [(Key<'b>, &'b [u8])]) -> Self {
        Self { registers: registers.into() }
    }

    fn register(id: Key<'b>, digests: Raw<'b>) -> Result<IntegrityRegister<'b>, Error> {
        if id.integer().is_some_and(|number| number < 0) {
            return Err(digests.error(hexad_cose_core::ErrorKind::InvalidValue).into());
        }
        let mut cursor = digests.cursor();
        let digests = List::parse(&mut cursor)?;
        cursor.finish()?;
        Ok(IntegrityRegister { id, digests })
    }
}

impl<'b> Codec<'b> for Registers<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let registers = map::read(cursor, &[], |_, _| Ok(()))?;
        non_empty(here)?;
        registers.iter().try_for_each(|(id, digests)| Self::register(id, digests).map(drop))?;
        Ok(Self { registers })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.registers
            .iter()
            .try_for_each(|(id, digests)| Self::register(id, digests).map(drop))?;
        map::write(encoder, &self.registers, |_| Ok(()))
    }
}
