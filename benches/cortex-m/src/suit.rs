//! SUIT: an update of one component, and the examples of the draft.

use core::cell::Cell;
use core::hint::black_box;
use core::task::Poll;

use hexad_cose_core::crypto::{CryptoError, Digest, Hash, Hasher, Signed, Verify};
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Key, PublicKey, Segments, Verified};
use hexad_suit::parameter::VendorIdentifier;
use hexad_suit::{
    Component, DeviceIds, Envelope, Failure, Manifest, Platform, Procedure, Processor, Step,
    TrustAnchors,
};

use crate::{BenchmarkId, CLASS, Criterion, IMAGE, P256_KEY, Throughput, UPDATE, VENDOR};

/// Real hashes, and signatures that hold without being computed: what is measured is all but the
/// signature primitive.
#[derive(Clone, Copy)]
pub struct Unsigned<H>(pub H);

impl<H: Hash> Hash for Unsigned<H> {
    type Hasher = H::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<H::Hasher, CryptoError> {
        self.0.start(algorithm)
    }
}

impl<H> Verify for Unsigned<H> {
    fn verify(
        &mut self,
        _: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        black_box((key, signed, signature));
        Ok(())
    }
}

/// Digests that are not computed: those that the draft's examples name for images which nobody has.
/// An image of ones stands for the one that example 4 makes of another.
#[derive(Clone, Copy)]
pub struct Known;

/// See [`Known`].
pub struct KnownDigest {
    ones: bool,
}

impl Hash for Known {
    type Hasher = KnownDigest;

    fn start(&mut self, _: HashAlgorithm) -> Result<KnownDigest, CryptoError> {
        Ok(KnownDigest { ones: false })
    }
}

impl Hasher for KnownDigest {
    fn update(&mut self, data: &[u8]) {
        self.ones = black_box(data).first() == Some(&1);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(Digest::new(if self.ones {
            b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10\
              \x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
        } else {
            b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\
              \x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10"
        }))
    }
}

/// A device whose components hold the first of `images`, but the one of index `second` the second; so
/// long are they said to be.
struct Device<H> {
    hash: H,
    images: [&'static [u8]; 2],
    sizes: [u64; 2],
    second: usize,
    invoked: Cell<u32>,
}

impl<H: Hash> Platform for Device<H> {
    type Hash = H;

    fn hash(&mut self) -> &mut H {
        &mut self.hash
    }

    fn has(&mut self, _: &Component<'_>) -> bool {
        true
    }

    fn slot(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(0)
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        Some(self.sizes[usize::from(component.index == self.second)])
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        _: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        let image = self.images[usize::from(component.index == self.second)];
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(image.len());
        Poll::Ready(image.get(..limit).ok_or(Failure::Failed))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Ok(self.sizes[usize::from(component.index == self.second)]))
    }

    fn write(&mut self, _: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        black_box(content);
        Poll::Ready(Ok(()))
    }

    fn copy(
        &mut self,
        _: &Component<'_>,
        _: &Component<'_>,
        _: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn swap(&mut self, _: &Component<'_>, _: &Component<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn invoke(&mut self, _: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        self.invoked.set(self.invoked.get() + 1);
        Poll::Ready(Ok(()))
    }

    fn store_sequence_number(&mut self, number: u64) -> Poll<Result<(), Failure>> {
        black_box(number);
        Poll::Ready(Ok(()))
    }
}

#[inline(never)]
fn process<H: Hash, const COMPONENTS: usize>(
    manifest: &Verified<Manifest<'_>>,
    procedure: Procedure,
    device: &mut Device<H>,
) -> bool {
    let ids =
        DeviceIds { vendors: &[VendorIdentifier::Uuid(&VENDOR)], classes: &[CLASS], devices: &[] };
    // In place: it would be copied out of the result.
    let mut processor = Processor::<_, COMPONENTS>::new(manifest, procedure, &ids);
    let Ok(processor) = &mut processor else { return false };
    loop {
        match processor.step(device) {
            Ok(Step::Done(_)) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// One thing done with the update, by whom.
pub fn bench(
    criterion: &mut Criterion,
    group: &'static str,
    by: &'static str,
    mut run: impl FnMut() -> bool,
) {
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Bytes(UPDATE.len()));
    assert!(run(), "the update is accepted");
    group.bench_function(BenchmarkId::new(by, 1), |b| b.iter(&mut run));
    group.finish();
}

/// The update: read; authenticated but for the signature; installed; and all of that.
pub fn update<H: Hash + Copy>(criterion: &mut Criterion, by: &'static str, hash: H) {
    let keys = [Key::from_public(PublicKey::from_point(Curve::P256, P256_KEY).expect("a point"))];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let mut crypto = Unsigned(hash);
    let mut device =
        Device { hash, images: [IMAGE; 2], sizes: [64; 2], second: 1, invoked: Cell::new(0) };
    let authenticate = |crypto: &mut Unsigned<H>| {
        Envelope::parse(black_box(UPDATE))
            .and_then(|envelope| envelope.authenticate(&anchors, crypto))
    };
    bench(criterion, "suit/parse", by, || black_box(&Envelope::parse(black_box(UPDATE))).is_ok());
    bench(criterion, "suit/authenticate", by, || black_box(&authenticate(&mut crypto)).is_ok());
    let manifest = authenticate(&mut crypto).expect("an envelope");
    bench(criterion, "suit/process", by, || {
        process::<_, 1>(&manifest, Procedure::Update, &mut device)
    });
    bench(criterion, "suit/update", by, || {
        authenticate(&mut crypto)
            .is_ok_and(|manifest| process::<_, 1>(&manifest, Procedure::Update, &mut device))
    });
}

/// Digests that are not computed but given: that of the manifest, or of the image when that is what
/// is hashed. What is measured is all but the primitives.
#[derive(Clone, Copy)]
struct Given<'d> {
    manifest: &'d [u8; 32],
    image: &'d [u8; 32],
}

/// See [`Given`].
struct GivenDigest<'d> {
    given: Given<'d>,
    image: bool,
}

impl<'d> Hash for Given<'d> {
    type Hasher = GivenDigest<'d>;

