//! Results that were kept, and are compared with.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::result::Cost;
use crate::process::{Result, root};

/// By how much something may go up: one part in fifty.
const TOLERANCE: u64 = 50;

/// What was measured before, if anything was kept under the name.
#[derive(Debug, Default)]
pub struct Baseline {
    compiler: String,
    costs: Vec<Cost>,
}

/// The first line of a baseline.
#[derive(Serialize, Deserialize)]
struct Head {
    compiler: String,
}

fn file(name: &str) -> PathBuf {
    root().join("benches/cortex-m/baselines").join(name).with_extension("jsonl")
}

impl Baseline {
    /// Reads the baseline of that name; nothing when there is none.
    pub fn read(name: &str) -> Result<Self> {
        let file = file(name);
        if !file.exists() {
            return Ok(Self::default());
        }
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
        let mut lines = text.lines();
        let head: Head = serde_json::from_str(lines.next().unwrap_or_default())
            .map_err(|error| failed(&error))?;
        let costs = lines.map(|line| serde_json::from_str(line).map_err(|error| failed(&error)));
        Ok(Self { compiler: head.compiler, costs: costs.collect::<std::result::Result<_, _>>()? })
    }

    /// Keeps `costs` under the name; benches that were not measured now keep what they had.
    pub fn save(name: &str, compiler: &str, costs: &[Cost]) -> Result {
        let mut kept = Self::read(name)?.costs;
        kept.retain(|old| !costs.iter().any(|new| same(old, new)));
        kept.extend_from_slice(costs);
        kept.sort_by(|a, b| a.order().cmp(&b.order()));
        let head = serde_json::to_string(&Head { compiler: compiler.to_owned() })
            .map_err(|error| error.to_string())?;
        let mut text = head + "\n";
        for cost in &kept {
            text = text + &cost.json()? + "\n";
        }
        let file = file(name);
        let failed = |error| format!("{}: {error}", file.display());
        fs::create_dir_all(file.with_file_name("")).map_err(failed)?;
        Ok(fs::write(&file, text).map_err(failed)?)
    }

    /// What `cost` was.
    pub fn of(&self, cost: &Cost) -> Option<&Cost> {
        self.costs.iter().find(|old| same(old, cost))
    }

    /// Fails when one of the `costs` went up by more than the tolerance, or is not in the baseline.
    /// Counts of another compiler are not compared: that is said, and no failure.
    pub fn require(&self, compiler: &str, costs: &[Cost]) -> Result {
        if self.compiler != compiler {
            println!("not compared: the baseline was made with {}", self.compiler);
            return Ok(());
        }
        let mut wrong = Vec::new();
        for cost in costs {
            let name = format!("{} ({})", cost.line.bench, cost.line.target);
            let Some(old) = self.of(cost) else {
                wrong.push(format!("{name} is not in the baseline"));
                continue;
            };
            for ((what, new), (_, old)) in cost.guarded().into_iter().zip(old.guarded()) {
                if new.saturating_sub(old).saturating_mul(TOLERANCE) > old {
                    wrong.push(format!("{name}: {what} {old} -> {new}"));
                }
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let advice = "where that is meant: cargo xtask bench cortex-m --save main";
        Err(format!("more than 2 % up:\n  {}\n{advice}", wrong.join("\n  ")).into())
    }
}

/// Whether both are of the same bench on the same target.
fn same(a: &Cost, b: &Cost) -> bool {
    a.line.bench == b.line.bench && a.line.target == b.line.target
}

#[cfg(test)]
mod tests;
