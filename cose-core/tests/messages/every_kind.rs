//! Every kind of message with every algorithm and all header parameters: what is made is read
//! back.

use std::collections::BTreeMap;

use hexad_cose_core::cbor::{Cursor, Encoder, check_deterministic};
use hexad_cose_core::{ContentType, ErrorKind, Headers, Label, Message, NewHeaders, Parameter};
use proptest::prelude::*;

use crate::parties::{Kind, Plan, iv, kind};

/// RFC 9052, 2: each kind, with each algorithm, with its tag or without, its content inside or
/// elsewhere, gives back what was put in, in deterministic encoding, and is told by its tag.
#[test]
fn every_algorithm_gives_back_what_was_put_in() {
    for kind in Kind::ALL {
        for &algorithm in kind.algorithms() {
            for (tagged, detached) in [(true, false), (true, true), (false, false), (false, true)] {
                let plan = Plan { tagged, detached, ..Plan::new(kind, algorithm) };
                let nonce = algorithm.content_encryption().map(|_| iv(algorithm));
                let mut headers = plan.headers();
                if let Some(nonce) = &nonce {
                    headers = headers.iv(nonce);
                }
                let (message, elsewhere) = plan.make(headers);
                assert_eq!(check_deterministic(&message), Ok(()), "{plan:?}");
                let expect = plan.expect(elsewhere.as_deref());
                assert_eq!(plan.open(&message, expect).as_ref(), Ok(&plan.payload), "{plan:?}");

                assert_eq!(Message::is_tagged(&message), tagged);
                let content = if tagged {
                    Message::parse(&message).unwrap().unverified_content()
                } else {
                    assert!(matches!(
                        Message::parse(&message).unwrap_err().kind(),
                        ErrorKind::UnexpectedType { .. }
                    ));
                    continue;
                };
                assert_eq!(content.is_none(), detached, "{plan:?}");
            }
        }
    }
}

/// RFC 9052, 4.3, 5.3 and 6.3: other external data, another payload and none are all refused, with
/// each algorithm.
#[test]
fn no_algorithm_takes_another_content() {
    for kind_of in Kind::ALL {
        for &algorithm in kind_of.algorithms() {
            let plan = Plan { detached: true, ..Plan::new(kind_of, algorithm) };
            let nonce = algorithm.content_encryption().map(|_| iv(algorithm));
            let headers = match &nonce {
                Some(nonce) => plan.headers().iv(nonce),
                None => plan.headers(),
            };
            let (message, elsewhere) = plan.make(headers);
            let content = elsewhere.unwrap();
            let other_aad = plan.expect(Some(&content)).external_aad(b"aae");
            let refused = plan.open(&message, other_aad);
            assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{algorithm}");
            for change in [0, content.len() - 1] {
                let mut other = content.clone();
                other[change] ^= 0x80;
                let refused = plan.open(&message, plan.expect(Some(&other)));
                assert_eq!(kind(refused), ErrorKind::VerificationFailed, "{algorithm}");
            }
            let shorter = plan.expect(Some(&content[1..]));
            assert_eq!(kind(plan.open(&message, shorter)), ErrorKind::VerificationFailed);
            assert_eq!(kind(plan.open(&message, plan.expect(None))), ErrorKind::Payload);
        }
    }
}

/// The header parameters of a message, owned.
#[derive(Clone, Debug)]
struct Parameters {
    kid: Option<Vec<u8>>,
    content_type: Option<Type>,
    typ: Option<Type>,
    /// Labels above 99, which no standard here gives a meaning; odd ones are protected.
    others: BTreeMap<i64, Vec<u8>>,
    text: Option<(String, bool)>,
    /// Whether all protected ones of those are critical.
    critical: bool,
}

#[derive(Clone, Debug)]
enum Type {
    Format(u16),
    Text(String),
}

impl Type {
    fn view(&self) -> ContentType<'_> {
        match self {
            Self::Format(format) => ContentType::Format(*format),
            Self::Text(text) => ContentType::Text(text),
        }
    }
}

fn content_type() -> impl Strategy<Value = Option<Type>> {
    prop::option::of(prop_oneof![
        any::<u16>().prop_map(Type::Format),
        "[a-z]{1,8}/[a-z+]{1,20}".prop_map(Type::Text),
    ])
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let label = prop_oneof![100_i64..70_000, -70_000_i64..-100];
    let others =
        prop::collection::btree_map(label, prop::collection::vec(any::<u8>(), 0..30), 0..6);
    let kid = prop::option::of(prop::collection::vec(any::<u8>(), 0..300));
    let text = prop::option::of(("[a-z]{1,40}", any::<bool>()));
    (kid, content_type(), content_type(), others, text, any::<bool>()).prop_map(
        |(kid, content_type, typ, others, text, critical)| Parameters {
            kid,
            content_type,
            typ,
            others,
            text,
            critical,
        },
    )
}

