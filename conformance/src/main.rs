//! `hexad-conformance SUITE PATH`: a line a case, then the count. `cargo xtask conformance` runs it.

use std::path::Path;
use std::process::ExitCode;

use hexad_conformance::{Case, Error, Outcome, suite};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [name, path] = arguments.as_slice() else {
        eprintln!("usage: hexad-conformance SUITE PATH");
        return ExitCode::from(2);
    };
    let name = name.to_string_lossy();
    match cases(&name, Path::new(path)) {
        Ok(cases) => report(&name, &cases),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn cases(name: &str, path: &Path) -> Result<Vec<Case>, Error> {
    (suite(name)?.run)(path)
}

/// Prints every case and the count; success when none failed and some passed.
fn report(name: &str, cases: &[Case]) -> ExitCode {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for case in cases {
        println!("{case}");
        match case.outcome {
            Outcome::Pass => passed += 1,
            Outcome::Fail(_) => failed += 1,
            Outcome::Skip(_) => skipped += 1,
        }
    }
    println!("{name}: {passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
