//! Files that must not hold, and servers that misbehave.

use super::{NOW, SIGNATURE, Signer, URL, controller, events, file, give, mud, name, rules};
use crate::controller::{Controller, Wanted};
use crate::fetch::{Fetch, FetchError, Got, LIMIT, Retrieved, retrieve};
use crate::gateway::Paper;
use crate::record::{Signer as Signed, Source, State};
use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_mud::signature;
use hexad_operator::network::policy::DeviceName;
use hexad_rustcrypto::RustCrypto;
use std::cell::RefCell;

/// The lamp, allowed what the file at `URL` says, and that file as it is wanted.
fn waiting(controller: &mut Controller<Paper>, signer: Signed) -> Wanted {
    give(controller, URL, Source::Manifest, signer);
    controller.set_state(&name(), State::Allowed, "", NOW).unwrap();
    controller.wanted(NOW).unwrap().remove(0)
}

/// What was refused, and why, as the log has it.
fn refused(controller: &Controller<Paper>) -> Vec<String> {
    let log = controller.registry.audit(0, 100).unwrap();
    log.into_iter()
        .filter(|entry| entry.event == "mud-file-refused")
        .map(|entry| entry.detail)
        .collect()
}

/// A file that another key signed than the manifest names, or another subject than the certificate names.
#[test]
fn signer_mismatch() {
    let (right, wrong) = (Signer::new(7), Signer::new(8));
    let mut by_key = controller(Vec::new());
    let want = waiting(&mut by_key, right.named());
    by_key.fetched(&want, Ok(wrong.signed(URL, 443)), NOW, &mut RustCrypto).unwrap();
    assert_eq!(refused(&by_key).len(), 1);
    assert!(!rules(&by_key).contains("cloud.example"));

    let mut by_subject = controller(vec![right.anchors(&[])]);
    let want = waiting(&mut by_subject, Signed::Subject(b"\x30\x00".to_vec()));
    by_subject.fetched(&want, Ok(right.signed(URL, 443)), NOW, &mut RustCrypto).unwrap();
    assert_eq!(refused(&by_subject).len(), 1);

    // The signature of another file, and none at all.
    let Retrieved::Signed { file, etag, .. } = right.signed(URL, 443) else { panic!("signed") };
    let Retrieved::Signed { signature, .. } = right.signed(URL, 8443) else { panic!("signed") };
    for signature in [signature, Vec::new()] {
        let got = Retrieved::Signed { file: file.clone(), signature, etag: etag.clone() };
        by_key.fetched(&want_of(&by_key), Ok(got), NOW, &mut RustCrypto).unwrap();
    }
    assert_eq!(refused(&by_key).len(), 3);
    assert!(!rules(&by_key).contains("cloud.example"));
}

/// The lamp's file, whenever it may be asked for again.
fn want_of(controller: &Controller<Paper>) -> Wanted {
    controller.wanted(i64::MAX).unwrap().remove(0)
}

/// A chain that has expired: of the signer, or of who vouches for it; both by key and by anchor.
#[test]
fn expired_chain() {
    let root = Signer::new(9);
    let authority = |not_after| {
        let template = Template {
            common_name: "MUD authority",
            key: root.key.public(),
            serial_number: &[1],
            not_before: NOW - 3600,
            not_after,
            authority: true,
        };
        template.issue(Issuer::Itself, &root.key, &mut RustCrypto).unwrap()
    };
    let signer = Signer::new(7);
    let signed = |authority: &[u8], not_after| {
        let parent = Certificate::parse(authority).unwrap();
        let template = Template {
            common_name: "MUD signer",
            key: signer.key.public(),
            serial_number: &[2],
            not_before: NOW - 3600,
            not_after,
            authority: false,
        };
        let issuer = Issuer::Certificate(&parent);
        let certificate = template.issue(issuer, &root.key, &mut RustCrypto).unwrap();
        let certificate = Certificate::parse(&certificate).unwrap();
        let file = file(URL, 443);
        let signature =
            signature::sign(&file, &[certificate], NOW, &signer.key, &mut RustCrypto).unwrap();
        Retrieved::Signed { file, signature, etag: None }
    };
    let (long, over) = (NOW + 86_400, NOW - 1);
    for (authority_until, signer_until, holds) in
        [(long, long, true), (long, over, false), (over, long, false)]
    {
        let certificate = authority(authority_until);
        let anchors = crate::trust::Anchors {
            authorities: Vec::new(),
            certificates: vec![certificate.clone()],
        };
        let mut anchored = controller(vec![anchors]);
        let want = waiting(&mut anchored, Signed::Anchored);
        let got = signed(&certificate, signer_until);
        anchored.fetched(&want, Ok(got), NOW, &mut RustCrypto).unwrap();
        assert_eq!(rules(&anchored).contains("cloud.example"), holds);
        assert_eq!(refused(&anchored).len(), usize::from(!holds));

        // The key that a manifest names is believed without a chain, but not for longer than its certificate.
        let mut named = controller(Vec::new());
        let want = waiting(&mut named, signer.named());
        let got = signed(&certificate, signer_until);
        named.fetched(&want, Ok(got), NOW, &mut RustCrypto).unwrap();
        assert_eq!(rules(&named).contains("cloud.example"), signer_until == long);
    }
}

