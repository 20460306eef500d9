//! Certificates and their paths to trust anchors (RFC 5280, RFC 9360): our own, OpenSSL's, and those of
//! the published COSE examples.

mod issued;
mod openssl;
mod published;

use std::process::{Command, ExitCode};

use hexad_cose_core::x509::{Certificate, Error, ErrorKind, Place, Validation};
use hexad_rustcrypto::RustCrypto;
use hexad_vectors::{Missing, OnVectors, on, trial};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let issued: [(&str, fn()); 6] = [
        ("every_curve_issues_and_is_verified", issued::every_curve),
        ("every_truncation_and_every_trailing_byte_is_refused", issued::truncated),
        ("every_changed_byte_is_refused", issued::changed),
        ("an_extension_stands_once", issued::extension_twice),
        ("the_search_is_bounded", issued::bounded),
        ("only_what_can_be_issued_is", issued::invalid_templates),
    ];
    let openssl: [(&'static str, openssl::Test); 13] = [
        ("a_path_is_found_in_any_order", openssl::any_order),
        ("an_anchor_of_the_same_name_is_another", openssl::impostor),
        ("every_certificate_is_valid_at_the_time", openssl::time),
        ("only_authorities_issue", openssl::authorities),
        ("a_path_is_not_longer_than_allowed", openssl::path_length),
        ("self_issued_certificates_do_not_lengthen_a_path", openssl::self_issued),
        ("rsa_issues_and_is_issued", openssl::rsa),
        ("keys_are_used_as_they_may", openssl::key_usage),
        ("keys_are_used_for_their_purpose", openssl::purpose),
        ("critical_extensions_are_understood_or_refused", openssl::critical),
        ("dead_ends_are_left_again", openssl::dead_ends),
        ("circles_end", openssl::circle),
        ("a_certificate_may_be_its_own_anchor", openssl::own_anchor),
    ];
    let published: [(&str, OnVectors); 3] = [
        ("published_parameters_are_read", published::parameters),
        ("published_parameters_are_found_in_headers", published::accessors),
        ("published_certificates_lead_to_their_authority", published::path),
    ];
    let command = Command::new("openssl").arg("version").output();
    let command = command.map(drop).map_err(|error| Missing::new("openssl", error));

    let issued = issued.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    let openssl = openssl.map(|(name, test)| {
        trial(name, command.clone(), move |()| {
            openssl::Folder::new(name).and_then(|folder| test(&folder)).map_err(Failed::from)
        })
    });
    let published = published.map(|(name, test)| on(name, "cose/x509-examples", test));
    let trials = issued.into_iter().chain(openssl).chain(published).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn parse(der: &[u8]) -> Certificate<'_> {
    Certificate::parse(der).expect("a certificate")
}

fn parse_all<B: AsRef<[u8]>>(all: &[B]) -> Vec<Certificate<'_>> {
    all.iter().map(|der| parse(der.as_ref())).collect()
}

/// How many certificates are between, or what is wrong with which one.
type Outcome = Result<usize, (ErrorKind, Place)>;

fn path<B: AsRef<[u8]>>(validation: Validation, leaf: &[u8], bag: &[B], anchors: &[B]) -> Outcome {
    let (leaf, bag, anchors) = (parse(leaf), parse_all(bag), parse_all(anchors));
    let path = validation.path(&leaf, &bag, &anchors, &mut RustCrypto);
    let refused = |error: Error| (error.kind(), error.place());
    path.map(|path| path.intermediates().len()).map_err(refused)
}
