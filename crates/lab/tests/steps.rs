//! The steps that functions of replication report: in the order of the code, properly nested, all of them.

use std::collections::BTreeMap;

use psyncscope_lab::engine::steps::{Field, Function, Step, StepEvent, StepKind, Value};
use psyncscope_lab::examples::scenarios::SCENARIOS;
use psyncscope_lab::sim::TurnSteps;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::steps::step_text;

/// Checks the steps of a turn, and counts each.
fn check(turn: &TurnSteps, place: &str, taken: &mut BTreeMap<Step, [usize; 2]>) {
    // Of each function that runs: its last step.
    let mut running: Vec<(Function, Option<Step>)> = Vec::new();
    let mut called = None;
    for report in &turn.steps {
        let expected = called.take();
        match &report.event {
            StepEvent::Entered(function) => {
                assert!(expected.is_none_or(|callee| callee == *function), "{place}: {function:?} instead");
                running.push((*function, None));
            }
            StepEvent::Left(function) => {
                assert_eq!(expected, None, "{place}: not entered");
                assert_eq!(running.pop().map(|(function, _)| function), Some(*function), "{place}");
            }
            StepEvent::Taken(step) => {
                assert_eq!(expected, None, "{place}: not entered");
                let info = step.step.info();
                let Some((function, last)) = running.last_mut() else { panic!("{place}: {info:?} outside") };
                assert_eq!(*function, step.step.function, "{place}: {info:?} within another function");
                if let Some(last) = *last {
                    let again = match info.kind {
                        StepKind::Each => true,
                        StepKind::Call(_) => step.step == last,
                        StepKind::Check | StepKind::Act => false,
                    };
                    assert!(step.step > last || again, "{place}: {info:?} after {:?}", last.info());
                }
                *last = Some(step.step);
                let is_condition = matches!(info.kind, StepKind::Check | StepKind::Each);
                assert_eq!(step.holds.is_some(), is_condition, "{place}: {info:?}");
                assert_eq!(step.values.is_empty(), matches!(info.kind, StepKind::Call(_)), "{place}: {info:?}");
                let changes = step.values.iter().any(|value| value.changed_to.is_some());
                assert!(!(is_condition && changes), "{place}: a condition changes nothing: {info:?}");
                if let StepKind::Call(callee) = info.kind {
                    called = Some(callee);
                }
                taken.entry(step.step).or_default()[usize::from(step.holds == Some(false))] += 1;
            }
        }
    }
    assert!(running.is_empty() && called.is_none(), "{place}: the turn ends within {running:?}");
}

#[test]
fn steps_come_in_the_order_of_the_code_and_every_step_is_taken() {
    let mut taken = BTreeMap::new();
    for scenario in SCENARIOS {
        let lab = scenario.run().expect("its actions are accepted");
        let turns = lab.steps_between(None, lab.now()).expect("it runs again");
        for turn in &turns {
            let place = format!("{}, host {} at {} us", scenario.name, turn.host.0, turn.at.0);
            check(turn, &place, &mut taken);
        }
    }
    let mut missing = Vec::new();
    for &function in Function::ALL {
        for (index, info) in function.steps().iter().enumerate() {
            let step = Step { function, index: index as u8 };
            let [held, did_not] = taken.get(&step).copied().unwrap_or_default();
            let wanted = match info.kind {
                StepKind::Check | StepKind::Each => [("true", held), ("false", did_not)].to_vec(),
                StepKind::Act | StepKind::Call(_) => [("", held)].to_vec(),
            };
            for (holds, count) in wanted {
                let cannot_be = CANNOT_BE.contains(&(function.name(), info.name, holds));
                if (count == 0) != cannot_be {
                    missing.push(format!("{} {} {holds}: {count} times", function.name(), info.name));
                }
            }
        }
    }
    assert!(missing.is_empty(), "taken though they cannot be, or not taken:\n{}", missing.join("\n"));
}

/// `repl_state` as the steps of each host report it. A step of a state is taken in it, brings it about, or comes of an
/// event that found the link in it.
#[test]
fn steps_of_a_state_are_taken_in_it() {
    let mut seen = BTreeMap::new();
    for scenario in SCENARIOS {
        let lab = scenario.run().expect("its actions are accepted");
        let mut states: BTreeMap<HostId, Value> = BTreeMap::new();
        for turn in &lab.steps_between(None, lab.now()).expect("it runs again") {
            let mut entered = None;
            for report in &turn.steps {
                if let StepEvent::Entered(Function::SyncWithMaster) = &report.event {
                    entered = states.get(&turn.host).cloned();
                }
                let StepEvent::Taken(taken) = &report.event else { continue };
                let before = states.get(&turn.host).cloned();
                let change = taken.values.iter().find(|value| value.field == Field::ReplState);
                if let Some(after) = change.and_then(|value| value.changed_to.clone()) {
                    states.insert(turn.host, after);
                }
                let Some(state) = step_text(taken.step).state else { continue };
                let name = taken.step.info().name;
                let state = Value::from(state);
                let known = [entered.clone(), before, states.get(&turn.host).cloned()];
                let place = format!("{}, {name} at {} us", scenario.name, turn.at.0);
                assert!(known.contains(&Some(state)), "{place}: {known:?}");
                *seen.entry(taken.step).or_insert(0_u32) += 1;
            }
        }
    }
    let of_a_state = Function::ALL.iter().flat_map(|&function| {
        (0..function.steps().len() as u8)
            .map(move |index| Step { function, index })
            .filter(|step| step_text(*step).state.is_some())
    });
    let missing: Vec<_> = of_a_state.filter(|step| !seen.contains_key(step)).map(|step| step.info().name).collect();
    assert_eq!(missing, [""; 0]);
}

/// What no scenario can take, and why.
const CANNOT_BE: &[(&str, &str, &str)] = &[
    // REPLICAOF NO ONE of a master does not call it.
    ("replicationUnsetMaster", "HasMaster", "false"),
    // The kernel's buffer holds every request, and Redis sends each reply in one piece.
    ("sendSynchronousCommand", "Fits", "false"),
    ("sendSynchronousCommand", "LineIsComplete", "false"),
    // A fork does not fail here.
    ("startBgsaveForReplication", "Failed", "true"),
    ("startBgsaveForReplication", "RefuseWaiting", ""),
    // A replica is only attached where there is a backlog, which lasts as long as it.
    ("feedReplicationBacklog", "HasBacklog", "false"),
    // Whoever calls it has looked.
    ("replicationSendAck", "HasMaster", "false"),
    ("replicationAbortSyncTransfer", "IsTransfer", "false"),
    // No connection with a replica outlives the calls before it.
    ("freeReplicationBacklog", "IsWithoutReplicas", "false"),
    // Redis's stream has no protocol error, which is what closes a link after its reply.
    ("replicationSendAck", "IsClosing", "true"),
    // Its caller has looked for TRANSFER, and CONNECTED was left before.
    ("slaveIsInHandshakeState", "IsUpToPsync", "false"),
    // Redis sends no file that Redis refuses.
    ("readSyncBulkPayload", "Cancel", ""),
];
