//! The virtual environment with Python's COSE libraries, which tests exchange messages with.

use std::fs;
use std::path::PathBuf;

use crate::process::{Result, find, program, root, run as execute, succeeds};

/// What the environment holds, with exact versions.
const REQUIREMENTS: &str = "conformance/python/requirements.txt";

/// Where the environment is, whatever folder cargo builds in.
fn folder() -> PathBuf {
    root().join("target/python")
}

/// Whether this machine's Python can make environments.
pub fn can_make() -> bool {
    find("python3").is_some() && succeeds(program("python3").args(["-c", "import ensurepip, venv"]))
}

/// Makes the environment, or brings it up to the requirements; what is left to do.
pub fn make() -> Option<String> {
    if is_current() || !can_make() {
        // Without Python, what is left was said before.
        return None;
    }
    println!("setup: making a virtual environment for Python's COSE libraries");
    install().err().map(|error| format!("{REQUIREMENTS} in {}: {error}", folder().display()))
}

fn is_current() -> bool {
    let wanted = fs::read(root().join(REQUIREMENTS)).ok();
    wanted.is_some() && fs::read(folder().join("requirements.txt")).ok() == wanted
}

fn install() -> Result {
    execute(program("python3").args(["-m", "venv", "--clear"]).arg(folder()))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    execute(program(folder().join("bin/python")).args(pip).args(["-r", REQUIREMENTS]))?;
    // Last, so that what was interrupted is made again.
    let copied = fs::copy(root().join(REQUIREMENTS), folder().join("requirements.txt"));
    copied.map(drop).map_err(|error| format!("{REQUIREMENTS}: {error}").into())
}
