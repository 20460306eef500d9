//! The figures that the crates are built for, and whether they are reached.

use super::result::Cost;

/// A figure to reach on the Cortex-M4.
struct Target {
    /// What it is of.
    work: &'static str,
    /// The bench whose figure it is.
    bench: &'static str,
    kind: Kind,
    /// No more than this.
    limit: u64,
    /// A bench whose instructions, and a hundredth of them, the limit comes on top of: a primitive's.
    above: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Kind {
    Instructions,
    Stack,
}

const TARGET: &str = "thumbv7em-none-eabi";

const TARGETS: [Target; 8] = [
    Target {
        work: "decode a COSE_Sign1 (payload of 20 bytes), every check on",
        bench: "sign1/decode/hexad/20",
        kind: Kind::Instructions,
        limit: 300,
        above: None,
    },
    Target {
        work: "the same, Sig_structure and SHA-256",
        bench: "sign1/check/hexad-cortex-m4/20",
        kind: Kind::Instructions,
        limit: 2900,
        above: None,
    },
    Target {
        work: "the same, payload of 1 KiB, with sha2",
        bench: "sign1/check/hexad/1024",
        kind: Kind::Instructions,
        limit: 42_000,
        above: None,
    },
    Target {
        work: "the same, payload of 1 KiB, with a faster SHA-256",
        bench: "sign1/check/hexad-cortex-m4/1024",
        kind: Kind::Instructions,
        limit: 32_000,
        above: None,
    },
    Target {
        work: "ES256 verify, whole message",
        bench: "sign1/verify-es256/hexad-cortex-m4/20",
        kind: Kind::Instructions,
        limit: 700_000,
        above: None,
    },
    Target {
        work: "SUIT: authenticate and install, without any primitive",
        bench: "suit/logic/hexad/1",
        kind: Kind::Instructions,
        limit: 2500,
        above: None,
    },
    Target {
        work: "the same",
        bench: "suit/logic/hexad/1",
        kind: Kind::Stack,
        limit: 1536,
        above: None,
    },
    Target {
        work: "Ed25519 verify, whole message: 1 % above the primitive",
        bench: "sign1/verify-ed25519/hexad/20",
        kind: Kind::Instructions,
        limit: 0,
        above: Some("sign1/verify-ed25519/primitive/20"),
    },
];

/// Every target with what was measured.
pub fn table(costs: &[Cost]) -> String {
    let mut lines = Vec::new();
    for target in &TARGETS {
        let Some(reached) = figure(costs, target.bench, target.kind) else { continue };
        let above = match target.above {
            None => 0,
            Some(bench) => match figure(costs, bench, Kind::Instructions) {
                Some(primitive) => primitive,
                None => continue,
            },
        };
        // What comes above a primitive may be one part in a hundred of it.
        let limit = target.limit + above + above / 100;
        let verdict = if reached <= limit { "reached" } else { "NOT reached" };
        let unit = match target.kind {
            Kind::Instructions => "instructions",
            Kind::Stack => "bytes of stack",
        };
        lines.push(format!("{}: {reached} {unit}, to reach {limit}: {verdict}", target.work));
    }
    lines.join("\n")
}

fn figure(costs: &[Cost], bench: &str, kind: Kind) -> Option<u64> {
    let cost = costs.iter().find(|cost| cost.line.bench == bench && cost.line.target == TARGET)?;
    Some(match kind {
        Kind::Instructions => cost.line.instructions,
        Kind::Stack => cost.line.stack,
    })
}
