//! `deps`: who may depend on whom, checked from cargo's own metadata.
//!
//! The rule: cose-core stands on no crate of the family; backends, standards and the line to a device on
//! cose-core alone, but a backend also on the software one; a standard on another one only as an optional
//! dependency; the operator on cose-core and the standards, its controller on these and on it; the command, the C API and the firmware on all
//! of these; nothing on the tools. Neither cose-core, nor a standard, nor the operator names a crate with
//! an algorithm in it. Dependencies of tests are free.

use std::fmt;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::process::{Result, root};

/// The workspaces whose packages are shipped.
const WORKSPACES: [&str; 2] = [".", "firmware"];

/// Checks the workspaces. An error names every edge that breaks the rule.
pub fn run() -> Result {
    let mut packages = Vec::new();
    for workspace in WORKSPACES {
        let metadata = MetadataCommand::new().current_dir(root().join(workspace)).no_deps().exec();
        packages.extend(metadata.map_err(|error| format!("cargo metadata: {error}"))?.packages);
    }
    let edges: Vec<Edge> = packages
        .iter()
        .flat_map(|package| {
            package.dependencies.iter().map(move |dependency| (package, dependency))
        })
        .filter(|(_, dependency)| dependency.kind != DependencyKind::Development)
        .map(|(package, dependency)| Edge {
            from: package.name.to_string(),
            to: dependency.name.clone(),
            optional: dependency.optional,
        })
        .collect();
    let broken: Vec<String> =
        edges.iter().filter_map(|edge| Some(format!("{edge}: {}", broken(edge)?))).collect();
    if !broken.is_empty() {
        return Err(format!("deps: the rule is broken\n  {}", broken.join("\n  ")).into());
    }
    println!("deps: {} packages, {} dependencies, all by the rule", packages.len(), edges.len());
    Ok(())
}

/// One package names another as a dependency of its library or build script.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    optional: bool,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)
    }
}

/// The place of a package of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Core,
    Backend,
    Standard,
    Operator,
    /// The operator as a service.
    Controller,
    /// The line between two programs, and the board at its end.
    Link,
    Program,
    Tool,
}

impl Place {
    /// The place of the package called `name`; `None` for packages of others.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "hexad-cose-core" => Self::Core,
            "hexad-rustcrypto" | "hexad-cortex-m4" | "hexad-aws-lc" | "hexad-atecc608"
            | "hexad-cryptocell" => Self::Backend,
            "hexad-suit" | "hexad-eat" | "hexad-coswid" | "hexad-corim" | "hexad-mud"
            | "hexad-fdo" | "hexad-lwm2m" | "hexad-teep" => Self::Standard,
            "hexad-operator" => Self::Operator,
            "hexad-controller" => Self::Controller,
            "hexad-link" | "hexad-board" => Self::Link,
            "hexad" | "hexad-ffi" | "hexad-firmware" => Self::Program,
            "xtask" => Self::Tool,
            name if name.starts_with("hexad-") => Self::Tool,
            _ => return None,
        })
    }
}

/// Crates that are an algorithm, or bring some.
const ALGORITHMS: [&str; 34] = [
    "aead",
    "aes",
    "aes-gcm",
    "aes-kw",
    "aws-lc-rs",
    "cbc",
    "cbc-mac",
    "ccm",
    "chacha20",
    "chacha20poly1305",
    "cmac",
    "cryptoauthlib",
    "ctr",
    "ecdsa",
    "ed25519-dalek",
    "elliptic-curve",
    "hkdf",
    "hmac",
    "hmac-sha256",
    "k256",
    "ml-dsa",
    "openssl",
    "p256",
    "p256-cortex-m4",
    "p256-cortex-m4-sys",
    "p384",
    "p521",
    "ring",
    "rsa",
    "salty",
    "sha1",
    "sha2",
    "shake",
    "x25519-dalek",
];

/// The backend that runs everywhere.
const SOFTWARE: &str = "hexad-rustcrypto";

/// Which part of the rule `edge` breaks, if it does.
fn broken(edge: &Edge) -> Option<&'static str> {
    use Place::{Backend, Controller, Core, Link, Operator, Program, Standard, Tool};
    let from = Place::of(&edge.from)?;
    let Some(to) = Place::of(&edge.to) else {
        let names_algorithm = ALGORITHMS.contains(&edge.to.as_str());
        return (names_algorithm && matches!(from, Core | Standard | Operator | Controller | Link))
            .then_some("cose-core, standards and the operator never name an algorithm crate");
    };
    let allowed = match (from, to) {
        // A tool may be joined to others, but nothing that is shipped stands on one.
        (Tool, _) => true,
        (_, Tool) => false,
        (Core, _) => false,
        (Backend | Standard | Link, Core) | (Link, Link) => true,
        (Standard, Standard) => edge.optional,
        // What one backend does not do better, it hands on.
        (Backend, Backend) => edge.to == SOFTWARE,
        (Backend | Standard | Link, _) => false,
        (Operator, Core | Standard) | (Controller, Core | Standard | Operator) => true,
        (Operator | Controller, _) => false,
        (Program, Core | Backend | Standard | Operator | Controller | Link) => true,
        (Program, Program) => false,
    };
    if allowed {
        return None;
    }
    Some(match (from, to) {
        (_, Tool) => "nothing depends on a tool",
        (Core, _) => "cose-core depends on no crate of the family",
        (Backend, _) => "a backend depends on cose-core and the software backend alone",
        (Standard, Standard) => "standards do not depend on one another, unless optionally",
        (Standard, _) => "a standard depends on cose-core alone",
        (Link, _) => "the line to a device depends on cose-core alone",
        (Controller, _) => "the controller depends on cose-core, the standards and the operator",
        (Operator, _) => "the operator depends on cose-core and the standards",
        (Program | Tool, _) => "programs do not depend on one another",
    })
}

#[cfg(test)]
mod tests;
