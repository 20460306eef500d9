//! The registry: devices, MUD files and the audit log, in one SQLite database.

use core::fmt;
use core::str::FromStr;
use hexad_operator::network::policy::{DeviceName, HardwareAddress, InvalidName};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::net::IpAddr;
use std::path::Path;

use crate::record::{AuditEntry, CachedFile, DeviceRecord, MudUrlRecord, Source, State};

/// The version of the tables below.
const VERSION: i64 = 1;

/// Entries of the log can't be changed or taken away, by whatever program.
const TABLES: &str = "
    CREATE TABLE device (
        name TEXT PRIMARY KEY, addresses TEXT NOT NULL, hardware TEXT,
        mud_url TEXT, mud_source TEXT, mud_signer TEXT,
        state TEXT NOT NULL, until INTEGER
    ) STRICT;
    CREATE TABLE mud_file (
        url TEXT NOT NULL, signer TEXT NOT NULL, file BLOB NOT NULL, etag TEXT, valid_until INTEGER NOT NULL,
        PRIMARY KEY (url, signer)
    ) STRICT;
    CREATE TABLE override (url TEXT PRIMARY KEY, file BLOB NOT NULL) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,
        about TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
";

/// The database.
#[derive(Debug)]
pub struct Registry {
    database: Connection,
}

/// Why the registry can't be read or written.
#[derive(Debug)]
pub enum RegistryError {
    /// SQLite says so.
    Database(rusqlite::Error),
    /// It was made by another version of this program.
    Version(i64),
    /// It holds a value that this program never writes.
    Value(&'static str),
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "the registry: {error}"),
            Self::Version(version) => {
                write!(f, "the registry is of version {version}, and this program's is {VERSION}")
            }
            Self::Value(what) => write!(f, "the registry holds {what} that can't be one"),
        }
    }
}

impl core::error::Error for RegistryError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Database(error) => Some(error),
            Self::Version(_) | Self::Value(_) => None,
        }
    }
}

impl From<rusqlite::Error> for RegistryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

type Result<T> = core::result::Result<T, RegistryError>;

impl Registry {
    /// Opens the database at `path`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`RegistryError`] if it can't be opened or is none of this version.
    pub fn open(path: &Path) -> Result<Self> {
        Self::with(Connection::open(path)?)
    }

    /// A database in memory, which ends with the process.
    ///
    /// # Errors
    /// [`RegistryError::Database`].
    pub fn in_memory() -> Result<Self> {
        Self::with(Connection::open_in_memory()?)
    }

    fn with(mut database: Connection) -> Result<Self> {
        // A line of the audit log is on the disk before what it is about is in force.
        database.pragma_update(None, "synchronous", "FULL")?;
        let making = database.transaction()?;
        let version: i64 = making.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match version {
            0 => {
                making.execute_batch(TABLES)?;
                making.pragma_update(None, "user_version", VERSION)?;
            }
            VERSION => {}
            other => return Err(RegistryError::Version(other)),
        }
        making.commit()?;
        Ok(Self { database })
    }

    /// All devices, in the order of their names.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn devices(&self) -> Result<Vec<DeviceRecord>> {
        let mut statement = self.database.prepare("SELECT * FROM device ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok(device(row)))?;
        rows.map(|row| row.map_err(RegistryError::from)?).collect()
    }

