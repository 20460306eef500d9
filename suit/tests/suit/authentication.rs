//! Who vouches for a manifest: blocks of every kind, demands, delegates, and what must not pass.

use crate::common::anchor;
use crate::examples::{example_0, example_1};
use hexad_cose_core::cbor::Number;
use hexad_cose_core::cwt::{Claims, Clock, Confirmation};
use hexad_cose_core::{
    Algorithm, ContentKey, Curve, ErrorKind as Cbor, HashAlgorithm, Key, Mac, Mac0, NewHeaders,
    NewRecipient, Secret, Sign, Sign1, Verified,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::EnvelopeBuilder;
use hexad_suit::{
    Demand, Envelope, Error, ErrorKind, Manifest, Options, Proof, Severable, Signers, TrustAnchors,
    labels,
};

const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::ESP256, Algorithm::HMAC_256, Algorithm::DIRECT, Algorithm::A128KW];
const SECRET: [u8; 32] = [9; 32];
const KEK: [u8; 16] = [5; 16];
const REFUSED: ErrorKind = ErrorKind::Cose(Cbor::VerificationFailed);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap()
}

fn unsigned() -> EnvelopeBuilder {
    example_0().build(&mut RustCrypto).unwrap()
}

fn sign1(envelope: &mut EnvelopeBuilder, seed: u8) {
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key(seed), &mut RustCrypto).unwrap();
}

/// A COSE_Sign by these keys, in one block.
fn sign(envelope: &mut EnvelopeBuilder, seeds: &[u8]) {
    let mut buffer = [0; 1024];
    let payload = envelope.payload().to_vec();
    let draft = Sign::builder(NewHeaders::default()).detached(&payload, &mut buffer).unwrap();
    let mut signing = draft.signers(seeds.len()).unwrap();
    for seed in seeds {
        let headers = NewHeaders::new(Algorithm::ESP256);
        signing.sign(headers, &key(*seed), &mut RustCrypto).unwrap();
    }
    envelope.add_block(signing.finish().unwrap()).unwrap();
}

/// A COSE_Mac under a content key, with one recipient who shares it or unwraps it.
fn mac(envelope: &mut EnvelopeBuilder, wrapped: bool) {
    let mut buffer = [0; 1024];
    let payload = envelope.payload().to_vec();
    let content = if wrapped { [3; 32] } else { SECRET };
    let content = ContentKey::new(&content, Algorithm::HMAC_256).unwrap();
    let recipient = if wrapped {
        let kek = Secret::new(&KEK[..], Algorithm::A128KW);
        let headers = NewHeaders::new(Algorithm::A128KW);
        NewRecipient::wrapped(headers, &kek, &content, &mut RustCrypto).unwrap()
    } else {
        NewRecipient::direct(NewHeaders::default())
    };
    let draft = Mac::builder(Algorithm::HMAC_256).detached(&payload, &mut buffer).unwrap();
    let block = draft.mac(&content.secret(), &[recipient], &mut RustCrypto).unwrap();
    envelope.add_block(block).unwrap();
}

