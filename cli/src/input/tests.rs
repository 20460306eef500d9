use super::*;

/// Hexadecimal is recognised with white space anywhere and in either case, and only then.
#[test]
fn hexadecimal_is_recognised() {
    assert_eq!(unhex(b"d284\n43 a1"), Some(vec![0xd2, 0x84, 0x43, 0xa1]));
    assert_eq!(unhex(b"D2"), Some(vec![0xd2]));
    assert_eq!(unhex(b"d28"), None);
    assert_eq!(unhex(b"xy"), None);
    assert_eq!(unhex(b"\n"), None);
    assert_eq!(unhex(&[0xd2, 0x84]), None);
}

/// What is written in hexadecimal reads back.
#[test]
fn hexadecimal_is_written() {
    assert_eq!(hex(&[0, 0xff, 0x1a]), "00ff1a");
    assert_eq!(unhex(b"00ff1a"), Some(vec![0, 0xff, 0x1a]));
}
