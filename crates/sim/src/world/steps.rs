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
    /// Keeps the steps of every process from now on: [`World::steps`].
    pub fn observe_steps(&mut self) {
        self.steps.get_or_insert_default();
        for host in self.hosts.iter_mut().flatten() {
            if let Some(running) = &mut host.running {
                running.process.observe_steps();
            }
        }
    }

    /// The turns that took steps since [`World::observe_steps`], in order.
    #[must_use]
    pub fn steps(&self) -> &[TurnSteps] {
        self.steps.as_deref().unwrap_or_default()
    }

    /// Takes the steps of a turn out of `out`, whose events are not recorded yet.
    pub(super) fn keep_steps(&mut self, host: HostId, out: &mut Outbox) {
        if out.steps.is_empty() {
            return;
        }
        let steps = std::mem::take(&mut out.steps);
        let (at, first_entry, entries) = (SimTime(self.now), self.recorder.timeline().len(), out.events.len());
        if let Some(turns) = &mut self.steps {
            turns.push(TurnSteps { at, host, first_entry, entries, steps });
        }
    }
}
