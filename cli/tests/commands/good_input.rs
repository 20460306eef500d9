//! What is in order is accepted, and what a command makes is what other commands read.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::samples::{self, NONCE, PAYLOAD};
use crate::{accepted, folder_of_samples, hexad, json, refused};

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

/// A key of each curve, in each format, signs; its public half, in each format, verifies.
#[test]
fn keys_of_every_curve_and_format_sign_and_verify() {
    let folder = folder_of_samples();
    let folder = folder.path();
    for curve in ["p256", "p384", "p521", "secp256k1", "ed25519", "ed448", "rsa2048", "ml-dsa-44"] {
        for format in ["cose", "pem", "jwk"] {
            let generate =
                ["key", "generate", "--curve", curve, "--format", format, "-o", "private"];
            accepted(folder, &generate);
            accepted(folder, &["cose", "sign", "payload", "-k", "private", "-o", "message"]);
            for public in ["cose", "pem", "jwk"] {
                let convert = ["key", "convert", "private", "--public", "--format", public];
                accepted(folder, &[&convert[..], &["-o", "public"]].concat());
                assert_eq!(json(folder, &["key", "show", "public"])["private"], false);
                accepted(folder, &["cose", "verify", "message", "-k", "public", "-o", "opened"]);
                assert_eq!(bytes(folder, "opened"), PAYLOAD);
            }
        }
    }
}

/// The thumbprint (RFC 9679) names the key, however its file writes it.
#[test]
fn a_key_has_one_thumbprint_in_every_format() {
    let folder = folder_of_samples();
    let thumbprint = |name| json(folder.path(), &["key", "show", name])["thumbprint"].clone();
    let first = thumbprint("author.cbor");
    assert_eq!(first.as_str().map(str::len), Some(64));
    for name in ["author.pem", "author.key.pem", "author.jwk"] {
        assert_eq!(thumbprint(name), first, "{name}");
    }
}

/// A file with a private or symmetric key is its owner's alone; a public key is for everybody.
#[cfg(unix)]
#[test]
fn private_keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_of_samples();
    let folder = folder.path();
    let mode = |name: &str| std::fs::metadata(folder.join(name)).unwrap().permissions().mode();
    for curve in ["p256", "hmac256"] {
        accepted(folder, &["key", "generate", "--curve", curve, "-o", "key"]);
        assert_eq!(mode("key") & 0o777, 0o600, "{curve}");
    }
    // A file that was open to others before is not so afterwards.
    std::fs::set_permissions(folder.join("key"), PermissionsExt::from_mode(0o644)).unwrap();
    accepted(folder, &["key", "generate", "-o", "key"]);
    assert_eq!(mode("key") & 0o777, 0o600);
    accepted(folder, &["key", "convert", "key", "--public", "--format", "pem", "-o", "public"]);
    assert_eq!(mode("public") & 0o600, 0o600);
    assert_eq!(mode("public") & 0o111, 0);
}

/// What `cose mac` makes `cose verify` accepts, under that key alone.
#[test]
fn tags_verify_under_their_key_alone() {
    let folder = folder_of_samples();
    let folder = folder.path();
    accepted(folder, &["key", "generate", "--curve", "hmac512", "--format", "jwk", "-o", "key"]);
    accepted(folder, &["cose", "mac", "payload", "-k", "key", "--aad", "01", "-o", "message"]);
    accepted(folder, &["cose", "verify", "message", "-k", "key", "--aad", "01"]);
    let wrong = refused(folder, &["cose", "verify", "message", "-k", "key", "--aad", "02"], 1);
    assert!(wrong.ends_with("the signature or tag does not verify"), "{wrong}");
    refused(folder, &["cose", "verify", "message", "-k", "shared.cbor", "--aad", "01"], 1);
}

