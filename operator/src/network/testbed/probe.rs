//! One connection through the gateway, and what became of it.

use core::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Testbed, TestbedError};
use crate::network::apply::RuleCounter;

/// How long a connection is tried when the gateway neither passes nor counts its packets as dropped.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the first attempt waits; each further one waits twice as long as the one before.
const FIRST_ATTEMPT: Duration = Duration::from_millis(40);
/// How often a server looks whether it is still wanted.
const POLL: Duration = Duration::from_millis(1);
/// What the client sends and must get back.
const GREETING: &[u8] = b"hexad";

/// The transport of a probe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// A TCP connection, over which a few bytes go there and back.
    Tcp,
    /// A UDP datagram and its answer.
    Udp,
}

/// What the policy says of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expect {
    /// It must come about.
    Pass,
    /// The gateway must drop it.
    Drop,
}

/// A connection to try: `from` opens it, `to` listens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Probe<'p> {
    /// The name of the host that opens the connection.
    pub from: &'p str,
    /// The name of the host that listens.
    pub to: &'p str,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// Over IPv6 rather than IPv4.
    pub ipv6: bool,
    /// The port that `to` listens at.
    pub port: u16,
    /// What must become of it.
    pub expect: Expect,
}

/// What became of a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// Bytes went there and back.
    Passed,
    /// They did not, and this rule of the gateway counted the packets that it dropped.
    Dropped {
        /// The chain that the rule stands in.
        chain: String,
        /// The rule's comment.
        rule: String,
    },
    /// They did not, though no rule of the gateway dropped a packet: the network itself is at fault.
    Failed(String),
}

/// A probe, and what was seen of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome<'p> {
    /// What was tried.
    pub probe: Probe<'p>,
    /// What became of it.
    pub seen: Seen,
    /// How long it took to know.
    pub took: Duration,
}

impl Outcome<'_> {
    /// Whether what was seen is what was expected.
    #[must_use]
    pub fn as_expected(&self) -> bool {
        match self.probe.expect {
            Expect::Pass => self.seen == Seen::Passed,
            Expect::Drop => matches!(self.seen, Seen::Dropped { .. }),
        }
    }
}

/// The outcomes of some probes; prints as a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report<'p>(pub Vec<Outcome<'p>>);

impl Report<'_> {
    /// Whether every probe came out as expected.
    #[must_use]
    pub fn as_expected(&self) -> bool {
        self.0.iter().all(Outcome::as_expected)
    }
}

/// Tries one connection.
pub(super) fn run<'p>(net: &Testbed, probe: &Probe<'p>) -> Result<Outcome<'p>, TestbedError> {
    let (_, client) = net.host(probe.from)?;
    let (host, server) = net.host(probe.to)?;
    let address = host.at(probe.ipv6, probe.port);
    let server = server
        .enter(|| Server::bind(probe.protocol, address))
        .map_err(TestbedError::io("listen in the test network"))?;
    let before = net.counters()?;
    let start = Instant::now();
    let over = AtomicBool::new(false);

    let (answered, dropped) = thread::scope(|scope| {
        scope.spawn(|| server.serve(&over));
        let asking = scope.spawn(|| client.enter(|| ask(probe.protocol, address, &over)));
        let dropped = loop {
            let finished = asking.is_finished();
            let dropped = net.counters().map(|now| risen(&before, &now));
            if finished || !matches!(dropped, Ok(None)) {
                break dropped;
            }
            thread::sleep(POLL);
        };
        // An attempt that is under way may still succeed; no other is begun.
        over.store(true, Ordering::Relaxed);
        let crash = |_| Err(io::Error::other("the client panicked"));
        (asking.join().unwrap_or_else(crash), dropped)
    });

    let seen = match (answered, dropped?) {
        (Ok(()), _) => Seen::Passed,
        (Err(_), Some(counter)) => Seen::Dropped { chain: counter.chain, rule: counter.comment },
        (Err(error), None) => Seen::Failed(error.to_string()),
    };
    Ok(Outcome { probe: *probe, seen, took: start.elapsed() })
}

