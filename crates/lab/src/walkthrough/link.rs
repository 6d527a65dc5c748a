//! The link to a master as a client: live, suspended, brought back.

use super::{Walkthrough, text};

pub(super) const REPLICATION_DISCARD_CACHED_MASTER: Walkthrough = Walkthrough {
    redis: "replicationDiscardCachedMaster",
    engine: &["replication/cached_master.rs::replication_discard_cached_master"],
    called: text(
        "On promotion, when a master becomes a replica, at +FULLRESYNC, and when the master does not do PSYNC.",
        "在升为主节点时、主节点变为副本时、收到 +FULLRESYNC 时，以及主节点不支持 PSYNC 时。",
    ),
    steps: &[
        text("Without a cached master nothing happens.", "没有缓存的主节点时，什么也不发生。"),
        text(
            "Otherwise it is thrown away, without that being taken for the loss of a link.",
            "否则把它丢弃，而且不会被当成链路断开。",
        ),
        text(
            "The node has no history left to name: the next request is PSYNC ? -1.",
            "节点再没有可报的历史：下一次请求是 PSYNC ? -1。",
        ),
    ],
};

pub(super) const REPLICATION_CACHE_MASTER_USING_MYSELF: Walkthrough = Walkthrough {
    redis: "replicationCacheMasterUsingMyself",
    engine: &["replication/cached_master.rs::replication_cache_master_using_myself"],
    called: text(
        "By replicationSetMaster on a node that was a master, and at the start of a replica whose RDB names its history.",
        "在原为主节点的节点上由 replicationSetMaster 调用；副本启动时若 RDB 记有其历史，也会调用。",
    ),
    steps: &[
        text("master_initial_offset becomes the node's own offset.", "master_initial_offset 取节点自己的偏移量。"),
        text(
            "A cached master is made up that has the node's own ID and offset, as if it had followed itself.",
            "用节点自己的 ID 和偏移量合成一个缓存的主节点，仿佛它一直跟随着自己。",
        ),
        text(
            "The first PSYNC then asks for the byte after its own last: if the new master shares that history, no file is \
             sent.",
            "于是第一次 PSYNC 请求自己最后一个字节之后的字节：新主节点若共有这段历史，就不必发送文件。",
        ),
    ],
};

pub(super) const REPLICATION_CREATE_MASTER_CLIENT: Walkthrough = Walkthrough {
    redis: "replicationCreateMasterClient",
    engine: &["replication/cached_master.rs::replication_create_master_client"],
    called: text("At the end of a full sync, once the file is loaded.", "在全量同步结束、文件载入之后调用。"),
    steps: &[
        text(
            "The connection of handshake and transfer becomes a client with the role of master: its commands are run without \
             a reply.",
            "握手和传输所用的连接变成一个主节点角色的客户端：它的命令照常执行，但不回复。",
        ),
        text(
            "Its offsets, applied and received, begin where +FULLRESYNC said, and its ID is the one told there.",
            "它已应用和已接收的偏移量都从 +FULLRESYNC 给出的位置开始，ID 也取那里给出的。",
        ),
        text("The stream goes on in the database that the file names.", "复制流在文件所记的数据库中继续。"),
        text(
            "If no offset was told (after SYNC), it is -1 and the link acknowledges nothing of itself.",
            "如果没有给出偏移量（SYNC 之后），偏移量就是 -1，这条链路不会主动确认。",
        ),
    ],
};

pub(super) const REPLICATION_RESURRECT_CACHED_MASTER: Walkthrough = Walkthrough {
    redis: "replicationResurrectCachedMaster",
    engine: &["replication/cached_master.rs::replication_resurrect_cached_master"],
    called: text(
        "By slaveTryPartialResynchronization at +CONTINUE.",
        "收到 +CONTINUE 时由 slaveTryPartialResynchronization 调用。",
    ),
    steps: &[
        text(
            "The cached master becomes the live one, on the handshake's connection.",
            "缓存的主节点借助握手的连接重新成为活动的主节点。",
        ),
        text(
            "Its ID, offset and database are what they were when the link broke; what had come and was not applied comes \
             again.",
            "ID、偏移量和数据库都与断开时相同；当时收到而未应用的内容会再来一次。",
        ),
        text("The state is CONNECTED, and the link counts as up.", "状态变为 CONNECTED，链路视为已连通。"),
    ],
};

pub(super) const REPLICATION_SEND_ACK: Walkthrough = Walkthrough {
    redis: "replicationSendAck",
    engine: &["replication/cached_master.rs::replication_send_ack"],
    called: text(
        "By cron each second while the link is up and its offset known, and at once for REPLCONF GETACK.",
        "链路连通且偏移量已知时由 cron 每秒调用一次；收到 REPLCONF GETACK 时立即调用。",
    ),
    steps: &[
        text("Without a live master nothing is sent.", "没有活动的主节点时，什么也不发送。"),
        text(
            "REPLCONF ACK with the offset applied so far is queued, although nothing else is ever replied to a master.",
            "把带有当前已应用偏移量的 REPLCONF ACK 排入队列，尽管除此之外从不回复主节点。",
        ),
        text(
            "A GETACK itself is not in that number: it counts once it has been executed.",
            "GETACK 自身不计入这个数：它执行完之后才算。",
        ),
    ],
};
