//! Recipients: every way to come by a content key (RFC 9053, 6), alone, beside others and nested.

mod agreement;
mod beside;
mod shared;

use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Error, Expect, KdfInfo, NewHeaders, NewRecipient,
    PublicKey, RecipientKey,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};

use crate::parties::Counting;

const CURVES: [Curve; 4] = [Curve::P256, Curve::P384, Curve::P521, Curve::X25519];
const AGREED: [Algorithm; 4] = [
    Algorithm::ECDH_ES_HKDF_256,
    Algorithm::ECDH_ES_HKDF_512,
    Algorithm::ECDH_SS_HKDF_256,
    Algorithm::ECDH_SS_HKDF_512,
];
const AGREED_AND_WRAPPED: [Algorithm; 6] = [
    Algorithm::ECDH_ES_A128KW,
    Algorithm::ECDH_ES_A192KW,
    Algorithm::ECDH_ES_A256KW,
    Algorithm::ECDH_SS_A128KW,
    Algorithm::ECDH_SS_A192KW,
    Algorithm::ECDH_SS_A256KW,
];
const DERIVED: [Algorithm; 4] = [
    Algorithm::DIRECT_HKDF_SHA_256,
    Algorithm::DIRECT_HKDF_SHA_512,
    Algorithm::DIRECT_HKDF_AES_128,
    Algorithm::DIRECT_HKDF_AES_256,
];
const WRAPPED: [Algorithm; 3] = [Algorithm::A128KW, Algorithm::A192KW, Algorithm::A256KW];
const CONTENT: Algorithm = Algorithm::A256GCM;
const IV: [u8; 12] = [0x15; 12];

/// h'0102030405060708' as the sender's nonce or the salt.
const FRESH: &[u8] = &[0x48, 1, 2, 3, 4, 5, 6, 7, 8];

/// A private key on `curve`, of one party or another.
fn private(curve: Curve, party: u8) -> AgreementKey {
    let mut d = vec![party; curve.coordinate_len()];
    d[0] = 0;
    AgreementKey::from_bytes(curve, &d).unwrap()
}

/// A message to `recipients` with the content key `key`.
fn seal(key: &ContentKey, recipients: &[NewRecipient<'_>]) -> Vec<u8> {
    let mut buffer = [0; 2048];
    Encrypt::builder(NewHeaders::new(key.algorithm()).iv(&IV))
        .seal(b"content", &key.secret(), recipients, &mut buffer, &mut RustCrypto)
        .unwrap()
        .to_vec()
}

/// Opens `message` as its `index`th recipient.
fn open(
    message: &[u8],
    index: usize,
    key: &RecipientKey<'_, AgreementKey>,
    expect: Expect<'_>,
) -> Result<(), Error> {
    let message = Encrypt::parse(message)?;
    let recipient = message.recipients().nth(index).unwrap();
    let key = message.content_key(&recipient, key, expect, &mut RustCrypto)?;
    let mut buffer = [0; 64];
    let plaintext = message.decrypt(&key.secret(), expect, &mut buffer, &mut RustCrypto)?;
    assert_eq!(plaintext.get(), b"content");
    Ok(())
}

/// RFC 9053, 6.3 and 6.4: a recipient with whom the sender agrees, by any algorithm.
fn agreed<'a>(
    headers: NewHeaders<'a>,
    peer: &PublicKey<'_>,
    sender: &AgreementKey,
    info: Option<&KdfInfo<'_>>,
) -> Result<(NewRecipient<'a>, ContentKey), Error> {
    let algorithm = headers.algorithm().unwrap();
    let (random, crypto) = (&mut Counting::default(), &mut RustCrypto);
    let own = (sender, sender.public());
    let wrapped = ContentKey::generate(CONTENT, &mut Counting::default()).unwrap();
    match algorithm {
        Algorithm::ECDH_ES_HKDF_256 | Algorithm::ECDH_ES_HKDF_512 => {
            NewRecipient::agreed(headers, peer, CONTENT, info, random, crypto)
        }
        Algorithm::ECDH_SS_HKDF_256 | Algorithm::ECDH_SS_HKDF_512 => {
            NewRecipient::agreed_static(headers, peer, own, CONTENT, info, crypto)
        }
        Algorithm::ECDH_ES_A128KW | Algorithm::ECDH_ES_A192KW | Algorithm::ECDH_ES_A256KW => {
            NewRecipient::agreed_and_wrapped(headers, peer, &wrapped, info, random, crypto)
                .map(|recipient| (recipient, wrapped))
        }
        _ => NewRecipient::agreed_static_and_wrapped(headers, peer, own, &wrapped, info, crypto)
            .map(|recipient| (recipient, wrapped)),
    }
}

/// `message` with a byte in the empty ciphertext of its one recipient, which is its last item.
fn with_ciphertext(message: &[u8]) -> Vec<u8> {
    let (last, front) = message.split_last().unwrap();
    assert_eq!(*last, 0x40);
    [front, &[0x41, 0x00]].concat()
}
