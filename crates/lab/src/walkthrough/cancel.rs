//! Giving up a handshake or a transfer.

use super::text::{Walkthrough, steps, text};

pub(super) const CANCEL_REPLICATION_HANDSHAKE: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cancel.rs::cancel_replication_handshake"],
    called: text(
        "When the master changes, on promotion, when the master has been silent for too long, and when a transfer \
         fails.",
        "在更换主节点时、升为主节点时、主节点沉默过久时，以及传输失败时。",
    ),
    steps: steps![CancelReplicationHandshake:
        IsTransfer 0
            "Is repl_state TRANSFER?"
            "repl_state 是 TRANSFER 吗？",
        AbortTransfer 1
            "Calls replicationAbortSyncTransfer: the connection and the partial file go."
            "调用 replicationAbortSyncTransfer：放弃连接和未收完的文件。",
        IsConnecting 0
            "If not: is it CONNECTING?"
            "不是的话，是 CONNECTING 吗？",
        AskWhetherHandshake 1
            "If neither: calls slaveIsInHandshakeState."
            "都不是的话，调用 slaveIsInHandshakeState。",
        UndoConnect 1
            "Connecting or in the handshake: calls undoConnectWithMaster to close the connection."
            "正在连接或握手：调用 undoConnectWithMaster 关闭连接。",
        Return 0
            "Returns 1 if something was cancelled; otherwise 0, and nothing changed."
            "取消了什么就返回 1；否则返回 0，什么也没有改变。",
    ],
    note: Some(text(
        "Section 12 of the walk-through shows this function once more.",
        "走读原文的第 12 节把这个函数又讲了一遍。",
    )),
};

pub(super) const REPLICATION_ABORT_SYNC_TRANSFER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cancel.rs::replication_abort_sync_transfer"],
    called: text(
        "Only by cancelReplicationHandshake, in state TRANSFER.",
        "只由 cancelReplicationHandshake 在 TRANSFER 状态下调用。",
    ),
    steps: steps![ReplicationAbortSyncTransfer:
        IsTransfer 0
            "Is repl_state TRANSFER? The caller has looked (serverAssert)."
            "repl_state 是 TRANSFER 吗？调用者已经看过（serverAssert）。",
        UndoConnect 0
            "Calls undoConnectWithMaster, which closes the connection."
            "调用 undoConnectWithMaster 关闭连接。",
        DropFile 0
            "The part of the RDB that has arrived is dropped; the dataset is still the old one."
            "丢弃已收到的那部分 RDB；数据集仍是旧的。"
            note "The walk-through calls repl_transfer_tmpfile a descriptor. It is the file's name; the descriptor is \
                  repl_transfer_fd."
                 "走读原文把 repl_transfer_tmpfile 称作描述符；它是文件名，描述符是 repl_transfer_fd。",
    ],
    note: None,
};

pub(super) const UNDO_CONNECT_WITH_MASTER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cancel.rs::undo_connect_with_master"],
    called: text(
        "By cancelReplicationHandshake and replicationAbortSyncTransfer, and where the handshake itself fails.",
        "由 cancelReplicationHandshake 和 replicationAbortSyncTransfer 调用；握手自身失败时也会调用。",
    ),
    steps: steps![UndoConnectWithMaster:
        StopReading 0
            "Its events are handled no more: what has arrived and was not read is dropped."
            "不再处理它的事件：已到达而未读取的内容被丢弃。",
        Close 0
            "The connection (repl_transfer_s) is closed."
            "关闭连接（repl_transfer_s）。",
        SetStateConnect 0
            "repl_state becomes CONNECT: the next replicationCron connects again."
            "repl_state 变为 CONNECT：下一次 replicationCron 重新连接。"
            note "In 5.0.14, as the walk-through shows, each caller sets the state after this function."
                 "如走读原文所示，5.0.14 由各个调用者在这个函数之后设置状态。",
    ],
    note: None,
};

pub(super) const SLAVE_IS_IN_HANDSHAKE_STATE: Walkthrough = Walkthrough {
    engine: &["replication/upstream/cancel.rs::slave_is_in_handshake_state"],
    called: text(
        "By cancelReplicationHandshake, by cron to detect a silent master, and by ROLE for the name of the state.",
        "由 cancelReplicationHandshake 调用；cron 用它找出沉默的主节点；ROLE 也据此用词。",
    ),
    steps: steps![SlaveIsInHandshakeState:
        IsFromPong 0
            "Is repl_state at least RECEIVE_PONG (3), the first state of the handshake?"
            "repl_state 不小于 RECEIVE_PONG（3）吗？那是握手的第一个状态。",
        IsUpToPsync 1
            "Is it at most RECEIVE_PSYNC (13), the last one?"
            "不大于 RECEIVE_PSYNC（13）吗？那是最后一个。",
        Return 0
            "Returns 1 if both hold, 0 if not; nothing changes."
            "两者都成立返回 1，否则返回 0；什么也不变。",
    ],
    note: None,
};
