//! Values of the claims that describe the entity: identifiers, versions, debug status, location
//! (RFC 9711, 4.2.1 to 4.2.10).

use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Number, Type, write_map};
use hexad_cose_core::{ErrorKind as Cose, Label};

use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::Codec;

/// `ueid`: a Universal Entity ID, or a semi-permanent one, of 7 to 33 bytes. Opaque to whoever
/// receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ueid<'b>(&'b [u8]);

impl<'b> Ueid<'b> {
    /// A UEID as received: only its length counts (RFC 9711, 4.2.1.2).
    ///
    /// # Errors
    /// `Claim` when it is not of 7 to 33 bytes.
    pub const fn new(ueid: &'b [u8]) -> Result<Self, Error> {
        match ueid.len() {
            7..=33 => Ok(Self(ueid)),
            _ => Err(Error::new(ErrorKind::Claim(labels::UEID), 0)),
        }
    }

    /// A UEID for a new entity, by the rules for its creation (RFC 9711, 4.2.1.1): the type byte 1
    /// (RAND) with 16, 24 or 32 bytes, 2 (IEEE EUI) with 6 or 8, or 3 (IMEI) with 14 digits' values.
    ///
    /// ```
    /// use hexad_eat::Ueid;
    ///
    /// let mut rand = [0x5a; 17];
    /// rand[0] = 1;
    /// assert!(Ueid::create(&rand).is_ok());
    /// assert!(Ueid::create(&rand[..16]).is_err()); // 120 random bits are too few
    /// ```
    ///
    /// # Errors
    /// `Claim` for another type or length.
    pub fn create(ueid: &'b [u8]) -> Result<Self, Error> {
        let valid = match ueid.split_first() {
            Some((1, random)) => matches!(random.len(), 16 | 24 | 32),
            Some((2, eui)) => matches!(eui.len(), 6 | 8),
            Some((3, imei)) => imei.len() == 14 && imei.iter().all(|digit| *digit <= 9),
            _ => false,
        };
        if valid { Ok(Self(ueid)) } else { Err(Error::new(ErrorKind::Claim(labels::UEID), 0)) }
    }

    /// The bytes, the type first.
    #[must_use]
    pub const fn as_bytes(&self) -> &'b [u8] {
        self.0
    }

    pub(crate) fn read(cursor: &mut Cursor<'b>, label: i64) -> Result<Self, Error> {
        let here = cursor.offset();
        Self::new(cursor.bytes()?).map_err(|_| Error::new(ErrorKind::Claim(label), here))
    }
}

/// An entry of `sueids`: a semi-permanent UEID and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sueid<'b> {
    /// Tells it from the others.
    pub label: &'b str,
    /// The identifier.
    pub ueid: Ueid<'b>,
}

impl<'b> Codec<'b> for Sueid<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        Ok(Self { label: cursor.text()?, ueid: Ueid::read(cursor, labels::SUEIDS)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.text(self.label)?.bytes(self.ueid.as_bytes())?;
        Ok(())
    }

    fn name(&self) -> &'b str {
        self.label
    }
}

/// `oemid`: who made the hardware, in one of three forms (RFC 9711, 4.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OemId<'b> {
    /// 16 random bytes that the manufacturer made once.
    Random(&'b [u8; 16]),
    /// An IEEE MA-L or CID, in the order of its hexadecimal representation.
    Ieee([u8; 3]),
    /// An IANA Private Enterprise Number.
    PrivateEnterpriseNumber(u64),
}

impl<'b> OemId<'b> {
    pub(crate) fn read(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let error = Error::new(ErrorKind::Claim(labels::OEMID), cursor.offset());
        if cursor.peek()? == Type::Unsigned {
            return Ok(Self::PrivateEnterpriseNumber(cursor.unsigned()?));
        }
        let bytes = cursor.bytes()?;
        match (bytes.try_into(), <[u8; 3]>::try_from(bytes)) {
            (Ok(random), _) => Ok(Self::Random(random)),
            (_, Ok(ieee)) => Ok(Self::Ieee(ieee)),
            _ => Err(error),
        }
    }

    pub(crate) fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Random(random) => encoder.bytes(*random)?,
            Self::Ieee(ieee) => encoder.bytes(ieee)?,
            Self::PrivateEnterpriseNumber(number) => encoder.unsigned(*number)?,
        };
        Ok(())
    }
}

/// `hwversion` and `swversion`: a version and how it sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version<'b> {
    /// The version.
    pub version: &'b str,
    /// `version-scheme` of CoSWID (RFC 9393, 4.1): an index of -256 to 65535 but 0, or a private
    /// name.
    pub scheme: Option<Label<'b>>,
}

impl<'b> Version<'b> {
    /// A version without a scheme.
    #[must_use]
    pub const fn new(version: &'b str) -> Self {
        Self { version, scheme: None }
    }

    fn check_scheme(scheme: Label<'_>, label: i64, offset: usize) -> Result<(), Error> {
        match scheme {
            Label::Integer(0) => Err(Error::new(ErrorKind::Claim(label), offset)),
            Label::Integer(-256..=65535) | Label::Text(_) => Ok(()),
            Label::Integer(_) => Err(Error::new(ErrorKind::Claim(label), offset)),
        }
    }

