//! `hexad mud tell`: what the programs of a network know, for its controller.

use std::env;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use hexad_cose_core::x509::Certificate;
use hexad_operator::network::policy::{DeviceName, HardwareAddress};
use serde_json::{Value, json};

use crate::arguments::{self, Bytes};
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::report::{Report, printable};

/// How long the controller may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Args, Debug)]
pub struct Tell {
    /// Where the controller's API is
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8520", global = true)]
    api: SocketAddr,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// A lease, with the arguments and the environment of dnsmasq's dhcp-script
    #[command(
        after_help = "Example:\n  hexad mud tell dnsmasq add 02:00:00:00:00:0a 192.168.8.10 lamp"
    )]
    Dnsmasq {
        /// add, old or del; whatever else dnsmasq tells is passed over
        action: String,
        /// The client: its hardware address, or its DUID
        client: Option<String>,
        /// The address
        address: Option<String>,
        /// The client's name for itself, which is passed over
        name: Option<String>,
    },
    /// The certificate with which a device has authenticated itself, as an 802.1X server saw it
    #[command(after_help = "Example:\n  hexad mud tell certificate lamp chain.pem --serial 01a4")]
    Certificate {
        /// The device's name or hardware address
        device: String,
        /// The certificate in PEM, and those that came with it; `-` is standard input
        file: PathBuf,
        /// The serial number that the certificate has to have
        #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal)]
        serial: Option<Bytes>,
    },
    /// The attestation result of a device (EAR), as CWT or JWT
    #[command(after_help = "Example:\n  hexad mud tell attestation lamp result.ear")]
    Attestation {
        /// The device's name or hardware address
        device: String,
        /// The result; `-` is standard input
        file: PathBuf,
    },
    /// A manifest of software that devices run: its SUIT envelope
    #[command(after_help = "Example:\n  hexad mud tell manifest update.suit")]
    Manifest {
        /// The envelope, raw or in hexadecimal; `-` is standard input
        file: PathBuf,
    },
}

pub fn run(arguments: &Tell) -> Result<Report, Failure> {
    let api = Api::new(arguments.api);
    match &arguments.what {
        What::Dnsmasq { action, client, address, .. } => {
            dnsmasq(&api, action, client.as_deref(), address.as_deref())
        }
        What::Certificate { device, file, serial } => {
            let input = Input::read(file)?;
            if let Some(serial) = serial {
                check_serial(&input, serial.as_slice())?;
            }
            let path = format!("/v1/devices/{}/certificate", name(device)?);
            api.file(&path, "application/pem-certificate-chain", &input)
        }
        What::Attestation { device, file } => {
            let input = Input::read_binary(file)?;
            let is_text = input.bytes().starts_with(b"eyJ");
            let kind = if is_text { "application/eat+jwt" } else { "application/eat+cwt" };
            api.file(&format!("/v1/devices/{}/attestation", name(device)?), kind, &input)
        }
        What::Manifest { file } => {
            let input = Input::read_binary(file)?;
            api.file("/v1/manifests", "application/suit-envelope+cose", &input)
        }
    }
}

/// A hardware address in the one form that the API takes for one, or a name.
fn name(device: &str) -> Result<String, Failure> {
    if let Ok(hardware) = device.parse::<HardwareAddress>() {
        return Ok(hardware.to_string());
    }
    let name = DeviceName::new(device);
    let wrong = |_| Failure::Usage(format!("`{}` is no device's name", printable(device)));
    name.map(|name| name.as_str().to_owned()).map_err(wrong)
}

/// That the first certificate is the one that the authentication server means: what it wrote to a file may since be
/// another's.
fn check_serial(input: &Input, serial: &[u8]) -> Result<(), Failure> {
    let wrong = |message: String| input.reject(Problem::at("certificate", 0, message));
    let text = input.text()?;
    let (_, der) = der::pem::decode_vec(text.trim_start().as_bytes())
        .map_err(|error| wrong(error.to_string()))?;
    let certificate = Certificate::parse(&der).map_err(|error| wrong(error.to_string()))?;
    let trim =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().skip_while(|byte| *byte == 0).collect() };
    if trim(certificate.fields().serial_number().as_bytes()) == trim(serial) {
        return Ok(());
    }
    Err(wrong("it has another serial number".to_owned()))
}

fn dnsmasq(
    api: &Api,
    action: &str,
    client: Option<&str>,
    address: Option<&str>,
) -> Result<Report, Failure> {
    let mut report = Report::new("mud-tell");
    // Of DHCPv6, dnsmasq says the hardware address if it knows it; of other networks than Ethernet, none of six bytes.
    let known = env::var("DNSMASQ_MAC").ok();
    let hardware =
        known.as_deref().or(client).and_then(|text| text.parse::<HardwareAddress>().ok());
    let address = address.and_then(|text| text.parse::<IpAddr>().ok());
    let (Some(hardware), Some(address)) = (hardware, address) else {
        report.heading("nothing to tell");
        return Ok(report);
    };
    let method = match action {
        "add" | "old" => "PUT",
        "del" => "DELETE",
        _ => {
            report.heading("nothing to tell");
            return Ok(report);
        }
    };
    let lease = format!("/v1/devices/{hardware}/leases/{address}");
    let mut answer = api.ask(method, &lease, "application/json", b"").map_err(refused)?;
    let url = env::var("DNSMASQ_MUD_URL").ok().filter(|url| !url.is_empty());
    if let Some(url) = url.filter(|_| method == "PUT") {
        let said = json!({ "url": url, "source": "dhcp" }).to_string();
        let path = format!("/v1/devices/{hardware}/mud-url");
        answer = api.ask("POST", &path, "application/json", said.as_bytes()).map_err(refused)?;
    }
    report.heading(format_args!("told of {address} for {hardware}"));
    report.json("answer", answer);
    Ok(report)
}

fn refused(refusal: Refusal) -> Failure {
    let (Refusal::Answer(message) | Refusal::Silence(message)) = refusal;
    Failure::Usage(message)
}

/// Why the controller has not done what it was told.
enum Refusal {
    /// It says why.
    Answer(String),
    /// It says nothing.
    Silence(String),
}

/// The controller's API.
struct Api {
    agent: ureq::Agent,
    at: SocketAddr,
}

impl Api {
    fn new(at: SocketAddr) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Self { agent: agent.into(), at }
    }

    /// Posts a file.
    fn file(&self, path: &str, kind: &str, input: &Input) -> Result<Report, Failure> {
        let answer =
            self.ask("POST", path, kind, input.bytes()).map_err(|refusal| match refusal {
                Refusal::Answer(message) => {
                    input.reject(Problem { kind: "refused".to_owned(), offset: None, message })
                }
                Refusal::Silence(message) => Failure::Usage(message),
            })?;
        let mut report = Report::new("mud-tell");
        report.heading("taken");
        report.json("answer", answer);
        Ok(report)
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Value, Refusal> {
        let silence = |error: &dyn std::fmt::Display| {
            Refusal::Silence(format!("the controller at {}: {error}", self.at))
        };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.at))
            .header("Content-Type", kind)
            .body(body)
            .map_err(|error| silence(&error))?;
        let mut response = self.agent.run(request).map_err(|error| silence(&error))?;
        let status = response.status();
        let text = response.body_mut().read_to_string().map_err(|error| silence(&error))?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| silence(&error))?;
        if status.is_success() {
            return Ok(answer);
        }
        let message = answer.pointer("/error/message").and_then(Value::as_str);
        Err(Refusal::Answer(message.map_or_else(|| status.to_string(), str::to_owned)))
    }
}
