//! The manifest processor: the abstract machine of section 6 as a resumable state machine.

mod condition;
mod directive;
mod flow;
mod frame;
mod parameters;
mod tree;

use core::fmt;
use core::task::Poll;

use hexad_cose_core::Verified;
use hexad_cose_core::crypto::Hash;

use crate::command::{Condition, Kind, ReportingPolicy, UPDATE_MANAGEMENT};
use crate::digest::Digest;
use crate::encryption::EncryptionInfo;
use crate::error::{Error, ErrorKind};
use crate::labels::{manifest as element, parameter};
use crate::manifest::Manifest;
use crate::platform::{Component, Failure, Identity, Platform, Record};
use crate::read::Reader;

use condition::Measurement;
use directive::{Job, Roles};
use frame::Stack;
use parameters::{ComponentParameters, Mode};
use tree::{Need, ROOT, Tree};

/// What is done with a manifest (section 5.3, and section 7 of trust domains). The shared sequence runs
/// before each of the named sequences that the manifest has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procedure {
    /// Install: dependency-resolution, payload-fetch, candidate-verification, install, validate. The
    /// sequence number is stored at the end.
    Update,
    /// The first part of an update that another trust domain ends: dependency-resolution,
    /// payload-fetch.
    Staging,
    /// The second part: candidate-verification, install, validate. The sequence number is stored at
    /// the end.
    Installation,
    /// Boot: validate, load, invoke.
    Invoke,
    /// Remove: uninstall.
    Uninstall,
}

impl Procedure {
    /// The labels of its sequences, in their order.
    #[must_use]
    pub const fn sections(self) -> &'static [i64] {
        const UPDATE: &[i64] = &[
            element::DEPENDENCY_RESOLUTION,
            element::PAYLOAD_FETCH,
            element::CANDIDATE_VERIFICATION,
            element::INSTALL,
            element::VALIDATE,
        ];
        match self {
            Self::Update => UPDATE,
            Self::Staging => &[element::DEPENDENCY_RESOLUTION, element::PAYLOAD_FETCH],
            Self::Installation => {
                &[element::CANDIDATE_VERIFICATION, element::INSTALL, element::VALIDATE]
            }
            Self::Invoke => &[element::VALIDATE, element::LOAD, element::INVOKE],
            Self::Uninstall => &[element::UNINSTALL],
        }
    }

    /// Whether something is installed when it has ended.
    const fn installs(self) -> bool {
        matches!(self, Self::Update | Self::Installation)
    }
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
        /// How to decrypt the payload while it is stored, if the manifest says (trust domains, 8.2):
        /// its plaintext is what the component is to hold.
        encryption: Option<EncryptionInfo<'m>>,
    },
    /// Read and authenticate the envelope that the component holds, as the root manifest's was, and hand
    /// it over by [`Processor::supply`]; its memory has to last as long as the root manifest's. Never
    /// asked of a processor without room for dependencies.
    #[non_exhaustive]
    Dependency {
        /// The component that holds the envelope of a dependency.
        component: Component<'m>,
        /// The same envelope, where the dependent carries it.
        envelope: Option<&'m [u8]>,
        /// The digest that its manifest is to have, if the dependent says.
        digest: Option<Digest<'m>>,
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
/// (those of dependencies counted, each once), `NESTING` sequences inside one another (those of
/// dependencies counted) and `DEPENDENCIES` manifests below the root.
///
/// It does no input or output of its own and borrows the manifest: [`step`](Self::step) asks the
/// platform and comes back when it has to wait. Rules where the drafts leave a choice:
///
/// * Parameters last through the whole procedure. They belong to the component: a manifest and its
///   dependency mean the same one by the same identifier. The component index is set anew (to 0, or to
///   nothing in a manifest of several components) at the start of each sequence of a manifest.
/// * A nested sequence that succeeds leaves its component index behind; one that fails, or that runs
///   once for each of several components, does not. Each alternative of a try-each begins with the
///   index that the try-each had.
/// * A try-each, run-sequence or process-dependency that fails because of a condition counts as that
///   condition in the sequence around it. Any other failure ends the procedure.
/// * Commands run one after another also when strict-order is false; what would be a race is refused.
/// * suit-condition-image-match on a dependency does what suit-condition-dependency-integrity does, and
///   counts as such.
/// * A section of a dependency has to be run by the end of its dependent's same section if the
///   procedure has checked the dependency before. One that a section does not touch is not fetched to
///   find out.
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
///             Step::Busy | Step::Dependency { .. } => wait_for_interrupt(),
///             Step::Done(outcome) => break Ok(outcome),
///         }
///     }
/// }
/// ```
pub struct Processor<
    'm,
    P: Platform,
    const COMPONENTS: usize,
    const NESTING: usize = 4,
    const DEPENDENCIES: usize = 0,
> {
    root: &'m Manifest<'m>,
    procedure: Procedure,
    identity: &'m dyn Identity,
    phase: Phase,
    stack: Stack<NESTING>,
    parameters: [ComponentParameters; COMPONENTS],
    roles: [Roles; COMPONENTS],
    tree: Tree<'m, COMPONENTS, DEPENDENCIES>,
    /// The command that was applied last, and to what, if to anything.
    instruction: Instruction,
    component: Option<Component<'m>>,
    /// What the platform was asked for the sake of that command and has not answered.
    request: Request<'m, <P::Hash as Hash>::Hasher>,
}

/// Where a procedure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was done.
    Start,
    /// In the section at this place of [`Procedure::sections`].
    Section(usize),
    /// All sections have run: the references of a manifest, by its place, to its components from this
    /// index on are told.
    Link(usize, usize),
    Store,
    Done,
    /// An error was returned.
    Stopped,
}

