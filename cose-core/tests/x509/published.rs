//! The examples of RFC 9360's parameters in cose-wg/Examples, x509-examples.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::x509::{CoseCertHash, CoseX509, Validation};
use hexad_cose_core::{Headers, Sign};
use hexad_rustcrypto::RustCrypto;

use super::path as find_path;

/// 2030-01-01; the certificates are valid from 2020 to 2053.
const NOW: i64 = 1_893_456_000;

fn der(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

/// The message of an example: what stands in `output.cbor`.
fn message(folder: &Path, number: u8) -> Vec<u8> {
    let text = fs::read_to_string(folder.join(format!("signed-0{number}.json"))).unwrap();
    // The text has one member of this name.
    let (_, rest) = text.split_once("\"cbor\":\"").unwrap();
    let (digits, _) = rest.split_once('"').unwrap();
    let digits = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// The unprotected header parameters with numbers of the first signer of a COSE_Sign.
fn unprotected(message: &[u8]) -> BTreeMap<i64, Raw<'_>> {
    let mut cursor = Cursor::new(message);
    assert_eq!(cursor.tag().unwrap(), 98);
    cursor.array_of(4).unwrap();
    for _ in 0..3 {
        cursor.skip().unwrap();
    }
    let mut signers = cursor.array().unwrap();
    assert!(signers.next(&mut cursor).unwrap());
    cursor.array_of(3).unwrap();
    cursor.skip().unwrap();
    let mut parameters = BTreeMap::new();
    let mut entries = cursor.map().unwrap();
    while entries.next(&mut cursor).unwrap() {
        parameters.insert(cursor.integer().unwrap(), cursor.item().unwrap());
    }
    parameters
}

pub fn parameters(folder: &Path) {
    let (alice, authority) = (der(folder, "alice.der"), der(folder, "ca.der"));
    let messages = [1, 2, 3, 4, 5].map(|number| message(folder, number));
    let [one, two, three, four, five] = messages.each_ref().map(|message| unprotected(message));
    let all = |value: Raw<'_>| -> Vec<Vec<u8>> {
        CoseX509::parse(value).unwrap().iter().map(|raw| raw.bytes().to_vec()).collect()
    };
    assert_eq!(all(one[&32]), [&alice[..]]);
    assert_eq!(all(two[&32]), [&alice[..], &authority]);
    assert_eq!(all(three[&33]), [&alice[..]]);
    assert_eq!(all(four[&33]), [&alice[..], &authority]);
    let hash = CoseCertHash::parse(five[&34]).unwrap();
    assert_eq!(hash.matches(&alice, &mut RustCrypto), Ok(true));
    assert_eq!(hash.matches(&authority, &mut RustCrypto), Ok(false));
}

/// The same by the accessors of headers, of the examples whose headers are in order.
pub fn accessors(folder: &Path) {
    let (alice, authority) = (der(folder, "alice.der"), der(folder, "ca.der"));
    let messages = [3, 4, 5].map(|number| message(folder, number));
    let [three, four, five] = messages.each_ref().map(|message| {
        let message = Sign::parse(message).unwrap();
        *message.signatures().next().unwrap().headers()
    });
    let chain = |headers: &Headers<'_>| -> Vec<Vec<u8>> {
        let chain = headers.x5chain().unwrap().unwrap();
        chain.iter().map(|raw| raw.bytes().to_vec()).collect()
    };
    assert_eq!(chain(&three), [&alice[..]]);
    assert_eq!(chain(&four), [&alice[..], &authority]);
    let hash = five.x5t().unwrap().unwrap();
    assert_eq!(hash.matches(&alice, &mut RustCrypto), Ok(true));
    assert!(five.x5chain().unwrap().is_none() && five.x5bag().unwrap().is_none());
}

pub fn path(folder: &Path) {
    let (alice, authority) = (der(folder, "alice.der"), der(folder, "ca.der"));
    let validation = Validation::at(NOW).key_usage_present();
    let none: &[&Vec<u8>] = &[];
    assert_eq!(find_path(validation, &alice, none, &[&authority]), Ok(0));
    assert!(find_path(validation, &alice, &[&authority], none).is_err());
    assert!(find_path(Validation::at(0), &alice, none, &[&authority]).is_err());
}
