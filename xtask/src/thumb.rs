//! `thumb`: builds the crates that run on a device for a Cortex-M4, without a heap where they need none.
//!
//! With the compiler of the workspace where it has the target (`rustup target add`); else with
//! Debian's, which brings the sources of the library and builds that, too.

use std::path::Path;
use std::process::Command;

use crate::process::{Result, cargo, output, program, run as execute};

/// A Cortex-M4 without floating point.
pub const TARGET: &str = "thumbv7em-none-eabi";

/// What is built together, and with which features. `mud` is apart: it asks cose-core for `alloc`.
const SETS: [(&[&str], &str); 3] = [
    (&["hexad-cose-core", "hexad-suit", "hexad-eat", "hexad-coswid"], ""),
    (&["hexad-mud"], ""),
    (&["hexad-rustcrypto"], "aes,chacha20poly1305,curve25519,hss-lms,ml-dsa,p256"),
];

/// Debian's compiler (packages rustc-web and cargo-web), beside whatever rustup puts first.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// Builds every set.
pub fn run() -> Result {
    let toolchain = Toolchain::find(TARGET)?;
    for (packages, features) in SETS {
        let mut build = toolchain.build();
        build.args(["--release", "--target", TARGET, "--target-dir", "target/thumb"]);
        for package in packages {
            build.args(["--package", package]);
        }
        if !features.is_empty() {
            build.args(["--features", features]);
        }
        execute(&mut build)?;
    }
    Ok(())
}

/// A compiler that can build for the device.
#[derive(Clone, Copy)]
pub enum Toolchain {
    /// The workspace's own has the target's library.
    Own,
    /// Debian's has the library's sources.
    Debian,
}

impl Toolchain {
    /// What there is on this machine to build for `target`.
    pub fn find(target: &str) -> Result<Self> {
        if library(program("rustc").args(["--print", "target-libdir", "--target", target]), "") {
            return Ok(Self::Own);
        }
        let sources = "lib/rustlib/src/rust/library/core";
        let compiler = library(program(DEBIAN_RUSTC).args(["--print", "sysroot"]), sources);
        if compiler && Path::new(DEBIAN_CARGO).is_file() {
            return Ok(Self::Debian);
        }
        Err(format!("no compiler for {target}: see `cargo xtask setup`").into())
    }

    /// The compiler's name and version.
    pub fn version(self) -> Result<String> {
        let compiler = match self {
            Self::Own => "rustc",
            Self::Debian => DEBIAN_RUSTC,
        };
        Ok(output(program(compiler).arg("--version"))?.trim().to_owned())
    }

    /// The start of a `cargo build`.
    pub fn build(self) -> Command {
        match self {
            Self::Own => cargo(["build"]),
            Self::Debian => {
                let mut command = program(DEBIAN_CARGO);
                command.args(["build", "-Zbuild-std=core,alloc"]);
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                command
            }
        }
    }
}

/// Whether the folder that `printed` names is there, and `below` in it.
fn library(printed: &mut Command, below: &str) -> bool {
    output(printed).is_ok_and(|folder| Path::new(folder.trim_end()).join(below).is_dir())
}
