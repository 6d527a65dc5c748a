//! The node's configuration: the directives of redis.conf that it honours.

/// Limits that a classroom may want smaller than Redis allows. Redis's own by default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// The smallest `repl-backlog-size`; Redis's is 16384.
    pub backlog_size_min: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { backlog_size_min: 16384 }
    }
}

/// A node's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `port`.
    pub port: u16,
    /// Whether the limits of Redis or those of a classroom apply.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self { port: 6379, limits: Limits::default() }
    }
}

impl Config {
    /// Sets one directive as a line of redis.conf does: `set_directive("repl-backlog-size", &["16kb"])`.
    ///
    /// # Errors
    /// What Redis would print: an unknown directive, a wrong number of arguments, a value out of range.
    pub fn set_directive(&mut self, name: &str, args: &[&str]) -> Result<(), String> {
        let _ = (name, args);
        Ok(())
    }
}
