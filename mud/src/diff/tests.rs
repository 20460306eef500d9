use std::string::{String, ToString};
use std::vec::Vec;

use super::diff;
use crate::Mud;
use crate::builder::{Builder, Service};
use crate::file::Contents;
use crate::flow::Peer;
use crate::time::DateAndTime;
use crate::url::MudUrl;

fn contents() -> Contents {
    let url = MudUrl::new("https://a.example/b").unwrap();
    Contents::new(url, DateAndTime::from_unix(0).unwrap())
}

fn words(old: &Mud, new: &Mud) -> Vec<String> {
    diff(old, new).iter().map(ToString::to_string).collect()
}

/// Names and layout say nothing; what flows say does, each as often as it is said.
#[test]
fn only_what_is_said_counts() {
    let cloud = Peer::DnsName("cloud.example");
    let one = Builder::new(contents()).allow(cloud, Service::tcp(443)).build().unwrap();
    let mut renamed = one.clone().into_contents();
    renamed.acls[0].name = "other".into();
    renamed.to_device_policy[0] = "other".into();
    renamed.acls[0].aces[0].name = "entry".into();
    assert_eq!(words(&one, &Mud::new(&renamed).unwrap()), [] as [&str; 0]);

    let two = Builder::new(contents()).allow(cloud, Service::tcp(8443)).build().unwrap();
    let changes = words(&one, &two);
    assert_eq!(changes.len(), 8);
    assert_eq!(
        changes[0],
        "gone: accept IPv4 TCP to port 443 opened by the device to cloud.example"
    );
    assert_eq!(
        changes[7],
        "new: accept IPv6 TCP from port 8443 opened by the device from cloud.example"
    );
    let twice = Builder::new(contents());
    let twice = twice.allow(cloud, Service::tcp(443)).allow(cloud, Service::tcp(443));
    assert_eq!(words(&one, &twice.build().unwrap()).len(), 4);
}

/// Nodes of the container, and the order of entries where it can decide.
#[test]
fn nodes_and_order_count() {
    let mut new = contents();
    new.is_supported = false;
    new.systeminfo = Some("a lamp".into());
    let old = Mud::new(&contents()).unwrap();
    let new = Mud::new(&new).unwrap();
    let expected = ["is-supported was true and is false", "systeminfo is new: a lamp"];
    assert_eq!(words(&old, &new), expected);
    assert_eq!(words(&new, &old)[1], "systeminfo is gone; it was a lamp");

    let builder = Builder::new(contents()).allow(Peer::MyController, Service::tcp(1));
    let mut contents =
        builder.allow(Peer::LocalNetworks, Service::Any).build().unwrap().into_contents();
    let accepting = Mud::new(&contents).unwrap();
    contents.acls[0].aces.swap(0, 1);
    assert_eq!(words(&accepting, &Mud::new(&contents).unwrap()), [] as [&str; 0]);
    contents.acls[0].aces[0].forwarding = crate::acl::Forwarding::Drop;
    let before = Mud::new(&contents).unwrap();
    contents.acls[0].aces.swap(0, 1);
    let order = "the same entries are tried in another order";
    assert_eq!(words(&before, &Mud::new(&contents).unwrap()), [order]);
}
