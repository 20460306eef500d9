//! Every suite on the published vectors: one trial a case.

use std::process::ExitCode;

use hexad_conformance::{Outcome, SUITES, Suite};
use hexad_vectors::trial;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = SUITES.iter().flat_map(trials).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The trials of a suite. Where its vectors are missing: one, which is ignored or fails.
fn trials(suite: &Suite) -> Vec<Trial> {
    let mut trials = Vec::new();
    for folder in suite.folders {
        let path = match hexad_vectors::find(folder) {
            Ok(path) => path,
            missing => {
                let name = format!("{}: {folder}", suite.name);
                trials.push(trial(name, missing, |_| Ok::<(), Failed>(())));
                continue;
            }
        };
        match (suite.run)(&path) {
            Ok(cases) => trials.extend(cases.into_iter().map(|case| {
                let name = format!("{}::{}", suite.name, case.name);
                match case.outcome {
                    Outcome::Pass => Trial::test(name, || Ok(())),
                    Outcome::Fail(why) => Trial::test(name, || Err(Failed::from(why))),
                    Outcome::Skip(missing) => {
                        let skipped = || Err(Failed::from("skipped"));
                        Trial::test(format!("{name} ({missing})"), skipped).with_ignored_flag(true)
                    }
                }
            })),
            Err(error) => {
                let why = error.to_string();
                trials.push(Trial::test(suite.name, || Err(Failed::from(why))));
            }
        }
    }
    trials
}
