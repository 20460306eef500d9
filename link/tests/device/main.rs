//! The device of firmware/ in QEMU: it installs, boots and attests, survives the loss of power at any
//! word that it writes, and refuses what it must.
#![cfg(unix)]

mod author;
mod line;
mod power;
mod refused;

use std::io;
use std::path::{Path, PathBuf};

use author::{OEM_ID, Release, UEID, chip, device_key, image, sha_256};
use hexad_cose_core::{Algorithm, Key};
use hexad_coswid::ConciseSwidTag;
use hexad_eat::profile::AnyClaims;
use hexad_eat::{OemId, Token};
use hexad_link::chip::PROGRAM;
use hexad_link::qemu::{self, Booted, Chip, Error, Machine};
use hexad_rustcrypto::RustCrypto;
use hexad_vectors::{Missing, trial};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let tests: [(&str, Test); 11] = [
        ("installs_boots_and_attests", installs),
        ("invokes_the_program_in_the_image", invokes),
        ("boots_what_it_had_when_the_power_fails", power::fails),
        ("boots_what_it_had_when_it_is_killed", power::killed),
        ("refuses_manifests", refused::manifests),
        ("refuses_payloads", refused::payloads),
        ("refuses_a_flash_that_was_tampered_with", refused::tampered),
        ("refuses_to_attest_what_was_not_booted", refused::not_booted),
        ("answers_bad_frames_and_goes_on", line::bad_frames),
        ("answers_bad_messages_and_goes_on", line::bad_messages),
        ("takes_blocks_again_and_updates_anew", line::blocks),
    ];
    let trials: Vec<Trial> = tests
        .into_iter()
        .map(|(name, test)| trial(name, available(), move |image| test(&Bench::new(image)?)))
        // Minutes: `cargo test -p hexad-link --test device -- --ignored`.
        .chain([trial("boots_what_it_had_at_every_word", available(), |image| {
            power::fails_at_every_word(&Bench::new(image)?)
        })
        .with_ignored_flag(true)])
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

type Tested = Result<(), Failed>;
type Test = fn(&Bench) -> Tested;

/// The image, if QEMU is there to run it.
fn available() -> Result<PathBuf, Missing> {
    qemu::built().map_err(|why| Missing::new("qemu", why))
}

/// Where devices are tried.
struct Bench {
    image: PathBuf,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(image: PathBuf) -> io::Result<Self> {
        Ok(Self { image, folder: tempfile::tempdir()? })
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn switch_on(&self, chip: &Chip) -> Result<Machine, Error> {
        Machine::switch_on(&self.image, chip)
    }

    /// A device with a release of sequence number 1 in slot A.
    fn device(&self, name: &str, old: &[u8]) -> Result<(Chip, Machine), Failed> {
        let chip = chip(self.folder(), name);
        let mut machine = self.switch_on(&chip)?;
        install(&mut machine, &Release::new(1, old))?;
        assert_eq!(machine.boot()?, booted(1, old));
        Ok((chip, machine))
    }
}

fn install(machine: &mut Machine, release: &Release<'_>) -> Result<(), Error> {
    let installed = machine.install(&release.envelope(), |uri, limit| {
        assert_eq!((uri, limit), (author::URI, Some(release.image.len() as u64)));
        Ok(release.image.to_vec())
    })?;
    assert_eq!(installed.sequence_number, release.sequence_number);
    Ok(())
}

fn booted(sequence_number: u64, image: &[u8]) -> Booted {
    let image_digest = sha_256(image).as_bytes().to_vec();
    Booted { sequence_number, image_size: image.len() as u64, image_digest, answer: 0 }
}

/// Whether it was refused in these words.
#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>, why: &str) {
    match answer {
        Err(Error::Refused(words)) if words.starts_with(why) => {}
        other => panic!("expected a refusal, {why}, and got {other:?}"),
    }
}

/// A program runs where it was installed, in either slot; data does not.
fn invokes(bench: &Bench) -> Tested {
    // movs r0, #number; bx lr: Armv7-M, A7.7.76 and A7.7.20.
    let program = |number: u8| [PROGRAM, &[number, 0x20, 0x70, 0x47][..]].concat();
    let (_chip, mut machine) = bench.device("chip", &[0x70, 0x47])?;
    for number in [42, 43, 44] {
        let image = program(number);
        install(&mut machine, &Release::new(number.into(), &image))?;
        let expected = Booted { answer: number.into(), ..booted(number.into(), &image) };
        assert_eq!(machine.boot()?, expected);
    }
    Ok(())
}

/// From the factory to the second release, through resets; the token says what runs, and is signed by the
/// device's own key.
fn installs(bench: &Bench) -> Tested {
    let [first, second] = [image(1, 5000), image(2, 33_333)];
    let chip = chip(bench.folder(), "chip");
    let mut machine = bench.switch_on(&chip)?;
    refused(machine.boot(), "nothing is installed");
    let envelope = Release::new(1, &first).envelope();
    let installed = machine.install(&envelope, |_, _| Ok(first.clone()))?;
    // suit-shared-sequence before each sequence: set-component-index, override-parameters, vendor and
    // class; install: override-parameters, fetch, image-match; validate: image-match.
    assert_eq!(installed.commands, [12, 20, 1, 2, 20, 21, 3, 12, 20, 1, 2, 3]);
    assert_eq!(machine.boot()?, booted(1, &first));
    install(&mut machine, &Release::new(2, &second))?;
    drop(machine);

    let mut machine = bench.switch_on(&chip)?;
    assert_eq!(machine.boot()?, booted(2, &second));
    let nonce = [0x5a; 32];
    let token = machine.attest(&nonce)?;
    let device = device_key();
    let key = Key::from_public(device.public());
    let profile = AnyClaims { algorithms: &[Algorithm::ESP256] };
    let claims = Token::parse(&token)?.check(&key, &profile, &mut RustCrypto)?;
    let claims = claims.run(&mut RustCrypto)?;
    assert_eq!(claims.eat_nonce.iter().next().map(|nonce| nonce.as_bytes()), Some(&nonce[..]));
    assert_eq!(claims.ueid.map(|ueid| ueid.as_bytes()), Some(&UEID[..]));
    assert_eq!(claims.oemid, Some(OemId::PrivateEnterpriseNumber(OEM_ID.into())));
    let evidence = claims.measurements.iter().find_map(|measured| measured.as_coswid());
    let tag = ConciseSwidTag::parse(evidence.ok_or("no CoSWID")?)?;
    assert_eq!(tag.tag_id.to_string(), "example.com/lamp-2");
    let measured: Vec<_> =
        tag.files().map(|file| file.file.hash.map(|hash| hash.hash_value)).collect();
    assert!(measured.contains(&Some(sha_256(&second).as_bytes())), "{measured:02x?}");
    Ok(())
}
