//! All reference values that a verifier holds evidence against, prepared once so that an appraisal costs the same
//! however many there are.

mod manifests;

use std::collections::{BTreeMap, HashMap};

use crate::environment::Environment;
use crate::evidence::MeasuredSoftware;
use crate::release::{MeasuredFile, Release, Source};

pub use manifests::{CorimError, Manifests, PassedOver, Reason};

/// Reference values: releases, which of them are the newest, and where a digest stands.
///
/// The memory is that of the releases, and for each digest its bytes again and eight bytes for each release that has
/// it. Nothing of a device is kept.
#[derive(Clone, Debug, Default)]
pub struct References {
    releases: Vec<Release>,
    /// Of each release, the newest of the same software.
    newest: Vec<usize>,
    /// The releases that have a file with this digest.
    by_digest: HashMap<Vec<u8>, Vec<usize>>,
    by_tag: HashMap<String, usize>,
}

/// What measured files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software<'r> {
    /// Exactly the files of a release, each with the digest that its author vouches for.
    Is {
        /// The release.
        release: &'r Release,
        /// The newest of the same software: the same one, when there is no newer.
        newest: &'r Release,
    },
    /// No release's: `file` is the first one that the closest release has otherwise, or not at all.
    Unknown {
        /// The release that the device says it runs, if there is one.
        closest: Option<&'r Release>,
        /// The path of the file that differs.
        file: Option<&'r str>,
    },
}

impl References {
    /// References of these releases. Of each software, by its name, the one with the greatest sequence
    /// number is the newest, or the one with the greatest version where there are none; see
    /// [`Release::compare`].
    #[must_use]
    pub fn new(releases: Vec<Release>) -> Self {
        Self::with_supersessions(releases, &[])
    }

    /// As [`new`](Self::new); of each pair of tag-ids the first supersedes the second, too.
    pub(crate) fn with_supersessions(releases: Vec<Release>, pairs: &[(String, String)]) -> Self {
        let mut by_digest: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        let mut by_tag = HashMap::new();
        let mut newest: Vec<usize> = (0..releases.len()).collect();
        // What can be compared is of one software and has a sequence number, or versions of one scheme.
        let mut groups: BTreeMap<_, usize> = BTreeMap::new();
        let group = |release: &Release| {
            let scheme = release.version_scheme.filter(|_| release.sequence_number.is_none());
            (release.software_name.clone(), scheme.map(|scheme| format!("{scheme:?}")))
        };
        for (index, release) in releases.iter().enumerate() {
            for (_, digest) in release.files.iter().flat_map(|file| &file.hashes) {
                let indices = by_digest.entry(digest.clone()).or_default();
                if indices.last() != Some(&index) {
                    indices.push(index);
                }
            }
            by_tag.insert(release.tag_id.clone(), index);
            let best = groups.entry(group(release)).or_insert(index);
            let is_newer = |other: &Release| release.compare(other).is_some_and(|it| it.is_gt());
            if releases.get(*best).is_some_and(is_newer) {
                *best = index;
            }
        }
        for (own, release) in newest.iter_mut().zip(&releases) {
            let best = groups.get(&group(release)).copied();
            let is_newer = |best: &Release| best.compare(release).is_some_and(|it| it.is_gt());
            if let Some(best) = best.filter(|best| releases.get(*best).is_some_and(is_newer)) {
                *own = best;
            }
        }
        for (newer, older) in pairs {
            let both = by_tag.get(newer).zip(by_tag.get(older));
            let own =
                both.and_then(|(_, older)| newest.get_mut(*older).filter(|own| *own == older));
            if let (Some(own), Some((newer, _))) = (own, both) {
                *own = *newer;
            }
        }
        Self { releases, newest, by_digest, by_tag }
    }

    /// The releases, in the order in which they were given.
    #[must_use]
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// Finds the release that has exactly the measured files and is for the `environment`. Of several, one
    /// that goes by the tag, version and manifest that the device names.
    ///
    /// The time grows with the files and with the releases that share the rarest of them, not with all releases.
    #[must_use]
    pub fn identify<'r>(
        &'r self,
        measured: &'r MeasuredSoftware,
        environment: &Environment,
    ) -> Software<'r> {
        let closest = self.by_tag.get(&measured.tag_id).and_then(|index| self.releases.get(*index));
        let unknown = || Software::Unknown {
            closest,
            file: closest.and_then(|release| differing(&measured.files, release)),
        };
        let candidates = |file: &MeasuredFile| {
            let lists = file.hashes.iter().filter_map(|(_, digest)| self.by_digest.get(digest));
            lists.min_by_key(|list| list.len())
        };
        let mut rarest: Option<&Vec<usize>> = None;
        for file in &measured.files {
            let Some(list) = candidates(file) else { return unknown() };
            if rarest.is_none_or(|rarest| list.len() < rarest.len()) {
                rarest = Some(list);
            }
        }
        let fits = |release: &&Release| {
            differing(&measured.files, release).is_none()
                && (release.environments.is_empty()
                    || release.environments.iter().any(|it| environment.satisfies(it)))
        };
        let found = rarest
            .into_iter()
            .flatten()
            .filter_map(|index| Some((self.releases.get(*index)?, self.newest.get(*index)?)))
            .filter(|(release, _)| fits(release))
            .max_by_key(|(release, _)| {
                let is_manifest = release.manifest == measured.manifest;
                (is_named(release, measured), is_manifest, release.manifest.is_some())
            });
        found.map_or_else(unknown, |(release, newest)| Software::Is {
            release,
            newest: self.releases.get(*newest).unwrap_or(release),
        })
    }
}

/// Whether a device that runs `release` may say of its software what it says.
pub(crate) fn is_named(release: &Release, measured: &MeasuredSoftware) -> bool {
    release.source == Source::Comid
        || (measured.tag_id == release.tag_id
            && measured.software_version == release.software_version)
}

/// The path of the first file that is missing, added, or not as the release has it.
fn differing<'r>(measured: &'r [MeasuredFile], release: &'r Release) -> Option<&'r str> {
    let (mut found, mut expected) = (measured.iter(), release.files.iter());
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return None,
            (Some(file), None) | (None, Some(file)) => return Some(&file.path),
            (Some(found), Some(expected)) if expected.accepts(found) => {}
            (Some(_), Some(expected)) => return Some(&expected.path),
        }
    }
}

#[cfg(test)]
mod tests;
