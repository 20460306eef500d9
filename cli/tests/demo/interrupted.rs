//! The demo, interrupted at several moments by one signal or another: it says so, and nothing of it is
//! left, neither folder nor process nor namespace.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, io, thread};

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use crate::Tested;

/// What the demo says before the moment.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// It has made its folder.
    Folder,
    /// It has said a line that starts so, and that long has passed.
    Line(&'static str, Duration),
}

/// To whom the signal goes.
#[derive(Clone, Copy, Debug)]
enum To {
    /// The demo alone, as `kill` sends it.
    Process,
    /// The demo and the commands that it runs, as a terminal sends it.
    Group,
}

/// Every moment lies well before the end, since there are real connections still to be tried.
pub fn in_namespaces() -> Tested {
    let after = |line, milliseconds| Moment::Line(line, Duration::from_millis(milliseconds));
    for (moment, to, signal) in [
        (Moment::Folder, To::Process, Signal::SIGINT),
        (Moment::Folder, To::Group, Signal::SIGINT),
        (after("1 ", 0), To::Process, Signal::SIGTERM),
        (after("2 ", 0), To::Group, Signal::SIGINT),
        (after("3 ", 0), To::Process, Signal::SIGHUP),
        (after("4 ", 0), To::Process, Signal::SIGINT),
        (after("5 ", 0), To::Group, Signal::SIGINT),
        (after("5 ", 50), To::Process, Signal::SIGINT),
        (after("5 ", 150), To::Group, Signal::SIGINT),
        (after("5 ", 250), To::Group, Signal::SIGTERM),
        (after("Attacks", 50), To::Group, Signal::SIGINT),
    ] {
        interrupted(&["--enforce", "netns"], moment, to, signal)
            .map_err(|error| format!("{moment:?}, {to:?}, {signal}: {error}"))?;
    }
    Ok(())
}

/// Without a network: the image is so large that its author is still busy.
pub fn on_paper() -> Tested {
    let folder = tempfile::tempdir()?;
    let image = folder.path().join("image");
    fs::write(&image, vec![0; 64 << 20])?;
    let image = image.to_str().ok_or("a path that is not UTF-8")?;
    let arguments = ["--enforce", "print", "--firmware", image];
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        interrupted(&arguments, Moment::Folder, To::Process, signal)?;
    }
    Ok(())
}

/// While machines are switched on, asked, and switched off.
pub fn in_qemu() -> Tested {
    let after = |line, milliseconds| Moment::Line(line, Duration::from_millis(milliseconds));
    for (moment, to, signal) in [
        (after("1 ", 0), To::Process, Signal::SIGINT),
        (after("1 ", 200), To::Group, Signal::SIGINT),
        (after("2 ", 0), To::Process, Signal::SIGTERM),
        (after("2 ", 100), To::Group, Signal::SIGTERM),
        (after("2 ", 300), To::Process, Signal::SIGHUP),
    ] {
        interrupted(&["--enforce", "print", "--device", "qemu"], moment, to, signal)
            .map_err(|error| format!("{moment:?}, {to:?}, {signal}: {error}"))?;
    }
    Ok(())
}

