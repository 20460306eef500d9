//! `hexad mud learn`: from what a device was seen to talk to a MUD file that allows no more.

mod capture;
mod observe;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use hexad_mud::Mud;
use hexad_mud::builder::{Builder, Service};
use hexad_mud::file::Contents;
use hexad_mud::flow::{Peer, Prefix};
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;

use observe::{Observation, Protocol, Talk};

use crate::eat::now;
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Learn {
    /// The capture: pcap or pcapng, of Ethernet; `-` is standard input
    capture: PathBuf,
    /// MAC address of the device
    #[arg(long, value_name = "MAC", value_parser = mac)]
    device: Mac,
    /// The MUD URL; without it, the one that the device says by DHCP or LLDP
    #[arg(long, value_name = "URL", value_parser = url)]
    mud_url: Option<MudUrl>,
    /// What the device is, in up to 60 characters
    #[arg(long, value_name = "TEXT")]
    systeminfo: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// A MAC address.
#[derive(Clone, Copy, Debug)]
struct Mac([u8; 6]);

pub fn run(arguments: &Learn) -> Result<Report, Failure> {
    let input = Input::read(&arguments.capture)?;
    let refuse = |message: String| input.reject(Problem::at("capture", 0, message));
    let mut seen = Observation::new(arguments.device.0);
    let others = capture::frames(input.bytes(), |frame| seen.frame(frame)).map_err(refuse)?;
    if seen.frames == 0 {
        return Err(refuse("no frame is from or to the device".to_owned()));
    }
    let url = arguments.mud_url.clone().or_else(|| seen.url.clone());
    let url = url.ok_or_else(|| {
        Failure::Usage("the device says no MUD URL: give one with --mud-url".to_owned())
    })?;
    let time = DateAndTime::from_unix(now());
    let time = time.ok_or_else(|| Failure::Usage("the clock is wrong".to_owned()))?;
    let mut contents = Contents::new(url, time);
    contents.systeminfo.clone_from(&arguments.systeminfo);
    let (mud, mut notes) = propose(&seen, contents).map_err(refuse)?;
    if others > 0 {
        notes.push(format!("{others} packets are of links other than Ethernet"));
    }

    let mut report = Report::new("mud-learn");
    report.heading(format_args!("MUD file for {}, from {} frames", mud.url(), seen.frames));
    report.json("mud_url", mud.url().as_str());
    report.json("frames", seen.frames);
    report.json("flows", mud.flows().count());
    for note in &notes {
        report.pair("note", note);
    }
    report.json("notes", notes);
    report.make(Made {
        bytes: mud.to_json().into_bytes(),
        destination: arguments.output.output.clone(),
        is_text: true,
        is_secret: false,
    });
    Ok(report)
}

/// The classes of RFC 8520, 17.7, which every network has members for.
const DNS: &str = "urn:ietf:params:mud:dns";
const NTP: &str = "urn:ietf:params:mud:ntp";

/// The file that allows what was seen and no more, and what a person should know of it.
fn propose(seen: &Observation, contents: Contents) -> Result<(Mud, Vec<String>), String> {
    let mut notes: Vec<_> = seen
        .others
        .iter()
        .map(|(what, count)| format!("not proposed: {what} ({count} packets)"))
        .collect();
    let mut builder = Builder::new(contents);
    let mut proposed = BTreeSet::new();
    for talk in seen.talks() {
        let peer = peer(seen, &talk);
        let Talk { port, initiated, .. } = talk;
        let service = match talk.protocol {
            Protocol::Tcp => Service::Tcp { port, initiated },
            Protocol::Udp => Service::Udp { port, initiated },
        };
        if !talk.seen {
            notes.push(format!(
                "who opens TCP port {port} with {peer} was not seen, and is a guess"
            ));
        }
        if let Peer::Prefix(_) = peer {
            notes.push(format!("nothing in the capture names {peer}"));
        }
        if proposed.insert((peer, talk.protocol, port, initiated)) {
            builder = builder.allow(peer, service);
        }
    }
    notes.dedup();
    let mud = builder.build().map_err(|error| {
        format!(
            "the proposal is no MUD file: {} ({}): {}",
            error.kind(),
            error.pointer(),
            error.advice()
        )
    })?;
    Ok((mud, notes))
}

/// Who the peer is: a class for name service and time, the name that the device asked for, the local
/// networks, or else its address.
fn peer<'o>(seen: &'o Observation, talk: &Talk) -> Peer<'o> {
    let name = seen.names.get(&talk.peer).filter(|name| is_host(name));
    match (talk.protocol, talk.port, name) {
        (Protocol::Udp | Protocol::Tcp, 53, None) => Peer::Controller(DNS),
        (_, _, Some(name)) => Peer::DnsName(name),
        (Protocol::Udp, 123, None) => Peer::Controller(NTP),
        (_, _, None) if is_local(talk.peer) => Peer::LocalNetworks,
        (_, _, None) => Peer::Prefix(Prefix::host(talk.peer)),
    }
}

/// Whether a MUD file can name this host.
fn is_host(name: &str) -> bool {
    hexad_operator::network::policy::HostName::new(name).is_ok()
}

fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

fn mac(text: &str) -> Result<Mac, String> {
    let wrong = || format!("`{text}` is no MAC address: six pairs of hexadecimal digits");
    let pairs: Vec<_> = text.split([':', '-']).collect();
    let byte = |pair: &&str| {
        let digits = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
        u8::from_str_radix(pair, 16).ok().filter(|_| digits)
    };
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(Mac).ok_or_else(wrong)
}

fn url(text: &str) -> Result<MudUrl, String> {
    MudUrl::new(text).map_err(|error| error.to_string())
}
