//! The parts of `cargo xtask test`.

use std::fs;
use std::path::PathBuf;

use crate::book;
use crate::dist;
use crate::error::{Error, Result, ResultExt};
use crate::project::{CLI_PROGRAM, NPM_PACKAGE, TESTS_DIR, WASM_TARGET};
use crate::setup::{
    CARGO_DENY, CHROMEDRIVER, CHROMIUM, NEXTEST, Need, PYTHON, REDIS_SERVER, TRUNK, TSHARK, WASM_BINDGEN, WASM_PACK,
};
use crate::shell::Shell;
use crate::size;
use crate::test::{browser, export, npm, wasm};

/// One part: what it needs, and what it does.
pub struct Part {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it checks.
    pub what: &'static str,
    /// How long it takes on two cores, first and later.
    pub typical: &'static str,
    /// What it runs after.
    pub lane: Lane,
    /// What must be installed.
    pub needs: &'static [Need],
    /// The check itself.
    pub run: fn(&Shell, &Context) -> Result<()>,
}

/// The parts of a lane run one after another, the lanes at the same time: the page is optimised for minutes on one
/// core, and tests on real TCP mostly wait. Cargo locks a profile's folder while it compiles there: only the export and
/// the lane `Dev` can wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What is compiled in the dev profile, natively and for wasm.
    Dev,
    /// The page: in its own profile, and as an export serves it; the specs on both.
    Page,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 2] = [Self::Dev, Self::Page];
}

/// What a part may want to know of those before it in its lane.
pub struct Context {
    /// `dist/` was built in this very run.
    pub page_is_fresh: bool,
}

/// Every part: those that fail most, and those that need little more than what is built by then, first.
pub const PARTS: &[Part] = &[
    Part {
        name: "fmt",
        what: "the formatting of every Rust file",
        typical: "seconds",
        lane: Lane::Dev,
        needs: &[Need::Linters],
        run: fmt,
    },
    Part {
        name: "clippy",
        what: "lints and documentation, native and wasm, warnings forbidden",
        typical: "4 min at first, then seconds",
        lane: Lane::Dev,
        needs: &[Need::WasmTarget, Need::Linters],
        run: clippy,
    },
    Part {
        name: "native",
        what: "the tests that need neither browser nor Redis, and the examples",
        typical: "6 min at first",
        lane: Lane::Dev,
        needs: &[Need::Node, Need::Tool(&NEXTEST)],
        run: native,
    },
    Part {
        name: "peers",
        what: "our nodes replicating with a real redis-server, and their packets in tshark",
        typical: "1 min",
        lane: Lane::Dev,
        needs: &[Need::Tool(&NEXTEST), Need::Program(&REDIS_SERVER), Need::Program(&TSHARK)],
        run: peers,
    },
    Part {
        name: "recorder",
        what: "the golden transcripts recorded anew from psyncscope serve, on real TCP",
        typical: "1 min",
        lane: Lane::Dev,
        needs: &[Need::Program(&REDIS_SERVER), Need::Program(&PYTHON)],
        run: recorder,
    },
    Part {
        name: "deny",
        what: "the licences and sources of dependencies",
        typical: "seconds",
        lane: Lane::Dev,
        needs: &[Need::Tool(&CARGO_DENY)],
        run: deny,
    },
    Part {
        name: "wasm",
        what: "the same rules compiled to wasm, in a browser",
        typical: "3 min at first",
        lane: Lane::Dev,
        needs: &[
            Need::WasmTarget,
            Need::Tool(&WASM_BINDGEN),
            Need::Tool(&WASM_PACK),
            Need::Program(&CHROMIUM),
            Need::Program(&CHROMEDRIVER),
        ],
        run: |shell, _| wasm::run(shell),
    },
    Part {
        name: "npm",
        what: "the npm package builds, installs from its tarball, and the READMEs' examples and the types hold",
        typical: "seconds after wasm",
        lane: Lane::Dev,
        needs: &[
            Need::WasmTarget,
            Need::Node,
            Need::Tool(&WASM_BINDGEN),
            Need::Tool(&WASM_PACK),
            Need::SpecBrowser,
            Need::BrowserTests,
        ],
        run: |shell, _| npm::run(shell),
    },
    Part {
        name: "page",
        what: "the site builds, and what it loads first is light",
        typical: "4 min at first",
        lane: Lane::Page,
        needs: crate::setup::SITE,
        run: page,
    },
    Part {
        name: "browser",
        what: "the built site in a real browser, served from a sub-path",
        typical: "3 min",
        lane: Lane::Page,
        needs: &[
            Need::WasmTarget,
            Need::Node,
            Need::WasmOpt,
            Need::Tool(&WASM_BINDGEN),
            Need::Tool(&TRUNK),
            Need::SpecBrowser,
            Need::BrowserTests,
        ],
        run: browser::run,
    },
    Part {
        name: "book",
        what: "the handbook builds, its links lead somewhere, its frames and pictures show what it says",
        typical: "1 min",
        lane: Lane::Page,
        needs: crate::setup::BOOK,
        run: |shell, context| book::build(shell, context.page_is_fresh),
    },
    Part {
        name: "export",
        what: "a clean export of HEAD serves, and what it serves passes the browser's specs",
        typical: "4 min at first",
        lane: Lane::Page,
        needs: &[
            Need::WasmTarget,
            Need::Node,
            Need::Tool(&WASM_BINDGEN),
            Need::Tool(&TRUNK),
            Need::SpecBrowser,
            Need::BrowserTests,
        ],
        run: |shell, _| export::run(shell),
    },
];

