//! Numbers from the IANA registries, and what follows from each.
//!
//! COSE algorithms, curves, key types, header and key parameters: RFC 9052, 9053, 9054, 9338, 9360,
//! 9459, 9596, 9597, 9864, 8778 and the IANA "CBOR Object Signing and Encryption (COSE)" registry.

mod algorithm;
mod curve;
mod hash;

pub use algorithm::{Algorithm, ContentEncryption, KeyManagement};
pub use curve::Curve;
pub use hash::HashAlgorithm;

/// CBOR tags of messages (RFC 9052, 2).
pub mod tag {
    /// `COSE_Encrypt0`.
    pub const ENCRYPT0: u64 = 16;
    /// `COSE_Mac0`.
    pub const MAC0: u64 = 17;
    /// `COSE_Sign1`.
    pub const SIGN1: u64 = 18;
    /// `COSE_Countersignature` (RFC 9338, 2), where it stands alone.
    pub const COUNTERSIGNATURE: u64 = 19;
    /// CWT (RFC 8392, 6).
    pub const CWT: u64 = 61;
    /// `COSE_Encrypt`.
    pub const ENCRYPT: u64 = 96;
    /// `COSE_Mac`.
    pub const MAC: u64 = 97;
    /// `COSE_Sign`.
    pub const SIGN: u64 = 98;
}

/// Labels of header parameters.
pub mod header {
    /// Algorithm (RFC 9052, 3.1).
    pub const ALG: i64 = 1;
    /// Parameters that must be understood.
    pub const CRIT: i64 = 2;
    /// Content type of the payload.
    pub const CONTENT_TYPE: i64 = 3;
    /// Key identifier.
    pub const KID: i64 = 4;
    /// Full initialization vector.
    pub const IV: i64 = 5;
    /// Partial initialization vector.
    pub const PARTIAL_IV: i64 = 6;
    /// Countersignatures of RFC 8152, 4.5.
    pub const COUNTERSIGNATURE: i64 = 7;
    /// The abbreviated countersignature of RFC 8152, 4.5.
    pub const COUNTERSIGNATURE0: i64 = 9;
    /// Countersignatures, version 2 (RFC 9338, 3.1).
    pub const COUNTERSIGNATURE_V2: i64 = 11;
    /// The abbreviated countersignature, version 2 (RFC 9338, 3.2).
    pub const COUNTERSIGNATURE0_V2: i64 = 12;
    /// CWT claims (RFC 9597, 2).
    pub const CWT_CLAIMS: i64 = 15;
    /// Type of the whole message (RFC 9596, 2).
    pub const TYP: i64 = 16;
    /// Certificates in no order (RFC 9360, 2).
    pub const X5BAG: i64 = 32;
    /// A chain of certificates, the signer's first (RFC 9360, 2).
    pub const X5CHAIN: i64 = 33;
    /// Hash of the signer's certificate (RFC 9360, 2).
    pub const X5T: i64 = 34;
    /// Where the signer's certificate can be had (RFC 9360, 2).
    pub const X5U: i64 = 35;

    /// The sender's ephemeral key (RFC 9053, 6.3.1).
    pub const EPHEMERAL_KEY: i64 = -1;
    /// The sender's static key (RFC 9053, 6.3.1).
    pub const STATIC_KEY: i64 = -2;
    /// The identifier of the sender's static key (RFC 9053, 6.3.1).
    pub const STATIC_KEY_ID: i64 = -3;
    /// Salt of the key derivation (RFC 9053, 5.1).
    pub const SALT: i64 = -20;
    /// Party U: identity (RFC 9053, 5.2).
    pub const PARTY_U_IDENTITY: i64 = -21;
    /// Party U: nonce.
    pub const PARTY_U_NONCE: i64 = -22;
    /// Party U: other information.
    pub const PARTY_U_OTHER: i64 = -23;
    /// Party V: identity.
    pub const PARTY_V_IDENTITY: i64 = -24;
    /// Party V: nonce.
    pub const PARTY_V_NONCE: i64 = -25;
    /// Party V: other information.
    pub const PARTY_V_OTHER: i64 = -26;
    /// Hash of the sender's certificate (RFC 9360, 3).
    pub const X5T_SENDER: i64 = -27;
    /// Where the sender's certificate can be had (RFC 9360, 3).
    pub const X5U_SENDER: i64 = -28;
    /// The sender's chain of certificates (RFC 9360, 3).
    pub const X5CHAIN_SENDER: i64 = -29;
}

/// Labels of claims (RFC 8392, 3.1 and the IANA "CBOR Web Token (CWT) Claims" registry).
pub mod claim {
    /// `iss`: issuer (RFC 8392, 3.1.1).
    pub const ISS: i64 = 1;
    /// `sub`: subject (RFC 8392, 3.1.2).
    pub const SUB: i64 = 2;
    /// `aud`: audience (RFC 8392, 3.1.3).
    pub const AUD: i64 = 3;
    /// `exp`: expiration time (RFC 8392, 3.1.4).
    pub const EXP: i64 = 4;
    /// `nbf`: not before (RFC 8392, 3.1.5).
    pub const NBF: i64 = 5;
    /// `iat`: issued at (RFC 8392, 3.1.6; RFC 9711, 4.3.1).
    pub const IAT: i64 = 6;
    /// `cti`: identifier of the token (RFC 8392, 3.1.7).
    pub const CTI: i64 = 7;
    /// `cnf`: confirmation (RFC 8747, 3.1).
    pub const CNF: i64 = 8;
}

/// Labels of `COSE_Key` parameters (RFC 9052, 7.1 and RFC 9053, 7).
pub mod key {
    /// Key type.
    pub const KTY: i64 = 1;
    /// Key identifier.
    pub const KID: i64 = 2;
    /// Algorithm that the key is restricted to.
    pub const ALG: i64 = 3;
    /// Operations that the key is restricted to.
    pub const KEY_OPS: i64 = 4;
    /// Base IV.
    pub const BASE_IV: i64 = 5;
    /// Curve (OKP, EC2).
    pub const CRV: i64 = -1;
    /// x-coordinate (EC2), public key (OKP).
    pub const X: i64 = -2;
    /// y-coordinate, or its sign (EC2).
    pub const Y: i64 = -3;
    /// Private key (EC2, OKP).
    pub const D: i64 = -4;
    /// Key value (Symmetric).
    pub const K: i64 = -1;
    /// Modulus (RSA; RFC 8230, 4).
    pub const N: i64 = -1;
    /// Public exponent (RSA).
    pub const E: i64 = -2;
    /// Private exponent (RSA).
    pub const RSA_D: i64 = -3;
    /// Public key (HSS-LMS, RFC 8778, 4; AKP).
    pub const PUB: i64 = -1;
    /// Private key (AKP): for ML-DSA the seed of 32 bytes.
    pub const PRIV: i64 = -2;
}