    fn start(&mut self, _: HashAlgorithm) -> Result<GivenDigest<'d>, CryptoError> {
        Ok(GivenDigest { given: *self, image: false })
    }
}

impl Hasher for GivenDigest<'_> {
    fn update(&mut self, data: &[u8]) {
        self.image = core::ptr::eq(black_box(data), IMAGE);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(Digest::new(if self.image { self.given.image } else { self.given.manifest }))
    }
}

/// The update: read, authenticated and installed, without the cost of any primitive.
pub fn logic(criterion: &mut Criterion, by: &'static str, mut hash: impl Hash) {
    let mut digest = |bytes: &[u8]| {
        let digest = hash.digest(HashAlgorithm::Sha256, &Segments::plain(bytes)).expect("a digest");
        <[u8; 32]>::try_from(digest.as_bytes()).expect("32 bytes")
    };
    let envelope = Envelope::parse(UPDATE).expect("an envelope");
    let manifest = envelope.authentication().digest().bytes();
    let image = digest(IMAGE);
    let given = Given { manifest: manifest.try_into().expect("32 bytes"), image: &image };
    let keys = [Key::from_public(PublicKey::from_point(Curve::P256, P256_KEY).expect("a point"))];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let mut crypto = Unsigned(given);
    let mut device = Device {
        hash: given,
        images: [IMAGE; 2],
        sizes: [64; 2],
        second: 1,
        invoked: Cell::new(0),
    };
    // By reference: what is moved out of a result stands on the stack twice.
    bench(criterion, "suit/logic", by, || {
        let envelope = Envelope::parse(black_box(UPDATE));
        let Ok(envelope) = &envelope else { return false };
        let manifest = envelope.authenticate(&anchors, &mut crypto);
        let Ok(manifest) = &manifest else { return false };
        process::<_, 1>(manifest, Procedure::Update, &mut device)
    });
}

/// The examples of the draft: read; authenticated but for the signature; processed but for the
/// hashes of images.
#[cfg(feature = "vectors")]
pub fn examples<H: Hash + Copy>(criterion: &mut Criterion, by: &'static str, hash: H) {
    use crate::{EXAMPLES, EXAMPLES_KEY};

    static IMAGES: [[u8; 1024]; 2] = [[0; 1024], [1; 1024]];
    let keys =
        [Key::from_public(PublicKey::from_point(Curve::P256, EXAMPLES_KEY).expect("a point"))];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ES256]);
    let mut crypto = Unsigned(hash);
    for (number, example) in EXAMPLES.into_iter().enumerate() {
        let mut bench = |name, run: &mut dyn FnMut() -> bool| {
            let mut group = criterion.benchmark_group(name);
            group.throughput(Throughput::Bytes(example.len()));
            assert!(run(), "example {number} is accepted by {name}");
            group.bench_function(BenchmarkId::new(by, number), |b| b.iter(|| run()));
            group.finish();
        };
        bench("suit-example/parse", &mut || Envelope::parse(black_box(example)).is_ok());
        bench("suit-example/authenticate", &mut || {
            Envelope::parse(black_box(example))
                .and_then(|envelope| envelope.authenticate(&anchors, &mut crypto))
                .is_ok()
        });
        let manifest = Envelope::parse(black_box(example))
            .and_then(|envelope| envelope.authenticate(&anchors, &mut crypto))
            .expect("an example");
        let mut device = Device {
            hash: Known,
            images: [&IMAGES[0], &IMAGES[1]],
            sizes: [34768, 76834],
            // Example 4 makes one image of another; example 5 has two.
            second: if number == 5 { 1 } else { 2 },
            invoked: Cell::new(0),
        };
        bench("suit-example/process", &mut || {
            process::<_, 3>(&manifest, Procedure::Update, &mut device)
                && process::<_, 3>(&manifest, Procedure::Invoke, &mut device)
        });
    }
}
