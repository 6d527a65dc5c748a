//! The cursor over steps goes where a debugger would.

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::engine::steps::{Field, Function, StepEvent, StepKind, Value};
use psyncscope_lab::examples::{entry, opening, scenarios::SCENARIOS};
use psyncscope_lab::sim::TurnSteps;
use psyncscope_lab::sim::frame::{SimTime, What};
use psyncscope_lab::steps::{Go, LineState, Picture, Runs, Side, StepCursor, Target, Wanted};
use psyncscope_lab::{ActionLog, Lab};

/// All places of a run: the turn's time and host, and the report.
fn places(turns: &[TurnSteps]) -> Vec<(SimTime, u16, usize)> {
    let stops = |turn: &TurnSteps| {
        let (at, host) = (turn.at, turn.host.0);
        let reports = turn.steps.iter().enumerate();
        let stops: Vec<_> = reports.filter(|(_, report)| !matches!(report.event, StepEvent::Left(_))).collect();
        stops.into_iter().map(move |(place, _)| (at, host, place)).collect::<Vec<_>>()
    };
    turns.iter().flat_map(stops).collect()
}

fn place(cursor: &StepCursor) -> (SimTime, u16, usize) {
    (cursor.at(), cursor.turn().host.0, cursor.report())
}

fn any(function: Function) -> Wanted {
    Wanted { function, host: None }
}

fn at(lab: &mut Lab, target: Target) -> StepCursor {
    StepCursor::find(lab, target).expect("it runs again").expect("it is there")
}

/// Goes on, and says where it came to.
fn go(cursor: &mut StepCursor, lab: &mut Lab, to: Go) -> (SimTime, u16, usize) {
    assert!(cursor.go(lab, to).expect("it runs again"), "{to:?} from {:?}", place(cursor));
    place(cursor)
}

fn failover() -> Lab {
    SCENARIOS[1].run().expect("its actions are accepted")
}

#[test]
fn into_goes_through_every_step_and_back_through_the_same() {
    let mut lab = failover();
    let all = places(&lab.steps_between(None, lab.now()).expect("it runs again"));
    let mut cursor = at(&mut lab, Target::Time(SimTime(0), None));
    assert_eq!(place(&cursor), all[0]);
    for &next in &all[1..] {
        assert_eq!(go(&mut cursor, &mut lab, Go::Into), next);
    }
    for &last in all[..all.len() - 1].iter().rev() {
        assert_eq!(go(&mut cursor, &mut lab, Go::Back), last);
    }
    assert!(!cursor.go(&mut lab, Go::Back).expect("it runs again"), "there is nothing before the first");
    assert_eq!(place(&cursor), all[0]);
}

#[test]
fn back_over_a_time_that_was_not_made_yet_finds_the_step_before() {
    let mut lab = failover();
    let all = places(&lab.steps_between(None, lab.now()).expect("it runs again"));
    let from = SimTime(18_000_000);
    let mut cursor = at(&mut lab, Target::Time(from, None));
    let here = all.iter().position(|&(at, ..)| at >= from).expect("a step");
    assert_eq!(place(&cursor), all[here]);
    for &last in all[..here].iter().rev().take(2_000) {
        assert_eq!(go(&mut cursor, &mut lab, Go::Back), last);
    }
}

#[test]
fn over_stays_in_the_function_and_out_leaves_it() {
    let mut lab = failover();
    let mut cursor = at(&mut lab, Target::Entered(any(Function::ReplicationUnsetMaster), SimTime(0)));
    let mut names = Vec::new();
    loop {
        go(&mut cursor, &mut lab, Go::Over);
        let shown = cursor.shown(None);
        if shown.stack.len() != 1 || shown.function() != Function::ReplicationUnsetMaster {
            break;
        }
        names.push(shown.current.expect("a step").step.info().name);
    }
    let shown = names.join(" ");
    assert!(shown.starts_with("HasMaster ForgetMaster ShiftId IsConnected FreeMaster"), "{shown}");
    assert!(shown.ends_with("SetStateNone ForceSelect StartWithoutReplicas"), "{shown}");

    // Into the call, and out of it: the next step of the caller.
    let mut cursor = at(&mut lab, Target::Entered(any(Function::ShiftReplicationId), SimTime(0)));
    let stack = cursor.shown(None).stack;
    assert_eq!(stack.len(), 2);
    assert_eq!(stack[1].by.expect("a caller's step").info().kind, StepKind::Call(Function::ShiftReplicationId));
    go(&mut cursor, &mut lab, Go::Into);
    go(&mut cursor, &mut lab, Go::Out);
    assert_eq!(cursor.shown(None).current.expect("a step").step.info().name, "IsConnected");
}

