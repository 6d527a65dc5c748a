//! Divides the page's wasm in two: what it needs at once, and what it fetches when the reader first touches it.
//!
//! **Trunk calls this after each build, with the built site in `TRUNK_STAGING_DIR`.** The second part goes into the site's
//! folder `lazy`. What goes where is said in `later.in`, by the code's own paths; nothing in the code knows of it, for a
//! function that is called before its part is there fetches it first.
//!
//! * [`plan`] – which functions go into the second part
//! * [`cut`] – two modules from one
//! * [`data`] – the constants that go with them
//! * [`glue`] – the JavaScript that brings the second part in

mod cut;
mod data;
mod glue;
mod plan;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The folder of what is fetched later, below the site's root.
const LAZY_DIR: &str = "lazy";

/// How wasm-opt writes a part out: with what every browser of the last years understands; alike functions side by side,
/// for they compress better; without names, for nobody reads them.
const WRITE_OUT: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-extended-const",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
];

fn main() -> ExitCode {
    let Some(site) = std::env::args_os().nth(1).or_else(|| std::env::var_os("TRUNK_STAGING_DIR")) else {
        eprintln!("psyncscope-split: give the folder of a built site, or let trunk call this");
        return ExitCode::FAILURE;
    };
    match divide(Path::new(&site)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("psyncscope-split: {error}");
            ExitCode::FAILURE
        }
    }
}

fn divide(site: &Path) -> Result<(), String> {
    let wasm_path = only(site, "_bg.wasm")?;
    let glue_path = only(site, ".js")?;
    let wasm = fs::read(&wasm_path).map_err(|error| trouble(&wasm_path, error))?;
    let parts = cut::cut(&wasm).map_err(|error| trouble(&wasm_path, error))?;

    let lazy = site.join(LAZY_DIR);
    fs::create_dir_all(&lazy).map_err(|error| trouble(&lazy, error))?;
    let name = wasm_path.file_name().unwrap_or_default().to_string_lossy().replace("_bg.wasm", "_rest.wasm");
    write_out(&parts.core, &wasm_path)?;
    write_out(&parts.rest, &lazy.join(&name))?;

    let glue = fs::read_to_string(&glue_path).map_err(|error| trouble(&glue_path, error))?;
    let glue = glue::add_loader(&glue, &format!("./{LAZY_DIR}/{name}")).map_err(|error| trouble(&glue_path, error))?;
    fs::write(&glue_path, glue).map_err(|error| trouble(&glue_path, error))
}

/// Writes a module through wasm-opt.
fn write_out(module: &[u8], path: &Path) -> Result<(), String> {
    let raw = path.with_extension("raw");
    fs::write(&raw, module).map_err(|error| trouble(&raw, error))?;
    let status = Command::new("wasm-opt").arg(&raw).args(WRITE_OUT).arg("-o").arg(path).status();
    fs::remove_file(&raw).map_err(|error| trouble(&raw, error))?;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("wasm-opt ended ({status}); see its message above")),
        Err(error) => Err(format!("wasm-opt: {error}; `cargo xtask setup` brings it, and `cargo xtask` finds it")),
    }
}

/// The one file of a folder whose name ends so.
fn only(dir: &Path, end: &str) -> Result<PathBuf, String> {
    let entries = fs::read_dir(dir).map_err(|error| trouble(dir, error))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect();
    match (found.pop(), found.pop()) {
        (Some(path), None) => Ok(path),
        (None, _) => Err(format!("{}: no file ends in {end}", dir.display())),
        (Some(_), Some(_)) => Err(format!("{}: more than one file ends in {end}", dir.display())),
    }
}

fn trouble(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
