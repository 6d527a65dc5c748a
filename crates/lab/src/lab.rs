//! The lab: one world, and everything that was done to it.

use std::ops::ControlFlow;
use std::sync::Arc;

use psyncscope_sim::frame::{Entry, Frame, HostId, SimTime};
use psyncscope_sim::{Recorded, WirePacket, World, WorldConfig, WorldError};

use crate::action::{Action, ActionLog, LabConfig, TimedAction};
use crate::error::{ErrorCode, LabError};
use crate::limits;
use crate::log::{Names, too_many_actions, too_many_bytes};
use crate::replay::Replay;
use crate::step::{FrameRange, StepBy, Steps};
use crate::validate;

/// How far [`Lab::step_forward`] runs the world beyond the present before it gives up, in microseconds.
pub const STEP_HORIZON_US: u64 = 60_000_000;

/// One world and the log of what was done to it.
///
/// * construct: [`Lab::new`], [`Lab::replay`], [`Lab::fork_at`]
/// * act: [`Lab::act`]
/// * let time pass: [`Lab::run_until`], [`Lab::run_for`], [`Lab::step`], [`Lab::step_forward`],
///   [`Lab::run_until_next`]
/// * look: [`Lab::now`], [`Lab::frame_at`], [`Lab::timeline`], [`Lab::host`], [`Lab::digest`], [`Lab::world`]
/// * keep: [`Lab::action_log`]
///
/// Between two calls all that is due at the present instant has happened. So an action always comes after everything
/// else of its instant, and a replay, which has only the time, puts it at the same position.
///
/// ```
/// use psyncscope_lab::{Action, Lab, examples};
///
/// let mut lab = Lab::new(examples::opening().config)?;
/// lab.run_for(3_000_000);
/// lab.act(Action::Exec { node: "a".into(), console: 0, command: "SET k v".into() })?;
/// lab.run_for(1_000_000);
/// let again = Lab::replay(&lab.action_log())?;
/// assert_eq!(again.digest(), lab.digest());
/// # Ok::<(), psyncscope_lab::LabError>(())
/// ```
pub struct Lab {
    config: LabConfig,
    world: World,
    names: Names,
    actions: Vec<TimedAction>,
    command_bytes: usize,
    /// For a world without frames, which cannot be: it always records.
    nothing: Arc<Frame>,
}

/// Sees every packet that is put on a wire.
type PacketObserver = Box<dyn FnMut(&WirePacket<'_>)>;

/// What is recorded beside the timeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Record {
    /// Frames, from the beginning.
    Frames,
    /// Frames, and the timeline too, from [`Lab::record_after`] on.
    Later,
    /// The bytes of all connections.
    Connections,
}

impl Lab {
    /// A new world at time zero, its nodes started.
    ///
    /// # Errors
    /// A name, a line of configuration or a setting is refused: the error names node and line.
    pub fn new(config: LabConfig) -> Result<Self, LabError> {
        Self::of(config, Record::Frames, None)
    }

    /// As [`Lab::new`], with the bytes of all connections kept instead of frames.
    pub(crate) fn captured(config: LabConfig) -> Result<Self, LabError> {
        Self::of(config, Record::Connections, None)
    }

    /// As [`Lab::new`], but nothing is recorded until [`Lab::record_after`].
    pub(crate) fn unrecorded(config: LabConfig) -> Result<Self, LabError> {
        Self::of(config, Record::Later, None)
    }