/// Opens a TCP connection that the caller keeps: the end of `from`, and that of `to`.
pub(super) fn connect(
    net: &Testbed,
    from: &str,
    to: &str,
    ipv6: bool,
    port: u16,
) -> Result<(TcpStream, TcpStream), TestbedError> {
    let (_, client) = net.host(from)?;
    let (host, server) = net.host(to)?;
    let address = host.at(ipv6, port);
    let listener = server
        .enter(|| TcpListener::bind(address))
        .map_err(TestbedError::io("listen in the test network"))?;
    let here = client
        .enter(|| TcpStream::connect_timeout(&address, PATIENCE))
        .map_err(TestbedError::io("connect in the test network"))?;
    let (there, _) = listener.accept().map_err(TestbedError::io("accept in the test network"))?;
    Ok((here, there))
}

/// The first dropping rule whose counter rose.
fn risen(before: &[RuleCounter], now: &[RuleCounter]) -> Option<RuleCounter> {
    before
        .iter()
        .zip(now)
        .find(|(before, now)| now.drops && now.packets > before.packets)
        .map(|(_, now)| now.clone())
}

/// A server that answers with what it gets.
enum Server {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

impl Server {
    fn bind(protocol: Protocol, address: SocketAddr) -> io::Result<Self> {
        match protocol {
            Protocol::Tcp => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(Self::Tcp(listener))
            }
            Protocol::Udp => {
                let socket = UdpSocket::bind(address)?;
                socket.set_read_timeout(Some(POLL))?;
                Ok(Self::Udp(socket))
            }
        }
    }

    /// Answers until it is over. An answer that can't be sent shows at the client.
    fn serve(&self, over: &AtomicBool) {
        let mut bytes = [0; GREETING.len()];
        while !over.load(Ordering::Relaxed) {
            let done = match self {
                Self::Tcp(listener) => listener.accept().and_then(|(mut stream, _)| {
                    stream.set_nonblocking(false)?;
                    stream.set_read_timeout(Some(PATIENCE))?;
                    stream.read_exact(&mut bytes)?;
                    stream.write_all(&bytes)
                }),
                Self::Udp(socket) => socket.recv_from(&mut bytes).and_then(|(length, peer)| {
                    socket.send_to(bytes.get(..length).unwrap_or_default(), peer).map(drop)
                }),
            };
            if done.is_err() {
                thread::sleep(POLL);
            }
        }
    }
}

/// Sends the greeting until it comes back, the time is up, or it is over.
fn ask(protocol: Protocol, address: SocketAddr, over: &AtomicBool) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let mut wait = FIRST_ATTEMPT;
    loop {
        let result = match protocol {
            Protocol::Tcp => ask_tcp(address, wait),
            Protocol::Udp => ask_udp(address, wait),
        };
        wait = wait.saturating_mul(2);
        if result.is_ok() || over.load(Ordering::Relaxed) || Instant::now() >= deadline {
            return result;
        }
    }
}

fn ask_tcp(address: SocketAddr, wait: Duration) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, wait)?;
    stream.set_read_timeout(Some(wait))?;
    stream.write_all(GREETING)?;
    let mut answer = [0; GREETING.len()];
    stream.read_exact(&mut answer)?;
    same(&answer)
}

fn ask_udp(address: SocketAddr, wait: Duration) -> io::Result<()> {
    let any: IpAddr = if address.is_ipv6() { [0; 16].into() } else { [0; 4].into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(address)?;
    socket.set_read_timeout(Some(wait))?;
    socket.send(GREETING)?;
    let mut answer = [0; GREETING.len()];
    socket.recv(&mut answer)?;
    same(&answer)
}

fn same(answer: &[u8; GREETING.len()]) -> io::Result<()> {
    if answer == GREETING {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::InvalidData, "the server answered with other bytes"))
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        })
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Drop => "drop",
        })
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Dropped { chain, rule } => write!(f, "dropped by {chain}: {rule}"),
            Self::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

impl fmt::Display for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = if self.ipv6 { "IPv6" } else { "IPv4" };
        let Self { from, to, protocol, port, .. } = self;
        f.pad(&format!("{from:<9} -> {to:<9} {protocol} {port:<5} {version}"))
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, outcome) in self.0.iter().enumerate() {
            let Outcome { probe, seen, .. } = outcome;
            let mark = if outcome.as_expected() { "ok " } else { "BAD" };
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{mark} {probe}  expected {expect}, {seen}", expect = probe.expect)?;
        }
        Ok(())
    }
}
