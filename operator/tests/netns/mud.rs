//! From a MUD file to what passes.

use super::{CLOUD, DEVICE, FORBIDDEN, HOSTS, LOCAL, Tested, UPDATE, device, expect, resolve};
use hexad_mud::Mud;
use hexad_mud::file::Reader;
use hexad_operator::network::apply::Nft;
use hexad_operator::network::nft::compile;
use hexad_operator::network::policy::{Access, Site};
use hexad_operator::network::testbed::{Expect, Protocol, Testbed};
use std::fs;
use std::net::IpAddr;
use std::path::Path;

/// A file as most are: each conversation stated in both directions.
const FILE: &str = r#"{
  "ietf-mud:mud": {
    "mud-version": 1,
    "mud-url": "https://lighting.example.com/lightbulb2000",
    "last-update": "2026-01-28T11:20:51+01:00",
    "is-supported": true,
    "from-device-policy": { "access-lists": { "access-list": [ { "name": "f4" }, { "name": "f6" } ] } },
    "to-device-policy": { "access-lists": { "access-list": [ { "name": "t4" }, { "name": "t6" } ] } }
  },
  "ietf-access-control-list:acls": { "acl": [
    { "name": "f4", "type": "ipv4-acl-type", "aces": { "ace": [
      { "name": "cloud-f4", "matches": {
          "ipv4": { "ietf-acldns:dst-dnsname": "cloud.example", "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "from-device",
                   "destination-port": { "operator": "eq", "port": 443 } } },
        "actions": { "forwarding": "accept" } },
      { "name": "coap-f4", "matches": {
          "ietf-mud:mud": { "local-networks": [null] },
          "ipv4": { "protocol": 17 },
          "udp": { "destination-port": { "operator": "eq", "port": 5683 } } },
        "actions": { "forwarding": "accept" } },
      { "name": "hub-f4", "matches": {
          "ietf-mud:mud": { "my-controller": [null] },
          "ipv4": { "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "to-device",
                   "source-port": { "operator": "eq", "port": 8443 } } },
        "actions": { "forwarding": "accept" } } ] } },
    { "name": "t4", "type": "ipv4-acl-type", "aces": { "ace": [
      { "name": "cloud-t4", "matches": {
          "ipv4": { "ietf-acldns:src-dnsname": "cloud.example", "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "from-device",
                   "source-port": { "operator": "eq", "port": 443 } } },
        "actions": { "forwarding": "accept" } },
      { "name": "hub-t4", "matches": {
          "ietf-mud:mud": { "my-controller": [null] },
          "ipv4": { "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "to-device",
                   "destination-port": { "operator": "eq", "port": 8443 } } },
        "actions": { "forwarding": "accept" } } ] } },
    { "name": "f6", "type": "ipv6-acl-type", "aces": { "ace": [
      { "name": "cloud-f6", "matches": {
          "ipv6": { "ietf-acldns:dst-dnsname": "cloud.example", "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "from-device",
                   "destination-port": { "operator": "eq", "port": 443 } } },
        "actions": { "forwarding": "accept" } },
      { "name": "coap-f6", "matches": {
          "ietf-mud:mud": { "local-networks": [null] },
          "ipv6": { "protocol": 17 },
          "udp": { "destination-port": { "operator": "eq", "port": 5683 } } },
        "actions": { "forwarding": "accept" } },
      { "name": "hub-f6", "matches": {
          "ietf-mud:mud": { "my-controller": [null] },
          "ipv6": { "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "to-device",
                   "source-port": { "operator": "eq", "port": 8443 } } },
        "actions": { "forwarding": "accept" } } ] } },
    { "name": "t6", "type": "ipv6-acl-type", "aces": { "ace": [
      { "name": "hub-t6", "matches": {
          "ietf-mud:mud": { "my-controller": [null] },
          "ipv6": { "protocol": 6 },
          "tcp": { "ietf-mud:direction-initiated": "to-device",
                   "destination-port": { "operator": "eq", "port": 8443 } } },
        "actions": { "forwarding": "accept" } } ] } } ] }
}"#;

/// The whole way: file, policy, ruleset, packets.
pub(super) fn in_force() -> Tested {
    let mud = Mud::parse(FILE.as_bytes())?;
    let hub = LOCAL.addresses().map(Into::into).to_vec();
    let site = Site {
        local_networks: vec!["192.0.2.0/24".parse()?, "2001:db8:3::/48".parse()?],
        my_controllers: [(mud.url().as_str().to_owned(), hub)].into(),
        ..Site::default()
    };
    let access = site.allowed(&mud);
    let Access::Allowed(policy) = &access else { return Err("not allowed".into()) };
    assert_eq!(policy.notes, [], "everybody is known");
    let net = Testbed::create(&HOSTS)?;
    net.apply(&compile(&[device(DEVICE, access)?], resolve)?)?;
    expect(
        &net,
        &[
            (DEVICE, CLOUD, Protocol::Tcp, 443, Expect::Pass),
            (DEVICE, CLOUD, Protocol::Tcp, 80, Expect::Drop),
            (CLOUD, DEVICE, Protocol::Tcp, 443, Expect::Drop),
            (DEVICE, LOCAL, Protocol::Udp, 5683, Expect::Pass),
            (DEVICE, UPDATE, Protocol::Udp, 5683, Expect::Drop),
            (LOCAL, DEVICE, Protocol::Tcp, 8443, Expect::Pass),
            (CLOUD, DEVICE, Protocol::Tcp, 8443, Expect::Drop),
            (DEVICE, LOCAL, Protocol::Tcp, 8443, Expect::Drop),
            (DEVICE, FORBIDDEN, Protocol::Tcp, 443, Expect::Drop),
        ],
    )
}

/// Every published file that can be read at all compiles to what nft takes, as JSON and as text.
pub(super) fn real(folder: &Path) -> Tested {
    let site = Site {
        local_networks: vec!["192.0.2.0/24".parse()?, "fe80::/10".parse()?],
        ..Site::default()
    };
    let address: IpAddr = [203, 0, 113, 9].into();
    let mut taken = 0;
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let Ok(reading) = Reader::new().lenient().read(&fs::read(&path)?) else { continue };
        let device = device(DEVICE, site.allowed(&reading.mud))?;
        let ruleset = compile(&[device], |_| Ok(vec![address]))?;
        Nft::through(["unshare", "--net"])
            .check(&ruleset)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        super::in_own_namespace(&ruleset)?;
        taken += 1;
    }
    assert!(taken >= 10, "most of the files can be read, not {taken}");
    Ok(())
}
