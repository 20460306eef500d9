//! The ruleset in the terms of libnftables' JSON schema.

use std::borrow::Cow;

use nftables::expr::{
    CT, Expression, Meta, MetaKey, NamedExpression, Payload, PayloadField, Prefix, Range, SetItem,
    Verdict,
};
use nftables::schema::{self, NfCmd, NfListObject, NfObject, Nftables, SetType, SetTypeValue};
use nftables::stmt::{
    AnonymousCounter, Counter, JumpTarget, Operator, Reject, RejectType, Statement, VerdictMap,
};
use nftables::types::{NfChainPolicy, NfChainType, NfFamily, NfHook, RejectCode};

use super::{Action, Addresses, Chain, Match, Ports, Rule, Ruleset, Set, Side, TABLE, Version};

impl Ruleset {
    /// The ruleset as one transaction in libnftables' JSON: what `nft -j -f -` reads. It takes the place of
    /// the table of the same name if there is one.
    ///
    /// # Errors
    /// Those of `serde_json`; none is known to happen.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&self.schema())
    }

    /// The ruleset in the types of the `nftables` crate.
    fn schema(&self) -> Nftables<'_> {
        let table = || {
            NfListObject::Table(schema::Table {
                family: NfFamily::INet,
                name: TABLE.into(),
                handle: None,
            })
        };
        // The first `add` makes sure that there is a table to delete.
        let mut commands = vec![NfCmd::Add(table()), NfCmd::Delete(table()), NfCmd::Add(table())];
        let mut add = |object| commands.push(NfCmd::Add(object));
        self.sets.iter().for_each(|set| add(set.schema()));
        self.chains.iter().for_each(|chain| add(chain.schema()));
        for chain in &self.chains {
            chain.rules.iter().for_each(|rule| add(rule.schema(&chain.name)));
        }
        Nftables { objects: commands.into_iter().map(NfObject::CmdObject).collect() }
    }
}

impl Set {
    fn schema(&self) -> NfListObject<'_> {
        let addresses: Vec<_> = self.addresses.iter().map(string).collect();
        NfListObject::Set(Box::new(schema::Set {
            family: NfFamily::INet,
            table: TABLE.into(),
            name: Cow::Borrowed(&self.name),
            set_type: SetTypeValue::Single(match self.version {
                Version::V4 => SetType::Ipv4Addr,
                Version::V6 => SetType::Ipv6Addr,
            }),
            // An empty list is refused by nft.
            elem: (!addresses.is_empty()).then(|| addresses.into()),
            ..schema::Set::default()
        }))
    }
}

impl Chain {
    fn schema(&self) -> NfListObject<'_> {
        let base = schema::Chain {
            family: NfFamily::INet,
            table: TABLE.into(),
            name: Cow::Borrowed(&self.name),
            ..schema::Chain::default()
        };
        NfListObject::Chain(if self.base {
            schema::Chain {
                _type: Some(NfChainType::Filter),
                hook: Some(NfHook::Forward),
                prio: Some(0),
                policy: Some(NfChainPolicy::Drop),
                ..base
            }
        } else {
            base
        })
    }
}

impl Rule {
    fn schema<'a>(&'a self, chain: &'a str) -> NfListObject<'a> {
        let mut statements: Vec<_> = self.matches.iter().map(Match::schema).collect();
        if self.counts() {
            let zero = AnonymousCounter { packets: Some(0), bytes: Some(0) };
            statements.push(Statement::Counter(Counter::Anonymous(Some(zero))));
        }
        statements.push(self.action.schema());
        NfListObject::Rule(schema::Rule {
            family: NfFamily::INet,
            table: TABLE.into(),
            chain: Cow::Borrowed(chain),
            expr: statements.into(),
            comment: self.comment.as_ref().map(|comment| Cow::Borrowed(comment.0.as_str())),
            ..schema::Rule::default()
        })
    }
}

