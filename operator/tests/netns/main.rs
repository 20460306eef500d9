//! Rulesets in force: real packets through the kernel's filter, in a network of namespaces.
//!
//! Where that can't be made, or the published files are not there, the tests are reported as ignored, with
//! the reason; with `netns` or `vectors` in `HEXAD_REQUIRE` they fail instead.

mod acl;
mod change;
mod generated;
mod kernel;
mod mud;

use hexad_operator::network::apply::{ApplyError, Nft};
use hexad_operator::network::nft::{Ruleset, Table, compile};
use hexad_operator::network::policy::{
    Access, Device, DeviceName, Direction, Forwarding, HostName, InvalidName, IpVersion, Peer,
    Policy, Ports, Rule, Site, Transport,
};
use hexad_operator::network::testbed::{
    Expect, Host, Probe, Protocol, Testbed, TestbedError, available,
};
use hexad_vectors::{Missing, trial};
use ipnet::{IpNet, Ipv4Net};
use libtest_mimic::Arguments;
use std::collections::BTreeSet;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::IpAddr;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{env, fs, io};

type Tested = Result<(), Box<dyn Error>>;
type Test = fn() -> Tested;

/// Set in the process that a test kills while it holds a network.
const HOLD: &str = "HEXAD_TEST_HOLDS_A_NETWORK";

const DEVICE: Host = Host::new("device", [192, 0, 2, 10], 1);
const LAMP: Host = Host::new("lamp", [192, 0, 2, 11], 2);
const LOCAL: Host = Host::new("local", [192, 0, 2, 50], 3);
const UPDATE: Host = Host::new("update", [198, 51, 100, 10], 4);
const CLOUD: Host = Host::new("cloud", [203, 0, 113, 20], 5);
const FORBIDDEN: Host = Host::new("forbidden", [203, 0, 113, 66], 6);
const DNS: Host = Host::new("dns", [192, 0, 2, 53], 7);
const HOSTS: [Host; 7] = [DEVICE, LAMP, LOCAL, UPDATE, CLOUD, FORBIDDEN, DNS];

fn main() -> ExitCode {
    if env::var_os(HOLD).is_some() {
        return hold();
    }
    let tests: [(&str, Test); 23] = [
        ("allowed_device_reaches_what_its_rules_name", allowed),
        ("peer_opens_where_only_the_peer_may", opened_by_peer),
        ("answers_alone_open_nothing", answers_alone),
        ("udp_answers_come_back", udp_answers),
        ("local_networks_stay_local", local_networks),
        ("one_version_of_ip_does_not_open_the_other", one_version),
        ("earlier_drop_beats_later_accept", drop_first),
        ("rejected_packets_are_refused_at_once", reject),
        ("two_devices_need_both_policies", two_devices),
        ("update_only_reaches_the_update_server_alone", update_only),
        ("quarantine_cuts_connections_that_stand", quarantine),
        ("mud_file_is_in_force", mud::in_force),
        ("text_is_what_nft_reads", text),
        ("nothing_passes_before_the_first_ruleset", closed),
        ("nft_runs_through_another_command", through),
        ("generated_policies_pass_what_they_allow_alone", generated::policies),
        ("states_change_within_a_second_for_one_device_alone", change::states),
        ("changes_are_atomic_under_load", change::atomic),
        ("restarts_are_atomic_under_load", change::restarts),
        ("failures_leave_what_was_in_force", change::failures),
        ("learned_addresses_come_and_go", change::learned),
        ("gateway_is_under_the_policy_too", change::gateway),
        ("nothing_is_left_when_the_process_is_killed", killed),
    ];
    let network = available().map_err(|why| Missing::new("netns", why));
    let files = network.clone().and_then(|()| hexad_vectors::find("mud/real"));
    let trials =
        tests.into_iter().map(|(name, test)| trial(name, network.clone(), move |()| test()));
    let real = trial("published_mud_files_are_taken_by_nft", files, |files| mud::real(&files));
    let differential =
        trial("rulesets_say_what_files_say", Ok::<_, Missing>(()), |()| generated::differential());
    let trials = trials.chain([real, differential]).collect();
    let mut arguments = Arguments::from_args();
    // Each network is a handful of namespaces: one after the other is fast enough.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn device(host: Host, access: Access) -> Result<Device, InvalidName> {
    let (name, addresses) = (DeviceName::new(host.name)?, host.addresses().to_vec());
    Ok(Device { name, addresses, hardware: None, access })
}

