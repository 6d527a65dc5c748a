//! The replica's handshake: connecting, requesting, and cancelling.

use super::{Walkthrough, text};

pub(super) const CONNECT_WITH_MASTER: Walkthrough = Walkthrough {
    redis: "connectWithMaster",
    engine: &["replication/upstream/handshake.rs::connect_with_master"],
    called: text(
        "Only by replicationCron, in state CONNECT: REPLICAOF itself opens no connection.",
        "只由 replicationCron 在 CONNECT 状态下调用：REPLICAOF 自己并不建立连接。",
    ),
    steps: &[
        text(
            "A connection to the master's address is started, without waiting for it.",
            "向主节点的地址发起连接，但不等它建立。",
        ),
        text(
            "repl_transfer_lastio is set to the current time, from which the timeout counts.",
            "repl_transfer_lastio 取当前时间：超时从这里算起。",
        ),
        text(
            "The state becomes CONNECTING, until the connection is established or refused.",
            "状态变为 CONNECTING，直到连接建立或被拒绝。",
        ),
    ],
};

pub(super) const SEND_SYNCHRONOUS_COMMAND: Walkthrough = Walkthrough {
    redis: "sendSynchronousCommand",
    engine: &[
        "replication/upstream/handshake.rs::send_synchronous_command",
        "replication/upstream/handshake.rs::take_line",
    ],
    called: text(
        "For each request of the handshake, and again for each reply: writing and reading are two calls.",
        "握手中的每个请求调用一次，每个应答再调用一次：写和读是两次调用。",
    ),
    steps: &[
        text("Writing: the whole request is sent, or the handshake fails.", "写：请求整个发出，否则握手失败。"),
        text(
            "Reading: one line, whatever it begins with, at most 255 bytes, each byte within 5 seconds.",
            "读：一行，不论以什么开头，最多 255 字节，每个字节都须在 5 秒之内到达。",
        ),
        text(
            "Each line read updates repl_transfer_lastio, which extends the timeout.",
            "读到一行就更新 repl_transfer_lastio，超时因而推迟。",
        ),
    ],
};

pub(super) const SLAVE_TRY_PARTIAL_RESYNCHRONIZATION: Walkthrough = Walkthrough {
    redis: "slaveTryPartialResynchronization",
    engine: &[
        "replication/upstream/handshake.rs::slave_try_partial_resynchronization",
        "replication/upstream/handshake.rs::send_psync",
    ],
    called: text(
        "By the handshake, once to send the request (SEND_PSYNC) and then for each line of the reply (RECEIVE_PSYNC).",
        "在握手中调用：先调用一次以发出请求（SEND_PSYNC），之后每来一行应答再调用一次（RECEIVE_PSYNC）。",
    ),
    steps: &[
        text(
            "Request: PSYNC with the cached master's ID and the byte after the last one applied; without a cached \
             master, PSYNC ? -1.",
            "请求：PSYNC 加上缓存主节点的 ID 和最后应用字节的下一个字节；没有缓存则为 PSYNC ? -1。",
        ),
        text(
            "An empty line is a keep-alive of a master that is still preparing its reply.",
            "空行只表示主节点还活着，仍在准备。",
        ),
        text(
            "+FULLRESYNC has the ID and the offset of the RDB file that follows; the cached master is discarded.",
            "+FULLRESYNC 给出即将到来的文件所对应的 ID 和偏移量；缓存的主节点被丢弃。",
        ),
        text(
            "+CONTINUE restores the cached master. If it has another ID, that becomes the node's ID and the previous \
             ID its second one, and sub-replicas must reconnect.",
            "+CONTINUE 使缓存的主节点复活；若带有不同的 ID，它就成为本节点的 ID，原来的成为第二个 ID，自己的副本须重新\
             连接。",
        ),
        text(
            "-NOMASTERLINK and -LOADING mean to retry later; any other reply counts as PSYNC not supported: the cached \
             master is discarded and SYNC is used.",
            "-NOMASTERLINK 和 -LOADING 表示稍后再试；其他应答都当作不支持 PSYNC：丢弃缓存，改用 SYNC。",
        ),
    ],
};

