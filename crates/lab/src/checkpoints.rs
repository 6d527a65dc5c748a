//! Checkpoints: the world of a run, made again up to several times of its past, so that a branch is made from the one
//! before it instead of from the beginning.
//!
//! A world cannot be copied (its TCP sockets cannot), so each checkpoint is a world of its own, which can only go on. As
//! the run's present goes on, all of them do, and stay at the same fractions of it: that costs a fraction of what the run
//! itself takes. One that is taken for a branch is made again from the beginning.

use psyncscope_sim::frame::SimTime;

use crate::error::LabError;
use crate::lab::Lab;
use crate::replay::Replay;

/// How many are kept along a run. Each takes the memory of a world: 1.3 MB for the sockets of four replicas, their
/// datasets, and the log of actions.
const COUNT_MAX: u64 = 8;
/// A run gets one for each so much time that it has, at least; in microseconds.
const EVERY_US: u64 = 60_000_000;
/// The last one is so far behind the present: who steps back a little and acts finds it before that.
const BEHIND_US: u64 = 5_000_000;
/// A checkpoint goes on once it is so far behind where it belongs, and at most so far at a time.
const STRIDE_US: u64 = 1_000_000;

/// The checkpoints of one run. All calls must be given the same one.
#[derive(Default)]
pub struct Checkpoints {
    /// In order of time. They have no record of their own.
    worlds: Vec<Replay>,
}

/// Where a checkpoint belongs, and the place of the world that is to go there; `None` if one must be made.
type Assigned = (SimTime, Option<usize>);

impl Checkpoints {
    /// Whether each is where it belongs. `at`: a time of the past at which a branch is likely to be wanted next.
    #[must_use]
    pub fn are_made(&self, lab: &Lab, at: Option<SimTime>) -> bool {
        self.due(&self.assigned(lab, at), at).is_none()
    }

    /// Goes on with one of them for about `instants` instants at which something happens: first with the one at `at`, a
    /// time of the past at which a branch is likely to be wanted next, then with the latest. `false` if each is where it
    /// belongs.
    pub fn advance(&mut self, lab: &Lab, at: Option<SimTime>, instants: usize) -> bool {
        let assigned = self.assigned(lab, at);
        let Some((target, place)) = self.due(&assigned, at) else { return false };
        let world = match place {
            Some(place) => Ok(self.worlds.remove(place)),
            None => {
                self.make_room(lab, &assigned);
                Replay::beginning(lab)
            }
        };
        // The world refuses nothing that it took before: if it does nevertheless, the branch is made without checkpoints.
        if let Ok(mut world) = world
            && go_on(&mut world, lab, target, instants).is_ok()
        {
            let place = self.worlds.partition_point(|other| other.now() <= world.now());
            self.worlds.insert(place, world);
        }
        true
    }

    /// The branch that leaves the run at `t`, as far as it is made: from the last checkpoint before it. `None` if there is
    /// none.
    pub fn branch_at(&mut self, lab: &Lab, t: SimTime) -> Option<Replay> {
        let place = self.worlds.partition_point(|world| world.now() <= t).checked_sub(1)?;
        let mut world = self.worlds.remove(place);
        world.redirect(lab, t).ok()?;
        world.continue_record(lab);
        Some(world)
    }

    /// The first one that is not where it belongs.
    fn due(&self, assigned: &[Assigned], at: Option<SimTime>) -> Option<Assigned> {
        let is_due = |(target, place): &&Assigned| {
            let slack = if Some(*target) == at { 0 } else { STRIDE_US };
            place.is_none_or(|place| self.worlds[place].now().0 + slack < target.0)
        };
        let first = assigned.iter().find(|(target, _)| Some(*target) == at).filter(is_due);
        first.or_else(|| assigned.iter().find(is_due)).copied()
    }

    /// Which world goes where: to each target the last world before it that is not wanted for a later one. The latest
    /// target is the first.
    fn assigned(&self, lab: &Lab, at: Option<SimTime>) -> Vec<Assigned> {
        let mut free = self.worlds.len();
        let assign = |target: SimTime| {
            let place = self.worlds[..free].partition_point(|world| world.now() <= target).checked_sub(1);
            free = place.unwrap_or(0);
            (target, place)
        };
        targets(lab.now(), at).into_iter().rev().map(assign).collect()
    }

    /// Before one is made, the last world that is wanted nowhere is dropped. One such world is kept, as the reader may
    /// return to where it is.
    fn make_room(&mut self, lab: &Lab, assigned: &[Assigned]) {
        if self.worlds.len() as u64 <= count(lab.now()) {
            return;
        }
        let unwanted = |place: &usize| assigned.iter().all(|(_, wanted)| *wanted != Some(*place));
        if let Some(place) = (0..self.worlds.len()).rev().find(unwanted) {
            self.worlds.remove(place);
        }
    }
}

