//! Who takes part: keys of every algorithm, and messages of every kind, made and opened by them.

use std::convert::Infallible;

use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Encrypt0, Error, ErrorKind, Expect, Key, Mac, Mac0,
    NewHeaders, NewRecipient, RecipientKey, Secret, Sign, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use rand_core::{TryCryptoRng, TryRng};

/// All signature algorithms that can be made here. HSS-LMS is checked alone, by published vectors.
pub const SIGNATURES: [Algorithm; 15] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::ESP256,
    Algorithm::ESP384,
    Algorithm::ESP512,
    Algorithm::ES256K,
    Algorithm::EDDSA,
    Algorithm::ED25519,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ML_DSA_44,
    Algorithm::ML_DSA_65,
    Algorithm::ML_DSA_87,
];

/// All algorithms that make tags.
pub const TAGS: [Algorithm; 8] = [
    Algorithm::HMAC_256_64,
    Algorithm::HMAC_256,
    Algorithm::HMAC_384,
    Algorithm::HMAC_512,
    Algorithm::AES_MAC_128_64,
    Algorithm::AES_MAC_256_64,
    Algorithm::AES_MAC_128_128,
    Algorithm::AES_MAC_256_128,
];

/// All algorithms that encrypt content and authenticate it.
pub const CIPHERS: [Algorithm; 12] = [
    Algorithm::A128GCM,
    Algorithm::A192GCM,
    Algorithm::A256GCM,
    Algorithm::AES_CCM_16_64_128,
    Algorithm::AES_CCM_16_64_256,
    Algorithm::AES_CCM_64_64_128,
    Algorithm::AES_CCM_64_64_256,
    Algorithm::AES_CCM_16_128_128,
    Algorithm::AES_CCM_16_128_256,
    Algorithm::AES_CCM_64_128_128,
    Algorithm::AES_CCM_64_128_256,
    Algorithm::CHACHA20_POLY1305,
];

/// The prime factors of the key of cose-wg/Examples, rsa-pss-examples/rsa-pss-01.json.
const PRIMES: [&str; 2] = [
    "f331593e147fd3a3235675f0d36a06e5426f7c5e78e49b2acd3e268ba50e48ed2a52f3b4fa492d6bcf70eb3f915a7160\
     78a113652e3fa4c6d50af8606c2d2c28ecaf083b712d6cee1263c1205da03bbbfa6f5c2d8b1a96194089cacb306c844a\
     832e2b032b5f96a7eab6cfe1107299013c8b0e9f089bbabbc504dd8bc138ba4b",
    "c66b5ddcab7017e14083f2854f61997f35636c86f2f92b172d2555588ee1ed899ba6b6adec0a02024b2e78a91c891256\
     a8571e0efb3bac3f41724de036ec8fa0f93e2cfbdda59c6ff1816eb3dc938d4e45912423f3f34b7e96c39e2e4d65a3dc\
     d6dfd2b4ef527841001272f77855b6d75d40d54bb65bd1df8538e96ec4dad60d",
];

/// The bytes of `hex`.
pub fn hex(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A key for `algorithm`.
pub fn signer(algorithm: Algorithm) -> SigningKey {
    let on = |curve: Curve| {
        // Below the order of every curve.
        let mut d = vec![7; curve.coordinate_len()];
        d[0] = 0;
        SigningKey::from_bytes(curve, &d).unwrap()
    };
    match algorithm {
        Algorithm::ES256 | Algorithm::ESP256 => on(Curve::P256),
        Algorithm::ES384 | Algorithm::ESP384 => on(Curve::P384),
        Algorithm::ES512 | Algorithm::ESP512 => on(Curve::P521),
        Algorithm::ES256K => on(Curve::Secp256k1),
        Algorithm::EDDSA | Algorithm::ED25519 => on(Curve::Ed25519),
        Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512 => {
            SigningKey::from_primes(&hex(PRIMES[0]), &hex(PRIMES[1]), &[1, 0, 1]).unwrap()
        }
        other => SigningKey::from_seed(other, &[7; 32]).unwrap(),
    }
}

/// The bytes of a key as long as `algorithm` asks for.
pub fn shared(algorithm: Algorithm) -> Vec<u8> {
    (0..).take(algorithm.key_len().unwrap()).collect()
}

/// The initialization vector that messages are made with.
pub fn iv(algorithm: Algorithm) -> Vec<u8> {
    vec![0x15; algorithm.content_encryption().unwrap().nonce_len]
}

/// A source of numbers that are not random, so that what is made is the same each time.
#[derive(Default)]
pub struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

/// The key under which the content keys of recipients are wrapped.
pub const KEK: [u8; 16] = [0x5a; 16];

/// The kinds of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sign1,
    Sign,
    Mac0,
    Mac,
    Encrypt0,
    Encrypt,
}

