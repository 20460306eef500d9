//! What the device refuses, and that it goes on with what it had.

use hexad_cose_core::ErrorKind as Cose;
use hexad_link::Request;
use hexad_link::chip::{IMAGE_ROOM, SLOTS};
use hexad_suit::ErrorKind as Suit;
use hexad_suit::labels::{condition, directive};

use crate::author::{Release, chip, image};
use crate::{Bench, Tested, booted, install, refused};

fn words(kind: Suit) -> String {
    kind.to_string()
}

/// Rollback, the same again, another signer, a changed byte, another class of devices.
pub fn manifests(bench: &Bench) -> Tested {
    let [old, new] = [image(1, 2000), image(2, 2000)];
    let (_chip, mut machine) = bench.device("chip", &old)?;
    install(&mut machine, &Release::new(2, &new))?;
    assert_eq!(machine.boot()?, booted(2, &new));

    for sequence_number in [0, 1, 2] {
        let again = Release::new(sequence_number, &old);
        refused(install(&mut machine, &again), &words(Suit::SequenceNumber));
    }
    let stranger = Release { signer: [8; 32], ..Release::new(3, &old) };
    refused(install(&mut machine, &stranger), &words(Suit::Cose(Cose::VerificationFailed)));
    let other_class = Release { class: [0x15; 16], ..Release::new(3, &old) };
    let not_this_class = words(Suit::ConditionFailed(condition::CLASS_IDENTIFIER));
    refused(install(&mut machine, &other_class), &not_this_class);

    let envelope = Release::new(3, &old).envelope();
    let uri = crate::author::URI.as_bytes();
    let at = envelope.windows(uri.len()).position(|window| window == uri).ok_or("no URI")?;
    let mut changed = envelope.clone();
    changed[at + 9] ^= 1;
    let answer = machine.install(&changed, |_, _| unreachable!("nothing is fetched"));
    refused(answer, &words(Suit::DigestMismatch));
    for cut in [0, 1, envelope.len() / 2, envelope.len() - 1] {
        let answer = machine.install(&envelope[..cut], |_, _| unreachable!("nothing is fetched"));
        refused(answer, "");
    }
    assert_eq!(machine.boot()?, booted(2, &new));
    Ok(())
}

/// Another image than was signed, one that is too short or too long, and one that fits no slot.
pub fn payloads(bench: &Bench) -> Tested {
    let [old, new] = [image(1, 2000), image(2, 4500)];
    let (_chip, mut machine) = bench.device("chip", &old)?;
    let envelope = Release::new(2, &new).envelope();
    let no_match = words(Suit::ConditionFailed(condition::IMAGE_MATCH));
    let no_fetch = words(Suit::DirectiveFailed(directive::FETCH));
    let mut changed = new.clone();
    changed[4096] ^= 1;
    let longer = [&new[..], &[0; 600]].concat();
    for (payload, why) in [
        (&changed[..], &no_match),
        (&new[..4499], &no_match),
        (&[], &no_match),
        (&longer, &no_fetch),
    ] {
        refused(machine.install(&envelope, |_, _| Ok(payload.to_vec())), why);
        assert_eq!(machine.boot()?, booted(1, &old));
    }
    let huge = image(3, IMAGE_ROOM as usize + 1);
    refused(
        machine.install(&Release::new(2, &huge).envelope(), |_, _| Ok(huge.clone())),
        &no_fetch,
    );
    install(&mut machine, &Release::new(2, &new))?;
    assert_eq!(machine.boot()?, booted(2, &new));
    Ok(())
}

/// A changed image does not boot. One that is changed after it has booted is measured as it is: the
/// verifier sees it.
pub fn tampered(bench: &Bench) -> Tested {
    let old = image(1, 2000);
    let (chip, mut machine) = bench.device("chip", &old)?;
    let genuine = machine.attest(&[1; 32])?;
    chip.tamper(SLOTS[0].image + 100, &[old[100] ^ 1])?;
    let evidence = machine.attest(&[1; 32])?;
    assert_ne!(evidence, genuine);
    refused(machine.boot(), &words(Suit::ConditionFailed(condition::IMAGE_MATCH)));
    refused(machine.attest(&[1; 32]), "what is installed has not been booted");
    // Nor does a changed manifest, or one that the record does not fit.
    chip.tamper(SLOTS[0].image + 100, &old[100..101])?;
    assert_eq!(machine.boot()?, booted(1, &old));
    let mut byte = [0];
    chip.read(SLOTS[0].envelope + 300, &mut byte)?;
    chip.tamper(SLOTS[0].envelope + 300, &[byte[0] ^ 1])?;
    refused(machine.boot(), "");
    chip.tamper(SLOTS[0].envelope + 300, &byte)?;
    chip.tamper(SLOTS[0].record, &[7])?;
    refused(machine.boot(), "nothing is installed");
    Ok(())
}

/// Nothing installed, not booted since it was installed, a nonce of a length that RFC 9711 forbids; and a
/// device without an identity does nothing at all.
pub fn not_booted(bench: &Bench) -> Tested {
    let [old, new] = [image(1, 2000), image(2, 2000)];
    let chip = chip(bench.folder(), "chip");
    let mut machine = bench.switch_on(&chip)?;
    refused(machine.attest(&[1; 32]), "nothing is installed");
    install(&mut machine, &Release::new(1, &old))?;
    refused(machine.attest(&[1; 32]), "what is installed has not been booted");
    machine.boot()?;
    machine.attest(&[1; 64])?;
    for length in [0, 7, 65] {
        refused(machine.attest(&vec![1; length]), "eat_nonce breaks its rule");
    }
    install(&mut machine, &Release::new(2, &new))?;
    refused(machine.attest(&[1; 32]), "what is installed has not been booted");
    drop(machine);

    chip.tamper(0, &[0xff; 512])?;
    let mut machine = bench.switch_on(&chip)?;
    for request in [Request::Boot, Request::Attest(&[1; 32])] {
        refused(machine.ask(&request), "expected an array at byte 0");
    }
    Ok(())
}
