//! Where the replicas stand on a master's ring.

use std::sync::Arc;

use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_sim::frame::{Frame, HostFrame};

use crate::ring::{self, Eras};
use crate::topology;

/// A replica and the last byte that it has.
#[derive(Clone, Debug, PartialEq)]
pub struct RingReader {
    /// The replica's name.
    pub name: Arc<str>,
    /// The last byte that it has.
    pub has: Offset,
}

/// Whether the backlog can serve a replica that asks for the byte after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds what the replica lacks.
    Served,
    /// What the replica lacks was overwritten.
    TooFarBack,
    /// The replica has bytes that this node never had.
    Ahead,
}

/// The replicas that have the same last byte.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderGroup {
    /// Their names.
    pub names: Vec<Arc<str>>,
    /// The last byte that they have.
    pub has: Offset,
    /// Where that is on the ring, in turns from index 0.
    pub turn: f64,
    /// Whether the backlog can serve them.
    pub standing: Standing,
}

/// The replicas that read from this node's backlog or will: those that follow it on one of its histories.
#[must_use]
pub fn readers(frame: &Frame, host: &HostFrame) -> Vec<RingReader> {
    let Some(node) = &host.node else { return Vec::new() };
    let eras = Eras::of(node);
    let mine = |id| id == eras.replid || Some(id) == eras.replid2;
    let follows =
        |replica: &HostFrame| replica.id != host.id && topology::master_of(replica, &frame.hosts) == Some(host.id);
    let replicas = frame.hosts.iter().filter(|replica| follows(replica));
    replicas
        .filter_map(|replica| {
            let request = replica.node.as_ref()?.next_request()?;
            mine(request.replid).then(|| RingReader { name: Arc::clone(&replica.name), has: request.next.had() })
        })
        .collect()
}

/// The replicas by their last byte, in the order in which the replicas are given.
#[must_use]
pub fn groups(backlog: &Backlog, readers: &[RingReader]) -> Vec<ReaderGroup> {
    let mut groups: Vec<ReaderGroup> = Vec::new();
    for reader in readers {
        if let Some(group) = groups.iter_mut().find(|group| group.has == reader.has) {
            group.names.push(Arc::clone(&reader.name));
            continue;
        }
        let (turn, served) = ring::position(backlog, reader.has);
        let standing = match served {
            true => Standing::Served,
            false if reader.has.next() < backlog.off() => Standing::TooFarBack,
            false => Standing::Ahead,
        };
        groups.push(ReaderGroup { names: vec![Arc::clone(&reader.name)], has: reader.has, turn, standing });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::testing::backlog_of;

    fn reader(name: &str, has: i64) -> RingReader {
        RingReader { name: Arc::from(name), has: Offset(has) }
    }

    fn fed(size: usize, bytes: usize) -> Backlog {
        backlog_of(size, &vec![0; bytes])
    }

    #[test]
    fn replicas_with_the_same_last_byte_are_one_group() {
        let groups = groups(&fed(16, 20), &[reader("b", 20), reader("c", 6), reader("d", 20)]);
        let names: Vec<Vec<&str>> = groups.iter().map(|g| g.names.iter().map(AsRef::as_ref).collect()).collect();
        assert_eq!(names, [vec!["b", "d"], vec!["c"]]);
    }

    #[test]
    fn who_cannot_be_served_is_behind_or_ahead() {
        let backlog = fed(16, 20);
        let standing = |has| groups(&backlog, &[reader("b", has)])[0].standing;
        for (has, expect) in [
            (3, Standing::TooFarBack),
            (4, Standing::Served),
            (20, Standing::Served),
            (21, Standing::Ahead),
            (-1, Standing::TooFarBack),
        ] {
            assert_eq!(standing(has), expect, "{has}");
        }
    }
}
