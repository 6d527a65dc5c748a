//! Watches a world: each frame is checked once.

use std::sync::Arc;

use psyncscope_engine::event::Event;
use psyncscope_sim::frame::{Frame, HostId, SimTime, What};

use super::{Broken, Finding, Rule, between, of_frame};
use crate::action::{ActionLog, TimedAction};
use crate::error::LabError;
use crate::lab::Lab;

/// How many entries are looked back for something that a rule about what happens can be shown by.
const LOOK_BACK: usize = 20_000;

/// Whether an entry is about what a rule is about.
type Shows = fn(&What) -> bool;

/// What has been checked of one lab.
#[derive(Default)]
pub struct Watch {
    last: Option<Arc<Frame>>,
    /// What does not hold at present: it is told once.
    broken: Vec<(Rule, HostId, Option<HostId>)>,
}

impl Watch {
    /// A watch that goes on from a frame: what does not hold there is not told.
    #[must_use]
    pub fn from(frame: Arc<Frame>) -> Self {
        let mut watch = Self::default();
        watch.note(of_frame(&frame));
        watch.last = Some(frame);
        watch
    }

    /// Checks the frames of `lab` that are new since the last call, which was with the same lab. The first rule that
    /// began not to hold; the frames after it are checked by the next call.
    pub fn look(&mut self, lab: &Lab) -> Option<Broken> {
        let last_seq = lab.frames().last;
        loop {
            let next = match &self.last {
                Some(last) if last.seq >= last_seq => return None,
                Some(last) => lab.frame(last.seq + 1),
                None => lab.frame(last_seq),
            }?;
            let found = match self.last.replace(Arc::clone(&next)) {
                Some(last) => {
                    let entries = lab.timeline().get(last.entries..next.entries).unwrap_or_default();
                    between(&last, &next, entries)
                }
                None => of_frame(&next),
            };
            if let Some(finding) = self.note(found) {
                return Some(Broken { at: next.at, seq: next.seq, finding });
            }
        }
    }

    /// Remembers what does not hold, and tells what is new of it.
    fn note(&mut self, found: Vec<Finding>) -> Option<Finding> {
        let place = |finding: &Finding| (finding.rule, finding.host, finding.other);
        let mut new = None;
        for finding in found {
            let at = self.broken.iter().position(|broken| *broken == place(&finding));
            match (finding.holds, at) {
                (true, Some(at)) => {
                    self.broken.swap_remove(at);
                }
                (false, None) => {
                    self.broken.push(place(&finding));
                    new = new.or(Some(finding));
                }
                _ => {}
            }
        }
        new
    }
}

impl Lab {
    /// Every rule at a frame's moment, with its numbers; of the rules about what happens, where it happened last.
    #[must_use]
    pub fn invariants(&self, frame: &Frame) -> Vec<Finding> {
        let mut found = of_frame(frame);
        let entries = &self.timeline()[..frame.entries.min(self.timeline().len())];
        let mut wanted: Vec<(Rule, Shows)> = vec![
            (
                Rule::ResyncIsExact,
                |what| matches!(what, What::Node(Event::Verdict { verdict, .. }) if verdict.is_continue()),
            ),
            (Rule::OffsetMovesByBytes, |what| matches!(what, What::Node(Event::Fed { .. }))),
            (Rule::StreamIsContiguous, |what| matches!(what, What::Node(Event::Fed { .. }))),
        ];
        for (place, entry) in entries.iter().enumerate().rev().take(LOOK_BACK) {
            if wanted.is_empty() {
                break;
            }
            if !wanted.iter().any(|(_, is)| is(&entry.what)) {
                continue;
            }
            let after = self.frame_after(place, entry.at);
            let Some(before) = after.seq.checked_sub(1).and_then(|seq| self.frame(seq)) else { continue };
            let happened =
                between(&before, &after, &entries[before.entries.min(place)..after.entries.min(entries.len())]);
            wanted.retain(|(rule, is)| {
                let shows = |finding: &&Finding| finding.rule == *rule;
                let shown = is(&entry.what) && happened.iter().any(|finding| shows(&finding));
                if shown {
                    found.extend(happened.iter().filter(shows).cloned());
                }
                !shown
            });
        }
        found.sort_by_key(|finding| (finding.rule, finding.host, finding.other));
        found
    }

    /// As [`Lab::replay`], checking every rule after each event. Also gives what began not to hold, in order.
    ///
    /// # Errors
    /// As [`Lab::replay`].
    pub fn check_log(log: &ActionLog) -> Result<(Self, Vec<Broken>), LabError> {
        log.check()?;
        let mut lab = Self::new(log.config.clone())?;
        let mut watch = Watch::default();
        let mut found = Vec::new();
        for (index, TimedAction { at_us, action }) in log.actions.iter().enumerate() {
            lab.watch_until(SimTime(*at_us), &mut watch, &mut found);
            lab.act(action.clone()).map_err(|error| error.in_action(index))?;
        }
        lab.watch_until(SimTime(log.end_us), &mut watch, &mut found);
        Ok((lab, found))
    }

    /// Lets time pass up to and including `t`, and adds what began not to hold.
    fn watch_until(&mut self, t: SimTime, watch: &mut Watch, found: &mut Vec<Broken>) {
        while let Some(broken) = self.run_until_broken(t, watch) {
            found.push(broken);
        }
    }

    /// Lets time pass up to and including `t`, or until a rule begins not to hold: then the present is that moment.
    pub fn run_until_broken(&mut self, t: SimTime, watch: &mut Watch) -> Option<Broken> {
        while self.next_event_at().is_some_and(|next| next <= t) && self.step() {
            if let Some(broken) = watch.look(self) {
                return Some(broken);
            }
        }
        self.run_until(t);
        watch.look(self)
    }
}
