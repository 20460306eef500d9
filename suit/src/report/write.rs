//! Writing a report into a caller's buffer while the processor runs.

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Error as CoseError, ErrorKind as Cbor, Label};

use super::{Capabilities, Outcome, Place, Reason, Reference, label};
use crate::command::{Condition, ReportingPolicy};
use crate::component::ComponentIdentifier;
use crate::error::Error;
use crate::parameter::Parameter;
use crate::platform::{ManifestPath, Record};
use crate::write::{write_digest, write_parameter};

/// The longest head of the array of records: for up to 2^32 - 1 of them.
const ARRAY_HEAD: usize = 5;

/// A SUIT_Report that is being made: records and properties are appended as they come, into one buffer,
/// in deterministic encoding.
///
/// Room for the result is set aside from the start, so that however many records there were, a report
/// can be finished: one that does not fit any more is refused and leaves the report as it was.
///
/// ```
/// use hexad_cose_core::HashAlgorithm;
/// use hexad_suit::digest::Digest;
/// use hexad_suit::labels::manifest::INSTALL;
/// use hexad_suit::platform::ManifestPath;
/// use hexad_suit::report::{Outcome, Place, Reason, Reference, Report, ReportWriter};
///
/// let digest = Digest::new(HashAlgorithm::Sha256, &[7; 32])?;
/// let reference = Reference { uri: "https://example.com/m", digest };
/// let mut buffer = [0; 256];
/// let mut report = ReportWriter::new(&mut buffer, Some(b"nonce"), reference)?;
/// let place = Place { manifest_id: ManifestPath::ROOT, section: INSTALL, offset: 7, component: 0 };
/// report.record(&place, &[])?;
/// let reason = Reason::ConditionFailed;
/// let bytes = report.finish(Outcome::Failure { code: -1, place, reason }, None)?;
///
/// let read = Report::parse(bytes)?;
/// assert_eq!(read.nonce(), Some(&b"nonce"[..]));
/// assert_eq!(read.entries().count(), 1);
/// # Ok::<(), hexad_suit::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a report has to be finished"]
pub struct ReportWriter<'w, 'a> {
    buffer: &'w mut [u8],
    nonce: Option<&'a [u8]>,
    reference: Reference<'a>,
    /// Where the first entry stands until the head before them is written.
    start: usize,
    /// Where the next one will stand.
    end: usize,
    /// Up to where entries may stand, so that the result still fits.
    limit: usize,
    count: usize,
}

impl<'w, 'a> ReportWriter<'w, 'a> {
    /// A report without any entry. `nonce` is for freshness, where what the report travels in gives
    /// none.
    ///
    /// # Errors
    /// `BufferTooSmall` when not even a report without entries would fit.
    pub fn new(
        buffer: &'w mut [u8],
        nonce: Option<&'a [u8]>,
        reference: Reference<'a>,
    ) -> Result<Self, Error> {
        let mut head = Encoder::counting();
        write_head(&mut head, nonce, 0)?;
        let start = head.written().saturating_add(ARRAY_HEAD);
        // The longest result.
        let place = Place {
            manifest_id: ManifestPath::LONGEST,
            section: i64::MAX,
            offset: usize::MAX,
            component: usize::MAX,
        };
        let longest = Outcome::Failure { code: i64::MAX, place, reason: Reason::InvokePending };
        let mut tail = Encoder::counting();
        write_result(&mut tail, &longest)?;
        write_reference(&mut tail, &reference)?;
        let too_small = CoseError::new(Cbor::BufferTooSmall, 0);
        let limit = buffer.len().checked_sub(tail.written()).ok_or(too_small)?;
        if start > limit {
            return Err(too_small.into());
        }
        Ok(Self { buffer, nonce, reference, start, end: start, limit, count: 0 })
    }

