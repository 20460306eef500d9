extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::cbor::{check_deterministic, parse_diagnostic};

/// Writes the entries, each already encoded, into a buffer and into a `Vec`.
fn sorted(entries: &[Vec<u8>], count: usize) -> Result<Vec<u8>, Error> {
    let write = |encoder: &mut Encoder<'_>| -> Result<(), Error> {
        for entry in entries {
            encoder.raw(entry)?;
        }
        Ok(())
    };
    let mut grown = vec![0xaa];
    let into_vec = Encoder::appending(&mut grown)
        .map_sorted(count, write)
        .map(drop)
        .map(|()| grown[1..].to_vec());
    let mut buffer = [0; 4096];
    let mut encoder = Encoder::new(&mut buffer);
    encoder.raw(&[0xaa])?;
    let into_buffer = encoder.map_sorted(count, write).map(drop);
    let into_buffer = into_buffer.map(|()| encoder.as_bytes()[1..].to_vec());
    assert_eq!(into_vec, into_buffer);
    into_vec
}

fn entries(texts: &[&str]) -> Vec<Vec<u8>> {
    let entry =
        |text: &&str| parse_diagnostic(&std::format!("{{{text}}}")).expect(text)[1..].to_vec();
    texts.iter().map(entry).collect()
}

/// RFC 8949, 4.2.1: the example of the order of keys, from every order in which they can be written.
#[test]
fn keys_of_every_type_are_sorted_from_every_order() {
    let ordered = entries(&[
        "10: 0",
        "100: 1",
        "-1: [2, 3]",
        "\"z\": \"\"",
        "\"aa\": {}",
        "[100]: 4",
        "[-1]: 5",
        "false: 6",
    ]);
    let expected = [vec![0xa8], ordered.concat()].concat();
    check_deterministic(&expected).unwrap();
    // Heap's algorithm, all 40,320 permutations.
    let mut permuted = ordered.clone();
    let mut counters = [0; 8];
    let mut index = 0;
    assert_eq!(sorted(&permuted, 8).as_ref(), Ok(&expected));
    while index < 8 {
        if counters[index] < index {
            permuted.swap(if index % 2 == 0 { 0 } else { counters[index] }, index);
            assert_eq!(sorted(&permuted, 8).as_ref(), Ok(&expected));
            counters[index] += 1;
            index = 0;
        } else {
            counters[index] = 0;
            index += 1;
        }
    }
}

/// A key for the second time is refused, wherever it stands, at the place where it was written.
#[test]
fn duplicate_keys_are_refused() {
    for (texts, offset) in [
        (&["1: 0", "1: 0"][..], 4),
        (&["1: 0", "2: 0", "1: 0"], 6),
        (&["2: 0", "1: 0", "2: 0"], 6),
        (&["3: 0", "1: 0", "2: 0", "1: 1"], 8),
        (&["[1]: 0", "2: 0", "[1]: 0"], 7),
    ] {
        let error = sorted(&entries(texts), texts.len()).unwrap_err();
        assert_eq!(error, Error::new(ErrorKind::DuplicateKey, offset), "{texts:?}");
    }
}

/// The number of entries is that which was announced.
#[test]
fn the_number_of_entries_is_checked() {
    let two = entries(&["2: 0", "1: 0"]);
    assert_eq!(sorted(&two, 2).unwrap(), [0xa2, 1, 0, 2, 0]);
    for (count, offset) in [(0, 2), (1, 4), (3, 6)] {
        assert_eq!(sorted(&two, count), Err(Error::new(ErrorKind::Length, offset)), "{count}");
    }
    let odd = [vec![1], vec![0], vec![2]];
    assert_eq!(sorted(&odd, 2), Err(Error::new(ErrorKind::Length, 5)));
    assert_eq!(sorted(&[vec![1], vec![0x1c]], 1).unwrap_err().kind(), ErrorKind::ReservedValue);
    assert_eq!(sorted(&[], 0).unwrap(), [0xa0]);
}

/// Sorted maps inside one another and inside wrapped CBOR, whose content is only counted first.
#[test]
fn sorted_maps_nest() {
    let mut buffer = [0; 32];
    let mut encoder = Encoder::new(&mut buffer);
    let write = |encoder: &mut Encoder<'_>| -> Result<(), Error> {
        encoder.map_sorted(2, |outer| {
            outer
                .unsigned(2)?
                .map_sorted(2, |inner| inner.text("b")?.null()?.text("a")?.null().map(drop))?;
            outer.unsigned(1)?.null().map(drop)
        })?;
        Ok(())
    };
    encoder.wrapped(write).unwrap();
    let expected = parse_diagnostic("<<{1: null, 2: {\"a\": null, \"b\": null}}>>").unwrap();
    assert_eq!(encoder.as_bytes(), expected);
    let error = Encoder::new(&mut [0; 4]).map_sorted(1, write).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall);
}
