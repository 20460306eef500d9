//! `bench host`: the criterion benches, in words or as a JSON object a line.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::process::{Result, cargo, output, run as execute};

/// Runs the benches for `target`.
pub fn run(target: &str, json: bool) -> Result {
    if target != "host" {
        let why = "only `host` can be measured so far; the Cortex-M harness is not there yet";
        return Err(format!("bench {target}: {why}").into());
    }
    let mut bench = cargo(["bench", "--package", "hexad-benches"]);
    if !json {
        return execute(&mut bench);
    }
    let started = SystemTime::now();
    output(&mut bench)?;
    let mut folders = vec![target_folder()?.join("criterion")];
    let mut lines = Vec::new();
    while let Some(folder) = folders.pop() {
        if folder.ends_with("new") {
            lines.extend(result(&folder, started)?);
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
    lines.sort();
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Where cargo builds, and criterion leaves its results.
fn target_folder() -> Result<PathBuf> {
    let metadata = output(&mut cargo(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let folder = metadata.get("target_directory").and_then(Value::as_str);
    Ok(folder.ok_or("cargo metadata names no target directory")?.into())
}

/// The result that criterion left in `folder`; `None` when it is older than this run.
fn result(folder: &Path, started: SystemTime) -> Result<Option<String>> {
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
    let (Some(name), Some(median)) = (name, median) else {
        return Err(format!("{}: not a result of criterion", folder.display()).into());
    };
    Ok(Some(json!({"bench": name, "target": "host", "ns": median}).to_string()))
}
