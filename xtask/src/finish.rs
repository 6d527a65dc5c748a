//! `cargo xtask finish`: what only a page that is built can be given. Trunk calls it (`Trunk.toml`).

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::{offline, policy};

/// Where Trunk tells its hooks which folder the page is in.
const FOLDER: &str = "TRUNK_STAGING_DIR";

/// Finishes the page in the folder that Trunk names.
pub fn run() -> Result<()> {
    let folder = std::env::var_os(FOLDER)
        .ok_or_else(|| Error::new(format!("{FOLDER} is not set"), "trunk calls this when it builds the page"))?;
    let folder = PathBuf::from(folder);
    policy::write(&folder)?;
    // The last: it hashes every file.
    offline::write(&folder)
}
