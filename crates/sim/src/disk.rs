//! A host's files. They outlive its processes; a power cut keeps what was synced.

use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::io::Fsync;

/// One file.
pub(crate) struct File {
    content: Content,
    /// Bytes that survive a power cut.
    synced: usize,
}

enum Content {
    /// Written at once, and shared with the writer.
    Whole(Arc<[u8]>),
    /// Appended to.
    Grown(Vec<u8>),
}

impl File {
    /// A file that was written whole, which is synced before it is renamed into place.
    pub(crate) fn whole(bytes: Arc<[u8]>) -> Self {
        Self { synced: bytes.len(), content: Content::Whole(bytes) }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Whole(bytes) => bytes,
            Content::Grown(bytes) => bytes,
        }
    }

    pub(crate) fn shared(&self) -> Arc<[u8]> {
        match &self.content {
            Content::Whole(bytes) => Arc::clone(bytes),
            Content::Grown(bytes) => Arc::from(bytes.as_slice()),
        }
    }
}

/// Appends to a file, which is created if there is none. Any kind of fsync takes effect at once.
pub(crate) fn append(disk: &mut LiteMap<String, File>, name: String, bytes: &[u8], fsync: Fsync) {
    let file = disk.entry(name).or_insert_with(|| File { content: Content::Grown(Vec::new()), synced: 0 });
    if !bytes.is_empty() {
        if let Content::Whole(before) = &file.content {
            file.content = Content::Grown(before.to_vec());
        }
        if let Content::Grown(content) = &mut file.content {
            content.extend_from_slice(bytes);
        }
    }
    if fsync != Fsync::No {
        file.synced = file.bytes().len();
    }
}

/// A power cut: what was not synced is lost.
pub(crate) fn lose_power(disk: &mut LiteMap<String, File>) {
    for (_, file) in disk.iter_mut() {
        if let Content::Grown(content) = &mut file.content {
            content.truncate(file.synced);
        }
    }
}
