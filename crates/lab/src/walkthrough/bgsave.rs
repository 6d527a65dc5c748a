//! The master's full sync: the save, the RDB for the replicas, and the replica online.

use super::text::{Walkthrough, steps, text};

pub(super) const REPLICATION_SETUP_SLAVE_FOR_FULL_RESYNC: Walkthrough = Walkthrough {
    engine: &["replication/downstream/bgsave.rs::replication_setup_slave_for_full_resync"],
    called: text(
        "For each replica that a save is started for, and for one that joins a running save.",
        "为每个因之启动保存的副本调用；共享正在进行的保存的副本也会调用。",
    ),
    steps: steps![ReplicationSetupSlaveForFullResync:
        SetInitialOffset 0
            "psync_initial_offset takes the offset that the RDB is for."
            "psync_initial_offset 取 RDB 所对应的偏移量。"
            note "The walk-through says that the latest offset is sent. For a replica that shares a running save it \
                  is the offset at the start of that save."
                 "走读原文说发送的是最新的偏移量；对共享正在进行的保存的副本来说，它是那次保存开始时的偏移量。",
        SetStateWaitEnd 0
            "replstate becomes WAIT_BGSAVE_END: from here on the stream is queued for it."
            "replstate 变为 WAIT_BGSAVE_END：从此为它排队复制流。",
        ForceSelect 0
            "slaveseldb becomes -1: SELECT precedes the next command of the stream."
            "slaveseldb 变为 -1：复制流的下一条命令之前会有 SELECT。"
            note "The walk-through does not explain this. A new replica has no database selected yet, and all \
                  replicas get the same bytes, so each gets the SELECT."
                 "走读原文没有解释这一步。新副本还没有选中数据库，而所有副本收到的字节相同，所以每个副本都会收到 \
                  SELECT。",
        CameWithSync 0
            "Did the replica come with SYNC (PRE_PSYNC)? Then it gets no such line."
            "副本是用 SYNC 来的（PRE_PSYNC）吗？是则不发送下面这一行。"
            note "The walk-through calls CLIENT_PRE_PSYNC a state. It is a flag of the client, which SYNC sets."
                 "走读原文把 CLIENT_PRE_PSYNC 称作状态；它是客户端的标志，由 SYNC 设置。",
        SendFullResync 1
            "If not: +FULLRESYNC with replid and the offset is written directly."
            "不是的话，直接写出带有 replid 和偏移量的 +FULLRESYNC。",
    ],
    note: Some(text(
        "The walk-through has two statements and the declarations of the buffer twice, which does not compile.",
        "走读原文把两条语句和缓冲区的声明写了两遍，这样无法编译。",
    )),
};

