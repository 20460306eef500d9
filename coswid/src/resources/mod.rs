//! `resource-collection`: what a payload promises or evidence found (RFC 9393, sections 2.9.2 to
//! 2.9.4).

mod files;
mod filesystem;

use hexad_cose_core::cbor::{Cursor, Encoder};

pub use files::{Files, LocatedFile, Path};
pub use filesystem::{Directory, File, MAX_DIRECTORY_DEPTH};

use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::map::{self, Codec, Extensions, Fields, OneOrMore};

/// The groups that payload and evidence have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResourceCollection<'b> {
    /// `directory`
    pub directory: OneOrMore<'b, Directory<'b>>,
    /// `file`
    pub file: OneOrMore<'b, File<'b>>,
    /// `process`
    pub process: OneOrMore<'b, Process<'b>>,
    /// `resource`
    pub resource: OneOrMore<'b, Resource<'b>>,
}

impl<'b> ResourceCollection<'b> {
    /// All files, also those in directories, with the directories that lead to each.
    #[must_use]
    pub fn files(&self) -> Files<'b> {
        Files::of(self.file, self.directory)
    }

    /// Takes the value of one of the four labels.
    fn take(&mut self, label: i64, cursor: &mut Cursor<'b>) -> Result<(), Error> {
        match label {
            labels::DIRECTORY => self.directory = OneOrMore::parse(cursor, 0)?,
            labels::FILE => self.file = OneOrMore::parse(cursor, 0)?,
            labels::PROCESS => self.process = OneOrMore::parse(cursor, 0)?,
            _ => self.resource = OneOrMore::parse(cursor, 0)?,
        }
        Ok(())
    }

    fn put(&self, members: &mut Fields<'_, '_, '_, '_>) -> Result<(), Error> {
        map::put_entries(members, labels::DIRECTORY, &self.directory)?;
        map::put_entries(members, labels::FILE, &self.file)?;
        map::put_entries(members, labels::PROCESS, &self.process)?;
        map::put_entries(members, labels::RESOURCE, &self.resource)
    }
}

/// `payload-entry`: what the software consists of, as its maker says (RFC 9393, section 2.9.3).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Payload<'b> {
    /// The files, directories, processes and resources.
    pub resources: ResourceCollection<'b>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Payload<'b> {
    const KNOWN: &'static [i64] =
        &[labels::LANG, labels::DIRECTORY, labels::FILE, labels::PROCESS, labels::RESOURCE];

    /// A payload of these resources.
    #[must_use]
    pub fn new(resources: ResourceCollection<'b>) -> Self {
        Self { resources, ..Self::default() }
    }

    /// A payload of these files.
    #[must_use]
    pub fn files(files: &'b [File<'b>]) -> Self {
        Self::new(ResourceCollection { file: files.into(), ..ResourceCollection::default() })
    }

    pub(crate) fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut payload = Self::default();
        payload.extensions = map::read(cursor, Self::KNOWN, |label, cursor| match label {
            labels::LANG => {
                payload.lang = Some(cursor.text()?);
                Ok(())
            }
            _ => payload.resources.take(label, cursor),
        })?;
        Ok(payload)
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            self.resources.put(members)
        })
    }
}

