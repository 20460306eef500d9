//! `psa-software-component`: one measured part of the software (RFC 9783, 4.4.1).

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Encoder, Entries, write_map};

use super::{RFC9783, is_hash};
use crate::error::{Error, ErrorKind};
use crate::list::Codec;

/// An entry of `psa-software-components`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SoftwareComponent<'b> {
    /// Its role, such as `BL`, `PRoT` or `ARoT`.
    pub measurement_type: Option<&'b str>,
    /// The digest of its image: 32, 48 or 64 bytes.
    pub measurement_value: &'b [u8],
    /// Its version.
    pub version: Option<&'b str>,
    /// The digest of the key that signed it: 32, 48 or 64 bytes.
    pub signer_id: &'b [u8],
    /// How it was measured: a hash algorithm's name.
    pub measurement_desc: Option<&'b str>,
}

impl<'b> SoftwareComponent<'b> {
    /// A component of which no more is said.
    #[must_use]
    pub const fn new(measurement_value: &'b [u8], signer_id: &'b [u8]) -> Self {
        Self {
            measurement_type: None,
            measurement_value,
            version: None,
            signer_id,
            measurement_desc: None,
        }
    }
}

const WRONG: ErrorKind = ErrorKind::Claim(RFC9783.software_components);

impl<'b> Codec<'b> for SoftwareComponent<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let missing = Error::new(ErrorKind::Missing(RFC9783.software_components), cursor.offset());
        let mut component = Self::new(&[], &[]);
        let (mut value, mut signer) = (None, None);
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            let wrong = Error::new(WRONG, cursor.offset());
            let hash = |bytes: &'b [u8]| if is_hash(bytes) { Ok(Some(bytes)) } else { Err(wrong) };
            match label {
                Label::Integer(1) => component.measurement_type = Some(cursor.text()?),
                Label::Integer(2) => value = hash(cursor.bytes()?)?,
                Label::Integer(4) => component.version = Some(cursor.text()?),
                Label::Integer(5) => signer = hash(cursor.bytes()?)?,
                Label::Integer(6) => component.measurement_desc = Some(cursor.text()?),
                _ => cursor.skip()?,
            }
        }
        component.measurement_value = value.ok_or(missing)?;
        component.signer_id = signer.ok_or(missing)?;
        Ok(component)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if !is_hash(self.measurement_value) || !is_hash(self.signer_id) {
            return Err(Error::new(WRONG, encoder.written()));
        }
        write_map(encoder, |members| {
            members.text(1, self.measurement_type)?;
            members.bytes(2, Some(self.measurement_value))?;
            members.text(4, self.version)?;
            members.bytes(5, Some(self.signer_id))?;
            Ok(members.text(6, self.measurement_desc)?)
        })
    }
}