#[test]
fn next_and_previous_find_every_entry_on_one_node_or_any() {
    let mut lab = failover();
    let turns = lab.steps_between(None, lab.now()).expect("it runs again");
    for host in [None, lab.host("b")] {
        let wanted = Wanted { function: Function::FeedReplicationBacklog, host };
        let of_host = turns.iter().filter(|turn| host.is_none_or(|host| host == turn.host));
        let entries: Vec<_> = of_host
            .flat_map(|turn| {
                let reports = turn.steps.iter().enumerate();
                let entries = reports.filter(|(_, report)| report.event == StepEvent::Entered(wanted.function));
                entries.map(|(report, _)| (turn.at, turn.host.0, report)).collect::<Vec<_>>()
            })
            .collect();
        assert!(entries.len() > 1, "{host:?}");
        let mut cursor = at(&mut lab, Target::Entered(wanted, SimTime(0)));
        assert_eq!(place(&cursor), entries[0]);
        for &next in &entries[1..] {
            assert_eq!(go(&mut cursor, &mut lab, Go::Next(wanted)), next);
        }
        for &last in entries[..entries.len() - 1].iter().rev() {
            assert_eq!(go(&mut cursor, &mut lab, Go::Previous(wanted)), last);
        }
        assert!(!cursor.go(&mut lab, Go::Previous(wanted)).expect("it runs again"));
        assert_eq!(place(&cursor), entries[0]);
    }
}

#[test]
fn what_is_to_come_is_waited_for_but_not_for_ever() {
    let mut lab = Lab::new(opening().config).expect("the opening");
    let mut cursor = at(&mut lab, Target::Entered(any(Function::MasterTryPartialResynchronization), SimTime(0)));
    assert!(lab.now().0 < 5_000_000, "it ran no longer than it had to: {:?}", lab.now());
    assert_eq!(cursor.at(), lab.now());
    let (here, now) = (place(&cursor), lab.now());
    let never = Go::Next(any(Function::ReplicationUnsetMaster));
    assert!(!cursor.go(&mut lab, never).expect("it runs again"));
    assert_eq!(place(&cursor), here);
    assert!(lab.now() > now);
    // The search went on ahead: a step does not.
    let all = places(&lab.steps_between(None, lab.now()).expect("it runs again"));
    let next = all[all.iter().position(|&place| place == here).expect("it is one") + 1];
    assert_eq!(go(&mut cursor, &mut lab, Go::Into), next);
    while place(&cursor).0 == here.0 {
        go(&mut cursor, &mut lab, Go::Into);
    }
    let next = all[all.iter().position(|place| *place == self::place(&cursor)).expect("it is one") + 1];
    assert_eq!(go(&mut cursor, &mut lab, Go::Into), next);
}

#[test]
fn an_entry_leads_to_the_step_that_made_it() {
    let mut lab = failover();
    let entries = lab.timeline().iter().enumerate();
    let verdicts: Vec<_> = entries
        .filter(|(_, entry)| matches!(entry.what, What::Node(Event::Verdict { .. })))
        .map(|(place, entry)| (place, entry.at, entry.host))
        .collect();
    assert!(verdicts.len() > 3);
    for (entry, when, host) in verdicts {
        let cursor = at(&mut lab, Target::Entry(entry));
        let shown = cursor.shown(None);
        assert_eq!((shown.function(), shown.current), (Function::MasterTryPartialResynchronization, None));
        assert_eq!((cursor.at(), Some(cursor.turn().host)), (when, host));
    }
    let became = lab.timeline().iter().position(
        |entry| matches!(&entry.what, What::Node(Event::Log { text, .. }) if text.contains("MASTER MODE enabled")),
    );
    let cursor = at(&mut lab, Target::Entry(became.expect("b became a master")));
    assert_eq!(cursor.shown(None).stack[0].function, Function::ReplicationUnsetMaster);
    // Every move of repl_state within the handshake leads to the step that makes it.
    let moves = (0..lab.timeline().len()).filter_map(|entry| match &lab.timeline()[entry].what {
        What::Node(Event::ReplState { from, to, .. }) if from.is_handshake() && to.is_handshake() => Some((entry, *to)),
        _ => None,
    });
    let moves: Vec<_> = moves.collect();
    assert!(moves.len() > 20);
    for (entry, to) in moves {
        let shown = at(&mut lab, Target::Entry(entry)).shown(None);
        assert_eq!(shown.function(), Function::SyncWithMaster);
        let values = shown.current.expect("a step").values;
        assert_eq!(values[0].changed_to, Some(Value::Text(to.name().into())));
    }
}

