//! The page without a network: its service worker, with the version and the files that the worker keeps.
//!
//! The version is a hash of all files, so that the same page has the same and any other has another. The page that
//! `cargo xtask serve` serves has no worker: it is to be what was built last, and on its port other things are served
//! later. There, a worker that an earlier page has left is removed.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result, ResultExt};
use crate::page_head;

/// Set by `serve`.
pub const SERVED: &str = "PSYNCSCOPE_SERVED";

const PAGE: &str = "index.html";
const WORKER: &str = "sw.js";
/// The worker, but for what is known only here.
const TEMPLATE: &str = include_str!("../../web/offline/worker.js");
const REMOVE: &str = include_str!("../../web/offline/remove.js");

/// Writes the worker into the page's folder, and its version into the page.
pub fn write(folder: &Path) -> Result<()> {
    if std::env::var_os(SERVED).is_some() {
        return write_file(&folder.join(WORKER), REMOVE);
    }
    let version = version(&files(folder)?);
    let file = folder.join(PAGE);
    let page = read(&file)?;
    let page = String::from_utf8(page).context("reading the page", "see index.html: it is not UTF-8")?;
    let meta = format!("<meta name=\"psyncscope-version\" content=\"{version}\" />");
    write_file(&file, &page_head::with(&page, &meta)?)?;
    write_file(&folder.join(WORKER), &worker(&version, &files(folder)?)?)
}

/// The worker of a version.
fn worker(version: &str, files: &[(String, String)]) -> Result<String> {
    let entry = |(path, hash): &(String, String)| {
        let path = if path == PAGE { "./" } else { path };
        format!("\n  ['{path}', 'sha256-{hash}'],")
    };
    if let Some((path, _)) = files.iter().find(|(path, _)| path.contains(['\'', '\\', '%', '?', '#'])) {
        return Err(Error::new(format!("`{path}` is no plain address of a file"), "give it another name"));
    }
    let list: String = files.iter().map(entry).collect();
    Ok(TEMPLATE.replace("@VERSION@", version).replace("@FILES@", &format!("[{list}\n]")))
}

/// Every file of the page but the worker, with its hash, in the order of their paths.
fn files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    list(folder, &mut paths)?;
    let mut files = Vec::new();
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if name != WORKER {
            files.push((name, STANDARD.encode(Sha256::digest(read(&path)?))));
        }
    }
    files.sort();
    Ok(files)
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let reading = || format!("reading {}", folder.display());
    for entry in fs::read_dir(folder).context(reading(), AGAIN)? {
        let path = entry.context(reading(), AGAIN)?.path();
        if path.is_dir() { list(&path, paths)? } else { paths.push(path) }
    }
    Ok(())
}

fn version(files: &[(String, String)]) -> String {
    let mut digest = Sha256::new();
    for (path, hash) in files {
        digest.update(format!("{path} {hash}\n"));
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

const AGAIN: &str = "build the page again";

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context(format!("reading {}", path.display()), AGAIN)
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).context(format!("writing {}", path.display()), "check the folder's rights")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A page that has this file too, and its worker.
    fn finished(name: &str, text: &str) -> (String, String) {
        static FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let (process, nth) = (std::process::id(), FOLDERS.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("psyncscope-offline-{process}-{nth}"));
        fs::create_dir_all(folder.join("icons")).unwrap();
        fs::write(folder.join(PAGE), "<head><meta charset=\"utf-8\" /></head>").unwrap();
        fs::write(folder.join("icons/icon.svg"), "<svg/>").unwrap();
        fs::write(folder.join(name), text).unwrap();
        write(&folder).unwrap();
        let written = |name| fs::read_to_string(folder.join(name)).unwrap();
        let (page, worker) = (written(PAGE), written(WORKER));
        fs::remove_dir_all(folder).unwrap();
        (page, worker)
    }

    #[test]
    fn the_worker_names_every_file_and_its_version_is_the_pages() {
        let (page, worker) = finished("app.wasm", "abc");
        // The SHA-256 of "abc", from its specification.
        assert!(worker.contains("['app.wasm', 'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=']"), "{worker}");
        assert!(worker.contains(&format!("['./', 'sha256-{}']", STANDARD.encode(Sha256::digest(&page)))), "{worker}");
        assert!(worker.contains("['icons/icon.svg', "), "{worker}");
        assert!(!worker.contains('@') && !worker.contains("'sw.js'"), "{worker}");
        let version = page.split("name=\"psyncscope-version\" content=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(version.len(), 16);
        assert!(worker.contains(&format!("VERSION = '{version}'")), "{worker}");
    }

    #[test]
    fn a_version_is_of_the_files_and_of_nothing_else() {
        let first = finished("app.wasm", "abc");
        assert_eq!(finished("app.wasm", "abc"), first);
        assert_ne!(finished("app.wasm", "abd"), first);
        assert_ne!(finished("appp.wasm", "abc"), first);
    }

    #[test]
    fn a_name_that_is_no_address_is_refused() {
        assert!(worker("1", &[("what's new".to_owned(), String::new())]).is_err());
    }
}