impl Match {
    fn schema(&self) -> Statement<'_> {
        let (left, op, right) = match self {
            Self::Version(version) => {
                (meta(MetaKey::Nfproto), Operator::EQ, word(version.nfproto()))
            }
            Self::Address(side, addresses) => {
                (address(addresses.version(), *side), Operator::EQ, addresses.schema())
            }
            Self::Port(protocol, side, ports) => {
                let (op, right) = match ports {
                    Ports::Any => (Operator::EQ, range(0, u16::MAX)),
                    Ports::Not(port) => (Operator::NEQ, number(*port)),
                    Ports::Range(low, high) if low == high => (Operator::EQ, number(*low)),
                    Ports::Range(low, high) => (Operator::EQ, range(*low, *high)),
                };
                (field(protocol, side.port()), op, right)
            }
            Self::Protocol(numbers) => {
                let numbers = numbers.iter().map(|one| SetItem::Element(number(*one))).collect();
                (meta(MetaKey::L4proto), Operator::EQ, set(numbers))
            }
            Self::IcmpType(version, one) => {
                (field(version.icmp(), "type"), Operator::EQ, number(*one))
            }
            Self::IcmpCode(version, one) => {
                (field(version.icmp(), "code"), Operator::EQ, number(*one))
            }
            Self::State(states) => {
                let states = states.iter().map(|state| word(state)).collect();
                (ct("state"), Operator::IN, Expression::List(states))
            }
            Self::Direction(way) => (ct("direction"), Operator::EQ, word(way.name())),
        };
        Statement::Match(nftables::stmt::Match { left, right, op })
    }
}

impl Addresses {
    fn schema(&self) -> Expression<'_> {
        match self {
            Self::Named(_, name) => Expression::String(format!("@{name}").into()),
            Self::Under(_, prefixes) => {
                let item = |prefix: &ipnet::IpNet| {
                    SetItem::Element(Expression::Named(NamedExpression::Prefix(Prefix {
                        addr: Box::new(string(prefix.network())),
                        len: prefix.prefix_len().into(),
                    })))
                };
                set(prefixes.iter().map(item).collect())
            }
        }
    }
}

impl Action {
    fn schema(&self) -> Statement<'_> {
        match self {
            Self::Accept => Statement::Accept(None),
            Self::Drop => Statement::Drop(None),
            Self::Reject => Statement::Reject(Some(Reject::new(
                Some(RejectType::ICMPX),
                Some(RejectCode::AdminProhibited),
            ))),
            Self::Jump(chain) => Statement::Jump(target(chain)),
            Self::Goto(chain) => Statement::Goto(target(chain)),
            Self::Dispatch(version, side, chains) => {
                let items = chains.iter().map(|(from, chain)| {
                    let to = Expression::Verdict(Verdict::Goto(target(chain)));
                    SetItem::Mapping(string(from), to)
                });
                Statement::VerdictMap(VerdictMap {
                    key: address(*version, *side),
                    data: set(items.collect()),
                })
            }
        }
    }
}

fn target(chain: &str) -> JumpTarget<'_> {
    JumpTarget { target: chain.into() }
}

fn word(word: &str) -> Expression<'_> {
    Expression::String(word.into())
}

fn string(value: impl ToString) -> Expression<'static> {
    Expression::String(value.to_string().into())
}

fn number(value: impl Into<u32>) -> Expression<'static> {
    Expression::Number(value.into())
}

fn range(low: u16, high: u16) -> Expression<'static> {
    Expression::Range(Box::new(Range { range: [number(low), number(high)] }))
}

fn set(items: Vec<SetItem<'_>>) -> Expression<'_> {
    Expression::Named(NamedExpression::Set(items))
}

fn meta(key: MetaKey) -> Expression<'static> {
    Expression::Named(NamedExpression::Meta(Meta { key }))
}

fn ct(key: &'static str) -> Expression<'static> {
    Expression::Named(NamedExpression::CT(CT { key: key.into(), family: None, dir: None }))
}

fn address(version: Version, side: Side) -> Expression<'static> {
    field(version.header(), side.address())
}

fn field(protocol: &'static str, field: &'static str) -> Expression<'static> {
    Expression::Named(NamedExpression::Payload(Payload::PayloadField(PayloadField {
        protocol: protocol.into(),
        field: field.into(),
    })))
}
