//! SUIT_Digest: an algorithm identifier and the digest (section 10).

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{ErrorKind as Cbor, HashAlgorithm, Segments};

use crate::error::{Error, ErrorKind};
use crate::read::Reader;

/// A SUIT_Digest as it stands in the input.
///
/// Its algorithm is one that SUIT allows (`suit-cose-hash-algs`): SHA-256, SHA-384, SHA-512, SHAKE128
/// with 256 bits or SHAKE256 with 512; the backend has to offer it. Weak and truncated ones, such as SHA-1 (-14) and SHA-256/64 (-15), are never accepted.
#[derive(Clone, Copy, Debug)]
pub struct Digest<'b> {
    algorithm: HashAlgorithm,
    bytes: &'b [u8],
    offset: usize,
}

impl<'b> Digest<'b> {
    /// A digest that was computed elsewhere, to be put into a manifest.
    ///
    /// # Errors
    /// `DigestLength` when `bytes` are not as many as the algorithm makes.
    pub const fn new(algorithm: HashAlgorithm, bytes: &'b [u8]) -> Result<Self, Error> {
        if bytes.len() == algorithm.digest_len() {
            Ok(Self { algorithm, bytes, offset: 0 })
        } else {
            Err(Error::new(ErrorKind::DigestLength, 0))
        }
    }

    /// Takes the digest at the position of `reader`.
    #[inline(never)]
    pub(crate) fn take(reader: &mut Reader<'b>) -> Self {
        let here = reader.offset();
        let mut digest = Self { algorithm: HashAlgorithm::Sha256, bytes: &[], offset: here };
        let mut left = reader.array();
        if !reader.more(&mut left) {
            reader.refuse_cbor(Cbor::Length, here);
            return digest;
        }
        let at = reader.offset();
        let id = reader.integer();
        match HashAlgorithm::from_id(id) {
            Some(algorithm) => digest.algorithm = algorithm,
            None => reader.refuse(ErrorKind::UnsupportedDigest(id), at),
        }
        if !reader.more(&mut left) {
            reader.refuse_cbor(Cbor::Length, here);
        }
        let at = reader.offset();
        digest.bytes = reader.bytes();
        if digest.bytes.len() != digest.algorithm.digest_len() {
            reader.refuse(ErrorKind::DigestLength, at);
        }
        // SUIT_Digest-extensions: none is registered, so what follows can't be understood.
        if reader.more(&mut left) {
            reader.refuse_cbor(Cbor::Length, here);
        }
        digest
    }

    /// Takes the digest in the byte string at the position of `reader`.
    pub(crate) fn take_wrapped(reader: &mut Reader<'b>) -> Self {
        let outer = reader.enter();
        let digest = Self::take(reader);
        reader.leave(outer);
        digest
    }

    /// Compares it with the digest of a byte string, its head included (sections 8.3 and 8.6).
    pub(crate) fn check(self, wrapped: Raw<'_>, hash: &mut impl Hash) -> Result<(), Error> {
        let message = Segments::plain(wrapped.bytes());
        let digest =
            hash.digest(self.algorithm, &message).map_err(|error| error.at(self.offset))?;
        if equal(digest.as_bytes(), self.bytes) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::DigestMismatch, wrapped.offset()))
        }
    }

    /// The hash algorithm.
    #[must_use]
    pub const fn algorithm(self) -> HashAlgorithm {
        self.algorithm
    }

    /// The digest, [`HashAlgorithm::digest_len`] bytes.
    #[must_use]
    pub const fn bytes(self) -> &'b [u8] {
        self.bytes
    }

    /// Where it stands in the input.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

/// Two digests are equal when their algorithms and bytes are, wherever they stand.
impl PartialEq for Digest<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && equal(self.bytes, other.bytes)
    }
}

impl Eq for Digest<'_> {}

/// Whether two digests, neither a secret, are equal: by words, of which both have a whole number.
pub(crate) fn equal(own: &[u8], other: &[u8]) -> bool {
    let (words, rest) = own.as_chunks::<4>();
    let (others, other_rest) = other.as_chunks::<4>();
    let same = words.iter().zip(others).all(|(own, other)| own == other);
    same && words.len() == others.len() && rest == other_rest
}
