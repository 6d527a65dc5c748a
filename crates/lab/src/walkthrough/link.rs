//! The link to a master as a client: active, cached, restored.

use super::{Walkthrough, text};

pub(super) const REPLICATION_DISCARD_CACHED_MASTER: Walkthrough = Walkthrough {
    redis: "replicationDiscardCachedMaster",
    engine: &["replication/upstream/cached_master.rs::replication_discard_cached_master"],
    called: text(
        "On promotion, when a master becomes a replica, at +FULLRESYNC, and when the master does not support PSYNC.",
        "在升为主节点时、主节点变为副本时、收到 +FULLRESYNC 时，以及主节点不支持 PSYNC 时。",
    ),
    steps: &[
        text("Without a cached master it does nothing.", "没有缓存的主节点时，什么也不发生。"),
        text(
            "Otherwise it is freed; this does not count as the loss of a link.",
            "否则把它丢弃，而且不会被当成链路断开。",
        ),
        text(
            "The node has no history to continue: the next request is PSYNC ? -1.",
            "节点没有可以接续的历史：下一次请求是 PSYNC ? -1。",
        ),
    ],
};

pub(super) const REPLICATION_CACHE_MASTER_USING_MYSELF: Walkthrough = Walkthrough {
    redis: "replicationCacheMasterUsingMyself",
    engine: &["replication/upstream/cached_master.rs::replication_cache_master_using_myself"],
    called: text(
        "By replicationSetMaster on a node that was a master, and at the start of a replica whose RDB file has its \
         replication ID.",
        "在原为主节点的节点上由 replicationSetMaster 调用；副本启动时若 RDB 记有其历史，也会调用。",
    ),
    steps: &[
        text("master_initial_offset becomes the node's own offset.", "master_initial_offset 取节点自己的偏移量。"),
        text(
            "A cached master is created with the node's own ID and offset, as if it had been its own replica.",
            "用节点自己的 ID 和偏移量合成一个缓存的主节点，如同它曾是自己的副本。",
        ),
        text(
            "The first PSYNC then asks for the byte after the node's last one: if the new master has that history, no \
             file is sent.",
            "于是第一次 PSYNC 请求自己最后一个字节之后的字节：新主节点若共有这段历史，就不必发送文件。",
        ),
    ],
};

pub(super) const REPLICATION_CREATE_MASTER_CLIENT: Walkthrough = Walkthrough {
    redis: "replicationCreateMasterClient",
    engine: &["replication/upstream/cached_master.rs::replication_create_master_client"],
    called: text("At the end of a full sync, once the file is loaded.", "在全量同步结束、文件载入之后调用。"),
    steps: &[
        text(
            "The connection of handshake and transfer becomes a client with the role of master: its commands are \
             executed without a reply.",
            "握手和传输所用的连接变成一个主节点角色的客户端：它的命令照常执行，但不回复。",
        ),
        text(
            "Its applied and received offsets start at the offset of +FULLRESYNC, and its ID is the one of \
             +FULLRESYNC.",
            "它已应用和已接收的偏移量都从 +FULLRESYNC 给出的位置开始，ID 也取那里给出的。",
        ),
        text("The stream continues in the database recorded in the file.", "复制流在文件所记的数据库中继续。"),
        text(
            "If no offset is known (after SYNC), it is -1 and the link sends no periodic ACKs.",
            "如果没有给出偏移量（SYNC 之后），偏移量就是 -1，这条链路不会定期确认。",
        ),
    ],
};

pub(super) const REPLICATION_RESURRECT_CACHED_MASTER: Walkthrough = Walkthrough {
    redis: "replicationResurrectCachedMaster",
    engine: &["replication/upstream/cached_master.rs::replication_resurrect_cached_master"],
    called: text(
        "By slaveTryPartialResynchronization at +CONTINUE.",
        "收到 +CONTINUE 时由 slaveTryPartialResynchronization 调用。",
    ),
    steps: &[
        text(
            "The cached master becomes the active one, on the connection of the handshake.",
            "缓存的主节点借助握手的连接重新成为活动的主节点。",
        ),
        text(
            "Its ID, offset and database are those at the time of the disconnect; bytes received then and not applied \
             are sent again.",
            "ID、偏移量和数据库都与断开时相同；当时收到而未应用的内容会再来一次。",
        ),
        text("The state becomes CONNECTED, and the link counts as up.", "状态变为 CONNECTED，链路视为已连通。"),
    ],
};

pub(super) const REPLICATION_SEND_ACK: Walkthrough = Walkthrough {
    redis: "replicationSendAck",
    engine: &["replication/upstream/cached_master.rs::replication_send_ack"],
    called: text(
        "By cron every second while the link is up and its offset is known, and immediately for REPLCONF GETACK.",
        "链路连通且偏移量已知时由 cron 每秒调用一次；收到 REPLCONF GETACK 时立即调用。",
    ),
    steps: &[
        text("Without an active master nothing is sent.", "没有活动的主节点时，什么也不发送。"),
        text(
            "REPLCONF ACK with the applied offset is queued; it is the only output that a replica sends to its master.",
            "把带有当前已应用偏移量的 REPLCONF ACK 排入队列，它是副本发给主节点的唯一输出。",
        ),
        text(
            "The bytes of the GETACK itself are not included: they count after it has been executed.",
            "GETACK 自身不计入这个数：它执行完之后才算。",
        ),
    ],
};
