//! The rules by name.

use std::fmt;

use crate::lang::{Lang, bilingual};

/// An invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A CONNECTED replica's link, offset and ID are its master's, and it has applied no more than it received.
    LinkAgrees,
    /// `repl_backlog_off + histlen = master_repl_offset + 1`.
    BacklogEndsAtOffset,
    /// A byte of a history has the same value everywhere.
    BytesAgree,
    /// `second_replid_offset <= master_repl_offset + 1`.
    SecondHistoryInPast,
    /// A partial resync sends exactly the missing bytes.
    ResyncIsExact,
    /// A partial resync is granted only if the replica's bytes are a prefix of the master's.
    ResyncIsSafe,
    /// From its start, a stream is that of its history, without gap or addition.
    StreamIsContiguous,
    /// An offset moves only by bytes that were fed, or by a full resync.
    OffsetMovesByBytes,
    /// Only the head of a chain produces bytes; the others forward them.
    OnlyHeadProduces,
    /// A replication ID names one history, and each change of IDs is one that Redis makes.
    IdsAreUnique,
    /// An acknowledged offset is one that was sent.
    AckWithinStream,
    /// The RDB file of a full resync has the history and offset of `+FULLRESYNC`.
    RdbMatchesOffset,
    /// What arrives on a connection is what was sent.
    TcpIsReliable,
    /// Both peers follow the protocol.
    FollowsProtocol,
    /// Nodes at the same offset of the same history have the same data.
    DataAgrees,
    /// The link to a silent peer is closed after `repl-timeout`.
    SilentPeerTimesOut,
    /// Once all faults are repaired, all replicas become equal to their master.
    Converges,
    /// No node ends by a fault of its own program.
    NoPanic,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::LinkAgrees,
        Self::BacklogEndsAtOffset,
        Self::BytesAgree,
        Self::SecondHistoryInPast,
        Self::ResyncIsExact,
        Self::ResyncIsSafe,
        Self::StreamIsContiguous,
        Self::OffsetMovesByBytes,
        Self::OnlyHeadProduces,
        Self::IdsAreUnique,
        Self::AckWithinStream,
        Self::RdbMatchesOffset,
        Self::TcpIsReliable,
        Self::FollowsProtocol,
        Self::DataAgrees,
        Self::SilentPeerTimesOut,
        Self::Converges,
        Self::NoPanic,
    ];

    /// The rule in words.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        let text = match self {
            Self::LinkAgrees => bilingual(
                "a connected replica's link, offset and ID are its master's",
                "已连接副本的链接、偏移量和 ID 与主节点一致",
            ),
            Self::BacklogEndsAtOffset => bilingual("a backlog ends at the node's offset", "积压缓冲区止于节点的偏移量"),
            Self::BytesAgree => {
                bilingual("a byte of a history has the same value everywhere", "同一历史的同一字节在各处都相同")
            }
            Self::SecondHistoryInPast => {
                bilingual("the second history ends at the present offset at the latest", "第二段历史最晚止于当前偏移量")
            }
            Self::ResyncIsExact => {
                bilingual("a partial resync sends exactly the missing bytes", "部分同步恰好发送缺少的字节")
            }
            Self::ResyncIsSafe => {
                bilingual("a partial resync is granted only within a shared history", "只在共同的历史之内接受部分同步")
            }
            Self::StreamIsContiguous => {
                bilingual("a stream is its history, without gap or addition", "复制流就是它的历史，不多也不少")
            }
            Self::OffsetMovesByBytes => {
                bilingual("an offset moves only by bytes that were fed", "偏移量只随写入的字节前进")
            }
            Self::OnlyHeadProduces => bilingual("only the head of a chain produces bytes", "只有链的头部产生字节"),
            Self::IdsAreUnique => bilingual("a replication ID names one history", "一个复制 ID 只指一段历史"),
            Self::AckWithinStream => bilingual("an acknowledged offset was sent", "确认的偏移量都已发送过"),
            Self::RdbMatchesOffset => {
                bilingual("an RDB file has the offset of +FULLRESYNC", "RDB 文件的偏移量与 +FULLRESYNC 相同")
            }
            Self::TcpIsReliable => bilingual("what arrives on a connection is what was sent", "连接上收到的就是发送的"),
            Self::FollowsProtocol => bilingual("both peers follow the protocol", "两端都遵守协议"),
            Self::DataAgrees => bilingual(
                "nodes at the same offset of a history have the same data",
                "同一历史同一偏移量的节点数据相同",
            ),
            Self::SilentPeerTimesOut => bilingual(
                "the link to a silent peer is closed after repl-timeout",
                "对端沉默超过 repl-timeout 后链接会关闭",
            ),
            Self::NoPanic => bilingual("no node ends by a fault of its own program", "没有节点因自身程序的错误而退出"),
            Self::Converges => {
                bilingual("all replicas become equal to their master after repairs", "修复之后所有副本都与主节点一致")
            }
        };
        text.get(lang)
    }

    /// The rule's name for programs: `link-agrees`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LinkAgrees => "link-agrees",
            Self::BacklogEndsAtOffset => "backlog-ends-at-offset",
            Self::BytesAgree => "bytes-agree",
            Self::SecondHistoryInPast => "second-history-in-past",
            Self::ResyncIsExact => "resync-is-exact",
            Self::ResyncIsSafe => "resync-is-safe",
            Self::StreamIsContiguous => "stream-is-contiguous",
            Self::OffsetMovesByBytes => "offset-moves-by-bytes",
            Self::OnlyHeadProduces => "only-head-produces",
            Self::IdsAreUnique => "ids-are-unique",
            Self::AckWithinStream => "ack-within-stream",
            Self::RdbMatchesOffset => "rdb-matches-offset",
            Self::TcpIsReliable => "tcp-is-reliable",
            Self::FollowsProtocol => "follows-protocol",
            Self::DataAgrees => "data-agrees",
            Self::SilentPeerTimesOut => "silent-peer-times-out",
            Self::Converges => "converges",
            Self::NoPanic => "no-panic",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(Lang::En))
    }
}
