//! The psyncscope lab for JavaScript: Redis 5 replication in a virtual world.
//!
//! **Nothing that JavaScript hands in makes this panic: what is refused is thrown as an `Error` with a `code`.** Times
//! are milliseconds of virtual time; the TypeScript types of plain objects are derived from the Rust types by `tsify`.

mod branches;
mod consoles;
mod derived;
mod diagram;
mod error;
mod input;
mod lesson;
mod link;
mod output;
mod plain;
mod script;

use psyncscope_lab::console::{prints_raw, split, transcript};
use psyncscope_lab::index::Index;
use psyncscope_lab::invariants::Watch;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use psyncscope_lab::{Action, Branches, LabError, Until};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::consoles::{Consoles, Fate};
use crate::error::JsError;
use crate::input::{ExecuteOptions, RunUntilOptions};
use crate::output::entry::{ConsoleLine, Entry};
use crate::output::frame::Frame;
use crate::output::reply::{Executed, Reply};
use crate::output::{Reached, ms, to_js};

type Result<T> = std::result::Result<T, JsError>;

/// One virtual world of Redis nodes, and everything that was done to it.
///
/// Nothing happens by itself: time passes in `runFor`, `runUntil`, `step` and `execute`. The same configuration and the
/// same actions make the same world, byte for byte.
#[wasm_bindgen]
pub struct Lab {
    lab: psyncscope_lab::Lab,
    branches: Branches,
    consoles: Consoles,
    index: Index,
    watch: Watch,
}

#[wasm_bindgen]
impl Lab {
    /// A new world at time zero, its nodes started.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "LabConfig")] config: JsValue,
    ) -> std::result::Result<Self, JsValue> {
        let config = input::object_or_default(config, "config")?;
        let lab = psyncscope_lab::Lab::new(config).map_err(JsError::from)?;
        Ok(Self::of(lab))
    }

    /// Does one thing at the present instant. What it causes happens as time passes.
    pub fn act(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Action")] action: JsValue,
    ) -> std::result::Result<(), JsValue> {
        let action: Action = input::object(action, "action")?;
        Ok(self.lab.act(action).map_err(JsError::from)?)
    }

    /// Types a command in a node's console and lets time pass until its reply has come.
    ///
    /// Throws `no-reply` if none comes within `max_ms` (10 seconds unless given) of virtual time; the command stays
    /// sent.
    #[wasm_bindgen(unchecked_return_type = "Executed")]
    pub fn execute(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string")] node: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] command: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ExecuteOptions")] options: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let node = input::text(&node, "node")?;
        let command = input::text(&command, "command")?;
        let options: ExecuteOptions = input::object_or_default(options, "options")?;
        Ok(self.execute_and_wait(node, command, &options)?)
    }

    /// The present, in milliseconds since the world began.
    pub fn now(&self) -> f64 {
        ms(self.lab.now())
    }

    /// Lets so many milliseconds pass.
    #[wasm_bindgen(js_name = runFor)]
    pub fn run_for(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<(), JsValue> {
        self.lab.run_for(input::time_us(&ms, "ms")?);
        Ok(())
    }

    /// Lets time pass up to and including this moment; does nothing if it is past.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<(), JsValue> {
        self.lab.run_until(SimTime(input::time_us(&ms, "ms")?));
        Ok(())
    }

    /// Goes on to the next event and lets it happen. `false` if there is none.
    pub fn step(&mut self) -> bool {
        self.lab.step()
    }

    /// When the next event is due, in milliseconds.
    #[wasm_bindgen(js_name = nextEventAt)]
    pub fn next_event_at(&self) -> Option<f64> {
        self.lab.next_event_at().map(ms)
    }

    /// The first moment after `ms` at which something of that size happens. Where nothing is recorded the world runs
    /// on, for a minute at most.
    #[wasm_bindgen(js_name = stepForward)]
    pub fn step_forward(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
        #[wasm_bindgen(unchecked_param_type = "StepBy")] by: JsValue,
    ) -> std::result::Result<f64, JsValue> {
        let (from, by) = (SimTime(input::time_us(&ms, "ms")?), input::step_by(&by, "by")?);
        Ok(output::ms(self.lab.step_forward(from, by)))
    }

    /// The next moment at which that happens: in what is recorded first, then the world runs on, for a minute at most
    /// unless the options say otherwise. `null` if it does not happen.
    #[wasm_bindgen(js_name = runUntilNext, unchecked_return_type = "Reached | null")]
    pub fn run_until_next(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Until")] until: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunUntilOptions")] options: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let until: Until = input::object(until, "until")?;
        let options: RunUntilOptions = input::object_or_default(options, "options")?;
        let now = self.lab.now();
        let from = options.begin_us()?.map_or(now, SimTime);
        let to = SimTime(now.0.saturating_add(options.max_us()?));
        let reached = self.lab.run_until_next(from, &until, to).map_err(JsError::from)?;
        Ok(to_js(&reached.map(Reached::from))?)
    }

    /// The last moment before `ms` at which something of that size happened.
    #[wasm_bindgen(js_name = stepBack)]
    pub fn step_back(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
        #[wasm_bindgen(unchecked_param_type = "StepBy")] by: JsValue,
    ) -> std::result::Result<f64, JsValue> {
        let (from, by) = (SimTime(input::time_us(&ms, "ms")?), input::step_by(&by, "by")?);
        Ok(output::ms(self.lab.step_back(from, by)))
    }

    /// The world as it is now.
    #[wasm_bindgen(unchecked_return_type = "Frame")]
    pub fn frame(&self) -> std::result::Result<JsValue, JsValue> {
        Ok(to_js(&Frame::of(&self.lab.frame_at(self.lab.now())))?)
    }

    /// The world as it was at a moment of the past.
    #[wasm_bindgen(js_name = frameAt, unchecked_return_type = "Frame")]
    pub fn frame_at(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let at = SimTime(input::time_us(&ms, "ms")?);
        Ok(to_js(&Frame::of(&self.lab.frame_at(at)))?)
    }

    /// All that happened, in order, from the entry with this index on.
    #[wasm_bindgen(unchecked_return_type = "Entry[]")]
    pub fn timeline(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] from: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let from = input::index(&from, "from", 0)?;
        let entries = self.lab.timeline().get(from as usize..).unwrap_or_default();
        Ok(to_js(&entries.iter().map(Entry::of).collect::<Vec<_>>())?)
    }

    /// A node's console as redis-cli would show it.
    #[wasm_bindgen(unchecked_return_type = "ConsoleLine[]")]
    pub fn transcript(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] node: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] console: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let host = self.host(&input::text(&node, "node")?)?;
        let console = input::index(&console, "console", 0)?;
        let lines = transcript(self.lab.timeline(), host, console);
        Ok(to_js(&lines.iter().map(ConsoleLine::of).collect::<Vec<_>>())?)
    }

    /// A fingerprint of everything that has happened: 16 hexadecimal digits.
    pub fn digest(&self) -> String {
        self.lab.digest()
    }

    /// The packets between the nodes so far as a `.pcap` file, which Wireshark opens: raw IPv4, as they left their senders.
    /// The world is run again for it.
    pub fn pcap(&self) -> std::result::Result<Vec<u8>, JsValue> {
        Ok(self.lab.pcap().map_err(JsError::from)?)
    }

    /// Everything from which `Lab.loadLog` makes this world again, as JSON. Other branches are not in it: see
    /// `saveSession`.
    #[wasm_bindgen(js_name = saveLog)]
    pub fn save_log(&self) -> String {
        self.lab.action_log().to_json()
    }

    /// Makes a world again from a saved log and runs it to the log's end. Of a saved session it has all branches, and the
    /// world is the current one's.
    #[wasm_bindgen(js_name = loadLog)]
    pub fn load_log(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
    ) -> std::result::Result<Self, JsValue> {
        let text = input::text(&text, "text")?;
        let branches = Branches::from_json(&text).map_err(JsError::from)?;
        Ok(Self::of_session(branches)?)
    }

    /// The same world made again up to a moment of its past, ready for another future.
    #[wasm_bindgen(js_name = forkAt)]
    pub fn fork_at(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<Self, JsValue> {
        let at = SimTime(input::time_us(&ms, "ms")?);
        let lab = self.lab.fork_at(at).map_err(JsError::from)?;
        Ok(Self::of(lab))
    }
}

