//! Programs from the system: found where they are, or installed with apt.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::report;
use crate::error::{Error, Result};
use crate::shell::Shell;

/// A program that a package manager installs.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// What people call it.
    name: &'static str,
    /// The environment variable that names it outright; tests and benchmarks read it too.
    pub variable: &'static str,
    /// The names it goes by on PATH, and full paths where it may lie outside of it.
    places: &'static [&'static str],
    /// The Debian package.
    package: &'static str,
    /// How to get it elsewhere.
    elsewhere: &'static str,
}

/// The browser that tests run in.
pub static CHROMIUM: Program = Program {
    name: "Chromium",
    variable: "PSYNCSCOPE_CHROMIUM",
    places: &[
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        "chromium-browser",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ],
    package: "chromium",
    elsewhere: "install Chromium or Google Chrome",
};

/// Chromium without windows, which opens a page in half of the processor time. The browser's specs run in it where it is.
pub static HEADLESS_SHELL: Program = Program {
    name: "headless shell",
    variable: "PSYNCSCOPE_CHROMIUM",
    places: &["chromium-headless-shell", "chrome-headless-shell"],
    package: "chromium-headless-shell",
    elsewhere: "install Chromium's headless shell",
};

/// What `wasm-pack test` drives the browser with.
pub static CHROMEDRIVER: Program = Program {
    name: "chromedriver",
    variable: "PSYNCSCOPE_CHROMEDRIVER",
    places: &["chromedriver", "/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"],
    package: "chromium-driver",
    elsewhere: "install the chromedriver of your Chrome's version",
};

/// A real Redis for our nodes to replicate with.
pub static REDIS_SERVER: Program = Program {
    name: "redis-server",
    variable: "PSYNCSCOPE_REDIS_SERVER",
    places: &["redis-server"],
    package: "redis-server",
    elsewhere: "install Redis",
};

/// What runs the recorder of golden transcripts.
pub static PYTHON: Program = Program {
    name: "Python",
    variable: "PSYNCSCOPE_PYTHON",
    places: &["python3", "python"],
    package: "python3",
    elsewhere: "install Python 3",
};

/// What dissects exported packets.
pub static TSHARK: Program = Program {
    name: "tshark",
    variable: "PSYNCSCOPE_TSHARK",
    places: &["tshark"],
    package: "tshark",
    elsewhere: "install Wireshark with its command line",
};

/// Redis's own measure of a server's throughput.
pub static REDIS_BENCHMARK: Program = Program {
    name: "redis-benchmark",
    variable: "PSYNCSCOPE_REDIS_BENCHMARK",
    places: &["redis-benchmark"],
    package: "redis-tools",
    elsewhere: "install Redis",
};

/// What counts the instructions that a program takes.
pub static VALGRIND: Program = Program {
    name: "Valgrind",
    variable: "PSYNCSCOPE_VALGRIND",
    places: &["valgrind"],
    package: "valgrind",
    elsewhere: "install Valgrind or name other parts of the benchmarks",
};

impl Program {
    /// Where it is, if it is anywhere.
    pub fn find(&self, shell: &Shell) -> Option<PathBuf> {
        self.named().or_else(|| self.installed(shell))
    }

