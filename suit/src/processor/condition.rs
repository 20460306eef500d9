//! Conditions: tests without side effects (section 8.4.9).

use core::task::Poll;

use hexad_cose_core::crypto::{Hash, Hasher};

use super::tree::Need;
use super::{Instruction, Processor, Request};
use crate::command::Condition;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::parameter::{Parameter, uuid, vendor};
use crate::platform::{Component, Failure, Platform};
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
                    Some(Ok(digest)) => digest.matches(expected.bytes()) == *wanted,
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
    /// Tests a condition: at once, or by a task that asks the platform.
    pub(super) fn test(
        &mut self,
        instruction: Instruction<'m>,
        component: Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Result<(), Error> {
        let failed = Error::new(ErrorKind::ConditionFailed(instruction.label), instruction.offset);
        let holds = match condition {
            Condition::VendorIdentifier => self
                .required(&instruction, &component, label::VENDOR_IDENTIFIER, vendor)
                .map(|identifier| self.identity.is_vendor(&component, identifier)),
            Condition::ClassIdentifier => self
                .required(&instruction, &component, label::CLASS_IDENTIFIER, uuid)
                .map(|identifier| self.identity.is_class(&component, identifier)),
            Condition::DeviceIdentifier => self
                .required(&instruction, &component, label::DEVICE_IDENTIFIER, uuid)
                .map(|identifier| self.identity.is_device(&component, identifier)),
            Condition::ComponentSlot => self
                .required(&instruction, &component, label::COMPONENT_SLOT, |slot| {
                    Ok(slot.unsigned()?)
                })
                .map(|slot| platform.slot(&component) == Some(slot)),
            Condition::Abort => Ok(false),
            Condition::IsDependency => {
                Ok(self.is_dependency(instruction.manifest, instruction.index))
            }
            _ => {
                let request = self.question(&instruction, &component, condition, platform);
                return match request {
                    Ok(request) => self.ask(instruction, component, request),
                    Err(error) => self.tested(&instruction, Err(error), platform),
                };
            }
        };
        let result = holds.and_then(|holds| if holds { Ok(()) } else { Err(failed) });
        self.tested(&instruction, result, platform)
    }

    /// What a condition asks the platform.
    fn question(
        &mut self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Result<Request<'m, <P::Hash as Hash>::Hasher>, Error> {
        let is_dependency = || self.is_dependency(instruction.manifest, instruction.index);
        Ok(match condition {
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
                    let measured = self.measure_digest(instruction, component, wanted, platform)?;
                    Request::Measure(measured)
                }
            }
            Condition::CheckContent => {
                Request::Measure(self.measure_content(instruction, component, platform)?)
            }
            condition => Request::Condition(condition),
        })
    }

    /// Asks the platform whether a condition of the update-management draft holds.
    pub(super) fn poll_condition(
        &self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Poll<Result<bool, Error>> {
        let at = |kind| Error::new(kind, instruction.offset);
        let number =
            |label| self.required(instruction, component, label, |value| Ok(value.unsigned()?));
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
                let read = |value: &mut hexad_cose_core::cbor::Cursor<'m>| Ok(value.integer()?);
                let priority =
                    self.required(instruction, component, label::UPDATE_PRIORITY, read)?;
                core::task::ready!(platform.is_authorized(component, priority))
            }
            Condition::Version => {
                let read = |value: &mut hexad_cose_core::cbor::Cursor<'m>| {
                    VersionMatch::read(value.wrapped()?)
                };
                let required = self.required(instruction, component, label::VERSION, read)?;
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
        instruction: &Instruction<'m>,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.record(instruction, true, result.map_err(Error::kind), platform);
        match result {
            Ok(()) => Ok(()),
            Err(error) => match error.kind() {
                // The manifest can't be processed here at all: no alternative helps.
                ErrorKind::UnsupportedCommand(_) | ErrorKind::NotADependency => Err(error),
                _ => self.condition_failed(error, platform),
            },
        }
    }

    /// Prepares an image match: what is to be hashed, and what must come out.
    fn measure_digest(
        &self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        wanted: bool,
        platform: &mut P,
    ) -> Result<Measurement<'m, <P::Hash as Hash>::Hasher>, Error> {
        let at = |kind| Error::new(kind, instruction.offset);
        let read = Parameter::image_digest;
        let expected = self.required(instruction, component, label::IMAGE_DIGEST, read)?;
        let algorithm = expected.algorithm();
        let size = self.number(component, label::IMAGE_SIZE)?;
        let size = match (size, platform.size(component)) {
            (Some(size), Some(held)) if size != held && wanted => {
                return Err(at(ErrorKind::ConditionFailed(instruction.label)));
            }
            // Another size is another image.
            (Some(size), Some(held)) if size != held => 0,
            (Some(size), _) | (None, Some(size)) => size,
            (None, None) => return Err(at(ErrorKind::MissingParameter(label::IMAGE_SIZE))),
        };
        let hasher = platform.hash().start(algorithm);
        let hasher = hasher.map_err(|_| at(ErrorKind::UnsupportedDigest(algorithm.id())))?;
        Ok(Measurement::Digest { expected, hasher: Some(hasher), done: 0, size, wanted })
    }

    /// Prepares a check of content.
    fn measure_content(
        &self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Result<Measurement<'m, <P::Hash as Hash>::Hasher>, Error> {
        let read = |value: &mut hexad_cose_core::cbor::Cursor<'m>| Ok(value.bytes()?);
        let expected = self.required(instruction, component, label::CONTENT, read)?;
        let length = u64::try_from(expected.len()).unwrap_or(u64::MAX);
        if platform.size(component).is_some_and(|held| held != length) {
            let failed = ErrorKind::ConditionFailed(instruction.label);
            return Err(Error::new(failed, instruction.offset));
        }
        Ok(Measurement::Content { expected, done: 0, difference: 0 })
    }
}