fn allowed_by(rules: Vec<Rule>) -> Access {
    Access::Allowed(Policy { rules, notes: Vec::new() })
}

fn named(host: Host) -> Result<Peer, InvalidName> {
    HostName::new(&format!("{}.example", host.name)).map(Peer::Name)
}

fn resolve(name: &HostName) -> io::Result<Vec<IpAddr>> {
    let host = HOSTS.iter().find(|host| format!("{}.example", host.name) == name.as_str());
    host.map(|host| host.addresses().to_vec()).ok_or(io::ErrorKind::NotFound.into())
}

fn tcp(port: u16, initiated: Option<Direction>) -> Transport {
    Transport::Tcp { source: Ports::Any, destination: Ports::one(port), initiated }
}

/// TCP to a port, opened by the device.
fn tcp_to(port: u16) -> Transport {
    tcp(port, Some(Direction::FromDevice))
}

fn udp_to(port: u16) -> Transport {
    Transport::Udp { source: Ports::Any, destination: Ports::one(port) }
}

/// A rule like [`Rule::opening`] for packets to the device.
fn to_device(peer: Peer, transport: Transport) -> Rule {
    Rule { direction: Direction::ToDevice, ..Rule::opening("to device", peer, transport) }
}

fn in_force(devices: &[Device]) -> Result<Testbed, Box<dyn Error>> {
    let net = Testbed::create(&HOSTS)?;
    net.apply(&compile(devices, resolve)?)?;
    Ok(net)
}

/// Tries connections over both versions of IP.
fn expect(net: &Testbed, probes: &[(Host, Host, Protocol, u16, Expect)]) -> Tested {
    let both: Vec<_> = [false, true]
        .into_iter()
        .flat_map(|ipv6| {
            probes.iter().map(move |&(from, to, protocol, port, expect)| Probe {
                from: from.name,
                to: to.name,
                protocol,
                ipv6,
                port,
                expect,
            })
        })
        .collect();
    let report = net.probe(&both)?;
    if report.as_expected() { Ok(()) } else { Err(format!("\n{report}").into()) }
}

/// RFC 8520: what no entry allows is dropped, in whichever way it differs: peer, port, protocol, opener.
fn allowed() -> Tested {
    let rule = Rule::opening("cloud", named(CLOUD)?, tcp_to(443));
    let net = in_force(&[device(DEVICE, allowed_by(vec![rule]))?])?;
    expect(
        &net,
        &[
            (DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Pass),
            (DEVICE, CLOUD, Protocol::Tcp, 80, Expect::Drop),
            (DEVICE, CLOUD, Protocol::Udp, 443, Expect::Drop),
            (DEVICE, FORBIDDEN, Protocol::Tcp, 443, Expect::Drop),
            (CLOUD, DEVICE, Protocol::Tcp, 443, Expect::Drop),
            (FORBIDDEN, CLOUD, Protocol::Tcp, 443, Expect::Drop),
        ],
    )
}

/// RFC 8520, 4.8: with direction-initiated `to-device`, only the peer opens.
fn opened_by_peer() -> Tested {
    let transport = tcp(8443, Some(Direction::ToDevice));
    let net = in_force(&[device(DEVICE, allowed_by(vec![to_device(named(LOCAL)?, transport)]))?])?;
    expect(
        &net,
        &[
            (LOCAL, DEVICE, Protocol::Tcp, 8443, Expect::Pass),
            (LOCAL, DEVICE, Protocol::Tcp, 8444, Expect::Drop),
            (DEVICE, LOCAL, Protocol::Tcp, 8443, Expect::Drop),
            (CLOUD, DEVICE, Protocol::Tcp, 8443, Expect::Drop),
        ],
    )
}

