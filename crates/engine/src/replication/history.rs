//! The two replication IDs and when they change.

use crate::event::{Event, IdChange, LogLevel};
use crate::ids::{NextByte, ReplId};
use crate::node::Context;
use crate::replication::psync::History;
use crate::steps::step::{self, SlaveTryPartialResynchronization as ReplyStep};
use crate::steps::{Field, Function, Steps};

impl History {
    pub(crate) fn ids_changed(&self, why: IdChange, context: &mut Context<'_>) {
        context.event(|| Event::Ids {
            replid: self.replid,
            replid2: self.replid2,
            second_replid_offset: self.second_replid_offset,
            why,
        });
    }

    /// `changeReplicationId`: starts a new history.
    pub(crate) fn change_replication_id(&mut self, context: &mut Context<'_>) {
        use step::ChangeReplicationId as Step;
        context.within(Function::ChangeReplicationId, |context| {
            let drawn = ReplId::random(context.rng);
            context.act(Step::DrawId, |v| v.saw(Field::Bytes, ReplId::LEN));
            let before = std::mem::replace(&mut self.replid, drawn);
            context.act(Step::SetId, |v| v.changed(Field::Replid, before, self.replid));
            context.act(Step::Return, |v| v.saw(Field::MasterReplOffset, self.master_repl_offset));
        });
    }

    /// `clearReplicationId2`: the previous history is no longer accepted in PSYNC.
    pub(crate) fn clear_replication_id2(&mut self, context: &mut Context<'_>) {
        use step::ClearReplicationId2 as Step;
        context.within(Function::ClearReplicationId2, |context| {
            let before = *self;
            self.replid2 = ReplId::NONE;
            context.act(Step::ClearId, |v| v.changed(Field::Replid2, before.replid2, self.replid2));
            self.second_replid_offset = NextByte::NONE;
            context.act(Step::ClearOffset, |v| {
                v.changed(Field::SecondReplidOffset, before.second_replid_offset, self.second_replid_offset)
            });
            context.act(Step::Return, |v| v.saw(Field::Replid, self.replid));
        });
    }

    /// `shiftReplicationId`: a replica becomes a master. The current ID becomes the previous one, valid for requests
    /// up to the next byte, and a new ID is generated.
    ///
    /// Worked example: promoted at offset 77, `second_replid_offset` is 78. A sibling that also has 77 bytes asks for
    /// 78 and is accepted; a sibling that has 78 asks for 79, a byte that this node never received under that ID.
    pub(crate) fn shift_replication_id(&mut self, context: &mut Context<'_>) {
        use step::ShiftReplicationId as Step;
        context.within(Function::ShiftReplicationId, |context| {
            let before = *self;
            self.replid2 = self.replid;
            context.act(Step::KeepId, |v| v.changed(Field::Replid2, before.replid2, self.replid2));
            self.second_replid_offset = self.master_repl_offset.next();
            #[cfg(feature = "known-bugs")]
            crate::known_bugs::one_too_high(crate::known_bugs::Bug::SecondReplidOffset, &mut self.second_replid_offset);
            context.act(Step::LimitKeptId, |v| {
                v.changed(Field::SecondReplidOffset, before.second_replid_offset, self.second_replid_offset)
                    .saw(Field::MasterReplOffset, self.master_repl_offset)
            });
            context.calls(Step::ChangeId);
            self.change_replication_id(context);
            context.log(LogLevel::Warning, || {
                format!(
                    "Setting secondary replication ID to {}, valid up to offset: {}. New replication ID is {}",
                    self.replid2, self.second_replid_offset, self.replid
                )
            });
            self.ids_changed(IdChange::Shifted, context);
        });
    }

    /// `+CONTINUE` with a new ID (the part of `slaveTryPartialResynchronization` that follows it). The data up to here
    /// is the same, so the old ID stays valid up to the next byte.
    pub(crate) fn adopt_replication_id(&mut self, new: ReplId, old: ReplId, context: &mut Context<'_>) {
        context.log(LogLevel::Warning, || format!("Master replication ID changed to {new}"));
        let before = *self;
        self.replid2 = old;
        self.second_replid_offset = self.master_repl_offset.next();
        self.replid = new;
        context.act(ReplyStep::AdoptId, |v| {
            v.changed(Field::Replid2, before.replid2, self.replid2)
                .changed(Field::SecondReplidOffset, before.second_replid_offset, self.second_replid_offset)
                .changed(Field::Replid, before.replid, self.replid)
        });
        self.ids_changed(IdChange::Continued, context);
    }
}
