//! Running a scenario, checked or not.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use psyncscope_engine::event::Event;
use psyncscope_lab::TimedAction;
use psyncscope_resp::escape;
use psyncscope_sim::frame::{HostId, Power, SimTime, What};
use psyncscope_sim::{World, WorldError};

use super::scenario::{Action, Scenario, host_name};
use super::session::lab_actions;
use crate::invariants::{Checker, Rule, Tally, Violation, watched};

/// More events than this count as an endless loop.
const EVENTS_MAX: u64 = 3_000_000;

/// Lines of the log that a failure shows.
const LOG_LINES: usize = 60;

/// The result of a scenario without a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How much was checked.
    pub tally: Tally,
    /// Actions that the world accepted; others were no longer possible, such as to crash a stopped process.
    pub actions_done: usize,
    /// How long convergence took, in microseconds of virtual time.
    pub settled_us: u64,
    /// How long the world ran, in microseconds of virtual time.
    pub virtual_us: u64,
    /// Keys in the end.
    pub keys: u64,
    /// The world's digest.
    pub digest: u64,
}

/// A scenario that violated a rule.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its seed.
    pub seed: u64,
    /// The violation.
    pub violation: Violation,
    /// The last entries of the timeline before it.
    pub log: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} {}", self.seed, self.violation)?;
        write!(f, "{}", self.log)
    }
}

impl std::error::Error for Failure {}

/// Runs the scenario of a seed with a checker.
///
/// # Errors
/// The violated rule.
pub fn check(scenario: &Scenario) -> Result<Report, Failure> {
    let mut run = ScenarioRun::new(scenario, true);
    let outcome = run.guarded(ScenarioRun::all);
    outcome.map_err(|violation| Failure { seed: scenario.seed, violation, log: run.log_tail() })
}

/// Whether a scenario violates this rule by this time, before any other.
#[must_use]
pub fn fails(scenario: &Scenario, rule: Rule, by: SimTime) -> bool {
    let mut run = ScenarioRun::new(scenario, true);
    // The repairs take longer than everything else: they are left out if the time lies before them.
    let outcome = if by.0 < scenario.ends_us {
        run.guarded(|run| run.plan_until(by.0))
    } else {
        run.guarded(ScenarioRun::all).map(drop)
    };
    outcome.is_err_and(|violation| violation.rule == rule)
}

/// The digest of the world of a seed: the same on every platform. Only its termination is checked here.
#[must_use]
pub fn digest_of_seed(seed: u64) -> String {
    let scenario = Scenario::of_seed(seed);
    let mut run = ScenarioRun::new(&scenario, false);
    match run.all() {
        Ok(report) => format!("{:016x}", report.digest),
        Err(violation) => format!("{violation}"),
    }
}

/// A world while its scenario runs.
pub(super) struct ScenarioRun<'a> {
    pub scenario: &'a Scenario,
    pub world: World,
    checker: Option<Checker>,
    events: u64,
    actions_done: usize,
    /// What was done, as a lab does it, if that is kept.
    pub kept: Option<Vec<TimedAction>>,
    /// The furthest that any wall clock was ever ahead, in microseconds.
    pub clock_ahead_us: i64,
}

impl<'a> ScenarioRun<'a> {
    pub fn new(scenario: &'a Scenario, is_watched: bool) -> Self {
        let config = if is_watched { watched(scenario.world.clone()) } else { scenario.world.clone() };
        let checker = is_watched.then(Checker::new);
        Self { scenario, world: World::new(config), checker, events: 0, actions_done: 0, kept: None, clock_ahead_us: 0 }
    }

