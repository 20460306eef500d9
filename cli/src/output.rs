//! Where results go: reports to standard output, what was made to a file that is there whole or not
//! at all.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::input::hex;
use crate::report::{Made, Report, printable};

/// Where to write what a command makes.
#[derive(Args, Debug)]
pub struct Output {
    /// File to write; without it, standard output unless that is a terminal
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Puts a report out: what was made to its place, and the rest to standard output.
pub fn deliver(mut report: Report, as_json: bool) -> Result<(), Failure> {
    if let Some(made) = report.made() {
        match &made.destination {
            Some(path) => {
                write_file(path, made)?;
                let path = printable(&path.to_string_lossy());
                report.entry("output", "written to", &path, json!(path));
            }
            None if as_json => {
                let shown = match std::str::from_utf8(&made.bytes) {
                    Ok(text) if made.is_text => text.to_owned(),
                    _ => hex(&made.bytes),
                };
                report.json("output", shown);
            }
            None => return write_stdout(made),
        }
    }
    if as_json {
        let object = serde_json::to_string(&report).map_err(|error| stdout_error(error.into()))?;
        print(&format!("{object}\n"))
    } else {
        print(report.text())
    }
}

/// Writes text to standard output, in colour if that is a terminal. A reader that went away is no
/// failure: it has what it wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    accept_closed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Writes what was made to standard output, unless a person would see bytes.
fn write_stdout(made: &Made) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    if !made.is_text && stdout.is_terminal() {
        let message = "the output is binary: name a file with -o, or redirect standard output";
        return Err(Failure::Usage(message.to_owned()));
    }
    accept_closed(stdout.write_all(&made.bytes).and_then(|()| stdout.flush()))
}

fn accept_closed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(stdout_error(error)),
        _ => Ok(()),
    }
}

fn stdout_error(error: io::Error) -> Failure {
    Failure::Io { what: "standard output".to_owned(), error }
}

/// Writes a file under another name beside `path` and renames it, so that nobody sees half of it.
/// What is not a file (a pipe, a device) is written to as it is.
pub fn write_file(path: &Path, made: &Made) -> Result<(), Failure> {
    let failed = |error| Failure::Io { what: printable(&path.to_string_lossy()), error };
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, &made.bytes).map_err(failed);
    }
    // Through a symbolic link, to the file that it names.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hexad-");
    #[cfg(unix)]
    builder.permissions(permissions(made.is_secret));
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(&made.bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(&target).map(|_| ()).map_err(|error| failed(error.error))
}

/// The permissions of a new file, before the user's mask.
#[cfg(unix)]
fn permissions(is_secret: bool) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(if is_secret { 0o600 } else { 0o666 })
}
