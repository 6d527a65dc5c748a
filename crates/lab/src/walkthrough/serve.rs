//! The master's reply to SYNC and PSYNC.

use super::text::{Walkthrough, steps, text};

pub(super) const SYNC_COMMAND: Walkthrough = Walkthrough {
    engine: &["replication/downstream/sync.rs::sync_command", "replication/downstream/bgsave.rs::attach_to_bgsave"],
    called: text(
        "When a client sends SYNC or PSYNC, after the checks that apply to every command.",
        "客户端发来 SYNC 或 PSYNC 时调用，此前已通过每条命令都要经过的检查。",
    ),
    steps: steps![SyncCommand:
        IsReplicaAlready 0
            "Is the client a replica already? Then the command is ignored."
            "客户端已经是副本了吗？是则忽略这条命令。",
        IsNotConnected 0
            "Is this node a replica that is not CONNECTED itself? Then it replies -NOMASTERLINK."
            "本节点是副本，而且自己不处于 CONNECTED 吗？是则回复 -NOMASTERLINK。",
        AskForPending 0
            "Calls clientHasPendingReplies: with pending output the command is refused."
            "调用 clientHasPendingReplies：有未发出的回复就拒绝这条命令。",
        IsPsync 0
            "Is it PSYNC? SYNC cannot name a history."
            "是 PSYNC 吗？SYNC 无法指明历史。",
        TryPartial 1
            "Calls masterTryPartialResynchronization; if that succeeds, all is done."
            "调用 masterTryPartialResynchronization；若成功，就此完成。",
        SetStateWaitStart 0
            "Full resync: the client becomes a replica, with replstate WAIT_BGSAVE_START."
            "全量同步：客户端成为副本，replstate 是 WAIT_BGSAVE_START。",
        IsFirstWithoutBacklog 0
            "Is it the only replica, and is there no backlog?"
            "它是唯一的副本，而且没有积压缓冲区吗？",
        ChangeId 1
            "Calls changeReplicationId: what was written before is in no backlog."
            "调用 changeReplicationId：此前写入的内容不在任何积压缓冲区里。",
        ClearId2 1
            "Calls clearReplicationId2, for the same reason."
            "出于同样的原因，调用 clearReplicationId2。",
        CreateBacklog 1
            "Calls createReplicationBacklog: from here on bytes are kept."
            "调用 createReplicationBacklog：从此保留写入的字节。",
        ChooseSave 0
            "The choice: start a save now, share the one that is running, or wait for the next."
            "选择：立即启动保存、共享正在进行的保存，或等待下一次。",
        StartSave 1
            "Start: calls startBgsaveForReplication with the capabilities of this replica."
            "启动：以这个副本的能力调用 startBgsaveForReplication。",
        AttachToSave 1
            "Share: calls replicationSetupSlaveForFullResync with the offset of that save."
            "共享：以那次保存的偏移量调用 replicationSetupSlaveForFullResync。",
    ],
    note: Some(text(
        "The walk-through begins with masterTryPartialResynchronization and leaves out this function, which decides \
         whether it is called and what follows if it refuses.",
        "走读原文直接讲 masterTryPartialResynchronization，没有讲这个函数；是否调用它、被拒绝之后怎么办，都在这里决定。",
    )),
};

pub(super) const CLIENT_HAS_PENDING_REPLIES: Walkthrough = Walkthrough {
    engine: &["replication/downstream/sync.rs::client_has_pending_replies"],
    called: text(
        "By SYNC and PSYNC before anything else, and wherever output is written.",
        "SYNC 和 PSYNC 首先调用它；凡是写出回复的地方也会调用。",
    ),
    steps: steps![ClientHasPendingReplies:
        IsBufferUsed 0
            "Is output in the client's static buffer (bufpos > 0)?"
            "客户端的固定缓冲区中有内容（bufpos > 0）吗？",
        AnyBlock 0
            "If not: is there any in the list behind it (listLength(c->reply))?"
            "没有的话，其后的列表中有（listLength(c->reply)）吗？",
        Return 0
            "Returns 1 if either has some: output that was not sent yet."
            "任一处有就返回 1：还有尚未发出的内容。",
    ],
    note: Some(text(
        "The walk-through only has it for replicationResurrectCachedMaster. SYNC and PSYNC ask it too: a reply that \
         is still to be sent would be read as part of the RDB or the stream.",
        "走读原文只在 replicationResurrectCachedMaster 中用到它；SYNC 和 PSYNC 也要问：尚未发出的回复会被当成 RDB 或\
         复制流的一部分。",
    )),
};

