//! Tests compiled to wasm and run in a headless browser, by `wasm-pack test`.

use crate::error::Result;
use crate::project::NPM_CRATE;
use crate::setup::CHROMEDRIVER;
use crate::shell::Shell;

/// Runs the tests of the npm package's crate: its JavaScript API, and the simulated world's digests, which must be
/// those of a native run. How chromedriver starts the browser stands in the crate's `webdriver.json`.
pub fn run(shell: &Shell) -> Result<()> {
    let driver = CHROMEDRIVER.path(shell)?;
    let mut command = shell.command("wasm-pack");
    command
        .args(["test", "--headless", "--chrome", "--chromedriver"])
        .arg(&driver)
        .arg(shell.project.root.join(NPM_CRATE))
        // Fifty simulated worlds take longer than the usual 20 s.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    shell.run(&mut command, "see its messages above")
}
