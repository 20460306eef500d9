//! The claim keys of the "CBOR Web Token (CWT) Claims" registry that this crate knows.

pub use hexad_cose_core::iana::claim::{AUD, CNF, CTI, EXP, IAT, ISS, NBF, SUB};

/// `eat_nonce` (RFC 9711, 4.1)
pub const EAT_NONCE: i64 = 10;
/// `ueid` (RFC 9711, 4.2.1)
pub const UEID: i64 = 256;
/// `sueids` (RFC 9711, 4.2.2)
pub const SUEIDS: i64 = 257;
/// `oemid` (RFC 9711, 4.2.3)
pub const OEMID: i64 = 258;
/// `hwmodel` (RFC 9711, 4.2.4)
pub const HWMODEL: i64 = 259;
/// `hwversion` (RFC 9711, 4.2.5)
pub const HWVERSION: i64 = 260;
/// `uptime` (RFC 9711, 4.2.11)
pub const UPTIME: i64 = 261;
/// `oemboot` (RFC 9711, 4.2.8)
pub const OEMBOOT: i64 = 262;
/// `dbgstat` (RFC 9711, 4.2.9)
pub const DBGSTAT: i64 = 263;
/// `location` (RFC 9711, 4.2.10)
pub const LOCATION: i64 = 264;
/// `eat_profile` (RFC 9711, 4.3.2)
pub const EAT_PROFILE: i64 = 265;
/// `submods` (RFC 9711, 4.2.18)
pub const SUBMODS: i64 = 266;
/// `bootcount` (RFC 9711, 4.2.12)
pub const BOOTCOUNT: i64 = 267;
/// `bootseed` (RFC 9711, 4.2.13)
pub const BOOTSEED: i64 = 268;
/// `dloas` (RFC 9711, 4.2.14)
pub const DLOAS: i64 = 269;
/// `swname` (RFC 9711, 4.2.6)
pub const SWNAME: i64 = 270;
/// `swversion` (RFC 9711, 4.2.7)
pub const SWVERSION: i64 = 271;
/// `manifests` (RFC 9711, 4.2.15)
pub const MANIFESTS: i64 = 272;
/// `measurements` (RFC 9711, 4.2.16)
pub const MEASUREMENTS: i64 = 273;
/// `measres` (RFC 9711, 4.2.17)
pub const MEASRES: i64 = 274;
/// `intuse` (RFC 9711, 4.3.3)
pub const INTUSE: i64 = 275;
/// `ear_status` (draft-ietf-rats-ear-03, 3)
pub const EAR_STATUS: i64 = 1000;
/// `ear_trustworthiness_vector` (draft-ietf-rats-ear-03, 3.1)
pub const EAR_TRUSTWORTHINESS_VECTOR: i64 = 1001;
/// `ear_raw_evidence` (draft-ietf-rats-ear-03, 3)
pub const EAR_RAW_EVIDENCE: i64 = 1002;
/// `ear_appraisal_policy_ids` (draft-ietf-rats-ear-03, 3.1)
pub const EAR_APPRAISAL_POLICY_IDS: i64 = 1003;
/// `ear_verifier_id` (draft-ietf-rats-ear-03, 3)
pub const EAR_VERIFIER_ID: i64 = 1004;
/// `ear_teep_claims` (draft-ietf-rats-ear-03, 5.1)
pub const EAR_TEEP_CLAIMS: i64 = 65000;
/// `ear_veraison_annotated_evidence` (draft-ietf-rats-ear-03, 5.2)
pub const EAR_VERAISON_ANNOTATED_EVIDENCE: i64 = -70000;
/// `ear_veraison_policy_claims` (draft-ietf-rats-ear-03, 5.2)
pub const EAR_VERAISON_POLICY_CLAIMS: i64 = -70001;
/// `ear_veraison_key_attestation` (draft-ietf-rats-ear-03, 5.2)
pub const EAR_VERAISON_KEY_ATTESTATION: i64 = -70002;

/// The claim's name in the registry.
#[must_use]
pub const fn name(label: i64) -> Option<&'static str> {
    Some(match label {
        ISS => "iss",
        SUB => "sub",
        AUD => "aud",
        EXP => "exp",
        NBF => "nbf",
        IAT => "iat",
        CTI => "cti",
        CNF => "cnf",
        EAT_NONCE => "eat_nonce",
        UEID => "ueid",
        SUEIDS => "sueids",
        OEMID => "oemid",
        HWMODEL => "hwmodel",
        HWVERSION => "hwversion",
        UPTIME => "uptime",
        OEMBOOT => "oemboot",
        DBGSTAT => "dbgstat",
        LOCATION => "location",
        EAT_PROFILE => "eat_profile",
        SUBMODS => "submods",
        BOOTCOUNT => "bootcount",
        BOOTSEED => "bootseed",
        DLOAS => "dloas",
        SWNAME => "swname",
        SWVERSION => "swversion",
        MANIFESTS => "manifests",
        MEASUREMENTS => "measurements",
        MEASRES => "measres",
        INTUSE => "intuse",
        EAR_STATUS => "ear_status",
        EAR_TRUSTWORTHINESS_VECTOR => "ear_trustworthiness_vector",
        EAR_RAW_EVIDENCE => "ear_raw_evidence",
        EAR_APPRAISAL_POLICY_IDS => "ear_appraisal_policy_ids",
        EAR_VERIFIER_ID => "ear_verifier_id",
        EAR_TEEP_CLAIMS => "ear_teep_claims",
        EAR_VERAISON_ANNOTATED_EVIDENCE => "ear_veraison_annotated_evidence",
        EAR_VERAISON_POLICY_CLAIMS => "ear_veraison_policy_claims",
        EAR_VERAISON_KEY_ATTESTATION => "ear_veraison_key_attestation",
        _ => return None,
    })
}
