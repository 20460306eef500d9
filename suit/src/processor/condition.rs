//! Conditions: tests without side effects (section 8.4.9).

use core::task::Poll;

use hexad_cose_core::crypto::{Hash, Hasher};

use super::{ComponentParameters, Processor, Task, TaskKind};
use crate::command::{Command, Condition};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::platform::{Component, Platform};

/// A look at what a component holds, piece by piece.
pub(super) enum Measurement<'m, H> {
    /// suit-condition-image-match: `size` bytes are hashed, `done` of them were.
    Digest { expected: Digest<'m>, hasher: Option<H>, done: u64, size: u64 },
    /// suit-condition-check-content: `difference` is zero as long as all bytes were equal.
    Content { expected: &'m [u8], done: usize, difference: u8 },
}

impl<H: Hasher> Measurement<'_, H> {
    /// Goes on reading; when ready, says whether the condition holds.
    pub(super) fn poll<P: Platform>(
        &mut self,
        command: &Command<'_>,
        component: &Component<'_>,
        platform: &mut P,
    ) -> Poll<Result<(), Error>>
    where
        P::Hash: Hash<Hasher = H>,
    {
        let failed = Err(Error::new(ErrorKind::ConditionFailed(command.label), command.offset));
        match self {
            Self::Digest { expected, hasher, done, size } => {
                while *done < *size {
                    let left = size.saturating_sub(*done);
                    let Ok(piece) = core::task::ready!(platform.read(component, *done, left))
                    else {
                        return Poll::Ready(failed);
                    };
                    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    if length == 0 || length > left {
                        return Poll::Ready(failed);
                    }
                    if let Some(hasher) = hasher {
                        hasher.update(piece);
                    }
                    *done = done.saturating_add(length);
                }
                let digest = hasher.take().map(Hasher::finish);
                Poll::Ready(match digest {
                    Some(Ok(digest)) if digest.matches(expected.bytes()) => Ok(()),
                    _ => failed,
                })
            }
            // No early exit where bytes differ: the time must not tell where (8.4.9.3).
            Self::Content { expected, done, difference } => {
                while let Some(rest @ [_, ..]) = expected.get(*done..) {
                    let offset = u64::try_from(*done).unwrap_or(u64::MAX);
                    let limit = u64::try_from(rest.len()).unwrap_or(u64::MAX);
                    let Ok(piece) = core::task::ready!(platform.read(component, offset, limit))
                    else {
                        return Poll::Ready(failed);
                    };
                    if piece.is_empty() || piece.len() > rest.len() {
                        return Poll::Ready(failed);
                    }
                    for (held, wanted) in piece.iter().zip(rest) {
                        *difference |= held ^ wanted;
                    }
                    *done = done.saturating_add(piece.len());
                }
                Poll::Ready(if *difference == 0 { Ok(()) } else { failed })
            }
        }
    }
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize>
    Processor<'m, P, COMPONENTS, NESTING>
{
    /// Tests a condition: at once, or by a task that reads the component.
    pub(super) fn test(
        &mut self,
        command: Command<'m>,
        component: Component<'m>,
        condition: Condition,
        platform: &mut P,
    ) -> Result<(), Error> {
        let parameters = self.parameters_of(&component);
        let at = |kind| Error::new(kind, command.offset);
        let missing = |label| at(ErrorKind::MissingParameter(label));
        let holds = match condition {
            Condition::VendorIdentifier => parameters
                .vendor_identifier
                .map(|id| self.identity.is_vendor(&component, id))
                .ok_or(missing(label::VENDOR_IDENTIFIER)),
            Condition::ClassIdentifier => parameters
                .class_identifier
                .map(|id| self.identity.is_class(&component, id))
                .ok_or(missing(label::CLASS_IDENTIFIER)),
            Condition::DeviceIdentifier => parameters
                .device_identifier
                .map(|id| self.identity.is_device(&component, id))
                .ok_or(missing(label::DEVICE_IDENTIFIER)),
            Condition::ComponentSlot => parameters
                .component_slot
                .map(|slot| platform.slot(&component) == Some(slot))
                .ok_or(missing(label::COMPONENT_SLOT)),
            Condition::Abort => Ok(false),
            Condition::DependencyIntegrity
            | Condition::IsDependency
            | Condition::UseBefore
            | Condition::ImageNotMatch
            | Condition::MinimumBattery
            | Condition::UpdateAuthorized
            | Condition::Version => Err(at(ErrorKind::UnsupportedCommand(command.label))),
            Condition::ImageMatch | Condition::CheckContent => {
                let measurement = match condition {
                    Condition::ImageMatch => {
                        measure_digest(&command, &component, &parameters, platform)
                    }
                    _ => measure_content(&command, &component, &parameters, platform),
                };
                match measurement {
                    Ok(measurement) => {
                        let kind = TaskKind::Condition(measurement);
                        self.task = Some(Task { command, component, kind });
                        return Ok(());
                    }
                    Err(error) => Err(error),
                }
            }
        };
        let result = holds.and_then(|holds| {
            if holds { Ok(()) } else { Err(at(ErrorKind::ConditionFailed(command.label))) }
        });
        self.tested(&command, &component, result, platform)
    }

    /// A condition was tested.
    pub(super) fn tested(
        &mut self,
        command: &Command<'m>,
        component: &Component<'m>,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.record(command, Some(component.index), result.map_err(Error::kind), platform);
        match result {
            Ok(()) => Ok(()),
            Err(error) => self.condition_failed(error, platform),
        }
    }
}

/// Prepares an image match: what is to be hashed, and what must come out.
fn measure_digest<'m, P: Platform>(
    command: &Command<'_>,
    component: &Component<'_>,
    parameters: &ComponentParameters<'m>,
    platform: &mut P,
) -> Result<Measurement<'m, <P::Hash as Hash>::Hasher>, Error> {
    let at = |kind| Error::new(kind, command.offset);
    let expected =
        parameters.image_digest.ok_or(at(ErrorKind::MissingParameter(label::IMAGE_DIGEST)))?;
    let size = match (parameters.image_size, platform.size(component)) {
        (Some(expected), Some(held)) if expected != held => {
            return Err(at(ErrorKind::ConditionFailed(command.label)));
        }
        (Some(size), _) | (None, Some(size)) => size,
        (None, None) => return Err(at(ErrorKind::MissingParameter(label::IMAGE_SIZE))),
    };
    let hasher = platform
        .hash()
        .start(expected.algorithm())
        .map_err(|_| at(ErrorKind::UnsupportedDigest(expected.algorithm().id())))?;
    Ok(Measurement::Digest { expected, hasher: Some(hasher), done: 0, size })
}

/// Prepares a check of content.
fn measure_content<'m, P: Platform>(
    command: &Command<'_>,
    component: &Component<'_>,
    parameters: &ComponentParameters<'m>,
    platform: &mut P,
) -> Result<Measurement<'m, <P::Hash as Hash>::Hasher>, Error> {
    let at = |kind| Error::new(kind, command.offset);
    let expected = parameters.content.ok_or(at(ErrorKind::MissingParameter(label::CONTENT)))?;
    let length = u64::try_from(expected.len()).unwrap_or(u64::MAX);
    if platform.size(component).is_some_and(|held| held != length) {
        return Err(at(ErrorKind::ConditionFailed(command.label)));
    }
    Ok(Measurement::Content { expected, done: 0, difference: 0 })
}
