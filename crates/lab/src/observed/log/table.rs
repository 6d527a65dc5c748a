//! The lines that are known: what each means, which function writes it, and where it can be seen.

use psyncscope_engine::steps::Function;

use super::Severity::{self, Note, Problem, Warning};
use super::pattern;
use crate::format::shortened;
use crate::lang::{Bilingual, bilingual};

/// A line that servers write about replication.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its stable name.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The function of Redis that writes it.
    pub written_by: &'static str,
    /// The function of the walk-throughs that shows it.
    pub(super) function: Option<Function>,
    /// What it begins with, in the words of Redis 5 and later.
    pub(super) patterns: &'static [&'static str],
    /// What happened.
    pub(super) text: Bilingual,
}

/// The kind of a message, and the values in it.
pub(super) fn find(message: &str) -> Option<(&'static Kind, Vec<(&'static str, String)>)> {
    KINDS.iter().find_map(|kind| {
        let mut values = kind.patterns.iter().find_map(|pattern| pattern::matches(pattern, message))?;
        for (name, value) in &mut values {
            match *name {
                "client" => *value = client(value),
                // Enough of a replication ID to tell it from others.
                "id" | "id2" | "asked" | "new" => *value = shortened(value, 8),
                _ => {}
            }
        }
        Some((kind, values))
    })
}

/// Of the description of a client, its address and its output buffer.
fn client(description: &str) -> String {
    let words =
        description.split(' ').filter(|word| ["addr=", "flags=", "omem="].iter().any(|key| word.starts_with(key)));
    let shown = words.collect::<Vec<_>>().join(" ");
    if shown.is_empty() { shortened(description, 40) } else { shown }
}

