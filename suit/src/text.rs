//! `suit-text`: what the manifest says to people, by language and component (section 8.4.4).

use hexad_cose_core::cbor::{Cursor, Entries, Items, Raw, Type};
use hexad_cose_core::{ErrorKind as Cbor, Label};

use crate::component::{ComponentIdentifier, Components};
use crate::error::{Error, ErrorKind};
use crate::parameter::text_key;
use crate::read;

/// SUIT_Text_Map: texts for one language after another.
#[derive(Clone, Copy, Debug)]
pub struct TextMap<'b> {
    encoded: Raw<'b>,
}

impl<'b> TextMap<'b> {
    /// Reads the map that is all of `encoded` and checks that it names no other `components`.
    #[inline(never)]
    pub(crate) fn parse(encoded: Raw<'b>, components: Components<'_>) -> Result<Self, Error> {
        let mut cursor = encoded.cursor();
        let mut entries = Entries::enter(&mut cursor)?;
        let mut empty = true;
        loop {
            let at = cursor.error(Cbor::InvalidValue);
            match entries.next(&mut cursor)? {
                None => break,
                Some(Label::Text(language)) if is_language(language) => {}
                Some(_) => return Err(at.into()),
            }
            check_language(&mut cursor, components)?;
            empty = false;
        }
        if empty {
            return Err(encoded.error(Cbor::Length).into());
        }
        cursor.finish()?;
        Ok(Self { encoded })
    }

    /// The map as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The texts, each with its language (a tag as in BCP 47), the component that it describes (or
    /// `None` when it describes the manifest) and its label: one of [`labels::text`] or
    /// [`labels::component_text`], or a negative one of the author's.
    ///
    /// [`labels::text`]: crate::labels::text
    /// [`labels::component_text`]: crate::labels::component_text
    #[must_use]
    pub fn iter(self) -> Texts<'b> {
        let mut cursor = self.encoded.cursor();
        let languages = cursor.map().ok();
        Texts { cursor, languages, language: None, component: None }
    }

    /// The text with this label for the manifest (`component` is `None`) or a component, in the
    /// first language that has one.
    #[must_use]
    pub fn get(self, component: Option<ComponentIdentifier<'_>>, label: i64) -> Option<&'b str> {
        self.iter()
            .find(|text| text.label == label && text.component == component)
            .map(|text| text.text)
    }
}

/// A text for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'b> {
    /// The language, as in BCP 47: `en-US`.
    pub language: &'b str,
    /// The component that it describes; `None` for the manifest as a whole.
    pub component: Option<ComponentIdentifier<'b>>,
    /// What kind of text it is.
    pub label: i64,
    /// The text.
    pub text: &'b str,
}

/// The texts of a [`TextMap`].
#[derive(Clone, Debug)]
pub struct Texts<'b> {
    cursor: Cursor<'b>,
    languages: Option<Items>,
    language: Option<(&'b str, Items)>,
    component: Option<(ComponentIdentifier<'b>, Items)>,
}

impl<'b> Texts<'b> {
    fn take_next(&mut self) -> Result<Option<Text<'b>>, Error> {
        let cursor = &mut self.cursor;
        loop {
            let Some((language, entries)) = &mut self.language else {
                let Some(languages) = &mut self.languages else { return Ok(None) };
                if !languages.next(cursor)? {
                    return Ok(None);
                }
                let language = cursor.text()?;
                self.language = Some((language, cursor.map()?));
                continue;
            };
            if let Some((identifier, texts)) = &mut self.component {
                if texts.next(cursor)? {
                    let (label, component) = (cursor.integer()?, Some(*identifier));
                    let text = cursor.text()?;
                    return Ok(Some(Text { language, component, label, text }));
                }
                self.component = None;
            } else if !entries.next(cursor)? {
                self.language = None;
            } else if cursor.peek()? == Type::Array {
                let identifier = read::at(cursor, ComponentIdentifier::take)?;
                self.component = Some((identifier, cursor.map()?));
            } else {
                let (label, text) = (cursor.integer()?, cursor.text()?);
                return Ok(Some(Text { language, component: None, label, text }));
            }
        }
    }
}

impl<'b> Iterator for Texts<'b> {
    type Item = Text<'b>;

    fn next(&mut self) -> Option<Self::Item> {
        self.take_next().ok().flatten()
    }
}

/// `tag38-ltag` of the CDDL: `[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*`.
fn is_language(tag: &str) -> bool {
    tag.split('-').enumerate().all(|(position, part)| {
        (1..=8).contains(&part.len())
            && part.bytes().all(|byte| match position {
                0 => byte.is_ascii_alphabetic(),
                _ => byte.is_ascii_alphanumeric(),
            })
    })
}

/// Checks a SUIT_Text_LMap: texts under integers, maps of texts under component identifiers.
fn check_language(cursor: &mut Cursor<'_>, components: Components<'_>) -> Result<(), Error> {
    let mut items = cursor.map()?;
    let first = *cursor;
    let mut passed = 0usize;
    while items.next(cursor)? {
        let key = cursor.item()?;
        let mut inside = key.cursor();
        if inside.peek()? == Type::Array {
            let identifier = read::at(&mut inside, ComponentIdentifier::take)?;
            if !components.iter().any(|component| component == identifier) {
                return Err(Error::new(ErrorKind::UnknownComponent, key.offset()));
            }
            check_component(cursor)?;
        } else {
            inside.integer()?;
            cursor.text()?;
        }
        unlike_earlier(first, passed, key)?;
        passed = passed.saturating_add(1);
    }
    Ok(())
}

/// Checks a map of texts under integers.
fn check_component(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    let mut entries = Entries::enter(cursor)?;
    loop {
        let at = cursor.offset();
        match entries.next(cursor)? {
            None => return Ok(()),
            Some(Label::Integer(_)) => cursor.text()?,
            Some(Label::Text(_)) => return Err(text_key(at)),
        };
    }
}

/// The most texts and components that one language may have; bounds the search for duplicates.
const MAX_ENTRIES: usize = 128;

/// Refuses `key` if one of the `passed` entries from `first` on has it: an integer or an identifier.
fn unlike_earlier(mut first: Cursor<'_>, passed: usize, key: Raw<'_>) -> Result<(), Error> {
    if passed >= MAX_ENTRIES {
        return Err(key.error(Cbor::TooMany).into());
    }
    let is_identifier = key.cursor().peek()? == Type::Array;
    for _ in 0..passed {
        let earlier = first.item()?;
        let same = match earlier.cursor().peek()? {
            Type::Array if is_identifier => {
                read::at(&mut earlier.cursor(), ComponentIdentifier::take)?
                    == read::at(&mut key.cursor(), ComponentIdentifier::take)?
            }
            Type::Array => false,
            _ => !is_identifier && earlier.cursor().integer()? == key.cursor().integer()?,
        };
        if same {
            return Err(key.error(Cbor::DuplicateKey).into());
        }
        first.skip()?;
    }
    Ok(())
}
