//! What claims and their values are called in JSON, and which form a value has there where it differs
//! from that in CBOR (RFC 9711, 7.2 and 10.2; draft-ietf-rats-ear-03, 3; draft-ietf-rats-ar4si).

use crate::ear::Aspect;
use crate::labels;

/// A name in JSON, the label in CBOR, and the form of the value.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub json: &'static str,
    pub label: i64,
    pub form: Form,
}

/// How a value is written in JSON and in CBOR.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// The same values in both: texts, numbers, booleans, arrays and maps of them.
    Plain,
    /// base64url and a byte string.
    Bytes,
    /// One nonce or several.
    Nonces,
    /// A map of names to byte strings.
    BytesByName,
    /// A Private Enterprise Number, or a byte string.
    OemId,
    /// `[version, ? scheme]`; the RFC's own example has the version alone, in JSON.
    Version,
    /// One of these names, and its number.
    Enumerated(&'static [(&'static str, i64)]),
    /// A map with these members only.
    Members(&'static [Name]),
    /// A URI, or an OID in dotted notation and in BER.
    Profile,
    /// A map of submodules.
    Submodules,
    /// `[+ [content format, body]]`.
    Formatted,
    /// `[+ [system, [+ [identifier, result]]]]`.
    Results,
    /// A claims-set.
    Claims,
    /// `cnf`: a JWK and a `COSE_Key`, or the identifier of one.
    Confirmation,
    /// One text or an array of texts, as it stands.
    Policies,
}

const fn name(json: &'static str, label: i64, form: Form) -> Name {
    Name { json, label, form }
}

const DEBUG_STATUS: &[(&str, i64)] = &[
    ("enabled", 0),
    ("disabled", 1),
    ("disabled-since-boot", 2),
    ("disabled-permanently", 3),
    ("disabled-fully-and-permanently", 4),
];

const INTENDED_USE: &[(&str, i64)] =
    &[("generic", 1), ("registration", 2), ("provisioning", 3), ("csr", 4), ("pop", 5)];

/// The results of a comparison (RFC 9711, 4.2.17).
pub(super) const COMPARISONS: &[(&str, i64)] =
    &[("success", 1), ("fail", 2), ("not-run", 3), ("absent", 4)];

const TIERS: &[(&str, i64)] =
    &[("none", 0), ("affirming", 2), ("warning", 32), ("contraindicated", 96)];

const LOCATION: &[Name] = &[
    name("latitude", 1, Form::Plain),
    name("longitude", 2, Form::Plain),
    name("altitude", 3, Form::Plain),
    name("accuracy", 4, Form::Plain),
    name("altitude-accuracy", 5, Form::Plain),
    name("heading", 6, Form::Plain),
    name("speed", 7, Form::Plain),
    name("timestamp", 8, Form::Plain),
    name("age", 9, Form::Plain),
];

const VECTOR: &[Name] = &[
    name(Aspect::InstanceIdentity.name(), 0, Form::Plain),
    name(Aspect::Configuration.name(), 1, Form::Plain),
    name(Aspect::Executables.name(), 2, Form::Plain),
    name(Aspect::FileSystem.name(), 3, Form::Plain),
    name(Aspect::Hardware.name(), 4, Form::Plain),
    name(Aspect::RuntimeOpaque.name(), 5, Form::Plain),
    name(Aspect::StorageOpaque.name(), 6, Form::Plain),
    name(Aspect::SourcedData.name(), 7, Form::Plain),
];

const VERIFIER_ID: &[Name] = &[name("developer", 0, Form::Plain), name("build", 1, Form::Plain)];

