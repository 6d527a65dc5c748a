//! A session keeps every future that somebody made: as a tree, in files of every version, and as worlds that come again.

use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Action, ActionLog, Branches, ErrorAt, ErrorCode, Lab, Lang, Replay, limits};

const VERSION_1: &str = include_str!("logs/version-1.json");
const VERSION_2: &str = include_str!("logs/version-2.json");

fn exec(node: &str, command: &str) -> Action {
    Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() }
}

fn cut() -> Action {
    Action::Cut { from: "a".to_owned(), to: "b".to_owned(), one_way: false }
}

/// A session at the end of the run of version 1.
fn session() -> (Branches, Lab) {
    let log = ActionLog::from_json(VERSION_1).expect("a good log");
    let lab = Lab::replay(&log).expect("a good run");
    (Branches::of(log), lab)
}

/// Does something in the past of the current branch, as the page does.
fn act_at(session: &mut Branches, lab: &Lab, at_us: u64, action: Action) -> Lab {
    session.record(lab);
    let mut other = lab.fork_at(SimTime(at_us)).expect("it is recorded");
    other.act(action).expect("it can be done");
    session.leave(SimTime(at_us), &other, Lang::En).expect("it is the past");
    other
}

fn names(session: &Branches) -> Vec<&str> {
    session.list().iter().map(|branch| branch.name.as_str()).collect()
}

/// For each branch: its parent and when it leaves it.
fn shape(session: &Branches) -> Vec<Option<(usize, u64)>> {
    session.list().iter().map(|branch| branch.leaves.map(|from| (from.branch, from.at_us))).collect()
}

#[test]
fn acting_in_the_past_starts_a_branch_and_the_old_future_stays() {
    let (mut session, lab) = session();
    let old = lab.digest();
    let mut other = act_at(&mut session, &lab, 3_500_000, exec("a", "SET greeting hi"));
    other.run_for(1_000_000);
    session.record(&other);
    assert_eq!(names(&session), ["main", "a: SET greeting hi at 3.5 s"]);
    assert_eq!(shape(&session), [None, Some((0, 3_500_000))]);
    assert_eq!((session.current(), session.list()[1].end_us), (1, 4_500_000));
    // Its own actions are those that it does not share.
    assert_eq!(session.list().iter().map(|branch| branch.actions.len()).collect::<Vec<_>>(), [2, 1]);

    let again = |branch| Lab::replay(&session.log(branch).expect("a branch")).expect("a good run").digest();
    assert_eq!((again(0), again(1)), (old, other.digest()));
}

#[test]
fn a_branch_says_what_is_different_in_it_first() {
    let (mut session, lab) = session();
    act_at(&mut session, &lab, 3_500_000, exec("a", "PING"));
    let difference = session.first_difference(1).expect("something was done");
    assert_eq!((difference.action.at_us, &difference.action.action), (3_500_000, &exec("a", "PING")));
    let instead = difference.instead.expect("the parent went on");
    assert_eq!((instead.at_us, &instead.action), (4_000_000, &cut()));
    assert_eq!(session.first_difference(0), None, "the first branch leaves no other");
    assert_eq!(session.first_difference(2), None, "there is no such branch");
}

