//! `client-output-buffer-limit`: class, hard limit, soft limit and seconds, repeated.

use psyncscope_resp::parse_i64_strict;

use super::directive::memory;
use crate::outbuf::{OutputLimit, OutputLimits};

/// As in CONFIG GET, with the older word for replicas.
pub(super) fn show(limits: &OutputLimits) -> String {
    let classes = [("normal", limits.normal), ("slave", limits.replica), ("pubsub", limits.pubsub)];
    let shown = classes.map(|(name, limit)| format!("{name} {} {} {}", limit.hard, limit.soft, limit.soft_seconds));
    shown.join(" ")
}

/// These limits with some classes changed. CONFIG SET passes all words in one argument.
pub(super) fn changed(mut limits: OutputLimits, args: &[&[u8]]) -> Result<OutputLimits, String> {
    let words: Vec<&[u8]> =
        args.iter().flat_map(|arg| arg.split(|&byte| byte == b' ')).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || !words.len().is_multiple_of(4) {
        return Err("wrong number of arguments".into());
    }
    for entry in words.chunks(4) {
        let limit = || {
            Some(OutputLimit {
                hard: memory(entry[1])?,
                soft: memory(entry[2])?,
                soft_seconds: parse_i64_strict(entry[3]).filter(|&seconds| seconds >= 0)?,
            })
        };
        let limit = limit().ok_or("Negative number of seconds in soft limit is invalid")?;
        match entry[0].to_ascii_lowercase().as_slice() {
            b"normal" => limits.normal = limit,
            b"slave" | b"replica" => limits.replica = limit,
            b"pubsub" => limits.pubsub = limit,
            // An unknown class, or `master`, which has no limits.
            _ => return Err("Invalid client class specified in buffer limit configuration.".into()),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use crate::Config;

    #[test]
    fn limits_are_set_by_class() {
        let mut config = Config::default();
        let get = |config: &Config| config.config_get(b"client-output-buffer-limit").remove(0).1;
        assert_eq!(get(&config), "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60");
        config.set_directive("client-output-buffer-limit", &["replica", "1mb", "0", "0"]).unwrap();
        config.config_set(b"client-output-buffer-limit", b"normal 1k 2kb 3 pubsub 0 0 0").unwrap();
        assert_eq!(get(&config), "normal 1000 2048 3 slave 1048576 0 0 pubsub 0 0 0");
        for wrong in ["", "replica 1 2", "master 0 0 0", "replica x 0 0", "replica 0 0 -1", "normal 0 0 0 nobody 0 0 0"]
        {
            assert!(config.config_set(b"client-output-buffer-limit", wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(get(&config), "normal 1000 2048 3 slave 1048576 0 0 pubsub 0 0 0", "all or nothing");
    }
}
