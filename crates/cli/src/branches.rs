//! The branches of a saved session, as text.

use std::fmt::Write as _;

use psyncscope_lab::branches::{FirstDifference, action_text};
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Branches, Lang, TimedAction, format};

/// A line for each branch, indented below its parent; `*` marks the current one.
pub fn text(session: &Branches) -> String {
    let mut out = String::new();
    let depths = depths(session);
    let order = (0..session.list().len()).filter(|&branch| depths[branch] == 0);
    order.for_each(|branch| put(session, branch, &depths, &mut out));
    out
}

/// For each branch, how many branches there are from the first one to it.
fn depths(session: &Branches) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::new();
    for branch in session.list() {
        // A parent comes before its children.
        depths.push(branch.leaves.map_or(0, |from| depths[from.branch] + 1));
    }
    depths
}

fn put(session: &Branches, index: usize, depths: &[usize], out: &mut String) {
    let branch = &session.list()[index];
    let mark = if index == session.current() { '*' } else { ' ' };
    let indent = "  ".repeat(depths[index]);
    let count = branch.actions.len();
    let actions = if count == 1 { "action" } else { "actions" };
    let end = format::clock(branch.end());
    let _ = write!(out, "{mark} {indent}{}: ", branch.name);
    if branch.leaves.is_some() {
        let _ = write!(out, "leaves at {}, ", format::clock(branch.begins()));
    }
    let _ = write!(out, "runs to {end}, {count} {actions}");
    if let Some(FirstDifference { action, instead }) = session.first_difference(index) {
        let _ = write!(out, "; first {}", timed(action));
        if let Some(instead) = instead {
            let _ = write!(out, ", instead of {}", timed(instead));
        }
    }
    out.push('\n');
    let is_child = |&child: &usize| session.list()[child].leaves.is_some_and(|from| from.branch == index);
    (0..session.list().len()).filter(is_child).for_each(|child| put(session, child, depths, out));
}

fn timed(action: &TimedAction) -> String {
    format!("{} at {}", action_text(&action.action, Lang::En), format::clock(SimTime(action.at_us)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_branch_stands_below_the_one_that_it_leaves() {
        let file = include_str!("../../lab/tests/logs/version-2.json");
        let text = text(&Branches::from_json(file).expect("a saved session"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  main: runs to 6.000 s, 2 actions");
        assert_eq!(
            lines[1],
            "    crash a at 3.5 s: leaves at 3.500 s, runs to 5.000 s, 2 actions; first crash a at 3.500 s, instead of \
             cut a-b at 4.000 s"
        );
        assert_eq!(
            lines[2],
            "*     b as master: leaves at 4.000 s, runs to 4.500 s, 1 action; first b: REPLICAOF NO ONE at 4.200 s"
        );
        assert_eq!(lines[3], "    nothing more: leaves at 4.000 s, runs to 5.500 s, 0 actions");
    }
}
