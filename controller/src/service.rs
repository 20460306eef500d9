//! The controller at work: the API, the DNS proxy, and the clock.

use core::fmt;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_operator::network::dns::{Event, Proxy};
use hexad_operator::network::policy::HostName;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::api::{LIMIT, Request, answer};
use crate::configuration::Dns;
use crate::controller::{Controller, ControllerError};
use crate::fetch::{Fetch, retrieve};
use crate::gateway::Gateway;
use crate::listener::{self, Listener, Memory};

/// How often the clock is looked at.
const TICK: Duration = Duration::from_millis(500);

/// A controller at work.
#[derive(Debug)]
pub struct Service<G> {
    controller: Mutex<Controller<G>>,
}

/// Where a controller hears of the world.
#[derive(Debug)]
pub struct Sockets<'s> {
    /// The API's, on loopback.
    pub api: TcpListener,
    /// Where the DNS proxy is, and which networks are local.
    pub dns: Option<(&'s Dns, Vec<ipnet::IpNet>)>,
    /// Those of the interfaces where devices are.
    pub listeners: &'s [Listener],
}

impl<G: Gateway + Send> Service<G> {
    /// A service of this controller.
    #[must_use]
    pub const fn new(controller: Controller<G>) -> Self {
        Self { controller: Mutex::new(controller) }
    }

    /// Puts in force what the registry says, and works until `over`: answers the API and devices' DNS queries, hears
    /// what they say by DHCP and LLDP, and fetches MUD files. `report` is
    /// told what goes wrong meanwhile.
    ///
    /// # Errors
    /// [`ServiceError`] if it can't begin, or a socket fails.
    pub fn run<C: Clone + Hash + Send + Verify>(
        &self,
        sockets: Sockets<'_>,
        fetch: &(impl Fetch + Sync),
        crypto: &mut C,
        over: &AtomicBool,
        report: &(impl Fn(&str) + Sync),
    ) -> Result<(), ServiceError> {
        let Sockets { api, dns, listeners } = sockets;
        if !api.local_addr()?.ip().is_loopback() {
            return Err(ServiceError::NotLoopback);
        }
        self.lock().enforce(now()).map_err(ServiceError::Controller)?;
        let server = tiny_http::Server::from_listener(api, None).map_err(ServiceError::Http)?;
        let dns = dns.map(|(dns, local)| bind(dns, local)).transpose()?;
        // Where one thread ends, all do.
        let end = |result: Result<(), ServiceError>| {
            over.store(true, Ordering::Relaxed);
            result
        };
        let end = &end;
        thread::scope(|scope| {
            let proxy = dns.as_ref().map(|(proxy, udp, tcp)| {
                scope.spawn(move || {
                    let heard = |event: Event<'_>| self.heard(event, report);
                    end(proxy.serve(udp, tcp, over, &heard).map_err(ServiceError::Io))
                })
            });
            let hearing: Vec<_> = listeners
                .iter()
                .map(|listener| scope.spawn(move || end(self.hear(listener, over, report))))
                .collect();
            let mut own = crypto.clone();
            let http = scope.spawn(move || end(self.serve(&server, &mut own, over, report)));
            while !over.load(Ordering::Relaxed) {
                self.tick(fetch, crypto, report);
                thread::sleep(TICK);
            }
            let crash = |_| Err(ServiceError::Io(io::Error::other("a thread panicked")));
            http.join().unwrap_or_else(crash)?;
            for hearing in hearing {
                hearing.join().unwrap_or_else(crash)?;
            }
            proxy.map_or(Ok(()), |proxy| proxy.join().unwrap_or_else(crash))
        })
    }

    fn tick(&self, fetch: &impl Fetch, crypto: &mut (impl Hash + Verify), report: &impl Fn(&str)) {
        let begun = now();
        let wanted = {
            let mut controller = self.lock();
            controller.tick(begun).and_then(|()| controller.wanted(begun))
        };
        let told = wanted.and_then(|wanted| {
            wanted.iter().try_for_each(|wanted| {
                // Others are served while a file is fetched.
                let retrieved = retrieve(fetch, &wanted.url, wanted.etag.as_deref());
                if let Err(error) = &retrieved {
                    report(&format!("{}: {error}", wanted.url));
                }
                self.lock().fetched(wanted, retrieved, now(), crypto)
            })
        });
        if let Err(error) = told {
            report(&error.to_string());
        }
    }