/// Looks for all kinds of blocks.
fn look<'e, 'b>(envelope: &'e Envelope<'b>, keys: &[Key<'_>]) -> Proof<'e, 'b> {
    let anchors = TrustAnchors::new(keys, &ALGORITHMS);
    let mut proof = envelope.prove(&mut RustCrypto).unwrap();
    proof.sign1(&anchors, &mut RustCrypto).unwrap();
    proof.sign(&anchors, &mut RustCrypto).unwrap();
    proof.mac0(&anchors, &mut RustCrypto).unwrap();
    proof.mac(&anchors, &mut RustCrypto).unwrap();
    proof
}

fn signers(envelope: &EnvelopeBuilder, keys: &[Key<'_>]) -> Result<Signers, Error> {
    let bytes = envelope.encode()?;
    let envelope = Envelope::parse(&bytes)?;
    look(&envelope, keys).manifest(&mut RustCrypto).map(|manifest| manifest.signers())
}

/// Section 8.3: COSE_Sign1, COSE_Sign, COSE_Mac0 and COSE_Mac blocks stand beside one another, and each
/// counts for the anchor that made it.
#[test]
fn every_kind_of_block_counts() {
    let mut envelope = unsigned();
    sign1(&mut envelope, 1);
    sign(&mut envelope, &[2, 3]);
    let secret = Secret::new(&SECRET[..], Algorithm::HMAC_256);
    envelope.mac(Mac0::builder(Algorithm::HMAC_256), &secret, &mut RustCrypto).unwrap();
    mac(&mut envelope, true);
    let anchors = [key(1), key(2), key(3), key(4)];
    let public: Vec<_> = anchors.iter().map(anchor).collect();
    let shared = Key::from_symmetric(&SECRET, Algorithm::HMAC_256);
    let kek = Key::from_symmetric(&KEK, Algorithm::A128KW);

    let keys = [public[0], public[1], public[2], public[3], shared, kek];
    let all = signers(&envelope, &keys).unwrap();
    assert_eq!(all.iter().collect::<Vec<_>>(), [0, 1, 2, 4, 5]);
    for (place, known) in keys.into_iter().enumerate() {
        let found = signers(&envelope, &[known]).map_err(Error::kind);
        assert_eq!(found.is_ok(), place != 3, "anchor {place}: {found:?}");
    }
    // A content key that the anchor shares directly.
    let mut envelope = unsigned();
    mac(&mut envelope, false);
    assert_eq!(signers(&envelope, &[shared]), Ok(Signers::NONE.with(0)));
    assert!(signers(&envelope, &[kek]).is_err());
}

/// Section 9: any of, all of, a number of, and by component.
#[test]
fn demands_are_met_or_named() {
    let mut envelope = unsigned();
    sign1(&mut envelope, 1);
    sign1(&mut envelope, 2);
    let bytes = envelope.encode().unwrap();
    let parsed = Envelope::parse(&bytes).unwrap();
    let anchors = [key(1), key(2), key(3)];
    let keys: Vec<_> = anchors.iter().map(anchor).collect();
    let manifest = look(&parsed, &keys).manifest(&mut RustCrypto).unwrap();
    let set = |places: &[usize]| places.iter().fold(Signers::NONE, |set, place| set.with(*place));

    let met = |demand| manifest.require_signers(demand).map_err(Error::kind);
    let refused = Err(ErrorKind::Signers(None));
    assert_eq!(met(Demand::AllOf(set(&[0, 1]))), Ok(()));
    assert_eq!(met(Demand::AllOf(set(&[0, 2]))), refused);
    assert_eq!(met(Demand::AllOf(Signers::NONE)), refused, "nobody is not everybody");
    assert_eq!(met(Demand::AnyOf(set(&[1, 2]))), Ok(()));
    assert_eq!(met(Demand::AnyOf(set(&[2]))), refused);
    assert_eq!(met(Demand::AtLeast(2, Signers::ALL)), Ok(()));
    assert_eq!(met(Demand::AtLeast(3, Signers::ALL)), refused);
    assert_eq!(met(Demand::AtLeast(0, Signers::ALL)), refused, "no demand at all is a mistake");

    let of = |wanted: usize| {
        let demand = |component: hexad_suit::ComponentIdentifier<'_>| {
            Demand::AnyOf(set(&[if component.is(&[&[0]]) { wanted } else { 0 }]))
        };
        manifest.require_signers_by_component(demand).map_err(Error::kind)
    };
    assert_eq!(of(1), Ok(()));
    assert_eq!(of(2), Err(ErrorKind::Signers(Some(0))));
}

/// The same author twice is one author: two blocks of one key are no quorum of two.
#[test]
fn one_author_twice_is_one() {
    let mut envelope = unsigned();
    sign1(&mut envelope, 1);
    sign(&mut envelope, &[1, 1]);
    let anchors = [key(1), key(2)];
    let keys: Vec<_> = anchors.iter().map(anchor).collect();
    let found = signers(&envelope, &keys).unwrap();
    assert_eq!(found, Signers::NONE.with(0));
    assert!(!Demand::AtLeast(2, Signers::ALL).is_met_by(found));
}

/// A CWT by which `by` lets `seed` sign.
fn token(by: u8, seed: u8, change: impl FnOnce(&mut Claims<'_>)) -> Vec<u8> {
    let (mut confirmation, mut buffer) = ([0; 256], [0; 1024]);
    let delegate = key(seed);
    let cnf = Confirmation::of_key(&anchor(&delegate), &mut confirmation).unwrap();
    let mut claims = Claims { cnf: Some(cnf), ..Claims::default() };
    change(&mut claims);
    Sign1::builder(Algorithm::ESP256)
        .payload_with(|encoder| claims.encode(encoder), &mut buffer)
        .unwrap()
        .sign(&key(by), &mut RustCrypto)
        .unwrap()
        .to_vec()
}

/// Who is found through delegation, from the only anchor, whose key has the seed 1.
fn delegated(
    envelope: &EnvelopeBuilder,
    clock: Option<Clock>,
    audience: Option<&str>,
) -> Result<Signers, ErrorKind> {
    let bytes = envelope.encode().unwrap();
    let envelope = Envelope::parse(&bytes).unwrap();
    let root = key(1);
    let keys = [anchor(&root)];
    let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
    let mut proof = envelope.prove(&mut RustCrypto).unwrap();
    proof.sign1(&anchors, &mut RustCrypto).unwrap();
    assert!(!proof.holds(), "the anchor itself has not signed");
    proof.delegated(&anchors, clock, audience, &mut RustCrypto).unwrap();
    let found = proof.signers();
    proof.manifest(&mut RustCrypto).map(|_| found).map_err(Error::kind)
}

/// draft-ietf-suit-trust-domains-05, 4: a chain from the anchor over an intermediary to the author.
#[test]
fn delegation_chains_lead_to_the_author() {
    let plain = |by, seed| token(by, seed, |_| {});
    let mut envelope = unsigned();
    sign1(&mut envelope, 3);
    let attempt = |chains: &[&[&[u8]]]| {
        let mut envelope = envelope.clone();
        envelope.delegation(chains).unwrap();
        delegated(&envelope, None, None)
    };
    assert_eq!(delegated(&envelope, None, None), Err(REFUSED), "no chain at all");
    assert_eq!(attempt(&[&[&plain(1, 2), &plain(2, 3)]]), Ok(Signers::NONE.with(0)));
    assert_eq!(attempt(&[&[&plain(1, 3)]]), Ok(Signers::NONE.with(0)));
    // One chain that leads nowhere takes nothing away from one that leads here.
    assert_eq!(attempt(&[&[&plain(7, 3)], &[&plain(1, 3)]]), Ok(Signers::NONE.with(0)));
    assert_eq!(attempt(&[&[&plain(1, 2), &plain(4, 3)]]), Err(REFUSED), "a broken link");
    assert_eq!(attempt(&[&[&plain(7, 3)]]), Err(REFUSED), "from no anchor");
    assert_eq!(attempt(&[&[&plain(1, 4)]]), Err(REFUSED), "to another author");
    assert!(attempt(&[&[&[0xa0]]]).is_err(), "not a token");
}

/// RFC 8392, 3.1: a token's times and audience are held against the recipient's clock and name.
#[test]
fn delegation_heeds_times_and_audience() {
    let mut envelope = unsigned();
    sign1(&mut envelope, 3);
    let clock = |now| Some(Clock { now, leeway: 0 });
    let expiring = token(1, 3, |claims| claims.exp = Some(Number::Integer(100)));
    envelope.delegation(&[&[&expiring]]).unwrap();
    assert_eq!(delegated(&envelope, clock(99), None), Ok(Signers::NONE.with(0)));
    // The block itself did not verify under the anchor, which says more than the token's date.
    assert_eq!(delegated(&envelope, clock(100), None), Err(REFUSED));
    assert_eq!(delegated(&envelope, None, None), Err(REFUSED), "no clock, no expiring token");
    let addressed = token(1, 3, |claims| claims.aud = Some("fleet".into()));
    envelope.delegation(&[&[&addressed]]).unwrap();
    assert_eq!(delegated(&envelope, None, Some("fleet")), Ok(Signers::NONE.with(0)));
    assert_eq!(delegated(&envelope, None, Some("other")), Err(REFUSED));
    assert_eq!(delegated(&envelope, None, None), Err(REFUSED));
    let nobody = token(1, 3, |claims| claims.cnf = None);
    envelope.delegation(&[&[&nobody]]).unwrap();
    assert_eq!(delegated(&envelope, None, None), Err(REFUSED), "it confirms no key");
}

/// The shape of suit-delegation: lists that are not empty, of limited length.
#[test]
fn malformed_delegation() {
    let mut envelope = unsigned();
    assert!(envelope.delegation(&[]).is_err());
    assert!(envelope.delegation(&[&[]]).is_err());
    let tokens: Vec<_> = (0..9).map(|_| &[0xa0u8][..]).collect();
    envelope.delegation(&[&tokens]).unwrap();
    let bytes = envelope.encode().unwrap();
    let error = Envelope::parse(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cose(Cbor::TooMany));
    let mut options = Options::default();
    options.delegations = 9;
    assert!(Envelope::parse_with(&bytes, &options).is_ok());
}

/// Section 10: SHAKE128 and SHAKE256 are digests like any other, for the manifest and what is severed.
#[test]
fn shake_digests() {
    for algorithm in [HashAlgorithm::Shake128, HashAlgorithm::Shake256] {
        let mut manifest = example_1().with_digest_algorithm(algorithm);
        manifest.sever(labels::manifest::INSTALL);
        let mut envelope = manifest.build(&mut RustCrypto).unwrap();
        sign1(&mut envelope, 1);
        let bytes = envelope.encode().unwrap();
        let author = key(1);
        let keys = [anchor(&author)];
        let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
        let accept = |bytes: &[u8]| {
            let envelope = Envelope::parse(bytes).unwrap();
            assert_eq!(envelope.authentication().digest().algorithm(), algorithm);
            let manifest = envelope.authenticate(&anchors, &mut RustCrypto);
            manifest.map(|manifest| matches!(manifest.install(), Severable::Present(_)))
        };
        assert_eq!(accept(&bytes), Ok(true));
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(accept(&changed).map_err(Error::kind), Err(ErrorKind::DigestMismatch));
    }
}

/// Attack: a digest by a truncated or broken algorithm (SHA-256/64 is -15, SHA-1 is -14, RFC 9054, 3)
/// in place of the author's, before any signature is looked at.
#[test]
fn downgraded_digest_algorithm() {
    for algorithm in ["2e", "2d"] {
        let digest = "00".repeat(8);
        let hex = format!("a2 02 4d 81 4b 82 {algorithm} 48 {digest} 03 41 a0");
        let kind = Envelope::parse(&crate::common::from_hex(&hex)).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::UnsupportedDigest(-15 | -14)), "{kind:?}");
    }
}

