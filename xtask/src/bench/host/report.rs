//! What is said of the costs: a table with ratios, and whether the targets are reached.

use serde_json::json;

use super::Cost;

/// A bench's group, who did the work, and on which input.
fn parts(bench: &str) -> Option<(&str, &str, u64)> {
    let (bench, input) = bench.rsplit_once('/')?;
    let (group, by) = bench.rsplit_once('/')?;
    Some((group, by, input.parse().ok()?))
}

/// What benches are ordered by: group, input, and ours before the others.
pub fn order(bench: &str) -> (&str, u64, bool, &str) {
    match parts(bench) {
        Some((group, by, input)) => (group, input, by != "hexad", by),
        None => (bench, 0, false, ""),
    }
}

/// The object that stands for `cost` on a line of its own.
pub fn json(cost: &Cost) -> String {
    let mut object = json!({"bench": cost.bench, "target": "host", "ns": cost.ns});
    if let Some(instructions) = cost.instructions {
        object["instructions"] = instructions.into();
    }
    object.to_string()
}

/// Every bench with its ratio to ours of the same group and input.
pub fn table(costs: &[Cost]) -> String {
    let mut lines = vec![format!(
        "{:<34} {:>12} {:>12} {:>8} {:>12}",
        "bench", "ns", "instructions", "ns/ours", "instr./ours"
    )];
    for cost in costs {
        let ours =
            parts(&cost.bench).and_then(|(group, _, input)| find(costs, group, "hexad", input));
        let by_time = ours.map(|ours| cost.ns / ours.ns);
        let by_count = ours.and_then(|ours| ratio(cost, ours));
        let instructions = cost.instructions.map_or(String::new(), |number| number.to_string());
        let show = |ratio: Option<f64>| ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        lines.push(format!(
            "{:<34} {:>12.1} {:>12} {:>8} {:>12}",
            cost.bench,
            cost.ns,
            instructions,
            show(by_time),
            show(by_count)
        ));
    }
    lines.join("\n")
}

fn find<'c>(costs: &'c [Cost], group: &str, by: &str, input: u64) -> Option<&'c Cost> {
    costs.iter().find(|cost| parts(&cost.bench) == Some((group, by, input)))
}

/// How many times the instructions of `b` those of `a` are.
#[expect(clippy::cast_precision_loss, reason = "a ratio is shown with two digits")]
fn ratio(a: &Cost, b: &Cost) -> Option<f64> {
    Some(a.instructions? as f64 / b.instructions? as f64)
}

/// The targets, each with what was reached by the clock and by counting.
pub fn targets(costs: &[Cost]) -> String {
    let mut lines = Vec::new();
    for length in [20, 1024] {
        let ours = find(costs, "sign1/decode", "hexad", length);
        let others = find(costs, "sign1/decode", "coset", length);
        if let (Some(ours), Some(others)) = (ours, others) {
            let times = |ratio: f64| {
                format!(
                    "{ratio:.1} times ({})",
                    if ratio >= 50.0 { "reached" } else { "not reached" }
                )
            };
            lines.push(line(
                &format!("decode, payload of {length}, against coset: at least 50 times faster"),
                times(others.ns / ours.ns),
                ratio(others, ours).map(times),
            ));
        }
        let around = find(costs, "sign1/around-es256", "hexad", length);
        let bare = find(costs, "sign1/verify-es256", "primitive", length);
        if let (Some(around), Some(bare)) = (around, bare) {
            let share = |ratio: f64| under(ratio, 0.02);
            lines.push(line(
                &format!("around an ES256 verify, payload of {length}: under 2 % of it"),
                share(around.ns / bare.ns),
                ratio(around, bare).map(share),
            ));
        }
    }
    for (around, bare) in
        [("eat/around-es256", "eat/verify-es256"), ("psa/around-es256", "psa/verify-es256")]
    {
        let of = |group: &str, by: &str| {
            let own =
                |cost: &&Cost| parts(&cost.bench).is_some_and(|(g, b, _)| (g, b) == (group, by));
            costs.iter().find(own)
        };
        if let (Some(around), Some(bare)) = (of(around, "hexad"), of(bare, "primitive")) {
            let share = |ratio: f64| under(ratio, 0.05);
            lines.push(line(
                &format!("around the ES256 verify of {}: under 5 % of it", around.bench),
                share(around.ns / bare.ns),
                ratio(around, bare).map(share),
            ));
        }
    }
    lines.join("\n")
}

/// A share in words, and whether it is below `target`.
fn under(ratio: f64, target: f64) -> String {
    let reached = if ratio < target { "reached" } else { "not reached" };
    format!("{:.2} % ({reached})", ratio * 100.0)
}

fn line(target: &str, by_clock: String, by_count: Option<String>) -> String {
    let by_count = by_count.map_or(String::new(), |text| format!("; by instructions {text}"));
    format!("{target}: by the clock {by_clock}{by_count}")
}

#[cfg(test)]
mod tests;
