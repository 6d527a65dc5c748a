//! The subcommands of DEBUG that crash the process (debug.c).

use crate::REDIS_VERSION;
use crate::event::LogLevel;
use crate::node::Node;

impl Node {
    /// DEBUG PANIC (`_serverPanic`).
    pub(super) fn debug_panic(&mut self) {
        let unix_s = self.now.unix_s();
        self.panic_with_report(&[], &format!("DEBUG PANIC called at Unix time {unix_s}"));
    }

    /// DEBUG OOM: an allocation of all memory that can be addressed (`redisOutOfMemoryHandler`).
    pub(super) fn debug_oom(&mut self) {
        let failed = format!("Out Of Memory allocating {} bytes!", u64::MAX);
        self.panic_with_report(&[failed], "Redis aborting for OUT OF MEMORY");
    }

    /// DEBUG ASSERT (`_serverAssert`).
    pub(super) fn debug_assert(&mut self) {
        let lines = [
            "=== ASSERTION FAILED ===".to_owned(),
            "==> DEBUG ASSERT: '1 == 2' is not true".to_owned(),
            "(forcing SIGSEGV to print the bug report.)".to_owned(),
        ];
        self.crash_with_report(&lines, "1 == 2");
    }

    fn panic_with_report(&mut self, before: &[String], message: &str) {
        let rule = "------------------------------------------------";
        let lines = [
            rule.to_owned(),
            "!!! Software Failure. Press left mouse button to continue".to_owned(),
            format!("Guru Meditation: {message}"),
            "(forcing SIGSEGV in order to print the stack trace)".to_owned(),
            rule.to_owned(),
        ];
        for line in before.iter().cloned() {
            self.log(LogLevel::Warning, || line);
        }
        self.crash_with_report(&lines, "<no assertion failed>");
    }

    /// Writes the lines with which Redis's crash report begins (`sigsegvHandler`), and crashes. There are no stack and
    /// no registers to report: the process itself is sound.
    pub(super) fn crash_with_report(&mut self, cause: &[String], assertion: &str) {
        let start = "=== REDIS BUG REPORT START: Cut & paste starting from here ===".to_owned();
        let report = [
            format!("Redis {REDIS_VERSION} crashed by signal: 11"),
            format!("Failed assertion: {assertion}"),
            "The crash was requested by DEBUG: there is no stack trace to report.".to_owned(),
            "=== REDIS BUG REPORT END. ===".to_owned(),
        ];
        for line in [start].iter().chain(cause).chain(&report).cloned() {
            self.log(LogLevel::Warning, || line);
        }
        self.crash();
    }
}