/// Attack: the author's public key, which everybody has, used as the secret of a tag; and a shared
/// secret handed in as if it were a public key (RFC 9053, 2.1 and 3.1: a key is for one algorithm).
#[test]
fn keys_serve_their_own_kind_alone() {
    let author = key(1);
    let public = anchor(&author);
    let mut point = [0; 128];
    let mut encoder = hexad_cose_core::cbor::Encoder::new(&mut point);
    public.encode_public(&mut encoder).unwrap();
    let known = encoder.finish().to_vec();
    let secret = Secret::new(&known[..], Algorithm::HMAC_256);
    let mut envelope = unsigned();
    envelope.mac(Mac0::builder(Algorithm::HMAC_256), &secret, &mut RustCrypto).unwrap();
    assert_eq!(
        signers(&envelope, &[public]).map_err(Error::kind),
        Err(ErrorKind::Cose(Cbor::KeyMismatch))
    );
    let mut envelope = unsigned();
    sign1(&mut envelope, 1);
    let shared = Key::from_symmetric(&SECRET, Algorithm::HMAC_256);
    assert_eq!(
        signers(&envelope, &[shared]).map_err(Error::kind),
        Err(ErrorKind::Cose(Cbor::KeyMismatch))
    );
}

/// Attack: a block of one kind under the tag of another; the context string of RFC 9052, 4.4 keeps a
/// signature from being taken for one of another structure.
#[test]
fn a_block_under_another_tag() {
    let mut envelope = unsigned();
    sign1(&mut envelope, 1);
    let bytes = envelope.encode().unwrap();
    let parsed = Envelope::parse(&bytes).unwrap();
    let block = parsed.authentication().blocks().next().unwrap().encoded();
    let author = key(1);
    for tag in [0xd1, 0xd0] {
        let mut changed = bytes.clone();
        changed[block.offset()] = tag;
        let accepted = Envelope::parse(&changed).map(|envelope| {
            look(&envelope, &[anchor(&author)]).manifest(&mut RustCrypto).map(|_| ())
        });
        assert!(!matches!(accepted, Ok(Ok(()))), "tag {tag:#x}");
    }
}

