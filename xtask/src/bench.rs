//! `cargo xtask bench`: how fast it is, natively, on real TCP and in a browser.

mod dataset;
mod steps;
mod throughput;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::dist;
use crate::error::{Error, Result, ResultExt};
use crate::project::{BROWSER_DIR, CLI_PACKAGE, TESTS_PACKAGE};
use crate::setup::{self, CHROMIUM, Need, REDIS_BENCHMARK, REDIS_SERVER, TRUNK, VALGRIND, WASM_BINDGEN};
use crate::shell::Shell;
use crate::size;

/// The page's benchmark, below [`BROWSER_DIR`].
const PAGE_BENCH: &str = "bench.mjs";

/// The parts, in order.
const PARTS: [&str; 5] = ["native", "steps", "throughput", "dataset", "page"];

/// Runs these parts of the benchmarks; all of them if none is named.
pub fn run(shell: &mut Shell, parts: &[String]) -> Result<()> {
    if let Some(unknown) = parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(Error::new(
            format!("there is no benchmark `{unknown}`"),
            format!("name any of {}", PARTS.join(", ")),
        ));
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|name| name == part);
    let mut needs = Vec::new();
    if wanted("steps") {
        needs.push(Need::Program(&VALGRIND));
    }
    if wanted("throughput") || wanted("dataset") {
        needs.extend([Need::Program(&REDIS_SERVER), Need::Program(&REDIS_BENCHMARK)]);
    }
    if wanted("page") {
        needs.extend([Need::WasmTarget, Need::Node, Need::WasmOpt, Need::Tool(&WASM_BINDGEN), Need::Tool(&TRUNK)]);
        needs.extend([Need::Program(&CHROMIUM), Need::BrowserTests]);
    }
    setup::prepare(shell, &needs)?;

    if wanted("native") {
        println!("\nNative benchmarks (a few minutes the first time, for the optimised build):");
        let mut native = shell.command("cargo");
        native.args(["bench", "-p", TESTS_PACKAGE, "--bench", "*"]);
        shell.run(&mut native, "see its messages above")?;
    }
    if wanted("steps") {
        println!("\nThe steps that functions report, while nobody asks for them:");
        steps::run(shell)?;
    }
    if wanted("throughput") || wanted("dataset") {
        let mut build = shell.command("cargo");
        shell.run(build.args(["build", "--release", "-p", CLI_PACKAGE]), "see its messages above")?;
    }
    if wanted("throughput") {
        println!("\npsyncscope serve and redis-server, each with a replica of its own kind, in turns:");
        throughput::run(shell)?;
    }
    if wanted("dataset") {
        println!("\npsyncscope serve and redis-server with a large dataset:");
        dataset::run(shell)?;
    }
    if wanted("page") {
        dist::build(shell)?;
        size::compress(shell)?;
        println!("\nThe page:");
        let mut page = shell.command("node");
        page.arg(PAGE_BENCH)
            .current_dir(shell.project.root.join(BROWSER_DIR))
            .env("PSYNCSCOPE_DIST", shell.project.dist())
            .env(CHROMIUM.variable, CHROMIUM.path(shell)?);
        shell.run(&mut page, "see its messages above")?;
    }
    Ok(())
}

/// A port that nothing listens on.
fn free_port() -> Result<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .context("127.0.0.1 has no free port", "end some programs")
}

/// Starts a server on this port, without save points and with its files in `folder`. `command` is the program and its first
/// arguments.
fn start_server(command: &[String], port: u16, folder: &Path, more: &[&str]) -> Result<Child> {
    std::fs::create_dir_all(folder).context("no folder can be made for a server", "look at its path")?;
    let mut server = Command::new(&command[0]);
    server.args(&command[1..]).args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]);
    server.arg(folder).args(more).stdin(Stdio::null()).stdout(Stdio::null());
    server.spawn().context("a server does not start", "see its messages above")
}

/// A folder for the files of the servers that begin with the one at this port.
fn server_folder(port: u16) -> PathBuf {
    std::env::temp_dir().join(format!("psyncscope-bench-{}-{port}", std::process::id()))
}