    /// As [`Lab::unrecorded`]; `observer` sees every packet.
    pub(crate) fn observed(
        config: LabConfig,
        observer: impl FnMut(&WirePacket<'_>) + 'static,
    ) -> Result<Self, LabError> {
        Self::of(config, Record::Later, Some(Box::new(observer)))
    }

    /// Keeps the steps that functions of replication take from now on.
    #[cfg(feature = "steps")]
    pub(crate) fn observe_steps(&mut self) {
        self.world.observe_steps();
    }

    /// The turns that took steps since the last call.
    #[cfg(feature = "steps")]
    pub(crate) fn take_steps(&mut self) -> Vec<psyncscope_sim::TurnSteps> {
        self.world.take_steps()
    }

    /// Records from now on, after what another lab recorded.
    pub(crate) fn record_after(&mut self, before: Recorded) {
        self.world.record_after(before);
    }

    fn of(config: LabConfig, record: Record, observer: Option<PacketObserver>) -> Result<Self, LabError> {
        validate::config(&config)?;
        let recorded = match record {
            Record::Connections => WorldConfig { frames_max: 0, capture: true, ..WorldConfig::default() },
            Record::Frames | Record::Later => WorldConfig::default(),
        };
        let mut world = World::new(WorldConfig {
            seed: config.seed,
            wire: config.wire,
            disk_bps: config.disk_bps,
            fork_us: config.fork_us,
            tcp: config.tcp.clone(),
            ..recorded
        });
        if record == Record::Later {
            world.record_later();
        }
        if let Some(observer) = observer {
            world.observe_packets(observer);
        }
        for spec in &config.nodes {
            let node = validate::node_config(spec, config.classroom_limits)?;
            world.add_host(&spec.name, node).map_err(|error| refused(&error, &spec.name))?;
        }
        world.run_until(world.now());
        let nothing = Frame {
            seq: 0,
            at: SimTime(0),
            entries: 0,
            hosts: Arc::from([]),
            wires: Arc::from([]),
            packets: Arc::from([]),
        };
        Ok(Self {
            names: Names::of(&config.nodes),
            config,
            world,
            actions: Vec::new(),
            command_bytes: 0,
            nothing: Arc::new(nothing),
        })
    }

    /// Does one thing at the present instant, and logs it. Its consequences happen as time passes.
    ///
    /// # Errors
    /// The action is refused: nothing has changed and nothing is logged.
    pub fn act(&mut self, action: Action) -> Result<(), LabError> {
        self.begin(action)?;
        // A wire without latency may deliver something at this very instant.
        self.world.run_until(self.now());
        Ok(())
    }

    /// As [`Lab::act`], without what it causes at this very instant.
    fn begin(&mut self, action: Action) -> Result<(), LabError> {
        if self.actions.len() >= limits::ACTIONS_MAX {
            return Err(too_many_actions());
        }
        self.names.check(&action)?;
        let command_bytes = self.command_bytes + validate::action(&action)?;
        if command_bytes > limits::COMMANDS_BYTES_MAX {
            return Err(too_many_bytes());
        }
        self.world.begin_action(self.actions.len() as u32);
        self.apply(&action)?;
        self.command_bytes = command_bytes;
        self.names.note(&action);
        self.actions.push(TimedAction { at_us: self.now().0, action });
        Ok(())
    }

    fn apply(&mut self, action: &Action) -> Result<(), LabError> {
        match action {
            Action::Exec { node, console, command } => {
                let words = validate::words(command)?;
                self.on_host(node, |world, host| world.console_send(host, *console, &words))
            }
            Action::AddNode { node: spec } => {
                let node = validate::node_config(spec, self.config.classroom_limits)?;
                started(self.world.add_host(&spec.name, node).map(|_| ())).map_err(|error| refused(&error, &spec.name))
            }
            Action::RemoveNode { node } => self.on_host(node, World::remove_host),
            Action::Cut { from, to, one_way } => self.on_wire(from, to, *one_way, World::cut),
            Action::Heal { from, to, one_way } => self.on_wire(from, to, *one_way, World::heal),
            Action::SetWire { from, to, one_way, settings } => {
                self.on_wire(from, to, *one_way, |world, from, to| world.set_wire(from, to, *settings))
            }
            Action::Crash { node } => self.on_host(node, World::crash),
            Action::Terminate { node } => self.on_host(node, World::terminate),
            Action::Pause { node } => self.on_host(node, World::pause),
            Action::Resume { node } => self.on_host(node, World::resume),
            Action::PowerOff { node } => self.on_host(node, World::power_off),
            Action::Restart { node } => self.on_host(node, |world, host| started(world.restart(host))),
            Action::Configure { node: spec } => {
                let node = validate::node_config(spec, self.config.classroom_limits)?;
                self.on_host(&spec.name, |world, host| world.set_config(host, node))
            }
            Action::HangUp { node, console } => self.on_host(node, |world, host| world.console_close(host, *console)),
            Action::MoveClock { node, by_ms } => self.on_host(node, |world, host| world.move_clock(host, *by_ms)),
        }
        .map_err(|error| match action {
            Action::Restart { .. } if error.code == ErrorCode::NotRunning => {
                LabError { code: ErrorCode::AlreadyRunning, ..error }
            }
            Action::Resume { .. } if error.code == ErrorCode::NotRunning => {
                LabError { code: ErrorCode::NotPaused, ..error }
            }
            _ => error,
        })
    }

    fn on_host(
        &mut self,
        node: &str,
        act: impl FnOnce(&mut World, HostId) -> Result<(), WorldError>,
    ) -> Result<(), LabError> {
        let host = self.world.host_by_name(node).ok_or_else(|| refused(&WorldError::NoSuchHost, node))?;
        act(&mut self.world, host).map_err(|error| refused(&error, node))
    }

    fn on_wire(
        &mut self,
        from: &str,
        to: &str,
        one_way: bool,
        act: impl Fn(&mut World, HostId, HostId) -> Result<(), WorldError>,
    ) -> Result<(), LabError> {
        let find =
            |world: &World, node: &str| world.host_by_name(node).ok_or_else(|| refused(&WorldError::NoSuchHost, node));
        let (a, b) = (find(&self.world, from)?, find(&self.world, to)?);
        // The two directions exist together and take the same settings: where the first succeeds, so does the second.
        act(&mut self.world, a, b).map_err(|error| refused(&error, from))?;
        if one_way { Ok(()) } else { act(&mut self.world, b, a).map_err(|error| refused(&error, from)) }
    }

    /// The present of this world: everything up to here has happened.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.world.now()
    }

