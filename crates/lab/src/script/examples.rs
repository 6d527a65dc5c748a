//! Scripts to begin with.

use crate::lang::{Bilingual, bilingual};

/// A script to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its file in `crates/lab/examples/scripts`.
    pub file: &'static str,
    /// What it shows, in a few words.
    pub title: Bilingual,
    /// Its text.
    pub text: &'static str,
}

/// Each shows one thing, and expects it.
pub const EXAMPLES: [Example; 5] = [
    Example {
        file: "first-sync.psync",
        title: bilingual("First sync", "首次同步"),
        text: include_str!("../../examples/scripts/first-sync.psync"),
    },
    Example {
        file: "cut-too-long.psync",
        title: bilingual("Cut for too long", "断开太久"),
        text: include_str!("../../examples/scripts/cut-too-long.psync"),
    },
    Example {
        file: "failover.psync",
        title: bilingual("A failover with +CONTINUE", "以 +CONTINUE 完成的故障转移"),
        text: include_str!("../../examples/scripts/failover.psync"),
    },
    Example {
        file: "chain.psync",
        title: bilingual("A replica of a replica", "副本的副本"),
        text: include_str!("../../examples/scripts/chain.psync"),
    },
    Example {
        file: "lost-write.psync",
        title: bilingual("Acknowledged and lost", "已确认却丢失的写入"),
        text: include_str!("../../examples/scripts/lost-write.psync"),
    },
];
