//! A scenario as a session of the lab: what was done to the world, action by action.

use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_engine::replication::ReplState;
use psyncscope_lab::script::Expectation;
use psyncscope_lab::script::expect::{Number, OfNode, Operand, Relation};
use psyncscope_lab::{Action as LabAction, ActionLog, Branches, LabConfig, LabError, NodeSpec, Script, console};
use psyncscope_sim::WorldConfig;

use crate::invariants::{Rule, Violation};
use crate::run::{ScenarioRun, id};
use crate::scenario::{Action, HostPlan, Scenario, host_name};

/// Runs a scenario and gives what was done until a rule was violated as a script, and the violation; `None` if none is.
///
/// The script has what the world accepted, repairs too, and ends where the rule is violated: [`crate::check_log`] finds
/// the same there. For [`Rule::Converges`], which is about the repairs, it expects of each node what was waited for.
///
/// # Errors
/// The scenario is too long for a session of the lab ([`psyncscope_lab::limits`]).
pub fn session_of_failure(scenario: &Scenario) -> Result<Option<(Script, Violation)>, LabError> {
    let mut run = ScenarioRun::new(scenario, true);
    run.kept = Some(Vec::new());
    let Err(violation) = run.guarded(ScenarioRun::all) else { return Ok(None) };
    let log = log_of(&mut run);
    log.check()?;
    let mut script = Script::of(Branches::of(log));
    if violation.rule == Rule::Converges {
        for expectation in converged(&run) {
            script.expect_at_end(0, expectation);
        }
    }
    Ok(Some((script, violation)))
}

/// What was done so far, up to the present.
fn log_of(run: &mut ScenarioRun<'_>) -> ActionLog {
    let actions = run.kept.take().unwrap_or_default();
    let (config, end_us) = (lab_config(run.scenario), run.world.now().0);
    ActionLog { version: ActionLog::VERSION, config, actions, end_us }
}

/// What the lab's world starts as.
fn lab_config(scenario: &Scenario) -> LabConfig {
    // The clock is the default's, and what is recorded makes no difference.
    let WorldConfig { seed, wire, disk_bps, fork_us, tcp, .. } = scenario.world.clone();
    let specs = scenario.hosts.iter().enumerate();
    let nodes = specs.map(|(host, plan)| spec(host, &plan.config, plan.config.replicaof.as_ref())).collect();
    let classroom_limits = scenario.hosts.iter().all(|host| host.config.limits == Limits::classroom());
    LabConfig { seed, nodes, wire, classroom_limits, disk_bps, fork_us, tcp }
}

/// A host and its redis.conf with this master.
fn spec(host: usize, config: &Config, master: Option<&(String, u16)>) -> NodeSpec {
    let config = Config { replicaof: master.cloned(), ..config.clone() };
    NodeSpec { name: host_name(host), config: config_lines(&config) }
}

/// The directives that the planner varies, where they are not the default.
fn config_lines(config: &Config) -> Vec<String> {
    let default = Config::default();
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    let limit = config.client_output_buffer_limit.replica;
    let save = match config.save.as_slice() {
        [] => "\"\"".to_owned(),
        pairs => pairs.iter().map(|(seconds, changes)| format!("{seconds} {changes}")).collect::<Vec<_>>().join(" "),
    };
    let master = config.replicaof.as_ref();
    [
        (master.is_some(), "replicaof", master.map(|(host, port)| format!("{host} {port}")).unwrap_or_default()),
        (true, "repl-backlog-size", config.repl_backlog_size.to_string()),
        (true, "repl-timeout", config.repl_timeout.to_string()),
        (true, "repl-ping-replica-period", config.repl_ping_replica_period.to_string()),
        (true, "repl-backlog-ttl", config.repl_backlog_ttl.to_string()),
        (!config.data.rdbcompression, "rdbcompression", yes_no(config.data.rdbcompression).to_owned()),
        (!config.rdbchecksum, "rdbchecksum", yes_no(config.rdbchecksum).to_owned()),
        (config.hz != default.hz, "hz", config.hz.to_string()),
        (config.repl_diskless_sync, "repl-diskless-sync", yes_no(config.repl_diskless_sync).to_owned()),
        (config.repl_diskless_sync, "repl-diskless-sync-delay", config.repl_diskless_sync_delay.to_string()),
        (
            limit != default.client_output_buffer_limit.replica,
            "client-output-buffer-limit",
            format!("replica {} {} {}", limit.hard, limit.soft, limit.soft_seconds),
        ),
        (config.save != default.save, "save", save),
    ]
    .into_iter()
    .filter(|(differs, ..)| *differs)
    .map(|(_, name, value)| format!("{name} {value}"))
    .collect()
}

