//! The steps of the functions of replication, turn by turn.

use psyncscope_engine::Outbox;
use psyncscope_engine::steps::StepReport;
use serde::Serialize;

use super::World;
use crate::frame::{HostId, SimTime};
use crate::process::Process;

/// The steps of one turn of a process.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TurnSteps {
    /// When.
    pub at: SimTime,
    /// Whose process.
    pub host: HostId,
    /// The first entry of the timeline that this turn made, or would have made.
    pub first_entry: usize,
    /// How many entries it made.
    pub entries: usize,
    /// The steps, in order.
    pub steps: Vec<StepReport>,
}

impl<P: Process> World<P> {
    /// Keeps the steps of every process from now on: [`World::take_steps`].
    pub fn observe_steps(&mut self) {
        self.steps.get_or_insert_default();
        for host in self.hosts.iter_mut().flatten() {
            if let Some(running) = &mut host.running {
                running.process.observe_steps();
            }
        }
    }

    /// The turns that took steps since [`World::observe_steps`] or since the last call, in order.
    pub fn take_steps(&mut self) -> Vec<TurnSteps> {
        self.steps.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Keeps the steps of a turn whose events, in `out`, are not recorded yet.
    pub(super) fn keep_steps(&mut self, id: HostId, out: &Outbox) {
        let Some(turns) = &mut self.steps else { return };
        let host = self.hosts.get_mut(usize::from(id.0)).and_then(Option::as_mut);
        let steps = host.and_then(|host| host.running.as_mut()).map(|running| running.process.take_steps());
        let steps = steps.filter(|steps| !steps.is_empty());
        let (at, first_entry, entries) = (SimTime(self.now), self.recorder.entries(), out.events.len());
        turns.extend(steps.map(|steps| TurnSteps { at, host: id, first_entry, entries, steps }));
    }
}
