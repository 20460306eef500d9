//! The extensions of RFC 8520, 11 in a device's certificate (IEEE 802.1AR): the MUD URL, and who signs
//! the MUD file. What they say is worth as much as the certificate: validate it first, to an anchor.

use alloc::vec::Vec;

use der::asn1::{Ia5StringRef, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use hexad_cose_core::x509::Certificate;
use hexad_cose_core::x509::x509_cert::ext::Extension;
use hexad_cose_core::x509::x509_cert::name::Name;

use super::{Error, ErrorKind, MudUrl, mud_string};

/// `id-pe-mud-url`.
pub const ID_PE_MUD_URL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.25");
/// `id-pe-mudsigner`.
pub const ID_PE_MUDSIGNER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.30");

/// The MUD URL that a certificate names (`id-pe-mud-url`), if it names one.
///
/// # Errors
/// `Duplicate` when the extension stands twice; `Malformed` if it is no `IA5String`; `Url` for one that
/// is none. The byte is where the certificate stands.
pub fn url(certificate: &Certificate<'_>) -> Result<Option<MudUrl>, Error> {
    let Some(value) = extension(certificate, ID_PE_MUD_URL)? else { return Ok(None) };
    let offset = certificate.offset();
    let text = Ia5StringRef::from_der(value);
    let text = text.map_err(|_| Error::new(ErrorKind::Malformed, offset))?;
    if text.as_str().contains(' ') {
        let error = super::InvalidUrl::Character;
        return Err(Error::new(ErrorKind::Url(error), offset));
    }
    mud_string(text.as_bytes(), offset).map(Some)
}

/// The subject of the certificate whose key signs the MUD file (`id-pe-mudsigner`), as a name in DER, if
/// one is named: what [`Policy::subject`](crate::signature::Policy::subject) takes.
///
/// # Errors
/// `Duplicate` when the extension stands twice; `Malformed` if it is no `Name`.
pub fn mudsigner(certificate: &Certificate<'_>) -> Result<Option<Vec<u8>>, Error> {
    let Some(value) = extension(certificate, ID_PE_MUDSIGNER)? else { return Ok(None) };
    let malformed = Error::new(ErrorKind::Malformed, certificate.offset());
    Name::from_der(value).map_err(|_| malformed)?;
    Ok(Some(value.to_vec()))
}

fn extension<'c>(
    certificate: &'c Certificate<'_>,
    id: ObjectIdentifier,
) -> Result<Option<&'c [u8]>, Error> {
    let extensions = certificate.fields().extensions().map_or(&[][..], Vec::as_slice);
    let mut values = extensions.iter().filter(|extension| extension.extn_id == id);
    let value = values.next().map(|extension| extension.extn_value.as_bytes());
    if values.next().is_some() {
        return Err(Error::new(ErrorKind::Duplicate, certificate.offset()));
    }
    Ok(value)
}

/// The extension `id-pe-mud-url`, to be put into a certificate. It is not critical.
///
/// # Errors
/// `TooLong` for a URL that DER can't hold.
pub fn mud_url_extension(url: &MudUrl) -> Result<Extension, Error> {
    let long = |_| Error::new(ErrorKind::TooLong, 0);
    let text = Ia5StringRef::new(url.as_str()).map_err(long)?;
    new_extension(ID_PE_MUD_URL, text.to_der().map_err(long)?)
}

/// The extension `id-pe-mudsigner`, to be put into a certificate. It is not critical. `subject` is a name
/// in DER: that of the certificate whose key signs the MUD file.
///
/// # Errors
/// `Malformed` if `subject` is no name in DER.
pub fn mudsigner_extension(subject: &[u8]) -> Result<Extension, Error> {
    Name::from_der(subject).map_err(|_| Error::new(ErrorKind::Malformed, 0))?;
    new_extension(ID_PE_MUDSIGNER, subject.to_vec())
}

fn new_extension(extn_id: ObjectIdentifier, value: Vec<u8>) -> Result<Extension, Error> {
    let extn_value = OctetString::new(value).map_err(|_| Error::new(ErrorKind::TooLong, 0))?;
    Ok(Extension { extn_id, critical: false, extn_value })
}
