//! The JSON API and the metrics, over HTTP on loopback.
//!
//! | request | does |
//! | --- | --- |
//! | `GET /v1/devices` | the devices, their MUD URLs and states |
//! | `PUT /v1/devices/NAME` `{"addresses": [..], "hardware": ".."}` | takes a device up |
//! | `DELETE /v1/devices/NAME` | takes it away |
//! | `POST /v1/devices/NAME/attestation` EAR, as CWT or JWT | what its attestation came to |
//! | `POST /v1/devices/NAME/state` `{"state", "reason"}` | the operator's own word on it |
//! | `POST /v1/devices/NAME/mud-url` `{"url", "source"}` | the MUD URL that it said by `dhcp` or `lldp` |
//! | `POST /v1/devices/NAME/certificate` chain in PEM | the certificate with which it has authenticated itself |
//! | `PUT /v1/devices/MAC/leases/ADDRESS` | the network's DHCP server has given it the address |
//! | `DELETE /v1/devices/MAC/leases/ADDRESS` | and has taken it back |
//! | `POST /v1/manifests` SUIT envelope | the manifest of software that devices run |
//! | `PUT /v1/overrides` `{"url", "file"}` | the operator's own MUD file; without `file`, none |
//! | `GET /v1/audit?after=N` | a thousand lines of the audit log |
//! | `GET /metrics` | for Prometheus |
//!
//! A device's NAME may be its hardware address (MAC) as well. Attestation results, certificates and manifests are worth
//! their signatures: they are verified here.
//!
//! Whoever may connect to loopback may ask for anything: the API is for the operator's own programs on the same
//! machine, such as a verifier's or a DHCP server's hooks. A page in a browser there may not: requests name a loopback
//! host, and those that change something are of a type that no form sends.

use hexad_cose_core::crypto::{Hash, Verify};
use hexad_operator::network::enforce::Put;
use hexad_operator::network::policy::{DeviceName, HardwareAddress};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Write;
use std::net::IpAddr;

use crate::controller::{Controller, ControllerError, Heard};
use crate::gateway::Gateway;
use crate::record::{DeviceRecord, State};

/// The most bytes of a request's body.
pub const LIMIT: u64 = 2 << 20;
/// How many lines of the audit log are given at once.
const PAGE: u32 = 1000;

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The method.
    pub method: &'r str,
    /// The path with the query.
    pub target: &'r str,
    /// The value of the header `Host`.
    pub host: Option<&'r str>,
    /// The value of the header `Content-Type`.
    pub content_type: Option<&'r str>,
    /// The body.
    pub body: &'r [u8],
}

