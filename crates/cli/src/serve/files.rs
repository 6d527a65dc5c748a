//! Atomic file replacement.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use psyncscope_engine::aof::RewriteJob;
use psyncscope_rdb::SaveJob;

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
pub fn replace(name: &str, temporary: &str, bytes: &[u8]) -> Result<(), String> {
    let written = write(temporary, &AtomicBool::new(false), |sink| sink(bytes));
    move_into_place(name, temporary, written).map(drop)
}

/// [`replace`] by the file that `job` writes. The new file is returned, open for reading.
///
/// # Errors
/// As [`replace`]; and if it became unwanted meanwhile.
pub fn save(name: &str, temporary: &str, job: &SaveJob, unwanted: &AtomicBool) -> Result<File, String> {
    let written = write(temporary, unwanted, |sink| job.write_to(sink));
    move_into_place(name, temporary, written)
}

fn move_into_place(name: &str, temporary: &str, written: io::Result<Option<File>>) -> Result<File, String> {
    let done = match written {
        Ok(Some(file)) => std::fs::rename(temporary, name).map(|()| file).map_err(|error| {
            format!("Error moving temp DB file {temporary} on the final destination {name}: {}", strerror(&error))
        }),
        Ok(None) => Err("killed".to_owned()),
        Err(error) => Err(format!("Write error saving DB on disk: {}", strerror(&error))),
    };
    if done.is_err() {
        // Ignored: it may not have been created.
        let _ = std::fs::remove_file(temporary);
    }
    done
}

/// All of a file that was just written.
///
/// # Errors
/// In the system's words.
pub fn read_whole(mut file: File) -> Result<Arc<[u8]>, String> {
    let read = file.rewind().and_then(|()| read_open(&mut file));
    read.map_err(|error| format!("Error reading the saved DB: {}", strerror(&error)))
}

/// The rest of an open file, read to where it is kept: a dataset's file is not copied once more.
fn read_open(file: &mut File) -> io::Result<Arc<[u8]>> {
    let len = usize::try_from(file.metadata()?.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, len).collect();
    if let Some(bytes) = Arc::get_mut(&mut bytes) {
        file.read_exact(bytes)?;
    }
    Ok(bytes)
}

/// Writes the temporary file of an append-only file rewrite; returns its size in bytes.
///
/// # Errors
/// In Redis's words, for the log. The file does not exist then.
pub fn write_rewritten(temporary: &str, job: &RewriteJob, unwanted: &AtomicBool) -> Result<u64, String> {
    let written = write(temporary, unwanted, |sink| job.write_to(sink));
    let size = written.and_then(|file| file.map(|file| file.metadata().map(|metadata| metadata.len())).transpose());
    let done = match size {
        Ok(Some(size)) => Ok(size),
        Ok(None) => Err("killed".to_owned()),
        Err(error) => Err(format!("Write error writing append only file on disk: {}", strerror(&error))),
    };
    if done.is_err() {
        // Ignored: it may not have been created.
        let _ = std::fs::remove_file(temporary);
    }
    done
}

/// Takes a piece of a file. The error is none if the file is no longer wanted.
type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Option<io::Error>>;

/// Writes a file from the pieces that `pass_to` passes. Returns it open for reading, or none if it is no longer wanted.
fn write(
    path: &str,
    unwanted: &AtomicBool,
    pass_to: impl FnOnce(Sink<'_>) -> Result<(), Option<io::Error>>,
) -> io::Result<Option<File>> {
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    let complete = pass_to(&mut |piece| match unwanted.load(Ordering::Relaxed) {
        true => Err(None),
        false => file.write_all(piece).map_err(Some),
    });
    match complete {
        Ok(()) => file.sync_all()?,
        Err(None) => return Ok(None),
        Err(Some(error)) => return Err(error),
    }
    Ok((!unwanted.load(Ordering::Relaxed)).then_some(file))
}

/// The content of `name`, `None` if there is no such file.
///
/// # Errors
/// In Redis's words.
pub fn read(name: &str) -> Result<Option<Arc<[u8]>>, String> {
    match File::open(name).and_then(|mut file| read_open(&mut file)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("Fatal error loading the DB: {}. Exiting.", strerror(&error))),
    }
}
