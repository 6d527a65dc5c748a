//! The Lua of Redis's scripts: an engine for Lua 5.1, and the libraries that Redis adds to it.
//!
//! **The contract: [`Engine::compile`] a script, [`Engine::start`] it, then call [`Engine::go`] until it gives no
//! [`Step::Slice`] any more. During `go` the engine has the [`Host`], whose commands the script calls; nothing else is
//! reached from a script. The same scripts and the same replies give the same results on every machine.**
//!
//! * the engine: [`Engine`], [`Step`], [`SLICE_INSTRUCTIONS`]; what scripts run on: [`Host`], [`Level`]
//! * inside: `watch`: the hook that counts instructions, and where it may yield (`stops`); `values`: Lua and RESP; `numbers`:
//!   functions that produce numbers; `registry`: values that scripts do not see; `slot`: the host
//!   and how far the script is
//! * `prelude.lua`: the library of scripts besides Lua's own; `libs`: `bit`, `cjson`, `cmsgpack`, `struct`; `hex`:
//!   hexadecimal numbers

mod engine;
mod hex;
mod host;
mod libs;
mod numbers;
mod registry;
mod slot;
mod stops;
mod values;
mod watch;

pub use engine::{Engine, Step};
pub use host::{Host, Level};
pub use watch::{CHUNK, SLICE_INSTRUCTIONS};