    fn hear(
        &self,
        listener: &Listener,
        over: &AtomicBool,
        report: &impl Fn(&str),
    ) -> Result<(), ServiceError> {
        let mut memory = Memory::default();
        while !over.load(Ordering::Relaxed) {
            let Some(frame) = listener.next(TICK)? else { continue };
            match listener::read(&frame) {
                Ok(Some(said)) if memory.is_news(&said, Instant::now()) => {
                    if let Err(error) = self.lock().overheard(said, now()) {
                        report(&error.to_string());
                    }
                }
                Ok(_) => {}
                // Whoever is on the network can send anything: no line for each.
                Err(_) => self.lock().unheard(),
            }
        }
        Ok(())
    }

    fn heard(&self, event: Event<'_>, report: &impl Fn(&str)) {
        let taken = match event {
            Event::Learned(learned) => self.lock().learn(learned),
            Event::Rebinding(name, address) => self.lock().rebinding(name.as_str(), address, now()),
            Event::Malformed(from, error) => {
                report(&format!("DNS from {from}: {error}"));
                Ok(())
            }
        };
        if let Err(error) = taken {
            report(&error.to_string());
        }
    }

    fn serve(
        &self,
        server: &tiny_http::Server,
        crypto: &mut (impl Hash + Verify),
        over: &AtomicBool,
        report: &impl Fn(&str),
    ) -> Result<(), ServiceError> {
        while !over.load(Ordering::Relaxed) {
            let Some(mut request) = server.recv_timeout(TICK)? else { continue };
            let header = |name: &'static str| {
                let own = request.headers().iter().find(|header| header.field.equiv(name));
                own.map(|header| header.value.as_str().to_owned())
            };
            let (host, content_type) = (header("Host"), header("Content-Type"));
            let (method, target) = (request.method().to_string(), request.url().to_owned());
            let mut body = Vec::new();
            let read = request.as_reader().take(LIMIT + 1).read_to_end(&mut body);
            let response = match read {
                Ok(length) if length as u64 <= LIMIT => {
                    let asked = Request {
                        method: &method,
                        target: &target,
                        host: host.as_deref(),
                        content_type: content_type.as_deref(),
                        body: &body,
                    };
                    let answered = answer(&mut self.lock(), &asked, now(), crypto);
                    let kind = ("Content-Type", answered.content_type);
                    let header = tiny_http::Header::from_bytes(kind.0, kind.1).ok();
                    let response = tiny_http::Response::from_string(answered.body);
                    let response = response.with_status_code(answered.status);
                    match header {
                        Some(header) => response.with_header(header),
                        None => response,
                    }
                }
                _ => tiny_http::Response::from_string("").with_status_code(413),
            };
            // Whoever does not wait for an answer gets none.
            if let Err(error) = request.respond(response) {
                report(&format!("the API: {error}"));
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Controller<G>> {
        // Each step of the controller is whole or not at all: a panic elsewhere leaves nothing half done.
        self.controller.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bind(
    dns: &Dns,
    local_networks: Vec<ipnet::IpNet>,
) -> Result<(Proxy, UdpSocket, TcpListener), ServiceError> {
    let names: Result<_, _> = dns.local_names.iter().map(|name| HostName::new(name)).collect();
    let local_names = names.map_err(|error| ServiceError::Controller(error.into()))?;
    let proxy = Proxy { resolver: dns.resolver, local_networks, local_names };
    let at = |error| ServiceError::Bind(dns.listen, error);
    let udp = UdpSocket::bind(dns.listen).map_err(at)?;
    Ok((proxy, udp, TcpListener::bind(dns.listen).map_err(at)?))
}

/// Seconds since 1970 began.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Why the service can't begin or go on.
#[derive(Debug)]
pub enum ServiceError {
    /// The API would be open to the network.
    NotLoopback,
    /// What the registry says can't be put in force.
    Controller(ControllerError),
    /// A socket can't be listened at.
    Bind(SocketAddr, io::Error),
    /// The HTTP server can't begin.
    Http(Box<dyn std::error::Error + Send + Sync>),
    /// A socket fails.
    Io(io::Error),
}

impl From<io::Error> for ServiceError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback => f.write_str("the API listens on loopback alone"),
            Self::Controller(error) => error.fmt(f),
            Self::Bind(at, error) => write!(f, "can't listen at {at}: {error}"),
            Self::Http(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ServiceError {}
