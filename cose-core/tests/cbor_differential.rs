//! The same bytes given to `minicbor` and `ciborium`: accepted by both sides or by none, and read as the
//! same values; every difference is named here, with its reason.

mod differential;
mod items;

use ciborium::Value;
use differential::{
    agree_with_ciborium, agree_with_minicbor, ciborium_is_lenient, ciborium_is_strict,
    ciborium_reads, minicbor_accepts, minicbor_is_lenient, shown, told,
};
use hexad_cose_core::Error;
use hexad_cose_core::cbor::{Encoder, MAX_DEPTH, check_unique_keys, check_well_formed};
use proptest::prelude::*;

/// Well-formed items, well-formed items with a few bytes changed, cut or put in, and anything else.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    let changed =
        (items::item(), prop::collection::vec(change, 1..4)).prop_map(|(mut bytes, changes)| {
            for (index, byte, how) in changes {
                let at = index.index(bytes.len() + 1);
                match how {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, byte),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    _ => {
                        if let Some(changed) = bytes.get_mut(at) {
                            *changed = byte;
                        }
                    }
                }
            }
            bytes
        });
    // First bytes that matter most, so that short inputs hit every branch.
    let heads = prop::sample::select(vec![
        0x00_u8, 0x18, 0x1b, 0x1c, 0x1f, 0x20, 0x38, 0x40, 0x41, 0x5f, 0x60, 0x61, 0x7f, 0x80,
        0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xbf, 0xc1, 0xc2, 0xd8, 0xdf, 0xe0, 0xf4, 0xf6, 0xf7, 0xf8,
        0xf9, 0xfa, 0xfb, 0xff,
    ]);
    let short = prop::collection::vec(heads, 0..8);
    prop_oneof![items::item(), changed, short, prop::collection::vec(any::<u8>(), 0..12)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Both accept or both refuse, and read the same, but for what is named with its reason.
    #[test]
    fn minicbor_agrees(bytes in inputs()) {
        agree_with_minicbor(&bytes).map_err(TestCaseError::fail)?;
    }

    /// The same with `ciborium`.
    #[test]
    fn ciborium_agrees(bytes in inputs()) {
        agree_with_ciborium(&bytes).map_err(TestCaseError::fail)?;
    }

    /// Keys that `ciborium` reads as equal values are duplicates, and no others.
    #[test]
    fn keys_are_the_same_if_their_values_are(a in items::item(), b in items::item()) {
        for b in [b, a.clone(), again(&a)] {
            let map = [&[0xa2][..], &a, &[0x00], &b, &[0x00]].concat();
            let (Some(x), Some(y)) = (ciborium_reads(&a), ciborium_reads(&b)) else { continue };
            let (x, y) = (shown(&x), shown(&y));
            // Where it tells less apart: NaNs, null and undefined, integers and bignums.
            let is_told_apart = |item: &String| {
                item != "NaN" && item != "undefined" && item != "tag 2" && item != "tag 3"
            };
            if !told(&map).unwrap().iter().all(is_told_apart) {
                continue;
            }
            match check_unique_keys(&map) {
                Ok(()) => prop_assert_ne!(x, y, "{:02x?}", map),
                Err(error) => {
                    // Unless a key stands twice in a map inside.
                    let is_outer = error.offset() == 1 + a.len() + 1;
                    prop_assert!(!is_outer || x == y, "{:02x?}: {}", map, error);
                }
            }
        }
    }

    /// What this encoder writes in any order is sorted as `ciborium`'s canonical values would be.
    #[test]
    fn sorted_maps_are_read_by_ciborium(keys in prop::collection::hash_set(any::<i64>(), 0..20)) {
        let mut bytes = Vec::new();
        Encoder::appending(&mut bytes)
            .map_sorted(keys.len(), |entries| -> Result<(), Error> {
                for key in &keys {
                    entries.integer(*key)?.integer(*key)?;
                }
                Ok(())
            })
            .unwrap();
        let Some(Value::Map(read)) = ciborium_reads(&bytes) else { panic!("{bytes:02x?}") };
        prop_assert_eq!(read.len(), keys.len());
        let encoded = |value: &Value| {
            let mut bytes = Vec::new();
            ciborium::into_writer(value, &mut bytes).unwrap();
            bytes
        };
        prop_assert!(read.iter().all(|(key, value)| key == value));
        prop_assert!(read.is_sorted_by_key(|(key, _)| encoded(key)));
    }
}

/// An item written anew by `ciborium`: the same value in preferred serialization, if it can read it.
fn again(bytes: &[u8]) -> Vec<u8> {
    let mut again = Vec::new();
    match ciborium_reads(bytes) {
        Some(value) => ciborium::into_writer(&value, &mut again).unwrap(),
        None => again.push(0x00),
    }
    again
}

/// What is said of the others above is still so: else the explanation has to go.
#[test]
fn the_named_differences_are_there() {
    let deep = [vec![0x81; MAX_DEPTH + 1], vec![0x00]].concat();
    for bytes in [&[0xf8, 0x14][..], &[0x81, 0xff], &[0xbf, 0x00, 0xff], &[0xbf, 0xa1, 0xff], &deep]
    {
        let error = check_well_formed(bytes).unwrap_err();
        assert!(minicbor_accepts(bytes), "{bytes:02x?}");
        assert!(minicbor_is_lenient(bytes, error), "{bytes:02x?}: {error}");
    }
    for bytes in [&[0xf8, 0x14][..], &[0x5f, 0x5f, 0x41, 0x00, 0xff, 0xff], &deep] {
        let error = check_well_formed(bytes).unwrap_err();
        assert!(ciborium_reads(bytes).is_some(), "{bytes:02x?}");
        assert!(ciborium_is_lenient(bytes, error), "{bytes:02x?}: {error}");
    }
    let bignum = [&[0xc3, 0x50, 0x80][..], &[0; 15]].concat();
    for bytes in [&[0xf0][..], &bignum] {
        assert_eq!(check_well_formed(bytes), Ok(()));
        assert!(ciborium_reads(bytes).is_none() && ciborium_is_strict(bytes), "{bytes:02x?}");
    }
    assert_eq!(ciborium_reads(&[0xf7]), Some(Value::Null));
    assert_eq!(ciborium_reads(&[0xc2, 0x41, 0x01]), Some(Value::from(1)));
}
