//! The power fails at every single write and erase, in the middle of it (RFC 9019, 3; manifest draft,
//! 6.3.1): the device boots either the old or the new image, verified, and what was begun can be ended.

mod device;
mod exchange;
mod nor;

use hexad_suit::flash::{Partition, Partitions};
use hexad_suit::{Component, ComponentIdentifier};

use device::{BLOCKS, Device};
use nor::{BLOCK, Nor};

/// A device with version 1 in its first slot.
fn installed() -> Nor {
    let mut device = Device::new(Nor::new(BLOCKS));
    device.install(1).unwrap();
    assert_eq!(device.boot(), Some((1, 0)));
    device.flash()
}

/// How many writes and erases `what` takes.
fn operations(nor: Nor, what: impl Fn(&mut Device)) -> usize {
    let mut device = Device::new(nor.powered(None, 1));
    what(&mut device);
    device.flash().operations
}

#[test]
fn install_survives() {
    let old = installed();
    let total = operations(old.clone(), |device| device.install(2).unwrap());
    assert!(total > 10);
    for cut in 0..total {
        for seed in 1..6 {
            let mut device = Device::new(old.clone().powered(Some(cut), seed));
            assert!(device.install(2).is_err(), "the power failed at {cut}");
            let mut device = Device::new(device.flash().powered(None, seed));
            let booted = device.boot();
            assert!(matches!(booted, Some((1, 0) | (2, 1))), "{booted:?} after a cut at {cut}");
            if booted == Some((1, 0)) {
                device.install(2).unwrap();
            }
            assert_eq!(device.boot(), Some((2, 1)), "after a cut at {cut}");
            // From then on the old one is refused, also in its own slot.
            assert!(device.install(1).is_err());
        }
    }
}

/// Twice: also the second attempt is cut off anywhere.
#[test]
fn install_survives_two_cuts() {
    let old = installed();
    let total = operations(old.clone(), |device| device.install(2).unwrap());
    for first in 0..total {
        for second in (0..total).step_by(3) {
            let mut device = Device::new(old.clone().powered(Some(first), 1));
            assert!(device.install(2).is_err());
            let mut device = Device::new(device.flash().powered(Some(second), 2));
            let _ = device.install(2);
            let mut device = Device::new(device.flash().powered(None, 3));
            let booted = device.boot();
            assert!(
                matches!(booted, Some((1, 0) | (2, 1) | (2, 0))),
                "{booted:?} after cuts at {first} and {second}"
            );
        }
    }
}

#[test]
fn uninstall_survives() {
    let old = installed();
    let total = operations(old.clone(), |device| device.uninstall().unwrap());
    for cut in 0..total {
        for seed in 1..6 {
            let mut device = Device::new(old.clone().powered(Some(cut), seed));
            assert!(device.uninstall().is_err(), "the power failed at {cut}");
            let mut device = Device::new(device.flash().powered(None, seed));
            let booted = device.boot();
            assert!(matches!(booted, Some((1, 0)) | None), "{booted:?} after a cut at {cut}");
            device.uninstall().unwrap();
            assert_eq!(device.boot(), None);
        }
    }
}

/// Two components of three blocks, and the swap area.
const PAIR: &[Partition<'static>] = &[
    Partition { identifier: &[b"a"], offset: 0, length: 3 * BLOCK },
    Partition { identifier: &[b"b"], offset: 3 * BLOCK, length: 3 * BLOCK },
];

fn component(encoded: &'static [u8]) -> Component<'static> {
    Component { index: 0, identifier: ComponentIdentifier::parse(encoded).unwrap() }
}

fn partitions(nor: Nor) -> Partitions<'static, Nor, 64> {
    Partitions::new(nor, PAIR).unwrap().with_swap_area(6 * BLOCK).unwrap()
}

fn swap(storage: &mut Partitions<'static, Nor, 64>) -> bool {
    storage.swap(&component(b"\x81\x41a"), &component(b"\x81\x41b")).is_ok()
}

fn contents(nor: &Nor) -> (&[u8], &[u8]) {
    let length = 3 * BLOCK as usize;
    nor.bytes[..2 * length].split_at(length)
}

/// After a swap that was cut off, resuming it leaves the components as they were or exchanged, whole;
/// also when resuming is cut off, at any moment.
#[test]
fn swap_survives_two_cuts() {
    let mut storage = partitions(Nor::new(9));
    let (one, other): (Vec<u8>, Vec<u8>) = ((0..=255).collect(), (0..=255).rev().collect());
    storage.write(&component(b"\x81\x41a"), &one).unwrap();
    storage.write(&component(b"\x81\x41b"), &other).unwrap();
    let before = storage.flash_mut().clone().powered(None, 1);
    let (first, second) = contents(&before);
    let mut storage = partitions(before.clone());
    assert!(swap(&mut storage));
    let total = storage.flash_mut().operations;
    assert_eq!(contents(storage.flash_mut()), (second, first));
    for cut in 0..total {
        let mut storage = partitions(before.clone().powered(Some(cut), cut as u64 + 1));
        assert!(!swap(&mut storage), "the power failed at {cut}");
        let torn = storage.flash_mut().clone();
        for again in 0..total + 8 {
            let mut storage = partitions(torn.clone().powered(Some(again), again as u64 + 77));
            let interrupted = storage.resume_swap().is_err();
            let mut storage = partitions(storage.flash_mut().clone().powered(None, 5));
            storage.resume_swap().unwrap();
            let held = contents(storage.flash_mut());
            let is_whole = held == (first, second) || held == (second, first);
            assert!(is_whole, "torn by cuts at {cut} and {again}");
            // Done is done, and what was not begun can be.
            assert_eq!(storage.resume_swap(), Ok(false));
            if contents(storage.flash_mut()) == (first, second) {
                assert!(swap(&mut storage));
                assert_eq!(contents(storage.flash_mut()), (second, first));
            }
            if !interrupted {
                break;
            }
        }
    }
}
