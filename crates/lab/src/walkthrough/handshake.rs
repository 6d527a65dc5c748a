//! The replica's handshake: connecting, and requesting.

use super::text::{Walkthrough, steps, text};

pub(super) const CONNECT_WITH_MASTER: Walkthrough = Walkthrough {
    engine: &["replication/upstream/handshake.rs::connect_with_master"],
    called: text(
        "Only by replicationCron, in state CONNECT: REPLICAOF itself opens no connection.",
        "只由 replicationCron 在 CONNECT 状态下调用：REPLICAOF 自己并不建立连接。",
    ),
    steps: steps![ConnectWithMaster:
        Connect 0
            "A connection to masterhost:masterport is started, without waiting for it."
            "向 masterhost:masterport 发起连接，但不等它建立。"
            note "The walk-through says that registering for both events triggers a write event at once. It comes \
                  when the connection is established or has failed."
                 "走读原文说同时注册两种事件会立即触发一次写事件；它在连接建立或失败时才触发。",
        SetLastIo 0
            "repl_transfer_lastio takes the current time: the timeout counts from it."
            "repl_transfer_lastio 取当前时间：超时从它算起。"
            note "The walk-through takes repl_transfer_lastio for the time of the last data sync. Until the transfer \
                  it is that of the last progress of the handshake."
                 "走读原文说它是最近一次数据同步的时间；在传输之前，它是握手最近一次有进展的时间。",
        SetStateConnecting 0
            "repl_state becomes CONNECTING."
            "repl_state 变为 CONNECTING。",
    ],
    note: None,
};

pub(super) const SEND_SYNCHRONOUS_COMMAND: Walkthrough = Walkthrough {
    engine: &[
        "replication/upstream/handshake.rs::send_synchronous_command",
        "replication/upstream/handshake.rs::read_reply",
    ],
    called: text(
        "For each request of the handshake, and again for each reply: writing and reading are two calls.",
        "握手中的每个请求调用一次，每个应答再调用一次：写和读是两次调用。",
    ),
    steps: steps![SendSynchronousCommand:
        Fits 0
            "Writing: does the whole request fit into the socket's buffer? If not, the handshake fails."
            "写：整个请求放得进套接字的缓冲区吗？放不进则握手失败。"
            note "5.0.14 waits up to 5 seconds for the socket instead (repl_syncio_timeout)."
                 "5.0.14 则会等待套接字至多 5 秒（repl_syncio_timeout）。",
        Write 1
            "The request is sent: an array of bulk strings, or the plain line SYNC."
            "发出请求：由批量字符串组成的数组，或者一行 SYNC。",
        LineIsComplete 0
            "Reading: has a whole line arrived, or 255 bytes without a line end?"
            "读：收到完整的一行，或者 255 字节仍未换行了吗？"
            note "5.0.14 blocks here, up to 5 seconds for each byte. This engine waits for the next bytes, with the \
                  same limit, and goes on with other work."
                 "5.0.14 在这里阻塞，每个字节至多等 5 秒；本引擎等待后续字节时照常做别的事，期限相同。",
        SetLastIo 1
            "repl_transfer_lastio takes the current time, which extends the timeout."
            "repl_transfer_lastio 取当前时间，超时因而推迟。",
        ReturnLine 1
            "Returns the line without its line end, whatever it begins with."
            "返回去掉换行的这一行，不论以什么开头。",
    ],
    note: None,
};

