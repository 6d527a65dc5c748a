//! Roles and histories: REPLICAOF, the replication IDs, and the connections that are closed on a change.

use super::text::{Walkthrough, steps, text};

pub(super) const REPLICATION_UNSET_MASTER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/replicaof.rs::replication_unset_master"],
    called: text(
        "By REPLICAOF NO ONE, on a replica that becomes a master.",
        "由 REPLICAOF NO ONE 调用，副本由此成为主节点。",
    ),
    steps: steps![ReplicationUnsetMaster:
        HasMaster 0
            "Is masterhost set? If not, nothing changes."
            "设置了 masterhost 吗？没有则什么也不变。",
        ForgetMaster 0
            "masterhost becomes NULL: this node is a master from here on."
            "masterhost 变为 NULL：这个节点从此是主节点。"
            note "The walk-through has a stray f behind sdsfree(server.masterhost), which does not compile."
                 "走读原文在 sdsfree(server.masterhost) 之后多了一个字母 f，这样无法编译。",
        ShiftId 0
            "Calls shiftReplicationId: the old ID stays valid up to here, a new history begins."
            "调用 shiftReplicationId：旧 ID 到此为止仍然有效，新的历史开始。",
        IsConnected 0
            "Is there an active link to the master (server.master)?"
            "有到主节点的活动链路（server.master）吗？",
        FreeMaster 1
            "The link is closed; freeClient caches it, so cached_master is set."
            "关闭链路；freeClient 会缓存它，于是有了 cached_master。"
            note "The walk-through says that the client is released here. In 5.0.14 it is cached first; the next call \
                  destroys it."
                 "走读原文说在这里释放客户端；5.0.14 先缓存它，下一个调用才销毁。",
        DiscardCachedMaster 0
            "Calls replicationDiscardCachedMaster: a master has no link to resume."
            "调用 replicationDiscardCachedMaster：主节点没有要恢复的链路。"
            note "The walk-through names the field cached_server; 5.0.14 has cached_master."
                 "走读原文把字段写作 cached_server；5.0.14 中是 cached_master。",
        CancelHandshake 0
            "Calls cancelReplicationHandshake, in case a handshake or a transfer is running."
            "调用 cancelReplicationHandshake，以防握手或传输正在进行。",
        DisconnectReplicas 0
            "Calls disconnectSlaves: the replicas reconnect and so learn the new ID."
            "调用 disconnectSlaves：副本重新连接，由此得知新的 ID。",
        SetStateNone 0
            "repl_state becomes NONE."
            "repl_state 变为 NONE。",
        ForceSelect 0
            "slaveseldb becomes -1: SELECT precedes the next command of the stream."
            "slaveseldb 变为 -1：复制流的下一条命令之前会有 SELECT。"
            note "The walk-through takes slaveseldb for the database that the replica selected. It is the one that \
                  the outgoing stream selected last."
                 "走读原文把 slaveseldb 当作从节点选中的数据库；它是发出的复制流最后一次 SELECT 的数据库。",
        StartWithoutReplicas 0
            "repl_no_slaves_since takes the current time: repl-backlog-ttl counts from it."
            "repl_no_slaves_since 取当前时间：repl-backlog-ttl 从它算起。",
    ],
    note: Some(text(
        "The walk-through does not say that master_repl_offset and the backlog are kept: with them siblings and the \
         old master can continue by PSYNC.",
        "走读原文没有说 master_repl_offset 和积压缓冲区都保留：兄弟节点和旧主节点正因此能用 PSYNC 接续。",
    )),
};

pub(super) const SHIFT_REPLICATION_ID: Walkthrough = Walkthrough {
    engine: &["replication/history.rs::shift_replication_id"],
    called: text(
        "Only by replicationUnsetMaster, before the master's link is closed.",
        "只由 replicationUnsetMaster 调用，在关闭主节点链路之前。",
    ),
    steps: steps![ShiftReplicationId:
        KeepId 0
            "replid2 takes the current replid."
            "replid2 取当前的 replid。",
        LimitKeptId 0
            "second_replid_offset takes master_repl_offset + 1, which a sibling with the same data asks for."
            "second_replid_offset 取 master_repl_offset + 1：数据同样多的兄弟节点请求的正是它。"
            note "The walk-through calls master_repl_offset the offset of the backlog. It is the offset of the node \
                  in the replication stream, with or without a backlog."
                 "走读原文把 master_repl_offset 称作积压缓冲区的偏移量；它是节点在复制流中的全局偏移量，与有无积压缓\
                  冲区无关。",
        ChangeId 0
            "Calls changeReplicationId for a new ID."
            "调用 changeReplicationId 取得新的 ID。",
    ],
    note: None,
};

