//! Policies that nobody wrote: the compiled ruleset against the plain reading of the file, first packet by
//! packet on paper, then flow by flow in the kernel.

use super::acl::{Packet, Peers, is_icmp, passes, version};
use super::kernel::Kernel;
use super::{CLOUD, DEVICE, DNS, FORBIDDEN, HOSTS, LAMP, LOCAL, Tested, UPDATE, device, resolve};
use hexad_mud::Mud;
use hexad_mud::acl::{
    Ace, Acl, AclType, Forwarding, Icmp, Ip, L3, L4, Matches, MudMatches, Operator, PortMatch, Tcp,
    Udp,
};
use hexad_mud::builder::{Builder, Service};
use hexad_mud::file::Contents;
use hexad_mud::flow::{Direction, IpVersion, Peer, Prefix};
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;
use hexad_operator::network::nft::compile;
use hexad_operator::network::policy::Site;
use hexad_operator::network::testbed::{Host, Protocol, Testbed};
use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

const MUD_URL: &str = "https://lighting.example.com/lightbulb2000";
const CLASS: &str = "urn:ietf:params:mud:dns";
/// Ports that files name and servers listen at; none that a client gets.
const PORTS: [u16; 8] = [53, 80, 443, 1883, 5683, 8080, 8443, 9000];
/// A port as clients get them.
const EPHEMERAL: u16 = 50_000;
/// All but the device.
const PEERS: [Host; 6] = [LAMP, LOCAL, DNS, UPDATE, CLOUD, FORBIDDEN];

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        // xorshift64 (Marsaglia, 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn sometimes<T>(&mut self, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| some(self))
    }
}

/// The network of the tests, as the file's reader sees it.
struct World;

impl Peers for World {
    fn has_name(&self, name: &str, address: IpAddr) -> bool {
        HOSTS.iter().any(|host| {
            format!("{}.example", host.name) == name && host.addresses().contains(&address)
        })
    }

    fn is_local(&self, address: IpAddr) -> bool {
        [LAMP, LOCAL, DNS].iter().any(|host| host.addresses().contains(&address))
    }

    fn is_my_controller(&self, address: IpAddr) -> bool {
        LOCAL.addresses().contains(&address)
    }

    fn is_controller(&self, class: &str, address: IpAddr) -> bool {
        class == CLASS && DNS.addresses().contains(&address)
    }
}

/// The same network, as the operator configures it.
fn site() -> Result<Site, Box<dyn Error>> {
    let local = [LAMP, LOCAL, DNS].iter().flat_map(Host::addresses).map(Into::into).collect();
    let alone = |host: Host| host.addresses().map(Into::into).to_vec();
    Ok(Site {
        local_networks: local,
        my_controllers: [(MUD_URL.to_owned(), alone(LOCAL))].into(),
        controllers: [(CLASS.to_owned(), alone(DNS))].into(),
        ..Site::default()
    })
}

fn contents() -> Result<Contents, Box<dyn Error>> {
    let time = DateAndTime::from_unix(1_700_000_000).ok_or("time")?;
    Ok(Contents::new(MudUrl::new(MUD_URL)?, time))
}

/// A file with entries of every kind that a router can judge; drops among them if there are to be any.
fn any_file(random: &mut Random, drops: bool) -> Result<Mud, Box<dyn Error>> {
    let mut contents = contents()?;
    for (index, direction) in [Direction::FromDevice, Direction::ToDevice].into_iter().enumerate() {
        for version in [IpVersion::V4, IpVersion::V6] {
            let name = format!("{index}-{version:?}");
            let aces = (0..random.below(6)).map(|at| Ace {
                name: format!("{name}-{at}"),
                matches: any_matches(random, version, direction),
                forwarding: match random.below(5) {
                    0 if drops => Forwarding::Drop,
                    1 if drops => Forwarding::Reject,
                    _ => Forwarding::Accept,
                },
                logging: None,
            });
            let aces: Vec<_> = aces.collect();
            if aces.is_empty() {
                continue;
            }
            let kind = if version == IpVersion::V4 { AclType::Ipv4 } else { AclType::Ipv6 };
            let policy = match direction {
                Direction::FromDevice => &mut contents.from_device_policy,
                Direction::ToDevice => &mut contents.to_device_policy,
            };
            policy.push(name.clone());
            contents.acls.push(Acl { name, kind: Some(kind), aces });
        }
    }
    Ok(Mud::new(&contents)?)
}

