//! Tokens that RFC 9711 and the EAR draft print, byte for byte.

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Encoder, check_deterministic};
use hexad_eat::ear::{Aspect, Ear, Tier, TrustClaim};
use hexad_eat::{Claims, DebugStatus, ErrorKind, OemId, Submodule, Token, Ueid, Version, labels};

fn hex(text: &str) -> Vec<u8> {
    let mut digits = text.chars().filter_map(|c| c.to_digit(16));
    std::iter::from_fn(|| u8::try_from(digits.next()? << 4 | digits.next()?).ok()).collect()
}

/// RFC 9711, A.2.1: a full CWT, of which the RFC prints the parts.
const CWT: &str = "
    d83dd28443a10126a0583aa60a4cd79b964ddd5471c1393c88881901005001
    98f50a4ff6c05861c8860d13a638ea19010219fa
    f2190106f5190107031901048263332e3101584
    09b9b2f5e470000f6a20c8a4157b5763fc45be759
    9a5334028517768c21affb845a56ab557e0c8973
    a07417391243a79c478562d285612e292c622162
    ab233787";

/// RFC 9711, A.2.2: the token in the detached EAT bundle, which has a detached submodule.
const WITH_DETACHED_DIGEST: &str = "
    d83dd28443a10126a05866a70a4c351574496125
    4b41a6cf9c02190100500198f50a4ff6c05861c8
    860d13a638ea19010219faf2190106f519010703
    1901048263332e310119010aa163544545822f58
    20ab86f765643aabfd09c84eebe150b7f61bc248
    04cee75e90c5f99cb850fe808f58408469c5f3ac
    750981babe6525ed750f38b4a9ee6656a7e70815
    b34d0b1014e7143cedaf81f8198ef978bcc35581
    c675a1d4116fdfbc1d1d1258612b255f4692a4";

/// RFC 9711, A.2.2: the detached claims-set of the same bundle.
const TEE_CLAIMS: &str = "
    a40a5048df7b172d70b5a18935d0460a73dd7119
    0106f51901070219011081821901025858a60064
    336132340c01016b41636d6520544545204f530d
    65332e312e340282a2181f6b41636d6520544545
    204f53182101a2181f6b41636d6520544545204f
    5318210206a111a118186e61636d655f7465655f
    332e657865";

/// The claims of the attestation hardware block (A.1.3), which the CWT carries.
#[test]
fn basic_cwt() {
    let bytes = hex(CWT);
    let token = Token::parse(&bytes).unwrap();
    let claims = token.unverified_claims().unwrap();
    assert_eq!(claims.eat_nonce.iter().next().unwrap().as_bytes(), hex("d79b964ddd5471c1393c8888"));
    let ueid = hex("0198f50a4ff6c05861c8860d13a638ea");
    assert_eq!(claims.ueid, Some(Ueid::new(&ueid).unwrap()));
    assert_eq!(claims.oemid, Some(OemId::PrivateEnterpriseNumber(64242)));
    assert_eq!(claims.oemboot, Some(true));
    assert_eq!(claims.dbgstat, Some(DebugStatus::DisabledPermanently));
    let version = Version { version: "3.1", scheme: Some(Label::Integer(1)) };
    assert_eq!(claims.hwversion, Some(version));
    // RFC 9711, 4.2.5: "MUST only be present if a hwmodel claim is present".
    let kind = claims.check_presence().unwrap_err().kind();
    assert_eq!(kind, ErrorKind::Requires(labels::HWVERSION, labels::HWMODEL));
    // RFC 9711, 4.2.1.1: a RAND "MUST NOT be smaller than 128 bits"; the example's has 120.
    assert!(Ueid::create(&ueid).is_err());
}

