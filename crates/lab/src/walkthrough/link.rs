//! The link to a master as a client: active, cached, restored.

use super::text::{Walkthrough, steps, text};

pub(super) const REPLICATION_DISCARD_CACHED_MASTER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cached_master.rs::replication_discard_cached_master"],
    called: text(
        "On promotion, when a master becomes a replica, at +FULLRESYNC, and when the master does not support PSYNC.",
        "在升为主节点时、主节点变为副本时、收到 +FULLRESYNC 时，以及主节点不支持 PSYNC 时。",
    ),
    steps: steps![ReplicationDiscardCachedMaster:
        HasCachedMaster 0
            "Is there a cached_master? If not, nothing happens."
            "有 cached_master 吗？没有则什么也不发生。",
        Free 0
            "It is freed, and with it reploff and the database that the stream had selected."
            "释放它，reploff 和复制流所选的数据库随之丢弃。"
            note "The walk-through gives CLIENT_MASTER as 1 and no reason for clearing it. It is 1<<1, that is 2; \
                  with it set, freeing the client would count as the loss of an active link."
                 "走读原文说 CLIENT_MASTER 等于 1，也没有说为何清除它。它是 1<<1，即 2；若不清除，释放这个客户端会被\
                  当作活动链路断开。",
        Discard 0
            "cached_master becomes NULL: no history is left to continue."
            "cached_master 变为 NULL：不再有可以接续的历史。",
    ],
    note: None,
};

pub(super) const REPLICATION_CACHE_MASTER_USING_MYSELF: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cached_master.rs::replication_cache_master_using_myself"],
    called: text(
        "By replicationSetMaster on a node that was a master, and at the start of a replica whose RDB file has its \
         replication ID.",
        "在原为主节点的节点上由 replicationSetMaster 调用；副本启动时若 RDB 记有其历史，也会调用。",
    ),
    steps: steps![ReplicationCacheMasterUsingMyself:
        SetInitialOffset 0
            "master_initial_offset takes the node's own master_repl_offset."
            "master_initial_offset 取节点自己的 master_repl_offset。",
        MakeMaster 0
            "A master client without a connection is made: its reploff is master_initial_offset."
            "建立一个没有连接的主节点客户端：它的 reploff 是 master_initial_offset。"
            note "5.0.14, as the walk-through shows, makes server.master by replicationCreateMasterClient(-1, -1) and \
                  moves it. Its database is 0, since the new master's stream begins with SELECT."
                 "如走读原文所示，5.0.14 用 replicationCreateMasterClient(-1, -1) 建立 server.master 再移过来。数据库\
                  留在 0：新主节点的复制流会以 SELECT 开头。",
        TakeId 0
            "Its replid takes the node's own replid, as if the node had followed itself."
            "它的 replid 取节点自己的 replid，如同节点曾跟随自己。",
        MakeCachedMaster 0
            "cached_master becomes this client: PSYNC can ask for the next byte of this history."
            "cached_master 变为这个客户端：PSYNC 能请求这段历史的下一个字节。",
    ],
    note: Some(text(
        "The walk-through says that this serves the copying of data later. It makes a PSYNC with the node's own \
         history possible; it is also called at the start, which the walk-through leaves out.",
        "走读原文说这是为了后续的数据复制；它的作用是能以自己的历史发出 PSYNC。启动时也会调用，走读原文没有提到。",
    )),
};

