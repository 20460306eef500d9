//! What of the assembly the target can run, and what is left to the software backend.
//!
//! What the compiler knows of the target's instructions is not stable yet, and can't be asked in a
//! `cfg`; so it is taken from the target's name.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();

    // Of ARMv8-M Mainline, all of ARMv7-M; and every Cortex-M33 that is sold has the DSP extension.
    let armv7em = target.starts_with("thumbv7em-") || target.starts_with("thumbv8m.main-");
    let armv7m = armv7em || target.starts_with("thumbv7m-");
    let p256 = feature("P256");
    let software_p256 = p256 && !armv7em;

    // SHA-256 is assembly.
    set("sha256_assembly", armv7m);
    // P-256 is there, and is assembly.
    set("p256_assembly", p256 && armv7em);
    // The software backend checks signatures.
    let others = feature("CURVE25519") || feature("ML_DSA");
    set("software_verifies", software_p256 || others || feature("HSS_LMS"));
    // It checks those over messages that come in pieces.
    set("software_streams", others || feature("HSS_LMS"));
    // It has keys that sign over such.
    set("software_signs_streams", others);
    // It has keys that sign, and such that agree.
    set("software_signs", software_p256 || others);
    set("software_agrees", software_p256 || feature("CURVE25519"));
}

/// Declares `name` as a `cfg`, and sets it or not.
fn set(name: &str, there: bool) {
    println!("cargo:rustc-check-cfg=cfg({name})");
    if there {
        println!("cargo:rustc-cfg={name}");
    }
}
