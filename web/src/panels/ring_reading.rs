//! What is read when a cell of the ring is pointed at.

use psyncscope_lab::engine::ids::{NextByte, Offset, ReplId};
use psyncscope_lab::engine::replication::backlog::Backlog;
use psyncscope_lab::format;
use psyncscope_lab::ring::arcs::ring_arcs;
use psyncscope_lab::ring::{self, Eras};
use psyncscope_lab::sim::frame::StreamBytes;

use crate::i18n::{Messages, fill};
use crate::model::ring_labels::CELLS_MAX;

/// The words about a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Where in the buffer it is.
    pub place: String,
    /// The offset and the byte, or the first and the last offset of an arc.
    pub content: String,
    /// The command, if the cell is one.
    pub command: Option<String>,
    /// The history that the byte belongs to, if there is one.
    pub id: Option<ReplId>,
    /// The bytes, if it holds any.
    pub bytes: Option<StreamBytes>,
}

impl Reading {
    /// All of it in one line, for screen readers.
    #[must_use]
    pub fn text(&self) -> String {
        let command = self.command.as_ref().map_or_else(String::new, |command| format!(" {command}"));
        format!("{}: {}{command}", self.place, self.content)
    }
}

/// Reads the cell that begins at a ring index; `None` if none does.
#[must_use]
pub fn reading(backlog: &Backlog, eras: &Eras, index: usize, t: &Messages) -> Option<Reading> {
    if backlog.size() > CELLS_MAX {
        return arc_reading(backlog, eras, index, t);
    }
    if index >= backlog.size() {
        return None;
    }
    let offset = ring::offset_at(backlog, index);
    Some(Reading {
        place: fill(t.ring_index, &[("idx", &index.to_string())]),
        content: offset.map_or_else(
            || t.ring_empty.to_owned(),
            |offset| format!("{offset}  {}", format::byte_name(backlog.byte_at(index))),
        ),
        command: None,
        id: offset.map(|offset| eras.id_at(offset)),
        bytes: offset.map(|from| StreamBytes { replid: eras.id_at(from), from, to: Offset(from.0) }),
    })
}

fn arc_reading(backlog: &Backlog, eras: &Eras, index: usize, t: &Messages) -> Option<Reading> {
    let arcs = ring_arcs(backlog);
    let arc = arcs.arcs.into_iter().find(|arc| arc.from == index)?;
    let last = (arc.from + arc.len - 1) % backlog.size();
    let is_command = arcs.are_commands && arc.held.is_some();
    Some(Reading {
        place: fill(t.ring_arc, &[("from", &arc.from.to_string()), ("to", &last.to_string())]),
        content: range(arc.held, t),
        command: is_command.then(|| arc.label.unwrap_or_else(|| t.ring_overwritten.to_owned())),
        id: arc.held.map(|(_, newest)| eras.id_at(newest)),
        bytes: arc.held.map(|(from, to)| StreamBytes { replid: eras.id_at(to), from, to: Offset(to.0) }),
    })
}

/// The first and the last offset.
#[must_use]
pub fn range(held: Option<(NextByte, NextByte)>, t: &Messages) -> String {
    held.map_or_else(|| t.ring_empty.to_owned(), |(first, last)| format!("{first} … {last}"))
}

/// Where to point next from the keyboard: the cell `by` cells further on, from the write index if nothing is pointed
/// at.
#[must_use]
pub fn neighbour(backlog: &Backlog, pointed: Option<usize>, by: isize) -> usize {
    let starts: Vec<usize> = if backlog.size() > CELLS_MAX {
        let mut starts: Vec<usize> = ring_arcs(backlog).arcs.iter().map(|arc| arc.from).collect();
        starts.sort_unstable();
        starts
    } else {
        (0..backlog.size()).collect()
    };
    let Some(pointed) = pointed else { return starts.iter().rev().find(|&&s| s <= backlog.idx()).map_or(0, |&s| s) };
    // Before the first start lies the end of the last arc, which crosses the top.
    let at = starts.partition_point(|&start| start <= pointed) as isize - 1;
    starts.get((at + by).rem_euclid(starts.len().max(1) as isize) as usize).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, messages};
    use psyncscope_lab::resp::encode_command;

    fn fed(size: usize) -> Backlog {
        let stream = [encode_command(&["SET", "a", "1"]), encode_command(&["PING"])].concat();
        let mut backlog = Backlog::new(size, Offset(0));
        backlog.feed(&stream, Offset(stream.len() as i64));
        backlog
    }

    fn eras() -> Eras {
        Eras { replid: ReplId::from_bytes(&[b'a'; 40]).unwrap(), replid2: None, second: NextByte(-1) }
    }

    #[track_caller]
    fn check(size: usize, index: usize, expect: Option<&str>) {
        let read = reading(&fed(size), &eras(), index, messages(Lang::En));
        assert_eq!(read.map(|read| read.text()).as_deref(), expect);
    }

    #[test]
    fn bytes_and_commands_are_read() {
        check(64, 0, Some("index 0: 1  '*'"));
        check(64, 50, Some("index 50: empty"));
        check(64, 64, None);
        check(200, 0, Some("index 0 to 26: 1 … 27 SET a 1"));
        check(200, 27, Some("index 27 to 40: 28 … 41 PING"));
        check(200, 41, Some("index 41 to 199: empty"));
        check(200, 5, None);
    }

    #[test]
    fn arrows_go_around_the_ring() {
        let bytes = fed(64);
        assert_eq!(neighbour(&bytes, None, 1), 41, "begins at the write index");
        assert_eq!(neighbour(&bytes, Some(63), 1), 0);
        assert_eq!(neighbour(&bytes, Some(0), -1), 63);
        let commands = fed(200);
        assert_eq!(neighbour(&commands, Some(0), 1), 27);
        assert_eq!(neighbour(&commands, Some(41), 1), 0);
        assert_eq!(neighbour(&commands, Some(30), -1), 0, "from within an arc");
        assert_eq!(neighbour(&commands, Some(30), 0), 27, "the arc itself");
    }

    #[test]
    fn an_arc_may_cross_the_top() {
        let stream = encode_command(&["SET", "a", "1"]).repeat(10);
        let mut backlog = Backlog::new(200, Offset(0));
        backlog.feed(&stream, Offset(stream.len() as i64));
        let arcs = ring_arcs(&backlog).arcs;
        let across = arcs.iter().find(|arc| arc.from + arc.len > 200).expect("27 does not divide 200");
        assert_eq!(neighbour(&backlog, Some(0), 0), across.from);
        assert_ne!(neighbour(&backlog, Some(0), 1), across.from);
    }
}
