//! The settings that commands on data obey.

use psyncscope_keyspace::NodeLimits;
use psyncscope_rdb::EncodingLimits;

use crate::events::Events;
use crate::eviction::Eviction;

/// The directives of redis.conf on data. The default is Redis's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The directives that decide the encodings of collections.
    pub encodings: EncodingLimits,
    /// `hll-sparse-max-bytes`: a HyperLogLog that would outgrow this becomes dense.
    pub hll_sparse_max_bytes: usize,
    /// `stream-node-max-bytes` and `stream-node-max-entries`.
    pub stream_nodes: NodeLimits,
    /// `maxmemory` and related directives.
    pub eviction: Eviction,
    /// `notify-keyspace-events`: published keyspace events.
    pub notify_keyspace_events: Events,
    /// `lazyfree-lazy-expire`: expired keys are propagated as UNLINK.
    pub lazyfree_lazy_expire: bool,
    /// `rdbcompression`.
    pub rdbcompression: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            encodings: EncodingLimits::default(),
            hll_sparse_max_bytes: 3000,
            stream_nodes: NodeLimits::default(),
            eviction: Eviction::default(),
            notify_keyspace_events: Events::default(),
            lazyfree_lazy_expire: false,
            rdbcompression: true,
        }
    }
}
