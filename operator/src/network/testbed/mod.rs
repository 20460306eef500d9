//! A network to try a ruleset in: a gateway and hosts, each a network namespace of its own, joined by
//! veth pairs. Real packets cross the kernel's real filter, and none of them can leave.
//!
//! The namespaces have no names. They are held open by this process alone, so there is nothing to clean
//! up: when the [`Testbed`] is dropped, or the process is interrupted or killed, the kernel removes them
//! together with their links, routes and rules.

mod namespace;
mod probe;

#[cfg(test)]
mod tests;

use core::fmt;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};

pub use self::probe::{Expect, Outcome, Probe, Protocol, Report, Seen};

use self::namespace::Namespace;
use super::apply::{ApplyError, Nft, RuleCounter};
use super::nft::{Ruleset, Table};

/// The gateway's address on every IPv4 link.
const GATEWAY_IPV4: Ipv4Addr = Ipv4Addr::new(169, 254, 0, 1);
/// The gateway's address on every IPv6 link.
const GATEWAY_IPV6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);

/// A host of the test network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Host {
    /// What probes call it.
    pub name: &'static str,
    /// Its IPv4 address.
    pub ipv4: Ipv4Addr,
    /// Its IPv6 address.
    pub ipv6: Ipv6Addr,
}

impl Host {
    /// A device, its update server, a cloud server that its MUD file allows, and a server that it must
    /// never reach, at addresses kept for documentation (RFC 5737, RFC 3849).
    pub const STORY: [Self; 4] = [
        Self::new("device", [192, 0, 2, 10], 1),
        Self::new("update", [198, 51, 100, 10], 2),
        Self::new("cloud", [203, 0, 113, 20], 3),
        Self::new("forbidden", [203, 0, 113, 66], 4),
    ];

    /// A host at `ipv4` and at the first address of the `link`th /48 of 2001:db8::/32.
    #[must_use]
    pub const fn new(name: &'static str, ipv4: [u8; 4], link: u16) -> Self {
        let [a, b, c, d] = ipv4;
        Self {
            name,
            ipv4: Ipv4Addr::new(a, b, c, d),
            ipv6: Ipv6Addr::new(0x2001, 0xdb8, link, 0, 0, 0, 0, 1),
        }
    }

    /// Its two addresses.
    #[must_use]
    pub fn addresses(&self) -> [IpAddr; 2] {
        [self.ipv4.into(), self.ipv6.into()]
    }

    fn at(&self, ipv6: bool, port: u16) -> SocketAddr {
        let address = if ipv6 { self.ipv6.into() } else { self.ipv4.into() };
        SocketAddr::new(address, port)
    }
}

/// A gateway with one link to each host, forwarding between them.
///
/// ```no_run
/// use hexad_operator::network::nft::Ruleset;
/// use hexad_operator::network::testbed::{Expect, Host, Probe, Protocol, Testbed};
/// # fn ruleset() -> Ruleset { unimplemented!() }
///
/// let net = Testbed::create(&Host::STORY)?;
/// net.apply(&ruleset())?;
/// let report = net.probe(&[Probe {
///     from: "device",
///     to: "cloud",
///     protocol: Protocol::Tcp,
///     ipv6: false,
///     port: 443,
///     expect: Expect::Pass,
/// }])?;
/// println!("{report}");
/// assert!(report.as_expected());
/// # Ok::<(), hexad_operator::network::testbed::TestbedError>(())
/// ```
#[derive(Debug)]
pub struct Testbed {
    gateway: Namespace,
    hosts: Vec<(Host, Namespace)>,
}

/// Whether a test network can be made on this machine: makes one, which takes a tenth of a second.
///
/// # Errors
/// Says what is missing: the right to make network namespaces (root, or `CAP_SYS_ADMIN` and
/// `CAP_NET_ADMIN`), the `ip` command, the `nft` command, or `nf_tables` with connection
/// tracking in the kernel.
pub fn available() -> Result<(), TestbedError> {
    Testbed::create(&Host::STORY).map(drop)
}

impl Testbed {
    /// Makes the namespaces, links, addresses and routes. The gateway lets nothing through yet.
    ///
    /// # Errors
    /// As [`available`], and whatever `ip` says against an address.
    pub fn create(hosts: &[Host]) -> Result<Self, TestbedError> {
        let new = || {
            Namespace::create().map_err(TestbedError::io(
                "make a network namespace (needs root, or `unshare -rn`)",
            ))
        };
        let gateway = new()?;
        let mut joined = Vec::with_capacity(hosts.len());
        for (index, host) in hosts.iter().enumerate() {
            let namespace = new()?;
            join(&gateway, index, host, &namespace)?;
            joined.push((*host, namespace));
        }
        gateway
            .enter(|| {
                std::fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
                std::fs::write("/proc/sys/net/ipv6/conf/all/forwarding", "1")
            })
            .map_err(TestbedError::io("turn on forwarding in the gateway's namespace"))?;
        let net = Self { gateway, hosts: joined };
        net.apply(&Ruleset::closed(Table::default()))?;
        Ok(net)
    }

    /// Puts the ruleset in force on the gateway, in one transaction, in place of the one before it.
    ///
    /// # Errors
    /// [`TestbedError::Nft`] with the words of `nft` if the kernel does not take it.
    pub fn apply(&self, ruleset: &Ruleset) -> Result<(), TestbedError> {
        self.on_gateway(|| Nft::here().apply(ruleset))
    }

    /// The counters of the ruleset in force on the gateway, rule by rule.
    ///
    /// # Errors
    /// [`TestbedError::Nft`] if they can't be read.
    pub fn counters(&self) -> Result<Vec<RuleCounter>, TestbedError> {
        self.on_gateway(|| Nft::here().counters(&Table::default()))
    }

