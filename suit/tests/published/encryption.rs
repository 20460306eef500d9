//! Encrypted payloads come out of the builder as draft-ietf-suit-firmware-encryption-24 has them.

use std::convert::Infallible;
use std::path::Path;

use hexad_cose_core::crypto::Agree;
use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Expect, KdfInfo, PublicKey, RecipientKey, Secret, Y,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};
use hexad_suit::builder::{EncryptedPayload, PayloadEncryption};
use hexad_suit::decryption::{DeviceKey, DeviceKeys};

use crate::common::from_hex;

/// The plaintext and the keys of the draft (6.1 and 6.2).
const PLAINTEXT: &[u8] = b"This is a real firmware image.";
const KEK: [u8; 16] = [b'a'; 16];
const DEVICE: [u8; 32] = [
    0x60, 0xfe, 0x6d, 0xd6, 0xd8, 0x5d, 0x57, 0x40, 0xa5, 0x34, 0x9b, 0x6f, 0x91, 0x26, 0x7e, 0xea,
    0xc5, 0xba, 0x81, 0xb8, 0xcb, 0x53, 0xee, 0x24, 0x9e, 0x4b, 0x4e, 0xb1, 0x02, 0xc4, 0x76, 0xb3,
];
const DEVICE_X: [u8; 32] = [
    0x58, 0x86, 0xcd, 0x61, 0xdd, 0x87, 0x58, 0x62, 0xe5, 0xaa, 0xa8, 0x20, 0xe7, 0xa1, 0x52, 0x74,
    0xc9, 0x68, 0xa9, 0xbc, 0x96, 0x04, 0x8d, 0xdc, 0xac, 0xe3, 0x2f, 0x50, 0xc3, 0x65, 0x1b, 0xa3,
];
const DEVICE_Y: [u8; 32] = [
    0x9e, 0xed, 0x81, 0x25, 0xe9, 0x32, 0xcd, 0x60, 0xc0, 0xea, 0xd3, 0x65, 0x0d, 0x0a, 0x48, 0x5c,
    0xf7, 0x26, 0xd3, 0x78, 0xd1, 0xb0, 0x16, 0xed, 0x42, 0x98, 0xb2, 0x96, 0x1e, 0x25, 0x8f, 0x1b,
];

/// Of each cipher: its name in the vectors, and the algorithm.
const CIPHERS: [(&str, Algorithm); 2] =
    [("aes-gcm", Algorithm::A128GCM), ("aes-ctr", Algorithm::A128CTR)];

fn read(folder: &Path, name: &str) -> Vec<u8> {
    from_hex(&std::fs::read_to_string(folder.join(name)).unwrap())
}

/// The content key and the initialization vector of a vector.
fn content(
    info: &[u8],
    own: &RecipientKey<'_, AgreementKey>,
    cipher: Algorithm,
) -> (ContentKey, Vec<u8>) {
    let message = Encrypt::parse(info).unwrap();
    let derivation =
        KdfInfo { supp_pub_other: Some(b"SUIT Payload Encryption"), ..KdfInfo::default() };
    let algorithms = [Algorithm::A128KW, Algorithm::ECDH_ES_A128KW];
    let ciphers = [cipher];
    let expect =
        Expect::any(&ciphers).recipients(&algorithms).kdf_info(&derivation).unprotected_algorithm();
    let recipient = message.recipients().next().unwrap();
    let key = message.content_key(&recipient, own, expect, &mut RustCrypto).unwrap();
    (key, message.headers().iv().unwrap().to_vec())
}

/// AES key wrap is deterministic: with the content key of the vector, the encryption info and the
/// ciphertext come out byte for byte.
pub fn wrapped_keys_are_rebuilt(folder: &Path) {
    let kek = Secret::new(&KEK[..], Algorithm::A128KW);
    for (name, cipher) in CIPHERS {
        let info = read(folder, &format!("suit-encryption-info-aes-kw-{name}.hex"));
        let (key, iv) = content(&info, &RecipientKey::Shared(kek), cipher);
        let mut payload = PayloadEncryption::with_key(key, &iv).unwrap();
        payload.wrap_for(Algorithm::A128KW, Some(b"kid-1"), &kek, &mut RustCrypto).unwrap();
        let made = payload.encrypt(PLAINTEXT, &mut RustCrypto).unwrap();
        assert_eq!(made.info().encoded().bytes(), info, "{name}");
        let ciphertext = read(folder, &format!("encrypted-payload-aes-kw-{name}.hex"));
        assert_eq!(made.ciphertext(), ciphertext, "{name}");
    }
}

/// ECDH-ES takes a new key each time: all but that key and what is wrapped under it comes out as in the
/// vector, and the device of the draft opens it.
pub fn agreed_keys_are_rebuilt(folder: &Path) {
    let own = AgreementKey::from_bytes(Curve::P256, &DEVICE).unwrap();
    let public = PublicKey::Ec2 { curve: Curve::P256, x: &DEVICE_X, y: Y::Coordinate(&DEVICE_Y) };
    for (name, cipher) in CIPHERS {
        let info = read(folder, &format!("suit-encryption-info-es-ecdh-{name}.hex"));
        let (key, iv) = content(&info, &RecipientKey::Private(&own), cipher);
        let mut payload = PayloadEncryption::with_key(key, &iv).unwrap();
        let (random, crypto) = (&mut Fixed(0x21), &mut RustCrypto);
        payload.agree_with(Algorithm::ECDH_ES_A128KW, None, &public, random, crypto).unwrap();
        let made = payload.encrypt(PLAINTEXT, &mut RustCrypto).unwrap();
        let ciphertext = read(folder, &format!("encrypted-payload-es-ecdh-{name}.hex"));
        assert_eq!(made.ciphertext(), ciphertext, "{name}");
        // Up to the ephemeral key's x, which 32 bytes of y and 24 of the wrapped key follow.
        let ours = made.info().encoded().bytes().to_vec();
        let ephemeral = info.len() - (24 + 2) - (32 + 3) - 32;
        assert_eq!(ours.len(), info.len(), "{name}");
        assert_eq!(ours[..ephemeral], info[..ephemeral], "{name}");
        assert_eq!(open(&made, RecipientKey::Private(&own)), PLAINTEXT, "{name}");
    }
}

/// What a device decrypts that has this key.
fn open(payload: &EncryptedPayload, key: RecipientKey<'_, <RustCrypto as Agree>::Key>) -> Vec<u8> {
    let keys = [DeviceKey { kid: None, key }];
    let algorithms = [Algorithm::A128KW, Algorithm::ECDH_ES_A128KW];
    let ciphers = CIPHERS.map(|(_, cipher)| cipher);
    let keys = DeviceKeys::new(&keys, &algorithms, &ciphers);
    let mut ciphertext = payload.ciphertext().to_vec();
    let length = ciphertext.len().try_into().unwrap();
    let mut decryption = keys.begin(payload.info(), length, &mut RustCrypto).unwrap();
    let mut plaintext = Vec::new();
    for piece in ciphertext.chunks_mut(16) {
        plaintext.extend_from_slice(decryption.update(piece).unwrap());
    }
    decryption.finish().unwrap();
    plaintext
}

/// Randomness that is this byte over and over, so that a test says what it expects.
struct Fixed(u8);

impl rand_core::TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, space: &mut [u8]) -> Result<(), Infallible> {
        space.fill(self.0);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Fixed {}
