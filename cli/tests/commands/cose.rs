//! COSE of every kind: what one command makes another reads, and nobody else can.

use std::path::Path;

use serde_json::json as value;

use crate::samples::PAYLOAD;
use crate::{accepted, folder_of_samples, hexad, json, refused};

fn generate(folder: &Path, name: &str, arguments: &[&str]) {
    let common = ["key", "generate", "--kid", name, "-o", name];
    accepted(folder, &[&common[..], arguments].concat());
}

/// The public half of the key `name`, in PEM.
fn public(folder: &Path, name: &str) -> String {
    let public = format!("{name}.pub");
    let convert = ["key", "convert", name, "--public", "--format", "pem", "-o", &public];
    accepted(folder, &convert);
    public
}

fn holds(folder: &Path, name: &str, expected: &[u8]) {
    assert_eq!(std::fs::read(folder.join(name)).unwrap(), expected, "{name}");
}

/// RFC 9052, 4.1: a COSE_Sign has several signatures, each over the same payload by its own algorithm;
/// RFC 9338: others put theirs on all of it. Verified are those that are asked for.
#[test]
fn several_sign_and_others_countersign() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "a", &[]);
    generate(folder, "b", &["--curve", "ml-dsa-44"]);
    generate(folder, "notary", &["--curve", "rsa2048"]);
    generate(folder, "other", &["--curve", "ed25519"]);
    let [a, b, notary, other] = ["a", "b", "notary", "other"].map(|name| public(folder, name));
    let sign = ["cose", "sign", "payload", "-k", "a", "-k", "b", "-o", "message"];
    accepted(folder, &[&sign[..], &["--countersign", "notary", "--aad", "01"]].concat());

    let verify = ["cose", "verify", "message", "--aad", "01", "-o", "opened", "-k"];
    let with = |more: &[&str]| json(folder, &[&verify[..], more].concat());
    let object = with(&[&a, "-k", &b, "--countersigner", &notary]);
    let signers = value!([
        {"alg": -9, "kid": "61", "index": 0}, {"alg": -48, "kid": "62", "index": 1},
    ]);
    assert_eq!((&object["type"], &object["signers"]), (&"sign".into(), &signers), "{object}");
    assert_eq!(object["countersigned"], true);
    holds(folder, "opened", PAYLOAD);
    assert_eq!(with(&[&b])["ok"], true);
    assert_eq!(with(&[&a, "-k", &other])["error"]["kind"], "key-mismatch");
    assert_eq!(with(&[&a, "--countersigner", &other])["error"]["kind"], "key-mismatch");
    let changed = refused(folder, &["cose", "verify", "message", "-k", &a], 1);
    assert!(changed.ends_with("the signature or tag does not verify"), "{changed}");

    let shown = json(folder, &["cose", "inspect", "message"]);
    assert_eq!(shown["signatures"][1]["alg"], -48);
    assert_eq!(shown["countersignatures"][0]["kid"], "6e6f74617279");
    assert_eq!(shown["verified"], false);
}

