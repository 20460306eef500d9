//! Policies that change while packets flow.

use super::{
    CLOUD, DEVICE, FORBIDDEN, HOSTS, LAMP, Tested, UPDATE, allowed_by, device, expect, named,
    resolve, tcp_to, udp_to,
};
use hexad_operator::network::apply::{ApplyError, Nft};
use hexad_operator::network::enforce::{Enforcer, Put};
use hexad_operator::network::nft::{Compiler, MAX_ADDRESSES, Ruleset, Table, compile};
use hexad_operator::network::policy::{
    Access, Device, HostName, Peer, Ports, Rule, Site, Transport,
};
use hexad_operator::network::testbed::{Expect, Host, Protocol, Testbed};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn cloud_alone() -> Result<Access, Box<dyn Error>> {
    Ok(allowed_by(vec![Rule::opening("cloud", named(CLOUD)?, tcp_to(443))]))
}

/// Sends a byte from one end to the other.
fn passes(writer: &mut TcpStream, reader: &mut TcpStream) -> Result<bool, Box<dyn Error>> {
    writer.write_all(b"x")?;
    reader.set_read_timeout(Some(Duration::from_millis(250)))?;
    Ok(reader.read_exact(&mut [0]).is_ok())
}

/// Quarantine, update-only and release hold within a second, by changes to that device's chains alone: the
/// connections of its neighbours stay, and so do their counters.
pub(super) fn states() -> Tested {
    let net = Testbed::create(&HOSTS)?;
    let mut enforcer = Enforcer::new(Nft::here());
    let neighbour = Rule::opening("neighbour", named(CLOUD)?, tcp_to(443));
    let lamp = device(LAMP, allowed_by(vec![neighbour]))?;
    let put = |enforcer: &mut Enforcer, access| -> Result<Put, Box<dyn Error>> {
        let ruleset = compile(&[device(DEVICE, access)?, lamp.clone()], resolve)?;
        let started = Instant::now();
        let put = net.on_gateway(|| enforcer.put(ruleset))?;
        assert!(started.elapsed() < Duration::from_secs(1), "took {:?}", started.elapsed());
        Ok(put)
    };
    assert_eq!(put(&mut enforcer, cloud_alone()?)?, Put::Replaced);
    let (mut here, mut there) = net.connect("lamp", "cloud", false, 443)?;
    assert!(passes(&mut here, &mut there)?);
    let counted = || -> Result<u64, Box<dyn Error>> {
        let own = net.counters()?.into_iter().filter(|one| one.comment == "neighbour");
        Ok(own.map(|one| one.packets).sum())
    };

    let update = || -> Result<Access, Box<dyn Error>> {
        Ok(Site::default().update_only(named(UPDATE)?, tcp_to(443)))
    };
    let steps = [
        (Access::Quarantined, Expect::Drop, Expect::Drop),
        (update()?, Expect::Pass, Expect::Drop),
        (cloud_alone()?, Expect::Drop, Expect::Pass),
    ];
    for (access, to_update, to_cloud) in steps {
        let before = counted()?;
        let Put::Changed(words) = put(&mut enforcer, access)? else {
            return Err("not by changes".into());
        };
        let about = |line: &&str| !line.starts_with(' ') && !line[1..].starts_with("   ");
        let chains = words.lines().filter(|line| line.contains("chain "));
        let own = |line: &str| line.ends_with("_device") || line.contains(" allow_");
        assert!(chains.clone().all(own), "{words}");
        let come_or_go = chains.filter(about).filter(|line| !line.contains(" allow_"));
        assert_eq!(come_or_go.count(), 0, "no chain of a device comes or goes: {words}");
        assert!(passes(&mut here, &mut there)?, "the neighbour's connection stands");
        assert!(counted()? > before, "the neighbour's counters go on");
        expect(
            &net,
            &[
                (DEVICE, UPDATE, Protocol::Tcp, 443, to_update),
                (DEVICE, CLOUD, Protocol::Tcp, 443, to_cloud),
                (DEVICE, FORBIDDEN, Protocol::Tcp, 443, Expect::Drop),
            ],
        )?;
    }
    assert_eq!(put(&mut enforcer, cloud_alone()?)?, Put::Unchanged);
    Ok(())
}

