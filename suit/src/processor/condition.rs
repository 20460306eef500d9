//! Conditions: tests without side effects (section 8.4.9).

use core::task::Poll;

use hexad_cose_core::crypto::{Hash, Hasher};

use super::tree::Need;
use super::{Instruction, Processor, Request};
use crate::command::Condition;
use crate::digest::{Digest, equal};
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::parameter::{uuid, vendor};
use crate::platform::{Component, Failure, Platform};
use crate::read::Reader;
use crate::version::VersionMatch;

/// A look at what a component holds, piece by piece.
pub(super) enum Measurement<'m, H> {
    /// suit-condition-image-match (`wanted`) or -not-match: `size` bytes are hashed, `done` of them were.
    Digest { expected: Digest<'m>, hasher: Option<H>, done: u64, size: u64, wanted: bool },
    /// suit-condition-check-content: `difference` is zero as long as all bytes were equal.
    Content { expected: &'m [u8], done: usize, difference: u8 },
}

impl<H: Hasher> Measurement<'_, H> {
    /// Goes on reading; when ready, says whether the condition holds.
    pub(super) fn poll<P: Platform>(
        &mut self,
        component: &Component<'_>,
        platform: &mut P,
    ) -> Poll<bool>
    where
        P::Hash: Hash<Hasher = H>,
    {
        match self {
            Self::Digest { expected, hasher, done, size, wanted } => {
                while *done < *size {
                    let left = size.saturating_sub(*done);
                    let Ok(piece) = core::task::ready!(platform.read(component, *done, left))
                    else {
                        return Poll::Ready(false);
                    };
                    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    if length == 0 || length > left {
                        return Poll::Ready(false);
                    }
                    if let Some(hasher) = hasher {
                        hasher.update(piece);
                    }
                    *done = done.saturating_add(length);
                }
                Poll::Ready(match hasher.take().map(Hasher::finish) {
                    Some(Ok(digest)) => equal(digest.as_bytes(), expected.bytes()) == *wanted,
                    _ => false,
                })
            }
            // No early exit where bytes differ: the time must not tell where (8.4.9.3).
            Self::Content { expected, done, difference } => {
                while let Some(rest @ [_, ..]) = expected.get(*done..) {
                    let offset = u64::try_from(*done).unwrap_or(u64::MAX);
                    let limit = u64::try_from(rest.len()).unwrap_or(u64::MAX);
                    let Ok(piece) = core::task::ready!(platform.read(component, offset, limit))
                    else {
                        return Poll::Ready(false);
                    };
                    if piece.is_empty() || piece.len() > rest.len() {
                        return Poll::Ready(false);
                    }
                    for (held, wanted) in piece.iter().zip(rest) {
                        *difference |= held ^ wanted;
                    }
                    *done = done.saturating_add(piece.len());
                }
                Poll::Ready(*difference == 0)
            }
        }
    }
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    Processor<'m, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    /// Tests a condition: at once, or by a request to the platform.
    #[inline(never)]
    pub(super) fn test(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Result<(), Error> {
        let result = match self.holds(instruction, component, condition, platform) {
            Ok(None) => return Ok(()),
            Ok(Some(true)) => Ok(()),
            Ok(Some(false)) => {
                let failed = ErrorKind::ConditionFailed(instruction.label);
                Err(Error::new(failed, instruction.offset))
            }
            Err(error) => Err(error),
        };
        self.tested(instruction, result, platform)
    }

    /// Whether a condition holds; nothing when that is asked of the platform.
    fn holds(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Result<Option<bool>, Error> {
        let is_dependency = || self.is_dependency(instruction.manifest, instruction.index);
        self.request = match condition {
            Condition::VendorIdentifier => {
                let id = self.required(instruction, component, label::VENDOR_IDENTIFIER, vendor)?;
                return Ok(Some(self.identity.is_vendor(component, id)));
            }
            Condition::ClassIdentifier => {
                let id = self.required(instruction, component, label::CLASS_IDENTIFIER, uuid)?;
                return Ok(Some(self.identity.is_class(component, id)));
            }
            Condition::DeviceIdentifier => {
                let id = self.required(instruction, component, label::DEVICE_IDENTIFIER, uuid)?;
                return Ok(Some(self.identity.is_device(component, id)));
            }
            Condition::ComponentSlot => {
                let slot = label::COMPONENT_SLOT;
                let slot = self.required(instruction, component, slot, Reader::unsigned)?;
                return Ok(Some(platform.slot(component) == Some(slot)));
            }
            Condition::Abort => return Ok(Some(false)),
            Condition::IsDependency => return Ok(Some(is_dependency())),
            Condition::DependencyIntegrity => {
                if !is_dependency() {
                    return Err(Error::new(ErrorKind::NotADependency, instruction.offset));
                }
                Request::Load { need: Need::Integrity, is_announced: false }
            }
            Condition::ImageMatch | Condition::ImageNotMatch => {
                let wanted = condition == Condition::ImageMatch;
                if Self::HAS_DEPENDENCIES && is_dependency() {
                    let need = if wanted { Need::Match } else { Need::NotMatch };
                    Request::Load { need, is_announced: false }
                } else {
                    return self.measure_digest(instruction, component, wanted, platform);
                }
            }
            Condition::CheckContent => {
                Request::Measure(self.measure_content(instruction, component, platform)?)
            }
            condition => Request::Condition(condition),
        };
        Ok(None)
    }

    /// Asks the platform whether a condition of the update-management draft holds.
    pub(super) fn poll_condition(
        &self,
        instruction: &Instruction,
        component: &Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Poll<Result<bool, Error>> {
        let at = |kind| Error::new(kind, instruction.offset);
        let number = |label| self.required(instruction, component, label, Reader::unsigned);
        let answer = match condition {
            // Timestamps are compared in 64 bits (5.1).
            Condition::UseBefore => {
                let before = number(label::USE_BEFORE)?;
                core::task::ready!(platform.now()).map(|now| now < before)
            }
            Condition::MinimumBattery => {
                let least = number(label::MINIMUM_BATTERY)?;
                core::task::ready!(platform.battery()).map(|battery| battery >= least)
            }
            Condition::UpdateAuthorized => {
                let priority = label::UPDATE_PRIORITY;
                let priority = self.required(instruction, component, priority, Reader::integer)?;
                core::task::ready!(platform.is_authorized(component, priority))
            }
            Condition::Version => {
                let version = label::VERSION;
                let version =
                    self.required(instruction, component, version, Reader::byte_string)?;
                let required = VersionMatch::read(version.cursor())?;
                core::task::ready!(platform.has_version(component, required))
            }
            _ => Err(Failure::Unsupported),
        };
        Poll::Ready(answer.map_err(|failure| match failure {
            Failure::Unsupported => at(ErrorKind::UnsupportedCommand(instruction.label)),
            Failure::Failed => at(ErrorKind::ConditionFailed(instruction.label)),
        }))
    }

    /// A condition was tested.
    pub(super) fn tested(
        &mut self,
        instruction: &Instruction,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.record(instruction, true, result, platform);
        let Err(error) = result else { return Ok(()) };
        // The manifest can't be processed here at all: no alternative helps.
        if error.is_like(const { ErrorKind::UnsupportedCommand(0) })
            || error.is_like(const { ErrorKind::NotADependency })
        {
            return Err(error);
        }
        self.condition_failed(error, platform)
    }

    /// Prepares an image match: what is to be hashed, and what must come out. `Some(false)` when it is known
    /// before that it can't.
    #[inline(never)]
    fn measure_digest(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        wanted: bool,
        platform: &mut P,
    ) -> Result<Option<bool>, Error> {
        let read = Digest::take_wrapped;
        let expected = self.required(instruction, component, label::IMAGE_DIGEST, read)?;
        let size = self.number(component, label::IMAGE_SIZE)?;
        let size = match (size, platform.size(component)) {
            (Some(size), Some(held)) if size != held && wanted => return Ok(Some(false)),
            // Another size is another image.
            (Some(size), Some(held)) if size != held => 0,
            (Some(size), _) | (None, Some(size)) => size,
            (None, None) => {
                let missing = ErrorKind::MissingParameter(label::IMAGE_SIZE);
                return Err(Error::new(missing, instruction.offset));
            }
        };
        let algorithm = expected.algorithm();
        let Ok(hasher) = platform.hash().start(algorithm) else {
            let unsupported = ErrorKind::UnsupportedDigest(algorithm.id());
            return Err(Error::new(unsupported, instruction.offset));
        };
        let hasher = Some(hasher);
        self.request =
            Request::Measure(Measurement::Digest { expected, hasher, done: 0, size, wanted });
        Ok(None)
    }

    /// Prepares a check of content.
    #[inline(never)]
    fn measure_content(
        &self,
        instruction: &Instruction,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Result<Measurement<'m, <P::Hash as Hash>::Hasher>, Error> {
        let expected = self.required(instruction, component, label::CONTENT, Reader::bytes)?;
        let length = u64::try_from(expected.len()).unwrap_or(u64::MAX);
        if platform.size(component).is_some_and(|held| held != length) {
            let failed = ErrorKind::ConditionFailed(instruction.label);
            return Err(Error::new(failed, instruction.offset));
        }
        Ok(Measurement::Content { expected, done: 0, difference: 0 })
    }
}