#[test]
fn the_frames_around_a_turn_are_its_two_sides() {
    let mut lab = failover();
    let cursor = at(&mut lab, Target::Entered(any(Function::ReplicationUnsetMaster), SimTime(0)));
    let b = cursor.turn().host;
    let is_master = |side| {
        let frame = cursor.frame(&lab, side);
        let host = frame.hosts.iter().find(|host| host.id == b).expect("b");
        host.node.as_ref().expect("a node").upstream.is_none()
    };
    assert!(!is_master(Side::Before));
    assert!(is_master(Side::After));
}

#[test]
fn lines_say_what_was_taken_and_changes_add_up() {
    let mut lab = failover();
    let mut cursor = at(&mut lab, Target::Entered(any(Function::ReplicationUnsetMaster), SimTime(0)));
    let before = cursor.frame(&lab, Side::Before);
    let host = before.hosts.iter().find(|host| host.id == cursor.turn().host).expect("b");
    let node = host.node.as_ref().expect("a node");
    assert!(cursor.shown(None).lines.iter().all(|line| line.state == LineState::NotReached));
    while !cursor.is_last() {
        go(&mut cursor, &mut lab, Go::Into);
    }
    let shown = cursor.shown(Some(0));
    let change = |field| shown.changes.iter().find(|change| change.field == field).expect("it changed");
    assert_eq!(change(Field::Replid2).after, Value::Text(node.replid.to_string()));
    assert_eq!(change(Field::Replid).before, Value::Text(node.replid.to_string()));
    let second = Value::Number(node.master_repl_offset.next().0);
    assert_eq!(change(Field::SecondReplidOffset).after, second);
    assert_eq!(change(Field::ReplState).after, Value::Text("NONE".into()));
}

/// A run that carries out its actions as time passes.
struct Script {
    lab: Lab,
    log: ActionLog,
}

impl Runs for Script {
    fn lab(&self) -> &Lab {
        &self.lab
    }

    fn advance(&mut self) -> bool {
        let next = self.log.actions.get(self.lab.actions().len());
        match (next, self.lab.next_event_at()) {
            (Some(next), event) if event.is_none_or(|event| event.0 > next.at_us) => {
                self.lab.run_until(SimTime(next.at_us));
                self.lab.act(next.action.clone()).is_ok()
            }
            _ => self.lab.step(),
        }
    }
}

#[test]
fn each_function_has_a_run_that_is_about_to_enter_it() {
    for &function in Function::ALL {
        let run = entry::before(function).expect("it is prepared");
        let lab = Lab::new(run.log.config.clone()).expect("a good configuration");
        let mut script = Script { lab, log: run.log };
        while script.lab.next_event_at().is_some_and(|next| next <= run.at)
            || script.log.actions.get(script.lab.actions().len()).is_some_and(|next| next.at_us <= run.at.0)
        {
            assert!(script.advance(), "{function:?}");
        }
        let cursor = StepCursor::find(&mut script, Target::Entered(any(function), run.at)).expect("it runs again");
        let cursor = cursor.unwrap_or_else(|| panic!("{function:?} is not entered"));
        assert_eq!(cursor.shown(None).function(), function);
        assert_eq!(cursor.shown(None).current, None, "{function:?}");
        let waited = cursor.at().0.saturating_sub(run.at.0);
        assert!(waited <= 1, "{function:?}: it is entered {waited} us later");
    }
}

