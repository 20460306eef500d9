//! Checking hash-based signatures: HSS over LMS with SHA-256 (RFC 8554; RFC 8778 for COSE).
//!
//! There is nothing in it but hashing, so it stands on a hash alone: the message streams through it,
//! and a signature of any length is read in place.

use hexad_cose_core::Segments;
use hexad_cose_core::crypto::CryptoError;
use subtle::ConstantTimeEq;

use crate::Sha256;

/// The size of a node, in bytes: that of SHA-256.
const N: usize = 32;

/// A node of a tree.
type Node = [u8; N];

/// The most levels of trees (RFC 8554, 6).
const MAX_LEVELS: u32 = 8;

// RFC 8554, 7.1 to 7.4: what keeps the hashes for one purpose apart from those for another.
const D_PBLC: [u8; 2] = [0x80, 0x80];
const D_MESG: [u8; 2] = [0x81, 0x81];
const D_LEAF: [u8; 2] = [0x82, 0x82];
const D_INTR: [u8; 2] = [0x83, 0x83];

/// Checks a signature over a message.
pub fn verify<S: Sha256>(
    public: &[u8],
    message: &Segments<'_>,
    signature: &[u8],
) -> Result<(), CryptoError> {
    let mut running = Running::<S>::start(public, signature)?;
    message.for_each(|piece| running.update(piece));
    running.finish()
}

/// A check whose message arrives in pieces: all levels but the last one are checked already.
pub struct Running<'b, S> {
    key: LmsKey<'b>,
    signature: LmsSignature<'b>,
    /// Has taken what comes before the message.
    hash: S,
}

impl<'b, S: Sha256> Running<'b, S> {
    pub fn start(public: &'b [u8], signature: &'b [u8]) -> Result<Self, CryptoError> {
        let mut rest = Reader(public);
        let levels = rest.number().ok_or(CryptoError::InvalidKey)?;
        let mut key = LmsKey::read(&mut rest, CryptoError::InvalidKey)?;
        if !(1..=MAX_LEVELS).contains(&levels) || !rest.0.is_empty() {
            return Err(CryptoError::InvalidKey);
        }

        let rejected = CryptoError::Rejected;
        let mut rest = Reader(signature);
        let signed_keys = rest.number().ok_or(rejected)?;
        if signed_keys.checked_add(1) != Some(levels) {
            return Err(rejected);
        }
        for _ in 0..signed_keys {
            let signature = LmsSignature::read(&mut rest, &key).ok_or(rejected)?;
            let next = LmsKey::read(&mut rest, rejected)?;
            signature.check(&key, signature.hash::<S>(&key).chain_update(next.encoded))?;
            key = next;
        }
        let signature = LmsSignature::read(&mut rest, &key).ok_or(rejected)?;
        if !rest.0.is_empty() {
            return Err(rejected);
        }
        let hash = signature.hash(&key);
        Ok(Self { key, signature, hash })
    }

    pub fn update(&mut self, piece: &[u8]) {
        self.hash.update(piece);
    }

    pub fn finish(self) -> Result<(), CryptoError> {
        self.signature.check(&self.key, self.hash)
    }
}

/// What is still to be read.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }
}

/// The parameters of a one-time signature (RFC 8554, table 1, for n = 32).
#[derive(Clone, Copy)]
struct OneTime {
    id: u32,
    /// The bits that one chain signs.
    width: u8,
    /// How many chains there are.
    chains: u16,
    /// How far the checksum is shifted to the left.
    shift: u8,
}

const ONE_TIME: [OneTime; 4] = [
    OneTime { id: 1, width: 1, chains: 265, shift: 7 },
    OneTime { id: 2, width: 2, chains: 133, shift: 6 },
    OneTime { id: 3, width: 4, chains: 67, shift: 4 },
    OneTime { id: 4, width: 8, chains: 34, shift: 0 },
];

/// Trees and their heights (RFC 8554, table 2).
const HEIGHTS: [(u32, u8); 5] = [(5, 5), (6, 10), (7, 15), (8, 20), (9, 25)];

/// The public key of one tree (RFC 8554, 5.3).
struct LmsKey<'b> {
    encoded: &'b [u8],
    tree: u32,
    height: u8,
    one_time: OneTime,
    /// What tells this tree from others (`I`).
    identifier: &'b [u8],
    root: &'b [u8],
}

impl<'b> LmsKey<'b> {
    /// Reads one; `broken` when it ends too early.
    fn read(rest: &mut Reader<'b>, broken: CryptoError) -> Result<Self, CryptoError> {
        let encoded = rest.take(4 + 4 + 16 + N).ok_or(broken)?;
        let mut fields = Reader(encoded);
        let tree = fields.number().ok_or(broken)?;
        let one_time = fields.number().ok_or(broken)?;
        let height = HEIGHTS.iter().find(|(id, _)| *id == tree).map(|(_, height)| *height);
        let one_time = ONE_TIME.iter().find(|known| known.id == one_time);
        Ok(Self {
            encoded,
            tree,
            height: height.ok_or(CryptoError::Unsupported)?,
            one_time: *one_time.ok_or(CryptoError::Unsupported)?,
            identifier: fields.take(16).ok_or(broken)?,
            root: fields.take(N).ok_or(broken)?,
        })
    }