/// Two vendors call their lists and entries the same, and name the same host: each device has its own.
#[test]
fn overlapping_names_of_two_vendors() {
    const OTHER: &str = "https://cameras.example.net/camera";
    let (lighting, cameras) = (Signer::new(7), Signer::new(8));
    let mut controller = controller(vec![
        lighting.anchors(&["lighting.example.com"]),
        cameras.anchors(&["cameras.example.net"]),
    ]);
    let camera = DeviceName::new("camera").unwrap();
    let addresses = vec!["192.0.2.11".parse().unwrap()];
    controller.put_device(camera.clone(), addresses, None, NOW).unwrap();
    give(&mut controller, URL, Source::X509, Signed::Anchored);
    controller.join(&camera, mud(OTHER, Source::X509, Signed::Anchored), NOW).unwrap();
    for device in [&name(), &camera] {
        controller.set_state(device, State::Allowed, "", NOW).unwrap();
    }
    for want in controller.wanted(NOW).unwrap() {
        let (own, port) = if want.url == URL { (&lighting, 443) } else { (&cameras, 8443) };
        controller.fetched(&want, Ok(own.signed(&want.url, port)), NOW, &mut RustCrypto).unwrap();
    }
    let rules = rules(&controller);
    let chain = |name: &str| {
        let begin = rules.find(&format!("chain {name} ")).unwrap();
        let rest = &rules[begin..];
        rest[..rest.find('}').map_or(rest.len(), |_| rest.find("\n\n").unwrap_or(rest.len()))]
            .to_owned()
    };
    // What a policy allows stands in the chain that the device's leads to.
    let allowed = |device: &str| {
        let own = chain(&format!("from_{device}"));
        chain(own.split("jump ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap())
    };
    let (lamp, camera) = (allowed("lamp"), allowed("camera"));
    assert!(lamp.contains("tcp dport 443") && !lamp.contains("8443"), "{lamp}");
    assert!(camera.contains("tcp dport 8443") && !camera.contains("dport 443"), "{camera}");

    // Neither vendor's anchors are for the other's files.
    let again = controller.wanted(NOW + 86_400).unwrap();
    for want in again {
        let other = if want.url == URL { &cameras } else { &lighting };
        let got = Ok(other.signed(&want.url, 1));
        controller.fetched(&want, got, NOW + 86_400, &mut RustCrypto).unwrap();
    }
    assert_eq!(refused(&controller).len(), 2);
}

/// A server that answers as `answers` say, one after the other, and what it was asked.
struct Web<'a> {
    answers: RefCell<Vec<Result<Got, FetchError>>>,
    asked: &'a RefCell<Vec<(String, Option<String>)>>,
}

impl Fetch for Web<'_> {
    fn get(&self, url: &str, etag: Option<&str>) -> Result<Got, FetchError> {
        self.asked.borrow_mut().push((url.to_owned(), etag.map(str::to_owned)));
        self.answers.borrow_mut().remove(0)
    }
}