pub(super) const START_BGSAVE_FOR_REPLICATION: Walkthrough = Walkthrough {
    engine: &["replication/downstream/bgsave.rs::start_bgsave_for_replication"],
    called: text(
        "By SYNC and PSYNC if no save is running, by cron for waiting replicas, and at the end of a save if replicas \
         wait for the next one.",
        "没有保存在进行时由 SYNC 和 PSYNC 调用；由 cron 为等待的副本调用；一次保存结束而还有副本等下一次时也会调用。",
    ),
    steps: steps![StartBgsaveForReplication:
        IsDiskless 0
            "Is repl-diskless-sync on, and do all waiting replicas know the EOF mark?"
            "开启了 repl-diskless-sync，而且所有等待的副本都支持 EOF 标记吗？",
        SetUpForSockets 1
            "For each in WAIT_BGSAVE_START: calls replicationSetupSlaveForFullResync first."
            "为每个处于 WAIT_BGSAVE_START 的副本先调用 replicationSetupSlaveForFullResync。"
            note "The walk-through says that only replicas that support PSYNC take part. All that wait do; one that \
                  came with SYNC just gets no +FULLRESYNC."
                 "走读原文说只有支持 PSYNC 的副本参与；所有等待的副本都参与，用 SYNC 来的只是收不到 +FULLRESYNC。",
        StartSave 0
            "A child begins to save the dataset as it is now: to the sockets, or to a file."
            "子进程开始保存此刻的数据集：写到套接字，或写到文件。"
            note "The walk-through says that data piles up in blocking sockets and is sent together at the end. \
                  Sockets are made blocking, with a timeout, because the child writes to them directly as it saves. \
                  The mark has 40 hexadecimal digits."
                 "走读原文说数据先堆积在阻塞的套接字里，最后一起发送；设为阻塞（带超时）是因为子进程边保存边直接写。\
                  标记是 40 个十六进制字符。",
        Failed 0
            "Did it fail to start?"
            "启动失败了吗？",
        RefuseWaiting 1
            "Each in WAIT_BGSAVE_START gets an error and is closed after it."
            "每个处于 WAIT_BGSAVE_START 的副本收到一个错误，随后被关闭。",
        SetUpForDisk 0
            "To a file: calls replicationSetupSlaveForFullResync for each now, at the current offset."
            "写到文件：此时为每个副本以当前偏移量调用 replicationSetupSlaveForFullResync。",
        FlushScriptCache 0
            "Calls replicationScriptCacheFlush: the new replicas have no scripts yet."
            "调用 replicationScriptCacheFlush：新来的副本还没有任何脚本。",
    ],
    note: None,
};

pub(super) const UPDATE_SLAVES_WAITING_BGSAVE: Walkthrough = Walkthrough {
    engine: &["replication/downstream/bgsave.rs::update_slaves_waiting_bgsave"],
    called: text("When the child of a save has ended, well or not.", "保存的子进程结束时调用，不论成功与否。"),
    steps: steps![UpdateSlavesWaitingBgsave:
        AnyLeft 0
            "Is a replica left in WAIT_BGSAVE_END?"
            "还有处于 WAIT_BGSAVE_END 的副本吗？",
        Failed 1
            "Did the save fail?"
            "保存失败了吗？",
        Free 2
            "Its connection is closed; it will ask again."
            "关闭它的连接；它会重新请求。",
        WasStreamed 1
            "If not: did the child write to the sockets of the replicas?"
            "没有的话，子进程写的是副本的套接字吗？",
        SetStateOnline 2
            "replstate becomes ONLINE, but the stream waits for the replica's first ACK."
            "replstate 变为 ONLINE，但复制流要等副本的第一个 ACK。",
        BeginBulk 2
            "If it wrote a file: replstate becomes SEND_BULK, and the file is sent."
            "若写的是文件：replstate 变为 SEND_BULK，开始发送文件。",
        AnyWaitForNext 0
            "Is a replica in WAIT_BGSAVE_START, which this save came too early for?"
            "有处于 WAIT_BGSAVE_START、没赶上这次保存的副本吗？",
        StartSave 1
            "Calls startBgsaveForReplication with the capabilities that all of them have."
            "以它们共有的能力调用 startBgsaveForReplication。",
    ],
    note: Some(text(
        "The walk-through goes from startBgsaveForReplication to putSlaveOnline and leaves out what happens between: \
         the child ends, and the file is sent.",
        "走读原文从 startBgsaveForReplication 直接到 putSlaveOnline，略去了其间的事：子进程结束，文件发送。",
    )),
};

