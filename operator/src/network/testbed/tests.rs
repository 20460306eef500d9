//! What can be said of a network without making one; `tests/netns.rs` makes them.

use super::{Expect, Host, Outcome, Probe, Protocol, Report, Seen};
use std::collections::BTreeSet;
use std::time::Duration;

const PROBE: Probe<'static> = Probe {
    from: "device",
    to: "cloud",
    protocol: Protocol::Tcp,
    ipv6: true,
    port: 443,
    expect: Expect::Pass,
};

fn outcome(expect: Expect, seen: Seen) -> Outcome<'static> {
    Outcome { probe: Probe { expect, ..PROBE }, seen, took: Duration::from_millis(1) }
}

fn dropped() -> Seen {
    Seen::Dropped { chain: "from_device".into(), rule: "quarantined".into() }
}

/// A connection that failed without a rule having dropped it proves nothing.
#[test]
fn only_a_counted_drop_is_a_drop() {
    assert!(outcome(Expect::Pass, Seen::Passed).as_expected());
    assert!(outcome(Expect::Drop, dropped()).as_expected());
    assert!(!outcome(Expect::Drop, Seen::Passed).as_expected());
    assert!(!outcome(Expect::Pass, dropped()).as_expected());
    for expect in [Expect::Pass, Expect::Drop] {
        assert!(!outcome(expect, Seen::Failed("timed out".into())).as_expected());
    }
}

#[test]
fn report_is_a_table() {
    let report =
        Report(vec![outcome(Expect::Pass, Seen::Passed), outcome(Expect::Pass, dropped())]);
    assert_eq!(
        report.to_string(),
        "ok  device    -> cloud     TCP 443   IPv6  expected pass, passed\n\
         BAD device    -> cloud     TCP 443   IPv6  expected pass, dropped by from_device: quarantined"
    );
    assert!(!report.as_expected());
}

#[test]
fn hosts_of_the_story_differ() {
    let names: BTreeSet<_> = Host::STORY.iter().map(|host| host.name).collect();
    let addresses: BTreeSet<_> = Host::STORY.iter().flat_map(Host::addresses).collect();
    assert_eq!((names.len(), addresses.len()), (4, 8));
}