    /// Lets time pass up to and including `t`, at most up to [`limits::END_MAX_US`]. Does nothing if `t` is past.
    pub fn run_until(&mut self, t: SimTime) {
        self.world.run_until(t.min(SimTime(limits::END_MAX_US)));
    }

    /// Lets `us` microseconds pass, as [`Lab::run_until`] does.
    pub fn run_for(&mut self, us: u64) {
        self.run_until(SimTime(self.now().0.saturating_add(us)));
    }

    /// Goes on to the next instant at which something is due, and lets it happen. `false` if nothing is due before the
    /// end of time.
    pub fn step(&mut self) -> bool {
        match self.next_event_at() {
            Some(next) if next.0 <= limits::END_MAX_US => {
                self.run_until(next);
                true
            }
            _ => false,
        }
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_event_at(&self) -> Option<SimTime> {
        self.world.next_event_at()
    }

    /// What is recorded.
    #[must_use]
    pub fn frames(&self) -> FrameRange {
        let frames = self.world.frames();
        let last = frames.len().saturating_sub(1);
        let from = frames.at(0).unwrap_or_default();
        FrameRange { first: frames.seq(0), last: frames.seq(last), from, to: self.now() }
    }

    /// The world at time `t`: the newest frame made at or before it. Before the first recorded frame, that one.
    ///
    /// Two frames of one lab are the same exactly if their `seq` is.
    #[must_use]
    pub fn frame_at(&self, t: SimTime) -> Arc<Frame> {
        self.world.frame_at(t).map_or_else(|| Arc::clone(&self.nothing), Arc::new)
    }

    /// The frame with this number, if it is recorded.
    #[must_use]
    pub fn frame(&self, seq: u64) -> Option<Arc<Frame>> {
        let frames = self.world.frames();
        frames.get(frames.index(seq)?).map(Arc::new)
    }

    /// When the frame with this number was made, if it is recorded.
    #[must_use]
    pub fn frame_time(&self, seq: u64) -> Option<SimTime> {
        let frames = self.world.frames();
        frames.at(frames.index(seq)?)
    }

    /// The first frame in which the timeline's entry `entry`, of the time `at`, has happened. An instant can have several
    /// frames: the last one may show what came later in it.
    #[must_use]
    pub fn frame_after(&self, entry: usize, at: SimTime) -> Arc<Frame> {
        let frames = self.world.frames();
        frames.get(frames.with_entries(entry)).map_or_else(|| self.frame_at(at), Arc::new)
    }

    /// All that happened, in order. `&timeline()[..frame.entries]` is all that had happened at a frame.
    #[must_use]
    pub fn timeline(&self) -> &[Entry] {
        self.world.timeline()
    }

    /// The host of this name, unless it was removed.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<HostId> {
        self.world.host_by_name(name)
    }