/// A detached payload is given as it is, also where it looks like hexadecimal.
#[test]
fn detached_payloads_are_not_interpreted() {
    let folder = folder_of_samples();
    let folder = folder.path();
    std::fs::write(folder.join("digits"), b"0011").unwrap();
    let sign = ["cose", "sign", "digits", "-k", "author.cbor", "--detached", "-o", "message"];
    accepted(folder, &sign);
    let verify = ["cose", "verify", "message", "-k", "author.pem", "--payload"];
    accepted(folder, &[&verify[..], &["digits"]].concat());
    refused(folder, &[&verify[..], &["payload"]].concat(), 1);
    let without = refused(folder, &verify[..5], 1);
    assert!(without.ends_with("the payload is missing, or given twice"), "{without}");
}

/// The object of `cose verify`, field by field: scripts rely on it.
#[test]
fn the_json_of_verify_is_stable() {
    let folder = folder_of_samples();
    let object = json(folder.path(), &["cose", "verify", "signed.cose", "-k", "author.pem"]);
    let payload = "546869732069732074686520636f6e74656e742e0a";
    let expected = serde_json::json!({
        "ok": true, "type": "sign1", "alg": -9, "kid": "3131", "detached": false, "payload": payload,
    });
    assert_eq!(object, expected);
}

/// `-` is standard input, and hexadecimal is read as the bytes that it spells.
#[test]
fn standard_input_and_hexadecimal() {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_hexad"))
        .args(["cbor", "diag", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"A1 01\n26\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"{1: -7}\n");
}

/// Diagnostic notation is written back to what it was printed from, on one line or many.
#[test]
fn diagnostic_notation_is_written_back() {
    let folder = folder_of_samples();
    let folder = folder.path();
    for sample in ["item.cbor", "signed.cose", "update.suit", "app.coswid", "evidence.eat"] {
        for pretty in [&[][..], &["--pretty"]] {
            let text = accepted(folder, &[&["cbor", "diag", sample], pretty].concat());
            std::fs::write(folder.join("text"), text).unwrap();
            accepted(folder, &["cbor", "edn2cbor", "text", "-o", "again"]);
            assert_eq!(bytes(folder, "again"), bytes(folder, sample), "{sample}");
        }
    }
    let lines = "{\n  1: -7,\n  4: h'3131'\n}\n";
    assert_eq!(accepted(folder, &["cbor", "diag", "--pretty", "item.cbor"]), lines);
    std::fs::write(folder.join("text"), "[1, /two/ 2.0_2]").unwrap();
    let expected =
        serde_json::json!({"ok": true, "type": "cbor", "size": 7, "output": "8201fa40000000"});
    assert_eq!(json(folder, &["cbor", "edn2cbor", "text"]), expected);
}

/// RFC 8949, 5.6 and 4.2.1: what is well-formed need not have unique keys, nor be deterministic.
#[test]
fn checks_tell_unique_keys_and_deterministic_encoding() {
    let folder = folder_of_samples();
    let folder = folder.path();
    for (item, unique_keys, deterministic) in
        [("a201000200", true, true), ("a202000100", true, false), ("a20100180100", false, false)]
    {
        std::fs::write(folder.join("item"), item).unwrap();
        let object = json(folder, &["cbor", "check", "item"]);
        assert_eq!(object["ok"], true, "{item}");
        assert_eq!(object["unique_keys"], unique_keys, "{item}");
        assert_eq!(object["deterministic"], deterministic, "{item}");
    }
}

/// Wrong usage is exit 2: an option that is not there, one input for two, a key for the wrong purpose
/// is not (that is a refusal).
#[test]
fn wrong_usage_is_exit_2() {
    let folder = folder_of_samples();
    let status = |arguments: &[&str]| hexad(folder.path(), arguments).status.code();
    assert_eq!(status(&["cose", "verify", "signed.cose"]), Some(2));
    assert_eq!(status(&["eat", "verify", "evidence.eat", "-k", "device.pem"]), Some(2));
    assert_eq!(
        status(&["cose", "verify", "signed.cose", "-k", "author.pem", "--aad", "0"]),
        Some(2)
    );
    assert_eq!(status(&["suit", "sign", "update.suit", "-o", "out"]), Some(2), "by nobody");
    assert_eq!(status(&["suit", "create"]), Some(2));
    assert_eq!(status(&["cose", "verify", "signed.cose", "-k", "shared.cbor"]), Some(1));
}

/// An update is accepted from its author, and when it is newer than what there is.
#[test]
fn manifests_verify_by_signer_and_sequence_number() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let verify = ["suit", "verify", "update.suit", "-k"];
    let object = json(folder, &[&verify[..], &["author.pem", "--newer-than", "1"]].concat());
    assert_eq!((&object["ok"], &object["sequence_number"]), (&true.into(), &2.into()));
    assert_eq!(object["components"], serde_json::json!([["617070"]]));
    let older = refused(folder, &[&verify[..], &["author.pem", "--newer-than", "2"]].concat(), 1);
    assert!(older.ends_with("the manifest's sequence number is too old"), "{older}");
    let other = json(folder, &[&verify[..], &["device.pem"]].concat());
    assert_eq!(other["error"]["kind"], "verification-failed");
}

/// A tag is shown and verified; another key's signature is not.
#[test]
fn tags_of_software_are_shown_and_verified() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let shown = json(folder, &["coswid", "inspect", "app.coswid"]);
    assert_eq!(shown["software_version"], "1.2.3");
    assert_eq!(shown["files"][0]["hash"]["value"], "d1".repeat(32));
    let verified = json(folder, &["coswid", "verify", "signed.coswid", "-k", "author.pem"]);
    assert_eq!((&verified["ok"], &verified["tag_id"]), (&true.into(), &shown["tag_id"]));
    refused(folder, &["coswid", "verify", "signed.coswid", "-k", "device.pem"], 1);
}

