//! Sessions that must come back from whatever they are written as.

use psyncscope_lab::sim::frame::{SimTime, WireSettings};
use psyncscope_lab::{Action, Branches, Lab, LabConfig, Lang, NodeSpec, TimedAction, limits};
use rand_core::RngCore;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::random::any_action;

/// A value of each setting that is not the default, and none that is easily written.
pub const SETTINGS: WireSettings = WireSettings {
    latency_us: 1_234_567,
    jitter_us: 1,
    bandwidth_bps: u64::MAX,
    loss: 0.1,
    duplicate: 1.0,
    reorder: f64::MIN_POSITIVE,
};

/// A session with several branches.
pub fn saved() -> Branches {
    Branches::from_json(include_str!("../logs/version-2.json")).expect("a saved session")
}

/// Each action on nodes; `a` is there.
pub fn node_actions() -> Vec<Action> {
    let node = || "a".to_owned();
    let clock = |by_ms| Action::MoveClock { node: node(), by_ms };
    vec![
        Action::AddNode { node: NodeSpec { name: "d".to_owned(), config: vec!["repl-timeout 5".to_owned()] } },
        Action::Crash { node: node() },
        Action::Terminate { node: node() },
        Action::Configure { node: NodeSpec { name: node(), config: vec!["hz 50".to_owned(), String::new()] } },
        Action::HangUp { node: node(), console: 0 },
        Action::HangUp { node: node(), console: 63 },
        Action::Restart { node: node() },
        Action::Pause { node: node() },
        Action::Resume { node: node() },
        Action::PowerOff { node: node() },
        clock(-5),
        clock(5),
        clock(limits::CLOCK_MOVE_MAX_MS),
        Action::RemoveNode { node: "d".to_owned() },
    ]
}

/// Each action on the wire from `a` to `b`, in one direction and in both, with each of these settings.
pub fn wire_actions(settings: &[WireSettings]) -> Vec<Action> {
    let mut actions = Vec::new();
    for one_way in [false, true] {
        let ends = || ("a".to_owned(), "b".to_owned());
        let ((from, to), (healed_from, healed_to)) = (ends(), ends());
        actions.push(Action::Cut { from, to, one_way });
        actions.push(Action::Heal { from: healed_from, to: healed_to, one_way });
        actions.extend(settings.iter().map(|&settings| {
            let (from, to) = ends();
            Action::SetWire { from, to, one_way, settings }
        }));
    }
    actions
}

/// A session with these actions, one after the other and the last long before its end, which is the last that there is.
pub fn session_of(config: LabConfig, actions: Vec<Action>) -> Branches {
    let mut log = Lab::new(config).expect("a world").action_log();
    // Nearly none of them is at a whole millisecond.
    log.actions = actions.into_iter().zip(0..).map(|(action, n)| TimedAction { at_us: n * 999, action }).collect();
    log.end_us = limits::END_MAX_US;
    log.check().expect("a good log");
    Branches::of(log)
}

/// A session in which anything was done, on whatever branches.
pub fn any_session(seed: u64, rng: &mut Xoshiro256PlusPlus) -> Branches {
    let mut lab = Lab::new(LabConfig { seed, ..saved().config().clone() }).expect("a world");
    let mut branches = Branches::of(lab.action_log());
    for _ in 0..60 {
        lab.run_for(u64::from(rng.next_u32() % 400_000));
        // What is refused changes nothing.
        let _ = lab.act(any_action(rng));
        if rng.next_u32().is_multiple_of(12) {
            branches.record(&lab);
            let at = SimTime(u64::from(rng.next_u32()) % lab.now().0.max(1));
            lab = lab.fork_at(at).expect("it is the past");
            let _ = lab.act(any_action(rng));
            branches.leave(at, &lab, Lang::ALL[rng.next_u32() as usize % 2]).expect("it is the past");
        }
    }
    branches.record(&lab);
    branches.switch_to(rng.next_u32() as usize % branches.list().len()).expect("a branch");
    branches
}
