use super::*;

/// The kinds are what scripts compare: the variant's name, without what it carries.
#[test]
fn kinds_are_variant_names_in_kebab_case() {
    let kind = |kind: hexad_suit::ErrorKind| Problem::from(hexad_suit::Error::new(kind, 7)).kind;
    assert_eq!(kind(hexad_suit::ErrorKind::MissingElement(2)), "missing-element");
    let inner = hexad_cose_core::ErrorKind::VerificationFailed;
    assert_eq!(kind(hexad_suit::ErrorKind::Cose(inner)), "verification-failed");
}

/// The line of a refusal names the input, the byte and the reason, in this order.
#[test]
fn a_refusal_says_what_where_and_why() {
    let error = hexad_cose_core::Error::new(hexad_cose_core::ErrorKind::TrailingBytes, 3);
    let failure = Failure::Rejected { what: "a.cbor".to_owned(), problem: error.into() };
    assert_eq!(failure.to_string(), "a.cbor at byte 3: bytes follow the last item");
    assert_eq!(failure.exit_code(), 1);
    assert_eq!(failure.to_json()["error"]["offset"], 3);
}
