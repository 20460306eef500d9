//! Who vouches for a manifest, and whom a recipient demands (section 9).

/// A set of trust anchors, each by its place among the keys of
/// [`TrustAnchors`](crate::TrustAnchors).
///
/// The first 64 anchors are told apart. One behind them vouches for a manifest like any other, but no
/// [`Demand`] can name it.
///
/// ```
/// use hexad_suit::Signers;
///
/// let signers = Signers::NONE.with(0).with(3);
/// assert!(signers.contains(3) && !signers.contains(1));
/// assert_eq!(signers.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signers(u64);

impl Signers {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// All anchors that can be told apart.
    pub const ALL: Self = Self(u64::MAX);

    /// The set with the anchor at `place`, too.
    #[must_use]
    pub const fn with(self, place: usize) -> Self {
        if place < 64 { Self(self.0 | 1 << place) } else { self }
    }

    /// Whether the anchor at `place` is one of them.
    #[must_use]
    pub const fn contains(self, place: usize) -> bool {
        place < 64 && self.0 >> place & 1 == 1
    }

    /// How many there are.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that both sets have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The places of the anchors, the lowest first.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..64).filter(move |place| self.contains(*place))
    }
}

/// Whom a recipient demands before it believes a manifest, or lets it govern a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// One of these, whichever.
    AnyOf(Signers),
    /// Every one of these.
    AllOf(Signers),
    /// At least so many of these.
    AtLeast(u32, Signers),
}

impl Demand {
    /// Whether these signers are whom it demands.
    #[must_use]
    pub const fn is_met_by(self, signers: Signers) -> bool {
        match self {
            Self::AnyOf(set) => !signers.and(set).is_empty(),
            Self::AllOf(set) => !set.is_empty() && signers.and(set).0 == set.0,
            Self::AtLeast(count, set) => count > 0 && signers.and(set).len() >= count,
        }
    }
}
