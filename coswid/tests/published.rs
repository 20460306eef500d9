//! The CoSWIDs that RFC 9711, appendix A.1, carries inside its tokens, byte for byte. (RFC 9393 itself
//! has no complete example.)

use hexad_coswid::{ConciseSwidTag, ErrorKind, HashAlgorithm, Role, TagId, TagType, VersionScheme};

fn hex(text: &str) -> Vec<u8> {
    let mut digits = text.chars().filter_map(|c| c.to_digit(16));
    std::iter::from_fn(|| u8::try_from(digits.next()? << 4 | digits.next()?).ok()).collect()
}

/// A.1.5, the evidence CoSWID in the measurements claim of the IoT OS.
const IOT_OS: &str = "
    a600663463613234350c17016d41636d6520522d496f542d4f530d65332e312e3402a2181f7241636d652042617365
    2041747465737465721821 0103a11183a318187161636d655f725f696f745f6f732e657865141a0044b34907820158
    2005f6b327c173b4192bd2c3ec248a292215eab456611bf7a783e25c1782479905a318186d7265736f75726365732e72
    7363141a000c38b10782015820c142b9aba4280c4bb8c75f716a43c99526694caabe529571f5569bb7dc542f98a31818
    6a636f6d6d6f6e2e6c6962141a00233d3b0782015820a6a9dcdfb3884da5f884e4e1e8e8629958c2dbc702741443a913
    e34de9333be6";

/// A.1.1, the payload CoSWID in the manifests claim of the TEE.
const TEE: &str = "
    a60064336132340c01016b41636d6520544545204f530d65332e312e340282a2181f6b41636d6520544545204f531821
    01a2181f6b41636d6520544545204f5318210206a111a118186e61636d655f7465655f332e657865";

/// A.1.4, the CoSWID of the key store.
const KEY_STORE: &str = "
    a6006837626233343837660c000169436172626f6e6974650d63312e320e0102a2181f75496e647573747269616c2041
    75746f6d6174696f6e182102";

/// A.1.4, the CoSWID of the high-level OS.
const HLOS: &str = "
    a60068733765 37346b78380c00016844726f6964204f530d6552322e44320e0302a2181f75496e647573747269616c20
    4175746f6d6174696f6e182102";

#[test]
fn evidence_of_an_iot_os() {
    let bytes = hex(IOT_OS);
    let tag = ConciseSwidTag::parse(&bytes).unwrap();
    assert_eq!(tag.tag_id, TagId::Text("4ca245"));
    assert_eq!(tag.tag_version, 23);
    assert_eq!(tag.software_name, "Acme R-IoT-OS");
    assert_eq!(tag.software_version, Some("3.1.4"));
    assert_eq!(tag.tag_type(), TagType::Primary);
    assert_eq!(tag.tag_creator().unwrap().entity_name, "Acme Base Attester");
    assert!(tag.payload().is_none());
    assert!(tag.evidence().is_some());
    let files: Vec<_> = tag.files().collect();
    let names_and_sizes: Vec<_> =
        files.iter().map(|found| (found.file.fs_name, found.file.size)).collect();
    assert_eq!(
        names_and_sizes,
        [
            ("acme_r_iot_os.exe", Some(4_502_345)),
            ("resources.rsc", Some(800_945)),
            ("common.lib", Some(2_309_435)),
        ]
    );
    let hash = files[2].file.hash.unwrap();
    assert_eq!(hash.hash_alg_id, HashAlgorithm::SHA_256);
    let digest = hex("a6a9dcdfb3884da5f884e4e1e8e8629958c2dbc702741443a913e34de9333be6");
    assert_eq!(hash.hash_value, digest);
    assert!(files.iter().all(|found| found.path.names().is_empty()));
}

#[test]
fn payload_of_a_tee() {
    let bytes = hex(TEE);
    let tag = ConciseSwidTag::parse(&bytes).unwrap();
    assert_eq!(tag.software_name, "Acme TEE OS");
    let roles: Vec<_> = tag.entity.iter().flat_map(|entity| entity.role).collect();
    assert_eq!(roles, [Role::TagCreator, Role::SoftwareCreator]);
    let names: Vec<_> = tag.files().map(|found| found.file.fs_name).collect();
    assert_eq!(names, ["acme_tee_3.exe"]);
    assert!(tag.payload().is_some());
}

/// Both lack an entity with the role tag-creator, which RFC 9393, section 2.6, demands: they are
/// readable, and asking for the creator is refused.
#[test]
fn tags_without_a_creator() {
    let cases = [
        (KEY_STORE, "Carbonite", VersionScheme::Multipartnumeric),
        (HLOS, "Droid OS", VersionScheme::Alphanumeric),
    ];
    for (text, name, scheme) in cases {
        let bytes = hex(text);
        let tag = ConciseSwidTag::parse(&bytes).unwrap();
        assert_eq!(tag.software_name, name);
        assert_eq!(tag.version_scheme, Some(scheme));
        assert_eq!(tag.tag_creator().unwrap_err().kind(), ErrorKind::MissingTagCreator);
        let refused = tag.encode(&mut [0; 256]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::MissingTagCreator);
    }
}

/// Written again, a published tag is smaller only by its order: the same members, sorted, and tagged.
#[test]
fn written_again_it_is_the_same_tag() {
    for text in [IOT_OS, TEE] {
        let bytes = hex(text);
        let tag = ConciseSwidTag::parse(&bytes).unwrap();
        let mut buffer = [0; 512];
        let encoded = tag.encode(&mut buffer).unwrap();
        assert_eq!(encoded.len(), bytes.len() + 5);
        hexad_cose_core::cbor::check_deterministic(encoded).unwrap();
        assert_eq!(ConciseSwidTag::parse(encoded).unwrap(), tag);
    }
}

#[test]
fn every_truncation_is_refused() {
    for text in [IOT_OS, TEE, KEY_STORE, HLOS] {
        let bytes = hex(text);
        for length in 0..bytes.len() {
            assert!(ConciseSwidTag::parse(&bytes[..length]).is_err(), "{length} bytes");
        }
    }
}

#[cfg(feature = "alloc")]
#[test]
fn lines_name_labels_and_values() {
    let bytes = hex(TEE);
    let lines = hexad_coswid::inspect::lines(&bytes).unwrap();
    let find = |name: &str| lines.iter().find(|line| line.name == name).unwrap();
    assert_eq!(find("software-name").value, "\"Acme TEE OS\"");
    assert_eq!(find("role").value, "1 (tag-creator)");
    assert_eq!(find("fs-name").depth, 3);
    let offset = find("fs-name").offset;
    assert_eq!(bytes[offset], 0x6e);
}
