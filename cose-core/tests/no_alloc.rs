//! Reading needs no heap: an allocator that counts sees nothing, also with the features that have one.
//! What parses or verifies belongs here, too.

use std::convert::Infallible;

use allocation_counter::measure;
use hexad_cose_core::cbor::{
    Cursor, Encoder, Limits, Raw, Type, check_deterministic, check_unique_keys, check_well_formed,
};
use hexad_cose_core::{
    Algorithm, ContentKey, Curve, Encrypt, Encrypt0, Error, Expect, Key, Label, Mac, Mac0,
    NewCountersignature, NewHeaders, NewRecipient, Parameter, RecipientKey, Secret, Sign, Sign1,
    cbor::Entries, iana::header, insert_unprotected,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto, SigningKey};
use rand_core::{TryCryptoRng, TryRng};

/// Runs `test`, which must not allocate; the result is what it gives.
fn without_heap<T>(test: impl FnOnce() -> T) -> T {
    let mut result = None;
    let counted = measure(|| result = Some(test()));
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    result.unwrap()
}

/// The counter counts.
#[test]
#[should_panic(expected = "assertion")]
fn an_allocation_is_noticed() {
    without_heap(|| vec![0_u8; 16]);
}

/// {1: [_ 1.5, "text", 2(h'010000000000000000')], -1: {_ "b": (_ h'00', h'01'), 24: true}, "x": [-100]}
const ITEM: [u8; 42] = [
    0xa3, 0x01, 0x9f, 0xf9, 0x3e, 0x00, 0x64, b't', b'e', b'x', b't', 0xc2, 0x49, 1, 0, 0, 0, 0, 0,
    0, 0, 0, 0xff, 0x20, 0xbf, 0x61, b'b', 0x5f, 0x41, 0x00, 0x41, 0x01, 0xff, 0x18, 0x18, 0xf5,
    0xff, 0x61, b'x', 0x81, 0x38, 0x63,
];

/// Walks over every item at the cursor, entering arrays and maps.
fn walk(cursor: &mut Cursor<'_>) -> Result<usize, Error> {
    let mut count = 1;
    match cursor.peek()? {
        Type::Array | Type::Map => {
            let is_map = cursor.peek()? == Type::Map;
            let mut items = if is_map { cursor.map()? } else { cursor.array()? };
            while items.next(cursor)? {
                for _ in 0..=usize::from(is_map) {
                    count += walk(cursor)?;
                }
            }
        }
        Type::Bytes => count += cursor.byte_chunks()?.count(),
        Type::Text => count += cursor.text_chunks()?.count(),
        Type::Float => count += usize::from(cursor.float()?.is_nan()),
        Type::Unsigned | Type::Negative | Type::Tag => {
            cursor.big_integer()?;
        }
        _ => count += usize::from(cursor.simple()? > 31),
    }
    Ok(count)
}

/// Checks, skipping and walking, of what is in order.
#[test]
fn cbor_is_checked_skipped_and_walked_without_a_heap() {
    without_heap(|| {
        assert_eq!(check_well_formed(&ITEM), Ok(()));
        assert_eq!(check_unique_keys(&ITEM), Ok(()));
        assert!(check_deterministic(&ITEM).is_err());
        assert_eq!(Limits::new().depth(3).items(16).check_well_formed(Raw::new(&ITEM, 0)), Ok(()));
        let mut cursor = Cursor::new(&ITEM);
        assert_eq!(cursor.skip(), Ok(()));
        assert_eq!(cursor.finish(), Ok(()));
        let mut cursor = Cursor::new(&ITEM);
        assert_eq!(walk(&mut cursor), Ok(20));
        let mut cursor = Cursor::new(&ITEM);
        let mut entries = Entries::enter(&mut cursor).unwrap();
        assert_eq!(entries.next(&mut cursor), Ok(Some(Label::Integer(1))));
    });
}

/// Every input that is cut short, and every one with a byte changed.
#[test]
fn cbor_is_refused_without_a_heap() {
    let mut changed = ITEM;
    without_heap(|| {
        for index in 0..ITEM.len() {
            assert!(check_well_formed(&ITEM[..index]).is_err());
            for bit in 0..8 {
                changed[index] ^= 1 << bit;
                let _ = (check_well_formed(&changed), check_unique_keys(&changed));
                let _ = (check_deterministic(&changed), walk(&mut Cursor::new(&changed)));
                changed[index] ^= 1 << bit;
            }
        }
    });
}

/// Encoding into a buffer, sorting included.
#[test]
fn cbor_is_written_into_a_buffer_without_a_heap() {
    let mut buffer = [0; 64];
    let written = without_heap(|| -> Result<&[u8], Error> {
        let mut encoder = Encoder::new(&mut buffer);
        encoder.wrapped(|inner| {
            inner.map_sorted(3, |entries| {
                entries.text("c")?.big_integer(1 << 70)?;
                entries.integer(-1)?.float(1.5)?;
                entries.unsigned(1)?.null().map(drop)
            })?;
            Ok::<(), Error>(())
        })?;
        Ok(encoder.finish())
    });
    assert_eq!(written.map(|bytes| check_deterministic(&bytes[1..])), Ok(Ok(())));
}

