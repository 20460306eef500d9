//! Reading a report, in place.

use hexad_cose_core::cbor::{Cursor, Entries, Items, Raw, Type};
use hexad_cose_core::cwt::Content;
use hexad_cose_core::{ErrorKind as Cbor, Label, Verified};

use super::{CapabilityReport, Reason, Reference, label};
use crate::component::ComponentIdentifier;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::parameter::{Parameter, text_key};
use crate::read;

/// The most records and properties that are read; bounds what a receiver has to work through.
const MAX_ENTRIES: usize = 4096;
/// How deep a manifest id may lead.
const MAX_DEPTH: usize = 16;

/// A SUIT_Report that borrows from the bytes it was read from, checked against the whole CDDL.
#[derive(Clone, Copy, Debug)]
pub struct Report<'b> {
    reference: Reference<'b>,
    nonce: Option<&'b [u8]>,
    entries: Cursor<'b>,
    result: Result<(), Failure<'b>>,
    capabilities: Option<CapabilityReport<'b>>,
}

/// The map of suit-report-result: code, record and reason.
type Failure<'b> = (i64, ReportRecord<'b>, Reason);

impl<'b> Report<'b> {
    /// Reads a report that is all of `bytes`. Nothing is known of who made it: see
    /// [`verified`](Self::verified).
    ///
    /// # Errors
    /// Those of CBOR; `MissingElement` and `UnexpectedElement` with labels of the report;
    /// `InvalidValue` for a reason that is not registered; those of digests and parameters.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::read(Raw::new(bytes, 0))
    }

    /// Reads the report that is the payload of a verified message: a COSE_Sign1 or COSE_Mac0, or what
    /// was decrypted.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), with offsets in the message; `Payload` when it has none.
    pub fn verified(message: &Verified<impl Content<'b> + Clone>) -> Result<Verified<Self>, Error> {
        message.clone().try_map(|message| Self::read(message.content()?))
    }

    fn read(encoded: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = encoded.cursor();
        let (mut reference, mut nonce, mut records) = (None, None, None);
        let (mut result, mut capabilities) = (None, None);
        let mut entries = Entries::enter(&mut cursor)?;
        loop {
            let at = cursor.offset();
            match entries.next(&mut cursor)? {
                None => break,
                Some(Label::Integer(label::NONCE)) => nonce = Some(cursor.bytes()?),
                Some(Label::Integer(label::RECORDS)) => records = Some(check_entries(&mut cursor)?),
                Some(Label::Integer(label::RESULT)) => result = Some(take_result(&mut cursor)?),
                Some(Label::Integer(label::CAPABILITY_REPORT)) => {
                    capabilities = Some(CapabilityReport::take(&mut cursor)?);
                }
                Some(Label::Integer(label::REFERENCE)) => {
                    cursor.array_of(2)?;
                    let uri = cursor.text()?;
                    reference =
                        Some(Reference { uri, digest: read::at(&mut cursor, Digest::take)? });
                }
                Some(Label::Integer(key)) => {
                    return Err(Error::new(ErrorKind::UnexpectedElement(key), at));
                }
                Some(Label::Text(_)) => return Err(text_key(at)),
            }
        }
        cursor.finish()?;
        let missing = |label| Error::new(ErrorKind::MissingElement(label), encoded.offset());
        Ok(Self {
            reference: reference.ok_or(missing(label::REFERENCE))?,
            nonce,
            entries: records.ok_or(missing(label::RECORDS))?,
            result: result.ok_or(missing(label::RESULT))?,
            capabilities,
        })
    }

    /// suit-reference.
    #[must_use]
    pub const fn reference(&self) -> Reference<'b> {
        self.reference
    }

    /// suit-report-nonce.
    #[must_use]
    pub const fn nonce(&self) -> Option<&'b [u8]> {
        self.nonce
    }

    /// suit-report-records, in their order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'b>> + use<'b> {
        let mut cursor = self.entries;
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { Entry::take(&mut cursor).ok() } else { None }
        })
    }

    /// suit-report-result: success, or a code of the implementation's own, the exact point, and the
    /// reason.
    ///
    /// # Errors
    /// What the report says went wrong.
    pub const fn result(&self) -> Result<(), (i64, ReportRecord<'b>, Reason)> {
        self.result
    }

    /// suit-report-capability-report.
    #[must_use]
    pub const fn capabilities(&self) -> Option<CapabilityReport<'b>> {
        self.capabilities
    }
}

