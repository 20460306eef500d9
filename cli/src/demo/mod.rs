//! `hexad demo`: the whole story on this machine. An author makes a release, a device installs it and
//! attests, a verifier appraises, the network opens; and eight attacks are refused.

mod attacks;
mod attestation;
mod author;
mod device;
#[cfg(unix)]
mod emulated;
mod flash;
mod interrupt;
mod mud_signer;
mod network;
mod simulated;
mod slots;
mod story;
mod verifier;
mod web;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use getrandom::SysRng;
use hexad_cose_core::Curve;
use hexad_operator::appraisal::{Decision, Enrolment};
use hexad_rustcrypto::SigningKey;
use rand_core::{TryRng, UnwrapErr};

use crate::failure::Failure;
use crate::input::hex;
use crate::output;
use crate::report::Made;
use attacks::Scene;
use author::{Author, Release, Version};
use device::{Device, Identity};
#[cfg(unix)]
use emulated::Emulated;
use interrupt::{Interrupt, Interrupted};
use mud_signer::MudSigner;
use network::Network;
use simulated::Simulated;
use story::{Story, Told};
use verifier::Verifier;
use web::Web;

/// What goes wrong in the demo, of whatever kind.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The steps, in their order.
const STEPS: &[&str] = &["author", "device", "attest", "appraise", "enforce"];
/// The refusals, in their order.
const REFUSALS: &[&str] = &[
    "changed-image",
    "changed-manifest",
    "wrong-signer",
    "rollback",
    "replayed-nonce",
    "other-software",
    "mud-signer",
    "outdated-confined",
];

/// The Private Enterprise Number that RFC 5612 keeps for documentation.
const OEM_ID: u32 = 32473;
/// How many words of flash change before the power fails: fewer than any update changes.
const POWER: u32 = 3000;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hexad demo --keep story --json
  hexad demo --device qemu

Interrupted, it takes down what it made and exits with 128 and the signal's number: 130 after Ctrl-C.")]
pub struct Arguments {
    /// The firmware image to release; without it, one that the demo makes
    #[arg(long, value_name = "FILE")]
    firmware: Option<PathBuf>,
    /// Whether rules are applied in network namespaces of the demo's own (needs root and nft)
    #[arg(long, value_enum, default_value = "auto")]
    enforce: Enforce,
    /// What plays the device
    #[arg(long, value_enum, default_value = "sim")]
    device: Player,
    /// The image of the device in QEMU; without it, the one that `cargo xtask firmware` builds
    #[arg(long, value_name = "FILE")]
    device_image: Option<PathBuf>,
    /// Leave every artefact in this directory
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// How the network's rules are put in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Enforce {
    /// In namespaces where that is possible, else on paper
    Auto,
    /// In namespaces, or fail
    Netns,
    /// On paper
    Print,
}

/// What plays the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Player {
    /// This program, with its flash in a file
    Sim,
    /// A Cortex-M4 in QEMU, with its flash in a file
    Qemu,
}

impl Arguments {
    /// Plays the story. Exit 0 only if every step and every refusal came out as it must.
    pub fn run(&self, json: bool) -> ExitCode {
        match self.play(json) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                let interrupted = error.downcast_ref::<Interrupted>();
                let kind = if interrupted.is_some() { "interrupted" } else { "demo" };
                if json {
                    let error = serde_json::json!({"kind": kind, "message": error.to_string()});
                    let object = serde_json::json!({"ok": false, "error": error});
                    // There is no better place to say that standard output failed.
                    let _ = output::print(&format!("{object}\n"));
                }
                anstream::eprintln!("error: demo: {error}");
                ExitCode::from(interrupted.map_or(2, |interrupted| interrupted.exit_code()))
            }
        }
    }

    fn play(&self, json: bool) -> Result<bool, Failed> {
        let image = match &self.firmware {
            Some(file) => fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?,
            None => firmware(b"lamp 1.1.0"),
        };
        let interrupt = Interrupt::catch()?;
        self.play_with(&image, &interrupt, json).or_else(|error| {
            // What fails because of an interruption (`nft` is interrupted, too) is one.
            interrupt.check()?;
            Err(error)
        })
    }

    /// What makes the devices.
    fn factory<'f>(&self, folder: &'f Path) -> Result<Factory<'f>, Failed> {
        let image = match (self.device, &self.device_image) {
            (Player::Sim, _) => None,
            (Player::Qemu, Some(image)) => Some(image.clone()),
            #[cfg(unix)]
            (Player::Qemu, None) => Some(hexad_link::qemu::built_image()),
            #[cfg(not(unix))]
            (Player::Qemu, None) => return Err("a device in QEMU needs Unix".into()),
        };
        Ok(Factory { folder, image })
    }

    fn play_with(&self, image: &[u8], interrupt: &Interrupt, json: bool) -> Result<bool, Failed> {
        let temporary = tempfile::Builder::new().prefix("hexad-demo-").tempdir()?;
        let network = Network::new(self.enforce, interrupt.clone())?;
        let mut story = Story::new(json, interrupt.clone());
        let artefacts = tell(&mut story, image, &network, &self.factory(temporary.path())?)?;
        let complete = story.is_complete(STEPS, REFUSALS);
        story.conclude(complete)?;
        temporary.close()?;
        if let Some(folder) = &self.keep {
            keep(folder, artefacts)?;
        }
        if json {
            output::print(&format!("{}\n", story.to_json(complete))).map_err(text)?;
        }
        Ok(complete)
    }
}

