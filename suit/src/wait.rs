//! SUIT_Wait_Event: what suit-directive-wait waits for (update management, 4.5).

use hexad_cose_core::cbor::{Cursor, Entries, Items, Raw};
use hexad_cose_core::{ErrorKind as Cbor, Label};

use crate::error::{Error, ErrorKind};
use crate::labels::wait_event as label;
use crate::parameter::text_key;
use crate::version::VersionMatch;

/// One event that has to come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitEvent<'b> {
    /// suit-wait-event-authorization: with this priority, the smaller the more urgent.
    Authorization(i64),
    /// suit-wait-event-power: a power state of the device's maker.
    Power(i64),
    /// suit-wait-event-network: a network state of the device's maker.
    Network(i64),
    /// suit-wait-event-other-device-version.
    OtherDeviceVersion(OtherDevice<'b>),
    /// suit-wait-event-time: seconds since 1970-01-01 UTC.
    Time(u64),
    /// suit-wait-event-time-of-day: seconds since 00:00:00 local time.
    TimeOfDay(u64),
    /// suit-wait-event-day-of-week: days since Sunday, local time.
    DayOfWeek(u64),
    /// suit-wait-event-time-of-day-utc: seconds since 00:00:00 UTC.
    TimeOfDayUtc(u64),
    /// suit-wait-event-day-of-week-utc: days since Sunday, UTC.
    DayOfWeekUtc(u64),
}

/// SUIT_Wait_Event_Argument_Other_Device_Version: another device, and what its version must be.
#[derive(Clone, Copy, Debug)]
pub struct OtherDevice<'b> {
    identifier: &'b [u8],
    /// The array of SUIT_Parameter_Version_Match.
    versions: Raw<'b>,
}

impl<'b> OtherDevice<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let identifier = cursor.bytes()?;
        Ok(Self { identifier, versions: take_versions(cursor)? })
    }

    /// Another device, and what its version must be: an array of SUIT_Parameter_Version_Match, as it is
    /// encoded.
    ///
    /// # Errors
    /// Those of CBOR; `Length` for an empty array; `InvalidValue` for an unknown comparison.
    pub fn new(identifier: &'b [u8], versions: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(versions);
        let versions = take_versions(&mut cursor)?;
        cursor.finish()?;
        Ok(Self { identifier, versions })
    }

    /// What its version must be, as it is encoded.
    #[must_use]
    pub const fn encoded_versions(self) -> Raw<'b> {
        self.versions
    }

    /// Names the device, in a namespace that the deployment defines.
    #[must_use]
    pub const fn identifier(self) -> &'b [u8] {
        self.identifier
    }

    /// What its version must be: all of these.
    pub fn versions(self) -> impl Iterator<Item = VersionMatch<'b>> + use<'b> {
        let mut cursor = self.versions.cursor();
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { VersionMatch::take(&mut cursor).ok() } else { None }
        })
    }
}

/// Takes an array of SUIT_Parameter_Version_Match.
fn take_versions<'b>(cursor: &mut Cursor<'b>) -> Result<Raw<'b>, Error> {
    let here = *cursor;
    let mut items = cursor.array()?;
    let mut any = false;
    while items.next(cursor)? {
        VersionMatch::take(cursor)?;
        any = true;
    }
    if !any {
        return Err(here.error(Cbor::Length).into());
    }
    Ok(here.rest().until(cursor))
}

impl PartialEq for OtherDevice<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.identifier == other.identifier && self.versions().eq(other.versions())
    }
}

impl Eq for OtherDevice<'_> {}

/// suit-parameter-wait-info: events that must all have come about.
///
/// ```
/// use hexad_suit::wait::{WaitEvent, WaitInfo};
///
/// // { / suit-wait-event-power / 2: 1, / suit-wait-event-time / 5: 1700000000 }
/// let info = WaitInfo::parse(&[0xa2, 0x02, 0x01, 0x05, 0x1a, 0x65, 0x53, 0xf1, 0x00])?;
/// assert!(info.events().eq([WaitEvent::Power(1), WaitEvent::Time(1_700_000_000)]));
/// # Ok::<(), hexad_suit::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WaitInfo<'b> {
    encoded: Raw<'b>,
}

impl<'b> WaitInfo<'b> {
    /// Reads the map that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR; `Length` without any event; `UnexpectedElement` for an unknown one.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::read(Raw::new(bytes, 0))
    }

    /// Reads the map that is all of `encoded`.
    pub(crate) fn read(encoded: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = encoded.cursor();
        let mut entries = Entries::enter(&mut cursor)?;
        let mut any = false;
        loop {
            let at = cursor.offset();
            match entries.next(&mut cursor)? {
                None => break,
                Some(Label::Integer(key)) => take(key, at, &mut cursor)?,
                Some(Label::Text(_)) => return Err(text_key(at)),
            };
            any = true;
        }
        cursor.finish()?;
        if !any {
            return Err(encoded.error(Cbor::Length).into());
        }
        Ok(Self { encoded })
    }

    /// The map as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The events in the order of the map.
    pub fn events(self) -> impl Iterator<Item = WaitEvent<'b>> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items: Option<Items> = cursor.map().ok();
        core::iter::from_fn(move || {
            if !items.as_mut()?.next(&mut cursor).ok()? {
                return None;
            }
            let at = cursor.offset();
            let key = cursor.integer().ok()?;
            take(key, at, &mut cursor).ok()
        })
    }
}

impl PartialEq for WaitInfo<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.events().eq(other.events())
    }
}

impl Eq for WaitInfo<'_> {}

/// Takes the argument of the event whose key was taken at `offset`.
fn take<'b>(key: i64, offset: usize, cursor: &mut Cursor<'b>) -> Result<WaitEvent<'b>, Error> {
    Ok(match key {
        label::AUTHORIZATION => WaitEvent::Authorization(cursor.integer()?),
        label::POWER => WaitEvent::Power(cursor.integer()?),
        label::NETWORK => WaitEvent::Network(cursor.integer()?),
        label::OTHER_DEVICE_VERSION => WaitEvent::OtherDeviceVersion(OtherDevice::take(cursor)?),
        label::TIME => WaitEvent::Time(cursor.unsigned()?),
        label::TIME_OF_DAY => WaitEvent::TimeOfDay(cursor.unsigned()?),
        label::DAY_OF_WEEK => WaitEvent::DayOfWeek(cursor.unsigned()?),
        label::TIME_OF_DAY_UTC => WaitEvent::TimeOfDayUtc(cursor.unsigned()?),
        label::DAY_OF_WEEK_UTC => WaitEvent::DayOfWeekUtc(cursor.unsigned()?),
        _ => return Err(Error::new(ErrorKind::UnexpectedElement(key), offset)),
    })
}