/// `evidence-entry`: what was found on the device (RFC 9393, section 2.9.4).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Evidence<'b> {
    /// The files, directories, processes and resources that were found.
    pub resources: ResourceCollection<'b>,
    /// `location`: absolute path of the tag that was made as evidence.
    pub location: Option<&'b str>,
    /// `date`: when it was collected, in seconds since 1970-01-01T00:00Z.
    pub date: Option<i64>,
    /// `device-id`: where it was collected.
    pub device_id: Option<&'b str>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Evidence<'b> {
    const KNOWN: &'static [i64] = &[
        labels::LANG,
        labels::DIRECTORY,
        labels::FILE,
        labels::PROCESS,
        labels::RESOURCE,
        labels::LOCATION,
        labels::DATE,
        labels::DEVICE_ID,
    ];
    /// The tag of epoch-based time (RFC 8949, section 3.4.2).
    const EPOCH_TIME: u64 = 1;

    /// Evidence of these resources.
    #[must_use]
    pub fn new(resources: ResourceCollection<'b>) -> Self {
        Self { resources, ..Self::default() }
    }

    /// Evidence of these files.
    #[must_use]
    pub fn files(files: &'b [File<'b>]) -> Self {
        Self::new(ResourceCollection { file: files.into(), ..ResourceCollection::default() })
    }

    pub(crate) fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut evidence = Self::default();
        evidence.extensions = map::read(cursor, Self::KNOWN, |label, cursor| {
            match label {
                labels::LANG => evidence.lang = Some(cursor.text()?),
                labels::LOCATION => evidence.location = Some(cursor.text()?),
                labels::DATE => evidence.date = Some(Self::time(cursor)?),
                labels::DEVICE_ID => evidence.device_id = Some(cursor.text()?),
                _ => evidence.resources.take(label, cursor)?,
            }
            Ok(())
        })?;
        Ok(evidence)
    }

    /// `integer-time`: the tag is mandatory, a floating point number not allowed.
    fn time(cursor: &mut Cursor<'b>) -> Result<i64, Error> {
        let here = *cursor;
        if cursor.tag()? != Self::EPOCH_TIME {
            return Err(here.error(hexad_cose_core::ErrorKind::UnexpectedTag).into());
        }
        Ok(cursor.integer()?)
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            self.resources.put(members)?;
            members.text(labels::LOCATION, self.location)?;
            if let Some(date) = self.date {
                members.put(labels::DATE, |encoder| {
                    Ok(encoder.tag(Self::EPOCH_TIME)?.integer(date).map(drop)?)
                })?;
            }
            members.text(labels::DEVICE_ID, self.device_id)
        })
    }
}

/// `process-entry`: a process as the endpoint lists it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Process<'b> {
    /// `process-name`
    pub process_name: &'b str,
    /// `pid`: of a running instance; in evidence only.
    pub pid: Option<i64>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Process<'b> {
    const KNOWN: &'static [i64] = &[labels::LANG, labels::PROCESS_NAME, labels::PID];

    /// A process of this name.
    #[must_use]
    pub fn new(process_name: &'b str) -> Self {
        Self { process_name, ..Self::default() }
    }
}

impl<'b> Codec<'b> for Process<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let missing = Error::new(ErrorKind::Missing(labels::PROCESS_NAME), cursor.offset());
        let mut process = Self::default();
        let mut process_name = None;
        process.extensions = map::read(cursor, Self::KNOWN, |label, cursor| {
            match label {
                labels::LANG => process.lang = Some(cursor.text()?),
                labels::PROCESS_NAME => process_name = Some(cursor.text()?),
                _ => process.pid = Some(cursor.integer()?),
            }
            Ok(())
        })?;
        process.process_name = process_name.ok_or(missing)?;
        Ok(process)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            members.text(labels::PROCESS_NAME, Some(self.process_name))?;
            members.integer(labels::PID, self.pid)
        })
    }
}

/// `resource-entry`: something else that belongs to the software, described by extensions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Resource<'b> {
    /// `type`: what kind of resource, for a human.
    pub resource_type: &'b str,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Resource<'b> {
    const KNOWN: &'static [i64] = &[labels::LANG, labels::TYPE];

    /// A resource of this type.
    #[must_use]
    pub fn new(resource_type: &'b str) -> Self {
        Self { resource_type, ..Self::default() }
    }
}

impl<'b> Codec<'b> for Resource<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let missing = Error::new(ErrorKind::Missing(labels::TYPE), cursor.offset());
        let mut resource = Self::default();
        let mut resource_type = None;
        resource.extensions = map::read(cursor, Self::KNOWN, |label, cursor| {
            match label {
                labels::LANG => resource.lang = Some(cursor.text()?),
                _ => resource_type = Some(cursor.text()?),
            }
            Ok(())
        })?;
        resource.resource_type = resource_type.ok_or(missing)?;
        Ok(resource)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            members.text(labels::TYPE, Some(self.resource_type))
        })
    }
}