/// While a thousand connections send, a hundred changes of the ruleset lose no allowed packet and let no
/// forbidden one pass.
pub(super) fn atomic() -> Tested {
    under_load(|enforcer, next| Ok(matches!(enforcer.put(next)?, Put::Changed(_))))
}

/// The same of a controller that begins anew a hundred times and knows nothing of what is in force.
pub(super) fn restarts() -> Tested {
    under_load(|enforcer, next| {
        *enforcer = Enforcer::new(Nft::here());
        Ok(enforcer.put(next)? == Put::Replaced)
    })
}

fn under_load(
    change: impl Fn(&mut Enforcer, Ruleset) -> Result<bool, ApplyError> + Sync,
) -> Tested {
    const CONNECTIONS: usize = 1000;
    const FIRST: u16 = 20_000;
    let net = Testbed::create(&HOSTS)?;
    let open = |ports: (u16, u16)| -> Result<Vec<Device>, Box<dyn Error>> {
        let destination = Ports::Range(ports.0, ports.1);
        let udp = Transport::Udp { source: Ports::Any, destination };
        let rules = vec![
            // What changes stands before what has to hold on.
            Rule::opening("changes", named(UPDATE)?, udp_to(ports.1)),
            Rule::opening("load", named(CLOUD)?, udp),
        ];
        Ok(vec![device(DEVICE, allowed_by(rules))?, device(LAMP, cloud_alone()?)?])
    };
    let last = FIRST + u16::try_from(CONNECTIONS)? - 1;
    let rulesets = [
        compile(&open((FIRST, last))?, resolve)?,
        compile(&open((FIRST, last + 1))?, resolve)?,
        compile(&open((FIRST - 1, last))?[..1], resolve)?,
    ];
    let mut enforcer = Enforcer::new(Nft::here());
    net.on_gateway(|| enforcer.put(rulesets[0].clone()))?;

    let sockets = |host: Host, at: Vec<SocketAddr>| {
        net.on_host(host.name, move || {
            at.into_iter().map(UdpSocket::bind).collect::<Result<Vec<_>, _>>()
        })
    };
    let ports = || FIRST..=last;
    let servers = sockets(CLOUD, ports().map(|port| (CLOUD.ipv4, port).into()).collect())?;
    let forbidden = sockets(FORBIDDEN, vec![(FORBIDDEN.ipv4, FIRST).into()])?.remove(0);
    let clients = sockets(DEVICE, ports().map(|_| (Ipv4Addr::UNSPECIFIED, 0).into()).collect())?;
    for (client, port) in clients.iter().zip(ports()) {
        client.connect((CLOUD.ipv4, port))?;
    }
    for socket in servers.iter().chain([&forbidden]) {
        socket.set_nonblocking(true)?;
    }
    let intruder = sockets(DEVICE, vec![(Ipv4Addr::UNSPECIFIED, 0).into()])?.remove(0);
    let over = AtomicBool::new(false);
    let (sent, lost) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| -> Tested {
        let load = scope.spawn(|| -> std::io::Result<()> {
            let mut byte = [0; 1];
            while !over.load(Ordering::Relaxed) {
                for (client, server) in clients.iter().zip(&servers) {
                    client.send(b"x")?;
                    sent.fetch_add(1, Ordering::Relaxed);
                    // It has nearly always arrived when it has been sent.
                    let mut arrives = || server.recv_from(&mut byte).is_ok();
                    let patience = Instant::now() + Duration::from_millis(100);
                    while !arrives() {
                        if Instant::now() > patience {
                            lost.fetch_add(1, Ordering::Relaxed);
                            break;
                        }
                    }
                }
                intruder.send_to(b"x", (FORBIDDEN.ipv4, FIRST))?;
            }
            Ok(())
        });
        let changed = (0..100).try_for_each(|step: usize| -> Tested {
            let next = rulesets[(step + 1) % rulesets.len()].clone();
            let changed = net.on_gateway(|| change(&mut enforcer, next))?;
            if changed { Ok(()) } else { Err("not as it should have been".into()) }
        });
        over.store(true, Ordering::Relaxed);
        load.join().map_err(|_| "the load panicked")??;
        changed
    })?;
    let (sent, lost) = (sent.into_inner(), lost.into_inner());
    assert!(sent >= 2 * CONNECTIONS as u64, "{sent} packets");
    assert_eq!(lost, 0, "of {sent} packets");
    assert!(forbidden.recv_from(&mut [0]).is_err(), "a forbidden packet passed");
    Ok(())
}

