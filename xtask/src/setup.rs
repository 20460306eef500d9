//! `setup`: installs what the machine lacks, and says what it can't install.

use std::path::Path;
use std::time::Instant;

use crate::process::{Result, cargo, find, program, run as execute, succeeds};
use crate::python;
use crate::thumb::{self, Toolchain};

/// Something that the tasks need and the compiler does not bring.
struct Need {
    /// What it is for.
    purpose: &'static str,
    /// The packages of Debian that bring it.
    packages: &'static [&'static str],
    there: fn() -> bool,
}

const SYSTEM: [Need; 9] = [
    Need {
        purpose: "enforcement in network namespaces",
        packages: &["nftables", "iproute2"],
        there: || find("nft").is_some() && find("ip").is_some(),
    },
    Need {
        purpose: "signatures and certificates held against another implementation",
        packages: &["openssl"],
        there: || find("openssl").is_some(),
    },
    Need {
        purpose: "the build for Cortex-M (a compiler with the sources of its library)",
        packages: &["rustc-web", "cargo-web", "rust-web-src"],
        there: || Toolchain::find(thumb::TARGET).is_ok(),
    },
    Need {
        purpose: "P-256 for Cortex-M4: C and assembly in p256-cortex-m4-sys",
        packages: &["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"],
        there: || find("arm-none-eabi-gcc").is_some(),
    },
    Need {
        purpose: "the images for Cortex-M, and a machine to run them",
        packages: &["lld", "qemu-system-arm"],
        there: || find("ld.lld").is_some() && find("qemu-system-arm").is_some(),
    },
    Need {
        purpose: "counting the instructions of benches",
        packages: &["valgrind"],
        there: || find("valgrind").is_some(),
    },
    Need {
        purpose: "messages exchanged with Python's COSE libraries",
        packages: &["python3", "python3-venv"],
        there: python::can_make,
    },
    Need {
        purpose: "the crates that results and manifests are exchanged with: C in openssl-sys",
        packages: &["libssl-dev", "pkg-config"],
        there: || find("pkg-config").is_some() && Path::new("/usr/include/openssl/ssl.h").exists(),
    },
    Need {
        purpose: "the fuzzing engine",
        packages: &["g++"],
        there: || find("c++").is_some() || find("g++").is_some(),
    },
];

/// Cargo's own tools, at the versions that CI was tried with: the subcommand and the package.
const TOOLS: [(&str, &str); 3] =
    [("hack", "cargo-hack@0.6.46"), ("fuzz", "cargo-fuzz@0.13.2"), ("deny", "cargo-deny@0.20.2")];

/// Installs what is missing; quick when nothing is. An error names what is still missing afterwards.
pub fn run() -> Result {
    let mut left = install_packages();
    left.extend(install_tools());
    left.extend(python::make());
    if left.is_empty() {
        println!("setup: all is there");
        return Ok(());
    }
    Err(format!("setup: left for you to install:\n  {}", left.join("\n  ")).into())
}

/// Installs the packages of all needs that are not met; what is left.
fn install_packages() -> Vec<String> {
    let missing: Vec<&Need> = SYSTEM.iter().filter(|need| !(need.there)()).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    for need in &missing {
        println!("setup: missing {} ({})", need.packages.join(" "), need.purpose);
    }
    let packages = missing.iter().flat_map(|need| need.packages).copied();
    if let Err(error) = apt_install(packages) {
        eprintln!("setup: {error}");
    }
    missing
        .iter()
        .filter(|need| !(need.there)())
        .map(|need| format!("{} ({})", need.packages.join(" "), need.purpose))
        .collect()
}

/// Installs packages where apt is there and may be used.
fn apt_install<'a>(packages: impl Iterator<Item = &'a str>) -> Result {
    if find("apt-get").is_none() {
        return Err("there is no apt-get here".into());
    }
    let apt = |arguments: &[&str]| {
        let mut command = if is_root() {
            program("apt-get")
        } else {
            let mut command = program("sudo");
            command.args(["--non-interactive", "apt-get"]);
            command
        };
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        command
    };
    execute(&mut apt(&["update", "--quiet=2"]))?;
    execute(apt(&["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(packages))
}

/// Whether this user may do everything.
fn is_root() -> bool {
    program("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Installs the tools that are missing; what is left. They are built for a quick build: what they do
/// here takes seconds.
fn install_tools() -> Vec<String> {
    let mut left = Vec::new();
    for (subcommand, package) in TOOLS {
        if succeeds(cargo([subcommand]).arg("--version")) {
            continue;
        }
        println!("setup: building {package}");
        let started = Instant::now();
        let mut install = cargo(["install", "--locked", "--quiet", package]);
        for (option, value) in [("OPT_LEVEL", "0"), ("LTO", "off"), ("DEBUG", "0")] {
            install.env(format!("CARGO_PROFILE_RELEASE_{option}"), value);
        }
        install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        match execute(&mut install) {
            Ok(()) => println!("setup: built {package} in {} s", started.elapsed().as_secs()),
            Err(error) => {
                eprintln!("setup: {error}");
                left.push(format!("cargo install --locked {package}"));
            }
        }
    }
    left
}