fn any_matches(random: &mut Random, version: IpVersion, direction: Direction) -> Matches {
    let mut mud = MudMatches::default();
    let (mut name, mut network) = (None, None);
    match random.below(6) {
        0 => name = Some(format!("{}.example", random.one(&PEERS).name)),
        1 => {
            let peer = random_peer(random, version);
            network = Some(any_prefix(random, peer));
        }
        2 => mud.local_networks = true,
        3 => mud.my_controller = true,
        4 => mud.controller = Some(CLASS.to_owned()),
        _ => {}
    }
    let own = random.sometimes(|random| any_prefix(random, address(DEVICE, version)));
    let mut ip = match direction {
        Direction::FromDevice => Ip {
            dst_dnsname: name,
            destination_network: network,
            source_network: own,
            ..Ip::default()
        },
        Direction::ToDevice => Ip {
            src_dnsname: name,
            source_network: network,
            destination_network: own,
            ..Ip::default()
        },
    };
    let (protocol, l4) = match random.below(5) {
        0 | 1 => (Some(6), {
            let way = [Direction::FromDevice, Direction::ToDevice];
            let direction_initiated = random.sometimes(|random| random.one(&way));
            let (source_port, destination_port) = (any_ports(random), any_ports(random));
            Some(L4::Tcp(Tcp { direction_initiated, source_port, destination_port }))
        }),
        2 => (Some(17), {
            let (source_port, destination_port) = (any_ports(random), any_ports(random));
            Some(L4::Udp(Udp { source_port, destination_port }))
        }),
        3 => (Some(if version == IpVersion::V4 { 1 } else { 58 }), {
            let kinds: &[u8] = if version == IpVersion::V4 { &[0, 8, 13] } else { &[128, 129] };
            let kind = random.sometimes(|random| random.one(kinds));
            Some(L4::Icmp(Icmp { kind, code: random.sometimes(|_| 0) }))
        }),
        _ => (random.sometimes(|random| random.one(&[6, 17, 47])), None),
    };
    ip.protocol = protocol;
    Matches { mud, l3: Some(L3::new(version, ip)), l4, ..Matches::default() }
}

fn any_ports(random: &mut Random) -> Option<PortMatch> {
    let (a, b) = (random.one(&PORTS), random.one(&PORTS));
    random.sometimes(|random| match random.below(3) {
        0 => PortMatch::Range { lower: a.min(b), upper: a.max(b) },
        _ => PortMatch::Operator(random.one(&Operator::ALL), a),
    })
}

fn any_prefix(random: &mut Random, address: IpAddr) -> Prefix {
    let lengths: &[u8] = if address.is_ipv4() { &[0, 8, 24, 32] } else { &[0, 32, 48, 128] };
    Prefix::new(address, random.one(lengths)).unwrap()
}

fn random_peer(random: &mut Random, version: IpVersion) -> IpAddr {
    address(random.one(&PEERS), version)
}

fn address(host: Host, version: IpVersion) -> IpAddr {
    match version {
        IpVersion::V4 => host.ipv4.into(),
        IpVersion::V6 => host.ipv6.into(),
    }
}

fn any_packet(random: &mut Random) -> Packet {
    let version = random.one(&[IpVersion::V4, IpVersion::V6]);
    let direction = random.one(&[Direction::FromDevice, Direction::ToDevice]);
    let established = random.below(2) == 0;
    let reply = established && random.below(2) == 0;
    let icmp = if version == IpVersion::V4 { 1 } else { 58 };
    let protocol = random.one(&[6, 6, 17, 17, icmp, 47]);
    let (source, destination) = if is_icmp(protocol) {
        // Tracking knows as connections what is asked and answered.
        let kinds = match (version, reply) {
            (IpVersion::V4, false) => [8, 13],
            (IpVersion::V4, true) => [0, 14],
            (IpVersion::V6, false) => [128, 128],
            (IpVersion::V6, true) => [129, 129],
        };
        (random.one(&kinds), 0)
    } else {
        let port = |random: &mut Random| match random.below(3) {
            0 => EPHEMERAL,
            _ => random.one(&PORTS),
        };
        (port(random), port(random))
    };
    let (device, peer) = (address(DEVICE, version), random_peer(random, version));
    Packet { direction, device, peer, protocol, source, destination, established, reply }
}

/// The compiled ruleset, run by rules of its own, says of every packet what a plain reading of the file says, and
/// so it does of the later packets of its connection.
pub(super) fn differential() -> Tested {
    let mut random = Random(0x5eed);
    let site = site()?;
    let (mut passed, mut dropped) = (0, 0);
    for file in 0..300 {
        let mud = any_file(&mut random, file % 2 == 0)?;
        let ruleset = compile(&[device(DEVICE, site.allowed(&mud))?], resolve)?;
        let kernel = Kernel::load(&ruleset.to_json());
        for _ in 0..200 {
            let first = any_packet(&mut random);
            let later = [false, true].map(|reply| later(&first, reply));
            for packet in [first].iter().chain(later.iter().flatten()) {
                let expected = passes(&mud, &World, packet);
                if kernel.passes(packet) != expected {
                    return Err(format!(
                        "file {file}: {packet:?} should pass: {expected}\n{}\n{ruleset}",
                        mud.to_json()
                    )
                    .into());
                }
                *(if expected { &mut passed } else { &mut dropped }) += 1;
            }
        }
    }
    assert!(passed > 5_000 && dropped > 5_000, "{passed} passed, {dropped} dropped");
    Ok(())
}

