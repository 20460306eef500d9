//! A resolver's answer to a device's query: what is learned of it is there by another reader's word as well, is not
//! local, and is held for as long as it may be.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hexad_operator::network::dns::{Judgement, LONGEST, Learned, Proxy, SHORTEST};
use libfuzzer_sys::fuzz_target;
use simple_dns::Packet;
use simple_dns::rdata::RData;

fuzz_target!(|data: &[u8]| {
    let Some((length, rest)) = data.split_first() else { return };
    let (query, answer) = rest.split_at(usize::from(*length).min(rest.len()));
    let resolver = (Ipv4Addr::LOCALHOST, 53).into();
    let proxy = Proxy { resolver, local_networks: Vec::new(), local_names: Vec::new() };
    match proxy.judge(query, answer) {
        Err(error) => assert!(error.offset <= query.len().max(answer.len())),
        Ok(Judgement::Pass(None)) => {}
        Ok(Judgement::Pass(Some(Learned { name, addresses, lifetime }))) => {
            assert!((SHORTEST..=LONGEST).contains(&lifetime));
            assert!(!addresses.is_empty());
            let others = others(answer);
            for address in addresses {
                let loopback = address.is_loopback() || address.is_unspecified();
                assert!(!loopback && !is_private(address), "{address} for {name:?}");
                assert!(others.as_ref().is_none_or(|others| others.contains(&address)));
            }
        }
        Ok(Judgement::Rebinding(address)) => {
            assert!(others(answer).is_none_or(|others| others.contains(&address)));
        }
    }
});

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// The addresses in the answers, as another reader sees them, if it can read the message.
fn others(answer: &[u8]) -> Option<Vec<IpAddr>> {
    let packet = Packet::parse(answer).ok()?;
    let address = |data: &RData<'_>| match data {
        RData::A(a) => Some(IpAddr::from(Ipv4Addr::from(a.address))),
        RData::AAAA(aaaa) => Some(IpAddr::from(Ipv6Addr::from(aaaa.address))),
        _ => None,
    };
    Some(packet.answers.iter().filter_map(|record| address(&record.rdata)).collect())
}
