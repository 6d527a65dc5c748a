//! What scripts reach of the node.

use psyncscope_lua::{Host, Level};

use crate::event::LogLevel;
use crate::node::Node;

impl Host for Node {
    fn call(&mut self, words: Option<Vec<Vec<u8>>>, line: u32) -> (Vec<u8>, bool) {
        self.script_call(words, line)
    }

    fn log(&mut self, level: Level, text: String) {
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Verbose => LogLevel::Verbose,
            Level::Notice => LogLevel::Notice,
            Level::Warning => LogLevel::Warning,
        };
        self.log(level, || text);
    }

    fn replicate_commands(&mut self) -> Option<i32> {
        self.script_replicates_commands()
    }

    fn set_repl(&mut self, flags: i64) -> Option<&'static str> {
        self.script_set_repl(flags)
    }
}
