//! The Lua engine: scripts in, requests out. It knows nothing of nodes.
//!
//! A script runs in a coroutine. It leaves it to ask for something (`redis.call`), when it has used up its slice of
//! instructions, and at its end: [`Engine::go`] returns a [`Step`] each time. So a script that never ends holds nobody up.

use super::hex::in_decimal;
use rilua::vm::gc::arena::GcRef;
use rilua::vm::state::{LuaState, LuaThread};
use rilua::{Function, Lua, LuaApiMut, LuaResult, StdLib, Val};

use super::values;
use super::watch;

/// The library and the shell around each script.
const PRELUDE: &[u8] = include_bytes!("prelude.lua");

/// The name that errors show for a script.
pub(super) const CHUNK: &str = "@user_script";

/// Marks what is yielded for the node: no script can make a value like it.
pub(super) const HOST: Val = Val::LightUserdata(0x9001);

/// Where a running script stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Its slice is used up.
    Slice,
    /// It calls a command: `redis.call` (`raise`) or `redis.pcall`.
    Call {
        /// The command's words; `None` if one of them is neither a string nor a number.
        argv: Option<Vec<Vec<u8>>>,
        /// Whether an error reply is raised as an error of the script.
        raise: bool,
    },
    /// `redis.log(level, words …)`, the words joined.
    Log(i64, Vec<u8>),
    /// `redis.replicate_commands()`: wants [`Answer::Bool`].
    ReplicateCommands,
    /// `redis.set_repl(flags)`: wants [`Answer::Nil`], or [`Answer::Text`] with an error.
    SetRepl(i64),
    /// It returned this, as RESP.
    Done(Vec<u8>),
    /// It failed: the message with its place.
    Failed(Vec<u8>),
}