pub(super) const SLAVE_TRY_PARTIAL_RESYNCHRONIZATION: Walkthrough = Walkthrough {
    engine: &[
        "replication/upstream/handshake.rs::slave_try_partial_resynchronization",
        "replication/upstream/handshake.rs::send_psync",
    ],
    called: text(
        "By the handshake, once to send the request (SEND_PSYNC) and then for each line of the reply (RECEIVE_PSYNC).",
        "在握手中调用：先调用一次以发出请求（SEND_PSYNC），之后每来一行应答再调用一次（RECEIVE_PSYNC）。",
    ),
    steps: steps![SlaveTryPartialResynchronization:
        HasCachedMaster 0
            "Writing: is there a cached_master? The request is its replid and reploff + 1, else ? -1."
            "写：有 cached_master 吗？有则请求它的 replid 和 reploff + 1，没有则 ? -1。"
            note "Before that, master_initial_offset becomes -1, unknown. PSYNC ? -1 asks for everything."
                 "在此之前 master_initial_offset 变为 -1，即未知。PSYNC ? -1 请求全部数据。",
        SendRequest 0
            "Calls sendSynchronousCommand to write the request."
            "调用 sendSynchronousCommand 写出请求。",
        ReadReply 0
            "Reading: calls sendSynchronousCommand to read one line of the reply."
            "读：调用 sendSynchronousCommand 读取一行应答。",
        IsEmptyLine 0
            "Is it an empty line? Then the real reply is still to come."
            "是空行吗？是则真正的应答还没到。"
            note "The walk-through takes an empty line for no response. It is a keep-alive: the master is preparing \
                  its reply."
                 "走读原文把空行当作没有响应数据；它是保活：主节点还在准备应答。",
        IsFullResync 0
            "Does the reply begin with +FULLRESYNC?"
            "应答以 +FULLRESYNC 开头吗？",
        TakeIdAndOffset 1
            "master_replid and master_initial_offset take the ID and the offset in it."
            "master_replid 和 master_initial_offset 取其中的 ID 和偏移量。"
            note "The walk-through says that the ID becomes 0 if the line is malformed. It becomes an empty string; \
                  the offset stays -1, and the sync goes on."
                 "走读原文说格式不对时 ID 设为 0；它变成空字符串，偏移量仍是 -1，同步照样继续。",
        DiscardForFullResync 1
            "Calls replicationDiscardCachedMaster: its history is not continued."
            "调用 replicationDiscardCachedMaster：不再接续它的历史。"
            note "The walk-through names the field cached_server here too; 5.0.14 has cached_master."
                 "走读原文在这里也把字段写作 cached_server；5.0.14 中是 cached_master。",
        IsContinue 0
            "Does the reply begin with +CONTINUE?"
            "应答以 +CONTINUE 开头吗？",
        HasAnotherId 1
            "Does it have an ID of 40 characters that differs from that of cached_master?"
            "它带有 40 个字符的 ID，而且与 cached_master 的不同吗？"
            note "The walk-through says that only a full sync is possible then. The resync stays partial: the history \
                  has another name, and the data up to here is the same."
                 "走读原文说这时只能全量复制；重同步仍是部分的：历史换了名字，到此为止的数据相同。",
        AdoptId 2
            "replid2, second_replid_offset keep the old ID up to here; replid and cached_master take the new."
            "replid2 和 second_replid_offset 留住旧 ID 到此为止；replid 和 cached_master 取新 ID。",
        DisconnectReplicas 2
            "Calls disconnectSlaves: this node's replicas must learn the new ID."
            "调用 disconnectSlaves：自己的副本须得知新的 ID。",
        ResurrectCachedMaster 1
            "Calls replicationResurrectCachedMaster: the stream continues on this connection."
            "调用 replicationResurrectCachedMaster：复制流在这条连接上继续。",
        CreateBacklog 1
            "Calls createReplicationBacklog, in case there is none, as after a restart."
            "调用 createReplicationBacklog，以防没有积压缓冲区，例如重启之后。",
        IsTransientError 0
            "Is it -NOMASTERLINK or -LOADING? Then the node tries again later."
            "是 -NOMASTERLINK 或 -LOADING 吗？是则稍后再试。",
        DiscardAsUnsupported 0
            "Any other reply: PSYNC is not supported; calls replicationDiscardCachedMaster."
            "其他应答都当作不支持 PSYNC：调用 replicationDiscardCachedMaster。"
            note "The walk-through leaves out that the log tells -ERR from other replies; what happens is the same. \
                  One -MASTERDOWN or -BUSY is enough for a full sync."
                 "走读原文略去了日志对 -ERR 与其他应答的区分，行为相同。一次 -MASTERDOWN 或 -BUSY 就会导致全量同步。",
    ],
    note: Some(text(
        "The walk-through leaves out that after any reply but an empty line the handshake's read handler is removed; \
         otherwise it would conflict with that of the transfer or the stream.",
        "走读原文略去了一步：除空行外，收到应答后要移除握手的读事件处理器，否则会与传输或复制流的处理器冲突。",
    )),
};

