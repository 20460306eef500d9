//! Puts the memory layout where the linker looks for it.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&folder).join("memory.x"), include_str!("memory.x"))?;
    println!("cargo:rustc-link-search={}", Path::new(&folder).display());
    println!("cargo:rerun-if-changed=memory.x");
    Ok(())
}
