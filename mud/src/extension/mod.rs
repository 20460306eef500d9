//! Extensions of MUD (RFC 8520, 3.9) that are known here: where software bills of materials are (RFC
//! 9472), and what TLS a device speaks (RFC 9761).

#[cfg(test)]
mod tests;
mod tls;
mod transparency;

use alloc::vec::Vec;

use crate::error::{ErrorKind, Fault};
use crate::json::Value;
use crate::yang::Reading;

pub use tls::{DtlsVersion, TlsProfile, TlsVersion};
pub use transparency::{LocalType, Sbom, SbomRetrieval, Transparency, VulnRetrieval};

pub(crate) use tls::{read_profiles, write_profiles};
pub(crate) use transparency::{read_transparency, write_transparency};

/// The modules of the extensions.
pub(crate) mod module {
    /// RFC 9472, 5.
    pub const TRANSPARENCY: &str = "ietf-mud-transparency";
    /// RFC 9761, 5.4.
    pub const MUD_TLS: &str = "ietf-mud-tls";
    /// RFC 9761, 5.2.
    pub const ACL_TLS: &str = "ietf-acl-tls";
}

/// The values of a leaf-list, no two of them the same (RFC 7950, 7.7).
fn leaf_list<T: Ord + Clone>(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
    read: impl Fn(&mut Reading<'_>, &Value<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut values = Vec::new();
    for element in value.elements()? {
        values.push(read(reading, element)?);
    }
    let mut sorted = values.clone();
    sorted.sort_unstable();
    if sorted.iter().zip(sorted.iter().skip(1)).any(|(one, next)| one == next) {
        let advice = "a value stands once in a leaf-list (RFC 7950, 7.7)";
        return Err(Fault::new(ErrorKind::DuplicateEntry, value.offset, advice));
    }
    Ok(values)
}