    /// Runs something; a panic, which would be an error of a node or of the world, is a violation too.
    pub fn guarded<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Violation>) -> Result<T, Violation> {
        catch_unwind(AssertUnwindSafe(|| run(self)))
            .unwrap_or_else(|panic| Err(Violation { rule: Rule::NoPanic, ..self.violation(panic_text(&*panic)) }))
    }

    /// Everything: the hosts, the actions, the repairs, the comparison.
    pub fn all(&mut self) -> Result<Report, Violation> {
        self.plan_until(self.scenario.ends_us)?;
        let settled_us = self.settle()?;
        self.compare()?;
        let tally = self.checker.as_ref().map(Checker::tally).unwrap_or_default();
        let keys = self.world.node(HostId(0)).map_or(0, |node| node.keyspace().total_keys());
        Ok(Report {
            tally,
            actions_done: self.actions_done,
            settled_us,
            virtual_us: self.world.now().0,
            keys,
            digest: self.world.digest(),
        })
    }

    /// The hosts, and the actions up to a time.
    fn plan_until(&mut self, until_us: u64) -> Result<(), Violation> {
        for (host, plan) in self.scenario.hosts.iter().enumerate() {
            let added = self.world.add_host(&host_name(host), plan.config.clone());
            added.map_err(|error| self.violation(format!("host {host} could not be added: {error}")))?;
            self.look()?;
        }
        for (at, action) in self.scenario.actions.iter().filter(|(at, _)| *at <= until_us) {
            self.run_until(*at)?;
            // What is no longer possible, such as a command to a host that is off, is skipped.
            self.actions_done += usize::from(self.action(action).is_ok());
            self.look()?;
        }
        self.run_until(until_us)
    }

    /// Runs every event up to a time, and checks after each.
    pub fn run_until(&mut self, at_us: u64) -> Result<(), Violation> {
        while self.world.next_event_at().is_some_and(|next| next.0 <= at_us) {
            self.world.step();
            self.events += 1;
            if self.events > EVENTS_MAX {
                return Err(self.violation(format!("no end after {EVENTS_MAX} events")));
            }
            self.look()?;
        }
        self.world.run_until(SimTime(at_us));
        Ok(())
    }

    pub fn look(&mut self) -> Result<(), Violation> {
        match &mut self.checker {
            Some(checker) => checker.look(&self.world),
            None => Ok(()),
        }
    }

    /// How many links of replicas came up so far, if there is a checker.
    pub fn links_up(&self) -> u64 {
        self.checker.as_ref().map_or(0, |checker| checker.tally().links_up)
    }

    pub fn violation(&self, why: String) -> Violation {
        Violation { rule: Rule::Converges, at: self.world.now(), host: None, why }
    }

    /// Performs one action.
    ///
    /// # Errors
    /// It is not possible at present.
    pub fn action(&mut self, action: &Action) -> Result<(), WorldError> {
        let sets_config = matches!(action, Action::Restart { host, .. } if may_restart(&self.world, *host));
        let done = self.apply(action);
        if let Some(kept) = &mut self.kept
            && matches!(done, Ok(()) | Err(WorldError::StartFailed { .. }))
        {
            let at_us = self.world.now().0;
            let actions = lab_actions(action, &self.scenario.hosts, sets_config);
            kept.extend(actions.into_iter().map(|action| TimedAction { at_us, action }));
        }
        done
    }

    fn apply(&mut self, action: &Action) -> Result<(), WorldError> {
        let world = &mut self.world;
        match action {
            Action::Command { host, console, words } => world.console_send(id(*host), *console, words),
            Action::HangUp { host, console } => world.console_close(id(*host), *console),
            Action::Cut(from, to) => world.cut(id(*from), id(*to)),
            Action::Heal(from, to) => world.heal(id(*from), id(*to)),
            Action::Wire(from, to, settings) => world.set_wire(id(*from), id(*to), *settings),
            Action::Crash(host) => world.crash(id(*host)),
            Action::Terminate(host) => world.terminate(id(*host)),
            Action::Pause(host) => world.pause(id(*host)),
            Action::Resume(host) => world.resume(id(*host)),
            Action::PowerOff(host) => world.power_off(id(*host)),
            Action::Restart { host, replicaof } => {
                if may_restart(world, *host) {
                    let mut config = self.scenario.hosts[*host].config.clone();
                    config.replicaof = replicaof.map(|master| (host_name(master), 6379));
                    world.set_config(id(*host), config)?;
                }
                world.restart(id(*host))
            }
            Action::MoveClock(host, by_ms) => {
                world.move_clock(id(*host), *by_ms)?;
                self.clock_ahead_us = self.clock_ahead_us.max(self.clock_offset_us(*host));
                Ok(())
            }
        }
    }

    /// How far a host's wall clock is ahead of the world's.
    pub fn clock_offset_us(&self, host: usize) -> i64 {
        let unix_us = self.scenario.world.unix_start_us + self.world.now().0 as i64;
        self.world.unix_us(id(host)).unwrap_or(unix_us) - unix_us
    }

    /// The last timeline entries, without periodic ones.
    fn log_tail(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for entry in self.world.timeline().iter().rev() {
            if lines.len() == LOG_LINES {
                break;
            }
            let what = match &entry.what {
                // Periodic.
                What::Node(Event::Acked { .. } | Event::Fed { .. })
                | What::ConsoleReceived { .. }
                | What::ConsoleSent { .. } => continue,
                What::Node(Event::Command { argv, .. }) if argv[0].eq_ignore_ascii_case(b"REPLCONF") => continue,
                What::Node(Event::Command { from_master: true, .. }) => continue,
                What::Node(Event::Command { argv, db, .. }) => {
                    let words: Vec<String> = argv.iter().map(|word| escape(word)).collect();
                    format!("> {} (in {db})", words.join(" "))
                }
                What::Node(Event::Log { text, .. }) => text.clone(),
                What::Node(event) => format!("{event:?}"),
                other => format!("{other:?}"),
            };
            let host = entry.host.map_or(String::new(), |host| host_name(usize::from(host.0)));
            let what: String = what.chars().take(160).collect();
            lines.push(format!("  {}.{:06} {host} {what}", entry.at.0 / 1_000_000, entry.at.0 % 1_000_000));
        }
        lines.reverse();
        lines.join("\n")
    }
}

fn may_restart(world: &World, host: usize) -> bool {
    matches!(world.power(id(host)), Some(Power::Stopped | Power::Off))
}

/// What a panic said.
fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

pub(super) fn id(host: usize) -> HostId {
    HostId(host as u16)
}
