//! `--profile`: one bench, traced instruction by instruction, counted by function.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::{EMPTY, folder};
use crate::cortex_m::{Core, Images};
use crate::elf::{Image, Symbol};
use crate::process::Result;

/// The function whose two calls stand around what is traced.
const MARK: &str = "hexad_bench_mark";

/// What ran in one function.
#[derive(Clone, Copy, Default)]
struct Count {
    instructions: u64,
    calls: u64,
}

/// Prints where the instructions of `bench` are.
pub fn run(core: &'static Core, bench: &str, wanted: impl Fn(&str) -> bool) -> Result {
    let images = Images::build(core, &wanted)?;
    let log = folder()?.join("trace.log");
    for name in images.names()? {
        if name == EMPTY || !wanted(&name) {
            continue;
        }
        let image = Image::read(&images.file(&name))?;
        if !image.functions.iter().any(|function| function.name == MARK) {
            continue;
        }
        images.trace(&name, bench, &log)?;
        let counts = count(&image, &log)?;
        if !counts.is_empty() {
            print(&counts);
            return Ok(());
        }
    }
    Err(format!("no image has a bench {bench}").into())
}

/// What ran between the two calls of the mark.
fn count<'i>(image: &'i Image, log: &Path) -> Result<Vec<(&'i Symbol, Count)>> {
    let failed = |error| format!("{}: {error}", log.display());
    let mut counts: HashMap<u64, (&Symbol, Count)> = HashMap::new();
    let mut marks = 0;
    for line in BufReader::new(File::open(log).map_err(failed)?).lines() {
        let line = line.map_err(failed)?;
        let Some(address) = address(&line) else { continue };
        let Some(function) = image.function(address) else { continue };
        if function.name == MARK {
            marks += u8::from(function.address == address);
            continue;
        }
        if marks == 1 {
            let (_, count) = counts.entry(function.address).or_insert((function, Count::default()));
            count.instructions += 1;
            count.calls += u64::from(function.address == address);
        } else if marks > 1 {
            break;
        }
    }
    let mut counts: Vec<_> = counts.into_values().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(count.instructions));
    Ok(counts)
}

/// The address of the instruction that a line of the log speaks of:
/// `Trace 0: 0x7f… [00800408/0000055a/00000110/ff000201] symbol`.
fn address(line: &str) -> Option<u64> {
    let (_, place) = line.strip_prefix("Trace ")?.split_once('[')?;
    u64::from_str_radix(place.split('/').nth(1)?, 16).ok()
}

fn print(counts: &[(&Symbol, Count)]) {
    println!("{:>12} {:>7} {:>7}  function", "instructions", "calls", "bytes");
    let all: u64 = counts.iter().map(|(_, count)| count.instructions).sum();
    let bytes: u64 = counts.iter().map(|(function, _)| function.size).sum();
    println!("{all:>12} {:>7} {bytes:>7}  all", "");
    for (function, count) in counts {
        println!(
            "{:>12} {:>7} {:>7}  {}",
            count.instructions, count.calls, function.size, function.name
        );
    }
}
