//! Reference values from CoRIMs (draft-ietf-rats-corim, "Tags Extraction and Validation"): CoSWIDs and
//! the reference triples of CoMIDs, as far as tag lists activate them.

use core::fmt;

use hexad_corim::{
    Algorithm, Comid, ConciseTag, Corim, Id, List, Measurement, MeasurementKey, MeasurementValues,
    Profile, TagIdentity, TagRel,
};
use hexad_cose_core::Verified;
use hexad_coswid::{ConciseSwidTag, Rel, TagId};

use super::References;
use crate::environment::Environment;
use crate::release::{MeasuredFile, Release, Source};

/// Reference values that come together from releases and from signed CoRIMs.
///
/// ```
/// use hexad_cose_core::Verified;
/// use hexad_corim::Corim;
/// use hexad_operator::reference::{CorimError, Manifests, References};
///
/// /// Only what a tag list activates.
/// fn references(corims: &[Verified<Corim<'_>>], now: i64) -> Result<References, CorimError> {
///     let mut manifests = Manifests::new(now);
///     for corim in corims {
///         manifests.add(corim, &["tag:example.com,2026:lamps"])?;
///     }
///     let (references, passed_over) = manifests.references(true);
///     for passed in passed_over {
///         eprintln!("{passed}");
///     }
///     Ok(references)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Manifests {
    now: i64,
    releases: Vec<Release>,
    tags: Vec<Tag>,
    /// Of each tag list, its tag-id and the tags that it activates.
    lists: Vec<(String, Vec<Identity>)>,
    /// Of each pair of tag-ids the first supersedes the second.
    supersessions: Vec<(String, String)>,
    passed_over: Vec<PassedOver>,
}

/// What `tag-identity-map` says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    tag_id: String,
    tag_version: u64,
}

/// A tag and the reference values in it: of a CoSWID one release, of a CoMID one for each environment.
#[derive(Clone, Debug)]
struct Tag {
    identity: Identity,
    releases: Vec<Release>,
    /// The CoSWIDs that this CoMID says an environment runs.
    software: Vec<(Environment, String)>,
}

