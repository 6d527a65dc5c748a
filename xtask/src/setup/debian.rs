//! A Rust toolchain with wasm from Debian's packages, for machines where rustup reaches no server.
//!
//! Debian builds Rust 1.96 for its browsers (`rustc-web`), with the library's source but without a library compiled
//! for wasm. So we compile that source once, as rustup's library is compiled, and put it where the compiler looks.
//! This replaces `rustup target add` alone: it is the one place where an unstable option is used (RUSTC_BOOTSTRAP), and
//! the project's own code is never compiled with one.

use std::fs;
use std::path::{Path, PathBuf};

use super::rust::OLDEST_RUSTC;
use super::system;
use crate::error::{Error, Result, ResultExt};
use crate::project::WASM_TARGET;
use crate::shell::Shell;
use crate::version::Version;

/// The name under which rustup knows Debian's toolchain.
pub const TOOLCHAIN: &str = "debian-wasm";

const PACKAGES: &[&str] =
    &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "rustfmt-web", "rust-web-llvm", "lld-19"];
/// Debian's compiler and cargo; by their full paths, as rustup's come first on PATH.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SYSROOT: &str = "/usr";
const LLD: &str = "/usr/lib/llvm-19/bin/lld";

/// Installs the packages, builds the library for wasm, and links the toolchain into rustup.
pub fn install(shell: &mut Shell) -> Result<()> {
    system::apt_install(shell, PACKAGES, "Debian's Rust toolchain (about 1 min)")?;
    let version = shell
        .capture(shell.command(RUSTC).arg("--version"))
        .and_then(|text| Version::in_text(&text))
        .ok_or_else(|| Error::new(format!("{RUSTC} does not run"), "remove and reinstall the package rustc-web"))?;
    if version < OLDEST_RUSTC {
        return Err(Error::new(
            format!("this Debian's rustc-web is {version}, and the project needs {OLDEST_RUSTC}"),
            format!("connect to the network and run `rustup target add {WASM_TARGET}`"),
        ));
    }
    let libraries = build_std(shell)?;
    install_std(shell, &libraries)?;
    link_linker(shell)?;
    if shell.find("rustup").is_some() {
        shell.run(
            shell.command("rustup").args(["toolchain", "link", TOOLCHAIN, SYSROOT]),
            "run that command by hand, then this one again",
        )?;
    }
    fs::remove_dir_all(shell.project.tool_build_dir().join(BUILD)).ok();
    forget_old_builds(shell)
}

const BUILD: &str = "wasm-std";

/// Compiles the standard library for wasm; returns the `.rlib` files.
fn build_std(shell: &Shell) -> Result<Vec<PathBuf>> {
    const SPACE: &str = "check that the cache folder can be written and its disk is not full";
    println!("  building the standard library for {WASM_TARGET} (about 40 s)");
    let dir = shell.project.tool_build_dir().join(BUILD);
    fs::remove_dir_all(&dir).ok();
    fs::create_dir_all(&dir).context(format!("creating {}", dir.display()), SPACE)?;
    // An empty crate to hang the build on. Its own `[workspace]` keeps it out of any other that surrounds the cache.
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n";
    for (name, text) in [("Cargo.toml", manifest), ("lib.rs", "")] {
        fs::write(dir.join(name), text).context(format!("writing {name}"), SPACE)?;
    }
    let mut build = shell.command(CARGO);
    build
        .current_dir(&dir)
        .args(["build", "--quiet", "--release", "--target", WASM_TARGET])
        // Without `test` no test program links for wasm.
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode a later build with LTO fails: "failed to get bitcode from object file".
        .env("RUSTFLAGS", "-Cembed-bitcode=yes -Copt-level=3")
        .env("CARGO_TARGET_DIR", dir.join("target"));
    shell.run(&mut build, "see the compiler's message above; the library's dependencies come from crates.io")?;
    let deps = dir.join("target").join(WASM_TARGET).join("release/deps");
    let libraries = rlibs_in(&deps)?.into_iter().filter(|path| !file_name(path).starts_with("libempty-")).collect();
    Ok(libraries)
}

/// Puts the libraries where the compiler looks for them, and takes an earlier build's away.
fn install_std(shell: &Shell, libraries: &[PathBuf]) -> Result<()> {
    const ROOT: &str = "run `cargo xtask setup` as root, or allow sudo without a password";
    let lib = Path::new(SYSROOT).join("lib/rustlib").join(WASM_TARGET).join("lib");
    shell.run(system::as_root(shell, "mkdir")?.arg("-p").arg(&lib), ROOT)?;
    let old = rlibs_in(&lib)?;
    if !old.is_empty() {
        shell.run(system::as_root(shell, "rm")?.arg("-f").args(old), ROOT)?;
    }
    println!("$ cp {} libraries to {}", libraries.len(), lib.display());
    if shell.succeeds(system::as_root(shell, "cp")?.args(libraries).arg(&lib)) {
        Ok(())
    } else {
        Err(Error::new(format!("copying to {} failed", lib.display()), ROOT))
    }
}

/// Gives the compiler the linker for wasm under the name it asks for.
fn link_linker(shell: &Shell) -> Result<()> {
    let host = shell
        .capture(shell.command(RUSTC).arg("-vV"))
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)))
        .ok_or_else(|| Error::new(format!("{RUSTC} -vV names no host"), "reinstall the package rustc-web"))?;
    let bin = Path::new(SYSROOT).join("lib/rustlib").join(host).join("bin");
    shell.run(system::as_root(shell, "mkdir")?.arg("-p").arg(&bin), "run it as root")?;
    shell.run(system::as_root(shell, "ln")?.args(["-sf", LLD]).arg(bin.join("rust-lld")), "run it as root")
}

/// Throws away what the project built for wasm against another standard library: cargo cannot tell the two apart.
fn forget_old_builds(shell: &Shell) -> Result<()> {
    let old = shell.project.target_dir().join(WASM_TARGET);
    if old.exists() {
        println!("  removing {}: it was built with another standard library", old.display());
        fs::remove_dir_all(&old).context(format!("removing {}", old.display()), "remove it by hand")?;
    }
    Ok(())
}

fn rlibs_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).context(format!("reading {}", dir.display()), "run it again")?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .collect();
    found.sort();
    Ok(found)
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
