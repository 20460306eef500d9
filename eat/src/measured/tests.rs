use std::vec::Vec;

use super::*;
use crate::{Body, Claims, Formatted};

fn hex(text: &str) -> Vec<u8> {
    let mut digits = text.chars().filter_map(|c| c.to_digit(16));
    core::iter::from_fn(|| u8::try_from(digits.next()? << 4 | digits.next()?).ok()).collect()
}

fn encoded(component: &MeasuredComponent<'_>) -> Result<Vec<u8>, Error> {
    let mut buffer = [0; 512];
    let mut encoder = Encoder::new(&mut buffer);
    component.encode(&mut encoder)?;
    Ok(encoder.as_bytes().to_vec())
}

fn kind(encoded: &[u8]) -> Option<ErrorKind> {
    MeasuredComponent::parse(encoded).err().map(Error::kind)
}

/// The draft's example of a component with all its members, which its text prints in diagnostic notation.
#[test]
fn the_complete_example() {
    let digest = hex("3996003d486fb91ffb056f7d03f2b2992b215b31dbe7af4b373431fc7d319da3");
    let authorities = [
        hex("492e9b676c21f6012b1ceeb9032feb4141a880797355f6675015ec59c51ca1ec"),
        hex("4277bb97ba7b51577a0d38151d3e08b40bdf946753f5b5bdeb814d6ff57a8a5e"),
    ];
    let bytes = [
        b"\xa4\x01\x82\x6dboot loader X\x82\x681.2.3rc2\x19\x40\x00\x02\x82\x67sha-256\x58\x20",
        &digest[..],
        b"\x03\x82\x58\x20",
        &authorities[0],
        b"\x58\x20",
        &authorities[1],
        b"\x04\x48\x00\x00\x00\x00\x00\x00\x01\x01",
    ]
    .concat();
    let component = MeasuredComponent::parse(&bytes).unwrap();
    let version = Version { version: "1.2.3rc2", scheme: Some(Label::Integer(16384)) };
    let both = [&authorities[0][..], &authorities[1][..]];
    let expected = MeasuredComponent {
        version: Some(version),
        authorities: (&both).into(),
        flags: Some(&[0, 0, 0, 0, 0, 0, 1, 1]),
        ..MeasuredComponent::new(
            "boot loader X",
            Measurement::Digest { algorithm: Label::Text("sha-256"), value: &digest },
        )
    };
    assert_eq!(component, expected);
    assert!(component.needs_profile());
    assert_eq!(encoded(&expected).unwrap(), bytes);
}

/// The draft's examples of a component that is known by its path, and of one that is not digested.
#[test]
fn the_short_examples() {
    let raw = b"\xa2\x01\x81\x6fhardware-config\x05\x45Omaha";
    let component = MeasuredComponent::parse(raw).unwrap();
    assert_eq!(component, MeasuredComponent::new("hardware-config", Measurement::Raw(b"Omaha")));
    assert!(!component.needs_profile());
    assert_eq!(encoded(&component).unwrap(), raw);

    let digest = hex(
        "66ec2fb4e02d8c8b3eee320e750d9389d66c52c51db11cc69cc5e410816283ed60ba573795f5fcc85e513af57b3f6def",
    );
    let path = [
        b"\xa3\x01\x81\x70/boot/loader.bin\x02\x82\x67sha-384\x58\x30",
        &digest[..],
        b"\x04\x48\x00\x00\x00\x00\x00\x00\x01\x01",
    ]
    .concat();
    let component = MeasuredComponent::parse(&path).unwrap();
    assert_eq!(component.name, "/boot/loader.bin");
    assert_eq!(encoded(&component).unwrap(), path);
}

/// The CDDL: one name, one measurement, a digest as long as its algorithm says, eight bytes of flags, and
/// nothing else.
#[test]
fn what_breaks_the_cddl() {
    let (wrong, missing) = (Some(WRONG), Some(ErrorKind::Missing(labels::MEASUREMENTS)));
    assert_eq!(kind(b"\xa2\x01\x81\x61a\x05\x41x"), None);
    assert_eq!(kind(b"\xa1\x01\x81\x61a"), missing);
    assert_eq!(kind(b"\xa1\x05\x41x"), missing);
    assert_eq!(kind(b"\xa2\x01\x80\x05\x41x"), Some(ErrorKind::Cose(Cose::Length)));
    assert_eq!(kind(b"\xa3\x01\x81\x61a\x02\x82\x18\x2a\x41x\x05\x41x"), wrong);
    assert_eq!(kind(b"\xa2\x01\x81\x61a\x02\x82\x01\x41x"), wrong);
    assert_eq!(kind(b"\xa2\x01\x81\x61a\x02\x82\x18\x2a\x40"), wrong);
    assert_eq!(kind(b"\xa3\x01\x81\x61a\x04\x41x\x05\x41x"), wrong);
    assert_eq!(kind(b"\xa3\x01\x81\x61a\x05\x41x\x06\x41x"), wrong);
    assert_eq!(
        kind(b"\xa3\x01\x81\x61a\x05\x41x\x05\x41x"),
        Some(ErrorKind::Cose(Cose::DuplicateKey))
    );
    let short = Measurement::Digest { algorithm: Label::Integer(7), value: &[0; 32] };
    let refused = encoded(&MeasuredComponent::new("a", short));
    assert_eq!(refused.map_err(Error::kind), Err(WRONG));
}

/// In `measurements` it stands under the content format that a profile agrees on, beside other formats: a
/// SUIT report, and an item of a format that is no string (RFC 9711, 4.2.16).
#[test]
fn in_a_claims_set() {
    let component = b"\xa2\x01\x81\x61a\x05\x41x";
    let measurements = [
        Formatted { content_type: 65_000, body: Body::Bytes(component) },
        Formatted { content_type: 65_001, body: Body::Text("{}") },
        Formatted { content_type: 65_002, body: Body::Item(&[0xa1, 0x01, 0x61, b'u']) },
    ];
    let claims = Claims { measurements: (&measurements).into(), ..Claims::default() };
    let mut buffer = [0; 64];
    let mut encoder = Encoder::new(&mut buffer);
    claims.encode(&mut encoder).unwrap();
    let again = Claims::parse(encoder.as_bytes()).unwrap();
    assert_eq!(again, claims);
    let first = again.measurements.iter().next().unwrap();
    assert_eq!(first.body, Body::Bytes(component));

    let broken = [Formatted { content_type: 65_002, body: Body::Item(&[0xa1, 0x01]) }];
    let claims = Claims { measurements: (&broken).into(), ..Claims::default() };
    let mut encoder = Encoder::new(&mut buffer);
    let refused = claims.encode(&mut encoder).unwrap_err().kind();
    assert_eq!(refused, ErrorKind::Cose(Cose::UnexpectedEnd));
}