impl Manifests {
    /// Nothing yet; what has a validity must be valid at `now`, in seconds since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn new(now: i64) -> Self {
        Self {
            now,
            releases: Vec::new(),
            tags: Vec::new(),
            lists: Vec::new(),
            supersessions: Vec::new(),
            passed_over: Vec::new(),
        }
    }

    /// Adds a release of a SUIT manifest, which no tag list has to activate.
    pub fn add_release(&mut self, release: Release) {
        self.releases.push(release);
    }

    /// Adds the tags of a manifest whose signer the caller trusts. Of the rest, the `profiles` that the caller
    /// understands: a manifest of another one must not be used.
    ///
    /// # Errors
    /// [`CorimError`]. A tag that can't be used is passed over, which
    /// [`references`](Self::references) tells.
    pub fn add(
        &mut self,
        corim: &Verified<Corim<'_>>,
        profiles: &[&str],
    ) -> Result<(), CorimError> {
        match corim.profile {
            None => {}
            Some(Profile::Uri(uri)) if profiles.contains(&uri) => {}
            Some(_) => return Err(CorimError::Profile),
        }
        if corim.rim_validity.is_some_and(|validity| !validity.contains(self.now)) {
            return Err(CorimError::NotValid);
        }
        for tag in corim.tags.iter() {
            match tag {
                ConciseTag::Coswid(coswid) => match ConciseSwidTag::parse(coswid.bytes()) {
                    Ok(tag) => self.add_coswid(&tag),
                    Err(error) => {
                        let offset = coswid.offset().saturating_add(error.offset());
                        return Err(CorimError::Coswid { error, offset });
                    }
                },
                ConciseTag::Comid(comid) => self.add_comid(&comid),
                ConciseTag::Cotl(list) if list.tl_validity.contains(self.now) => {
                    let name = name(list.tag_identity.tag_id);
                    self.lists.push((name, list.tags_list.iter().map(identity).collect()));
                }
                ConciseTag::Cotl(list) => {
                    self.pass_over(name(list.tag_identity.tag_id), Reason::NotValid);
                }
                ConciseTag::Other(..) => {
                    self.pass_over(name(corim.id), Reason::UnknownTag);
                }
            }
        }
        Ok(())
    }

    /// The reference values of all that was added, and what was passed over. With `lists_required`, tags
    /// that no tag list activates are passed over, too; so is a tag list of which a tag is not there.
    #[must_use]
    pub fn references(mut self, lists_required: bool) -> (References, Vec<PassedOver>) {
        if lists_required {
            self.activate();
        }
        self.keep_newest_versions();
        self.apply_environments();
        let mut releases = self.releases;
        releases.extend(self.tags.into_iter().flat_map(|tag| tag.releases));
        (References::with_supersessions(releases, &self.supersessions), self.passed_over)
    }

    fn pass_over(&mut self, tag_id: String, reason: Reason) {
        self.passed_over.push(PassedOver { tag_id, reason });
    }

    fn add_coswid(&mut self, tag: &ConciseSwidTag<'_>) {
        let tag_id = tag.tag_id.to_string();
        let Some(release) = Release::of_tag(tag) else {
            self.pass_over(tag_id, Reason::NotReferenceValues);
            return;
        };
        for link in tag.link.iter().filter(|link| link.rel == Rel::Supersedes) {
            let older = link.href.strip_prefix("swid:").unwrap_or(link.href);
            let older = TagId::from_text(older).to_string();
            self.supersessions.push((tag_id.clone(), older));
        }
        let identity =
            Identity { tag_id, tag_version: u64::try_from(tag.tag_version).unwrap_or_default() };
        self.tags.push(Tag { identity, releases: vec![release], software: Vec::new() });
    }

    fn add_comid(&mut self, comid: &Comid<'_>) {
        let identity = identity(comid.tag_identity);
        let name = identity.tag_id.clone();
        let mut tag = Tag { identity, releases: Vec::new(), software: Vec::new() };
        if let Err(reason) = tag.read(comid) {
            self.pass_over(name, reason);
            return;
        }
        let triples = comid.triples;
        let is_more = !triples.endorsed.is_empty()
            || !triples.conditional.is_empty()
            || !triples.conditional_series.is_empty()
            || triples.extensions.iter().next().is_some();
        if is_more {
            self.pass_over(name.clone(), Reason::OtherTriples);
        }
        for link in comid.linked_tags.iter().filter(|link| link.tag_rel == TagRel::Replaces) {
            self.supersessions.push((name.clone(), self::name(link.linked_tag_id)));
        }
        self.tags.push(tag);
    }

    /// Keeps the tags that a tag list activates: all of one, or none.
    fn activate(&mut self) {
        let is_there = |one: &Identity| self.tags.iter().any(|tag| tag.identity == *one);
        let (whole, partial): (Vec<_>, Vec<_>) = core::mem::take(&mut self.lists)
            .into_iter()
            .partition(|(_, tags)| tags.iter().all(is_there));
        for (tag_id, _) in partial {
            self.pass_over(tag_id, Reason::IncompleteList);
        }
        let is_active = |tag: &Tag| whole.iter().any(|(_, tags)| tags.contains(&tag.identity));
        let (active, others): (Vec<_>, Vec<_>) =
            core::mem::take(&mut self.tags).into_iter().partition(is_active);
        self.tags = active;
        for tag in others {
            self.pass_over(tag.identity.tag_id, Reason::NotActive);
        }
    }

    /// Of the versions of one tag, the last one corrects the others.
    fn keep_newest_versions(&mut self) {
        self.tags.sort_by(|one, other| {
            let key = |tag: &Tag| (tag.identity.tag_id.clone(), tag.identity.tag_version);
            key(other).cmp(&key(one))
        });
        let mut kept: Vec<Tag> = Vec::new();
        for tag in core::mem::take(&mut self.tags) {
            match kept.last() {
                Some(newer) if newer.identity.tag_id == tag.identity.tag_id => {
                    self.pass_over(tag.identity.tag_id, Reason::Corrected);
                }
                _ => kept.push(tag),
            }
        }
        self.tags = kept;
    }

    /// Binds CoSWIDs to the environments that CoMIDs say they are for (`coswid-triples`).
    fn apply_environments(&mut self) {
        let bound: Vec<_> = self.tags.iter().flat_map(|tag| tag.software.clone()).collect();
        for (environment, tag_id) in bound {
            let mut tags = self.tags.iter_mut().flat_map(|tag| &mut tag.releases);
            let is_bound = |release: &&mut Release| {
                release.source == Source::Coswid && release.tag_id == tag_id
            };
            match tags.find(is_bound) {
                Some(release) => release.environments.push(environment),
                None => self.pass_over(tag_id, Reason::Unresolved),
            }
        }
    }
}

impl Tag {
    /// Takes the reference values of a CoMID: all that it says of one environment is one release.
    fn read(&mut self, comid: &Comid<'_>) -> Result<(), Reason> {
        for triple in comid.triples.reference.iter() {
            let environment = Environment::of_manifest(&triple.environment);
            let environment = environment.ok_or(Reason::Environment)?;
            let own = |release: &&mut Release| release.environments.contains(&environment);
            let mut elements = triple.measurements.iter().map(|measurement| element(&measurement));
            if let Some(release) = self.releases.iter_mut().find(own) {
                elements.try_for_each(|element| {
                    release.files.push(element?);
                    Ok(())
                })?;
                continue;
            }
            self.releases.push(Release {
                source: Source::Comid,
                manifest: None,
                sequence_number: None,
                tag_id: self.identity.tag_id.clone(),
                software_name: self.identity.tag_id.clone(),
                software_version: None,
                version_scheme: None,
                files: elements.collect::<Result<_, _>>()?,
                environments: vec![environment],
                mud: None,
            });
        }
        for release in &mut self.releases {
            release.files.sort();
            let mut pairs = release.files.windows(2);
            if pairs.any(|pair| matches!(pair, [one, other] if one.path == other.path)) {
                return Err(Reason::Alternatives);
            }
        }
        for triple in comid.triples.coswid.iter() {
            let environment = Environment::of_manifest(&triple.environment);
            let environment = environment.ok_or(Reason::Environment)?;
            for tag_id in triple.tag_ids.iter() {
                self.software.push((environment.clone(), name(tag_id)));
            }
        }
        Ok(())
    }
}

