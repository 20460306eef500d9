//! How two MUD files differ in what they say, whatever their lists and entries are called and however
//! they are laid out.

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::acl::Forwarding;
use crate::file::Mud;
use crate::flow::Flow;

/// One difference between an old file and a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<'m> {
    /// A node of the container `mud` says something else.
    Node {
        /// Its name.
        name: &'static str,
        /// What the old file says, if it has the node.
        old: Option<String>,
        /// What the new file says, if it has the node.
        new: Option<String>,
    },
    /// A flow that the new file has alone.
    Added(Flow<'m>),
    /// A flow that the old file has alone.
    Removed(Flow<'m>),
    /// Both have the same flows in an order that can decide otherwise: some accept, others drop.
    Order,
}

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { name, old: None, new } => {
                write!(f, "{name} is new: {}", new.as_deref().unwrap_or_default())
            }
            Self::Node { name, old: Some(old), new: None } => {
                write!(f, "{name} is gone; it was {old}")
            }
            Self::Node { name, old: Some(old), new: Some(new) } => {
                write!(f, "{name} was {old} and is {new}")
            }
            Self::Added(flow) => write!(f, "new: {flow}"),
            Self::Removed(flow) => write!(f, "gone: {flow}"),
            Self::Order => f.write_str("the same entries are tried in another order"),
        }
    }
}

/// What has changed from `old` to `new`: first the nodes, then the flows that are gone, then the new ones.
///
/// ```
/// use hexad_mud::builder::{Builder, Service};
/// use hexad_mud::diff::diff;
/// use hexad_mud::file::Contents;
/// use hexad_mud::flow::Peer;
/// use hexad_mud::time::DateAndTime;
/// use hexad_mud::url::MudUrl;
///
/// let url = MudUrl::new("https://lighting.example.com/lightbulb2000")?;
/// let contents = Contents::new(url, DateAndTime::from_unix(1_548_670_851).unwrap());
/// let old = Builder::new(contents.clone()).build()?;
/// let new = Builder::new(contents).allow(Peer::MyController, Service::tcp(8883)).build()?;
/// assert_eq!(
///     diff(&old, &new)[0].to_string(),
///     "new: accept IPv4 TCP to port 8883 opened by the device to my-controller",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn diff<'m>(old: &'m Mud, new: &'m Mud) -> Vec<Change<'m>> {
    let mut changes = Vec::new();
    for ((name, old), (_, new)) in nodes(old).into_iter().zip(nodes(new)) {
        if old != new {
            changes.push(Change::Node { name, old, new });
        }
    }
    let (before, after): (Vec<_>, Vec<_>) = (old.flows().collect(), new.flows().collect());
    let gone: Vec<_> = alone(&before, &after);
    let added: Vec<_> = alone(&after, &before);
    if gone.is_empty() && added.is_empty() {
        let decides =
            |flows: &[Flow<'_>]| flows.iter().any(|flow| flow.action != Forwarding::Accept);
        let differ = before.iter().zip(&after).any(|(one, other)| said(one) != said(other));
        if differ && decides(&before) {
            changes.push(Change::Order);
        }
    }
    changes.extend(gone.into_iter().map(Change::Removed));
    changes.extend(added.into_iter().map(Change::Added));
    changes
}

/// The flows of `these` that `those` has not, each as often as it is missing.
fn alone<'m>(these: &[Flow<'m>], those: &[Flow<'m>]) -> Vec<Flow<'m>> {
    // Sorted, so that long files cost no square of time.
    let mut those: Vec<_> = those.iter().map(said).collect();
    those.sort_unstable();
    let mut taken = alloc::vec![0_usize; those.len()];
    let mut alone = Vec::new();
    for flow in these {
        let key = said(flow);
        let first = those.partition_point(|other| *other < key);
        let same = those.partition_point(|other| *other <= key).saturating_sub(first);
        match taken.get_mut(first).filter(|taken| **taken < same) {
            Some(taken) => *taken = taken.saturating_add(1),
            None => alone.push(flow.clone()),
        }
    }
    alone
}

/// What a flow says, apart from the names of its list and entry.
fn said(flow: &Flow<'_>) -> (crate::flow::Direction, String, String) {
    let conditions = format!("{:?} {:?}", flow.ethernet, flow.fields);
    (flow.direction, flow.to_string(), conditions)
}

/// The nodes of the container `mud` but the policies, in words.
fn nodes(mud: &Mud) -> Vec<(&'static str, Option<String>)> {
    let contents = mud.contents();
    let unknown = |nodes: &[crate::acl::Unknown]| {
        let nodes: Vec<_> =
            nodes.iter().map(|node| format!("{} {}", node.name, node.json)).collect();
        (!nodes.is_empty()).then(|| nodes.join(", "))
    };
    let extensions = (!contents.extensions.is_empty()).then(|| contents.extensions.join(", "));
    alloc::vec![
        ("mud-url", Some(contents.mud_url.to_string())),
        ("last-update", Some(contents.last_update.as_str().to_string())),
        ("mud-signature", contents.mud_signature.clone()),
        ("cache-validity", contents.cache_validity.map(|hours| format!("{hours} hours"))),
        ("is-supported", Some(contents.is_supported.to_string())),
        ("systeminfo", contents.systeminfo.clone()),
        ("mfg-name", contents.mfg_name.clone()),
        ("model-name", contents.model_name.clone()),
        ("firmware-rev", contents.firmware_rev.clone()),
        ("software-rev", contents.software_rev.clone()),
        ("documentation", contents.documentation.clone()),
        ("extensions", extensions),
        ("transparency", contents.transparency.as_ref().map(|it| format!("{it:?}"))),
        (
            "is-tls-dtls-profile-supported",
            contents.is_tls_dtls_profile_supported.map(|it| it.to_string()),
        ),
        ("nodes of other modules", unknown(&contents.unknown)),
        ("containers of other modules", unknown(&contents.unknown_top_level)),
    ]
}
