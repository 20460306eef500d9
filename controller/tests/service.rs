//! The service over real sockets: HTTPS to a server that tests make certificates for with `openssl`, and the API
//! on loopback. Without `openssl` the tests of HTTPS are reported as ignored; with `openssl` in `HEXAD_REQUIRE`
//! they fail instead.

use etherparse::PacketBuilder;
use hexad_controller::configuration::Configuration;
use hexad_controller::controller::{Controller, ControllerError, Heard};
use hexad_controller::fetch::{Fetch, FetchError, Got, Https, LIMIT, Retrieved};
use hexad_controller::gateway::Paper;
use hexad_controller::listener::{self, Listener, Said};
use hexad_controller::record::Source;
use hexad_controller::registry::Registry;
use hexad_controller::service::{Service, ServiceError, Sockets};
use hexad_controller::trust::{Anchors, Trust};
use hexad_cose_core::Curve;
use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_mud::builder::Builder;
use hexad_mud::file::Contents;
use hexad_mud::signature;
use hexad_mud::time::DateAndTime;
use hexad_mud::url::{MudUrl, dhcp, lldp};
use hexad_operator::network::policy::{DeviceName, HardwareAddress};
use hexad_operator::network::testbed::{self, Host, Testbed};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_vectors::{Missing, trial};
use libtest_mimic::Arguments;
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, send};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

type Tested = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let openssl = Command::new("openssl").arg("version").output();
    let openssl = openssl.map(drop).map_err(|why| Missing::new("openssl", why));
    let here = || Ok::<_, Missing>(());
    let netns = testbed::available().map_err(|why| Missing::new("netns", why));
    let trials = vec![
        trial("files_come_over_https_alone", openssl.clone(), |()| https()),
        trial("certificates_say_mud_urls", openssl, |()| certified()),
        trial("frames_are_heard_on_the_wire", netns, |()| heard()),
        trial("api_is_served_on_loopback", here(), |()| api()),
        trial("api_is_not_served_to_the_network", here(), |()| not_to_the_network()),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Makes a key and a certificate for `localhost`: `NAME.key` and `NAME.pem`.
fn certificate(folder: &Path, name: &str) -> Tested {
    let configuration = folder.join("configuration");
    std::fs::write(
        &configuration,
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=localhost\n\
         [ext]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n",
    )?;
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
        .args(["-pkeyopt", "ec_paramgen_curve:prime256v1", "-config"])
        .arg(&configuration)
        .arg("-keyout")
        .arg(folder.join(name).with_extension("key"))
        .arg("-out")
        .arg(folder.join(name).with_extension("pem"))
        .output()?;
    if made.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&made.stderr).into_owned().into())
}

/// HTTPS alone, also after redirects; bounded in size and redirects; to servers that lead to the anchors.
fn https() -> Tested {
    let folder = TempDir::new()?;
    for name in ["server", "other"] {
        certificate(folder.path(), name)?;
    }
    let server = TcpListener::bind("127.0.0.1:0")?;
    let plain = TcpListener::bind("127.0.0.1:0")?;
    plain.set_nonblocking(true)?;
    let (port, plain_port) = (server.local_addr()?.port(), plain.local_addr()?.port());
    let key = PrivateKeyDer::from_pem_file(folder.path().join("server.key"))?;
    let chain = vec![CertificateDer::from_pem_file(folder.path().join("server.pem"))?];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    let configuration = Arc::new(configuration);
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let serving = thread::spawn(move || {
        while !ended.load(Ordering::Relaxed) {
            let Ok((stream, _)) = server.accept() else { continue };
            let Ok(connection) = ServerConnection::new(Arc::clone(&configuration)) else {
                continue;
            };
            // A client that breaks off is what some of the tests are about.
            _ = respond(StreamOwned::new(connection, stream), port, plain_port);
        }
    });

    let fetch = Https::new(&folder.path().join("server.pem"))?;
    let get = |path: &str, etag| fetch.get(&format!("https://localhost:{port}{path}"), etag);
    let file = Got::File { bytes: b"a file".to_vec(), etag: Some("\"1\"".into()) };
    assert_eq!(get("/ok", None)?, file);
    assert_eq!(get("/redirect", None)?, file);
    assert_eq!(get("/ok", Some("\"1\""))?, Got::NotModified);
    assert_eq!(get("/ok", Some("\"0\""))?, file);
    assert!(matches!(get("/nothing", None), Err(FetchError::Status(404))));
    for path in ["/plain", "/loop", "/large"] {
        assert!(matches!(get(path, None), Err(FetchError::Http(_))), "{path}");
    }
    let direct = fetch.get(&format!("http://localhost:{plain_port}/ok"), None);
    assert!(matches!(direct, Err(FetchError::Http(_))));
    assert!(plain.accept().is_err(), "nothing was asked without TLS");
    let strange = Https::new(&folder.path().join("other.pem"))?;
    let strange = strange.get(&format!("https://localhost:{port}/ok"), None);
    assert!(matches!(strange, Err(FetchError::Http(_))), "a server that leads nowhere");
    assert!(matches!(Https::new(&folder.path().join("server.key")), Err(FetchError::Anchors(_))));

    over.store(true, Ordering::Relaxed);
    // Wakes it, unless it was busy until now and has ended by itself.
    drop(TcpStream::connect(("127.0.0.1", port)));
    serving.join().map_err(|_| "the server panicked".into())
}

