//! The command on what others published, and on what another tool says of its keys. Where the vectors
//! or the tool are not at hand, a test is reported as ignored.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hexad_conformance::vectors;
use hexad_vectors::{Missing, trial};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

fn main() {
    let trials = vec![
        on("suit_verify_accepts_the_examples_of_the_draft", "suit/manifest-37", manifests),
        on("cose_verify_accepts_rfc_8152_appendix_c_2_1", "cose/RFC8152", sign1),
        on("cose_verify_and_decrypt_accept_rfc_8152_appendix_c", "cose/RFC8152", appendix_c),
        on("cose_inspect_reads_every_example", "cose", every_message),
        on("cose_inspect_names_the_claims_of_rfc_8392_a_3", "cose/CWT/A_3.json", token),
        on("cbor_diag_reads_rfc_8949_appendix_a", "cbor", appendix_a),
        on("mud_inspect_reads_or_explains_real_files", "mud/real", mud_files),
        trial("openssl_reads_the_keys_of_every_curve", openssl(), |()| keys()),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A test on a folder of the published vectors.
fn on(name: &str, below: &str, test: fn(&Path) -> Result<(), Failed>) -> Trial {
    trial(name, hexad_vectors::find(below), move |folder| test(&folder))
}

/// Whether the `openssl` command is there.
fn openssl() -> Result<(), Missing> {
    let version = Command::new("openssl").arg("version").output();
    version.map(drop).map_err(|error| Missing::new("openssl", format!("no openssl: {error}")))
}

fn hexad(arguments: &[&str], files: &[&Path]) -> Result<Output, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hexad"));
    Ok(command.args(arguments).args(files).stdin(Stdio::null()).output()?)
}

/// The object of a command that must accept.
fn accepted(arguments: &[&str], files: &[&Path]) -> Result<Value, Failed> {
    let output = hexad(&[&["--json"], arguments].concat(), files)?;
    if !output.status.success() {
        return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn equal(found: &Value, expected: impl Into<Value>) -> Result<(), Failed> {
    let expected = expected.into();
    if *found == expected { Ok(()) } else { Err(format!("{found}, expected {expected}").into()) }
}

fn read_json(path: &Path) -> Result<Value, Failed> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

/// A text member of a vector.
fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, Failed> {
    let member = value.pointer(pointer).and_then(Value::as_str);
    member.ok_or_else(|| format!("the vector has no {pointer}").into())
}

/// A file of this content in a folder that is gone with it.
fn file(content: &str) -> Result<(tempfile::TempDir, PathBuf), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("input");
    std::fs::write(&path, content)?;
    Ok((folder, path))
}

/// draft-ietf-suit-manifest-37, appendix B: `envelope_hex` under the PEM key of the draft.
fn manifests(folder: &Path) -> Result<(), Failed> {
    let key = folder.join("signing-key.txt");
    for number in 0..6 {
        let vector = read_json(&folder.join(format!("example{number}.json")))?;
        let (_kept, path) = file(text(&vector, "/envelope_hex")?)?;
        let object = accepted(&["suit", "verify", "--key"], &[&key, &path])?;
        equal(&object["sequence_number"], number)?;
        let object = accepted(&["suit", "inspect"], &[&path])?;
        equal(&object["verified"], false)?;
    }
    Ok(())
}

/// RFC 8152, C.2.1, with its key as a JWK.
fn sign1(folder: &Path) -> Result<(), Failed> {
    let vector = read_json(&folder.join("Appendix_C_2_1.json"))?;
    let (_kept, message) = file(text(&vector, "/output/cbor")?)?;
    let key = vector.pointer("/input/sign0/key").ok_or("the vector has no key")?;
    let member = |name: &str| text(key, &format!("/{name}"));
    let (x, y) = (member("x")?, member("y")?);
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": member("kid")?});
    let (_kept, key) = file(&jwk.to_string())?;
    let object = accepted(&["cose", "verify", "--key"], &[&key, &message])?;
    equal(&object["alg"], -7)?;
    equal(&object["kid"], "3131")?;
    equal(&object["payload"], "546869732069732074686520636f6e74656e742e")
}

/// RFC 8152, C.1, C.3 and C.5: several signers, countersignatures, recipients of every kind, each with the
/// key that the vector names.
fn appendix_c(folder: &Path) -> Result<(), Failed> {
    let cases = [
        ("C_1_1", "verify", &["/sign/signers/0/key"][..], &[][..]),
        ("C_1_2", "verify", &["/sign/signers/0/key", "/sign/signers/1/key"], &[]),
        (
            "C_1_3",
            "verify",
            &["/sign/signers/0/key"],
            &[("--countersigner", "/sign/countersign/signers/0/key")],
        ),
        ("C_3_1", "decrypt", &["/enveloped/recipients/0/key"], &[]),
        (
            "C_3_2",
            "decrypt",
            &["/enveloped/recipients/0/key"],
            &[
                ("--party-u", "/enveloped/recipients/0/unsent/apu_id"),
                ("--party-v", "/enveloped/recipients/0/unsent/apv_id"),
                ("--supp-pub", "/enveloped/recipients/0/unsent/pub_other"),
            ],
        ),
        ("C_3_3", "decrypt", &["/enveloped/recipients/0/key"], &[]),
        (
            "C_3_4",
            "decrypt",
            &["/enveloped/recipients/0/key"],
            &[("--sender", "/enveloped/recipients/0/sender_key"), ("--aad", "/enveloped/external")],
        ),
        ("C_5_1", "verify", &["/mac/recipients/0/key"], &[]),
        (
            "C_5_2",
            "verify",
            &["/mac/recipients/0/key"],
            &[("--sender", "/mac/recipients/0/sender_key")],
        ),
        ("C_5_3", "verify", &["/mac/recipients/0/key"], &[]),
        ("C_5_4", "verify", &["/mac/recipients/0/key"], &[]),
        ("C_5_4", "verify", &["/mac/recipients/1/key"], &[]),
    ];
    for (name, command, keys, others) in cases {
        let vector = read_json(&folder.join(format!("Appendix_{name}.json")))?;
        let input = vector.get("input").ok_or("no input")?;
        let (_kept, message) = file(text(&vector, "/output/cbor")?)?;
        let mut arguments = vec!["cose".to_owned(), command.to_owned()];
        let mut kept = Vec::new();
        let keys = keys.iter().map(|key| ("--key", *key));
        for (option, pointer) in keys.chain(others.iter().copied()) {
            let value = input.pointer(pointer).ok_or_else(|| format!("{name} has no {pointer}"))?;
            let value = match value.as_str() {
                Some(text) => text.to_owned(),
                None => {
                    let (folder, path) = file(&jwk(value).to_string())?;
                    kept.push(folder);
                    path.display().to_string()
                }
            };
            arguments.extend([option.to_owned(), value]);
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let object =
            accepted(&arguments, &[&message]).map_err(|error| format!("{name}: {error:?}"))?;
        let found = if command == "verify" { &object["payload"] } else { &object["plaintext"] };
        equal(found, "546869732069732074686520636f6e74656e742e")?;
    }
    Ok(())
}

/// A key of a vector as a JWK: without `use`, which the vectors give keys for tags the wrong way.
fn jwk(key: &Value) -> Value {
    let mut jwk = key.clone();
    if let Some(members) = jwk.as_object_mut() {
        members.remove("use");
    }
    jwk
}

/// RFC 8392, A.3, behind the tag of a CWT: its claims are called by their names.
fn token(path: &Path) -> Result<(), Failed> {
    let vector = read_json(path)?;
    let (_kept, token) = file(&format!("d83d{}", text(&vector, "/output/cbor")?))?;
    let object = accepted(&["cose", "inspect"], &[&token])?;
    let items = object["payload_items"].as_array().ok_or("no claims")?;
    let value = |name: &str| items.iter().find(|item| item["name"] == name).map(|it| &it["value"]);
    let issuer = value("iss").ok_or("no iss")?;
    equal(issuer, "\"coap://as.example.com\"")?;
    equal(value("exp").ok_or("no exp")?, "1444064944")
}

/// Every example of the COSE working group that is a message is shown, or refused at a byte.
fn every_message(folder: &Path) -> Result<(), Failed> {
    let mut shown = 0_usize;
    for path in vectors::files(folder, "json")? {
        let vector = read_json(&path)?;
        let Some(hex) = vector.pointer("/output/cbor").and_then(Value::as_str) else { continue };
        let (_kept, message) = file(hex)?;
        let output = hexad(&["cose", "inspect"], &[&message])?;
        let error = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => shown += 1,
            Some(1) if error.contains(" at byte ") => {}
            _ => return Err(format!("{}: {error}", path.display()).into()),
        }
    }
    if shown < 100 { Err(format!("only {shown} were shown").into()) } else { Ok(()) }
}

/// RFC 8949, appendix A: every item is read, and shown as it is there where the vector says how. One of
/// RFC 7049's is refused: simple(24) in two bytes is not well-formed any more (RFC 8949, 3.3).
fn appendix_a(folder: &Path) -> Result<(), Failed> {
    let vectors = read_json(&folder.join("appendix_a.json"))?;
    for vector in vectors.as_array().ok_or("no array of vectors")? {
        let (_kept, path) = file(text(vector, "/hex")?)?;
        if text(vector, "/hex")? == "f818" {
            equal(&json!(hexad(&["cbor", "diag"], &[&path])?.status.code()), 1)?;
            continue;
        }
        let object = accepted(&["cbor", "diag"], &[&path])?;
        if let Some(diagnostic) = vector.get("diagnostic") {
            let shown = text(&object, "/diag")?;
            // An indicator of the width (RFC 8949, 8.1) may follow a number that is not shortest.
            if Some(shown) != diagnostic.as_str() && !shown.contains('_') {
                return Err(format!("{shown}, expected {diagnostic}").into());
            }
        }
    }
    Ok(())
}

/// Files of real devices: read, at the latest when told to be lenient, or refused at a byte.
fn mud_files(folder: &Path) -> Result<(), Failed> {
    for path in vectors::files(folder, "json").map_err(|error| error.to_string())? {
        let lenient = hexad(&["mud", "inspect", "--lenient"], &[&path])?;
        let error = String::from_utf8(lenient.stderr)?;
        let explained = error.contains(" at byte ") && error.lines().count() == 1;
        if !lenient.status.success() && !explained {
            return Err(format!("{}: {error}", path.display()).into());
        }
    }
    Ok(())
}

/// OpenSSL's idea of a key that was generated as PEM is the same public key.
fn keys() -> Result<(), Failed> {
    for curve in ["p256", "p384", "p521", "secp256k1", "ed25519", "x25519", "rsa2048"] {
        let folder = tempfile::tempdir()?;
        let [private, public] = ["private", "public"].map(|name| folder.path().join(name));
        accepted(&["key", "generate", "--curve", curve, "--format", "pem", "-o"], &[&private])?;
        let mut openssl = Command::new("openssl");
        openssl.args(["pkey", "-pubout", "-in"]).arg(&private).arg("-out").arg(&public);
        let theirs = openssl.output()?;
        if !theirs.status.success() {
            return Err(format!("{curve}: {}", String::from_utf8_lossy(&theirs.stderr)).into());
        }
        let ours = accepted(&["key", "show"], &[&private])?;
        equal(&accepted(&["key", "show"], &[&public])?["thumbprint"], ours["thumbprint"].clone())?;
        let converted = ["key", "convert", "--public", "--format", "pem"];
        let converted = hexad(&converted, &[&private])?.stdout;
        if converted != std::fs::read(&public)? {
            return Err(
                format!("{curve}: the public key is written otherwise than by openssl").into()
            );
        }
    }
    Ok(())
}
