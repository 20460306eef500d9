//! What happens to devices, and what comes of it; on paper, with files signed by keys of their own.

mod api;
mod attestation;
mod joining;
mod negatives;

use super::{Controller, ControllerError, Wanted};
use crate::configuration::Configuration;
use crate::fetch::{Fetch, FetchError, Got, Retrieved, retrieve};
use crate::gateway::Paper;
use crate::record::{MudUrlRecord, Signer as Signed, Source, State};
use crate::registry::{Registry, RegistryError};
use crate::trust::{Anchors, Trust};
use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_cose_core::{Curve, HashAlgorithm};
use hexad_mud::builder::{Builder, Service};
use hexad_mud::file::Contents;
use hexad_mud::flow::Peer;
use hexad_mud::signature;
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;
use hexad_operator::network::enforce::Put;
use hexad_operator::network::policy::DeviceName;
use hexad_rustcrypto::{RustCrypto, SigningKey};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const URL: &str = "https://lighting.example.com/lightbulb2000";
const SIGNATURE: &str = "https://lighting.example.com/lightbulb2000.p7s";

fn name() -> DeviceName {
    DeviceName::new("lamp").unwrap()
}

fn configuration() -> Configuration {
    serde_json::from_value(json!({
        "local_networks": ["192.0.2.0/24"],
        "controllers": { "urn:ietf:params:mud:dns": ["192.0.2.53/32"] },
        "update_server": { "host": "update.example" },
        "recheck": 600,
        "unattested": true,
    }))
    .unwrap()
}

fn controller(files: Vec<Anchors>) -> Controller<Paper> {
    with(&configuration(), Trust { files, ..Trust::default() })
}

/// A controller with the lamp, of which nothing is known but its address.
fn with(configuration: &Configuration, trust: Trust) -> Controller<Paper> {
    let registry = Registry::in_memory().unwrap();
    let mut controller = Controller::new(registry, Paper::default(), configuration, trust).unwrap();
    let addresses = vec!["192.0.2.10".parse().unwrap()];
    controller.put_device(name(), addresses, None, NOW).unwrap();
    controller
}

/// A key and a certificate of its own for it.
struct Signer {
    key: SigningKey,
    certificate: Vec<u8>,
}

impl Signer {
    fn new(seed: u8) -> Self {
        let key = SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap();
        let template = Template {
            common_name: "MUD signer",
            key: key.public(),
            serial_number: &[seed],
            not_before: NOW - 3600,
            not_after: NOW + 86_400 * 30,
            authority: false,
        };
        let certificate = template.issue(Issuer::Itself, &key, &mut RustCrypto).unwrap();
        Self { key, certificate }
    }

    fn named(&self) -> Signed {
        let thumbprint = self.key.public().thumbprint(HashAlgorithm::Sha256, &mut RustCrypto);
        Signed::Key(thumbprint.unwrap().as_bytes().try_into().unwrap())
    }

    fn anchors(&self, authorities: &[&str]) -> Anchors {
        Anchors {
            authorities: authorities.iter().map(|name| (*name).to_owned()).collect(),
            certificates: vec![self.certificate.clone()],
        }
    }

    /// The answer to fetching a file that allows one port, signed.
    fn signed(&self, url: &str, port: u16) -> Retrieved {
        let file = file(url, port);
        let certificate = Certificate::parse(&self.certificate).unwrap();
        let signature =
            signature::sign(&file, &[certificate], NOW, &self.key, &mut RustCrypto).unwrap();
        Retrieved::Signed { file, signature, etag: Some(format!("\"{port}\"")) }
    }
}

fn file(url: &str, port: u16) -> Vec<u8> {
    let time = DateAndTime::from_unix(NOW).unwrap();
    let mut contents = Contents::new(MudUrl::new(url).unwrap(), time);
    contents.cache_validity = Some(2);
    contents.mud_signature = Some(SIGNATURE.into());
    let file = Builder::new(contents).allow(Peer::DnsName("cloud.example"), Service::tcp(port));
    file.build().unwrap().to_json().into_bytes()
}

fn mud(url: &str, source: Source, signer: Signed) -> MudUrlRecord {
    MudUrlRecord { url: url.to_owned(), source, signer }
}

