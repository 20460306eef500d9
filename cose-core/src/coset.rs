//! Conversions to and from the owned values of the crate `coset`, for programs that use both: views
//! become its messages, and its headers become those of a message that is made here.
//!
//! Nothing is lost on the way: a protected bucket keeps the bytes that were received, so what verifies
//! here verifies there. coset refuses some values that views accept (an algorithm without a registered
//! number, an empty `kid`), hence `TryFrom`. A message of coset becomes a view by its encoding:
//!
//! ```
//! use coset::{CborSerializable, CoseMac0};
//! use hexad_cose_core::Mac0;
//!
//! let value = CoseMac0 { payload: Some(vec![1, 2]), tag: vec![7; 32], ..CoseMac0::default() };
//! let encoded = value.clone().to_vec()?;
//! let view = Mac0::parse(&encoded).expect("what coset writes");
//! assert_eq!(CoseMac0::try_from(&view)?.payload, value.payload);
//! # Ok::<(), coset::CoseError>(())
//! ```

use alloc::vec::Vec;

use ::coset::cbor::value::Value;
use ::coset::{
    CborSerializable, CoseEncrypt, CoseEncrypt0, CoseError, CoseKey, CoseMac, CoseMac0,
    CoseRecipient, CoseSign, CoseSign1, CoseSignature, Header, ProtectedHeader,
};

use crate::cbor::{Cursor, Encoder, Entries, Raw};
use crate::error::Error;
use crate::header::{Headers, NewHeaders, Parameter};
use crate::iana::{Algorithm, header as label};
use crate::key::Key;
use crate::labels::Label;
use crate::message::{Encrypt, Encrypt0, Mac, Mac0, Recipient, Sign, Sign1, Signature};

/// Both buckets.
fn headers(headers: &Headers<'_>) -> Result<(ProtectedHeader, Header), CoseError> {
    let protected = Value::Bytes(headers.protected().bytes().to_vec());
    Ok((
        ProtectedHeader::from_cbor_bstr(protected)?,
        Header::from_slice(headers.unprotected().bytes())?,
    ))
}

fn owned(content: Option<Raw<'_>>) -> Option<Vec<u8>> {
    content.map(|raw| raw.bytes().to_vec())
}

impl TryFrom<&Sign1<'_>> for CoseSign1 {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(message: &Sign1<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(message.headers())?;
        let payload = owned(message.unverified_payload());
        Ok(Self { protected, unprotected, payload, signature: message.signature().to_vec() })
    }
}

impl TryFrom<&Sign<'_>> for CoseSign {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(message: &Sign<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(message.headers())?;
        let payload = owned(message.unverified_payload());
        let signatures = message.signatures().map(|one| CoseSignature::try_from(&one));
        let signatures = signatures.collect::<Result<_, _>>()?;
        Ok(Self { protected, unprotected, payload, signatures })
    }
}

impl TryFrom<&Signature<'_>> for CoseSignature {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(signature: &Signature<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(signature.headers())?;
        Ok(Self { protected, unprotected, signature: signature.signature().to_vec() })
    }
}

impl TryFrom<&Mac0<'_>> for CoseMac0 {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(message: &Mac0<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(message.headers())?;
        let payload = owned(message.unverified_payload());
        Ok(Self { protected, unprotected, payload, tag: message.tag().to_vec() })
    }
}

impl TryFrom<&Mac<'_>> for CoseMac {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(message: &Mac<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(message.headers())?;
        let payload = owned(message.unverified_payload());
        let recipients = recipients(message.recipients())?;
        Ok(Self { protected, unprotected, payload, tag: message.tag().to_vec(), recipients })
    }
}

impl TryFrom<&Encrypt0<'_>> for CoseEncrypt0 {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(message: &Encrypt0<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(message.headers())?;
        Ok(Self { protected, unprotected, ciphertext: owned(message.ciphertext()) })
    }
}

impl TryFrom<&Encrypt<'_>> for CoseEncrypt {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(message: &Encrypt<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(message.headers())?;
        let recipients = recipients(message.recipients())?;
        Ok(Self { protected, unprotected, ciphertext: owned(message.ciphertext()), recipients })
    }
}

impl TryFrom<&Recipient<'_>> for CoseRecipient {
    type Error = CoseError;

    /// # Errors
    /// When coset refuses a header parameter.
    fn try_from(recipient: &Recipient<'_>) -> Result<Self, CoseError> {
        let (protected, unprotected) = headers(recipient.headers())?;
        let ciphertext = recipient.ciphertext().map(<[u8]>::to_vec);
        // Views are nested to a depth that parsing has limited.
        let recipients = recipients(recipient.recipients())?;
        Ok(Self { protected, unprotected, ciphertext, recipients })
    }
}

