//! Files: written beside the old one, then put in its place.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes written between two looks at whether the save is still wanted.
const CHUNK: usize = 1 << 20;

/// What `strerror` says, without the number that Rust adds.
pub fn strerror(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// Puts `bytes` where `name` is (`rdbSave`): a temporary file in the same folder, fsync, rename. Nobody ever sees half a
/// file.
///
/// # Errors
/// In Redis's words, for the log. The old file is then as it was.
pub fn replace(name: &str, temporary: &str, bytes: &[u8], unwanted: &AtomicBool) -> Result<(), String> {
    let written = write(temporary, bytes, unwanted);
    let done = match written {
        Ok(true) => std::fs::rename(temporary, name).map_err(|error| {
            format!("Error moving temp DB file {temporary} on the final destination {name}: {}", strerror(&error))
        }),
        Ok(false) => Err("killed".to_owned()),
        Err(error) => Err(format!("Write error saving DB on disk: {}", strerror(&error))),
    };
    if done.is_err() {
        // It may not even have been made.
        let _ = std::fs::remove_file(temporary);
    }
    done
}

/// Writes what a rewrite of the append-only file made into a temporary file.
///
/// # Errors
/// In Redis's words, for the log. There is no such file then.
pub fn write_temporary(temporary: &str, bytes: &[u8], unwanted: &AtomicBool) -> Result<(), String> {
    let done = match write(temporary, bytes, unwanted) {
        Ok(true) => Ok(()),
        Ok(false) => Err("killed".to_owned()),
        Err(error) => Err(format!("Write error writing append only file on disk: {}", strerror(&error))),
    };
    if done.is_err() {
        // It may not even have been made.
        let _ = std::fs::remove_file(temporary);
    }
    done
}

/// Whether all was written; false if it is no longer wanted.
fn write(path: &str, bytes: &[u8], unwanted: &AtomicBool) -> io::Result<bool> {
    let mut file = File::create(path)?;
    for chunk in bytes.chunks(CHUNK) {
        if unwanted.load(Ordering::Relaxed) {
            return Ok(false);
        }
        file.write_all(chunk)?;
    }
    file.sync_all()?;
    Ok(!unwanted.load(Ordering::Relaxed))
}

/// The content of `name`, `None` if there is no such file.
///
/// # Errors
/// In Redis's words.
pub fn read(name: &str) -> Result<Option<Arc<[u8]>>, String> {
    match std::fs::read(Path::new(name)) {
        Ok(bytes) => Ok(Some(bytes.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("Fatal error loading the DB: {}. Exiting.", strerror(&error))),
    }
}
