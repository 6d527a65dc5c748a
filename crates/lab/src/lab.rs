//! The lab: one world, and everything that was done to it.

use std::sync::Arc;

use psyncscope_sim::frame::{Entry, Frame, HostId, SimTime};

use crate::action::{Action, ActionLog, LabConfig};
use crate::error::LabError;
use crate::step::{FrameRange, StepBy};

/// How far [`Lab::step_forward`] runs the world beyond the present before it gives up, in microseconds.
pub const STEP_HORIZON_US: u64 = 60_000_000;

/// One world and the log of what was done to it.
///
/// * construct: [`Lab::new`], [`Lab::replay`], [`Lab::fork_at`]
/// * act: [`Lab::act`]
/// * let time pass: [`Lab::run_until`], [`Lab::run_for`], [`Lab::step`], [`Lab::step_forward`]
/// * look: [`Lab::now`], [`Lab::frame_at`], [`Lab::timeline`], [`Lab::host`], [`Lab::digest`]
/// * keep: [`Lab::action_log`]
pub struct Lab {
    config: LabConfig,
    frame: Arc<Frame>,
}

impl Lab {
    /// A new world at time zero, its nodes started.
    ///
    /// # Errors
    /// A name or a line of configuration is refused, or there are too many nodes: the error names node and line.
    pub fn new(config: LabConfig) -> Result<Self, LabError> {
        let frame = Arc::new(Frame {
            seq: 0,
            at: SimTime(0),
            entries: 0,
            hosts: Arc::from([]),
            wires: Arc::from([]),
            packets: Arc::from([]),
        });
        Ok(Self { config, frame })
    }

    /// Does one thing at the present instant, and notes it in the log. What it causes happens as time passes.
    ///
    /// # Errors
    /// The action is refused: nothing has changed and nothing is noted.
    pub fn act(&mut self, action: Action) -> Result<(), LabError> {
        let _ = action;
        Ok(())
    }

    /// The present of this world: everything up to here has happened.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.frame.at
    }

    /// Lets time pass up to and including `t`, at most up to [`crate::limits::END_MAX_US`]. Does nothing if `t` is past.
    pub fn run_until(&mut self, t: SimTime) {
        let mut frame = Frame::clone(&self.frame);
        frame.at = frame.at.max(t);
        self.frame = Arc::new(frame);
    }

    /// Lets `us` microseconds pass.
    pub fn run_for(&mut self, us: u64) {
        self.run_until(SimTime(self.now().0.saturating_add(us)));
    }

    /// Goes on to the next event, whenever that is, and lets it happen. `false` if there is none before the end of time.
    pub fn step(&mut self) -> bool {
        false
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_event_at(&self) -> Option<SimTime> {
        None
    }

    /// What is recorded.
    #[must_use]
    pub fn frames(&self) -> FrameRange {
        FrameRange { first: self.frame.seq, last: self.frame.seq, from: SimTime(0), to: self.now() }
    }

    /// The world at time `t`: the newest frame made at or before it. Before the first recorded frame, that one.
    ///
    /// Two frames of one lab are the same exactly if their `seq` is.
    #[must_use]
    pub fn frame_at(&self, t: SimTime) -> Arc<Frame> {
        let _ = t;
        Arc::clone(&self.frame)
    }

    /// The frame with this number, if it is recorded.
    #[must_use]
    pub fn frame(&self, seq: u64) -> Option<Arc<Frame>> {
        (seq == self.frame.seq).then(|| Arc::clone(&self.frame))
    }

    /// All that happened, in order. `&timeline()[..frame.entries]` is all that had happened at a frame.
    #[must_use]
    pub fn timeline(&self) -> &[Entry] {
        &[]
    }

    /// The host of this name, unless it was removed.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<HostId> {
        let _ = name;
        None
    }

    /// The first instant after `from` at which something of that size happens. If the record holds none, the world runs
    /// on, for at most [`STEP_HORIZON_US`] beyond the present; then the answer is the present it came to.
    pub fn step_forward(&mut self, from: SimTime, by: StepBy) -> SimTime {
        let _ = by;
        from
    }

    /// The last instant before `from` at which something of that size happened; the record's beginning if there is none.
    #[must_use]
    pub fn step_back(&self, from: SimTime, by: StepBy) -> SimTime {
        let _ = by;
        from
    }

    /// A fingerprint of everything that has happened, as 16 hexadecimal digits: two worlds with equal digests went the
    /// same way, packet for packet.
    #[must_use]
    pub fn digest(&self) -> String {
        "0".repeat(16)
    }

    /// What the world started as.
    #[must_use]
    pub const fn config(&self) -> &LabConfig {
        &self.config
    }

    /// Everything from which this world can be made again, up to the present.
    #[must_use]
    pub fn action_log(&self) -> ActionLog {
        ActionLog { version: ActionLog::VERSION, config: self.config.clone(), actions: Vec::new(), end_us: self.now().0 }
    }

    /// Makes a world again from its log and runs it to the log's end.
    ///
    /// # Errors
    /// What [`ActionLog::check`] finds, or an action that the world refuses; the error names the action's index.
    pub fn replay(log: &ActionLog) -> Result<Self, LabError> {
        Self::new(log.config.clone())
    }

    /// The same world made again up to `t` with the actions up to and including `t`, ready for another future.
    ///
    /// # Errors
    /// `bad-time` if `t` lies beyond the present.
    pub fn fork_at(&self, t: SimTime) -> Result<Self, LabError> {
        let _ = t;
        Self::new(self.config.clone())
    }
}
