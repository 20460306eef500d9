//! How devices come, and what a MUD URL is worth by where it comes from.

use super::{NOW, URL, configuration, controller, events, name, rules, with};
use crate::configuration::Configuration;
use crate::controller::{Controller, ControllerError, Heard};
use crate::gateway::Paper;
use crate::listener::Said;
use crate::record::{Source, State};
use crate::trust::Trust;
use hexad_mud::url::MudUrl;
use hexad_operator::network::policy::{DeviceName, HardwareAddress};
use std::net::IpAddr;

const HARDWARE: HardwareAddress = HardwareAddress([2, 0, 0x5e, 0, 0x53, 0x0a]);

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn addresses(controller: &Controller<Paper>, name: &str) -> Vec<String> {
    let record = controller.registry.device(&DeviceName::new(name).unwrap()).unwrap().unwrap();
    record.addresses.iter().map(ToString::to_string).collect()
}

/// A device that lies about itself by DHCP or LLDP takes nothing from one that has proven its URL, whatever it says
/// and however often, and it is in the log each time.
#[test]
fn spoofed_urls_are_hearsay() {
    let mut controller = controller(Vec::new());
    super::give(&mut controller, URL, Source::X509, crate::record::Signer::Anchored);
    for (heard, url) in [
        (Heard::Dhcp, "https://evil.example/router"),
        (Heard::Lldp, "https://evil.example/router"),
        (Heard::Dhcp, "https://lighting.example.com/lightbulb3000"),
        (Heard::Dhcp, "https://lighting.example.com/lightbulb2000?"),
        (Heard::Lldp, "https://LIGHTING.example.com/lightbulb2000"),
    ] {
        assert!(!controller.heard(&name(), url, heard, NOW).unwrap(), "{url}");
    }
    assert!(controller.heard(&name(), URL, Heard::Lldp, NOW).unwrap(), "the same, byte for byte");
    let mud = controller.registry.device(&name()).unwrap().unwrap().mud.unwrap();
    assert_eq!((mud.url.as_str(), mud.source), (URL, Source::X509));
    assert_eq!(events(&controller).iter().filter(|event| *event == "mud-url-refused").count(), 5);
    for bad in ["http://lighting.example.com/x", "https://", "https://a b/", "ftp://a/", ""] {
        let error = controller.heard(&name(), bad, Heard::Dhcp, NOW).unwrap_err();
        assert!(matches!(error, ControllerError::Url(_)), "{bad}");
    }
    assert_eq!(controller.wanted(NOW).unwrap().len(), 1, "nothing else is asked for");
}

/// A lease gives an address to whoever has the hardware address, and takes it from whoever had it.
#[test]
fn leases_move_addresses() {
    let mut controller =
        with(&Configuration { take_up: true, ..configuration() }, Trust::default());
    controller.lease(HARDWARE, address("192.0.2.20"), NOW).unwrap();
    let new = "02-00-5e-00-53-0a";
    assert_eq!(addresses(&controller, new), ["192.0.2.20"]);
    let record = controller.registry.device(&DeviceName::new(new).unwrap()).unwrap().unwrap();
    assert_eq!((record.state, record.hardware, record.mud), (State::Unknown, Some(HARDWARE), None));
    assert!(rules(&controller).contains("from_02-00-5e-00-53-0a"));

    controller.lease(HARDWARE, address("192.0.2.10"), NOW).unwrap();
    assert_eq!(addresses(&controller, new), ["192.0.2.20", "192.0.2.10"]);
    assert!(addresses(&controller, "lamp").is_empty(), "it is the lamp's no longer");
    controller.lease(HARDWARE, address("192.0.2.10"), NOW).unwrap();
    assert!(controller.end_lease(HARDWARE, address("192.0.2.10"), NOW).unwrap());
    assert!(!controller.end_lease(HARDWARE, address("192.0.2.10"), NOW).unwrap());
    assert_eq!(addresses(&controller, new), ["192.0.2.20"]);
    for last in 30..42 {
        let address = address(&format!("192.0.2.{last}"));
        controller.lease(HARDWARE, address, NOW).unwrap();
    }
    assert_eq!(addresses(&controller, new).len(), 8, "those that were never given back");
    let log = events(&controller);
    assert_eq!(log.iter().filter(|event| *event == "lease-over").count(), 2);
}

/// Whoever is given an address is nobody, unless the operator takes up whoever comes.
#[test]
fn strangers_are_taken_up_on_demand() {
    let mut controller = controller(Vec::new());
    let error = controller.lease(HARDWARE, address("192.0.2.20"), NOW).unwrap_err();
    assert!(matches!(error, ControllerError::UnknownDevice(_)));
    let error = controller.end_lease(HARDWARE, address("192.0.2.20"), NOW).unwrap_err();
    assert!(matches!(error, ControllerError::UnknownDevice(_)));
    let known = vec![address("192.0.2.10")];
    controller.put_device(name(), known.clone(), Some(HARDWARE), NOW).unwrap();
    controller.lease(HARDWARE, address("2001:db8::10"), NOW).unwrap();
    assert_eq!(addresses(&controller, "lamp"), ["192.0.2.10", "2001:db8::10"]);
    let other = DeviceName::new("other").unwrap();
    let error = controller.put_device(other, Vec::new(), Some(HARDWARE), NOW).unwrap_err();
    assert!(matches!(error, ControllerError::SameHardware));
}

/// What a device said before it was known holds when it is: it says its URL before it is given an address.
#[test]
fn strangers_are_remembered() {
    let mut controller =
        with(&Configuration { take_up: true, ..configuration() }, Trust::default());
    let say =
        |hardware, url: &str| Said { hardware, url: MudUrl::new(url).unwrap(), heard: Heard::Dhcp };
    assert!(!controller.overheard(say(HARDWARE, "https://a.example/1"), NOW).unwrap());
    assert!(!controller.overheard(say(HARDWARE, URL), NOW).unwrap());
    assert_eq!(controller.registry.devices().unwrap().len(), 1, "nobody comes by talking");
    controller.lease(HARDWARE, address("192.0.2.20"), NOW).unwrap();
    let known = controller.with_hardware(HARDWARE).unwrap();
    let mud = controller.registry.device(&known).unwrap().unwrap().mud.unwrap();
    assert_eq!((mud.url.as_str(), mud.source), (URL, Source::Dhcp));
    assert!(controller.overheard(say(HARDWARE, "https://a.example/2"), NOW).unwrap());

    // Whoever invents hardware addresses drives out those before, and takes no more room.
    for number in 0..3000_u16 {
        let [high, low] = number.to_be_bytes();
        let stranger = HardwareAddress([2, 0, 0, 1, high, low]);
        controller.overheard(say(stranger, URL), NOW).unwrap();
    }
    assert_eq!(controller.strangers.len(), 1024);
}
