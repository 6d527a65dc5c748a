//! The compressed size of the site: each file as a web server sends it, and the limits on the first load and on what comes
//! after it.
//!
//! The page opens with its first load. What it is installed with, and what it keeps for when there is no network, comes when it
//! is open already. Beside each compressible file lie its compressed forms, `.gz` and `.br`, for hosts that serve such
//! files as they are.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Result, ResultExt};
use crate::shell::Shell;

/// The most that the files of the first load may measure together under gzip.
const GZIP_BYTES_MAX: u64 = 1_355_000;

/// The most that they may measure together under brotli.
const BROTLI_BYTES_MAX: u64 = 1_070_000;

/// What is not of the first load: folders and files.
const LATER: &[&str] = &["icons/", "lessons/", "manifest.webmanifest", "sw.js"];

/// The most that those may measure together under gzip.
const LATER_GZIP_BYTES_MAX: u64 = 100_000;

/// Kinds of files that web servers compress.
const COMPRESSIBLE: &[&str] = &["css", "html", "js", "json", "mjs", "psync", "svg", "txt", "wasm", "webmanifest"];

/// What writes the forms under brotli: Node has it. As a crate, it would be most of what xtask is compiled from.
const BROTLI_SCRIPT: &str = "xtask/brotli.mjs";

/// The endings of compressed forms.
const GZIP: &str = "gz";
const BROTLI: &str = "br";

/// Sizes of one file, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sizes {
    /// As it lies on disk.
    raw: u64,
    /// Under gzip at its best; of a file that servers do not compress, `raw`.
    gzip: u64,
    /// Under brotli at its best; of a file that servers do not compress, `raw`.
    brotli: u64,
}

/// Writes the compressed forms of the finished site, prints a table of sizes, and fails above the limits.
pub fn compress(shell: &Shell) -> Result<()> {
    let dist = &shell.project.dist();
    if !dist.join("index.html").is_file() {
        return Err(Error::new(format!("{} holds no page", dist.display()), "build it with `cargo xtask dist`"));
    }
    let mut files = measure(shell, dist)?;
    files.sort_by(|(a_name, a), (b_name, b)| b.gzip.cmp(&a.gzip).then_with(|| a_name.cmp(b_name)));
    let (later, first): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| is_later(name));
    print(shell, "What the page loads first, in bytes:", &first, (GZIP_BYTES_MAX, Some(BROTLI_BYTES_MAX)));
    print(shell, "What comes once it is open:", &later, (LATER_GZIP_BYTES_MAX, None));
    check(total(&first))?;
    check_later(total(&later))
}

/// Prints a table of files with their sizes, and the limits under gzip and brotli.
fn print(shell: &Shell, what: &str, files: &[(String, Sizes)], (gzip_max, brotli_max): (u64, Option<u64>)) {
    let total = total(files);
    shell.say(format_args!("\n{what}"));
    shell.say(format_args!("  {:>9} {:>9} {:>9}  file", "size", "gzip", "brotli"));
    for (name, sizes) in files {
        shell.say(format_args!("  {:>9} {:>9} {:>9}  {name}", sizes.raw, sizes.gzip, sizes.brotli));
    }
    shell.say(format_args!("  {:>9} {:>9} {:>9}  in all", total.raw, total.gzip, total.brotli));
    let brotli_max = brotli_max.map_or_else(String::new, |max| max.to_string());
    shell.say(format_args!("  {:>9} {gzip_max:>9} {brotli_max:>9}  limit", ""));
}

/// Whether a file is not of the first load.
fn is_later(name: &str) -> bool {
    LATER.iter().any(|later| if later.ends_with('/') { name.starts_with(later) } else { name == *later })
}

const AGAIN: &str = "build the page again with `cargo xtask dist`";

/// Writes the compressed forms of the files in `dist`; answers each file's name and sizes.
fn measure(shell: &Shell, dist: &Path) -> Result<Vec<(String, Sizes)>> {
    let mut paths = Vec::new();
    list(dist, &mut paths)?;
    paths.sort();
    let compressible = || paths.iter().filter(|path| is_compressible(path));
    let mut brotli = shell.command("node");
    brotli.arg(shell.project.root.join(BROTLI_SCRIPT)).args(compressible());
    shell.run(&mut brotli, AGAIN)?;
    for path in compressible() {
        gzip(path).context(format!("compressing {}", path.display()), AGAIN)?;
    }
    paths
        .iter()
        .map(|path| {
            let raw = size_of(path)?;
            let mut sizes = Sizes { raw, gzip: raw, brotli: raw };
            if is_compressible(path) {
                (sizes.gzip, sizes.brotli) = (size_of(&form(path, GZIP))?, size_of(&form(path, BROTLI))?);
            }
            let name = path.strip_prefix(dist).unwrap_or(path).to_string_lossy().replace('\\', "/");
            Ok((name, sizes))
        })
        .collect()
}

/// Adds the files below `dir` that are no compressed forms to `paths`.
fn list(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let reading = || format!("reading {}", dir.display());
    for entry in fs::read_dir(dir).context(reading(), AGAIN)? {
        let path = entry.context(reading(), AGAIN)?.path();
        if path.is_dir() {
            list(&path, paths)?;
        } else if ending(&path) != GZIP && ending(&path) != BROTLI {
            paths.push(path);
        }
    }
    Ok(())
}