/// Where devices are made, of one kind.
struct Factory<'f> {
    folder: &'f Path,
    /// The image that the devices run; none for simulated ones.
    image: Option<PathBuf>,
}

impl Factory<'_> {
    /// A device that is switched on, with room for images of `room` bytes and its flash in the file `name`.
    fn make(&self, identity: Identity, name: &str, room: usize) -> Result<Box<dyn Device>, Failed> {
        let flash = self.folder.join(name);
        Ok(match &self.image {
            None => Box::new(Simulated::make(identity, &flash, room)?),
            #[cfg(unix)]
            Some(_) if room > emulated::ROOM => {
                let text = format!("the device in QEMU has room for {} bytes", emulated::ROOM);
                return Err(text.into());
            }
            #[cfg(unix)]
            Some(image) => Box::new(Emulated::make(identity, image, &flash)?),
            #[cfg(not(unix))]
            Some(_) => return Err("a device in QEMU needs Unix".into()),
        })
    }
}

/// A file to keep: its name and content.
type Artefact = (&'static str, Vec<u8>);

/// Tells the story as far as it goes; what there is to keep of it.
fn tell(
    story: &mut Story,
    image: &[u8],
    network: &Network,
    factory: &Factory<'_>,
) -> Result<Vec<Artefact>, Failed> {
    let web = Web::new(factory.folder.join("web"));
    let mut artefacts = Vec::new();

    let played = story.step("author", "The author makes a release", |told| {
        let author = Author::new()?;
        let (old, new) = releases(&author, image, &web, told)?;
        Ok::<_, Failed>((author, old, new))
    });
    let Some((author, old, new)) = played else { return Ok(artefacts) };
    artefacts.extend([
        ("envelope.suit", new.envelope.clone()),
        ("coswid.cbor", new.coswid.clone()),
        ("mud.json", new.mud.clone()),
        ("mud.p7s", new.mud_signature.clone()),
        ("mud-signer.der", author.mud_signer.certificate.clone()),
        ("image.bin", new.image.clone()),
        ("author.cbor", public_key(&author.public()?)?),
    ]);

    // Two devices leave the factory with the old release; one of them will be updated.
    let room = old.image.len().max(new.image.len());
    let mut devices = Vec::new();
    for serial_number in [1, 2] {
        let name = format!("flash-{serial_number}.bin");
        let mut device = factory.make(author.identity(serial_number)?, &name, room)?;
        device.update(&old.envelope, &web)?;
        devices.push(device);
    }
    let [device, outdated] = devices.as_mut_slice() else { return Ok(artefacts) };
    let device_key = public_half(&device.identity().attestation_key)?;
    artefacts.push(("device.cbor", public_key(&device_key)?));

    let booted = story.step("device", "The device installs it", |told| {
        let before = device.boot()?;
        told.line(format_args!("boots sequence number {}", before.sequence_number));
        device.power_fails_after(POWER)?;
        match device.update(&new.envelope, &web) {
            Err(refusal) if refusal.is_power_failure() => {}
            Err(refusal) => return Err(refusal.into()),
            Ok(_) => return Err("the update needs no power".into()),
        }
        device.reset()?;
        let after = device.boot()?;
        told.line(format_args!(
            "the power fails in the midst of the update, at word {POWER} of flash"
        ));
        told.line(format_args!("boots sequence number {}", after.sequence_number));
        if after.sequence_number != before.sequence_number {
            return Err("that was not installed".into());
        }
        let commands = device.update(&new.envelope, &web)?;
        told.line(format_args!("authentic and newer; runs {} commands:", commands.len()));
        for label in &commands {
            told.line(format_args!("  {}", device::in_words(*label)));
        }
        device.reset()?;
        let booted = device.boot()?;
        told.line(format_args!(
            "boots sequence number {}, {} bytes, SHA-256 {}",
            booted.sequence_number,
            booted.image_size,
            hex(&booted.image_digest)
        ));
        told.fact("sequence_number", booted.sequence_number);
        told.fact("commands", commands.len());
        told.fact("image_sha256", hex(&booted.image_digest));
        Ok::<_, Failed>(())
    });
    let Some(()) = booted else { return Ok(artefacts) };

    let mut verifier = Verifier::new(author.public()?)?;
    artefacts.push(("verifier.cbor", public_key(&public_half(&verifier.key)?)?));
    let token = story.step("attest", "The device attests", |told| {
        let nonce = verifier.challenge()?;
        let token = device.attest(&nonce)?;
        told.line(format_args!("nonce {}", hex(&nonce)));
        told.line(format_args!("EAT of {} bytes, signed by the device's key", token.len()));
        told.fact("nonce", hex(&nonce));
        told.fact("eat_bytes", token.len());
        Ok::<_, Failed>(token)
    });
    let Some(token) = token else { return Ok(artefacts) };
    artefacts.push(("evidence.eat", token.clone()));

    let mut ear = Vec::new();
    let appraised = story.step("appraise", "The verifier appraises", |told| {
        for release in [&old, &new] {
            let known = verifier.learn(&release.envelope)?;
            told.line(format_args!("knows {known}"));
        }
        let (evidence, nonce) = verifier.receive(&token, &device_key)?;
        let device = enrolment(device.identity());
        let appraisal = verifier.appraise(&evidence, &device, &nonce)?;
        for line in appraisal.explain().lines() {
            told.line(line);
        }
        told.fact("tier", appraisal.tier().name());
        ear = verifier.issue(&appraisal)?;
        told.line(format_args!("EAR of {} bytes, signed by the verifier's key", ear.len()));
        match appraisal.decision() {
            Decision::Allowed(release) => Ok(release.sequence_number.unwrap_or_default()),
            other => Err(Failed::from(other.to_string())),
        }
    });
    let Some(sequence_number) = appraised else { return Ok(artefacts) };
    artefacts.push(("result.ear", ear));

    let enforced = story.step("enforce", "The network opens what this version needs", |told| {
        let release = verifier.release(sequence_number).ok_or("the release is not known")?;
        let decision = Decision::Allowed(release);
        let ruleset = network.ruleset(decision, &web)?;
        told.fact("enforced", network.why_on_paper().is_none());
        match (network.enforce(&ruleset, decision)?, network.why_on_paper()) {
            (Some(report), _) => {
                told.fact("connections", report.0.len());
                for line in report.to_string().lines() {
                    told.line(line);
                }
            }
            (None, why) => {
                told.line(format_args!("not applied ({}); the ruleset:", why.unwrap_or_default()));
                for line in ruleset.to_string().lines() {
                    told.line(line);
                }
            }
        }
        Ok::<_, Failed>(ruleset)
    });
    let Some(ruleset) = enforced else { return Ok(artefacts) };
    artefacts.push(("ruleset.nft", ruleset.to_string().into_bytes()));
    artefacts.push(("ruleset.json", ruleset.to_json().into_bytes()));

    let mut scene = Scene {
        author: &author,
        old: &old,
        new: &new,
        outdated: &mut **outdated,
        device: &mut **device,
        verifier: &mut verifier,
        network,
        web: &web,
        token: &token,
    };
    story.refusal("changed-image", || scene.changed_image());
    story.refusal("changed-manifest", || scene.changed_manifest());
    story.refusal("wrong-signer", || scene.wrong_signer());
    story.refusal("rollback", || scene.rollback());
    story.refusal("replayed-nonce", || scene.replayed_nonce());
    story.refusal("other-software", || scene.other_software());
    story.refusal("mud-signer", || scene.mud_signer());
    story.refusal("outdated-confined", || scene.outdated_confined());
    Ok(artefacts)
}

/// The release of last year, and the one with `image`, both on the web.
fn releases(
    author: &Author,
    image: &[u8],
    web: &Web,
    told: &mut Told,
) -> Result<(Release, Release), Failed> {
    let factory = firmware(b"lamp 1.0.0");
    let old = Version { version: "1.0.0", sequence_number: 1, image: &factory };
    let new = Version { version: "1.1.0", sequence_number: 2, image };
    let [old, new] = [author.release(old)?, author.release(new)?];
    for release in [&old, &new] {
        web.put(&release.image_uri, &release.image)?;
        web.put(&release.mud_url, &release.mud)?;
        web.put(&release.mud_signature_uri, &release.mud_signature)?;
    }
    told.line(format_args!("image of {} bytes at {}", new.image.len(), new.image_uri));
    told.line(format_args!("CoSWID of {} bytes", new.coswid.len()));
    told.line(format_args!("MUD file of {} bytes at {}", new.mud.len(), new.mud_url));
    told.line(format_args!("its signature of {} bytes, CMS", new.mud_signature.len()));
    told.line(format_args!("SUIT envelope of {} bytes, signed ESP256", new.envelope.len()));
    told.fact("envelope_bytes", new.envelope.len());
    told.fact("coswid_bytes", new.coswid.len());
    told.fact("mud_bytes", new.mud.len());
    told.fact("image_bytes", new.image.len());
    Ok((old, new))
}

impl Author {
    /// A new author, with a signer of MUD files beside it.
    fn new() -> Result<Self, Failed> {
        Ok(Self {
            key: SigningKey::generate(Curve::P256, &mut random())?,
            mud_signer: MudSigner::generate("Example Lighting MUD signer")?,
            vendor: random_bytes()?,
            class: random_bytes()?,
        })
    }

    /// What is burnt into a device that will believe this author.
    fn identity(&self, serial_number: u8) -> Result<Identity, Failed> {
        // A UEID of type RAND: the byte 1 and 128 random bits.
        let mut ueid = [1; 17];
        let random_part: [u8; 15] = random_bytes()?;
        for (to, from) in
            ueid.iter_mut().skip(1).zip(random_part.into_iter().chain([serial_number]))
        {
            *to = from;
        }
        Ok(Identity {
            author: self.public()?,
            vendor: self.vendor,
            class: self.class,
            ueid,
            oem_id: OEM_ID,
            attestation_key: SigningKey::generate(Curve::P256, &mut random())?,
        })
    }
}

/// The device as its operator has enrolled it.
fn enrolment(identity: &Identity) -> Enrolment {
    Enrolment {
        name: "lamp".to_owned(),
        ueid: identity.ueid.to_vec(),
        oem_id: Some(identity.oem_id.into()),
        ..Enrolment::default()
    }
}

/// An image that nobody could mistake for another: `name`, and 32 KiB that follow from it.
fn firmware(name: &[u8]) -> Vec<u8> {
    let mut image = name.to_vec();
    while image.len() < 32 * 1024 {
        let digest = slots::sha_256(&image);
        image.extend(digest.as_bytes());
    }
    image
}

/// Writes the artefacts into a directory, each whole or not at all.
fn keep(folder: &Path, artefacts: Vec<Artefact>) -> Result<(), Failed> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, bytes) in artefacts {
        let made = Made { bytes, destination: None, is_text: false, is_secret: false };
        output::write_file(&folder.join(name), &made).map_err(text)?;
    }
    Ok(())
}

/// A failure of the command in its own words.
fn text(failure: Failure) -> String {
    failure.to_string()
}

/// The public half of a key of the story, all of which are on curves.
fn public_half(key: &SigningKey) -> Result<hexad_cose_core::PublicKeyBuf, Failed> {
    key.public_on_curve().copied().ok_or_else(|| "the key is not on a curve".into())
}

/// A public key as a COSE_Key.
fn public_key(key: &hexad_cose_core::PublicKeyBuf) -> Result<Vec<u8>, Failed> {
    let mut encoded = Vec::new();
    let mut encoder = hexad_cose_core::cbor::Encoder::appending(&mut encoded);
    hexad_cose_core::Key::from_public(key.as_public()).encode_public(&mut encoder)?;
    Ok(encoded)
}

/// The machine's source of randomness.
fn random() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Random bytes.
fn random_bytes<const N: usize>() -> Result<[u8; N], Failed> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes)?;
    Ok(bytes)
}
