//! `bench cortex-m`: what the images count in QEMU, with what they take of flash, RAM and stack; held
//! against a baseline, and reported.

mod baseline;
mod chart;
mod profile;
mod report;
mod result;
mod targets;

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::cortex_m::{CORES, Core, GUARDED, Images, core};
use crate::elf::Image;
use crate::process::{Result, target_folder};

use baseline::Baseline;
use result::{Cost, Line};

/// What to measure, and what to do with it.
#[derive(Args)]
pub struct Arguments {
    /// Measure those benches alone whose image has one of these words in its name
    words: Vec<String>,
    /// The processor; may be repeated [default: all of them]
    #[arg(long, value_name = "CORE", value_parser = core)]
    core: Vec<&'static Core>,
    /// Print a JSON object a bench: `bench`, `target`, `instructions`, `stack`, `flash`, `ram`
    #[arg(long)]
    json: bool,
    /// What to compare with: benches/cortex-m/baselines/NAME.jsonl
    #[arg(long, value_name = "NAME", default_value = "main")]
    baseline: String,
    /// Keep the results as a baseline of this name
    #[arg(long, value_name = "NAME")]
    save: Option<String>,
    /// Fail when something went up by more than 2 %
    #[arg(long)]
    check: bool,
    /// Run one bench alone, and say in which functions its instructions are
    #[arg(long, value_name = "BENCH", conflicts_with_all = ["save", "check", "json"])]
    profile: Option<String>,
}

/// Measures everything on the cores that are guarded, as `ci` does: fails when something went up.
pub fn check() -> Result {
    run(&Arguments {
        words: Vec::new(),
        core: GUARDED.to_vec(),
        json: false,
        baseline: "main".into(),
        save: None,
        check: true,
        profile: None,
    })
}

/// Measures.
pub fn run(arguments: &Arguments) -> Result {
    let words = &arguments.words;
    let wanted = |image: &str| {
        !image.starts_with("size-")
            && (image == EMPTY
                || words.is_empty()
                || words.iter().any(|word| image.contains(word.as_str())))
    };
    let all: Vec<&Core> = CORES.iter().collect();
    let cores = if arguments.core.is_empty() { &all } else { &arguments.core };
    if let Some(bench) = &arguments.profile {
        let core = arguments.core.first().copied().or_else(|| CORES.get(2)).ok_or("no core")?;
        return profile::run(core, bench, wanted);
    }
    let mut costs = Vec::new();
    let mut compiler = String::new();
    for core in cores {
        let images = Images::build(core, wanted)?;
        costs.extend(measure(&images, wanted)?);
        compiler.clone_from(&images.compiler);
    }
    costs.sort_by(|a, b| a.order().cmp(&b.order()));
    if let Some(name) = &arguments.save {
        Baseline::save(name, &compiler, &costs)?;
    }
    let baseline = Baseline::read(&arguments.baseline)?;
    let written = report::write(&folder()?, &compiler, &costs, &baseline)?;
    if arguments.json {
        for cost in &costs {
            println!("{}", cost.json()?);
        }
    } else {
        println!("{}\n{}", report::table(&costs, &baseline), targets::table(&costs));
        println!(
            "instructions, not cycles; flash and RAM without those of an image that does nothing"
        );
        println!("{compiler}; written: {}", written.display());
    }
    if arguments.check { baseline.require(&compiler, &costs) } else { Ok(()) }
}

/// The image that does nothing: what it takes is taken off all others.
const EMPTY: &str = "empty";

/// Runs every image that was built.
fn measure(images: &Images, wanted: impl Fn(&str) -> bool) -> Result<Vec<Cost>> {
    let nothing = Image::read(&images.file(EMPTY))?;
    let mut costs = Vec::new();
    for name in images.names()? {
        if name == EMPTY || !wanted(&name) {
            continue;
        }
        let image = Image::read(&images.file(&name))?;
        let flash = image.flash.saturating_sub(nothing.flash);
        let ram = image.ram.saturating_sub(nothing.ram);
        for line in images.run(&name)?.lines() {
            costs.push(Cost { line: Line::read(line)?, flash, ram });
        }
    }
    Ok(costs)
}

/// Where the report goes.
fn folder() -> Result<PathBuf> {
    let folder = target_folder()?.join("cortex-m/report");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
