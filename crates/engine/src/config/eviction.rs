//! Directives on memory limits and eviction.

use psyncscope_commands::Policy;

use super::directive::{Directive, integer, memory, one, text, word, yes_no};

pub(super) static DIRECTIVES: &[Directive] = &[
    Directive::new(
        "maxmemory",
        |c| c.data.eviction.maxmemory.to_string(),
        |c, a| {
            c.data.eviction.maxmemory = memory(one(a)?).ok_or("argument must be a memory value")?;
            Ok(())
        },
    ),
    Directive::new(
        "maxmemory-samples",
        |c| c.data.eviction.samples.to_string(),
        |c, a| {
            c.data.eviction.samples = integer(a, 1, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "lfu-log-factor",
        |c| c.data.eviction.lfu_log_factor.to_string(),
        |c, a| {
            c.data.eviction.lfu_log_factor = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    ),
    Directive::new(
        "lfu-decay-time",
        |c| c.data.eviction.lfu_decay_time.to_string(),
        |c, a| {
            c.data.eviction.lfu_decay_time = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    ),
    Directive::new(
        "lazyfree-lazy-eviction",
        |c| word(c.data.eviction.lazy).into(),
        |c, a| {
            c.data.eviction.lazy = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "maxmemory-policy",
        |c| c.data.eviction.policy.name().into(),
        |c, a| {
            let name = text(a)?.to_ascii_lowercase();
            let known = Policy::NAMES.into_iter().find(|(_, known)| *known == name);
            c.data.eviction.policy = known.ok_or("Invalid maxmemory policy")?.0;
            Ok(())
        },
    ),
];