/// An entry for packets of connections that the other side opens does not let it open one.
fn answers_alone() -> Tested {
    let from_device = Rule::opening("answers", named(CLOUD)?, tcp(443, Some(Direction::ToDevice)));
    let answers = [from_device, to_device(named(CLOUD)?, tcp_to(443))];
    for rule in answers {
        let net = in_force(&[device(DEVICE, allowed_by(vec![rule]))?])?;
        expect(
            &net,
            &[
                (DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Drop),
                (CLOUD, DEVICE, Protocol::Tcp, 443, Expect::Drop),
            ],
        )?;
    }
    Ok(())
}

/// UDP has no direction-initiated; answers to what the device sends come back without a rule of their own.
fn udp_answers() -> Tested {
    let from_device = Rule::opening("coap", named(CLOUD)?, udp_to(5684));
    let to_device = to_device(named(LOCAL)?, udp_to(5683));
    let net = in_force(&[device(DEVICE, allowed_by(vec![from_device, to_device]))?])?;
    expect(
        &net,
        &[
            (DEVICE, CLOUD, Protocol::Udp, 5684, Expect::Pass),
            (CLOUD, DEVICE, Protocol::Udp, 5684, Expect::Drop),
            (LOCAL, DEVICE, Protocol::Udp, 5683, Expect::Pass),
            (DEVICE, LOCAL, Protocol::Udp, 5683, Expect::Drop),
        ],
    )
}

/// `local-networks`: every host under the operator's prefixes, no other.
fn local_networks() -> Tested {
    let local = Peer::Under(vec!["192.0.2.0/24".parse()?, "2001:db8:3::/48".parse()?]);
    let rule = Rule::opening("local", local, Transport::Any);
    let net = in_force(&[device(DEVICE, allowed_by(vec![rule]))?])?;
    expect(
        &net,
        &[
            (DEVICE, LOCAL, Protocol::Tcp, 80, Expect::Pass),
            (DEVICE, LOCAL, Protocol::Udp, 53, Expect::Pass),
            (DEVICE, CLOUD, Protocol::Tcp, 80, Expect::Drop),
        ],
    )
}

/// An entry of an `ipv4-acl-type` says nothing about IPv6.
fn one_version() -> Tested {
    let mut rule = Rule::opening("anyone", Peer::Under(Vec::new()), tcp_to(443));
    rule.version = Some(IpVersion::V4);
    rule.peers.clear();
    let net = in_force(&[device(DEVICE, allowed_by(vec![rule]))?])?;
    let probe = Probe {
        from: "device",
        to: "cloud",
        protocol: Protocol::Tcp,
        ipv6: false,
        port: 443,
        expect: Expect::Pass,
    };
    let report = net.probe(&[probe, Probe { ipv6: true, expect: Expect::Drop, ..probe }])?;
    if report.as_expected() { Ok(()) } else { Err(format!("\n{report}").into()) }
}

/// RFC 8519: the first entry that matches decides.
fn drop_first() -> Tested {
    let everywhere = Peer::Under(vec!["0.0.0.0/0".parse()?, "::/0".parse()?]);
    let accept = Rule::opening("all", everywhere, Transport::Any);
    let drop = Rule {
        action: Forwarding::Drop,
        ..Rule::opening("not there", named(FORBIDDEN)?, Transport::Any)
    };
    let net = in_force(&[device(DEVICE, allowed_by(vec![drop, accept]))?])?;
    expect(
        &net,
        &[
            (DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Pass),
            (DEVICE, FORBIDDEN, Protocol::Tcp, 443, Expect::Drop),
        ],
    )
}

/// RFC 8519 `reject`: dropped as well, and the sender is told.
fn reject() -> Tested {
    let rule = Rule {
        action: Forwarding::Reject,
        ..Rule::opening("refused", named(FORBIDDEN)?, Transport::Any)
    };
    let net = in_force(&[device(DEVICE, allowed_by(vec![rule]))?])?;
    expect(&net, &[(DEVICE, FORBIDDEN, Protocol::Tcp, 443, Expect::Drop)])?;
    match net.connect("device", "forbidden", false, 443) {
        Err(TestbedError::Io { source, .. }) => {
            assert_eq!(source.kind(), io::ErrorKind::HostUnreachable, "the sender is told at once");
            Ok(())
        }
        other => Err(format!("not refused: {other:?}").into()),
    }
}

