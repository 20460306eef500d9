//! Directives that act on a component (section 8.4.10).

use core::task::Poll;

use hexad_cose_core::cbor::Cursor;

use super::tree::Need;
use super::{Instruction, Processor, Request, Step};
use crate::access::Access;
use crate::command::{Action, CustomArgument};
use crate::digest::Digest;
use crate::encryption::EncryptionInfo;
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::metadata::ComponentMetadata;
use crate::parameter::Parameter;
use crate::platform::{Ciphertext, Component, Failure, Platform};
use crate::wait::WaitInfo;

/// What a component has been used for while strict-order is false (section 6.6).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roles {
    target: bool,
    source: bool,
}

/// What the platform is asked to do with a component.
#[derive(Clone, Copy, Debug)]
pub(super) enum Job<'m> {
    Fetch { uri: &'m str, limit: Option<u64>, digest: Option<Digest<'m>>, is_announced: bool },
    Write(&'m [u8]),
    Copy { source: Component<'m>, size: Option<u64> },
    Decrypt { ciphertext: Ciphertext<'m>, encryption: EncryptionInfo<'m>, limit: Option<u64> },
    Swap(Component<'m>),
    Invoke(Option<&'m [u8]>),
    Wait(WaitInfo<'m>),
    Unlink,
    Custom(CustomArgument<'m>),
}

/// How far a job has come.
pub(super) enum Progress<'m> {
    /// The caller has to do something, or to wait.
    Ask(Step<'m>),
    /// A custom command turned out to be a condition.
    Condition(Result<(), Error>),
    /// It is done, or failed.
    Ended(Result<(), Error>),
}

impl Job<'_> {
    /// Whether it alters the component.
    const fn alters(&self) -> bool {
        matches!(
            self,
            Self::Fetch { .. }
                | Self::Write(_)
                | Self::Copy { .. }
                | Self::Decrypt { .. }
                | Self::Swap(_)
        )
    }

    /// The component that it takes something from.
    const fn source(&self) -> Option<usize> {
        match self {
            Self::Copy { source, .. }
            | Self::Swap(source)
            | Self::Decrypt { ciphertext: Ciphertext::Component { source, .. }, .. } => {
                Some(source.index)
            }
            _ => None,
        }
    }
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    Processor<'m, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    /// Prepares what a directive asks of the platform.
    pub(super) fn act(
        &mut self,
        instruction: Instruction<'m>,
        component: Component<'m>,
        action: Action,
        platform: &mut P,
    ) -> Result<(), Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
        let label = instruction.label;
        let signers = self.signers(instruction.manifest);
        let request = match action {
            _ if !platform.permits(signers, &component, Access::Command(label)) => {
                Err(refuse(ErrorKind::AccessDenied(label)))
            }
            Action::ProcessDependency if Self::HAS_DEPENDENCIES => {
                if self.is_dependency(instruction.manifest, instruction.index) {
                    Ok(Request::Load { need: Need::Process, is_announced: false })
                } else {
                    Err(refuse(ErrorKind::NotADependency))
                }
            }
            Action::Unlink if Self::HAS_DEPENDENCIES => Ok(Request::References(None)),
            _ => self.prepare(&instruction, &component, action, platform).map(|job| {
                // What others refer to is not altered (trust domains, 5.5.6).
                if Self::HAS_DEPENDENCIES && job.alters() {
                    Request::References(Some(job))
                } else {
                    Request::Job(job)
                }
            }),
        };
        match request {
            Ok(request) => self.ask(instruction, component, request),
            Err(error) => self.acted(&instruction, Err(error), platform),
        }
    }

    /// suit-command-custom.
    pub(super) fn custom(
        &mut self,
        instruction: Instruction<'m>,
        component: Component<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let argument = crate::command::custom(&mut instruction.argument.clone())?;
        let access = Access::Command(instruction.label);
        if !platform.permits(self.signers(instruction.manifest), &component, access) {
            let denied = ErrorKind::AccessDenied(instruction.label);
            let denied = Err(Error::new(denied, instruction.offset));
            return self.acted(&instruction, denied, platform);
        }
        self.ask(instruction, component, Request::Job(Job::Custom(argument)))
    }

    /// A directive has ended.
    pub(super) fn acted(
        &mut self,
        instruction: &Instruction<'m>,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.record(instruction, true, result.map_err(Error::kind), platform);
        result
    }

    /// The job with its parameters, once it was found to be allowed.
    fn prepare(
        &mut self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        action: Action,
        platform: &mut P,
    ) -> Result<Job<'m>, Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
        let job = self.job(instruction, component, action)?;
        if let Some(source) = job.source()
            && let Some(identifier) = self.identifier(source)
        {
            let signers = self.signers(instruction.manifest);
            let source = Component { index: source, identifier };
            if !platform.permits(signers, &source, Access::Source(instruction.label)) {
                return Err(refuse(ErrorKind::AccessDenied(instruction.label)));
            }
            if matches!(job, Job::Swap(_)) {
                self.forget(&source, instruction.offset)?;
            }
        }
        self.use_for(instruction, component, &job)?;
        if job.alters() {
            self.forget(component, instruction.offset)?;
            let read = |value: &mut Cursor<'m>| ComponentMetadata::read(value.byte_string()?);
            if crate::command::UPDATE_MANAGEMENT
                && let Some(metadata) =
                    self.parameter(component, label::COMPONENT_METADATA, read)?
            {
                platform.metadata(component, metadata).map_err(|failure| match failure {
                    Failure::Unsupported => {
                        refuse(ErrorKind::UnsupportedParameter(label::COMPONENT_METADATA))
                    }
                    Failure::Failed => refuse(ErrorKind::DirectiveFailed(instruction.label)),
                })?;
            }
        }
        Ok(job)
    }

    /// The job with its parameters.
    fn job(
        &self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        action: Action,
    ) -> Result<Job<'m>, Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
        let bytes = |value: &mut Cursor<'m>| Ok(value.bytes()?);
        let limit = self.number(component, label::IMAGE_SIZE)?;
        let encryption = || {
            self.parameter(component, label::ENCRYPTION_INFO, |value| {
                Ok(EncryptionInfo::of(value.byte_string()?))
            })
        };
        // What the manifest or the envelope carries.
        let carried = |content: &'m [u8]| match (encryption()?, limit) {
            (Some(encryption), limit) => {
                let ciphertext = Ciphertext::Content(content);
                Ok(Job::Decrypt { ciphertext, encryption, limit })
            }
            (None, Some(limit))
                if u64::try_from(content.len()).is_ok_and(|length| length > limit) =>
            {
                Err(refuse(ErrorKind::ImageSize))
            }
            (None, _) => Ok(Job::Write(content)),
        };
        Ok(match action {
            Action::Write => {
                carried(self.required(instruction, component, label::CONTENT, bytes)?)?
            }
            Action::Fetch => {
                let text = |value: &mut Cursor<'m>| Ok(value.text()?);
                let uri = self.required(instruction, component, label::URI, text)?;
                let manifest = self.manifest(instruction.manifest);
                if let Some(payload) =
                    manifest.and_then(|manifest| manifest.integrated_payloads().get(uri))
                {
                    return carried(payload);
                }
                // A fragment alone names a payload in the envelope, and this one is not there.
                if uri.starts_with('#') {
                    return Err(refuse(ErrorKind::DirectiveFailed(instruction.label)));
                }
                let digest =
                    self.parameter(component, label::IMAGE_DIGEST, Parameter::image_digest)?;
                Job::Fetch { uri, limit, digest, is_announced: false }
            }
            Action::Copy => {
                let source = self.source(instruction, component)?;
                let size = self.number(&source, label::IMAGE_SIZE)?;
                match encryption()? {
                    Some(encryption) => {
                        let ciphertext = Ciphertext::Component { source, size };
                        Job::Decrypt { ciphertext, encryption, limit }
                    }
                    None => Job::Copy { source, size: limit.or(size) },
                }
            }
            Action::Swap => Job::Swap(self.source(instruction, component)?),
            Action::Invoke => Job::Invoke(self.parameter(component, label::INVOKE_ARGS, bytes)?),
            Action::Wait => {
                let read = |value: &mut Cursor<'m>| WaitInfo::read(value.byte_string()?);
                Job::Wait(self.required(instruction, component, label::WAIT_INFO, read)?)
            }
            Action::ProcessDependency | Action::Unlink => {
                return Err(refuse(ErrorKind::UnsupportedCommand(instruction.label)));
            }
        })
    }

    /// Asks the platform, again if it was asked before.
    pub(super) fn poll_job(
        &self,
        instruction: &Instruction<'m>,
        component: &Component<'m>,
        job: &mut Job<'m>,
        platform: &mut P,
    ) -> Progress<'m> {
        let at = |kind| Error::new(kind, instruction.offset);
        let failed = |failure| {
            at(match failure {
                Failure::Unsupported => ErrorKind::UnsupportedCommand(instruction.label),
                Failure::Failed => ErrorKind::DirectiveFailed(instruction.label),
            })
        };
        let answer = match job {
            Job::Fetch { uri, limit, digest, is_announced } => {
                if !*is_announced {
                    *is_announced = true;
                    return match self.announce(component, uri, *limit, *digest) {
                        Ok(step) => Progress::Ask(step),
                        Err(error) => Progress::Ended(Err(error)),
                    };
                }
                match platform.fetched(component) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Err(failure)) => Poll::Ready(Err(failure)),
                    Poll::Ready(Ok(size)) if limit.is_some_and(|limit| size > limit) => {
                        return Progress::Ended(Err(at(ErrorKind::ImageSize)));
                    }
                    Poll::Ready(Ok(_)) => Poll::Ready(Ok(())),
                }
            }
            Job::Write(content) => platform.write(component, content),
            Job::Copy { source, size } => platform.copy(component, source, *size),
            Job::Decrypt { ciphertext, encryption, limit } => {
                platform.decrypt(component, *ciphertext, *encryption, *limit)
            }
            Job::Swap(source) => platform.swap(component, source),
            Job::Invoke(arguments) => platform.invoke(component, *arguments),
            Job::Wait(events) => platform.wait(component, *events),
            Job::Unlink => platform.unlink(component, self.referrer(instruction.manifest)),
            Job::Custom(argument) => {
                return match platform.custom_command(component, instruction.label, *argument) {
                    Poll::Pending => Progress::Ask(Step::Busy),
                    Poll::Ready(Ok(true)) => Progress::Ended(Ok(())),
                    Poll::Ready(Ok(false)) => {
                        let failed = ErrorKind::ConditionFailed(instruction.label);
                        Progress::Condition(Err(at(failed)))
                    }
                    Poll::Ready(Err(failure)) => Progress::Ended(Err(failed(failure))),
                };
            }
        };
        match answer {
            Poll::Pending => Progress::Ask(Step::Busy),
            Poll::Ready(result) => Progress::Ended(result.map_err(failed)),
        }
    }

    fn announce(
        &self,
        component: &Component<'m>,
        uri: &'m str,
        limit: Option<u64>,
        digest: Option<Digest<'m>>,
    ) -> Result<Step<'m>, Error> {
        let arguments =
            self.parameter(component, label::FETCH_ARGUMENTS, |value| Ok(value.bytes()?))?;
        let encryption = self.parameter(component, label::ENCRYPTION_INFO, |value| {
            Ok(EncryptionInfo::of(value.byte_string()?))
        })?;
        Ok(Step::Fetch { component: *component, uri, limit, digest, arguments, encryption })
    }

    /// Goes on with an unlink when the section suit-uninstall of a dependency has ended.
    pub(super) fn unlink(&mut self, instruction: Instruction<'m>) -> Result<(), Error> {
        let component =
            self.component(instruction.manifest, instruction.index, instruction.offset)?;
        self.ask(instruction, component, Request::Job(Job::Unlink))
    }

    /// Notes what the components are used for while strict-order is false; refuses one that would be
    /// both written and read.
    fn use_for(
        &mut self,
        instruction: &Instruction<'m>,
        component: &Component<'_>,
        job: &Job<'_>,
    ) -> Result<(), Error> {
        if !self.stack.is_loose() {
            return Ok(());
        }
        let swaps = matches!(job, Job::Swap(_));
        if let Some(roles) = self.roles.get_mut(component.index) {
            roles.target |= job.alters();
            roles.source |= swaps;
        }
        if let Some(roles) = job.source().and_then(|source| self.roles.get_mut(source)) {
            roles.source = true;
            roles.target |= swaps;
        }
        if self.roles.iter().any(|roles| roles.target && roles.source) {
            return Err(Error::new(ErrorKind::StrictOrder, instruction.offset));
        }
        Ok(())
    }
}