/// A key of the parties below.
const D: [u8; 32] = [7; 32];
const AAD: &[u8] = b"external";
const KEK: Secret<'_> = Secret::new(&[5; 16], Algorithm::A128KW);

/// Numbers that are not random.
struct Sevens;

impl TryRng for Sevens {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0x0707_0707)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0x0707_0707_0707_0707)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(7);
        Ok(())
    }
}

impl TryCryptoRng for Sevens {}

/// Signed messages: made, countersigned, read and verified, whole and in pieces.
#[test]
fn signatures_are_made_and_checked_without_a_heap() {
    for (algorithm, curve) in
        [(Algorithm::ESP256, Curve::P256), (Algorithm::ED25519, Curve::Ed25519)]
    {
        let signer = SigningKey::from_bytes(curve, &D).unwrap();
        let key = Key::from_public(signer.public());
        let expect = Expect::alg(algorithm).external_aad(AAD);
        let crypto = &mut RustCrypto;
        let (mut first, mut second, mut space) = ([0; 512], [0; 512], [0; 256]);
        without_heap(|| -> Result<(), Error> {
            let builder = Sign1::builder(algorithm).kid(b"11").external_aad(AAD);
            let message = builder.payload(b"content", &mut first)?.sign(&signer, crypto)?;
            let sign1 = Sign1::parse(message)?;
            assert_eq!(sign1.check(&key, expect, crypto)?.run(crypto)?.payload(), b"content");
            let other = expect.external_aad(b"");
            assert!(sign1.check(&key, other, crypto)?.run(crypto).is_err());

            let new = NewCountersignature::on(&sign1, expect)?;
            let value = new.sign(algorithm, &signer, &mut space, crypto)?;
            let parameter = Parameter::new(header::COUNTERSIGNATURE_V2, value);
            let countersigned = insert_unprotected(message, &parameter, &mut second)?;
            let sign1 = Sign1::parse(countersigned)?;
            let mut count = 0;
            for one in sign1.headers().countersignatures()? {
                one.check(&sign1, &key, expect, crypto)?.run(crypto)?;
                count += 1;
            }
            assert_eq!(count, 1);

            let builder = Sign::builder(NewHeaders::default()).external_aad(AAD);
            let mut signing = builder.detached(b"content", &mut first)?.signers(2)?;
            signing.sign(algorithm, &signer, crypto)?;
            signing.sign(NewHeaders::new(algorithm).kid(b"11"), &signer, crypto)?;
            let sign = Sign::parse(signing.finish()?)?;
            for one in sign.signatures() {
                sign.check(&one, &key, expect.detached(b"content"), crypto)?.run(crypto)?;
                if algorithm == Algorithm::ESP256 {
                    let mut stream = sign.check_streamed(&one, &key, expect, 7, crypto)?;
                    stream.update(b"con")?;
                    stream.update(b"tent")?;
                    stream.finish()?.run(crypto)?;
                }
                let mut stream = sign.verify_streamed(&one, &key, expect, 7, crypto)?;
                stream.update(b"con")?;
                stream.update(b"tent")?;
                stream.finish(crypto)?;
            }
            Ok(())
        })
        .unwrap();
    }
}

