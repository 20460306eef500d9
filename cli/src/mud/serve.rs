//! `hexad mud serve`: the controller of a network.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{Args, ValueEnum};
use hexad_controller::configuration::Configuration;
use hexad_controller::controller::Controller;
use hexad_controller::fetch::Https;
use hexad_controller::gateway::{self, Gateway, Paper};
use hexad_controller::listener::Listener;
use hexad_controller::registry::Registry;
use hexad_controller::service::{Service, Sockets};
use hexad_controller::trust::Trust;
use hexad_cose_core::cbor::Encoder;
use hexad_operator::network::apply::Nft;
use hexad_operator::network::nft::Table;
use hexad_rustcrypto::RustCrypto;
use serde_json::json;
use signal_hook::{consts, flag};

use crate::failure::Failure;
use crate::input::Input;
use crate::keys::KeyFile;
use crate::report::{Report, printable};

/// Where Debian and many others keep the certificates that HTTPS servers lead to.
const TLS_ANCHORS: &str = "/etc/ssl/certs/ca-certificates.crt";

#[derive(Args, Debug)]
pub struct Serve {
    /// What is where on the network, in TOML
    #[arg(long, value_name = "FILE")]
    configuration: PathBuf,
    /// Devices, MUD files and the audit log: a SQLite database, made if it is not there
    #[arg(long, value_name = "FILE", default_value = "hexad.sqlite")]
    registry: PathBuf,
    /// Where the API is, on loopback
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8520")]
    api: SocketAddr,
    /// Put rulesets in force on this machine, or only log them
    #[arg(long, value_enum, default_value_t = Enforce::Nft)]
    enforce: Enforce,
    /// Take the rules in force away, and end
    #[arg(long)]
    remove: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Enforce {
    Nft,
    Print,
}

/// Works until it is interrupted.
pub fn run(arguments: &Serve) -> Result<Report, Failure> {
    let input = Input::read(&arguments.configuration)?;
    let rejected =
        |why: String| Failure::Usage(format!("{}: {why}", arguments.configuration.display()));
    let text = std::str::from_utf8(input.bytes()).map_err(|error| rejected(error.to_string()))?;
    let configuration: Configuration =
        toml::from_str(text).map_err(|error| rejected(error.to_string()))?;
    let mut report = Report::new("mud-serve");
    if arguments.remove {
        let table = configuration.table.as_deref().map_or(Ok(Table::default()), Table::new);
        let table = table.map_err(|error| rejected(error.to_string()))?;
        Nft::here().remove(&table).map_err(|error| Failure::Usage(error.to_string()))?;
        report.heading(format_args!("the table {} is gone", table.as_str()));
        return Ok(report);
    }
    let table = match arguments.enforce {
        Enforce::Nft => serve(arguments, &configuration, gateway::here()),
        Enforce::Print => serve(arguments, &configuration, Paper::default()),
    };
    table.map_err(Failure::Usage)?;
    report.heading("ended; the rules stay in force");
    report.json("api", json!(arguments.api.to_string()));
    Ok(report)
}

fn serve<G: Gateway + Send>(
    arguments: &Serve,
    configuration: &Configuration,
    gateway: G,
) -> Result<(), String> {
    let key = |path: &Path| public_key(path).map_err(|failure| failure.to_string());
    let trust = Trust::read(configuration, key)?;
    let tls = configuration.tls_anchors.clone().unwrap_or_else(|| TLS_ANCHORS.into());
    let fetch = Https::new(&tls).map_err(|error| error.to_string())?;
    let registry = Registry::open(&arguments.registry).map_err(|error| error.to_string())?;
    let controller = Controller::new(registry, gateway, configuration, trust);
    let service = Service::new(controller.map_err(|error| error.to_string())?);
    let api = TcpListener::bind(arguments.api)
        .map_err(|error| format!("can't listen at {}: {error}", arguments.api))?;
    let over = Arc::new(AtomicBool::new(false));
    for signal in [consts::SIGINT, consts::SIGTERM] {
        flag::register(signal, Arc::clone(&over)).map_err(|error| error.to_string())?;
    }
    if let Ok(at) = api.local_addr() {
        eprintln!("serving at http://{at}");
    }
    let dns = configuration.dns.as_ref().map(|dns| (dns, configuration.local_networks.clone()));
    let listener = |name: &String| {
        Listener::open(name).map_err(|error| format!("can't listen on {name}: {error}"))
    };
    let listeners: Vec<_> =
        configuration.interfaces.iter().map(listener).collect::<Result<_, _>>()?;
    let sockets = Sockets { api, dns, listeners: &listeners };
    let tell = |words: &str| eprintln!("{}", printable(words));
    service.run(sockets, &fetch, &mut RustCrypto, &over, &tell).map_err(|error| error.to_string())
}

/// The public half of the key in a file, as a `COSE_Key`.
fn public_key(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = KeyFile::read(path)?;
    let mut encoded = Vec::new();
    let written = file.key()?.encode_public(&mut Encoder::appending(&mut encoded));
    written.map_err(|error| file.reject(error))?;
    Ok(encoded)
}