fn respond(
    stream: StreamOwned<ServerConnection, TcpStream>,
    port: u16,
    plain: u16,
) -> std::io::Result<()> {
    stream.sock.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let mut stream = reader.into_inner();
    let path = head.split_whitespace().nth(1).unwrap_or_default();
    let location = |to: String| format!("302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    let answer = match path {
        "/ok" if head.to_ascii_lowercase().contains("if-none-match: \"1\"") => {
            "304 Not Modified\r\nETag: \"1\"\r\n\r\n".to_owned()
        }
        "/ok" => "200 OK\r\nETag: \"1\"\r\nContent-Length: 6\r\n\r\na file".to_owned(),
        "/redirect" => location(format!("https://localhost:{port}/ok")),
        "/plain" => location(format!("http://localhost:{plain}/ok")),
        "/loop" => location("/loop".to_owned()),
        "/large" => "200 OK\r\nContent-Length: 100000000\r\n\r\n".to_owned(),
        _ => "404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
    };
    stream.write_all(
        format!("HTTP/1.1 {answer}")
            .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
            .as_bytes(),
    )?;
    if path == "/large" {
        let chunk = vec![b' '; 1 << 16];
        for _ in 0..LIMIT / (1 << 16) + 2 {
            stream.write_all(&chunk)?;
        }
    }
    stream.conn.send_close_notify();
    stream.flush()
}

