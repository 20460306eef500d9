//! SUIT envelopes: examples of the manifest, trust-domains and firmware-encryption drafts, or of anyone.
//!
//! An envelope passes when it parses, its digests and its signature (or tag) hold, and the update and
//! the invocation that it describes run to their ends on a [`Device`] that is what the manifest asks
//! for. When a sequence of the update was severed and is not in the envelope, the invocation alone has
//! to. Its dependencies are envelopes in the same folder. An encryption info and its ciphertext pass when
//! one decrypts the other to the plaintext of the draft.
//!
//! Read are `*.json` with `envelope_hex`, `*.hex` and `*.hex.signed`, and `*.suit` and `*.cbor` as
//! binary. Hexadecimal that is no envelope is skipped. The key is `signing-key.txt` (PEM) beside the
//! file or in the folder above; without one, the key that the drafts print.

mod device;

use std::path::{Path, PathBuf};

use hexad_cose_core::cbor::Cursor;
use hexad_cose_core::{Algorithm, ErrorKind as Cbor, Key, PublicKey, Verified, Y};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::authentication::AuthenticationBlock;
use hexad_suit::command::{Condition, Operation};
use hexad_suit::encryption::EncryptionInfo;
use hexad_suit::{Envelope, ErrorKind, Manifest, Procedure, TrustAnchors, labels};

pub use device::{Device, Supplies, decrypt};

use crate::{Case, Error, vectors};

/// The key pair that signs the examples of draft-ietf-suit-manifest-37 (appendix B) and of the drafts
/// beside it: the private value, from which the public one follows.
const DRAFT_KEY: [u8; 32] = [
    0x02, 0x96, 0x58, 0x8d, 0x90, 0x94, 0x18, 0xb3, 0x39, 0xd1, 0x50, 0x42, 0x0a, 0x36, 0x12, 0xb5,
    0x7f, 0xb4, 0xf6, 0x31, 0xa6, 0x9f, 0x22, 0x4f, 0xae, 0x90, 0xcb, 0x4f, 0x3f, 0xe1, 0x89, 0x73,
];

/// The public key of the distribution system in draft-ietf-suit-firmware-encryption, whose example with
/// a dependency it signs. The draft does not print it; kentakayama/libcsuit, with which the example was
/// made, does (examples/inc/tam_esp256_cose_key_public.h).
const DISTRIBUTOR: PublicKey<'static> = PublicKey::Ec2 {
    curve: hexad_cose_core::Curve::P256,
    x: &[
        0x0e, 0x90, 0x8a, 0xa8, 0xf0, 0x66, 0xdb, 0x1f, 0x08, 0x4e, 0x0c, 0x36, 0x52, 0xc6, 0x39,
        0x52, 0xbd, 0x99, 0xf2, 0xa5, 0xbd, 0xb2, 0x2f, 0x9e, 0x01, 0x36, 0x7a, 0xad, 0x03, 0xab,
        0xa6, 0x8b,
    ],
    y: Y::Coordinate(&[
        0x77, 0xda, 0x1b, 0xd8, 0xac, 0x4f, 0x0c, 0xb4, 0x90, 0xba, 0x21, 0x06, 0x48, 0xbf, 0x79,
        0xab, 0x16, 0x4d, 0x49, 0xad, 0x35, 0x51, 0xd7, 0x1d, 0x31, 0x4b, 0x27, 0x49, 0xee, 0x42,
        0xd2, 0x9a,
    ]),
};

/// Every signature algorithm that is offered.
const SIGNATURES: [Algorithm; 8] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::ESP256,
    Algorithm::ESP384,
    Algorithm::ESP512,
    Algorithm::EDDSA,
    Algorithm::ED25519,
];

/// The tag algorithms of the drafts, and how a COSE_Mac comes by the key.
const TAGS: [Algorithm; 2] = [Algorithm::HMAC_256, Algorithm::DIRECT];

/// The secret of the COSE_Mac0 examples in draft-ietf-suit-firmware-encryption.
const DRAFT_SECRET: [u8; 32] = [b'a'; 32];

/// Runs the suite on a file, or on every file under a folder that is laid out as above.
///
/// # Errors
/// When a file can't be read, or JSON has no `envelope_hex`.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut files = Vec::new();
    for extension in ["json", "hex", "signed", "suit", "cbor"] {
        match vectors::files(path, extension) {
            Ok(found) => files.extend(found),
            Err(Error::Empty(_)) => {}
            Err(error) => return Err(error),
        }
    }
    files.retain(|file| !file.to_string_lossy().ends_with(".diag.signed"));
    files.sort();
    if files.is_empty() {
        return Err(Error::Empty(path.to_owned()));
    }
    files.iter().map(|file| case(vectors::case_name(path, file), file, &files)).collect()
}

