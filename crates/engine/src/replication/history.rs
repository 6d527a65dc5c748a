//! The two replication IDs: when a history begins, parts, and is forgotten.

use crate::event::{Event, IdChange, LogLevel};
use crate::ids::{NextByte, ReplId};
use crate::node::Node;

impl Node {
    pub(crate) fn ids_changed(&mut self, why: IdChange) {
        let history = self.repl.history();
        self.event(|| Event::Ids {
            replid: history.replid,
            replid2: history.replid2,
            second_replid_offset: history.second_replid_offset,
            why,
        });
    }

    /// `changeReplicationId`: a new history begins.
    pub(crate) fn change_replication_id(&mut self) {
        self.repl.replid = ReplId::random(&mut self.rng);
    }

    /// `clearReplicationId2`: the previous history is not vouched for any more.
    pub(crate) fn clear_replication_id2(&mut self) {
        self.repl.replid2 = ReplId::NONE;
        self.repl.second_replid_offset = NextByte::NONE;
    }

    /// `shiftReplicationId`: a replica becomes a master. The history it had becomes the previous one, good for those who
    /// want no more than the next byte after ours; a new one begins.
    ///
    /// Worked example: promoted at offset 77, `second_replid_offset` is 78. A sibling that also has 77 bytes asks for 78
    /// and may go on; a sibling that has 78 asks for 79, a byte that this node never saw under that ID.
    pub(crate) fn shift_replication_id(&mut self) {
        self.repl.replid2 = self.repl.replid;
        self.repl.second_replid_offset = self.repl.master_repl_offset.next();
        self.change_replication_id();
        let history = self.repl.history();
        self.log(LogLevel::Warning, || {
            format!(
                "Setting secondary replication ID to {}, valid up to offset: {}. New replication ID is {}",
                history.replid2, history.second_replid_offset, history.replid
            )
        });
        self.ids_changed(IdChange::Shifted);
    }
}
