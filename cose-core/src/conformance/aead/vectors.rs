//! Published ciphertexts.

use crate::iana::Algorithm;

/// A ciphertext with its tag, in hexadecimal, and where it was published.
pub struct Vector {
    pub source: &'static str,
    pub algorithm: Algorithm,
    pub key: &'static str,
    pub nonce: &'static str,
    pub aad: &'static str,
    pub plaintext: &'static str,
    pub ciphertext: &'static str,
}

pub const CIPHERTEXTS: &[Vector] = &[
    Vector {
        source: "Wycheproof, aes_gcm_test, 12",
        algorithm: Algorithm::A128GCM,
        key: "e63a43216c08867210e248859eb5e99c",
        nonce: "9c3a4263d983456658aad4b1",
        aad: "834afdc5c737186b",
        plaintext: "b14da56b0462dc05b871fc815273ff4810f92f4b",
        ciphertext: "bf864616c2347509ca9b10446379b9bdbb3b8f64a97d25b490390b53c5db91f6\
                     ee2a15b8",
    },
    Vector {
        source: "Wycheproof, aes_gcm_test, 186",
        algorithm: Algorithm::A192GCM,
        key: "fa5b9b41f93f8b682c04ba816c3fecc24eec095b04dd7497",
        nonce: "62b9cf1e923bc1138d05d205",
        aad: "2ed8487153e21b12",
        plaintext: "18159841813a69fc0f8f4229e1678da7c9016711",
        ciphertext: "c7c1cbb85ce2a0a3f32cb9ef01ad45ec1118b66d253317f98bdab87531ece204\
                     75cd9ebb",
    },
    Vector {
        source: "Wycheproof, aes_gcm_test, 101",
        algorithm: Algorithm::A256GCM,
        key: "cdccfe3f46d782ef47df4e72f0c02d9c7f774def970d23486f11a57f54247f17",
        nonce: "376187894605a8d45e30de51",
        aad: "956846a209e087ed",
        plaintext: "e28e0e9f9d22463ac0e42639b530f42102fded75",
        ciphertext: "feca44952447015b5df1f456df8ca4bb4eee2ce2082e91924deeb77880e1b1c8\
                     4f9b8d30",
    },
    Vector {
        source: "Wycheproof, aes_ccm_test, 235",
        algorithm: Algorithm::AES_CCM_64_128_128,
        key: "19d532dbcc934a009ce1b94a0b31ddc7",
        nonce: "f0bf6a9bcf6c0d",
        aad: "",
        plaintext: "",
        ciphertext: "7b12263aaf1e4cb6e4b406e026698209",
    },
    Vector {
        source: "Wycheproof, aes_ccm_test, 307",
        algorithm: Algorithm::AES_CCM_64_128_256,
        key: "491828f2dddcff5f966e6627f4b6a85a2ea76fd1e0b6117a13e94d0e81c063a5",
        nonce: "4feedf9d9c07e0",
        aad: "",
        plaintext: "",
        ciphertext: "1ca0a418f337a4c04f2123fefd31796d",
    },
    Vector {
        source: "RFC 8439, 2.8.2",
        algorithm: Algorithm::CHACHA20_POLY1305,
        key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        nonce: "070000004041424344454647",
        aad: "50515253c0c1c2c3c4c5c6c7",
        plaintext: "4c616469657320616e642047656e746c656d656e206f662074686520636c6173\
                    73206f66202739393a204966204920636f756c64206f6666657220796f75206f\
                    6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73\
                    637265656e20776f756c642062652069742e",
        ciphertext: "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6\
                     3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36\
                     92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                     3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060\
                     0691",
    },
    Vector {
        source: "Wycheproof, aes_cbc_pkcs5_test, 20",
        algorithm: Algorithm::A128CBC,
        key: "831e664c9e3f0c3094c0b27b9d908eb2",
        nonce: "54f2459e40e002763144f4752cde2fb5",
        aad: "",
        plaintext: "26603bb76dd0a0180791c4ed4d3b058807",
        ciphertext: "8d55dc10584e243f55d2bdbb5758b7fabcd58c8d3785f01c7e3640b2a1dadcd9",
    },
    Vector {
        source: "Wycheproof, aes_cbc_pkcs5_test, 92",
        algorithm: Algorithm::A192CBC,
        key: "cfd3f68873d81a27d2bfce876c79f6e609074dec39e34614",
        nonce: "c45b52a240eba3bdde5dfd57f3d474fb",
        aad: "",
        plaintext: "b1973cb25aa87ef9d1a8888b0a0f5c04c6",
        ciphertext: "401ad889bdb9d38816c782e00b168ccccde9bf75f4be868ceb91237e8b37b750",
    },
    Vector {
        source: "Wycheproof, aes_cbc_pkcs5_test, 164",
        algorithm: Algorithm::A256CBC,
        key: "73216fafd0022d0d6ee27198b2272578fa8f04dd9f44467fbb6437aa45641bf7",
        nonce: "4b74bd981ea9d074757c3e2ef515e5fb",
        aad: "",
        plaintext: "d5247b8f6c3edcbfb1d591d13ece23d2f5",
        ciphertext: "fbea776fb1653635f88e2937ed2450ba4e9063e96d7cdba04928f01cb85492fe",
    },
    Vector {
        source: "NIST SP 800-38A, F.5.1",
        algorithm: Algorithm::A128CTR,
        key: "2b7e151628aed2a6abf7158809cf4f3c",
        nonce: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        aad: "",
        plaintext: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                    30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        ciphertext: "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff\
                     5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
    },
    Vector {
        source: "NIST SP 800-38A, F.5.3",
        algorithm: Algorithm::A192CTR,
        key: "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        nonce: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        aad: "",
        plaintext: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                    30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        ciphertext: "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94\
                     1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
    },
    Vector {
        source: "NIST SP 800-38A, F.5.5",
        algorithm: Algorithm::A256CTR,
        key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        nonce: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        aad: "",
        plaintext: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                    30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        ciphertext: "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5\
                     2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
    },
    Vector {
        source: "RFC 3610, 8, packet vector 1",
        algorithm: Algorithm::AES_CCM_16_64_128,
        key: "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf",
        nonce: "00000003020100a0a1a2a3a4a5",
        aad: "0001020304050607",
        plaintext: "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
        ciphertext: "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-01",
        algorithm: Algorithm::AES_CCM_16_64_128,
        key: "849b57219dae48de646d07dbb533566e",
        nonce: "89f52f65a1c580933b5261a72f",
        aad: "8367456e637279707443a1010a40",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "6899da0a132bd2d2b9b10915743ee1f7b92a46802388816c040275ee",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-02",
        algorithm: Algorithm::AES_CCM_16_128_128,
        key: "849b57219dae48de646d07dbb533566e",
        nonce: "89f52f65a1c580933b5261a72f",
        aad: "8367456e637279707444a101181e40",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "6899da0a132bd2d2b9b10915743ee1f7b92a46801d3d61b6e7c964520652f9d3\
                     c8347e8a",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-03",
        algorithm: Algorithm::AES_CCM_64_64_128,
        key: "849b57219dae48de646d07dbb533566e",
        nonce: "89f52f65a1c580",
        aad: "8367456e637279707443a1010c40",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "191bd858dec79fc11da3428bdfa446ac240d591f9f0f25e3a3fa4e6c",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-04",
        algorithm: Algorithm::AES_CCM_64_128_128,
        key: "849b57219dae48de646d07dbb533566e",
        nonce: "89f52f65a1c580",
        aad: "8367456e637279707444a101182040",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "191bd858dec79fc11da3428bdfa446ac240d591f59482aea4157167842d7bf5e\
                     dd68ec92",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-05",
        algorithm: Algorithm::AES_CCM_16_64_256,
        key: "0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100",
        nonce: "89f52f65a1c580933b5261a72f",
        aad: "8367456e637279707443a1010b40",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "28b3bddff844a736c5f0ee0f8c691fd0b7adf917a8a3ef3313d6d332",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-06",
        algorithm: Algorithm::AES_CCM_16_128_256,
        key: "0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100",
        nonce: "89f52f65a1c580933b5261a72f",
        aad: "8367456e637279707444a101181f40",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "28b3bddff844a736c5f0ee0f8c691fd0b7adf917348cddc1fd07f3653ad991f9\
                     dfb65d50",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-07",
        algorithm: Algorithm::AES_CCM_64_64_256,
        key: "0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100",
        nonce: "89f52f65a1c580",
        aad: "8367456e637279707443a1010d40",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "721908d60812806f2660054238e931adb575771ee26c547ec3de06c5",
    },
    Vector {
        source: "cose-wg/Examples, aes-ccm-08",
        algorithm: Algorithm::AES_CCM_64_128_256,
        key: "0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100",
        nonce: "89f52f65a1c580",
        aad: "8367456e637279707444a101182140",
        plaintext: "546869732069732074686520636f6e74656e742e",
        ciphertext: "721908d60812806f2660054238e931adb575771eb58752e5f0fb62a828917386\
                     a770ce9c",
    },
];

