//! SUIT: an update of one component, by dress-up.
#![no_std]
#![no_main]

use core::hint::black_box;
use cortex_m_rt::entry;

use dress_up::component::Component;
use dress_up::error::Error;
use dress_up::{Authenticated, OperatingHooks, SuitManifest};
use generic_array::typenum::U64;
use hexad_bench_cortex_m::{CLASS, IMAGE, UPDATE, VENDOR, suit};
use uuid::Uuid;

/// A device whose component holds the image.
struct Device;

impl OperatingHooks for Device {
    type ReadWriteBufferSize = U64;

    fn match_vendor_id(&self, uuid: Uuid, _: &Component<'_>) -> Result<bool, Error> {
        Ok(*uuid.as_bytes() == VENDOR)
    }

    fn match_class_id(&self, uuid: Uuid, _: &Component<'_>) -> Result<bool, Error> {
        Ok(*uuid.as_bytes() == CLASS)
    }

    fn component_read(
        &self,
        _: &Component<'_>,
        _: Option<u64>,
        offset: usize,
        bytes: &mut [u8],
    ) -> Result<(), Error> {
        bytes.copy_from_slice(&IMAGE[offset..offset + bytes.len()]);
        Ok(())
    }

    fn component_write(
        &self,
        _: &Component<'_>,
        _: Option<u64>,
        _: usize,
        bytes: &[u8],
    ) -> Result<(), Error> {
        black_box(bytes);
        Ok(())
    }

    fn component_size(&self, _: &Component<'_>) -> Result<usize, Error> {
        Ok(IMAGE.len())
    }

    fn component_capacity(&self, _: &Component<'_>) -> Result<usize, Error> {
        Ok(IMAGE.len())
    }

    fn fetch(&self, _: &Component<'_>, _: Option<u64>, uri: &str) -> Result<(), Error> {
        black_box(uri);
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        let authenticate = || {
            SuitManifest::from_bytes(black_box(&UPDATE)).authenticate(|signature, signed| {
                black_box((signature, signed));
                Ok(true)
            })
        };
        let install = |manifest: &SuitManifest<'_, Authenticated>| {
            let manifest = manifest.envelope().and_then(|envelope| envelope.manifest());
            manifest.and_then(|manifest| manifest.execute_payload_installation(&Device)).is_ok()
        };
        suit::bench(criterion, "suit/authenticate", "dress-up", || authenticate().is_ok());
        let manifest = authenticate().expect("an envelope");
        suit::bench(criterion, "suit/process", "dress-up", || install(&manifest));
        suit::bench(criterion, "suit/update", "dress-up", || {
            authenticate().is_ok_and(|manifest| install(&manifest))
        });
    })
}