#[test]
fn token_with_a_detached_digest() {
    let bytes = hex(WITH_DETACHED_DIGEST);
    let claims = Token::parse(&bytes).unwrap().unverified_claims().unwrap();
    let tee = claims.submods.get("TEE").unwrap();
    let expected = hex("ab86f765643aabfd09c84eebe150b7f61bc24804cee75e90c5f99cb850fe808f");
    assert_eq!(
        tee.submodule,
        Submodule::DetachedDigest { hash_algorithm: Label::Integer(-16), digest: &expected }
    );
    for length in 0..bytes.len() {
        assert!(Token::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn detached_claims_set() {
    let bytes = hex(TEE_CLAIMS);
    let claims = Claims::parse(&bytes).unwrap();
    assert_eq!(claims.dbgstat, Some(DebugStatus::DisabledSinceBoot));
    let manifest = claims.manifests.iter().next().unwrap();
    assert_eq!(manifest.content_type, 258);
    assert_eq!(manifest.as_coswid().unwrap()[..4], [0xa6, 0x00, 0x64, b'3']);
    // This one is printed in the order of deterministic encoding: written again it is the same.
    check_deterministic(&bytes).unwrap();
    let mut buffer = [0; 256];
    let mut encoder = Encoder::new(&mut buffer);
    claims.encode(&mut encoder).unwrap();
    assert_eq!(encoder.as_bytes(), bytes);
    for length in 0..bytes.len() {
        assert!(Claims::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
}

/// draft-ietf-rats-ear-03, figure "CBOR claims-set: contraindicated appraisal", transcribed from its
/// diagnostic notation in the order in which it is printed.
#[test]
fn contraindicated_appraisal() {
    let mut buffer = [0; 256];
    let mut encoder = Encoder::new(&mut buffer);
    encoder.map(5).unwrap();
    encoder.integer(265).unwrap().text("tag:ietf.org,2026:rats/ear#03").unwrap();
    encoder.integer(6).unwrap().integer(1_666_529_184).unwrap();
    encoder.integer(1004).unwrap().map(2).unwrap();
    encoder.integer(0).unwrap().text("https://veraison-project.org").unwrap();
    encoder.integer(1).unwrap().text("vts 0.0.1").unwrap();
    encoder.integer(1002).unwrap().bytes(&hex("6c696665626f61746d616e")).unwrap();
    encoder.integer(266).unwrap().map(1).unwrap().text("PSA").unwrap().map(3).unwrap();
    encoder.integer(1000).unwrap().integer(96).unwrap();
    encoder.integer(1001).unwrap().raw(&[0xa3, 0, 2, 2, 0x18, 96, 4, 2]).unwrap();
    encoder.integer(1003).unwrap().array(1).unwrap();
    encoder.text("https://veraison.example/policy/1/60a0068d").unwrap();

    let ear = Ear::parse(encoder.as_bytes()).unwrap();
    assert_eq!(ear.iat, 1_666_529_184);
    assert_eq!(ear.verifier_id.developer, "https://veraison-project.org");
    assert_eq!(ear.verifier_id.build, "vts 0.0.1");
    assert_eq!(ear.raw_evidence, Some(&b"lifeboatman"[..]));
    assert_eq!(ear.tier(), Tier::Contraindicated);
    let psa = ear.submods.get("PSA").unwrap();
    let vector = psa.trustworthiness_vector.unwrap();
    assert_eq!(vector.get(Aspect::InstanceIdentity), Some(TrustClaim::TRUSTWORTHY_INSTANCE));
    assert_eq!(vector.get(Aspect::Executables), Some(TrustClaim::CONTRAINDICATED_RUNTIME));
    assert_eq!(vector.get(Aspect::Configuration), None);
    let policies: Vec<_> = psa.appraisal_policy_ids.iter().collect();
    assert_eq!(policies, ["https://veraison.example/policy/1/60a0068d"]);
    for length in 0..encoder.written() {
        assert!(Ear::parse(&encoder.as_bytes()[..length]).is_err(), "{length} bytes");
    }
}

#[cfg(feature = "alloc")]
#[test]
fn lines_name_claims_and_values() {
    let bytes = hex(WITH_DETACHED_DIGEST);
    let lines = hexad_eat::inspect::token_lines(&bytes).unwrap();
    let find = |name: &str| lines.iter().find(|line| line.name == name).unwrap();
    assert_eq!(find("dbgstat").value, "3 (disabled-permanently)");
    assert_eq!(bytes[find("oemboot").offset], 0xf5);
    assert_eq!(find("TEE").depth, 2);
}