pub(super) const CHANGE_REPLICATION_ID: Walkthrough = Walkthrough {
    engine: &["replication/history.rs::change_replication_id"],
    called: text(
        "At the start, on promotion, when SYNC or PSYNC creates a backlog, when a backlog expires, and by DEBUG \
         CHANGE-REPL-ID.",
        "在启动时、升为主节点时、SYNC 或 PSYNC 创建积压缓冲区时、积压缓冲区到期时，以及由 DEBUG CHANGE-REPL-ID 调用。",
    ),
    steps: steps![ChangeReplicationId:
        DrawId 0
            "40 random hexadecimal digits are drawn (getRandomHexChars)."
            "随机取 40 个十六进制字符（getRandomHexChars）。",
        SetId 0
            "replid takes them: a new history begins."
            "replid 取这些字符：一段新的历史开始。",
        Return 0
            "Returns: master_repl_offset goes on from where it is, under the new ID."
            "返回：master_repl_offset 在新 ID 之下从原处继续。",
    ],
    note: None,
};

pub(super) const CLEAR_REPLICATION_ID2: Walkthrough = Walkthrough {
    engine: &["replication/history.rs::clear_replication_id2"],
    called: text(
        "At the start, at the end of a replica's full sync, when SYNC or PSYNC creates a backlog, when one expires, \
         and by DEBUG CHANGE-REPL-ID.",
        "在启动时、副本全量同步结束时、SYNC 或 PSYNC 创建积压缓冲区时、积压缓冲区到期时，以及由 DEBUG CHANGE-REPL-ID \
         调用。",
    ),
    steps: steps![ClearReplicationId2:
        ClearId 0
            "replid2 becomes 40 times the digit 0, which is the ID of no history."
            "replid2 变成 40 个字符 0，它不是任何历史的 ID。"
            note "The walk-through only says that the ID is cleared. It is filled with the character '0', not with \
                  zero bytes."
                 "走读原文只说清除；实际填入的是字符 '0'，而不是零字节。",
        ClearOffset 0
            "second_replid_offset becomes -1: no offset is accepted for replid2."
            "second_replid_offset 变为 -1：replid2 不再接受任何偏移量。",
        Return 0
            "Returns: replid is the only history left that PSYNC can continue here."
            "返回：在这里 PSYNC 能接续的历史只剩 replid。",
    ],
    note: None,
};

pub(super) const DISCONNECT_SLAVES: Walkthrough = Walkthrough {
    engine: &["replication/downstream/mod.rs::disconnect_slaves"],
    called: text(
        "When the master changes, on promotion, before a replica's own full sync, and at +CONTINUE with another ID.",
        "在更换主节点时、升为主节点时、副本自己全量同步之前，以及收到带有不同 ID 的 +CONTINUE 时。",
    ),
    steps: steps![DisconnectSlaves:
        AnyLeft 0
            "Is a replica left (server.slaves)?"
            "还有副本（server.slaves）吗？",
        TakeFirst 1
            "The first one of the list is next."
            "取列表中的第一个。",
        Free 1
            "freeClient closes its connection and removes it; output queued for it is lost."
            "freeClient 关闭它的连接并把它移出列表；为它排队而尚未发出的内容随之丢失。"
            note "The walk-through does not say what is lost, nor that repl_no_slaves_since takes the current time \
                  once the last replica is gone. Each replica asks for what it misses by PSYNC."
                 "走读原文没有说会丢失什么，也没有说最后一个副本离开时 repl_no_slaves_since 取当前时间。每个副本随后\
                  用 PSYNC 请求自己缺少的部分。",
    ],
    note: None,
};