/// A measured element, if digests and a version are all that is asked of it.
fn element(measurement: &Measurement<'_>) -> Result<MeasuredFile, Reason> {
    let path = match measurement.mkey {
        None => String::new(),
        Some(MeasurementKey::Text(text)) => text.to_owned(),
        Some(MeasurementKey::Number(number)) => number.to_string(),
        Some(MeasurementKey::Uuid(uuid)) => TagId::Uuid(uuid).to_string(),
        Some(MeasurementKey::Oid(_) | MeasurementKey::Other(..)) => {
            return Err(Reason::Measurement);
        }
    };
    let mut others = measurement.mval;
    others.digests = List::NONE;
    others.version = None;
    if others != MeasurementValues::default() || !measurement.authorized_by.is_empty() {
        return Err(Reason::Measurement);
    }
    let mut hashes = Vec::new();
    for digest in measurement.mval.digests.iter() {
        let algorithm = match digest.alg {
            Algorithm::Number(number) => number,
            Algorithm::Name("sha-256") => 1,
            Algorithm::Name("sha-384") => 7,
            Algorithm::Name("sha-512") => 8,
            Algorithm::Name("sha3-256") => 10,
            Algorithm::Name("sha3-384") => 11,
            Algorithm::Name("sha3-512") => 12,
            Algorithm::Name(_) => return Err(Reason::Measurement),
        };
        // Two values of one algorithm match nothing.
        if hashes.iter().any(|(other, _)| *other == algorithm) {
            return Err(Reason::Alternatives);
        }
        hashes.push((algorithm, digest.value.to_vec()));
    }
    let version = measurement.mval.version.map(|version| version.version.to_owned());
    let element = MeasuredFile { path, size: None, hashes, version };
    if element.is_reference() { Ok(element) } else { Err(Reason::NotReferenceValues) }
}

/// A tag-id as CoSWID writes it.
fn name(id: Id<'_>) -> String {
    match id {
        Id::Text(text) => text.to_owned(),
        Id::Uuid(uuid) => TagId::Uuid(uuid).to_string(),
    }
}

fn identity(identity: TagIdentity<'_>) -> Identity {
    Identity {
        tag_id: name(identity.tag_id),
        tag_version: identity.tag_version.unwrap_or_default(),
    }
}

/// Why a manifest is not used.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum CorimError {
    /// It is of a profile that the caller does not understand.
    Profile,
    /// `rim-validity` does not hold now.
    NotValid,
    /// A CoSWID in it is malformed.
    Coswid {
        /// What is wrong.
        error: hexad_coswid::Error,
        /// The byte of the manifest's input.
        offset: usize,
    },
}

impl CorimError {
    /// The byte of the input that is to blame, where one is.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        match self {
            Self::Coswid { offset, .. } => Some(*offset),
            _ => None,
        }
    }
}

impl fmt::Display for CorimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile => f.write_str("the manifest is of a profile that is not known"),
            Self::NotValid => f.write_str("the manifest is not valid now"),
            Self::Coswid { error, offset } => {
                write!(f, "a CoSWID in the manifest is refused at byte {offset}: {}", error.kind())
            }
        }
    }
}

impl core::error::Error for CorimError {}

/// A tag whose reference values are not used, or not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its tag-id.
    pub tag_id: String,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.tag_id, self.reason)
    }
}

/// Why a tag's reference values are not used, or not all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No tag list activates it.
    NotActive,
    /// A tag list of which a tag is not there.
    IncompleteList,
    /// The tag list is not valid now.
    NotValid,
    /// A later version of the tag is there.
    Corrected,
    /// A tag that a CoMID says an environment runs is not there.
    Unresolved,
    /// A CoSWID that is no primary tag with a digest for every file of its payload, or an element without a digest, or
    /// one that is cut short.
    NotReferenceValues,
    /// An environment that is named by a key, or by the choice of a profile.
    Environment,
    /// Something is asked of an element that evidence does not show: all but digests and a version.
    Measurement,
    /// Several values for one element of an environment, or several of one algorithm.
    Alternatives,
    /// Endorsed, conditional or a profile's triples, which are not evaluated; its reference values are used.
    OtherTriples,
    /// A kind of tag that is not known.
    UnknownTag,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotActive => "no tag list activates it",
            Self::IncompleteList => "the list names a tag that is not there",
            Self::NotValid => "the list is not valid now",
            Self::Corrected => "a later version of the tag is there",
            Self::Unresolved => "a CoMID refers to it, and it is not there",
            Self::NotReferenceValues => {
                "it holds no reference values, or digests that are cut short"
            }
            Self::Environment => "its environment is named in a way that evidence is not",
            Self::Measurement => "it asks for more than digests and a version",
            Self::Alternatives => "it has several values for one element",
            Self::OtherTriples => "it has triples that are not evaluated",
            Self::UnknownTag => "a kind of tag that is not known",
        })
    }
}
