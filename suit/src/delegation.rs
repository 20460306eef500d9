//! `suit-delegation`: chains of CBOR Web Tokens by which a trust anchor lets others sign.
//!
//! draft-ietf-suit-manifest-37 reserves the label (11.1) and leaves delegation (9; REQ.USE.DELEGATION)
//! to draft-tschofenig-cose-cwt-chain, whose header parameters have no numbers yet;
//! draft-ietf-suit-trust-domains-12 says nothing of it. What the element holds was last written down in
//! draft-ietf-suit-trust-domains-05, sections 4 and 4.1, and is read by others: lists of tokens of
//! which the first is signed by a trust anchor, each other by the key that the one before it confirms
//! (`cnf`, RFC 8747), while the last confirms the key that signs the manifest.

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::{Cursor, Items, Raw};

use crate::error::Error;

/// The content of `suit-delegation`: chains of encoded CWTs, none of them proven.
#[derive(Clone, Copy, Debug)]
pub struct Delegation<'b> {
    encoded: Raw<'b>,
    cursor: Cursor<'b>,
    items: Items,
}

impl<'b> Delegation<'b> {
    /// Reads the lists of lists that are all of what `cursor` holds, with at most `limit` tokens. What
    /// the byte strings in them hold is read when it is verified.
    pub(crate) fn parse(mut cursor: Cursor<'b>, limit: usize) -> Result<Self, Error> {
        let here = cursor;
        let mut chains = cursor.array()?;
        let delegation = Self { encoded: here.rest(), cursor, items: chains };
        let (mut count, mut any) = (0usize, false);
        while chains.next(&mut cursor)? {
            let chain = cursor;
            let mut tokens = cursor.array()?;
            let before = count;
            while tokens.next(&mut cursor)? {
                let token = cursor.byte_string()?;
                count = count.saturating_add(1);
                if count > limit {
                    return Err(token.error(Cbor::TooMany).into());
                }
            }
            if count == before {
                return Err(chain.error(Cbor::Length).into());
            }
            any = true;
        }
        if !any {
            return Err(here.error(Cbor::Length).into());
        }
        cursor.finish()?;
        Ok(delegation)
    }

    /// The array of chains as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The chains in their order.
    pub fn chains(self) -> impl Iterator<Item = DelegationChain<'b>> {
        let Self { mut cursor, mut items, .. } = self;
        core::iter::from_fn(move || {
            if !items.next(&mut cursor).ok()? {
                return None;
            }
            let mut inside = cursor;
            cursor.skip().ok()?;
            let tokens = inside.array().ok()?;
            Some(DelegationChain { cursor: inside, items: tokens })
        })
    }
}

/// One chain: encoded CWTs, the one that an anchor signed first. Never empty.
#[derive(Clone, Copy, Debug)]
pub struct DelegationChain<'b> {
    cursor: Cursor<'b>,
    items: Items,
}

impl<'b> Iterator for DelegationChain<'b> {
    type Item = Raw<'b>;

    fn next(&mut self) -> Option<Raw<'b>> {
        if !self.items.next(&mut self.cursor).ok()? {
            return None;
        }
        self.cursor.byte_string().ok()
    }
}
