//! Content encryption.

mod vectors;

use alloc::vec::Vec;

use self::vectors::{CIPHERTEXTS, UNPADDED, Vector};
use super::{Offered, changed, decode, offered, refused};
use crate::crypto::{Aead, CryptoError};
use crate::iana::Algorithm;
use crate::segments::Segments;

/// Runs the suite for [`Aead`]: published ciphertexts open and, unless sealing is `Unsupported`, seal;
/// with any byte of ciphertext, tag, nonce or associated data changed, or cut off, they do not open,
/// and no plaintext is left behind; keys and nonces of a wrong length, and broken padding (AES-CBC),
/// are refused. Ciphers without a tag refuse associated data, which they could not authenticate.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn aead(backend: &mut impl Aead<Key = [u8]>) -> Vec<Algorithm> {
    let mut found = Offered::none();
    for vector in CIPHERTEXTS {
        let case = Case::of(vector);
        let mut buffer = case.ciphertext.clone();
        let Some(length) = offered(case.open(backend, &mut buffer), case.source) else { continue };
        found.add(case.algorithm);
        assert_eq!(buffer.get(..length), Some(&case.plaintext[..]), "{}", case.source);
        case.seals(backend);
        case.refuses_wrong_lengths(backend);
        if case.has_tag {
            case.refuses_changes(backend);
            case.takes_long_aad(backend);
        } else {
            let with_aad = Case { aad: b"authenticated by nothing".to_vec(), ..case };
            let answer = with_aad.open(backend, &mut with_aad.ciphertext.clone());
            refused(answer, CryptoError::Unsupported, "associated data", with_aad.source);
        }
    }
    refuses_broken_padding(backend);
    found.finish()
}

/// A vector in bytes.
#[derive(Clone)]
struct Case {
    source: &'static str,
    algorithm: Algorithm,
    has_tag: bool,
    key: Vec<u8>,
    nonce: Vec<u8>,
    aad: Vec<u8>,
    plaintext: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Case {
    fn of(vector: &Vector) -> Self {
        let sizes = vector.algorithm.content_encryption();
        Self {
            source: vector.source,
            algorithm: vector.algorithm,
            has_tag: sizes.is_some_and(|sizes| sizes.tag_len > 0),
            key: decode(vector.key),
            nonce: decode(vector.nonce),
            aad: decode(vector.aad),
            plaintext: decode(vector.plaintext),
            ciphertext: decode(vector.ciphertext),
        }
    }

    fn open(
        &self,
        backend: &mut impl Aead<Key = [u8]>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let aad = Segments::plain(&self.aad);
        backend.open(self.algorithm, &self.key, &self.nonce, &aad, buffer)
    }

    fn seal(
        &self,
        backend: &mut impl Aead<Key = [u8]>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let aad = Segments::plain(&self.aad);
        let length = self.plaintext.len();
        backend.seal(self.algorithm, &self.key, &self.nonce, &aad, buffer, length)
    }

    /// A buffer that starts with the plaintext and has room for all but `missing` bytes of the
    /// ciphertext.
    fn buffer(&self, missing: usize) -> Vec<u8> {
        let mut buffer = self.plaintext.clone();
        buffer.resize(self.ciphertext.len().saturating_sub(missing), 0);
        buffer
    }

    fn seals(&self, backend: &mut impl Aead<Key = [u8]>) {
        let mut buffer = self.buffer(0);
        let Some(length) = offered(self.seal(backend, &mut buffer), self.source) else { return };
        assert_eq!(buffer.get(..length), Some(&self.ciphertext[..]), "{}: sealed", self.source);
        let answer = self.seal(backend, &mut self.buffer(1));
        refused(answer, CryptoError::BufferTooSmall, "no room for the tag", self.source);
    }

    /// That a ciphertext does not open, and nothing of the plaintext is left.
    fn rejects(&self, backend: &mut impl Aead<Key = [u8]>, mut buffer: Vec<u8>, what: &str) {
        let answer = self.open(backend, &mut buffer);
        refused(answer, CryptoError::Rejected, what, self.source);
        let shown = buffer.windows(8).any(|left| self.plaintext.windows(8).any(|it| it == left));
        assert!(!shown, "{}: {what}: left some of the plaintext", self.source);
    }

    fn refuses_changes(&self, backend: &mut impl Aead<Key = [u8]>) {
        for at in 0..self.ciphertext.len() {
            self.rejects(backend, changed(&self.ciphertext, at), "a changed byte");
        }
        for length in 0..self.ciphertext.len() {
            let cut = self.ciphertext.get(..length).unwrap_or_default().to_vec();
            self.rejects(backend, cut, "cut off");
        }
        self.rejects(backend, [&self.ciphertext[..], &[0]].concat(), "a byte more");
        let longer = Self { aad: [&self.aad[..], &[0]].concat(), ..self.clone() };
        longer.rejects(backend, self.ciphertext.clone(), "longer associated data");
        for at in 0..self.aad.len() {
            let other = Self { aad: changed(&self.aad, at), ..self.clone() };
            other.rejects(backend, self.ciphertext.clone(), "changed associated data");
        }
        let other = Self { nonce: changed(&self.nonce, 0), ..self.clone() };
        other.rejects(backend, self.ciphertext.clone(), "another nonce");
    }

    fn refuses_wrong_lengths(&self, backend: &mut impl Aead<Key = [u8]>) {
        for key in [&[][..], self.key.get(1..).unwrap_or_default(), &[1; 33]] {
            let case = Self { key: key.to_vec(), ..self.clone() };
            let answer = case.open(backend, &mut self.ciphertext.clone());
            refused(answer, CryptoError::InvalidKey, "a key of another length", self.source);
        }
        for nonce in [&[][..], self.nonce.get(1..).unwrap_or_default(), &[1; 17]] {
            let case = Self { nonce: nonce.to_vec(), ..self.clone() };
            let answer = case.open(backend, &mut self.ciphertext.clone());
            assert!(answer.is_err(), "{}: took a nonce of another length", self.source);
        }
    }

    /// Associated data of more than a backend may put together, which it then says.
    fn takes_long_aad(&self, backend: &mut impl Aead<Key = [u8]>) {
        let case = Self { aad: alloc::vec![0x5a; 4096], ..self.clone() };
        let mut buffer = self.buffer(0);
        let Some(length) = offered(case.seal(backend, &mut buffer), self.source) else { return };
        buffer.truncate(length);
        assert_ne!(buffer, self.ciphertext, "{}: ignored associated data", self.source);
        let length = case.open(backend, &mut buffer).expect(self.source);
        assert_eq!(buffer.get(..length), Some(&self.plaintext[..]), "{}", self.source);
    }
}

fn refuses_broken_padding(backend: &mut impl Aead<Key = [u8]>) {
    for vector in UNPADDED {
        let (key, nonce) = (decode(vector.key), decode(vector.nonce));
        let mut buffer = decode(vector.ciphertext);
        let aad = Segments::plain(&[]);
        match backend.open(Algorithm::A128CBC, &key, &nonce, &aad, &mut buffer) {
            Err(CryptoError::Unsupported) => (),
            other => refused(other, CryptoError::Rejected, "broken padding", vector.source),
        }
    }
}
