//! EAT and CoSWID: what a device sends, read and made.

use core::hint::black_box;

use hexad_cose_core::crypto::{Hash, Sign, Verify};
use hexad_cose_core::{Algorithm, Curve};
use hexad_coswid::ConciseSwidTag;
use hexad_eat::profile::AnyClaims;
use hexad_eat::psa::{self, SecurityLifecycle, SoftwareComponent};
use hexad_eat::{BootState, DebugStatus, Error, Formatted, Nonce, OemId, Token, Ueid};

use crate::cose::key;
use crate::{BenchmarkId, Criterion, PSA_TOKEN, TAG, TOKEN, Throughput};

fn one(
    criterion: &mut Criterion,
    group: &'static str,
    by: &'static str,
    bytes: usize,
    mut run: impl FnMut() -> bool,
) {
    let mut group = criterion.benchmark_group(group);
    assert!(run(), "it is accepted");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function(BenchmarkId::new(by, bytes), |b| b.iter(&mut run));
    group.finish();
}

/// Reading a token and its claims; verifying it.
pub fn verify<B: Hash + Verify + Copy>(criterion: &mut Criterion, by: &'static str, backend: B) {
    one(criterion, "eat/parse", by, TOKEN.len(), || {
        let token = Token::parse_sign1(black_box(TOKEN));
        black_box(&token.and_then(|token| token.unverified_claims())).is_ok()
    });
    let key = key(Curve::P256);
    one(criterion, "eat/verify", by, TOKEN.len(), || {
        let mut backend = backend;
        Token::parse_sign1(black_box(TOKEN))
            .and_then(|token| {
                token.check(&key, &AnyClaims { algorithms: &[Algorithm::ESP256] }, &mut backend)
            })
            .and_then(|check| check.run(&mut backend))
            .is_ok()
    });
}

/// Making a token and signing it.
pub fn create<B: Hash + Sign + Copy>(
    criterion: &mut Criterion,
    by: &'static str,
    key: &B::Key,
    backend: B,
) {
    one(criterion, "eat/create", by, TOKEN.len(), || {
        let mut ueid = [0x5a; 17];
        ueid[0] = 1;
        let mut buffer = [0; 512];
        let mut made = || {
            Token::builder(Algorithm::ESP256, &mut buffer)
                .nonce(black_box(&[0x42; 32]))?
                .ueid(Ueid::create(&ueid)?)
                .oem_id(OemId::PrivateEnterpriseNumber(64242))
                .boot_state(BootState { oemboot: true, dbgstat: DebugStatus::DisabledSinceBoot })
                .measurements(&[Formatted::coswid(TAG)])
                .sign(key, &mut { backend })
                .map(|token| token.len())
        };
        made() == Ok(TOKEN.len())
    });
}

/// Reading a PSA token and its claims; verifying it.
pub fn psa_verify<B: Hash + Verify + Copy>(
    criterion: &mut Criterion,
    by: &'static str,
    backend: B,
) {
    one(criterion, "psa/parse", by, PSA_TOKEN.len(), || {
        let token = Token::parse_sign1(black_box(PSA_TOKEN));
        let payload = token.and_then(|token| token.unverified_payload());
        let claims = payload.and_then(|payload| psa::Claims::parse(payload.bytes()));
        black_box(&claims).is_ok()
    });
    let key = key(Curve::P256);
    let profile = psa::Tokens { algorithms: &[Algorithm::ESP256], ..psa::Tokens::RFC9783 };
    one(criterion, "psa/verify", by, PSA_TOKEN.len(), || {
        let mut backend = backend;
        Token::parse_sign1(black_box(PSA_TOKEN))
            .and_then(|token| token.check(&key, &profile, &mut backend))
            .and_then(|check| check.run(&mut backend))
            .is_ok()
    });
}

/// Making a PSA token and signing it.
pub fn psa_create<B: Hash + Sign + Copy>(
    criterion: &mut Criterion,
    by: &'static str,
    key: &B::Key,
    backend: B,
) {
    one(criterion, "psa/create", by, PSA_TOKEN.len(), || {
        let mut instance = [0x5a; 33];
        instance[0] = 1;
        let component = |role, version, digest| SoftwareComponent {
            measurement_type: Some(role),
            version: Some(version),
            ..SoftwareComponent::new(digest, &[4; 32])
        };
        let components =
            [component("PRoT", "1.4.0", &[3; 32]), component("ARoT", "0.1.4", &[5; 32])];
        let mut buffer = [0; 640];
        let mut made = || {
            let claims = psa::Claims {
                software_components: (&components).into(),
                ..psa::Claims::new(
                    Nonce::new(black_box(&[0x42; 32]))?,
                    Ueid::create(&instance)?,
                    &[2; 32],
                    1,
                    SecurityLifecycle::new(0x3000)?,
                )
            };
            let draft = claims.to_be_signed(Algorithm::ESP256, &mut buffer)?;
            Ok::<_, Error>(draft.sign(key, &mut { backend })?.len())
        };
        made() == Ok(PSA_TOKEN.len())
    });
}

/// Reading a tag.
pub fn coswid(criterion: &mut Criterion, by: &'static str) {
    one(criterion, "coswid/parse", by, TAG.len(), || {
        black_box(&ConciseSwidTag::parse(black_box(TAG))).is_ok()
    });
}
