//! What a part of the node needs of the rest during a turn.

use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Node, Stats, Watch};
use crate::clients::Clients;
use crate::config::Config;
use crate::event::{Event, LogLevel};
use crate::io::{Outbox, Output};
use crate::replication::state::Replication;
use crate::steps::{StepEvent, StepReport, Steps};
use crate::time::Now;

/// The time, the configuration, the source of randomness, and where outputs, events and log lines go. Parts of the node
/// that own their state ([`crate::replication::upstream::Upstream`]) take it instead of the node.
pub(crate) struct Context<'a> {
    pub(crate) now: Now,
    pub(crate) config: &'a Config,
    pub(crate) rng: &'a mut Xoshiro256PlusPlus,
    pub(crate) stats: &'a mut Stats,
    out: &'a mut Outbox,
    watch: Watch,
    /// Whether events are recorded.
    events: bool,
    /// Where steps are reported, if they are.
    steps: Option<&'a mut Vec<StepReport>>,
}

impl Context<'_> {
    /// Adds an output.
    pub(crate) fn push(&mut self, output: Output) {
        self.out.outputs.push(output);
    }

    /// Records an event, if events are on.
    pub(crate) fn event(&mut self, make: impl FnOnce() -> Event) {
        if self.events {
            self.out.events.push(make());
        }
    }

    /// Writes a log line.
    pub(crate) fn log(&mut self, level: LogLevel, text: impl FnOnce() -> String) {
        if self.watch.wants_line(self.config, level) {
            self.out.events.push(Event::Log { level, text: text() });
        }
    }
}

impl Context<'_> {
    /// Whether steps are reported.
    pub(crate) const fn reports_steps(&self) -> bool {
        cfg!(feature = "steps") && self.steps.is_some()
    }
}

impl Steps for Context<'_> {
    #[inline(always)]
    fn report(&mut self, make: impl FnOnce() -> StepEvent) {
        report(self.steps.as_deref_mut(), self.out, make);
    }
}

impl Steps for Node {
    #[inline(always)]
    fn report(&mut self, make: impl FnOnce() -> StepEvent) {
        report(self.steps.as_mut(), &self.out, make);
    }
}

/// Keeps a report in `steps`, if they are observed.
#[inline(always)]
fn report(steps: Option<&mut Vec<StepReport>>, out: &Outbox, make: impl FnOnce() -> StepEvent) {
    if cfg!(feature = "steps")
        && let Some(steps) = steps
    {
        keep(steps, out.events.len(), make);
    }
}

/// Out of line, so that a function whose steps nobody observes is hardly slower.
#[cold]
#[inline(never)]
fn keep(steps: &mut Vec<StepReport>, events_before: usize, make: impl FnOnce() -> StepEvent) {
    steps.push(StepReport { events_before, event: make() });
}

impl Node {
    /// The state of replication, and what its methods need besides it.
    pub(crate) fn replication(&mut self) -> (&mut Replication, Context<'_>) {
        let (replication, _, context) = self.replication_and_clients();
        (replication, context)
    }

    /// The state of replication, the connections, and what their methods need besides them.
    pub(crate) fn replication_and_clients(&mut self) -> (&mut Replication, &mut Clients, Context<'_>) {
        let events = self.records_events();
        let context = Context {
            now: self.now,
            config: &self.config,
            rng: &mut self.rng,
            stats: &mut self.stats,
            out: &mut self.out,
            watch: self.watch,
            events,
            steps: self.steps.as_mut(),
        };
        (&mut self.repl, &mut self.clients, context)
    }

    /// Whether events are on.
    fn records_events(&self) -> bool {
        self.watch == Watch::Everything && !self.aof.is_replaying()
    }

    /// Records an event, if events are on. Every command does: no [`Context`] is made for it.
    #[inline]
    pub(crate) fn event(&mut self, make: impl FnOnce() -> Event) {
        if self.records_events() {
            self.out.events.push(make());
        }
    }

    /// Writes a log line.
    pub(crate) fn log(&mut self, level: LogLevel, text: impl FnOnce() -> String) {
        self.replication().1.log(level, text);
    }
}
