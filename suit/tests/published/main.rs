//! The published vectors. Where they are not at hand, each test is reported as ignored.

mod builder;
#[path = "../suit/common.rs"]
mod common;
mod drafts;
mod encryption;
mod envelopes;
#[path = "../suit/examples.rs"]
mod examples;
mod inspect;
mod refused;
mod transcribed;

use std::process::ExitCode;

use hexad_vectors::{OnVectors, on};
use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let manifests: [(&str, OnVectors); 17] = [
        ("manifest_examples_authenticate", envelopes::manifest_examples_authenticate),
        ("manifest_examples_have_no_mistakes", envelopes::manifest_examples_have_no_mistakes),
        ("severed_elements_are_put_back", envelopes::severed_elements_are_put_back),
        ("manifest_examples_are_transcribed", transcribed::manifest_examples),
        ("examples_are_rebuilt", builder::examples_are_rebuilt),
        ("built_envelopes_authenticate", builder::built_envelopes_authenticate),
        ("alternatives_and_parameters", inspect::alternatives_and_parameters),
        ("digests_and_identifiers", inspect::digests_and_identifiers),
        ("truncated_and_trailing_bytes", refused::truncated_and_trailing_bytes),
        ("changed_bytes", refused::changed_bytes),
        ("changed_manifest_or_signature", refused::changed_manifest_or_signature),
        ("wrong_signers", refused::wrong_signers),
        ("unsigned_envelope", refused::unsigned_envelope),
        ("older_sequence_number", refused::older_sequence_number),
        ("swapped_severed_element", refused::swapped_severed_element),
        ("lowered_limits", refused::lowered_limits),
        ("changed_manifests", refused::changed_manifests),
    ];
    let mut trials = Vec::from(manifests.map(|(name, test)| on(name, "suit/manifest-37", test)));
    trials.push(on(
        "trust_domain_examples_authenticate",
        "suit/trust-domains-11",
        envelopes::trust_domain_examples_authenticate,
    ));
    trials.push(on(
        "encryption_examples_authenticate_by_mac",
        "suit/firmware-encryption-24",
        envelopes::encryption_examples_authenticate_by_mac,
    ));
    trials.push(on(
        "trust_domain_examples_are_transcribed",
        "suit/trust-domains-11",
        transcribed::trust_domain_examples,
    ));
    trials.push(on(
        "encryption_examples_are_transcribed",
        "suit/firmware-encryption-24",
        transcribed::encryption_examples,
    ));
    let encryption: [(&str, OnVectors); 2] = [
        ("wrapped_keys_are_rebuilt", encryption::wrapped_keys_are_rebuilt),
        ("agreed_keys_are_rebuilt", encryption::agreed_keys_are_rebuilt),
    ];
    trials.extend(encryption.map(|(name, test)| on(name, "suit/firmware-encryption-24", test)));
    trials.push(on(
        "update_management_example_is_written",
        "suit/update-management-14",
        transcribed::update_management_example,
    ));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
