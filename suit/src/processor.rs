//! The manifest processor: the abstract machine of section 6 as a resumable state machine.

mod condition;
mod directive;
mod flow;
mod frame;
mod parameters;

use core::fmt;
use core::task::Poll;

use hexad_cose_core::Verified;
use hexad_cose_core::crypto::Hash;

use crate::command::{Alternative, Command, CommandSequence, Operation};
use crate::component::Components;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::labels::{directive as label, manifest as element};
use crate::manifest::{Manifest, Severable};
use crate::platform::{Component, Identity, Platform, Record};

use directive::Roles;
use frame::{Cause, Frame, IndexRule, Selection, Stack};
use parameters::ComponentParameters;

/// What is done with a manifest (section 5.3). The shared sequence runs before each of the named
/// sequences that the manifest has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Procedure {
    /// Install: payload-fetch, install, validate. The sequence number is stored at the end.
    Update,
    /// Boot: validate, load, invoke.
    Invoke,
}

/// What a [`Processor`] wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'m> {
    /// Begin to transfer what `uri` names into the component. The processor asks for the outcome by
    /// [`Platform::fetched`] when it is stepped again.
    #[non_exhaustive]
    Fetch {
        /// Where the payload goes.
        component: Component<'m>,
        /// Where it comes from: a URI reference (RFC 3986).
        uri: &'m str,
        /// The most bytes that may be stored, if the manifest says.
        limit: Option<u64>,
        /// The digest that the payload is to have, if the manifest says: who finds the payload
        /// already there, or has it elsewhere, need not transfer it (section 8.4.10.4).
        digest: Option<Digest<'m>>,
        /// suit-parameter-fetch-arguments.
        arguments: Option<&'m [u8]>,
    },
    /// The platform is at work: step again when something may have changed.
    Busy,
    /// The procedure has succeeded.
    Done(Outcome),
}

/// A procedure that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which it was.
    pub procedure: Procedure,
    /// The sequence number of its manifest.
    pub sequence_number: u64,
}

/// Runs a procedure of a verified manifest on a platform `P`, with room for `COMPONENTS` components
/// and `NESTING` sequences inside one another.
///
/// It does no input or output of its own and borrows the manifest: [`step`](Self::step) asks the
/// platform and comes back when it has to wait. Rules where the draft leaves a choice:
///
/// * Parameters last through the whole procedure. The component index is set anew (to 0, or to
///   nothing in a manifest of several components) at the start of each of its sequences.
/// * A nested sequence that succeeds leaves its component index behind; one that fails, or that runs
///   once for each of several components, does not. Each alternative of a try-each begins with the
///   index that the try-each had.
/// * A try-each or run-sequence that fails because of a condition counts as that condition in the
///   sequence around it. Any other failure ends the procedure.
/// * Commands run one after another also when strict-order is false; what would be a race is refused.
///
/// ```
/// # use core::task::Poll;
/// # use hexad_cose_core::crypto::{Hash, Verify};
/// # use hexad_cose_core::{Algorithm, Key};
/// use hexad_suit::{
///     DeviceIds, Envelope, Error, Outcome, Platform, Procedure, Processor, Step, TrustAnchors,
/// };
///
/// const COMPONENTS: usize = 4;
/// # struct Http;
/// # impl Http {
/// #     fn begin(&mut self, _: &str, _: hexad_suit::Component<'_>, _: Option<u64>) {}
/// # }
/// # fn wait_for_interrupt() {}
///
/// fn update<P: Platform>(
///     bytes: &[u8],
///     anchors: &TrustAnchors<'_>,
///     crypto: &mut (impl Hash + Verify),
///     installed: u64,
///     device_ids: &DeviceIds<'_>,
///     http: &mut Http,
///     platform: &mut P,
/// ) -> Result<Outcome, Error> {
///     let envelope = Envelope::parse(bytes)?; // views into `bytes`, nothing copied
///     let manifest = envelope.authenticate(anchors, crypto)?; // digest, signature, policy
///     manifest.require_newer_than(installed)?;
///     let mut update: Processor<'_, P, COMPONENTS> =
///         Processor::new(&manifest, Procedure::Update, device_ids)?;
///     loop {
///         match update.step(platform)? {
///             // The machine asks, the platform answers.
///             Step::Fetch { component, uri, limit, .. } => http.begin(uri, component, limit),
///             Step::Busy => wait_for_interrupt(),
///             Step::Done(outcome) => break Ok(outcome),
///         }
///     }
/// }
/// ```
pub struct Processor<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize = 4> {
    manifest: &'m Manifest<'m>,
    procedure: Procedure,
    identity: &'m dyn Identity,
    phase: Phase,
    stack: Stack<'m, NESTING>,
    parameters: [ComponentParameters<'m>; COMPONENTS],
    roles: [Roles; COMPONENTS],
    /// What the platform was asked and has not answered.
    task: Option<Task<'m, <P::Hash as Hash>::Hasher>>,
}

/// Where a procedure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was done.
    Start,
    /// In the sequence at this place of [`Processor::sections`], or in the shared one before it.
    Section {
        place: usize,
        shared: bool,
    },
    /// All sequences have run.
    Store,
    Done,
    /// An error was returned.
    Stopped,
}

