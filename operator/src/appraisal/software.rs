//! Which release the measured files belong to.

use crate::release::{MeasuredFile, Release};

/// What the measured files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software<'r> {
    /// Exactly the files of this release, each with the digest that its author vouches for.
    Is(&'r Release),
    /// No release's: `file` is the first one that the closest release has otherwise, or not at all.
    Unknown {
        /// The release that the files come closest to.
        closest: Option<&'r Release>,
        /// The path of the file that differs.
        file: Option<&'r str>,
    },
}

/// Finds the release that has exactly the `measured` files, which are in the order of their paths.
pub fn identify<'r>(measured: &'r [MeasuredFile], releases: &'r [Release]) -> Software<'r> {
    if measured.is_empty() {
        return Software::Unknown { closest: None, file: None };
    }
    if let Some(release) = releases.iter().find(|release| differing(measured, release).is_none()) {
        return Software::Is(release);
    }
    let shared = |release: &&Release| {
        let paths = release.files.iter().map(|file| &file.path);
        paths.filter(|path| measured.iter().any(|found| found.path == **path)).count()
    };
    let closest = releases.iter().max_by_key(|release| (shared(release), release.sequence_number));
    let file = closest.and_then(|release| differing(measured, release));
    Software::Unknown { closest, file }
}

/// The path of the first file that is missing, added, or not as the release has it.
fn differing<'r>(measured: &'r [MeasuredFile], release: &'r Release) -> Option<&'r str> {
    let (mut found, mut expected) = (measured.iter(), release.files.iter());
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return None,
            (Some(file), None) | (None, Some(file)) => return Some(&file.path),
            (Some(found), Some(expected)) if matches(found, expected) => {}
            (Some(_), Some(expected)) => return Some(&expected.path),
        }
    }
}

/// The same path and the same digest by the same algorithm: a weaker one proves nothing. The size must
/// agree where both say it.
fn matches(found: &MeasuredFile, expected: &MeasuredFile) -> bool {
    let sizes = found.size.zip(expected.size);
    found.path == expected.path
        && expected.hash.is_some()
        && found.hash == expected.hash
        && sizes.is_none_or(|(found, expected)| found == expected)
}

#[cfg(test)]
mod tests;