pub(super) const REPLICATION_SCRIPT_CACHE_FLUSH: Walkthrough = Walkthrough {
    engine: &["script/commands.rs::replication_script_cache_flush"],
    called: text(
        "When a save for replicas has started, by SCRIPT FLUSH, and by cron while no replica is connected.",
        "为副本启动保存之后、执行 SCRIPT FLUSH 时，以及没有副本相连时由 cron 调用。",
    ),
    steps: steps![ReplicationScriptCacheFlush:
        EmptySet 0
            "repl_scriptcache_dict, the SHA1s that all replicas have, is emptied."
            "清空 repl_scriptcache_dict，即所有副本都持有的 SHA1 的集合。"
            note "The walk-through's title says that the cache of Lua scripts is cleared. The scripts stay; what is \
                  emptied says which of them every replica has."
                 "走读原文的标题说清除 Lua 脚本的缓存；脚本都保留，清空的是每个副本持有哪些脚本的记录。",
        ReleaseOrder 0
            "repl_scriptcache_fifo, the order in which they came, is released."
            "释放 repl_scriptcache_fifo，即它们加入的先后顺序。",
        CreateOrder 0
            "An empty list takes its place: EVALSHA goes out as EVAL again."
            "换成空的列表：EVALSHA 又以 EVAL 发出。",
    ],
    note: None,
};

pub(super) const PUT_SLAVE_ONLINE: Walkthrough = Walkthrough {
    engine: &["replication/downstream/bulk.rs::put_slave_online"],
    called: text(
        "When the last byte of the file is sent, and at the first ACK after a diskless transfer.",
        "文件的最后一个字节发出时调用；无盘传输之后收到第一个 ACK 时调用。",
    ),
    steps: steps![PutSlaveOnline:
        SetStateOnline 0
            "replstate becomes ONLINE."
            "replstate 变为 ONLINE。",
        AllowStream 0
            "repl_put_online_on_ack becomes 0: the stream may be written."
            "repl_put_online_on_ack 变为 0：可以写出复制流。"
            note "The walk-through takes this for a missing ACK. It is a permission: after a diskless transfer \
                  nothing may be written until the first ACK."
                 "走读原文理解为未应答；它是一个许可：无盘传输之后，收到第一个 ACK 之前什么都不能写。",
        SetAckTime 0
            "repl_ack_time takes the current time."
            "repl_ack_time 取当前时间。"
            note "The walk-through says that this marks the ACK as missing. It restarts the time from which the \
                  timeout and the lag count."
                 "走读原文说把 ACK 更新为未应答；它使超时和延迟重新计时。",
        WriteQueued 0
            "What was queued since the save began is written, and the stream follows."
            "写出保存开始以来排队的内容，复制流紧随其后。",
        RefreshCount 0
            "Calls refreshGoodSlavesCount: this replica may be a good one now."
            "调用 refreshGoodSlavesCount：这个副本现在可能是合格的。",
    ],
    note: None,
};

pub(super) const REFRESH_GOOD_SLAVES_COUNT: Walkthrough = Walkthrough {
    engine: &["replication/downstream/mod.rs::refresh_good_slaves_count"],
    called: text(
        "By cron, when a replica comes online, continues with +CONTINUE or disconnects, and by CONFIG SET of the two \
         options; not by an ACK.",
        "由 cron 调用；副本上线、以 +CONTINUE 接续或丢失时调用；用 CONFIG SET 修改那两个选项时调用；ACK 不会触发。",
    ),
    steps: steps![RefreshGoodSlavesCount:
        IsConfigured 0
            "Are min-replicas-to-write and min-replicas-max-lag both set? If not, nothing changes."
            "min-replicas-to-write 和 min-replicas-max-lag 都设置了吗？否则什么也不变。"
            note "The walk-through does not say that the old count then stays, whatever happens to the replicas."
                 "走读原文没有说此时旧的计数会一直留着，不论副本如何变化。",
        IsGood 0
            "Next replica: ONLINE, and its last ACK at most min-replicas-max-lag seconds ago?"
            "下一个副本：处于 ONLINE，而且最近一次 ACK 在 min-replicas-max-lag 秒之内吗？"
            note "The walk-through speaks of a timeout. The lag is the number of seconds since the last ACK."
                 "走读原文称之为超时时间；它是距最近一次 ACK 的秒数。",
        SetCount 0
            "repl_good_slaves_count takes the number of those."
            "repl_good_slaves_count 取这样的副本数。",
    ],
    note: None,
};
