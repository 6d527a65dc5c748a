//! The Lua engine: compiles scripts and runs them.
//!
//! A script runs in a coroutine, which yields when its slice of instructions is used up: [`Engine::go`] returns a
//! [`Step`] each time. So an endless script does not block its caller.

use std::marker::PhantomData;

use rilua::vm::state::LuaState;
use rilua::{Function, Lua, LuaApiMut, LuaResult, StdLib, Val};

use crate::hex::in_decimal;
use crate::host::Host;
use crate::registry::{keep, kept};
use crate::watch::CHUNK;
use crate::{host, libs, numbers, slot, values, watch};

/// The library, and the wrapper of each script.
const PRELUDE: &[u8] = include_bytes!("prelude.lua");

/// The value yielded when a slice is used up: scripts cannot create it.
const SLICE: Val = Val::LightUserdata(0x9001);

/// The state of a running script.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Its slice is used up.
    Slice,
    /// It returned this, as RESP.
    Done(Vec<u8>),
    /// It failed: the message with its place.
    Failed(Vec<u8>),
}

/// One Lua state, with the scripts it has compiled.
pub struct Engine<H> {
    lua: Lua,
    host: PhantomData<fn(H)>,
}

impl<H> std::fmt::Debug for Engine<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl<H: Host> Engine<H> {
    /// An engine without scripts. `idle` replaces the host while no script runs.
    ///
    /// # Errors
    /// The library around scripts cannot be compiled: a broken build.
    pub fn new(idle: Box<H>) -> Result<Self, String> {
        let libraries = StdLib::BASE | StdLib::STRING | StdLib::TABLE | StdLib::MATH | StdLib::COROUTINE;
        let mut lua = Lua::new_with(libraries).map_err(|error| error.to_string())?;
        let opened = slot::open(lua.state_mut(), idle).and_then(|()| Self::load_prelude(&mut lua));
        opened.map_err(|error| error.to_string())?;
        Ok(Self { lua, host: PhantomData })
    }

    fn load_prelude(lua: &mut Lua) -> LuaResult<()> {
        let (native, redis) = (lua.create_table(), lua.create_table());
        lua.table_set_function(&native, "stopped", watch::stopped)?;
        lua.table_set_function(&native, "arm", watch::arm)?;
        lua.table_set_function(&native, "again", watch::again)?;
        lua.table_set_function(&native, "in_decimal", watch::in_decimal)?;
        lua.table_set_function(&native, "enter", watch::enter)?;
        lua.table_set_function(&native, "log", host::log::<H>)?;
        lua.table_set_function(&native, "tonumber", numbers::tonumber)?;
        lua.table_set_function(&native, "random", numbers::random)?;
        lua.table_set_function(&native, "randomseed", numbers::randomseed)?;
        lua.table_set_function(&native, "set_repl", host::set_repl::<H>)?;
        lua.table_set_function(&redis, "call", host::call::<H>)?;
        lua.table_set_function(&redis, "pcall", host::pcall::<H>)?;
        lua.table_set_function(&redis, "replicate_commands", host::replicate_commands::<H>)?;
        lua.table_set_function(&redis, "sha1hex", watch::sha1hex)?;
        let name = lua.create_string(b"redis");
        lua.table_raw_set(&native, name, Val::Table(redis.gc_ref()))?;
        let name = lua.create_string(b"slice");
        lua.table_raw_set(&native, name, SLICE)?;
        lua.register_function("__hook", watch::hook)?;
        let hook = lua.get_global_val("__hook");
        lua.set_global_val("__hook", Val::Nil)?;
        keep(lua.state_mut(), watch::HOOK, hook)?;
        libs::open(lua)?;
        let prelude = lua.load_bytes(&in_decimal(PRELUDE), "=redis")?;
        let made = lua.call_function(&prelude, &[Val::Table(native.gc_ref())])?;
        let at = |n: usize| made.get(n).copied().unwrap_or(Val::Nil);
        keep(lua.state_mut(), "start", at(0))?;
        keep(lua.state_mut(), "resume", at(1))
    }

