//! Tests compiled to wasm and run in a headless browser.
//!
//! By cargo itself with wasm-bindgen's runner, which is what `wasm-pack test` comes down to; but that one first builds
//! every test of a package, and most of those in `tests/` need an operating system.

use std::fs;
use std::path::PathBuf;

use crate::project::{NPM_CRATE, TESTS_DIR, TESTS_PACKAGE, WASM_TARGET};
use crate::setup::CHROMEDRIVER;
use crate::shell::Shell;
use crate::test::parts::Context;
use crate::trouble::{OrTrouble, Result};

/// A package with such tests.
struct Suite {
    package: &'static str,
    dir: &'static str,
    /// Which of its tests to build.
    select: &'static [&'static str],
}

const SUITES: &[Suite] = &[
    Suite {
        package: "psyncscope",
        dir: NPM_CRATE,
        select: &["--tests"],
    },
    Suite {
        package: TESTS_PACKAGE,
        dir: TESTS_DIR,
        select: &["--test", "wasm"],
    },
];

/// How chromedriver starts the browser, for packages that do not say it themselves. Without `--no-sandbox` it refuses
/// to run as root, as in a container; the rest keeps it from talking to anybody.
const WEBDRIVER: &str = r#"{
  "goog:chromeOptions": {
    "args": [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"
    ]
  }
}
"#;

/// Runs every suite, whatever became of those before it.
pub fn run(shell: &Shell, _: &Context) -> Result<()> {
    let driver = CHROMEDRIVER.path(shell)?;
    let usual_config = write_usual_config(shell)?;
    let mut result = Ok(());
    for Suite {
        package,
        dir,
        select,
    } in SUITES
    {
        let own_config = shell.project.root.join(dir).join("webdriver.json");
        let mut command = shell.command("cargo");
        command
            .args(["test", "--target", WASM_TARGET, "-p", package])
            .args(*select)
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                "wasm-bindgen-test-runner",
            )
            // Tests that do not ask for a browser run there as well.
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
            .env(
                "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
                if own_config.exists() {
                    &own_config
                } else {
                    &usual_config
                },
            )
            .env("CHROMEDRIVER", &driver);
        result = result.and(shell.run(&mut command, "see its messages above"));
    }
    result
}

/// Puts [`WEBDRIVER`] into a file, for the runner takes nothing else.
fn write_usual_config(shell: &Shell) -> Result<PathBuf> {
    let dir = shell.project.target_dir().join("xtask");
    let file = dir.join("webdriver.json");
    fs::create_dir_all(&dir)
        .and_then(|()| fs::write(&file, WEBDRIVER))
        .or_trouble(
            format!("writing {}", file.display()),
            "check the rights of the target folder",
        )?;
    Ok(file)
}