/// The pictures at each place from here to the end of the function that runs.
fn pictures(cursor: &mut StepCursor, lab: &mut Lab) -> Vec<Vec<Picture>> {
    let turn = (cursor.at(), cursor.turn().host);
    let function = cursor.shown(None).function();
    let mut seen = vec![cursor.pictures(lab)];
    while !cursor.is_last() {
        go(cursor, lab, Go::Into);
        if cursor.shown(None).stack.iter().all(|call| call.function != function) {
            break;
        }
        seen.push(cursor.pictures(lab));
    }
    assert_eq!((cursor.at(), cursor.turn().host), turn);
    seen
}

#[test]
fn the_ring_is_copied_in_two_pieces_and_idx_wraps() {
    let mut lab = SCENARIOS[0].run().expect("its actions are accepted");
    let feed = Target::Entered(any(Function::FeedReplicationBacklog), SimTime(3_090_000));
    let mut cursor = at(&mut lab, feed);
    let rings: Vec<_> = pictures(&mut cursor, &mut lab)
        .into_iter()
        .map(|mut pictures| match pictures.pop() {
            Some(Picture::Ring(ring)) => ring,
            other => panic!("{other:?}"),
        })
        .collect();
    let (first, last) = (&rings[0], &rings[rings.len() - 1]);
    assert_eq!((first.size, first.pieces.len()), (64, 0));
    let [(from, some), (0, rest)] = last.pieces[..] else { panic!("{last:?}") };
    assert_eq!((from, from + some), (first.idx, 64));
    assert_eq!((last.bytes, last.idx), (some + rest, rest));
}

#[test]
fn ids_shift_and_the_link_is_kept_and_dropped_on_a_promotion() {
    let mut lab = failover();
    let mut cursor = at(&mut lab, Target::Entered(any(Function::ReplicationUnsetMaster), SimTime(0)));
    let mut ids = Vec::new();
    let mut masters = Vec::new();
    for picture in pictures(&mut cursor, &mut lab).into_iter().flatten() {
        match picture {
            Picture::Ids(seen) if ids.last() != Some(&seen) => ids.push(seen),
            Picture::Master(seen) if masters.last() != Some(&seen) => masters.push(seen),
            _ => {}
        }
    }
    // replid2 first, then where it ends, then the new ID.
    let [before, kept, limited, after] = &ids[..] else { panic!("{ids:?}") };
    assert_eq!((before.replid2, kept.replid2), (None, Some(before.replid)));
    assert_eq!((limited.second, limited.replid), (before.offset.next(), before.replid));
    assert_eq!(after.replid2, Some(before.replid));
    assert_ne!(after.replid, before.replid);
    let places: Vec<_> = masters.iter().map(|master| (master.active, master.cached.is_some())).collect();
    assert_eq!(places, [(true, false), (false, true), (false, false)]);
}

#[test]
fn a_replica_goes_from_waiting_to_online() {
    let mut lab = SCENARIOS[0].run().expect("its actions are accepted");
    let mut states = Vec::new();
    let mut cursor = at(&mut lab, Target::Entered(any(Function::SyncCommand), SimTime(0)));
    while cursor.at() < SimTime(1_000_000) {
        for picture in cursor.pictures(&lab) {
            if let Picture::Replicas(replicas) = picture
                && states.last() != Some(&replicas[0].state)
            {
                states.push(replicas[0].state.clone());
            }
        }
        go(&mut cursor, &mut lab, Go::Into);
    }
    assert_eq!(states, ["WAIT_BGSAVE_START", "WAIT_BGSAVE_END", "SEND_BULK", "ONLINE"]);
}

#[test]
fn a_kept_link_is_the_active_one_again() {
    let mut lab = failover();
    let resurrect = Target::Entered(any(Function::ReplicationResurrectCachedMaster), SimTime(0));
    let mut cursor = at(&mut lab, resurrect);
    let mut places: Vec<(bool, bool)> = Vec::new();
    for picture in pictures(&mut cursor, &mut lab).into_iter().flatten() {
        if let Picture::Master(master) = picture {
            places.push((master.active, master.cached.is_some()));
        }
    }
    places.dedup();
    assert_eq!(places, [(false, true), (true, false)]);
}
