//! Whatever a file holds, a command that reads it accepts it or says in one line at which byte it is
//! wrong; it never panics, and leaves nothing behind.

use std::path::Path;

use crate::samples::NONCE;
use crate::{accepted, folder_of_samples, hexad, json, names, refused};

/// How an input is written, which decides what can be done to it.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// CBOR of any kind.
    AnyCbor,
    /// CBOR of one kind: no other tag may stand before it.
    Cbor,
    Der,
    Json,
    /// Text around it is passed over.
    Pem,
}

/// A command that reads the sample of this name from the file BAD.
struct Reading {
    arguments: &'static [&'static str],
    sample: &'static str,
    form: Form,
}

const fn reading(arguments: &'static [&'static str], sample: &'static str, form: Form) -> Reading {
    Reading { arguments, sample, form }
}

const COMPILE: &[&str] =
    &["mud", "compile", "BAD", "--device", "192.0.2.1", "--resolve", "cloud.example.com=192.0.2.2"];
const VERIFY_MUD: &[&str] =
    &["mud", "verify", "lamp.json", "--signature", "BAD", "--key", "author.pem"];
const APPRAISE_EVIDENCE: &[&str] = &[
    "appraise",
    "--evidence",
    "BAD",
    "--evidence-key",
    "device.pem",
    "--nonce",
    NONCE,
    "--manifest",
    "update.suit",
    "--author-key",
    "author.pem",
    "--result-key",
    "author.cbor",
    "-o",
    "made",
];
const APPRAISE_MANIFEST: &[&str] = &[
    "appraise",
    "--evidence",
    "evidence.eat",
    "--evidence-key",
    "device.pem",
    "--nonce",
    NONCE,
    "--manifest",
    "BAD",
    "--author-key",
    "author.pem",
    "--result-key",
    "author.cbor",
    "-o",
    "made",
];

/// Every command for every kind of file that it reads.
const READINGS: &[Reading] = &[
    reading(&["cbor", "diag", "BAD"], "item.cbor", Form::AnyCbor),
    reading(&["cbor", "diag", "--pretty", "BAD"], "item.cbor", Form::AnyCbor),
    reading(&["cbor", "check", "--deterministic", "BAD"], "item.cbor", Form::AnyCbor),
    reading(&["cose", "inspect", "BAD"], "signed.cose", Form::Cbor),
    reading(&["cose", "inspect", "BAD"], "tagged.cose", Form::Cbor),
    reading(
        &["cose", "verify", "BAD", "-k", "author.pem", "-o", "made"],
        "signed.cose",
        Form::Cbor,
    ),
    reading(
        &["cose", "verify", "BAD", "-k", "shared.cbor", "-o", "made"],
        "tagged.cose",
        Form::Cbor,
    ),
    reading(
        &["cose", "verify", "BAD", "-k", "author.pem", "-k", "device.pem", "-o", "made"],
        "two.cose",
        Form::Cbor,
    ),
    reading(
        &["cose", "decrypt", "BAD", "-k", "content.cbor", "-o", "made"],
        "sealed.cose",
        Form::Cbor,
    ),
    reading(
        &["cose", "decrypt", "BAD", "-k", "content.cbor", "-o", "made"],
        "for-one.cose",
        Form::Cbor,
    ),
    reading(&["cose", "inspect", "BAD"], "two.cose", Form::Cbor),
    reading(&["cose", "inspect", "BAD"], "for-one.cose", Form::Cbor),
    reading(
        &["cose", "verify", "signed.cose", "-k", "BAD", "-o", "made"],
        "author.jwk",
        Form::Json,
    ),
    reading(&["cose", "sign", "payload", "-k", "BAD", "-o", "made"], "author.cbor", Form::Cbor),
    reading(&["cose", "mac", "payload", "-k", "BAD", "-o", "made"], "shared.cbor", Form::Cbor),
    reading(&["suit", "inspect", "BAD"], "update.suit", Form::Cbor),
    reading(&["suit", "verify", "BAD", "-k", "author.pem"], "update.suit", Form::Cbor),
    reading(&["coswid", "inspect", "BAD"], "app.coswid", Form::Cbor),
    reading(&["coswid", "inspect", "BAD"], "signed.coswid", Form::Cbor),
    reading(&["coswid", "verify", "BAD", "-k", "author.pem"], "signed.coswid", Form::Cbor),
    reading(&["eat", "inspect", "BAD"], "evidence.eat", Form::Cbor),
    reading(
        &["eat", "verify", "BAD", "-k", "device.pem", "--nonce", NONCE],
        "evidence.eat",
        Form::Cbor,
    ),
    reading(&["mud", "inspect", "BAD"], "lamp.json", Form::Json),
    reading(VERIFY_MUD, "lamp.p7s", Form::Der),
    reading(COMPILE, "lamp.json", Form::Json),
    reading(&["key", "show", "BAD"], "author.cbor", Form::Cbor),
    reading(&["key", "show", "BAD"], "author.jwk", Form::Json),
    reading(
        &["key", "convert", "BAD", "--format", "pem", "-o", "made"],
        "author.key.pem",
        Form::Pem,
    ),
    reading(APPRAISE_EVIDENCE, "evidence.eat", Form::Cbor),
    reading(APPRAISE_MANIFEST, "update.suit", Form::Cbor),
];

