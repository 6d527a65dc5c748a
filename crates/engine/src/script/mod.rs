//! Lua scripting (scripting.c).
//!
//! * `state`: the scripts of a node; `run`: running them; `host`: what they reach of it; `commands`: EVAL, EVALSHA, SCRIPT
//!
//! **Only this module calls into the Lua engine (`psyncscope_lua`), which is created for the first script. While a script
//! runs, it has the node.**

mod commands;
mod host;
mod run;
pub(crate) mod state;
