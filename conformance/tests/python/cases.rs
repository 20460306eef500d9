//! What is exchanged with whom, and where the Python libraries differ from the standard or from us.

use hexad_cose_core::iana::KeyManagement;
use hexad_cose_core::{Algorithm, Curve};

/// A library at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    Cwt,
    Pycose,
}

/// A kind of message.
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
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sign1 => "sign1",
            Self::Sign => "sign",
            Self::Mac0 => "mac0",
            Self::Mac => "mac",
            Self::Encrypt0 => "encrypt0",
            Self::Encrypt => "encrypt",
        }
    }
}

/// Who makes the message that the other reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    Us,
    Them,
}

/// One kind of message with one algorithm, and one recipient where it has recipients.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub library: Library,
    pub kind: Kind,
    /// Of the content, or the signer.
    pub algorithm: Algorithm,
    /// Of the signer's key; none for RSA.
    pub curve: Option<Curve>,
    pub recipient: Option<Recipient>,
}

/// How a recipient comes by the content key.
#[derive(Clone, Copy, Debug)]
pub struct Recipient {
    pub algorithm: Algorithm,
    /// Of a key agreement.
    pub curve: Option<Curve>,
}

const SIGNATURES: [(Algorithm, Option<Curve>); 16] = [
    (Algorithm::ES256, Some(Curve::P256)),
    (Algorithm::ES384, Some(Curve::P384)),
    (Algorithm::ES512, Some(Curve::P521)),
    (Algorithm::ESP256, Some(Curve::P256)),
    (Algorithm::ESP384, Some(Curve::P384)),
    (Algorithm::ESP512, Some(Curve::P521)),
    (Algorithm::ES256K, Some(Curve::Secp256k1)),
    (Algorithm::EDDSA, Some(Curve::Ed25519)),
    (Algorithm::ED25519, Some(Curve::Ed25519)),
    (Algorithm::ED448, Some(Curve::Ed448)),
    (Algorithm::PS256, None),
    (Algorithm::PS384, None),
    (Algorithm::PS512, None),
    (Algorithm::RS256, None),
    (Algorithm::RS384, None),
    (Algorithm::RS512, None),
];

const MACS: [Algorithm; 8] = [
    Algorithm::HMAC_256_64,
    Algorithm::HMAC_256,
    Algorithm::HMAC_384,
    Algorithm::HMAC_512,
    Algorithm::AES_MAC_128_64,
    Algorithm::AES_MAC_256_64,
    Algorithm::AES_MAC_128_128,
    Algorithm::AES_MAC_256_128,
];

const CIPHERS: [Algorithm; 18] = [
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
    Algorithm::A128CTR,
    Algorithm::A192CTR,
    Algorithm::A256CTR,
    Algorithm::A128CBC,
    Algorithm::A192CBC,
    Algorithm::A256CBC,
];

const SHARED: [Algorithm; 5] = [
    Algorithm::DIRECT_HKDF_SHA_256,
    Algorithm::DIRECT_HKDF_SHA_512,
    Algorithm::A128KW,
    Algorithm::A192KW,
    Algorithm::A256KW,
];

const AGREED: [Algorithm; 10] = [
    Algorithm::ECDH_ES_HKDF_256,
    Algorithm::ECDH_ES_HKDF_512,
    Algorithm::ECDH_SS_HKDF_256,
    Algorithm::ECDH_SS_HKDF_512,
    Algorithm::ECDH_ES_A128KW,
    Algorithm::ECDH_ES_A192KW,
    Algorithm::ECDH_ES_A256KW,
    Algorithm::ECDH_SS_A128KW,
    Algorithm::ECDH_SS_A192KW,
    Algorithm::ECDH_SS_A256KW,
];

/// Every case.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for library in [Library::Cwt, Library::Pycose] {
        let mut add = |kind, algorithm, curve, recipient: Option<Recipient>| {
            let of_recipient = recipient.map(|recipient| recipient.algorithm);
            let algorithms = [Some(algorithm), of_recipient];
            if algorithms.into_iter().flatten().all(|algorithm| library.has(algorithm)) {
                cases.push(Case { library, kind, algorithm, curve, recipient });
            }
        };
        for (algorithm, curve) in SIGNATURES {
            add(Kind::Sign1, algorithm, curve, None);
            add(Kind::Sign, algorithm, curve, None);
        }
        let direct = Some(Recipient { algorithm: Algorithm::DIRECT, curve: None });
        for algorithm in MACS {
            add(Kind::Mac0, algorithm, None, None);
            add(Kind::Mac, algorithm, None, direct);
        }
        for algorithm in CIPHERS {
            add(Kind::Encrypt0, algorithm, None, None);
            add(Kind::Encrypt, algorithm, None, direct);
        }
        let shared = SHARED.map(|algorithm| Recipient { algorithm, curve: None });
        let agreed = AGREED.into_iter().flat_map(|algorithm| {
            [Curve::P256, Curve::P384, Curve::P521, Curve::X25519]
                .map(|curve| Recipient { algorithm, curve: Some(curve) })
        });
        for recipient in shared.into_iter().chain(agreed) {
            add(Kind::Mac, Algorithm::HMAC_256, None, Some(recipient));
            add(Kind::Encrypt, Algorithm::A128GCM, None, Some(recipient));
            add(Kind::Encrypt, Algorithm::A256GCM, None, Some(recipient));
        }
    }
    cases
}

