//! The registry: devices, MUD files and the audit log, in one SQLite database.

use core::fmt;
use core::str::FromStr;
use hexad_operator::network::policy::{DeviceName, HardwareAddress, InvalidName};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::net::IpAddr;
use std::path::Path;

use crate::record::{
    AuditEntry, CachedFile, DeviceRecord, LastResult, MudUrlRecord, Signer, Source, State,
};

/// What makes the tables of each version out of those of the one before it. Entries of the log can't be changed or
/// taken away, by whatever program.
const VERSIONS: [&str; 2] = ["
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
", "
    UPDATE device SET mud_signer = 'key:' || mud_signer WHERE mud_signer IS NOT NULL;
    UPDATE mud_file SET signer = 'key:' || signer WHERE signer <> '';
    CREATE TABLE result (
        name TEXT PRIMARY KEY, issued INTEGER NOT NULL, state TEXT NOT NULL, manifest TEXT
    ) STRICT;
    CREATE INDEX device_hardware ON device (hardware);
    CREATE TABLE manifest (digest TEXT PRIMARY KEY, url TEXT NOT NULL, signer TEXT NOT NULL) STRICT;
"];

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
                let own = VERSIONS.len();
                write!(f, "the registry is of version {version}, and this program's is {own}")
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
        let known = usize::try_from(version).ok().and_then(|version| VERSIONS.get(version..));
        for tables in known.ok_or(RegistryError::Version(version))? {
            making.execute_batch(tables)?;
        }
        let own = i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX);
        if version != own {
            making.pragma_update(None, "user_version", own)?;
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

    /// The device with this hardware address.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn with_hardware(&self, hardware: HardwareAddress) -> Result<Option<DeviceRecord>> {
        let query = "SELECT * FROM device WHERE hardware = ?1";
        let found = self.database.query_row(query, [hardware.to_string()], |row| Ok(device(row)));
        found.optional()?.transpose()
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
        let writing = self.database.transaction()?;
        put(&writing, record)?;
        log(&writing, time, record.name.as_str(), event, detail)?;
        Ok(writing.commit()?)
    }

    /// Writes a device, the attestation result that its state comes from, and the line of the log that says why.
    ///
    /// # Errors
    /// [`RegistryError`]; nothing is written then.
    pub fn put_result(
        &mut self,
        record: &DeviceRecord,
        result: &LastResult,
        time: i64,
        detail: &str,
    ) -> Result<()> {
        let name = record.name.as_str();
        let LastResult { issued, state, manifest } = result;
        let writing = self.database.transaction()?;
        writing.execute(
            "INSERT OR REPLACE INTO result VALUES (?1, ?2, ?3, ?4)",
            params![name, issued, state.name(), manifest],
        )?;
        put(&writing, record)?;
        log(&writing, time, name, state.name(), detail)?;
        Ok(writing.commit()?)
    }

    /// The attestation result that was taken last for the device of this name, also if it was taken away since.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn last_result(&self, name: &DeviceName) -> Result<Option<LastResult>> {
        let query = "SELECT issued, state, manifest FROM result WHERE name = ?1";
        let found = self.database.query_row(query, [name.as_str()], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))
        });
        let Some((issued, named, manifest)) = found.optional()? else { return Ok(None) };
        let state = state(&named)?;
        Ok(Some(LastResult { issued, state, manifest }))
    }

    /// Keeps what a verified manifest says of the MUD file: `digest` is the manifest's.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn put_manifest(
        &mut self,
        digest: &str,
        url: &str,
        signer: &Signer,
        time: i64,
    ) -> Result<()> {
        let writing = self.database.transaction()?;
        let put = "INSERT OR REPLACE INTO manifest VALUES (?1, ?2, ?3)";
        writing.execute(put, params![digest, url, signer.to_string()])?;
        log(&writing, time, digest, "manifest", url)?;
        Ok(writing.commit()?)
    }

    /// The MUD URL of the verified manifest with this digest.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn manifest(&self, digest: &str) -> Result<Option<MudUrlRecord>> {
        let query = "SELECT url, signer FROM manifest WHERE digest = ?1";
        let found = self
            .database
            .query_row(query, [digest], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
        let Some((url, named)) = found.optional()? else { return Ok(None) };
        let signer = signer(&named)?;
        Ok(Some(MudUrlRecord { url, source: Source::Manifest, signer }))
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

    /// The file that was fetched from `url` and signed by `signer`.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn mud_file(&self, url: &str, signer: &Signer) -> Result<Option<CachedFile>> {
        let query = "SELECT file, etag, valid_until FROM mud_file WHERE url = ?1 AND signer = ?2";
        let cached = self.database.query_row(query, params![url, signer.to_string()], |row| {
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
        signer: &Signer,
        cached: &CachedFile,
        time: i64,
        event: &str,
    ) -> Result<()> {
        let CachedFile { file, etag, valid_until } = cached;
        let writing = self.database.transaction()?;
        writing.execute(
            "INSERT OR REPLACE INTO mud_file VALUES (?1, ?2, ?3, ?4, ?5)",
            params![url, signer.to_string(), file, etag, valid_until],
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

fn put(database: &Connection, record: &DeviceRecord) -> Result<()> {
    let addresses: Vec<_> = record.addresses.iter().map(ToString::to_string).collect();
    let mud = record.mud.as_ref();
    database.execute(
        "INSERT OR REPLACE INTO device VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            record.name.as_str(),
            addresses.join(" "),
            record.hardware.map(|hardware| hardware.to_string()),
            mud.map(|mud| &mud.url),
            mud.map(|mud| mud.source.name()),
            mud.map(|mud| mud.signer.to_string()),
            record.state.name(),
            record.until,
        ],
    )?;
    Ok(())
}

fn signer(text: &str) -> Result<Signer> {
    text.parse().map_err(|_| RegistryError::Value("a signer"))
}

fn state(name: &str) -> Result<State> {
    let state = State::ALL.into_iter().find(|state| state.name() == name);
    state.ok_or(RegistryError::Value("a state"))
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
            let signer = signer(&text("mud_signer")?.unwrap_or_default())?;
            Some(MudUrlRecord { url, source, signer })
        }
        _ => None,
    };
    let state = state(&text("state")?.unwrap_or_default())?;
    Ok(DeviceRecord {
        name: name.map_err(|_| RegistryError::Value("a name"))?,
        addresses: addresses.map_err(|_| RegistryError::Value("an address"))?,
        hardware: hardware.transpose().map_err(|_| RegistryError::Value("a hardware address"))?,
        mud,
        state,
        until: row.get("until")?,
    })
}
