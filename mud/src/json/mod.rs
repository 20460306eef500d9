//! JSON (RFC 8259, in the subset of RFC 7493) as a tree that knows where each value stands.

mod read;
#[cfg(test)]
mod tests;
mod write;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(crate) use read::read;
pub(crate) use write::Writer;

/// The deepest nesting of arrays and objects that is read, 128. A MUD file needs twelve levels.
pub const MAX_DEPTH: usize = nojson::MAX_NESTING_DEPTH;

/// A value, and where it stands in the input.
#[derive(Clone, Debug)]
pub(crate) struct Value<'b> {
    /// Its first byte.
    pub offset: usize,
    /// The byte after its last.
    pub end: usize,
    pub kind: Kind<'b>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind<'b> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'b str),
    String(Cow<'b, str>),
    Array(Vec<Value<'b>>),
    /// No two members have one name.
    Object(Vec<Member<'b>>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member<'b> {
    /// Where the name starts.
    pub offset: usize,
    pub name: Cow<'b, str>,
    pub value: Value<'b>,
}

impl Value<'_> {
    /// The JSON pointer (RFC 6901) of the innermost value at the byte `offset`.
    pub fn pointer_to(&self, offset: usize) -> String {
        let mut pointer = String::new();
        let mut value = self;
        loop {
            // In the order of the input, so that many findings in one object cost no square of time.
            let next = match &value.kind {
                Kind::Array(values) => {
                    let index = values.partition_point(|value| value.end <= offset);
                    values
                        .get(index)
                        .filter(|value| value.offset <= offset)
                        .map(|value| (format!("{index}"), value))
                }
                Kind::Object(members) => {
                    let index = members.partition_point(|member| member.value.end <= offset);
                    members.get(index).filter(|member| member.offset <= offset).map(|member| {
                        (member.name.replace('~', "~0").replace('/', "~1"), &member.value)
                    })
                }
                _ => None,
            };
            let Some((step, inner)) = next else {
                return pointer;
            };
            pointer.push('/');
            pointer.push_str(&step);
            value = inner;
        }
    }
}
