//! `cortex-m4`: builds the images of the Cortex-M4 backend, and runs them in QEMU.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;

use crate::process::{
    Result, cargo, find, output_within, program, root, run as execute, target_folder,
};
use crate::thumb::{TARGET, Toolchain};

/// What an image does.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Image {
    /// The suite that every backend runs, on the assembly
    Conformance,
    /// Keys, signatures and answers of P-256, as the software backend gives them
    P256,
    /// A million random inputs, hashed in assembly and by sha2
    Sha256,
    /// A hundred secrets each, which must take the same instructions
    ConstantTime,
    /// The instructions of each primitive, beside other crates
    Measure,
}

/// The images that are tests.
const TESTS: [Image; 4] = [Image::Conformance, Image::P256, Image::Sha256, Image::ConstantTime];

/// How long an image may run.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where the images are, from the root.
const FOLDER: &str = "backends/cortex-m4/qemu";

/// Builds and runs one image, or without one all that are tests. What they print is shown.
pub fn run(image: Option<Image>) -> Result {
    let folder = target_folder()?.join("cortex-m4");
    let images = image.as_ref().map_or(&TESTS[..], std::slice::from_ref);
    let mut build = available()?.build();
    // Debian's compiler brings no linker of its own.
    build.env("CARGO_TARGET_THUMBV7EM_NONE_EABI_LINKER", "ld.lld");
    build.args(["--release", "--quiet", "--target", TARGET]);
    build.arg("--manifest-path").arg(root().join(FOLDER).join("Cargo.toml"));
    build.arg("--target-dir").arg(&folder);
    for image in images {
        build.args(["--bin", image.name()]);
    }
    execute(&mut build)?;
    for image in images {
        let file = folder.join(TARGET).join("release").join(image.name());
        print!("{}", qemu(&file)?);
    }
    Ok(())
}

/// Runs all that are tests, of sources that are formatted as all others.
pub fn check() -> Result {
    execute(cargo(["fmt", "--check"]).current_dir(root().join(FOLDER)))?;
    run(None)
}

/// What is missing to build the images and to run them.
pub fn available() -> Result<Toolchain> {
    for tool in ["arm-none-eabi-gcc", "ld.lld", "qemu-system-arm"] {
        find(tool).ok_or_else(|| format!("no {tool}: see `cargo xtask setup`"))?;
    }
    Toolchain::find(TARGET)
}

/// What an image prints. It fails where the image does.
fn qemu(image: &Path) -> Result<String> {
    let mut qemu = program("qemu-system-arm");
    qemu.args(["-machine", "mps2-an386", "-cpu", "cortex-m4", "-nographic"]);
    qemu.args(["-semihosting-config", "enable=on,target=native"]);
    // An instruction is a nanosecond: what SysTick counts is the same in every run.
    qemu.args(["-icount", "shift=0"]);
    qemu.arg("-kernel").arg(image);
    output_within(&mut qemu, PATIENCE)
}

impl Image {
    /// Of the binary.
    const fn name(self) -> &'static str {
        match self {
            Self::Conformance => "conformance",
            Self::P256 => "p256",
            Self::Sha256 => "sha256",
            Self::ConstantTime => "constant-time",
            Self::Measure => "measure",
        }
    }
}
