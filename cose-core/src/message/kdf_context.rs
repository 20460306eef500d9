//! `COSE_KDF_Context`: what a derived key is bound to (RFC 9053, 5.2).

use crate::cbor::{Cursor, Encoder, Type};
use crate::error::Error;
use crate::header::Headers;
use crate::iana::{Algorithm, header as label};
use crate::labels::Label;

/// What is known of one side beside the message.
#[derive(Clone, Copy, Debug, Default)]
pub struct PartyInfo<'a> {
    /// Its identity.
    pub identity: Option<&'a [u8]>,
    /// Its nonce.
    pub nonce: Option<&'a [u8]>,
    /// Anything else.
    pub other: Option<&'a [u8]>,
}

/// What both sides know beside the message, and bind a derived key to. Where the message's headers
/// say the same of a party, the headers are taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct KdfInfo<'a> {
    /// The sender.
    pub party_u: PartyInfo<'a>,
    /// The recipient.
    pub party_v: PartyInfo<'a>,
    /// Public information that is in no message (`SuppPubInfo`, other).
    pub supp_pub_other: Option<&'a [u8]>,
    /// Private information (`SuppPrivInfo`).
    pub supp_priv_info: Option<&'a [u8]>,
}

/// A value of a party: null, a byte string or (a nonce) an integer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum PartyValue<'c> {
    #[default]
    Null,
    Bytes(&'c [u8]),
    Integer(i64),
}

impl<'c> PartyValue<'c> {
    /// What the headers say under `label`, or else what the caller knows.
    fn of(headers: &Headers<'c>, label: i64, known: Option<&'c [u8]>) -> Result<Self, Error> {
        match headers.get(Label::Integer(label)) {
            Some(value) => Self::parse(&mut value.cursor()),
            None => Ok(known.map_or(Self::Null, Self::Bytes)),
        }
    }

    fn parse(cursor: &mut Cursor<'c>) -> Result<Self, Error> {
        match cursor.peek()? {
            Type::Unsigned | Type::Negative => cursor.integer().map(Self::Integer),
            _ => cursor.bytes().map(Self::Bytes),
        }
    }
}

/// Room for all that stands before a byte string of the context: heads and integers.
const HEAD: usize = 32;
/// The parts of the context, each heads and integers and then the content of a byte string.
const PARTS: usize = 9;

/// The context that a key is derived with, to be handed to a key derivation function in pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct KdfContext<'c> {
    /// The algorithm that the key is for.
    pub algorithm: Algorithm,
    /// Identity, nonce, other: of the sender, then of the recipient.
    pub parties: [PartyValue<'c>; 6],
    /// The recipient's protected header parameters.
    pub protected: &'c [u8],
    pub supp_pub_other: Option<&'c [u8]>,
    pub supp_priv_info: Option<&'c [u8]>,
}

impl<'c> KdfContext<'c> {
    /// The context of a recipient with these headers.
    pub fn new(
        algorithm: Algorithm,
        headers: &Headers<'c>,
        info: Option<&KdfInfo<'c>>,
    ) -> Result<Self, Error> {
        let KdfInfo { party_u, party_v, supp_pub_other, supp_priv_info } =
            info.copied().unwrap_or_default();
        let value = |label, known| PartyValue::of(headers, label, known);
        Ok(Self {
            algorithm,
            parties: [
                value(label::PARTY_U_IDENTITY, party_u.identity)?,
                value(label::PARTY_U_NONCE, party_u.nonce)?,
                value(label::PARTY_U_OTHER, party_u.other)?,
                value(label::PARTY_V_IDENTITY, party_v.identity)?,
                value(label::PARTY_V_NONCE, party_v.nonce)?,
                value(label::PARTY_V_OTHER, party_v.other)?,
            ],
            protected: headers.signed(),
            supp_pub_other,
            supp_priv_info,
        })
    }

    /// Hands all pieces, in order, to `take`.
    ///
    /// # Errors
    /// `BufferTooSmall` can't occur: the heads have room.
    pub fn with_slices<R>(&self, take: impl FnOnce(&[&[u8]]) -> R) -> Result<R, Error> {
        let mut heads = [[0; HEAD]; PARTS];
        let mut slices: [&[u8]; 2 * PARTS] = [&[]; 2 * PARTS];
        let strings = [Some(self.protected), self.supp_pub_other, self.supp_priv_info];
        let mut used = 0usize;
        for ((index, head), pair) in heads.iter_mut().enumerate().zip(slices.chunks_exact_mut(2)) {
            let mut encoder = Encoder::new(head);
            let mut content: &[u8] = &[];
            if let Some(value) = self.parties.get(index) {
                if index == 0 {
                    encoder.array(if self.supp_priv_info.is_some() { 5 } else { 4 })?;
                    encoder.integer(self.algorithm.0)?;
                }
                if index % 3 == 0 {
                    encoder.array(3)?;
                }
                match *value {
                    PartyValue::Null => encoder.null()?,
                    PartyValue::Integer(integer) => encoder.integer(integer)?,
                    PartyValue::Bytes(bytes) => {
                        content = bytes;
                        encoder.bytes_head(bytes.len())?
                    }
                };
            } else if let Some(&Some(string)) = strings.get(index.saturating_sub(6)) {
                if index == 6 {
                    let bits = self.algorithm.key_len().unwrap_or_default().saturating_mul(8);
                    encoder.array(if self.supp_pub_other.is_some() { 3 } else { 2 })?;
                    encoder.unsigned(u64::try_from(bits).unwrap_or(u64::MAX))?;
                }
                content = string;
                encoder.bytes_head(string.len())?;
            }
            if let [first, second] = pair {
                (*first, *second) = (encoder.finish(), content);
            }
            used = used.saturating_add(2);
        }
        Ok(take(slices.get(..used).unwrap_or_default()))
    }
}
