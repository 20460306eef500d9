//! COSE algorithms.

use core::fmt;

use super::HashAlgorithm;
use crate::crypto::KdfAlgorithm;

/// A COSE algorithm by its number. The message's own choice means nothing until the caller has
/// accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Algorithm(pub i64);

impl Algorithm {
    // Signatures.

    /// ECDSA with SHA-256 (RFC 9053, 2.1), on any curve.
    pub const ES256: Self = Self(-7);
    /// ECDSA with SHA-384 (RFC 9053, 2.1), on any curve.
    pub const ES384: Self = Self(-35);
    /// ECDSA with SHA-512 (RFC 9053, 2.1), on any curve.
    pub const ES512: Self = Self(-36);
    /// ECDSA on P-256 with SHA-256 (RFC 9864).
    pub const ESP256: Self = Self(-9);
    /// ECDSA on P-384 with SHA-384 (RFC 9864).
    pub const ESP384: Self = Self(-51);
    /// ECDSA on P-521 with SHA-512 (RFC 9864).
    pub const ESP512: Self = Self(-52);
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812, 3.2).
    pub const ES256K: Self = Self(-47);
    /// EdDSA (RFC 9053, 2.2), on any curve.
    pub const EDDSA: Self = Self(-8);
    /// EdDSA on Ed25519 (RFC 9864).
    pub const ED25519: Self = Self(-19);
    /// EdDSA on Ed448 (RFC 9864).
    pub const ED448: Self = Self(-53);
    /// RSASSA-PSS with SHA-256 (RFC 8230, 2).
    pub const PS256: Self = Self(-37);
    /// RSASSA-PSS with SHA-384 (RFC 8230, 2).
    pub const PS384: Self = Self(-38);
    /// RSASSA-PSS with SHA-512 (RFC 8230, 2).
    pub const PS512: Self = Self(-39);
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8812, 2): for certificates.
    pub const RS256: Self = Self(-257);
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 8812, 2): for certificates.
    pub const RS384: Self = Self(-258);
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 8812, 2): for certificates.
    pub const RS512: Self = Self(-259);
    /// ML-DSA with parameter set 44 (FIPS 204; RFC 9964).
    pub const ML_DSA_44: Self = Self(-48);
    /// ML-DSA with parameter set 65.
    pub const ML_DSA_65: Self = Self(-49);
    /// ML-DSA with parameter set 87.
    pub const ML_DSA_87: Self = Self(-50);
    /// Hash-based signatures (RFC 8778).
    pub const HSS_LMS: Self = Self(-46);

    // Tags.

    /// HMAC with SHA-256, tag of 8 bytes (RFC 9053, 3.1).
    pub const HMAC_256_64: Self = Self(4);
    /// HMAC with SHA-256 (RFC 9053, 3.1).
    pub const HMAC_256: Self = Self(5);
    /// HMAC with SHA-384 (RFC 9053, 3.1).
    pub const HMAC_384: Self = Self(6);
    /// HMAC with SHA-512 (RFC 9053, 3.1).
    pub const HMAC_512: Self = Self(7);
    /// AES-CBC-MAC, key of 128 bits, tag of 8 bytes (RFC 9053, 3.2).
    pub const AES_MAC_128_64: Self = Self(14);
    /// AES-CBC-MAC, key of 256 bits, tag of 8 bytes.
    pub const AES_MAC_256_64: Self = Self(15);
    /// AES-CBC-MAC, key of 128 bits, tag of 16 bytes.
    pub const AES_MAC_128_128: Self = Self(25);
    /// AES-CBC-MAC, key of 256 bits, tag of 16 bytes.
    pub const AES_MAC_256_128: Self = Self(26);

    // Content encryption.

    /// AES-GCM, key of 128 bits (RFC 9053, 4.1).
    pub const A128GCM: Self = Self(1);
    /// AES-GCM, key of 192 bits.
    pub const A192GCM: Self = Self(2);
    /// AES-GCM, key of 256 bits.
    pub const A256GCM: Self = Self(3);
    /// AES-CCM, key of 128 bits, tag of 8 bytes, nonce of 13 bytes (RFC 9053, 4.2).
    pub const AES_CCM_16_64_128: Self = Self(10);
    /// AES-CCM, key of 256 bits, tag of 8 bytes, nonce of 13 bytes (RFC 9053, 4.2).
    pub const AES_CCM_16_64_256: Self = Self(11);
    /// AES-CCM, key of 128 bits, tag of 8 bytes, nonce of 7 bytes (RFC 9053, 4.2).
    pub const AES_CCM_64_64_128: Self = Self(12);
    /// AES-CCM, key of 256 bits, tag of 8 bytes, nonce of 7 bytes (RFC 9053, 4.2).
    pub const AES_CCM_64_64_256: Self = Self(13);
    /// AES-CCM, key of 128 bits, tag of 16 bytes, nonce of 13 bytes (RFC 9053, 4.2).
    pub const AES_CCM_16_128_128: Self = Self(30);
    /// AES-CCM, key of 256 bits, tag of 16 bytes, nonce of 13 bytes (RFC 9053, 4.2).
    pub const AES_CCM_16_128_256: Self = Self(31);
    /// AES-CCM, key of 128 bits, tag of 16 bytes, nonce of 7 bytes (RFC 9053, 4.2).
    pub const AES_CCM_64_128_128: Self = Self(32);
    /// AES-CCM, key of 256 bits, tag of 16 bytes, nonce of 7 bytes (RFC 9053, 4.2).
    pub const AES_CCM_64_128_256: Self = Self(33);
    /// ChaCha20-Poly1305 (RFC 9053, 4.3).
    pub const CHACHA20_POLY1305: Self = Self(24);
    /// AES in counter mode, key of 128 bits, no tag (RFC 9459, 4).
    pub const A128CTR: Self = Self(-65_534);
    /// AES in counter mode, key of 192 bits, no tag.
    pub const A192CTR: Self = Self(-65_533);
    /// AES in counter mode, key of 256 bits, no tag.
    pub const A256CTR: Self = Self(-65_532);
    /// AES-CBC, key of 128 bits, no tag (RFC 9459, 5).
    pub const A128CBC: Self = Self(-65_531);
    /// AES-CBC, key of 192 bits, no tag.
    pub const A192CBC: Self = Self(-65_530);
    /// AES-CBC, key of 256 bits, no tag.
    pub const A256CBC: Self = Self(-65_529);

    // Key management, in recipients.

    /// The shared key is the content key (RFC 9053, 6.1.1).
    pub const DIRECT: Self = Self(-6);
    /// The content key is derived from a shared secret (RFC 9053, 6.1.2).
    pub const DIRECT_HKDF_SHA_256: Self = Self(-10);
    /// As with SHA-256, with SHA-512.
    pub const DIRECT_HKDF_SHA_512: Self = Self(-11);
    /// As with SHA-256, with AES-CBC-MAC under a key of 128 bits.
    pub const DIRECT_HKDF_AES_128: Self = Self(-12);
    /// As with SHA-256, with AES-CBC-MAC under a key of 256 bits.
    pub const DIRECT_HKDF_AES_256: Self = Self(-13);
    /// AES key wrap, key of 128 bits (RFC 9053, 6.2.1).
    pub const A128KW: Self = Self(-3);
    /// AES key wrap, key of 192 bits.
    pub const A192KW: Self = Self(-4);
    /// AES key wrap, key of 256 bits.
    pub const A256KW: Self = Self(-5);
    /// ECDH, ephemeral and static, HKDF with SHA-256 (RFC 9053, 6.3.1).
    pub const ECDH_ES_HKDF_256: Self = Self(-25);
    /// ECDH, ephemeral and static, HKDF with SHA-512 (RFC 9053, 6.3.1).
    pub const ECDH_ES_HKDF_512: Self = Self(-26);
    /// ECDH, static and static, HKDF with SHA-256 (RFC 9053, 6.3.1).
    pub const ECDH_SS_HKDF_256: Self = Self(-27);
    /// ECDH, static and static, HKDF with SHA-512 (RFC 9053, 6.3.1).
    pub const ECDH_SS_HKDF_512: Self = Self(-28);
    /// ECDH, ephemeral and static, HKDF with SHA-256, AES key wrap (RFC 9053, 6.4.1).
    pub const ECDH_ES_A128KW: Self = Self(-29);
    /// ECDH, ephemeral and static, HKDF with SHA-256, AES key wrap (RFC 9053, 6.4.1).
    pub const ECDH_ES_A192KW: Self = Self(-30);
    /// ECDH, ephemeral and static, HKDF with SHA-256, AES key wrap (RFC 9053, 6.4.1).
    pub const ECDH_ES_A256KW: Self = Self(-31);
    /// ECDH, static and static, HKDF with SHA-256, AES key wrap (RFC 9053, 6.4.1).
    pub const ECDH_SS_A128KW: Self = Self(-32);
    /// ECDH, static and static, HKDF with SHA-256, AES key wrap (RFC 9053, 6.4.1).
    pub const ECDH_SS_A192KW: Self = Self(-33);
    /// ECDH, static and static, HKDF with SHA-256, AES key wrap (RFC 9053, 6.4.1).
    pub const ECDH_SS_A256KW: Self = Self(-34);
}