/// An element of suit-report-records.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'b> {
    /// SUIT_Record.
    Record(ReportRecord<'b>),
    /// system-property-claims.
    SystemProperties(SystemProperties<'b>),
}

impl<'b> Entry<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        if cursor.peek()? == Type::Map {
            SystemProperties::take(cursor).map(Self::SystemProperties)
        } else {
            ReportRecord::take(cursor).map(Self::Record)
        }
    }
}

/// SUIT_Record.
#[derive(Clone, Copy, Debug)]
pub struct ReportRecord<'b> {
    manifest_id: ManifestId<'b>,
    section: i64,
    offset: u64,
    component: u64,
    properties: Properties<'b>,
    at: usize,
}

impl<'b> ReportRecord<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let at = cursor.offset();
        cursor.array_of(5)?;
        let manifest_id = ManifestId::take(cursor)?;
        let (section, offset) = (cursor.integer()?, cursor.unsigned()?);
        let component = cursor.unsigned()?;
        let properties = Properties::take(cursor, false)?;
        Ok(Self { manifest_id, section, offset, component, properties, at })
    }

    /// suit-record-manifest-id.
    #[must_use]
    pub const fn manifest_id(self) -> ManifestId<'b> {
        self.manifest_id
    }

    /// suit-record-manifest-section.
    #[must_use]
    pub const fn section(self) -> i64 {
        self.section
    }

    /// suit-record-section-offset.
    #[must_use]
    pub const fn section_offset(self) -> u64 {
        self.offset
    }

    /// suit-record-component-index.
    #[must_use]
    pub const fn component_index(self) -> u64 {
        self.component
    }

    /// suit-record-properties: what was measured.
    #[must_use]
    pub const fn properties(self) -> Properties<'b> {
        self.properties
    }

    /// Where the record stands in the report.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.at
    }
}

/// suit-record-manifest-id: a walk from the root manifest to one of its dependencies.
#[derive(Clone, Copy, Debug)]
pub struct ManifestId<'b> {
    cursor: Cursor<'b>,
    items: Items,
}

impl<'b> ManifestId<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.array()?;
        let id = Self { cursor: *cursor, items };
        let mut depth = 0usize;
        while items.next(cursor)? {
            cursor.unsigned_as::<usize>()?;
            depth = depth.saturating_add(1);
            if depth > MAX_DEPTH {
                return Err(here.error(Cbor::TooMany).into());
            }
        }
        Ok(id)
    }

    /// The component indices, that of the root manifest's dependency first.
    pub fn iter(self) -> impl Iterator<Item = usize> + use<'b> {
        let Self { mut cursor, mut items } = self;
        core::iter::from_fn(move || {
            let more = items.next(&mut cursor).ok()?;
            if more { cursor.unsigned_as().ok() } else { None }
        })
    }

    /// Whether it is the root manifest.
    #[must_use]
    pub fn is_root(self) -> bool {
        self.iter().next().is_none()
    }
}

/// Parameters as they were measured.
#[derive(Clone, Copy, Debug)]
pub struct Properties<'b> {
    encoded: Raw<'b>,
}

impl<'b> Properties<'b> {
    /// Takes a map of parameters, with a component identifier among them if `of_system` says so.
    fn take(cursor: &mut Cursor<'b>, of_system: bool) -> Result<Self, Error> {
        let mut inside = *cursor;
        let mut entries = Entries::enter(&mut inside)?;
        loop {
            let at = inside.offset();
            match entries.next(&mut inside)? {
                None => return Ok(Self { encoded: cursor.item()? }),
                Some(Label::Integer(label::SYSTEM_COMPONENT_ID)) if of_system => {
                    read::at(&mut inside, ComponentIdentifier::take)?;
                }
                Some(Label::Integer(key)) => drop(Parameter::take(key, at, &mut inside)?),
                Some(Label::Text(_)) => return Err(text_key(at)),
            }
        }
    }