/// A packet of the connection of another one, once that has seen both ways: one like it, or an answer to it.
fn later(first: &Packet, reply: bool) -> Option<Packet> {
    if first.reply {
        return None;
    }
    if !reply {
        return Some(Packet { established: true, ..*first });
    }
    let direction = match first.direction {
        Direction::FromDevice => Direction::ToDevice,
        Direction::ToDevice => Direction::FromDevice,
    };
    let (source, destination) = match (first.protocol, first.source) {
        (1, 8) => (0, 0),
        (1, 13) => (14, 0),
        (58, 128) => (129, 0),
        (protocol, _) if is_icmp(protocol) => return None,
        (_, source) => (first.destination, source),
    };
    Some(Packet { direction, source, destination, established: true, reply: true, ..*first })
}

/// One end opens a connection to the other.
#[derive(Clone, Copy, Debug)]
struct Flow {
    from: Host,
    to: Host,
    protocol: Protocol,
    version: IpVersion,
    port: u16,
}

impl Flow {
    /// Its first packet.
    fn opens(&self) -> Packet {
        let (direction, peer) = if self.from == DEVICE {
            (Direction::FromDevice, self.to)
        } else {
            (Direction::ToDevice, self.from)
        };
        Packet {
            direction,
            device: address(DEVICE, self.version),
            peer: address(peer, self.version),
            protocol: if self.protocol == Protocol::Tcp { 6 } else { 17 },
            source: EPHEMERAL,
            destination: self.port,
            established: false,
            reply: false,
        }
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::new(address(self.to, self.version), self.port)
    }
}

/// A file as an author would write it.
fn written_file(random: &mut Random) -> Result<Mud, Box<dyn Error>> {
    let mut file = Builder::new(contents()?);
    for _ in 0..3 + random.below(6) {
        let name = format!("{}.example", random.one(&[UPDATE, CLOUD]).name);
        let address = random_peer(random, IpVersion::V4);
        let prefix = any_prefix(random, address);
        let peer = match random.below(6) {
            0 | 1 => Peer::DnsName(&name),
            2 => Peer::LocalNetworks,
            3 => Peer::MyController,
            4 => Peer::Controller(CLASS),
            _ => Peer::Prefix(prefix),
        };
        let port = random.one(&PORTS);
        let initiated = random.one(&[Direction::FromDevice, Direction::ToDevice]);
        let service = match random.below(8) {
            0 => Service::Any,
            1..4 => Service::Udp { port, initiated },
            _ => Service::Tcp { port, initiated },
        };
        file = file.allow(peer, service);
    }
    Ok(file.build()?)
}

/// Of each of 20 policies, everything that is allowed passes, and 200 other flows are dropped: each packet of
/// them is counted by a rule that drops, and none arrives.
pub(super) fn policies() -> Tested {
    let mut random = Random(0x20_200);
    let site = site()?;
    let net = Testbed::create(&HOSTS)?;
    let servers = Servers::start(&net)?;
    let mut flows = Vec::new();
    for peer in PEERS {
        for (from, to) in [(DEVICE, peer), (peer, DEVICE)] {
            for version in [IpVersion::V4, IpVersion::V6] {
                for protocol in [Protocol::Tcp, Protocol::Udp] {
                    flows.extend(PORTS.map(|port| Flow { from, to, protocol, version, port }));
                }
            }
        }
    }
    for policy in 0..20 {
        let mud = written_file(&mut random)?;
        net.apply(&compile(&[device(DEVICE, site.allowed(&mud))?], resolve)?)?;
        let (allowed, mut others): (Vec<Flow>, Vec<Flow>) =
            flows.iter().partition(|flow| passes(&mud, &World, &flow.opens()));
        while others.len() > 200 {
            others.swap_remove(random.below(others.len()));
        }
        let refused = |why: String| format!("policy {policy}: {why}\n{}", mud.to_json());
        volley(&net, &others).map_err(refused)?;
        let arrived = servers.arrived();
        if !arrived.is_empty() {
            return Err(refused(format!("arrived: {arrived:?}")).into());
        }
        for flow in &allowed {
            servers.exchange(&net, flow).map_err(|why| refused(format!("{flow:?}: {why}")))?;
        }
    }
    Ok(())
}