    /// Appends a SUIT_Record, with what was measured that led to it: the actual digest, or the actual
    /// identifier.
    ///
    /// # Errors
    /// `BufferTooSmall` when the buffer has no room for it; `DuplicateKey` when `properties` are not in
    /// the order of their labels.
    pub fn record(&mut self, place: &Place, properties: &[Parameter<'_>]) -> Result<(), Error> {
        self.append(|encoder| write_record(encoder, place, properties))
    }

    /// Appends system-property-claims: properties of a component that were measured or are asserted.
    ///
    /// # Errors
    /// As [`record`](Self::record); `Length` without any property.
    pub fn system_properties(
        &mut self,
        component: ComponentIdentifier<'_>,
        properties: &[Parameter<'_>],
    ) -> Result<(), Error> {
        self.append(|encoder| {
            if properties.is_empty() {
                return Err(CoseError::new(Cbor::Length, 0));
            }
            encoder.map(properties.len().saturating_add(1))?;
            encoder.integer(label::SYSTEM_COMPONENT_ID)?.raw(component.encoded().bytes())?;
            write_properties(encoder, properties)
        })
    }

    /// Appends a record of how a command ended, if one is wanted: when it is a condition that does not
    /// hold, which the receiver can't know otherwise, or when the command's policy asks for it.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn heed(
        &mut self,
        record: &Record,
        place: &Place,
        properties: &[Parameter<'_>],
    ) -> Result<(), Error> {
        if is_wanted(record) { self.record(place, properties) } else { Ok(()) }
    }

    /// The finished report.
    ///
    /// # Errors
    /// `BufferTooSmall` because of a capability report, for which no room was set aside.
    pub fn finish(
        self,
        outcome: Outcome,
        capabilities: Option<&Capabilities<'_>>,
    ) -> Result<&'w [u8], Error> {
        let Self { buffer, nonce, reference, start, end, count, .. } = self;
        let members = usize::from(nonce.is_some()).saturating_add(3);
        let members = members.saturating_add(usize::from(capabilities.is_some()));
        let mut head = Encoder::new(buffer);
        write_head(head.map(members)?, nonce, 1)?;
        head.array(count)?;
        let moved = head.written();
        for (from, to) in (start..end).zip(moved..) {
            let byte = buffer.get(from).copied();
            if let (Some(place), Some(byte)) = (buffer.get_mut(to), byte) {
                *place = byte;
            }
        }
        let written = moved.saturating_add(end.saturating_sub(start));
        let too_small = CoseError::new(Cbor::BufferTooSmall, written);
        let mut tail = Encoder::new(buffer.get_mut(written..).ok_or(too_small)?);
        write_result(&mut tail, &outcome)?;
        if let Some(capabilities) = capabilities {
            capabilities.encode(tail.integer(label::CAPABILITY_REPORT)?)?;
        }
        write_reference(&mut tail, &reference)?;
        let length = written.saturating_add(tail.written());
        Ok(buffer.get(..length).unwrap_or_default())
    }

    fn append(
        &mut self,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), CoseError>,
    ) -> Result<(), Error> {
        let too_small = CoseError::new(Cbor::BufferTooSmall, self.end);
        let space = self.buffer.get_mut(self.end..self.limit).ok_or(too_small)?;
        let mut encoder = Encoder::new(space);
        write(&mut encoder)?;
        self.end = self.end.saturating_add(encoder.written());
        self.count = self.count.saturating_add(1);
        Ok(())
    }
}

/// Whether a report should have a record of how the command ended.
fn is_wanted(record: &Record) -> bool {
    match record.result {
        Ok(()) => record.policy.contains(ReportingPolicy::RECORD_ON_SUCCESS),
        Err(_) => {
            Condition::from_label(record.command).is_some()
                || record.policy.contains(ReportingPolicy::RECORD_ON_FAILURE)
        }
    }
}

/// The nonce and the label of the records; `head` bytes of the map's own head are written already, or
/// counted as one.
fn write_head(
    encoder: &mut Encoder<'_>,
    nonce: Option<&[u8]>,
    head: usize,
) -> Result<(), CoseError> {
    if head == 0 {
        encoder.map(5)?;
    }
    if let Some(nonce) = nonce {
        encoder.integer(label::NONCE)?.bytes(nonce)?;
    }
    encoder.integer(label::RECORDS).map(drop)
}

fn write_result(encoder: &mut Encoder<'_>, outcome: &Outcome) -> Result<(), CoseError> {
    encoder.integer(label::RESULT)?;
    match outcome {
        Outcome::Success => encoder.boolean(true).map(drop),
        Outcome::Failure { code, place, reason } => {
            encoder.map(3)?.integer(label::RESULT_CODE)?.integer(*code)?;
            write_record(encoder.integer(label::RESULT_RECORD)?, place, &[])?;
            encoder.integer(label::RESULT_REASON)?.integer(reason.label()).map(drop)
        }
    }
}

fn write_reference(encoder: &mut Encoder<'_>, reference: &Reference<'_>) -> Result<(), CoseError> {
    encoder.integer(label::REFERENCE)?.array(2)?.text(reference.uri)?;
    write_digest(encoder, reference.digest)
}

fn write_record(
    encoder: &mut Encoder<'_>,
    place: &Place,
    properties: &[Parameter<'_>],
) -> Result<(), CoseError> {
    let unsigned = |value| u64::try_from(value).unwrap_or(u64::MAX);
    encoder.array(5)?.array(place.manifest_id.iter().count())?;
    for index in place.manifest_id.iter() {
        encoder.unsigned(unsigned(index))?;
    }
    encoder.integer(place.section)?.unsigned(unsigned(place.offset))?;
    encoder.unsigned(unsigned(place.component))?.map(properties.len())?;
    write_properties(encoder, properties)
}

/// Parameters with their labels, which must be in the order of a deterministic encoding.
fn write_properties(
    encoder: &mut Encoder<'_>,
    properties: &[Parameter<'_>],
) -> Result<(), CoseError> {
    let mut last = None;
    for property in properties {
        let label = Label::Integer(property.label());
        if last.is_some_and(|last| last >= label) {
            return Err(CoseError::new(Cbor::DuplicateKey, encoder.written()));
        }
        last = Some(label);
        write_parameter(encoder.integer(property.label())?, property)?;
    }
    Ok(())
}