impl Algorithm {
    /// All that have a name here.
    pub const ALL: &'static [Self] = &[
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::ESP256,
        Self::ESP384,
        Self::ESP512,
        Self::ES256K,
        Self::EDDSA,
        Self::ED25519,
        Self::ED448,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::ML_DSA_44,
        Self::ML_DSA_65,
        Self::ML_DSA_87,
        Self::HSS_LMS,
        Self::HMAC_256_64,
        Self::HMAC_256,
        Self::HMAC_384,
        Self::HMAC_512,
        Self::AES_MAC_128_64,
        Self::AES_MAC_256_64,
        Self::AES_MAC_128_128,
        Self::AES_MAC_256_128,
        Self::A128GCM,
        Self::A192GCM,
        Self::A256GCM,
        Self::AES_CCM_16_64_128,
        Self::AES_CCM_16_64_256,
        Self::AES_CCM_64_64_128,
        Self::AES_CCM_64_64_256,
        Self::AES_CCM_16_128_128,
        Self::AES_CCM_16_128_256,
        Self::AES_CCM_64_128_128,
        Self::AES_CCM_64_128_256,
        Self::CHACHA20_POLY1305,
        Self::A128CTR,
        Self::A192CTR,
        Self::A256CTR,
        Self::A128CBC,
        Self::A192CBC,
        Self::A256CBC,
        Self::DIRECT,
        Self::DIRECT_HKDF_SHA_256,
        Self::DIRECT_HKDF_SHA_512,
        Self::DIRECT_HKDF_AES_128,
        Self::DIRECT_HKDF_AES_256,
        Self::A128KW,
        Self::A192KW,
        Self::A256KW,
        Self::ECDH_ES_HKDF_256,
        Self::ECDH_ES_HKDF_512,
        Self::ECDH_SS_HKDF_256,
        Self::ECDH_SS_HKDF_512,
        Self::ECDH_ES_A128KW,
        Self::ECDH_ES_A192KW,
        Self::ECDH_ES_A256KW,
        Self::ECDH_SS_A128KW,
        Self::ECDH_SS_A192KW,
        Self::ECDH_SS_A256KW,
    ];

    /// The hash of a signature algorithm whose backend is given a digest (ECDSA, RSA). `None` for
    /// algorithms that sign the message itself.
    #[must_use]
    pub const fn digest(self) -> Option<HashAlgorithm> {
        match self {
            Self::ES256 | Self::ESP256 | Self::ES256K | Self::PS256 | Self::RS256 => {
                Some(HashAlgorithm::Sha256)
            }
            Self::ES384 | Self::ESP384 | Self::PS384 | Self::RS384 => Some(HashAlgorithm::Sha384),
            Self::ES512 | Self::ESP512 | Self::PS512 | Self::RS512 => Some(HashAlgorithm::Sha512),
            _ => None,
        }
    }

    /// The size in bytes of the tag that a MAC algorithm makes. `None` for others.
    #[must_use]
    pub const fn tag_len(self) -> Option<usize> {
        match self {
            Self::HMAC_256_64 | Self::AES_MAC_128_64 | Self::AES_MAC_256_64 => Some(8),
            Self::AES_MAC_128_128 | Self::AES_MAC_256_128 => Some(16),
            Self::HMAC_256 => Some(32),
            Self::HMAC_384 => Some(48),
            Self::HMAC_512 => Some(64),
            _ => None,
        }
    }

    /// The sizes of a content encryption algorithm. `None` for others.
    #[must_use]
    pub const fn content_encryption(self) -> Option<ContentEncryption> {
        let (key_len, nonce_len, tag_len) = match self {
            Self::A128GCM => (16, 12, 16),
            Self::A192GCM => (24, 12, 16),
            Self::A256GCM => (32, 12, 16),
            Self::AES_CCM_16_64_128 => (16, 13, 8),
            Self::AES_CCM_16_64_256 => (32, 13, 8),
            Self::AES_CCM_64_64_128 => (16, 7, 8),
            Self::AES_CCM_64_64_256 => (32, 7, 8),
            Self::AES_CCM_16_128_128 => (16, 13, 16),
            Self::AES_CCM_16_128_256 => (32, 13, 16),
            Self::AES_CCM_64_128_128 => (16, 7, 16),
            Self::AES_CCM_64_128_256 => (32, 7, 16),
            Self::CHACHA20_POLY1305 => (32, 12, 16),
            Self::A128CTR | Self::A128CBC => (16, 16, 0),
            Self::A192CTR | Self::A192CBC => (24, 16, 0),
            Self::A256CTR | Self::A256CBC => (32, 16, 0),
            _ => return None,
        };
        Some(ContentEncryption { key_len, nonce_len, tag_len })
    }

    /// The size in bytes of the ciphertext, with its tag or padding, of a plaintext of `length` bytes.
    /// `None` for algorithms that do not encrypt content.
    #[must_use]
    pub const fn ciphertext_len(self, length: usize) -> Option<usize> {
        match self {
            Self::A128CBC | Self::A192CBC | Self::A256CBC => {
                // PKCS #7 padding: at least one byte, up to a whole block.
                let Some(blocks) = (length / 16).checked_add(1) else { return None };
                blocks.checked_mul(16)
            }
            _ => match self.content_encryption() {
                Some(sizes) => length.checked_add(sizes.tag_len),
                None => None,
            },
        }
    }

    /// How a recipient with this algorithm comes by the content key. `None` for algorithms that are
    /// not of recipients.
    #[must_use]
    pub const fn key_management(self) -> Option<KeyManagement> {
        let (sha_256, sha_512) = (KdfAlgorithm::HkdfSha256, KdfAlgorithm::HkdfSha512);
        Some(match self {
            Self::DIRECT => KeyManagement::Direct,
            Self::DIRECT_HKDF_SHA_256 => KeyManagement::Derive(sha_256),
            Self::DIRECT_HKDF_SHA_512 => KeyManagement::Derive(sha_512),
            Self::DIRECT_HKDF_AES_128 => KeyManagement::Derive(KdfAlgorithm::HkdfAes128),
            Self::DIRECT_HKDF_AES_256 => KeyManagement::Derive(KdfAlgorithm::HkdfAes256),
            Self::A128KW | Self::A192KW | Self::A256KW => KeyManagement::Wrap,
            Self::ECDH_ES_HKDF_256 => agree(false, sha_256, None),
            Self::ECDH_ES_HKDF_512 => agree(false, sha_512, None),
            Self::ECDH_SS_HKDF_256 => agree(true, sha_256, None),
            Self::ECDH_SS_HKDF_512 => agree(true, sha_512, None),
            Self::ECDH_ES_A128KW => agree(false, sha_256, Some(Self::A128KW)),
            Self::ECDH_ES_A192KW => agree(false, sha_256, Some(Self::A192KW)),
            Self::ECDH_ES_A256KW => agree(false, sha_256, Some(Self::A256KW)),
            Self::ECDH_SS_A128KW => agree(true, sha_256, Some(Self::A128KW)),
            Self::ECDH_SS_A192KW => agree(true, sha_256, Some(Self::A192KW)),
            Self::ECDH_SS_A256KW => agree(true, sha_256, Some(Self::A256KW)),
            _ => return None,
        })
    }

    /// The size in bytes of the symmetric key that a MAC, content encryption or key wrap algorithm
    /// is given when the key is derived or made. `None` for others.
    #[must_use]
    pub const fn key_len(self) -> Option<usize> {
        match self {
            Self::A128KW | Self::AES_MAC_128_64 | Self::AES_MAC_128_128 => Some(16),
            Self::A192KW => Some(24),
            Self::A256KW | Self::AES_MAC_256_64 | Self::AES_MAC_256_128 => Some(32),
            Self::HMAC_256_64 | Self::HMAC_256 => Some(32),
            Self::HMAC_384 => Some(48),
            Self::HMAC_512 => Some(64),
            _ => match self.content_encryption() {
                Some(sizes) => Some(sizes.key_len),
                None => None,
            },
        }
    }

    /// The name in the IANA registry, of the algorithms that this crate knows.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::ESP256 => "ESP256",
            Self::ESP384 => "ESP384",
            Self::ESP512 => "ESP512",
            Self::ES256K => "ES256K",
            Self::EDDSA => "EdDSA",
            Self::ED25519 => "Ed25519",
            Self::ED448 => "Ed448",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::ML_DSA_44 => "ML-DSA-44",
            Self::ML_DSA_65 => "ML-DSA-65",
            Self::ML_DSA_87 => "ML-DSA-87",
            Self::HSS_LMS => "HSS-LMS",
            Self::HMAC_256_64 => "HMAC 256/64",
            Self::HMAC_256 => "HMAC 256/256",
            Self::HMAC_384 => "HMAC 384/384",
            Self::HMAC_512 => "HMAC 512/512",
            Self::AES_MAC_128_64 => "AES-MAC 128/64",
            Self::AES_MAC_256_64 => "AES-MAC 256/64",
            Self::AES_MAC_128_128 => "AES-MAC 128/128",
            Self::AES_MAC_256_128 => "AES-MAC 256/128",
            Self::A128GCM => "A128GCM",
            Self::A192GCM => "A192GCM",
            Self::A256GCM => "A256GCM",
            Self::AES_CCM_16_64_128 => "AES-CCM-16-64-128",
            Self::AES_CCM_16_64_256 => "AES-CCM-16-64-256",
            Self::AES_CCM_64_64_128 => "AES-CCM-64-64-128",
            Self::AES_CCM_64_64_256 => "AES-CCM-64-64-256",
            Self::AES_CCM_16_128_128 => "AES-CCM-16-128-128",
            Self::AES_CCM_16_128_256 => "AES-CCM-16-128-256",
            Self::AES_CCM_64_128_128 => "AES-CCM-64-128-128",
            Self::AES_CCM_64_128_256 => "AES-CCM-64-128-256",
            Self::CHACHA20_POLY1305 => "ChaCha20/Poly1305",
            Self::A128CTR => "A128CTR",
            Self::A192CTR => "A192CTR",
            Self::A256CTR => "A256CTR",
            Self::A128CBC => "A128CBC",
            Self::A192CBC => "A192CBC",
            Self::A256CBC => "A256CBC",
            Self::DIRECT => "direct",
            Self::DIRECT_HKDF_SHA_256 => "direct+HKDF-SHA-256",
            Self::DIRECT_HKDF_SHA_512 => "direct+HKDF-SHA-512",
            Self::DIRECT_HKDF_AES_128 => "direct+HKDF-AES-128",
            Self::DIRECT_HKDF_AES_256 => "direct+HKDF-AES-256",
            Self::A128KW => "A128KW",
            Self::A192KW => "A192KW",
            Self::A256KW => "A256KW",
            Self::ECDH_ES_HKDF_256 => "ECDH-ES + HKDF-256",
            Self::ECDH_ES_HKDF_512 => "ECDH-ES + HKDF-512",
            Self::ECDH_SS_HKDF_256 => "ECDH-SS + HKDF-256",
            Self::ECDH_SS_HKDF_512 => "ECDH-SS + HKDF-512",
            Self::ECDH_ES_A128KW => "ECDH-ES + A128KW",
            Self::ECDH_ES_A192KW => "ECDH-ES + A192KW",
            Self::ECDH_ES_A256KW => "ECDH-ES + A256KW",
            Self::ECDH_SS_A128KW => "ECDH-SS + A128KW",
            Self::ECDH_SS_A192KW => "ECDH-SS + A192KW",
            Self::ECDH_SS_A256KW => "ECDH-SS + A256KW",
            _ => return None,
        })
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "algorithm {}", self.0),
        }
    }
}

/// The sizes of a content encryption algorithm, in bytes (RFC 9053, 4; RFC 9459).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentEncryption {
    /// Of the key.
    pub key_len: usize,
    /// Of the nonce: what a header calls IV.
    pub nonce_len: usize,
    /// Of the tag; 0 for the ciphers of RFC 9459, which authenticate nothing.
    pub tag_len: usize,
}

/// How a recipient comes by the content key (RFC 9052, 8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyManagement {
    /// The shared key is the content key.
    Direct,
    /// It is derived from a shared secret.
    Derive(KdfAlgorithm),
    /// It is wrapped under a key-encryption key.
    Wrap,
    /// It is derived from, or wrapped under, what a key agreement gives.
    Agree {
        /// Whether the sender's key is a static one, or made for this message.
        static_sender: bool,
        /// What derives a key from the shared secret.
        kdf: KdfAlgorithm,
        /// What wraps the content key, unless it is itself what is derived.
        wrap: Option<Algorithm>,
    },
}

/// A key agreement, of the three choices that tell one from another.
const fn agree(static_sender: bool, kdf: KdfAlgorithm, wrap: Option<Algorithm>) -> KeyManagement {
    KeyManagement::Agree { static_sender, kdf, wrap }
}