/// A command that is carried out for one component.
#[derive(Clone, Copy, Debug)]
struct Instruction {
    kind: Kind,
    label: i64,
    /// Where the label stands.
    offset: usize,
    /// Where the argument stands.
    argument: usize,
    /// What the argument says, where that is a reporting policy.
    policy: ReportingPolicy,
    /// Whose command it is: a place in the tree of manifests.
    manifest: usize,
    /// The component's index in that manifest.
    index: usize,
}

impl Instruction {
    const NONE: Self = Self {
        kind: Kind::Custom,
        label: 0,
        offset: 0,
        argument: 0,
        policy: ReportingPolicy::NONE,
        manifest: ROOT,
        index: 0,
    };
}

/// Something that may take the platform several steps.
enum Request<'m, H> {
    /// Nothing.
    None,
    /// A condition that the platform answers.
    Condition(Condition),
    Measure(Measurement<'m, H>),
    Job(Job<'m>),
    /// Who refers to the component, before a job alters it or (without one) it is unlinked.
    References(Option<Job<'m>>),
    /// The manifest in the component.
    Load {
        need: Need,
        is_announced: bool,
    },
}

/// What follows from looking at a request.
enum Next {
    /// The next command, or whatever it is.
    Go,
    /// The platform is at work.
    Wait,
    /// The caller is to transfer something, or to hand a manifest over.
    Announce,
    Want,
}

/// How something that the platform was asked has ended.
enum Ended {
    Condition(Result<(), Error>),
    Directive(Result<(), Error>),
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    Processor<'m, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    /// A processor at the start of `procedure`, with no parameters set.
    ///
    /// # Errors
    /// `TooManyComponents`; `TooManyDependencies` when the manifest has a dependency and the processor
    /// no room for any; `Severed` when a sequence of the procedure is not at hand.
    #[inline(never)]
    pub fn new(
        manifest: &'m Verified<Manifest<'m>>,
        procedure: Procedure,
        identity: &'m dyn Identity,
    ) -> Result<Self, Error> {
        let root = manifest.get();
        let refuse = |kind| Err(Error::new(kind, root.encoded().offset()));
        if root.component_count() > COMPONENTS {
            return refuse(ErrorKind::TooManyComponents);
        }
        // "If the interpreter does not support Dependencies and a Manifest specifies a Dependency, then
        // the interpreter MUST Abort" (trust domains, 5.1).
        if !Self::HAS_DEPENDENCIES && !root.dependencies().is_empty() {
            return refuse(ErrorKind::TooManyDependencies);
        }
        for section in procedure.sections() {
            if let Some(digest) = root.severed(*section) {
                return Err(Error::new(ErrorKind::Severed(*section), digest.offset()));
            }
        }
        Ok(Self {
            root,
            procedure,
            identity,
            phase: Phase::Start,
            stack: Stack::new(),
            parameters: [ComponentParameters::UNSET; COMPONENTS],
            roles: [Roles::default(); COMPONENTS],
            tree: Tree::new(root.component_count()),
            instruction: Instruction::NONE,
            component: None,
            request: Request::None,
        })
    }

    /// Goes on until the platform has to be waited for or the procedure has ended.
    ///
    /// # Errors
    /// `ConditionFailed`, `DirectiveFailed` and the others of [`ErrorKind`] that concern processing,
    /// at the command that failed (in the input of its manifest). The procedure has ended then, nothing
    /// more is done by stepping again, which gives `Stopped`.
    #[inline(never)]
    pub fn step(&mut self, platform: &mut P) -> Result<Step<'m>, Error> {
        let step = self.advance(platform);
        if step.is_err() {
            self.phase = Phase::Stopped;
            self.stack = Stack::new();
            self.request = Request::None;
        }
        step
    }

    fn advance(&mut self, platform: &mut P) -> Result<Step<'m>, Error> {
        loop {
            if !matches!(self.request, Request::None) {
                match self.work_on(platform)? {
                    Next::Go => continue,
                    Next::Wait => return Ok(Step::Busy),
                    Next::Announce => match self.announce() {
                        Ok(step) => return Ok(step),
                        Err(error) => {
                            self.request = Request::None;
                            self.acted(&self.instruction.clone(), Err(error), platform)?;
                            continue;
                        }
                    },
                    Next::Want if Self::HAS_DEPENDENCIES => return self.want(),
                    Next::Want => return Ok(Step::Busy),
                }
            }
            if let Some(frame) = self.stack.last() {
                let is_due = match frame.current {
                    Some(_) => self.next_component(),
                    None => self.next_command(platform)?,
                };
                if is_due {
                    self.apply(platform)?;
                }
                continue;
            }
            let at = self.root.encoded().offset();
            match self.phase {
                Phase::Start => {
                    self.check_components(platform)?;
                    self.enter_section(0)?;
                }
                Phase::Section(place) => self.enter_section(place.saturating_add(1))?,
                Phase::Link(place, index) => match self.link(place, index, platform) {
                    Poll::Pending => return Ok(Step::Busy),
                    Poll::Ready(phase) => self.phase = phase?,
                },
                Phase::Store => match platform.store_sequence_number(self.root.sequence_number()) {
                    Poll::Pending => return Ok(Step::Busy),
                    Poll::Ready(Ok(())) => self.phase = Phase::Done,
                    Poll::Ready(Err(_)) => return Err(Error::new(ErrorKind::NotStored, at)),
                },
                Phase::Stopped => return Err(Error::new(ErrorKind::Stopped, at)),
                Phase::Done => {
                    let sequence_number = self.root.sequence_number();
                    let procedure = self.procedure;
                    return Ok(Step::Done(Outcome { procedure, sequence_number }));
                }
            }
        }
    }

    /// Makes sure that the device has every component (section 6.2).
    fn check_components(&self, platform: &mut P) -> Result<(), Error> {
        for index in 0..self.root.component_count() {
            let component = self.component(ROOT, index, self.root.encoded().offset())?;
            if !platform.has(&component) {
                let offset = component.identifier.encoded().offset();
                return Err(Error::new(ErrorKind::UnsupportedComponent(index), offset));
            }
        }
        Ok(())
    }

    /// Enters the first section at or after `place` that the manifest has.
    fn enter_section(&mut self, mut place: usize) -> Result<(), Error> {
        while let Some(section) = self.procedure.sections().get(place) {
            self.phase = Phase::Section(place);
            if self.begin_manifest(ROOT, *section)? {
                self.require_dependencies_anew();
                return Ok(());
            }
            place = place.saturating_add(1);
        }
        self.phase = match self.procedure.installs() {
            true if Self::HAS_DEPENDENCIES => Phase::Link(ROOT, 0),
            true => Phase::Store,
            false => Phase::Done,
        };
        Ok(())
    }

    /// Tells the platform the next reference of a manifest to a component.
    fn link(&self, place: usize, index: usize, platform: &mut P) -> Poll<Result<Phase, Error>> {
        let Some((place, index)) = self.next_reference(place, index) else {
            return Poll::Ready(Ok(Phase::Store));
        };
        let at = self.root.encoded().offset();
        let component = self.component(place, index, at)?;
        let linked = core::task::ready!(platform.link(&component, self.referrer(place)));
        linked.map_err(|_| Error::new(ErrorKind::NotStored, at))?;
        Poll::Ready(Ok(Phase::Link(place, index.saturating_add(1))))
    }

    /// Applies the command that was taken up: at once, or by a request or a nested sequence.
    #[inline(never)]
    fn apply(&mut self, platform: &mut P) -> Result<(), Error> {
        let instruction = &self.instruction.clone();
        match instruction.kind {
            Kind::RunSequence => return self.run_sequence(instruction),
            Kind::TryEach => return self.try_each(instruction),
            _ => {}
        }
        let component = &self.target()?;
        let mode = match instruction.kind {
            Kind::Condition(condition) => {
                return self.test(instruction, component, condition, platform);
            }
            Kind::Action(action) => return self.act(instruction, component, action, platform),
            Kind::OverrideParameters => Mode::Override,
            Kind::SetParameters => Mode::SetIfUnset,
            Kind::CopyParams if UPDATE_MANAGEMENT => {
                self.copy_params(instruction, component, platform)?;
                self.record(instruction, true, Ok(()), platform);
                return Ok(());
            }
            Kind::Custom => return self.custom(instruction, component, platform),
            _ => {
                let kind = ErrorKind::UnsupportedCommand(instruction.label);
                return Err(Error::new(kind, instruction.offset));
            }
        };
        let end = self.set_parameters(instruction, component, mode, platform)?;
        if let Some(frame) = self.stack.last()
            && frame.current.is_none()
        {
            frame.next = end;
        }
        self.record(instruction, true, Ok(()), platform);
        Ok(())
    }

    /// The component that the command is for which was taken up.
    fn target(&mut self) -> Result<Component<'m>, Error> {
        if let Some(component) = self.component {
            return Ok(component);
        }
        let Instruction { manifest, index, offset, .. } = self.instruction;
        let component = self.component(manifest, index, offset)?;
        self.component = Some(component);
        Ok(component)
    }

    /// Works on what the platform was asked.
    #[inline(never)]
    fn work_on(&mut self, platform: &mut P) -> Result<Next, Error> {
        let Some(component) = self.component else { return Ok(Next::Go) };
        let instruction = self.instruction;
        let at = |kind| Error::new(kind, instruction.offset);
        let failed = |holds| {
            if holds { Ok(()) } else { Err(at(ErrorKind::ConditionFailed(instruction.label))) }
        };
        let result = match &mut self.request {
            Request::None => return Ok(Next::Go),
            Request::Measure(measurement) => match measurement.poll(&component, platform) {
                Poll::Pending => return Ok(Next::Wait),
                Poll::Ready(holds) => Ended::Condition(failed(holds)),
            },
            Request::Condition(condition) if UPDATE_MANAGEMENT => {
                let condition = *condition;
                match self.poll_condition(&instruction, &component, condition, platform) {
                    Poll::Pending => return Ok(Next::Wait),
                    Poll::Ready(answer) => Ended::Condition(answer.and_then(failed)),
                }
            }
            Request::Job(Job::Fetch { is_announced, .. }) if !*is_announced => {
                *is_announced = true;
                return Ok(Next::Announce);
            }
            Request::Job(Job::Unlink) if Self::HAS_DEPENDENCIES => {
                match platform.unlink(&component, self.referrer(instruction.manifest)) {
                    Poll::Pending => return Ok(Next::Wait),
                    Poll::Ready(answer) => Ended::Directive(instruction.outcome(answer)),
                }
            }
            Request::Job(job) => match job.poll(&instruction, &component, platform) {
                Poll::Pending => return Ok(Next::Wait),
                Poll::Ready(ended) => ended,
            },
            Request::References(job) if Self::HAS_DEPENDENCIES => {
                let job = *job;
                match platform.references(&component) {
                    Poll::Pending => return Ok(Next::Wait),
                    Poll::Ready(references) => {
                        match self.may_alter(&instruction, job, references) {
                            Ok(request) => {
                                self.request = request;
                                return Ok(Next::Go);
                            }
                            Err(error) => Ended::Directive(Err(error)),
                        }
                    }
                }
            }
            Request::Load { need, is_announced } if Self::HAS_DEPENDENCIES => {
                let (need, was_announced) = (*need, core::mem::replace(is_announced, true));
                match self.load(&component, platform) {
                    Err(error) => Ended::Directive(Err(error)),
                    Ok(None) if was_announced => return Ok(Next::Wait),
                    Ok(None) => return Ok(Next::Want),
                    Ok(Some(place)) => {
                        self.request = Request::None;
                        self.loaded(&instruction, &component, need, place, platform)?;
                        return Ok(Next::Go);
                    }
                }
            }
            Request::Condition(_) | Request::References(_) | Request::Load { .. } => {
                Ended::Directive(Err(at(ErrorKind::UnsupportedCommand(instruction.label))))
            }
        };
        self.request = Request::None;
        match result {
            Ended::Condition(result) => self.tested(&instruction, result, platform)?,
            Ended::Directive(result) => self.acted(&instruction, result, platform)?,
        }
        Ok(Next::Go)
    }

    /// What is asked next, when the platform has told how many manifests refer to a component: before
    /// a job alters it or, without one, it is unlinked.
    fn may_alter(
        &self,
        instruction: &Instruction,
        job: Option<Job<'m>>,
        references: Result<u64, Failure>,
    ) -> Result<Request<'m, <P::Hash as Hash>::Hasher>, Error> {
        let at = |kind| Error::new(kind, instruction.offset);
        let is_dependency = self.is_dependency(instruction.manifest, instruction.index);
        match (job, references) {
            (_, Err(_)) => Err(at(ErrorKind::DirectiveFailed(instruction.label))),
            (Some(job), Ok(0)) => Ok(Request::Job(job)),
            (Some(_), Ok(_)) => Err(at(ErrorKind::Referenced)),
            // Nobody else needs the manifest: what it installed goes first.
            (None, Ok(0..=1)) if is_dependency => {
                Ok(Request::Load { need: Need::Uninstall, is_announced: false })
            }
            (None, Ok(_)) => Ok(Request::Job(Job::Unlink)),
        }
    }

    /// What is to be handed over as the manifest in the component.
    fn want(&self) -> Result<Step<'m>, Error> {
        let Some(component) = self.component else { return Ok(Step::Busy) };
        let digest = self.parameter(&component, parameter::IMAGE_DIGEST, Digest::take_wrapped)?;
        let uri = self.parameter(&component, parameter::URI, Reader::text)?;
        let dependent = self.manifest(self.instruction.manifest);
        let envelope = uri.and_then(|uri| dependent?.integrated_payloads().get(uri));
        Ok(Step::Dependency { component, envelope, digest })
    }

    fn record(
        &mut self,
        instruction: &Instruction,
        has_component: bool,
        result: Result<(), Error>,
        platform: &mut P,
    ) {
        let Some(frame) = self.stack.last() else { return };
        let (section, shared) = (frame.section(), frame.shared);
        platform.record(&Record {
            section,
            shared,
            command: instruction.label,
            offset: instruction.offset,
            manifest: self.path(instruction.manifest),
            component: has_component.then_some(instruction.index),
            policy: instruction.policy,
            result: result.map_err(Error::kind),
        });
    }
}

impl<P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    fmt::Debug for Processor<'_, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processor")
            .field("procedure", &self.procedure)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