/// Joins the lamp with this URL, as if its source had been verified.
fn give(controller: &mut Controller<Paper>, url: &str, source: Source, signer: Signed) -> bool {
    controller.join(&name(), mud(url, source, signer), NOW).unwrap()
}

/// The rules in force, as text.
fn rules(controller: &Controller<Paper>) -> String {
    controller.gateway.in_force().unwrap().to_string()
}

fn events(controller: &Controller<Paper>) -> Vec<String> {
    controller.registry.audit(0, 100).unwrap().into_iter().map(|entry| entry.event).collect()
}

/// A device is unknown, then what its attestations come to, and unknown again when the last is too old.
#[test]
fn states() {
    let mut controller = controller(Vec::new());
    let tier = |controller: &Controller<Paper>, words: &str| rules(controller).contains(words);
    assert!(tier(&controller, "\"quarantined\""), "unknown is not trusted");
    for (state, words) in [
        (State::UpdateOnly, "tcp dport 443 ip daddr @v4.update.example"),
        (State::Quarantined, "\"quarantined\""),
        (State::Allowed, "\"not in its MUD file\""),
    ] {
        controller.set_state(&name(), state, "because", NOW).unwrap();
        assert!(tier(&controller, words), "{state:?}");
    }
    assert!(
        tier(&controller, "udp dport 53 ip daddr 192.0.2.53/32"),
        "the services of the network"
    );
    controller.tick(NOW + 599).unwrap();
    assert!(!tier(&controller, "\"quarantined\""));
    controller.tick(NOW + 600).unwrap();
    assert!(tier(&controller, "\"quarantined\""));
    assert_eq!(controller.registry.device(&name()).unwrap().unwrap().state, State::Unknown);
    let log = controller.registry.audit(0, 100).unwrap();
    let about = log.iter().filter(|entry| entry.about == "lamp").map(|entry| entry.event.as_str());
    let all = ["addresses", "update-only", "quarantined", "allowed", "unknown"];
    assert_eq!(about.collect::<Vec<_>>(), all);
    let changed = log.iter().find(|entry| entry.event == "changed").unwrap();
    assert!(changed.detail.contains("chain from_lamp\n-   counter drop comment \"quarantined\""));
    let stranger = DeviceName::new("stranger").unwrap();
    let error = controller.set_state(&stranger, State::Allowed, "", NOW).unwrap_err();
    assert!(matches!(error, ControllerError::UnknownDevice(_)));
}

/// A URL that a device says of itself never takes the place of one that was proven.
#[test]
fn sources_are_ranked() {
    let mut controller = controller(Vec::new());
    let other = "https://evil.example/anything";
    let mut join = |url, source| give(&mut controller, url, source, Signed::Anchored);
    assert!(join(other, Source::Dhcp));
    assert!(join(URL, Source::Lldp), "as good as DHCP");
    assert!(join(URL, Source::X509));
    assert!(!join(other, Source::Dhcp), "spoofed");
    assert!(join(URL, Source::Dhcp), "the same");
    assert!(join(URL, Source::Manifest));
    assert!(!join(other, Source::X509));
    let known = controller.registry.device(&name()).unwrap().unwrap().mud.unwrap();
    assert_eq!((known.url.as_str(), known.source), (URL, Source::Manifest));
    assert_eq!(events(&controller).iter().filter(|event| *event == "mud-url-refused").count(), 2);
    let plain = mud("http://lighting.example.com/x", Source::Manifest, Signed::Anchored);
    let error = controller.join(&name(), plain, NOW).unwrap_err();
    assert!(matches!(error, ControllerError::Url(_)), "RFC 8520, 6: https alone");
}