/// Runs `openssl` in the folder, with words that are parted by spaces.
fn openssl(folder: &Path, words: &str) -> Tested {
    let output = Command::new("openssl").current_dir(folder).args(words.split(' ')).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

/// The extensions of a device's certificate (RFC 8520, 11), as OpenSSL writes them.
const DEVICE: &str = "
[req]
distinguished_name = subject
prompt = no
[subject]
CN = lamp 7
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[device]
keyUsage = critical, digitalSignature
1.3.6.1.5.5.7.1.25 = ASN1:IA5STRING:https://lighting.example.com/lamp
1.3.6.1.5.5.7.1.30 = ASN1:SEQUENCE:signer
[silent]
keyUsage = critical, digitalSignature
[http]
keyUsage = critical, digitalSignature
1.3.6.1.5.5.7.1.25 = ASN1:IA5STRING:http://lighting.example.com/lamp
[signer]
part = SET:part
[part]
attribute = SEQUENCE:attribute
[attribute]
type = OID:commonName
value = UTF8:MUD signer
";

/// A device's certificate says its MUD URL and who signs the file, if it leads to a manufacturer who is trusted; it
/// outranks what the device says of itself (RFC 8520, 11 and 13.2).
fn certified() -> Tested {
    const NOW: i64 = 1_800_000_000;
    const URL: &str = "https://lighting.example.com/lamp";
    let folder = TempDir::new()?;
    let at = folder.path();
    std::fs::write(at.join("device.cnf"), DEVICE)?;
    for root in ["root", "other"] {
        let make = "req -x509 -nodes -days 3650 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
                    -config device.cnf -extensions authority -subj /CN=Example";
        openssl(at, &format!("{make} -keyout {root}.key -out {root}.pem"))?;
    }
    let make =
        "req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -config device.cnf";
    openssl(at, &format!("{make} -keyout lamp.key -out lamp.csr"))?;
    let issued = |root: &str, extensions: &str| -> Result<Vec<u8>, Box<dyn Error>> {
        let sign =
            "x509 -req -in lamp.csr -days 3650 -extfile device.cnf -set_serial 7 -out lamp.pem";
        openssl(at, &format!("{sign} -extensions {extensions} -CA {root}.pem -CAkey {root}.key"))?;
        Ok(CertificateDer::from_pem_file(at.join("lamp.pem"))?.to_vec())
    };
    let root = CertificateDer::from_pem_file(at.join("root.pem"))?.to_vec();
    let now = Certificate::parse(&root)?.not_before() + 60;

    let signer = |name: &str, seed: u8| -> Result<(SigningKey, Vec<u8>), Box<dyn Error>> {
        let key = SigningKey::from_bytes(Curve::P256, &[seed; 32])?;
        let template = Template {
            common_name: name,
            key: key.public(),
            serial_number: &[seed],
            not_before: now - 60,
            not_after: now + 86_400,
            authority: false,
        };
        let certificate = template.issue(Issuer::Itself, &key, &mut RustCrypto)?;
        Ok((key, certificate))
    };
    let (named, anyone) = (signer("MUD signer", 7)?, signer("Somebody", 8)?);
    let files =
        Anchors { authorities: Vec::new(), certificates: vec![named.1.clone(), anyone.1.clone()] };
    let trust = Trust { files: vec![files], devices: vec![root.clone()], ..Trust::default() };
    let configuration = Configuration::default();
    let mut controller =
        Controller::new(Registry::in_memory()?, Paper::default(), &configuration, trust)?;
    let name = DeviceName::new("lamp")?;
    controller.put_device(name.clone(), vec!["192.0.2.10".parse()?], None, now)?;

    let mut certified =
        |chain: &[Vec<u8>], time| controller.certified(&name, chain, time, &mut RustCrypto);
    let good = issued("root", "device")?;
    let stranger = certified(&[issued("other", "device")?], now);
    assert!(matches!(stranger, Err(ControllerError::Certificate(_))), "another's root");
    let early = certified(std::slice::from_ref(&good), now - 86_400);
    assert!(matches!(early, Err(ControllerError::Certificate(_))), "not valid yet");
    let late = certified(std::slice::from_ref(&good), NOW * 2);
    assert!(matches!(late, Err(ControllerError::Certificate(_))), "expired");
    let silent = certified(&[issued("root", "silent")?], now);
    assert!(matches!(silent, Err(ControllerError::NoUrl(None))));
    let plain = certified(&[issued("root", "http")?], now);
    assert!(matches!(plain, Err(ControllerError::NoUrl(Some(_)))), "RFC 8520, 6");
    assert!(matches!(certified(&[], now), Err(ControllerError::NoUrl(None))));
    assert!(matches!(certified(&[vec![0x30]], now), Err(ControllerError::Certificate(_))));
    assert!(certified(&[good, root], now)?);
    let record = controller.registry().device(&name)?.and_then(|record| record.mud);
    let record = record.ok_or("no URL")?;
    assert_eq!((record.url.as_str(), record.source), (URL, Source::X509));
    let log = controller.registry().audit(0, 100)?;
    assert_eq!(log.iter().filter(|entry| entry.event == "certificate-refused").count(), 7);

    // Whoever else leads to an anchor may not sign its file.
    let mut contents = Contents::new(MudUrl::new(URL)?, DateAndTime::from_unix(now).ok_or("time")?);
    contents.mud_signature = Some(format!("{URL}.p7s"));
    let file = Builder::new(contents).build()?.to_json().into_bytes();
    let wanted = controller.wanted(now)?.pop().ok_or("nothing wanted")?;
    let mut failures = Vec::new();
    for (key, certificate) in [&anyone, &named] {
        let certificate = Certificate::parse(certificate)?;
        let signature = signature::sign(&file, &[certificate], now, key, &mut RustCrypto)?;
        let retrieved = Retrieved::Signed { file: file.clone(), signature, etag: None };
        controller.fetched(&wanted, Ok(retrieved), now, &mut RustCrypto)?;
        failures.push(controller.counts().refresh_failures);
    }
    assert_eq!((failures.as_slice(), controller.counts().refreshed), (&[1, 1][..], 1));
    Ok(())
}

/// A web without files.
struct Nothing;

impl Fetch for Nothing {
    fn get(&self, _: &str, _: Option<&str>) -> Result<Got, FetchError> {
        Err(FetchError::Status(404))
    }
}

fn service() -> Result<Service<Paper>, Box<dyn Error>> {
    let registry = Registry::in_memory()?;
    let configuration = Configuration::default();
    Ok(Service::new(Controller::new(registry, Paper::default(), &configuration, Trust::default())?))
}

/// Asks the API at `at`.
fn ask(at: SocketAddr, method: &str, path: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(at)?;
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n");
    let length = body.len();
    let more = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all((head + &more).as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A packet socket on `eth0` of this namespace that sends frames.
fn sender() -> std::io::Result<OwnedFd> {
    let own = getifaddrs()?
        .filter(|known| known.interface_name == "eth0")
        .find_map(|known| known.address?.as_link_addr().copied());
    let own = own.ok_or_else(|| std::io::Error::other("no eth0"))?;
    let (family, kind) = (AddressFamily::Packet, SockType::Raw);
    let socket = nix::sys::socket::socket(family, kind, SockFlag::empty(), None)?;
    nix::sys::socket::bind(socket.as_raw_fd(), &own)?;
    Ok(socket)
}

/// RFC 8520, 10 and 12: what a device says on the wire, by frames on a real interface, is in the registry; what it
/// says of a device that has proven its URL is not, and other traffic is not even looked at.
fn heard() -> Tested {
    const DEVICE: [u8; 6] = [2, 0, 0x5e, 0, 0x53, 0x0a];
    const PROVEN: [u8; 6] = [2, 0, 0x5e, 0, 0x53, 0x0b];
    let url = |name: &str| MudUrl::new(&format!("https://lighting.example.com/{name}"));
    let request = |client: [u8; 6], url: &MudUrl| -> Result<Vec<u8>, Box<dyn Error>> {
        let mut message = vec![1, 1, 6, 0];
        message.resize(28, 0);
        message.extend(client);
        message.resize(236, 0);
        message.extend([99, 130, 83, 99, 53, 1, 3]);
        message.extend(dhcp::option_v4(url)?);
        message.push(255);
        Ok(message)
    };
    let frame_v4 = |from, port, payload: &[u8]| -> Result<Vec<u8>, Box<dyn Error>> {
        let mut frame = Vec::new();
        let packet = PacketBuilder::ethernet2(from, [0xff; 6]).ipv4([0; 4], [255; 4], 64);
        packet.udp(68, port).write(&mut frame, payload)?;
        Ok(frame)
    };
    let solicit = [&[1, 0, 0, 1][..], &dhcp::option_v6(&url("six")?)?].concat();
    let mut six = Vec::new();
    let (own, servers) = ("fe80::10".parse::<Ipv6Addr>()?, "ff02::1:2".parse::<Ipv6Addr>()?);
    let packet = PacketBuilder::ethernet2(DEVICE, [0x33, 0x33, 0, 1, 0, 2]);
    packet.ipv6(own.octets(), servers.octets(), 1).udp(546, 547).write(&mut six, &solicit)?;
    let mut lldpdu = [&[1, 0x80, 0xc2, 0, 0, 0x0e][..], &DEVICE, &[0x88, 0xcc]].concat();
    lldpdu.extend([2, 7, 4, 2, 0, 0x5e, 0, 0x53, 0x0a, 4, 2, 7, b'1', 6, 2, 0, 120]);
    lldpdu.extend(lldp::tlv(&url("neighbour")?)?);
    lldpdu.extend([0, 0]);

    let net = Testbed::create(&Host::STORY)?;
    let listener = net.on_gateway(|| Ok(Listener::open("host0")))??;
    assert!(net.on_gateway(|| Ok(Listener::open("nothing")))?.is_err());
    let device = net.on_host("device", sender)?;
    let send = |frame: &[u8]| send(device.as_raw_fd(), frame, MsgFlags::empty());

    // What the kernel gives, one after the other: whatever else is sent between.
    let next = || -> Result<Option<Said>, Box<dyn Error>> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if let Some(frame) = listener.next(Duration::from_millis(50))? {
                return Ok(listener::read(&frame)?);
            }
        }
        Err("no frame came".into())
    };
    let noise = frame_v4(DEVICE, 5353, &request(DEVICE, &url("noise")?)?)?;
    let four = frame_v4(DEVICE, 67, &request(DEVICE, &url("four")?)?)?;
    for (frame, name, heard) in [
        (&four, "four", Heard::Dhcp),
        (&six, "six", Heard::Dhcp),
        (&lldpdu, "neighbour", Heard::Lldp),
    ] {
        send(&noise)?;
        send(frame)?;
        let hardware = HardwareAddress(DEVICE);
        assert_eq!(next()?, Some(Said { hardware, url: url(name)?, heard }));
    }
    assert_eq!(listener.next(Duration::from_millis(10))?, None, "nothing else was let through");

    // The whole service: a device that is known, and one that has proven another URL.
    let registry = Registry::in_memory()?;
    let configuration = Configuration::default();
    let mut controller =
        Controller::new(registry, Paper::default(), &configuration, Trust::default())?;
    for (name, hardware) in [("lamp", DEVICE), ("hub", PROVEN)] {
        let hardware = Some(HardwareAddress(hardware));
        controller.put_device(DeviceName::new(name)?, Vec::new(), hardware, 0)?;
    }
    let service = Service::new(controller);
    let over = AtomicBool::new(false);
    let api = TcpListener::bind("127.0.0.1:0")?;
    let at = api.local_addr()?;
    let sockets = Sockets { api, dns: None, listeners: &[listener] };
    thread::scope(|scope| -> Tested {
        let run = || service.run(sockets, &Nothing, &mut RustCrypto, &over, &|_: &str| {});
        let running = scope.spawn(run);
        let told = || -> Tested {
            send(&four)?;
            // In another's name: refused before it is anyone's.
            send(&frame_v4(DEVICE, 67, &request(PROVEN, &url("spoofed")?)?)?)?;
            let begun = Instant::now();
            loop {
                let devices = ask(at, "GET", "/v1/devices", "")?;
                let metrics = ask(at, "GET", "/metrics", "")?;
                assert!(!devices.contains("spoofed"), "{devices}");
                if devices.contains("https://lighting.example.com/four")
                    && metrics.contains("hexad_frames_refused_total 1\n")
                {
                    return Ok(());
                }
                if begun.elapsed() > Duration::from_secs(5) {
                    return Err(devices.into());
                }
                thread::sleep(Duration::from_millis(20));
            }
        };
        let told = told();
        over.store(true, Ordering::Relaxed);
        running.join().map_err(|_| "the service panicked")??;
        told
    })
}

/// The API's socket, and no other.
const fn only(api: TcpListener) -> Sockets<'static> {
    Sockets { api, dns: None, listeners: &[] }
}

