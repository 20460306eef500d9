//! What a recipient accepts beyond the standard's own rules: limits, and a number yet to be assigned.

use crate::labels;

/// Limits on an envelope, and the label of `suit-manifest-mud`.
///
/// ```
/// use hexad_suit::Options;
///
/// let mut options = Options::default();
/// options.components = 2; // this device has an application and a radio
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How many components a manifest may list.
    pub components: usize,
    /// How many command sequences may be nested, the outermost counted; at most
    /// [`Options::MAX_NESTING`] is honoured.
    pub nesting: usize,
    /// How many authentication blocks an envelope may carry.
    pub authentication_blocks: usize,
    /// How many tokens the delegation chains of an envelope may have in all.
    pub delegations: usize,
    /// How many integrated payloads an envelope may carry.
    pub integrated_payloads: usize,
    /// The label of `suit-manifest-mud` in the manifest, until IANA assigns one.
    pub manifest_mud: i64,
}

impl Options {
    /// The deepest nesting of command sequences that this crate reads.
    pub const MAX_NESTING: usize = 8;
}

impl Default for Options {
    /// 64 components, 8 nested sequences, 8 authentication blocks, 8 tokens of delegation, 32 integrated payloads.
    fn default() -> Self {
        Self {
            components: 64,
            nesting: Self::MAX_NESTING,
            authentication_blocks: 8,
            delegations: 8,
            integrated_payloads: 32,
            manifest_mud: labels::manifest::MUD,
        }
    }
}
