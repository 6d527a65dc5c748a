//! From a long scenario that fails to a short one that fails in the same way.

use super::scenario::Scenario;

/// Leaves out all acts without which `fails` still holds: large parts first, then smaller ones, down to single acts.
///
/// What is left may still be more than the cause, but nothing in it can go alone.
#[must_use]
pub fn shrink(scenario: &Scenario, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
    let mut small = scenario.clone();
    let mut part = small.acts.len().div_ceil(2);
    while part > 0 {
        let mut at = 0;
        let mut left_out = false;
        while at < small.acts.len() {
            let mut smaller = small.clone();
            smaller.acts.drain(at..(at + part).min(small.acts.len()));
            if fails(&smaller) {
                small = smaller;
                left_out = true;
            } else {
                at += part;
            }
        }
        // A part may only be needed because of another that is gone by now.
        if part > 1 || !left_out {
            part /= 2;
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Act;

    #[test]
    fn what_is_needed_stays() {
        let scenario = Scenario::of_seed(5);
        assert!(scenario.acts.len() > 100);
        let last = scenario.acts.len() - 1;
        let needed = [7, 60, last].map(|i| scenario.acts[i].clone());
        let small = shrink(&scenario, |scenario| needed.iter().all(|act| scenario.acts.contains(act)));
        assert_eq!(small.acts, needed);
        assert_eq!(small.hosts, scenario.hosts);
    }

    #[test]
    fn what_is_needed_only_with_another_goes() {
        let mut scenario = Scenario::of_seed(5);
        scenario.acts = (0..8).map(|at| (at, Act::Crash(at as usize))).collect();
        // Fails alone, or with all the rest; the last one to be looked at frees those before it.
        let fails = |scenario: &Scenario| {
            let hosts: Vec<u64> = scenario.acts.iter().map(|(at, _)| *at).collect();
            hosts.contains(&3) && (!hosts.contains(&7) || hosts.contains(&0))
        };
        assert_eq!(shrink(&scenario, fails).acts, [(3, Act::Crash(3))]);
    }

    #[test]
    fn nothing_is_needed() {
        assert!(shrink(&Scenario::of_seed(5), |_| true).acts.is_empty());
    }
}
