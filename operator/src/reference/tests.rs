use hexad_cose_core::HashAlgorithm;
use hexad_coswid::VersionScheme;

use super::{References, Software};
use crate::environment::Environment;
use crate::evidence::MeasuredSoftware;
use crate::release::{DigestValue, MeasuredFile, Release, Source};

const SHA_256: i64 = 1;
const SHA_256_32: i64 = 6;
const SHA_384: i64 = 7;

fn file(path: &str, digest: u8) -> MeasuredFile {
    MeasuredFile {
        path: path.into(),
        size: Some(4),
        hashes: vec![(SHA_256, vec![digest; 32])],
        version: None,
    }
}

fn release(sequence_number: u64, files: Vec<MeasuredFile>) -> Release {
    Release {
        source: Source::Manifest,
        manifest: None,
        sequence_number: Some(sequence_number),
        tag_id: format!("example.com/app-{sequence_number}"),
        software_name: "app".into(),
        software_version: None,
        version_scheme: None,
        files,
        environments: Vec::new(),
        mud: None,
    }
}

fn releases() -> Vec<Release> {
    vec![
        release(1, vec![file("app", 1), file("boot", 9)]),
        release(2, vec![file("app", 2), file("boot", 9)]),
    ]
}

fn measured(files: &[MeasuredFile]) -> MeasuredSoftware {
    MeasuredSoftware { files: files.to_vec(), ..MeasuredSoftware::default() }
}

/// The sequence numbers of what the files are, and of the newest.
fn number(files: &[MeasuredFile], references: &References) -> Option<(u64, u64)> {
    match references.identify(&measured(files), &Environment::default()) {
        Software::Is { release, newest } => {
            Some((release.sequence_number.unwrap(), newest.sequence_number.unwrap()))
        }
        Software::Unknown { .. } => None,
    }
}

/// Each set of files is that of its release and of no other.
#[test]
fn a_release_is_known_by_its_digests() {
    let references = References::new(releases());
    for (release, own) in references.releases().iter().zip([1, 2]) {
        assert_eq!(number(&release.files, &references), Some((own, 2)));
    }
}

/// A mixture of two genuine releases is neither; the file that differs from what the device says it runs is named.
#[test]
fn a_mixture_is_no_release() {
    let mut releases = releases();
    releases[1].files[1] = file("boot", 8);
    let references = References::new(releases);
    let mut mixture = measured(&[file("app", 2), file("boot", 9)]);
    mixture.tag_id = "example.com/app-2".into();
    let found = references.identify(&mixture, &Environment::default());
    let Software::Unknown { closest, file } = found else {
        panic!("a mixture was taken for a release");
    };
    assert_eq!(closest.map(|release| release.sequence_number), Some(Some(2)));
    assert_eq!(file, Some("boot"));
}

/// Of two releases with the same files, it is the one whose manifest the device names.
#[test]
fn releases_with_the_same_files_are_told_by_their_manifests() {
    let manifest = |number: u8| {
        Some(DigestValue { algorithm: HashAlgorithm::Sha256, bytes: vec![number; 32] })
    };
    let same = |number: u8| Release {
        manifest: manifest(number),
        tag_id: "example.com/app".into(),
        ..release(number.into(), vec![file("app", 1)])
    };
    let references = References::new(vec![same(1), same(2)]);
    for number in [1, 2] {
        let named = MeasuredSoftware {
            tag_id: "example.com/app".into(),
            manifest: manifest(number),
            ..measured(&[file("app", 1)])
        };
        let found = references.identify(&named, &Environment::default());
        let Software::Is { release, newest } = found else { panic!("{found:?}") };
        let numbers = (release.sequence_number, newest.sequence_number);
        assert_eq!(numbers, (Some(number.into()), Some(2)));
    }
}

/// A file too many, one too few, or none at all: not the release.
#[test]
fn partial_and_larger_sets_are_no_release() {
    let references = References::new(releases());
    let extra = [file("app", 2), file("boot", 9), file("extra", 5)];
    let repeated = [file("app", 2), file("app", 2), file("boot", 9)];
    for files in [&[file("app", 2)][..], &extra, &repeated, &[]] {
        assert_eq!(number(files, &references), None);
    }
}

