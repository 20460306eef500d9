//! The structures that are signed, authenticated, or bound to a ciphertext: their heads and context
//! strings (RFC 9052, 4.4, 5.3 and 6.3; RFC 9338, 3.3), and one of a message that is being made.

use crate::segments::{MAX_FIELDS, Segments};

/// `Sig_structure` of a `COSE_Sign1`.
pub(super) const SIGNATURE1: &[u8] = b"\x84\x6aSignature1";
/// `Sig_structure` of a signer of a `COSE_Sign`.
pub(super) const SIGNATURE: &[u8] = b"\x85\x69Signature";
/// `MAC_structure` of a `COSE_Mac0`.
pub(super) const MAC0: &[u8] = b"\x84\x64MAC0";
/// `MAC_structure` of a `COSE_Mac`.
pub(super) const MAC: &[u8] = b"\x84\x63MAC";
/// `Enc_structure` of a `COSE_Encrypt0`.
pub(super) const ENCRYPT0: &[u8] = b"\x83\x68Encrypt0";
/// `Enc_structure` of a `COSE_Encrypt`.
pub(super) const ENCRYPT: &[u8] = b"\x83\x67Encrypt";
/// `Countersign_structure` of a full countersignature on what has one byte string.
pub(super) const COUNTERSIGNATURE: &[u8] = b"\x85\x70CounterSignature";
/// The same of an abbreviated one.
pub(super) const COUNTERSIGNATURE0: &[u8] = b"\x84\x71CounterSignature0";
/// `Sig_structure` of an abbreviated one of RFC 8152, 4.5, whose signer's headers are empty, not left
/// out.
pub(super) const COUNTERSIGNATURE0_FIRST: &[u8] = b"\x85\x71CounterSignature0";
/// `Countersign_structure` of a full countersignature on what has several byte strings.
pub(super) const COUNTERSIGNATURE_V2: &[u8] = b"\x86\x72CounterSignatureV2";
/// The same of an abbreviated one.
pub(super) const COUNTERSIGNATURE0_V2: &[u8] = b"\x85\x73CounterSignature0V2";

/// A byte string of a structure whose message is being made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'w> {
    /// Written into the caller's buffer, from one offset to another.
    Written(usize, usize),
    /// In other memory.
    Elsewhere(&'w [u8]),
}

impl<'w> Part<'w> {
    /// Whether there are no bytes.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Written(start, end) => *start >= *end,
            Self::Elsewhere(bytes) => bytes.is_empty(),
        }
    }

    /// The bytes, of which some stand in `written`.
    fn bytes<'s>(&self, written: &'s [u8]) -> &'s [u8]
    where
        'w: 's,
    {
        match *self {
            Self::Written(start, end) => written.get(start..end).unwrap_or_default(),
            Self::Elsewhere(bytes) => bytes,
        }
    }
}

/// A structure whose message is being made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Structure<'w> {
    start: &'static [u8],
    parts: [Part<'w>; MAX_FIELDS],
    count: usize,
    last_in_array: bool,
}

impl<'w> Structure<'w> {
    /// A structure that begins with `start`, with these byte strings.
    pub const fn new<const N: usize>(start: &'static [u8], strings: [Part<'w>; N]) -> Self {
        let mut parts = [Part::Elsewhere(&[]); MAX_FIELDS];
        let (mut from, mut to): (&[Part<'w>], &mut [Part<'w>]) = (&strings, &mut parts);
        while let ([string, strings @ ..], [part, parts @ ..]) = (from, to) {
            *part = *string;
            (from, to) = (strings, parts);
        }
        Self { start, parts, count: N, last_in_array: false }
    }

    /// The same structure with its last byte string in an array of its own.
    pub const fn with_last_in_array(mut self) -> Self {
        self.last_in_array = true;
        self
    }

    /// The same structure with `part` as its second byte string: of a `Sig_structure`, the protected
    /// parameters of the signer behind those of the body.
    pub const fn with_second(self, part: Part<'w>) -> Self {
        let [first, second, third, fourth, _] = self.parts;
        let parts = [first, part, second, third, fourth];
        Self { parts, count: self.count.saturating_add(1), ..self }
    }

    /// The pieces, of which some stand in `written`.
    pub fn segments<'s>(&self, written: &'s [u8]) -> Segments<'s>
    where
        'w: 's,
    {
        let mut strings: [&[u8]; MAX_FIELDS] = [&[]; MAX_FIELDS];
        for (string, part) in strings.iter_mut().zip(&self.parts) {
            *string = part.bytes(written);
        }
        let strings = strings.get(..self.count).unwrap_or_default();
        let segments = Segments::structure(self.start, strings);
        if self.last_in_array { segments.with_last_in_array() } else { segments }
    }
}
