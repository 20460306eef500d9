//! Frames, and what becomes of those that are not whole.

extern crate std;

use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::{FRAME, FrameError, MESSAGE, Receiver, crc_32, encode};

fn framed(message: &[u8]) -> Vec<u8> {
    encode(message, &mut [0; FRAME]).unwrap().to_vec()
}

/// Everything that comes of `bytes`.
fn received(receiver: &mut Receiver, bytes: &[u8]) -> Vec<Result<Vec<u8>, FrameError>> {
    let mut all = Vec::new();
    for byte in bytes {
        if let Some(frame) = receiver.feed(*byte) {
            all.push(frame.map(|()| receiver.message().to_vec()));
        }
    }
    all
}

/// The check value of the CRC's catalogue, for "123456789".
#[test]
fn the_crc_is_the_one_that_is_named() {
    assert_eq!(crc_32(b"123456789"), 0xcbf4_3926);
}

/// A message of one zero: its CRC is d202ef8d, and the stuffing says where zeros were.
#[test]
fn a_frame_by_hand() {
    assert_eq!(framed(&[0]), [0, 1, 5, 0x8d, 0xef, 0x02, 0xd2, 0]);
}

#[test]
fn the_longest_message_fits_and_a_longer_one_does_not() {
    for fill in [0, 1, 0xff] {
        let longest = vec![fill; MESSAGE];
        let frame = framed(&longest);
        assert!(frame.len() <= FRAME);
        assert_eq!(received(&mut Receiver::new(), &frame), [Ok(longest)]);
        assert!(encode(&vec![fill; MESSAGE + 1], &mut [0; FRAME]).is_none());
    }
}

#[test]
fn a_frame_that_is_too_long_is_dropped_and_the_next_is_not() {
    let mut long = [&[0xff][..], &[1; 254]].concat().repeat(6);
    long.extend([1, 0]);
    let mut receiver = Receiver::new();
    assert_eq!(received(&mut receiver, &long), [Err(FrameError::TooLong)]);
    assert_eq!(receiver.received(), 6 * 254);
    assert_eq!(received(&mut receiver, &framed(b"next")), [Ok(b"next".to_vec())]);
}

#[test]
fn less_than_a_crc_is_no_frame() {
    assert_eq!(received(&mut Receiver::new(), &[2, 7, 0]), [Err(FrameError::Crc)]);
}

proptest! {
    /// Messages come out as they went in, whatever stood on the line before the first.
    #[test]
    fn messages_arrive(
        noise in proptest::collection::vec(any::<u8>(), 0..600),
        messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..MESSAGE), 1..4),
    ) {
        let mut receiver = Receiver::new();
        received(&mut receiver, &noise);
        for message in &messages {
            let arrived = received(&mut receiver, &framed(message));
            // What the noise has begun ends at the frame's first zero.
            prop_assert_eq!(arrived.last(), Some(&Ok(message.clone())));
        }
    }

    /// No frame with up to 32 bits in a row changed, or with bytes lost, is taken for another message.
    #[test]
    fn damage_is_noticed(
        message in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        mask in 1u8..,
        lost in any::<bool>(),
    ) {
        let mut frame = framed(&message);
        let at = at.index(frame.len() - 2) + 1;
        if lost {
            frame.remove(at);
        } else {
            frame[at] ^= mask;
        }
        for arrived in received(&mut Receiver::new(), &frame) {
            prop_assert!(arrived.is_err(), "{:?}", arrived);
        }
    }
}
