//! The MUD file of a release: where its author says it is, and whose signature it must have
//! (draft-ietf-suit-mud).

use core::fmt;

use hexad_cose_core::crypto::{Hash, Verify};
use hexad_mud::file::{Reader, Reading};
use hexad_mud::signature::{Authentic, Policy, SignatureError, SignedData};

use crate::release::DigestValue;

/// `suit-manifest-mud` of a verified manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MudReference {
    /// `suit-mud-url`.
    pub url: String,
    /// `suit-mud-ski`: the thumbprint (RFC 9679) of the key that signs the MUD file.
    pub signer: DigestValue,
}

impl MudReference {
    /// Reads the MUD file that was fetched from the URL, with its `signature` file, if it is the one that
    /// the author of the software means: signed by that key (its certificate valid at `now`, in seconds
    /// since 1970-01-01T00:00Z), and of that very URL, so that no other file of the same signer can
    /// stand in for it.
    ///
    /// # Errors
    /// [`MudRefusal`].
    pub fn read(
        &self,
        file: &[u8],
        signature: &[u8],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Authentic<Reading>, MudRefusal> {
        let policy = Policy::at(now).thumbprint(self.signer.algorithm, &self.signer.bytes);
        let authentic = SignedData::parse(signature)
            .and_then(|signed| signed.verify(file, &policy, crypto))
            .map_err(MudRefusal::Signature)?;
        let mud = authentic.read(Reader::new()).map_err(MudRefusal::File)?;
        if mud.get().mud.url().as_str() == self.url { Ok(mud) } else { Err(MudRefusal::Url) }
    }
}

/// Why a MUD file is not the one that the author of the software means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MudRefusal {
    /// Its signature file is malformed, or not of the signer that the manifest names.
    Signature(SignatureError),
    /// It is no MUD file.
    File(hexad_mud::Error),
    /// It is the file of another URL.
    Url,
}

impl fmt::Display for MudRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => write!(f, "the MUD file's signature is refused: {error}"),
            Self::File(error) => write!(f, "the MUD file is refused: {error}"),
            Self::Url => f.write_str("the MUD file is that of another URL than the manifest names"),
        }
    }
}

impl core::error::Error for MudRefusal {}