/// An AES-CBC ciphertext whose padding is none (RFC 5652, 6.3): what its last block decrypts to does
/// not end in as many bytes of one value as that value says.
pub struct Unpadded {
    pub source: &'static str,
    pub key: &'static str,
    pub nonce: &'static str,
    pub ciphertext: &'static str,
}

/// All of A128CBC.
pub const UNPADDED: &[Unpadded] = &[
    Unpadded {
        source: "Wycheproof, aes_cbc_pkcs5_test, 25 (empty)",
        key: "db4f3e5e3795cc09a073fa6a81e5a6bc",
        nonce: "23468aa734f5f0f19827316ff168e94f",
        ciphertext: "",
    },
    Unpadded {
        source: "Wycheproof, aes_cbc_pkcs5_test, 26 (zeros)",
        key: "db4f3e5e3795cc09a073fa6a81e5a6bc",
        nonce: "23468aa734f5f0f19827316ff168e94f",
        ciphertext: "aa62606a287476777b92d8e4c4e53028",
    },
    Unpadded {
        source: "Wycheproof, aes_cbc_pkcs5_test, 29 (zeros)",
        key: "db4f3e5e3795cc09a073fa6a81e5a6bc",
        nonce: "23468aa734f5f0f19827316ff168e94f",
        ciphertext: "fbcbdfdaaf17980be939c0b243266ecbc0deb417e98aba3ee12fea2921f8ae51",
    },
    Unpadded {
        source: "Wycheproof, aes_cbc_pkcs5_test, 32 (0xff)",
        key: "db4f3e5e3795cc09a073fa6a81e5a6bc",
        nonce: "23468aa734f5f0f19827316ff168e94f",
        ciphertext: "726570a34cea08139d9f836579102a0e",
    },
];