    /// The host of this name, even if it was removed: a name is given once.
    #[must_use]
    pub fn host_ever(&self, name: &str) -> Option<HostId> {
        self.names.host(name)
    }

    /// The name of a host, even if it was removed; `?` if there never was one.
    #[must_use]
    pub fn name_of(&self, host: HostId) -> Arc<str> {
        self.names.of_host(host).map_or_else(|| "?".into(), Arc::clone)
    }

    /// The first instant after `from` at which something of that size happens. If the record holds none, the world runs
    /// on, for at most [`STEP_HORIZON_US`] beyond the present; then the answer is the present it came to.
    pub fn step_forward(&mut self, from: SimTime, by: StepBy) -> SimTime {
        if let Some(at) = Steps::new(&self.world, by).after(from) {
            return at;
        }
        self.run_until(from);
        let horizon = SimTime(self.now().0.saturating_add(STEP_HORIZON_US).min(limits::END_MAX_US));
        while self.next_event_at().is_some_and(|next| next <= horizon) && self.step() {
            if Steps::new(&self.world, by).now() {
                return self.now();
            }
        }
        self.run_until(horizon);
        self.now()
    }

    /// The last instant before `from` at which something of that size happened; the record's beginning if there is
    /// none.
    #[must_use]
    pub fn step_back(&self, from: SimTime, by: StepBy) -> SimTime {
        Steps::new(&self.world, by).before(from).unwrap_or_else(|| self.frames().from.min(from))
    }

