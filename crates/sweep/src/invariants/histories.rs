//! Every byte of every history of the world, kept independently of the nodes and compared with theirs.

use std::collections::BTreeMap;

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_sim::frame::HostId;

/// A process: its host and how often that host was started before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    /// Where it runs.
    pub host: HostId,
    /// 0 for the host's first process.
    pub boot: u32,
}

/// A point in a history: the last byte had of it.
pub type Position = (ReplId, Offset);

/// One replication ID's bytes.
#[derive(Debug)]
struct History {
    /// The process that created the history's ID: no other may produce bytes of it.
    head: Process,
    /// The history that this one continues, if bytes of it are kept anywhere.
    parent: Option<ReplId>,
    /// The last byte that is not this history's own.
    base: Offset,
    /// Its own bytes, from `base + 1` on; `None` for a byte that was not seen yet.
    bytes: Vec<Option<u8>>,
}

impl History {
    fn end(&self) -> Offset {
        self.base.plus(self.bytes.len())
    }
}

/// All histories of the world. Histories only grow, and the value of a byte never changes.
#[derive(Debug, Default)]
pub struct Histories(BTreeMap<ReplId, History>);

impl Histories {
    /// No histories.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a history that begins after `base`; earlier bytes are those of `parent`, if there is one.
    ///
    /// # Errors
    /// The ID was used before, or `base` is beyond the end of `parent`.
    pub fn begin(&mut self, id: ReplId, head: Process, parent: Option<ReplId>, base: Offset) -> Result<(), String> {
        if let Some(parent) = parent {
            let end = self.get(&parent)?.end();
            if base > end {
                return Err(format!("{id} continues {parent} at {base}, which only has {end} bytes"));
            }
        }
        if self.0.insert(id, History { head, parent, base, bytes: Vec::new() }).is_some() {
            return Err(format!("{id} names two histories"));
        }
        Ok(())
    }

    /// `process` produced `len` new bytes.
    ///
    /// # Errors
    /// It is not the head of this history, or the bytes do not follow the last one.
    pub fn produce(&mut self, id: &ReplId, process: Process, from: NextByte, len: usize) -> Result<(), String> {
        let history = self.get_mut(id)?;
        if history.head != process {
            return Err(format!("{process:?} produced bytes of {id}, whose head is {:?}", history.head));
        }
        if history.end().next() != from {
            return Err(format!("byte {from} of {id} was produced after byte {}", history.end()));
        }
        history.bytes.resize(history.bytes.len() + len, None);
        Ok(())
    }

    /// Records bytes of a history that a node or a connection has: they must be equal to those recorded before.
    ///
    /// # Errors
    /// They differ, or were never produced.
    pub fn record(&mut self, id: &ReplId, from: NextByte, bytes: &[u8]) -> Result<(), String> {
        if bytes.is_empty() {
            return Ok(());
        }
        let history = self.get_mut(id)?;
        let own = usize::try_from(history.base.0 - from.0 + 1).unwrap_or(0).min(bytes.len());
        let (before, after) = bytes.split_at(own);
        if !after.is_empty() {
            let start = from.0 + own as i64 - history.base.0 - 1;
            let end = history.end();
            let known = usize::try_from(start)
                .ok()
                .and_then(|start| history.bytes.get_mut(start..start + after.len()))
                .ok_or_else(|| format!("bytes {from}.. ({} of them) of {id}, which ends at {end}", bytes.len()))?;
            for (i, (known, &byte)) in known.iter_mut().zip(after).enumerate() {
                if known.is_some_and(|known| known != byte) {
                    let at = from.0 + (own + i) as i64;
                    return Err(format!(
                        "byte {at} of {id} is {:?} here and was {:?} elsewhere",
                        byte as char,
                        known.unwrap_or_default() as char
                    ));
                }
                *known = Some(byte);
            }
        }
        if before.is_empty() {
            return Ok(());
        }
        match history.parent {
            Some(parent) => self.record(&parent, from, before),
            None => Err(format!("byte {from} of {id}, which begins after {}", history.base)),
        }
    }

    /// The last byte produced of a history.
    ///
    /// # Errors
    /// There is no such history.
    pub fn end(&self, id: &ReplId) -> Result<Offset, String> {
        self.get(id).map(History::end)
    }

    /// The canonical form of a position that may be in several histories: that of the history whose own byte it is.
    ///
    /// # Errors
    /// There is no such history, or the position is beyond its end or before its begin.
    pub fn canonical(&self, (id, offset): Position) -> Result<Position, String> {
        let history = self.get(&id)?;
        if offset > history.end() {
            return Err(format!("position {offset} of {id}, which ends at {}", history.end()));
        }
        match history.parent {
            Some(parent) if offset <= history.base => self.canonical((parent, offset)),
            None if offset < history.base => {
                Err(format!("position {offset} of {id}, which begins after {}", history.base))
            }
            _ => Ok((id, offset)),
        }
    }

