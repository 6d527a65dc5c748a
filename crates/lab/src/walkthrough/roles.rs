//! Roles and histories: REPLICAOF, the replication IDs, and the connections that are closed on a change.

use super::{Walkthrough, text};

pub(super) const REPLICATION_UNSET_MASTER: Walkthrough = Walkthrough {
    redis: "replicationUnsetMaster",
    engine: &["replication/upstream/replicaof.rs::replication_unset_master"],
    called: text(
        "By REPLICAOF NO ONE, on a replica that becomes a master.",
        "由 REPLICAOF NO ONE 调用，副本由此成为主节点。",
    ),
    steps: &[
        text(
            "On a node without a master nothing changes; otherwise the master's address is cleared.",
            "没有主节点的节点保持原样；否则清除主节点的地址。",
        ),
        text(
            "The IDs are shifted (shiftReplicationId), while the offset is still that of the link.",
            "趁偏移量还是这条链路的偏移量，先交替复制 ID（shiftReplicationId）。",
        ),
        text(
            "The link to the master is closed, the cached master is discarded, and a handshake is cancelled.",
            "关闭到主节点的链路，丢弃由它缓存下来的状态，并取消正在进行的握手。",
        ),
        text(
            "The node's replicas are disconnected, so that they reconnect and get the new ID.",
            "断开自己的副本，让它们重新连上来并得知新的 ID。",
        ),
        text(
            "The state becomes NONE, and the next command of the stream is preceded by SELECT; offset and backlog are \
             kept, so that the other nodes can continue.",
            "状态变为 NONE，下一条写入复制流的命令之前会有 SELECT；偏移量和积压缓冲区保留，其他节点正因此得以接续。",
        ),
    ],
};

pub(super) const SHIFT_REPLICATION_ID: Walkthrough = Walkthrough {
    redis: "shiftReplicationId",
    engine: &["replication/history.rs::shift_replication_id"],
    called: text(
        "Only by replicationUnsetMaster, before the master's link is closed.",
        "只由 replicationUnsetMaster 调用，在关闭主节点链路之前。",
    ),
    steps: &[
        text("The current ID becomes the second one, replid2.", "把到目前为止的 ID 作为第二个 ID，即 replid2。"),
        text(
            "It is valid up to the next byte: second_replid_offset is the offset plus one, since a sibling replica \
             with the same data asks for that byte.",
            "它的有效范围到下一个字节为止：second_replid_offset 是偏移量加一，因为数据同样多的兄弟节点请求的正是这个字\
             节。",
        ),
        text("A new random ID names the history from here on.", "新的随机 ID 命名从这里往后写入的历史。"),
    ],
};

pub(super) const CHANGE_REPLICATION_ID: Walkthrough = Walkthrough {
    redis: "changeReplicationId",
    engine: &["replication/history.rs::change_replication_id"],
    called: text(
        "At the start, on promotion, when SYNC or PSYNC creates a backlog, when a backlog expires, and by DEBUG \
         CHANGE-REPL-ID.",
        "在启动时、升为主节点时、SYNC 或 PSYNC 创建积压缓冲区时、积压缓冲区到期时，以及由 DEBUG CHANGE-REPL-ID 调用。",
    ),
    steps: &[
        text("Forty random hexadecimal characters are generated.", "随机取四十个十六进制字符。"),
        text(
            "They replace replid: a request with the old ID no longer matches the current history.",
            "用它们替换 replid：带有旧 ID 的请求不再匹配当前历史。",
        ),
    ],
};

