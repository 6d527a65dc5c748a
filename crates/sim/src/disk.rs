//! A host's files: they outlive its processes, and its power as far as they were brought to the disk.

use std::sync::Arc;

use psyncscope_engine::io::Fsync;
use std::collections::BTreeMap;

/// One file.
pub(crate) struct File {
    content: Content,
    /// So many bytes stay when the power goes.
    synced: usize,
}

enum Content {
    /// Written at once, and shared with whoever wrote it.
    Whole(Arc<[u8]>),
    /// Appended to.
    Grown(Vec<u8>),
}

impl File {
    /// A file that was written whole. Whoever does that brings it to the disk before it takes its name.
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

/// Appends to a file, which is made if there is none. What is to be on the disk soon is there at once.
pub(crate) fn append(disk: &mut BTreeMap<String, File>, name: String, bytes: &[u8], fsync: Fsync) {
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

/// The power goes.
pub(crate) fn lose_power(disk: &mut BTreeMap<String, File>) {
    for file in disk.values_mut() {
        if let Content::Grown(content) = &mut file.content {
            content.truncate(file.synced);
        }
    }
}
