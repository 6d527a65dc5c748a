//! The master's side: the backlog, the reply to SYNC and PSYNC, the file and the stream.

use super::{Walkthrough, text};

pub(super) const CLIENT_HAS_PENDING_REPLIES: Walkthrough = Walkthrough {
    redis: "clientHasPendingReplies",
    engine: &["client.rs::client_has_pending_replies"],
    called: text(
        "By SYNC and PSYNC before anything else, and wherever output is written.",
        "SYNC 和 PSYNC 首先调用它；凡是写出回复的地方也会调用。",
    ),
    steps: &[
        text(
            "Checks whether output is queued for this client that was not sent yet.",
            "检查是否有为这个客户端排队而尚未发出的内容。",
        ),
        text(
            "If so, SYNC and PSYNC are refused: a pending reply would be read as part of the file or the stream.",
            "若有，就拒绝 SYNC 和 PSYNC：未发出的回复会被当成文件或复制流的一部分。",
        ),
    ],
};

pub(super) const CREATE_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    redis: "createReplicationBacklog",
    engine: &["replication/downstream/feed.rs::create_replication_backlog"],
    called: text(
        "For the first replica that needs a full resync, at the end of a replica's own full sync, and at +CONTINUE; in \
         each case only if there is no backlog.",
        "第一个需要全量同步的副本到来时、副本自己的全量同步结束时，以及收到 +CONTINUE 时；都以还没有积压缓冲区为前提。",
    ),
    steps: &[
        text(
            "An empty circular buffer of repl-backlog-size bytes is created: histlen and idx are 0.",
            "建立一个 repl-backlog-size 字节的环，它是空的：histlen 和 idx 都是 0。",
        ),
        text(
            "off is the offset plus one: the first byte that it can serve is the next one written.",
            "off 是偏移量加一：它能提供的第一个字节，就是下一个要写入的字节。",
        ),
        text(
            "From now on writes advance the offset, even without a replica.",
            "从此写入都会推进偏移量，即使没有副本。",
        ),
    ],
};

pub(super) const FREE_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    redis: "freeReplicationBacklog",
    engine: &["replication/downstream/feed.rs::free_replication_backlog"],
    called: text(
        "By cron after repl-backlog-ttl seconds without replicas, and before a replica's own full sync.",
        "没有副本的时间超过 repl-backlog-ttl 后由 cron 调用；副本自己全量同步之前也会调用。",
    ),
    steps: &[
        text("No replica is connected at that time.", "此时没有相连的副本。"),
        text(
            "The buffer is freed; INFO still shows its last first byte and histlen, with repl_backlog_active 0.",
            "丢弃这个环；INFO 继续显示它最后的首字节和 histlen，并标为未启用。",
        ),
    ],
};

pub(super) const MASTER_TRY_PARTIAL_RESYNCHRONIZATION: Walkthrough = Walkthrough {
    redis: "masterTryPartialResynchronization",
    engine: &["replication/downstream/sync.rs::master_try_partial_resynchronization", "replication/psync.rs::decide"],
    called: text(
        "By syncCommand for PSYNC, after the checks that the node can serve and that no output is pending.",
        "由 syncCommand 为 PSYNC 调用，此时已确定本节点可以服务，而且没有待发的内容。",
    ),
    steps: &[
        text(
            "The ID must be replid, or replid2 with an offset up to second_replid_offset.",
            "ID 必须是 replid；或者是 replid2，且所要的字节不超过 second_replid_offset。",
        ),
        text(
            "There must be a backlog with the requested offset: off <= offset <= off + histlen, both ends included.",
            "必须有积压缓冲区，且所要的字节在其中：off <= 字节 <= off + histlen，两端都算。",
        ),
        text(
            "If all conditions hold, the client becomes an online replica immediately; +CONTINUE is sent, with the ID \
             if the replica supports PSYNC2.",
            "全都成立，客户端立刻成为在线的副本；发出 +CONTINUE，副本支持 PSYNC2 时带上 ID。",
        ),
        text(
            "The missing bytes are queued after that, and the good replicas are counted again.",
            "随后把它缺的字节排入队列，并重新统计合格的副本。",
        ),
        text(
            "If a condition does not hold, the caller continues with a full resync.",
            "有一项不成立，调用者就转为全量同步。",
        ),
    ],
};

