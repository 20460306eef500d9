//! The command as a user runs it: what this file has is running it, and folders of inputs in order.

mod bad_input;
mod cose;
mod coswid;
mod good_input;
mod mud;
mod samples;
mod suit;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs `hexad` in `folder`.
fn hexad(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hexad"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

/// What `hexad` printed, when it accepted.
fn accepted(folder: &Path, arguments: &[&str]) -> String {
    let output = hexad(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "hexad {arguments:?}: {error}");
    assert_eq!(error, "", "hexad {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that `hexad` wrote on standard error when it refused with status `code`; it must have
/// printed nothing else, unless it was asked for JSON.
fn refused(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = hexad(folder, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "hexad {arguments:?}: {error}");
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 1, "hexad {arguments:?}: {error}");
    assert!(error.starts_with("error: "), "hexad {arguments:?}: {error}");
    if !arguments.contains(&"--json") {
        assert_eq!(output.stdout, b"", "hexad {arguments:?}");
    }
    error.trim_end().to_owned()
}

/// The object that `hexad` printed with `--json`, whether it accepted or not.
fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = hexad(folder, &[arguments, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "hexad {arguments:?}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The names of what lies in `folder`.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> =
        entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A folder with all [`samples`] in it, under their names.
fn folder_of_samples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in samples::all() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}
