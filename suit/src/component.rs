//! Component identifiers and the list of them in `suit-common` (section 8.4.5).

use core::fmt;

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::{Cursor, Items, Raw};

use crate::error::{Error, ErrorKind};
use crate::read::Reader;

/// SUIT_Component_Identifier: a list of byte strings, such as the segments of a path.
///
/// In a dependency with a prefix the identifier that counts is the prefix with the manifest's own
/// behind it (trust domains, 5.2.2): all that is asked of the identifier but
/// [`encoded`](Self::encoded) is answered for both together.
#[derive(Clone, Copy, Debug)]
pub struct ComponentIdentifier<'b> {
    encoded: Raw<'b>,
    /// The prefix as it is encoded; empty where there is none.
    prefix: &'b [u8],
}

impl<'b> ComponentIdentifier<'b> {
    /// Reads the identifier that is all of `bytes`: a CBOR array of byte strings.
    ///
    /// # Errors
    /// Those of CBOR.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(Raw::new(bytes, 0));
        let identifier = Self::take(&mut reader);
        reader.finish();
        reader.outcome().map(|()| identifier)
    }

    /// Takes the identifier at the position of `reader`.
    #[inline(never)]
    pub(crate) fn take(reader: &mut Reader<'b>) -> Self {
        let start = reader.rest();
        let mut segments = reader.array();
        while reader.more(&mut segments) {
            reader.bytes();
        }
        Self { encoded: reader.since(start), prefix: &[] }
    }

    /// The identifier behind `prefix`; `None` where there is a prefix before.
    pub(crate) const fn behind(self, prefix: Self) -> Option<Self> {
        if self.prefix.is_empty() && prefix.prefix.is_empty() {
            Some(Self { encoded: self.encoded, prefix: prefix.encoded.bytes() })
        } else {
            None
        }
    }

    /// The identifier as it is encoded in the manifest, without a prefix: a CBOR array of byte strings.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// Whether every head in it is a single byte.
    fn is_short(self) -> bool {
        let strings = self.segments().map(|segment| segment.len().saturating_add(1));
        strings.fold(1, usize::saturating_add) == self.encoded.bytes().len()
    }

    /// The byte strings that the identifier consists of, the outermost first.
    #[must_use]
    pub fn segments(self) -> Segments<'b> {
        let has_prefix = !self.prefix.is_empty();
        let first = if has_prefix { self.prefix } else { self.encoded.bytes() };
        let mut cursor = Cursor::new(first);
        let items = cursor.array().ok();
        Segments { cursor, items, behind: has_prefix.then_some(self.encoded) }
    }

    /// Whether the identifier begins with these byte strings, or is these.
    ///
    /// ```
    /// # use hexad_suit::ComponentIdentifier;
    /// # fn show(identifier: ComponentIdentifier<'_>) -> bool {
    /// identifier.is_within(&[b"radio"])
    /// # }
    /// ```
    #[must_use]
    pub fn is_within(self, prefix: &[&[u8]]) -> bool {
        let mut segments = self.segments();
        prefix.iter().all(|segment| segments.next() == Some(segment))
    }

    /// Whether the identifier consists of exactly these byte strings.
    ///
    /// ```
    /// # use hexad_suit::ComponentIdentifier;
    /// # fn show(identifier: ComponentIdentifier<'_>) -> bool {
    /// identifier.is(&[b"flash", &[0x00]])
    /// # }
    /// ```
    #[must_use]
    pub fn is(self, segments: &[&[u8]]) -> bool {
        self.segments().eq(segments.iter().copied())
    }
}

impl PartialEq for ComponentIdentifier<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.segments().eq(other.segments())
    }
}

impl Eq for ComponentIdentifier<'_> {}

/// Writes the segments as in diagnostic notation: `[h'00', h'01']`.
impl fmt::Display for ComponentIdentifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (position, segment) in self.segments().enumerate() {
            if position != 0 {
                f.write_str(", ")?;
            }
            f.write_str("h'")?;
            for byte in segment {
                write!(f, "{byte:02x}")?;
            }
            f.write_str("'")?;
        }
        f.write_str("]")
    }
}

/// The segments of a [`ComponentIdentifier`].
#[derive(Clone, Debug)]
pub struct Segments<'b> {
    cursor: Cursor<'b>,
    items: Option<Items>,
    /// The array that follows.
    behind: Option<Raw<'b>>,
}

impl<'b> Iterator for Segments<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.items.as_mut()?.next(&mut self.cursor).ok()? {
                return self.cursor.bytes().ok();
            }
            self.cursor = self.behind.take()?.cursor();
            self.items = self.cursor.array().ok();
        }
    }
}

/// SUIT_Components: the components that the manifest's commands refer to by their index.
#[derive(Clone, Copy, Debug)]
pub struct Components<'b> {
    /// The first identifier, with what follows it.
    first: Raw<'b>,
    count: usize,
}

impl<'b> Components<'b> {
    /// No components at all: `suit-components` is absent.
    pub(crate) const fn none() -> Self {
        Self { first: Raw::new(&[], 0), count: 0 }
    }

    /// Takes the list at the position of `reader`, of at most `limit` identifiers.
    pub(crate) fn take(reader: &mut Reader<'b>, limit: usize) -> Self {
        let here = reader.offset();
        let mut items = reader.array();
        let mut components = Self { first: reader.rest(), count: 0 };
        let mut are_short = false;
        while reader.more(&mut items) {
            let identifier = ComponentIdentifier::take(reader);
            let at = identifier.encoded.offset();
            if components.count == limit {
                reader.refuse_cbor(Cbor::TooMany, at);
            } else if components.count != 0 {
                if components.count == 1 {
                    are_short = components.iter().all(ComponentIdentifier::is_short);
                }
                are_short &= identifier.is_short();
                // What has only the shortest heads is equal when its encoding is.
                let bytes = identifier.encoded.bytes();
                let is_twice = components.iter().any(|earlier| match are_short {
                    true => earlier.encoded.bytes() == bytes,
                    false => earlier == identifier,
                });
                if is_twice {
                    reader.refuse(ErrorKind::DuplicateComponent, at);
                }
            }
            components.count = components.count.saturating_add(1);
        }
        if components.count == 0 {
            reader.refuse_cbor(Cbor::Length, here);
        }
        components
    }

    /// How many components there are.
    #[must_use]
    pub const fn len(self) -> usize {
        self.count
    }

    /// Whether there are none, which the CDDL allows.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The component with this index.
    #[must_use]
    pub fn get(self, index: usize) -> Option<ComponentIdentifier<'b>> {
        self.iter().nth(index)
    }

    /// The identifiers in the order of their indices.
    pub fn iter(self) -> impl Iterator<Item = ComponentIdentifier<'b>> {
        let mut reader = Reader::new(self.first);
        (0..self.count).map(move |_| ComponentIdentifier::take(&mut reader))
    }
}
