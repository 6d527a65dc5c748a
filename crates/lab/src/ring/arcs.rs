//! A ring that is too large for letters, in arcs: one for each command, or equal parts if there are too many commands.

use psyncscope_engine::ids::NextByte;
use psyncscope_engine::replication::backlog::Backlog;

use crate::ring;
use crate::ring::commands::commands;

/// How many equal parts there are.
const PARTS: usize = 96;

/// Bytes of the ring that are drawn and read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingArc {
    /// The ring index of its first byte.
    pub from: usize,
    /// How many bytes it takes; it may go beyond the ring's last index and continue at 0.
    pub len: usize,
    /// The offsets of the oldest and the newest byte that it holds, if it holds any.
    pub held: Option<(NextByte, NextByte)>,
    /// The command in a few words, if its beginning is held.
    pub label: Option<String>,
}

impl RingArc {
    /// The arc as ranges of ring indices that neither cross the top nor make a whole circle.
    #[must_use]
    pub fn pieces(&self, size: usize) -> Vec<(usize, usize)> {
        let end = self.from + self.len;
        match (end > size, self.len == size) {
            (false, true) => vec![(0, size / 2), (size / 2, size)],
            (true, _) => vec![(self.from, size), (0, end - size)],
            (false, false) => vec![(self.from, end)],
        }
    }
}

/// The arcs of a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingArcs {
    /// Whether each arc is a command; otherwise they are equal parts.
    pub are_commands: bool,
    /// The arcs. Together they cover the ring.
    pub arcs: Vec<RingArc>,
}

/// Cuts a ring into arcs.
#[must_use]
pub fn ring_arcs(backlog: &Backlog) -> RingArcs {
    match commands(backlog) {
        Some(spans) => {
            let size = backlog.size();
            let mut arcs: Vec<RingArc> = spans
                .into_iter()
                .map(|span| RingArc {
                    from: (backlog.oldest_idx() + (span.from.0 - backlog.off().0) as usize) % size,
                    len: span.len,
                    held: Some((span.from, NextByte(span.from.0 + span.len as i64 - 1))),
                    label: span.label,
                })
                .collect();
            let free = size - backlog.histlen();
            if free > 0 {
                arcs.push(RingArc { from: backlog.idx(), len: free, held: None, label: None });
            }
            RingArcs { are_commands: true, arcs }
        }
        None => RingArcs { are_commands: false, arcs: parts(backlog) },
    }
}

fn parts(backlog: &Backlog) -> Vec<RingArc> {
    let size = backlog.size();
    (0..PARTS)
        .map(|i| (i * size / PARTS, (i + 1) * size / PARTS))
        .filter(|(from, to)| from < to)
        .map(|(from, to)| RingArc { from, len: to - from, held: held_between(backlog, from, to), label: None })
        .collect()
}

/// The offsets of the oldest and the newest byte held at the indices `from..to`.
///
/// Offsets grow with the index but for one place: behind `idx` the oldest bytes follow the newest. So the extremes are
/// at the ends of the range or beside `idx`.
fn held_between(backlog: &Backlog, from: usize, to: usize) -> Option<(NextByte, NextByte)> {
    let beside_idx = [backlog.idx().wrapping_sub(1), backlog.idx(), backlog.oldest_idx()];
    let places = beside_idx.into_iter().filter(|at| (from..to).contains(at)).chain([from, to - 1]);
    let offsets: Vec<NextByte> = places.filter_map(|at| ring::offset_at(backlog, at)).collect();
    Some((*offsets.iter().min()?, *offsets.iter().max()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::testing::backlog_of;
    use psyncscope_resp::encode_command;

    /// Each index of the ring lies in exactly one piece of one arc, and what the arc says of it is true.
    #[track_caller]
    fn check(backlog: &Backlog, are_commands: bool) {
        let arcs = ring_arcs(backlog);
        assert_eq!(arcs.are_commands, are_commands);
        let mut covered = vec![0; backlog.size()];
        for arc in &arcs.arcs {
            let mut held = Vec::new();
            for (from, to) in arc.pieces(backlog.size()) {
                assert!(to - from < backlog.size(), "a whole circle cannot be drawn");
                for (at, covered) in covered.iter_mut().enumerate().take(to).skip(from) {
                    *covered += 1;
                    held.extend(ring::offset_at(backlog, at));
                }
            }
            let expect = held.iter().min().copied().zip(held.iter().max().copied());
            assert_eq!(arc.held, expect, "{arc:?}");
        }
        assert!(covered.iter().all(|&times| times == 1), "{arcs:?}");
    }

    #[test]
    fn arcs_cover_the_ring() {
        let stream = encode_command(&["SET", "user:1", "ada"]).repeat(40);
        for size in [200, 256, 1000] {
            for bytes in (0..=40).map(|n| n * 34).filter(|&n| n > 0) {
                check(&backlog_of(size, &stream[..bytes]), true);
            }
        }
        for size in [200, 1000, 100_000] {
            for bytes in [0, 1, 100, 199, 200, 201, 999, 1000, 1001, 4321] {
                check(&backlog_of(size, &vec![b'x'; bytes]), false);
            }
        }
    }

    #[test]
    fn one_command_may_fill_the_ring() {
        let stream = encode_command(&["SET", "a", &"x".repeat(500)]);
        let backlog = backlog_of(stream.len(), &stream);
        check(&backlog, true);
        assert_eq!(ring_arcs(&backlog).arcs.len(), 1);
    }
}
