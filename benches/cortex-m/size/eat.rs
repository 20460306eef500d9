//! Making and signing an EAT with a CoSWID of what was measured.
#![no_std]
#![no_main]

mod common;

use core::hint::black_box;

use common::Accelerator;
use cortex_m_rt::entry;
use hexad_cose_core::Algorithm;
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence, File, HashEntry, PayloadOrEvidence, Role, TagId,
};
use hexad_eat::{BootState, DebugStatus, Error, Formatted, OemId, Token, Ueid};

fn attest(nonce: &[u8], digest: &[u8; 32], buffer: &mut [u8]) -> Result<usize, Error> {
    let files = [File::new("app").size(black_box(65_536)).hash(HashEntry::sha_256(digest))];
    let makers = [Entity::new("Example", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        software_version: Some(black_box("1.4.0")),
        payload_or_evidence: Some(PayloadOrEvidence::Evidence(Evidence::files(&files))),
        ..ConciseSwidTag::new(TagId::Text("example.com/app"), "app", &makers)
    };
    let mut space = [0; 192];
    let Ok(evidence) = tag.encode(&mut space) else { return Ok(0) };
    let ueid = [1; 17];
    let token = Token::builder(Algorithm::ESP256, buffer)
        .nonce(nonce)?
        .ueid(Ueid::create(black_box(&ueid))?)
        .oem_id(OemId::PrivateEnterpriseNumber(64242))
        .boot_state(BootState { oemboot: true, dbgstat: DebugStatus::DisabledSinceBoot })
        .measurements(&[Formatted::coswid(evidence)])
        .sign(&0, &mut Accelerator)?;
    Ok(token.len())
}

#[entry]
fn main() -> ! {
    let mut buffer = [0; 512];
    let nonce = black_box(&[0; 32]);
    black_box(attest(nonce, black_box(&[0; 32]), &mut buffer).is_ok());
    loop {
        cortex_m::asm::nop();
    }
}
