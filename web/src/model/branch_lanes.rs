//! Branches drawn one below another along the axis of time.

use psyncscope_lab::Branch;
use psyncscope_lab::sim::frame::SimTime;

/// A branch's place in the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchLane {
    /// The branch's index in the session.
    pub index: usize,
    /// How many branches there are from the first one to it.
    pub depth: usize,
    /// The lane of the branch that it leaves, counted from the top.
    pub parent_lane: Option<usize>,
    /// When it leaves that; 0 for the first branch.
    pub begins: SimTime,
    /// How far it ran when it was on the page last.
    pub end: SimTime,
}

/// The lanes from top to bottom: each branch above those that leave it, the one that leaves last first, so that the
/// lines from parent to child cross no branch that begins later.
#[must_use]
pub fn lanes(branches: &[Branch]) -> Vec<BranchLane> {
    let mut lanes = Vec::with_capacity(branches.len());
    for (index, _) in branches.iter().enumerate().filter(|(_, branch)| branch.leaves.is_none()) {
        put(branches, index, 0, None, &mut lanes);
    }
    lanes
}

fn put(branches: &[Branch], index: usize, depth: usize, parent_lane: Option<usize>, lanes: &mut Vec<BranchLane>) {
    let lane = lanes.len();
    let branch = &branches[index];
    lanes.push(BranchLane { index, depth, parent_lane, begins: branch.begins(), end: branch.end() });
    let is_child = |&child: &usize| branches[child].leaves.is_some_and(|from| from.branch == index);
    let mut children: Vec<usize> = (0..branches.len()).filter(is_child).collect();
    children.sort_by_key(|&child| (std::cmp::Reverse(branches[child].begins()), child));
    for child in children {
        put(branches, child, depth + 1, Some(lane), lanes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::branches::Leaves;

    #[test]
    fn children_stand_below_their_parent_the_latest_first() {
        let branch = |leaves: Option<(usize, u64)>| Branch {
            name: String::new(),
            leaves: leaves.map(|(branch, at_us)| Leaves { branch, at_us }),
            end_us: 100,
            actions: Vec::new(),
        };
        let tree = [branch(None), branch(Some((0, 10))), branch(Some((1, 20))), branch(Some((0, 30)))];
        let found: Vec<_> = lanes(&tree).iter().map(|lane| (lane.index, lane.depth, lane.parent_lane)).collect();
        assert_eq!(found, [(0, 0, None), (3, 1, Some(0)), (1, 1, Some(0)), (2, 2, Some(2))]);
    }
}
