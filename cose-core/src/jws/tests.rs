use std::string::{String, ToString};

use super::*;

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(Error::kind)
}

#[test]
fn malformed() {
    let encoded = |header: &str| {
        let mut text = Base64UrlUnpadded::encode_string(header.as_bytes());
        text.push_str(".e30.AA");
        text
    };
    let cases: [(String, ErrorKind); 8] = [
        ("e30.e30".to_string(), ErrorKind::Length),
        ("e30.e30.e30.e30.e30".to_string(), ErrorKind::Length),
        ("!.e30.AA".to_string(), ErrorKind::InvalidValue),
        (encoded("[]"), ErrorKind::InvalidValue),
        (encoded("{}"), ErrorKind::InvalidValue),
        (encoded(r#"{"alg":"ES256","alg":"none"}"#), ErrorKind::InvalidValue),
        (encoded(r#"{"alg":"ES256","crit":["b64"],"b64":false}"#), ErrorKind::CriticalParameter),
        (encoded(r#"{"alg":"ES256"}"#) + "=", ErrorKind::InvalidValue),
    ];
    for (text, expected) in cases {
        assert_eq!(kind(Jws::parse(&text)), Some(expected), "{text}");
    }
}
