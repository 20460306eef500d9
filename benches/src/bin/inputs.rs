//! `inputs FOLDER [VECTORS]`: writes what the benches read into files, so that a device measures on the
//! same bytes; with the published vectors also the examples of the SUIT draft.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hexad_benches::input;
use hexad_cose_core::{Algorithm, Curve};
use hexad_rustcrypto::SigningKey;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("usage: inputs FOLDER [VECTORS]")?;
    fs::create_dir_all(&folder)?;
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);

    for (name, curve) in [("p256", Curve::P256), ("ed25519", Curve::Ed25519)] {
        write(&format!("{name}.key"), &input::sign1(curve, 20)?.point())?;
        for length in [20, 1024] {
            let message = input::sign1(curve, length)?.message;
            write(&format!("sign1-{name}-{length}.cose"), &message)?;
        }
    }
    for (name, algorithm) in [("ccm", Algorithm::AES_CCM_16_64_128), ("gcm", Algorithm::A128GCM)] {
        for length in [20, 1024] {
            write(&format!("encrypt0-{name}-{length}.cose"), &input::encrypt0(algorithm, length)?)?;
        }
    }
    for length in [20, 1024] {
        write(&format!("mac0-{length}.cose"), &input::mac0(length)?)?;
    }
    write("map-100.cbor", &input::map(100)?)?;
    write("update.suit", &input::update()?.message)?;
    write("image.bin", &input::IMAGE)?;
    write("token.eat", &input::token()?.message)?;
    write("token.psa", &input::psa_token()?.message)?;
    write("tag.coswid", &input::tag()?)?;
    match arguments.next() {
        Some(vectors) => examples(&folder, &vectors.join("suit/manifest-37")),
        None => Ok(()),
    }
}

/// The examples of draft-ietf-suit-manifest-37, and the key that they are signed with.
fn examples(folder: &Path, vectors: &Path) -> Result<(), Box<dyn Error>> {
    for number in 0..=5 {
        let file = vectors.join(format!("example{number}.json"));
        let example: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
        let envelope = example["envelope_hex"].as_str().ok_or("an example without an envelope")?;
        fs::write(
            folder.join(format!("example{number}.suit")),
            base16ct::mixed::decode_vec(envelope)?,
        )?;
    }
    let pem = fs::read_to_string(vectors.join("signing-key.txt"))?;
    let key = SigningKey::from_pem(&pem).map_err(|error| format!("signing-key.txt: {error}"))?;
    let key = input::public_half(&key).map_err(|error| format!("signing-key.txt: {error}"))?;
    let key = input::Signed { message: Vec::new(), key };
    fs::write(folder.join("examples.key"), key.point())?;
    Ok(())
}
