//! What masters of Redis 6.2 and 7 propagate beyond the commands of Redis 5: new commands, and new forms of old ones.
//!
//! This table is used only for the stream of a master, and only on a node whose master may be of a later version
//! (`rdb-version-max` above 9): see [`Node::find_command`]. Clients always get the commands of Redis 5.
//!
//! Those on data are in `psyncscope_commands::later`.
//!
//! Commands that cannot be applied here (modules, functions) are not in the table and end the link
//! (`crate::replication::refusal`).

mod server;

use psyncscope_commands::later::{geo, keys, lists, streams, strings, zsets};

use super::table::{self, CommandSpec, data, node};
use crate::io::ConnId;
use crate::node::Node;

/// The commands, in the order of [`table::COMMANDS`]. They replace those of the same name there.
static COMMANDS: &[CommandSpec] = &[
    data("set", -3, "wm", (1, 1, 1), strings::set),
    data("getex", -2, "wF", (1, 1, 1), strings::getex),
    data("getdel", 2, "wF", (1, 1, 1), strings::getdel),
    data("rpop", -2, "wF", (1, 1, 1), lists::rpop),
    data("lpop", -2, "wF", (1, 1, 1), lists::lpop),
    data("lmove", 5, "wm", (1, 2, 1), lists::lmove),
    data("zadd", -4, "wmF", (1, 1, 1), zsets::zadd),
    data("zdiffstore", -4, "wm", (0, 0, 0), zsets::zdiffstore),
    data("zrangestore", -5, "wm", (1, 2, 1), zsets::zrangestore),
    data("copy", -3, "wm", (1, 2, 1), keys::copy),
    data("expire", -3, "wF", (1, 1, 1), keys::expire),
    data("expireat", -3, "wF", (1, 1, 1), keys::expireat),
    data("pexpire", -3, "wF", (1, 1, 1), keys::pexpire),
    data("pexpireat", -3, "wF", (1, 1, 1), keys::pexpireat),
    data("flushdb", -1, "w", (0, 0, 0), keys::flushdb),
    data("flushall", -1, "w", (0, 0, 0), keys::flushall),
    data("georadius", -6, "w", (1, 1, 1), geo::georadius),
    data("georadiusbymember", -5, "w", (1, 1, 1), geo::georadiusbymember),
    data("geosearchstore", -8, "wm", (1, 2, 1), geo::geosearchstore),
    data("xadd", -5, "wmF", (1, 1, 1), streams::xadd),
    data("xgroup", -2, "wm", (2, 2, 1), streams::xgroup),
    data("xsetid", -3, "wmF", (1, 1, 1), streams::xsetid),
    data("xclaim", -6, "wF", (1, 1, 1), streams::xclaim),
    data("xtrim", -4, "w", (1, 1, 1), streams::xtrim),
    node("spublish", 3, "pltF", Node::spublish_command),
    node("script", -2, "s", Node::later_script_command),
    node("function", -2, "ws", Node::function_command),
];

fn lookup(name: &[u8]) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|spec| spec.name.as_bytes().eq_ignore_ascii_case(name))
}

impl Node {
    /// `lookupCommand`: the command of this name for this connection.
    pub(crate) fn find_command(&self, conn: ConnId, name: &[u8]) -> Option<&'static CommandSpec> {
        let renamed = &self.config.renamed_commands;
        let later = if self.obeys_later_master(conn) { lookup(&table::original_name(renamed, name)?) } else { None };
        later.or_else(|| table::lookup_renamed(renamed, name))
    }

    /// Whether commands of this connection apply the stream of a master that may be of a later version.
    pub(crate) fn obeys_later_master(&self, conn: ConnId) -> bool {
        self.config.limits.allows_later_master() && self.acts_for_master(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, lookup};

    #[test]
    fn every_command_is_found_in_any_case() {
        for spec in COMMANDS {
            assert_eq!(lookup(spec.name.to_uppercase().as_bytes()).map(|found| found.name), Some(spec.name));
        }
        assert!(lookup(b"xautoclaim").is_none() && lookup(b"").is_none());
    }
}
