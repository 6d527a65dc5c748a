//! The npm package, as `wasm-pack build` makes it.

use std::fs;

use crate::error::{Error, Result};
use crate::project::NPM_CRATE;
use crate::shell::Shell;
use crate::test::browser;

/// The specs that look at the package instead of the page.
const SPECS: [&str; 3] = ["package.spec", "readme.spec", "types.spec"];

/// Builds the package, and checks its files, its types and the examples of both READMEs, also installed from its tarball.
pub fn run(shell: &Shell) -> Result<()> {
    let package = shell.project.root.join(NPM_CRATE).join("pkg");
    // What an earlier build has left must not pass for this one's.
    fs::remove_dir_all(&package).ok();
    let mut build = shell.command("wasm-pack");
    // Not the release that one would publish: what optimises it is what optimises the page. `--examples`, of which
    // there are none, makes cargo count the tests' dependencies: their features are those that `wasm` has compiled
    // everything with.
    build.args(["build", NPM_CRATE, "--target", "web", "--dev", "--out-dir", "pkg", "--", "--examples"]);
    shell.run(&mut build, "see its messages above")?;
    let complete = shell.project.root.join(NPM_CRATE).join("js/complete.mjs");
    shell.run(shell.command("node").arg(complete).arg(&package), "see its messages above")?;
    for file in [
        "package.json",
        "psyncscope.js",
        "psyncscope.d.ts",
        "psyncscope_bg.wasm",
        "element.js",
        "element.d.ts",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ] {
        if !package.join(file).is_file() {
            return Err(Error::new(
                format!("the npm package lacks {file}"),
                format!("look at [lib] and [package.metadata.wasm-pack] in {NPM_CRATE}/Cargo.toml"),
            ));
        }
    }
    browser::run_specs(shell, None, &SPECS)
}

#[cfg(test)]
mod tests {
    /// wasm-pack copies the licence files from the package's own folder.
    #[test]
    fn the_npm_package_has_the_projects_licences() {
        assert_eq!(include_str!("../../../crates/wasm/LICENSE-MIT"), include_str!("../../../LICENSE-MIT"));
        assert_eq!(include_str!("../../../crates/wasm/LICENSE-APACHE"), include_str!("../../../LICENSE-APACHE"));
    }
}