/// RFC 9338, 3.2: a countersignature may be in brief, a signature without headers, beside those in full;
/// it is on every kind of message, also on a ciphertext, wherever that stands.
#[test]
fn countersignatures_are_in_full_or_in_brief() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "notary", &["--curve", "p384"]);
    generate(folder, "brief", &["--curve", "ed25519"]);
    generate(folder, "key", &["--alg", "A128GCM"]);
    let [notary, brief] = ["notary", "brief"].map(|name| public(folder, name));
    let both = ["--countersign", "notary", "--countersign0", "brief", "--aad", "01"];
    for (make, open, apart) in [
        (&["sign", "payload", "-k", "author.cbor"][..], &["verify", "-k", "author.pem"][..], false),
        (
            &["sign", "payload", "-k", "author.cbor", "--detached"],
            &["verify", "-k", "author.pem", "--payload", "payload"],
            true,
        ),
        (&["mac", "payload", "-k", "shared.cbor"], &["verify", "-k", "shared.cbor"], false),
        (&["encrypt", "payload", "-k", "key"], &["decrypt", "-k", "key"], false),
        (
            &["encrypt", "payload", "-k", "key", "--ciphertext", "apart"],
            &["decrypt", "-k", "key", "--ciphertext", "apart"],
            true,
        ),
        (&["encrypt", "payload", "--recipient", "agree.pub"], &["decrypt", "-k", "agree"], false),
    ] {
        generate(folder, "agree", &["--curve", "x25519"]);
        public(folder, "agree");
        accepted(folder, &[&["cose"], make, &["-o", "message"], &both].concat());
        let open = [&["cose"], open, &["message", "--aad", "01", "-o", "opened"]].concat();
        let open = |more: &[&str]| json(folder, &[&open[..], more].concat());
        let object = open(&["--countersigner", &notary, "--countersigner", &brief]);
        assert_eq!(object["countersigned"], true, "{make:?}: {object}");
        let other = open(&["--countersigner", "author.pem"]);
        assert_eq!(other["ok"], false, "{make:?}: {other}");
        let shown = json(folder, &["cose", "inspect", "message"]);
        for name in ["countersignatures", "countersignatures0"] {
            assert_eq!(shown[name].as_array().map(Vec::len), Some(1), "{shown}");
        }
        assert_eq!(shown["detached"], apart, "{shown}");
    }
    // A countersignature belongs to its message: another under the same key has none.
    accepted(folder, &["cose", "sign", "payload", "-k", "author.cbor", "-o", "message"]);
    let bare = ["cose", "verify", "message", "-k", "author.pem", "--countersigner", &brief];
    assert_eq!(json(folder, &bare)["error"]["kind"], "missing");
}

/// RFC 9053, 6.3.1 and 6.4.1: static-static key agreement shows who sent a message; it is opened with the
/// sender that is expected alone.
#[test]
fn a_static_sender_is_known_to_every_recipient() {
    let folder = folder_of_samples();
    let folder = folder.path();
    for curve in ["p256", "x25519", "x448"] {
        for name in ["a", "b", "sender", "other"] {
            generate(folder, name, &["--curve", curve]);
        }
        let [a, b, sender, other] = ["a", "b", "sender", "other"].map(|name| public(folder, name));
        let recipients = ["--recipient", &a, "--recipient", &b];
        for (make, open) in [("encrypt", "decrypt"), ("mac", "verify")] {
            for (alg, who, names) in [
                (None, &recipients[..], &["a", "b"][..]),
                (Some("ECDH-SS+A128KW"), &recipients, &["a", "b"]),
                (Some("ECDH-SS+HKDF-512"), &recipients[..2], &["a"]),
            ] {
                let named = alg.map_or(vec![], |alg| vec!["--recipient-alg", alg]);
                let made = ["cose", make, "payload", "--sender", "sender", "-o", "message"];
                let made = [&made[..], who, &named].concat();
                accepted(folder, &[&made[..], &["--party-u", "us"]].concat());
                for name in names {
                    let open = ["cose", open, "message", "-k", name, "-o", "opened"];
                    let from = |sender, more: &[&str]| {
                        json(folder, &[&open[..], &["--sender", sender], more].concat())
                    };
                    let object = from(&sender, &["--party-u", "us"]);
                    assert_eq!(object["ok"], true, "{curve} {alg:?}: {object}");
                    holds(folder, "opened", PAYLOAD);
                    assert_eq!(from(&other, &["--party-u", "us"])["ok"], false, "{curve} {alg:?}");
                    assert_eq!(from(&sender, &["--party-u", "you"])["ok"], false, "{alg:?}");
                }
            }
        }
        let make = ["cose", "encrypt", "payload", "--recipient", &a, "-o", "message"];
        let without = [&make[..], &["--recipient-alg", "ECDH-SS+A128KW"]].concat();
        assert!(refused(folder, &without, 2).ends_with("--sender"));
        let of_none = [&make[..], &["--recipient-alg", "ECDH-ES+A128KW", "--sender", "b"]].concat();
        assert!(refused(folder, &of_none, 2).ends_with("without --sender"));
    }
}