/// Attack: an envelope with a valid block of another manifest, as replayed blocks go.
#[test]
fn a_block_of_another_manifest() {
    let mut other = example_1().build(&mut RustCrypto).unwrap();
    sign1(&mut other, 1);
    let bytes = other.encode().unwrap();
    let parsed = Envelope::parse(&bytes).unwrap();
    let block = parsed.authentication().blocks().next().unwrap().encoded();
    let mut envelope = unsigned();
    envelope.add_block(block.bytes()).unwrap();
    let author = key(1);
    assert_eq!(signers(&envelope, &[anchor(&author)]).map_err(Error::kind), Err(REFUSED));
}

fn accept<'b>(bytes: &'b [u8]) -> Result<Verified<Manifest<'b>>, Error> {
    let author = key(1);
    let keys = [anchor(&author)];
    let anchors = TrustAnchors::new(&keys, &ALGORITHMS);
    Envelope::parse(bytes)?.authenticate(&anchors, &mut RustCrypto)
}

/// What a signer elsewhere gets to sign is what a verifier checks: with its signature the envelope is
/// as if it had been signed here.
#[test]
fn a_signature_from_elsewhere() {
    use hexad_cose_core::Segments;
    use hexad_cose_core::crypto::{Sign as _, Signed};
    let mut envelope = unsigned();
    let message = Sign1::builder(Algorithm::ESP256).kid(b"hsm");
    let structure = envelope.to_be_signed(message).unwrap();
    assert_eq!(&structure[..12], b"\x84\x6aSignature1", "RFC 9052, 4.4");
    // The signer elsewhere sees these bytes and nothing else.
    let message_bytes = Segments::plain(&structure);
    let signed = Signed::new(Algorithm::ESP256, message_bytes, &mut RustCrypto).unwrap();
    let mut signature = [0; 64];
    RustCrypto.sign(Algorithm::ESP256, &key(1), &signed, &mut signature).unwrap();
    envelope.add_signature(message, &signature).unwrap();
    assert_eq!(accept(&envelope.encode().unwrap()).map(|it| it.sequence_number()), Ok(0));
}

