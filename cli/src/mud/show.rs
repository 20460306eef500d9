//! What a MUD file says, in a report.

use hexad_mud::Mud;
use hexad_mud::extension::{Sbom, SbomRetrieval, Transparency, VulnRetrieval};
use hexad_mud::flow::{Direction, Flow, IpVersion, Transport};
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
    if let Some(transparency) = &contents.transparency {
        self::transparency(report, transparency);
    }
    if let Some(supported) = contents.is_tls_dtls_profile_supported {
        let name = "is-tls-dtls-profile-supported";
        report.entry("is_tls_dtls_profile_supported", name, supported, supported);
    }
}

/// Where bills of materials are, and what is known of vulnerabilities (RFC 9472).
fn transparency(report: &mut Report, transparency: &Transparency) {
    let sboms = match &transparency.sbom {
        None => Vec::new(),
        Some(SbomRetrieval::Cloud(sboms)) => {
            let place = |sbom: &Sbom| {
                let url = sbom.sbom_url.as_deref().unwrap_or("place not said");
                format!("{}: {url}", sbom.version_info)
            };
            sboms.iter().map(place).collect()
        }
        Some(SbomRetrieval::LocalWellKnown(kind)) => {
            vec![format!("from the device, by {}", kind.name())]
        }
        Some(SbomRetrieval::Contact(uri)) => vec![uri.clone()],
    };
    let vulnerabilities = match &transparency.vuln {
        None => Vec::new(),
        Some(VulnRetrieval::Cloud(urls)) => urls.clone(),
        Some(VulnRetrieval::Contact(uri)) => vec![uri.clone()],
    };
    report.entry("sboms", "bills of materials", sboms.join(", "), sboms);
    report.entry("vulnerabilities", "vulnerabilities", vulnerabilities.join(", "), vulnerabilities);
}

/// What it may talk to, in the order in which the flows are tried.
pub fn flows(report: &mut Report, mud: &Mud) {
    let mut all = Vec::new();
    for direction in [Direction::FromDevice, Direction::ToDevice] {
        report.heading(direction.name());
        for flow in mud.flows().filter(|flow| flow.direction == direction) {
            report.pair(&format!("{}/{}", flow.acl, flow.ace), &flow);
            all.push(object(&flow));
        }
    }
    report.json("flows", all);
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
        "peers": flow.peers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "transport": flow.transport.to_string(),
        "forwarding": flow.action.name(),
        "words": flow.to_string(),
    })
}
