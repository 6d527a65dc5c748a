//! What replication does once a second.

use super::text::{Walkthrough, steps, text};

pub(super) const REPLICATION_CRON: Walkthrough = Walkthrough {
    engine: &[
        "replication/cron.rs::replication_cron",
        "replication/cron.rs::time_out_handshake",
        "replication/cron.rs::send_presync_newlines",
        "replication/cron.rs::expire_backlog",
    ],
    called: text(
        "Once a second by serverCron, the first time right after the start.",
        "由 serverCron 每秒调用一次，第一次在刚启动时。",
    ),
    steps: steps![ReplicationCron:
        HandshakeTimedOut 0
            "Has a handshake or a transfer been silent for more than repl-timeout seconds?"
            "握手或传输沉默超过 repl-timeout 秒了吗？",
        CancelHandshake 1
            "Calls cancelReplicationHandshake."
            "调用 cancelReplicationHandshake。",
        MasterTimedOut 0
            "Has the active link to the master been silent for more than repl-timeout seconds?"
            "到主节点的活动链路沉默超过 repl-timeout 秒了吗？",
        FreeMaster 1
            "It is closed and becomes cached_master; repl_state becomes CONNECT."
            "关闭它，它成为 cached_master；repl_state 变为 CONNECT。",
        MustConnect 0
            "Is repl_state CONNECT, perhaps because of a timeout just now?"
            "repl_state 是 CONNECT 吗（也许是因为刚才的超时）？",
        Connect 1
            "Calls connectWithMaster."
            "调用 connectWithMaster。",
        MaySendAck 0
            "Is there an active link to the master, with a known offset (not PRE_PSYNC)?"
            "有到主节点的活动链路，而且偏移量已知（不是 PRE_PSYNC）吗？",
        SendAck 1
            "Calls replicationSendAck."
            "调用 replicationSendAck。",
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
            "Next replica in ONLINE: was its last ACK more than repl-timeout seconds ago?"
            "下一个处于 ONLINE 的副本：最近一次 ACK 距今超过 repl-timeout 秒了吗？",
        FreeReplica 1
            "Its connection is closed."
            "关闭它的连接。",
        BacklogExpired 0
            "A master with a backlog: without replicas for more than repl-backlog-ttl seconds?"
            "主节点有积压缓冲区，而没有副本已超过 repl-backlog-ttl 秒吗？",
        ChangeId 1
            "Calls changeReplicationId: what is written from here on is not kept."
            "调用 changeReplicationId：此后写入的内容不再保留。",
        ClearId2 1
            "Calls clearReplicationId2: the previous history ends as well."
            "调用 clearReplicationId2：此前的历史也到此为止。",
        FreeBacklog 1
            "Calls freeReplicationBacklog."
            "调用 freeReplicationBacklog。",
        ScriptCacheIsUnused 0
            "No replicas and no append-only file: are there entries in the script cache?"
            "没有副本，也没有开启 AOF：脚本缓存中有记录吗？",
        FlushScriptCache 1
            "Calls replicationScriptCacheFlush."
            "调用 replicationScriptCacheFlush。",
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
