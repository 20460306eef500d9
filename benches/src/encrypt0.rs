//! `COSE_Encrypt0`: reading and decrypting with A128GCM, against coset and cose2 with the same primitive.

use std::hint::black_box;

use aead::{AeadInOut, KeyInit};
use aes_gcm::Aes128Gcm;
use cose2::Encrypt0Message;
use coset::{CoseEncrypt0, TaggedCborSerializable};
use hexad_cose_core::{Algorithm, Encrypt0, Expect, Secret};
use hexad_rustcrypto::RustCrypto;

use crate::{Bench, Measure, input};

/// Messages under A128GCM.
///
/// # Panics
/// When one of the crates refuses the message, or reads something else.
pub fn open(measure: &mut impl Measure) {
    if !measure.wants("encrypt0/open") {
        return;
    }
    for length in [20, 1024] {
        let message = input::encrypt0(Algorithm::A128GCM, length).expect("the builder works");
        let bench = |by| Bench { group: "encrypt0/open", by, input: length, bytes: message.len() };
        let key = Secret::new(&input::SECRET[..], Algorithm::A128GCM);
        let mut buffer = vec![0; length + 16];
        let own = |buffer: &mut Vec<u8>| {
            Encrypt0::parse(black_box(&message))?
                .decrypt(&key, Expect::alg(Algorithm::A128GCM), buffer, &mut RustCrypto)
                .map(|plaintext| plaintext.get().len())
        };
        let coset = || {
            let message = CoseEncrypt0::from_tagged_slice(black_box(&message)).expect("a message");
            let nonce = &message.unprotected.iv;
            message.decrypt_ciphertext(
                &[],
                || Invalid,
                |ciphertext, aad| decrypt(nonce, aad, ciphertext),
            )
        };
        let cose2 = || Encrypt0Message::decrypt_and_decode(&Gcm, black_box(&message), None);
        let parsed = CoseEncrypt0::from_tagged_slice(&message).expect("a message");
        let nonce = parsed.unprotected.iv.clone();
        let aad = parsed.decrypt_ciphertext(&[], || Invalid, |_, aad| Ok(aad.to_vec()));
        let aad = aad.expect("there is a ciphertext");
        let ciphertext = parsed.ciphertext.unwrap_or_default();
        let bare = || decrypt(black_box(&nonce), &aad, &ciphertext);

        let plaintext = vec![0x5a; length];
        assert_eq!(own(&mut buffer), Ok(length));
        assert_eq!(buffer.get(..length), Some(&plaintext[..]));
        assert_eq!(coset().as_ref(), Ok(&plaintext));
        assert_eq!(cose2().expect("a message").payload.as_deref(), Some(&plaintext[..]));
        assert_eq!(bare().as_ref(), Ok(&plaintext));

        measure.measure(bench("hexad"), || own(&mut buffer));
        measure.measure(bench("coset"), coset);
        measure.measure(bench("cose2"), cose2);
        measure.measure(bench("primitive"), bare);
    }
}

/// The decryption that all are given; as in the backend, the key is expanded each time.
fn decrypt(nonce: &[u8], aad: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, Invalid> {
    let cipher = Aes128Gcm::new_from_slice(&input::SECRET).map_err(|_| Invalid)?;
    let nonce = nonce.try_into().map_err(|_| Invalid)?;
    let mut buffer = ciphertext.to_vec();
    cipher.decrypt_in_place(nonce, aad, &mut buffer).map_err(|_| Invalid)?;
    Ok(buffer)
}

/// That a ciphertext does not open.
#[derive(Debug, PartialEq)]
struct Invalid;

/// The primitive as cose2 takes it.
struct Gcm;

impl cose2::Encryptor for Gcm {
    fn alg(&self) -> Option<cose2::Label> {
        Some(Algorithm::A128GCM.0.into())
    }

    fn nonce_size(&self) -> usize {
        12
    }

    fn encrypt(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<Vec<u8>, cose2::Error> {
        Err(cose2::Error::verify("nothing is encrypted here"))
    }

    fn decrypt(
        &self,
        nonce: &[u8],
        ciphertext: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, cose2::Error> {
        decrypt(nonce, aad, ciphertext).map_err(|Invalid| cose2::Error::verify("it does not open"))
    }
}
