//! A SUIT envelope around any manifest, with a digest and a tag that hold.

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Algorithm, Error, HashAlgorithm, Mac0, Secret, Segments};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::labels::{envelope as label, tag};

use crate::SECRET;

/// The envelope (draft-ietf-suit-manifest-37, section 8.2) with `manifest` and a `COSE_Mac0` under
/// [`SECRET`].
///
/// # Errors
/// Those of the encoder and of the backend: none, unless they are broken.
pub fn envelope(manifest: &[u8]) -> Result<Vec<u8>, Error> {
    let mut wrapped = Vec::new();
    Encoder::appending(&mut wrapped).bytes(manifest)?;
    let digest = RustCrypto
        .digest(HashAlgorithm::Sha256, &Segments::plain(&wrapped))
        .map_err(|error| error.at(0))?;
    let mut payload = Vec::new();
    let mut encoder = Encoder::appending(&mut payload);
    encoder.array(2)?.integer(HashAlgorithm::Sha256.id())?.bytes(digest.as_bytes())?;
    let mut buffer = [0; 256];
    let secret = Secret::new(SECRET, Algorithm::HMAC_256);
    let draft = Mac0::builder(Algorithm::HMAC_256).detached(&payload, &mut buffer)?;
    let block = draft.mac(&secret, &mut RustCrypto)?;
    let mut wrapper = Vec::new();
    Encoder::appending(&mut wrapper).array(2)?.bytes(&payload)?.bytes(block)?;
    let mut envelope = Vec::new();
    let mut encoder = Encoder::appending(&mut envelope);
    encoder.tag(tag::ENVELOPE)?.map(2)?;
    encoder.integer(label::AUTHENTICATION_WRAPPER)?.bytes(&wrapper)?;
    encoder.integer(label::MANIFEST)?.raw(&wrapped)?;
    Ok(envelope)
}
