//! Tests that need what a machine may lack: the published vectors, a command, a right. Where it is
//! missing they are reported as ignored, by name and with the reason; with its name in the
//! comma-separated list `HEXAD_REQUIRE` they fail instead. None ever passes without having run.

use std::env;
use std::path::{Path, PathBuf};

use libtest_mimic::{Completion, Failed, Trial};

/// The folder of the published vectors: `HEXAD_VECTORS`, else `../shared/vectors` beside the
/// workspace. `None` when it is not there.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let folder = match env::var_os("HEXAD_VECTORS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
    };
    folder.is_dir().then_some(folder)
}

/// The file or folder `below` that of the published vectors.
///
/// # Errors
/// What is missing: `vectors`, as `HEXAD_REQUIRE` calls them, and where they were looked for.
pub fn find(below: &str) -> Result<PathBuf, Missing> {
    folder()
        .map(|folder| folder.join(below))
        .filter(|path| path.exists())
        .ok_or_else(|| Missing::new("vectors", format!("no vectors in {below} (HEXAD_VECTORS)")))
}

/// Something that a test needs and this machine lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    what: &'static str,
    why: String,
}

impl Missing {
    /// `what`, as `HEXAD_REQUIRE` calls it, is missing for this reason.
    pub fn new(what: &'static str, why: impl ToString) -> Self {
        Self { what, why: why.to_string() }
    }

    /// Whether it may not be missing: it stands in the comma-separated list `HEXAD_REQUIRE`.
    #[must_use]
    pub fn is_required(&self) -> bool {
        env::var("HEXAD_REQUIRE")
            .is_ok_and(|list| list.split(',').any(|item| item.trim() == self.what))
    }
}

/// A test on what it needs: ignored where that is missing, failed where it is missing but required.
pub fn trial<N: Send + 'static, E: Into<Failed>>(
    name: impl Into<String>,
    needed: Result<N, Missing>,
    test: impl FnOnce(N) -> Result<(), E> + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || match needed {
        Ok(needed) => test(needed).map(|()| Completion::Completed).map_err(Into::into),
        Err(missing) if missing.is_required() => {
            Err(Failed::from(format!("HEXAD_REQUIRE names {}: {}", missing.what, missing.why)))
        }
        Err(missing) => Ok(Completion::ignored_with(missing.why)),
    })
}

/// A test on a file or folder of the published vectors; it fails by a panic.
pub type OnVectors = fn(&Path);

/// The test on what is `below` the folder of the published vectors.
pub fn on(name: &str, below: &str, test: OnVectors) -> Trial {
    trial(name, find(below), move |path| {
        test(&path);
        Ok::<(), Failed>(())
    })
}