/// Evidence is accepted under its device's key for the nonce that was given out.
#[test]
fn evidence_answers_its_nonce() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let verify = ["eat", "verify", "evidence.eat", "-k", "device.pem", "--nonce"];
    let object = json(folder, &[&verify[..], &[NONCE]].concat());
    assert_eq!((&object["ok"], &object["oemboot"]), (&true.into(), &true.into()));
    assert_eq!(object["eat_nonce"], serde_json::json!([NONCE]));
    let replayed = refused(folder, &[&verify[..], &["0807060504030201"]].concat(), 1);
    assert!(replayed.ends_with("the nonce is not the one that was given out"), "{replayed}");
}

/// A MUD file is verified under its signer's key, and not when a byte of it has changed.
#[test]
fn mud_files_verify_by_their_signer() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let verify = ["mud", "verify", "lamp.json", "--signature", "lamp.p7s", "--key"];
    let object = json(folder, &[&verify[..], &["author.pem"]].concat());
    assert_eq!((&object["ok"], &object["verified"]), (&true.into(), &true.into()), "{object}");
    let thumbprint = json(folder, &["key", "show", "author.pem"])["thumbprint"].clone();
    assert_eq!(object["signer"], thumbprint);
    let other = json(folder, &[&verify[..], &["device.pem"]].concat());
    assert_eq!(other["error"]["kind"], "wrong-signer");
    // The certificate in the signature is its own anchor; another one is not.
    let anchored = |certificate: &[u8]| {
        std::fs::write(folder.join("anchor"), certificate).unwrap();
        let verify =
            ["mud", "verify", "lamp.json", "--signature", "lamp.p7s", "--anchor", "anchor"];
        json(folder, &verify)
    };
    let p7s = bytes(folder, "lamp.p7s");
    let signed = hexad_mud::signature::SignedData::parse(&p7s).unwrap();
    let certificate = signed.certificates()[0].as_der();
    assert_eq!(anchored(certificate)["signer"], thumbprint);
    let changed = [&certificate[..certificate.len() - 1], &[0]].concat();
    assert_eq!(anchored(&changed)["ok"], false);
    assert_eq!(anchored(b"no certificate")["error"]["kind"], "malformed");
    let mut changed = bytes(folder, "lamp.json");
    changed.push(b' ');
    std::fs::write(folder.join("lamp.json"), changed).unwrap();
    let changed = json(folder, &[&verify[..], &["author.pem"]].concat());
    assert_eq!(changed["error"]["kind"], "message-digest");
}