/// RFC 9053, 4: every algorithm for content, in a COSE_Encrypt0, opens under its key alone.
#[test]
fn contents_open_under_their_key_alone() {
    let folder = folder_of_samples();
    let folder = folder.path();
    for alg in ["A128GCM", "A256GCM", "AES-CCM-16-64-128", "ChaCha20/Poly1305"] {
        generate(folder, "key", &["--alg", alg]);
        generate(folder, "other", &["--alg", alg]);
        let encrypt = ["cose", "encrypt", "payload", "-k", "key", "--aad", "01", "-o", "message"];
        accepted(folder, &encrypt);
        let decrypt = ["cose", "decrypt", "message", "-k", "key", "-o", "opened", "--aad"];
        let object = json(folder, &[&decrypt[..], &["01"]].concat());
        assert_eq!((&object["type"], &object["authenticated"]), (&"encrypt0".into(), &true.into()));
        holds(folder, "opened", PAYLOAD);
        let aad = json(folder, &[&decrypt[..], &["02"]].concat());
        assert_eq!(aad["error"]["kind"], "verification-failed", "{alg}");
        let other = ["cose", "decrypt", "message", "-k", "other", "-o", "opened", "--aad", "01"];
        assert_eq!(json(folder, &other)["ok"], false, "{alg}");
    }
}

/// RFC 9459: a cipher that authenticates nothing is used and taken on request alone.
#[test]
fn ciphers_without_a_tag_are_asked_for() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "key", &["--alg", "A128CTR"]);
    let encrypt = ["cose", "encrypt", "payload", "-k", "key", "-o", "message"];
    let unasked = refused(folder, &encrypt, 2);
    assert!(unasked.contains("--unauthenticated"), "{unasked}");
    accepted(folder, &[&encrypt[..], &["--unauthenticated"]].concat());
    let decrypt = ["cose", "decrypt", "message", "-k", "key", "-o", "opened"];
    assert_eq!(json(folder, &decrypt)["ok"], false);
    let object = json(folder, &[&decrypt[..], &["--unauthenticated"]].concat());
    assert_eq!(object["authenticated"], false, "{object}");
    holds(folder, "opened", PAYLOAD);
}

/// RFC 9053, 6: recipients by key agreement on each curve and by key wrap, in one message; each opens it
/// with its own key, in any format, and says which of them it was.
#[test]
fn every_recipient_opens_a_message() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "p256", &["--alg", "ECDH-ES+A128KW"]);
    generate(folder, "p521", &["--alg", "ECDH-ES + A256KW", "--curve", "p521"]);
    generate(folder, "x25519", &["--curve", "x25519"]);
    generate(folder, "kek", &["--alg", "A192KW"]);
    let to = ["p256", "p521", "x25519"].map(|name| public(folder, name));
    let recipients = ["--recipient", &to[0], "--recipient", &to[1], "--recipient", &to[2]];
    let recipients = [&recipients[..], &["--recipient", "kek"]].concat();
    for (make, open, result) in [("encrypt", "decrypt", "plaintext"), ("mac", "verify", "payload")]
    {
        let make = ["cose", make, "payload", "-o", "message"];
        accepted(folder, &[&make[..], &recipients].concat());
        for (index, name) in ["p256", "p521", "x25519", "kek"].into_iter().enumerate() {
            let object = json(folder, &["cose", open, "message", "-k", name, "-o", "opened"]);
            assert_eq!(object["recipient"]["index"], index, "{name}: {object}");
            assert_eq!(object[result].as_str().map(str::len), Some(2 * PAYLOAD.len()));
            holds(folder, "opened", PAYLOAD);
        }
        generate(folder, "other", &["--curve", "x25519"]);
        let other = json(folder, &["cose", open, "message", "-k", "other", "-o", "opened"]);
        assert_eq!(other["ok"], false, "{other}");
        let shown = json(folder, &["cose", "inspect", "message"]);
        assert_eq!(shown["recipients"].as_array().map(Vec::len), Some(4));
    }
}

