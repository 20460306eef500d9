//! The order of items by their values, however they are encoded.

use core::cmp::Ordering;

use super::cursor::{Cursor, Items};
use super::item::{Head, MAX_DEPTH, Type, float};
use crate::error::{Error, ErrorKind};

/// Compares the items at two cursors, which are well-formed, by their values: equal are those that differ
/// in nothing but the width of heads and floats and in whether lengths are indefinite (RFC 8949, 2). The
/// entries of maps are compared in the order in which they stand.
///
/// Integers, strings, tags and what is of major type 7 are ordered as their deterministic encodings are,
/// so that the keys of a deterministic map ascend.
pub(super) fn compare(mut a: Cursor<'_>, mut b: Cursor<'_>) -> Result<Ordering, Error> {
    let mut open: [Option<(Items, Items)>; MAX_DEPTH] = [None; MAX_DEPTH];
    let mut depth = 0_usize;
    loop {
        let (at_a, at_b) = (a, b);
        let (x, y) = (a.head()?, b.head()?);
        let (rank, other) = (rank(x), rank(y));
        if rank != other {
            return Ok(rank.cmp(&other));
        }
        let inside = match x.item_type() {
            string @ (Type::Bytes | Type::Text) => {
                (a, b) = (at_a, at_b);
                let order = compare_strings(&mut a, &mut b, rank.0, string)?;
                if order.is_ne() {
                    return Ok(order);
                }
                None
            }
            Type::Array => Some((a.items(x, 1)?, b.items(y, 1)?)),
            Type::Map => Some((entries(&a, x)?, entries(&b, y)?)),
            Type::Tag => {
                let content = Items::new(1);
                Some((content, content))
            }
            _ => None,
        };
        if inside.is_some() {
            *open.get_mut(depth).ok_or(at_a.error(ErrorKind::TooDeep))? = inside;
            depth = depth.saturating_add(1);
        }
        // Go on with the next pair of items in the innermost level that has one on both sides.
        loop {
            let level = depth.checked_sub(1).and_then(|level| open.get_mut(level));
            let Some(Some((left, right))) = level else {
                return Ok(Ordering::Equal);
            };
            match (left.next(&mut a)?, right.next(&mut b)?) {
                (true, true) => break,
                (false, false) => depth = depth.saturating_sub(1),
                (more, _) => return Ok(more.cmp(&!more)),
            }
        }
    }
}

/// The items of a map, keys and values alike.
fn entries(cursor: &Cursor<'_>, head: Head) -> Result<Items, Error> {
    let entries = cursor.items(head, 2)?;
    Ok(entries.definite().map_or(entries, |left| Items::new(left.saturating_mul(2))))
}

/// What an item is compared by before its content: its major type, of a float its shortest width, and
/// unless it has a length, its argument.
fn rank(head: Head) -> (u8, u8, u64) {
    let major = head.first >> 5;
    match head.item_type() {
        Type::Bytes | Type::Text | Type::Array | Type::Map => (major, 0, 0),
        Type::Float => {
            let (width, bits) = float::shortest(head);
            (major, width, bits)
        }
        _ => (major, 0, head.argument),
    }
}

/// Compares two strings of one type, however they are cut into chunks: by length, then by content.
fn compare_strings(
    a: &mut Cursor<'_>,
    b: &mut Cursor<'_>,
    major: u8,
    string: Type,
) -> Result<Ordering, Error> {
    let (a, b) = (a.chunks(major, string)?, b.chunks(major, string)?);
    let length = a.clone().map(<[u8]>::len).sum::<usize>().cmp(&b.clone().map(<[u8]>::len).sum());
    Ok(length.then_with(|| a.flatten().cmp(b.flatten())))
}
