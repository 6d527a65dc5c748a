//! Invariants of one node's numbers between any two iterations of its event loop.

use psyncscope_engine::Node;
use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::psync::{BacklogWindow, History};
use psyncscope_engine::view::NodeView;

use super::Rule;
use crate::explain::{history_of, window_of};

/// A node's live link to its master.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSeen {
    /// The master's history.
    pub replid: ReplId,
    /// Bytes applied.
    pub reploff: Offset,
    /// Bytes received.
    pub read_reploff: Offset,
}

/// The numbers of a node that are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeSeen {
    /// Its histories and its offset.
    pub history: History,
    /// The range of its backlog.
    pub backlog: Option<BacklogWindow>,
    /// `repl_state`.
    pub state: ReplState,
    /// Whether it has a master configured.
    pub is_replica: bool,
    /// The live link to the master.
    pub link: Option<LinkSeen>,
}

impl NodeSeen {
    /// Reads them from a node.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        let link = node.master_link_offsets().zip(node.master_link_replid());
        Self {
            history: node.history(),
            backlog: node.backlog_window(),
            state: node.repl_state(),
            is_replica: node.master_address().is_some(),
            link: link.map(|((reploff, read_reploff), replid)| LinkSeen { replid, reploff, read_reploff }),
        }
    }

    /// Reads them from a recorded node.
    #[must_use]
    pub fn of_view(node: &NodeView) -> Self {
        let upstream = node.upstream.as_deref();
        let link = upstream
            .and_then(|up| Some(LinkSeen { replid: up.replid?, reploff: up.reploff?, read_reploff: up.read_reploff? }));
        Self {
            history: history_of(node),
            backlog: window_of(node),
            state: upstream.map_or(ReplState::None, |up| up.state),
            is_replica: upstream.is_some(),
            link,
        }
    }

    /// The rules about the numbers of one node.
    ///
    /// # Errors
    /// The violated rule, and by which numbers.
    pub fn check(&self) -> Result<(), (Rule, String)> {
        self.check_link().map_err(|why| (Rule::LinkAgrees, why))?;
        let History { replid, replid2, second_replid_offset, master_repl_offset } = self.history;
        if let (false, Some(BacklogWindow { off, histlen, size })) = (self.backlog_ends_at_offset(), self.backlog) {
            return Err((
                Rule::BacklogEndsAtOffset,
                format!("off {off} + histlen {histlen} of {size}, but the offset is {master_repl_offset}"),
            ));
        }
        if !self.second_history_is_in_past() {
            return Err((
                Rule::SecondHistoryInPast,
                format!("{replid} at {master_repl_offset}, {replid2} up to {second_replid_offset}"),
            ));
        }
        Ok(())
    }

    /// `repl_backlog_off + histlen = master_repl_offset + 1`, and no more is held than fits.
    #[must_use]
    pub fn backlog_ends_at_offset(&self) -> bool {
        self.backlog.is_none_or(|backlog| {
            let BacklogWindow { histlen, size, .. } = backlog;
            backlog.end() == self.history.master_repl_offset.next() && histlen <= size && size > 0
        })
    }

    /// There is a second history exactly if it has an end, which is not past the next byte; the two are different.
    #[must_use]
    pub fn second_history_is_in_past(&self) -> bool {
        let History { replid, replid2, second_replid_offset, master_repl_offset } = self.history;
        replid2.is_none() == (second_replid_offset == NextByte::NONE)
            && second_replid_offset <= master_repl_offset.next()
            && !replid.is_none()
            && replid != replid2
    }

    /// The link to the master is as the state and the node's own history say.
    ///
    /// # Errors
    /// By which numbers it is not.
    pub fn check_link(&self) -> Result<(), String> {
        let connected = self.state == ReplState::Connected;
        if connected != self.link.is_some() {
            return Err(format!("{} with link {:?}", self.state.name(), self.link));
        }
        if self.is_replica == (self.state == ReplState::None) {
            return Err(format!("{}, and it is a replica: {}", self.state.name(), self.is_replica));
        }
        let Some(link) = self.link else { return Ok(()) };
        let History { replid, master_repl_offset, .. } = self.history;
        if link.replid != replid || link.reploff != master_repl_offset {
            return Err(format!(
                "the link is at {} of {}, the node at {master_repl_offset} of {replid}",
                link.reploff, link.replid
            ));
        }
        if link.reploff > link.read_reploff {
            return Err(format!("{} bytes applied of {} received", link.reploff, link.read_reploff));
        }
        if self.backlog.is_none() {
            return Err("connected, and without a backlog".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(letter: u8) -> ReplId {
        ReplId::from_bytes(&[letter; 40]).unwrap()
    }

    /// A replica at 104 of a history that began at 78, with bytes 41..=104 in its backlog and 3 bytes not applied yet.
    fn replica() -> NodeSeen {
        NodeSeen {
            history: History {
                replid: id(b'a'),
                replid2: id(b'b'),
                second_replid_offset: NextByte(78),
                master_repl_offset: Offset(104),
            },
            backlog: Some(BacklogWindow { off: NextByte(41), histlen: 64, size: 64 }),
            state: ReplState::Connected,
            is_replica: true,
            link: Some(LinkSeen { replid: id(b'a'), reploff: Offset(104), read_reploff: Offset(107) }),
        }
    }

    fn violation(change: impl FnOnce(&mut NodeSeen)) -> Option<Rule> {
        let mut seen = replica();
        change(&mut seen);
        seen.check().err().map(|(rule, _)| rule)
    }

    fn link(seen: &mut NodeSeen) -> &mut LinkSeen {
        seen.link.as_mut().unwrap()
    }

    #[test]
    fn a_correct_node_passes() {
        assert_eq!(violation(|_| {}), None);
        assert_eq!(violation(|seen| seen.history.second_replid_offset = NextByte(105)), None);
        assert_eq!(violation(|seen| link(seen).read_reploff = Offset(104)), None);
    }

    #[test]
    fn a_link_that_differs_is_found() {
        let rule = Some(Rule::LinkAgrees);
        assert_eq!(violation(|seen| link(seen).reploff = Offset(103)), rule);
        assert_eq!(violation(|seen| link(seen).read_reploff = Offset(103)), rule);
        assert_eq!(violation(|seen| link(seen).replid = id(b'b')), rule);
        assert_eq!(violation(|seen| seen.link = None), rule);
        assert_eq!(violation(|seen| seen.state = ReplState::Transfer), rule);
        assert_eq!(violation(|seen| seen.is_replica = false), rule);
        assert_eq!(violation(|seen| (seen.state, seen.link) = (ReplState::None, None)), rule);
        assert_eq!(violation(|seen| seen.backlog = None), rule);
    }

    #[test]
    fn a_backlog_that_does_not_end_at_the_offset_is_found() {
        let window = |off, histlen, size| {
            move |seen: &mut NodeSeen| seen.backlog = Some(BacklogWindow { off: NextByte(off), histlen, size })
        };
        let rule = Some(Rule::BacklogEndsAtOffset);
        assert_eq!(violation(window(42, 64, 64)), rule);
        assert_eq!(violation(window(40, 64, 64)), rule);
        assert_eq!(violation(window(41, 63, 64)), rule);
        assert_eq!(violation(window(41, 64, 63)), rule);
        assert_eq!(violation(window(105, 0, 64)), None);
    }

    #[test]
    fn a_second_history_beyond_the_offset_is_found() {
        let rule = Some(Rule::SecondHistoryInPast);
        assert_eq!(violation(|seen| seen.history.second_replid_offset = NextByte(106)), rule);
        assert_eq!(violation(|seen| seen.history.second_replid_offset = NextByte::NONE), rule);
        assert_eq!(violation(|seen| seen.history.replid2 = ReplId::NONE), rule);
        assert_eq!(violation(|seen| seen.history.replid2 = id(b'a')), rule);
    }
}
