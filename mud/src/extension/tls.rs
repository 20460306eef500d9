//! What TLS and DTLS a device speaks (RFC 9761): profiles that an entry matches.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{leaf_list, module};
use crate::error::{ErrorKind, Fault};
use crate::json::{Member, Value, Writer};
use crate::yang::{Reading, required, set};

/// A profile of the device as a client (`tls-dtls-profile`; RFC 9761, 5.2): what its `ClientHello` may
/// have in it. Numbers are those of IANA's registries for TLS; an empty list says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsProfile {
    /// `name`: 1 to 64 characters, no two profiles of an entry the same.
    pub name: String,
    /// `supported-tls-version`.
    pub supported_tls_version: Vec<TlsVersion>,
    /// `supported-dtls-version`.
    pub supported_dtls_version: Vec<DtlsVersion>,
    /// `cipher-suite`: such as 4865, `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: Vec<u16>,
    /// `extension-type`.
    pub extension_type: Vec<u16>,
    /// `accept-list-ta-cert`: the trust anchors, each a CMS `SignedData` with certificates alone, in base64.
    pub accept_list_ta_cert: Vec<String>,
    /// `psk-key-exchange-mode`.
    pub psk_key_exchange_mode: Vec<u8>,
    /// `supported-group`: such as 29, `x25519`.
    pub supported_group: Vec<u16>,
    /// `signature-algorithm-cert`: what the client verifies in certificates.
    pub signature_algorithm_cert: Vec<u16>,
    /// `signature-algorithm`: what the client verifies in `CertificateVerify`.
    pub signature_algorithm: Vec<u16>,
    /// `application-protocol`: names of ALPN, such as `h2`.
    pub application_protocol: Vec<String>,
    /// `cert-compression-algorithm`.
    pub cert_compression_algorithm: Vec<u16>,
    /// `certificate-authorities`: distinguished names.
    pub certificate_authorities: Vec<String>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// `tls12`: RFC 5246.
    Tls12,
    /// `tls13`: RFC 8446.
    Tls13,
}

impl TlsVersion {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Tls12, Self::Tls13];

    /// The name in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tls12 => "tls12",
            Self::Tls13 => "tls13",
        }
    }
}

/// A version of DTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DtlsVersion {
    /// `dtls12`: RFC 6347.
    Dtls12,
    /// `dtls13`: RFC 9147.
    Dtls13,
}

impl DtlsVersion {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Dtls12, Self::Dtls13];

    /// The name in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dtls12 => "dtls12",
            Self::Dtls13 => "dtls13",
        }
    }
}

/// The container `client-profiles`.
pub(crate) fn read_profiles(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
) -> Result<Vec<TlsProfile>, Fault> {
    let mut list = None;
    for member in value.members()? {
        match name(reading, member)? {
            "tls-dtls-profile" => {
                let mut profiles = Vec::new();
                for entry in member.value.elements()? {
                    profiles.push(profile(reading, entry)?);
                }
                set(&mut list, (member.value.offset, profiles), member)?;
            }
            _ => return Err(unknown(member)),
        }
    }
    let (offset, profiles) = list.unwrap_or((value.offset, Vec::new()));
    let mut names: Vec<_> = profiles.iter().map(|profile| &profile.name).collect();
    names.sort_unstable();
    if names.iter().zip(names.iter().skip(1)).any(|(one, next)| one == next) {
        let advice = "two profiles have one name: give one of them another (RFC 7950, 7.8.2)";
        return Err(Fault::new(ErrorKind::DuplicateEntry, offset, advice));
    }
    Ok(profiles)
}

fn profile(reading: &mut Reading<'_>, entry: &Value<'_>) -> Result<TlsProfile, Fault> {
    let mut profile = TlsProfile::default();
    let mut own_name = None;
    let mut seen: Vec<&str> = Vec::new();
    for member in entry.members()? {
        let value = &member.value;
        let node = name(reading, member)?;
        if seen.contains(&node) {
            let advice = "this node stands twice, under two names: take one away";
            return Err(Fault::new(ErrorKind::DuplicateKey, member.offset, advice));
        }
        let text = |reading: &mut Reading<'_>, value: &Value<'_>| {
            reading.string(value).map(ToString::to_string)
        };
        match node {
            "name" => own_name = Some(reading.short_string(value, 64)?),
            "supported-tls-version" => {
                profile.supported_tls_version = leaf_list(reading, value, |reading, value| {
                    version(reading, value, &TlsVersion::ALL, TlsVersion::name)
                })?;
            }
            "supported-dtls-version" => {
                profile.supported_dtls_version = leaf_list(reading, value, |reading, value| {
                    version(reading, value, &DtlsVersion::ALL, DtlsVersion::name)
                })?;
            }
            "accept-list-ta-cert" => {
                profile.accept_list_ta_cert = leaf_list(reading, value, |reading, value| {
                    reading.binary(value).map(ToString::to_string)
                })?;
            }
            "psk-key-exchange-mode" => {
                profile.psk_key_exchange_mode =
                    leaf_list(reading, value, |reading, value| reading.uint8(value))?;
            }
            "application-protocol" => {
                profile.application_protocol = leaf_list(reading, value, text)?;
            }
            "certificate-authorities" => {
                profile.certificate_authorities = leaf_list(reading, value, text)?;
            }
            _ => {
                let numbers = match node {
                    "cipher-suite" => &mut profile.cipher_suite,
                    "extension-type" => &mut profile.extension_type,
                    "supported-group" => &mut profile.supported_group,
                    "signature-algorithm-cert" => &mut profile.signature_algorithm_cert,
                    "signature-algorithm" => &mut profile.signature_algorithm,
                    "cert-compression-algorithm" => &mut profile.cert_compression_algorithm,
                    _ => return Err(unknown(member)),
                };
                *numbers = leaf_list(reading, value, |reading, value| reading.uint16(value))?;
            }
        }
        seen.push(node);
    }
    profile.name = required(own_name, entry, "a tls-dtls-profile has a name (RFC 9761, 5.2)")?;
    Ok(profile)
}

