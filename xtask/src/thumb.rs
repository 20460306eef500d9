//! `thumb`: builds the crates that run on a device for Cortex-M, without a heap where they need none.
//!
//! With the compiler of the workspace where it has the target (`rustup target add`); else with
//! Debian's, which brings the sources of the library and builds that, too.

use std::path::Path;
use std::process::Command;

use crate::process::{Result, cargo, output, program, run as execute};

/// A Cortex-M4 without floating point.
pub const TARGET: &str = "thumbv7em-none-eabi";
const M0: &str = "thumbv6m-none-eabi";
const M3: &str = "thumbv7m-none-eabi";

/// What is built together, for what, and with which features. `mud` is apart: it asks cose-core for
/// `alloc`.
const SETS: [(&str, &[&str], &str); 6] = [
    (
        TARGET,
        &[
            "hexad-cose-core",
            "hexad-suit",
            "hexad-eat",
            "hexad-coswid",
            "hexad-corim",
            "hexad-link",
        ],
        "",
    ),
    (TARGET, &["hexad-mud"], ""),
    (TARGET, &["hexad-rustcrypto"], "aes,chacha20poly1305,curve25519,hss-lms,ml-dsa,p256,sha512"),
    (TARGET, &["hexad-cortex-m4"], "aes,chacha20poly1305,curve25519,hss-lms,ml-dsa,p256,sha512"),
    // The assembly of SHA-256, and P-256 in software.
    (M3, &["hexad-cortex-m4"], "p256"),
    // No assembly: what a Cortex-M0 takes is the software backend.
    (M0, &["hexad-suit", "hexad-eat", "hexad-rustcrypto"], DEVICE),
];

/// What a small device needs of the software backend.
const DEVICE: &str = "hexad-rustcrypto/aes,hexad-rustcrypto/curve25519,hexad-rustcrypto/p256";

/// Debian's compiler (packages rustc-web and cargo-web), beside whatever rustup puts first.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// Builds every set.
pub fn run() -> Result {
    for (target, packages, features) in SETS {
        let mut build = Toolchain::find(target)?.build();
        build.args(["--release", "--target", target, "--target-dir", "target/thumb"]);
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
