//! From a long scenario that fails to a short one that fails in the same way.

use super::scenario::Scenario;

/// Removes all actions without which `fails` still holds: large parts first, then smaller ones, down to single actions.
///
/// The result may have more than the cause, but no single action of it can be removed.
#[must_use]
pub fn shrink(scenario: &Scenario, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
    let mut small = scenario.clone();
    let mut part = small.actions.len().div_ceil(2);
    while part > 0 {
        let mut at = 0;
        let mut removed = false;
        while at < small.actions.len() {
            let mut smaller = small.clone();
            smaller.actions.drain(at..(at + part).min(small.actions.len()));
            if fails(&smaller) {
                small = smaller;
                removed = true;
            } else {
                at += part;
            }
        }
        // A part may have been needed only because of another that is removed by now.
        if part > 1 || !removed {
            part /= 2;
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Action;

    #[test]
    fn what_is_needed_stays() {
        let scenario = Scenario::of_seed(5);
        assert!(scenario.actions.len() > 100);
        let last = scenario.actions.len() - 1;
        let needed = [7, 60, last].map(|i| scenario.actions[i].clone());
        let small = shrink(&scenario, |scenario| needed.iter().all(|action| scenario.actions.contains(action)));
        assert_eq!(small.actions, needed);
        assert_eq!(small.hosts, scenario.hosts);
    }

    #[test]
    fn what_is_needed_only_with_another_goes() {
        let mut scenario = Scenario::of_seed(5);
        scenario.actions = (0..8).map(|at| (at, Action::Crash(at as usize))).collect();
        // Action 3 fails alone. With 7 it needs 0; removing 7 makes 0 removable.
        let fails = |scenario: &Scenario| {
            let hosts: Vec<u64> = scenario.actions.iter().map(|(at, _)| *at).collect();
            hosts.contains(&3) && (!hosts.contains(&7) || hosts.contains(&0))
        };
        assert_eq!(shrink(&scenario, fails).actions, [(3, Action::Crash(3))]);
    }

    #[test]
    fn nothing_is_needed() {
        assert!(shrink(&Scenario::of_seed(5), |_| true).actions.is_empty());
    }
}