pub(super) const CLEAR_REPLICATION_ID2: Walkthrough = Walkthrough {
    redis: "clearReplicationId2",
    engine: &["replication/history.rs::clear_replication_id2"],
    called: text(
        "At the start, at the end of a replica's full sync, when SYNC or PSYNC creates a backlog, when one expires, \
         and by DEBUG CHANGE-REPL-ID.",
        "在启动时、副本全量同步结束时、SYNC 或 PSYNC 创建积压缓冲区时、积压缓冲区到期时，以及由 DEBUG CHANGE-REPL-ID 调\
         用。",
    ),
    steps: &[
        text(
            "The second ID becomes forty zeros, which is the ID of no history.",
            "第二个 ID 变成四十个零，它不是任何历史的 ID。",
        ),
        text(
            "second_replid_offset becomes -1, so that no offset is accepted for it.",
            "second_replid_offset 变为 -1，不接受任何偏移量。",
        ),
    ],
};

pub(super) const DISCONNECT_SLAVES: Walkthrough = Walkthrough {
    redis: "disconnectSlaves",
    engine: &["replication/downstream/mod.rs::disconnect_slaves"],
    called: text(
        "When the master changes, on promotion, before a replica's own full sync, and at +CONTINUE with another ID.",
        "在更换主节点时、升为主节点时、副本自己全量同步之前，以及收到带有不同 ID 的 +CONTINUE 时。",
    ),
    steps: &[
        text(
            "Every replica's connection is closed immediately; queued output that was not sent is lost.",
            "立即关闭每个副本的连接；为它排队而尚未发出的内容随之丢失。",
        ),
        text(
            "With the last one closed, repl_no_slaves_since is set to the current time, from which the backlog's time \
             to live counts.",
            "最后一个离开时，repl_no_slaves_since 取当前时间，积压缓冲区的存活时间从此算起。",
        ),
        text(
            "Each replica reconnects and asks for the missing bytes with PSYNC.",
            "每个副本随后用 PSYNC 回来，请求自己错过的部分。",
        ),
    ],
};

pub(super) const REPLICATION_SET_MASTER: Walkthrough = Walkthrough {
    redis: "replicationSetMaster",
    engine: &["replication/upstream/replicaof.rs::replication_set_master"],
    called: text(
        "By REPLICAOF host port, unless that is the current master.",
        "由 REPLICAOF host port 调用，前提是它还不是当前的主节点。",
    ),
    steps: &[
        text(
            "The new address is stored; an active link to the old master is closed and thereby cached.",
            "记下新地址；若有到旧主节点的活动链路，就关闭它，它的状态因而被缓存。",
        ),
        text(
            "Clients blocked in a command get -UNBLOCKED and are closed.",
            "阻塞在命令中的客户端收到 -UNBLOCKED，然后被关闭。",
        ),
        text(
            "The node's replicas are disconnected, and a handshake or a transfer is cancelled.",
            "断开自己的副本，并取消正在进行的握手或传输。",
        ),
        text(
            "A node that was a master creates a cached master from its own history, so that it tries a partial resync \
             first.",
            "此前是主节点的话，就用自己的历史建立一个缓存的主节点，先尝试部分重同步。",
        ),
        text(
            "The state becomes CONNECT, and cron connects; IDs, offset and backlog do not change.",
            "状态变为 CONNECT，由 cron 建立连接；ID、偏移量和积压缓冲区都不变。",
        ),
    ],
};

pub(super) const DISCONNECT_ALL_BLOCKED_CLIENTS: Walkthrough = Walkthrough {
    redis: "disconnectAllBlockedClients",
    engine: &["blocked.rs::disconnect_all_blocked_clients"],
    called: text(
        "Only by replicationSetMaster: on a replica the event that a client waits for may never occur.",
        "只由 replicationSetMaster 调用：客户端在主节点上等待的东西，在副本上也许永远不会来。",
    ),
    steps: &[
        text(
            "Every blocked client (BLPOP, BZPOPMIN, WAIT and so on) gets an error that begins with -UNBLOCKED.",
            "每个在等待的客户端（BLPOP、BZPOPMIN、WAIT 等）都收到以 -UNBLOCKED 开头的错误。",
        ),
        text("It is unblocked, and closed after that reply is sent.", "它不再等待，回复发出之后即被关闭。"),
    ],
};
