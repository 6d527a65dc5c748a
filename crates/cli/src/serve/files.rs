//! Atomic file replacement.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes written between two checks whether the save is still wanted.
const CHUNK: usize = 1 << 20;

/// The text of `strerror`, without the number that Rust adds.
pub fn strerror(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// Replaces the file `name` (`rdbSave`): temporary file in the same directory, fsync, rename. No reader sees an
/// incomplete file.
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
        // Ignored: it may not have been created.
        let _ = std::fs::remove_file(temporary);
    }
    done
}

/// Writes the temporary file of an append-only file rewrite.
///
/// In Redis's words, for the log. The file does not exist then.
pub fn write_temporary(temporary: &str, bytes: &[u8], unwanted: &AtomicBool) -> Result<(), String> {
    let done = match write(temporary, bytes, unwanted) {
        Ok(true) => Ok(()),
        Ok(false) => Err("killed".to_owned()),
        Err(error) => Err(format!("Write error writing append only file on disk: {}", strerror(&error))),
    };
    if done.is_err() {
        // Ignored: it may not have been created.
        let _ = std::fs::remove_file(temporary);
    }
    done
}

/// Returns false if the file is no longer wanted.
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
