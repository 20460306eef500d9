//! URIs, MUD URLs and host names (RFC 3986, RFC 8520, 6, RFC 6991), and how a device says its URL: by
//! DHCP, by LLDP, or in its certificate.

pub mod certificate;
pub mod dhcp;
mod error;
pub mod lldp;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

pub use error::{Error, ErrorKind};

/// A MUD URL: where the description of a kind of device is, and which kind that is.
///
/// Its scheme is `https` (RFC 8520, 6), its authority names a host and no user. Two devices are of one
/// model if their URLs are the same byte for byte, and of one manufacturer if the authorities are.
///
/// ```
/// use hexad_mud::url::MudUrl;
///
/// let url = MudUrl::new("https://lighting.example.com/lightbulb2000")?;
/// assert_eq!(url.authority(), "lighting.example.com");
/// assert!(MudUrl::new("http://lighting.example.com/lightbulb2000").is_err());
/// # Ok::<(), hexad_mud::url::InvalidUrl>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MudUrl(String);

/// Why a text is not a MUD URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// The scheme is not `https`.
    Scheme,
    /// There is no host, or it is not a name or an address; or there is a user; or a wrong port.
    Authority,
    /// A character that a URI does not have, or a broken percent-encoding.
    Character,
}

impl InvalidUrl {
    /// The rule, and how to mend it.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Scheme => "a MUD URL starts with https:// (RFC 8520, 6)",
            Self::Authority => {
                "a MUD URL names a host after https://, at most a port after it, and no user"
            }
            Self::Character => {
                "a URI has none but its characters; others are percent-encoded (RFC 3986, 2)"
            }
        }
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}

impl core::error::Error for InvalidUrl {}

impl MudUrl {
    /// Takes a MUD URL.
    ///
    /// # Errors
    /// [`InvalidUrl`] if it breaks one of the rules above.
    pub fn new(url: &str) -> Result<Self, InvalidUrl> {
        let (scheme, rest) = url.split_once("://").ok_or(InvalidUrl::Scheme)?;
        if !scheme.eq_ignore_ascii_case("https") {
            return Err(InvalidUrl::Scheme);
        }
        if !is_uri(url) {
            return Err(InvalidUrl::Character);
        }
        if !is_authority(authority(rest)) {
            return Err(InvalidUrl::Authority);
        }
        Ok(Self(url.to_owned()))
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host and, where it is given, the port: what `same-manufacturer` compares.
    #[must_use]
    pub fn authority(&self) -> &str {
        authority(self.0.split_once("://").unwrap_or_default().1)
    }
}

/// Reads a `MUDstring`: a MUD URL, and what stands after a space, which is reserved and ignored (RFC
/// 8520, 10). `offset` is where it stands.
fn mud_string(bytes: &[u8], offset: usize) -> Result<MudUrl, Error> {
    let url = bytes.split(|byte| *byte == b' ').next().unwrap_or_default();
    let text = core::str::from_utf8(url).map_err(|_| InvalidUrl::Character);
    text.and_then(MudUrl::new).map_err(|error| Error::new(ErrorKind::Url(error), offset))
}

impl fmt::Display for MudUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before the path, query or fragment.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => (address, None),
            Some((address, rest)) => match rest.strip_prefix(':') {
                Some(port) => (address, Some(port)),
                None => return false,
            },
            None => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host = if authority.starts_with('[') {
        host.parse::<Ipv6Addr>().is_ok()
    } else {
        host.parse::<Ipv4Addr>().is_ok() || is_domain_name(host)
    };
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    host && port.is_none_or(|port| digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Whether `text` is a URI: a scheme, a colon, and none but the characters of RFC 3986, 2.
pub(crate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.bytes();
    let scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    scheme && !rest.is_empty() && is_uri_reference(rest)
}

/// Whether `text` has none but the characters of a URI, percent-encoded where they have to be, and at
/// most one fragment (RFC 3986, 2 and 4.1).
pub(crate) fn is_uri_reference(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => {
                let mut hex = || bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                hex() && hex()
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte),
        };
        if !fits {
            return false;
        }
    }
    !text.is_empty() && text.matches('#').count() <= 1
}

/// Whether `text` is an `inet:domain-name` (RFC 6991) that can name a host: labels of 1 to 63 letters,
/// digits, `-` and `_`, which do not start or end with `-`; 253 characters at most; not all digits in
/// the last one, which would be an address.
pub(crate) fn is_domain_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.split('.').all(label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}
