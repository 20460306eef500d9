use super::*;

/// The suite itself can tell: a wrong value, a wrong encoding and a wrong notation each fail.
#[test]
fn wrong_expectations_fail() {
    let check = |json: &str| {
        let item: Item<'_> = serde_json::from_str(json).unwrap();
        check(&item, &vectors::hex(item.hex).unwrap())
    };
    assert_eq!(check(r#"{"hex":"8101","roundtrip":true,"decoded":[1]}"#), Ok(()));
    assert!(check(r#"{"hex":"8101","roundtrip":true,"decoded":[2]}"#).is_err());
    assert!(check(r#"{"hex":"8101","roundtrip":true,"decoded":[1,1]}"#).is_err());
    assert!(check(r#"{"hex":"8101","roundtrip":true,"decoded":null}"#).is_err());
    assert!(check(r#"{"hex":"f98000","roundtrip":true,"decoded":0.0}"#).is_err());
    assert!(check(r#"{"hex":"1801","roundtrip":true,"decoded":1}"#).is_err());
    assert!(check(r#"{"hex":"f7","roundtrip":true,"diagnostic":"null"}"#).is_err());
    assert!(check(r#"{"hex":"ff","roundtrip":true,"diagnostic":"null"}"#).is_err());
}

/// RFC 8949, appendix F.1: every kind of input that is not well-formed is refused, for its reason.
#[test]
fn malformed() {
    for (kind, inputs) in [
        (ErrorKind::UnexpectedEnd, END_IN_HEAD),
        (ErrorKind::UnexpectedEnd, END_IN_STRING),
        (ErrorKind::UnexpectedEnd, END_IN_ITEMS),
        (ErrorKind::UnexpectedEnd, END_IN_INDEFINITE),
        (ErrorKind::UnexpectedEnd, END_IN_TAG),
        (ErrorKind::UnexpectedEnd, BREAKS_IN_SHORT_MAPS),
        (ErrorKind::ReservedValue, RESERVED_INFORMATION),
        (ErrorKind::ReservedValue, RESERVED_SIMPLE),
        (ErrorKind::IndefiniteLength, WRONG_CHUNKS),
        (ErrorKind::UnexpectedBreak, WRONG_BREAKS),
        (ErrorKind::ReservedValue, INDEFINITE_NUMBERS),
    ] {
        for input in inputs.split(',') {
            let bytes = vectors::hex(input).unwrap();
            let error = check_well_formed(&bytes).unwrap_err();
            assert_eq!(error.kind(), kind, "{input}");
            assert!(check_deterministic(&bytes).is_err(), "{input}");
            assert!(diagnose(&bytes).is_err(), "{input}");
        }
    }
}

const END_IN_HEAD: &str = "18,19,1a,1b,19 01,1a 01 02,1b 01 02 03 04 05 06 07,38,58,78,98,\
    9a 01 ff 00,b8,d8,f8,f9 00,fa 00 00,fb 00 00 00";
const END_IN_STRING: &str = "41,61,5a ff ff ff ff 00,5b ff ff ff ff ff ff ff ff 01 02 03,\
    7a ff ff ff ff 00,7b 7f ff ff ff ff ff ff ff 01 02 03";
const END_IN_ITEMS: &str = "81,81 81 81 81 81 81 81 81 81,82 00,a1,a2 01 02,a1 00,a2 00 00 00";
const END_IN_INDEFINITE: &str = "5f 41 00,7f 61 00,9f,9f 01 02,bf,bf 01 02 01 02,\
    81 9f,9f 80 00,9f 9f 9f 9f 9f ff ff ff ff,9f 81 9f 81 9f 9f ff ff ff";
const END_IN_TAG: &str = "c0";
const RESERVED_INFORMATION: &str = "1c,1d,1e,3c,3d,3e,5c,5d,5e,7c,7d,7e,9c,9d,9e,bc,bd,be,\
    dc,dd,de,fc,fd,fe";
const RESERVED_SIMPLE: &str = "f8 00,f8 01,f8 18,f8 1f";
const WRONG_CHUNKS: &str = "5f 00 ff,5f 21 ff,5f 61 00 ff,5f 80 ff,5f a0 ff,5f c0 00 ff,\
    5f e0 ff,7f 41 00 ff,5f 5f 41 00 ff ff,7f 7f 61 00 ff ff";
const WRONG_BREAKS: &str = "ff,81 ff,82 00 ff,a1 ff 00,a1 00 ff,9f 81 ff,\
    9f 82 9f 81 9f 9f ff ff ff ff,bf 00 ff,bf 00 00 00 ff";
// A break where the map has too few bytes left for its entries: said before the break is reached.
const BREAKS_IN_SHORT_MAPS: &str = "a1 ff,a2 00 00 ff";
const INDEFINITE_NUMBERS: &str = "1f,3f,df";
