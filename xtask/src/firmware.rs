//! `firmware`: builds the device image of firmware/, which QEMU runs.

use crate::process::{Result, cargo, find, root, run as execute};
use crate::thumb::{TARGET, Toolchain};

/// Where the device is, from the root. What its image is linked with is in its .cargo/config.toml, which
/// cargo reads where it is run.
const FOLDER: &str = "firmware";

/// What is missing to build the image and to run it.
pub fn available() -> Result<Toolchain> {
    for (program, package) in [("ld.lld", "lld"), ("qemu-system-arm", "qemu-system-arm")] {
        find(program)
            .ok_or_else(|| format!("no {program} ({package}): see `cargo xtask setup`"))?;
    }
    Toolchain::find(TARGET)
}

/// Builds the image.
pub fn run() -> Result {
    let mut build = available()?.build();
    build.current_dir(root().join(FOLDER));
    execute(build.args(["--release", "--locked", "--target", TARGET, "--target-dir", "target"]))?;
    println!("firmware: {FOLDER}/target/{TARGET}/release/hexad-firmware");
    Ok(())
}

/// Builds the image of sources that are formatted as all others.
pub fn check() -> Result {
    execute(cargo(["fmt", "--check"]).current_dir(root().join(FOLDER)))?;
    run()
}
