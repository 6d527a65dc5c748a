//! The two replication IDs and when they change.

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

    /// `changeReplicationId`: starts a new history.
    pub(crate) fn change_replication_id(&mut self) {
        self.repl.replid = ReplId::random(&mut self.rng);
    }

    /// `clearReplicationId2`: the previous history is no longer accepted in PSYNC.
    pub(crate) fn clear_replication_id2(&mut self) {
        self.repl.replid2 = ReplId::NONE;
        self.repl.second_replid_offset = NextByte::NONE;
    }

    /// `shiftReplicationId`: a replica becomes a master. The current ID becomes the previous one, valid for requests
    /// up to the next byte, and a new ID is generated.
    ///
    /// Worked example: promoted at offset 77, `second_replid_offset` is 78. A sibling that also has 77 bytes asks for
    /// 78 and is accepted; a sibling that has 78 asks for 79, a byte that this node never received under that ID.
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
