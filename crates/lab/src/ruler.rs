//! The offset ruler: one axis of absolute offsets on which every node's history and backlog lie.
//!
//! Byte `n` covers the axis from `n - 1` to `n`: an [`Offset`] (the last byte had) is a point, a [`NextByte`] the point
//! before it.

use std::sync::Arc;

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Frame, HostFrame, HostId, Power};

use crate::ring::{Era, Eras};

/// What a replica's next PSYNC will ask for, or asks for right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// `PSYNC id n`.
    Byte(ReplId, NextByte),
    /// `PSYNC ? -1`.
    Everything,
}

/// A piece of history of one ID, as positions on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// After this offset,
    pub from: i64,
    /// up to this one.
    pub to: i64,
    /// The history.
    pub id: ReplId,
}

/// One node's line.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The node.
    pub host: HostId,
    /// Its name.
    pub name: Arc<str>,
    /// Whether its process is gone.
    pub dead: bool,
    /// The last byte it has.
    pub offset: Offset,
    /// All it has had since the axis begins.
    pub history: Vec<Piece>,
    /// What its backlog holds.
    pub backlog: Vec<Piece>,
    /// What it asks for, while it is not connected.
    pub asks: Option<Asks>,
}

/// A point where a history ends: `second_replid_offset` of some node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The first byte that the old history does not share.
    pub second: NextByte,
    /// The old history.
    pub id: ReplId,
}

/// The part of all offsets that the ruler shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Its left end.
    pub lo: i64,
    /// Its right end.
    pub hi: i64,
}

/// The whole ruler.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruler {
    /// The axis.
    pub axis: Axis,
    /// Where it has marks.
    pub ticks: Vec<i64>,
    /// One line for each node.
    pub rows: Vec<Row>,
    /// Where histories part, each once.
    pub partings: Vec<Parting>,
}

impl Axis {
    /// Where an offset lies on the axis, in 0..=1.
    #[must_use]
    pub fn at(&self, offset: i64) -> f64 {
        ((offset - self.lo) as f64 / (self.hi - self.lo).max(1) as f64).clamp(0.0, 1.0)
    }
}

/// Draws up the ruler of a frame.
#[must_use]
pub fn ruler(frame: &Frame) -> Ruler {
    let line = |host: &Arc<HostFrame>| {
        let node = host.node.as_ref()?;
        Some(Line {
            host: host.id,
            name: Arc::clone(&host.name),
            dead: matches!(host.power, Power::Stopped | Power::Off),
            offset: Offset(node.master_repl_offset.0.max(0)),
            backlog: node.backlog.as_ref().map(|backlog| (backlog.0.off(), backlog.0.end())),
            eras: Eras::of(node),
            asks: asks(host),
        })
    };
    of_lines(frame.hosts.iter().filter_map(line).collect())
}

/// What is known of a node that is to lie on a ruler.
pub(crate) struct Line {
    pub(crate) host: HostId,
    pub(crate) name: Arc<str>,
    pub(crate) dead: bool,
    pub(crate) offset: Offset,
    /// The oldest byte that the backlog keeps, and the next one.
    pub(crate) backlog: Option<(NextByte, NextByte)>,
    pub(crate) eras: Eras,
    pub(crate) asks: Option<Asks>,
}

/// Draws up the ruler of these nodes.
pub(crate) fn of_lines(lines: Vec<Line>) -> Ruler {
    let positions = |line: &Line| {
        let backlog = line.backlog.map_or([line.offset.0; 2], |(off, end)| [off.had().0, end.had().0]);
        [line.offset.0, backlog[0], backlog[1]]
    };
    let least = lines.iter().flat_map(positions).min().unwrap_or(0);
    let most = lines.iter().flat_map(positions).max().unwrap_or(0);
    let (lo, hi, ticks) = axis(least, most);

    let mut partings: Vec<Parting> = Vec::new();
    let rows = lines
        .into_iter()
        .map(|Line { host, name, dead, offset, backlog, eras, asks }| {
            if let Some(id) = eras.replid2 {
                let parting = Parting { second: eras.second, id };
                if eras.second.0 > lo && !partings.contains(&parting) {
                    partings.push(parting);
                }
            }
            let backlog = backlog.map(|(off, end)| pieces(off.had().0, end.had().0, &eras)).unwrap_or_default();
            Row { host, name, dead, offset, history: pieces(lo, offset.0, &eras), backlog, asks }
        })
        .collect();
    Ruler { axis: Axis { lo, hi }, ticks, rows, partings }
}

