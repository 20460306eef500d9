//! What is written parses back equal, no truncation passes, and no input panics.

use hexad_coswid::{
    ConciseSwidTag, Directory, Entity, Evidence, File, HashAlgorithm, HashEntry, Label, Link,
    Payload, PayloadOrEvidence, Process, Rel, Resource, ResourceCollection, Role, TagId,
    VersionScheme,
};
use proptest::prelude::*;

/// A file, owned.
#[derive(Clone, Debug)]
struct OwnedFile {
    name: String,
    size: Option<u64>,
    hash: Option<Vec<u8>>,
    key: Option<bool>,
}

impl OwnedFile {
    fn view(&self) -> File<'_> {
        let mut file = File::new(&self.name);
        file.size = self.size;
        file.key = self.key;
        file.hash = self
            .hash
            .as_deref()
            .map(|hash_value| HashEntry { hash_alg_id: HashAlgorithm::SHA_256, hash_value });
        file
    }
}

fn file() -> impl Strategy<Value = OwnedFile> {
    let name = "[a-z][a-zA-Z0-9._-]{0,20}";
    let hash = proptest::option::of(proptest::collection::vec(any::<u8>(), 32));
    (name, any::<Option<u64>>(), hash, any::<Option<bool>>())
        .prop_map(|(name, size, hash, key)| OwnedFile { name, size, hash, key })
}

fn files() -> impl Strategy<Value = Vec<OwnedFile>> {
    proptest::collection::vec(file(), 0..4)
}

fn scheme(index: Option<i32>) -> Option<VersionScheme<'static>> {
    index.map(|index| Label::Index(index).into())
}

proptest! {
    /// Also: the output is deterministically encoded, and no truncation of it is accepted.
    #[test]
    fn what_is_written_parses_back_equal(
        (name, version, uuid) in (".{0,30}", ".{0,12}", any::<[u8; 16]>()),
        (tag_version, index) in (any::<i64>(), proptest::option::of(1..=65535)),
        (top, inner, deeper) in (files(), files(), files()),
        (is_evidence, date, pid) in (any::<bool>(), any::<Option<i64>>(), any::<i64>()),
    ) {
        let top: Vec<_> = top.iter().map(OwnedFile::view).collect();
        let inner: Vec<_> = inner.iter().map(OwnedFile::view).collect();
        let deeper: Vec<_> = deeper.iter().map(OwnedFile::view).collect();
        let lib = [Directory::new("lib", &deeper)];
        let directories = [Directory::new("usr", &inner).directories(&lib), Directory::new("etc", &[])];
        let mut process = Process::new("app");
        process.pid = Some(pid);
        let processes = [process];
        let others = [Resource::new("port"), Resource::new("registry key")];
        let resources = ResourceCollection {
            directory: (&directories).into(),
            file: top.as_slice().into(),
            process: (&processes).into(),
            resource: (&others).into(),
        };
        let content = if is_evidence {
            let mut evidence = Evidence::new(resources);
            evidence.date = date;
            evidence.device_id = Some(&name);
            PayloadOrEvidence::Evidence(evidence)
        } else {
            PayloadOrEvidence::Payload(Payload::new(resources))
        };
        let roles = [Role::TagCreator, Role::Maintainer, Role::Other(Label::Index(-5))];
        let makers = [Entity::new(&name, &roles), Entity::new("b", &[Role::Licensor])];
        let links = [Link::new(Rel::Requires, "swid:x"), Link::new(Rel::Other(Label::Name("a/b")), "#")];
        let tag = ConciseSwidTag {
            tag_version,
            software_version: Some(&version),
            version_scheme: scheme(index),
            payload_or_evidence: Some(content),
            link: (&links).into(),
            lang: Some("en"),
            ..ConciseSwidTag::new(TagId::Uuid(uuid), &name, &makers)
        };
        let mut buffer = [0; 4096];
        let encoded = tag.encode(&mut buffer).unwrap();
        hexad_cose_core::cbor::check_deterministic(encoded).unwrap();
        let parsed = ConciseSwidTag::parse(encoded).unwrap();
        prop_assert_eq!(parsed, tag);
        let found: Vec<_> = parsed.files().map(|found| found.file).collect();
        let expected: Vec<_> = top.iter().chain(&inner).chain(&deeper).copied().collect();
        prop_assert_eq!(found, expected);
        for length in 0..encoded.len() {
            prop_assert!(ConciseSwidTag::parse(&encoded[..length]).is_err());
        }
    }

    /// Any bytes: an answer, and no panic.
    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(tag) = ConciseSwidTag::parse(&bytes) {
            let _ = tag.files().count();
        }
    }

    /// A valid tag with one byte changed: an answer, and what parses can be gone through.
    #[test]
    fn no_changed_byte_panics(at in 0usize..88, to in any::<u8>()) {
        let files = [File::new("a").size(7).hash(HashEntry::sha_256(&[9; 32]))];
        let directories = [Directory::new("d", &files)];
        let resources = ResourceCollection { directory: (&directories).into(), ..Default::default() };
        let makers = [Entity::new("m", &[Role::TagCreator])];
        let tag = ConciseSwidTag {
            software_version: Some("1"),
            payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::new(resources))),
            ..ConciseSwidTag::new(TagId::Text("t"), "n", &makers)
        };
        let mut buffer = [0; 128];
        let length = tag.encode(&mut buffer).unwrap().len();
        buffer[at % length] = to;
        if let Ok(changed) = ConciseSwidTag::parse(&buffer[..length]) {
            prop_assert!(changed.files().count() <= 1);
        }
    }
}
