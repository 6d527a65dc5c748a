//! The words that a newcomer does not know, each in one or two sentences.

use crate::lang::{Bilingual, bilingual};

/// A word and what it means.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// What lessons call it by; also in English texts.
    pub key: &'static str,
    /// The word.
    pub name: Bilingual,
    /// What it means.
    pub meaning: Bilingual,
}

const fn term(key: &'static str, name: [&'static str; 2], meaning: [&'static str; 2]) -> Term {
    Term { key, name: bilingual(name[0], name[1]), meaning: bilingual(meaning[0], meaning[1]) }
}

/// All of them, in order of the alphabet.
pub const GLOSSARY: [Term; 31] = [
    term(
        "ack",
        ["acknowledgement", "确认"],
        [
            "REPLCONF ACK: once a second a replica tells its master the last byte that it has applied. INFO shows it as the replica's offset and lag.",
            "REPLCONF ACK：副本每秒把自己已应用的最后一个字节的偏移量告诉主节点。INFO 中副本的 offset 和 lag 由此而来。",
        ],
    ),
    term(
        "aof",
        ["AOF", "AOF"],
        [
            "Append-only file: each write is appended to it. It does not remember replication IDs or offsets.",
            "只追加文件：每次写入都追加其中。它不记录复制 ID 和偏移量。",
        ],
    ),
    term(
        "backlog",
        ["backlog", "积压缓冲区"],
        [
            "A ring of memory in which a master keeps the last bytes of its replication stream (repl-backlog-size). A replica that was away can continue if the first byte that it lacks is still in it.",
            "主节点保存复制流最后一段字节的环形缓冲区（repl-backlog-size）。副本断开后，只要它缺少的第一个字节还在其中，就能继续。",
        ],
    ),
    term(
        "bgsave",
        ["background save", "后台保存"],
        [
            "BGSAVE: a child process writes the dataset as an RDB file while the server goes on working.",
            "BGSAVE：由子进程把数据集写成 RDB 文件，服务器同时继续工作。",
        ],
    ),
    term(
        "cached master",
        ["cached master", "缓存的主节点（cached master）"],
        [
            "What a replica keeps of a lost link: the replication ID and the offset, with which it asks for a partial resync.",
            "副本在连接断开后保留的状态：复制 ID 和偏移量，用来请求部分重同步。",
        ],
    ),
    term(
        "continue",
        ["+CONTINUE", "+CONTINUE"],
        [
            "A master's answer to PSYNC that grants a partial resync: the bytes that are missing follow.",
            "主节点对 PSYNC 的回答，表示同意部分重同步：随后发送缺少的字节。",
        ],
    ),
    term(
        "diskless",
        ["diskless replication", "无盘复制"],
        [
            "repl-diskless-sync yes: the child writes the RDB straight into the replicas' sockets, not into a file.",
            "repl-diskless-sync yes：子进程把 RDB 直接写入副本的套接字，而不写文件。",
        ],
    ),
    term(
        "failover",
        ["failover", "故障转移"],
        [
            "A replica takes the place of a master that has failed. Redis itself does it only if it is told to: by REPLICAOF NO ONE, or by Sentinel or Cluster.",
            "由副本接替发生故障的主节点。Redis 自身只在收到指令时才这样做：REPLICAOF NO ONE，或由 Sentinel、Cluster 发起。",
        ],
    ),
    term(
        "full resync",
        ["full resync", "全量重同步"],
        [
            "The master sends all of its dataset as an RDB file; the replica throws away what it has and loads it.",
            "主节点把整个数据集以 RDB 文件发送；副本丢弃已有的数据并载入它。",
        ],
    ),
    term(
        "fullresync",
        ["+FULLRESYNC", "+FULLRESYNC"],
        [
            "A master's answer to PSYNC that announces a full resync, with its replication ID and the offset that the RDB file belongs to.",
            "主节点对 PSYNC 的回答，宣布全量重同步，并附上复制 ID 和 RDB 文件对应的偏移量。",
        ],
    ),
    term(
        "handshake",
        ["handshake", "握手"],
        [
            "What a replica and its master say to each other before data flows: PING, AUTH, REPLCONF, PSYNC.",
            "数据传输之前副本与主节点之间的对话：PING、AUTH、REPLCONF、PSYNC。",
        ],
    ),
    term(
        "histlen",
        ["histlen", "histlen"],
        [
            "How many bytes of the stream the backlog holds at present; at most its size.",
            "积压缓冲区当前保存的复制流字节数，最多等于它的大小。",
        ],
    ),
    term(
        "idx",
        ["idx", "idx"],
        ["The place in the backlog's ring at which the next byte is written.", "环形缓冲区中下一个字节写入的位置。"],
    ),
    term(
        "lag",
        ["lag", "延迟（lag）"],
        [
            "In INFO: the seconds since a replica's last acknowledgement. It counts seconds, not bytes.",
            "INFO 中的 lag：距副本上次确认的秒数。它计的是秒，不是字节。",
        ],
    ),
    term(
        "master",
        ["master", "主节点"],
        [
            "The node that takes writes and whose replication stream others follow.",
            "接受写入、其复制流被其他节点跟随的节点。",
        ],
    ),
    term(
        "off",
        ["off", "off"],
        [
            "The offset of the oldest byte in the backlog (repl_backlog_first_byte_offset).",
            "积压缓冲区中最旧字节的偏移量（repl_backlog_first_byte_offset）。",
        ],
    ),
    term(
        "offset",
        ["offset", "偏移量"],
        [
            "A position in the replication stream, counted in bytes: master_repl_offset is the last byte that a node has produced or applied.",
            "复制流中的位置，以字节计：master_repl_offset 是节点已产生或已应用的最后一个字节。",
        ],
    ),
    term(
        "output buffer",
        ["output buffer", "输出缓冲区"],
        [
            "What a master has still to send to one replica. If it grows over client-output-buffer-limit, the link is closed.",
            "主节点尚未发给某个副本的数据。超过 client-output-buffer-limit 时，连接被关闭。",
        ],
    ),
    term(
        "partial resync",
        ["partial resync", "部分重同步"],
        [
            "The master sends only the bytes of the stream that the replica lacks.",
            "主节点只发送副本缺少的那部分复制流。",
        ],
    ),
    term(
        "ping",
        ["PING", "PING"],
        [
            "A master puts a PING into its stream every repl-ping-replica-period seconds. It takes bytes of the stream like any command.",
            "主节点每隔 repl-ping-replica-period 秒向复制流写入一个 PING。它和其他命令一样占用流中的字节。",
        ],
    ),
    term(
        "promotion",
        ["promotion", "提升"],
        [
            "REPLICAOF NO ONE: a replica becomes a master. It begins a history of its own and remembers the former one.",
            "REPLICAOF NO ONE：副本成为主节点。它开始自己的历史，并记住先前的历史。",
        ],
    ),
    term(
        "psync",
        ["PSYNC", "PSYNC"],
        [
            "The replica's request: PSYNC replid byte asks to continue that history at that byte; PSYNC ? -1 asks for everything.",
            "副本的请求：PSYNC replid byte 请求从该历史的该字节继续；PSYNC ? -1 请求全部数据。",
        ],
    ),
    term(
        "rdb",
        ["RDB", "RDB"],
        [
            "A dataset as one file at one moment. It also holds the replication ID and offset, so that a restarted replica can continue.",
            "某一时刻整个数据集的文件。它还保存复制 ID 和偏移量，使重启后的副本能够继续。",
        ],
    ),
    term(
        "replica",
        ["replica", "副本"],
        [
            "A node that follows a master: it applies the master's stream and refuses writes of clients.",
            "跟随主节点的节点：应用主节点的复制流，拒绝客户端的写入。",
        ],
    ),
    term(
        "replid",
        ["replication ID", "复制 ID"],
        [
            "master_replid: 40 characters that name a history of writes. Equal ID and equal offset mean equal data.",
            "master_replid：标识一段写入历史的 40 个字符。ID 相同且偏移量相同，即数据相同。",
        ],
    ),
    term(
        "replid2",
        ["second replication ID", "第二复制 ID"],
        [
            "master_replid2: the history that a node had before it was promoted. It is accepted up to second_repl_offset.",
            "master_replid2：节点被提升之前的历史。在 second_repl_offset 之内仍被接受。",
        ],
    ),
    term(
        "second offset",
        ["second_repl_offset", "second_repl_offset"],
        [
            "The first byte that no longer belongs to replid2: a PSYNC for replid2 may ask for this byte at most.",
            "不再属于 replid2 的第一个字节：用 replid2 的 PSYNC 最多请求到这个字节。",
        ],
    ),
    term(
        "split brain",
        ["split brain", "脑裂"],
        [
            "Two masters take writes of the same data at the same time. The writes of one of them will be lost.",
            "两个主节点同时接受同一份数据的写入。其中一方的写入终将丢失。",
        ],
    ),
    term(
        "stream",
        ["replication stream", "复制流"],
        [
            "The write commands of a master as bytes, in order, with SELECT and PING between them. Each byte has an offset.",
            "主节点的写命令按顺序编码成的字节，其间有 SELECT 和 PING。每个字节都有偏移量。",
        ],
    ),
    term(
        "timeout",
        ["repl-timeout", "repl-timeout"],
        [
            "So many seconds without a byte from the other side, and a link is given up.",
            "这么多秒没有收到对方的任何字节，连接即被放弃。",
        ],
    ),
    term(
        "wait",
        ["WAIT", "WAIT"],
        [
            "WAIT replicas milliseconds: waits until so many replicas have acknowledged the client's writes, or the time is over; answers how many have.",
            "WAIT 副本数 毫秒：等到这么多副本确认了该客户端的写入，或超时；回答已确认的副本数。",
        ],
    ),
];

impl Term {
    /// The term of this key, or of this name in either language. Case does not matter.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let is = |known: &str| known.to_lowercase() == name.to_lowercase();
        GLOSSARY.iter().find(|term| is(term.key) || is(term.name.en) || is(term.name.zh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_names_are_of_one_term() {
        assert!(GLOSSARY.is_sorted_by(|one, next| one.key < next.key));
        for term in &GLOSSARY {
            for name in [term.key, term.name.en, term.name.zh] {
                assert_eq!(Term::named(&name.to_uppercase()).map(|found| found.key), Some(term.key), "{name}");
            }
        }
        assert_eq!(Term::named("raft"), None);
    }
}
