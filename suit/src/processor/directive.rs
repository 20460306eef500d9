//! Directives that act on a component (section 8.4.10).

use core::task::Poll;

use super::{Processor, Step, Task, TaskKind};
use crate::command::{Action, Command, CustomArgument};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::platform::{Component, Failure, Platform};

/// What a component has been used for while strict-order is false (section 6.6).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roles {
    target: bool,
    source: bool,
}

/// What the platform is asked to do with a component.
#[derive(Clone, Copy, Debug)]
pub(super) enum Request<'m> {
    Fetch {
        uri: &'m str,
        limit: Option<u64>,
        digest: Option<Digest<'m>>,
        arguments: Option<&'m [u8]>,
        announced: bool,
    },
    Write(&'m [u8]),
    Copy {
        source: Component<'m>,
        size: Option<u64>,
    },
    Swap(Component<'m>),
    Invoke(Option<&'m [u8]>),
    Custom(CustomArgument<'m>),
}

/// How far a request has come.
pub(super) enum Progress<'m> {
    /// The caller has to do something, or to wait.
    Ask(Step<'m>),
    /// A custom command turned out to be a condition.
    Condition(Result<(), Error>),
    /// It is done, or failed.
    Ended(Result<(), Error>),
}

impl<'m> Request<'m> {
    /// Asks the platform, again if it was asked before.
    pub(super) fn poll<P: Platform>(
        &mut self,
        command: &Command<'_>,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Progress<'m> {
        let at = |kind| Error::new(kind, command.offset);
        let failed = |failure| {
            at(match failure {
                Failure::Unsupported => ErrorKind::UnsupportedCommand(command.label),
                Failure::Failed => ErrorKind::DirectiveFailed(command.label),
            })
        };
        let answer = match self {
            Self::Fetch { uri, limit, digest, arguments, announced } => {
                if !*announced {
                    *announced = true;
                    return Progress::Ask(Step::Fetch {
                        component: *component,
                        uri,
                        limit: *limit,
                        digest: *digest,
                        arguments: *arguments,
                    });
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
            Self::Write(content) => platform.write(component, content),
            Self::Copy { source, size } => platform.copy(component, source, *size),
            Self::Swap(source) => platform.swap(component, source),
            Self::Invoke(arguments) => platform.invoke(component, *arguments),
            Self::Custom(argument) => {
                return match platform.custom_command(component, command.label, *argument) {
                    Poll::Pending => Progress::Ask(Step::Busy),
                    Poll::Ready(Ok(true)) => Progress::Ended(Ok(())),
                    Poll::Ready(Ok(false)) => {
                        Progress::Condition(Err(at(ErrorKind::ConditionFailed(command.label))))
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
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize>
    Processor<'m, P, COMPONENTS, NESTING>
{
    /// Prepares what a directive asks of the platform.
    pub(super) fn act(
        &mut self,
        command: Command<'m>,
        component: Component<'m>,
        action: Action,
        platform: &mut P,
    ) -> Result<(), Error> {
        let request = self
            .request(&command, &component, action)
            .and_then(|request| self.use_for(&command, &component, &request).map(|()| request));
        match request {
            Ok(request) => {
                let kind = TaskKind::Directive(request);
                self.task = Some(Task { command, component, kind });
                Ok(())
            }
            Err(error) => self.acted(&command, &component, Err(error), platform),
        }
    }

    /// A directive has ended.
    pub(super) fn acted(
        &mut self,
        command: &Command<'m>,
        component: &Component<'m>,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        self.record(command, Some(component.index), result.map_err(Error::kind), platform);
        result
    }

    /// The request with its parameters.
    fn request(
        &self,
        command: &Command<'m>,
        component: &Component<'m>,
        action: Action,
    ) -> Result<Request<'m>, Error> {
        let at = |kind| Error::new(kind, command.offset);
        let missing = |label| at(ErrorKind::MissingParameter(label));
        let parameters = self.parameters_of(component);
        let limit = parameters.image_size;
        let fits = |content: &'m [u8]| match limit {
            Some(limit) if u64::try_from(content.len()).is_ok_and(|length| length > limit) => {
                Err(at(ErrorKind::ImageSize))
            }
            _ => Ok(Request::Write(content)),
        };
        let source = || -> Result<Component<'m>, Error> {
            let index = parameters.source_component.ok_or(missing(label::SOURCE_COMPONENT))?;
            let identifier = self.manifest.common().component(index);
            let identifier = identifier.ok_or(at(ErrorKind::ComponentIndex))?;
            Ok(Component { index, identifier })
        };
        match action {
            Action::Write => fits(parameters.content.ok_or(missing(label::CONTENT))?),
            Action::Fetch => {
                let uri = parameters.uri.ok_or(missing(label::URI))?;
                if let Some(payload) = self.manifest.integrated_payloads().get(uri) {
                    return fits(payload);
                }
                // A fragment alone names a payload in the envelope, and this one is not there.
                if uri.starts_with('#') {
                    return Err(at(ErrorKind::DirectiveFailed(command.label)));
                }
                let (digest, arguments) = (parameters.image_digest, parameters.fetch_arguments);
                Ok(Request::Fetch { uri, limit, digest, arguments, announced: false })
            }
            Action::Copy => {
                let source = source()?;
                let size = limit.or_else(|| self.parameters_of(&source).image_size);
                Ok(Request::Copy { source, size })
            }
            Action::Swap => Ok(Request::Swap(source()?)),
            Action::Invoke => Ok(Request::Invoke(parameters.invoke_args)),
            Action::ProcessDependency | Action::Unlink | Action::Wait => {
                Err(at(ErrorKind::UnsupportedCommand(command.label)))
            }
        }
    }

    /// Notes what the components are used for while strict-order is false; refuses one that would be
    /// both written and read.
    fn use_for(
        &mut self,
        command: &Command<'_>,
        component: &Component<'_>,
        request: &Request<'_>,
    ) -> Result<(), Error> {
        if !self.stack.is_loose() {
            return Ok(());
        }
        let (is_target, source) = match request {
            Request::Fetch { .. } | Request::Write(_) => (true, None),
            Request::Copy { source, .. } | Request::Swap(source) => (true, Some(source.index)),
            Request::Invoke(_) | Request::Custom(_) => (false, None),
        };
        if let Some(roles) = self.roles.get_mut(component.index) {
            roles.target |= is_target;
            roles.source |= matches!(request, Request::Swap(_));
        }
        if let Some(roles) = source.and_then(|source| self.roles.get_mut(source)) {
            roles.source = true;
            roles.target |= matches!(request, Request::Swap(_));
        }
        if self.roles.iter().any(|roles| roles.target && roles.source) {
            return Err(Error::new(ErrorKind::StrictOrder, command.offset));
        }
        Ok(())
    }
}