    /// Compiles a script under this name.
    ///
    /// # Errors
    /// The compiler's error message.
    pub fn compile(&mut self, sha: &str, body: &[u8]) -> Result<(), String> {
        // Precompiled code could corrupt the engine.
        if body.first() == Some(&0x1b) {
            return Err("user_script: precompiled code is not accepted".into());
        }
        let compiled = self
            .lua
            .load_bytes(&in_decimal(body), CHUNK)
            .and_then(|function| keep(self.lua.state_mut(), sha, Val::Function(function.gc_ref())));
        compiled.map_err(|error| error.to_string())
    }

    /// Starts a compiled script: the first [`Engine::go`] runs it. `bound`: the most instructions it may run where it
    /// cannot yield.
    pub fn start(&mut self, sha: &str, keys: &[Vec<u8>], argv: &[Vec<u8>], bound: u64) -> Result<(), String> {
        self.try_to_start(sha, keys, argv, bound).map_err(|error| error.to_string())
    }

    fn try_to_start(&mut self, sha: &str, keys: &[Vec<u8>], argv: &[Vec<u8>], bound: u64) -> LuaResult<()> {
        let state = self.lua.state_mut();
        slot::set_line(state, 0);
        numbers::seed(state, 0);
        watch::begin(state, bound)?;
        let script = kept(state, sha);
        let (keys, argv) = (host::strings(state, keys)?, host::strings(state, argv)?);
        let thread = self.call_kept("start", &[script, keys, argv])?;
        keep(self.lua.state_mut(), watch::THREAD, thread.first().copied().unwrap_or(Val::Nil))
    }

    /// Runs the script until it yields or ends. The engine has the host meanwhile.
    pub fn go(&mut self, host: &mut H) -> Step {
        slot::exchange(self.lua.state_mut(), host);
        let step = self.resume();
        slot::exchange(self.lua.state_mut(), host);
        step.unwrap_or_else(|error| Step::Failed(self.placed(error.to_string().as_bytes())))
    }

    fn resume(&mut self) -> LuaResult<Step> {
        let thread = kept(self.lua.state_mut(), watch::THREAD);
        let told = self.call_kept("resume", &[thread])?;
        let [kind, value] = [0, 1].map(|at| told.get(at).copied().unwrap_or(Val::Nil));
        let state = self.lua.state_mut();
        Ok(match values::bytes(state, kind) {
            Some(b"slice") => Step::Slice,
            Some(b"done") => Step::Done(values::to_resp(state, value)),
            _ => {
                let message = values::text(state, value);
                Step::Failed(self.placed(&message.unwrap_or_else(|| b"(error object is not a string)".to_vec())))
            }
        })
    }

    /// Drops the running script.
    pub fn stop(&mut self) {
        // Cannot fail in practice.
        let _ = keep(self.lua.state_mut(), watch::THREAD, Val::Nil);
    }

    /// An error of the script as EVAL shows it: `@user_script:<line>: <message>` (`__redis__err__handler`).
    pub fn placed(&mut self, message: &[u8]) -> Vec<u8> {
        let own = message.strip_prefix(b"user_script:").and_then(|rest| {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            std::str::from_utf8(&rest[..digits]).ok()?.parse::<u32>().ok()
        });
        let thread = kept(self.lua.state_mut(), watch::THREAD);
        let state = self.lua.state_mut();
        let line = own.or_else(|| watch::line_of(state, thread)).unwrap_or_else(|| slot::line(state));
        [format!("{CHUNK}:{line}: ").as_bytes(), message].concat()
    }

    fn call_kept(&mut self, name: &str, args: &[Val]) -> LuaResult<Vec<Val>> {
        let state: &mut LuaState = self.lua.state_mut();
        match kept(state, name) {
            Val::Function(function) => self.lua.call_function(&Function::from_gc_ref(function), args),
            _ => Ok(Vec::new()),
        }
    }
}