/// Of two devices, the sender's policy and the receiver's both have their say.
fn two_devices() -> Tested {
    let sender = || {
        let rule = Rule::opening("lamp", named(LAMP)?, tcp_to(80));
        device(DEVICE, allowed_by(vec![rule]))
    };
    let silent = in_force(&[sender()?, device(LAMP, allowed_by(Vec::new()))?])?;
    expect(&silent, &[(DEVICE, LAMP, Protocol::Tcp, 80, Expect::Drop)])?;
    let rule = to_device(named(DEVICE)?, tcp(80, Some(Direction::ToDevice)));
    let willing = in_force(&[sender()?, device(LAMP, allowed_by(vec![rule]))?])?;
    expect(
        &willing,
        &[
            (DEVICE, LAMP, Protocol::Tcp, 80, Expect::Pass),
            (LAMP, DEVICE, Protocol::Tcp, 80, Expect::Drop),
        ],
    )
}

/// A device with outdated software gets to the update server and nowhere else.
fn update_only() -> Tested {
    let access = Site::default().update_only(named(UPDATE)?, tcp_to(443));
    let net = in_force(&[device(DEVICE, access)?])?;
    expect(
        &net,
        &[
            (DEVICE, UPDATE, Protocol::Tcp, 443, Expect::Pass),
            (DEVICE, UPDATE, Protocol::Tcp, 80, Expect::Drop),
            (DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Drop),
            (UPDATE, DEVICE, Protocol::Tcp, 443, Expect::Drop),
        ],
    )
}

/// A device that loses its access loses the connections that it has, in both ways; its neighbours keep theirs.
fn quarantine() -> Tested {
    let rules = vec![Rule::opening("cloud", named(CLOUD)?, tcp_to(443))];
    let lamp = device(LAMP, allowed_by(rules.clone()))?;
    let net = in_force(&[device(DEVICE, allowed_by(rules))?, lamp.clone()])?;
    let (mut here, mut there) = net.connect("device", "cloud", false, 443)?;
    let (mut lamp_here, mut lamp_there) = net.connect("lamp", "cloud", true, 443)?;
    let mut byte = [0];
    here.write_all(b"1")?;
    there.read_exact(&mut byte)?;

    net.apply(&compile(&[device(DEVICE, Access::Quarantined)?, lamp], resolve)?)?;
    let wait = Some(Duration::from_millis(300));
    for (mut writer, mut reader) in [(&here, &there), (&there, &here)] {
        reader.set_read_timeout(wait)?;
        writer.write_all(b"2")?;
        if reader.read(&mut byte).is_ok() {
            return Err("bytes still pass".into());
        }
    }
    let chains: BTreeSet<_> = net
        .counters()?
        .into_iter()
        .filter(|counter| counter.drops && counter.packets > 0)
        .map(|counter| counter.chain)
        .collect();
    assert_eq!(chains, BTreeSet::from(["from_device".to_owned(), "to_device".to_owned()]));

    lamp_here.write_all(b"3")?;
    lamp_there.set_read_timeout(Some(Duration::from_secs(5)))?;
    lamp_there.read_exact(&mut byte)?;
    expect(
        &net,
        &[
            (DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Drop),
            (DEVICE, UPDATE, Protocol::Udp, 53, Expect::Drop),
            (CLOUD, DEVICE, Protocol::Tcp, 443, Expect::Drop),
            (LAMP, CLOUD, Protocol::Tcp, 443, Expect::Pass),
        ],
    )
}

/// The readable listing is nftables' own language, and says what is in force.
fn text() -> Tested {
    let ports = Transport::Udp { source: Ports::Not(7), destination: Ports::Range(1000, 2000) };
    let everywhere = || Peer::Under(vec![IpNet::from(Ipv4Net::default())]);
    let rules = vec![
        Rule::opening("cloud", named(CLOUD)?, tcp_to(443)),
        Rule::opening("x\"; flush ruleset #\n'$(id)", everywhere(), ports),
        to_device(Peer::Under(vec!["2001:db8::/32".parse()?]), Transport::Any),
        Rule {
            device: Some("192.0.2.0/24".parse()?),
            ..Rule::opening("ping", everywhere(), Transport::Icmp { kind: Some(8), code: Some(0) })
        },
        Rule {
            action: Forwarding::Reject,
            ..Rule::opening("gre", named(CLOUD)?, Transport::Protocol(47))
        },
    ];
    let ruleset = compile(&[device(DEVICE, allowed_by(rules))?], resolve)?;
    let net = Testbed::create(&HOSTS)?;
    net.apply(&ruleset)?;
    let listed = net.listing()?;
    let read_back = in_own_namespace(&ruleset)?;
    assert_eq!(read_back, listed, "the text and the JSON of one ruleset differ");
    assert_eq!(listed.matches("table ").count(), 1);
    Ok(())
}