pub(super) const SLAVE_IS_IN_HANDSHAKE_STATE: Walkthrough = Walkthrough {
    redis: "slaveIsInHandshakeState",
    engine: &[
        "replication/upstream/cancel.rs::slave_is_in_handshake_state",
        "replication/upstream/link.rs::is_handshake",
    ],
    called: text(
        "By cancelReplicationHandshake, by cron to detect a silent master, and by ROLE for the name of the state.",
        "由 cancelReplicationHandshake 调用；cron 用它找出沉默的主节点；ROLE 也据此用词。",
    ),
    steps: &[
        text(
            "Compares the state: RECEIVE_PONG to RECEIVE_PSYNC are a handshake, CONNECTING and TRANSFER are not.",
            "比较状态：从 RECEIVE_PONG 到 RECEIVE_PSYNC 算握手，CONNECTING 和 TRANSFER 不算。",
        ),
        text("Nothing changes.", "什么也不改变。"),
    ],
};

pub(super) const CANCEL_REPLICATION_HANDSHAKE: Walkthrough = Walkthrough {
    redis: "cancelReplicationHandshake",
    engine: &["replication/upstream/cancel.rs::cancel_replication_handshake"],
    called: text(
        "When the master changes, on promotion, when the master has been silent for too long, and when a transfer \
         fails.",
        "在更换主节点时、升为主节点时、主节点沉默过久时，以及传输失败时。",
    ),
    steps: &[
        text(
            "In TRANSFER the transfer is aborted (replicationAbortSyncTransfer).",
            "处于 TRANSFER 时，中止传输（replicationAbortSyncTransfer）。",
        ),
        text(
            "While connecting or in the handshake the connection is closed (undoConnectWithMaster).",
            "正在连接或握手时，关闭连接（undoConnectWithMaster）。",
        ),
        text(
            "In both cases the state becomes CONNECT and it returns true: the next cron starts again.",
            "这两种情况下状态都变为 CONNECT，并返回是：下一次 cron 重新开始。",
        ),
        text(
            "In any other state there is nothing to cancel: it returns false and changes nothing.",
            "其他状态下没有可取消的：返回否，什么也没有改变。",
        ),
    ],
};

pub(super) const REPLICATION_ABORT_SYNC_TRANSFER: Walkthrough = Walkthrough {
    redis: "replicationAbortSyncTransfer",
    engine: &["replication/upstream/cancel.rs::replication_abort_sync_transfer"],
    called: text(
        "Only by cancelReplicationHandshake, in state TRANSFER.",
        "只由 cancelReplicationHandshake 在 TRANSFER 状态下调用。",
    ),
    steps: &[
        text("The connection to the master is closed.", "关闭到主节点的连接。"),
        text(
            "The received part of the file is discarded; the dataset is still the old one.",
            "丢弃已收到的那部分文件；数据集仍是旧的。",
        ),
    ],
};

pub(super) const UNDO_CONNECT_WITH_MASTER: Walkthrough = Walkthrough {
    redis: "undoConnectWithMaster",
    engine: &["replication/upstream/cancel.rs::undo_connect_with_master"],
    called: text(
        "By cancelReplicationHandshake and replicationAbortSyncTransfer, and where the handshake itself fails.",
        "由 cancelReplicationHandshake 和 replicationAbortSyncTransfer 调用；握手自身失败时也会调用。",
    ),
    steps: &[
        text(
            "The connection of the handshake is closed, and its later events are ignored.",
            "关闭握手的连接，从此不再理会它。",
        ),
        text(
            "Bytes received on it and not read yet are discarded, with the deadline of an incomplete line.",
            "丢弃在它上面收到而未读的字节，以及未完成的一行的期限。",
        ),
    ],
};