    /// Whether all bytes up to `a` and up to `b` are the same.
    ///
    /// # Errors
    /// As [`Histories::canonical`].
    pub fn are_same(&self, a: Position, b: Position) -> Result<bool, String> {
        Ok(self.canonical(a)? == self.canonical(b)?)
    }

    /// How many bytes were produced in all, and how many of them were seen.
    #[must_use]
    pub fn coverage(&self) -> (usize, usize) {
        let bytes = || self.0.values().flat_map(|history| &history.bytes);
        (bytes().count(), bytes().flatten().count())
    }

    fn get(&self, id: &ReplId) -> Result<&History, String> {
        self.0.get(id).ok_or_else(|| format!("no history has the ID {id}"))
    }

    fn get_mut(&mut self, id: &ReplId) -> Result<&mut History, String> {
        self.0.get_mut(id).ok_or_else(|| format!("no history has the ID {id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Process = Process { host: HostId(0), boot: 0 };
    const B: Process = Process { host: HostId(1), boot: 0 };

    fn id(letter: u8) -> ReplId {
        ReplId::from_bytes(&[letter; 40]).unwrap()
    }

    /// Node A produced 1..=10 as X; B was promoted at 6 and produced 7..=9 as Y.
    fn forked() -> Histories {
        let mut all = Histories::new();
        all.begin(id(b'x'), A, None, Offset(0)).unwrap();
        all.produce(&id(b'x'), A, NextByte(1), 10).unwrap();
        all.begin(id(b'y'), B, Some(id(b'x')), Offset(6)).unwrap();
        all.produce(&id(b'y'), B, NextByte(7), 3).unwrap();
        all
    }

    #[test]
    fn a_byte_never_changes() {
        let mut all = forked();
        all.record(&id(b'x'), NextByte(3), b"345678").unwrap();
        all.record(&id(b'x'), NextByte(1), b"12345").unwrap();
        all.record(&id(b'y'), NextByte(7), b"abc").unwrap();
        assert_eq!(all.coverage(), (13, 11));
        let error = all.record(&id(b'x'), NextByte(2), b"23x").unwrap_err();
        assert!(error.starts_with("byte 4 of xxxx"), "{error}");
    }

    #[test]
    fn a_history_shares_the_bytes_before_it() {
        let mut all = forked();
        all.record(&id(b'x'), NextByte(1), b"1234567890").unwrap();
        all.record(&id(b'y'), NextByte(5), b"56abc").unwrap();
        let error = all.record(&id(b'y'), NextByte(5), b"57abc").unwrap_err();
        assert!(error.starts_with("byte 6 of xxxx"), "{error}");
        let error = all.record(&id(b'y'), NextByte(9), b"cd").unwrap_err();
        assert!(error.ends_with("which ends at 9"), "{error}");
    }

    #[test]
    fn only_its_head_produces() {
        let mut all = forked();
        assert!(all.produce(&id(b'x'), B, NextByte(11), 1).is_err());
        assert!(all.produce(&id(b'x'), A, NextByte(12), 1).is_err(), "a gap");
        assert!(all.produce(&id(b'x'), A, NextByte(10), 1).is_err(), "twice");
        assert!(all.produce(&id(b'z'), A, NextByte(1), 1).is_err());
        all.produce(&id(b'x'), A, NextByte(11), 1).unwrap();
    }

    #[test]
    fn ids_are_unique_and_parents_exist() {
        let mut all = forked();
        assert!(all.begin(id(b'x'), B, None, Offset(0)).is_err());
        assert!(all.begin(id(b'z'), B, Some(id(b'w')), Offset(0)).is_err());
        assert!(all.begin(id(b'z'), B, Some(id(b'x')), Offset(11)).is_err());
        all.begin(id(b'z'), B, None, Offset(50)).unwrap();
        assert!(all.record(&id(b'z'), NextByte(50), b"1").is_err());
        assert!(all.canonical((id(b'z'), Offset(49))).is_err());
    }

    #[test]
    fn positions_are_the_same_up_to_the_fork() {
        let all = forked();
        let same = |a, b| all.are_same((id(b'x'), Offset(a)), (id(b'y'), Offset(b))).unwrap();
        assert!(same(6, 6) && same(1, 1) && same(0, 0));
        assert!(!same(7, 7) && !same(6, 5) && !same(6, 7));
        assert!(all.canonical((id(b'y'), Offset(10))).is_err());
    }
}
