//! `hexad demo`: the whole story, on paper and, where that is possible, in real namespaces.

#[cfg(unix)]
mod interrupted;

use std::path::Path;
use std::process::{Command, Output};

use hexad_operator::network::testbed;
use hexad_vectors::{Missing, trial};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

const STEPS: [&str; 5] = ["author", "device", "attest", "appraise", "enforce"];
const REFUSALS: [&str; 8] = [
    "changed-image",
    "changed-manifest",
    "wrong-signer",
    "rollback",
    "replayed-nonce",
    "other-software",
    "mud-signer",
    "outdated-confined",
];

fn main() {
    let trials = vec![
        Trial::test("the_story_is_told_on_paper", on_paper),
        Trial::test("artefacts_are_kept_and_can_be_used", artefacts),
        Trial::test("a_firmware_of_the_users_own_is_released", own_firmware),
        Trial::test("a_firmware_that_is_not_there_is_an_error", no_firmware),
        Trial::test("two_dashes_of_cargo_are_skipped", dashes),
        trial("the_device_runs_in_qemu", machine(), |()| in_qemu()),
        Trial::test("a_device_image_that_is_not_there_is_an_error", no_device_image),
        trial("the_network_is_enforced_in_namespaces", namespaces(), |()| in_namespaces()),
        #[cfg(unix)]
        Trial::test("interrupted_on_paper_it_leaves_nothing", interrupted::on_paper),
        #[cfg(unix)]
        trial("interrupted_in_namespaces_it_leaves_nothing", namespaces(), |()| {
            interrupted::in_namespaces()
        }),
        #[cfg(unix)]
        trial("interrupted_in_qemu_it_leaves_nothing", machine(), |()| interrupted::in_qemu()),
        #[cfg(unix)]
        trial("killed_in_qemu_it_leaves_no_machine", machine(), |()| interrupted::killed()),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn hexad(arguments: &[&str]) -> Output {
    let hexad = Command::new(env!("CARGO_BIN_EXE_hexad")).args(arguments).output();
    hexad.expect("the command starts")
}

/// Runs the demo, which must succeed; its JSON.
fn demo(arguments: &[&str]) -> Value {
    let output = hexad(&[&["demo", "--json"], arguments].concat());
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{shown}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&shown).expect("one JSON object")
}

/// The shape that scripts rely on: every step and refusal by its name, in order, and as it must be.
fn check(story: &Value) {
    assert_eq!(story["ok"], true);
    let names = |field: &str| -> Vec<String> {
        let items = story[field].as_array().expect("an array");
        assert!(items.iter().all(|item| item["ok"] == true), "{items:?}");
        items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names("steps"), STEPS);
    assert_eq!(names("refusals"), REFUSALS);
    for step in story["steps"].as_array().expect("an array") {
        assert!(step["ms"].is_number(), "{step}");
    }
    for refusal in story["refusals"].as_array().expect("an array") {
        assert!(!refusal["why"].as_str().expect("a reason").is_empty(), "{refusal}");
    }
}

type Tested = Result<(), libtest_mimic::Failed>;

fn on_paper() -> Tested {
    let story = demo(&["--enforce", "print"]);
    check(&story);
    assert_eq!(story["steps"][3]["tier"], "affirming");
    assert_eq!(story["steps"][4]["enforced"], false);
    Ok(())
}

/// Whether the network can be made.
fn namespaces() -> Result<(), Missing> {
    testbed::available().map_err(|why| Missing::new("netns", why))
}

fn in_namespaces() -> Tested {
    let story = demo(&["--enforce", "netns"]);
    check(&story);
    assert_eq!(story["steps"][4]["enforced"], true);
    assert_eq!(story["steps"][4]["connections"], 18);
    Ok(())
}

/// What `--keep` leaves is what the other commands take.
fn artefacts() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_str().expect("a path in UTF-8");
    check(&demo(&["--enforce", "print", "--keep", path]));
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let accepted = |arguments: &[&str]| {
        let output = hexad(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    };
    accepted(&["suit", "verify", &file("envelope.suit"), "--key", &file("author.cbor")]);
    accepted(&["coswid", "inspect", &file("coswid.cbor")]);
    accepted(&["mud", "inspect", &file("mud.json")]);
    accepted(&["eat", "inspect", &file("evidence.eat")]);
    accepted(&["eat", "inspect", &file("result.ear")]);
    for name in ["mud.p7s", "ruleset.nft", "ruleset.json", "image.bin", "mud-signer.der"] {
        assert!(Path::new(&file(name)).exists(), "{name}");
    }
    Ok(())
}

fn own_firmware() -> Tested {
    let folder = tempfile::tempdir()?;
    let image = folder.path().join("firmware.bin");
    std::fs::write(&image, vec![0x42; 300_000])?;
    let image = image.to_str().expect("a path in UTF-8");
    let story = demo(&["--enforce", "print", "--firmware", image]);
    check(&story);
    assert_eq!(story["steps"][0]["image_bytes"], 300_000);
    Ok(())
}

/// Whether the device can run in QEMU.
fn machine() -> Result<(), Missing> {
    #[cfg(unix)]
    return hexad_link::qemu::built().map(|_| ()).map_err(|why| Missing::new("qemu", why));
    #[cfg(not(unix))]
    return Err(Missing::new("qemu", "not on Unix"));
}

/// As with the simulated device, for an image of the demo's own and for a tiny one.
fn in_qemu() -> Tested {
    let story = demo(&["--enforce", "print", "--device", "qemu"]);
    check(&story);
    assert_eq!(story["steps"][3]["tier"], "affirming");
    let folder = tempfile::tempdir()?;
    let image = folder.path().join("firmware.bin");
    std::fs::write(&image, b"tiny")?;
    let image = image.to_str().expect("a path in UTF-8");
    check(&demo(&["--enforce", "print", "--device", "qemu", "--firmware", image]));
    Ok(())
}

/// The error names the command that helps.
fn no_device_image() -> Tested {
    let output = hexad(&["demo", "--device", "qemu", "--device-image", "/nonexistent/image"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with("error: ") && error.lines().count() == 1, "{error}");
    assert!(error.contains("`cargo xtask "), "{error}");
    Ok(())
}

/// `cargo demo -- --json` is `hexad demo -- --json`.
fn dashes() -> Tested {
    let output = hexad(&["demo", "--", "--enforce", "print", "--json"]);
    check(&serde_json::from_slice(&output.stdout)?);
    let output = hexad(&["demo", "--", "--", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

fn no_firmware() -> Tested {
    let output = hexad(&["demo", "--firmware", "/nonexistent/firmware.bin"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with("error: ") && error.lines().count() == 1, "{error}");
    Ok(())
}