/// Section 8.6: what was severed can be left out, and put back by whoever has it; nothing else fits.
#[test]
fn severed_elements_come_and_go() {
    let mut manifest = example_1();
    manifest.text("en", None, labels::text::UPDATE_DESCRIPTION, "A longer text, worth severing.");
    manifest.sever(labels::manifest::INSTALL).sever(labels::manifest::TEXT);
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    sign1(&mut envelope, 1);
    envelope.integrated_payload("#app", b"payload");
    let whole = envelope.encode().unwrap();

    let options = Options::default();
    let mut again = EnvelopeBuilder::parse(&whole, &options, &mut RustCrypto).unwrap();
    assert_eq!(again.encode().unwrap(), whole);
    let stripped = again.strip().encode().unwrap();
    let read = accept(&stripped).unwrap();
    assert!(matches!(read.install(), Severable::Severed(_)));
    assert_eq!(read.integrated_payloads().iter().count(), 0);

    let parsed = Envelope::parse(&whole).unwrap();
    let content = |label| {
        let mut elements = parsed.severed_elements();
        let (_, element) = elements.find(|(key, _)| *key == label).unwrap();
        element.cursor().bytes().unwrap()
    };
    let (install, text) = (content(labels::manifest::INSTALL), content(labels::manifest::TEXT));
    let mut attach = |label, content: &[u8]| {
        again.attach(label, content, &options, &mut RustCrypto).map(|_| ()).map_err(Error::kind)
    };
    // Attack: one member in the place of another, or of none.
    assert_eq!(attach(labels::manifest::INSTALL, text), Err(ErrorKind::DigestMismatch));
    let unexpected = Err(ErrorKind::UnexpectedElement(labels::manifest::PAYLOAD_FETCH));
    assert_eq!(attach(labels::manifest::PAYLOAD_FETCH, install), unexpected);
    assert_eq!(attach(labels::manifest::TEXT, text), Ok(()));
    assert_eq!(attach(labels::manifest::INSTALL, install), Ok(()));
    again.integrated_payload("#app", b"payload");
    assert_eq!(again.encode().unwrap(), whole);
}

