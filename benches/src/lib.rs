#![doc = include_str!("../README.md")]

pub mod cbor;
pub mod eat;
pub mod encrypt0;
pub mod input;
pub mod sign1;
pub mod suit;

/// What takes the measurements: criterion's clock, or a counter of instructions. So both measure the
/// same code on the same bytes.
pub trait Measure {
    /// Measures `run`, which works on so many bytes.
    fn measure<R>(&mut self, bench: Bench, run: impl FnMut() -> R);

    /// Whether anything of `group` is to be measured: making its inputs may take long.
    fn wants(&self, group: &str) -> bool {
        let _ = group;
        true
    }
}

/// What a measurement is called: a group, whose members do the same work, one of those, and the size
/// of what they work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bench {
    /// What is done, as `sign1/decode`.
    pub group: &'static str,
    /// By whom: `hexad`, another crate, or `primitive` for the bare cryptography.
    pub by: &'static str,
    /// What tells this input from others of the group: the size of its payload, say.
    pub input: usize,
    /// How many bytes are read.
    pub bytes: usize,
}

/// Takes every measurement there is.
///
/// # Panics
/// When crates that are measured against one another do not agree on what they read.
pub fn all(measure: &mut impl Measure) {
    sign1::decode(measure);
    sign1::verify_es256(measure);
    sign1::verify_ed25519(measure);
    sign1::check(measure);
    encrypt0::open(measure);
    suit::envelope(measure);
    suit::components(measure);
    suit::payload(measure);
    eat::tokens(measure);
    cbor::map(measure);
}