/// `from..to` cut where the node's histories part.
fn pieces(from: i64, to: i64, eras: &Eras) -> Vec<Piece> {
    let split = match eras.replid2 {
        Some(_) => eras.second.had().0.clamp(from, to.max(from)),
        None => from,
    };
    [(from, split, Era::Previous), (split, to, Era::Current)]
        .into_iter()
        .filter(|(from, to, _)| from < to)
        .map(|(from, to, era)| Piece { from, to, id: eras.id(era) })
        .collect()
}

fn asks(host: &HostFrame) -> Option<Asks> {
    if host.power != Power::Running {
        return None;
    }
    let node = host.node.as_ref()?;
    let upstream = node.upstream.as_ref()?;
    if matches!(upstream.state, ReplState::None | ReplState::Transfer | ReplState::Connected) {
        return None;
    }
    Some(node.next_request().map_or(Asks::Everything, |request| Asks::Byte(request.replid, request.next)))
}

/// How many marks an axis moves on at once.
const MARKS_AT_ONCE: i64 = 2;

/// An axis that covers `least..=most` with round ends, and its marks.
fn axis(least: i64, most: i64) -> (i64, i64, Vec<i64>) {
    let span = (most - least).max(40);
    // A long past is cut off; a short one is shown from the first byte on.
    let low = if least <= span { 0 } else { least - span / 8 };
    let step = round_step(most.max(low + 40) - low, 5);
    // It moves on by several marks at once: in between, the bars grow on an axis that stands still.
    let stride = step * MARKS_AT_ONCE;
    let lo = low.div_euclid(stride) * stride;
    // Room at the right until it moves on, and for the number behind the longest bar.
    let length = most.max(low + 40) - low + if low > 0 { stride } else { 0 };
    let hi = lo + (length + length / 16 + 1).div_euclid(step) * step + step;
    (lo, hi, (0..).map(|i| lo + i * step).take_while(|&t| t <= hi).collect())
}

/// The round number (1, 2 or 5 times a power of ten) that divides `span` into at most `parts` parts.
fn round_step(span: i64, parts: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if span / step <= parts {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(least: i64, most: i64) -> (i64, i64, Vec<i64>) {
        let (lo, hi, ticks) = axis(least, most);
        assert!(lo <= least && hi > most, "{lo}..{hi} covers {least}..{most}");
        assert!((2..=9).contains(&ticks.len()), "{ticks:?}");
        assert!(ticks.iter().all(|t| (lo..=hi).contains(t)));
        (lo, hi, ticks)
    }

    #[test]
    fn axes_cover_what_they_show() {
        check(0, 0);
        check(0, 14);
        assert_eq!(check(0, 248).0, 0);
        assert!(check(100_000, 100_064).0 > 99_000, "a short window far along is magnified");
        assert_eq!(check(0, 100_000).0, 0);
        check(0, i64::from(i32::MAX));
    }

    #[test]
    fn pieces_part_at_the_second_offset() {
        let id = |c: u8| ReplId::from_bytes(&[c; 40]).unwrap();
        let (now, then) = (id(b'a'), id(b'b'));
        let eras = Eras { replid: now, replid2: Some(then), second: NextByte(78) };
        assert_eq!(
            pieces(50, 104, &eras),
            [Piece { from: 50, to: 77, id: then }, Piece { from: 77, to: 104, id: now }]
        );
        assert_eq!(pieces(80, 104, &eras), [Piece { from: 80, to: 104, id: now }]);
        assert_eq!(pieces(10, 77, &eras), [Piece { from: 10, to: 77, id: then }]);
        assert_eq!(pieces(5, 5, &eras), []);
        let one = Eras { replid: now, replid2: None, second: NextByte(-1) };
        assert_eq!(pieces(0, 9, &one), [Piece { from: 0, to: 9, id: now }]);
    }
}
