//! `firmware`: builds the device image of firmware/, which QEMU runs, and looks at what is in it.

use crate::elf::Image;
use crate::process::{Result, cargo, find, root, run as execute};
use crate::size::can_panic;
use crate::thumb::{TARGET, Toolchain};

/// Where the device is, from the root. What its image is linked with is in its .cargo/config.toml, which
/// cargo reads where it is run.
const FOLDER: &str = "firmware";

/// The programs that build the image, and run it, with their packages.
const PROGRAMS: [(&str, &str); 3] = [
    ("arm-none-eabi-gcc", "gcc-arm-none-eabi"),
    ("ld.lld", "lld"),
    ("qemu-system-arm", "qemu-system-arm"),
];

/// What may panic: the library's own way to print a number of 64 bits looks up its digits so, and labels
/// in the words of errors are such numbers.
const KNOWN: [&str; 2] = ["core::panicking::panic_bounds_check", "core::panicking::panic_fmt"];

/// What is missing to build the image and to run it.
pub fn available() -> Result<Toolchain> {
    for (program, package) in PROGRAMS {
        find(program)
            .ok_or_else(|| format!("no {program} ({package}): see `cargo xtask setup`"))?;
    }
    Toolchain::find(TARGET)
}

/// Builds the image. An error names what has come into it that can panic.
pub fn run() -> Result {
    let mut build = available()?.build();
    build.current_dir(root().join(FOLDER));
    execute(build.args(["--release", "--locked", "--target", TARGET, "--target-dir", "target"]))?;
    let path = format!("{FOLDER}/target/{TARGET}/release/hexad-firmware");
    let image = Image::read(&root().join(&path))?;
    println!("firmware: {path}, {} bytes of flash, {} of static RAM", image.flash, image.ram);
    let names = image.functions.iter().map(|function| function.name.as_str());
    let panics: Vec<_> = names.filter(|name| can_panic(name) && !KNOWN.contains(name)).collect();
    if panics.is_empty() {
        return Ok(());
    }
    Err(format!("firmware: can panic: {}", panics.join(", ")).into())
}

/// Builds the image of sources that are formatted as all others.
pub fn check() -> Result {
    execute(cargo(["fmt", "--check"]).current_dir(root().join(FOLDER)))?;
    run()
}