/// The envelope in a file, `None` when it is a source that an envelope is made from.
fn envelope(file: &Path) -> Result<Option<Vec<u8>>, Error> {
    let malformed = |what: &str| Error::Format(file.to_owned(), what.to_owned());
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if matches!(extension, "suit" | "cbor") {
        let bytes = std::fs::read(file).map_err(|error| Error::Io(file.to_owned(), error))?;
        return Ok(Some(bytes));
    }
    let text = vectors::read(file)?;
    if extension != "json" {
        return vectors::hex(&text).map(Some).ok_or_else(|| malformed("not hexadecimal"));
    }
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| malformed(&error.to_string()))?;
    match json.get("envelope_hex") {
        Some(hex) => hex
            .as_str()
            .and_then(vectors::hex)
            .map(Some)
            .ok_or_else(|| malformed("`envelope_hex` is not hexadecimal")),
        None => Ok(None),
    }
}

fn case(name: String, file: &Path, files: &[PathBuf]) -> Result<Case, Error> {
    if let Some(case) = encryption(&name, file)? {
        return Ok(case);
    }
    let Some(bytes) = envelope(file)? else {
        return Ok(Case::skip(name, "a manifest's source, not an envelope"));
    };
    let mut start = Cursor::new(&bytes);
    if start.tag() != Ok(labels::tag::ENVELOPE) && Cursor::new(&bytes).map().is_err() {
        return Ok(Case::skip(name, "not an envelope"));
    }
    let key_file = key_file(file);
    let key = match &key_file {
        Some(key_file) => {
            let pem = vectors::read(key_file)?;
            SigningKey::from_pem(&pem)
                .map_err(|error| Error::Format(key_file.clone(), error.to_string()))?
        }
        None => SigningKey::from_bytes(hexad_cose_core::Curve::P256, &DRAFT_KEY)
            .map_err(|error| Error::Format(file.to_owned(), error.to_string()))?,
    };
    let (envelopes, payloads) = beside(file, files)?;
    let supplies = Supplies { envelopes: &envelopes, payloads: &payloads, key: Some(&key) };
    let manifest = match verify(&bytes, &key) {
        Ok(manifest) => manifest,
        Err(error) => {
            return Ok(refused(name, missing(&bytes, &error, key_file.is_some()), &error));
        }
    };
    let mut device = Device::for_manifest(&bytes, &manifest).with_supplies(supplies);
    Ok(match process(&mut device, &manifest) {
        Ok(()) => Case::new(name, Ok(())),
        Err(error) => {
            let lacks_ciphertext = device.lacks_ciphertext().then_some("no ciphertext at hand");
            refused(name, lacks_ciphertext.or_else(|| beyond(&manifest, &error)), &error)
        }
    })
}

/// The case of an envelope that was refused: for what is missing, or where it should not have been.
fn refused(name: String, missing: Option<&str>, error: &hexad_suit::Error) -> Case {
    match missing {
        Some(missing) => Case::skip(name, format!("{missing}: {error}")),
        None => Case::new(name, Err(error.to_string())),
    }
}

/// What is not at hand when an envelope was not authenticated; `None` when it should have been.
/// `own_key` says whether the key came with the vector.
fn missing(bytes: &[u8], error: &hexad_suit::Error, own_key: bool) -> Option<&'static str> {
    let blocks: Vec<_> = match Envelope::parse(bytes) {
        Ok(envelope) => envelope.authentication().blocks().collect(),
        Err(_) => Vec::new(),
    };
    let is_mac = blocks
        .iter()
        .any(|block| matches!(block, AuthenticationBlock::Mac0(_) | AuthenticationBlock::Mac(_)));
    match error.kind() {
        ErrorKind::Cose(Cbor::VerificationFailed) if is_mac || !own_key => {
            Some("the key is not at hand")
        }
        ErrorKind::Cose(Cbor::AlgorithmNotAccepted | Cbor::KeyMismatch) if is_mac || !own_key => {
            Some("a key for the algorithm is not at hand")
        }
        ErrorKind::NotAuthenticated if blocks.is_empty() => Some("nobody signed it"),
        ErrorKind::NotAuthenticated => Some("a key for the algorithm is not at hand"),
        _ => None,
    }
}

/// Why a procedure could not end for a reason that lies beyond the drafts, or that they make one to
/// abort; `None` when it should have ended.
fn beyond(manifest: &Manifest<'_>, error: &hexad_suit::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::UnsupportedCommand(..=-1) => Some("a custom command"),
        ErrorKind::UnsupportedParameter(..=-1) => Some("a custom parameter"),
        ErrorKind::NotAuthenticated => Some("a dependency is not at hand, or nobody signed it"),
        ErrorKind::MissingParameter(_) => Some("the manifest sets no value that its command needs"),
        // Which draft-ietf-suit-trust-domains-12, 5.6.2, makes a reason to abort.
        ErrorKind::DependencyIntegrity if !checks_dependencies(manifest) => {
            Some("a dependency is processed that the manifest never checks")
        }
        _ => None,
    }
}