/// Why algorithms that a library names are not exchanged with it.
const LEFT_OUT: [(Library, &[i64], &str); 6] = [
    (Library::Cwt, &[14, 15, 25, 26], "AES-MAC is named, but no key can be made for it"),
    (Library::Cwt, &[-65535], "RSASSA-PKCS1-v1_5 with SHA-1 is not to be used"),
    (Library::Cwt, &[46, 47, 48, 49, 50, 51, 52, 53], "HPKE is a draft still"),
    (Library::Pycose, &[-10, -11, -12, -13], "derived keys are named, but not implemented"),
    (Library::Pycose, &[-40, -41, -42], "RSAES-OAEP is not offered by us"),
    (Library::Pycose, &[-65535], "RSASSA-PKCS1-v1_5 with SHA-1 is not to be used"),
];

impl Library {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cwt => "cwt",
            Self::Pycose => "pycose",
        }
    }

    /// Why an algorithm is not exchanged, though the library names it.
    pub fn left_out(self, number: i64) -> Option<(i64, &'static str)> {
        let (_, _, why) = LEFT_OUT
            .iter()
            .find(|(library, numbers, _)| *library == self && numbers.contains(&number))?;
        Some((number, why))
    }

    fn has(self, algorithm: Algorithm) -> bool {
        let unknown = match self {
            Self::Cwt => {
                matches!(algorithm, Algorithm::DIRECT_HKDF_AES_128 | Algorithm::DIRECT_HKDF_AES_256)
            }
            Self::Pycose => matches!(
                algorithm,
                Algorithm::ESP256
                    | Algorithm::ESP384
                    | Algorithm::ESP512
                    | Algorithm::ES256K
                    | Algorithm::ED25519
                    | Algorithm::ED448
                    | Algorithm::CHACHA20_POLY1305
                    | Algorithm::A128CTR
                    | Algorithm::A192CTR
                    | Algorithm::A256CTR
                    | Algorithm::A128CBC
                    | Algorithm::A192CBC
                    | Algorithm::A256CBC
            ),
        };
        !unknown && self.left_out(algorithm.0).is_none()
    }
}

impl Case {
    /// What it is called.
    pub fn name(&self) -> String {
        let (library, kind) = (self.library.name(), self.kind.name());
        let mut name = format!("{library}::{kind}::{}", self.algorithm.name().unwrap_or("?"));
        if let Some(recipient) = self.recipient {
            name = format!("{name}::{}", recipient.algorithm.name().unwrap_or("?"));
            if let Some(curve) = recipient.curve {
                name = format!("{name}::{curve:?}");
            }
        }
        name
    }

    /// Whether it exchanges an algorithm with a library.
    pub fn uses(&self, library: Library, number: i64) -> bool {
        let recipient = self.recipient.map(|recipient| recipient.algorithm.0);
        self.library == library && (self.algorithm.0 == number || recipient == Some(number))
    }

    /// Whether the content has no tag (RFC 9459): nothing protects headers or external data.
    pub fn is_unauthenticated(&self) -> bool {
        self.algorithm.content_encryption().is_some_and(|sizes| sizes.tag_len == 0)
    }

    /// Why an exchange can't succeed: what the library does otherwise. The test holds that it really
    /// does not succeed, so that the line goes when the library is mended.
    pub fn difference(&self, maker: Maker, detached: bool) -> Option<&'static str> {
        match self.library {
            Library::Cwt => self.difference_of_cwt(maker, detached),
            Library::Pycose => self.difference_of_pycose(maker, detached),
        }
    }

    fn difference_of_cwt(&self, maker: Maker, detached: bool) -> Option<&'static str> {
        if detached && maker == Maker::Them {
            return Some("it makes no message with a detached payload");
        }
        let (algorithm, curve, wrapped) = self.agreement()?;
        let sha_512 =
            matches!(algorithm, Algorithm::ECDH_ES_HKDF_512 | Algorithm::ECDH_SS_HKDF_512);
        match curve {
            Curve::X25519 if wrapped => Some("it wraps no keys with X25519"),
            Curve::X25519 if maker == Maker::Them && !is_static(algorithm) => {
                Some("it makes no ephemeral key of X25519")
            }
            Curve::P384 => Some(HASH_OF_CURVE),
            Curve::P256 if sha_512 => Some(HASH_OF_CURVE),
            Curve::P521 if !sha_512 => Some(HASH_OF_CURVE),
            _ if wrapped && self.kind == Kind::Mac && maker == Maker::Them => {
                Some("it takes a wrapped key for one of COSE_Encrypt, whatever it is to serve")
            }
            _ => None,
        }
    }

    fn difference_of_pycose(&self, maker: Maker, detached: bool) -> Option<&'static str> {
        if detached && !matches!(self.kind, Kind::Sign1 | Kind::Sign) {
            return Some("it detaches signed payloads alone");
        }
        let management = self.recipient?.algorithm.key_management()?;
        if self.recipient?.curve == Some(Curve::X25519) {
            return Some("it agrees on keys of EC2 alone");
        }
        let unknown_length = match management {
            KeyManagement::Agree { wrap: None, .. } => true,
            KeyManagement::Agree { .. } | KeyManagement::Wrap => maker == Maker::Them,
            _ => false,
        };
        (self.kind == Kind::Mac && unknown_length)
            .then_some("its HMAC algorithms do not know how long their key is")
    }

    /// Algorithm and curve of a key agreement, and whether it wraps.
    fn agreement(&self) -> Option<(Algorithm, Curve, bool)> {
        let Recipient { algorithm, curve } = self.recipient?;
        let wraps =
            matches!(algorithm.key_management(), Some(KeyManagement::Agree { wrap: Some(_), .. }));
        Some((algorithm, curve?, wraps))
    }
}

const HASH_OF_CURVE: &str = "it derives keys with the hash of the curve, not of the algorithm";

const fn is_static(algorithm: Algorithm) -> bool {
    matches!(algorithm.key_management(), Some(KeyManagement::Agree { static_sender: true, .. }))
}
