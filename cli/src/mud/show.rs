//! What a MUD file says, in a report.

use hexad_mud::Mud;
use hexad_mud::flow::{Direction, Flow, IpVersion, Peer, Ports, Transport};
use serde_json::{Value, json};

use crate::report::Report;

/// What the device is.
pub fn contents(report: &mut Report, mud: &Mud) {
    let contents = mud.contents();
    report.entry("mud_url", "mud-url", mud.url().as_str(), mud.url().as_str());
    let updated = contents.last_update.as_str();
    report.entry("last_update", "last-update", updated, updated);
    let hours = mud.cache_validity();
    report.entry("cache_validity", "cache-validity", format_args!("{hours} hours"), hours);
    report.entry("is_supported", "is-supported", contents.is_supported, contents.is_supported);
    let texts = [
        ("systeminfo", "systeminfo", &contents.systeminfo),
        ("mfg_name", "mfg-name", &contents.mfg_name),
        ("model_name", "model-name", &contents.model_name),
        ("firmware_rev", "firmware-rev", &contents.firmware_rev),
        ("software_rev", "software-rev", &contents.software_rev),
        ("documentation", "documentation", &contents.documentation),
        ("mud_signature", "mud-signature", &contents.mud_signature),
    ];
    for (field, name, text) in texts {
        match text {
            Some(text) => report.entry(field, name, text, text.as_str()),
            None => report.json(field, Value::Null),
        }
    }
    report.json("extensions", contents.extensions.as_slice());
}

/// What it may talk to, in the order in which the flows are tried.
pub fn flows(report: &mut Report, mud: &Mud) {
    let mut all = Vec::new();
    for direction in [Direction::FromDevice, Direction::ToDevice] {
        report.heading(direction.name());
        for flow in mud.flows().filter(|flow| flow.direction == direction) {
            report.pair(&format!("{}/{}", flow.acl, flow.ace), words(&flow));
            all.push(object(&flow));
        }
    }
    report.json("flows", all);
}

/// A flow in words.
fn words(flow: &Flow<'_>) -> String {
    let action = flow.action.name();
    let version = match flow.version {
        Some(IpVersion::V4) => " IPv4",
        Some(IpVersion::V6) => " IPv6",
        None => "",
    };
    let mut words = format!("{action}{version} {}", transport(&flow.transport));
    let preposition = if flow.direction == Direction::FromDevice { "to" } else { "from" };
    let peers: Vec<_> = flow.peers.iter().map(peer).collect();
    let peers = if peers.is_empty() { "anyone".to_owned() } else { peers.join(" that is also ") };
    words += &format!(" {preposition} {peers}");
    if let Some(prefix) = flow.device {
        words += &format!(", the device being under {prefix}");
    }
    if flow.ethernet.is_some() {
        words += ", with a condition on the Ethernet header";
    }
    if flow.partial {
        words += ", with conditions that are not known";
    }
    words
}

fn object(flow: &Flow<'_>) -> Value {
    let initiated = match flow.transport {
        Transport::Tcp { initiated, .. } => initiated.map(Direction::name),
        _ => None,
    };
    json!({
        "acl": flow.acl,
        "ace": flow.ace,
        "direction": flow.direction.name(),
        "direction_initiated": initiated,
        "ip": flow.version.map(|version| if version == IpVersion::V4 { 4 } else { 6 }),
        "peers": flow.peers.iter().map(peer).collect::<Vec<_>>(),
        "transport": transport(&flow.transport),
        "forwarding": flow.action.name(),
        "words": words(flow),
    })
}

fn peer(peer: &Peer<'_>) -> String {
    match peer {
        Peer::DnsName(name) => (*name).to_owned(),
        Peer::Prefix(prefix) => prefix.to_string(),
        Peer::LocalNetworks => "local-networks".to_owned(),
        Peer::MyController => "my-controller".to_owned(),
        Peer::Controller(class) => format!("controller {class}"),
        Peer::SameManufacturer => "same-manufacturer".to_owned(),
        Peer::Manufacturer(authority) => format!("manufacturer {authority}"),
        Peer::Model(url) => format!("model {url}"),
        _ => "a peer that is not known".to_owned(),
    }
}

fn transport(transport: &Transport) -> String {
    let ports = |source: &Ports, destination: &Ports| {
        let from = ports(*source).map(|ports| format!(" from {ports}")).unwrap_or_default();
        let to = ports(*destination).map(|ports| format!(" to {ports}")).unwrap_or_default();
        from + &to
    };
    match transport {
        Transport::Any => "any protocol".to_owned(),
        Transport::Tcp { source, destination, initiated } => {
            let opened = match initiated {
                Some(Direction::FromDevice) => " opened by the device",
                Some(Direction::ToDevice) => " opened by the peer",
                None => "",
            };
            format!("TCP{}{opened}", ports(source, destination))
        }
        Transport::Udp { source, destination } => format!("UDP{}", ports(source, destination)),
        Transport::Icmp { kind, code } => {
            let kind = kind.map(|kind| format!(" type {kind}")).unwrap_or_default();
            let code = code.map(|code| format!(" code {code}")).unwrap_or_default();
            format!("ICMP{kind}{code}")
        }
        Transport::Protocol(number) => format!("protocol {number}"),
    }
}

fn ports(ports: Ports) -> Option<String> {
    match ports {
        Ports::Any => None,
        Ports::Range(first, last) if first == last => Some(format!("port {first}")),
        Ports::Range(first, last) => Some(format!("ports {first}-{last}")),
        Ports::Not(port) => Some(format!("any port but {port}")),
    }
}
