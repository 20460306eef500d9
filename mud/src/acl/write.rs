//! Writes `ietf-access-control-list:acls`, in the order of the example in RFC 8520, 9.

use alloc::collections::BTreeSet;
use alloc::format;

use super::field::write_field;
use super::{Acl, Ethernet, Field, L3, L4, Logging, Matches, MudMatches, PortMatch};
use crate::extension::write_profiles;
use crate::flow::IpVersion;
use crate::json::Writer;

/// The value of `ietf-access-control-list:acls`.
pub(crate) fn write_acls(writer: &mut Writer, acls: &[Acl]) {
    writer.object(|writer| {
        writer.name("acl").array(|writer| {
            for acl in acls {
                write_acl(writer, acl);
            }
        });
    });
}

fn write_acl(writer: &mut Writer, acl: &Acl) {
    writer.object(|writer| {
        writer.name("name").string(&acl.name);
        if let Some(kind) = acl.kind {
            writer.name("type").string(kind.name());
        }
        writer.name("aces").object(|writer| {
            writer.name("ace").array(|writer| {
                for ace in &acl.aces {
                    writer.object(|writer| {
                        writer.name("name").string(&ace.name);
                        writer.name("matches").object(|writer| write_matches(writer, &ace.matches));
                        writer.name("actions").object(|writer| {
                            writer.name("forwarding").string(ace.forwarding.name());
                            if let Some(logging) = ace.logging {
                                writer.name("logging").string(match logging {
                                    Logging::Syslog => "log-syslog",
                                    Logging::None => "log-none",
                                });
                            }
                        });
                    });
                }
            });
        });
    });
}

fn write_matches(writer: &mut Writer, matches: &Matches) {
    if matches.mud != MudMatches::default() {
        writer.name("ietf-mud:mud").object(|writer| write_mud(writer, &matches.mud));
    }
    if let Some(eth) = &matches.eth {
        writer.name("eth").object(|writer| write_eth(writer, eth));
    }
    if let Some(l3) = &matches.l3 {
        write_l3(writer, l3, &matches.fields);
    }
    if let Some(l4) = matches.l4 {
        write_l4(writer, l4, &matches.fields);
    }
    if let Some(profiles) = &matches.client_profiles {
        write_profiles(writer.name("ietf-acl-tls:client-profiles"), profiles);
    }
    for unknown in &matches.unknown {
        writer.name(&unknown.name).raw(&unknown.json);
    }
}

fn write_mud(writer: &mut Writer, mud: &MudMatches) {
    if let Some(manufacturer) = &mud.manufacturer {
        writer.name("manufacturer").string(manufacturer);
    }
    if mud.same_manufacturer {
        writer.name("same-manufacturer").empty();
    }
    if let Some(model) = &mud.model {
        writer.name("model").string(model);
    }
    if mud.local_networks {
        writer.name("local-networks").empty();
    }
    if let Some(controller) = &mud.controller {
        writer.name("controller").string(controller);
    }
    if mud.my_controller {
        writer.name("my-controller").empty();
    }
}

fn write_eth(writer: &mut Writer, eth: &Ethernet) {
    let addresses = [
        ("destination-mac-address", eth.destination_mac_address),
        ("destination-mac-address-mask", eth.destination_mac_address_mask),
        ("source-mac-address", eth.source_mac_address),
        ("source-mac-address-mask", eth.source_mac_address_mask),
    ];
    for (name, address) in addresses {
        if let Some([a, b, c, d, e, f]) = address {
            let text = format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}");
            writer.name(name).string(&text);
        }
    }
    if let Some(ethertype) = eth.ethertype {
        writer.name("ethertype").number(ethertype);
    }
}

fn write_l3(writer: &mut Writer, l3: &L3, fields: &BTreeSet<Field>) {
    let (name, source, destination) = match l3.version() {
        IpVersion::V4 => ("ipv4", "source-ipv4-network", "destination-ipv4-network"),
        IpVersion::V6 => ("ipv6", "source-ipv6-network", "destination-ipv6-network"),
    };
    let ip = l3.ip();
    writer.name(name).object(|writer| {
        if let Some(name) = &ip.src_dnsname {
            writer.name("ietf-acldns:src-dnsname").string(name);
        }
        if let Some(name) = &ip.dst_dnsname {
            writer.name("ietf-acldns:dst-dnsname").string(name);
        }
        if let Some(protocol) = ip.protocol {
            writer.name("protocol").number(protocol);
        }
        if let Some(prefix) = ip.source_network {
            writer.name(source).string(&format!("{prefix}"));
        }
        if let Some(prefix) = ip.destination_network {
            writer.name(destination).string(&format!("{prefix}"));
        }
        fields.iter().for_each(|field| write_field(writer, name, field));
    });
}

fn write_l4(writer: &mut Writer, l4: L4, fields: &BTreeSet<Field>) {
    let further = |writer: &mut Writer, header| {
        fields.iter().for_each(|field| write_field(writer, header, field));
    };
    match l4 {
        L4::Tcp(tcp) => writer.name("tcp").object(|writer| {
            if let Some(direction) = tcp.direction_initiated {
                writer.name("ietf-mud:direction-initiated").string(direction.name());
            }
            write_ports(writer, "source-port", tcp.source_port);
            write_ports(writer, "destination-port", tcp.destination_port);
            further(writer, "tcp");
        }),
        L4::Udp(udp) => writer.name("udp").object(|writer| {
            write_ports(writer, "source-port", udp.source_port);
            write_ports(writer, "destination-port", udp.destination_port);
            further(writer, "udp");
        }),
        L4::Icmp(icmp) => writer.name("icmp").object(|writer| {
            if let Some(kind) = icmp.kind {
                writer.name("type").number(kind);
            }
            if let Some(code) = icmp.code {
                writer.name("code").number(code);
            }
            further(writer, "icmp");
        }),
    }
}

fn write_ports(writer: &mut Writer, name: &str, ports: Option<PortMatch>) {
    let Some(ports) = ports else { return };
    writer.name(name).object(|writer| match ports {
        PortMatch::Range { lower, upper } => {
            writer.name("lower-port").number(lower);
            writer.name("upper-port").number(upper);
        }
        PortMatch::Operator(operator, port) => {
            writer.name("operator").string(operator.name());
            writer.name("port").number(port);
        }
    });
}