    /// What the environment names.
    fn named(&self) -> Option<PathBuf> {
        env::var_os(self.variable).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Where it is installed.
    fn installed(&self, shell: &Shell) -> Option<PathBuf> {
        self.places.iter().find_map(|place| {
            let path = Path::new(place);
            if path.is_absolute() { path.is_file().then(|| path.to_path_buf()) } else { shell.find(place) }
        })
    }

    /// Where it is; an error when it is nowhere.
    pub fn path(&self, shell: &Shell) -> Result<PathBuf> {
        let path = self.find(shell).ok_or_else(|| self.missing())?;
        if path.is_file() {
            return Ok(path);
        }
        Err(Error::new(
            format!("{} names {}, and there is no such file", self.variable, path.display()),
            format!("correct it, or unset it to use the {} on PATH", self.name),
        ))
    }

    fn missing(&self) -> Error {
        Error::new(
            format!("{} is not to be found", self.name),
            format!("{}, or set {} to its full path", self.elsewhere, self.variable),
        )
    }
}

/// Makes sure that a program is there.
pub fn ensure(shell: &mut Shell, program: &Program) -> Result<()> {
    if program.find(shell).is_none() {
        if shell.find("apt-get").is_none() {
            return Err(program.missing());
        }
        apt_install(shell, &[program.package], program.name)?;
    }
    report(program.name, program.path(shell)?.display());
    Ok(())
}

/// The browser for the specs: the one that the environment names, else the headless shell, else Chromium.
pub fn spec_browser(shell: &Shell) -> Result<PathBuf> {
    spec_program(shell).path(shell)
}

fn spec_program(shell: &Shell) -> &'static Program {
    // What the environment names is reported as Chromium, which any browser for the specs is.
    let takes_shell = CHROMIUM.named().is_none() && HEADLESS_SHELL.installed(shell).is_some();
    if takes_shell { &HEADLESS_SHELL } else { &CHROMIUM }
}

/// Installs the headless shell where the system has it as a package, and makes sure that there is a browser for the specs.
pub fn ensure_spec_browser(shell: &mut Shell) -> Result<()> {
    if CHROMIUM.named().is_none()
        && HEADLESS_SHELL.installed(shell).is_none()
        && is_packaged(shell, &HEADLESS_SHELL)
        && let Err(error) = apt_install(shell, &[HEADLESS_SHELL.package], HEADLESS_SHELL.name)
    {
        println!("  {}; the specs take Chromium", error.what());
    }
    ensure(shell, spec_program(shell))
}

/// Do the package lists of the system name a program's package?
fn is_packaged(shell: &Shell, program: &Program) -> bool {
    shell.succeeds(shell.command("apt-cache").args(["show", program.package]))
}

/// Installs Debian packages. `what` says for people what they are.
pub fn apt_install(shell: &Shell, packages: &[&str], what: &str) -> Result<()> {
    /// Package lists need fetching only once a run.
    static UPDATED: OnceLock<()> = OnceLock::new();
    let by_hand = format!("run `sudo apt-get install {}`, then this command again", packages.join(" "));
    println!("  installing {what} with apt");
    if UPDATED.set(()).is_ok() {
        // Lists that cannot be renewed may still do: the installation will tell.
        if let Err(error) = shell.run(apt_get(shell, &by_hand)?.args(["-qq", "update"]), &by_hand) {
            println!("  {}; going on with the lists there are", error.what());
        }
    }
    let mut install = apt_get(shell, &by_hand)?;
    install.args(["-qq", "install", "-y", "--no-install-recommends"]).args(packages);
    shell.run(&mut install, &by_hand)
}

/// `apt-get` with the rights it needs, never asking anything, waiting its turn for the package database.
fn apt_get(shell: &Shell, by_hand: &str) -> Result<Command> {
    let mut command = as_root(shell, "env").map_err(|error| Error::new(error.what(), by_hand))?;
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]);
    Ok(command)
}

/// A command with root's rights: as it is for root, else through sudo if that asks for no password.
pub fn as_root(shell: &Shell, program: &str) -> Result<Command> {
    if shell.capture(shell.command("id").arg("-u")).is_some_and(|id| id.trim() == "0") {
        return Ok(shell.command(program));
    }
    if shell.succeeds(shell.command("sudo").args(["-n", "true"])) {
        let mut command = shell.command("sudo");
        command.args(["-n", program]);
        return Ok(command);
    }
    Err(Error::new(
        format!("`{program}` needs root's rights, and sudo without a password is not allowed"),
        "run `sudo -v` first, or run `cargo xtask setup` as root",
    ))
}