/// Attack: keys of the envelope for the second time, where two readers could take different ones (RFC
/// 8949, 5.6), or in an order in which the manifest would be met before who vouches for it (8.3).
#[test]
fn repeated_or_reordered_keys() {
    let mut manifest = example_1();
    manifest.sever(labels::manifest::INSTALL);
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    sign1(&mut envelope, 1);
    let bytes = envelope.encode().unwrap();
    assert!(accept(&bytes).is_ok());
    let parsed = Envelope::parse(&bytes).unwrap();
    let (_, install) = parsed.severed_elements().next().unwrap();
    let wrapped = parsed.encoded_manifest();
    let wrapper = &bytes[3..wrapped.offset() - 1];
    let entry = |label: u8, value: &[u8]| [&[label], value].concat();
    let (authentication, manifest, install) =
        (wrapper.to_vec(), entry(3, wrapped.bytes()), entry(20, install.bytes()));
    let refused = |entries: &[&[u8]]| {
        let count = u8::try_from(entries.len()).unwrap();
        let changed = [&[0xd8, 0x6b, 0xa0 | count], &entries.concat()[..]].concat();
        accept(&changed).map(|_| ()).map_err(Error::kind)
    };
    assert_eq!(refused(&[&authentication, &manifest, &install]), Ok(()));
    // Severed elements may stand anywhere: their digests are in the manifest.
    assert_eq!(refused(&[&install, &authentication, &manifest]), Ok(()));
    assert_eq!(refused(&[&manifest, &authentication, &install]), Err(ErrorKind::ElementOrder));
    let duplicate = Err(ErrorKind::Cose(Cbor::DuplicateKey));
    assert_eq!(refused(&[&authentication, &manifest, &install, &install]), duplicate);
    assert_eq!(refused(&[&authentication, &manifest, &manifest]), duplicate);
    assert_eq!(refused(&[&authentication, &authentication, &manifest]), duplicate);
}