/// Sends the first packet of each flow, and waits until the gateway has dropped as many.
fn volley(net: &Testbed, flows: &[Flow]) -> Result<(), String> {
    let dropped = || -> Result<u64, String> {
        let counters = net.counters().map_err(|error| error.to_string())?;
        Ok(counters.iter().filter(|one| one.drops).map(|one| one.packets).sum())
    };
    let before = dropped()?;
    for host in HOSTS {
        let own: Vec<_> = flows.iter().filter(|flow| flow.from == host).collect();
        let sent = net.on_host(host.name, || {
            own.iter().try_for_each(|flow| match flow.protocol {
                Protocol::Udp => client(flow).and_then(|socket| socket.send(b"no").map(drop)),
                // Given up before it is sent a second time.
                Protocol::Tcp => {
                    match TcpStream::connect_timeout(&flow.address(), Duration::from_millis(1)) {
                        Err(error) if error.kind() == ErrorKind::TimedOut => Ok(()),
                        other => Err(io::Error::other(format!("{flow:?}: {other:?}"))),
                    }
                }
            })
        });
        sent.map_err(|error| error.to_string())?;
    }
    let wanted = u64::try_from(flows.len()).map_err(|error| error.to_string())?;
    let patience = Instant::now() + Duration::from_secs(2);
    loop {
        let seen = dropped()? - before;
        if seen == wanted {
            return Ok(());
        }
        if seen > wanted || Instant::now() > patience {
            return Err(format!("{seen} packets of {wanted} flows dropped"));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A server at each port of each host.
struct Servers {
    tcp: Vec<TcpListener>,
    udp: Vec<UdpSocket>,
}

impl Servers {
    fn start(net: &Testbed) -> Result<Self, Box<dyn Error>> {
        let mut all = Self { tcp: Vec::new(), udp: Vec::new() };
        for host in HOSTS {
            let (tcp, udp) = net.on_host(host.name, || {
                let (mut tcp, mut udp) = (Vec::new(), Vec::new());
                for at in host.addresses().iter().flat_map(|at| PORTS.map(|port| (*at, port))) {
                    tcp.push(TcpListener::bind(at)?);
                    udp.push(UdpSocket::bind(at)?);
                }
                tcp.iter().try_for_each(|server| server.set_nonblocking(true))?;
                udp.iter().try_for_each(|server| server.set_nonblocking(true))?;
                Ok((tcp, udp))
            })?;
            all.tcp.extend(tcp);
            all.udp.extend(udp);
        }
        Ok(all)
    }

    /// What has come to the servers and was not asked for.
    fn arrived(&self) -> Vec<String> {
        let tcp = self.tcp.iter().filter_map(|server| server.accept().ok());
        let udp = self.udp.iter().filter_map(|server| server.recv_from(&mut [0; 8]).ok());
        tcp.map(|(_, from)| from)
            .chain(udp.map(|(_, from)| from))
            .map(|at| at.to_string())
            .collect()
    }

    /// Opens the connection, and sends a byte there and back.
    fn exchange(&self, net: &Testbed, flow: &Flow) -> Result<(), Box<dyn Error>> {
        let (at, mut byte) = (flow.address(), [0]);
        match flow.protocol {
            Protocol::Tcp => {
                let server =
                    self.tcp.iter().find(|one| one.local_addr().is_ok_and(|own| own == at));
                let server = server.ok_or("no server")?;
                let wait = Duration::from_secs(1);
                let here = net.on_host(flow.from.name, || TcpStream::connect_timeout(&at, wait))?;
                let (there, _) = server.accept()?;
                there.set_nonblocking(false)?;
                for (mut writer, mut reader) in [(&here, &there), (&there, &here)] {
                    writer.write_all(b"y")?;
                    reader.set_read_timeout(Some(wait))?;
                    reader.read_exact(&mut byte)?;
                }
            }
            Protocol::Udp => {
                let server =
                    self.udp.iter().find(|one| one.local_addr().is_ok_and(|own| own == at));
                let server = server.ok_or("no server")?;
                let here = net.on_host(flow.from.name, || {
                    let socket = client(flow)?;
                    socket.send(b"y")?;
                    Ok(socket)
                })?;
                server.set_nonblocking(false)?;
                server.set_read_timeout(Some(Duration::from_secs(1)))?;
                let received = server.recv_from(&mut byte);
                server.set_nonblocking(true)?;
                let (_, from) = received?;
                server.send_to(b"y", from)?;
                here.recv(&mut byte)?;
            }
        }
        Ok(())
    }
}

fn client(flow: &Flow) -> io::Result<UdpSocket> {
    let any: IpAddr = match version(flow.address().ip()) {
        IpVersion::V4 => [0; 4].into(),
        IpVersion::V6 => [0; 16].into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    socket.connect(flow.address())?;
    Ok(socket)
}