impl Kind {
    pub const ALL: [Self; 6] =
        [Self::Sign1, Self::Sign, Self::Mac0, Self::Mac, Self::Encrypt0, Self::Encrypt];

    /// The algorithms of its content.
    pub const fn algorithms(self) -> &'static [Algorithm] {
        match self {
            Self::Sign1 | Self::Sign => &SIGNATURES,
            Self::Mac0 | Self::Mac => &TAGS,
            Self::Encrypt0 | Self::Encrypt => &CIPHERS,
        }
    }

    /// Reads a message of this kind.
    pub fn parse(self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::Sign1 => Sign1::parse(bytes).map(drop),
            Self::Sign => Sign::parse(bytes).map(drop),
            Self::Mac0 => Mac0::parse(bytes).map(drop),
            Self::Mac => Mac::parse(bytes).map(drop),
            Self::Encrypt0 => Encrypt0::parse(bytes).map(drop),
            Self::Encrypt => Encrypt::parse(bytes).map(drop),
        }
    }
}

/// A message to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    pub kind: Kind,
    pub algorithm: Algorithm,
    pub tagged: bool,
    pub detached: bool,
    pub aad: Vec<u8>,
    pub payload: Vec<u8>,
}

impl Plan {
    /// A tagged message that carries a short payload.
    pub fn new(kind: Kind, algorithm: Algorithm) -> Self {
        let (aad, payload) = (b"aad".to_vec(), b"This is the content.".to_vec());
        Self { kind, algorithm, tagged: true, detached: false, aad, payload }
    }

    /// The headers of its body with nothing but the algorithm, which of `COSE_Sign` the signers
    /// name.
    pub fn headers<'a>(&self) -> NewHeaders<'a> {
        match self.kind {
            Kind::Sign => NewHeaders::default(),
            _ => NewHeaders::new(self.algorithm),
        }
    }

    /// Makes the message: itself, and what of it is carried elsewhere.
    pub fn make(&self, headers: NewHeaders<'_>) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut buffer = vec![0; 12_000 + 2 * self.payload.len()];
        let (buffer, crypto, algorithm) = (&mut buffer[..], &mut RustCrypto, self.algorithm);
        let elsewhere = self.detached.then(|| self.payload.clone());
        // The draft of a message that has a payload: the bound of the builders' methods is not
        // public.
        macro_rules! draft {
            ($message:ident) => {{
                let builder = $message::builder(headers).external_aad(&self.aad);
                let builder = if self.tagged { builder } else { builder.untagged() };
                match self.detached {
                    true => builder.detached(&self.payload, buffer).unwrap(),
                    false => builder.payload(&self.payload, buffer).unwrap(),
                }
            }};
        }
        let (wrapped, content_key) = recipient(algorithm);
        match self.kind {
            Kind::Sign1 => {
                let message = draft!(Sign1).sign(&signer(algorithm), crypto).unwrap();
                (message.to_vec(), elsewhere)
            }
            Kind::Sign => {
                let mut signing = draft!(Sign).signers(1).unwrap();
                let own = NewHeaders::new(algorithm).kid(b"signer");
                signing.sign(own, &signer(algorithm), crypto).unwrap();
                (signing.finish().unwrap().to_vec(), elsewhere)
            }
            Kind::Mac0 => {
                let key = shared(algorithm);
                let message = draft!(Mac0).mac(&Secret::new(&key[..], algorithm), crypto).unwrap();
                (message.to_vec(), elsewhere)
            }
            Kind::Mac => {
                let (key, recipients) = (content_key.unwrap(), [wrapped.unwrap()]);
                let message = draft!(Mac).mac(&key.secret(), &recipients, crypto).unwrap();
                (message.to_vec(), elsewhere)
            }
            Kind::Encrypt0 => {
                let key = shared(algorithm);
                let key = Secret::new(&key[..], algorithm);
                let builder = Encrypt0::builder(headers).external_aad(&self.aad);
                let builder = if self.tagged { builder } else { builder.untagged() };
                if !self.detached {
                    return (
                        builder.seal(&self.payload, &key, buffer, crypto).unwrap().into(),
                        None,
                    );
                }
                let (buffer, apart) = buffer.split_at_mut(2048);
                let made = builder.seal_detached(&self.payload, &key, buffer, apart, crypto);
                let (message, ciphertext) = made.unwrap();
                (message.to_vec(), Some(ciphertext.to_vec()))
            }
            Kind::Encrypt => {
                let (key, recipients) = (content_key.unwrap(), [wrapped.unwrap()]);
                let key = key.secret();
                let builder = Encrypt::builder(headers).external_aad(&self.aad);
                let builder = if self.tagged { builder } else { builder.untagged() };
                if !self.detached {
                    let made = builder.seal(&self.payload, &key, &recipients, buffer, crypto);
                    return (made.unwrap().to_vec(), None);
                }
                let (buffer, apart) = buffer.split_at_mut(2048);
                let made =
                    builder.seal_detached(&self.payload, &key, &recipients, buffer, apart, crypto);
                let (message, ciphertext) = made.unwrap();
                (message.to_vec(), Some(ciphertext.to_vec()))
            }
        }
    }

