//! `hexad mud`: what a device may talk to (RFC 8520).

mod compile;
mod create;
mod diff;
mod graph;
mod learn;
mod lint;
mod serve;
mod show;
mod tell;
pub mod verify;

use std::path::{self, PathBuf};

use clap::{Args, Subcommand};
use hexad_mud::file::{Reader, Reading};
use serde_json::json;

use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::report::Report;

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a MUD file and the flows that it allows
    #[command(after_help = "Example:\n  hexad mud inspect lamp.json")]
    Inspect(File),
    /// Find what is wrong in a MUD file, and what is allowed and not wise
    #[command(
        after_help = "Exit 1 if the standards do not allow the file; with --strict for warnings, too.

Example:
  hexad mud lint lamp.json"
    )]
    Lint(lint::Lint),
    /// Make a MUD file from a short description of what a device needs
    #[command(
        after_help = "The description has the nodes of the container ietf-mud:mud under their names, and allow: a list of
peers, each with tcp: PORT, udp: PORT or any: true, and opened-by: device (if not said) or peer. A
peer is a DNS name, a prefix, local-networks, my-controller, same-manufacturer, controller URI,
manufacturer NAME or model URL. Both versions of IP and both directions are made of it.

  mud-url: https://lighting.example.com/lamp
  systeminfo: A lamp
  allow:
    - { peer: cloud.example.com, tcp: 443 }
    - { peer: local-networks, udp: 5683, opened-by: peer }

Example:
  hexad mud create lamp.yaml -o lamp.json"
    )]
    Create(create::Create),
    /// Propose a MUD file that allows what a device was seen to talk, and no more
    #[command(
        after_help = "Hosts are named by what the device asked for and the answers in the capture. Look the proposal over:
what the device did not do meanwhile is not allowed, and what it should not have done is.

Example:
  hexad mud learn lamp.pcapng --device 02:00:00:00:00:07 --mud-url https://a.example/lamp -o lamp.json"
    )]
    Learn(learn::Learn),
    /// Show what one MUD file says and another does not
    #[command(after_help = "Example:\n  hexad mud diff old.json new.json")]
    Diff(diff::Diff),
    /// Draw who may talk to whom
    #[command(after_help = "An arrow goes from whoever begins.

Example:
  hexad mud graph lamp.json --format svg -o lamp.svg")]
    Graph(graph::Graph),
    /// Check that a signer signed a MUD file
    #[command(
        after_help = "The signer's certificate, which came with the signature, has to hold the key of --key, or lead to an
--anchor, or both; it has to be valid. A device's own certificate is not validated here: do so before.

Example:
  hexad mud verify lamp.json --signature lamp.p7s --key signer.pem
  hexad mud verify lamp.json --signature lamp.p7s --anchor root.pem"
    )]
    Verify(verify::Verify),
    /// Make the nftables ruleset that holds a device to its MUD file
    #[command(
        after_help = "No name is looked up: each DNS name in the file needs a --resolve. What the operator does not
name (--local-network, --controller, …) lets nobody through and is noted in the ruleset. The file
is taken as it is: check its signature before, with `hexad mud verify`.