/// A description becomes a MUD file of which lint has but warnings; another is told from it in words, and
/// it is drawn, with no text from the file as markup.
#[test]
fn mud_files_are_made_compared_and_drawn() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let source = "mud-url: https://a.example/lamp\nsysteminfo: '<lamp \"1\" & 2>'\nallow:\n  - \
                  { peer: cloud.example.com, tcp: 443 }\n  - { peer: local-networks, udp: 5683, opened-by: peer }\n";
    std::fs::write(folder.join("new.yaml"), source).unwrap();
    accepted(folder, &["mud", "create", "new.yaml", "-o", "new.json"]);
    let object = json(folder, &["mud", "inspect", "new.json"]);
    assert_eq!(object["flows"].as_array().map(Vec::len), Some(8), "{object}");
    let object = json(folder, &["mud", "lint", "new.json"]);
    assert_eq!((&object["ok"], &object["findings"][0]["rule"]), (&true.into(), &"unsigned".into()));
    let strict = json(folder, &["mud", "lint", "new.json", "--strict"]);
    assert_eq!(strict["error"]["message"], "the file is not signed (/ietf-mud:mud)", "{strict}");

    std::fs::write(folder.join("newer.yaml"), source.replace("443", "8443")).unwrap();
    accepted(folder, &["mud", "create", "newer.yaml", "-o", "newer.json"]);
    let changes = accepted(folder, &["mud", "diff", "new.json", "newer.json"]);
    let line = "+ new: accept IPv6 TCP to port 8443 opened by the device to cloud.example.com";
    assert!(changes.lines().any(|change| change == line), "{changes}");
    let same = json(folder, &["mud", "diff", "new.json", "new.json"]);
    assert_eq!(same["same"], true);

    let svg = accepted(folder, &["mud", "graph", "new.json", "--format", "svg"]);
    assert!(svg.contains("&lt;lamp &quot;1&quot; &amp; 2&gt;") && !svg.contains("<lamp"), "{svg}");
    assert!(svg.contains(">TCP port 443<") && svg.contains(">cloud.example.com<"), "{svg}");
    let dot = accepted(folder, &["mud", "graph", "new.json"]);
    assert!(dot.contains(r#"label="<lamp \"1\" & 2>""#), "{dot}");
    assert!(dot.contains(r#"peer1 -> device [label="UDP port 5683"]"#), "{dot}");

    for (wrong, what) in [
        ("mud-url: http://a.example/lamp", "mud-url: a MUD URL starts with https://"),
        (
            "mud-url: https://a.example/lamp\nallow: [{ peer: a.example }]",
            "one of tcp, udp and any",
        ),
        (
            "mud-url: https://a.example/lamp\nallow: [{ peer: '*.example', tcp: 1 }]",
            "without wildcards",
        ),
        ("mud-url: https://a.example/lamp\nallowed: []", "allowed"),
    ] {
        std::fs::write(folder.join("wrong.yaml"), wrong).unwrap();
        let error = refused(folder, &["mud", "create", "wrong.yaml"], 1);
        assert!(error.contains(what), "{error}");
    }
}

/// A MUD file becomes a ruleset once every name has an address.
#[test]
fn mud_files_compile_with_every_name_resolved() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let compile = ["mud", "compile", "lamp.json", "--device", "192.0.2.10"];
    let missing = refused(folder, &compile, 2);
    assert!(missing.contains("--resolve cloud.example.com=ADDR"), "{missing}");
    let resolve = ["--resolve", "cloud.example.com=203.0.113.20"];
    let ruleset = accepted(folder, &[&compile[..], &resolve[..]].concat());
    assert!(ruleset.contains("203.0.113.20") && ruleset.contains("tcp dport 443"), "{ruleset}");
    let object = json(folder, &[&compile[..], &resolve[..]].concat());
    assert!(object["ruleset"]["nftables"].is_array(), "{object}");
}

/// The device runs the newest release: allowed, and the result is an EAT of the verifier. With a newer
/// release known it is confined to updates: exit 1, and the result says so.
#[test]
fn appraisal_allows_the_newest_release_alone() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let arguments = [
        "appraise",
        "--evidence",
        "evidence.eat",
        "--evidence-key",
        "device.pem",
        "--nonce",
        NONCE,
        "--author-key",
        "author.pem",
        "--result-key",
        "author.cbor",
        "-o",
        "ear",
        "--manifest",
        "update.suit",
    ];
    let object = json(folder, &arguments);
    assert_eq!((&object["ok"], &object["decision"]), (&true.into(), &"allowed".into()), "{object}");
    assert_eq!(object["status"], "affirming");
    let verify = ["eat", "verify", "ear", "-k", "author.pem", "--any-nonce"];
    assert_eq!(json(folder, &verify)["ok"], true);

    std::fs::remove_file(folder.join("ear")).unwrap();
    let object = json(folder, &[&arguments[..], &["--manifest", "newer.suit"]].concat());
    assert_eq!(object["error"]["kind"], "update-only", "{object}");
    assert_eq!((&object["ok"], &object["decision"]), (&false.into(), &"update-only".into()));
    assert_eq!(json(folder, &verify)["ok"], true);
}

/// Reference values from a signed CoRIM, and a device whose key a chain of certificates vouches for: with its maker's
/// certificate as the anchor it is allowed, with another one refused.
#[test]
fn appraisal_takes_corims_and_certificates() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let (token, anchor) = samples::endorsed(&bytes(folder, "evidence.eat"));
    std::fs::write(folder.join("endorsed.eat"), token).unwrap();
    std::fs::write(folder.join("maker.der"), anchor).unwrap();
    std::fs::write(folder.join("lamps.corim"), samples::corim()).unwrap();
    std::fs::write(folder.join("policy.toml"), "id = 'p'\nendorsed = true\n").unwrap();
    let with = ["--nonce", NONCE, "--corim", "lamps.corim", "--policy", "policy.toml"];
    let endorsed = ["appraise", "--evidence", "endorsed.eat", "--anchor", "maker.der"];
    let arguments = [&endorsed[..], &with, &["--author-key", "author.pem"]].concat();
    let object = json(folder, &arguments);
    assert_eq!((&object["ok"], &object["decision"]), (&true.into(), &"allowed".into()), "{object}");
    let findings = object["findings"].as_array().unwrap();
    assert!(findings.iter().any(|it| it["claim"] == "x5chain" && it["outcome"] == "matches"));

    // Not signed by the author; no chain where the policy wants one; a token without a chain.
    let foreign = [&endorsed[..], &with, &["--author-key", "device.pem"]].concat();
    assert_eq!(json(folder, &foreign)["error"]["kind"], "verification-failed");
    let keyed = ["appraise", "--evidence", "evidence.eat", "--evidence-key", "device.pem"];
    let keyed = [&keyed[..], &with, &["--author-key", "author.pem"]].concat();
    assert_eq!(json(folder, &keyed)["error"]["kind"], "quarantined");
    let bare = ["appraise", "--evidence", "evidence.eat", "--anchor", "maker.der"];
    let bare = [&bare[..], &with, &["--author-key", "author.pem"]].concat();
    assert_eq!(json(folder, &bare)["error"]["kind"], "endorsement");
}

