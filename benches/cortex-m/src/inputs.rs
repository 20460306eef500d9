//! What the images read: the files that the host's program `inputs` writes, so that host and device
//! measure on the same bytes.

/// The file of that name.
macro_rules! input {
    ($name:literal) => {
        include_bytes!(concat!(env!("HEXAD_BENCH_INPUTS"), "/", $name))
    };
}

/// A payload size and the message with it.
pub type Sized = (usize, &'static [u8]);

/// A tagged `COSE_Sign1` by ESP256.
pub const SIGN1_P256: [Sized; 2] =
    [(20, input!("sign1-p256-20.cose")), (1024, input!("sign1-p256-1024.cose"))];
/// A tagged `COSE_Sign1` by Ed25519.
pub const SIGN1_ED25519: [Sized; 2] =
    [(20, input!("sign1-ed25519-20.cose")), (1024, input!("sign1-ed25519-1024.cose"))];
/// The P-256 key that verifies: an uncompressed point.
pub const P256_KEY: &[u8] = input!("p256.key");
/// The Ed25519 key that verifies.
pub const ED25519_KEY: &[u8] = input!("ed25519.key");
/// The private key of both.
pub const PRIVATE_KEY: [u8; 32] = [7; 32];

/// A tagged `COSE_Mac0` by HMAC 256/256.
pub const MAC0: [Sized; 2] = [(20, input!("mac0-20.cose")), (1024, input!("mac0-1024.cose"))];
/// Its key.
pub const MAC_SECRET: [u8; 32] = [7; 32];
/// A tagged `COSE_Encrypt0` by AES-CCM-16-64-128.
pub const ENCRYPT0_CCM: [Sized; 2] =
    [(20, input!("encrypt0-ccm-20.cose")), (1024, input!("encrypt0-ccm-1024.cose"))];
/// A tagged `COSE_Encrypt0` by A128GCM.
pub const ENCRYPT0_GCM: [Sized; 2] =
    [(20, input!("encrypt0-gcm-20.cose")), (1024, input!("encrypt0-gcm-1024.cose"))];
/// The key of both.
pub const SECRET: [u8; 16] = [7; 16];

/// A map of 100 entries, each an array of a text and a float.
pub const MAP: &[u8] = input!("map-100.cbor");

/// A SUIT envelope by ESP256 under [`P256_KEY`]: one component; vendor, class, fetch, image match.
pub const UPDATE: &[u8] = input!("update.suit");
/// The image that it installs.
pub const IMAGE: &[u8] = input!("image.bin");
/// The vendor of the device, and of those in the examples of the draft.
pub const VENDOR: [u8; 16] = *b"\xfa\x6b\x4a\x53\xd5\xad\x5f\xdf\xbe\x9d\xe6\x63\xe4\xd4\x1f\xfe";
/// Its class.
pub const CLASS: [u8; 16] = *b"\x14\x92\xaf\x14\x25\x69\x5e\x48\xbf\x42\x9b\x2d\x51\xf2\xab\x45";

/// The examples 0 to 5 of draft-ietf-suit-manifest-37, by ES256 under [`EXAMPLES_KEY`].
#[cfg(feature = "vectors")]
pub const EXAMPLES: [&[u8]; 6] = [
    input!("example0.suit"),
    input!("example1.suit"),
    input!("example2.suit"),
    input!("example3.suit"),
    input!("example4.suit"),
    input!("example5.suit"),
];
/// The key that verifies them.
#[cfg(feature = "vectors")]
pub const EXAMPLES_KEY: &[u8] = input!("examples.key");

/// An EAT by ESP256 under [`P256_KEY`], with [`TAG`] as its measurement.
pub const TOKEN: &[u8] = input!("token.eat");
/// A PSA token by ESP256 under [`P256_KEY`], of two software components.
pub const PSA_TOKEN: &[u8] = input!("token.psa");
/// An evidence CoSWID of one file.
pub const TAG: &[u8] = input!("tag.coswid");
