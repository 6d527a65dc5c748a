//! What the page weighs before it shows anything.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::trouble::{OrTrouble, Result, Trouble};

/// The most that all first-loaded files may weigh together, compressed as a web server would.
pub const LIMIT_BYTES: u64 = 300_000;

/// Files that the page fetches only when somebody asks for what is in them. Everything else counts.
const LAZY_DIR: &str = "lazy";

/// One file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Its path below the site's root, with slashes.
    pub name: String,
    /// Its size as it lies on disk.
    pub raw_bytes: u64,
    /// Its size as it travels.
    pub gzip_bytes: u64,
}

/// Weighs the site in `dist`, prints a table, and fails when what loads first is too heavy.
pub fn check(dist: &Path) -> Result<()> {
    let weights = weigh(dist)?;
    let total_bytes = total(&weights);
    println!("\nWhat the page loads first, in bytes:");
    println!("  {:>9} {:>9}  file", "size", "gzip");
    for weight in &weights {
        println!("  {:>9} {:>9}  {}", weight.raw_bytes, weight.gzip_bytes, weight.name);
    }
    println!("  {:>9} {total_bytes:>9}  in all; the limit is {LIMIT_BYTES}", "");
    verdict(total_bytes)
}

/// The files that count, heaviest first.
fn weigh(dist: &Path) -> Result<Vec<Weight>> {
    if !dist.join("index.html").is_file() {
        return Err(Trouble::new(format!("{} holds no page", dist.display()), "build it with `cargo xtask dist`"));
    }
    let mut weights = Vec::new();
    collect(dist, "", &mut weights)?;
    weights.sort_by(|a, b| b.gzip_bytes.cmp(&a.gzip_bytes).then_with(|| a.name.cmp(&b.name)));
    Ok(weights)
}

fn collect(dir: &Path, prefix: &str, weights: &mut Vec<Weight>) -> Result<()> {
    const AGAIN: &str = "build the page again with `cargo xtask dist`";
    let entries = fs::read_dir(dir).or_trouble(format!("reading {}", dir.display()), AGAIN)?;
    for entry in entries {
        let path = entry.or_trouble(format!("reading {}", dir.display()), AGAIN)?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            if name != LAZY_DIR {
                collect(&path, &format!("{name}/"), weights)?;
            }
            continue;
        }
        let bytes = fs::read(&path).or_trouble(format!("reading {}", path.display()), AGAIN)?;
        weights.push(Weight { name, raw_bytes: bytes.len() as u64, gzip_bytes: gzip_bytes(&bytes) });
    }
    Ok(())
}

/// The length of `bytes` after gzip at its best.
fn gzip_bytes(bytes: &[u8]) -> u64 {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail; if it did, the uncompressed length is the honest upper bound.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed.len() as u64,
        Err(_) => bytes.len() as u64,
    }
}

fn total(weights: &[Weight]) -> u64 {
    weights.iter().map(|weight| weight.gzip_bytes).sum()
}

fn verdict(total_bytes: u64) -> Result<()> {
    if total_bytes <= LIMIT_BYTES {
        return Ok(());
    }
    Err(Trouble::new(
        format!("the page loads {total_bytes} bytes first, {} more than it may", total_bytes - LIMIT_BYTES),
        format!("make it smaller, or move what is not needed at once to dist/{LAZY_DIR}/"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed() {
        assert!(verdict(LIMIT_BYTES - 1).is_ok());
        assert!(verdict(LIMIT_BYTES).is_ok());
        assert!(verdict(LIMIT_BYTES + 1).is_err());
    }

    #[test]
    fn everything_counts_but_what_is_lazy() {
        let dist = std::env::temp_dir().join(format!("psyncscope-size-{}", std::process::id()));
        for (name, text) in [
            ("index.html", "<!doctype html>"),
            ("app.wasm", &"a".repeat(10_000)),
            ("fonts/lazy/f.css", "x"),
            ("lazy/lua.wasm", "not at first"),
        ] {
            let path = dist.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let weights = weigh(&dist);
        fs::remove_dir_all(&dist).unwrap();
        let weights = weights.unwrap();
        let mut names: Vec<_> = weights.iter().map(|weight| weight.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["app.wasm", "fonts/lazy/f.css", "index.html"]);
        let wasm = weights.iter().find(|weight| weight.name == "app.wasm").unwrap();
        assert_eq!(wasm.raw_bytes, 10_000);
        assert!(wasm.gzip_bytes < 100, "{}", wasm.gzip_bytes);
        assert_eq!(total(&weights), weights.iter().map(|weight| weight.gzip_bytes).sum::<u64>());
    }

    #[test]
    fn a_folder_without_a_page_is_told() {
        assert!(weigh(Path::new("/nowhere")).is_err());
    }
}
