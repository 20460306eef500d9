//! What enforcement costs on a gateway with 1, 100 and 10,000 devices: compiling, applying, changing one device,
//! and packets that cross it, against a gateway without rules in the same run. Other numbers of devices are its
//! arguments. Prints a JSON object a line; needs root.
//!
//! `cargo run --release -p hexad-operator --example scale -- 1 100 1000 10000`

use hexad_operator::network::apply::Nft;
use hexad_operator::network::enforce::Enforcer;
use hexad_operator::network::nft::{Ruleset, Table, compile};
use hexad_operator::network::policy::{
    Access, Device, DeviceName, Direction, HostName, Peer, Policy, Ports, Rule, Transport,
};
use hexad_operator::network::testbed::{Host, Testbed};
use std::env;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

type Done<T> = Result<T, Box<dyn Error>>;

/// How often each gateway is measured, in turns; the best counts, since others use the machine, too.
const ROUNDS: usize = 40;
/// Datagrams of a round, and their bytes.
const DATAGRAMS: u32 = 5_000;
const PAYLOAD: [u8; 64] = [0; 64];
/// Bytes of a round over TCP.
const STREAM: usize = 64 << 20;

fn main() -> Done<()> {
    let [device, _, cloud, _] = Host::STORY;
    let open = Testbed::create(&[device, cloud])?;
    open.on_gateway(|| Nft::here().remove(&Table::default()))?;
    let mut counts =
        env::args().skip(1).map(|count| count.parse()).collect::<Result<Vec<u32>, _>>()?;
    if counts.is_empty() {
        counts = vec![1, 100, 10_000];
    }
    for count in counts {
        let devices = devices(device, count)?;
        let started = Instant::now();
        let ruleset = compile(&devices, |_| Ok(cloud.addresses().to_vec()))?;
        let compiled = started.elapsed();

        let ruled = Testbed::create(&[device, cloud])?;
        let mut enforcer = Enforcer::new(Nft::here());
        let started = Instant::now();
        ruled.on_gateway(|| enforcer.put(ruleset.clone()))?;
        let applied = started.elapsed();
        let changed = change(&ruled, &mut enforcer, &devices, cloud, ruleset)?;

        let gateways = [&open, &ruled];
        let (mut datagram, mut stream) = ([f64::MAX; 2], [f64::MAX; 2]);
        let links: Vec<_> =
            gateways.iter().map(|net| Link::new(net, cloud)).collect::<Result<_, _>>()?;
        for _ in 0..ROUNDS {
            for (best, link) in datagram.iter_mut().zip(&links) {
                *best = best.min(link.datagrams()?.as_secs_f64() / f64::from(DATAGRAMS));
            }
        }
        for _ in 0..ROUNDS / 4 {
            for (best, link) in stream.iter_mut().zip(&links) {
                *best = best.min(link.stream()?.as_secs_f64());
            }
        }
        let gigabits = |seconds: f64| STREAM as f64 * 8e-9 / seconds;
        let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
        println!(
            "{}",
            serde_json::json!({
                "devices": count,
                "compile_ms": millis(compiled),
                "apply_ms": millis(applied),
                "change_one_ms": millis(changed),
                "datagram_ns": { "open": datagram[0] * 1e9, "ruled": datagram[1] * 1e9 },
                "tcp_gbit": { "open": gigabits(stream[0]), "ruled": gigabits(stream[1]) },
            })
        );
    }
    Ok(())
}

/// One device that sends, and others that are there.
fn devices(sender: Host, count: u32) -> Done<Vec<Device>> {
    let mut devices = Vec::new();
    for index in 0..count {
        let addresses = match index {
            0 => sender.addresses().to_vec(),
            _ => vec![IpAddr::from(Ipv4Addr::from(0x0a00_0000 + index))],
        };
        let name = DeviceName::new(&format!("device-{index}"))?;
        devices.push(Device { name, addresses, hardware: None, access: access()? });
    }
    Ok(devices)
}

/// What a device with five services may do; the last of them is measured.
fn access() -> Done<Access> {
    let tcp = |port| Transport::Tcp {
        source: Ports::Any,
        destination: Ports::one(port),
        initiated: Some(Direction::FromDevice),
    };
    let udp = |port| Transport::Udp { source: Ports::Any, destination: Ports::one(port) };
    let mut rules = Vec::new();
    for transport in [udp(53), udp(123), tcp(8883), tcp(443), udp(5683)] {
        let cloud = Peer::Name(HostName::new("cloud.example")?);
        rules.push(Rule::opening("cloud", cloud, transport));
    }
    Ok(Access::Allowed(Policy { rules, notes: Vec::new() }))
}

/// How long it takes to quarantine one device.
fn change(
    net: &Testbed,
    enforcer: &mut Enforcer,
    devices: &[Device],
    cloud: Host,
    before: Ruleset,
) -> Done<Duration> {
    let mut devices = devices.to_vec();
    if let Some(last) = devices.last_mut() {
        last.access = Access::Quarantined;
    }
    let ruleset = compile(&devices, |_| Ok(cloud.addresses().to_vec()))?;
    let started = Instant::now();
    net.on_gateway(|| enforcer.put(ruleset))?;
    let took = started.elapsed();
    net.on_gateway(|| enforcer.put(before))?;
    Ok(took)
}

/// Sockets on both sides of a gateway.
struct Link {
    client: UdpSocket,
    server: UdpSocket,
    here: TcpStream,
    there: TcpStream,
}

impl Link {
    fn new(net: &Testbed, cloud: Host) -> Done<Self> {
        let server = net.on_host("cloud", || UdpSocket::bind((cloud.ipv4, 5683)))?;
        server.set_read_timeout(Some(Duration::from_secs(2)))?;
        let client = net.on_host("device", || UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))?;
        client.connect((cloud.ipv4, 5683))?;
        let listener = net.on_host("cloud", || TcpListener::bind((cloud.ipv4, 443)))?;
        let here = net.on_host("device", || TcpStream::connect((cloud.ipv4, 443)))?;
        let (there, _) = listener.accept()?;
        Ok(Self { client, server, here, there })
    }

    /// Sends datagrams one after the other, each received before the next.
    fn datagrams(&self) -> Done<Duration> {
        let mut bytes = [0; PAYLOAD.len()];
        let started = Instant::now();
        for _ in 0..DATAGRAMS {
            self.client.send(&PAYLOAD)?;
            self.server.recv(&mut bytes)?;
        }
        Ok(started.elapsed())
    }

    /// Sends a stream.
    fn stream(&self) -> Done<Duration> {
        let chunk = vec![0; 1 << 16];
        let started = Instant::now();
        thread::scope(|scope| {
            let sending = scope.spawn(|| -> std::io::Result<()> {
                (0..STREAM / chunk.len()).try_for_each(|_| (&self.here).write_all(&chunk))
            });
            let mut bytes = vec![0; 1 << 16];
            for _ in 0..STREAM / bytes.len() {
                (&self.there).read_exact(&mut bytes)?;
            }
            sending.join().map_err(|_| "the sender panicked")??;
            Ok(started.elapsed())
        })
    }
}
