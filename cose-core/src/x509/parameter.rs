//! The header parameters `x5chain`, `x5bag`, `x5t` and `x5u` (RFC 9360, 2), read in place.

use crate::cbor::{Cursor, Items, Raw, Type};
use crate::crypto::Hash;
use crate::error::{Error, ErrorKind};
use crate::header::Headers;
use crate::iana::header;
use crate::labels::Label;
use crate::{CryptoError, HashAlgorithm, Segments};

/// One certificate or several: `COSE_X509`, the value of `x5chain` (33) and of `x5bag` (32).
///
/// In `x5chain` the first is that of the key which made the signature, and each is followed by its
/// issuer's; in `x5bag` they are in any order. Nothing is proven by their being there.
///
/// ```
/// use hexad_cose_core::cbor::Raw;
/// use hexad_cose_core::x509::CoseX509;
///
/// // [h'3001', h'3002']
/// let value = Raw::new(&[0x82, 0x42, 0x30, 0x01, 0x42, 0x30, 0x02], 0);
/// let certificates: Vec<&[u8]> = CoseX509::parse(value)?.iter().map(Raw::bytes).collect();
/// assert_eq!(certificates, [&[0x30, 0x01], &[0x30, 0x02]]);
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoseX509<'b> {
    value: Raw<'b>,
}

impl<'b> CoseX509<'b> {
    /// Reads the value of the parameter: a byte string, or an array of two or more.
    ///
    /// # Errors
    /// `UnexpectedType`; `Length` for an array of fewer than two; those of the encoding.
    pub fn parse(value: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = value.cursor();
        if cursor.peek()? == Type::Array {
            let mut items = cursor.array()?;
            let mut count = 0_usize;
            while items.next(&mut cursor)? {
                cursor.byte_string()?;
                count = count.saturating_add(1);
            }
            if count < 2 {
                return Err(value.error(ErrorKind::Length));
            }
        } else {
            cursor.byte_string()?;
        }
        cursor.finish()?;
        Ok(Self { value })
    }

    /// The certificates in DER, and where each stands.
    #[must_use]
    pub fn iter(&self) -> Certificates<'b> {
        let mut cursor = self.value.cursor();
        let items = match cursor.peek() {
            Ok(Type::Array) => cursor.array().ok(),
            _ => None,
        };
        Certificates { cursor, items }
    }
}

impl<'b> IntoIterator for &CoseX509<'b> {
    type Item = Raw<'b>;
    type IntoIter = Certificates<'b>;

    fn into_iter(self) -> Certificates<'b> {
        self.iter()
    }
}

/// The certificates of a [`CoseX509`].
#[derive(Debug)]
pub struct Certificates<'b> {
    cursor: Cursor<'b>,
    /// What is left of the array; `None` when there is but one certificate.
    items: Option<Items>,
}

impl<'b> Iterator for Certificates<'b> {
    type Item = Raw<'b>;

    fn next(&mut self) -> Option<Raw<'b>> {
        let more = match &mut self.items {
            Some(items) => items.next(&mut self.cursor).ok()?,
            None => !self.cursor.is_empty(),
        };
        if more { self.cursor.byte_string().ok() } else { None }
    }
}

/// The hash of a certificate: `COSE_CertHash`, the value of `x5t` (34).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoseCertHash<'b> {
    /// The hash algorithm: a number of the registry of COSE algorithms, or text.
    pub algorithm: Label<'b>,
    /// The digest of the certificate in DER.
    pub value: &'b [u8],
}

impl<'b> CoseCertHash<'b> {
    /// Reads the value of the parameter: an array of an algorithm and a byte string.
    ///
    /// # Errors
    /// `UnexpectedType`; `Length`; those of the encoding.
    pub fn parse(value: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = value.cursor();
        cursor.array_of(2)?;
        let algorithm = Label::parse(&mut cursor)?;
        let value = cursor.bytes()?;
        cursor.finish()?;
        Ok(Self { algorithm, value })
    }

