//! The controller of a network, told by the command what other programs would tell it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use base64ct::{Base64, Encoding};
use serde_json::Value;

use crate::samples::NONCE;
use crate::{accepted, folder_of_samples, json, refused};

/// A controller that enforces nothing, ended with the test.
struct Controller {
    process: Child,
    /// What it reports, which has to go somewhere.
    reports: BufReader<ChildStderr>,
    api: String,
}

impl Controller {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hexad"))
            .args(["mud", "serve", "--configuration", "site.toml", "--enforce", "print"])
            .args(["--api", "127.0.0.1:0"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut reports = BufReader::new(process.stderr.take().unwrap());
        reports.read_line(&mut line).unwrap();
        let api = line.trim_end().strip_prefix("serving at http://").expect(&line).to_owned();
        Self { process, reports, api }
    }

    /// The only device in the registry.
    fn device(&self) -> Value {
        let mut stream = TcpStream::connect(&self.api).unwrap();
        let request =
            format!("GET /v1/devices HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.api);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let listed: Value = serde_json::from_str(body).unwrap();
        listed["devices"][0].clone()
    }

    /// What `hexad mud tell` makes of it, as dnsmasq runs it.
    fn dnsmasq(&self, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> bool {
        let status = Command::new(env!("CARGO_BIN_EXE_hexad"))
            .args(["mud", "tell", "--api", &self.api, "dnsmasq"])
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(folder)
            .output()
            .unwrap()
            .status;
        status.success()
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let mut reports = String::new();
        self.reports.read_to_string(&mut reports).unwrap();
        assert!(!reports.contains("panicked"), "{reports}");
    }
}

/// A device joins by its lease, says a MUD URL, attests, and has that of its software's manifest: each told by the
/// command that another program of the network would run.
#[test]
fn the_controller_is_told() {
    let folder = folder_of_samples();
    let folder = folder.path();
    let p7s = std::fs::read(folder.join("lamp.p7s")).unwrap();
    let signed = hexad_mud::signature::SignedData::parse(&p7s).unwrap();
    let certificate = Base64::encode_string(signed.certificates()[0].as_der());
    let lines: Vec<_> = certificate.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    let certificate = lines.join("\n");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
    std::fs::write(folder.join("ca.pem"), pem).unwrap();
    let site = "take_up = true\ntls_anchors = \"ca.pem\"\nmanufacturers = [\"ca.pem\"]\n\
                verifiers = [\"author.pem\"]\nauthors = [\"author.cbor\"]\n";
    std::fs::write(folder.join("site.toml"), site).unwrap();
    let controller = Controller::start(folder);
    let tell = |arguments: &[&'static str]| {
        [&["mud", "tell", "--api", controller.api.as_str()][..], arguments].concat()
    };

    let (mac, url) = ("02:00:5e:00:53:0a", ("DNSMASQ_MUD_URL", "https://localhost:1/said"));
    assert!(controller.dnsmasq(folder, &["add", mac, "192.0.2.10", "lamp"], &[url]));
    let duid = "00:01:00:01:2a:2a:2a:2a:02:00:5e:00:53:0a";
    assert!(controller.dnsmasq(folder, &["old", duid, "2001:db8::a"], &[("DNSMASQ_MAC", mac)]));
    for nothing in [&["init"][..], &["tftp", "1", "192.0.2.1", "x"], &["add", duid, "2001:db8::b"]]
    {
        assert!(controller.dnsmasq(folder, nothing, &[]));
    }
    let device = controller.device();
    assert_eq!(device["name"], "02-00-5e-00-53-0a");
    assert_eq!(device["addresses"], serde_json::json!(["192.0.2.10", "2001:db8::a"]));
    assert_eq!(device["mud"]["url"], "https://localhost:1/said");
    assert_eq!(device["state"], "unknown");
    assert!(controller.dnsmasq(folder, &["del", mac, "192.0.2.10"], &[]));
    assert_eq!(controller.device()["addresses"], serde_json::json!(["2001:db8::a"]));
    assert!(!controller.dnsmasq(folder, &["del", "02:00:5e:00:53:99", "192.0.2.10"], &[]));

    accepted(folder, &tell(&["manifest", "update.suit"]));
    let name: &'static str = "02-00-5e-00-53-0a";
    let appraise = ["appraise", "--evidence", "evidence.eat", "--evidence-key", "device.pem"];
    let reference = ["--manifest", "update.suit", "--author-key", "author.pem", "--nonce", NONCE];
    let result = ["--result-key", "author.cbor", "--name", name, "-o", "lamp.ear"];
    accepted(folder, &[&appraise[..], &reference, &result].concat());
    // The hardware address as switches write it.
    let answer = json(folder, &tell(&["attestation", "02-00-5E-00-53-0A", "lamp.ear"]));
    assert_eq!(answer["answer"]["state"], "allowed", "{answer}");
    let device = controller.device();
    assert_eq!(
        (&device["state"], &device["mud"]["source"]),
        (&"allowed".into(), &"manifest".into())
    );
    assert_eq!(device["mud"]["url"], "https://localhost:1/lamp.json");
    let replayed = refused(folder, &tell(&["attestation", name, "lamp.ear"]), 1);
    assert!(replayed.contains("it was taken before"), "{replayed}");
    let wrong = refused(folder, &tell(&["attestation", name, "evidence.eat"]), 1);
    assert!(wrong.contains("the attestation result is refused"), "{wrong}");
    let unsigned = refused(folder, &tell(&["manifest", "item.cbor"]), 1);
    assert!(unsigned.contains("the manifest is refused"), "{unsigned}");

    // The signer's certificate is no device's: it names no MUD URL.
    let silent = refused(folder, &tell(&["certificate", name, "ca.pem", "--serial", "0001"]), 1);
    assert!(silent.contains("names no MUD URL"), "{silent}");
    let other = refused(folder, &tell(&["certificate", name, "ca.pem", "--serial", "02"]), 1);
    assert!(other.contains("another serial number"), "{other}");
    refused(folder, &tell(&["attestation", "../manifests", "lamp.ear"]), 2);
    drop(controller);
    refused(folder, &["mud", "tell", "--api", "127.0.0.1:1", "manifest", "update.suit"], 2);
}
