//! The compressed size of the site: each file as a web server sends it, and the limits on the first load.
//!
//! The page fetches nothing later, so every file of the site counts. Beside each compressible file lie its compressed
//! forms, `.gz` and `.br`, for hosts that serve such files as they are.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Result, ResultExt};
use crate::shell::Shell;

/// The most that all files may measure together under gzip.
const GZIP_BYTES_MAX: u64 = 800_000;

/// The most that all files may measure together under brotli.
const BROTLI_BYTES_MAX: u64 = 640_000;

/// Kinds of files that web servers compress.
const COMPRESSIBLE: &[&str] = &["css", "html", "js", "json", "mjs", "svg", "txt", "wasm", "webmanifest"];

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
    let mut files = Vec::new();
    compress_folder(dist, "", &mut files)?;
    files.sort_by(|(a_name, a), (b_name, b)| b.gzip.cmp(&a.gzip).then_with(|| a_name.cmp(b_name)));
    let total = total(&files);
    shell.say("\nWhat the page loads first, in bytes:");
    shell.say(format_args!("  {:>9} {:>9} {:>9}  file", "size", "gzip", "brotli"));
    for (name, sizes) in &files {
        shell.say(format_args!("  {:>9} {:>9} {:>9}  {name}", sizes.raw, sizes.gzip, sizes.brotli));
    }
    shell.say(format_args!("  {:>9} {:>9} {:>9}  in all", total.raw, total.gzip, total.brotli));
    shell.say(format_args!("  {:>9} {GZIP_BYTES_MAX:>9} {BROTLI_BYTES_MAX:>9}  limit", ""));
    check(total)
}

/// Compresses the files below `dir`; adds their names, which begin with `prefix`, and sizes to `files`.
fn compress_folder(dir: &Path, prefix: &str, files: &mut Vec<(String, Sizes)>) -> Result<()> {
    const AGAIN: &str = "build the page again with `cargo xtask dist`";
    let reading = || format!("reading {}", dir.display());
    for entry in fs::read_dir(dir).context(reading(), AGAIN)? {
        let path = entry.context(reading(), AGAIN)?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            compress_folder(&path, &format!("{name}/"), files)?;
            continue;
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if ending == GZIP || ending == BROTLI {
            continue;
        }
        let bytes = fs::read(&path).context(format!("reading {}", path.display()), AGAIN)?;
        let raw = bytes.len() as u64;
        let mut sizes = Sizes { raw, gzip: raw, brotli: raw };
        if COMPRESSIBLE.contains(&ending.as_str()) {
            for (form, size, compressed) in
                [(GZIP, &mut sizes.gzip, gzip(&bytes)), (BROTLI, &mut sizes.brotli, brotli(&bytes))]
            {
                let path = path.with_extension(format!("{ending}.{form}"));
                let compressed = compressed.context(format!("compressing {name}"), AGAIN)?;
                fs::write(&path, &compressed).context(format!("writing {}", path.display()), AGAIN)?;
                *size = compressed.len() as u64;
            }
        }
        files.push((name, sizes));
    }
    Ok(())
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(mut bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // The window may be as large as the format allows, 16 MiB.
    let best = BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &best)?;
    Ok(compressed)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

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
        let mut measured = Vec::new();
        // The second time, the compressed forms of the first are there.
        for _ in 0..2 {
            measured.clear();
            compress_folder(&dist, "", &mut measured).unwrap();
        }
        let wasm = fs::read(dist.join("app.wasm.br")).unwrap();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut wasm.as_slice(), &mut unpacked).unwrap();
        let forms =
            ["index.html.gz", "index.html.br", "app.wasm.gz", "fonts/f.woff2.gz"].map(|name| dist.join(name).exists());
        fs::remove_dir_all(&dist).unwrap();

        measured.sort_by(|(a, _), (b, _)| a.cmp(b));
        let names: Vec<_> = measured.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["app.wasm", "fonts/f.woff2", "index.html"]);
        assert_eq!(unpacked, files[1].1);
        assert_eq!(measured[0].1.brotli, wasm.len() as u64);
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