impl Lab {
    fn of(lab: psyncscope_lab::Lab) -> Self {
        let branches = Branches::of(lab.action_log());
        Self { lab, branches, consoles: Consoles::default(), index: Index::default(), watch: Watch::default() }
    }

    fn host(&self, node: &str) -> Result<HostId> {
        Ok(self.lab.host(node).ok_or_else(|| LabError::unknown_node(node))?)
    }

    fn execute_and_wait(&mut self, node: String, command: String, options: &ExecuteOptions) -> Result<JsValue> {
        let max_us = options.max_us()?;
        let console = (self.host(&node)?, options.console);
        let argv = split(&command).unwrap_or_default();
        // What came before this command is no answer to it.
        self.consoles.catch_up(self.lab.timeline(), console);
        self.lab.act(Action::Exec { node, console: options.console, command })?;
        let end = SimTime(self.lab.now().0.saturating_add(max_us));
        loop {
            match self.consoles.catch_up(self.lab.timeline(), console) {
                Some(Fate::Replied(reply, at)) => {
                    let text = if prints_raw(&argv) { reply.to_raw() } else { reply.to_tty() };
                    return to_js(&Executed { reply: Reply(&reply), text, at_ms: ms(at) });
                }
                Some(Fate::Closed) => {
                    return Err(JsError::new("no-reply", "Error: Server closed the connection"));
                }
                Some(Fate::Garbled(error)) => return Err(JsError::new("no-reply", error.to_string())),
                None => {}
            }
            if self.lab.next_event_at().is_none_or(|next| next > end) || !self.lab.step() {
                self.lab.run_until(end);
                let waited_ms = max_us as f64 / 1000.0;
                return Err(JsError::new("no-reply", format!("no reply within {waited_ms} ms of virtual time")));
            }
        }
    }
}