/// Killed, it can take nothing down; the system does that to its machines.
pub fn killed() -> Tested {
    let temporary = tempfile::tempdir()?;
    let mut demo = Command::new(env!("CARGO_BIN_EXE_hexad"))
        .args(["demo", "--enforce", "print", "--device", "qemu"])
        .env("TMPDIR", temporary.path())
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdout = BufReader::new(demo.stdout.take().ok_or("no pipe")?);
    let moment = Moment::Line("2 ", Duration::ZERO);
    wait_for(moment, temporary.path(), &mut demo, &mut stdout)?;
    let id = Pid::from_raw(i32::try_from(demo.id())?);
    assert!(processes_of_group(id).len() > 1, "there are machines");
    demo.kill()?;
    demo.wait()?;
    // They are ended a moment later.
    for _ in 0..100 {
        if processes_of_group(id).is_empty() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    signal::killpg(id, Signal::SIGKILL)?;
    Err("there are still machines".into())
}

fn interrupted(
    arguments: &[&str],
    moment: Moment,
    to: To,
    signal: Signal,
) -> Result<(), Box<dyn std::error::Error>> {
    let temporary = tempfile::tempdir()?;
    let mut demo = Command::new(env!("CARGO_BIN_EXE_hexad"))
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", temporary.path())
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdout = BufReader::new(demo.stdout.take().ok_or("no pipe")?);
    wait_for(moment, temporary.path(), &mut demo, &mut stdout)?;
    let held = namespaces_of(demo.id())?;
    let id = Pid::from_raw(i32::try_from(demo.id())?);
    match to {
        To::Process => signal::kill(id, signal)?,
        To::Group => signal::killpg(id, signal)?,
    }
    io::copy(&mut stdout, &mut io::sink())?;
    let mut said = String::new();
    demo.stderr.take().ok_or("no pipe")?.read_to_string(&mut said)?;
    let status = demo.wait()?;

    assert_eq!(status.code(), Some(128 + signal as i32), "{status}: {said}");
    assert_eq!(said, format!("error: demo: interrupted by {signal}; nothing is left behind\n"));
    let left: Vec<_> = fs::read_dir(temporary.path())?.collect::<Result<_, _>>()?;
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(processes_of_group(id), Vec::<PathBuf>::new());
    let still: BTreeSet<_> = namespaces().intersection(&held).cloned().collect();
    assert!(still.is_empty(), "{still:?}");
    Ok(())
}

fn wait_for(
    moment: Moment,
    folder: &Path,
    demo: &mut Child,
    stdout: &mut impl BufRead,
) -> Result<(), Box<dyn std::error::Error>> {
    match moment {
        Moment::Folder => {
            while fs::read_dir(folder)?.next().is_none() {
                if demo.try_wait()?.is_some() {
                    return Err("the demo ended before it was interrupted".into());
                }
                thread::sleep(Duration::from_micros(100));
            }
        }
        Moment::Line(start, wait) => {
            let mut line = String::new();
            while !line.starts_with(start) {
                line.clear();
                if stdout.read_line(&mut line)? == 0 {
                    return Err("the demo ended before it was interrupted".into());
                }
            }
            thread::sleep(wait);
        }
    }
    Ok(())
}

/// The network namespaces that a process holds open, without the one that this process is in.
fn namespaces_of(process: u32) -> io::Result<BTreeSet<PathBuf>> {
    let own = fs::read_link("/proc/self/ns/net")?;
    let mut held: BTreeSet<_> =
        open_namespaces(&PathBuf::from(format!("/proc/{process}"))).collect();
    held.remove(&own);
    Ok(held)
}

/// All network namespaces in which there is a process, or that one holds open.
fn namespaces() -> BTreeSet<PathBuf> {
    processes().flat_map(|process| open_namespaces(&process).collect::<Vec<_>>()).collect()
}

fn open_namespaces(process: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    open.map(|file| file.path())
        .chain([process.join("ns/net")])
        // A process that has ended meanwhile holds nothing.
        .filter_map(|path| fs::read_link(path).ok())
        .filter(|target| target.to_string_lossy().starts_with("net:["))
}

fn processes() -> impl Iterator<Item = PathBuf> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    all.filter(|path| path.join("stat").exists())
}

/// The processes of a group, also those that ended and nobody waited for.
fn processes_of_group(group: Pid) -> Vec<PathBuf> {
    let is_of_group = |process: &PathBuf| {
        // proc(5): the fields after the name, which ends at the last parenthesis.
        let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        fields.split_whitespace().nth(2) == Some(&group.to_string())
    };
    processes().filter(is_of_group).collect()
}
