//! The MUD URL options of DHCP (RFC 8520, 10): code 161 over IPv4 (RFC 2131), 112 over IPv6 (RFC 8415).
//!
//! What a device says of itself proves nothing: a device that lies, or software that was broken into,
//! can name the URL of another. An operator holds such a URL against what is known of the device.

use alloc::vec::Vec;

use super::{Error, ErrorKind, MudUrl, mud_string};

/// `OPTION_MUD_URL_V4`.
pub const OPTION_MUD_URL_V4: u8 = 161;
/// `OPTION_MUD_URL_V6`.
pub const OPTION_MUD_URL_V6: u16 = 112;

/// The longest MUD URL that an option holds, in bytes: the whole of it may not exceed 255 octets, two of
/// which are code and length in DHCPv4, four in DHCPv6 (RFC 8520, 10).
const MAX_V4: usize = 253;
const MAX_V6: usize = 251;

/// A DHCP message from a device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message {
    /// The hardware address of the client, if it is one of Ethernet: `chaddr` in DHCPv4; in DHCPv6 what the relay agent
    /// next to the client says (`OPTION_CLIENT_LINKLAYER_ADDR`; RFC 6939, 4), and nothing without one.
    pub mac_address: Option<[u8; 6]>,
    /// Whether a relay agent has forwarded it, so that the frame is not the client's own.
    pub relayed: bool,
    /// The MUD URL, if the device says one.
    pub url: Option<MudUrl>,
}

/// The option, to be put among the others of a DHCPv4 message.
///
/// ```
/// use hexad_mud::url::{MudUrl, dhcp};
///
/// let url = MudUrl::new("https://lighting.example.com/lightbulb2000")?;
/// let option = dhcp::option_v4(&url)?;
/// assert_eq!(option[..3], [161, 42, b'h']);
/// assert_eq!(dhcp::url_v4(&option)?, Some(url));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `TooLong` for a URL of more than 253 bytes.
pub fn option_v4(url: &MudUrl) -> Result<Vec<u8>, Error> {
    let text = url.as_str().as_bytes();
    let length = u8::try_from(text.len()).ok().filter(|_| text.len() <= MAX_V4);
    let length = length.ok_or(Error::new(ErrorKind::TooLong, MAX_V4))?;
    Ok([&[OPTION_MUD_URL_V4, length], text].concat())
}

/// The option, to be put among the others of a DHCPv6 message.
///
/// # Errors
/// `TooLong` for a URL of more than 251 bytes.
pub fn option_v6(url: &MudUrl) -> Result<Vec<u8>, Error> {
    let text = url.as_str().as_bytes();
    let length = u16::try_from(text.len()).ok().filter(|_| text.len() <= MAX_V6);
    let length = length.ok_or(Error::new(ErrorKind::TooLong, MAX_V6))?;
    Ok([&OPTION_MUD_URL_V6.to_be_bytes(), &length.to_be_bytes(), text].concat())
}

/// The MUD URL among the options of a DHCPv4 message, if there is one.
///
/// # Errors
/// `UnexpectedEnd` inside of an option; `Duplicate` when it stands twice, which RFC 8520, 10 does not
/// allow; `Url` for one that is none.
pub fn url_v4(options: &[u8]) -> Result<Option<MudUrl>, Error> {
    options_v4(options, 0)
}

/// The options in `options`, whose first byte is the byte `start` of the message.
fn options_v4(options: &[u8], start: usize) -> Result<Option<MudUrl>, Error> {
    const PAD: u8 = 0;
    const END: u8 = 255;
    let mut url = None;
    let mut rest = options;
    loop {
        let offset = start.saturating_add(options.len().saturating_sub(rest.len()));
        let end = Error::new(ErrorKind::UnexpectedEnd, offset);
        match rest {
            [] | [END, ..] => return Ok(url),
            [PAD, after @ ..] => rest = after,
            [code, length, after @ ..] => {
                let (value, after) = after.split_at_checked((*length).into()).ok_or(end)?;
                if *code == OPTION_MUD_URL_V4
                    && url.replace(mud_string(value, offset.saturating_add(2))?).is_some()
                {
                    return Err(Error::new(ErrorKind::Duplicate, offset));
                }
                rest = after;
            }
            [_] => return Err(end),
        }
    }
}

