//! The browser's specs, on the built site and on what `serve` serves.

use crate::dist;
use crate::error::Result;
use crate::project::BROWSER_DIR;
use crate::setup::{CHROMIUM, spec_browser};
use crate::shell::Shell;
use crate::test::parts::Context;

/// Runs the specs of the page on `dist/`; builds it first unless the part `page` just did.
pub fn run(shell: &Shell, context: &Context) -> Result<()> {
    if !context.page_is_fresh {
        dist::build(shell)?;
    }
    run_specs(shell, None, &[])
}

/// Runs specs on the site at `url`, or on `dist/` served from a sub-path: those whose names contain one of `words`, or
/// all specs of the page when there are none.
pub fn run_specs(shell: &Shell, url: Option<&str>, words: &[&str]) -> Result<()> {
    let mut specs = shell.command("node");
    specs
        .arg("run.mjs")
        .args(words)
        .current_dir(shell.project.root.join(BROWSER_DIR))
        .env("PSYNCSCOPE_DIST", shell.project.dist())
        .env("PSYNCSCOPE_URL", url.unwrap_or_default())
        .env(CHROMIUM.variable, spec_browser(shell)?);
    shell.run(&mut specs, "see above; one alone runs with `node tests/browser/run.mjs NAME`")
}
