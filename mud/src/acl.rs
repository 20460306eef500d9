//! Access control lists (RFC 8519) with the matches that RFC 8520 adds.

/// What becomes of a packet (`forwarding`; RFC 8519, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forwarding {
    /// It goes on.
    Accept,
    /// It is dropped without a word.
    Drop,
    /// It is dropped, and its sender is told by ICMP.
    Reject,
}

impl Forwarding {
    /// The name of the identity in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Drop => "drop",
            Self::Reject => "reject",
        }
    }
}

/// What must hold of an Ethernet header (`eth`; RFC 8519, 4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ethernet {
    /// `destination-mac-address`.
    pub destination_mac_address: Option<[u8; 6]>,
    /// `destination-mac-address-mask`: the bits of the address that count.
    pub destination_mac_address_mask: Option<[u8; 6]>,
    /// `source-mac-address`.
    pub source_mac_address: Option<[u8; 6]>,
    /// `source-mac-address-mask`: the bits of the address that count.
    pub source_mac_address_mask: Option<[u8; 6]>,
    /// `ethertype`, such as 0x0800 for IPv4.
    pub ethertype: Option<u16>,
}