fn recipients<'b>(
    recipients: impl Iterator<Item = Recipient<'b>>,
) -> Result<Vec<CoseRecipient>, CoseError> {
    recipients.map(|recipient| CoseRecipient::try_from(&recipient)).collect()
}

impl TryFrom<&Key<'_>> for CoseKey {
    type Error = CoseError;

    /// With its secret part, which coset neither hides nor wipes.
    ///
    /// # Errors
    /// When coset refuses a parameter; `EncodeFailed` for an RSA key with its private exponent that was
    /// not parsed, whose primes are not kept.
    fn try_from(key: &Key<'_>) -> Result<Self, CoseError> {
        if let Some(encoded) = key.encoded() {
            return Self::from_slice(encoded.bytes());
        }
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        let mut encoder = Encoder::appending(&mut bytes);
        let is_secret = key.private().is_some() || key.symmetric().is_some();
        let written = if is_secret {
            key.encode_private(&mut encoder)
        } else {
            key.encode_public(&mut encoder)
        };
        written.map_err(|_| CoseError::EncodeFailed)?;
        Self::from_slice(&bytes)
    }
}

/// Both header buckets of a message of coset, encoded, from which a message is made here.
///
/// ```
/// use coset::{HeaderBuilder, iana};
/// use hexad_cose_core::{Algorithm, Error, Sign1, coset::EncodedHeaders, crypto};
///
/// # fn make<B: crypto::Sign + crypto::Hash>(key: &B::Key, backend: &mut B) -> Result<(), Error> {
/// let protected = HeaderBuilder::new().algorithm(iana::Algorithm::ESP256).build();
/// let unprotected = HeaderBuilder::new().key_id(b"11".to_vec()).build();
/// let headers = EncodedHeaders::new(&protected, &unprotected).expect("no label stands twice");
///
/// let mut buffer = [0; 256];
/// let length = headers.with(|headers| {
///     let draft = Sign1::builder(headers).payload(b"hello", &mut buffer)?;
///     draft.sign(key, backend).map(<[u8]>::len)
/// })??;
/// let message = &buffer[..length];
/// # let _ = message; Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EncodedHeaders {
    protected: Vec<u8>,
    unprotected: Vec<u8>,
}

impl EncodedHeaders {
    /// Takes over what `protected` and `unprotected` hold.
    ///
    /// # Errors
    /// When coset can't encode them: a label stands twice in one.
    pub fn new(protected: &Header, unprotected: &Header) -> Result<Self, CoseError> {
        Ok(Self {
            protected: protected.clone().to_vec()?,
            unprotected: unprotected.clone().to_vec()?,
        })
    }

    /// Hands the headers to `make`. Each parameter stays in its bucket; an initialization vector is
    /// used for encryption where it stands unprotected, which is where it is sent.
    ///
    /// # Errors
    /// `InvalidUtf8` or `IntegerRange` can't occur: coset encodes neither.
    pub fn with<R>(&self, make: impl FnOnce(NewHeaders<'_>) -> R) -> Result<R, Error> {
        let (mut algorithm, mut iv, mut partial_iv) = (None, None, None);
        let (mut protected, mut unprotected) = (Vec::new(), Vec::new());
        let mut algorithm_unprotected = false;
        for (bytes, in_protected) in [(&self.protected, true), (&self.unprotected, false)] {
            let mut cursor = Cursor::new(bytes);
            let mut entries = Entries::enter(&mut cursor)?;
            while let Some(name) = entries.next(&mut cursor)? {
                let value = cursor.item()?;
                let mut inner = value.cursor();
                match name {
                    Label::Integer(label::ALG) if algorithm.is_none() => {
                        match Label::parse(&mut inner)? {
                            Label::Integer(number) => {
                                algorithm = Some(Algorithm(number));
                                algorithm_unprotected = !in_protected;
                                continue;
                            }
                            Label::Text(_) => {}
                        }
                    }
                    Label::Integer(label::IV) if !in_protected => {
                        iv = Some(inner.bytes()?);
                        continue;
                    }
                    Label::Integer(label::PARTIAL_IV) if !in_protected => {
                        partial_iv = Some(inner.bytes()?);
                        continue;
                    }
                    _ => {}
                }
                let bucket = if in_protected { &mut protected } else { &mut unprotected };
                bucket.push(Parameter { label: name, value: value.bytes() });
            }
        }
        let mut headers = algorithm.map_or_else(NewHeaders::default, NewHeaders::new);
        if algorithm_unprotected {
            headers = headers.unprotected_algorithm();
        }
        if let Some(iv) = iv {
            headers = headers.iv(iv);
        }
        if let Some(partial_iv) = partial_iv {
            headers = headers.partial_iv(partial_iv);
        }
        Ok(make(headers.protected(&protected).unprotected(&unprotected)))
    }
}