pub(super) const ADD_REPLY_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    redis: "addReplyReplicationBacklog",
    engine: &["replication/downstream/sync.rs::add_reply_replication_backlog", "replication/backlog.rs::tail"],
    called: text(
        "Only by masterTryPartialResynchronization, after +CONTINUE.",
        "只由 masterTryPartialResynchronization 在 +CONTINUE 之后调用。",
    ),
    steps: &[
        text(
            "The position of the requested byte is computed: as many bytes after the oldest one as the offset is after \
             off.",
            "在环中找到所要的字节：它比 off 晚多少字节，就在最旧字节之后多少个位置。",
        ),
        text(
            "Everything from there to the newest byte is queued for this client, in two parts if the buffer wraps \
             around.",
            "从那里到最新的字节全部为这一个客户端排队，若中间绕回环首就分成两段。",
        ),
        text("Returns the number of these bytes: 0 if nothing is missing.", "返回共有多少字节：什么都不缺时为 0。"),
    ],
};

pub(super) const REPLICATION_SETUP_SLAVE_FOR_FULL_RESYNC: Walkthrough = Walkthrough {
    redis: "replicationSetupSlaveForFullResync",
    engine: &["replication/downstream/bgsave.rs::replication_setup_slave_for_full_resync"],
    called: text(
        "For each replica that a save is started for, and for one that joins a running save.",
        "为每个因之启动保存的副本调用；共享正在进行的保存的副本也会调用。",
    ),
    steps: &[
        text(
            "The offset of the file is stored for the replica, and its state becomes WAIT_BGSAVE_END: from now on the \
             stream is buffered for it.",
            "记下文件所对应的偏移量，副本进入 WAIT_BGSAVE_END 状态：复制流从此为它积攒。",
        ),
        text(
            "The next command of the stream is preceded by SELECT, for all replicas, so that a new replica has the \
             right database.",
            "下一条写入复制流的命令之前会有 SELECT，所有副本都会收到，新副本因而选中正确的数据库。",
        ),
        text(
            "Unless it used SYNC, it gets +FULLRESYNC with the ID and that offset: this is the reply to PSYNC.",
            "除非它用的是 SYNC，否则告诉它 +FULLRESYNC、ID 和这个偏移量：这就是对 PSYNC 的应答。",
        ),
    ],
};

pub(super) const START_BGSAVE_FOR_REPLICATION: Walkthrough = Walkthrough {
    redis: "startBgsaveForReplication",
    engine: &["replication/downstream/bgsave.rs::start_bgsave_for_replication"],
    called: text(
        "By SYNC and PSYNC if no save is running, by cron for waiting replicas, and at the end of a save if replicas \
         wait for the next one.",
        "没有保存在进行时由 SYNC 和 PSYNC 调用；由 cron 为等待的副本调用；一次保存结束而还有副本等下一次时也会调用。",
    ),
    steps: &[
        text(
            "The target is the replicas' sockets if diskless sync is on and all waiting replicas support the EOF mark, \
             otherwise a file.",
            "若开启无盘同步，且所有等待的副本都支持 EOF 标记，目标就是副本的套接字，否则是文件。",
        ),
        text("A child process starts to save the current dataset.", "子进程开始保存此刻的数据集。"),
        text(
            "Every replica in WAIT_BGSAVE_START is set up with the current offset.",
            "每个处于 WAIT_BGSAVE_START 的副本都以当前偏移量完成设置。",
        ),
        text(
            "If no child could be started, each of them gets an error and is closed after it.",
            "如果子进程无法启动，它们各收到一个错误，随后被关闭。",
        ),
        text(
            "If it was started, the script cache is cleared: the new replicas have no scripts by SHA1 yet.",
            "启动成功则清空脚本缓存：新来的副本还没有按 SHA1 存下的脚本。",
        ),
    ],
};