const SEE_ABOVE: &str = "see its messages above";

/// The test program in [`TESTS_DIR`] that needs a real redis-server: the `peers` part runs it, `native` does not.
const PEERS: &str = "peers";

fn has_peers(shell: &Shell) -> bool {
    let tests = shell.project.root.join(TESTS_DIR).join("tests");
    tests.join(PEERS).with_extension("rs").is_file() || tests.join(PEERS).join("main.rs").is_file()
}

/// What is compiled natively. The page is: its model is tested natively, and its code is the same on both targets.
///
/// Every command names the same packages, even if it runs a program of one: cargo turns on those features of a
/// dependency that the named packages ask for, and compiles it, and all that depends on it, again when they are others.
/// That holds for procedural macros too, which lints, tests and the page share.
const NATIVE_PACKAGES: [&str; 3] = ["--workspace", "--exclude", NPM_PACKAGE];

/// The npm package and all that it is made of, as `wasm-pack` compiles it.
const WASM_PACKAGES: [&str; 4] = ["--target", WASM_TARGET, "-p", NPM_PACKAGE];

fn fmt(shell: &Shell, _: &Context) -> Result<()> {
    shell.run(shell.command("cargo").args(["fmt", "--all", "--check"]), "run `cargo fmt --all`")
}

fn deny(shell: &Shell, _: &Context) -> Result<()> {
    let mut command = shell.command("cargo");
    // Advisories need a database from the network.
    command.args(["deny", "--locked", "check", "bans", "licenses", "sources"]);
    shell.run(&mut command, "see deny.toml for what is allowed")
}