pub(super) const REPLICATION_CREATE_MASTER_CLIENT: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cached_master.rs::replication_create_master_client"],
    called: text("At the end of a full sync, once the file is loaded.", "在全量同步结束、文件载入之后调用。"),
    steps: steps![ReplicationCreateMasterClient:
        MakeClient 0
            "The connection becomes the client server.master, whose commands get no reply."
            "连接变成客户端 server.master，它的命令照常执行但不回复。",
        SetOffset 0
            "reploff and read_reploff take master_initial_offset, its replid takes master_replid."
            "reploff 和 read_reploff 取 master_initial_offset，它的 replid 取 master_replid。",
        IsPrePsync 0
            "Is reploff -1, as after SYNC? Then it is marked PRE_PSYNC: no periodic ACKs."
            "reploff 是 -1（SYNC 之后）吗？是则标记为 PRE_PSYNC：不定期确认。"
            note "The walk-through gives the flags as 1 and 65537. CLIENT_MASTER is 2, and with CLIENT_PRE_PSYNC the \
                  flags are 65538."
                 "走读原文说 flags 是 1 和 65537；CLIENT_MASTER 是 2，加上 CLIENT_PRE_PSYNC 是 65538。",
        SelectDb 0
            "The client's database is the one that the RDB names for the stream, or 0."
            "客户端的数据库取 RDB 为复制流记下的那个，没有则为 0。"
            note "The walk-through says that databases are numbered 0 to 16. By default there are 16: 0 to 15."
                 "走读原文说数据库编号是 0 到 16；默认有 16 个，即 0 到 15。",
        SetStateConnected 0
            "repl_state becomes CONNECTED, and repl_down_since 0."
            "repl_state 变为 CONNECTED，repl_down_since 变为 0。"
            note "In 5.0.14 the caller does this next. The walk-through does not show that caller, \
                  readSyncBulkPayload."
                 "在 5.0.14 中由调用者紧接着完成；走读原文没有这个调用者 readSyncBulkPayload。",
    ],
    note: None,
};

pub(super) const REPLICATION_RESURRECT_CACHED_MASTER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cached_master.rs::replication_resurrect_cached_master"],
    called: text(
        "By slaveTryPartialResynchronization at +CONTINUE.",
        "收到 +CONTINUE 时由 slaveTryPartialResynchronization 调用。",
    ),
    steps: steps![ReplicationResurrectCachedMaster:
        TakeConnection 0
            "cached_master becomes server.master again, on the connection of the handshake."
            "cached_master 重新成为 server.master，使用握手的连接。",
        ContinueAtOffset 0
            "Its replid, reploff and database are those at the time of the disconnect."
            "replid、reploff 和数据库都与断开时相同。"
            note "The walk-through does not say that bytes received then but not applied were dropped: they come once \
                  more."
                 "走读原文没有说，当时收到而未应用的字节已被丢弃：它们会再来一次。",
        SetStateConnected 0
            "repl_state becomes CONNECTED, and repl_down_since 0: the link is up."
            "repl_state 变为 CONNECTED，repl_down_since 变为 0：链路已连通。",
    ],
    note: None,
};

pub(super) const REPLICATION_SEND_ACK: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cached_master.rs::replication_send_ack"],
    called: text(
        "By cron every second while the link is up and its offset is known, and immediately for REPLCONF GETACK.",
        "链路连通且偏移量已知时由 cron 每秒调用一次；收到 REPLCONF GETACK 时立即调用。",
    ),
    steps: steps![ReplicationSendAck:
        HasMaster 0
            "Is there an active link to the master (server.master)? If not, nothing is sent."
            "有到主节点的活动链路（server.master）吗？没有则什么也不发送。",
        IsClosing 0
            "Is it to be closed (CLIENT_CLOSE_AFTER_REPLY)? Then nothing more is queued for it."
            "它即将关闭（CLIENT_CLOSE_AFTER_REPLY）吗？是则不再为它排入任何内容。",
        QueueAck 0
            "REPLCONF ACK with reploff is queued: the one reply that a master gets."
            "把带有 reploff 的 REPLCONF ACK 排入队列：主节点只会收到这种回复。"
            note "5.0.14, as the walk-through shows, sets CLIENT_MASTER_FORCE_REPLY before this and clears it after: \
                  a master gets no replies otherwise. The walk-through calls this a heartbeat with the offset. reploff \
                  counts the bytes applied, without the GETACK that may have asked for it."
                 "如走读原文所示，5.0.14 在此前设置 CLIENT_MASTER_FORCE_REPLY，之后清除：否则对主节点从不回复。走读原文\
                  称之为带偏移量的心跳；reploff 是已应用的字节数，不含请求它的 GETACK。",
        QueueWrite 0
            "The link joins the clients that are written to when the event loop's turn ends."
            "链路列入待写的客户端，本轮事件循环结束时才写出。",
    ],
    note: None,
};