/// RFC 8520, 3.5 and 13: a file holds if its signer is the right one, for its cache-validity, and is asked for
/// again then; what fails leaves what was there.
#[test]
fn files_are_verified_and_refreshed() {
    let (good, bad) = (Signer::new(7), Signer::new(8));
    let mut controller = controller(Vec::new());
    controller.join(&name(), mud(URL, Source::Manifest, good.named()), NOW).unwrap();
    controller.set_state(&name(), State::Allowed, "", NOW).unwrap();
    let wanted = controller.wanted(NOW).unwrap();
    let [want] = wanted.as_slice() else { panic!("{wanted:?}") };
    assert_eq!((want.url.as_str(), &want.etag), (URL, &None));
    let take = |controller: &mut Controller<Paper>, want: &Wanted, got, now| {
        controller.fetched(want, got, now, &mut RustCrypto).unwrap();
    };

    take(&mut controller, want, Ok(bad.signed(URL, 1)), NOW);
    assert!(!rules(&controller).contains("cloud.example"), "signed by another");
    assert!(controller.wanted(NOW + 3599).unwrap().is_empty(), "not asked at once");
    let want = controller.wanted(NOW + 3600).unwrap().remove(0);
    take(&mut controller, &want, Ok(good.signed("https://lighting.example.com/other", 1)), NOW);
    assert!(!rules(&controller).contains("cloud.example"), "the file of another URL");

    take(&mut controller, &want, Ok(good.signed(URL, 443)), NOW);
    assert!(rules(&controller).contains("tcp dport 443 ip daddr @v4.cloud.example"));
    assert!(controller.wanted(NOW + 7199).unwrap().is_empty(), "valid for two hours");
    let want = controller.wanted(NOW + 7200).unwrap().remove(0);
    assert_eq!(want.etag.as_deref(), Some("\"443\""));
    take(&mut controller, &want, Ok(Retrieved::NotModified), NOW + 7200);
    assert!(controller.wanted(NOW + 14_399).unwrap().is_empty());
    take(&mut controller, &want, Err(FetchError::Status(500)), NOW + 14_400);
    assert!(rules(&controller).contains("tcp dport 443"), "the old one holds on");
    take(&mut controller, &want, Ok(good.signed(URL, 8443)), NOW + 18_000);
    assert!(
        rules(&controller).contains("tcp dport 8443") && !rules(&controller).contains("dport 443")
    );
    let counts = controller.counts();
    assert_eq!((counts.refreshed, counts.refresh_failures), (3, 3));
}

/// A URL without a named signer needs anchors for its authority; those of a third party are for its own alone.
#[test]
fn anchors_are_for_authorities() {
    let signer = Signer::new(7);
    for (authorities, holds) in
        [(&[][..], true), (&["lighting.example.com"], true), (&["third.example"], false)]
    {
        let mut controller = controller(vec![signer.anchors(authorities)]);
        controller.join(&name(), mud(URL, Source::X509, Signed::Anchored), NOW).unwrap();
        controller.set_state(&name(), State::Allowed, "", NOW).unwrap();
        let want = controller.wanted(NOW).unwrap().remove(0);
        let got = Ok(signer.signed(URL, 443));
        controller.fetched(&want, got, NOW, &mut RustCrypto).unwrap();
        assert_eq!(rules(&controller).contains("cloud.example"), holds, "{authorities:?}");
    }
}

/// The operator's own file outranks the manufacturer's, until it is taken away.
#[test]
fn overrides_come_first() {
    let signer = Signer::new(7);
    let mut controller = controller(vec![signer.anchors(&[])]);
    controller.join(&name(), mud(URL, Source::X509, Signed::Anchored), NOW).unwrap();
    controller.set_state(&name(), State::Allowed, "", NOW).unwrap();
    let want = controller.wanted(NOW).unwrap().remove(0);
    controller.fetched(&want, Ok(signer.signed(URL, 443)), NOW, &mut RustCrypto).unwrap();
    controller.set_override(URL, Some(&file(URL, 8883)), NOW).unwrap();
    assert!(
        rules(&controller).contains("tcp dport 8883") && !rules(&controller).contains("dport 443")
    );
    controller.set_override(URL, None, NOW).unwrap();
    assert!(rules(&controller).contains("tcp dport 443"));
    let error = controller.set_override("https://other.example/x", Some(&file(URL, 1)), NOW);
    assert!(matches!(error, Err(ControllerError::OtherUrl)));
    let error = controller.set_override(URL, Some(b"{}"), NOW);
    assert!(matches!(error, Err(ControllerError::File(_))));
}