/// What the kernel refuses leaves what was in force; a table that someone took away comes back whole; and
/// what is removed is gone.
pub(super) fn failures() -> Tested {
    let net = Testbed::create(&HOSTS)?;
    let mut enforcer = Enforcer::new(Nft::here());
    let ruleset =
        |access| compile(&[device(DEVICE, access)?], resolve).map_err(Box::<dyn Error>::from);
    net.on_gateway(|| enforcer.put(ruleset(Access::Quarantined).unwrap()))?;
    let listing = net.listing()?;

    // The kernel has no chain of that name to flush.
    let other = compile(&[device(LAMP, Access::Quarantined)?], resolve)?;
    let wrong = compile(&[device(LAMP, cloud_alone()?)?], resolve)?;
    let changes = wrong.changes_from(&other).ok_or("no changes")?;
    match net.on_gateway(|| Nft::here().change(&changes)) {
        Err(error) => assert!(error.to_string().contains("refused"), "{error}"),
        Ok(()) => return Err("changed what is not there".into()),
    }
    assert_eq!(net.listing()?, listing, "a failed transaction leaves nothing");

    net.on_gateway(|| Nft::here().remove(&Table::default()))?;
    assert_eq!(net.listing()?, "");
    let put = net.on_gateway(|| enforcer.put(ruleset(cloud_alone().unwrap()).unwrap()))?;
    assert_eq!(put, Put::Replaced);
    expect(&net, &[(DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Pass)])?;

    // Another controller's table is left alone.
    let table = Table::new("other")?;
    net.on_gateway(|| Nft::here().apply(&Ruleset::closed(table.clone())))?;
    net.on_gateway(|| enforcer.remove())?;
    let listing = net.listing()?;
    assert!(listing.contains("table inet other") && !listing.contains("table inet hexad"));
    match net.on_gateway(|| Nft::here().counters(&Table::default())) {
        Err(error) => assert!(error.to_string().contains("No such file"), "{error}"),
        Ok(_) => return Err("counters of nothing".into()),
    }
    Ok(())
}