/// What is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// The status (RFC 9110, 15).
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Response {
    fn json(status: u16, value: &Value) -> Self {
        Self { status, content_type: "application/json", body: value.to_string() }
    }

    fn error(status: u16, why: &str) -> Self {
        Self::json(status, &json!({ "ok": false, "error": { "message": why } }))
    }

    fn done(more: Value) -> Self {
        Self::json(200, &more)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutDevice {
    addresses: Vec<IpAddr>,
    #[serde(default)]
    hardware: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    state: State,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    url: String,
    source: Heard,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutOverride {
    url: String,
    #[serde(default)]
    file: Option<Value>,
}

/// Answers one request at the time `now`, in seconds since 1970 began.
pub fn answer<G: Gateway>(
    controller: &mut Controller<G>,
    request: &Request<'_>,
    now: i64,
    crypto: &mut (impl Hash + Verify),
) -> Response {
    if !request.host.is_some_and(is_loopback) {
        return Response::error(403, "the request names another host than this one");
    }
    respond(controller, request, now, crypto).unwrap_or_else(|refusal| refusal)
}

/// That the body is of one of these media types.
fn expect(request: &Request<'_>, kinds: &[&str]) -> Result<(), Response> {
    let kind = request.content_type.and_then(|kind| kind.split(';').next());
    if kind.is_some_and(|kind| kinds.iter().any(|known| kind.trim().eq_ignore_ascii_case(known))) {
        return Ok(());
    }
    Err(Response::error(415, &format!("the body has to be {}", kinds.join(" or "))))
}

fn respond<G: Gateway>(
    controller: &mut Controller<G>,
    request: &Request<'_>,
    now: i64,
    crypto: &mut (impl Hash + Verify),
) -> Result<Response, Response> {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match (request.method, parts.as_slice()) {
        ("GET", ["metrics"]) => metrics(controller).map_err(refusal),
        ("GET", ["v1", "devices"]) => {
            let devices = controller.registry().devices().map_err(|error| refusal(error.into()))?;
            let devices: Vec<_> = devices.iter().map(device).collect();
            Ok(Response::done(json!({ "ok": true, "devices": devices })))
        }
        ("GET", ["v1", "audit"]) => {
            let after = query.strip_prefix("after=").unwrap_or("0").parse();
            let after = after.map_err(|_| Response::error(400, "`after` is no number"))?;
            let lines = controller.registry().audit(after, PAGE);
            let lines = lines.map_err(|error| refusal(error.into()))?;
            Ok(Response::done(json!({ "ok": true, "audit": lines })))
        }
        ("POST", ["v1", "manifests"]) => {
            expect(request, &["application/suit-envelope+cose"])?;
            let digest = controller.put_manifest(request.body, now, crypto).map_err(refusal)?;
            Ok(Response::done(json!({ "ok": true, "manifest": digest })))
        }
        ("PUT", ["v1", "overrides"]) => {
            let PutOverride { url, file } = body(request)?;
            let file = file.map(|file| file.to_string());
            let bytes = file.as_ref().map(String::as_bytes);
            controller.set_override(&url, bytes, now).map_err(refusal)?;
            Ok(Response::done(json!({ "ok": true })))
        }
        (method, ["v1", "devices", hardware, "leases", address]) => {
            let hardware = hardware.parse().map_err(|_| not("hardware address", hardware))?;
            let address = address.parse().map_err(|_| not("address", address))?;
            lease(controller, method, hardware, address, now)
        }
        (method, ["v1", "devices", name, rest @ ..]) => {
            let name = match name.parse::<HardwareAddress>() {
                Ok(hardware) if name.contains(':') => {
                    controller.with_hardware(hardware).map_err(refusal)?
                }
                _ => DeviceName::new(name).map_err(|error| refusal(error.into()))?,
            };
            match (method, rest) {
                ("PUT" | "DELETE", []) => one_device(controller, request, name, now),
                ("POST", [what]) => told(controller, request, what, &name, now, crypto),
                _ => Err(Response::error(405, "a device can't be asked for that")),
            }
        }
        _ => Err(Response::error(404, "there is no such thing here")),
    }
}

fn not(what: &str, text: &str) -> Response {
    Response::error(400, &format!("`{text}` is no {what}"))
}

fn lease<G: Gateway>(
    controller: &mut Controller<G>,
    method: &str,
    hardware: HardwareAddress,
    address: IpAddr,
    now: i64,
) -> Result<Response, Response> {
    let changed = match method {
        "PUT" => controller.lease(hardware, address, now).map(|put| put != Put::Unchanged),
        "DELETE" => controller.end_lease(hardware, address, now),
        _ => return Err(Response::error(405, "a lease is put or deleted")),
    };
    Ok(Response::done(json!({ "ok": true, "changed": changed.map_err(refusal)? })))
}

fn one_device<G: Gateway>(
    controller: &mut Controller<G>,
    request: &Request<'_>,
    name: DeviceName,
    now: i64,
) -> Result<Response, Response> {
    if request.method == "DELETE" {
        return match controller.remove_device(&name, now).map_err(refusal)? {
            true => Ok(Response::done(json!({ "ok": true }))),
            false => Err(refusal(ControllerError::UnknownDevice(name.as_str().to_owned()))),
        };
    }
    let PutDevice { addresses, hardware } = body(request)?;
    let hardware = hardware.map(|text| text.parse().map_err(|_| not("hardware address", &text)));
    controller.put_device(name, addresses, hardware.transpose()?, now).map_err(refusal)?;
    Ok(Response::done(json!({ "ok": true })))
}

/// What is told of a device.
fn told<G: Gateway>(
    controller: &mut Controller<G>,
    request: &Request<'_>,
    what: &str,
    name: &DeviceName,
    now: i64,
    crypto: &mut (impl Hash + Verify),
) -> Result<Response, Response> {
    let done = match what {
        "attestation" => {
            expect(request, &["application/eat+cwt", "application/eat+jwt"])?;
            let state = controller.attest(name, request.body, now, crypto).map_err(refusal)?;
            json!({ "ok": true, "state": state })
        }
        "certificate" => {
            expect(request, &["application/pem-certificate-chain"])?;
            let chain = CertificateDer::pem_slice_iter(request.body);
            let chain: Result<Vec<_>, _> = chain.map(|one| one.map(|one| one.to_vec())).collect();
            let chain = chain.map_err(|error| Response::error(400, &error.to_string()))?;
            let holds = controller.certified(name, &chain, now, crypto).map_err(refusal)?;
            json!({ "ok": true, "holds": holds })
        }
        "mud-url" => {
            let Said { url, source } = body(request)?;
            let holds = controller.heard(name, &url, source, now).map_err(refusal)?;
            json!({ "ok": true, "holds": holds })
        }
        "state" => {
            let Word { state, reason } = body(request)?;
            controller.set_state(name, state, &reason, now).map_err(refusal)?;
            json!({ "ok": true })
        }
        _ => return Err(Response::error(404, "nothing of the kind can be told of a device")),
    };
    Ok(Response::done(done))
}

fn body<T: DeserializeOwned>(request: &Request<'_>) -> Result<T, Response> {
    expect(request, &["application/json"])?;
    serde_json::from_slice(request.body).map_err(|error| Response::error(400, &error.to_string()))
}

fn refusal(error: ControllerError) -> Response {
    let status = match error {
        ControllerError::UnknownDevice(_) => 404,
        ControllerError::Attestation(_)
        | ControllerError::Certificate(_)
        | ControllerError::Manifest(_)
        | ControllerError::Unattested => 403,
        ControllerError::Registry(_) | ControllerError::Apply(_) => 500,
        _ => 400,
    };
    Response::error(status, &error.to_string())
}

fn device(record: &DeviceRecord) -> Value {
    json!({
        "name": record.name.as_str(),
        "addresses": record.addresses,
        "hardware": record.hardware.map(|hardware| hardware.to_string()),
        "mud": record.mud,
        "state": record.state,
        "until": record.until,
    })
}

/// Whether a `Host` is loopback: a name that others can point elsewhere is none.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The metrics, in Prometheus' text format (version 0.0.4).
fn metrics<G: Gateway>(controller: &Controller<G>) -> Result<Response, ControllerError> {
    let devices = controller.registry().devices()?;
    let counts = controller.counts();
    let mut body = String::from("# TYPE hexad_devices gauge\n");
    for state in State::ALL {
        let number = devices.iter().filter(|record| record.state == state).count();
        // Writing to a string does not fail.
        _ = writeln!(body, "hexad_devices{{state=\"{}\"}} {number}", state.name());
    }
    for (name, count) in [
        ("hexad_rulesets_applied_total", counts.applied),
        ("hexad_rulesets_refused_total", counts.refused),
        ("hexad_mud_files_refreshed_total", counts.refreshed),
        ("hexad_mud_file_failures_total", counts.refresh_failures),
        ("hexad_dns_answers_learned_total", counts.learned),
        ("hexad_dns_rebindings_refused_total", counts.rebindings),
        ("hexad_frames_refused_total", counts.unheard),
    ] {
        _ = writeln!(body, "# TYPE {name} counter\n{name} {count}");
    }
    let counters = controller.counters()?;
    for (name, about) in
        [("hexad_dropped_packets_total", true), ("hexad_allowed_packets_total", false)]
    {
        _ = writeln!(body, "# TYPE {name} counter");
        let mut chains = std::collections::BTreeMap::<&str, u64>::new();
        for counter in counters.iter().filter(|counter| counter.drops == about) {
            *chains.entry(&counter.chain).or_default() += counter.packets;
        }
        for (chain, packets) in chains {
            _ = writeln!(body, "{name}{{chain=\"{chain}\"}} {packets}");
        }
    }
    Ok(Response { status: 200, content_type: "text/plain; version=0.0.4", body })
}