/// RFC 9052, 8.5.1 and 8.5.4: a recipient whose key is the content key, or derives it, is the only one.
#[test]
fn a_content_key_that_is_shared_has_one_recipient() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "pair", &["--curve", "x25519"]);
    generate(folder, "derive", &["--alg", "direct+HKDF-SHA-256"]);
    let pair = public(folder, "pair");
    for (recipient, alg, own) in
        [(&*pair, "ECDH-ES+HKDF-256", "pair"), ("derive", "direct+HKDF-SHA-256", "derive")]
    {
        let make = ["cose", "encrypt", "payload", "--recipient-alg", alg, "-o", "message"];
        let make = [&make[..], &["--recipient", recipient]].concat();
        accepted(folder, &make);
        accepted(folder, &["cose", "decrypt", "message", "-k", own, "-o", "opened"]);
        holds(folder, "opened", PAYLOAD);
        let two = refused(folder, &[&make[..], &["--recipient", recipient]].concat(), 2);
        assert!(two.ends_with("has to be the only one"), "{two}");
    }
}

/// A ciphertext can be carried apart from its message, and belongs to it alone.
#[test]
fn ciphertexts_can_be_apart() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "key", &["--alg", "A128GCM"]);
    let make = ["cose", "encrypt", "payload", "-k", "key", "-o", "message"];
    accepted(folder, &[&make[..], &["--ciphertext", "apart"]].concat());
    assert_eq!(json(folder, &["cose", "inspect", "message"])["detached"], true);
    let open = ["cose", "decrypt", "message", "-k", "key", "-o", "opened"];
    accepted(folder, &[&open[..], &["--ciphertext", "apart"]].concat());
    holds(folder, "opened", PAYLOAD);
    assert_eq!(json(folder, &open)["error"]["kind"], "payload");
    let wrong = [&open[..], &["--ciphertext", "payload"]].concat();
    assert_eq!(json(folder, &wrong)["error"]["kind"], "verification-failed");
}

/// A payload that is larger than what is taken into memory is read as it is checked: here of more than
/// 64 MiB of zeros.
#[test]
fn large_payloads_are_streamed() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let large = std::fs::File::create(folder.join("large")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    let sign = ["cose", "sign", "payload", "-k", "author.cbor", "--detached", "-o", "message"];
    accepted(folder, &sign);
    let verify = ["cose", "verify", "message", "-k", "author.pem", "--payload"];
    let other = json(folder, &[&verify[..], &["large"]].concat());
    assert_eq!(other["error"]["kind"], "verification-failed", "{other}");
    accepted(folder, &[&verify[..], &["payload"]].concat());
    let copied = [&verify[..], &["large", "-o", "copy"]].concat();
    assert!(refused(folder, &copied, 2).contains("64 MiB"));

    // Signed as it is read: by what signs a digest, and by what reads it twice.
    generate(folder, "ed25519", &["--curve", "ed25519"]);
    let two = ["-k", "author.cbor", "-k", "ed25519"];
    let make = ["cose", "sign", "large", "--detached", "-o", "message"];
    assert!(refused(folder, &[&make[..], &two].concat(), 2).contains("64 MiB"));
    for key in ["author.cbor", "ed25519"] {
        accepted(folder, &[&make[..], &["-k", key]].concat());
        let verify = ["cose", "verify", "message", "-k", key, "--payload"];
        accepted(folder, &[&verify[..], &["large"]].concat());
        let other = json(folder, &[&verify[..], &["payload"]].concat());
        assert_eq!(other["error"]["kind"], "verification-failed", "{other}");
    }

    // The tag is made over the payload in pieces, and is that over the payload in one piece.
    let zeros = vec![0; (64 << 20) + 1];
    let whole = crate::samples::detached_mac(&zeros);
    let make = ["cose", "mac", "large", "--detached", "-k", "shared.cbor", "-o", "message"];
    accepted(folder, &make);
    let tag = |message: &[u8]| message[message.len() - 32..].to_vec();
    assert_eq!(tag(&std::fs::read(folder.join("message")).unwrap()), tag(&whole));
    std::fs::write(folder.join("message"), whole).unwrap();
    let verify = ["cose", "verify", "message", "-k", "shared.cbor", "--payload", "large"];
    let object = json(folder, &verify);
    assert_eq!((&object["ok"], &object["payload"]), (&true.into(), &value!(null)), "{object}");
    assert_eq!(object["payload_size"], (64 << 20) + 1);
}

