//! `hexad mud compile`: from a MUD file to an nftables ruleset.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::str::FromStr;

use clap::Args;
use hexad_mud::file::Reading;
use hexad_operator::network::nft;
use hexad_operator::network::policy::{Access, Device, DeviceName, HostName, Site};
use ipnet::IpNet;
use serde_json::Value;

use super::File;
use crate::failure::Failure;
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Compile {
    #[command(flatten)]
    file: File,
    /// Address of the device; may stand several times
    #[arg(long, value_name = "ADDR", required = true)]
    device: Vec<IpAddr>,
    /// What to call the device in the ruleset
    #[arg(long, value_parser = device_name, default_value = "device")]
    name: DeviceName,
    /// Address of a host that the file names; may stand several times
    #[arg(long, value_name = "NAME=ADDR", value_parser = resolution)]
    resolve: Vec<(HostName, IpAddr)>,
    /// A network that is local to the device (local-networks)
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    local_network: Vec<IpNet>,
    /// A controller of the device (my-controller)
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    my_controller: Vec<IpNet>,
    /// A member of a class of controllers
    #[arg(long, value_name = "URI=PREFIX", value_parser = member)]
    controller: Vec<(String, IpNet)>,
    /// A device of a manufacturer, by the authority in its MUD URLs
    #[arg(long, value_name = "AUTHORITY=PREFIX", value_parser = member)]
    manufacturer: Vec<(String, IpNet)>,
    /// A device of a model, by its MUD URL
    #[arg(long, value_name = "URL=PREFIX", value_parser = member)]
    model: Vec<(String, IpNet)>,
    #[command(flatten)]
    output: Output,
}

pub fn compile(arguments: &Compile) -> Result<Report, Failure> {
    let Reading { mud, .. } = arguments.file.read()?;
    let url = mud.url().as_str().to_owned();
    let lower = |(authority, net): &(String, IpNet)| (authority.to_ascii_lowercase(), *net);
    let site = Site {
        local_networks: arguments.local_network.clone(),
        my_controllers: grouped(arguments.my_controller.iter().map(|net| (url.clone(), *net))),
        controllers: grouped(arguments.controller.iter().cloned()),
        manufacturers: grouped(arguments.manufacturer.iter().map(lower)),
        models: grouped(arguments.model.iter().cloned()),
        services: Vec::new(),
    };
    let access = site.allowed(&mud);
    let notes: Vec<String> = match &access {
        Access::Allowed(policy) => policy.notes.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let addresses = arguments.device.clone();
    let device = Device { name: arguments.name.clone(), addresses, hardware: None, access };
    let ruleset = nft::compile(&[device], |name| arguments.addresses_of(name));
    // Whatever can be wrong here is so in the arguments.
    let ruleset = ruleset.map_err(|error| Failure::Usage(error.to_string()))?;

    let mut report = Report::new("mud");
    report.heading(format_args!("nftables ruleset for {url}"));
    report.json("mud_url", url);
    let mut text = String::new();
    for note in &notes {
        report.pair("note", note);
        text += &format!("# {note}\n");
    }
    report.json("notes", notes);
    let json = serde_json::from_str::<Value>(&ruleset.to_json());
    let json = json.map_err(|error| Failure::Usage(format!("the ruleset has no JSON: {error}")))?;
    report.json("ruleset", json);
    text += &ruleset.to_string();
    report.make(Made {
        bytes: text.into_bytes(),
        destination: arguments.output.output.clone(),
        is_text: true,
        is_secret: false,
    });
    Ok(report)
}

impl Compile {
    /// The addresses that the user gave for a name: there is no other source.
    fn addresses_of(&self, name: &HostName) -> io::Result<Vec<IpAddr>> {
        let given = self.resolve.iter().filter(|(known, _)| known == name);
        let addresses: Vec<_> = given.map(|(_, address)| *address).collect();
        if addresses.is_empty() {
            let message = format!("say its address with --resolve {name}=ADDR");
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        Ok(addresses)
    }
}

/// Entries of several values a key.
fn grouped(entries: impl IntoIterator<Item = (String, IpNet)>) -> BTreeMap<String, Vec<IpNet>> {
    let mut groups = BTreeMap::<String, Vec<IpNet>>::new();
    for (key, net) in entries {
        groups.entry(key).or_default().push(net);
    }
    groups
}

fn device_name(text: &str) -> Result<DeviceName, String> {
    DeviceName::new(text).map_err(|error| error.to_string())
}

fn resolution(text: &str) -> Result<(HostName, IpAddr), String> {
    let (name, address) = text.split_once('=').ok_or("not of the form NAME=ADDR")?;
    let name = HostName::new(name).map_err(|error| error.to_string())?;
    Ok((name, address.parse().map_err(|_| format!("`{address}` is no IP address"))?))
}

/// A prefix, or one address.
fn prefix(text: &str) -> Result<IpNet, String> {
    let address = || IpAddr::from_str(text).map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| format!("`{text}` is no prefix"))
}

fn member(text: &str) -> Result<(String, IpNet), String> {
    // A URI may hold `=`, a prefix does not.
    let (key, net) = text.rsplit_once('=').ok_or("not of the form NAME=PREFIX")?;
    Ok((key.to_owned(), prefix(net)?))
}