pub(super) const MASTER_TRY_PARTIAL_RESYNCHRONIZATION: Walkthrough = Walkthrough {
    engine: &["replication/downstream/sync.rs::master_try_partial_resynchronization", "replication/psync.rs::decide"],
    called: text(
        "By syncCommand for PSYNC, after the checks that the node can serve and that no output is pending.",
        "由 syncCommand 为 PSYNC 调用，此时已确定本节点可以服务，而且没有待发的内容。",
    ),
    steps: steps![MasterTryPartialResynchronization:
        OffsetIsNumber 0
            "Is the offset asked for an integer? If not: full resync."
            "所请求的偏移量是整数吗？不是则全量同步。"
            note "The walk-through says that a full sync is all that follows. An -ERR line is queued as well, which \
                  the replica reads after +FULLRESYNC."
                 "走读原文说只是全量同步；还会排入一行 -ERR，副本在 +FULLRESYNC 之后读到它。",
        IsCurrentId 0
            "Is the ID asked for replid, the current one?"
            "所请求的 ID 是当前的 replid 吗？",
        AsksForEverything 1
            "If not: is it ?, a request for everything? Then full resync."
            "不是的话，是表示请求全部数据的 ? 吗？是则全量同步。",
        IsPreviousId 1
            "Is it replid2, the previous one? If not: full resync."
            "是此前的 replid2 吗？不是则全量同步。",
        IsWithinPreviousId 1
            "Is the offset at most second_replid_offset? If not: full resync."
            "偏移量不超过 second_replid_offset 吗？超过则全量同步。"
            note "The walk-through takes replid2 for a position and compares it with second_replid_offset. replid2 is \
                  an ID; what is compared is the offset that the replica asks for."
                 "走读原文把 replid2 当作位置，拿它与 second_replid_offset 比较；replid2 是 ID，比较的是副本所请求的\
                  偏移量。",
        HasBacklog 0
            "Is there a backlog? If not: full resync."
            "有积压缓冲区吗？没有则全量同步。"
            note "The walk-through takes a NULL repl_backlog for one without data. It means not allocated: an empty \
                  backlog still serves a request for the next byte."
                 "走读原文说 repl_backlog 为空表示没有数据；它表示尚未分配：已分配的空缓冲区仍能满足对下一个字节的请\
                  求。",
        IsNotOverwritten 0
            "Is the offset at least repl_backlog_off, the oldest byte kept? If not: full resync."
            "偏移量不小于 repl_backlog_off，即所保留的最旧字节吗？小于则全量同步。"
            note "The walk-through explains repl_backlog_off as where the next replication begins. It is the offset \
                  of the oldest byte kept."
                 "走读原文说 repl_backlog_off 是下次复制的开始位置；它是所保留的最旧字节的偏移量。",
        IsNotInFuture 0
            "Is it at most repl_backlog_off + repl_backlog_histlen? If not: full resync."
            "不超过 repl_backlog_off + repl_backlog_histlen 吗？超过则全量同步。"
            note "The walk-through does not say that the upper end counts: a replica that misses nothing asks for it. \
                  It leaves out the warning for an offset beyond master_repl_offset."
                 "走读原文没有说上界也算在内：什么都不缺的副本请求的正是它；它还略去了偏移量超过 master_repl_offset \
                  时的警告。",
        SetStateOnline 0
            "The client becomes a replica: replstate ONLINE, repl_ack_time the current time."
            "客户端成为副本：replstate 是 ONLINE，repl_ack_time 取当前时间。"
            note "The walk-through takes repl_put_online_on_ack = 0 for a missing ACK. It means that the stream may \
                  be written at once, not only after the first ACK."
                 "走读原文说 repl_put_online_on_ack 为 0 是没有 ACK；它表示复制流可以立即写出，不必等第一个 ACK。",
        SendContinue 0
            "+CONTINUE is written directly, with replid if the replica knows PSYNC2."
            "直接写出 +CONTINUE，副本支持 PSYNC2 时带上 replid。",
        SendBacklog 0
            "Calls addReplyReplicationBacklog: the bytes from that offset on."
            "调用 addReplyReplicationBacklog：从该偏移量起的字节。",
        RefreshCount 0
            "Calls refreshGoodSlavesCount: this replica is a good one."
            "调用 refreshGoodSlavesCount：这个副本是合格的。",
        Return 0
            "Returns C_OK if it continues, C_ERR if the caller must do a full resync."
            "可以接续返回 C_OK；须由调用者全量同步则返回 C_ERR。",
    ],
    note: None,
};

pub(super) const ADD_REPLY_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    engine: &["replication/downstream/sync.rs::add_reply_replication_backlog", "replication/backlog.rs::tail"],
    called: text(
        "Only by masterTryPartialResynchronization, after +CONTINUE.",
        "只由 masterTryPartialResynchronization 在 +CONTINUE 之后调用。",
    ),
    steps: steps![AddReplyReplicationBacklog:
        ComputeSkip 0
            "skip is the offset asked for minus repl_backlog_off: older bytes are not sent."
            "skip 是所请求的偏移量减去 repl_backlog_off：更旧的字节不发送。",
        ComputeIndex 0
            "j is the index in the ring of the oldest byte, plus skip, modulo the size."
            "j 是最旧字节在环中的下标加上 skip，再对环的大小取模。"
            note "The walk-through says that repl_backlog_idx and repl_backlog_off exceed the size. repl_backlog_idx \
                  is always below it; only repl_backlog_off grows. repl_backlog_histlen never exceeds the size."
                 "走读原文说 repl_backlog_idx 和 repl_backlog_off 会大于环的大小；repl_backlog_idx 总是小于它，一直增\
                  长的只有 repl_backlog_off。repl_backlog_histlen 从不超过环的大小。",
        AnyMissing 0
            "Are bytes left to queue (len)?"
            "还有要排入队列的字节（len）吗？",
        QueuePiece 1
            "A piece is queued, up to the end of the ring at most; j becomes 0."
            "排入一段，至多到环的末尾；j 变为 0。",
        ReturnLength 0
            "Returns how many bytes were queued: 0 if nothing is missing."
            "返回排入的字节数：什么都不缺时为 0。",
    ],
    note: None,
};