/// Writes a file's form under gzip.
fn gzip(path: &Path) -> std::io::Result<()> {
    let mut encoder = GzEncoder::new(fs::File::create(form(path, GZIP))?, Compression::best());
    encoder.write_all(&fs::read(path)?)?;
    encoder.finish()?;
    Ok(())
}

/// Where a file's compressed form lies.
fn form(path: &Path, form: &str) -> PathBuf {
    path.with_extension(format!("{}.{form}", ending(path)))
}

fn size_of(path: &Path) -> Result<u64> {
    let metadata = fs::metadata(path).context(format!("reading {}", path.display()), AGAIN)?;
    Ok(metadata.len())
}

fn is_compressible(path: &Path) -> bool {
    COMPRESSIBLE.contains(&ending(path))
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(OsStr::to_str).unwrap_or_default()
}

fn total(files: &[(String, Sizes)]) -> Sizes {
    files.iter().fold(Sizes::default(), |sum, (_, sizes)| Sizes {
        raw: sum.raw + sizes.raw,
        gzip: sum.gzip + sizes.gzip,
        brotli: sum.brotli + sizes.brotli,
    })
}

/// Fails when `total` is above a limit.
fn check(total: Sizes) -> Result<()> {
    for (what, bytes, bytes_max) in [("gzip", total.gzip, GZIP_BYTES_MAX), ("brotli", total.brotli, BROTLI_BYTES_MAX)] {
        if bytes > bytes_max {
            return Err(Error::new(
                format!("the page loads {bytes} bytes under {what}, {} more than allowed", bytes - bytes_max),
                "make it smaller: `twiggy top` on the wasm shows what takes the space",
            ));
        }
    }
    Ok(())
}

/// Fails when `total` of what comes later is above its limit.
fn check_later(total: Sizes) -> Result<()> {
    if total.gzip <= LATER_GZIP_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(
        format!("what the page keeps is {} bytes under gzip, {LATER_GZIP_BYTES_MAX} are allowed", total.gzip),
        "make it smaller, or fetch it only when it is asked for and leave it out of the service worker",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    #[test]
    fn what_comes_later_has_a_limit_of_its_own() {
        let later =
            ["icons/icon.svg", "lessons/psync.psync", "sw.js", "index.html", "x.js", "sw.jsx", "my/icons/a.png"];
        assert_eq!(later.map(is_later), [true, true, true, false, false, false, false]);
        let sizes = |gzip| Sizes { gzip, ..Sizes::default() };
        assert!(check_later(sizes(LATER_GZIP_BYTES_MAX)).is_ok());
        assert!(check_later(sizes(LATER_GZIP_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        for (gzip, brotli, wanted) in [
            (GZIP_BYTES_MAX - 1, BROTLI_BYTES_MAX - 1, true),
            (GZIP_BYTES_MAX, BROTLI_BYTES_MAX, true),
            (GZIP_BYTES_MAX + 1, BROTLI_BYTES_MAX, false),
            (GZIP_BYTES_MAX, BROTLI_BYTES_MAX + 1, false),
        ] {
            assert_eq!(check(Sizes { raw: u64::MAX, gzip, brotli }).is_ok(), wanted, "{gzip} {brotli}");
        }
    }

    #[test]
    fn every_file_counts_once_and_compressible_ones_get_two_forms() {
        let dist = std::env::temp_dir().join(format!("psyncscope-size-{}", std::process::id()));
        let files: [(&str, &[u8]); 3] =
            [("index.html", b"<!doctype html>"), ("app.wasm", &[b'a'; 10_000]), ("fonts/f.woff2", &[7; 1_000])];
        for (name, bytes) in files {
            let path = dist.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let shell = Shell::new(Project::find().unwrap());
        // The second time, the compressed forms of the first are there.
        let first = measure(&shell, &dist).unwrap();
        let mut measured = measure(&shell, &dist).unwrap();
        assert_eq!(measured, first);
        let brotli_len = fs::metadata(dist.join("app.wasm.br")).unwrap().len();
        let unpack = r#"
            const { readFileSync: read } = require("fs"), { gunzipSync, brotliDecompressSync } = require("zlib");
            const wasm = read("app.wasm");
            if (!gunzipSync(read("app.wasm.gz")).equals(wasm)) process.exit(1);
            if (!brotliDecompressSync(read("app.wasm.br")).equals(wasm)) process.exit(2);"#;
        shell.run(shell.command("node").args(["-e", unpack]).current_dir(&dist), "see brotli.mjs").unwrap();
        let forms =
            ["index.html.gz", "index.html.br", "app.wasm.gz", "fonts/f.woff2.gz"].map(|name| dist.join(name).exists());
        fs::remove_dir_all(&dist).unwrap();

        measured.sort_by(|(a, _), (b, _)| a.cmp(b));
        let names: Vec<_> = measured.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["app.wasm", "fonts/f.woff2", "index.html"]);
        assert_eq!(measured[0].1.brotli, brotli_len);
        assert!(measured[0].1.gzip < 100, "{:?}", measured[0]);
        assert_eq!(measured[1].1, Sizes { raw: 1_000, gzip: 1_000, brotli: 1_000 });
        assert_eq!(forms, [true, true, true, false]);
        assert_eq!(total(&measured).raw, 11_015);
    }

    #[test]
    fn a_folder_without_a_page_is_refused() {
        let nowhere = Project { root: "/nowhere".into(), cache: "/nowhere".into() };
        assert!(compress(&Shell::new(nowhere)).is_err());
    }
}
