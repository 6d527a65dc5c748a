//! A clean export of HEAD: whether `cargo xtask serve` works where nothing that Git ignores is present, and whether
//! what it serves passes the browser's specs.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{ChildStdout, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result, ResultExt};
use crate::http;
use crate::process_group::ProcessGroup;
use crate::shell::Shell;
use crate::test::browser::run_specs;

/// Time that a stopped server has to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// What `serve` prints before it builds.
const BUILDING: &str = "Building the page";

/// Exports HEAD, serves it, fetches the page, runs the browser's specs on it, and stops the server in both ways.
pub fn run(shell: &Shell) -> Result<()> {
    let export = Export::of_head(shell)?;
    // Stopped at once, while it builds.
    let mut interrupted = Server::start(shell, &export, |line| line.contains(BUILDING))?;
    interrupted.terminate()?;
    interrupted.check_ended(&export)?;

    let mut server = Server::start(shell, &export, |line| line.starts_with("http://"))?;
    let url = server.last_line.clone();
    fetch_page(shell, &url)?;
    let specs = run_specs(shell, Some(&url), &[]);
    drop(server.group.take_stdin());
    server.check_ended(&export)?;
    if http::get(&url, "").is_ok() {
        return Err(Error::new(format!("{url} still answers after the server has stopped"), SEE_SERVE));
    }
    specs
}

const SEE_SERVE: &str = "see xtask/src/serve.rs";

/// A temporary folder with the files of HEAD; removed with this value.
struct Export {
    folder: PathBuf,
}

impl Export {
    fn of_head(shell: &Shell) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("psyncscope-export-{}", std::process::id()));
        let export = Self { folder };
        fs::create_dir_all(&export.folder)
            .context(format!("creating {}", export.folder.display()), "check the folder's rights")?;
        let archive = export.folder.join("head.tar");
        let mut git = shell.command("git");
        git.args(["archive", "--format=tar", "--output"]).arg(&archive).arg("HEAD");
        shell.run(&mut git, "this check needs a Git clone with at least one commit")?;
        let mut tar = shell.command("tar");
        // With new times (`-m`): those of the commit may be older than what cargo has compiled from another one.
        tar.arg("-xmf").arg(&archive).arg("-C").arg(&export.folder);
        shell.run(&mut tar, "install tar")?;
        fs::remove_file(&archive).context("removing the archive", "check the folder's rights")?;
        Ok(export)
    }

    /// The processes that work in the folder or name it, where the system tells (Linux).
    fn processes(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let folder = self.folder.to_string_lossy().into_owned();
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|process| process.file_name().is_some_and(|id| id.to_string_lossy().parse::<u32>().is_ok()))
            .filter_map(|process| {
                let command = fs::read(process.join("cmdline")).unwrap_or_default();
                let command = String::from_utf8_lossy(&command).replace('\0', " ");
                let works_there = fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&self.folder));
                (works_there || command.contains(&folder)).then_some(command)
            })
            .collect()
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // It lies in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `cargo xtask serve` in an export.
struct Server {
    group: ProcessGroup,
    /// The line for which the start waited.
    last_line: String,
    /// What follows that line. Kept, since a closed pipe would stop the server.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts the server and waits for a line of its output.
    fn start(shell: &Shell, export: &Export, awaited: impl Fn(&str) -> bool) -> Result<Self> {
        let mut command = shell.command("cargo");
        command
            .args(["xtask", "serve", "--port", "0"])
            .current_dir(&export.folder)
            // The clone's, where the dependencies are compiled already.
            .env("CARGO_TARGET_DIR", shell.project.target_dir())
            // Cargo does not tell packages of the same name and version apart that lie in two folders, and would take
            // what it compiled from the one for the other's. It does tell profiles apart: this line is not what
            // Cargo.toml says, and concerns the project's own packages only.
            .env("CARGO_PROFILE_DEV_DEBUG", "none")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(shell.stdio()?);
        shell.say(format_args!("$ cargo xtask serve --port 0  (in {})", export.folder.display()));
        let mut group = ProcessGroup::spawn(&mut command).context("cargo does not start", "install Rust")?;
        let output = group.take_stdout().ok_or_else(|| Error::new("the server has no output", SEE_SERVE))?;
        let mut output = BufReader::new(output).lines();
        while let Some(line) = output.next() {
            let line = line.context("reading what the server prints", SEE_SERVE)?;
            shell.say(format_args!("  | {line}"));
            if awaited(&line) {
                return Ok(Self { group, last_line: line, _output: output });
            }
        }
        Err(Error::new("`cargo xtask serve` ended before the page was there", "see its messages above"))
    }

    #[cfg(unix)]
    fn terminate(&self) -> Result<()> {
        self.group.terminate_leader().context("sending SIGTERM", SEE_SERVE)
    }

    #[cfg(not(unix))]
    fn terminate(&mut self) -> Result<()> {
        drop(self.group.take_stdin());
        Ok(())
    }

    /// Fails unless the server ends by itself, successfully, and leaves no process.
    fn check_ended(&mut self, export: &Export) -> Result<()> {
        let deadline = Instant::now() + STOP_TIMEOUT;
        let status = loop {
            match self.group.try_wait().context("waiting for the server", SEE_SERVE)? {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    return Err(Error::new("the server does not stop", SEE_SERVE));
                }
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        if !status.success() {
            return Err(Error::new(format!("the stopped server ended with {status}"), SEE_SERVE));
        }
        let left = export.processes();
        if !left.is_empty() {
            return Err(Error::new(format!("the server left processes: {}", left.join(", ")), SEE_SERVE));
        }
        Ok(())
    }
}

/// Fetches the page, its JavaScript and its wasm.
fn fetch_page(shell: &Shell, url: &str) -> Result<()> {
    let page = fetch(url, "")?;
    let page = String::from_utf8_lossy(&page);
    for (ending, begins) in [(".js", &b""[..]), ("_bg.wasm", b"\0asm")] {
        let name = named_file(&page, ending)
            .ok_or_else(|| Error::new(format!("the page names no file that ends in {ending}"), SEE_SERVE))?;
        let bytes = fetch(url, name)?;
        if bytes.is_empty() || !bytes.starts_with(begins) {
            return Err(Error::new(format!("{url}{name} is not what it should be"), SEE_SERVE));
        }
        shell.say(format_args!("  {name}: {} bytes", bytes.len()));
    }
    Ok(())
}

fn fetch(url: &str, name: &str) -> Result<Vec<u8>> {
    http::get(url, name).context(format!("fetching {url}{name}"), SEE_SERVE)
}

/// The first quoted or bracketed word of the page that ends so, without the slash at its front.
fn named_file<'a>(page: &'a str, ending: &str) -> Option<&'a str> {
    page.split(['"', '\'', '(', ')', ' ', '=', '>'])
        .find(|word| word.ends_with(ending))
        .map(|word| word.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_the_page() {
        let page =
            r#"<script type="module">import init from '/app-1.js';init({ module_or_path: '/app-1_bg.wasm' })</script>"#;
        assert_eq!(named_file(page, ".js"), Some("app-1.js"));
        assert_eq!(named_file(page, "_bg.wasm"), Some("app-1_bg.wasm"));
        assert_eq!(named_file(page, ".css"), None);
    }
}
