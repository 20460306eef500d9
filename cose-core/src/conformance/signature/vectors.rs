//! Published signatures.

use super::PublicHex;
use crate::iana::{Algorithm, Curve};

/// A signature that must verify, in hexadecimal, and where it was published.
pub struct Vector {
    pub source: &'static str,
    pub algorithms: &'static [Algorithm],
    pub key: PublicHex,
    pub message: &'static [u8],
    pub signature: &'static str,
}

pub const SIGNATURES: &[Vector] = &[
    Vector {
        source: "RFC 6979, A.2.5, SHA-256, \"sample\"",
        algorithms: &[Algorithm::ESP256, Algorithm::ES256],
        key: PublicHex::Ec2 {
            curve: Curve::P256,
            x: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
            y: "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        },
        message: b"sample",
        signature: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                    f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    },
    Vector {
        source: "RFC 6979, A.2.6, SHA-384, \"sample\"",
        algorithms: &[Algorithm::ESP384, Algorithm::ES384],
        key: PublicHex::Ec2 {
            curve: Curve::P384,
            x: "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64\
                def8f0ea9055866064a254515480bc13",
            y: "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1\
                288b231c3ae0d4fe7344fd2533264720",
        },
        message: b"sample",
        signature: "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c\
                    81a648152e44acf96e36dd1e80fabe4699ef4aeb15f178cea1fe40db2603138f\
                    130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    },
    Vector {
        source: "RFC 6979, A.2.7, SHA-512, \"sample\"",
        algorithms: &[Algorithm::ESP512, Algorithm::ES512],
        key: PublicHex::Ec2 {
            curve: Curve::P521,
            x: "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd\
                371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f50\
                23a4",
            y: "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a\
                28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfd\
                fcf5",
        },
        message: b"sample",
        signature: "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f\
                    174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e3\
                    77fa00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b\
                    68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e4\
                    4da4a67a",
    },
    Vector {
        source: "RFC 8032, 7.1, test 1",
        algorithms: &[Algorithm::ED25519, Algorithm::EDDSA],
        key: PublicHex::Okp {
            curve: Curve::Ed25519,
            x: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        },
        message: b"",
        signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
                    5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    },
    Vector {
        source: "RFC 8032, 7.1, test 2",
        algorithms: &[Algorithm::ED25519, Algorithm::EDDSA],
        key: PublicHex::Okp {
            curve: Curve::Ed25519,
            x: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        },
        message: b"r",
        signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
    Vector {
        source: "RFC 8032, 7.1, test 3",
        algorithms: &[Algorithm::ED25519, Algorithm::EDDSA],
        key: PublicHex::Okp {
            curve: Curve::Ed25519,
            x: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        },
        message: b"\xaf\x82",
        signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                    18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    },
    Vector {
        source: "RFC 8032, 7.4, 1 octet",
        algorithms: &[Algorithm::ED448, Algorithm::EDDSA],
        key: PublicHex::Okp {
            curve: Curve::Ed448,
            x: "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086\
                6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
        },
        message: b"\x03",
        signature: "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435\
                    2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb\
                    cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f\
                    f3348ab21aa4adafd1d234441cf807c03a00",
    },
    Vector {
        source: "Wycheproof, ecdsa_secp256k1_sha256_p1363_test, 1 (high s)",
        algorithms: &[Algorithm::ES256K],
        key: PublicHex::Ec2 {
            curve: Curve::Secp256k1,
            x: "b838ff44e5bc177bf21189d0766082fc9d843226887fc9760371100b7ee20a6f",
            y: "f0c9d75bfba7b31a6bca1974496eeb56de357071955d83c4b1badaa0b21832e9",
        },
        message: b"123400",
        signature: "813ef79ccefa9a56f7ba805f0e478584fe5f0dd5f567bc09b5123ccbc9832365\
                    900e75ad233fcc908509dbff5922647db37c21f4afd3203ae8dc4ae7794b0f87",
    },
    Vector {
        source: "cose-wg/Examples, rsa-pss-01",
        algorithms: &[Algorithm::PS256],
        key: PublicHex::Rsa { n: include_str!("rsa-n.hex"), e: "010001" },
        message: b"\x85\x69\x53\x69\x67\x6e\x61\x74\x75\x72\x65\x43\xa1\x03\x00\x44\xa1\x01\x38\
                   \x24\x40\x54\x54\x68\x69\x73\x20\x69\x73\x20\x74\x68\x65\x20\x63\x6f\x6e\x74\
                   \x65\x6e\x74\x2e",
        signature: include_str!("ps256.hex"),
    },
    Vector {
        source: "cose-wg/Examples, rsa-pss-02",
        algorithms: &[Algorithm::PS384],
        key: PublicHex::Rsa { n: include_str!("rsa-n.hex"), e: "010001" },
        message: b"\x85\x69\x53\x69\x67\x6e\x61\x74\x75\x72\x65\x43\xa1\x03\x00\x44\xa1\x01\x38\
                   \x25\x40\x54\x54\x68\x69\x73\x20\x69\x73\x20\x74\x68\x65\x20\x63\x6f\x6e\x74\
                   \x65\x6e\x74\x2e",
        signature: include_str!("ps384.hex"),
    },
    Vector {
        source: "cose-wg/Examples, rsa-pss-03",
        algorithms: &[Algorithm::PS512],
        key: PublicHex::Rsa { n: include_str!("rsa-n.hex"), e: "010001" },
        message: b"\x85\x69\x53\x69\x67\x6e\x61\x74\x75\x72\x65\x43\xa1\x03\x00\x44\xa1\x01\x38\
                   \x26\x40\x54\x54\x68\x69\x73\x20\x69\x73\x20\x74\x68\x65\x20\x63\x6f\x6e\x74\
                   \x65\x6e\x74\x2e",
        signature: include_str!("ps512.hex"),
    },
    Vector {
        source: "Wycheproof, rsa_signature_2048_sha256_test, 3",
        algorithms: &[Algorithm::RS256],
        key: PublicHex::Rsa { n: include_str!("rs256-n.hex"), e: "010001" },
        message: b"Test",
        signature: include_str!("rs256.hex"),
    },
    Vector {
        source: "Wycheproof, rsa_signature_2048_sha384_test, 3",
        algorithms: &[Algorithm::RS384],
        key: PublicHex::Rsa { n: include_str!("rs384-n.hex"), e: "010001" },
        message: b"Test",
        signature: include_str!("rs384.hex"),
    },
    Vector {
        source: "Wycheproof, rsa_signature_2048_sha512_test, 3",
        algorithms: &[Algorithm::RS512],
        key: PublicHex::Rsa { n: include_str!("rs512-n.hex"), e: "010001" },
        message: b"Test",
        signature: include_str!("rs512.hex"),
    },
    Vector {
        source: "Wycheproof, mldsa_44_sign_seed_test, 1",
        algorithms: &[Algorithm::ML_DSA_44],
        key: PublicHex::Akp {
            algorithm: Algorithm::ML_DSA_44,
            public: include_str!("ml-dsa-44-public.hex"),
        },
        message: b"Hello world",
        signature: include_str!("ml-dsa-44.hex"),
    },
    Vector {
        source: "Wycheproof, mldsa_65_sign_seed_test, 1",
        algorithms: &[Algorithm::ML_DSA_65],
        key: PublicHex::Akp {
            algorithm: Algorithm::ML_DSA_65,
            public: include_str!("ml-dsa-65-public.hex"),
        },
        message: b"Hello world",
        signature: include_str!("ml-dsa-65.hex"),
    },
    Vector {
        source: "Wycheproof, mldsa_87_sign_seed_test, 1",
        algorithms: &[Algorithm::ML_DSA_87],
        key: PublicHex::Akp {
            algorithm: Algorithm::ML_DSA_87,
            public: include_str!("ml-dsa-87-public.hex"),
        },
        message: b"Hello world",
        signature: include_str!("ml-dsa-87.hex"),
    },
    Vector {
        source: "RFC 8554, appendix F, test case 1",
        algorithms: &[Algorithm::HSS_LMS],
        key: PublicHex::HssLms(
            "00000002000000050000000461a5d57d37f5e46bfb7520806b07a1b850650e3b\
                              31fe4a773ea29a07f09cf2ea30e579f0df58ef8e298da0434cb2b878",
        ),
        message: b"\x54\x68\x65\x20\x70\x6f\x77\x65\x72\x73\x20\x6e\x6f\x74\x20\x64\x65\x6c\x65\
                   \x67\x61\x74\x65\x64\x20\x74\x6f\x20\x74\x68\x65\x20\x55\x6e\x69\x74\x65\x64\
                   \x20\x53\x74\x61\x74\x65\x73\x20\x62\x79\x20\x74\x68\x65\x20\x43\x6f\x6e\x73\
                   \x74\x69\x74\x75\x74\x69\x6f\x6e\x2c\x20\x6e\x6f\x72\x20\x70\x72\x6f\x68\x69\
                   \x62\x69\x74\x65\x64\x20\x62\x79\x20\x69\x74\x20\x74\x6f\x20\x74\x68\x65\x20\
                   \x53\x74\x61\x74\x65\x73\x2c\x20\x61\x72\x65\x20\x72\x65\x73\x65\x72\x76\x65\
                   \x64\x20\x74\x6f\x20\x74\x68\x65\x20\x53\x74\x61\x74\x65\x73\x20\x72\x65\x73\
                   \x70\x65\x63\x74\x69\x76\x65\x6c\x79\x2c\x20\x6f\x72\x20\x74\x6f\x20\x74\x68\
                   \x65\x20\x70\x65\x6f\x70\x6c\x65\x2e\x0a",
        signature: include_str!("hss-lms-1.hex"),
    },
    Vector {
        source: "cose-wg/Examples, hashsig-01",
        algorithms: &[Algorithm::HSS_LMS],
        key: PublicHex::HssLms(
            "000000010000000600000003d08fabd4a2091ff0a8cb4ed834e7453432a58885\
                              cd9ba0431235466bff9651c6c92124404d45fa53cf161c28f1ad5a8e",
        ),
        message: b"\x85\x69\x53\x69\x67\x6e\x61\x74\x75\x72\x65\x43\xa1\x03\x00\x44\xa1\x01\x38\
                   \x2d\x40\x54\x54\x68\x69\x73\x20\x69\x73\x20\x74\x68\x65\x20\x63\x6f\x6e\x74\
                   \x65\x6e\x74\x2e",
        signature: include_str!("hss-lms-2.hex"),
    },
];
