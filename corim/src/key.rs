//! `crypto-key-type-choice`: a key, a certificate, or the digest of one.

use hexad_cose_core::cbor::{Cursor, Encoder, Raw, Type};

use crate::error::{Error, ErrorKind};
use crate::map::{Codec, one_item};
use crate::values::Digest;

/// A key, a certificate, or the digest of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoKey<'b> {
    /// A public key in PEM (SPKI), tag 554.
    PkixBase64Key(&'b str),
    /// A certificate in PEM, tag 555.
    PkixBase64Cert(&'b str),
    /// A chain of certificates in PEM, tag 556.
    PkixBase64CertPath(&'b str),
    /// The digest of a public key, tag 557.
    KeyThumbprint(Digest<'b>),
    /// An encoded COSE_Key, tag 558.
    CoseKey(&'b [u8]),
    /// The digest of a certificate, tag 559.
    CertThumbprint(Digest<'b>),
    /// A key identifier that is not said what of, tag 560.
    Bytes(&'b [u8]),
    /// The digest of a chain of certificates, tag 561.
    CertPathThumbprint(Digest<'b>),
    /// A certificate in DER, tag 562.
    PkixAsn1DerCert(&'b [u8]),
}

impl<'b> Codec<'b> for CryptoKey<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        Ok(match cursor.tag()? {
            554 => Self::PkixBase64Key(cursor.text()?),
            555 => Self::PkixBase64Cert(cursor.text()?),
            556 => Self::PkixBase64CertPath(cursor.text()?),
            557 => Self::KeyThumbprint(Digest::parse(cursor)?),
            558 => Self::CoseKey(cose_key(cursor)?.bytes()),
            559 => Self::CertThumbprint(Digest::parse(cursor)?),
            560 => Self::Bytes(cursor.bytes()?),
            561 => Self::CertPathThumbprint(Digest::parse(cursor)?),
            562 => Self::PkixAsn1DerCert(cursor.bytes()?),
            _ => return Err(Error::new(ErrorKind::Choice, here)),
        })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::PkixBase64Key(text) => encoder.tag(554)?.text(text)?,
            Self::PkixBase64Cert(text) => encoder.tag(555)?.text(text)?,
            Self::PkixBase64CertPath(text) => encoder.tag(556)?.text(text)?,
            Self::KeyThumbprint(digest) => return digest.encode(encoder.tag(557)?),
            Self::CoseKey(key) => {
                cose_key(&mut Cursor::new(one_item(key)?))?;
                encoder.tag(558)?.raw(key)?
            }
            Self::CertThumbprint(digest) => return digest.encode(encoder.tag(559)?),
            Self::Bytes(bytes) => encoder.tag(560)?.bytes(bytes)?,
            Self::CertPathThumbprint(digest) => return digest.encode(encoder.tag(561)?),
            Self::PkixAsn1DerCert(der) => encoder.tag(562)?.bytes(der)?,
        };
        Ok(())
    }
}

/// A map; what stands in it, `hexad_cose_core::Key` reads.
fn cose_key<'b>(cursor: &mut Cursor<'b>) -> Result<Raw<'b>, Error> {
    if cursor.peek()? != Type::Map {
        cursor.map()?;
    }
    Ok(cursor.item()?)
}