Example:
  hexad mud compile lamp.json --device 192.0.2.10 --resolve cloud.example.com=203.0.113.20"
    )]
    Compile(Box<compile::Compile>),
    /// Hold the devices of a network to their MUD files, until interrupted
    #[command(after_help = "The configuration says what is where, all of it optional:

  local_networks = [\"192.0.2.0/24\"]
  update_server = { host = \"update.example.com\" }
  anchors = [{ certificates = \"mud-signers.pem\" }]
  verifiers = [\"verifier.pem\"]        # whose attestation results are taken
  authors = [\"author.pem\"]            # whose SUIT manifests say MUD URLs
  manufacturers = [\"idevid-roots.pem\"] # to whom devices' certificates lead
  interfaces = [\"lan0\"]               # where devices' DHCP and LLDP is heard; of a bridge, its ports
  dns = { listen = \"192.0.2.1:53\", resolver = \"9.9.9.9:53\" }
  [controllers]
  \"urn:ietf:params:mud:dns\" = [\"192.0.2.1/32\"]

Devices, manifests and attestation results come by the API. When it ends the rules stay in force.

Example:
  hexad mud serve --configuration site.toml --registry /var/lib/hexad/registry.sqlite
  curl -H 'Content-Type: application/json' -X PUT http://127.0.0.1:8520/v1/devices/lamp -d '{\"addresses\":[\"192.0.2.10\"]}'
  curl -H 'Content-Type: application/eat+cwt' --data-binary @lamp.ear http://127.0.0.1:8520/v1/devices/lamp/attestation")]
    Serve(serve::Serve),
    /// Tell the controller what another program knows: a lease, a certificate, an attestation result, a manifest
    #[command(
        after_help = "As dhcp-script of dnsmasq, in a script of one line, it gives devices their addresses, and the MUD
URL that they said; with take_up = true in the controller's configuration, it takes up whoever comes:

  exec hexad mud tell dnsmasq \"$@\"

With FreeRADIUS, `verify` of the EAP module keeps the certificate, and the virtual server check-eap-tls,
which runs once the device has proven its key, tells of it. Another session may have written another
certificate meanwhile, hence the serial number:

  client = \"/usr/bin/install -m 600 %{TLS-Client-Cert-Filename} /run/hexad/%{Calling-Station-Id}\"
  hexad mud tell certificate --serial %{session-state:TLS-Client-Cert-Serial}
    %{Calling-Station-Id} /run/hexad/%{Calling-Station-Id}

Example:
  hexad mud tell attestation lamp lamp.ear"
    )]
    Tell(tell::Tell),
}

/// Where a MUD file is.
#[derive(Args, Debug)]
pub struct Path {
    /// MUD file, in JSON; `-` is standard input
    file: PathBuf,
}

#[derive(Args, Debug)]
pub struct File {
    #[command(flatten)]
    path: Path,
    /// Let pass, and report, what the standards forbid and yet has but one meaning
    #[arg(long)]
    lenient: bool,
}

impl File {
    /// Reads the file.
    fn read(&self) -> Result<Reading, Failure> {
        read(&self.path.file, self.lenient)
    }
}

/// Reads a file, strictly or leniently.
fn read(path: &path::Path, lenient: bool) -> Result<Reading, Failure> {
    let input = Input::read(path)?;
    let reader = if lenient { Reader::new().lenient() } else { Reader::new() };
    reader.read(input.bytes()).map_err(|error| input.reject(error))
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(file) => inspect(file),
            Self::Lint(arguments) => lint::run(arguments),
            Self::Create(arguments) => create::run(arguments),
            Self::Learn(arguments) => learn::run(arguments),
            Self::Diff(arguments) => diff::run(arguments),
            Self::Graph(arguments) => graph::run(arguments),
            Self::Verify(arguments) => verify::verify(arguments),
            Self::Compile(arguments) => compile::compile(arguments),
            Self::Serve(arguments) => serve::run(arguments),
            Self::Tell(arguments) => tell::run(arguments),
        }
    }
}

fn inspect(file: &File) -> Result<Report, Failure> {
    let Reading { mud, findings } = file.read()?;
    let mut report = Report::new("mud");
    report.unproven("MUD file; its signature is not verified");
    show::contents(&mut report, &mud);
    show::flows(&mut report, &mud);
    let mut found = Vec::new();
    for finding in findings {
        let advice = finding.advice();
        let pointer = finding.pointer().to_owned();
        let problem = Problem::from(finding);
        let offset = problem.offset.unwrap_or_default();
        report.line(format_args!("  finding at byte {offset}: {}", problem.message));
        found.push(json!({
            "kind": problem.kind,
            "offset": offset,
            "pointer": pointer,
            "advice": advice,
        }));
    }
    report.json("findings", found);
    Ok(report)
}
