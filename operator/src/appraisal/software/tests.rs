use hexad_cose_core::HashAlgorithm;

use super::{Software, identify};
use crate::release::{DigestValue, MeasuredFile, Release};

const SHA_256: i64 = 1;
const SHA_256_32: i64 = 6;

fn file(path: &str, digest: u8) -> MeasuredFile {
    MeasuredFile { path: path.into(), size: Some(4), hash: Some((SHA_256, vec![digest; 32])) }
}

fn release(sequence_number: u64, files: Vec<MeasuredFile>) -> Release {
    Release {
        manifest: DigestValue { algorithm: HashAlgorithm::Sha256, bytes: vec![0; 32] },
        sequence_number,
        tag_id: "example.com/app".into(),
        software_name: "app".into(),
        software_version: None,
        files,
        mud: None,
    }
}

fn releases() -> Vec<Release> {
    vec![
        release(1, vec![file("app", 1), file("boot", 9)]),
        release(2, vec![file("app", 2), file("boot", 9)]),
    ]
}

fn number(software: Software<'_>) -> Option<u64> {
    match software {
        Software::Is(release) => Some(release.sequence_number),
        Software::Unknown { .. } => None,
    }
}

/// Each set of files is that of its release and of no other.
#[test]
fn a_release_is_known_by_its_digests() {
    let releases = releases();
    for release in &releases {
        let measured = release.files.clone();
        assert_eq!(number(identify(&measured, &releases)), Some(release.sequence_number));
    }
}

/// A mixture of two genuine releases is neither; the file that differs from the closest is named.
#[test]
fn a_mixture_is_no_release() {
    let mut releases = releases();
    releases[1].files[1] = file("boot", 8);
    let measured = [file("app", 2), file("boot", 9)];
    let Software::Unknown { closest, file } = identify(&measured, &releases) else {
        panic!("a mixture was taken for a release");
    };
    assert_eq!(closest.map(|release| release.sequence_number), Some(2));
    assert_eq!(file, Some("boot"));
}

/// A file too many, one too few, or none at all: not the release.
#[test]
fn partial_and_larger_sets_are_no_release() {
    let releases = releases();
    for measured in
        [vec![file("app", 2)], vec![file("app", 2), file("boot", 9), file("extra", 5)], vec![]]
    {
        assert_eq!(number(identify(&measured, &releases)), None);
    }
}

/// A digest by a weaker algorithm than the reference's proves nothing, even where its bytes agree.
#[test]
fn another_algorithm_is_no_match() {
    let releases = vec![release(1, vec![file("app", 1)])];
    let mut measured = file("app", 1);
    measured.hash = Some((SHA_256_32, vec![1; 4]));
    assert_eq!(number(identify(&[measured.clone()], &releases)), None);
    measured.hash = None;
    assert_eq!(number(identify(&[measured], &releases)), None);
}

/// A size that contradicts the reference is a difference; one that is not said is not.
#[test]
fn sizes_must_agree() {
    let releases = vec![release(1, vec![file("app", 1)])];
    let mut measured = file("app", 1);
    measured.size = Some(5);
    assert_eq!(number(identify(&[measured.clone()], &releases)), None);
    measured.size = None;
    assert_eq!(number(identify(&[measured], &releases)), Some(1));
}
