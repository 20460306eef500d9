//! `bench host`: the criterion benches, with the instructions that callgrind counts beside them; as a
//! table, or a JSON object a line.

mod report;

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use crate::process::{Result, cargo, find, output, program, run as execute, target_folder};

/// What one bench costs.
#[derive(Clone, Debug, PartialEq)]
struct Cost {
    /// `GROUP/BY/INPUT`.
    bench: String,
    /// Nanoseconds, the median.
    ns: f64,
    /// Instructions, where callgrind is there to count them.
    instructions: Option<u64>,
}

/// Runs the benches.
pub fn run(json: bool) -> Result {
    let mut bench = cargo(["bench", "--package", "hexad-benches"]);
    let started = SystemTime::now();
    if json {
        output(&mut bench)?;
    } else {
        execute(&mut bench)?;
    }
    let folder = target_folder()?;
    let mut costs = measured(&folder.join("criterion"), started)?;
    if find("valgrind").is_some() {
        count(&folder, &mut costs)?;
    } else if !json {
        println!("no instructions are counted: valgrind is not installed");
    }
    if json {
        costs.iter().for_each(|cost| println!("{}", report::json(cost)));
    } else {
        println!("\n{}\n{}", report::table(&costs), report::targets(&costs));
    }
    Ok(())
}

/// What criterion left under `folder` in this run, in order of names.
fn measured(folder: &Path, started: SystemTime) -> Result<Vec<Cost>> {
    let mut folders = vec![folder.to_owned()];
    let mut costs = Vec::new();
    while let Some(folder) = folders.pop() {
        if folder.ends_with("new") {
            costs.extend(result(&folder, started)?);
            continue;
        }
        let failed = |error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_dir() {
                folders.push(entry);
            }
        }
    }
    costs.sort_by(|a, b| report::order(&a.bench).cmp(&report::order(&b.bench)));
    Ok(costs)
}

/// The result that criterion left in `folder`; `None` when it is older than this run.
fn result(folder: &Path, started: SystemTime) -> Result<Option<Cost>> {
    let read = |name: &str| -> Result<Value> {
        let file = folder.join(name);
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
        serde_json::from_str(&text).map_err(|error| failed(&error).into())
    };
    let file = folder.join("estimates.json");
    let written = fs::metadata(&file).and_then(|metadata| metadata.modified());
    if written.map_err(|error| format!("{}: {error}", file.display()))? < started {
        return Ok(None);
    }
    let (benchmark, estimates) = (read("benchmark.json")?, read("estimates.json")?);
    let name = benchmark.get("full_id").and_then(Value::as_str);
    let median = estimates.pointer("/median/point_estimate").and_then(Value::as_f64);
    let (Some(name), Some(ns)) = (name, median) else {
        return Err(format!("{}: not a result of criterion", folder.display()).into());
    };
    Ok(Some(Cost { bench: name.to_owned(), ns, instructions: None }))
}

/// Counts the instructions of each bench that can be counted.
fn count(target: &Path, costs: &mut [Cost]) -> Result {
    execute(&mut cargo(["build", "--release", "--quiet", "--package", "hexad-benches"]))?;
    let counted = target.join("release/count");
    let names = output(&mut program(&counted))?;
    for cost in costs.iter_mut().filter(|cost| names.lines().any(|name| name == cost.bench)) {
        // What stands around the bench is the same both times.
        let (few, many) = (10, 20);
        let less = instructions(&counted, &cost.bench, few)?;
        let more = instructions(&counted, &cost.bench, many)?;
        cost.instructions = Some(more.saturating_sub(less) / (many - few));
    }
    Ok(())
}

/// The instructions of a process that runs `bench` so many times.
fn instructions(counted: &Path, bench: &str, times: u64) -> Result<u64> {
    let mut command = program("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(counted).args([bench, &times.to_string()]);
    let output = command.output().map_err(|error| format!("valgrind: {error}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    match collected.map(|(_, number)| number.trim().parse()) {
        Some(Ok(number)) if output.status.success() => Ok(number),
        _ => Err(format!("valgrind {bench}: {}\n{log}", output.status).into()),
    }
}
