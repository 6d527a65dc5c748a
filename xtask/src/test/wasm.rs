//! Tests compiled to wasm and run in a headless browser.

use std::fs;

use crate::project::{NPM_CRATE, TESTS_DIR};
use crate::setup::CHROMEDRIVER;
use crate::shell::Shell;
use crate::test::parts::Context;
use crate::trouble::{OrTrouble, Result};

/// The packages that have such tests, and which of their tests to build: those of `tests/` mostly need an operating
/// system.
const SUITES: &[(&str, &[&str])] = &[(NPM_CRATE, &[]), (TESTS_DIR, &["--test", "wasm"])];

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

/// Runs every suite.
pub fn run(shell: &Shell, _: &Context) -> Result<()> {
    let driver = CHROMEDRIVER.path(shell)?;
    let mut result = Ok(());
    for (dir, args) in SUITES {
        let config = shell.project.root.join(dir).join("webdriver.json");
        if !config.exists() {
            println!("  writing {dir}/webdriver.json");
            fs::write(&config, WEBDRIVER)
                .or_trouble(format!("writing {}", config.display()), "check its folder")?;
        }
        let mut command = shell.command("wasm-pack");
        command
            .args(["test", "--headless", "--chrome", "--chromedriver"])
            .arg(&driver)
            .arg(dir);
        if !args.is_empty() {
            command.arg("--").args(*args);
        }
        result = result.and(shell.run(&mut command, "see its messages above"));
    }
    result
}