#[test]
fn a_branch_leaves_the_one_that_the_moment_belongs_to() {
    let (mut session, lab) = session();
    let mut first = act_at(&mut session, &lab, 4_500_000, exec("a", "SET k 1"));
    first.run_for(1_000_000);
    // After the first branch left: its own past.
    act_at(&mut session, &first, 5_000_000, exec("a", "SET k 2"));
    session.switch_to(1).expect("a branch");
    // At the moment at which it left, after its own first action.
    act_at(&mut session, &first, 4_500_000, exec("a", "SET k 3"));
    session.switch_to(1).expect("a branch");
    // Before it left: that is the past of the first branch.
    act_at(&mut session, &first, 2_000_000, exec("a", "SET k 4"));
    assert_eq!(
        shape(&session),
        [None, Some((0, 4_500_000)), Some((1, 5_000_000)), Some((1, 4_500_000)), Some((0, 2_000_000))]
    );
    let commands = |branch| {
        let log = session.log(branch).expect("a branch");
        let of = |action: &Action| match action {
            Action::Exec { command, .. } => command.clone(),
            other => format!("{other:?}").split_whitespace().next().unwrap_or_default().to_owned(),
        };
        log.actions.iter().map(|timed| of(&timed.action)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(commands(2), "SET greeting hello, Cut, SET k 1, SET k 2");
    assert_eq!(commands(3), "SET greeting hello, Cut, SET k 1, SET k 3");
    assert_eq!(commands(4), "SET k 4");
}

#[test]
fn a_parent_goes_on_without_its_children() {
    let (mut session, mut lab) = session();
    act_at(&mut session, &lab, 3_500_000, exec("a", "PING"));
    let child = session.log(1).expect("a branch");
    session.switch_to(0).expect("a branch");
    lab.act(exec("a", "SET later 1")).expect("it runs");
    lab.run_for(1_000_000);
    session.record(&lab);
    assert_eq!(session.list()[0].actions.len(), 3);
    assert_eq!(session.log(1).expect("a branch"), child);
}

#[test]
fn branches_start_in_the_past_alone() {
    let (mut session, lab) = session();
    session.record(&lab);
    for at_us in [6_000_000, 6_000_001] {
        let error = session.leave(SimTime(at_us), &lab, Lang::En).expect_err("the present");
        assert_eq!(error.code, ErrorCode::BadTime);
    }
    for _ in 1..limits::BRANCHES_MAX {
        session.leave(SimTime(1), &lab.fork_at(SimTime(1)).expect("recorded"), Lang::En).expect("the past");
        session.switch_to(0).expect("a branch");
    }
    let before = session.clone();
    let error = session.leave(SimTime(1), &lab, Lang::En).expect_err("too many");
    assert_eq!((error.code, session), (ErrorCode::TooMuch, before));
}

#[test]
fn names_can_be_changed_and_are_told_apart() {
    let (mut session, lab) = session();
    act_at(&mut session, &lab, 3_500_000, exec("a", "PING"));
    session.switch_to(0).expect("a branch");
    act_at(&mut session, &lab, 3_500_000, exec("a", "PING"));
    assert_eq!(names(&session), ["main", "a: PING at 3.5 s", "a: PING at 3.5 s (2)"]);
    session.rename(1, "  the first try ").expect("a good name");
    session.rename(1, "the first try").expect("its own name");
    assert_eq!(session.named("the first try"), Some(1));
    assert_eq!(session.find("the first try"), Ok(1));
    let unknown = session.find("nothing like it").expect_err("no branch has that name");
    assert_eq!(unknown.code, ErrorCode::UnknownBranch);
    assert!(unknown.message.contains("\"nothing like it\": there are \"main\", "), "{unknown}");
    let before = session.clone();
    for (branch, name, code) in [
        (0, "the first try", ErrorCode::DuplicateBranch),
        (0, " ", ErrorCode::BadValue),
        (0, "two\nlines", ErrorCode::BadValue),
        (3, "nobody", ErrorCode::UnknownBranch),
    ] {
        assert_eq!(session.rename(branch, name).expect_err(name).code, code);
    }
    assert_eq!(session.switch_to(3).expect_err("no branch").code, ErrorCode::UnknownBranch);
    assert_eq!(session.log(3).expect_err("no branch").code, ErrorCode::UnknownBranch);
    assert_eq!(session, before, "what is refused changes nothing");
}

#[test]
fn files_of_every_version_are_read() {
    let one = Branches::from_json(VERSION_1).expect("version 1");
    assert_eq!((names(&one), one.list()[0].actions.len()), (vec!["main"], 2));
    let two = Branches::from_json(VERSION_2).expect("version 2");
    assert_eq!(names(&two), ["main", "crash a at 3.5 s", "b as master", "nothing more"]);
    assert_eq!(shape(&two), [None, Some((0, 3_500_000)), Some((1, 4_000_000)), Some((0, 4_000_000))]);
    assert_eq!(two.current(), 2);
    for branch in 0..two.list().len() {
        Lab::replay(&two.log(branch).expect("a branch")).expect("a good run");
    }
    assert_eq!(two.log(0).expect("a branch"), one.log(0).expect("a branch"));
    // Who asks for one run gets that of the current branch.
    assert_eq!(ActionLog::from_json(VERSION_2).expect("version 2"), two.log(2).expect("a branch"));
}

/// Files are kept: every version of this program must write the same.
#[test]
fn the_format_stays() {
    assert_eq!(Branches::from_json(VERSION_2).expect("version 2").to_json(), VERSION_2);
    let (session, _) = session();
    assert_eq!(Branches::from_json(&session.to_json()).expect("its own writing"), session);
}

/// Reads the file of version 2 with `from` replaced by `to`, which must be refused with `code`.
#[track_caller]
fn refused(from: &str, to: &str, code: ErrorCode, part: &str) -> ErrorAt {
    assert!(VERSION_2.contains(from), "{from} is not in the file");
    let error = Branches::from_json(&VERSION_2.replacen(from, to, 1)).expect_err("it is not a good session");
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(part), "{error}");
    *error.at.unwrap_or_default()
}

#[test]
fn files_are_read_strictly_and_say_where_they_are_wrong() {
    use ErrorCode::{
        BadTime, BadValue, DuplicateBranch, MissingField, OutOfOrder, UnknownBranch, UnknownField, UnknownNode,
    };
    let at = refused("\"do\":\"restart\"", "\"do\":\"explode\"", BadValue, "branches[1].actions[1].do");
    assert_eq!((at.branch, at.action, at.line), (Some(1), Some(1), Some(11)));
    let at = refused(
        "\"do\":\"restart\",\"node\":\"a\"",
        "\"do\":\"restart\",\"node\":\"z\"",
        UnknownNode,
        "branch 1: action 1: there is no node z",
    );
    assert_eq!((at.branch, at.action, at.node.as_deref()), (Some(1), Some(1), Some("z")));
    let at = refused("\"at_us\":4200000", "\"at_us\":3900000", OutOfOrder, "branch 2: action 0: time 3900000");
    assert_eq!((at.branch, at.action), (Some(2), Some(0)));
    refused("\"end_us\": 4500000", "\"end_us\": 4100000", OutOfOrder, "branch 2: action 0: time 4200000 lies after");
    refused("\"end_us\": 5500000", "\"end_us\": 3900000", OutOfOrder, "branch 3: the branch ends at 3900000");
    refused("{\"branch\":1,\"at_us\":4000000}", "{\"branch\":2,\"at_us\":4000000}", UnknownBranch, "branch 2");
    refused(
        "{\"branch\":1,\"at_us\":4000000}",
        "{\"branch\":1,\"at_us\":5000000}",
        BadTime,
        "between 3500000 and 5000000",
    );
    refused("{\"branch\":1,\"at_us\":4000000}", "{\"branch\":1,\"at_us\":3499999}", BadTime, "branch 1 is on its own");
    refused("{\"branch\":1,\"at_us\":4000000}", "null", BadValue, "branches[2].leaves");
    refused("{\"branch\":1,\"at_us\":4000000}", "{\"branch\":1}", MissingField, "at_us");
    refused(", \"leaves\": {\"branch\":0,\"at_us\":3500000}", "", MissingField, "only the first branch");
    refused("\"main\",", "\"main\", \"leaves\": {\"branch\":0,\"at_us\":0},", BadValue, "no parent");
    refused("\"b as master\"", "\"main\"", DuplicateBranch, "branch 2: another branch");
    refused("\"b as master\"", "\"\"", BadValue, "branch 2: a branch's name");
    refused("\"current\": 2", "\"current\": 4", UnknownBranch, "there is no branch 4: there are 4");
    refused("\"current\": 2", "\"current\": -1", BadValue, "current");
    refused("\"current\": 2", "\"now\": 2", UnknownField, "now");
    refused("\"name\": \"main\"", "\"title\": \"main\"", UnknownField, "branches[0].title");
    let error = Branches::from_json(r#"{"version":2,"config":{},"branches":[],"current":0}"#).expect_err("no branch");
    assert_eq!(error.code, BadValue, "{error}");
}

/// A branch that is begun before anybody asks for it, and led to the time at which somebody does.
#[test]
fn a_branch_may_be_redirected_while_it_is_made() {
    let (_, lab) = session();
    let [early, late] = [SimTime(2_200_000), SimTime(3_600_000)];
    assert!(late < lab.now());
    let expected = |t| {
        let mut branch = lab.fork_at(t).expect("it is recorded");
        branch.act(exec("a", "SET greeting hi")).expect("it can be done");
        branch.run_for(1_000_000);
        (branch.digest(), branch.timeline().len())
    };
    for (first, second) in [(early, late), (late, early), (early, early), (late, late)] {
        let mut replay = Replay::beginning(&lab).expect("it began before");
        replay.redirect(&lab, first).expect("it is recorded");
        // Not beyond the earlier time.
        while replay.now() < SimTime(1_000_000) {
            replay.advance(1).expect("it was done before");
        }
        replay.redirect(&lab, second).expect("it has not come so far");
        replay.continue_record(&lab);
        let mut branch = replay.finish().expect("it was done before");
        assert_eq!(branch.now(), second);
        branch.act(exec("a", "SET greeting hi")).expect("it can be done");
        branch.run_for(1_000_000);
        assert_eq!((branch.digest(), branch.timeline().len()), expected(second));
    }
    let mut replay = Replay::beginning(&lab).expect("it began before");
    replay.redirect(&lab, late).expect("it is recorded");
    while !replay.advance(100).expect("it was done before") {}
    assert_eq!(replay.redirect(&lab, early).expect_err("it is over").code, ErrorCode::BadTime);
    let beyond = SimTime(lab.now().0 + 1);
    assert_eq!(replay.redirect(&lab, beyond).expect_err("it is not known").code, ErrorCode::BadTime);
}