/// Addresses that are learned open the way to their host for their time alone, survive other changes, and are
/// bounded in number.
pub(super) fn learned() -> Tested {
    let net = Testbed::create(&HOSTS)?;
    let mut enforcer = Enforcer::new(Nft::here());
    let compiler = Compiler::default().log_drops();
    let lamp = |access| device(LAMP, access);
    let devices = [device(DEVICE, cloud_alone()?)?, lamp(Access::Quarantined)?];
    let first = compiler.compile_learning(&devices)?;
    net.on_gateway(|| enforcer.put(first))?;
    let to_cloud = |expected| [(DEVICE, CLOUD, Protocol::Tcp, 443, expected)];
    expect(&net, &to_cloud(Expect::Drop))?;
    let cloud = HostName::new("cloud.example")?;
    let learn = |enforcer: &mut Enforcer, addresses: &[IpAddr], seconds| {
        net.on_gateway(|| enforcer.learn(&cloud, addresses, Duration::from_secs(seconds)))
    };
    assert_eq!(learn(&mut enforcer, &CLOUD.addresses(), 600)?, 2);
    expect(&net, &to_cloud(Expect::Pass))?;
    let stranger = HostName::new("stranger.example")?;
    let none = net.on_gateway(|| {
        enforcer.learn(&stranger, &FORBIDDEN.addresses(), Duration::from_secs(600))
    })?;
    assert_eq!(none, 0, "nobody may talk to it");

    // Another device's release, and a table that is lost and replaced.
    let devices = [device(DEVICE, cloud_alone()?)?, lamp(cloud_alone()?)?];
    let second = compiler.compile_learning(&devices)?;
    assert!(matches!(net.on_gateway(|| enforcer.put(second))?, Put::Changed(_)));
    expect(&net, &to_cloud(Expect::Pass))?;
    net.on_gateway(|| Nft::here().remove(&Table::default()))?;
    let third = compiler.compile_learning(&devices[..1])?;
    assert_eq!(net.on_gateway(|| enforcer.put(third))?, Put::Replaced);
    expect(&net, &to_cloud(Expect::Pass))?;

    // A name with a thousand addresses.
    let many: Vec<IpAddr> = (0..1000_u32)
        .map(|low| Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + low).into())
        .collect();
    let held = learn(&mut enforcer, &many, 1)?;
    assert_eq!(held, MAX_ADDRESSES as usize + 1, "one of them in IPv6");
    let table = Table::default();
    let held = || net.on_gateway(|| Nft::here().addresses(&table, &cloud));
    assert_eq!(held()?.len(), MAX_ADDRESSES as usize + 1);
    thread::sleep(Duration::from_millis(1600));
    assert_eq!(held()?.len(), 2, "their second is over");
    expect(&net, &to_cloud(Expect::Pass))?;
    let refused: Result<usize, ApplyError> =
        Enforcer::new(Nft::here()).learn(&cloud, &many, Duration::from_secs(1));
    assert_eq!(refused?, 0, "nothing is in force");
    Ok(())
}

/// The gateway's own services are under the device's policy, too, and a device's hardware address is its own.
pub(super) fn gateway() -> Tested {
    let net = Testbed::create(&HOSTS)?;
    let at: SocketAddr = (DEVICE_GATEWAY, 5353).into();
    let server = net.on_gateway(|| {
        let socket = UdpSocket::bind(at).map_err(ApplyError::Start)?;
        socket.set_read_timeout(Some(Duration::from_millis(200))).map_err(ApplyError::Start)?;
        Ok(socket)
    })?;
    let asks = |host: Host| {
        net.on_host(host.name, || UdpSocket::bind((host.ipv4, 0))?.send_to(b"q", at).map(drop))
    };
    let gateway = Peer::Under(vec![IpAddr::from(DEVICE_GATEWAY).into()]);
    let rule = Rule::opening("gateway", gateway, udp_to(5353));
    let own = net.on_host(DEVICE.name, interface_address)?;
    let cases = [
        (allowed_by(Vec::new()), None, false),
        (allowed_by(vec![rule.clone()]), None, true),
        (allowed_by(vec![rule.clone()]), Some(own.trim().parse()?), true),
        (allowed_by(vec![rule]), Some("02:00:5e:00:53:ff".parse()?), false),
    ];
    for (access, hardware, passes) in cases {
        let device = Device { hardware, ..device(DEVICE, access)? };
        net.apply(&compile(&[device], resolve)?)?;
        asks(DEVICE)?;
        assert_eq!(server.recv_from(&mut [0]).is_ok(), passes, "{hardware:?}");
        asks(CLOUD)?;
        assert!(server.recv_from(&mut [0]).is_ok(), "of who is no device the table says nothing");
    }
    Ok(())
}

/// The address of the gateway on every link.
const DEVICE_GATEWAY: Ipv4Addr = Ipv4Addr::new(169, 254, 0, 1);

/// The hardware address of the interface of the host in whose namespace this runs.
fn interface_address() -> std::io::Result<String> {
    let listing = std::process::Command::new("ip").args(["-o", "link", "show", "eth0"]).output()?;
    let text = String::from_utf8_lossy(&listing.stdout).into_owned();
    let mut words = text.split_whitespace().skip_while(|word| *word != "link/ether");
    words.nth(1).map(str::to_owned).ok_or(std::io::ErrorKind::NotFound.into())
}