    /// The parameters in the order of the map.
    pub fn iter(self) -> impl Iterator<Item = Parameter<'b>> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.map().ok();
        core::iter::from_fn(move || {
            loop {
                if !items.as_mut()?.next(&mut cursor).ok()? {
                    return None;
                }
                let at = cursor.offset();
                let key = cursor.integer().ok()?;
                if key != label::SYSTEM_COMPONENT_ID {
                    return Parameter::take(key, at, &mut cursor).ok();
                }
                cursor.skip().ok()?;
            }
        })
    }

    /// The parameter with this label.
    #[must_use]
    pub fn get(self, label: i64) -> Option<Parameter<'b>> {
        self.iter().find(|parameter| parameter.label() == label)
    }
}

/// system-property-claims: what was measured, or is asserted, of a component.
#[derive(Clone, Copy, Debug)]
pub struct SystemProperties<'b> {
    component: ComponentIdentifier<'b>,
    properties: Properties<'b>,
}

impl<'b> SystemProperties<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let properties = Properties::take(cursor, true)?;
        let mut inside = properties.encoded.cursor();
        let mut items = inside.map()?;
        while items.next(&mut inside)? {
            if inside.integer()? == label::SYSTEM_COMPONENT_ID {
                let component = read::at(&mut inside, ComponentIdentifier::take)?;
                if properties.iter().next().is_none() {
                    return Err(here.error(Cbor::Length).into());
                }
                return Ok(Self { component, properties });
            }
            inside.skip()?;
        }
        let missing = ErrorKind::MissingElement(label::SYSTEM_COMPONENT_ID);
        Err(Error::new(missing, here.offset()))
    }

    /// system-component-id.
    #[must_use]
    pub const fn component(self) -> ComponentIdentifier<'b> {
        self.component
    }

    /// The properties.
    #[must_use]
    pub const fn properties(self) -> Properties<'b> {
        self.properties
    }
}

/// Checks all entries; where they stand.
fn check_entries<'b>(cursor: &mut Cursor<'b>) -> Result<Cursor<'b>, Error> {
    let here = *cursor;
    let mut items = cursor.array()?;
    let mut count = 0usize;
    while items.next(cursor)? {
        if count == MAX_ENTRIES {
            return Err(cursor.error(Cbor::TooMany).into());
        }
        Entry::take(cursor)?;
        count = count.saturating_add(1);
    }
    Ok(here)
}

fn take_result<'b>(cursor: &mut Cursor<'b>) -> Result<Result<(), Failure<'b>>, Error> {
    let here = *cursor;
    if cursor.peek()? == Type::Bool {
        return if cursor.boolean()? {
            Ok(Ok(()))
        } else {
            Err(here.error(Cbor::InvalidValue).into())
        };
    }
    let (mut code, mut record, mut reason) = (None, None, None);
    let mut entries = Entries::enter(cursor)?;
    loop {
        let at = cursor.offset();
        match entries.next(cursor)? {
            None => break,
            Some(Label::Integer(label::RESULT_CODE)) => code = Some(cursor.integer()?),
            Some(Label::Integer(label::RESULT_RECORD)) => {
                record = Some(ReportRecord::take(cursor)?);
            }
            Some(Label::Integer(label::RESULT_REASON)) => {
                let unknown = cursor.error(Cbor::InvalidValue);
                reason = Some(Reason::from_label(cursor.integer()?).ok_or(unknown)?);
            }
            Some(Label::Integer(key)) => {
                return Err(Error::new(ErrorKind::UnexpectedElement(key), at));
            }
            Some(Label::Text(_)) => return Err(text_key(at)),
        }
    }
    let missing = |label| Error::new(ErrorKind::MissingElement(label), here.offset());
    Ok(Err((
        code.ok_or(missing(label::RESULT_CODE))?,
        record.ok_or(missing(label::RESULT_RECORD))?,
        reason.ok_or(missing(label::RESULT_REASON))?,
    )))
}
