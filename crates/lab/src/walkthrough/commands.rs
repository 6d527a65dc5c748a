//! REPLCONF, and the clients in WAIT.

use super::text::{Walkthrough, steps, text};

pub(super) const REPLCONF_COMMAND: Walkthrough = Walkthrough {
    engine: &[
        "replication/downstream/replconf.rs::replconf_command",
        "replication/downstream/replconf.rs::replica_acked",
    ],
    called: text(
        "When a client sends REPLCONF: a replica in its handshake, later with each ACK, and a master with GETACK.",
        "客户端发来 REPLCONF 时调用：副本在握手时、之后每次 ACK 时，以及主节点发出 GETACK 时。",
    ),
    steps: steps![ReplconfCommand:
        IsPaired 0
            "Does each option have a value? If not, the reply is -ERR syntax error."
            "每个选项都有值吗？否则回复 -ERR syntax error。",
        AnyLeft 0
            "Is a pair of option and value left?"
            "还有选项和值吗？",
        TakeOption 1
            "listening-port, ip-address or capa: the client takes the value."
            "listening-port、ip-address 或 capa：客户端记下这个值。",
        TakeAck 1
            "ack: repl_ack_off takes the offset if it is greater, repl_ack_time the current time."
            "ack：偏移量更大时 repl_ack_off 取它，repl_ack_time 取当前时间。",
        PutOnlineOnAck 1
            "Was this the first ACK after a diskless transfer (repl_put_online_on_ack)?"
            "这是无盘传输之后的第一个 ACK（repl_put_online_on_ack）吗？",
        PutOnline 2
            "Calls putSlaveOnline: the stream may be written."
            "调用 putSlaveOnline：可以写出复制流。",
        SendAck 1
            "getack: calls replicationSendAck, which tells the master, not the caller."
            "getack：调用 replicationSendAck，告知的是主节点，而不是调用者。",
        Reply 0
            "Replies +OK once for all options; ack and getack get no reply."
            "所有选项一并回复一个 +OK；ack 和 getack 没有回复。",
    ],
    note: Some(text(
        "The walk-through has the ACK only at the replica, in replicationSendAck. This is where the master takes it.",
        "走读原文只在副本一侧（replicationSendAck）讲到 ACK；主节点在这里收下它。",
    )),
};

pub(super) const PROCESS_CLIENTS_WAITING_REPLICAS: Walkthrough = Walkthrough {
    engine: &["replication/downstream/wait.rs::process_clients_waiting_replicas"],
    called: text(
        "At the end of each turn of the event loop in which a client waits in WAIT.",
        "只要有客户端在 WAIT 中等待，每轮事件循环结束时都会调用。",
    ),
    steps: steps![ProcessClientsWaitingReplicas:
        AnyLeft 0
            "Is a client in WAIT left, in the order in which they began to wait?"
            "按开始等待的先后，还有处于 WAIT 中的客户端吗？",
        IsEnough 1
            "Have at least numreplicas replicas, ONLINE, acknowledged its reploffset?"
            "至少有 numreplicas 个处于 ONLINE 的副本确认了它的 reploffset 吗？",
        Serve 2
            "It is unblocked, and the reply is the number of these replicas."
            "它不再阻塞，回复是这些副本的个数。",
    ],
    note: Some(text(
        "The walk-through leaves out WAIT, for which ACKs matter at once instead of once a second.",
        "走读原文没有讲 WAIT；对它来说，ACK 须立即送达，而不是每秒一次。",
    )),
};
