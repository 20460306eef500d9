//! Ctrl-C and its kin: the story ends at its next turn instead of at once, so that what it made is
//! taken down again. A second one ends it at once.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::{consts, flag, low_level};

/// The signals that interrupt.
#[cfg(unix)]
const SIGNALS: &[i32] = &[consts::SIGHUP, consts::SIGINT, consts::SIGTERM];
#[cfg(not(unix))]
const SIGNALS: &[i32] = &[consts::SIGINT, consts::SIGTERM];

/// Whether the story was interrupted; its copies are of one mind.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// From now on, signals are noted.
    ///
    /// # Errors
    /// The system does not let this process catch one.
    pub fn catch() -> io::Result<Self> {
        let (caught, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for &number in SIGNALS {
            // First the one that ends the process when another was caught before it.
            flag::register_conditional_default(number, Arc::clone(&caught))?;
            flag::register(number, Arc::clone(&caught))?;
            let own = usize::try_from(number).map_err(io::Error::other)?;
            flag::register_usize(number, Arc::clone(&signal), own)?;
        }
        Ok(Self(signal))
    }

    /// Whether a signal was caught.
    ///
    /// # Errors
    /// [`Interrupted`] if one was.
    pub fn check(&self) -> Result<(), Interrupted> {
        match i32::try_from(self.0.load(Ordering::SeqCst)) {
            Ok(0) | Err(_) => Ok(()),
            Ok(signal) => Err(Interrupted(signal)),
        }
    }
}

/// The story was interrupted by this signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted(i32);

impl Interrupted {
    /// The exit status by which shells know it: 128 and the signal's number.
    pub fn exit_code(self) -> u8 {
        u8::try_from(self.0).map_or(u8::MAX, |signal| signal.saturating_add(128))
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = low_level::signal_name(self.0).unwrap_or("a signal");
        write!(f, "interrupted by {name}; nothing is left behind")
    }
}

impl std::error::Error for Interrupted {}