/// Gives `bad` to the command, which must refuse it and leave no file behind.
fn refuses(folder: &Path, reading: &Reading, bad: &[u8], what: &str) {
    std::fs::write(folder.join("BAD"), bad).unwrap();
    let before = names(folder);
    let error = refused(folder, reading.arguments, 1);
    let Reading { arguments, sample, .. } = reading;
    assert!(error.contains("BAD at byte "), "{arguments:?}, {sample}, {what}: {error}");
    assert!(!error.contains("panicked"), "{arguments:?}, {sample}, {what}: {error}");
    assert_eq!(names(folder), before, "{arguments:?}, {sample}, {what}");
}

/// Runs `test` on each command with its sample, on as many threads as there are cores.
fn for_each_reading(test: impl Fn(&Path, &Reading, &[u8]) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let folder = folder_of_samples();
                let one = || next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                while let Some(reading) = READINGS.get(one()) {
                    let sample = std::fs::read(folder.path().join(reading.sample)).unwrap();
                    test(folder.path(), reading, &sample);
                }
            });
        }
    });
}

/// The samples are in order: what is refused below is so for what was done to it.
#[test]
fn samples_are_accepted() {
    for_each_reading(|folder, reading, sample| {
        std::fs::write(folder.join("BAD"), sample).unwrap();
        accepted(folder, reading.arguments);
        let _ = std::fs::remove_file(folder.join("made"));
    });
}

#[test]
fn empty_input_is_refused() {
    for_each_reading(|folder, reading, _| refuses(folder, reading, b"", "empty"));
}

/// Every proper prefix of an input is refused. Of PEM, the line's end after the last line may lack.
#[test]
fn truncated_input_is_refused_at_every_byte() {
    for_each_reading(|folder, reading, sample| {
        let end = sample.trim_ascii_end().len();
        let end = if reading.form == Form::Pem { end } else { sample.len() };
        for length in 1..end {
            refuses(folder, reading, &sample[..length], &format!("truncated to {length}"));
        }
    });
}

#[test]
fn ten_megabytes_of_zeros_are_refused() {
    let zeros = vec![0; 10_000_000];
    for_each_reading(|folder, reading, _| refuses(folder, reading, &zeros, "zeros"));
}

/// 100,000 arrays inside one another.
#[test]
fn deep_nesting_is_refused() {
    for_each_reading(|folder, reading, _| {
        let (open, inner) = if reading.form == Form::Json { (b'[', b'1') } else { (0x81, 0x00) };
        let mut nested = vec![open; 100_000];
        nested.push(inner);
        refuses(folder, reading, &nested, "nested");
    });
}