fn clippy(shell: &Shell, _: &Context) -> Result<()> {
    let lint = |packages: &[&str]| {
        let mut command = shell.command("cargo");
        command.arg("clippy").args(packages).args(["--all-targets", "--", "-D", "warnings"]);
        shell.run(&mut command, SEE_ABOVE)
    };
    let document = |packages: &[&str]| {
        let mut command = shell.command("cargo");
        // With examples, cargo counts the tests' dependencies, as it does for the lints: their features are the same.
        command.arg("doc").args(packages).args(["--no-deps", "--lib", "--bins", "--examples"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        shell.run(&mut command, "correct the links named above")
    };
    // All of it even when the first fails: who mends one warning wants to see the others.
    let results = [lint(&NATIVE_PACKAGES), document(&NATIVE_PACKAGES), lint(&WASM_PACKAGES), document(&WASM_PACKAGES)];
    results.into_iter().collect()
}

fn native(shell: &Shell, _: &Context) -> Result<()> {
    let mut tests = shell.command("cargo");
    tests.args(["nextest", "run"]).args(NATIVE_PACKAGES);
    // nextest takes a filter that names no program for a mistake.
    if has_peers(shell) {
        tests.args(["-E", &format!("not binary({PEERS})")]);
    }
    let tests = shell.run(&mut tests, "each failure above prints its seed and the command that replays it");
    let mut examples = shell.command("cargo");
    examples.args(["test", "--quiet", "--doc"]).args(NATIVE_PACKAGES);
    let examples = shell.run(&mut examples, "correct the examples in the documentation named above");
    tests.and(examples).and(run_examples(shell))
}

/// Runs every program in a crate's `examples/`. Each ends with success, or shows what does not hold.
fn run_examples(shell: &Shell) -> Result<()> {
    const HINT: &str = "restore the examples from version control";
    let mut names = Vec::new();
    for package in ["engine", "sim", "lab", "sweep"] {
        let folder = shell.project.root.join("crates").join(package).join("examples");
        for entry in fs::read_dir(&folder).context(format!("reading {}", folder.display()), HINT)? {
            let path = entry.context(format!("reading {}", folder.display()), HINT)?.path();
            // What programs read lies in folders beside them.
            if path.extension().is_some_and(|extension| extension == "rs") {
                names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    shell.run(shell.command("cargo").arg("build").args(NATIVE_PACKAGES).arg("--examples"), SEE_ABOVE)?;
    names.iter().try_for_each(|name| shell.run(&mut shell.command(shell.project.example(name, false)), SEE_ABOVE))
}

fn page(shell: &Shell, _: &Context) -> Result<()> {
    dist::build(shell)?;
    size::compress(shell)
}

fn peers(shell: &Shell, _: &Context) -> Result<()> {
    if !has_peers(shell) {
        return Err(Error::new(
            format!("{TESTS_DIR}/tests/{PEERS}.rs is missing"),
            "restore the tests against a real Redis from version control",
        ));
    }
    let program = serving_program(shell)?;
    let mut tests = shell.command("cargo");
    tests
        .args(["nextest", "run"])
        .args(NATIVE_PACKAGES)
        .args(["--test", PEERS])
        .env(PROGRAM_VARIABLE, program)
        .env(REDIS_SERVER.variable, REDIS_SERVER.path(shell)?)
        .env(TSHARK.variable, TSHARK.path(shell)?);
    shell.run(&mut tests, SEE_ABOVE)
}

/// Where tests find the program that `psyncscope serve` is a part of.
const PROGRAM_VARIABLE: &str = "PSYNCSCOPE";

/// Builds that program.
fn serving_program(shell: &Shell) -> Result<PathBuf> {
    shell.run(shell.command("cargo").arg("build").args(NATIVE_PACKAGES).args(["--bin", CLI_PROGRAM]), SEE_ABOVE)?;
    Ok(shell.project.program(false))
}

fn recorder(shell: &Shell, _: &Context) -> Result<()> {
    let program = serving_program(shell)?;
    let recorder = shell.project.root.join(TESTS_DIR).join("recorder");
    let mut scenarios = shell.command(PYTHON.path(shell)?);
    scenarios.arg(recorder.join("run.py")).arg(recorder.join("redis-server")).env(PROGRAM_VARIABLE, program);
    shell.run(
        &mut scenarios,
        "see above; one alone: PSYNCSCOPE=... python3 tests/recorder/run.py tests/recorder/redis-server LETTER",
    )
}
