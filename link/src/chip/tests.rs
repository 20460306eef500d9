//! The division of the chip, and the identity.

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Curve, Error, ErrorKind, Key, PublicKey, Y};

use super::{CAPACITY, ENVELOPE_ROOM, IDENTITY, IMAGE_ROOM, Identity, SECTOR, SLOTS};

/// Nothing overlaps, everything begins where a sector does, and all of it fits.
#[test]
fn the_chip_is_divided() {
    let [a, b] = SLOTS;
    let mut end = IDENTITY + SECTOR;
    for slot in [a, b] {
        for (start, length) in
            [(slot.record, SECTOR), (slot.envelope, ENVELOPE_ROOM), (slot.image, IMAGE_ROOM)]
        {
            assert!(start.is_multiple_of(SECTOR) && length.is_multiple_of(SECTOR));
            assert_eq!(start, end);
            end += length;
        }
    }
    assert!(end <= CAPACITY);
}

/// An identity is read as it was written; one that is cut short, erased, or lacks the private key is none.
#[test]
fn identities() {
    let public = PublicKey::Ec2 { curve: Curve::P256, x: &[1; 32], y: Y::Coordinate(&[2; 32]) };
    let identity = Identity {
        author: Key::from_public(public),
        attestation_key: Key::from_public(public).with_private(&[3; 32]),
        vendor: &[4; 16],
        class: &[5; 16],
        ueid: &[1; 17],
        oem_id: 32473,
    };
    let mut sector = [0xff; 512];
    let mut encoder = Encoder::new(&mut sector);
    identity.encode(&mut encoder).unwrap();
    let length = encoder.written();
    let read = Identity::parse(&sector).unwrap();
    assert_eq!(read.author.public(), Some(public));
    assert_eq!(read.attestation_key.private(), Some(&[3; 32][..]));
    assert_eq!((read.vendor, read.class), (identity.vendor, identity.class));
    assert_eq!((read.ueid, read.oem_id), (identity.ueid, identity.oem_id));

    for end in 0..length {
        assert!(Identity::parse(&sector[..end]).is_err(), "{end}");
    }
    assert!(Identity::parse(&[0xff; 512]).is_err());
    let keyless = Identity { attestation_key: Key::from_public(public), ..identity };
    let written = keyless.encode(&mut Encoder::new(&mut [0; 512]));
    assert_eq!(written.map_err(Error::kind), Err(ErrorKind::KeyMismatch));
}