/// The name of a node. The example in RFC 9761, 7 has plurals where the module has none.
fn name<'v>(reading: &mut Reading<'_>, member: &'v Member<'_>) -> Result<&'v str, Fault> {
    const PLURALS: [&str; 6] = [
        "tls-dtls-profiles",
        "supported-tls-versions",
        "supported-dtls-versions",
        "cipher-suites",
        "extension-types",
        "supported-groups",
    ];
    let (module, name) = reading.name(member, module::ACL_TLS, &[])?;
    if module != module::ACL_TLS {
        return Err(unknown(member));
    }
    if !PLURALS.contains(&name) {
        return Ok(name);
    }
    reading.tolerate(
        ErrorKind::OutdatedName,
        member.offset,
        "the module has this name without the s, unlike the example in the RFC (RFC 9761, 5.2)",
    )?;
    Ok(name.strip_suffix('s').unwrap_or(name))
}

fn version<T: Copy>(
    reading: &Reading<'_>,
    value: &Value<'_>,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, Fault> {
    let text = reading.string(value)?;
    let known = all.iter().copied().find(|version| name(*version) == text);
    known.ok_or(Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "a version is tls12, tls13, dtls12 or dtls13 (RFC 9761, 5.3)",
    ))
}

/// A condition that is not understood can't be ignored, for the entry would match more than it says.
fn unknown(member: &Member<'_>) -> Fault {
    Fault::new(
        ErrorKind::UnknownNode,
        member.offset,
        "no such node of a TLS profile; it can't be ignored, for the entry would match more than it \
         says (RFC 9761, 5.2)",
    )
}

/// The container `client-profiles`.
pub(crate) fn write_profiles(writer: &mut Writer, profiles: &[TlsProfile]) {
    writer.object(|writer| {
        writer.name("tls-dtls-profile").array(|writer| {
            for profile in profiles {
                writer.object(|writer| write_profile(writer, profile));
            }
        });
    });
}

fn write_profile(writer: &mut Writer, profile: &TlsProfile) {
    let numbers = |writer: &mut Writer, name: &str, numbers: &[u16]| {
        list(writer, name, numbers, |writer, number| writer.number(*number));
    };
    let texts = |writer: &mut Writer, name: &str, texts: &[String]| {
        list(writer, name, texts, |writer, text| writer.string(text));
    };
    writer.name("name").string(&profile.name);
    list(writer, "supported-tls-version", &profile.supported_tls_version, |writer, version| {
        writer.string(version.name());
    });
    list(writer, "supported-dtls-version", &profile.supported_dtls_version, |writer, version| {
        writer.string(version.name());
    });
    numbers(writer, "cipher-suite", &profile.cipher_suite);
    numbers(writer, "extension-type", &profile.extension_type);
    texts(writer, "accept-list-ta-cert", &profile.accept_list_ta_cert);
    list(writer, "psk-key-exchange-mode", &profile.psk_key_exchange_mode, |writer, mode| {
        writer.number(*mode);
    });
    numbers(writer, "supported-group", &profile.supported_group);
    numbers(writer, "signature-algorithm-cert", &profile.signature_algorithm_cert);
    numbers(writer, "signature-algorithm", &profile.signature_algorithm);
    texts(writer, "application-protocol", &profile.application_protocol);
    numbers(writer, "cert-compression-algorithm", &profile.cert_compression_algorithm);
    texts(writer, "certificate-authorities", &profile.certificate_authorities);
}

/// A leaf-list, unless it is empty.
fn list<T>(writer: &mut Writer, name: &str, values: &[T], write: impl Fn(&mut Writer, &T)) {
    if !values.is_empty() {
        writer.name(name).array(|writer| values.iter().for_each(|value| write(writer, value)));
    }
}