/// All of them; the first that matches counts.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "lack-of-backlog",
        severity: Problem,
        written_by: "masterTryPartialResynchronization",
        function: Some(Function::MasterTryPartialResynchronization),
        patterns: &["Unable to partial resync with replica {peer} for lack of backlog (Replica request was: {n})"],
        text: bilingual(
            "A replica ({peer}) came back and asked for byte {n}, which the backlog did not have any more: \
             full resync. A larger repl-backlog-size covers longer outages.",
            "副本（{peer}）回来后请求字节 {n}，积压缓冲区里已经没有它：全量同步。更大的 repl-backlog-size 能覆盖更长的中断。",
        ),
    },
    Kind {
        name: "offset-ahead",
        severity: Problem,
        written_by: "masterTryPartialResynchronization",
        function: Some(Function::MasterTryPartialResynchronization),
        patterns: &["Warning: replica {peer} tried to PSYNC with an offset that is greater than the master \
             replication offset"],
        text: bilingual(
            "The replica {peer} has bytes that this master never had: a former master that had written more, \
             or a master that was restarted with older data.",
            "副本 {peer} 有这个主节点从未有过的字节：它曾是写得更多的主节点，或者主节点带着较旧的数据重启过。",
        ),
    },
    Kind {
        name: "id-mismatch",
        severity: Problem,
        written_by: "masterTryPartialResynchronization",
        function: Some(Function::MasterTryPartialResynchronization),
        patterns: &[
            "Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '{asked}', my \
             replication IDs are '{id}' and '{id2}')",
        ],
        text: bilingual(
            "A replica asked for history {asked}, and this master is in {id} (before that {id2}): full \
             resync. The master was restarted without its history, its backlog expired, or the replica \
             followed another one.",
            "副本请求历史 {asked}，而这个主节点处于 {id}（之前是 {id2}）：全量同步。主节点重启时丢了历史、积压缓冲区过期，或副本曾跟随别的主节点。",
        ),
    },
    Kind {
        name: "second-offset",
        severity: Problem,
        written_by: "masterTryPartialResynchronization",
        function: Some(Function::MasterTryPartialResynchronization),
        patterns: &["Partial resynchronization not accepted: Requested offset for second ID was {n}, but I can reply \
             up to {second}"],
        text: bilingual(
            "A replica asked for byte {n} of the history that this node had before its promotion, which it \
             left at byte {second}: the replica has bytes from after that, so full resync.",
            "副本请求本节点提升之前那段历史的字节 {n}，而本节点在字节 {second} 处离开了它：副本有此后的字节，因此全量同步。",
        ),
    },
    Kind {
        name: "full-requested",
        severity: Warning,
        written_by: "masterTryPartialResynchronization",
        function: Some(Function::MasterTryPartialResynchronization),
        patterns: &["Full resync requested by replica {peer}"],
        text: bilingual(
            "The replica {peer} asked for everything (PSYNC ? -1): it has no history to go on with.",
            "副本 {peer} 请求全部数据（PSYNC ? -1）：它没有可以接续的历史。",
        ),
    },
    Kind {
        name: "partial-accepted",
        severity: Note,
        written_by: "masterTryPartialResynchronization",
        function: Some(Function::MasterTryPartialResynchronization),
        patterns: &["Partial resynchronization request from {peer} accepted. Sending {bytes} bytes of backlog \
             starting from offset {n}"],
        text: bilingual(
            "The replica {peer} continues at byte {n}: it gets {bytes|byte|bytes} of backlog.",
            "副本 {peer} 从字节 {n} 继续：收到积压缓冲区中的 {bytes} 字节。",
        ),
    },
    Kind {
        name: "asks",
        severity: Note,
        written_by: "syncCommand",
        function: Some(Function::SyncCommand),
        patterns: &["Replica {peer} asks for synchronization"],
        text: bilingual("The replica {peer} asks for synchronization.", "副本 {peer} 请求同步。"),
    },
    Kind {
        name: "save-for-sync",
        severity: Note,
        written_by: "startBgsaveForReplication",
        function: Some(Function::StartBgsaveForReplication),
        patterns: &["Starting BGSAVE for SYNC with target: {target}"],
        text: bilingual(
            "The master starts a save for a full resync, to {target}.",
            "主节点为全量同步开始一次保存，目标：{target}。",
        ),
    },
    Kind {
        name: "wait-for-save",
        severity: Note,
        written_by: "syncCommand",
        function: Some(Function::SyncCommand),
        patterns: &["Waiting for end of BGSAVE for SYNC"],
        text: bilingual("A replica takes part in the save that is in progress.", "副本搭上正在进行的保存。"),
    },
    Kind {
        name: "wait-for-next-save",
        severity: Note,
        written_by: "syncCommand",
        function: Some(Function::SyncCommand),
        patterns: &[
            "Can't attach the replica to the current BGSAVE",
            "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC",
        ],
        text: bilingual(
            "A replica waits for the next save: it cannot take part in the one in progress.",
            "副本等待下一次保存：它不能搭上正在进行的这次。",
        ),
    },
    Kind {
        name: "diskless-delay",
        severity: Note,
        written_by: "syncCommand",
        function: Some(Function::SyncCommand),
        patterns: &["Delay next BGSAVE for diskless SYNC"],
        text: bilingual(
            "The master waits repl-diskless-sync-delay seconds for more replicas before it streams.",
            "主节点在流式发送前等待 repl-diskless-sync-delay 秒，以便更多副本加入。",
        ),
    },
    Kind {
        name: "save-delayed",
        severity: Warning,
        written_by: "syncCommand",
        function: Some(Function::SyncCommand),
        patterns: &["No BGSAVE in progress, but {what} is active. BGSAVE for replication delayed"],
        text: bilingual(
            "The save for a replica waits: {what} is in progress.",
            "为副本的保存要等待：{what} 正在进行。",
        ),
    },
    Kind {
        name: "save-began",
        severity: Note,
        written_by: "rdbSaveBackground",
        function: None,
        patterns: &["Background saving started by pid {pid}", "Background RDB transfer started by pid {pid}"],
        text: bilingual("A child (process {pid}) saves the dataset.", "子进程（{pid}）开始保存数据集。"),
    },
    Kind {
        name: "save-ended",
        severity: Note,
        written_by: "backgroundSaveDoneHandler",
        function: Some(Function::UpdateSlavesWaitingBgsave),
        patterns: &["Background saving terminated with success", "Background RDB transfer terminated with success"],
        text: bilingual(
            "The save is complete; replicas that wait for it get it now.",
            "保存完成；等待它的副本现在开始接收。",
        ),
    },
    Kind {
        name: "save-failed",
        severity: Problem,
        written_by: "updateSlavesWaitingBgsave",
        function: Some(Function::UpdateSlavesWaitingBgsave),
        patterns: &[
            "SYNC failed. BGSAVE child returned an error",
            "BGSAVE for replication failed",
            "Background saving error",
            "Background transfer error",
            "Background saving terminated by signal",
            "Background transfer terminated by signal",
            "SYNC failed. Can't open/stat DB after BGSAVE",
        ],
        text: bilingual(
            "The save for a full resync failed: the replicas that waited for it are disconnected and try \
             again.",
            "全量同步所需的保存失败：等待它的副本被断开，随后重试。",
        ),
    },
    Kind {
        name: "sync-succeeded",
        severity: Note,
        written_by: "putSlaveOnline",
        function: Some(Function::PutSlaveOnline),
        patterns: &["Synchronization with replica {peer} succeeded"],
        text: bilingual(
            "The replica {peer} has got everything: the stream follows.",
            "副本 {peer} 已收到全部数据：随后是命令流。",
        ),
    },
    Kind {
        name: "streamed",
        severity: Note,
        written_by: "updateSlavesWaitingBgsave",
        function: Some(Function::UpdateSlavesWaitingBgsave),
        patterns: &["Streamed RDB transfer with replica {peer} succeeded (socket)"],
        text: bilingual(
            "The replica {peer} has got everything over its socket; the stream follows after its first ACK.",
            "副本 {peer} 已通过套接字收到全部数据；首个 ACK 之后是命令流。",
        ),
    },
    Kind {
        name: "replica-lost",
        severity: Problem,
        written_by: "freeClient",
        function: None,
        patterns: &["Connection with replica {peer} lost"],
        text: bilingual("The connection to the replica {peer} broke.", "与副本 {peer} 的连接断开。"),
    },
    Kind {
        name: "replica-timeout",
        severity: Problem,
        written_by: "replicationCron",
        function: Some(Function::ReplicationCron),
        patterns: &[
            "Disconnecting timedout replica (streaming sync): {peer}",
            "Disconnecting timedout replica (full sync): {peer}",
            "Disconnecting timedout replica: {peer}",
        ],
        text: bilingual(
            "The replica {peer} acknowledged nothing for repl-timeout seconds: the master drops it.",
            "副本 {peer} 在 repl-timeout 秒内没有任何确认：主节点断开它。",
        ),
    },
    Kind {
        name: "output-buffer",
        severity: Problem,
        written_by: "asyncCloseClientOnOutputBufferLimitReached",
        function: None,
        patterns: &[
            "Client {client} scheduled to be closed ASAP for overcoming of output buffer limits",
            "Client {client} closed for overcoming of output buffer limits",
        ],
        text: bilingual(
            "A client reads too slowly ({client}): what waits for it exceeds client-output-buffer-limit, so \
             it is closed. A replica then comes back with a PSYNC; during a full resync it starts over.",
            "客户端读得太慢（{client}）：积压的输出超过 client-output-buffer-limit，因此被关闭。副本随后会以 PSYNC 回来；若正在全量同步，则要重新开始。",
        ),
    },
    Kind {
        name: "backlog-freed",
        severity: Warning,
        written_by: "replicationCron",
        function: Some(Function::FreeReplicationBacklog),
        patterns: &["Replication backlog freed after {n} seconds without connected replicas"],
        text: bilingual(
            "No replica for {n|second|seconds} (repl-backlog-ttl): the master frees its backlog and takes a \
             new history. Whoever comes back needs everything.",
            "{n} 秒没有副本（repl-backlog-ttl）：主节点释放积压缓冲区并开始新的历史。回来的副本都需要全量同步。",
        ),
    },
    Kind {
        name: "backlog-created",
        severity: Note,
        written_by: "syncCommand",
        function: Some(Function::CreateReplicationBacklog),
        patterns: &["Replication backlog created, my new replication IDs are '{id}' and '{id2}'"],
        text: bilingual(
            "The first replica is here: the master makes a backlog and begins the history {id}.",
            "第一个副本接入：主节点创建积压缓冲区，开始历史 {id}。",
        ),
    },
    Kind {
        name: "secondary-id",
        severity: Warning,
        written_by: "shiftReplicationId",
        function: Some(Function::ShiftReplicationId),
        patterns: &["Setting secondary replication ID to {id}, valid up to offset: {n}. New replication ID is {new}"],
        text: bilingual(
            "Promotion: the history {id} is kept as replid2 up to byte {n}, and {new} begins. Siblings that \
             have no more than that can continue.",
            "提升：历史 {id} 作为 replid2 保留到字节 {n}，{new} 开始。没有超出此处的兄弟副本可以继续。",
        ),
    },
    Kind {
        name: "promoted",
        severity: Warning,
        written_by: "replicaofCommand",
        function: Some(Function::ReplicationUnsetMaster),
        patterns: &["MASTER MODE enabled ({who})", "MASTER MODE enabled"],
        text: bilingual(
            "REPLICAOF NO ONE: this node is a master from here on.",
            "REPLICAOF NO ONE：本节点从此是主节点。",
        ),
    },
    Kind {
        name: "follows",
        severity: Warning,
        written_by: "replicaofCommand",
        function: Some(Function::ReplicationSetMaster),
        patterns: &["REPLICAOF {master} enabled", "SLAVE OF {master} enabled"],
        text: bilingual("REPLICAOF: this node follows {master} from here on.", "REPLICAOF：本节点从此跟随 {master}。"),
    },
    Kind {
        name: "write-error",
        severity: Problem,
        written_by: "sendBulkToSlave",
        function: None,
        patterns: &[
            "Write error sending DB to replica",
            "Write error sending RDB preamble to replica",
            "Diskless rdb transfer, write error sending DB to replica",
        ],
        text: bilingual(
            "The snapshot could not be sent on: the connection to the replica broke during a full resync.",
            "快照无法继续发送：全量同步期间与副本的连接断开。",
        ),
    },
    Kind {
        name: "connecting",
        severity: Note,
        written_by: "connectWithMaster",
        function: Some(Function::ConnectWithMaster),
        patterns: &[
            "Connecting to MASTER {master}",
            "Reconnecting to MASTER {master} after failure",
            "Reconnecting to MASTER {master}",
        ],
        text: bilingual("The replica opens a connection to {master}.", "副本向 {master} 建立连接。"),
    },
    Kind {
        name: "sync-started",
        severity: Note,
        written_by: "connectWithMaster",
        function: Some(Function::ConnectWithMaster),
        patterns: &["MASTER <-> REPLICA sync started"],
        text: bilingual("The replica begins the handshake.", "副本开始握手。"),
    },
    Kind {
        name: "connected",
        severity: Note,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &["Non blocking connect for SYNC fired the event"],
        text: bilingual("The connection to the master is there.", "到主节点的连接已建立。"),
    },
    Kind {
        name: "ping",
        severity: Note,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &["Master replied to PING, replication can continue"],
        text: bilingual("The master answers: the handshake goes on.", "主节点有答复：握手继续。"),
    },
    Kind {
        name: "ping-error",
        severity: Problem,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &["Error reply to PING from master: '{why}'"],
        text: bilingual("The master answers PING with an error: {why}.", "主节点以错误答复 PING：{why}。"),
    },
    Kind {
        name: "trying-partial",
        severity: Note,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &["Trying a partial resynchronization (request {id}:{n})"],
        text: bilingual("The replica asks for byte {n} of history {id}.", "副本请求历史 {id} 的字节 {n}。"),
    },
    Kind {
        name: "no-cached-master",
        severity: Warning,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &["Partial resynchronization not possible (no cached master)"],
        text: bilingual(
            "The replica has no cached master, so it can only ask for everything.",
            "副本没有缓存的主节点，只能请求全部数据。",
        ),
    },
    Kind {
        name: "full-resync",
        severity: Problem,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &["Full resync from master: {id}:{n}"],
        text: bilingual(
            "The master refuses a partial resync, or none was asked for: everything is sent, of history {id} \
             up to byte {n}.",
            "主节点拒绝部分同步，或副本并未请求：发送全部数据，历史 {id}，到字节 {n}。",
        ),
    },
    Kind {
        name: "partial-resync",
        severity: Note,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &[
            "Successful partial resynchronization with master",
            "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization",
        ],
        text: bilingual(
            "The partial resync is granted: the replica continues where it was.",
            "部分同步成功：副本从原处继续。",
        ),
    },
    Kind {
        name: "id-changed",
        severity: Warning,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &["Master replication ID changed to {id}"],
        text: bilingual(
            "The master was promoted meanwhile: the history goes on as {id}, and the replica's own replicas \
             have to reconnect.",
            "主节点在此期间经历了提升：历史以 {id} 继续，副本自己的副本要重新连接。",
        ),
    },
    Kind {
        name: "discarded",
        severity: Warning,
        written_by: "replicationDiscardCachedMaster",
        function: Some(Function::ReplicationDiscardCachedMaster),
        patterns: &["Discarding previously cached master state"],
        text: bilingual(
            "The replica drops its place in the old history: the next PSYNC asks for everything.",
            "副本丢弃在旧历史中的位置：下一次 PSYNC 请求全部数据。",
        ),
    },
    Kind {
        name: "cached",
        severity: Note,
        written_by: "replicationCacheMaster",
        function: None,
        patterns: &["Caching the disconnected master state"],
        text: bilingual(
            "The replica keeps its place, so that it can ask for a partial resync.",
            "副本保留自己的位置，以便请求部分同步。",
        ),
    },
    Kind {
        name: "synthesized",
        severity: Note,
        written_by: "replicationCacheMasterUsingMyself",
        function: Some(Function::ReplicationCacheMasterUsingMyself),
        patterns: &[
            "Before turning into a replica, using my {own}master parameters to synthesize a cached master",
            "Before turning into a replica, using my master parameters to synthesize a cached master",
        ],
        text: bilingual(
            "A master becomes a replica and offers its own history to the new master.",
            "主节点变为副本，向新主节点提出自己的历史。",
        ),
    },
    Kind {
        name: "master-lost",
        severity: Problem,
        written_by: "freeClient",
        function: None,
        patterns: &["Connection with master lost"],
        text: bilingual("The connection to the master broke.", "与主节点的连接断开。"),
    },
    Kind {
        name: "master-timeout",
        severity: Problem,
        written_by: "replicationCron",
        function: Some(Function::ReplicationCron),
        patterns: &["MASTER timeout: no data nor PING received"],
        text: bilingual(
            "The master sent nothing for repl-timeout seconds, not even a PING: the replica ends the link.",
            "主节点在 repl-timeout 秒内什么都没发，连 PING 也没有：副本结束连接。",
        ),
    },
    Kind {
        name: "handshake-timeout",
        severity: Problem,
        written_by: "replicationCron",
        function: Some(Function::ReplicationCron),
        patterns: &["Timeout connecting to the MASTER", "Timeout receiving bulk data from MASTER"],
        text: bilingual(
            "The handshake or the transfer stood still for repl-timeout seconds: the replica starts over.",
            "握手或传输停滞了 repl-timeout 秒：副本重新开始。",
        ),
    },
    Kind {
        name: "receiving",
        severity: Note,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["MASTER <-> REPLICA sync: receiving {bytes} bytes from master"],
        text: bilingual("The replica receives a snapshot of {bytes|byte|bytes}.", "副本接收 {bytes} 字节的快照。"),
    },
    Kind {
        name: "receiving-stream",
        severity: Note,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["MASTER <-> REPLICA sync: receiving streamed RDB from master"],
        text: bilingual(
            "The replica receives a snapshot that the master streams from memory.",
            "副本接收主节点从内存直接发送的快照。",
        ),
    },
    Kind {
        name: "loading",
        severity: Note,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["MASTER <-> REPLICA sync: Flushing old data", "MASTER <-> REPLICA sync: Loading DB in memory"],
        text: bilingual("The replica throws its data away and loads the snapshot.", "副本丢弃自己的数据并载入快照。"),
    },
    Kind {
        name: "finished",
        severity: Note,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["MASTER <-> REPLICA sync: Finished with success"],
        text: bilingual("The full resync is complete.", "全量同步完成。"),
    },
    Kind {
        name: "unable-to-psync",
        severity: Warning,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &["Master is currently unable to PSYNC but should be in the future: {why}"],
        text: bilingual(
            "The master cannot answer a PSYNC now ({why}): it loads, or has no link to its own master. The \
             replica tries again.",
            "主节点现在无法答复 PSYNC（{why}）：它正在载入，或没有到自己主节点的连接。副本会重试。",
        ),
    },
    Kind {
        name: "no-psync",
        severity: Problem,
        written_by: "slaveTryPartialResynchronization",
        function: Some(Function::SlaveTryPartialResynchronization),
        patterns: &[
            "Master does not support PSYNC or is in error state (reply: {why})",
            "Unexpected reply to PSYNC from master: {why}",
        ],
        text: bilingual(
            "The master's answer to PSYNC is none of those expected: {why}.",
            "主节点对 PSYNC 的答复不在预期之内：{why}。",
        ),
    },
    Kind {
        name: "retry-sync",
        severity: Warning,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &["Retrying with SYNC"],
        text: bilingual("The replica falls back on SYNC, which sends everything.", "副本退回使用 SYNC：发送全部数据。"),
    },
    Kind {
        name: "aborted",
        severity: Problem,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["MASTER aborted replication with an error: {why}"],
        text: bilingual("The master ends the transfer with an error: {why}.", "主节点以错误结束传输：{why}。"),
    },
    Kind {
        name: "bad-protocol",
        severity: Problem,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["Bad protocol from MASTER"],
        text: bilingual(
            "What comes from the master is no snapshot: wrong host or port?",
            "主节点发来的不是快照：主机或端口有误？",
        ),
    },
    Kind {
        name: "connection-error",
        severity: Problem,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &[
            "Error condition on socket for SYNC: {why}",
            "Unable to connect to MASTER: {why}",
            "I/O error trying to sync with MASTER: {why}",
            "I/O error reading bulk count from MASTER: {why}",
            "I/O error writing to MASTER: {why}",
        ],
        text: bilingual("The connection to the master failed: {why}.", "到主节点的连接失败：{why}。"),
    },
    Kind {
        name: "auth",
        severity: Problem,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &["Unable to AUTH to MASTER: {why}"],
        text: bilingual(
            "The master refuses the password (masterauth): {why}.",
            "主节点拒绝密码（masterauth）：{why}。",
        ),
    },
    Kind {
        name: "load-failed",
        severity: Problem,
        written_by: "readSyncBulkPayload",
        function: Some(Function::ReadSyncBulkPayload),
        patterns: &["Failed trying to load the MASTER synchronization DB"],
        text: bilingual(
            "The snapshot could not be loaded: damaged, or of a newer version.",
            "快照无法载入：已损坏，或来自更新的版本。",
        ),
    },
    Kind {
        name: "replconf",
        severity: Note,
        written_by: "syncWithMaster",
        function: Some(Function::SyncWithMaster),
        patterns: &["(Non critical) Master does not understand REPLCONF {option}: {why}"],
        text: bilingual(
            "The master does not know REPLCONF {option}; that does no harm.",
            "主节点不认识 REPLCONF {option}；没有影响。",
        ),
    },
    Kind {
        name: "failover",
        severity: Warning,
        written_by: "failoverCommand",
        function: None,
        patterns: &[
            "FAILOVER requested to {target}",
            "FAILOVER requested",
            "Failover target {target} is synced, failing over",
            "FAILOVER to {target} aborted",
        ],
        text: bilingual("FAILOVER: the master hands over to a replica.", "FAILOVER：主节点把角色交给副本。"),
    },
];
