//! Parameters of 5.0.14 without effect here: they are validated, stored and returned, so that programs that set or
//! read them get what they expect.

use psyncscope_commands::glob::matches as glob;

use super::Config;
use super::directive::{integer, memory, one, text};

/// The type of a parameter's value.
enum Takes {
    Text,
    YesNo,
    /// A number within these limits.
    Number(i64, i64),
    /// A number of bytes.
    Bytes,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

use Takes::{Bytes, Number, OneOf, Text, YesNo};

/// One parameter.
struct Kept {
    name: &'static str,
    default: &'static str,
    takes: Takes,
    /// Not for CONFIG SET.
    at_start: bool,
}

const fn always(name: &'static str, default: &'static str, takes: Takes) -> Kept {
    Kept { name, default, takes, at_start: false }
}

const fn at_start(name: &'static str, default: &'static str, takes: Takes) -> Kept {
    Kept { name, default, takes, at_start: true }
}

const INT_MAX: i64 = i32::MAX as i64;

static KEPT: &[Kept] = &[
    always("cluster-announce-ip", "", Text),
    at_start("unixsocket", "", Text),
    at_start("logfile", "", Text),
    at_start("pidfile", "", Text),
    always("proto-max-bulk-len", "536870912", Bytes),
    always("client-query-buffer-limit", "1073741824", Bytes),
    always("active-defrag-threshold-lower", "10", Number(0, 1000)),
    always("active-defrag-threshold-upper", "100", Number(0, 1000)),
    always("active-defrag-ignore-bytes", "104857600", Bytes),
    always("active-defrag-cycle-min", "5", Number(1, 99)),
    always("active-defrag-cycle-max", "75", Number(1, 99)),
    always("active-defrag-max-scan-fields", "1000", Number(1, i64::MAX)),
    always("list-max-ziplist-size", "-2", Number(i32::MIN as i64, INT_MAX)),
    always("list-compress-depth", "0", Number(0, INT_MAX)),
    at_start("cluster-announce-port", "0", Number(0, 65535)),
    at_start("cluster-announce-bus-port", "0", Number(0, 65535)),
    at_start("tcp-backlog", "511", Number(0, INT_MAX)),
    always("watchdog-period", "0", Number(0, INT_MAX)),
    always("cluster-node-timeout", "15000", Number(0, i64::MAX)),
    always("cluster-migration-barrier", "1", Number(0, INT_MAX)),
    always("cluster-slave-validity-factor", "10", Number(0, INT_MAX)),
    always("cluster-replica-validity-factor", "10", Number(0, INT_MAX)),
    always("tcp-keepalive", "300", Number(0, INT_MAX)),
    always("cluster-require-full-coverage", "yes", YesNo),
    always("cluster-slave-no-failover", "no", YesNo),
    always("cluster-replica-no-failover", "no", YesNo),
    at_start("daemonize", "no", YesNo),
    always("activerehashing", "yes", YesNo),
    // Redis also refuses it if its allocator does not support it.
    always("activedefrag", "no", OneOf(&["no"])),
    always("rdb-save-incremental-fsync", "yes", YesNo),
    always("lazyfree-lazy-server-del", "no", YesNo),
    always("dynamic-hz", "yes", YesNo),
    at_start("supervised", "no", OneOf(&["no", "upstart", "systemd", "auto"])),
    at_start("syslog-facility", "local0", Text),
    at_start("unixsocketperm", "0", Text),
];

impl Kept {
    /// The value as CONFIG GET returns it.
    fn checked(&self, args: &[&[u8]]) -> Result<String, String> {
        let word = || Ok::<_, String>(text(args)?.to_ascii_lowercase());
        match self.takes {
            Text => text(args),
            YesNo => word().and_then(|word| match word.as_str() {
                "yes" | "no" => Ok(word),
                _ => Err("argument must be 'yes' or 'no'".into()),
            }),
            OneOf(words) => word().and_then(|word| match words.contains(&word.as_str()) {
                true => Ok(word),
                false => Err(format!("argument must be one of {}", words.join(", "))),
            }),
            Number(min, max) => integer(args, min, max).map(|number| number.to_string()),
            Bytes => memory(one(args)?)
                .map(|bytes| bytes.to_string())
                .ok_or_else(|| "argument must be a memory value".into()),
        }
    }
}

fn named(name: &[u8]) -> Option<&'static Kept> {
    KEPT.iter().find(|kept| kept.name.as_bytes().eq_ignore_ascii_case(name))
}

impl Config {
    /// Stores the value of a parameter that the engine does not use, for CONFIG GET. Other names are ignored.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn keep(&mut self, name: &str, args: &[&str]) -> Result<(), String> {
        let Some(kept) = named(name.as_bytes()) else { return Ok(()) };
        let args: Vec<&[u8]> = args.iter().map(|arg| arg.as_bytes()).collect();
        let value = kept.checked(&args)?;
        self.kept.insert(kept.name, value);
        Ok(())
    }

    /// CONFIG SET of such a parameter; `None` if there is none with this name, or it can only be set at the start.
    pub(super) fn set_kept(&mut self, name: &[u8], value: &[u8]) -> Option<Result<(), String>> {
        let kept = named(name).filter(|kept| !kept.at_start)?;
        Some(kept.checked(&[value]).map(|value| {
            self.kept.insert(kept.name, value);
        }))
    }

    /// Those whose name matches, with their values.
    pub(super) fn get_kept(&self, pattern: &[u8]) -> impl Iterator<Item = (&'static str, String)> {
        KEPT.iter().filter(move |kept| glob(pattern, kept.name.as_bytes(), true)).map(|kept| {
            let value = self.kept.get(kept.name).cloned().unwrap_or_else(|| kept.default.to_owned());
            (kept.name, value)
        })
    }

    /// The parameters whose value is not Redis's default.
    pub(super) fn kept_names_and_values(&self) -> impl Iterator<Item = (&'static str, String, bool)> {
        self.get_kept(b"*").map(|(name, value)| {
            let is_default = named(name.as_bytes()).is_some_and(|kept| kept.default == value);
            (name, value, is_default)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid() {
        for kept in KEPT {
            assert_eq!(kept.checked(&[kept.default.as_bytes()]).as_deref(), Ok(kept.default), "{}", kept.name);
            assert!(!Config::has_directive(kept.name), "{} is honoured", kept.name);
        }
    }

    #[test]
    fn stored_values_are_returned() {
        let mut config = Config::default();
        let get = |config: &Config, name: &str| config.config_get(name.as_bytes());
        assert_eq!(get(&config, "dynamic-hz"), [("dynamic-hz", "yes".to_owned())]);
        config.config_set(b"Dynamic-Hz", b"NO").unwrap();
        assert_eq!(get(&config, "dynamic-hz"), [("dynamic-hz", "no".to_owned())]);
        config.config_set(b"client-query-buffer-limit", b"1mb").unwrap();
        assert_eq!(get(&config, "client-query-buffer-limit")[0].1, "1048576");
        for (name, value) in [("dynamic-hz", "x"), ("active-defrag-cycle-min", "0"), ("proto-max-bulk-len", "x")] {
            let error = config.config_set(name.as_bytes(), value.as_bytes()).unwrap_err();
            assert_eq!(error, format!("Invalid argument '{value}' for CONFIG SET '{name}'"));
        }
        assert_eq!(config.config_set(b"logfile", b"x").unwrap_err(), "Unsupported CONFIG parameter: logfile");
        config.keep("logfile", &["x"]).unwrap();
        assert_eq!(get(&config, "logfile"), [("logfile", "x".to_owned())]);
    }
}
