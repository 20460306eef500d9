//! `size`: what our code takes of flash and RAM without any primitive, and that nothing in it can panic.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use crate::cortex_m::{CORES, Core, GUARDED, Images, core};
use crate::elf::{Image, Symbol};
use crate::process::{Result, output, program};

/// How to print it.
#[derive(Args, Default)]
pub struct Arguments {
    /// The processor; may be repeated [default: all of them]
    #[arg(long, value_name = "CORE", value_parser = core)]
    core: Vec<&'static Core>,
    /// Print a JSON object an image: `image`, `target`, `flash`, `ram`, `panics`
    #[arg(long)]
    json: bool,
    /// Name the largest functions of each image
    #[arg(long)]
    functions: bool,
}

/// An image without primitives.
#[derive(Serialize)]
pub struct Size {
    /// Its name.
    pub image: &'static str,
    #[serde(skip)]
    does: &'static str,
    target: &'static str,
    /// Bytes of flash, less those of the runtime.
    pub flash: u64,
    /// Bytes of static RAM, likewise.
    ram: u64,
    /// Functions that panic, or that a panic calls.
    panics: usize,
    #[serde(skip)]
    functions: Vec<Symbol>,
}

/// The images, each with what it does.
const IMAGES: [(&str, &str); 4] = [
    ("size-decode", "read a COSE_Sign1"),
    ("size-verify", "read and verify a COSE_Sign1"),
    ("size-suit", "read, authenticate and process a SUIT envelope"),
    ("size-eat", "make and sign an EAT with a CoSWID"),
];
/// All of the portable backend's primitives: they are others' work, and some can panic.
const PORTABLE: &str = "size-portable";
/// What must not panic, whatever is linked with it.
const PROTOCOLS: [&str; 4] = ["hexad_cose_core", "hexad_suit", "hexad_eat", "hexad_coswid"];
/// The runtime alone.
const EMPTY: &str = "size-empty";
/// What the images read in place of a message: it is in their flash.
const INPUTS: [&str; 2] = ["input::INPUT", "point::POINT"];

/// Looks at the cores that are guarded, as `ci` does.
pub fn check() -> Result {
    run(&Arguments { core: GUARDED.to_vec(), ..Arguments::default() })
}

/// Prints the table, and fails when something can panic.
pub fn run(arguments: &Arguments) -> Result {
    let mut failed = Vec::new();
    let all: Vec<&Core> = CORES.iter().collect();
    for core in if arguments.core.is_empty() { &all } else { &arguments.core } {
        let images = Images::build(core, |name| name.starts_with("size-"))?;
        for size in measure(&images, core)? {
            if arguments.json {
                println!("{}", serde_json::to_string(&size).map_err(|error| error.to_string())?);
            } else {
                print!("{}", size.show(arguments.functions));
            }
            if size.panics > 0 {
                failed.push(format!("{} ({})", size.image, size.target));
            }
        }
        if !arguments.json {
            name_panics(core, &images.file(PORTABLE))?;
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("these images can panic: {}", failed.join(", ")).into())
}

/// Prints which crates can panic when the portable backend is linked (what stands in the backend itself or
/// in the image was inlined there), and fails where one of ours can.
fn name_panics(core: &Core, image: &Path) -> Result {
    let listing =
        output(program("arm-none-eabi-objdump").args(["-d", "--no-show-raw-insn"]).arg(image))?;
    let callers = panicking(&listing);
    let crates: BTreeSet<&str> = callers.iter().map(|caller| crate_of(caller)).collect();
    let names: Vec<&str> = crates.iter().copied().collect();
    println!("{PORTABLE:<12} {:<24} can panic, in: {}", core.target, names.join(", "));
    let ours = callers.iter().filter(|caller| PROTOCOLS.contains(&crate_of(caller)));
    let ours: Vec<&str> = ours.map(String::as_str).collect();
    if ours.is_empty() { Ok(()) } else { Err(format!("can panic: {}", ours.join(", ")).into()) }
}

/// The functions in a listing of objdump that call one that panics, but for those of `core`.
fn panicking(listing: &str) -> BTreeSet<String> {
    let mut callers = BTreeSet::new();
    let mut function = String::new();
    for line in listing.lines() {
        let Some((before, name)) = line.split_once('<') else { continue };
        let name = name.split(['>', '+']).next().unwrap_or_default();
        let name = format!("{:#}", rustc_demangle::demangle(name));
        if line.ends_with(">:") {
            function = name;
        } else if before.contains("\tb") && can_panic(&name) && !can_panic(&function) {
            callers.insert(function.clone());
        }
    }
    // What panics are made of.
    callers.retain(|caller| !["core", "__rustc"].contains(&crate_of(caller)));
    callers
}

/// The crate that a function is of, by its path; of a method, that of the type.
fn crate_of(function: &str) -> &str {
    let path = function.trim_start_matches(['<', '&']);
    path.split("::").next().unwrap_or_default()
}

/// Reads every image that was built for `core`.
fn measure(images: &Images, core: &'static Core) -> Result<Vec<Size>> {
    let empty = Image::read(&images.file(EMPTY))?;
    let mut sizes = Vec::new();
    for (name, does) in IMAGES {
        let image = Image::read(&images.file(name))?;
        let inputs =
            image.data.iter().filter(|data| INPUTS.iter().any(|end| data.name.ends_with(end)));
        let inputs: u64 = inputs.map(|data| data.size).sum();
        let panics = image.functions.iter().filter(|function| can_panic(&function.name));
        sizes.push(Size {
            image: name,
            does,
            target: core.target,
            flash: image.flash.saturating_sub(empty.flash + inputs),
            ram: image.ram.saturating_sub(empty.ram),
            panics: panics.count(),
            functions: image.functions,
        });
    }
    Ok(sizes)
}

/// Whether a function is there for the sake of panics. The images' own handler is, too: it calls
/// something that can't be optimised away, so no panic hides.
pub fn can_panic(function: &str) -> bool {
    ["core::panicking", "hexad_can_panic", "unwrap_failed", "expect_failed", "_fail"]
        .iter()
        .any(|part| function.contains(part))
}

impl Size {
    fn show(&self, functions: bool) -> String {
        let mut text = format!(
            "{:<12} {:<24} {:>6} bytes of flash, {} of RAM, {} panic symbols: {}\n",
            self.image, self.target, self.flash, self.ram, self.panics, self.does
        );
        for function in self.functions.iter().filter(|function| can_panic(&function.name)) {
            let _ = writeln!(text, "    can panic: {}", function.name);
        }
        if functions {
            let mut largest = self.functions.clone();
            largest.sort_by_key(|function| std::cmp::Reverse(function.size));
            for function in largest.iter().take(40) {
                let _ = writeln!(text, "    {:>6}  {}", function.size, function.name);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests;
