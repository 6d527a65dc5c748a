//! The stream: the backlog, and what is appended to it.

use super::text::{Walkthrough, steps, text};

pub(super) const CREATE_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    engine: &["replication/downstream/feed.rs::create_replication_backlog"],
    called: text(
        "For the first replica that needs a full resync, at the end of a replica's own full sync, and at +CONTINUE; \
         in each case only if there is no backlog.",
        "第一个需要全量同步的副本到来时、副本自己的全量同步结束时，以及收到 +CONTINUE 时；都以还没有积压缓冲区为前提。",
    ),
    steps: steps![CreateReplicationBacklog:
        Exists 0
            "Is there a backlog already? Then nothing happens."
            "已经有积压缓冲区了吗？有则什么也不发生。"
            note "In 5.0.14 each caller checks this, and the function asserts it."
                 "在 5.0.14 中由各个调用者检查，这个函数只做断言。",
        Allocate 0
            "A ring of repl_backlog_size bytes; repl_backlog_histlen and repl_backlog_idx are 0."
            "分配 repl_backlog_size 字节的环；repl_backlog_histlen 和 repl_backlog_idx 是 0。",
        SetOff 0
            "repl_backlog_off takes master_repl_offset + 1: the next byte is the first one kept."
            "repl_backlog_off 取 master_repl_offset + 1：下一个字节是所保留的第一个。",
    ],
    note: Some(text(
        "The walk-through does not say what follows: from here on writes advance master_repl_offset, even without a \
         replica.",
        "走读原文没有说其后果：从此写入都会推进 master_repl_offset，即使没有副本。",
    )),
};

pub(super) const FREE_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    engine: &["replication/downstream/feed.rs::free_replication_backlog"],
    called: text(
        "By cron after repl-backlog-ttl seconds without replicas, and before a replica's own full sync.",
        "没有副本的时间超过 repl-backlog-ttl 后由 cron 调用；副本自己全量同步之前也会调用。",
    ),
    steps: steps![FreeReplicationBacklog:
        IsWithoutReplicas 0
            "Are there no replicas left? The caller has seen to that (serverAssert)."
            "已经没有副本了吗？调用者已经保证（serverAssert）。",
        Exists 0
            "Is there a backlog? If not, nothing is freed."
            "有积压缓冲区吗？没有则无可释放。",
        KeepNumbers 0
            "repl_backlog_off and repl_backlog_histlen stay: INFO goes on showing them."
            "repl_backlog_off 和 repl_backlog_histlen 保留：INFO 继续显示它们。",
        Free 0
            "The ring is freed, repl_backlog is NULL: INFO shows repl_backlog_active 0."
            "释放这个环，repl_backlog 变为 NULL：INFO 显示 repl_backlog_active 为 0。"
            note "The walk-through's title says that the backlog is cleared. It is freed, which needs that no replica \
                  is left; its numbers stay as they were."
                 "走读原文的标题说清空；实际是释放，前提是已没有副本，那几个数字保持原样。",
    ],
    note: None,
};

pub(super) const FEED_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    engine: &["replication/downstream/feed.rs::feed_replication_backlog", "replication/backlog.rs::feed"],
    called: text(
        "For every byte of the stream: those that a master produces, and those of its master that a replica has \
         applied.",
        "复制流的每个字节都经过它：主节点产生的，以及副本从主节点的流中已应用的。",
    ),
    steps: steps![FeedReplicationBacklog:
        HasBacklog 0
            "Is there a backlog? If not, not even the offset moves."
            "有积压缓冲区吗？没有的话，连偏移量也不动。",
        AdvanceOffset 0
            "master_repl_offset grows by the number of bytes."
            "master_repl_offset 增加相应的字节数。",
        AnyLeft 0
            "Are bytes left to copy (len)?"
            "还有要复制的字节（len）吗？",
        CopyPiece 1
            "A piece is copied to repl_backlog_idx, up to the end of the ring; idx moves past it."
            "把一段复制到 repl_backlog_idx 处，至多到环的末尾；idx 移到它之后。",
        IsAtEnd 1
            "Is repl_backlog_idx equal to repl_backlog_size?"
            "repl_backlog_idx 等于 repl_backlog_size 吗？",
        Wrap 2
            "repl_backlog_idx becomes 0: the oldest bytes are next to be overwritten."
            "repl_backlog_idx 变为 0：接下来覆盖最旧的字节。",
        GrowHistlen 0
            "repl_backlog_histlen grows by the number of bytes, up to repl_backlog_size."
            "repl_backlog_histlen 增加相应的字节数，至多到 repl_backlog_size。",
        SetOff 0
            "repl_backlog_off takes master_repl_offset - repl_backlog_histlen + 1."
            "repl_backlog_off 取 master_repl_offset - repl_backlog_histlen + 1。",
    ],
    note: Some(text(
        "Section 13 of the walk-through, feedReplicationBacklogWithObject, is part of it here: it writes an integer \
         as decimal digits first.",
        "走读原文第 13 节的 feedReplicationBacklogWithObject 在这里合为一个函数：它先把整数写成十进制数字。",
    )),
};

pub(super) const REPLICATION_FEED_SLAVES: Walkthrough = Walkthrough {
    engine: &["replication/downstream/feed.rs::replication_feed_slaves"],
    called: text(
        "For each command that changed the dataset, and for PING, GETACK, MULTI and EXEC.",
        "为每条改变了数据集的命令调用；PING、GETACK、MULTI 和 EXEC 也会调用。",
    ),
    steps: steps![ReplicationFeedSlaves:
        IsReplica 0
            "Is this node a replica? Then it only forwards its master's stream, byte for byte."
            "本节点是副本吗？是则只逐字节转发主节点的复制流。",
        NobodyListens 0
            "Are there neither a backlog nor replicas? Then nothing is fed."
            "既没有积压缓冲区也没有副本吗？是则什么也不写。",
        NeedsSelect 0
            "Does the command have a database, and does slaveseldb differ from it?"
            "命令有数据库，而且与 slaveseldb 不同吗？",
        FeedSelect 1
            "Calls feedReplicationBacklog for SELECT, which is queued for the replicas too."
            "调用 feedReplicationBacklog 写入 SELECT，它也为副本排队。",
        SetSlaveseldb 1
            "slaveseldb takes the command's database."
            "slaveseldb 取命令的数据库。",
        FeedCommand 0
            "Calls feedReplicationBacklog for the command, as an array of bulk strings."
            "调用 feedReplicationBacklog 写入命令，形式是批量字符串的数组。",
        QueueForReplicas 0
            "It is queued for each replica, except those in WAIT_BGSAVE_START: their RDB has it."
            "为每个副本排队，WAIT_BGSAVE_START 的除外：它们的 RDB 会包含它。",
    ],
    note: Some(text(
        "The walk-through shows how bytes get into the backlog, but not this function, which says which bytes.",
        "走读原文讲了字节如何进入积压缓冲区，却没有讲这个函数；写入哪些字节由它决定。",
    )),
};