pub(super) const REPLICATION_SCRIPT_CACHE_FLUSH: Walkthrough = Walkthrough {
    redis: "replicationScriptCacheFlush",
    engine: &["script/state.rs::replication_script_cache_flush"],
    called: text(
        "When a save for replicas has started, by SCRIPT FLUSH, and by cron while no replica is connected.",
        "为副本启动保存之后、执行 SCRIPT FLUSH 时，以及没有副本相连时由 cron 调用。",
    ),
    steps: &[
        text(
            "The set of SHA1s that all replicas are known to have is cleared; the scripts themselves are kept.",
            "清空所有副本都确知持有的 SHA1 集合；脚本本身保留。",
        ),
        text(
            "The next EVALSHA of each script is propagated as EVAL, and its SHA1 is added again.",
            "此后每个脚本的下一次 EVALSHA 都以 EVAL 完整发送，集合随之重新填充。",
        ),
    ],
};

pub(super) const PUT_SLAVE_ONLINE: Walkthrough = Walkthrough {
    redis: "putSlaveOnline",
    engine: &["replication/downstream/bulk.rs::put_slave_online"],
    called: text(
        "When the last byte of the file is sent, and at the first ACK after a diskless transfer.",
        "文件的最后一个字节发出时调用；无盘传输之后收到第一个 ACK 时调用。",
    ),
    steps: &[
        text(
            "The replica becomes ONLINE, with the current time as that of its last ACK.",
            "副本进入 ONLINE 状态，并视为刚刚确认过。",
        ),
        text(
            "Output buffered for it since the save began may be written, followed by the stream.",
            "保存开始以来为它积攒的内容可以写出，复制流紧随其后。",
        ),
        text(
            "The good replicas are counted again, so that it counts for min-replicas-to-write immediately.",
            "再次统计合格的副本，它立刻就能计入 min-replicas-to-write。",
        ),
    ],
};

pub(super) const REFRESH_GOOD_SLAVES_COUNT: Walkthrough = Walkthrough {
    redis: "refreshGoodSlavesCount",
    engine: &["replication/downstream/mod.rs::refresh_good_slaves_count"],
    called: text(
        "By cron, when a replica comes online, continues with +CONTINUE or disconnects, and by CONFIG SET of the two \
         options; not by an ACK.",
        "由 cron 调用；副本上线、以 +CONTINUE 接续或丢失时调用；用 CONFIG SET 修改那两个选项时调用；ACK 不会触发。",
    ),
    steps: &[
        text(
            "If min-replicas-to-write or min-replicas-max-lag is 0, the count does not change.",
            "min-replicas-to-write 或 min-replicas-max-lag 为 0 时，这个计数不变。",
        ),
        text(
            "Otherwise it is the number of replicas that are ONLINE and acknowledged at most min-replicas-max-lag \
             seconds ago.",
            "否则它等于处于 ONLINE、且在最近 min-replicas-max-lag 秒内确认过的副本数。",
        ),
    ],
};

pub(super) const FEED_REPLICATION_BACKLOG: Walkthrough = Walkthrough {
    redis: "feedReplicationBacklog",
    engine: &["replication/downstream/feed.rs::feed_replication_backlog", "replication/backlog.rs::feed"],
    called: text(
        "For every byte of the stream: those that a master produces, and those of its master that a replica has \
         applied.",
        "复制流的每个字节都经过它：主节点产生的，以及副本从主节点的流中已应用的。",
    ),
    steps: &[
        text(
            "master_repl_offset is advanced by the number of bytes; nothing else advances it on a master.",
            "master_repl_offset 前进相应的字节数；在主节点上，再没有别的会移动它。",
        ),
        text(
            "The bytes are written at idx, wrapping around at the end of the buffer, over the oldest ones.",
            "字节从 idx 处写入，必要时绕过环尾，覆盖最旧的字节。",
        ),
        text(
            "histlen grows up to the size of the buffer, and off becomes the offset of the oldest byte kept.",
            "histlen 增长，至多到环的大小；off 重新成为所保留的最旧字节的偏移量。",
        ),
    ],
};
