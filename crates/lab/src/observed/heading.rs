//! Lines that name the node whose INFO follows.

use crate::format::shortened;

/// Characters of a name that are kept.
const NAME_CHARS: usize = 60;

/// A line that names a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// The name.
    pub(super) name: String,
    /// Whether INFO of it is announced: what was typed at a prompt or a shell may be something else.
    pub(super) is_info: bool,
}

impl Heading {
    /// The name that a line gives. `127.0.0.1:7001> INFO replication`, `$ redis-cli -p 7001 info`,
    /// `--- 10.0.0.1:6379 ---`, `10.0.0.1:6379`.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let is_info = |command: &str| command.to_ascii_lowercase().contains("info");
        if let Some((prompt, command)) = line.split_once('>')
            && let Some(name) = prompt_name(prompt)
        {
            return Some(Self { name, is_info: is_info(command) });
        }
        if let Some(arguments) = ["redis-cli", "valkey-cli"].iter().find_map(|cli| Some(line.split_once(cli)?.1)) {
            return Some(Self { name: shell_name(arguments), is_info: is_info(arguments) });
        }
        let decoration = |c: char| "-=#*~+<> ".contains(c);
        let bare = line.trim_matches(decoration).trim_end_matches([':', ' ']);
        let decorated = line.starts_with(decoration) && bare.chars().any(char::is_alphanumeric);
        let is_name = decorated || host_and_port(bare).is_some_and(|(host, _)| is_host(host));
        is_name.then(|| Self { name: shortened(bare, NAME_CHARS), is_info: true })
    }

    /// Splits `10.0.0.1:6379: # Server`, as `redis-cli --cluster call` prints it.
    pub(super) fn before(line: &str) -> Option<(Self, &str)> {
        let (name, rest) = line.split_once(": ")?;
        host_and_port(name)?;
        Some((Self { name: name.to_owned(), is_info: true }, rest))
    }

    /// Splits `redis-1  | 1:M ...`, as `docker compose logs` prints it.
    pub(super) fn column(line: &str) -> Option<(Self, &str)> {
        let (name, rest) = line.split_once(" |")?;
        let name = name.trim();
        let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        is_word.then(|| (Self { name: shortened(name, NAME_CHARS), is_info: false }, rest.trim_start()))
    }
}

/// The node that redis-cli's prompt names: `127.0.0.1:7001`, `redis 127.0.0.1:7001[3]`, `a:7001(TX)`.
fn prompt_name(prompt: &str) -> Option<String> {
    let name = prompt.trim_end_matches("(TX)").trim_end_matches("(subscribed mode)");
    let name = name.split(' ').next_back()?;
    let name = match name.rsplit_once('[') {
        Some((name, db)) if db.trim_end_matches(']').parse::<u32>().is_ok() => name,
        _ => name,
    };
    host_and_port(name).map(|_| name.to_owned())
}

/// The node that redis-cli's arguments name.
fn shell_name(arguments: &str) -> String {
    let mut words = arguments.split_whitespace();
    let (mut host, mut port) = ("127.0.0.1", "6379");
    while let Some(word) = words.next() {
        match word {
            "-h" => host = words.next().unwrap_or(host),
            "-p" => port = words.next().unwrap_or(port),
            _ => {}
        }
    }
    shortened(&format!("{host}:{port}"), NAME_CHARS)
}

/// The host and the port of `host:port`.
pub(super) fn host_and_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:[]".contains(c));
    let port = port.bytes().all(|byte| byte.is_ascii_digit()).then(|| port.parse().ok()).flatten()?;
    (is_host && host.len() < 256 && port > 0).then_some((host, port))
}

/// Whether this is certainly a host, and no field of INFO.
pub(super) fn is_host(host: &str) -> bool {
    host == "localhost" || host.contains(['.', '-', ':', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_a_node() {
        let check = |line, name: Option<&str>| {
            assert_eq!(Heading::parse(line).map(|heading| heading.name).as_deref(), name, "{line}");
        };
        check("127.0.0.1:7001> INFO replication", Some("127.0.0.1:7001"));
        check("127.0.0.1:7001[3]> info", Some("127.0.0.1:7001"));
        check("redis 10.0.0.1:6379(TX)> info", Some("10.0.0.1:6379"));
        check("[::1]:7001> info", Some("[::1]:7001"));
        check("$ redis-cli -h db-2 -p 7002 INFO replication", Some("db-2:7002"));
        check("root@box:~# valkey-cli info", Some("127.0.0.1:6379"));
        check("--- 10.0.0.1:6379", Some("10.0.0.1:6379"));
        check("=== node A ===", Some("node A"));
        check("==> db/redis.log <==", Some("db/redis.log"));
        check("redis-1:6379:", Some("redis-1:6379"));
        check("localhost:6379", Some("localhost:6379"));
        for line in ["role:master", "tcp_port:7001", "-----", "not connected> info", "hello", "10.0.0.1:99999"] {
            check(line, None);
        }
    }

    #[test]
    fn names_before_a_line() {
        let (heading, rest) = Heading::before("127.0.0.1:7001: # Server").expect("a name");
        assert_eq!((heading.name.as_str(), rest), ("127.0.0.1:7001", "# Server"));
        let (heading, rest) = Heading::column("redis-1  | 1:M 30 Nov 2026").expect("a name");
        assert_eq!((heading.name.as_str(), rest), ("redis-1", "1:M 30 Nov 2026"));
        assert_eq!(Heading::before("Full resync from master: x"), None);
        assert_eq!(Heading::column("a b | c"), None);
    }
}