/// How many checkpoints a run has whose present is `now`, besides the one where the reader stands.
fn count(now: SimTime) -> u64 {
    (now.0 / EVERY_US).min(COUNT_MAX)
}

/// Where they belong, in order of time.
fn targets(now: SimTime, at: Option<SimTime>) -> Vec<SimTime> {
    let count = count(now);
    let last = now.0.saturating_sub(BEHIND_US);
    let mut all: Vec<SimTime> = (1..=count).map(|nth| SimTime(last / count * nth)).collect();
    if let Some(at) = at {
        all.insert(all.partition_point(|target| *target <= at), at);
    }
    all
}

/// Goes on towards `target`, for at most a stride.
fn go_on(world: &mut Replay, lab: &Lab, target: SimTime, instants: usize) -> Result<(), LabError> {
    world.redirect(lab, SimTime(target.0.min(world.now().0 + STRIDE_US)))?;
    world.advance(instants).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::examples;

    const S: u64 = 1_000_000;

    fn write(lab: &mut Lab, nth: u64) {
        let command = format!("SET key:{nth} value");
        lab.act(Action::Exec { node: "a".into(), console: 0, command }).expect("the master runs");
    }

    /// The opening's world, written to once a second.
    fn run(until_s: u64) -> Lab {
        let mut lab = Lab::new(examples::opening().config).expect("it is good");
        write_until(&mut lab, until_s);
        lab
    }

    fn write_until(lab: &mut Lab, until_s: u64) {
        while lab.now().0 < until_s * S {
            lab.run_for(S);
            write(lab, lab.now().0 / S);
        }
    }

    fn make(checkpoints: &mut Checkpoints, lab: &Lab, at: Option<SimTime>) {
        for _ in 0..1_000_000 {
            if !checkpoints.advance(lab, at, 50) {
                assert!(checkpoints.are_made(lab, at));
                return;
            }
        }
        panic!("they are never made");
    }

    fn times(checkpoints: &Checkpoints) -> Vec<u64> {
        checkpoints.worlds.iter().map(|world| world.now().0 / S).collect()
    }

    #[test]
    fn a_short_run_has_none() {
        let lab = run(50);
        let mut checkpoints = Checkpoints::default();
        assert!(checkpoints.are_made(&lab, None));
        assert!(checkpoints.branch_at(&lab, SimTime(20 * S)).is_none());
    }

    #[test]
    fn they_go_on_with_the_present() {
        let mut lab = run(125);
        let mut checkpoints = Checkpoints::default();
        make(&mut checkpoints, &lab, None);
        assert_eq!(times(&checkpoints), [59, 119]);
        write_until(&mut lab, 130);
        make(&mut checkpoints, &lab, None);
        assert_eq!(times(&checkpoints), [62, 124]);
        write_until(&mut lab, 185);
        make(&mut checkpoints, &lab, None);
        assert_eq!(times(&checkpoints), [59, 119, 179]);
    }

    #[test]
    fn one_goes_where_the_reader_stands_and_one_more_is_kept() {
        let lab = run(185);
        let mut checkpoints = Checkpoints::default();
        make(&mut checkpoints, &lab, None);
        let at = SimTime(100 * S + 7);
        make(&mut checkpoints, &lab, Some(at));
        assert!(checkpoints.worlds.iter().any(|world| world.now() == at));
        assert_eq!(times(&checkpoints), [59, 100, 119, 179]);
        make(&mut checkpoints, &lab, Some(SimTime(40 * S)));
        assert_eq!(times(&checkpoints), [40, 59, 119, 179]);
    }

    #[test]
    fn a_branch_from_a_checkpoint_is_the_one_from_the_beginning() {
        let mut lab = run(125);
        let mut checkpoints = Checkpoints::default();
        make(&mut checkpoints, &lab, None);
        write_until(&mut lab, 140);
        for at in [SimTime(137 * S), SimTime(119 * S), SimTime(80 * S + 500_000)] {
            let replay = checkpoints.branch_at(&lab, at).expect("there is one before it");
            assert!(replay.now().0 + 70 * S > at.0, "it is not made from the beginning");
            let mut branch = replay.finish().expect("it was done before");
            let mut expected = lab.fork_at(at).expect("it is the past");
            for lab in [&mut branch, &mut expected] {
                write(lab, 1000);
                lab.run_for(3 * S);
            }
            assert_eq!(branch.digest(), expected.digest());
            assert_eq!(branch.timeline().len(), expected.timeline().len());
            make(&mut checkpoints, &lab, None);
        }
    }
}
