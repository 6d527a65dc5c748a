//! What the child of a rewrite does.

use std::convert::Infallible;
use std::fmt;

use psyncscope_rdb::SaveJob;

use super::rebuild;

/// A snapshot of the dataset, ready to be written as an append-only file by a child process (`rewriteAppendOnlyFile`).
#[derive(Clone)]
pub struct RewriteJob {
    pub(super) dataset: SaveJob,
    pub(super) as_rdb: bool,
}

impl RewriteJob {
    /// Writes the file: an RDB, or the commands that rebuild the dataset.
    #[must_use]
    pub fn run(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let Ok(()) = self.write_to(|bytes| {
            file.extend_from_slice(bytes);
            Ok::<(), Infallible>(())
        });
        file
    }

    /// [`RewriteJob::run`] for a file that need not fit into memory: `sink` gets it piece by piece.
    ///
    /// # Errors
    /// The first error of `sink`; it gets nothing more then.
    pub fn write_to<E>(&self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.as_rdb { self.dataset.write_to(sink) } else { rebuild::rebuild(self.dataset.snapshot(), sink) }
    }

    /// The approximate size of the dataset in bytes, from which a simulated disk computes the child's duration.
    #[must_use]
    pub fn approximate_bytes(&self) -> u64 {
        self.dataset.approximate_bytes()
    }
}

impl fmt::Debug for RewriteJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RewriteJob").field("keys", &self.dataset.keys()).field("as_rdb", &self.as_rdb).finish()
    }
}