/// Whether any of the sequences that a procedure runs by itself checks what it depends on.
fn checks_dependencies(manifest: &Manifest<'_>) -> bool {
    let sequences = [
        manifest.shared_sequence(),
        manifest.dependency_resolution().present(),
        manifest.payload_fetch().present(),
        manifest.candidate_verification().present(),
        manifest.install().present(),
    ];
    sequences.into_iter().flatten().flatten().any(|command| {
        matches!(command.operation, Operation::Condition(Condition::DependencyIntegrity, _))
    })
}

/// `signing-key.txt` beside `file` or in the folder above.
fn key_file(file: &Path) -> Option<PathBuf> {
    let folders = file.ancestors().skip(1).take(2);
    folders.map(|folder| folder.join("signing-key.txt")).find(|path| path.is_file())
}

/// Proves the envelope by a signature under `key`, else by a tag under the drafts' secret.
fn verify<'b>(
    bytes: &'b [u8],
    key: &SigningKey,
) -> Result<Verified<Manifest<'b>>, hexad_suit::Error> {
    let envelope = Envelope::parse(bytes)?;
    let mut proof = envelope.prove(&mut RustCrypto)?;
    let keys = [Key::from_public(key.public()), Key::from_public(DISTRIBUTOR)];
    let anchors = TrustAnchors::new(&keys, &SIGNATURES);
    proof.sign1(&anchors, &mut RustCrypto)?.sign(&anchors, &mut RustCrypto)?;
    if !proof.holds() {
        let keys = [Key::from_symmetric(&DRAFT_SECRET, Algorithm::HMAC_256)];
        let anchors = TrustAnchors::new(&keys, &TAGS);
        proof.mac0(&anchors, &mut RustCrypto)?.mac(&anchors, &mut RustCrypto)?;
    }
    proof.manifest(&mut RustCrypto)
}

/// The plaintext of every encrypted payload in draft-ietf-suit-firmware-encryption (section 7.1).
const PLAINTEXT: &[u8] = b"This is a real firmware image.";

/// The case of an encryption info `suit-encryption-info-*.hex` or of its ciphertext
/// `encrypted-payload-*.hex`: one decrypts the other to the draft's plaintext.
fn encryption(name: &str, file: &Path) -> Result<Option<Case>, Error> {
    let own = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let pairs = [
        ("suit-encryption-info-", "encrypted-payload-"),
        ("encrypted-payload-", "suit-encryption-info-"),
    ];
    let Some((prefix, other)) = pairs.into_iter().find(|(prefix, _)| own.starts_with(prefix))
    else {
        return Ok(None);
    };
    let other = file.with_file_name(own.replacen(prefix, other, 1));
    if !own.ends_with(".hex") || !other.is_file() {
        return Ok(None);
    }
    let (info, payload) =
        if prefix == "encrypted-payload-" { (&*other, file) } else { (file, &*other) };
    let read = |file: &Path| {
        let malformed = Error::Format(file.to_owned(), "not hexadecimal".to_owned());
        vectors::hex(&vectors::read(file)?).ok_or(malformed)
    };
    let (info, mut payload) = (read(info)?, read(payload)?);
    let result = match decrypt(EncryptionInfo::new(&info), &mut payload) {
        Ok(plaintext) if plaintext == PLAINTEXT => Ok(()),
        Ok(_) => Err("the plaintext is another".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    Ok(Some(Case::new(name.to_owned(), result)))
}

/// What lies in the folder of `file`: envelopes that it may depend on, and the payload that the
/// encryption examples fetch.
fn beside(file: &Path, files: &[PathBuf]) -> Result<Beside, Error> {
    let (mut envelopes, mut payloads) = (Vec::new(), Vec::new());
    for other in files.iter().filter(|other| other.parent() == file.parent()) {
        let Ok(Some(bytes)) = envelope(other) else { continue };
        if other.ends_with("encrypted-payload-aes-kw-aes-gcm.hex") {
            payloads.push(("coaps://example.com/encrypted-firmware".to_owned(), bytes));
        } else if other != file {
            envelopes.push(bytes);
        }
    }
    Ok((envelopes, payloads))
}

/// Envelopes, and payloads by their URIs.
type Beside = (Vec<Vec<u8>>, Vec<(String, Vec<u8>)>);

/// Runs the update, unless a part of it was left out, then the invocation.
fn process<'m>(
    device: &mut Device<'m>,
    manifest: &'m Verified<Manifest<'m>>,
) -> Result<(), hexad_suit::Error> {
    match device.run(manifest, Procedure::Update) {
        Err(error) if matches!(error.kind(), ErrorKind::Severed(_)) => {}
        updated => updated?,
    }
    device.run(manifest, Procedure::Invoke)
}
