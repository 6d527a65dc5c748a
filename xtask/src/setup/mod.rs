//! Getting what the other commands need, once.
//!
//! What is on PATH at a fitting version is used as it is, then what an earlier run left in the cache; only then is
//! anything fetched or built.

mod browser;
mod cargo_tools;
mod debian;
mod node;
mod rust;
mod system;

use std::time::Instant;

use crate::error::{Error, Result};
use crate::shell::{Shell, duration};

pub use cargo_tools::{CARGO_DENY, MDBOOK, NEXTEST, TRUNK, WASM_BINDGEN, WASM_PACK};
pub use system::{
    CHROMEDRIVER, CHROMIUM, PYTHON, Program, REDIS_BENCHMARK, REDIS_SERVER, TSHARK, VALGRIND, spec_browser,
};

/// One thing a command may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// rustfmt and clippy.
    Linters,
    /// A Rust toolchain with the standard library for wasm.
    WasmTarget,
    /// A program that cargo can build.
    Tool(&'static cargo_tools::CargoTool),
    /// Node and npm.
    Node,
    /// wasm-opt, which shrinks wasm; comes from npm.
    WasmOpt,
    /// A program that the system's package manager has.
    Program(&'static Program),
    /// A browser for the specs of `tests/browser`.
    SpecBrowser,
    /// What `tests/browser/package.json` names.
    BrowserTests,
}

/// What building the page in the dev profile takes.
pub const PAGE: &[Need] = &[Need::WasmTarget, Need::Tool(&WASM_BINDGEN), Need::Tool(&TRUNK)];

/// What building the optimised site takes.
pub const SITE: &[Need] = &[Need::WasmTarget, Need::Node, Need::WasmOpt, Need::Tool(&WASM_BINDGEN), Need::Tool(&TRUNK)];

/// What building the handbook beside it takes.
pub const BOOK: &[Need] = &[
    Need::WasmTarget,
    Need::Node,
    Need::WasmOpt,
    Need::Tool(&WASM_BINDGEN),
    Need::Tool(&TRUNK),
    Need::Tool(&MDBOOK),
    Need::SpecBrowser,
    Need::BrowserTests,
];

/// Everything, in an order in which each only needs those before it.
const EVERYTHING: &[Need] = &[
    Need::WasmTarget,
    Need::Linters,
    Need::Node,
    Need::WasmOpt,
    Need::Tool(&WASM_BINDGEN),
    Need::Tool(&TRUNK),
    Need::Tool(&WASM_PACK),
    Need::Tool(&NEXTEST),
    Need::Tool(&CARGO_DENY),
    Need::Tool(&MDBOOK),
    Need::Program(&CHROMIUM),
    Need::Program(&CHROMEDRIVER),
    Need::SpecBrowser,
    Need::Program(&REDIS_SERVER),
    Need::Program(&TSHARK),
    Need::Program(&REDIS_BENCHMARK),
    Need::Program(&PYTHON),
    Need::BrowserTests,
];

/// What only those get who ask for what needs it: it is not made for every system.
const ON_DEMAND: &[Need] = &[Need::Program(&VALGRIND)];

/// `cargo xtask setup`.
pub fn run(shell: &mut Shell) -> Result<()> {
    let started = Instant::now();
    prepare(shell, EVERYTHING)?;
    println!("\nEverything is in place ({}). Next: cargo xtask serve", duration(started.elapsed()));
    Ok(())
}

/// Gets the named things, and makes `shell` use them. Ends with the first that cannot be had.
pub fn prepare(shell: &mut Shell, needs: &[Need]) -> Result<()> {
    begin(shell, needs);
    let got = in_order(needs).try_for_each(|need| ensure(shell, need));
    cargo_tools::remove_build_dir(&shell.project);
    got
}

/// Gets the named things that can be had, and makes `shell` use them. Answers the others.
pub fn prepare_each(shell: &mut Shell, needs: &[Need]) -> Vec<(Need, Error)> {
    begin(shell, needs);
    let missing = in_order(needs).filter_map(|need| Some((*need, ensure(shell, need).err()?))).collect();
    cargo_tools::remove_build_dir(&shell.project);
    missing
}

/// Chooses the toolchain that everything else uses.
fn begin(shell: &mut Shell, needs: &[Need]) {
    println!("Setting up:");
    // The toolchain comes first even when wasm is not asked for: whatever cargo runs later must be the same one, or
    // everything is built twice.
    if !needs.contains(&Need::WasmTarget) {
        rust::choose_toolchain(shell);
    }
}

/// The needs, each once, in the order of [`EVERYTHING`]; then those of [`ON_DEMAND`].
fn in_order(needs: &[Need]) -> impl Iterator<Item = &'static Need> {
    EVERYTHING.iter().chain(ON_DEMAND).filter(move |need| needs.contains(need))
}

/// Gets one thing.
fn ensure(shell: &mut Shell, need: &Need) -> Result<()> {
    match need {
        Need::Linters => rust::ensure_linters(shell),
        Need::WasmTarget => rust::ensure_wasm_target(shell),
        Need::Tool(tool) => cargo_tools::ensure(shell, tool),
        Need::Node => node::ensure(shell),
        Need::WasmOpt => node::ensure_wasm_opt(shell),
        Need::Program(program) => system::ensure(shell, program),
        Need::SpecBrowser => system::ensure_spec_browser(shell),
        Need::BrowserTests => browser::ensure(shell),
    }
}

/// Says that a thing is there.
fn report(name: &str, detail: impl std::fmt::Display) {
    println!("  {name:<18} {detail}");
}