/// What a script is told when it goes on.
pub(super) enum Answer<'a> {
    /// Nothing.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A string.
    Text(&'a str),
    /// A reply of a command, as RESP; `sort`: its elements in order.
    Reply { bytes: &'a [u8], sort: bool },
}

/// One Lua state, with the scripts it has compiled.
pub(super) struct Engine {
    lua: Lua,
    /// The thread that asked last, with whether an error reply is raised there.
    asked: Option<(GcRef<LuaThread>, bool)>,
    /// The line of the script that called a command last.
    line: u32,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("line", &self.line).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine without scripts.
    ///
    /// # Errors
    /// The library around scripts cannot be compiled: a broken build.
    pub(super) fn new() -> Result<Self, String> {
        let libraries = StdLib::BASE | StdLib::STRING | StdLib::TABLE | StdLib::MATH | StdLib::COROUTINE;
        let mut lua = Lua::new_with(libraries).map_err(|error| error.to_string())?;
        Self::load_prelude(&mut lua).map_err(|error| error.to_string())?;
        Ok(Self { lua, asked: None, line: 0 })
    }

    fn load_prelude(lua: &mut Lua) -> LuaResult<()> {
        let (native, redis) = (lua.create_table(), lua.create_table());
        lua.table_set_function(&native, "hooked", watch::hooked)?;
        lua.table_set_function(&native, "arm", watch::arm)?;
        lua.table_set_function(&native, "registers", watch::registers)?;
        lua.table_set_function(&native, "in_decimal", watch::in_decimal)?;
        lua.table_set_function(&redis, "call", watch::call)?;
        lua.table_set_function(&redis, "pcall", watch::pcall)?;
        lua.table_set_function(&redis, "sha1hex", watch::sha1hex)?;
        let name = lua.create_string(b"redis");
        lua.table_raw_set(&native, name, Val::Table(redis.gc_ref()))?;
        let name = lua.create_string(b"host");
        lua.table_raw_set(&native, name, HOST)?;
        lua.register_function("__hook", watch::hook)?;
        let hook = lua.get_global_val("__hook");
        lua.set_global_val("__hook", Val::Nil)?;
        watch::keep(lua.state_mut(), watch::HOOK, hook)?;
        super::libs::open(lua)?;
        let prelude = lua.load_bytes(&in_decimal(PRELUDE), "=redis")?;
        let made = lua.call_function(&prelude, &[Val::Table(native.gc_ref())])?;
        let at = |n: usize| made.get(n).copied().unwrap_or(Val::Nil);
        watch::keep(lua.state_mut(), "start", at(0))?;
        watch::keep(lua.state_mut(), "resume", at(1))
    }

    /// Compiles a script under this name.
    ///
    /// # Errors
    /// It is no Lua: the message.
    pub(super) fn compile(&mut self, sha: &str, body: &[u8]) -> Result<(), String> {
        // Precompiled code could do anything to the engine.
        if body.first() == Some(&0x1b) {
            return Err("user_script: precompiled code is not accepted".into());
        }
        let compiled = self
            .lua
            .load_bytes(&in_decimal(body), CHUNK)
            .and_then(|function| watch::keep(self.lua.state_mut(), sha, Val::Function(function.gc_ref())));
        compiled.map_err(|error| error.to_string())
    }

    /// Begins a script that was compiled: the first [`Engine::go`] runs it.
    pub(super) fn start(&mut self, sha: &str, keys: &[Vec<u8>], argv: &[Vec<u8>]) -> Result<(), String> {
        self.line = 0;
        self.asked = None;
        let script = watch::kept(self.lua.state_mut(), sha);
        let keys = values::strings(&mut self.lua, keys).map_err(|error| error.to_string())?;
        let argv = values::strings(&mut self.lua, argv).map_err(|error| error.to_string())?;
        let thread = self.call_kept("start", &[script, keys, argv]).map_err(|error| error.to_string())?;
        let thread = thread.first().copied().unwrap_or(Val::Nil);
        watch::keep(self.lua.state_mut(), watch::THREAD, thread).map_err(|error| error.to_string())
    }

    /// Runs the script until it wants something or ends.
    pub(super) fn go(&mut self, answer: &Answer<'_>) -> Step {
        match self.resume(answer) {
            Ok(step) => step,
            Err(error) => Step::Failed(self.placed(error.to_string().as_bytes())),
        }
    }

    fn resume(&mut self, answer: &Answer<'_>) -> LuaResult<Step> {
        let thread = watch::kept(self.lua.state_mut(), watch::THREAD);
        let value = match *answer {
            Answer::Nil => Val::Nil,
            Answer::Bool(yes) => Val::Bool(yes),
            Answer::Text(text) => self.lua.create_string(text.as_bytes()),
            Answer::Reply { bytes, sort } => match (bytes, self.asked.take()) {
                ([b'-', error @ ..], Some((thread, true))) => {
                    let error = self.lua.create_string(error.strip_suffix(b"\r\n").unwrap_or(error));
                    watch::raise_in(self.lua.state_mut(), thread, error)?;
                    Val::Nil
                }
                _ => values::from_resp(&mut self.lua, bytes, sort)?,
            },
        };
        let told = self.call_kept("resume", &[thread, value])?;
        let kind = told.first().and_then(|&kind| self.lua.val_as_bytes(kind)).unwrap_or_default().to_vec();
        let rest = told.get(1..).unwrap_or_default();
        let first = rest.first().copied().unwrap_or(Val::Nil);
        let number = |value: Val| if let Val::Num(number) = value { number as i64 } else { 0 };
        Ok(match kind.as_slice() {
            b"slice" => Step::Slice,
            b"call" => self.asked_for_call(rest),
            b"log" => {
                let words: Vec<Vec<u8>> = rest[1..].iter().filter_map(|&word| values::text(&self.lua, word)).collect();
                Step::Log(number(first), words.join(&b' '))
            }
            b"replicate_commands" => Step::ReplicateCommands,
            b"set_repl" => Step::SetRepl(number(first)),
            b"done" => Step::Done(values::to_resp(&mut self.lua, first)),
            _ => {
                let message = values::text(&self.lua, first);
                Step::Failed(self.placed(&message.unwrap_or_else(|| b"(error object is not a string)".to_vec())))
            }
        })
    }

    /// [`watch::call`] yielded: the thread, whether to raise, the line, and the words.
    fn asked_for_call(&mut self, rest: &[Val]) -> Step {
        let [Val::Thread(thread), Val::Bool(raise), Val::Num(line), words @ ..] = rest else {
            return Step::Failed(b"a request that nobody made".to_vec());
        };
        self.asked = Some((*thread, *raise));
        self.line = *line as u32;
        let argv = words.iter().map(|&word| values::argument(&self.lua, word)).collect();
        Step::Call { argv, raise: *raise }
    }

    /// Drops the running script.
    pub(super) fn stop(&mut self) {
        self.asked = None;
        // Nothing but the table's own size could make this fail.
        let _ = watch::keep(self.lua.state_mut(), watch::THREAD, Val::Nil);
    }

    /// An error of the script as EVAL shows it: `@user_script:<line>: <message>` (`__redis__err__handler`).
    pub(super) fn placed(&mut self, message: &[u8]) -> Vec<u8> {
        let own = message.strip_prefix(b"user_script:").and_then(|rest| {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            std::str::from_utf8(&rest[..digits]).ok()?.parse::<u32>().ok()
        });
        let thread = watch::kept(self.lua.state_mut(), watch::THREAD);
        let line = own.or_else(|| watch::line_of(self.lua.state_mut(), thread)).unwrap_or(self.line);
        [format!("{CHUNK}:{line}: ").as_bytes(), message].concat()
    }

    /// An error of `redis.call` itself, as `luaPushError` words it.
    pub(super) fn refusal(&self, message: &str) -> String {
        format!("{CHUNK}: {}: {message}", self.line)
    }

    fn call_kept(&mut self, name: &str, args: &[Val]) -> LuaResult<Vec<Val>> {
        let state: &mut LuaState = self.lua.state_mut();
        match watch::kept(state, name) {
            Val::Function(function) => self.lua.call_function(&Function::from_gc_ref(function), args),
            _ => Ok(Vec::new()),
        }
    }
}
