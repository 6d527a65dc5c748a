//! What the opening invites its reader to do first: cut a wire, write, and mend it; and what to look at meanwhile.

use std::sync::LazyLock;

use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Frame, HostFrame};

use crate::action::{Action, TimedAction};
use crate::examples;
use crate::topology;

/// The wire that the reader is invited to cut: from the master to one of its replicas.
pub const MASTER: &str = "a";
/// The replica.
pub const REPLICA: &str = "b";
/// What the reader is invited to write at the master.
pub const COMMAND: &str = "SET greeting hi";

/// What the opening does by itself. It is asked for at each rendering.
static SCRIPTED: LazyLock<Vec<TimedAction>> = LazyLock::new(|| examples::opening().actions);

/// What there is to do or to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invitation {
    /// The replicas are on their way to `CONNECTED`.
    Watch,
    /// Cut the wire.
    Cut,
    /// It is cut: write at the master.
    Write,
    /// The replica lacks what was written since: mend the wire.
    Mend {
        /// The offset of the master.
        master: Offset,
        /// The offset of the replica.
        replica: Offset,
    },
}

impl Invitation {
    /// What is invited in the opening, of which this is the frame of a moment and `actions` what was done until then.
    /// Whoever has mended the wire, or does something else, needs no invitation.
    #[must_use]
    pub fn of(frame: &Frame, actions: &[TimedAction]) -> Option<Self> {
        let own = actions.iter().filter(|action| !SCRIPTED.contains(action)).map(|action| &action.action);
        let (mut is_cut, mut written) = (false, false);
        for action in own {
            match action {
                Action::Cut { from, to, one_way: false } if joins(from, to) => is_cut = true,
                Action::Exec { node, .. } => written |= is_cut && node == MASTER,
                _ => return None,
            }
        }
        let [master, replica] = [MASTER, REPLICA].map(|name| topology::host_named(frame, name));
        let (master, replica) = (master?, replica?);
        let offset = |host: &HostFrame| host.node.as_ref().map(|node| node.master_repl_offset);
        let cut = |from: &HostFrame, to: &HostFrame| topology::is_cut(frame, from.id, to.id);
        match (is_cut, cut(master, replica) && cut(replica, master)) {
            (true, true) if written => Some(Self::Mend { master: offset(master)?, replica: offset(replica)? }),
            (true, true) => Some(Self::Write),
            (false, false) if frame.hosts.iter().all(|host| follows(host)) => Some(Self::Cut),
            (false, false) => Some(Self::Watch),
            _ => None,
        }
    }

    /// The action that it invites to.
    #[must_use]
    pub fn action(self) -> Option<Action> {
        let (from, to) = (MASTER.to_owned(), REPLICA.to_owned());
        match self {
            Self::Watch => None,
            Self::Cut => Some(Action::Cut { from, to, one_way: false }),
            Self::Write => Some(Action::Exec { node: from, console: 0, command: COMMAND.to_owned() }),
            Self::Mend { .. } => Some(Action::Heal { from, to, one_way: false }),
        }
    }
}

/// Whether these are the ends of the wire.
fn joins(from: &str, to: &str) -> bool {
    [(MASTER, REPLICA), (REPLICA, MASTER)].contains(&(from, to))
}

/// Whether it is a master, or in sync with its own.
fn follows(host: &HostFrame) -> bool {
    let upstream = host.node.as_ref().and_then(|node| node.upstream.as_ref());
    upstream.is_none_or(|upstream| upstream.state == ReplState::Connected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lab;
    use psyncscope_sim::frame::SimTime;

    fn invited(lab: &Lab) -> Option<Invitation> {
        Invitation::of(&lab.frame_at(lab.now()), lab.actions())
    }

    /// The opening after its last action of its own.
    fn opening() -> Lab {
        let opening = examples::opening();
        let mut lab = Lab::new(opening.config).expect("a world");
        assert_eq!(invited(&lab), Some(Invitation::Watch));
        for action in opening.actions {
            lab.run_until(SimTime(action.at_us));
            lab.act(action.action).expect("it is allowed");
        }
        lab.run_for(1_000_000);
        lab
    }

    #[test]
    fn whoever_does_what_is_invited_comes_to_the_end() {
        let mut lab = opening();
        let mut seen = Vec::new();
        while let Some(invitation) = invited(&lab) {
            seen.push(invitation);
            lab.act(invitation.action().expect("the replicas follow")).expect("it can be done");
            lab.run_for(300_000);
        }
        let [Invitation::Cut, Invitation::Write, Invitation::Mend { master, replica }] = seen[..] else {
            panic!("{seen:?}")
        };
        assert!(replica < master, "b lacks what was written: {replica:?}, {master:?}");
    }

    #[test]
    fn writing_before_is_no_refusal_but_anything_else_is() {
        let mut lab = opening();
        lab.act(Action::Exec { node: "b".into(), console: 0, command: "GET k".into() }).expect("a command");
        assert_eq!(invited(&lab), Some(Invitation::Cut));
        lab.act(Action::Crash { node: "a".into() }).expect("it runs");
        assert_eq!(invited(&lab), None);
        let mut lab = opening();
        lab.act(Action::Cut { from: "a".into(), to: "c".into(), one_way: false }).expect("a wire");
        assert_eq!(invited(&lab), None);
    }
}
