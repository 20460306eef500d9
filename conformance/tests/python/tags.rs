//! Software identification tags exchanged with `uswid`, in CBOR and in XML.

use hexad_coswid::convert::{Measured, Tree, create, from_swid, from_uswid, to_swid};
use hexad_coswid::{ConciseSwidTag, Entity, HashAlgorithm, Role, TagId};
use serde_json::{Value, json};

use crate::peer::Peer;

/// A test, and what it is called.
type Test = (&'static str, fn(&Peer) -> Result<(), String>);

pub const ALL: [Test; 4] = [
    ("coswid of ours", |peer| read_by_them(peer, "coswid")),
    ("coswid of theirs", |peer| read_by_us(peer, "coswid")),
    ("swid of ours", |peer| read_by_them(peer, "swid")),
    ("swid of theirs", |peer| read_by_us(peer, "swid")),
];

const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// What a tag says, as the peer names it.
fn fields() -> Value {
    json!({
        "tag_id": "cf9ecfd4-938b-41c5-8551-1f883ab7dc00", "tag_version": 7, "software_name": "app",
        "software_version": "1.4.0", "creator": "Example & Co", "file": ["app.bin", 3, DIGEST],
    })
}

/// A tag of ours that says so.
fn ours() -> Result<Vec<u8>, String> {
    let hash = hexad_conformance::vectors::hex(DIGEST).map(|hash| (HashAlgorithm::SHA_256, hash));
    let mut tree = Tree::default();
    // uswid looks for files of SWID in XML inside of directories.
    tree.insert("bin/app.bin", Measured { size: Some(3), hash }).map_err(|why| why.to_string())?;
    let makers = [Entity::new("Example & Co", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        tag_version: 7,
        software_version: Some("1.4.0"),
        ..ConciseSwidTag::new(
            TagId::from_text("cf9ecfd4-938b-41c5-8551-1f883ab7dc00"),
            "app",
            &makers,
        )
    };
    create(&tag, &tree).map_err(|why| why.to_string())
}

fn read_by_them(peer: &Peer, kind: &str) -> Result<(), String> {
    let mut tag = ours()?;
    if kind == "swid" {
        let read = ConciseSwidTag::parse(&tag).map_err(|why| why.to_string())?;
        tag = to_swid(&read).0.into_bytes();
    }
    let message: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    let request = json!({"library": "uswid", "do": "read", "kind": kind, "message": message});
    let found: Value =
        serde_json::from_slice(&peer.bytes(&request, "payload")?).map_err(|why| why.to_string())?;
    if found == fields() { Ok(()) } else { Err(format!("they read {found}")) }
}

fn read_by_us(peer: &Peer, kind: &str) -> Result<(), String> {
    let mut request = fields();
    request["library"] = json!("uswid");
    request["do"] = json!("make");
    request["kind"] = json!(kind);
    let made = peer.bytes(&request, "message")?;
    let converted = if kind == "swid" {
        let xml = String::from_utf8(made).map_err(|why| why.to_string())?;
        from_swid(&xml).map_err(|why| why.to_string())?
    } else {
        from_uswid(&made).map_err(|why| why.to_string())?.swap_remove(0)
    };
    let tag = ConciseSwidTag::parse(&converted.tag).map_err(|why| why.to_string())?;
    let file = tag.files().next().ok_or("no file")?.file;
    let hash = file.hash.ok_or("no hash")?;
    let creator = tag.tag_creator().map_err(|why| why.to_string())?;
    let found = json!({
        "tag_id": tag.tag_id.to_string().trim_start_matches("urn:uuid:"),
        "tag_version": tag.tag_version,
        "software_name": tag.software_name,
        "software_version": tag.software_version,
        "creator": creator.entity_name,
        "file": [file.fs_name, file.size,
            hash.hash_value.iter().map(|byte| format!("{byte:02x}")).collect::<String>()],
    });
    if found == fields() { Ok(()) } else { Err(format!("we read {found}")) }
}
