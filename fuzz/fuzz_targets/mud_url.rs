//! A MUD URL from DHCP, LLDP or alone is a URL wherever it comes from; what says it again is read as it.

#![no_main]

use hexad_mud::url::{Error, MudUrl, dhcp, lldp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let read = match first % 6 {
        0 => dhcp::url_v4(rest),
        1 => dhcp::url_v6(rest),
        2 => dhcp::message_v4(rest).map(|message| message.url),
        3 => dhcp::message_v6(rest).map(|message| message.url),
        4 => lldp::url(rest),
        _ => Ok(std::str::from_utf8(rest).ok().and_then(|text| MudUrl::new(text).ok())),
    };
    match read {
        Err(error) => assert!(error.offset() <= rest.len()),
        Ok(None) => {}
        Ok(Some(url)) => {
            assert_eq!(MudUrl::new(url.as_str()), Ok(url.clone()));
            assert!(!url.authority().is_empty());
            said(&url, dhcp::option_v4, dhcp::url_v4);
            said(&url, dhcp::option_v6, dhcp::url_v6);
            said(&url, lldp::tlv, lldp::url);
        }
    }
});

/// What is written of a URL that is not too long is read as that URL.
fn said(
    url: &MudUrl,
    write: fn(&MudUrl) -> Result<Vec<u8>, Error>,
    read: fn(&[u8]) -> Result<Option<MudUrl>, Error>,
) {
    if let Ok(bytes) = write(url) {
        assert_eq!(read(&bytes), Ok(Some(url.clone())));
    }
}
