//! Directives that act on a component (section 8.4.10).

use core::task::{Poll, ready};

use super::tree::Need;
use super::{Ended, Instruction, Processor, Request, Step};
use crate::access::Access;
use crate::command::{Action, CustomArgument, UPDATE_MANAGEMENT};
use crate::digest::Digest;
use crate::encryption::EncryptionInfo;
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::metadata::ComponentMetadata;
use crate::platform::{Ciphertext, Component, Failure, Platform};
use crate::read::Reader;
use crate::wait::WaitInfo;

/// What a component has been used for while strict-order is false (section 6.7).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roles {
    target: bool,
    source: bool,
}

/// What the platform is asked to do with a component.
#[derive(Clone, Copy, Debug)]
pub(super) enum Job<'m> {
    Fetch { limit: Option<u64>, is_announced: bool },
    Write(&'m [u8]),
    Copy { source: Component<'m>, size: Option<u64> },
    Decrypt { ciphertext: Ciphertext<'m>, encryption: EncryptionInfo<'m>, limit: Option<u64> },
    Swap(Component<'m>),
    Invoke(Option<&'m [u8]>),
    Wait(WaitInfo<'m>),
    Unlink,
    Custom(CustomArgument<'m>),
}

impl Instruction {
    /// What comes of a directive that the platform was asked to carry out.
    pub(super) fn outcome(&self, answer: Result<(), Failure>) -> Result<(), Error> {
        let kind = match answer {
            Ok(()) => return Ok(()),
            Err(Failure::Unsupported) => ErrorKind::UnsupportedCommand(self.label),
            Err(Failure::Failed) => ErrorKind::DirectiveFailed(self.label),
        };
        Err(Error::new(kind, self.offset))
    }
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

    /// Asks the platform, again if it was asked before.
    pub(super) fn poll<P: Platform>(
        &self,
        instruction: &Instruction,
        component: &Component<'_>,
        platform: &mut P,
    ) -> Poll<Ended> {
        let answer = match self {
            Self::Fetch { limit, .. } => match ready!(platform.fetched(component)) {
                Ok(size) if limit.is_some_and(|limit| size > limit) => {
                    let too_large = Error::new(ErrorKind::ImageSize, instruction.offset);
                    return Poll::Ready(Ended::Directive(Err(too_large)));
                }
                answer => answer.map(drop),
            },
            Self::Write(content) => ready!(platform.write(component, content)),
            Self::Copy { source, size } => ready!(platform.copy(component, source, *size)),
            Self::Decrypt { ciphertext, encryption, limit } => {
                ready!(platform.decrypt(component, *ciphertext, *encryption, *limit))
            }
            Self::Swap(source) => ready!(platform.swap(component, source)),
            Self::Invoke(arguments) => ready!(platform.invoke(component, *arguments)),
            Self::Wait(events) => ready!(platform.wait(component, *events)),
            Self::Unlink => Err(Failure::Unsupported),
            Self::Custom(argument) => {
                let label = instruction.label;
                match ready!(platform.custom_command(component, label, *argument)) {
                    Ok(true) => Ok(()),
                    // A custom command turned out to be a condition.
                    Ok(false) => {
                        let failed = ErrorKind::ConditionFailed(label);
                        let failed = Error::new(failed, instruction.offset);
                        return Poll::Ready(Ended::Condition(Err(failed)));
                    }
                    Err(failure) => Err(failure),
                }
            }
        };
        Poll::Ready(Ended::Directive(instruction.outcome(answer)))
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
    #[inline(never)]
    pub(super) fn act(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        action: Action,
        platform: &mut P,
    ) -> Result<(), Error> {
        match self.request(instruction, component, action, platform) {
            Ok(()) => Ok(()),
            Err(error) => self.acted(instruction, Err(error), platform),
        }
    }

    fn request(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        action: Action,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.require_access(instruction, component, platform)?;
        self.request = match action {
            Action::ProcessDependency if Self::HAS_DEPENDENCIES => {
                if !self.is_dependency(instruction.manifest, instruction.index) {
                    return Err(Error::new(ErrorKind::NotADependency, instruction.offset));
                }
                Request::Load { need: Need::Process, is_announced: false }
            }
            Action::Unlink if Self::HAS_DEPENDENCIES => Request::References(None),
            _ => {
                let job = self.job(instruction, component, action)?;
                self.allow(instruction, component, &job, platform)?;
                // What others refer to is not altered (trust domains, 5.6.5).
                if Self::HAS_DEPENDENCIES && job.alters() {
                    Request::References(Some(job))
                } else {
                    Request::Job(job)
                }
            }
        };
        Ok(())
    }

    /// Whether those who vouch for the manifest may apply the instruction to the component.
    fn require_access(
        &self,
        instruction: &Instruction,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let Instruction { label, offset, manifest, .. } = *instruction;
        if platform.permits(self.signers(manifest), component, Access::Command(label)) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::AccessDenied(label), offset))
        }
    }

    /// suit-command-custom.
    #[inline(never)]
    pub(super) fn custom(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let argument = crate::command::custom(&mut self.argument(instruction).rest().cursor())?;
        if let Err(denied) = self.require_access(instruction, component, platform) {
            return self.acted(instruction, Err(denied), platform);
        }
        self.request = Request::Job(Job::Custom(argument));
        Ok(())
    }

    /// A directive has ended.
    pub(super) fn acted(
        &mut self,
        instruction: &Instruction,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.record(instruction, true, result, platform);
        result
    }

    /// Whether the job is allowed: what it takes something from, and what it alters.
    #[inline(never)]
    fn allow(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        job: &Job<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
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
        self.use_for(instruction, component, job)?;
        if job.alters() {
            self.forget(component, instruction.offset)?;
            if UPDATE_MANAGEMENT
                && let Some(metadata) =
                    self.parameter(component, label::COMPONENT_METADATA, Reader::byte_string)?
            {
                let metadata = ComponentMetadata::read(metadata)?;
                platform.metadata(component, metadata).map_err(|failure| match failure {
                    Failure::Unsupported => {
                        refuse(ErrorKind::UnsupportedParameter(label::COMPONENT_METADATA))
                    }
                    Failure::Failed => refuse(ErrorKind::DirectiveFailed(instruction.label)),
                })?;
            }
        }
        Ok(())
    }

    /// The job with its parameters.
    #[inline(never)]
    fn job(
        &self,
        instruction: &Instruction,
        component: &Component<'m>,
        action: Action,
    ) -> Result<Job<'m>, Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
        let limit = self.number(component, label::IMAGE_SIZE)?;
        // What the manifest or the envelope carries.
        let carried = |content: &'m [u8]| match (self.encryption(component)?, limit) {
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
                carried(self.required(instruction, component, label::CONTENT, Reader::bytes)?)?
            }
            Action::Fetch => {
                let uri = label::URI;
                let uri = self.required(instruction, component, uri, Reader::checked_text)?;
                let manifest = self.manifest(instruction.manifest);
                if let Some(payload) =
                    manifest.and_then(|manifest| manifest.integrated_payloads().find(uri))
                {
                    return carried(payload);
                }
                // A fragment alone names a payload in the envelope, and this one is not there.
                if uri.starts_with(b"#") {
                    return Err(refuse(ErrorKind::DirectiveFailed(instruction.label)));
                }
                Job::Fetch { limit, is_announced: false }
            }
            Action::Copy => {
                let source = self.source(instruction, component)?;
                let size = self.number(&source, label::IMAGE_SIZE)?;
                match self.encryption(component)? {
                    Some(encryption) => {
                        let ciphertext = Ciphertext::Component { source, size };
                        Job::Decrypt { ciphertext, encryption, limit }
                    }
                    None => Job::Copy { source, size: limit.or(size) },
                }
            }
            Action::Swap => Job::Swap(self.source(instruction, component)?),
            Action::Invoke => {
                Job::Invoke(self.parameter(component, label::INVOKE_ARGS, Reader::bytes)?)
            }
            Action::Wait if UPDATE_MANAGEMENT => {
                let info = label::WAIT_INFO;
                let info = self.required(instruction, component, info, Reader::byte_string)?;
                Job::Wait(WaitInfo::read(info)?)
            }
            Action::Wait | Action::ProcessDependency | Action::Unlink => {
                return Err(refuse(ErrorKind::UnsupportedCommand(instruction.label)));
            }
        })
    }

    /// Asks for the transfer of what a fetch is for.
    #[inline(never)]
    pub(super) fn announce(&self) -> Result<Step<'m>, Error> {
        let (instruction, Some(component)) = (&self.instruction, &self.component) else {
            return Ok(Step::Busy);
        };
        Ok(Step::Fetch {
            component: *component,
            uri: self.required(instruction, component, label::URI, Reader::text)?,
            limit: self.number(component, label::IMAGE_SIZE)?,
            digest: self.parameter(component, label::IMAGE_DIGEST, Digest::take_wrapped)?,
            arguments: self.parameter(component, label::FETCH_ARGUMENTS, Reader::bytes)?,
            encryption: self.encryption(component)?,
        })
    }

    /// suit-parameter-encryption-info.
    fn encryption(&self, component: &Component<'m>) -> Result<Option<EncryptionInfo<'m>>, Error> {
        self.parameter(component, label::ENCRYPTION_INFO, |value| {
            EncryptionInfo::of(value.byte_string())
        })
    }

    /// Goes on with an unlink when the section suit-uninstall of a dependency has ended.
    pub(super) fn unlink(&mut self, instruction: Instruction) -> Result<(), Error> {
        self.take_up(instruction);
        self.target()?;
        self.request = Request::Job(Job::Unlink);
        Ok(())
    }

    /// Notes what the components are used for while strict-order is false; refuses one that would be
    /// both written and read.
    fn use_for(
        &mut self,
        instruction: &Instruction,
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
