//! SUIT_Encryption_Info: how the key of an encrypted payload is reached (firmware encryption).

use hexad_cose_core::Encrypt;
use hexad_cose_core::cbor::Raw;

use crate::error::Error;

/// suit-parameter-encryption-info: a COSE_Encrypt whose ciphertext is the payload.
///
/// It is read when it is used, so that a device which decrypts nothing does not hold the code for it.
#[derive(Clone, Copy, Debug)]
pub struct EncryptionInfo<'b> {
    encoded: Raw<'b>,
}

impl<'b> EncryptionInfo<'b> {
    /// The encryption info that is all of `bytes`, unread.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { encoded: Raw::new(bytes, 0) }
    }

    pub(crate) const fn of(encoded: Raw<'b>) -> Self {
        Self { encoded }
    }

    /// The COSE_Encrypt as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The COSE_Encrypt, tagged (96) or not.
    ///
    /// # Errors
    /// Those of [`Encrypt::parse`], at their place in the input.
    pub fn message(self) -> Result<Encrypt<'b>, Error> {
        let mut cursor = self.encoded.cursor();
        let message = Encrypt::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(message)
    }
}

/// Two are equal when they are encoded alike.
impl PartialEq for EncryptionInfo<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.encoded.bytes() == other.encoded.bytes()
    }
}

impl Eq for EncryptionInfo<'_> {}
