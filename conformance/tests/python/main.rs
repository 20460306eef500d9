//! Messages exchanged with Python's `cwt` and `pycose`, countersignatures and tokens with `cwt`, and tags with `uswid`: theirs read by us, ours read
//! by them, changed ones refused by both. `cargo xtask setup` makes the environment that the peer runs in.
//!
//! What is random follows from `HEXAD_SEED`, a number; a failure says which it was.

mod cases;
mod countersignatures;
mod exchange;
mod keys;
mod ours;
mod peer;
mod tags;
mod tokens;

use std::process::ExitCode;
use std::sync::Arc;

use hexad_vectors::trial;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::cases::{Case, Library};
use crate::peer::Peer;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let seed = std::env::var("HEXAD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let peer = Peer::start().map(Arc::new);
    let mut trials: Vec<Trial> = Vec::new();
    for library in [Library::Cwt, Library::Pycose] {
        let name = format!("{}::every algorithm", library.name());
        trials.push(trial(name, peer.clone(), move |peer| complete(&peer, library)));
    }
    for case in cases::all() {
        trials.push(trial(case.name(), peer.clone(), move |peer| {
            exchange::run(&peer, &case, seed)
                .map_err(|why| Failed::from(format!("{why}\nHEXAD_SEED={seed}")))
        }));
    }
    for kind in countersignatures::ALL {
        let name = format!("cwt::countersignatures::{}", kind.name());
        trials.push(trial(name, peer.clone(), move |peer| {
            countersignatures::run(&peer, kind, seed)
                .map_err(|why| Failed::from(format!("{why}\nHEXAD_SEED={seed}")))
        }));
    }
    for (name, run) in tags::ALL {
        trials.push(trial(format!("uswid::{name}"), peer.clone(), move |peer| {
            run(&peer).map_err(Failed::from)
        }));
    }
    for (name, form) in tokens::ALL {
        trials.push(trial(format!("cwt::tokens {name}"), peer.clone(), move |peer| {
            tokens::run(&peer, form, seed)
                .map_err(|why| Failed::from(format!("{why}\nHEXAD_SEED={seed}")))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// That every algorithm which a library names is exchanged, or stands among those that are not, with
/// a reason.
fn complete(peer: &Peer, library: Library) -> Result<(), Failed> {
    let named = peer.algorithms(library)?;
    if named.is_empty() {
        return Err("it names no algorithm".into());
    }
    let exchanged = |number: i64| cases::all().iter().any(|case: &Case| case.uses(library, number));
    for number in named {
        let left_out = library.left_out(number);
        if exchanged(number) == left_out.is_some() {
            let why = left_out.map_or("is neither exchanged nor left out", |(_, why)| why);
            return Err(format!("algorithm {number}: {why}").into());
        }
    }
    Ok(())
}