    /// A fingerprint of everything that has happened, as 16 hexadecimal digits: two worlds with equal digests went the
    /// same way, packet for packet.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", self.world.digest())
    }

    /// What the world started as.
    #[must_use]
    pub const fn config(&self) -> &LabConfig {
        &self.config
    }

    /// What was done so far, in order.
    #[must_use]
    pub fn actions(&self) -> &[TimedAction] {
        &self.actions
    }

    /// The world, read-only: all changes go through [`Lab::act`].
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Everything from which this world can be made again, up to the present.
    #[must_use]
    pub fn action_log(&self) -> ActionLog {
        ActionLog {
            version: ActionLog::VERSION,
            config: self.config.clone(),
            actions: self.actions.clone(),
            end_us: self.now().0,
        }
    }

    /// Makes a world again from its log and runs it to the log's end. For a log that may be long, [`Replay`] does the
    /// same in pieces.
    ///
    /// # Errors
    /// What [`ActionLog::check`] finds, or an action that the world refuses; the error names the action's index.
    pub fn replay(log: &ActionLog) -> Result<Self, LabError> {
        Replay::new(log.clone())?.finish()
    }

    /// Makes a world again from its log, with the bytes of all connections captured instead of frames, and passes it to
    /// `see` after each of its events. It ends where `see` breaks, or at the log's end.
    ///
    /// # Errors
    /// As [`Lab::replay`].
    pub fn replay_each_event(
        log: &ActionLog,
        mut see: impl FnMut(&World) -> ControlFlow<()>,
    ) -> Result<Self, LabError> {
        log.check()?;
        let mut lab = Self::captured(log.config.clone())?;
        if see(&lab.world).is_break() {
            return Ok(lab);
        }
        for (index, TimedAction { at_us, action }) in log.actions.iter().enumerate() {
            if lab.each_event_until(SimTime(*at_us), &mut see).is_break() {
                return Ok(lab);
            }
            lab.begin(action.clone()).map_err(|error| error.in_action(index))?;
            if see(&lab.world).is_break() {
                return Ok(lab);
            }
        }
        let _ = lab.each_event_until(SimTime(log.end_us), &mut see);
        Ok(lab)
    }

    fn each_event_until(&mut self, t: SimTime, see: &mut impl FnMut(&World) -> ControlFlow<()>) -> ControlFlow<()> {
        while self.next_event_at().is_some_and(|next| next <= t) {
            self.world.step();
            see(&self.world)?;
        }
        self.world.run_until(t);
        ControlFlow::Continue(())
    }

    /// The same world made again up to `t` with the actions up to and including `t`, ready for another future.
    ///
    /// # Errors
    /// `bad-time` if `t` lies beyond the present.
    pub fn fork_at(&self, t: SimTime) -> Result<Self, LabError> {
        self.branch_at(t)?.finish()
    }

    /// As [`Lab::fork_at`], in pieces. What was recorded until `t` is taken over, so that the world is made again without
    /// recording it: that takes a fraction of the time.
    ///
    /// # Errors
    /// `bad-time` if `t` lies beyond the present.
    pub fn branch_at(&self, t: SimTime) -> Result<Replay, LabError> {
        let mut branch = Replay::beginning(self)?;
        branch.redirect(self, t)?;
        branch.continue_record(self);
        Ok(branch)
    }

    /// The log of this world up to `t`: what [`Lab::fork_at`] replays.
    ///
    /// # Errors
    /// `bad-time` if `t` lies beyond the present.
    pub fn log_until(&self, t: SimTime) -> Result<ActionLog, LabError> {
        self.check_past(t)?;
        let past = self.actions.partition_point(|action| action.at_us <= t.0);
        let mut log = self.action_log();
        log.actions.truncate(past);
        log.end_us = t.0;
        Ok(log)
    }

    /// Whether the world has come to `t`.
    pub(crate) fn check_past(&self, t: SimTime) -> Result<(), LabError> {
        if t > self.now() {
            let message = format!("{} lies beyond the present, {}", t.0, self.now().0);
            return Err(LabError::new(ErrorCode::BadTime, message));
        }
        Ok(())
    }
}

/// A process that does not start is no refusal: it was started, and the timeline has what became of it.
fn started(outcome: Result<(), WorldError>) -> Result<(), WorldError> {
    match outcome {
        Err(WorldError::StartFailed { .. }) => Ok(()),
        other => other,
    }
}

/// A world's refusal as a lab's.
fn refused(error: &WorldError, node: &str) -> LabError {
    let code = match error {
        WorldError::NoSuchHost => ErrorCode::UnknownNode,
        WorldError::BadName(_) => ErrorCode::BadNodeName,
        WorldError::NameTaken(_) => ErrorCode::DuplicateNode,
        WorldError::TooManyHosts => ErrorCode::TooMuch,
        WorldError::CouldNotConnect { .. } | WorldError::WrongState { .. } => ErrorCode::NotRunning,
        WorldError::StartFailed { .. } => ErrorCode::StartFailed,
        WorldError::NoSuchWire => ErrorCode::SameNode,
        WorldError::NoSuchConsole
        | WorldError::BadWire(_)
        | WorldError::NoSuchForward(_)
        | WorldError::BadForward(_) => ErrorCode::BadValue,
    };
    LabError::new(code, error.to_string()).of_node(node)
}
