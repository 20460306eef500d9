//! SUIT_Capability_Report: what a manifest processor can do (section 6 of the draft).

use hexad_cose_core::cbor::{Cursor, Encoder, Items, Raw, Type};
use hexad_cose_core::{Error as CoseError, ErrorKind as Cbor};

use crate::component::ComponentIdentifier;
use crate::error::{Error, ErrorKind};

/// SUIT Capability Report Elements (section 9.8 of the draft).
mod label {
    pub const COMPONENTS: i64 = 1;
    pub const COMMANDS: i64 = 2;
    pub const PARAMETERS: i64 = 3;
    pub const CRYPT_ALGOS: i64 = 4;
    pub const ENVELOPE: i64 = 5;
    pub const MANIFEST: i64 = 6;
    pub const COMMON: i64 = 7;
    pub const TEXT: i64 = 8;
    pub const TEXT_COMPONENT: i64 = 9;
    pub const DEPENDENCY: i64 = 10;
}

/// What a device says that it can do, to be written. The first four must not be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Capabilities<'a> {
    /// suit-component-capabilities: segments, and whether all components that begin with them are meant.
    pub components: &'a [(&'a [&'a [u8]], bool)],
    /// suit-command-capabilities: labels of the SUIT Commands registry.
    pub commands: &'a [i64],
    /// suit-parameters-capabilities: labels of the SUIT Parameters registry.
    pub parameters: &'a [i64],
    /// suit-crypt-algo-capabilities: numbers of the COSE Algorithms registry.
    pub crypt_algos: &'a [i64],
    /// suit-envelope-capabilities.
    pub envelope: &'a [i64],
    /// suit-manifest-capabilities.
    pub manifest: &'a [i64],
    /// suit-common-capabilities.
    pub common: &'a [i64],
    /// suit-text-capabilities.
    pub text: &'a [i64],
    /// suit-text-component-capabilities.
    pub text_component: &'a [i64],
    /// suit-dependency-capabilities.
    pub dependency: &'a [i64],
}

impl Capabilities<'_> {
    /// Writes the map; lists that are empty are left out.
    ///
    /// # Errors
    /// `Length` when one that is required is empty; `BufferTooSmall`.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), CoseError> {
        let required = [self.commands, self.parameters, self.crypt_algos];
        if self.components.is_empty() || required.iter().any(|list| list.is_empty()) {
            return Err(CoseError::new(Cbor::Length, encoder.written()));
        }
        let lists = [
            (label::COMMANDS, self.commands),
            (label::PARAMETERS, self.parameters),
            (label::CRYPT_ALGOS, self.crypt_algos),
            (label::ENVELOPE, self.envelope),
            (label::MANIFEST, self.manifest),
            (label::COMMON, self.common),
            (label::TEXT, self.text),
            (label::TEXT_COMPONENT, self.text_component),
            (label::DEPENDENCY, self.dependency),
        ];
        let there = lists.iter().filter(|(_, list)| !list.is_empty());
        encoder.map(there.clone().count().saturating_add(1))?;
        encoder.integer(label::COMPONENTS)?.array(self.components.len())?;
        for (segments, any) in self.components {
            encoder.array(segments.len().saturating_add(usize::from(*any)))?;
            for segment in *segments {
                encoder.bytes(segment)?;
            }
            if *any {
                encoder.boolean(true)?;
            }
        }
        for (label, list) in there {
            encoder.integer(*label)?.array(list.len())?;
            for value in *list {
                encoder.integer(*value)?;
            }
        }
        Ok(())
    }
}

/// A SUIT_Capability_Report as it stands in its encoding, checked. Elements that are added by a path to
/// a manifest element are passed over.
#[derive(Clone, Copy, Debug)]
pub struct CapabilityReport<'b> {
    components: Raw<'b>,
    lists: [Option<Raw<'b>>; 9],
}

