//! The form in which changes are written to the append-only file.

use psyncscope_resp::{encode_command_into, parse_i64_strict};

use crate::command::table;
use crate::node::Node;

/// How a command gives a time to live, and its unit in milliseconds.
#[derive(Clone, Copy)]
struct Time {
    unit_ms: i64,
    /// Relative to now instead of to the Unix epoch.
    relative: bool,
}

const SECONDS: Time = Time { unit_ms: 1000, relative: true };
const MILLISECONDS: Time = Time { unit_ms: 1, relative: true };
const UNIX_SECONDS: Time = Time { unit_ms: 1000, relative: false };

impl Node {
    /// `feedAppendOnlyFile`: a command that changed this database, after a SELECT if the last command was for
    /// another. Times to live become absolute: EXPIRE, PEXPIRE and EXPIREAT become PEXPIREAT, and SET with a time,
    /// SETEX and PSETEX become SET and PEXPIREAT.
    ///
    /// Written at the end of the turn; also kept for the running rewrite.
    #[inline(never)]
    pub(crate) fn feed_append_only_file(&mut self, db: usize, words: &[impl AsRef<[u8]>]) {
        let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
        let mut bytes = Vec::new();
        if self.aof.selected_db != Some(db) {
            encode_command_into(&mut bytes, &["SELECT", &db.to_string()]);
            self.aof.selected_db = Some(db);
        }
        let name = table::lookup_renamed(&self.config.renamed_commands, words[0]).map_or("", |spec| spec.name);
        let now_ms = self.script_time.unwrap_or(self.now).unix_ms();
        match (name, words.as_slice()) {
            ("expire", [_, key, time]) => push_pexpireat(&mut bytes, key, time, SECONDS, now_ms),
            ("pexpire", [_, key, time]) => push_pexpireat(&mut bytes, key, time, MILLISECONDS, now_ms),
            ("expireat", [_, key, time]) => push_pexpireat(&mut bytes, key, time, UNIX_SECONDS, now_ms),
            ("setex" | "psetex", [_, key, time, value]) => {
                let unit = if name == "setex" { SECONDS } else { MILLISECONDS };
                encode_command_into(&mut bytes, &[b"SET", *key, value]);
                push_pexpireat(&mut bytes, key, time, unit, now_ms);
            }
            ("set", [set, key, value, options @ ..]) if !options.is_empty() => {
                encode_command_into(&mut bytes, &[set, key, value]);
                for pair in options.windows(2) {
                    let unit = match pair[0].to_ascii_lowercase().as_slice() {
                        b"ex" => SECONDS,
                        b"px" => MILLISECONDS,
                        _ => continue,
                    };
                    push_pexpireat(&mut bytes, key, pair[1], unit, now_ms);
                }
            }
            _ => encode_command_into(&mut bytes, &words),
        }
        if self.aof.state == super::state::AofState::On {
            self.aof.buf.extend_from_slice(&bytes);
        }
        if self.aof.rewrite.is_some() {
            self.aof.rewrite_buf.extend_from_slice(&bytes);
        }
    }
}

/// `catAppendOnlyExpireAtCommand`. The command has already validated the number.
fn push_pexpireat(bytes: &mut Vec<u8>, key: &[u8], time: &[u8], unit: Time, now_ms: i64) {
    let when = parse_i64_strict(time).unwrap_or_default().wrapping_mul(unit.unit_ms);
    let when = if unit.relative { when.wrapping_add(now_ms) } else { when };
    encode_command_into(bytes, &[b"PEXPIREAT", key, when.to_string().as_bytes()]);
}
