//! SUIT_Dependencies: components that are manifests which this one depends on (trust domains, 5.2.2).

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Entries, Raw, Type};

use crate::component::ComponentIdentifier;
use crate::error::{Error, ErrorKind};
use crate::labels::dependency as label;
use crate::parameter::text_key;
use crate::read;

/// One entry of [`Dependencies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency<'b> {
    /// The component index by which commands refer to it.
    pub index: usize,
    /// suit-dependency-prefix.
    pub prefix: Option<ComponentIdentifier<'b>>,
}

/// SUIT_Dependencies, in ascending order of the component indices.
///
/// The draft takes the keys of this map from `suit-components`. Its examples, and all that are known
/// elsewhere, number dependencies on from where `suit-components` ends and give the identifier of such
/// a component as its prefix. Both are read: see
/// [`Common::component`](crate::common::Common::component).
#[derive(Clone, Copy, Debug)]
pub struct Dependencies<'b> {
    /// The first entry, with what follows it.
    first: Cursor<'b>,
    count: usize,
}

impl<'b> Dependencies<'b> {
    /// No dependencies at all: `suit-dependencies` is absent.
    pub(crate) const fn none() -> Self {
        Self { first: Cursor::new(&[]), count: 0 }
    }

    /// Enters the map at `cursor`, which [`take`](Self::take) has taken before.
    pub(crate) fn enter(mut cursor: Cursor<'b>) -> Self {
        let Ok(items) = cursor.map() else { return Self::none() };
        let mut dependencies = Self { first: cursor, count: usize::MAX };
        dependencies.count = match items.definite() {
            Some(count) => count,
            None => dependencies.iter().count(),
        };
        dependencies
    }

    /// Takes the map at `cursor`, of at most `limit` entries.
    pub(crate) fn take(cursor: &mut Cursor<'b>, limit: usize) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.map()?;
        let mut dependencies = Self { first: *cursor, count: 0 };
        let mut last = None;
        while items.next(cursor)? {
            let key = *cursor;
            let dependency = take_entry(cursor)?;
            if dependencies.count == limit {
                return Err(key.error(Cbor::TooMany).into());
            }
            // "MUST be sorted" (5.2.2), which also keeps a key from standing twice.
            if last.is_some_and(|last| last >= dependency.index) {
                return Err(Error::new(ErrorKind::DependencyOrder, key.offset()));
            }
            last = Some(dependency.index);
            dependencies.count = dependencies.count.saturating_add(1);
        }
        if dependencies.count == 0 {
            return Err(here.error(Cbor::Length).into());
        }
        Ok(dependencies)
    }

    /// How many dependencies there are.
    #[must_use]
    pub const fn len(self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The dependency with this component index.
    #[must_use]
    pub fn get(self, index: usize) -> Option<Dependency<'b>> {
        self.iter().find(|dependency| dependency.index == index)
    }

    /// The dependencies in ascending order of their indices.
    pub fn iter(self) -> impl Iterator<Item = Dependency<'b>> + use<'b> {
        let mut cursor = self.first;
        (0..self.count).map_while(move |_| take_entry(&mut cursor).ok())
    }

    /// The dependencies, each with what stands from there on.
    pub(crate) fn located(self) -> impl Iterator<Item = (Raw<'b>, Dependency<'b>)> + use<'b> {
        let mut cursor = self.first;
        (0..self.count).map_while(move |_| {
            let start = cursor.rest();
            let dependency = take_entry(&mut cursor).ok()?;
            Some((start, dependency))
        })
    }
}

/// Takes an index and its SUIT_Dependency_Metadata.
fn take_entry<'b>(cursor: &mut Cursor<'b>) -> Result<Dependency<'b>, Error> {
    let index = cursor.unsigned_as()?;
    let mut prefix = None;
    let mut entries = Entries::enter(cursor)?;
    loop {
        let at = cursor.offset();
        match entries.next(cursor)? {
            None => return Ok(Dependency { index, prefix }),
            Some(Label::Integer(label::PREFIX)) => {
                if cursor.peek()? != Type::Array {
                    // Names what was expected.
                    cursor.array()?;
                }
                prefix = Some(read::at(cursor, ComponentIdentifier::take)?);
            }
            Some(Label::Integer(key)) => {
                return Err(Error::new(ErrorKind::UnexpectedElement(key), at));
            }
            Some(Label::Text(_)) => return Err(text_key(at)),
        }
    }
}
