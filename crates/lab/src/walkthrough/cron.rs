//! What replication does once a second.

use super::text::{Walkthrough, steps, text};

pub(super) const REPLICATION_CRON: Walkthrough = Walkthrough {
    engine: &[
        "replication/cron.rs::replication_cron",
        "replication/cron.rs::time_out_master",
        "replication/cron.rs::time_out_attempt",
        "replication/cron.rs::send_presync_newlines",
        "replication/cron.rs::expire_backlog",
    ],
    called: text(
        "Once a second by serverCron, the first time right after the start.",
        "由 serverCron 每秒调用一次，第一次在刚启动时。",
    ),
    steps: steps![ReplicationCron:
        MasterTimedOut 0
            "Has the master been silent for more than repl-timeout seconds, in any state of the link?"
            "主节点沉默超过 repl-timeout 秒了吗，不论链路处于什么状态？"
            note "5.0.14 has three conditions: CONNECTING and the handshake, TRANSFER, CONNECTED. Each has a line of \
                  its own in the log."
                 "5.0.14 分三个条件：CONNECTING 和握手、TRANSFER、CONNECTED；日志里各有一行。",
        CancelHandshake 1
            "CONNECTING, handshake or TRANSFER: calls cancelReplicationHandshake."
            "CONNECTING、握手或 TRANSFER：调用 cancelReplicationHandshake。",
        FreeMaster 1
            "CONNECTED: the link is closed and becomes cached_master; repl_state becomes CONNECT."
            "CONNECTED：关闭链路，它成为 cached_master；repl_state 变为 CONNECT。",
        Connect 0
            "repl_state is CONNECT, perhaps since a timeout just now: calls connectWithMaster."
            "repl_state 是 CONNECT（也许因为刚才的超时）：调用 connectWithMaster。",
        SendAck 0
            "An active link whose offset is known (not PRE_PSYNC): calls replicationSendAck."
            "有活动链路而且偏移量已知（不是 PRE_PSYNC）：调用 replicationSendAck。",
        IsPingDue 0
            "Are there replicas, and is the loop count a multiple of repl-ping-replica-period?"
            "有副本，而且循环计数是 repl-ping-replica-period 的倍数吗？",
        FeedPing 1
            "Calls replicationFeedSlaves for PING: 14 bytes of the stream, as of any command."
            "调用 replicationFeedSlaves 写入 PING：与其他命令一样，是复制流中的 14 字节。",
        SendNewlines 0
            "Replicas that wait for their RDB get a newline, which no offset counts."
            "等待 RDB 的副本收到一个换行，它不计入任何偏移量。",
        ReplicaTimedOut 0
            "Next replica in ONLINE: last ACK more than repl-timeout seconds ago? Then it is closed."
            "下一个处于 ONLINE 的副本：最近一次 ACK 距今超过 repl-timeout 秒吗？是则关闭。",
        BacklogExpired 0
            "A master with a backlog: without replicas for more than repl-backlog-ttl seconds?"
            "主节点有积压缓冲区，而没有副本已超过 repl-backlog-ttl 秒吗？",
        EndHistory 1
            "Calls changeReplicationId, then clearReplicationId2 and freeReplicationBacklog."
            "调用 changeReplicationId，再调用 clearReplicationId2 和 freeReplicationBacklog。"
            note "What is written from here on is not kept, so nobody may ask for it under an ID that was known."
                 "此后写入的内容不再保留，所以谁也不能用已知的 ID 来请求它。",
        FlushScriptCache 0
            "No replicas, no append-only file, a script cache: calls replicationScriptCacheFlush."
            "没有副本、未开启 AOF 而脚本缓存有记录：调用 replicationScriptCacheFlush。",
        SaveIsDue 0
            "No child runs: do replicas wait for a save, if diskless for longer than the delay?"
            "没有子进程：有副本在等待保存吗（无盘时须等过延迟）？",
        StartSave 1
            "Calls startBgsaveForReplication."
            "调用 startBgsaveForReplication。",
        RefreshCount 0
            "Calls refreshGoodSlavesCount: ACKs alone do not count anew."
            "调用 refreshGoodSlavesCount：ACK 本身不会触发重新统计。",
    ],
    note: Some(text(
        "The walk-through leaves out this function, although nothing connects, times out or acknowledges without it.",
        "走读原文没有讲这个函数，然而连接、超时和确认都由它发起。",
    )),
};