/// A digest by a weaker algorithm than the reference's proves nothing, even where its bytes agree; nor does one of two
/// algorithms that both sides have, if the other differs.
#[test]
fn a_weaker_algorithm_is_no_match() {
    let references = References::new(vec![release(1, vec![file("app", 1)])]);
    let with = |hashes: &[(i64, Vec<u8>)], references: &References| {
        number(&[MeasuredFile { hashes: hashes.to_vec(), ..file("app", 1) }], references)
    };
    assert_eq!(with(&[(SHA_256_32, vec![1; 4])], &references), None);
    assert_eq!(with(&[(SHA_256_32, vec![1; 32])], &references), None);
    assert_eq!(with(&[], &references), None);

    let both = [(SHA_256, vec![1; 32]), (SHA_384, vec![2; 48])];
    let reference = MeasuredFile { hashes: both.to_vec(), ..file("app", 1) };
    let references = References::new(vec![release(1, vec![reference.clone()])]);
    assert!(with(&both, &references).is_some());
    assert!(with(&both[..1], &references).is_some());
    assert!(with(&both[1..], &references).is_some());
    assert_eq!(with(&[both[0].clone(), (SHA_384, vec![3; 48])], &references), None);
    assert_eq!(with(&[(SHA_256_32, vec![1; 4]), (8, vec![2; 64])], &references), None);
    // Nor is one taken as a reference that is so short that another content can be made for it.
    assert!(reference.is_reference());
    for hashes in [vec![], vec![(SHA_256_32, vec![1; 4])], vec![(0, vec![1; 32])]] {
        assert!(!MeasuredFile { hashes, ..file("app", 1) }.is_reference());
    }
}

/// A size that contradicts the reference is a difference; one that is not said is not. A version must be said.
#[test]
fn sizes_and_versions_must_agree() {
    let mut reference = file("app", 1);
    let references = References::new(vec![release(1, vec![reference.clone()])]);
    let with = |size, version: Option<&str>, references: &References| {
        let version = version.map(str::to_owned);
        number(&[MeasuredFile { size, version, ..file("app", 1) }], references).is_some()
    };
    assert!(!with(Some(5), None, &references));
    assert!(with(None, Some("1"), &references));
    reference.version = Some("1".into());
    let references = References::new(vec![release(1, vec![reference])]);
    assert!(with(None, Some("1"), &references));
    assert!(!with(None, Some("2"), &references));
    assert!(!with(None, None, &references));
}

/// The newest is that of the same software; by versions where there is no sequence number, and where versions can't
/// be ordered, each is the newest.
#[test]
fn the_newest_is_of_the_same_software() {
    let app = |digest, version: &str, scheme| Release {
        sequence_number: None,
        software_version: Some(version.into()),
        version_scheme: scheme,
        tag_id: format!("{digest}"),
        ..release(1, vec![file("app", digest)])
    };
    let semver = Some(VersionScheme::Semver);
    let mut other = release(9, vec![file("app", 7)]);
    other.software_name = "other".into();
    let references = References::new(vec![
        app(1, "1.10.0", semver),
        app(2, "1.9.0", semver),
        app(3, "2.0.0", None),
        other,
    ]);
    let newest = |digest| {
        let measured = measured(&[file("app", digest)]);
        match references.identify(&measured, &Environment::default()) {
            Software::Is { newest, .. } => newest.tag_id.clone(),
            Software::Unknown { .. } => panic!("{digest} is unknown"),
        }
    };
    assert_eq!([1, 2, 3, 7].map(newest), ["1", "1", "3", "example.com/app-9"]);
}

/// Reference values for a kind of device are not those of another one.
#[test]
fn references_are_for_their_environment() {
    let environment = |model: &str| Environment {
        class_id: Some(vec![1, 2]),
        model: Some(model.into()),
        ..Environment::default()
    };
    let lamp =
        Release { environments: vec![environment("lamp")], ..release(1, vec![file("app", 1)]) };
    let references = References::new(vec![lamp]);
    let measured = measured(&[file("app", 1)]);
    let is = |environment: &Environment| {
        matches!(references.identify(&measured, environment), Software::Is { .. })
    };
    assert!(is(&Environment { layer: Some(1), ..environment("lamp") }));
    assert!(!is(&environment("fan")));
    assert!(!is(&Environment { class_id: None, ..environment("lamp") }));
    assert!(!is(&Environment::default()));
}