/// The tag of an RFC 8949 date (0) before the input.
#[test]
fn a_wrong_tag_is_refused() {
    for_each_reading(|folder, reading, sample| {
        if reading.form == Form::Cbor {
            refuses(folder, reading, &[&[0xc0], sample].concat(), "wrong tag");
        }
    });
}

#[test]
fn trailing_bytes_are_refused() {
    for_each_reading(|folder, reading, sample| {
        if reading.form != Form::Pem {
            let more: &[u8] = if reading.form == Form::Json { b"x" } else { &[0] };
            refuses(folder, reading, &[sample, more].concat(), "trailing bytes");
        }
    });
}

/// Every byte changed in turn: the answer may be yes (a text can change), never anything else than yes
/// or one line.
#[test]
fn changed_bytes_never_break_a_command() {
    for_each_reading(|folder, reading, sample| {
        for index in (0..sample.len()).step_by(3) {
            let mut changed = sample.to_vec();
            changed[index] ^= 0x41;
            std::fs::write(folder.join("BAD"), changed).unwrap();
            let output = hexad(folder, reading.arguments);
            let error = String::from_utf8(output.stderr).unwrap();
            let code = output.status.code();
            let whole = code == Some(0) && error.is_empty()
                || matches!(code, Some(1 | 2)) && error.lines().count() == 1;
            assert!(whole, "{:?}, byte {index}: {code:?} {error}", reading.arguments);
            let _ = std::fs::remove_file(folder.join("made"));
        }
    });
}

/// A file that is not there was not judged: exit 2, and its name in the line.
#[test]
fn missing_files_are_no_verdict() {
    let folder = folder_of_samples();
    for reading in READINGS {
        let error = refused(folder.path(), reading.arguments, 2);
        assert!(error.contains("BAD"), "{error}");
    }
}

/// A text in diagnostic notation is refused at a byte, and at a line and a column for a person.
#[test]
fn notation_is_refused_at_a_line_and_a_column() {
    let folder = folder_of_samples();
    let folder = folder.path();
    for (text, at) in [
        ("", "byte 0: expected an item (line 1, column 1)"),
        ("[1,\n \"é\", oops]", "byte 11: expected an item (line 2, column 7)"),
        ("[1,\n 2", "byte 6: expected a comma or the closing bracket (line 2, column 3)"),
        ("{1: h'0'}", "byte 7: not a digit of this base (line 1, column 8)"),
    ] {
        std::fs::write(folder.join("BAD"), text).unwrap();
        let before = names(folder);
        let edn2cbor = ["cbor", "edn2cbor", "BAD", "-o", "made"];
        assert_eq!(refused(folder, &edn2cbor, 1), format!("error: BAD at {at}"), "{text}");
        assert_eq!(names(folder), before, "{text}");
    }
    std::fs::write(folder.join("BAD"), b"\"\xff\"").unwrap();
    assert!(refused(folder, &["cbor", "edn2cbor", "BAD"], 1).contains("BAD at byte 1: "));
    std::fs::write(folder.join("BAD"), vec![b'['; 10_000_000]).unwrap();
    assert!(refused(folder, &["cbor", "edn2cbor", "BAD"], 1).contains("nested too deep"));
}

/// With `--json` a refusal is an object on standard output, of the same shape for every command.
#[test]
fn refusals_in_json_say_kind_offset_and_message() {
    for_each_reading(|folder, reading, _| {
        std::fs::write(folder.join("BAD"), b"").unwrap();
        let object = json(folder, reading.arguments);
        assert_eq!(object["ok"], false);
        let kind = if reading.form == Form::Der { "malformed" } else { "unexpected-end" };
        assert_eq!(object["error"]["kind"], kind, "{object}");
        assert_eq!(object["error"]["offset"], 0);
        assert!(object["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    });
}
