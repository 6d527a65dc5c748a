//! Running other programs in an environment of our making.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result, ResultExt};
use crate::process_group::ProcessGroup;
use crate::project::Project;

/// Starts programs with the tools that set-up chose first on PATH, under the Rust toolchain it chose.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The folders everything happens in.
    pub project: Project,
    /// Folders searched before the user's PATH.
    tool_bins: Vec<PathBuf>,
    /// A rustup toolchain to use instead of the active one.
    toolchain: Option<&'static str>,
    /// Where commands and [`Shell::say`] print; the terminal when `None`.
    log: Option<Arc<File>>,
}

impl Shell {
    /// A shell that so far adds nothing to the user's environment.
    pub fn new(project: Project) -> Self {
        Self { project, tool_bins: Vec::new(), toolchain: None, log: None }
    }

    /// A copy of this shell whose commands print to a file.
    pub fn with_log(&self, log: File) -> Self {
        Self { log: Some(Arc::new(log)), ..self.clone() }
    }

    /// Prints a line where commands print.
    pub fn say(&self, line: impl fmt::Display) {
        let logged = self.log.as_deref().is_some_and(|mut log| log.write_all(format!("{line}\n").as_bytes()).is_ok());
        if !logged {
            println!("{line}");
        }
    }

    /// Where a child process is to print.
    pub fn stdio(&self) -> Result<Stdio> {
        let Some(log) = &self.log else { return Ok(Stdio::inherit()) };
        let log = log.try_clone().context("opening the log once more", "close some programs")?;
        Ok(Stdio::from(log))
    }

    /// Puts a folder of programs before everything else on PATH.
    pub fn add_tools(&mut self, bin: PathBuf) {
        if !self.tool_bins.contains(&bin) {
            self.tool_bins.insert(0, bin);
        }
    }

    /// From now on, run Rust's programs from this rustup toolchain.
    pub fn use_toolchain(&mut self, name: &'static str) {
        self.toolchain = Some(name);
    }

    /// Which toolchain replaces the active one, if any.
    pub fn toolchain(&self) -> Option<&'static str> {
        self.toolchain
    }

    /// The full path of a program, as a child process would find it.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        let user = env::var_os("PATH").unwrap_or_default();
        // npm and its programs are `.cmd` files on Windows, which are only found when asked for by that name.
        let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
        self.tool_bins
            .iter()
            .cloned()
            .chain(env::split_paths(&user))
            .flat_map(|dir| endings.iter().map(move |ending| dir.join(format!("{program}{ending}"))))
            .find(|path| is_program(path))
    }

    /// A command that runs at the repository's root, without standard input, in our environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let program = program.as_ref();
        let resolved = program.to_str().and_then(|name| self.find(name)).map_or(program.to_owned(), OsString::from);
        let mut command = Command::new(resolved);
        command.current_dir(&self.project.root).stdin(Stdio::null());
        self.set_environment(&mut command);
        command
    }

    fn set_environment(&self, command: &mut Command) {
        for (name, value) in env::vars_os() {
            let Some(text) = name.to_str() else { continue };
            // `cargo run` describes xtask itself to us, and the toolchain that built it. Passed on, these make cargo,
            // trunk and build scripts call one toolchain's programs with another's libraries.
            if is_cargos_own(text) || (self.toolchain.is_some() && names_a_toolchain(text)) {
                command.env_remove(&name);
            } else if LIBRARY_PATHS.contains(&text) {
                let kept = env::split_paths(&value).filter(|dir| !self.is_build_dir(dir));
                match env::join_paths(kept) {
                    Ok(kept) if !kept.is_empty() => command.env(&name, kept),
                    _ => command.env_remove(&name),
                };
            }
        }
        if let Some(toolchain) = self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        let user = env::var_os("PATH").unwrap_or_default();
        if let Ok(path) = env::join_paths(self.tool_bins.iter().cloned().chain(env::split_paths(&user))) {
            command.env("PATH", path);
        }
    }

    /// Is this a library folder that cargo or rustup added for our own run?
    fn is_build_dir(&self, dir: &Path) -> bool {
        dir.starts_with(self.project.target_dir()) || dir.iter().any(|part| part == "toolchains")
    }

    /// Runs a command, showing it and its output; fails unless it succeeds.
    pub fn run(&self, command: &mut Command, hint: &str) -> Result<()> {
        let line = describe(command);
        self.say(format_args!("$ {line}"));
        command.stdout(self.stdio()?).stderr(self.stdio()?);
        let started = Instant::now();
        match ProcessGroup::spawn(command).and_then(|mut group| group.wait()) {
            Ok(status) if status.success() => {
                if started.elapsed() >= Duration::from_secs(10) {
                    self.say(format_args!("  took {}", duration(started.elapsed())));
                }
                Ok(())
            }
            Ok(status) => Err(Error::new(format!("`{line}` failed ({status})"), hint)),
            Err(error) => Err(Error::new(format!("`{line}` did not start: {error}"), hint)),
        }
    }

    /// What a command prints on standard output, if it succeeds; nothing is shown.
    pub fn capture(&self, command: &mut Command) -> Option<String> {
        let output = command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Does a command succeed? Nothing is shown.
    pub fn succeeds(&self, command: &mut Command) -> bool {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

/// Variables through which libraries are found at run time.
const LIBRARY_PATHS: &[&str] = &["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

/// Variables that `cargo run` sets for the program it runs.
fn is_cargos_own(name: &str) -> bool {
    name == "CARGO"
        || name == "OUT_DIR"
        || name == "RUST_RECURSION_COUNT"
        || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|start| name.starts_with(start))
}

/// Variables that would win over the toolchain we choose.
fn names_a_toolchain(name: &str) -> bool {
    matches!(name, "RUSTC" | "RUSTDOC" | "RUSTUP_TOOLCHAIN_SOURCE")
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// A command as one would type it: the program's name and its arguments.
fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains(|c: char| c.is_whitespace() || "'\"*()&|".contains(c)) {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A time as people say it: `0.4 s`, `12 s`, `3 min 20 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_say_them() {
        let cases =
            [(400, "0.4 s"), (9_900, "9.9 s"), (12_700, "12 s"), (60_000, "1 min 0 s"), (200_000, "3 min 20 s")];
        for (millis, wanted) in cases {
            assert_eq!(duration(Duration::from_millis(millis)), wanted);
        }
    }

    #[test]
    fn commands_are_shown_as_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["nextest", "run", "-E", "not binary(peers)"]);
        assert_eq!(describe(&command), "cargo nextest run -E 'not binary(peers)'");
    }

    #[test]
    fn only_cargos_own_variables_are_dropped() {
        for (name, wanted) in [
            ("CARGO", true),
            ("CARGO_PKG_NAME", true),
            ("CARGO_MANIFEST_DIR", true),
            ("CARGO_HOME", false),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_TERM_COLOR", false),
            ("CARGO_BUILD_JOBS", false),
        ] {
            assert_eq!(is_cargos_own(name), wanted, "{name}");
        }
    }
}