    /// What is expected of the message, with what is carried elsewhere.
    pub fn expect<'a>(&'a self, elsewhere: Option<&'a [u8]>) -> Expect<'a> {
        let expect = Expect::alg(self.algorithm).external_aad(&self.aad);
        let expect = expect.recipients(&[Algorithm::A128KW]);
        elsewhere.map_or(expect, |content| expect.detached(content))
    }

    /// Reads `message`, a message of this kind or not, and opens it as a reader would: its
    /// payload.
    pub fn open(&self, message: &[u8], expect: Expect<'_>) -> Result<Vec<u8>, Error> {
        let (algorithm, crypto) = (self.algorithm, &mut RustCrypto);
        let mut buffer = vec![0; self.payload.len() + 100];
        let elsewhere = self.detached.then_some(&self.payload);
        let carried = |payload: &[u8]| elsewhere.cloned().unwrap_or(payload.to_vec());
        let kek = RecipientKey::Shared(Secret::new(&KEK[..], Algorithm::A128KW));
        match self.kind {
            Kind::Sign1 => {
                let signer = signer(algorithm);
                let key = Key::from_public(signer.public());
                let check = Sign1::parse(message)?.check(&key, expect, crypto)?;
                Ok(carried(check.run(crypto)?.payload()))
            }
            Kind::Sign => {
                let signer = signer(algorithm);
                let key = Key::from_public(signer.public());
                let message = Sign::parse(message)?;
                let one = message.signatures().next().unwrap();
                Ok(carried(message.check(&one, &key, expect, crypto)?.run(crypto)?.payload()))
            }
            Kind::Mac0 => {
                let key = shared(algorithm);
                let key = Secret::new(&key[..], algorithm);
                Ok(carried(Mac0::parse(message)?.verify(&key, expect, crypto)?.payload()))
            }
            Kind::Mac => {
                let message = Mac::parse(message)?;
                let one = message.recipients().next().unwrap();
                let key = message.content_key(&one, &kek, expect, crypto)?;
                Ok(carried(message.verify(&key.secret(), expect, crypto)?.payload()))
            }
            Kind::Encrypt0 => {
                let key = shared(algorithm);
                let key = Secret::new(&key[..], algorithm);
                let message = Encrypt0::parse(message)?;
                Ok(message.decrypt(&key, expect, &mut buffer, crypto)?.to_vec())
            }
            Kind::Encrypt => {
                let message = Encrypt::parse(message)?;
                let one = message.recipients().next().unwrap();
                let key = message.content_key(&one, &kek, expect, crypto)?;
                Ok(message.decrypt(&key.secret(), expect, &mut buffer, crypto)?.to_vec())
            }
        }
    }
}

/// A recipient of a content key that is wrapped for it, and the key; `None` where no key is
/// needed.
fn recipient(algorithm: Algorithm) -> (Option<NewRecipient<'static>>, Option<ContentKey>) {
    let Ok(key) = ContentKey::generate(algorithm, &mut Counting::default()) else {
        return (None, None);
    };
    let kek = Secret::new(&KEK[..], Algorithm::A128KW);
    let headers = NewHeaders::new(Algorithm::A128KW).kid(b"recipient");
    let recipient = NewRecipient::wrapped(headers, &kek, &key, &mut RustCrypto).unwrap();
    (Some(recipient), Some(key))
}

/// Why it was refused.
pub fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}
