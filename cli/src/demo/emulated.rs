//! The device in QEMU: the image of firmware/, with its flash in a file.

use std::path::{Path, PathBuf};

use hexad_cose_core::Key;
use hexad_link::chip::{self, IMAGE_ROOM};
use hexad_link::qemu::{Chip, Machine};

use super::device::{Booted, Device, Identity, Refusal};
use super::web::Web;

/// The most bytes of an image.
pub const ROOM: usize = IMAGE_ROOM as usize;

/// A board that is switched on.
#[derive(Debug)]
pub struct Emulated {
    identity: Identity,
    image: PathBuf,
    chip: Chip,
    machine: Machine,
}

impl Emulated {
    /// Makes a device that runs the image `image` with its flash in the file `flash`, and switches it on.
    pub fn make(identity: Identity, image: &Path, flash: &Path) -> Result<Self, Refusal> {
        let chip = identity.attestation_key.with_secret(|d| {
            let attestation_key = Key::from_public(identity.attestation_key.public());
            let burnt_in = chip::Identity {
                author: Key::from_public(identity.author.as_public()),
                attestation_key: attestation_key.with_private(d),
                vendor: &identity.vendor,
                class: &identity.class,
                ueid: &identity.ueid,
                oem_id: identity.oem_id,
            };
            Chip::manufacture(flash, &burnt_in)
        })?;
        let machine = Machine::switch_on(image, &chip)?;
        Ok(Self { identity, image: image.to_owned(), chip, machine })
    }
}

impl Device for Emulated {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn update(&mut self, envelope: &[u8], web: &Web) -> Result<Vec<i64>, Refusal> {
        let room = u64::from(IMAGE_ROOM);
        let fetch = |uri: &str, limit: Option<u64>| web.get(uri, limit.unwrap_or(room).min(room));
        Ok(self.machine.install(envelope, fetch)?.commands)
    }

    fn boot(&mut self) -> Result<Booted, Refusal> {
        let booted = self.machine.boot()?;
        Ok(Booted {
            sequence_number: booted.sequence_number,
            image_size: booted.image_size,
            image_digest: booted.image_digest,
        })
    }

    fn attest(&mut self, nonce: &[u8]) -> Result<Vec<u8>, Refusal> {
        Ok(self.machine.attest(nonce)?)
    }

    fn power_fails_after(&mut self, words: u32) -> Result<(), Refusal> {
        Ok(self.chip.fail_after(Some(words)).map_err(hexad_link::qemu::Error::from)?)
    }

    fn reset(&mut self) -> Result<(), Refusal> {
        self.machine.switch_off();
        self.chip.fail_after(None).map_err(hexad_link::qemu::Error::from)?;
        self.machine = Machine::switch_on(&self.image, &self.chip)?;
        Ok(())
    }

    /// Changes a bit in the flash, past the device, of the image in either slot.
    fn change_image(&mut self) -> Result<(), Refusal> {
        for slot in chip::SLOTS {
            let mut byte = [0];
            let changed = self
                .chip
                .read(slot.image, &mut byte)
                .and_then(|()| self.chip.tamper(slot.image, &byte.map(|byte| byte ^ 1)));
            changed.map_err(hexad_link::qemu::Error::from)?;
        }
        Ok(())
    }
}
