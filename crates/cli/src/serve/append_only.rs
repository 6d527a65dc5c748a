//! Writes the append-only file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use psyncscope_engine::io::{DiskReply, Fsync};

/// The open file.
#[derive(Default)]
pub struct AppendOnly {
    open: Option<(String, Arc<File>)>,
    /// A thread is syncing it.
    syncing: Arc<AtomicBool>,
    /// Bytes that could not be written, and the error, until the node gets them back.
    failure: Option<(Vec<u8>, String)>,
    /// A failure was reported, and no success since.
    is_failing: bool,
    /// There was a success after a failure, not reported yet.
    has_recovered: bool,
}

impl AppendOnly {
    /// Appends bytes; those not written will be in the [`AppendOnly::reply`].
    ///
    /// # Errors
    /// If writing or syncing failed.
    pub fn append(&mut self, name: &str, bytes: &[u8], fsync: Fsync) -> io::Result<()> {
        let done = self.try_append(name, bytes, fsync);
        match done {
            Ok(()) => self.has_recovered |= std::mem::take(&mut self.is_failing),
            Err(_) => self.is_failing = true,
        }
        done
    }

    /// The reply to the appends since the last call, if they have one.
    pub fn reply(&mut self) -> Option<DiskReply> {
        let has_recovered = std::mem::take(&mut self.has_recovered);
        match self.failure.take() {
            Some((unwritten, error)) => Some(DiskReply::AppendFailed { unwritten, error }),
            None => has_recovered.then_some(DiskReply::AppendRecovered),
        }
    }

    fn try_append(&mut self, name: &str, bytes: &[u8], fsync: Fsync) -> io::Result<()> {
        if self.failure.is_some() {
            return self.failed(bytes, io::ErrorKind::Other.into());
        }
        let file = match self.file(name) {
            Ok(file) => file,
            Err(error) => return self.failed(bytes, error),
        };
        let before = file.metadata().map(|data| data.len());
        let (written, result) = write(&file, bytes);
        if let Err(error) = result {
            // A partial command would end the file for readers.
            let is_whole = written == 0 || before.and_then(|len| file.set_len(len)).is_ok();
            return self.failed(if is_whole { bytes } else { &bytes[written..] }, error);
        }
        self.sync(&file, fsync)
    }

    fn failed(&mut self, bytes: &[u8], error: io::Error) -> io::Result<()> {
        let (unwritten, _) = self.failure.get_or_insert_with(|| (Vec::new(), super::files::strerror(&error)));
        // After bytes that are missing already.
        unwritten.extend_from_slice(bytes);
        Err(error)
    }

    fn file(&mut self, name: &str) -> io::Result<Arc<File>> {
        if let Some((open, file)) = &self.open
            && open == name
        {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(OpenOptions::new().append(true).create(true).open(name)?);
        self.open = Some((name.to_owned(), Arc::clone(&file)));
        Ok(file)
    }

    fn sync(&self, file: &Arc<File>, fsync: Fsync) -> io::Result<()> {
        match fsync {
            Fsync::No => Ok(()),
            Fsync::Now => file.sync_data(),
            // One at a time: a running one may be slow because the disk is.
            Fsync::Background if self.syncing.swap(true, Ordering::Relaxed) => Ok(()),
            Fsync::Background => {
                let (file, syncing) = (Arc::clone(file), Arc::clone(&self.syncing));
                std::thread::spawn(move || {
                    // As in Redis, errors are ignored: the next sync may succeed.
                    let _ = file.sync_data();
                    syncing.store(false, Ordering::Relaxed);
                });
                Ok(())
            }
        }
    }

    /// Appends `tail` to the temporary file and renames it to `name` (`backgroundRewriteDoneHandler`).
    ///
    /// # Errors
    /// In Redis's words. The old file is then as it was.
    pub fn take_rewritten(&mut self, name: &str, temporary: &str, tail: &[u8], fsync: Fsync) -> Result<(), String> {
        let words = |what: &str, error: &io::Error| format!("{what}: {}", super::files::strerror(error));
        let file = OpenOptions::new()
            .append(true)
            .open(temporary)
            .map_err(|error| words("Unable to open the temporary AOF produced by the child", &error))?;
        (&file)
            .write_all(tail)
            .map_err(|error| words("Error trying to flush the parent diff to the rewritten AOF", &error))?;
        std::fs::rename(temporary, name).map_err(|error| {
            words(&format!("Error trying to rename the temporary AOF file {temporary} into {name}"), &error)
        })?;
        let file = Arc::new(file);
        self.open = Some((name.to_owned(), Arc::clone(&file)));
        self.sync(&file, fsync).map_err(|error| words("Error bringing the rewritten AOF to the disk", &error))
    }

    /// Closes the file.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// The file of this name was replaced.
    pub fn replaced(&mut self, name: &str) {
        self.open.take_if(|(open, _)| open == name);
    }
}

/// Bytes written, and the error if that is not all (`aofWrite`).
fn write(mut file: &File, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn unwritten_bytes_are_kept_in_order() {
        let mut full = AppendOnly::default();
        assert!(full.append("/dev/full", b"", Fsync::No).is_ok());
        assert!(full.append("/dev/full", b"one", Fsync::No).is_err());
        assert!(full.append("/dev/full", b"two", Fsync::No).is_err());
        let Some(DiskReply::AppendFailed { unwritten, error }) = full.reply() else { panic!("appending failed") };
        assert_eq!((unwritten.as_slice(), error.as_str()), (&b"onetwo"[..], "No space left on device"));
        assert!(full.reply().is_none());
        assert!(full.append("/dev/null", b"one", Fsync::No).is_ok());
        assert!(matches!(full.reply(), Some(DiskReply::AppendRecovered)));
        let name = std::env::temp_dir().join(format!("psyncscope-append-{}", std::process::id()));
        let name = name.to_str().unwrap();
        assert!(
            full.append(name, b"onetwo", Fsync::Now).is_ok() && full.append(name, b"three", Fsync::Background).is_ok()
        );
        assert_eq!(std::fs::read(name).unwrap(), b"onetwothree");
        std::fs::remove_file(name).unwrap();
    }
}