/// RFC 9110, 13.1.2: the entity tag goes with the file alone, not with its signature; "not modified" without a file is
/// no file; a new file with an old tag is a new file.
#[test]
fn etags() {
    let asked = RefCell::new(Vec::new());
    let got = |bytes: &[u8], etag: Option<&str>| {
        Ok(Got::File { bytes: bytes.to_vec(), etag: etag.map(str::to_owned) })
    };
    let web = |answers| Web { answers: RefCell::new(answers), asked: &asked };
    let served = web(vec![got(&file(URL, 443), Some("\"2\"")), got(b"signature", Some("\"s\""))]);
    let Ok(Retrieved::Signed { etag, .. }) = retrieve(&served, URL, Some("\"1\"")) else {
        panic!("a file");
    };
    assert_eq!(etag.as_deref(), Some("\"2\""));
    let signature = (SIGNATURE.to_owned(), None);
    assert_eq!(asked.take(), [(URL.to_owned(), Some("\"1\"".to_owned())), signature]);
    // A signature that is not modified is none.
    let strange = web(vec![got(&file(URL, 443), None), Ok(Got::NotModified)]);
    assert!(matches!(retrieve(&strange, URL, None), Err(FetchError::Status(304))));

    let signer = Signer::new(7);
    let mut controller = controller(Vec::new());
    let want = waiting(&mut controller, signer.named());
    controller.fetched(&want, Ok(Retrieved::NotModified), NOW, &mut RustCrypto).unwrap();
    assert_eq!(refused(&controller), ["not modified, but not there"]);
    controller.fetched(&want, Ok(signer.signed(URL, 443)), NOW, &mut RustCrypto).unwrap();
    let want = controller.wanted(NOW + 7200).unwrap().remove(0);
    let Retrieved::Signed { file, signature, .. } = signer.signed(URL, 8443) else {
        panic!("signed")
    };
    let same_tag = Retrieved::Signed { file, signature, etag: want.etag.clone() };
    controller.fetched(&want, Ok(same_tag), NOW + 7200, &mut RustCrypto).unwrap();
    assert!(rules(&controller).contains("tcp dport 8443"));
}

/// RFC 8520, 3.5: a file is asked for again when its cache-validity is over, neither before nor for what it says of
/// its own time; after a failure, in an hour.
#[test]
fn cache_validity() {
    let signer = Signer::new(7);
    let sign = |validity: &str, updated: &str| {
        let text = String::from_utf8(file(URL, 443)).unwrap();
        let time = hexad_mud::time::DateAndTime::from_unix(NOW).unwrap();
        let text = text.replace("\"cache-validity\": 2", validity).replace(time.as_str(), updated);
        let certificate = Certificate::parse(&signer.certificate).unwrap();
        let file = text.into_bytes();
        let signature =
            signature::sign(&file, &[certificate], NOW, &signer.key, &mut RustCrypto).unwrap();
        Retrieved::Signed { file, signature, etag: None }
    };
    for (validity, hours) in [("\"cache-validity\": 1", 1), ("\"cache-validity\": 168", 168)] {
        for updated in ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            let mut controller = controller(Vec::new());
            let want = waiting(&mut controller, signer.named());
            let got = Ok(sign(validity, updated));
            controller.fetched(&want, got, NOW, &mut RustCrypto).unwrap();
            assert!(controller.wanted(NOW + hours * 3600 - 1).unwrap().is_empty());
            assert_eq!(controller.wanted(NOW + hours * 3600).unwrap().len(), 1);
        }
    }
    for wrong in ["\"cache-validity\": 0", "\"cache-validity\": 169"] {
        let mut controller = controller(Vec::new());
        let want = waiting(&mut controller, signer.named());
        let got = Ok(sign(wrong, "2026-01-01T00:00:00Z"));
        controller.fetched(&want, got, NOW, &mut RustCrypto).unwrap();
        assert_eq!(refused(&controller).len(), 1);
        assert!(events(&controller).contains(&"mud-file-refused".to_owned()));
        assert!(controller.wanted(NOW + 3599).unwrap().is_empty());
        assert_eq!(controller.wanted(NOW + 3600).unwrap().len(), 1);
    }
}

/// What is longer than a MUD file may be is no MUD file, wherever it comes from.
#[test]
fn a_hundred_megabytes() {
    let asked = RefCell::new(Vec::new());
    let bytes = vec![b' '; 100 << 20];
    let answers = vec![Ok(Got::File { bytes: bytes.clone(), etag: None })];
    let web = Web { answers: RefCell::new(answers), asked: &asked };
    assert!(matches!(retrieve(&web, URL, None), Err(FetchError::File(_))));
    assert_eq!(asked.borrow().len(), 1, "no signature is asked for");
    let mut controller = controller(Vec::new());
    assert!(controller.set_override(URL, Some(&bytes), NOW).is_err());
    const { assert!(LIMIT <= 1 << 20) };
}