/// A whole DHCPv4 message, as it stands in UDP, that a client sends. Options in the fields `sname` and
/// `file` are not looked at.
///
/// # Errors
/// `NotExpected` for what is no request of a client; others as [`url_v4`].
pub fn message_v4(message: &[u8]) -> Result<Message, Error> {
    /// The fields before the options (RFC 2131, 2), and the cookie before these (RFC 2131, 3).
    const FIELDS: usize = 236;
    const COOKIE: [u8; 4] = [99, 130, 83, 99];
    const BOOTREQUEST: u8 = 1;
    let cut = Error::new(ErrorKind::UnexpectedEnd, message.len());
    let (fields, rest) = message.split_at_checked(FIELDS).ok_or(cut)?;
    let (cookie, options) = rest.split_at_checked(COOKIE.len()).ok_or(cut)?;
    let [BOOTREQUEST, hardware, length, ..] = fields else {
        return Err(Error::new(ErrorKind::NotExpected, 0));
    };
    if cookie != COOKIE {
        return Err(Error::new(ErrorKind::NotExpected, FIELDS));
    }
    let address = fields.get(28..34).and_then(|address| address.try_into().ok());
    let mac_address = address.filter(|_| (*hardware, *length) == (1, 6));
    // `giaddr` is set by the relay agent (RFC 2131, 2).
    let relayed = fields.get(24..28).is_some_and(|agent| agent.iter().any(|byte| *byte != 0));
    let url = options_v4(options, FIELDS.saturating_add(COOKIE.len()))?;
    Ok(Message { mac_address, relayed, url })
}

/// The MUD URL among the options of a DHCPv6 message, if there is one.
///
/// # Errors
/// As [`url_v4`].
pub fn url_v6(options: &[u8]) -> Result<Option<MudUrl>, Error> {
    let mut url = None;
    each_v6(options, 0, |code, value, offset| {
        if code == OPTION_MUD_URL_V6 && url.replace(mud_string(value, offset)?).is_some() {
            return Err(Error::new(ErrorKind::Duplicate, offset));
        }
        Ok(())
    })?;
    Ok(url)
}

/// Gives the code, the value and its place of every option in turn.
fn each_v6<'b>(
    options: &'b [u8],
    start: usize,
    mut each: impl FnMut(u16, &'b [u8], usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rest = options;
    while !rest.is_empty() {
        let offset = start.saturating_add(options.len().saturating_sub(rest.len()));
        let end = Error::new(ErrorKind::UnexpectedEnd, offset);
        let [c0, c1, l0, l1, after @ ..] = rest else { return Err(end) };
        let length = u16::from_be_bytes([*l0, *l1]);
        let (value, after) = after.split_at_checked(length.into()).ok_or(end)?;
        each(u16::from_be_bytes([*c0, *c1]), value, offset.saturating_add(4))?;
        rest = after;
    }
    Ok(())
}

/// A whole DHCPv6 message, as it stands in UDP, that a client sends or a relay agent forwards.
///
/// # Errors
/// `NotExpected` for the messages of servers; `TooDeep` after more relay agents than RFC 8415 allows;
/// others as [`url_v6`]. Within a relayed message bytes count from that message's own start.
pub fn message_v6(message: &[u8]) -> Result<Message, Error> {
    /// The header of a client's message (RFC 8415, 8) and of a relayed one (RFC 8415, 9).
    const CLIENT: usize = 4;
    const RELAY: usize = 34;
    const RELAY_FORW: u8 = 12;
    const OPTION_RELAY_MSG: u16 = 9;
    const OPTION_CLIENT_LINKLAYER_ADDR: u16 = 79;
    /// The hardware type of Ethernet, before the address.
    const ETHERNET: [u8; 2] = [0, 1];
    /// `HOP_COUNT_LIMIT` (RFC 8415, 7.6).
    const HOPS: usize = 8;
    let (mut message, mut mac_address, mut relayed) = (message, None, false);
    for _ in 0..=HOPS {
        let cut = Error::new(ErrorKind::UnexpectedEnd, message.len());
        match message.first() {
            // Solicit, Request, Confirm, Renew, Rebind, Release, Decline and Information-request.
            Some(1 | 3..=6 | 8 | 9 | 11) => {
                let options = message.get(CLIENT..).ok_or(cut)?;
                return Ok(Message { mac_address, relayed, url: url_v6(options)? });
            }
            Some(&RELAY_FORW) => {
                let mut inner = None;
                // The agent next to the client is the last one here.
                (mac_address, relayed) = (None, true);
                each_v6(message.get(RELAY..).ok_or(cut)?, RELAY, |code, value, offset| {
                    if code == OPTION_RELAY_MSG && inner.replace(value).is_some() {
                        return Err(Error::new(ErrorKind::Duplicate, offset));
                    }
                    if code == OPTION_CLIENT_LINKLAYER_ADDR {
                        let address = value.strip_prefix(&ETHERNET);
                        mac_address = address.and_then(|address| address.try_into().ok());
                    }
                    Ok(())
                })?;
                message = inner.ok_or(Error::new(ErrorKind::NotExpected, 0))?;
            }
            Some(_) => return Err(Error::new(ErrorKind::NotExpected, 0)),
            None => return Err(cut),
        }
    }
    Err(Error::new(ErrorKind::TooDeep, 0))
}