/// Requests over HTTP, until it is told to end.
fn api() -> Tested {
    let (service, over) = (service()?, AtomicBool::new(false));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let at = listener.local_addr()?;
    let ask = |method: &str, path: &str, body: &str| ask(at, method, path, body);
    thread::scope(|scope| -> Tested {
        let run = || service.run(only(listener), &Nothing, &mut RustCrypto, &over, &|_: &str| {});
        let running = scope.spawn(run);
        let asked = || -> Tested {
            let put = ask("PUT", "/v1/devices/lamp", r#"{"addresses":["192.0.2.10"]}"#)?;
            assert!(put.starts_with("HTTP/1.1 200 "), "{put}");
            let devices = ask("GET", "/v1/devices", "")?;
            assert!(
                devices.contains(r#""name":"lamp""#) && devices.contains(r#""state":"unknown""#)
            );
            let metrics = ask("GET", "/metrics", "")?;
            assert!(metrics.contains("hexad_devices{state=\"unknown\"} 1"), "{metrics}");
            let large = ask("PUT", "/v1/devices/lamp", &" ".repeat((2 << 20) + 1))?;
            assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
            Ok(())
        };
        let asked = asked();
        over.store(true, Ordering::Relaxed);
        running.join().map_err(|_| "the service panicked")??;
        asked
    })
}

fn not_to_the_network() -> Tested {
    let everywhere = TcpListener::bind("0.0.0.0:0")?;
    let over = AtomicBool::new(false);
    match service()?.run(only(everywhere), &Nothing, &mut RustCrypto, &over, &|_: &str| {}) {
        Err(ServiceError::NotLoopback) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