/// Messages with a tag or a ciphertext, under a key that both sides have.
#[test]
fn shared_keys_serve_without_a_heap() {
    let crypto = &mut RustCrypto;
    let (mut buffer, mut plaintext) = ([0; 512], [0; 64]);
    for algorithm in [
        Algorithm::HMAC_256_64,
        Algorithm::HMAC_256,
        Algorithm::HMAC_384,
        Algorithm::HMAC_512,
        Algorithm::AES_MAC_128_64,
        Algorithm::AES_MAC_256_128,
    ] {
        let key = Secret::new(&[7; 64][..algorithm.key_len().unwrap()], algorithm);
        let expect = Expect::alg(algorithm).external_aad(AAD);
        without_heap(|| -> Result<(), Error> {
            let builder = Mac0::builder(algorithm).external_aad(AAD);
            let message = builder.payload(b"content", &mut buffer)?.mac(&key, crypto)?;
            let mac0 = Mac0::parse(message)?;
            assert_eq!(mac0.verify(&key, expect, crypto)?.payload(), b"content");
            assert!(mac0.verify(&key, Expect::alg(algorithm), crypto).is_err());
            let message = builder.detached(b"content", &mut buffer)?.mac(&key, crypto)?;
            let mut stream = Mac0::parse(message)?.verify_streamed(&key, expect, 7, crypto)?;
            stream.update(b"content")?;
            stream.finish().map(drop)
        })
        .unwrap();
    }
    for algorithm in [
        Algorithm::A128GCM,
        Algorithm::A256GCM,
        Algorithm::AES_CCM_16_64_128,
        Algorithm::AES_CCM_64_128_256,
        Algorithm::CHACHA20_POLY1305,
    ] {
        let sizes = algorithm.content_encryption().unwrap();
        let key = Secret::new(&[7; 32][..sizes.key_len], algorithm);
        let headers = NewHeaders::new(algorithm).iv(&[1; 16][..sizes.nonce_len]);
        let expect = Expect::alg(algorithm).external_aad(AAD);
        without_heap(|| -> Result<(), Error> {
            let builder = Encrypt0::builder(headers).external_aad(AAD);
            let length = builder.seal(b"content", &key, &mut buffer, crypto)?.len();
            let message = &mut buffer[..length];
            let encrypt0 = Encrypt0::parse(message)?;
            assert_eq!(*encrypt0.decrypt(&key, expect, &mut plaintext, crypto)?, b"content");
            let other = Expect::alg(algorithm);
            assert!(encrypt0.decrypt(&key, other, &mut plaintext, crypto).is_err());
            let in_place = Encrypt0::decrypt_in_place(message, &key, expect, crypto)?;
            assert_eq!(*in_place, b"content");
            Ok(())
        })
        .unwrap();
    }
}

/// Messages with recipients who unwrap, derive and agree on the content key, nested ones too.
#[test]
fn recipients_come_by_their_key_without_a_heap() {
    let own = AgreementKey::from_bytes(Curve::P256, &D).unwrap();
    let peer = own.public().as_public();
    let algorithms = [Algorithm::A128KW, Algorithm::ECDH_ES_A128KW, Algorithm::ECDH_SS_HKDF_256];
    let fresh = [Parameter::new(header::PARTY_U_NONCE, &[0x41, 0x01])];
    let (content, crypto) = (Algorithm::A128GCM, &mut RustCrypto);
    let (mut buffer, mut plaintext) = ([0; 1024], [0; 64]);
    without_heap(|| -> Result<(), Error> {
        let key = ContentKey::generate(content, &mut Sevens)?;
        let wrapped = NewRecipient::wrapped(Algorithm::A128KW.into(), &KEK, &key, crypto)?;
        let headers = NewHeaders::new(Algorithm::ECDH_ES_A128KW);
        let agreed =
            NewRecipient::agreed_and_wrapped(headers, &peer, &key, None, &mut Sevens, crypto)?;
        let kek = ContentKey::generate(Algorithm::A128KW, &mut Sevens)?;
        let inner = [NewRecipient::wrapped(Algorithm::A128KW.into(), &KEK, &kek, crypto)?];
        let nested = NewRecipient::wrapped(Algorithm::A128KW.into(), &kek.secret(), &key, crypto)?;
        let recipients = [wrapped, agreed, nested.nested(&inner)];
        let builder = Encrypt::builder(NewHeaders::new(content).iv(&[1; 12]));
        let secret = key.secret();
        let message = builder.seal(b"content", &secret, &recipients, &mut buffer, crypto)?;

        let message = Encrypt::parse(message)?;
        let expect = Expect::alg(content).recipients(&algorithms);
        for (index, recipient) in message.recipients().enumerate() {
            let own = match index {
                0 => RecipientKey::Shared(KEK),
                1 => RecipientKey::Private(&own),
                _ => {
                    for inner in recipient.recipients() {
                        let kek = inner.unwrap(Algorithm::A128KW, &KEK, &expect, crypto)?;
                        recipient.unwrap(content, &kek.secret(), &expect, crypto)?;
                    }
                    continue;
                }
            };
            let key = message.content_key(&recipient, &own, expect, crypto)?;
            let key = key.secret();
            assert_eq!(*message.decrypt(&key, expect, &mut plaintext, crypto)?, b"content");
        }

        let above = Algorithm::HMAC_256;
        let headers = NewHeaders::new(Algorithm::ECDH_SS_HKDF_256).unprotected(&fresh);
        let sender = (&own, own.public());
        let (recipient, key) =
            NewRecipient::agreed_static(headers, &peer, sender, above, None, crypto)?;
        let draft = Mac::builder(above).payload(b"content", &mut buffer)?;
        let message = Mac::parse(draft.mac(&key.secret(), &[recipient], crypto)?)?;
        let expect = Expect::alg(above).recipients(&algorithms).sender(&peer);
        for recipient in message.recipients() {
            let own = RecipientKey::Private(&own);
            let key = message.content_key(&recipient, &own, expect, crypto)?;
            assert_eq!(message.verify(&key.secret(), expect, crypto)?.payload(), b"content");
        }
        Ok(())
    })
    .unwrap();
}
