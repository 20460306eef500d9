//! CMS (RFC 5652) as far as a detached signature has it, for `der` to read and write.

use alloc::vec::Vec;

use der::asn1::{Any, AnyRef, ObjectIdentifier, OctetStringRef};
use der::{
    Choice, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Sequence, SliceReader, Tag,
    Writer,
};
use hexad_cose_core::x509::x509_cert::ext::pkix::SubjectKeyIdentifier;
use hexad_cose_core::x509::x509_cert::name::Name;
use hexad_cose_core::x509::x509_cert::serial_number::SerialNumber;
use hexad_cose_core::x509::x509_cert::spki::AlgorithmIdentifierOwned;

/// `ContentInfo` (RFC 5652, 3).
#[derive(Sequence)]
pub(super) struct ContentInfo<'b> {
    pub content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub content: AnyRef<'b>,
}

/// `SignedData` (RFC 5652, 5.1).
#[derive(Sequence)]
pub(super) struct SignedData<'b> {
    pub version: u8,
    pub digest_algorithms: SetOf<'b>,
    pub encap_content_info: EncapsulatedContentInfo<'b>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub certificates: Option<SetOf<'b>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub crls: Option<SetOf<'b>>,
    pub signer_infos: SetOf<'b>,
}

/// `EncapsulatedContentInfo` (RFC 5652, 5.2).
#[derive(Sequence)]
pub(super) struct EncapsulatedContentInfo<'b> {
    pub content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub content: Option<AnyRef<'b>>,
}

/// `SignerInfo` (RFC 5652, 5.3).
#[derive(Sequence)]
pub(super) struct SignerInfo<'b> {
    pub version: u8,
    pub signer_identifier: SignerIdentifier,
    pub digest_algorithm: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub signed_attributes: Option<SetOf<'b>>,
    pub signature_algorithm: AlgorithmIdentifierOwned,
    pub signature: &'b OctetStringRef,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub unsigned_attributes: Option<SetOf<'b>>,
}

/// How the signer's certificate is named (`SignerIdentifier`; RFC 5652, 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
#[non_exhaustive]
pub enum SignerIdentifier {
    /// By its issuer's name and its serial number.
    IssuerAndSerialNumber(IssuerAndSerialNumber),
    /// By its X.509 subject key identifier.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    SubjectKeyIdentifier(SubjectKeyIdentifier),
}

/// The issuer's name and the serial number of a certificate (RFC 5652, 10.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct IssuerAndSerialNumber {
    /// The issuer's name.
    pub issuer: Name,
    /// The serial number.
    pub serial_number: SerialNumber,
}

/// `Attribute` (RFC 5652, 5.3).
#[derive(Sequence)]
pub(super) struct Attribute<'b> {
    pub attribute_type: ObjectIdentifier,
    pub values: SetOf<'b>,
}

/// A `SET OF` anything: its items one after another, as they stand.
#[derive(Clone, Copy)]
pub(super) struct SetOf<'b>(pub &'b [u8]);

impl<'b> SetOf<'b> {
    /// The items, each whole with its tag and length.
    pub fn iter(&self) -> impl Iterator<Item = der::Result<&'b [u8]>> + use<'b> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let item = SliceReader::new(rest).and_then(|mut reader| reader.tlv_bytes());
            // After an item that is none, nothing can be told.
            rest = item.as_ref().ok().and_then(|item| rest.get(item.len()..)).unwrap_or_default();
            Some(item)
        })
    }
}

impl FixedTag for SetOf<'_> {
    const TAG: Tag = Tag::Set;
}

impl<'b> DecodeValue<'b> for SetOf<'b> {
    type Error = der::Error;

    fn decode_value<R: Reader<'b>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_slice(header.length()).map(Self)
    }
}

impl EncodeValue for SetOf<'_> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.len().try_into()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

/// The content of a `SET OF` these items, in the order that DER asks for (X.690, 11.6).
pub(super) fn sorted<B: AsRef<[u8]>>(items: &[B]) -> Vec<u8> {
    let mut items: Vec<&[u8]> = items.iter().map(AsRef::as_ref).collect();
    items.sort_unstable();
    items.concat()
}

/// A `SET OF` these items.
pub(super) fn set_of<B: AsRef<[u8]>>(items: &[B]) -> der::Result<Any> {
    Any::new(Tag::Set, sorted(items))
}