/// The claims whose name or form is not the same in both encodings. `jti` is not among them: it is
/// another claim than `cti`, and has no label.
pub(super) const CLAIMS: &[Name] = &[
    name("iss", labels::ISS, Form::Plain),
    name("sub", labels::SUB, Form::Plain),
    name("aud", labels::AUD, Form::Plain),
    name("exp", labels::EXP, Form::Plain),
    name("nbf", labels::NBF, Form::Plain),
    name("iat", labels::IAT, Form::Plain),
    name("cnf", labels::CNF, Form::Confirmation),
    name("eat_nonce", labels::EAT_NONCE, Form::Nonces),
    name("ueid", labels::UEID, Form::Bytes),
    name("sueids", labels::SUEIDS, Form::BytesByName),
    name("oemid", labels::OEMID, Form::OemId),
    name("hwmodel", labels::HWMODEL, Form::Bytes),
    name("hwversion", labels::HWVERSION, Form::Version),
    name("uptime", labels::UPTIME, Form::Plain),
    name("oemboot", labels::OEMBOOT, Form::Plain),
    name("dbgstat", labels::DBGSTAT, Form::Enumerated(DEBUG_STATUS)),
    name("location", labels::LOCATION, Form::Members(LOCATION)),
    name("eat_profile", labels::EAT_PROFILE, Form::Profile),
    name("submods", labels::SUBMODS, Form::Submodules),
    name("bootcount", labels::BOOTCOUNT, Form::Plain),
    name("bootseed", labels::BOOTSEED, Form::Bytes),
    name("dloas", labels::DLOAS, Form::Plain),
    name("swname", labels::SWNAME, Form::Plain),
    name("swversion", labels::SWVERSION, Form::Version),
    name("manifests", labels::MANIFESTS, Form::Formatted),
    name("measurements", labels::MEASUREMENTS, Form::Formatted),
    name("measres", labels::MEASRES, Form::Results),
    name("intuse", labels::INTUSE, Form::Enumerated(INTENDED_USE)),
    name("ear_status", labels::EAR_STATUS, Form::Enumerated(TIERS)),
    name("ear_trustworthiness_vector", labels::EAR_TRUSTWORTHINESS_VECTOR, Form::Members(VECTOR)),
    name("ear_raw_evidence", labels::EAR_RAW_EVIDENCE, Form::Bytes),
    name("ear_appraisal_policy_ids", labels::EAR_APPRAISAL_POLICY_IDS, Form::Policies),
    name("ear_verifier_id", labels::EAR_VERIFIER_ID, Form::Members(VERIFIER_ID)),
    name("ear_teep_claims", labels::EAR_TEEP_CLAIMS, Form::Claims),
    name("ear_veraison_annotated_evidence", labels::EAR_VERAISON_ANNOTATED_EVIDENCE, Form::Plain),
    name("ear_veraison_policy_claims", labels::EAR_VERAISON_POLICY_CLAIMS, Form::Plain),
    name("ear_veraison_key_attestation", labels::EAR_VERAISON_KEY_ATTESTATION, Form::BytesByName),
];

/// What the claims of attestation results were called before draft-ietf-rats-ear-03.
pub(super) const EARLIER: &[Name] = &[
    name("ear.status", labels::EAR_STATUS, Form::Enumerated(TIERS)),
    name("ear.trustworthiness-vector", labels::EAR_TRUSTWORTHINESS_VECTOR, Form::Members(VECTOR)),
    name("ear.raw-evidence", labels::EAR_RAW_EVIDENCE, Form::Bytes),
    name("ear.appraisal-policy-id", labels::EAR_APPRAISAL_POLICY_IDS, Form::Policies),
    name("ear.verifier-id", labels::EAR_VERIFIER_ID, Form::Members(VERIFIER_ID)),
    name("ear.teep-claims", labels::EAR_TEEP_CLAIMS, Form::Claims),
    name("ear.veraison.annotated-evidence", labels::EAR_VERAISON_ANNOTATED_EVIDENCE, Form::Plain),
    name("ear.veraison.policy-claims", labels::EAR_VERAISON_POLICY_CLAIMS, Form::Plain),
    name("ear.veraison.key-attestation", labels::EAR_VERAISON_KEY_ATTESTATION, Form::BytesByName),
];

/// The claim of this name; both generations of names are read.
pub(super) fn of_json(json: &str) -> Option<&'static Name> {
    CLAIMS.iter().chain(EARLIER).find(|name| name.json == json)
}

/// The claim of this label, by the `earlier` names of attestation results or by today's.
pub(super) fn of_label(label: i64, earlier: bool) -> Option<&'static Name> {
    let renamed = if earlier { EARLIER } else { &[] };
    renamed.iter().chain(CLAIMS).find(|name| name.label == label)
}