pub(super) const SYNC_WITH_MASTER: Walkthrough = Walkthrough {
    engine: &[
        "replication/upstream/handshake.rs::sync_with_master",
        "replication/upstream/handshake.rs::link_connected",
        "replication/upstream/handshake.rs::receive_psync",
    ],
    called: text(
        "For events of the handshake's connection: once it is established, then for each reply.",
        "由握手连接上的事件触发：连接建立时一次，之后每来一个应答一次。",
    ),
    steps: steps![SyncWithMaster:
        SetStateReceivePong 0 in Connecting
            "CONNECTING: the connection is established; repl_state becomes RECEIVE_PONG."
            "CONNECTING：连接已建立，repl_state 变为 RECEIVE_PONG。",
        SendPing 0 in Connecting
            "Calls sendSynchronousCommand for PING."
            "调用 sendSynchronousCommand 发送 PING。",
        ReadReply 0
            "A RECEIVE state except the last: calls sendSynchronousCommand to read the reply."
            "处于 RECEIVE 状态（最后一个除外）：调用 sendSynchronousCommand 读取应答。",
        PongIsAccepted 0 in ReceivePong
            "RECEIVE_PONG: does the reply begin with +, -NOAUTH or -ERR operation not permitted?"
            "RECEIVE_PONG：应答以 +、-NOAUTH 或 -ERR operation not permitted 开头吗？",
        SetStateSendAuth 0 in SendAuth
            "repl_state becomes SEND_AUTH."
            "repl_state 变为 SEND_AUTH。",
        HasMasterauth 0 in SendAuth
            "SEND_AUTH: is masterauth set? If not, this request is skipped."
            "SEND_AUTH：设置了 masterauth 吗？没有则跳过这个请求。",
        SendAuth 1 in SendAuth
            "Calls sendSynchronousCommand for AUTH."
            "调用 sendSynchronousCommand 发送 AUTH。",
        SetStateReceiveAuth 1 in SendAuth
            "repl_state becomes RECEIVE_AUTH."
            "repl_state 变为 RECEIVE_AUTH。",
        AuthIsAccepted 0 in ReceiveAuth
            "RECEIVE_AUTH: is the reply anything but an error?"
            "RECEIVE_AUTH：应答不是错误吗？",
        SetStateSendPort 0 in SendPort
            "repl_state becomes SEND_PORT."
            "repl_state 变为 SEND_PORT。",
        SendPort 0 in SendPort
            "SEND_PORT: calls sendSynchronousCommand for REPLCONF listening-port."
            "SEND_PORT：调用 sendSynchronousCommand 发送 REPLCONF listening-port。",
        SetStateReceivePort 0 in SendPort
            "repl_state becomes RECEIVE_PORT."
            "repl_state 变为 RECEIVE_PORT。",
        PortIsUnderstood 0 in ReceivePort
            "RECEIVE_PORT: is the reply anything but an error? An error is only logged."
            "RECEIVE_PORT：应答不是错误吗？错误只记入日志。",
        SetStateSendIp 0 in SendIp
            "repl_state becomes SEND_IP."
            "repl_state 变为 SEND_IP。",
        HasAnnounceIp 0 in SendIp
            "SEND_IP: is replica-announce-ip set? If not, this request is skipped."
            "SEND_IP：设置了 replica-announce-ip 吗？没有则跳过这个请求。",
        SendIp 1 in SendIp
            "Calls sendSynchronousCommand for REPLCONF ip-address."
            "调用 sendSynchronousCommand 发送 REPLCONF ip-address。",
        SetStateReceiveIp 1 in SendIp
            "repl_state becomes RECEIVE_IP."
            "repl_state 变为 RECEIVE_IP。",
        IpIsUnderstood 0 in ReceiveIp
            "RECEIVE_IP: is the reply anything but an error? An error is only logged."
            "RECEIVE_IP：应答不是错误吗？错误只记入日志。",
        SetStateSendCapa 0 in SendCapa
            "repl_state becomes SEND_CAPA."
            "repl_state 变为 SEND_CAPA。",
        SendCapa 0 in SendCapa
            "SEND_CAPA: calls sendSynchronousCommand for REPLCONF capa eof capa psync2."
            "SEND_CAPA：调用 sendSynchronousCommand 发送 REPLCONF capa eof capa psync2。",
        SetStateReceiveCapa 0 in SendCapa
            "repl_state becomes RECEIVE_CAPA."
            "repl_state 变为 RECEIVE_CAPA。",
        CapaIsUnderstood 0 in ReceiveCapa
            "RECEIVE_CAPA: is the reply anything but an error? An error is only logged."
            "RECEIVE_CAPA：应答不是错误吗？错误只记入日志。",
        SetStateSendPsync 0 in SendPsync
            "repl_state becomes SEND_PSYNC."
            "repl_state 变为 SEND_PSYNC。",
        SendPsync 0 in SendPsync
            "SEND_PSYNC: calls slaveTryPartialResynchronization to write the request."
            "SEND_PSYNC：调用 slaveTryPartialResynchronization 写出请求。",
        SetStateReceivePsync 0 in SendPsync
            "repl_state becomes RECEIVE_PSYNC."
            "repl_state 变为 RECEIVE_PSYNC。",
        ReadPsyncReply 0 in ReceivePsync
            "RECEIVE_PSYNC: calls slaveTryPartialResynchronization to read the reply."
            "RECEIVE_PSYNC：调用 slaveTryPartialResynchronization 读取应答。",
        DecideByReply 0 in ReceivePsync
            "The reply decides: wait, continue, try again later, full sync, or SYNC."
            "由应答决定：等待、接续、稍后再试、全量同步，或改用 SYNC。",
        DisconnectReplicas 1 in ReceivePsync
            "Full sync or SYNC: calls disconnectSlaves, since their history ends."
            "全量同步或 SYNC：调用 disconnectSlaves，因为它们的历史到此为止。",
        FreeBacklog 1 in ReceivePsync
            "Calls freeReplicationBacklog too, before any byte of the RDB has arrived."
            "还调用 freeReplicationBacklog，此时 RDB 一个字节都还没到。",
        SendSync 1 in ReceivePsync
            "PSYNC is not supported: calls sendSynchronousCommand for SYNC, on this connection."
            "不支持 PSYNC：在这条连接上调用 sendSynchronousCommand 发送 SYNC。",
        SetStateTransfer 1 in ReceivePsync
            "repl_state becomes TRANSFER: the RDB comes next."
            "repl_state 变为 TRANSFER：接下来是 RDB。",
        GiveUp 0
            "On a failure: calls undoConnectWithMaster; the next replicationCron begins again."
            "失败时：调用 undoConnectWithMaster，下一次 replicationCron 重新开始。",
    ],
    note: Some(text(
        "The walk-through registers this function in connectWithMaster and never shows it: it is the state machine \
         from CONNECTING to TRANSFER.",
        "走读原文在 connectWithMaster 中注册了这个函数，却没有讲它：它就是从 CONNECTING 到 TRANSFER 的状态机。",
    )),
};
