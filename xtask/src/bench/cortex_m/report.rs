//! The results as a table, and as report.json, report.md and report.html.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::baseline::Baseline;
use super::result::Cost;
use super::{chart, targets};
use crate::process::Result;

/// The change from `old` to `new` in percent; nothing where there is nothing to compare.
#[expect(clippy::cast_precision_loss, reason = "a change is shown with one digit")]
fn change(new: u64, old: Option<u64>) -> String {
    match old {
        None => "new".into(),
        Some(old) if old == new => "=".into(),
        Some(old) => format!("{:+.1} %", (new as f64 / old.max(1) as f64 - 1.0) * 100.0),
    }
}

const HEAD: [&str; 8] =
    ["bench", "target", "instructions", "change", "stack", "flash", "change", "ram"];

fn rows(costs: &[Cost], baseline: &Baseline) -> Vec<[String; 8]> {
    let row = |cost: &Cost| {
        let old = baseline.of(cost);
        let line = &cost.line;
        [
            line.bench.clone(),
            line.target.clone(),
            line.instructions.to_string(),
            change(line.instructions, old.map(|old| old.line.instructions)),
            line.stack.to_string(),
            cost.flash.to_string(),
            change(cost.flash, old.map(|old| old.flash)),
            cost.ram.to_string(),
        ]
    };
    costs.iter().map(row).collect()
}

/// Every bench with its change against the baseline.
pub fn table(costs: &[Cost], baseline: &Baseline) -> String {
    let mut text = String::new();
    let head = HEAD.map(str::to_owned);
    for row in std::iter::once(&head).chain(&rows(costs, baseline)) {
        let [bench, target, instructions, faster, stack, flash, smaller, ram] = row;
        let _ = writeln!(
            text,
            "{bench:<44} {target:<24} {instructions:>12} {faster:>9} {stack:>6} {flash:>7} \
             {smaller:>9} {ram:>6}"
        );
    }
    text
}

/// Writes the three reports; where the one for people is.
pub fn write(
    folder: &Path,
    compiler: &str,
    costs: &[Cost],
    baseline: &Baseline,
) -> Result<PathBuf> {
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
    };
    let results = json!({ "compiler": compiler, "benches": costs });
    write("report.json", format!("{results:#}\n"))?;
    write("report.md", markdown(compiler, costs, baseline))?;
    write("report.html", html(compiler, costs, baseline)?)?;
    Ok(folder.join("report.html"))
}

fn markdown(compiler: &str, costs: &[Cost], baseline: &Baseline) -> String {
    let mut text = format!("# Cortex-M: instructions, stack, flash and RAM\n\n{compiler}\n\n");
    for target in targets::table(costs).lines() {
        let _ = writeln!(text, "- {target}");
    }
    let _ = writeln!(text, "\n| {} |\n|{}", HEAD.join(" | "), " --- |".repeat(HEAD.len()));
    for row in rows(costs, baseline) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn html(compiler: &str, costs: &[Cost], baseline: &Baseline) -> Result<String> {
    let cells = |tag: &str, row: &[String]| -> String {
        row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>Hexad on a Cortex-M</title>\n\
         <style>{STYLE}</style>\n<h1>Hexad on a Cortex-M</h1>\n<p>{}. Instructions, not cycles; flash and RAM \
         without those of an image that does nothing.</p>\n<ul>\n",
        escape(compiler)
    );
    for target in targets::table(costs).lines() {
        let _ = writeln!(text, "<li>{}</li>", escape(target));
    }
    text.push_str("</ul>\n");
    for chart in chart::charts(costs)? {
        let _ = writeln!(text, "<figure>{chart}</figure>");
    }
    let _ = writeln!(text, "<table>\n<tr>{}</tr>", cells("th", &HEAD.map(str::to_owned)));
    for row in rows(costs, baseline) {
        let _ = writeln!(text, "<tr>{}</tr>", cells("td", &row));
    }
    text.push_str("</table>\n</html>\n");
    Ok(text)
}

const STYLE: &str = "body{font-family:sans-serif;max-width:70em;margin:2em auto}\
    table{border-collapse:collapse}td,th{padding:.2em .6em;border-bottom:1px solid #ccc;text-align:right}\
    td:first-child,td:nth-child(2),th:first-child,th:nth-child(2){text-align:left}figure{margin:1em 0}";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