/// Claims in JSON become a token that verifies for the nonce that it was made with, and for no other; and
/// claims-sets of every form are shown.
#[test]
fn tokens_are_made_from_json() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let claims = r#"{"eat_nonce":"AAECAwQFBgc","ueid":"AVpaWlpaWlpaWlpaWlpaWlo","oemid":64242,
        "oemboot":true,"dbgstat":"disabled-since-boot","swname":"lamp"}"#;
    std::fs::write(folder.join("claims.json"), claims).unwrap();
    let nonce = "948f8860d13a463e";
    let sign = ["eat", "sign", "claims.json", "-k", "author.cbor", "--nonce", nonce, "-o", "token"];
    accepted(folder, &sign);
    let verify = ["eat", "verify", "token", "-k", "author.pem", "--nonce"];
    let object = json(folder, &[&verify[..], &[nonce]].concat());
    assert_eq!((&object["ok"], &object["dbgstat"]), (&true.into(), &"disabled-since-boot".into()));
    refused(folder, &[&verify[..], &["0001020304050607"]].concat(), 1);

    // Signed, then encrypted.
    let around = ["cose", "encrypt", "token", "-k", "content.cbor", "--alg", "A128GCM"];
    accepted(folder, &[&around[..], &["-o", "sealed"]].concat());
    let object = json(folder, &["eat", "inspect", "sealed"]);
    assert_eq!((&object["verified"], object["claims"].is_null()), (&false.into(), true));
    let verify = ["eat", "verify", "sealed", "-k", "author.pem", "--nonce", nonce];
    let object = json(folder, &[&verify[..], &["--decrypt", "content.cbor"]].concat());
    assert_eq!(object["dbgstat"], "disabled-since-boot");
    refused(folder, &[&verify[..], &["--decrypt", "shared.cbor"]].concat(), 1);
    refused(folder, &verify, 1);

    accepted(folder, &["eat", "create", "claims.json", "-o", "claims.cbor"]);
    accepted(folder, &["eat", "create", "claims.json", "--unprotected", "-o", "claims.uccs"]);
    for form in ["claims.json", "claims.cbor", "claims.uccs", "token"] {
        let object = json(folder, &["eat", "inspect", form]);
        assert_eq!(
            (&object["verified"], &object["oemboot"]),
            (&false.into(), &true.into()),
            "{form}"
        );
    }
    // A claim that needs another: no token is made.
    std::fs::write(folder.join("claims.json"), r#"{"hwmodel":"AAEC"}"#).unwrap();
    let error = refused(folder, &sign, 1);
    assert!(error.contains("hwmodel stands without oemid"), "{error}");
    std::fs::write(folder.join("claims.json"), r#"{"dbgstat":"off"}"#).unwrap();
    let error = refused(folder, &sign, 1);
    assert!(error.starts_with("error: claims.json at byte 11: dbgstat"), "{error}");
}

/// The owner's policy counts: here it asks for more than the device offers.
#[test]
fn appraisal_follows_the_policy() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let policy = |debug: &str| format!(r#"{{"id": "https://example.com/p", "debug": "{debug}"}}"#);
    std::fs::write(folder.join("policy.json"), policy("disabled-fully-and-permanently")).unwrap();
    let arguments = [
        "appraise",
        "--evidence",
        "evidence.eat",
        "--evidence-key",
        "device.pem",
        "--nonce",
        NONCE,
        "--author-key",
        "author.pem",
        "--manifest",
        "update.suit",
        "--policy",
        "policy.json",
    ];
    let object = json(folder, &arguments);
    assert_eq!(object["error"]["kind"], "quarantined", "{object}");
    std::fs::write(folder.join("policy.json"), policy("permanently")).unwrap();
    let unknown = refused(folder, &arguments, 1);
    assert!(unknown.starts_with("error: policy.json at byte "), "{unknown}");

    // In TOML.
    std::fs::write(folder.join("policy.json"), "id = 'p'\nminimum-sequence-number = 99\n").unwrap();
    assert_eq!(json(folder, &arguments)["error"]["kind"], "quarantined");
    std::fs::write(folder.join("policy.json"), "id = 'p'\nsubmodules = ['tee']\n").unwrap();
    assert_eq!(json(folder, &arguments)["error"]["kind"], "update-only");
    std::fs::write(folder.join("policy.json"), "id = 'p'\ndebug = 'permanently'\n").unwrap();
    let unknown = refused(folder, &arguments, 1);
    assert!(unknown.starts_with("error: policy.json at byte 17: "), "{unknown}");
}

/// An output goes through a symbolic link to the file that it names, and replaces nothing else.
#[cfg(unix)]
#[test]
fn outputs_follow_symbolic_links() {
    let folder = folder_of_samples();
    let folder = folder.path();
    std::fs::write(folder.join("target"), b"old").unwrap();
    std::os::unix::fs::symlink("target", folder.join("link")).unwrap();
    accepted(folder, &["cose", "verify", "signed.cose", "-k", "author.pem", "-o", "link"]);
    assert_eq!(bytes(folder, "target"), PAYLOAD);
    assert!(folder.join("link").is_symlink());
}
