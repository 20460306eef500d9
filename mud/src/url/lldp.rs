//! The MUD URL in LLDP (RFC 8520, 12): an organizationally specific TLV of IEEE 802.1AB.

use alloc::vec::Vec;

use super::{Error, ErrorKind, MudUrl, mud_string};

/// The type of an organizationally specific TLV (IEEE 802.1AB, 8.6).
const ORGANIZATION: u16 = 127;
/// IANA's OUI and the subtype for MUD URLs (RFC 8520, 12 and 17).
const MUD: [u8; 4] = [0x00, 0x00, 0x5e, 1];
/// The longest MUD URL, in bytes: the value of a TLV has up to 511 bytes, four of which say what it is.
const MAX: usize = 507;

/// The TLV, to be put among the others of an LLDPDU.
///
/// ```
/// use hexad_mud::url::{MudUrl, lldp};
///
/// let url = MudUrl::new("https://lighting.example.com/lightbulb2000")?;
/// let tlv = lldp::tlv(&url)?;
/// // Type 127 in seven bits, the length in nine, then the OUI and the subtype.
/// assert_eq!(tlv[..6], [0xfe, 46, 0x00, 0x00, 0x5e, 1]);
/// assert_eq!(lldp::url(&tlv)?, Some(url));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `TooLong` for a URL of more than 507 bytes.
pub fn tlv(url: &MudUrl) -> Result<Vec<u8>, Error> {
    let text = url.as_str().as_bytes();
    let long = Error::new(ErrorKind::TooLong, MAX);
    if text.len() > MAX {
        return Err(long);
    }
    let length = u16::try_from(MUD.len().saturating_add(text.len())).map_err(|_| long)?;
    let head = (ORGANIZATION << 9) | length;
    Ok([&head.to_be_bytes(), &MUD[..], text].concat())
}

/// The MUD URL in an LLDPDU, the bytes after the Ethernet header, if there is one.
///
/// # Errors
/// `UnexpectedEnd` inside of a TLV; `Duplicate` when it stands twice; `Url` for one that is none.
pub fn url(lldpdu: &[u8]) -> Result<Option<MudUrl>, Error> {
    let mut url = None;
    let mut rest = lldpdu;
    while !rest.is_empty() {
        let offset = lldpdu.len().saturating_sub(rest.len());
        let end = Error::new(ErrorKind::UnexpectedEnd, offset);
        let [h0, h1, after @ ..] = rest else { return Err(end) };
        let head = u16::from_be_bytes([*h0, *h1]);
        let (value, after) = after.split_at_checked((head & 0x1ff).into()).ok_or(end)?;
        match (head >> 9, value.strip_prefix(&MUD[..])) {
            // The end of the LLDPDU; what follows fills the frame.
            (0, _) => break,
            (ORGANIZATION, Some(text)) => {
                let said = mud_string(text, offset.saturating_add(6))?;
                if url.replace(said).is_some() {
                    return Err(Error::new(ErrorKind::Duplicate, offset));
                }
            }
            _ => {}
        }
        rest = after;
    }
    Ok(url)
}
