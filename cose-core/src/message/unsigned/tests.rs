//! Where a signature comes to stand that is not as long as its algorithm's usually are.

use super::{head_len, place};
use crate::iana::Algorithm;

#[test]
fn a_signature_moves_to_right_behind_its_head() {
    let algorithms = [(Algorithm::ES256, 2), (Algorithm::PS256, 3)];
    // Heads of one, two and three bytes: shorter than, as long as, and longer than the space.
    let heads: [(usize, &[u8]); 3] = [(20, &[0x54]), (64, &[0x58, 64]), (300, &[0x59, 1, 44])];
    for (algorithm, left) in algorithms {
        assert_eq!(head_len(algorithm), left);
        for (length, head) in heads {
            let mut buffer = [0xee; 500];
            let byte = |place: usize| place.to_le_bytes()[0];
            for place in 0..length {
                buffer[10 + left + place] = byte(place);
            }
            let end = place(algorithm, &mut buffer, 10, length).unwrap();
            let (found, signature) = buffer[10..end].split_at(head.len());
            assert_eq!((found, signature.len()), (head, length));
            assert!(signature.iter().enumerate().all(|(place, found)| *found == byte(place)));
        }
    }
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let mut buffer = [0; 20];
    assert!(place(Algorithm::ES256, &mut buffer, 10, 9).is_err());
    assert!(place(Algorithm::ES256, &mut buffer, 10, 0).is_err());
}
