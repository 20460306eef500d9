//! Where software bills of materials and what is known of vulnerabilities are to be had (RFC 9472).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{leaf_list, module};
use crate::acl::ignored;
use crate::error::{ErrorKind, Fault};
use crate::json::{Value, Writer};
use crate::url::is_uri;
use crate::yang::{Reading, set};

/// `ietf-mud-transparency:transparency`: where to ask about a device's software (RFC 9472, 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Transparency {
    /// `sbom-retrieval-method`: how to get at bills of materials.
    pub sbom: Option<SbomRetrieval>,
    /// `sbom-archive-list`: a URI of a list of the URLs of earlier ones.
    pub sbom_archive_list: Option<String>,
    /// `vuln-retrieval-method`: how to get at what is known of vulnerabilities.
    pub vuln: Option<VulnRetrieval>,
}

/// How to get at bills of materials: one of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SbomRetrieval {
    /// `sboms`: one for each version.
    Cloud(Vec<Sbom>),
    /// `sbom-local-well-known`: from the device itself, at `/.well-known/sbom`.
    LocalWellKnown(LocalType),
    /// `sbom-contact-uri`: from someone at this `mailto`, `http`, `https` or `tel` URI.
    Contact(String),
}

/// A bill of materials (`sboms`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sbom {
    /// `version-info`: the version that it is for; no two the same.
    pub version_info: String,
    /// `sbom-url`: where it is, by `http`, `https`, `coap` or `coaps`.
    pub sbom_url: Option<String>,
}

/// The protocol by which a device is asked (`local-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalType {
    /// `http`, which protects nothing.
    Http,
    /// `https`.
    Https,
    /// `coap`, which protects nothing.
    Coap,
    /// `coaps`.
    Coaps,
}

impl LocalType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Http, Self::Https, Self::Coap, Self::Coaps];

    /// The name of the identity in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Coap => "coap",
            Self::Coaps => "coaps",
        }
    }
}

/// How to get at what is known of vulnerabilities: one of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VulnRetrieval {
    /// `vuln-url`: at these URLs.
    Cloud(Vec<String>),
    /// `vuln-contact-uri`: from someone at this `mailto`, `http`, `https` or `tel` URI.
    Contact(String),
}

/// The container `transparency`.
pub(crate) fn read_transparency(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
) -> Result<Transparency, Fault> {
    const CONTACTS: &[&str] = &["mailto", "http", "https", "tel"];
    let mut transparency = Transparency::default();
    for member in value.members()? {
        let value = &member.value;
        let choice = Fault::new(
            ErrorKind::Conflict,
            member.offset,
            "sboms, sbom-local-well-known and sbom-contact-uri exclude one another, and so do vuln-url \
             and vuln-contact-uri (RFC 9472, 5)",
        );
        let (sbom, vuln) = match reading.name(member, module::TRANSPARENCY, &[])? {
            (module::TRANSPARENCY, "sboms") => {
                (Some(SbomRetrieval::Cloud(sboms(reading, value)?)), None)
            }
            (module::TRANSPARENCY, "sbom-local-well-known") => {
                (Some(SbomRetrieval::LocalWellKnown(local_type(reading, value)?)), None)
            }
            (module::TRANSPARENCY, "sbom-contact-uri") => {
                (Some(SbomRetrieval::Contact(uri(reading, value, CONTACTS)?)), None)
            }
            (module::TRANSPARENCY, "vuln-url") => {
                let urls = leaf_list(reading, value, |reading, value| uri(reading, value, &[]))?;
                (None, Some(VulnRetrieval::Cloud(urls)))
            }
            (module::TRANSPARENCY, "vuln-contact-uri") => {
                (None, Some(VulnRetrieval::Contact(uri(reading, value, CONTACTS)?)))
            }
            (module::TRANSPARENCY, "sbom-archive-list") => {
                set(&mut transparency.sbom_archive_list, uri(reading, value, &[])?, member)?;
                continue;
            }
            _ => {
                ignored(reading, member);
                continue;
            }
        };
        let taken = match (sbom, vuln) {
            (Some(sbom), _) => transparency.sbom.replace(sbom).is_some(),
            (None, Some(vuln)) => transparency.vuln.replace(vuln).is_some(),
            (None, None) => false,
        };
        if taken {
            return Err(choice);
        }
    }
    Ok(transparency)
}