/// Devices outlive the process, and lines of the log can't be changed by whoever has the database.
#[test]
fn registry_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.sqlite");
    let open = || {
        let registry = Registry::open(&path).unwrap();
        Controller::new(registry, Paper::default(), &configuration(), Trust::default()).unwrap()
    };
    let mut first = open();
    let addresses = vec!["192.0.2.10".parse().unwrap(), "2001:db8::10".parse().unwrap()];
    let hardware = Some("02:00:5e:00:53:0a".parse().unwrap());
    first.put_device(name(), addresses, hardware, NOW).unwrap();
    first.join(&name(), mud(URL, Source::Manifest, Signed::Key([0xab; 32])), NOW).unwrap();
    first.set_state(&name(), State::UpdateOnly, "", NOW).unwrap();
    let (before, rules_before) = (first.registry.devices().unwrap(), rules(&first));
    drop(first);
    let mut second = open();
    assert_eq!(second.registry.devices().unwrap(), before);
    assert_eq!(second.enforce(NOW).unwrap(), Put::Replaced);
    assert_eq!(rules(&second), rules_before);
    let database = rusqlite::Connection::open(&path).unwrap();
    for change in ["DELETE FROM audit", "UPDATE audit SET event = 'nothing'"] {
        let error = database.execute(change, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
    assert!(second.remove_device(&name(), NOW).unwrap());
    assert!(!rules(&second).contains("lamp"));
    assert!(second.registry.audit(0, 100).unwrap().iter().any(|entry| entry.event == "removed"));
}

/// A registry of the first version is taken over, and one of a later version is left alone.
#[test]
fn registry_of_another_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.sqlite");
    let open = || Registry::open(&path);
    let with = |registry| {
        Controller::new(registry, Paper::default(), &configuration(), Trust::default()).unwrap()
    };
    let mut first = with(open().unwrap());
    first.put_device(name(), Vec::new(), None, NOW).unwrap();
    first.join(&name(), mud(URL, Source::Manifest, Signed::Key([0xab; 32])), NOW).unwrap();
    drop(first);
    let database = rusqlite::Connection::open(&path).unwrap();
    let earlier = "UPDATE device SET mud_signer = substr(mud_signer, 5);
        DROP TABLE result; DROP TABLE manifest; DROP INDEX device_hardware; PRAGMA user_version = 1;";
    database.execute_batch(earlier).unwrap();
    let second = with(open().unwrap());
    let record = second.registry.device(&name()).unwrap().unwrap();
    assert_eq!(record.mud.unwrap().signer, Signed::Key([0xab; 32]));
    assert_eq!(second.registry.last_result(&name()).unwrap(), None);
    database.execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(open(), Err(RegistryError::Version(99))));
}

/// Two devices can't have one address.
#[test]
fn addresses_are_one_devices() {
    let mut controller = controller(Vec::new());
    let other = DeviceName::new("other").unwrap();
    let taken = vec!["192.0.2.10".parse().unwrap()];
    let error = controller.put_device(other.clone(), taken, None, NOW).unwrap_err();
    assert!(matches!(error, ControllerError::Compile(_)));
    assert_eq!(controller.registry.device(&other).unwrap(), None, "and nothing is kept");
}

/// A file is asked for, then the signature that it names.
#[test]
fn signatures_are_where_files_say() {
    struct Web;
    impl Fetch for Web {
        fn get(&self, url: &str, etag: Option<&str>) -> Result<Got, FetchError> {
            let bytes = match url {
                URL if etag == Some("\"1\"") => return Ok(Got::NotModified),
                URL => file(URL, 443),
                SIGNATURE => b"signature".to_vec(),
                "https://lighting.example.com/unsigned" => {
                    let text = String::from_utf8(file(url, 1)).unwrap();
                    let mut value: Value = serde_json::from_str(&text).unwrap();
                    value["ietf-mud:mud"].as_object_mut().unwrap().remove("mud-signature");
                    value.to_string().into_bytes()
                }
                _ => return Err(FetchError::Status(404)),
            };
            Ok(Got::File { bytes, etag: Some("\"1\"".into()) })
        }
    }
    let Ok(Retrieved::Signed { signature, etag, .. }) = retrieve(&Web, URL, None) else {
        panic!("not fetched");
    };
    assert_eq!((signature.as_slice(), etag.as_deref()), (&b"signature"[..], Some("\"1\"")));
    assert!(matches!(retrieve(&Web, URL, Some("\"1\"")), Ok(Retrieved::NotModified)));
    let unsigned = retrieve(&Web, "https://lighting.example.com/unsigned", None);
    assert!(matches!(unsigned, Err(FetchError::Unsigned)));
}