/// A kind with one of its algorithms that do not take long, and the rest of a plan.
fn plan() -> impl Strategy<Value = Plan> {
    let kind = prop::sample::select(&Kind::ALL[..]);
    let aad = prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 0..300)];
    let payload = prop::collection::vec(any::<u8>(), 0..600);
    (kind, any::<prop::sample::Index>(), any::<[bool; 2]>(), aad, payload).prop_map(
        |(kind, index, [tagged, detached], aad, payload)| {
            let fast = kind.algorithms().get(..9).unwrap_or(kind.algorithms());
            Plan { kind, algorithm: *index.get(fast), tagged, detached, aad, payload }
        },
    )
}

/// Holds what was read against what was put in.
fn same(headers: &Headers<'_>, parameters: &Parameters) {
    assert_eq!(headers.kid(), parameters.kid.as_deref());
    assert_eq!(headers.content_type(), parameters.content_type.as_ref().map(Type::view));
    assert_eq!(headers.typ(), Ok(parameters.typ.as_ref().map(Type::view)));
    for (&label, value) in &parameters.others {
        let (there, absent) = if label & 1 == 1 {
            (headers.get_protected(label.into()), headers.get_unprotected(label.into()))
        } else {
            (headers.get_unprotected(label.into()), headers.get_protected(label.into()))
        };
        assert_eq!(there.unwrap().cursor().bytes().as_ref(), Ok(&&value[..]));
        assert!(absent.is_none());
        assert!(headers.get(label.into()).is_some());
    }
    if let Some((text, protected)) = &parameters.text {
        assert_eq!(headers.get_protected(Label::Text(text)).is_some(), *protected);
        assert_eq!(headers.get_unprotected(Label::Text(text)).is_some(), !*protected);
    }
    assert!(headers.get(Label::Integer(99)).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// RFC 9052, 3: all parameters are read from the bucket that they were put into, in whatever
    /// kind of message and whatever order they were given; critical ones have to be understood.
    #[test]
    fn all_header_parameters_are_read_back(plan in plan(), parameters in parameters()) {
        let encoded: Vec<(i64, Vec<u8>)> = parameters
            .others
            .iter()
            .map(|(label, value)| {
                let mut bytes = Vec::new();
                Encoder::appending(&mut bytes).bytes(value).unwrap();
                (*label, bytes)
            })
            .collect();
        let bucket = |protected: bool| {
            let mut bucket: Vec<Parameter<'_>> = encoded
                .iter()
                .filter(|(label, _)| (label & 1 == 1) == protected)
                .map(|(label, value)| Parameter::new(*label, value))
                .collect();
            let text = parameters.text.as_ref();
            if let Some((text, own)) = text.filter(|(_, own)| *own == protected) {
                let value: &[u8] = if *own { &[0xf5] } else { &[0xf4] };
                bucket.push(Parameter::new(&text[..], value));
            }
            bucket
        };
        let (protected, unprotected) = (bucket(true), bucket(false));
        let critical: Vec<i64> =
            encoded.iter().map(|(label, _)| *label).filter(|label| label & 1 == 1).collect();
        let nonce = plan.algorithm.content_encryption().map(|_| iv(plan.algorithm));
        let mut headers: NewHeaders<'_> =
            plan.headers().protected(&protected).unprotected(&unprotected);
        if let Some(kid) = &parameters.kid {
            headers = headers.kid(kid);
        }
        if let Some(content_type) = &parameters.content_type {
            headers = headers.content_type(content_type.view());
        }
        if let Some(typ) = &parameters.typ {
            headers = headers.typ(typ.view());
        }
        if let Some(nonce) = &nonce {
            headers = headers.iv(nonce);
        }
        if parameters.critical {
            headers = headers.critical(&critical);
        }

        let (message, elsewhere) = plan.make(headers);
        prop_assert_eq!(check_deterministic(&message), Ok(()));
        let number = match plan.kind {
            Kind::Sign1 => 18,
            Kind::Sign => 98,
            Kind::Mac0 => 17,
            Kind::Mac => 97,
            Kind::Encrypt0 => 16,
            Kind::Encrypt => 96,
        };
        let read = Message::parse_as(number, &mut Cursor::new(&message)).unwrap();
        let algorithm = (plan.kind != Kind::Sign).then_some(plan.algorithm);
        prop_assert_eq!(read.headers().algorithm(), algorithm);
        prop_assert_eq!(read.headers().iv(), nonce.as_deref());
        same(read.headers(), &parameters);

        let expect = plan.expect(elsewhere.as_deref());
        let labels: Vec<Label<'_>> = critical.iter().copied().map(Label::Integer).collect();
        let opened = plan.open(&message, expect.understands(&labels));
        prop_assert_eq!(opened.as_ref(), Ok(&plan.payload));
        let opened = plan.open(&message, expect);
        if parameters.critical && !critical.is_empty() {
            prop_assert_eq!(kind(opened), ErrorKind::CriticalParameter);
        } else {
            prop_assert_eq!(opened.as_ref(), Ok(&plan.payload));
        }
    }
}