/// An action of a scenario as a lab does it; `sets_config` if a restart finds another configuration file.
pub(crate) fn lab_actions(action: &Action, hosts: &[HostPlan], sets_config: bool) -> Vec<LabAction> {
    let node = |host: &usize| host_name(*host);
    let action = match action {
        Action::Command { host, console, words } => {
            LabAction::Exec { node: node(host), console: *console, command: console::join(words) }
        }
        Action::HangUp { host, console } => LabAction::HangUp { node: node(host), console: *console },
        Action::Cut(from, to) => LabAction::Cut { from: node(from), to: node(to), one_way: true },
        Action::Heal(from, to) => LabAction::Heal { from: node(from), to: node(to), one_way: true },
        Action::Wire(from, to, settings) => {
            LabAction::SetWire { from: node(from), to: node(to), one_way: true, settings: *settings }
        }
        Action::Crash(host) => LabAction::Crash { node: node(host) },
        Action::Terminate(host) => LabAction::Terminate { node: node(host) },
        Action::Pause(host) => LabAction::Pause { node: node(host) },
        Action::Resume(host) => LabAction::Resume { node: node(host) },
        Action::PowerOff(host) => LabAction::PowerOff { node: node(host) },
        Action::Restart { host, replicaof } => {
            let restart = LabAction::Restart { node: node(host) };
            if !sets_config {
                return vec![restart];
            }
            let master = replicaof.map(|master| (host_name(master), 6379));
            let configure = LabAction::Configure { node: spec(*host, &hosts[*host].config, master.as_ref()) };
            return vec![configure, restart];
        }
        Action::MoveClock(host, by_ms) => LabAction::MoveClock { node: node(host), by_ms: *by_ms },
    };
    vec![action]
}

/// What is waited for when everything is repaired: each node has its role, its master's history and all of its bytes.
fn converged(run: &ScenarioRun<'_>) -> Vec<Expectation> {
    let mut expected = Vec::new();
    let mut expect = |host: usize, what| expected.push(Expectation::Node { node: host_name(host), what });
    let root = run.root();
    let offset = run.world.node(id(root)).map(|node| node.history().master_repl_offset.0);
    for (host, plan) in run.scenario.hosts.iter().enumerate() {
        let is_root = plan.finally.is_none();
        expect(host, OfNode::State(if is_root { ReplState::None } else { ReplState::Connected }));
        if is_root {
            continue;
        }
        expect(host, OfNode::ReplId { same: true, other: host_name(root) });
        if let Some(value) = offset {
            expect(
                host,
                OfNode::Number { number: Number::Offset, relation: Relation::Equal, to: Operand::Value(value) },
            );
        }
    }
    expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::Lab;

    /// As a session, from a script's text, a world goes the same way: packet for packet.
    #[test]
    fn a_scenario_is_the_same_world_in_a_lab() {
        let mut compared = 0;
        for seed in 0..25 {
            let scenario = Scenario::of_seed(seed);
            let mut run = ScenarioRun::new(&scenario, false);
            run.kept = Some(Vec::new());
            let report = run.all().unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
            let log = log_of(&mut run);
            if log.check().is_err() {
                // Too long for a lab.
                continue;
            }
            let text = Script::of(Branches::of(log)).to_text();
            let script = Script::parse(&text).unwrap_or_else(|errors| panic!("seed {seed}: {errors}"));
            let lab = Lab::replay(&script.session().log(0).expect("a branch")).expect("the world took it all before");
            assert_eq!(lab.digest(), format!("{:016x}", report.digest), "seed {seed}");
            compared += 1;
        }
        assert!(compared > 15, "{compared} were short enough");
    }
}
