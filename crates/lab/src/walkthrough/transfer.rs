//! The replica's full sync: the RDB is received and loaded.

use super::text::{Walkthrough, steps, text};

pub(super) const READ_SYNC_BULK_PAYLOAD: Walkthrough = Walkthrough {
    engine: &[
        "replication/upstream/transfer.rs::read_sync_bulk_payload",
        "replication/upstream/transfer.rs::read_payload",
        "replication/upstream/transfer.rs::take_bulk_header",
        "replication/upstream/transfer.rs::full_sync_loaded",
    ],
    called: text(
        "For each read on the connection in state TRANSFER.",
        "处于 TRANSFER 状态时，连接上每次读取都会调用。",
    ),
    steps: steps![ReadSyncBulkPayload:
        IsSizeKnown 0
            "Is repl_transfer_size known, that is, was the first line read?"
            "已知 repl_transfer_size，即已读到第一行了吗？",
        TakeSize 1
            "If not: it is taken from the line, $<bytes> or $EOF:<40 hexadecimal digits>."
            "没有则从这一行取得：$<字节数> 或 $EOF:<40 个十六进制字符>。",
        ReadBytes 0
            "Bytes are added to the file; repl_transfer_read and repl_transfer_lastio advance."
            "字节加入文件；repl_transfer_read 和 repl_transfer_lastio 前进。",
        IsComplete 0
            "Have all bytes arrived, or do the last 40 equal the mark? If not, it waits for more."
            "字节到齐了，或者最后 40 个等于结束标记吗？否则继续等待。",
        FlushOldData 0
            "The old dataset is emptied."
            "清空旧的数据集。",
        Load 0
            "The RDB is loaded."
            "载入 RDB。",
        CreateMasterClient 0
            "Calls replicationCreateMasterClient: the stream comes on this same connection."
            "调用 replicationCreateMasterClient：复制流在同一条连接上到来。"
            note "The engine loads in pieces. If that takes several turns, it goes on here in a later one, which shows as \
                  a new entry; 5.0.14 stays in one call."
                 "引擎分段载入。若载入跨越多轮，就在之后的一轮从这里继续，看起来像重新进入；5.0.14 始终在同一次调用中。",
        AdoptHistory 0
            "replid and master_repl_offset take those of the master: its history is this node's."
            "replid 和 master_repl_offset 取主节点的：它的历史就是本节点的历史。",
        ClearId2 0
            "Calls clearReplicationId2: this node has no bytes from before the RDB."
            "调用 clearReplicationId2：本节点没有 RDB 之前的字节。",
        CreateBacklog 0
            "Calls createReplicationBacklog, so that this node can serve replicas of its own."
            "调用 createReplicationBacklog，以便服务自己的副本。",
        Cancel 0
            "On an error: calls cancelReplicationHandshake, and begins again from CONNECT."
            "出错时：调用 cancelReplicationHandshake，从 CONNECT 重新开始。",
    ],
    note: Some(text(
        "The walk-through ends a full sync with +FULLRESYNC and leaves out how the replica receives and loads the RDB.",
        "走读原文讲到 +FULLRESYNC 为止，没有讲副本如何接收和载入 RDB。",
    )),
};
