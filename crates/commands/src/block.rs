//! What a blocking command that found nothing waits for.

use psyncscope_keyspace::StreamId;

/// What a client waits for (`blockForKeys`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What unblocks it.
    pub on: BlockedOn,
    /// Its timeout, in milliseconds since the Unix epoch; `None`: never.
    pub deadline_ms: Option<i64>,
}

/// What unblocks a client, and what it gets then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockedOn {
    /// BLPOP, BRPOP and BRPOPLPUSH: an element of the first of these lists that has one.
    List {
        /// The lists, in the order given.
        keys: Vec<Vec<u8>>,
        /// From which end.
        end: ListEnd,
        /// The destination of BRPOPLPUSH.
        target: Option<Vec<u8>>,
    },
    /// BZPOPMIN and BZPOPMAX: a member of the first of these sorted sets that has one.
    Zset {
        /// The sorted sets, in the order given.
        keys: Vec<Vec<u8>>,
        /// From which end.
        end: ZsetEnd,
    },
    /// XREAD and XREADGROUP: entries of one of these streams.
    Stream {
        /// The streams, in the order given.
        keys: Vec<Vec<u8>>,
        /// For each the ID after which; not used for a group, which knows itself what it did not deliver yet.
        after: Vec<StreamId>,
        /// The most entries.
        count: usize,
        /// The group, for XREADGROUP.
        reader: Option<GroupReader>,
    },
}

/// Who reads for a consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupReader {
    /// The group.
    pub group: Vec<u8>,
    /// The consumer.
    pub consumer: Vec<u8>,
    /// What is read counts as acknowledged.
    pub noack: bool,
}

impl BlockedOn {
    /// The keys waited for.
    #[must_use]
    pub fn keys(&self) -> &[Vec<u8>] {
        let (Self::List { keys, .. } | Self::Zset { keys, .. } | Self::Stream { keys, .. }) = self;
        keys
    }
}

/// The two ends of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListEnd {
    /// The head (LPUSH, LPOP).
    Head,
    /// The tail (RPUSH, RPOP).
    Tail,
}

impl ListEnd {
    pub(crate) const fn push_event(self) -> &'static str {
        match self {
            Self::Head => "lpush",
            Self::Tail => "rpush",
        }
    }

    pub(crate) const fn pop_event(self) -> &'static str {
        match self {
            Self::Head => "lpop",
            Self::Tail => "rpop",
        }
    }
}

/// Which end of a sorted set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZsetEnd {
    /// The lowest scores.
    Min,
    /// The highest.
    Max,
}
