//! Claims that a reader does not know: kept as they are, so that nothing that was signed is lost.

use core::fmt;

use crate::cbor::{Encoder, Members, Raw, check_well_formed};
use crate::error::Error;
use crate::labels::Label;

/// A claim by its key and its encoded value.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'b> {
    /// The key.
    pub key: Label<'b>,
    /// The value, one encoded item.
    pub value: Raw<'b>,
}

impl<'b> Claim<'b> {
    /// A claim to be written with this encoded value.
    #[must_use]
    pub fn new(key: impl Into<Label<'b>>, value: &'b [u8]) -> Self {
        Self { key: key.into(), value: Raw::new(value, 0) }
    }
}

/// The same key and the same encoding, wherever they stand.
impl PartialEq for Claim<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value.bytes() == other.value.bytes()
    }
}

/// The claims of a claims-set beside those that its reader knows by name.
///
/// ```
/// use hexad_cose_core::cwt::{Claim, Claims};
///
/// // {1: "as", 38: 7}
/// let claims = Claims::parse(&[0xa2, 0x01, 0x62, b'a', b's', 0x18, 0x26, 0x07])?;
/// assert_eq!(claims.others.get(38).map(|value| value.bytes()), Some(&[0x07][..]));
///
/// let again = [Claim::new(38, &[0x07])];
/// assert_eq!(claims, Claims { iss: Some("as"), others: (&again).into(), ..Claims::default() });
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Others<'b> {
    /// A claims-set, and which of its labels are known.
    map: Option<(Raw<'b>, &'static [i64])>,
    given: &'b [Claim<'b>],
}

impl<'b> Others<'b> {
    /// The claims of an encoded claims-set whose labels are not among the `known`: of one that was
    /// read to its end by [`Entries`](crate::cbor::Entries). Of anything else, some or none.
    #[must_use]
    pub const fn of(map: Raw<'b>, known: &'static [i64]) -> Self {
        Self { map: Some((map, known)), given: &[] }
    }

    /// The claims-set that they are of, unless they were given.
    pub(crate) fn map(&self) -> Option<Raw<'b>> {
        self.map.map(|(map, _)| map)
    }

    /// The claims, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Claim<'b>> + use<'b> {
        let (map, known) = self.map.unwrap_or((Raw::new(&[0xa0], 0), &[]));
        let mut cursor = map.cursor();
        // The map was validated, so neither this nor what follows can fail.
        let mut items = cursor.map().ok();
        let from_map = core::iter::from_fn(move || {
            while items.as_mut()?.next(&mut cursor).ok()? {
                let key = Label::parse(&mut cursor).ok()?;
                let value = cursor.item().ok()?;
                if !is_known(key, known) {
                    return Some(Claim { key, value });
                }
            }
            items = None;
            None
        });
        from_map.chain(self.given.iter().copied())
    }

    /// The encoded value of the claim with this key.
    #[must_use]
    pub fn get<'k>(&self, key: impl Into<Label<'k>>) -> Option<Raw<'b>> {
        let key = key.into();
        self.iter().find(|claim| claim.key == key).map(|claim| claim.value)
    }

    /// The first claim behind `last`, by the order of deterministic encoding.
    fn after(&self, last: Option<Label<'b>>) -> Option<Claim<'b>> {
        let behind = |claim: &Claim<'b>| last.is_none_or(|last| last < claim.key);
        self.iter().filter(behind).min_by_key(|claim| claim.key)
    }
}

fn is_known(key: Label<'_>, known: &[i64]) -> bool {
    matches!(key, Label::Integer(label) if known.contains(&label))
}

impl<'b> From<&'b [Claim<'b>]> for Others<'b> {
    fn from(given: &'b [Claim<'b>]) -> Self {
        Self { map: None, given }
    }
}

impl<'b, const N: usize> From<&'b [Claim<'b>; N]> for Others<'b> {
    fn from(given: &'b [Claim<'b>; N]) -> Self {
        Self::from(given.as_slice())
    }
}

impl PartialEq for Others<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().count() == other.iter().count()
            && self
                .iter()
                .all(|claim| other.get(claim.key).is_some_and(|v| v.bytes() == claim.value.bytes()))
    }
}

impl fmt::Debug for Others<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Puts claims into a map that is being written: the known ones in ascending order, and the others
/// where they belong between them.
#[derive(Debug)]
pub struct Writer<'m, 'e, 'w, 'b> {
    members: &'m mut Members<'e, 'w, 'b>,
    others: Others<'b>,
    last: Option<Label<'b>>,
}

impl<'m, 'e, 'w, 'b> Writer<'m, 'e, 'w, 'b> {
    /// Writes into the map of these `members`, `others` among them.
    pub fn new(members: &'m mut Members<'e, 'w, 'b>, others: Others<'b>) -> Self {
        Self { members, others, last: None }
    }

    /// A claim whose value `write` writes, if there is one.
    ///
    /// # Errors
    /// Those of CBOR in the value of another claim; `BufferTooSmall`; `NotDeterministic` at a claim
    /// that stands twice or does not follow the one before; and those of `write`.
    pub fn put<T, E: From<Error>>(
        &mut self,
        label: i64,
        value: Option<T>,
        write: impl FnOnce(T, &mut Encoder<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(value) = value else {
            return Ok(());
        };
        self.others_before(Some(Label::Integer(label)))?;
        self.members.put(label, |encoder| write(value, encoder))
    }

    /// The others that are left.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn finish(mut self) -> Result<(), Error> {
        self.others_before(None)
    }

    #[inline(never)]
    fn others_before(&mut self, end: Option<Label<'b>>) -> Result<(), Error> {
        while let Some(claim) = self.others.after(self.last) {
            if end.is_some_and(|end| end < claim.key) {
                break;
            }
            self.last = Some(claim.key);
            check_well_formed(claim.value.bytes())?;
            self.members.put(claim.key, |encoder| encoder.raw(claim.value.bytes()).map(drop))?;
        }
        Ok(())
    }

    /// A text, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn text(&mut self, label: i64, value: Option<&str>) -> Result<(), Error> {
        self.put(label, value, |value, encoder| encoder.text(value).map(drop))
    }

    /// A byte string, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn bytes(&mut self, label: i64, value: Option<&[u8]>) -> Result<(), Error> {
        self.put(label, value, |value, encoder| encoder.bytes(value).map(drop))
    }

    /// An unsigned integer, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn unsigned(&mut self, label: i64, value: Option<u64>) -> Result<(), Error> {
        self.put(label, value, |value, encoder| encoder.unsigned(value).map(drop))
    }

    /// An integer, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn integer(&mut self, label: i64, value: Option<i64>) -> Result<(), Error> {
        self.put(label, value, |value, encoder| encoder.integer(value).map(drop))
    }

    /// A boolean, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn boolean(&mut self, label: i64, value: Option<bool>) -> Result<(), Error> {
        self.put(label, value, |value, encoder| encoder.boolean(value).map(drop))
    }
}
