//! Running other programs, always from the root of the workspace.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a task gives, or why it could not be done.
pub type Result<T = ()> = std::result::Result<T, Error>;

/// Why a task could not be done, in words.
#[derive(Debug, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The root of the workspace that cargo runs this task in.
pub fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).join("..")
}

/// Where cargo builds.
pub fn target_folder() -> Result<PathBuf> {
    let metadata = output(&mut cargo(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let folder = metadata.get("target_directory").and_then(serde_json::Value::as_str);
    Ok(folder.ok_or("cargo metadata names no target directory")?.into())
}

/// `program`, to be run from the root.
pub fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo that runs this task, with these arguments.
pub fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Runs `command` and waits for its success.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("{}: {error}", show(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", show(command)).into()) }
}

/// Whether `command` can be run and succeeds; its output is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The standard output of `command`, which must succeed.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|error| format!("{}: {error}", show(command)))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}\n{}", show(command), output.status, why.trim_end()).into());
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{}: {error}", show(command)).into())
}

/// The standard output of `command`, which must succeed within `patience`; ended otherwise.
pub fn output_within(command: &mut Command, patience: Duration) -> Result<String> {
    let failed =
        |error: &dyn fmt::Display, command: &Command| format!("{}: {error}", show(command));
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = piped.spawn().map_err(|error| failed(&error, piped))?;
    let mut stdout = child.stdout.take().ok_or("no standard output")?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| failed(&error, command))? {
            Some(status) => break status,
            None if started.elapsed() < patience => thread::sleep(Duration::from_millis(10)),
            None => {
                child
                    .kill()
                    .and_then(|()| child.wait())
                    .map_err(|error| failed(&error, command))?;
                let seconds = patience.as_secs();
                return Err(format!("{}: not done after {seconds} s", show(command)).into());
            }
        }
    };
    let text = reader.join().map_err(|_| "reading failed")?;
    let text = text.map_err(|error| failed(&error, command))?;
    if status.success() {
        Ok(text)
    } else {
        Err(format!("{}: {status}\n{}", show(command), text.trim_end()).into())
    }
}

/// `command` as one would type it.
pub fn show(command: &Command) -> String {
    let mut words = vec![Path::new(command.get_program()).file_name().unwrap_or_default()];
    words.extend(command.get_args());
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Where `name` is on the search path for programs, or where the administrator's are.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Whether `what` may not be skipped: it stands in the comma-separated list `HEXAD_REQUIRE`.
pub fn required(what: &str) -> bool {
    env::var("HEXAD_REQUIRE").is_ok_and(|list| list.split(',').any(|item| item.trim() == what))
}