    /// The ruleset in force on the gateway, as `nft list ruleset` prints it.
    ///
    /// # Errors
    /// [`TestbedError::Nft`] if it can't be read.
    pub fn listing(&self) -> Result<String, TestbedError> {
        self.on_gateway(|| Nft::here().listing())
    }

    /// Opens the connections one after the other and says what became of each. A probe that passes takes
    /// about a millisecond; one that is dropped about a twentieth of a second, since the gateway's counters tell.
    ///
    /// # Errors
    /// [`TestbedError::UnknownHost`] for a probe between hosts that are not there, [`TestbedError::Io`]
    /// if a port can't be listened at, [`TestbedError::Nft`] if the counters can't be read. A connection that
    /// fails is no error but an [`Outcome`].
    pub fn probe<'p>(&self, probes: &[Probe<'p>]) -> Result<Report<'p>, TestbedError> {
        probes.iter().map(|probe| probe::run(self, probe)).collect::<Result<_, _>>().map(Report)
    }

    /// Opens a TCP connection and leaves both ends to the caller, to see what later rulesets do to it: the
    /// end of `from` first.
    ///
    /// # Errors
    /// [`TestbedError::UnknownHost`], and [`TestbedError::Io`] if the port can't be listened at or the
    /// connection does not come about within three seconds.
    pub fn connect(
        &self,
        from: &str,
        to: &str,
        ipv6: bool,
        port: u16,
    ) -> Result<(TcpStream, TcpStream), TestbedError> {
        probe::connect(self, from, to, ipv6, port)
    }

    fn host(&self, name: &str) -> Result<&(Host, Namespace), TestbedError> {
        self.hosts
            .iter()
            .find(|(host, _)| host.name == name)
            .ok_or_else(|| TestbedError::UnknownHost(name.to_owned()))
    }

    /// Runs `work` on a thread of its own on that host. Sockets that it opens stay there wherever they are
    /// used afterwards, and so do the processes that it starts.
    ///
    /// # Errors
    /// [`TestbedError::UnknownHost`], and [`TestbedError::Io`] with what `work` says.
    pub fn on_host<T: Send>(
        &self,
        host: &str,
        work: impl FnOnce() -> io::Result<T> + Send,
    ) -> Result<T, TestbedError> {
        let (_, namespace) = self.host(host)?;
        namespace.enter(work).map_err(TestbedError::io("work on a host of the test network"))
    }

    /// Runs `work` on a thread of its own on the gateway, as [`Testbed::on_host`] does on a host.
    ///
    /// # Errors
    /// [`TestbedError::Io`] if there can be no thread, [`TestbedError::Nft`] with what `work` says.
    pub fn on_gateway<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, ApplyError> + Send,
    ) -> Result<T, TestbedError> {
        let done = self.gateway.enter(|| Ok(work()));
        Ok(done.map_err(TestbedError::io("work on the gateway of the test network"))??)
    }
}

/// Joins a host to the gateway. Each link is point to point, whatever the addresses: the gateway filters
/// between any two hosts, as a network with client isolation does.
fn join(
    gateway: &Namespace,
    index: usize,
    host: &Host,
    namespace: &Namespace,
) -> Result<(), TestbedError> {
    let Host { ipv4, ipv6, .. } = host;
    let link = format!("host{index}");
    let path = namespace.path();
    ip(
        gateway,
        &format!(
            "link add {link} type veth peer name eth0 netns {path}\n\
             addr add {GATEWAY_IPV4}/32 dev {link}\n\
             addr add {GATEWAY_IPV6}/64 dev {link} nodad\n\
             link set {link} up\n"
        ),
    )?;
    ip(
        namespace,
        &format!(
            "link set lo up\n\
             addr add {ipv4}/32 dev eth0\n\
             addr add {ipv6}/128 dev eth0 nodad\n\
             link set eth0 up\n\
             route add {GATEWAY_IPV4} dev eth0\n\
             route add default via {GATEWAY_IPV4} dev eth0\n\
             route add default via {GATEWAY_IPV6} dev eth0\n"
        ),
    )?;
    ip(gateway, &format!("route add {ipv4} dev {link}\nroute add {ipv6} dev {link}\n"))
}

/// Runs a batch of `ip` commands inside the namespace.
fn ip(namespace: &Namespace, batch: &str) -> Result<(), TestbedError> {
    let output = namespace
        .enter(|| {
            let mut child = Command::new("ip")
                .args(["-batch", "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()?;
            // If it ends without having read, its own words are worth more than that the pipe broke.
            let written =
                child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(batch.as_bytes()));
            let output = child.wait_with_output()?;
            if output.status.success() { written.map(|()| output) } else { Ok(output) }
        })
        .map_err(TestbedError::io("run `ip` (package iproute2)"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(TestbedError::Ip(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Why the test network can't be made or used.
#[derive(Debug)]
pub enum TestbedError {
    /// The system refused.
    Io {
        /// What was to be done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// `ip` refused; these are its words.
    Ip(String),
    /// `nft` refused, or is missing.
    Nft(ApplyError),
    /// A probe names a host that the network does not have.
    UnknownHost(String),
}

impl TestbedError {
    fn io(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }
}

impl fmt::Display for TestbedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, source } => write!(f, "can't {doing}: {source}"),
            Self::Ip(words) => write!(f, "`ip` failed: {words}"),
            Self::Nft(error) => error.fmt(f),
            Self::UnknownHost(name) => write!(f, "the test network has no host `{name}`"),
        }
    }
}

impl core::error::Error for TestbedError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Nft(error) => Some(error),
            Self::Ip(_) | Self::UnknownHost(_) => None,
        }
    }
}

impl From<ApplyError> for TestbedError {
    fn from(error: ApplyError) -> Self {
        Self::Nft(error)
    }
}
