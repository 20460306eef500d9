//! Gives the linker the memory of the machine, and the images the folder of their inputs.

use std::{env, error::Error, fs, path::PathBuf};

/// The boards' memory: code from zero on, or where a Cortex-M33 starts in its secure state.
const MPS2: &str =
    "MEMORY { FLASH : ORIGIN = 0x00000000, LENGTH = 4M  RAM : ORIGIN = 0x20000000, LENGTH = 4M }";
const AN505: &str =
    "MEMORY { FLASH : ORIGIN = 0x10000000, LENGTH = 4M  RAM : ORIGIN = 0x38000000, LENGTH = 4M }";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let memory = if env::var("TARGET")?.starts_with("thumbv8m") { AN505 } else { MPS2 };
    fs::write(out.join("memory.x"), memory)?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=HEXAD_BENCH_INPUTS");
    let inputs = env::var("HEXAD_BENCH_INPUTS").map_err(
        |_| "HEXAD_BENCH_INPUTS names no folder: `cargo xtask bench cortex-m` builds these images",
    )?;
    println!("cargo:rerun-if-changed={inputs}");
    println!("cargo:rustc-env=HEXAD_BENCH_INPUTS={inputs}");
    println!("cargo:rustc-env=HEXAD_BENCH_TARGET={}", env::var("TARGET")?);
    Ok(())
}
