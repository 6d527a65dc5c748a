//! Where things lie: the repository, its packages, and the cache of tools.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The package of the command-line program, and the program.
pub const CLI_PACKAGE: &str = "psyncscope-cli";
/// The command-line program.
pub const CLI_PROGRAM: &str = "psyncscope";

/// The target that the page and the npm package are built for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The package that becomes the npm package.
pub const NPM_PACKAGE: &str = "psyncscope";

/// Its folder.
pub const NPM_CRATE: &str = "crates/wasm";

/// The package of tests that cross crates, and its folder.
pub const TESTS_PACKAGE: &str = "psyncscope-tests";
/// See [`TESTS_PACKAGE`].
pub const TESTS_DIR: &str = "tests";

/// Where the tests and benchmarks that need a real browser lie.
pub const BROWSER_DIR: &str = "tests/browser";

/// The project's folders.
#[derive(Debug, Clone)]
pub struct Project {
    /// The repository's root.
    pub root: PathBuf,
    /// What set-up builds or fetches, outside `target/` so that `cargo clean` costs nobody a quarter of an hour.
    pub cache: PathBuf,
}

impl Project {
    /// Finds the folders from the environment.
    pub fn find() -> Result<Self> {
        // Cargo says where the package lies when it runs us; the path known at compile time is wrong once moved.
        let manifest_dir =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir.parent().map(Path::to_path_buf).ok_or_else(|| {
            Error::new(
                format!("{} has no parent folder", manifest_dir.display()),
                "run it as `cargo xtask` from the repository",
            )
        })?;
        let cache = cache_dir(|name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
            .ok_or_else(|| {
                Error::new(
                    "there is no home folder to keep tools in",
                    "set PSYNCSCOPE_CACHE to a folder that may hold about 200 MB",
                )
            })?;
        Ok(Self { root, cache })
    }

    /// Where one version of one tool is installed; its programs are in `bin` below it.
    pub fn tool_dir(&self, tool: &str, version: impl std::fmt::Display) -> PathBuf {
        self.cache.join("tools").join(format!("{tool}-{version}"))
    }

    /// Where tools are built, until the command that needs them ends.
    pub fn tool_build_dir(&self) -> PathBuf {
        self.cache.join("build")
    }

    /// The `psyncscope` program as `cargo build` leaves it, with `--release` or without.
    pub fn program(&self, release: bool) -> PathBuf {
        let folder = if release { "release" } else { "debug" };
        self.target_dir().join(folder).join(format!("{CLI_PROGRAM}{}", env::consts::EXE_SUFFIX))
    }

    /// The example `name` of a crate as `cargo build --examples` leaves it, with `--release` or without.
    pub fn example(&self, name: &str, release: bool) -> PathBuf {
        let folder = if release { "release" } else { "debug" };
        self.target_dir().join(folder).join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Cargo's target folder for the project itself.
    pub fn target_dir(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            // A relative one is relative to where cargo runs, and we run it at the root.
            Some(dir) if !dir.is_empty() => self.root.join(dir),
            _ => self.root.join("target"),
        }
    }

    /// The finished site.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }
}

/// The cache folder, from the environment variables that may name it.
fn cache_dir(var: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if let Some(dir) = var("PSYNCSCOPE_CACHE") {
        // Tools are found through PATH, where a relative folder would change its meaning with the working folder.
        return std::path::absolute(dir).ok();
    }
    if let Some(dir) = var("XDG_CACHE_HOME").filter(|dir| dir.is_absolute()) {
        return Some(dir.join("psyncscope"));
    }
    let home = var("HOME").or_else(|| var("USERPROFILE"))?;
    Some(home.join(".cache").join("psyncscope"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_lies_where_the_environment_says() {
        type Vars = &'static [(&'static str, &'static str)];
        let cases: [(Vars, Option<&str>); 5] = [
            (&[("PSYNCSCOPE_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")], Some("/a")),
            (&[("XDG_CACHE_HOME", "/b"), ("HOME", "/c")], Some("/b/psyncscope")),
            // The XDG specification: a relative path is to be ignored.
            (&[("XDG_CACHE_HOME", "b"), ("HOME", "/c")], Some("/c/.cache/psyncscope")),
            (&[("HOME", "/c")], Some("/c/.cache/psyncscope")),
            (&[], None),
        ];
        for (vars, wanted) in cases {
            let found =
                cache_dir(|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value)));
            assert_eq!(found, wanted.map(PathBuf::from), "{vars:?}");
        }
    }
}
