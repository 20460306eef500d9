//! The signature of a MUD file: any bytes as CMS, and as a certificate.

#![no_main]

use hexad_cose_core::x509::Certificate;
use hexad_fuzz::{accepts_exactly, mud};
use hexad_mud::signature::{Policy, SignedData};
use hexad_rustcrypto::RustCrypto;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let certificate =
        |data: &[u8]| Certificate::parse(data).map(|_| ()).map_err(|error| error.offset());
    accepts_exactly(data, certificate);
    let parse = |data: &[u8]| SignedData::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let signature = SignedData::parse(data).expect("it was accepted before");
    let (key, thumbprint) = mud::signer();
    let policy = Policy::at(mud::NOW).thumbprint(mud::HASH, &thumbprint);
    if let Ok(authentic) = signature.verify(mud::FILE, &policy, &mut RustCrypto) {
        assert_eq!(*authentic.get(), mud::FILE);
        let signer = Certificate::parse(authentic.signer()).expect("it was read before");
        assert_eq!(signer.key(), Some(key.public()), "the trusted signer");
        assert!(signature.verify(b"{}", &policy, &mut RustCrypto).is_err(), "another file");
    }
});
