//! `cargo xtask bench`: how fast it is, natively, on real TCP and in a browser.

mod throughput;

use crate::dist;
use crate::error::{Error, Result};
use crate::project::{BENCH_FEATURE, BROWSER_DIR, TESTS_DIR, TESTS_PACKAGE};
use crate::setup::{self, CHROMIUM, Need, REDIS_BENCHMARK, REDIS_SERVER, TRUNK, WASM_BINDGEN};
use crate::shell::Shell;
use crate::size;

/// The page's benchmark, below [`BROWSER_DIR`].
const PAGE_BENCH: &str = "bench.mjs";

/// Runs the benchmarks; both must be there.
pub fn run(shell: &mut Shell) -> Result<()> {
    let root = &shell.project.root;
    for path in [format!("{TESTS_DIR}/benches"), format!("{BROWSER_DIR}/{PAGE_BENCH}")] {
        if !root.join(&path).exists() {
            return Err(Error::new(format!("{path} is missing"), "restore the benchmarks from version control"));
        }
    }
    setup::prepare(
        shell,
        &[
            Need::WasmTarget,
            Need::Node,
            Need::WasmOpt,
            Need::Tool(&WASM_BINDGEN),
            Need::Tool(&TRUNK),
            Need::Program(&CHROMIUM),
            Need::BrowserTests,
            Need::Program(&REDIS_SERVER),
            Need::Program(&REDIS_BENCHMARK),
        ],
    )?;
    println!("\nNative benchmarks (a few minutes the first time, for the optimised build):");
    let mut native = shell.command("cargo");
    native.args(["bench", "-p", TESTS_PACKAGE, "--features", BENCH_FEATURE, "--bench", "*"]);
    shell.run(&mut native, "see its messages above")?;

    println!("\npsyncscope serve and redis-server, each with a replica of its own kind, in turns:");
    throughput::run(shell)?;

    dist::build(shell)?;
    size::compress(shell)?;
    println!("\nThe page:");
    let mut page = shell.command("node");
    page.arg(PAGE_BENCH)
        .current_dir(shell.project.root.join(BROWSER_DIR))
        .env("PSYNCSCOPE_DIST", shell.project.dist())
        .env(CHROMIUM.variable, CHROMIUM.path(shell)?);
    shell.run(&mut page, "see its messages above")
}
