use super::*;

/// Hexadecimal of whole bytes is read, with white space anywhere; anything else is refused.
#[test]
fn hexadecimal() {
    assert_eq!(hex("D2 84\n0a"), Some(vec![0xd2, 0x84, 0x0a]));
    assert_eq!(hex(""), Some(vec![]));
    assert_eq!(hex("abc"), None);
    assert_eq!(hex("0x"), None);
    assert_eq!(hex("+1"), None);
}

/// A case is named by its path below the folder that was given, or by its file.
#[test]
fn names() {
    let root = Path::new("vectors/cose");
    let file = Path::new("vectors/cose/sign1-tests/sign-pass-01.json");
    assert_eq!(case_name(root, file), "sign1-tests/sign-pass-01");
    assert_eq!(case_name(file, file), "sign-pass-01");
}

/// A path that is not there is an error, and so is a folder without a case.
#[test]
fn missing() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(matches!(files(&here.join("absent"), "json"), Err(Error::Io(..))));
    assert!(matches!(files(&here.join("src"), "json"), Err(Error::Empty(_))));
}