fn sboms(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<Vec<Sbom>, Fault> {
    const URLS: &[&str] = &["coap", "coaps", "http", "https"];
    let mut sboms = Vec::new();
    for entry in value.elements()? {
        let mut version_info = None;
        let mut sbom_url = None;
        for member in entry.members()? {
            match reading.name(member, module::TRANSPARENCY, &[])? {
                (module::TRANSPARENCY, "version-info") => {
                    let text = reading.string(&member.value)?.to_string();
                    set(&mut version_info, text, member)?;
                }
                (module::TRANSPARENCY, "sbom-url") => {
                    set(&mut sbom_url, uri(reading, &member.value, URLS)?, member)?;
                }
                _ => ignored(reading, member),
            }
        }
        let missing = Fault::new(
            ErrorKind::Missing,
            entry.offset,
            "an entry of sboms has a version-info (RFC 9472, 5)",
        );
        sboms.push(Sbom { version_info: version_info.ok_or(missing)?, sbom_url });
    }
    let mut versions: Vec<_> = sboms.iter().map(|sbom| &sbom.version_info).collect();
    versions.sort_unstable();
    if versions.iter().zip(versions.iter().skip(1)).any(|(one, next)| one == next) {
        let advice = "two entries of sboms have one version-info (RFC 7950, 7.8.2)";
        return Err(Fault::new(ErrorKind::DuplicateEntry, value.offset, advice));
    }
    Ok(sboms)
}

fn local_type(reading: &Reading<'_>, value: &Value<'_>) -> Result<LocalType, Fault> {
    let name = reading.identity(value, module::TRANSPARENCY)?;
    let known = LocalType::ALL.into_iter().find(|kind| kind.name() == name);
    known.ok_or(Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "sbom-local-well-known is http, https, coap or coaps (RFC 9472, 5)",
    ))
}

/// A URI with one of the schemes, or with any if there are none.
fn uri(reading: &Reading<'_>, value: &Value<'_>, schemes: &[&str]) -> Result<String, Fault> {
    let text = reading.string(value)?;
    let scheme = text.split(':').next().unwrap_or_default();
    if is_uri(text) && (schemes.is_empty() || schemes.contains(&scheme)) {
        return Ok(text.to_string());
    }
    Err(Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "a URI: of bills of materials by http, https, coap or coaps, of contacts by mailto, http, https \
         or tel (RFC 9472, 5)",
    ))
}

/// The container `transparency`.
pub(crate) fn write_transparency(writer: &mut Writer, transparency: &Transparency) {
    writer.object(|writer| {
        match &transparency.sbom {
            None => {}
            Some(SbomRetrieval::Cloud(sboms)) => writer.name("sboms").array(|writer| {
                for sbom in sboms {
                    writer.object(|writer| {
                        writer.name("version-info").string(&sbom.version_info);
                        if let Some(url) = &sbom.sbom_url {
                            writer.name("sbom-url").string(url);
                        }
                    });
                }
            }),
            Some(SbomRetrieval::LocalWellKnown(kind)) => {
                writer.name("sbom-local-well-known").string(kind.name());
            }
            Some(SbomRetrieval::Contact(uri)) => writer.name("sbom-contact-uri").string(uri),
        }
        if let Some(uri) = &transparency.sbom_archive_list {
            writer.name("sbom-archive-list").string(uri);
        }
        match &transparency.vuln {
            None => {}
            Some(VulnRetrieval::Cloud(urls)) => writer.name("vuln-url").array(|writer| {
                for url in urls {
                    writer.string(url);
                }
            }),
            Some(VulnRetrieval::Contact(uri)) => writer.name("vuln-contact-uri").string(uri),
        }
    });
}