/// Loads the ruleset's text in a namespace of its own, and lists what the kernel made of it.
fn in_own_namespace(ruleset: &Ruleset) -> Result<String, Box<dyn Error>> {
    let mut nft = Command::new("unshare")
        .args(["--net", "sh", "-c", "nft --file - && nft list ruleset"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = nft.stdin.take().ok_or("no pipe")?;
    input.write_all(ruleset.to_string().as_bytes())?;
    drop(input);
    let output = nft.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("nft refused\n{ruleset}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn closed() -> Tested {
    let net = Testbed::create(&HOSTS)?;
    expect(&net, &[(FORBIDDEN, CLOUD, Protocol::Tcp, 443, Expect::Drop)])
}

/// `nft` is started by the command given, and what it says against a ruleset or an order is handed on.
fn through() -> Tested {
    let elsewhere = Nft::through(["unshare", "--net"]);
    elsewhere.check(&Ruleset::closed(Table::default()))?;
    elsewhere.apply(&Ruleset::closed(Table::default()))?;
    assert_eq!(elsewhere.listing()?, "", "each command has a new namespace");
    match elsewhere.counters(&Table::default()) {
        Err(ApplyError::Refused(words)) => assert!(words.contains("No such file"), "{words}"),
        other => return Err(format!("counters without a table: {other:?}").into()),
    }
    match Nft::through(["/nonexistent"]).apply(&Ruleset::closed(Table::default())) {
        Err(ApplyError::Start(_)) => Ok(()),
        other => Err(format!("started by nothing: {other:?}").into()),
    }
}

/// The namespaces die with the process that made them, even if it has no chance to clean up; and
/// nothing of them is ever to be seen outside.
fn killed() -> Tested {
    let outside = || -> Result<_, Box<dyn Error>> {
        let mut links = fs::read_dir("/sys/class/net")?
            .map(|entry| Ok(entry?.file_name()))
            .collect::<io::Result<Vec<_>>>()?;
        links.sort();
        Ok((links, fs::read_to_string("/proc/self/mountinfo")?))
    };
    let before = outside()?;
    let mut holder = Command::new(env::current_exe()?)
        .env(HOLD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(holder.stdout.take().ok_or("no pipe")?).read_line(&mut line)?;
    assert_eq!(line.trim(), "ready");
    let own = fs::read_link("/proc/self/ns/net")?;
    let held: BTreeSet<_> = fs::read_dir(format!("/proc/{}/fd", holder.id()))?
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("net:[") && *target != own)
        .collect();
    assert_eq!(held.len(), HOSTS.len() + 1, "one namespace a host and the gateway's");
    assert_eq!(outside()?, before, "made but not seen");
    holder.kill()?;
    holder.wait()?;

    // A namespace exists while a process is in it or holds it open, or it is mounted: none of these.
    let still = fs::read_dir("/proc")?
        .filter_map(|process| process.ok().map(|process| process.path()))
        .flat_map(|process| {
            let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
            open.map(|file| file.path()).chain([process.join("ns/net")]).collect::<Vec<_>>()
        })
        .filter_map(|path| fs::read_link(path).ok())
        .any(|target| held.contains(&target));
    assert!(!still, "a namespace outlived its process");
    assert_eq!(outside()?, before);
    Ok(())
}

/// Makes a network, says so, and waits to be killed.
fn hold() -> ExitCode {
    let Ok(_net) = Testbed::create(&HOSTS) else { return ExitCode::FAILURE };
    println!("ready");
    let waited = io::stdin().read_to_end(&mut Vec::new());
    if waited.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