    /// Whether this is the hash of `certificate`, in DER.
    ///
    /// # Errors
    /// `Unsupported` for an algorithm that is not known or not offered by the backend; `Device`.
    pub fn matches(&self, certificate: &[u8], crypto: &mut impl Hash) -> Result<bool, CryptoError> {
        let (algorithm, length) = match self.algorithm.integer() {
            // SHA-256/64, RFC 9054, 3.2: good enough to find a certificate among those that are trusted.
            Some(-15) => (HashAlgorithm::Sha256, 8),
            other => {
                let known = other.and_then(HashAlgorithm::from_id);
                let algorithm = known.ok_or(CryptoError::Unsupported)?;
                (algorithm, algorithm.digest_len())
            }
        };
        let digest = crypto.digest(algorithm, &Segments::plain(certificate))?;
        Ok(digest.truncated(length).matches(self.value))
    }
}

/// The value of `x5u` (35): a URI under tag 32, from which a certificate or a chain can be fetched.
/// What comes from there is no more trusted than what a message carries.
///
/// # Errors
/// `UnexpectedType`; `UnexpectedTag`; `InvalidUtf8`; those of the encoding.
pub fn x5u<'b>(value: Raw<'b>) -> Result<&'b str, Error> {
    let mut cursor = value.cursor();
    if cursor.tag()? != URI {
        return Err(value.error(ErrorKind::UnexpectedTag));
    }
    let uri = cursor.text()?;
    cursor.finish()?;
    Ok(uri)
}

/// The CBOR tag of a URI (RFC 8949, 3.4.5.3).
const URI: u64 = 32;

/// The parameters of RFC 9360, from whichever bucket they stand in. What an unprotected one carries is
/// found, not trusted: a chain has to lead to an anchor.
impl<'b> Headers<'b> {
    /// `x5chain` (33): the certificate of the signer, and those that lead to an anchor.
    ///
    /// # Errors
    /// As [`CoseX509::parse`].
    pub fn x5chain(&self) -> Result<Option<CoseX509<'b>>, Error> {
        self.get(Label::Integer(header::X5CHAIN)).map(CoseX509::parse).transpose()
    }

    /// `x5bag` (32): certificates in any order.
    ///
    /// # Errors
    /// As [`CoseX509::parse`].
    pub fn x5bag(&self) -> Result<Option<CoseX509<'b>>, Error> {
        self.get(Label::Integer(header::X5BAG)).map(CoseX509::parse).transpose()
    }

    /// `x5t` (34): the hash of the signer's certificate.
    ///
    /// # Errors
    /// As [`CoseCertHash::parse`].
    pub fn x5t(&self) -> Result<Option<CoseCertHash<'b>>, Error> {
        self.get(Label::Integer(header::X5T)).map(CoseCertHash::parse).transpose()
    }

    /// `x5u` (35): where the signer's certificate can be had.
    ///
    /// # Errors
    /// As [`x5u`].
    pub fn x5u(&self) -> Result<Option<&'b str>, Error> {
        self.get(Label::Integer(header::X5U)).map(x5u).transpose()
    }

    /// `x5chain-sender` (-29): the certificate of a static sender's key, and those that lead to an
    /// anchor.
    ///
    /// # Errors
    /// As [`CoseX509::parse`].
    pub fn x5chain_sender(&self) -> Result<Option<CoseX509<'b>>, Error> {
        self.get(Label::Integer(header::X5CHAIN_SENDER)).map(CoseX509::parse).transpose()
    }

    /// `x5t-sender` (-27): the hash of the certificate of a static sender's key.
    ///
    /// # Errors
    /// As [`CoseCertHash::parse`].
    pub fn x5t_sender(&self) -> Result<Option<CoseCertHash<'b>>, Error> {
        self.get(Label::Integer(header::X5T_SENDER)).map(CoseCertHash::parse).transpose()
    }

    /// `x5u-sender` (-28): where the certificate of a static sender's key can be had.
    ///
    /// # Errors
    /// As [`x5u`].
    pub fn x5u_sender(&self) -> Result<Option<&'b str>, Error> {
        self.get(Label::Integer(header::X5U_SENDER)).map(x5u).transpose()
    }
}
