//! The JSON API, without a socket.

use super::{NOW, URL, controller, file};
use crate::api::{Request, answer};
use crate::controller::Controller;
use crate::gateway::Paper;
use hexad_rustcrypto::RustCrypto;
use serde_json::{Value, json};

fn ask(
    controller: &mut Controller<Paper>,
    method: &str,
    target: &str,
    body: &Value,
) -> (u16, Value) {
    let body = body.to_string();
    let request = Request {
        method,
        target,
        host: Some("127.0.0.1:8520"),
        content_type: Some("application/json"),
        body: body.as_bytes(),
    };
    let response = answer(controller, &request, NOW, &mut RustCrypto);
    let value = serde_json::from_str(&response.body).unwrap_or(Value::String(response.body));
    (response.status, value)
}

/// The API does what the controller does, and says what is wrong.
#[test]
fn api() {
    let mut controller = controller(Vec::new());
    let mut ask = |method, target, body| ask(&mut controller, method, target, &body);
    let hub = json!({ "addresses": ["192.0.2.11"], "hardware": "02:00:5e:00:53:0b" });
    assert_eq!(ask("PUT", "/v1/devices/hub", hub).0, 200);
    let url = json!({ "url": URL, "source": "lldp" });
    let (status, answered) = ask("POST", "/v1/devices/02:00:5e:00:53:0b/mud-url", url.clone());
    assert_eq!((status, &answered["holds"]), (200, &json!(true)), "by its hardware address");
    let allowed = json!({ "state": "allowed", "reason": "it can't attest" });
    assert_eq!(ask("POST", "/v1/devices/hub/state", allowed.clone()).0, 200);
    let (_, listed) = ask("GET", "/v1/devices", Value::Null);
    assert_eq!(listed["devices"][0]["state"], "allowed");
    assert_eq!(listed["devices"][0]["until"], NOW + 600);
    assert_eq!(listed["devices"][0]["mud"]["source"], "lldp");
    let own: Value = serde_json::from_slice(&file(URL, 1)).unwrap();
    assert_eq!(ask("PUT", "/v1/overrides", json!({ "url": URL, "file": own })).0, 200);
    let (_, metrics) = ask("GET", "/metrics", Value::Null);
    assert!(metrics.as_str().unwrap().contains("hexad_devices{state=\"allowed\"} 1\n"));
    let (_, log) = ask("GET", "/v1/audit?after=1", Value::Null);
    assert!(log["audit"].as_array().unwrap().iter().all(|entry| entry["id"].as_i64() > Some(1)));
    assert_eq!(ask("DELETE", "/v1/devices/hub", Value::Null).0, 200);
    for (method, target, body, status) in [
        ("DELETE", "/v1/devices/hub", Value::Null, 404),
        ("POST", "/v1/devices/hub/state", allowed, 404),
        ("POST", "/v1/devices/02:00:5e:00:53:0b/mud-url", url.clone(), 404),
        ("POST", "/v1/devices/lamp/state", json!({ "state": "trusted" }), 400),
        // What has to be proven is not taken on anyone's word.
        ("POST", "/v1/devices/lamp/mud-url", json!({ "url": URL, "source": "x509" }), 400),
        ("POST", "/v1/devices/lamp/mud-url", json!({ "url": URL, "source": "manifest" }), 400),
        ("POST", "/v1/devices/lamp/attestation", json!({ "state": "allowed" }), 415),
        ("POST", "/v1/devices/lamp/certificate", Value::Null, 415),
        ("POST", "/v1/manifests", Value::Null, 415),
        ("POST", "/v1/devices/lamp/wish", url, 404),
        ("PUT", "/v1/devices/a%20b", json!({ "addresses": [] }), 400),
        ("PUT", "/v1/devices/x", json!({ "addresses": ["192.0.2.10"] }), 400),
        ("PUT", "/v1/devices/x", json!({ "addresses": [], "hardware": "x" }), 400),
        ("PUT", "/v1/overrides", json!({ "url": URL, "file": {} }), 400),
        ("PATCH", "/v1/devices/lamp", Value::Null, 405),
        ("GET", "/v1/nothing", Value::Null, 404),
    ] {
        let (got, answered) = ask(method, target, body);
        assert_eq!(got, status, "{method} {target}");
        assert!(answered["error"]["message"].is_string());
    }
}

/// A page in a browser on the same machine can't use the API: another host's name, or a form.
#[test]
fn api_is_not_for_browsers() {
    let mut controller = controller(Vec::new());
    let request = Request {
        method: "PUT",
        target: "/v1/devices/x",
        host: Some("[::1]:8520"),
        content_type: Some("application/json; charset=utf-8"),
        body: br#"{"addresses":[]}"#,
    };
    let mut status =
        |request: Request<'_>| answer(&mut controller, &request, NOW, &mut RustCrypto).status;
    assert_eq!(status(request), 200);
    assert_eq!(status(Request { host: Some("evil.example:8520"), ..request }), 403);
    assert_eq!(status(Request { host: Some("127.0.0.1.evil.example"), ..request }), 403);
    assert_eq!(status(Request { host: None, ..request }), 403);
    assert_eq!(status(Request { content_type: Some("text/plain"), ..request }), 415);
    let told = Request { method: "POST", content_type: Some("text/plain"), ..request };
    for target in [
        "/v1/manifests",
        "/v1/devices/x/attestation",
        "/v1/devices/x/certificate",
        "/v1/devices/x/state",
    ] {
        assert_eq!(status(Request { target, ..told }), 415, "{target}");
    }
}
