//! `hexad mud create`: a MUD file from a short description of what a device needs.

use std::path::PathBuf;

use clap::Args;
use hexad_mud::builder::{Builder, Service};
use hexad_mud::file::Contents;
use hexad_mud::flow::{Direction, Peer, Prefix};
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;
use serde::Deserialize;

use crate::eat::now;
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Create {
    /// The description, in YAML or JSON; `-` is standard input
    source: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// A description: the nodes of the container `mud` under their names, and what is allowed.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Description {
    mud_url: String,
    last_update: Option<String>,
    mud_signature: Option<String>,
    cache_validity: Option<u8>,
    is_supported: Option<bool>,
    systeminfo: Option<String>,
    mfg_name: Option<String>,
    model_name: Option<String>,
    firmware_rev: Option<String>,
    software_rev: Option<String>,
    documentation: Option<String>,
    #[serde(default)]
    allow: Vec<Allow>,
}

/// One peer, and what is talked with it: TCP or UDP on a port, or anything.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Allow {
    peer: String,
    tcp: Option<u16>,
    udp: Option<u16>,
    #[serde(default)]
    any: bool,
    #[serde(default)]
    opened_by: OpenedBy,
}

/// Who begins.
#[derive(Deserialize, Clone, Copy, Debug, Default)]
#[serde(rename_all = "kebab-case")]
enum OpenedBy {
    #[default]
    Device,
    Peer,
}

pub fn run(arguments: &Create) -> Result<Report, Failure> {
    let input = Input::read(&arguments.source)?;
    let refuse = |kind: &str, message: String| input.reject(Problem::at(kind, 0, message));
    let text = std::str::from_utf8(input.bytes())
        .map_err(|error| input.reject(Problem::at("utf8", error.valid_up_to(), "not UTF-8")))?;
    let description: Description = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| input.reject(Problem::of_json(text, &error)))?
    } else {
        serde_saphyr::from_str(text).map_err(|error| {
            let message = error.to_string();
            refuse("yaml", message.lines().next().unwrap_or("it is not YAML").to_owned())
        })?
    };
    let (contents, allowed) = contents(description).map_err(|message| refuse("source", message))?;
    let mut builder = Builder::new(contents);
    for allow in &allowed {
        let (peer, service) = allow.entry().map_err(|message| refuse("source", message))?;
        builder = builder.allow(peer, service);
    }
    let built = builder.build();
    // The byte is one of the file that is being made, which nobody has seen.
    let mud = built.map_err(|error| {
        let message = format!("{} ({}): {}", error.kind(), error.pointer(), error.advice());
        refuse("source", message)
    })?;

    let mut report = Report::new("mud");
    report.heading(format_args!("MUD file for {}", mud.url()));
    report.json("mud_url", mud.url().as_str());
    report.json("flows", mud.flows().count());
    report.make(Made {
        bytes: mud.to_json().into_bytes(),
        destination: arguments.output.output.clone(),
        is_text: true,
        is_secret: false,
    });
    Ok(report)
}

fn contents(description: Description) -> Result<(Contents, Vec<Allow>), String> {
    let url = MudUrl::new(&description.mud_url).map_err(|error| format!("mud-url: {error}"))?;
    let update = match &description.last_update {
        Some(text) => DateAndTime::new(text),
        None => DateAndTime::from_unix(now()),
    };
    let update = update.ok_or("last-update: a time such as 2026-01-01T00:00:00Z")?;
    let contents = Contents {
        mud_signature: description.mud_signature,
        cache_validity: description.cache_validity,
        is_supported: description.is_supported.unwrap_or(true),
        systeminfo: description.systeminfo,
        mfg_name: description.mfg_name,
        model_name: description.model_name,
        firmware_rev: description.firmware_rev,
        software_rev: description.software_rev,
        documentation: description.documentation,
        ..Contents::new(url, update)
    };
    Ok((contents, description.allow))
}

impl Allow {
    fn entry(&self) -> Result<(Peer<'_>, Service), String> {
        let initiated = match self.opened_by {
            OpenedBy::Device => Direction::FromDevice,
            OpenedBy::Peer => Direction::ToDevice,
        };
        let service = match (self.tcp, self.udp, self.any) {
            (Some(port), None, false) => Service::Tcp { port, initiated },
            (None, Some(port), false) => Service::Udp { port, initiated },
            (None, None, true) => Service::Any,
            _ => return Err(format!("peer {}: one of tcp, udp and any", self.peer)),
        };
        Ok((peer(&self.peer)?, service))
    }
}

/// A peer in the words in which `hexad mud inspect` shows it.
fn peer(text: &str) -> Result<Peer<'_>, String> {
    let words = text.split_once(' ').map(|(kind, name)| (kind, name.trim()));
    match (text, words) {
        ("local-networks", _) => Ok(Peer::LocalNetworks),
        ("my-controller", _) => Ok(Peer::MyController),
        ("same-manufacturer", _) => Ok(Peer::SameManufacturer),
        (_, Some(("controller", class))) => Ok(Peer::Controller(class)),
        (_, Some(("manufacturer", authority))) => Ok(Peer::Manufacturer(authority)),
        (_, Some(("model", url))) => Ok(Peer::Model(url)),
        (_, Some(_)) => Err(format!(
            "`{text}` is no peer: a name, a prefix, local-networks, my-controller, same-manufacturer, \
             controller URI, manufacturer NAME or model URL"
        )),
        (_, None) => match text.split_once('/') {
            Some((address, length)) => {
                let address = address.parse().ok();
                let prefix = address.zip(length.parse().ok());
                let prefix = prefix.and_then(|(address, length)| Prefix::new(address, length));
                prefix.map(Peer::Prefix).ok_or_else(|| format!("`{text}` is no prefix"))
            }
            None => Ok(match text.parse() {
                Ok(address) => Peer::Prefix(Prefix::host(address)),
                Err(_) => Peer::DnsName(text),
            }),
        },
    }
}