    /// The device of this name.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn device(&self, name: &DeviceName) -> Result<Option<DeviceRecord>> {
        self.database
            .query_row("SELECT * FROM device WHERE name = ?1", [name.as_str()], |row| {
                Ok(device(row))
            })
            .optional()?
            .transpose()
    }

    /// Writes a device, new or in place of the one of its name, and the line of the log that says why.
    ///
    /// # Errors
    /// [`RegistryError`]; neither is written then.
    pub fn put_device(
        &mut self,
        record: &DeviceRecord,
        time: i64,
        event: &str,
        detail: &str,
    ) -> Result<()> {
        let addresses: Vec<_> = record.addresses.iter().map(ToString::to_string).collect();
        let mud = record.mud.as_ref();
        let writing = self.database.transaction()?;
        writing.execute(
            "INSERT OR REPLACE INTO device VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                record.name.as_str(),
                addresses.join(" "),
                record.hardware.map(|hardware| hardware.to_string()),
                mud.map(|mud| &mud.url),
                mud.map(|mud| mud.source.name()),
                mud.and_then(|mud| mud.signer.as_ref()),
                record.state.name(),
                record.until,
            ],
        )?;
        log(&writing, time, record.name.as_str(), event, detail)?;
        Ok(writing.commit()?)
    }

    /// Takes a device away; whether it was there.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn remove_device(&mut self, name: &DeviceName, time: i64) -> Result<bool> {
        let writing = self.database.transaction()?;
        let gone = writing.execute("DELETE FROM device WHERE name = ?1", [name.as_str()])? > 0;
        if gone {
            log(&writing, time, name.as_str(), "removed", "")?;
        }
        writing.commit()?;
        Ok(gone)
    }

    /// The file that was fetched from `url` and signed by `signer`, which is empty if none is named.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn mud_file(&self, url: &str, signer: &str) -> Result<Option<CachedFile>> {
        let query = "SELECT file, etag, valid_until FROM mud_file WHERE url = ?1 AND signer = ?2";
        let cached = self.database.query_row(query, [url, signer], |row| {
            Ok(CachedFile { file: row.get(0)?, etag: row.get(1)?, valid_until: row.get(2)? })
        });
        Ok(cached.optional()?)
    }

    /// Keeps a file that was fetched.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn put_mud_file(
        &mut self,
        url: &str,
        signer: &str,
        cached: &CachedFile,
        time: i64,
        event: &str,
    ) -> Result<()> {
        let CachedFile { file, etag, valid_until } = cached;
        let writing = self.database.transaction()?;
        writing.execute(
            "INSERT OR REPLACE INTO mud_file VALUES (?1, ?2, ?3, ?4, ?5)",
            params![url, signer, file, etag, valid_until],
        )?;
        log(&writing, time, url, event, &format!("valid until {valid_until}"))?;
        Ok(writing.commit()?)
    }

    /// The operator's own file for a URL.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn override_file(&self, url: &str) -> Result<Option<Vec<u8>>> {
        let query = "SELECT file FROM override WHERE url = ?1";
        Ok(self.database.query_row(query, [url], |row| row.get(0)).optional()?)
    }

    /// Sets the operator's own file for a URL, or takes it away.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn put_override(&mut self, url: &str, file: Option<&[u8]>, time: i64) -> Result<()> {
        let writing = self.database.transaction()?;
        let event = match file {
            Some(file) => {
                let put = "INSERT OR REPLACE INTO override VALUES (?1, ?2)";
                writing.execute(put, params![url, file])?;
                "overridden"
            }
            None => {
                writing.execute("DELETE FROM override WHERE url = ?1", [url])?;
                "override-removed"
            }
        };
        log(&writing, time, url, event, "")?;
        Ok(writing.commit()?)
    }

    /// Adds a line to the audit log.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn log(&self, time: i64, about: &str, event: &str, detail: &str) -> Result<()> {
        log(&self.database, time, about, event, detail)
    }

    /// Lines of the audit log after the one with the number `after`, `limit` at most.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn audit(&self, after: i64, limit: u32) -> Result<Vec<AuditEntry>> {
        let query =
            "SELECT id, time, about, event, detail FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2";
        let mut statement = self.database.prepare(query)?;
        let rows = statement.query_map(params![after, limit], |row| {
            let (id, time) = (row.get(0)?, row.get(1)?);
            Ok(AuditEntry { id, time, about: row.get(2)?, event: row.get(3)?, detail: row.get(4)? })
        })?;
        Ok(rows.collect::<core::result::Result<_, _>>()?)
    }
}

fn log(database: &Connection, time: i64, about: &str, event: &str, detail: &str) -> Result<()> {
    database.execute(
        "INSERT INTO audit (time, about, event, detail) VALUES (?1, ?2, ?3, ?4)",
        params![time, about, event, detail],
    )?;
    Ok(())
}

fn device(row: &Row<'_>) -> Result<DeviceRecord> {
    let text = |column: &str| row.get::<_, Option<String>>(column).map_err(RegistryError::from);
    let name = DeviceName::new(&text("name")?.unwrap_or_default());
    let addresses = text("addresses")?.unwrap_or_default();
    let addresses: core::result::Result<Vec<_>, _> =
        addresses.split_whitespace().map(IpAddr::from_str).collect();
    let hardware: Option<core::result::Result<HardwareAddress, InvalidName>> =
        text("hardware")?.map(|text| text.parse());
    let source = |text: String| {
        let all = [Source::Dhcp, Source::Lldp, Source::X509, Source::Manifest];
        all.into_iter().find(|source| source.name() == text)
    };
    let mud = match (text("mud_url")?, text("mud_source")?) {
        (Some(url), Some(from)) => {
            let source = source(from).ok_or(RegistryError::Value("a source"))?;
            Some(MudUrlRecord { url, source, signer: text("mud_signer")? })
        }
        _ => None,
    };
    let state = text("state")?.unwrap_or_default();
    let state = State::ALL.into_iter().find(|one| one.name() == state);
    Ok(DeviceRecord {
        name: name.map_err(|_| RegistryError::Value("a name"))?,
        addresses: addresses.map_err(|_| RegistryError::Value("an address"))?,
        hardware: hardware.transpose().map_err(|_| RegistryError::Value("a hardware address"))?,
        mud,
        state: state.ok_or(RegistryError::Value("a state"))?,
        until: row.get("until")?,
    })
}
