use std::time::Duration;

use super::{ChallengeError, Challenges};

const MINUTE: Duration = Duration::from_secs(60);

/// A nonce answers one message; whoever replays it is refused.
#[test]
fn a_nonce_is_good_once() {
    let mut challenges = Challenges::new(MINUTE, 10);
    challenges.issue([1; 32], Duration::ZERO).unwrap();
    assert_eq!(challenges.redeem(&[2; 32], Duration::ZERO), Err(ChallengeError::Unknown));
    assert_eq!(challenges.redeem(&[1; 32], MINUTE), Ok(()));
    assert_eq!(challenges.redeem(&[1; 32], MINUTE), Err(ChallengeError::Unknown));
}

/// An answer that comes too late is refused, and the nonce is spent.
#[test]
fn a_nonce_expires() {
    let mut challenges = Challenges::new(MINUTE, 10);
    challenges.issue([1; 32], Duration::ZERO).unwrap();
    let late = MINUTE + Duration::from_nanos(1);
    assert_eq!(challenges.redeem(&[1; 32], late), Err(ChallengeError::Expired));
    assert_eq!(challenges.redeem(&[1; 32], Duration::ZERO), Err(ChallengeError::Unknown));
}

/// Nonces of any other length were never issued.
#[test]
fn a_nonce_of_another_length_is_unknown() {
    let mut challenges = Challenges::new(MINUTE, 10);
    challenges.issue([1; 32], Duration::ZERO).unwrap();
    for nonce in [&[][..], &[1; 31], &[1; 33]] {
        assert_eq!(challenges.redeem(nonce, Duration::ZERO), Err(ChallengeError::Unknown));
    }
}

/// Whoever asks for nonces and never answers can't fill the memory, and expired ones make room.
#[test]
fn open_nonces_are_bounded() {
    let mut challenges = Challenges::new(MINUTE, 2);
    challenges.issue([1; 32], Duration::ZERO).unwrap();
    assert_eq!(challenges.issue([1; 32], Duration::ZERO), Err(ChallengeError::Repeated));
    challenges.issue([2; 32], MINUTE).unwrap();
    assert_eq!(challenges.issue([3; 32], MINUTE), Err(ChallengeError::Full));
    assert_eq!(challenges.issue([3; 32], MINUTE + MINUTE / 2), Ok(()));
}