pub(super) const REPLICATION_SET_MASTER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/replicaof.rs::replication_set_master"],
    called: text(
        "By REPLICAOF host port, unless that is the current master.",
        "由 REPLICAOF host port 调用，前提是它还不是当前的主节点。",
    ),
    steps: steps![ReplicationSetMaster:
        SetMaster 0
            "masterhost and masterport take the new address; was_master: none was set before."
            "masterhost 和 masterport 取新地址；was_master 表示此前没有设置过。"
            note "The walk-through takes was_master for the first time that the node becomes a replica. It holds each \
                  time that the node is a master until now. The comment there lacks a slash."
                 "走读原文把 was_master 理解为第一次成为从节点；只要此前是主节点，每次都成立。那里的注释还少了一个斜杠。",
        IsConnected 0
            "Is there an active link to the old master (server.master)?"
            "有到旧主节点的活动链路（server.master）吗？",
        FreeMaster 1
            "The link is closed and cached: cached_master keeps its ID and offset."
            "关闭并缓存链路：cached_master 留着它的 ID 和偏移量。"
            note "The walk-through says that the old master is released. 5.0.14 keeps it as cached_master, so that \
                  the new master can be asked for a partial resync."
                 "走读原文说释放旧主节点；5.0.14 把它留作 cached_master，这样才能向新主节点请求部分重同步。",
        DisconnectBlocked 0
            "Calls disconnectAllBlockedClients: what they wait for may never come on a replica."
            "调用 disconnectAllBlockedClients：它们等待的东西在副本上也许永远不会来。",
        DisconnectReplicas 0
            "Calls disconnectSlaves: the node's own replicas must ask again."
            "调用 disconnectSlaves：自己的副本须重新请求。",
        CancelHandshake 0
            "Calls cancelReplicationHandshake: an attempt with the old master ends."
            "调用 cancelReplicationHandshake：结束与旧主节点尚未完成的尝试。",
        WasMaster 0
            "Was this node a master until now (was_master)?"
            "这个节点此前是主节点（was_master）吗？",
        DiscardCachedMaster 1
            "Calls replicationDiscardCachedMaster, to make room for another one."
            "调用 replicationDiscardCachedMaster，为新的缓存腾出位置。",
        CacheItself 1
            "Calls replicationCacheMasterUsingMyself: PSYNC will name the node's own history."
            "调用 replicationCacheMasterUsingMyself：PSYNC 将以自己的历史去请求。"
            note "The walk-through names the field cache_server; 5.0.14 has cached_master."
                 "走读原文把字段写作 cache_server；5.0.14 中是 cached_master。",
        SetStateConnect 0
            "repl_state becomes CONNECT."
            "repl_state 变为 CONNECT。"
            note "The walk-through does not say when the node connects: in its next replicationCron, up to a second \
                  later."
                 "走读原文没有说何时建立连接：在下一次 replicationCron 中，至多一秒之后。",
    ],
    note: Some(text(
        "The walk-through does not say that IDs, offset and backlog stay as they are: the first PSYNC uses them.",
        "走读原文没有说 ID、偏移量和积压缓冲区都保持不变：第一次 PSYNC 要用到它们。",
    )),
};

pub(super) const DISCONNECT_ALL_BLOCKED_CLIENTS: Walkthrough = Walkthrough {
    engine: &["blocked.rs::disconnect_all_blocked_clients"],
    called: text(
        "Only by replicationSetMaster: on a replica the event that a client waits for may never occur.",
        "只由 replicationSetMaster 调用：客户端在主节点上等待的东西，在副本上也许永远不会来。",
    ),
    steps: steps![DisconnectAllBlockedClients:
        AnyLeft 0
            "Is a client left that is blocked, for example in BLPOP, BZPOPMIN or WAIT?"
            "还有阻塞的客户端吗（例如 BLPOP、BZPOPMIN、WAIT）？"
            note "The walk-through says that server.clients is moved into li. li is only an iterator over it."
                 "走读原文说把 server.clients 转移到 li；li 只是遍历它的迭代器。",
        ReplyWithError 1
            "It gets an error that begins with -UNBLOCKED, and waits no longer."
            "它收到以 -UNBLOCKED 开头的错误，不再等待。",
        CloseAfterReply 1
            "Its connection is closed once that error is sent."
            "这个错误发出之后，关闭它的连接。"
            note "The walk-through's title only speaks of releasing blocked clients. They lose their connection too."
                 "走读原文的标题只说释放阻塞的客户端；它们的连接也会被关闭。",
    ],
    note: None,
};
