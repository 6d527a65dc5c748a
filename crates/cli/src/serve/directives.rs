//! Directives that the engine does not have: every directive of Redis 5.0 is supported, accepted because it has no
//! effect here, or refused because it would have one.

/// How a directive is treated that neither the engine nor the driver supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Has no effect here: accepted and named in the log.
    NoEffect,
    /// Accepted only with these values (in any case); other values would need unsupported features.
    Only(&'static [&'static str]),
    /// Not supported with any value.
    Refused,
}

use Support::{NoEffect, Only, Refused};

/// Redis 5.0's directives. Names that the engine or the driver supports are looked up there first.
const DIRECTIVES: &[(&str, Support)] = &[
    ("active-defrag-cycle-max", NoEffect),
    ("active-defrag-cycle-min", NoEffect),
    ("active-defrag-ignore-bytes", NoEffect),
    ("active-defrag-max-scan-fields", NoEffect),
    ("active-defrag-threshold-lower", NoEffect),
    ("active-defrag-threshold-upper", NoEffect),
    ("activedefrag", Only(&["no"])),
    ("activerehashing", NoEffect),
    ("always-show-logo", NoEffect),
    ("client-query-buffer-limit", NoEffect),
    ("cluster-announce-bus-port", NoEffect),
    ("cluster-announce-ip", NoEffect),
    ("cluster-announce-port", NoEffect),
    ("cluster-config-file", NoEffect),
    ("cluster-enabled", Only(&["no"])),
    ("cluster-migration-barrier", NoEffect),
    ("cluster-node-timeout", NoEffect),
    ("cluster-replica-no-failover", NoEffect),
    ("cluster-replica-validity-factor", NoEffect),
    ("cluster-require-full-coverage", NoEffect),
    ("cluster-slave-no-failover", NoEffect),
    ("cluster-slave-validity-factor", NoEffect),
    ("dynamic-hz", NoEffect),
    ("hash-max-ziplist-entries", NoEffect),
    ("hash-max-ziplist-value", NoEffect),
    ("hll-sparse-max-bytes", NoEffect),
    ("lazyfree-lazy-expire", Only(&["no"])),
    ("lazyfree-lazy-server-del", NoEffect),
    ("list-compress-depth", NoEffect),
    ("list-max-ziplist-entries", NoEffect),
    ("list-max-ziplist-size", NoEffect),
    ("list-max-ziplist-value", NoEffect),
    ("loadmodule", Refused),
    ("proto-max-bulk-len", NoEffect),
    ("rdb-save-incremental-fsync", NoEffect),
    ("repl-disable-tcp-nodelay", Only(&["no"])),
    ("replica-ignore-maxmemory", NoEffect),
    ("replica-lazy-flush", NoEffect),
    ("set-max-intset-entries", NoEffect),
    ("slave-ignore-maxmemory", NoEffect),
    ("slave-lazy-flush", NoEffect),
    ("stream-node-max-bytes", NoEffect),
    ("stream-node-max-entries", NoEffect),
    ("supervised", Only(&["no"])),
    ("syslog-enabled", Only(&["no"])),
    ("syslog-facility", NoEffect),
    ("syslog-ident", NoEffect),
    ("zset-max-ziplist-entries", NoEffect),
    ("zset-max-ziplist-value", NoEffect),
];

/// How `name` (in lower case) is treated; `None` if Redis 5.0 does not have it.
pub fn support(name: &str) -> Option<Support> {
    DIRECTIVES.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|at| DIRECTIVES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_found() {
        assert!(DIRECTIVES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(support("activedefrag"), Some(Only(&["no"])));
        assert_eq!(support("zset-max-ziplist-value"), Some(NoEffect));
        assert_eq!(support("loadmodule"), Some(Refused));
        assert_eq!(support("io-threads"), None, "a later Redis's");
    }
}