/// A message in a message is shown, too; and what is not for a command is said so.
#[test]
fn messages_are_shown_inside_messages() {
    let folder = folder_of_samples();
    let folder = folder.path();
    accepted(folder, &["cose", "sign", "tagged.cose", "-k", "author.cbor", "-o", "message"]);
    let shown = json(folder, &["cose", "inspect", "message"]);
    assert_eq!((&shown["type"], &shown["nested"]["type"]), (&"sign1".into(), &"mac0".into()));
    assert_eq!(shown["nested"]["alg"], 5);

    generate(folder, "key", &["--alg", "A128GCM"]);
    let encrypt = ["cose", "encrypt", "payload", "-k", "key", "-o", "sealed"];
    accepted(folder, &encrypt);
    let verify = refused(folder, &["cose", "verify", "sealed", "-k", "shared.cbor"], 1);
    assert!(verify.contains("hexad cose decrypt"), "{verify}");
    let decrypt = refused(folder, &["cose", "decrypt", "message", "-k", "key"], 1);
    assert!(decrypt.ends_with("a COSE_Sign1 is not encrypted"), "{decrypt}");
}

/// Without its tag a message is read as what its form and the command leave.
#[test]
fn untagged_messages_are_recognised() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "b", &["--curve", "p384"]);
    generate(folder, "kek", &["--alg", "A128KW"]);
    let two = ["-k", "author.cbor", "-k", "b"];
    for (make, how, open, key) in [
        ("sign", &two[..], "verify", "author.pem"),
        ("mac", &["--recipient", "kek"], "verify", "kek"),
        ("encrypt", &["--recipient", "kek"], "decrypt", "kek"),
    ] {
        let made = [&["cose", make, "payload", "--untagged", "-o", "message"][..], how].concat();
        accepted(folder, &made);
        let shown = json(folder, &["cose", "inspect", "message"]);
        assert_eq!(shown["type"], make, "{shown}");
        accepted(folder, &["cose", open, "message", "-k", key, "-o", "opened"]);
        holds(folder, "opened", PAYLOAD);
    }
}

/// RFC 9052, 7.1: a key serves the algorithm that it is restricted to, and no other.
#[test]
fn keys_serve_their_algorithm_alone() {
    let folder = folder_of_samples();
    let folder = folder.path();
    generate(folder, "kek", &["--alg", "A128KW"]);
    let encrypt = ["cose", "encrypt", "payload", "-k", "kek", "--alg", "A128GCM", "-o", "message"];
    assert_eq!(json(folder, &encrypt)["error"]["kind"], "key-mismatch");
    generate(folder, "agree", &["--alg", "ECDH-ES+A128KW"]);
    let sign = ["cose", "sign", "payload", "-k", "agree", "--alg", "ES256", "-o", "message"];
    assert_eq!(json(folder, &sign)["ok"], false);
    let wrong = ["key", "generate", "--curve", "p256", "--alg", "ES384", "-o", "wrong"];
    assert_eq!(json(folder, &wrong)["ok"], true, "ES384 is ECDSA on any curve");
    let wrong = ["key", "generate", "--curve", "p256", "--alg", "Ed25519", "-o", "wrong"];
    assert_eq!(json(folder, &wrong)["error"]["kind"], "key-mismatch");
    assert_eq!(hexad(folder, &["key", "generate", "--alg", "XYZ"]).status.code(), Some(2));
}