    /// A hash that has taken the tree's identifier and `number`, a leaf's or a node's.
    fn hash<S: Sha256>(&self, number: u32) -> S {
        S::new().chain_update(self.identifier).chain_update(number.to_be_bytes())
    }
}

/// A signature of one tree (RFC 8554, 5.4), with the parameters of the key that it is checked with.
struct LmsSignature<'b> {
    leaf: u32,
    /// What randomizes the message (`C`).
    randomizer: &'b [u8],
    chains: &'b [u8],
    path: &'b [u8],
}

impl<'b> LmsSignature<'b> {
    /// Reads one; `None` when it ends too early, is not of `key`'s parameters, or of a leaf that the
    /// tree has not.
    fn read(rest: &mut Reader<'b>, key: &LmsKey<'_>) -> Option<Self> {
        let leaf = rest.number()?;
        if rest.number()? != key.one_time.id {
            return None;
        }
        let randomizer = rest.take(N)?;
        let chains = rest.take(usize::from(key.one_time.chains).checked_mul(N)?)?;
        if rest.number()? != key.tree || leaf >> key.height != 0 {
            return None;
        }
        let path = rest.take(usize::from(key.height).checked_mul(N)?)?;
        Some(Self { leaf, randomizer, chains, path })
    }

    /// A hash that has taken what comes before the message.
    fn hash<S: Sha256>(&self, key: &LmsKey<'_>) -> S {
        key.hash::<S>(self.leaf).chain_update(D_MESG).chain_update(self.randomizer)
    }

    /// Whether the root of `key` comes of this signature and the message that `hash` has taken
    /// (RFC 8554, algorithm 6a).
    fn check<S: Sha256>(&self, key: &LmsKey<'_>, hash: S) -> Result<(), CryptoError> {
        let leaf = self.one_time_key(key, hash);
        let mut number = (1 << key.height) | self.leaf;
        let mut node = finish(key.hash::<S>(number).chain_update(D_LEAF).chain_update(leaf));
        for sibling in self.path.chunks_exact(N) {
            let (left, right) =
                if number & 1 == 1 { (sibling, &node[..]) } else { (&node[..], sibling) };
            number >>= 1;
            let hash = key.hash::<S>(number).chain_update(D_INTR);
            node = finish(hash.chain_update(left).chain_update(right));
        }
        let same: bool = node.as_slice().ct_eq(key.root).into();
        if same { Ok(()) } else { Err(CryptoError::Rejected) }
    }

    /// The one-time public key that signed the message that `hash` has taken (RFC 8554, algorithm 4b).
    fn one_time_key<S: Sha256>(&self, key: &LmsKey<'_>, hash: S) -> Node {
        let OneTime { width, shift, .. } = key.one_time;
        let digest = finish(hash);
        let checksum = checksum(&digest, width).wrapping_shl(shift.into()).to_be_bytes();
        let coefficients = digest.iter().chain(&checksum).flat_map(|byte| digits(*byte, width));

        let last = digit_mask(width);
        let mut public = key.hash::<S>(self.leaf).chain_update(D_PBLC);
        for ((index, start), chain) in (0u16..).zip(coefficients).zip(self.chains.chunks_exact(N)) {
            let mut node = Node::default();
            node.iter_mut().zip(chain).for_each(|(to, from)| *to = *from);
            for step in start..last {
                let hash = key.hash::<S>(self.leaf).chain_update(index.to_be_bytes());
                node = finish(hash.chain_update([step]).chain_update(node));
            }
            public.update(node);
        }
        finish(public)
    }
}

fn finish(hash: impl Sha256) -> Node {
    hash.finalize().into()
}

/// The greatest digit of `width` bits.
const fn digit_mask(width: u8) -> u8 {
    u8::MAX >> 8u8.saturating_sub(width)
}

/// The digits of `width` bits in `byte`, the most significant first (RFC 8554, 3.1.3).
fn digits(byte: u8, width: u8) -> impl Iterator<Item = u8> {
    let count = 8u8.checked_div(width).unwrap_or_default();
    (0..count)
        .rev()
        .map(move |index| byte.wrapping_shr(index.saturating_mul(width).into()) & digit_mask(width))
}

/// What keeps a forger from moving every chain forward (RFC 8554, 4.4).
fn checksum(digest: &Node, width: u8) -> u16 {
    let missing = |digit: u8| u16::from(digit_mask(width).saturating_sub(digit));
    digest.iter().flat_map(|byte| digits(*byte, width)).map(missing).fold(0, u16::saturating_add)
}
