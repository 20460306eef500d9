//! SUIT_Common: the components, and the sequence that runs before every other (section 8.4.5).

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Entries};

use crate::command::CommandSequence;
use crate::component::Components;
use crate::error::{Error, ErrorKind};
use crate::labels::{common as label, companion};
use crate::options::Options;
use crate::parameter::text_key;
use crate::sequence::{self, Findings, Place};

/// The content of `suit-common`.
#[derive(Clone, Copy, Debug)]
pub struct Common<'b> {
    components: Components<'b>,
    shared_sequence: Option<CommandSequence<'b>>,
    findings: Findings,
}

impl<'b> Common<'b> {
    /// Reads the map that is all of what `cursor` holds.
    pub(crate) fn parse(mut cursor: Cursor<'b>, options: &Options) -> Result<Self, Error> {
        let (mut components, mut shared_sequence) = (Components::none(), None);
        let mut entries = Entries::enter(&mut cursor)?;
        loop {
            let at = cursor.offset();
            match entries.next(&mut cursor)? {
                None => break,
                Some(Label::Integer(label::COMPONENTS)) => {
                    components = Components::take(&mut cursor, options.components)?;
                }
                Some(Label::Integer(label::SHARED_SEQUENCE)) => {
                    shared_sequence = Some(CommandSequence::take(&mut cursor)?);
                }
                Some(Label::Integer(companion::DEPENDENCIES)) => {
                    return Err(Error::new(ErrorKind::UnsupportedDependencies, at));
                }
                Some(Label::Integer(key)) => {
                    return Err(Error::new(ErrorKind::UnexpectedElement(key), at));
                }
                Some(Label::Text(_)) => return Err(text_key(at)),
            }
        }
        cursor.finish()?;
        let findings = match shared_sequence {
            Some(shared) => sequence::check(shared, Place::Shared, components.len(), options)?,
            None => Findings::default(),
        };
        Ok(Self { components, shared_sequence, findings })
    }

    /// suit-components.
    #[must_use]
    pub const fn components(self) -> Components<'b> {
        self.components
    }

    /// suit-shared-sequence.
    #[must_use]
    pub const fn shared_sequence(self) -> Option<CommandSequence<'b>> {
        self.shared_sequence
    }

    /// Whether the shared sequence checks a vendor and a class identifier (section 6.2).
    #[must_use]
    pub const fn checks_compatibility(self) -> bool {
        self.findings.vendor_identifier && self.findings.class_identifier
    }
}