impl<'b> CapabilityReport<'b> {
    /// Reads the map that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR; `MissingElement` with the label of a required list; `Length` for an empty list;
    /// `UnexpectedElement`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let report = Self::take(&mut cursor)?;
        cursor.finish()?;
        Ok(report)
    }

    /// Takes the map at `cursor`.
    pub(super) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.map()?;
        let (mut components, mut lists) = (None, [None; 9]);
        while items.next(cursor)? {
            let key = *cursor;
            if cursor.peek()? == Type::Array {
                // A path to a manifest element, with what it can do there.
                Integers::take(cursor)?;
                Integers::take(cursor)?;
                continue;
            }
            let unknown = |label| Error::new(ErrorKind::UnexpectedElement(label), key.offset());
            let label = cursor.integer()?;
            let slot = if label == label::COMPONENTS {
                let encoded = check_components(cursor)?;
                if components.replace(encoded).is_some() {
                    return Err(key.error(Cbor::DuplicateKey).into());
                }
                continue;
            } else {
                let place =
                    label.checked_sub(label::COMMANDS).and_then(|it| usize::try_from(it).ok());
                place.and_then(|place| lists.get_mut(place)).ok_or(unknown(label))?
            };
            let list = Integers::take(cursor)?;
            if slot.replace(list.encoded).is_some() {
                return Err(key.error(Cbor::DuplicateKey).into());
            }
        }
        let missing = |label| Error::new(ErrorKind::MissingElement(label), here.offset());
        for (label, list) in (label::COMMANDS..=label::CRYPT_ALGOS).zip(&lists) {
            if list.is_none() {
                return Err(missing(label));
            }
        }
        Ok(Self { components: components.ok_or(missing(label::COMPONENTS))?, lists })
    }

    /// suit-component-capabilities.
    pub fn components(&self) -> impl Iterator<Item = ComponentCapability<'b>> + use<'b> {
        let mut cursor = self.components.cursor();
        let mut items: Option<Items> = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { ComponentCapability::take(&mut cursor).ok() } else { None }
        })
    }

    /// Whether the device has this component.
    #[must_use]
    pub fn has_component(&self, component: ComponentIdentifier<'_>) -> bool {
        self.components().any(|capability| capability.covers(component))
    }

    /// suit-command-capabilities.
    #[must_use]
    pub fn commands(&self) -> Integers<'b> {
        self.list(label::COMMANDS).unwrap_or(Integers::NONE)
    }

    /// suit-parameters-capabilities.
    #[must_use]
    pub fn parameters(&self) -> Integers<'b> {
        self.list(label::PARAMETERS).unwrap_or(Integers::NONE)
    }

    /// suit-crypt-algo-capabilities.
    #[must_use]
    pub fn crypt_algos(&self) -> Integers<'b> {
        self.list(label::CRYPT_ALGOS).unwrap_or(Integers::NONE)
    }

    /// suit-envelope-capabilities.
    #[must_use]
    pub fn envelope(&self) -> Option<Integers<'b>> {
        self.list(label::ENVELOPE)
    }

    /// suit-manifest-capabilities.
    #[must_use]
    pub fn manifest(&self) -> Option<Integers<'b>> {
        self.list(label::MANIFEST)
    }

    /// suit-common-capabilities.
    #[must_use]
    pub fn common(&self) -> Option<Integers<'b>> {
        self.list(label::COMMON)
    }

    /// suit-text-capabilities.
    #[must_use]
    pub fn text(&self) -> Option<Integers<'b>> {
        self.list(label::TEXT)
    }

    /// suit-text-component-capabilities.
    #[must_use]
    pub fn text_component(&self) -> Option<Integers<'b>> {
        self.list(label::TEXT_COMPONENT)
    }

    /// suit-dependency-capabilities.
    #[must_use]
    pub fn dependency(&self) -> Option<Integers<'b>> {
        self.list(label::DEPENDENCY)
    }

    fn list(&self, label: i64) -> Option<Integers<'b>> {
        let place = usize::try_from(label.checked_sub(label::COMMANDS)?).ok()?;
        let encoded = *self.lists.get(place)?;
        encoded.map(|encoded| Integers { encoded })
    }
}

/// A list of integers.
#[derive(Clone, Copy, Debug)]
pub struct Integers<'b> {
    encoded: Raw<'b>,
}

impl<'b> Integers<'b> {
    const NONE: Self = Self { encoded: Raw::new(&[0x80], 0) };

    /// Takes a list that is not empty.
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut inside = *cursor;
        let mut items = inside.array()?;
        let mut any = false;
        while items.next(&mut inside)? {
            inside.integer()?;
            any = true;
        }
        if !any {
            return Err(cursor.error(Cbor::Length).into());
        }
        Ok(Self { encoded: cursor.item()? })
    }

    /// The integers in their order.
    pub fn iter(self) -> impl Iterator<Item = i64> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { cursor.integer().ok() } else { None }
        })
    }

    /// Whether `value` is one of them.
    #[must_use]
    pub fn contains(self, value: i64) -> bool {
        self.iter().any(|one| one == value)
    }
}

/// SUIT_Component_Capability: a component, or all whose identifiers begin alike.
#[derive(Clone, Copy, Debug)]
pub struct ComponentCapability<'b> {
    encoded: Raw<'b>,
    any: bool,
}

impl<'b> ComponentCapability<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut inside = *cursor;
        let mut items = inside.array()?;
        let mut any = false;
        while items.next(&mut inside)? {
            if any {
                return Err(inside.error(Cbor::InvalidValue).into());
            }
            if inside.peek()? == Type::Bool {
                let here = inside;
                if !inside.boolean()? {
                    return Err(here.error(Cbor::InvalidValue).into());
                }
                any = true;
            } else {
                inside.bytes()?;
            }
        }
        Ok(Self { encoded: cursor.item()?, any })
    }

    /// The segments that identifiers have, or begin with.
    pub fn segments(self) -> impl Iterator<Item = &'b [u8]> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { cursor.bytes().ok() } else { None }
        })
    }

    /// Whether any component is meant whose identifier begins with the segments.
    #[must_use]
    pub const fn is_prefix(self) -> bool {
        self.any
    }

    /// Whether the component is meant.
    #[must_use]
    pub fn covers(self, component: ComponentIdentifier<'_>) -> bool {
        let mut theirs = component.segments();
        self.segments().all(|segment| theirs.next() == Some(segment))
            && (self.any || theirs.next().is_none())
    }
}

/// Checks the list of components; where it stands.
fn check_components<'b>(cursor: &mut Cursor<'b>) -> Result<Raw<'b>, Error> {
    let mut inside = *cursor;
    let mut items = inside.array()?;
    let mut any = false;
    while items.next(&mut inside)? {
        ComponentCapability::take(&mut inside)?;
        any = true;
    }
    if !any {
        return Err(cursor.error(Cbor::Length).into());
    }
    Ok(cursor.item()?)
}