    pub(crate) fn read(cursor: &mut Cursor<'b>, label: i64) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.array()?;
        let mut version = None;
        let mut scheme = None;
        while items.next(cursor)? {
            if version.is_none() {
                version = Some(cursor.text()?);
            } else if scheme.is_none() {
                let offset = cursor.offset();
                let value = Label::parse(cursor)?;
                Self::check_scheme(value, label, offset)?;
                scheme = Some(value);
            } else {
                return Err(here.error(Cose::Length).into());
            }
        }
        let version = version.ok_or(here.error(Cose::Length))?;
        Ok(Self { version, scheme })
    }

    pub(crate) fn write(&self, label: i64, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.array(1 + usize::from(self.scheme.is_some()))?.text(self.version)?;
        match self.scheme {
            None => return Ok(()),
            Some(scheme) => Self::check_scheme(scheme, label, 0)?,
        }
        match self.scheme {
            Some(Label::Integer(index)) => encoder.integer(index)?,
            Some(Label::Text(name)) => encoder.text(name)?,
            None => encoder,
        };
        Ok(())
    }
}

/// `dbgstat`: the state of the debug facilities of the entity, or of a submodule, as a whole. A
/// greater one is more disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DebugStatus {
    /// 0: at least one is enabled.
    Enabled,
    /// 1: all are disabled now.
    Disabled,
    /// 2: and have been since boot.
    DisabledSinceBoot,
    /// 3: and only the manufacturer can enable them.
    DisabledPermanently,
    /// 4: and nobody can.
    DisabledFullyAndPermanently,
}

impl DebugStatus {
    const ALL: [Self; 5] = [
        Self::Enabled,
        Self::Disabled,
        Self::DisabledSinceBoot,
        Self::DisabledPermanently,
        Self::DisabledFullyAndPermanently,
    ];

    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let error = Error::new(ErrorKind::Claim(labels::DBGSTAT), cursor.offset());
        let value = cursor.unsigned()?;
        Self::ALL.into_iter().find(|status| status.value() == value).ok_or(error)
    }

    /// The number on the wire.
    #[must_use]
    pub const fn value(self) -> u64 {
        match self {
            Self::Enabled => 0,
            Self::Disabled => 1,
            Self::DisabledSinceBoot => 2,
            Self::DisabledPermanently => 3,
            Self::DisabledFullyAndPermanently => 4,
        }
    }

    /// The name in a JSON-encoded token.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::DisabledSinceBoot => "disabled-since-boot",
            Self::DisabledPermanently => "disabled-permanently",
            Self::DisabledFullyAndPermanently => "disabled-fully-and-permanently",
        }
    }
}

/// `location`: where the entity is, by WGS 84 (RFC 9711, 4.2.10). Lengths in metres, angles in
/// degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// Degrees north.
    pub latitude: Number,
    /// Degrees east.
    pub longitude: Number,
    /// Metres above the ellipsoid.
    pub altitude: Option<Number>,
    /// Metres, of latitude and longitude.
    pub accuracy: Option<Number>,
    /// Metres.
    pub altitude_accuracy: Option<Number>,
    /// Degrees clockwise from north; NaN when the entity is stationary.
    pub heading: Option<Number>,
    /// Metres a second.
    pub speed: Option<Number>,
    /// When it was acquired, in seconds since 1970-01-01T00:00Z.
    pub timestamp: Option<i64>,
    /// How long ago it was acquired, in seconds.
    pub age: Option<u64>,
}

impl Location {
    /// A place.
    #[must_use]
    pub const fn new(latitude: Number, longitude: Number) -> Self {
        Self {
            latitude,
            longitude,
            altitude: None,
            accuracy: None,
            altitude_accuracy: None,
            heading: None,
            speed: None,
            timestamp: None,
            age: None,
        }
    }

    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let error = Error::new(ErrorKind::Claim(labels::LOCATION), cursor.offset());
        let mut location = Self::new(Number::Integer(0), Number::Integer(0));
        let (mut latitude, mut longitude) = (None, None);
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            match label {
                Label::Integer(1) => latitude = Some(Number::parse(cursor)?),
                Label::Integer(2) => longitude = Some(Number::parse(cursor)?),
                Label::Integer(3) => location.altitude = Some(Number::parse(cursor)?),
                Label::Integer(4) => location.accuracy = Some(Number::parse(cursor)?),
                Label::Integer(5) => location.altitude_accuracy = Some(Number::parse(cursor)?),
                Label::Integer(6) => location.heading = Some(Number::parse(cursor)?),
                Label::Integer(7) => location.speed = Some(Number::parse(cursor)?),
                Label::Integer(8) => location.timestamp = Some(cursor.integer()?),
                Label::Integer(9) => location.age = Some(cursor.unsigned()?),
                // The CDDL leaves no room for others.
                _ => return Err(error),
            }
        }
        location.latitude = latitude.ok_or(error)?;
        location.longitude = longitude.ok_or(error)?;
        Ok(location)
    }

    pub(crate) fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let numbers = [
            (1, Some(self.latitude)),
            (2, Some(self.longitude)),
            (3, self.altitude),
            (4, self.accuracy),
            (5, self.altitude_accuracy),
            (6, self.heading),
            (7, self.speed),
        ];
        write_map(encoder, |members| {
            for (label, number) in numbers {
                if let Some(number) = number {
                    members.put(label, |encoder| number.encode(encoder))?;
                }
            }
            members.integer(8, self.timestamp)?;
            Ok(members.unsigned(9, self.age)?)
        })
    }
}