/// Something that may take the platform several steps.
struct Task<'m, H> {
    command: Command<'m>,
    component: Component<'m>,
    kind: TaskKind<'m, H>,
}

enum TaskKind<'m, H> {
    Condition(condition::Measurement<'m, H>),
    Directive(directive::Request<'m>),
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize>
    Processor<'m, P, COMPONENTS, NESTING>
{
    /// A processor at the start of `procedure`, with no parameters set.
    ///
    /// # Errors
    /// `TooManyComponents`; `Severed` when a sequence of the procedure is not at hand.
    pub fn new(
        manifest: &'m Verified<Manifest<'m>>,
        procedure: Procedure,
        identity: &'m dyn Identity,
    ) -> Result<Self, Error> {
        let manifest = manifest.get();
        if manifest.common().component_count() > COMPONENTS {
            return Err(Error::new(ErrorKind::TooManyComponents, manifest.encoded().offset()));
        }
        let processor = Self {
            manifest,
            procedure,
            identity,
            phase: Phase::Start,
            stack: Stack::new(),
            parameters: [ComponentParameters::default(); COMPONENTS],
            roles: [Roles::default(); COMPONENTS],
            task: None,
        };
        for (element, sequence) in processor.sections() {
            if let Severable::Severed(digest) = sequence {
                return Err(Error::new(ErrorKind::Severed(element), digest.offset()));
            }
        }
        Ok(processor)
    }

    /// The sequences of the procedure, in their order.
    fn sections(&self) -> [(i64, Severable<'m, CommandSequence<'m>>); 3] {
        let unsevered = |sequence: Option<CommandSequence<'m>>| match sequence {
            Some(sequence) => Severable::Present(sequence),
            None => Severable::Absent,
        };
        let manifest = self.manifest;
        let validate = (element::VALIDATE, unsevered(manifest.validate()));
        match self.procedure {
            Procedure::Update => [
                (element::PAYLOAD_FETCH, manifest.payload_fetch()),
                (element::INSTALL, manifest.install()),
                validate,
            ],
            Procedure::Invoke => [
                validate,
                (element::LOAD, unsevered(manifest.load())),
                (element::INVOKE, unsevered(manifest.invoke())),
            ],
        }
    }

    /// Goes on until the platform has to be waited for or the procedure has ended.
    ///
    /// # Errors
    /// `ConditionFailed`, `DirectiveFailed` and the others of [`ErrorKind`] that concern processing,
    /// at the command that failed. The procedure has ended then, nothing more is done by stepping
    /// again, which gives `Stopped`.
    pub fn step(&mut self, platform: &mut P) -> Result<Step<'m>, Error> {
        let step = self.advance(platform);
        if step.is_err() {
            self.phase = Phase::Stopped;
            self.stack = Stack::new();
            self.task = None;
        }
        step
    }

    fn advance(&mut self, platform: &mut P) -> Result<Step<'m>, Error> {
        loop {
            if let Some(task) = self.task.take() {
                match self.work_on(task, platform)? {
                    Some(step) => return Ok(step),
                    None => continue,
                }
            }
            if let Some(frame) = self.stack.last() {
                match frame.current {
                    Some(_) => self.next_component(platform)?,
                    None => self.next_command(platform)?,
                }
                continue;
            }
            match self.phase {
                Phase::Start => {
                    self.check_components(platform)?;
                    self.enter_section(0)?;
                }
                Phase::Section { place, shared: true } => self.begin_section(place)?,
                Phase::Section { place, shared: false } => {
                    self.enter_section(place.saturating_add(1))?;
                }
                Phase::Store => {
                    match platform.store_sequence_number(self.manifest.sequence_number()) {
                        Poll::Pending => return Ok(Step::Busy),
                        Poll::Ready(Ok(())) => self.phase = Phase::Done,
                        Poll::Ready(Err(_)) => {
                            let offset = self.manifest.encoded().offset();
                            return Err(Error::new(ErrorKind::NotStored, offset));
                        }
                    }
                }
                Phase::Stopped => {
                    let offset = self.manifest.encoded().offset();
                    return Err(Error::new(ErrorKind::Stopped, offset));
                }
                Phase::Done => {
                    let sequence_number = self.manifest.sequence_number();
                    let procedure = self.procedure;
                    return Ok(Step::Done(Outcome { procedure, sequence_number }));
                }
            }
        }
    }

    /// Makes sure that the device has every component (section 6.2).
    fn check_components(&self, platform: &mut P) -> Result<(), Error> {
        for (index, identifier) in self.components().iter().enumerate() {
            if !platform.has(&Component { index, identifier }) {
                let offset = identifier.encoded().offset();
                return Err(Error::new(ErrorKind::UnsupportedComponent(index), offset));
            }
        }
        Ok(())
    }

    /// Enters the first section at or after `place` that the manifest has.
    fn enter_section(&mut self, mut place: usize) -> Result<(), Error> {
        loop {
            match self.sections().get(place) {
                Some((_, Severable::Present(_))) => break,
                Some(_) => place = place.saturating_add(1),
                None => {
                    self.phase = match self.procedure {
                        Procedure::Update => Phase::Store,
                        Procedure::Invoke => Phase::Done,
                    };
                    return Ok(());
                }
            }
        }
        match self.manifest.shared_sequence() {
            Some(shared) => {
                self.phase = Phase::Section { place, shared: true };
                self.begin(shared)
            }
            None => self.begin_section(place),
        }
    }

    /// Begins the section's own sequence.
    fn begin_section(&mut self, place: usize) -> Result<(), Error> {
        self.phase = Phase::Section { place, shared: false };
        match self.sections().get(place) {
            Some((_, Severable::Present(sequence))) => self.begin(*sequence),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, sequence: CommandSequence<'m>) -> Result<(), Error> {
        let selection = Selection::initial(self.manifest.common().component_count());
        self.stack.push(Frame::new(Cause::Procedure, sequence, selection, IndexRule::Free)?)
    }

    fn components(&self) -> Components<'m> {
        self.manifest.components()
    }

    /// Applies a command to one component: at once, or by a task or a nested sequence.
    fn apply(&mut self, command: Command<'m>, index: usize, platform: &mut P) -> Result<(), Error> {
        let identifier = self.manifest.common().component(index);
        let component = match identifier {
            Some(identifier) => Component { index, identifier },
            None => return Err(Error::new(ErrorKind::ComponentIndex, command.offset)),
        };
        match command.operation {
            Operation::Condition(condition, _) => {
                self.test(command, component, condition, platform)
            }
            Operation::Action(action, _) => self.act(command, component, action, platform),
            Operation::Custom(argument) => {
                let request = directive::Request::Custom(argument);
                self.task = Some(Task { command, component, kind: TaskKind::Directive(request) });
                Ok(())
            }
            Operation::OverrideParameters(parameters) => {
                self.override_parameters(command, component, parameters, platform)
            }
            Operation::RunSequence(sequence) => {
                self.nest(Cause::RunSequence, sequence, component.index)
            }
            Operation::TryEach(mut alternatives) => {
                match alternatives.take_next()? {
                    Some(Alternative::Sequence(sequence)) => {
                        self.nest(Cause::TryEach(alternatives), sequence, component.index)
                    }
                    // The check at parse has made sure of two sequences.
                    _ => {
                        Err(Error::new(ErrorKind::DirectiveFailed(label::TRY_EACH), command.offset))
                    }
                }
            }
            Operation::SetParameters(_)
            | Operation::OverrideMultiple(_)
            | Operation::CopyParams(_) => {
                Err(Error::new(ErrorKind::UnsupportedCommand(command.label), command.offset))
            }
            // Taken care of before a component is chosen.
            Operation::SetComponentIndex(_) => Ok(()),
        }
    }

    /// Works on what the platform was asked; gives a step when the caller has to do something.
    fn work_on(
        &mut self,
        task: Task<'m, <P::Hash as Hash>::Hasher>,
        platform: &mut P,
    ) -> Result<Option<Step<'m>>, Error> {
        let Task { command, component, kind } = task;
        let (kind, step) = match kind {
            TaskKind::Condition(mut measurement) => {
                match measurement.poll(&command, &component, platform) {
                    Poll::Pending => (TaskKind::Condition(measurement), Step::Busy),
                    Poll::Ready(result) => {
                        self.tested(&command, &component, result, platform)?;
                        return Ok(None);
                    }
                }
            }
            TaskKind::Directive(mut request) => {
                match request.poll(&command, &component, platform) {
                    directive::Progress::Ask(step) => (TaskKind::Directive(request), step),
                    directive::Progress::Condition(result) => {
                        self.tested(&command, &component, result, platform)?;
                        return Ok(None);
                    }
                    directive::Progress::Ended(result) => {
                        self.acted(&command, &component, result, platform)?;
                        return Ok(None);
                    }
                }
            }
        };
        self.task = Some(Task { command, component, kind });
        Ok(Some(step))
    }

    fn record(
        &self,
        command: &Command<'_>,
        component: Option<usize>,
        result: Result<(), ErrorKind>,
        platform: &mut P,
    ) {
        let Phase::Section { place, shared } = self.phase else { return };
        let section = self.sections().get(place).map_or(0, |(element, _)| *element);
        let policy = command.reporting_policy().unwrap_or_default();
        let Command { label, offset, .. } = *command;
        platform.record(&Record {
            section,
            shared,
            command: label,
            offset,
            component,
            policy,
            result,
        });
    }
}

impl<P: Platform, const COMPONENTS: usize, const NESTING: usize> fmt::Debug
    for Processor<'_, P, COMPONENTS, NESTING>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processor")
            .field("procedure", &self.procedure)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
