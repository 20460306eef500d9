use std::vec::Vec;

use super::*;

fn encode(ear: &Ear<'_>) -> Result<Vec<u8>, ErrorKind> {
    let mut buffer = [0; 256];
    let mut encoder = Encoder::new(&mut buffer);
    ear.encode(&mut encoder).map_err(Error::kind)?;
    Ok(encoder.as_bytes().to_vec())
}

/// AR4SI, 2.3.2: the ranges of the tiers, every value in one.
#[test]
fn tiers_of_values() {
    for value in i8::MIN..=i8::MAX {
        let expected = match value {
            -1..=1 => Tier::None,
            2..=31 | -32..=-2 => Tier::Affirming,
            32..=95 | -96..=-33 => Tier::Warning,
            _ => Tier::Contraindicated,
        };
        assert_eq!(TrustClaim(value).tier(), expected, "{value}");
    }
}

/// EAR, 3 and 3.1: a status is "of no higher trust" than the worst that it sums up.
#[test]
fn status_sums_up() {
    let mut vector = TrustworthinessVector::default();
    vector.set(Aspect::Hardware, TrustClaim::GENUINE_HARDWARE);
    vector.set(Aspect::Executables, TrustClaim::UNSAFE_RUNTIME);
    assert_eq!(vector.tier(), Tier::Warning);
    let with = |status, overall| {
        let appraisals = [Appraisal { status, ..Appraisal::new("a", vector) }];
        encode(&Ear { status: overall, ..Ear::new(0, &appraisals) }).map(drop)
    };
    assert_eq!(with(Tier::Warning, None), Ok(()));
    assert_eq!(with(Tier::Contraindicated, Some(Tier::Contraindicated)), Ok(()));
    assert_eq!(with(Tier::Affirming, None), Err(ErrorKind::Status));
    assert_eq!(with(Tier::None, None), Err(ErrorKind::Status));
    assert_eq!(with(Tier::Warning, Some(Tier::Affirming)), Err(ErrorKind::Status));
    assert_eq!(with(Tier::Contraindicated, Some(Tier::Warning)), Err(ErrorKind::Status));
}

/// The same on the way in: a result that was changed to look better is refused.
#[test]
fn status_is_checked_when_read() {
    let mut vector = TrustworthinessVector::default();
    vector.set(Aspect::Executables, TrustClaim::CONTRAINDICATED_RUNTIME);
    let appraisals = [Appraisal::new("a", vector)];
    let mut bytes = encode(&Ear::new(0, &appraisals)).unwrap();
    // 1000: 96
    let at = bytes.windows(5).position(|window| window == [0x19, 0x03, 0xe8, 0x18, 96]).unwrap();
    bytes[at + 4] = 32;
    assert_eq!(Ear::parse(&bytes).unwrap_err().kind(), ErrorKind::Status);
    bytes[at + 4] = 33;
    assert_eq!(Ear::parse(&bytes).unwrap_err().kind(), ErrorKind::Claim(labels::EAR_STATUS));
}

/// What is mandatory: eat_profile (of this revision), iat, ear_verifier_id, submods.
#[test]
fn mandatory_claims() {
    assert_eq!(encode(&Ear::new(0, &[])), Err(ErrorKind::Missing(labels::SUBMODS)));
    let appraisals = [Appraisal::new("a", TrustworthinessVector::default())];
    let bytes = encode(&Ear::new(0, &appraisals)).unwrap();
    assert!(Ear::parse(&bytes).is_ok());
    let revision = bytes.windows(3).position(|window| window == b"#03").unwrap();
    let mut older = bytes.clone();
    older[revision + 2] = b'2';
    assert_eq!(Ear::parse(&older).unwrap_err().kind(), ErrorKind::Profile);
    // {6: 0} and {6: 0, 265: …}: one after the other is missed.
    let kind = |bytes: &[u8]| Ear::parse(bytes).unwrap_err().kind();
    assert_eq!(kind(&[0xa1, 0x06, 0x00]), ErrorKind::Missing(labels::EAT_PROFILE));
    assert_eq!(kind(&[0xa1, 0x06, 0xf9, 0, 0]), ErrorKind::FloatingPoint(labels::IAT));
    assert_eq!(kind(&[0xa1, 0x04, 0xf9, 0, 0]), ErrorKind::FloatingPoint(labels::EXP));
}

/// AR4SI, 2.3.2: values of 8 bits, for the eight aspects; an empty vector is not written.
#[test]
fn vectors() {
    let read =
        |bytes: &[u8]| TrustworthinessVector::read(&mut Cursor::new(bytes)).map_err(Error::kind);
    let claim = Err(ErrorKind::Claim(labels::EAR_TRUSTWORTHINESS_VECTOR));
    assert_eq!(read(&[0xa0]), claim);
    assert_eq!(read(&[0xa1, 0x08, 0x02]), claim);
    assert_eq!(read(&[0xa1, 0x20, 0x02]), claim);
    assert_eq!(read(&[0xa1, 0x00, 0x18, 0x80]), claim);
    let vector = read(&[0xa1, 0x07, 0x38, 0x7f]).unwrap();
    assert_eq!(vector.get(Aspect::SourcedData), Some(TrustClaim(-128)));
    assert_eq!(Appraisal::new("a", TrustworthinessVector::default()).trustworthiness_vector, None);
}

/// A result is not accepted at or after `exp`.
#[test]
fn expiry() {
    let appraisals = [Appraisal::new("a", TrustworthinessVector::default())];
    let ear = Ear { exp: Some(200), ..Ear::new(100, &appraisals) };
    let kind = |now| ear.check_validity(Clock { now, leeway: 0 }).err().map(Error::kind);
    assert_eq!(kind(99), Some(ErrorKind::NotYetValid));
    assert_eq!(kind(199), None);
    assert_eq!(kind(200), Some(ErrorKind::Expired));
}
