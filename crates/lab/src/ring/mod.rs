//! The backlog as a ring: which bytes stand where, and of which history they are.

pub mod arcs;
pub mod commands;
pub mod readers;
#[cfg(test)]
pub mod testing;

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::view::NodeView;

/// Which of the node's two histories a byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// `replid`.
    Current,
    /// `replid2`: before `second_replid_offset`.
    Previous,
}

/// The two histories of a node and where they part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eras {
    /// `replid`.
    pub replid: ReplId,
    /// `replid2`, if there is one.
    pub replid2: Option<ReplId>,
    /// The first byte that `replid2` does not share.
    pub second: NextByte,
}

impl Eras {
    /// The eras of a node.
    #[must_use]
    pub fn of(node: &NodeView) -> Self {
        Self {
            replid: node.replid,
            replid2: (!node.replid2.is_none()).then_some(node.replid2),
            second: node.second_replid_offset,
        }
    }

    /// The era of a byte.
    #[must_use]
    pub fn at(&self, byte: NextByte) -> Era {
        if self.replid2.is_some() && byte < self.second { Era::Previous } else { Era::Current }
    }

    /// The ID of an era's history.
    #[must_use]
    pub fn id(&self, era: Era) -> ReplId {
        match (era, self.replid2) {
            (Era::Previous, Some(id)) => id,
            _ => self.replid,
        }
    }

    /// The ID of the history of a byte.
    #[must_use]
    pub fn id_at(&self, byte: NextByte) -> ReplId {
        self.id(self.at(byte))
    }
}

/// One byte of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where in the buffer.
    pub index: usize,
    /// What it holds, if it holds anything: its offset and the byte.
    pub held: Option<(NextByte, u8)>,
}

/// Every byte of a small backlog, by index.
#[must_use]
pub fn cells(backlog: &Backlog) -> Vec<Cell> {
    (0..backlog.size())
        .map(|index| Cell { index, held: offset_at(backlog, index).map(|offset| (offset, backlog.byte_at(index))) })
        .collect()
}

/// The offset of the byte at `index`, if one is held there.
///
/// Worked example, size 16 after 20 bytes: idx is 4 and bytes 5..=20 are held; index 4 holds byte 5, index 3 byte 20.
#[must_use]
pub fn offset_at(backlog: &Backlog, index: usize) -> Option<NextByte> {
    let size = backlog.size();
    let age = (index + size - backlog.oldest_idx()) % size;
    (age < backlog.histlen()).then(|| NextByte(backlog.off().0 + age as i64))
}

/// A run of bytes of one kind, in turns of the circle from index 0 at the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Where it starts.
    pub from: f64,
    /// Where it ends, never before `from`.
    pub to: f64,
    /// The history its bytes belong to.
    pub era: Era,
}

/// The held bytes as a few arcs: at most two for each era. None crosses the top.
#[must_use]
pub fn arcs(backlog: &Backlog, eras: &Eras) -> Vec<Arc> {
    let size = backlog.size() as f64;
    let held = backlog.histlen();
    let split = match eras.replid2 {
        Some(_) => usize::try_from(eras.second.0 - backlog.off().0).unwrap_or(0).min(held),
        None => 0,
    };
    let mut out = Vec::with_capacity(4);
    for (from, to, era) in [(0, split, Era::Previous), (split, held, Era::Current)] {
        if from == to {
            continue;
        }
        let start = (backlog.oldest_idx() + from) % backlog.size();
        let end = start + (to - from);
        let top = backlog.size();
        out.push(Arc { from: start as f64 / size, to: end.min(top) as f64 / size, era });
        if end > top {
            out.push(Arc { from: 0.0, to: (end - top) as f64 / size, era });
        }
    }
    out
}

/// Where a replica that has bytes up to `has` stands on the ring: the turn of the boundary after its last byte, and
/// whether the ring can still serve it.
#[must_use]
pub fn position(backlog: &Backlog, has: Offset) -> (f64, bool) {
    let size = backlog.size() as i64;
    let ahead = has.next().0 - backlog.off().0;
    let at = (backlog.oldest_idx() as i64 + ahead).rem_euclid(size);
    (at as f64 / size as f64, backlog.serves(has.next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::testing::backlog_of;

    fn fed(size: usize, bytes: usize) -> Backlog {
        backlog_of(size, &(0..bytes).map(|i| i as u8).collect::<Vec<_>>())
    }

    fn eras(second: Option<i64>) -> Eras {
        let id = |c: u8| ReplId::from_bytes(&[c; 40]).unwrap();
        Eras { replid: id(b'a'), replid2: second.map(|_| id(b'b')), second: NextByte(second.unwrap_or(-1)) }
    }

    #[test]
    fn the_worked_example() {
        let ring = cells(&fed(16, 20));
        assert_eq!(ring[4].held, Some((NextByte(5), 4)));
        assert_eq!(ring[3].held, Some((NextByte(20), 19)));
        assert!(ring.iter().all(|c| c.held.is_some()));
    }

    #[test]
    fn a_ring_that_is_not_full_has_empty_cells() {
        let ring = cells(&fed(16, 3));
        assert_eq!(ring.iter().filter(|c| c.held.is_some()).count(), 3);
        assert_eq!(ring[2].held, Some((NextByte(3), 2)));
        assert_eq!(ring[3].held, None);
    }

    #[track_caller]
    fn check_arcs(size: usize, bytes: usize, second: Option<i64>) {
        let (backlog, eras) = (fed(size, bytes), eras(second));
        let arcs = arcs(&backlog, &eras);
        for cell in cells(&backlog) {
            let middle = (cell.index as f64 + 0.5) / size as f64;
            let drawn = arcs.iter().find(|a| a.from <= middle && middle < a.to).map(|a| a.era);
            assert_eq!(drawn, cell.held.map(|(offset, _)| eras.at(offset)), "index {}", cell.index);
        }
    }

    #[test]
    fn arcs_and_cells_agree() {
        for bytes in [0, 1, 15, 16, 17, 20, 40] {
            check_arcs(16, bytes, None);
            for second in [1, 4, 5, 6, 17, 21, 41, 99] {
                check_arcs(16, bytes, Some(second));
            }
        }
    }

    #[test]
    fn replicas_stand_after_their_last_byte() {
        let backlog = fed(16, 20);
        assert_eq!(position(&backlog, Offset(20)), (4.0 / 16.0, true), "has everything: at idx");
        assert_eq!(position(&backlog, Offset(4)), (4.0 / 16.0, true), "wants the oldest byte");
        assert_eq!(position(&backlog, Offset(10)), (10.0 / 16.0, true));
        assert!(!position(&backlog, Offset(3)).1, "one too far behind");
        assert!(!position(&backlog, Offset(21)).1, "ahead of the master");
    }
}
