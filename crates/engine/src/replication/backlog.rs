//! The replication backlog: a circular buffer of the newest bytes of the stream.
//!
//! `createReplicationBacklog`, `feedReplicationBacklog`, `resizeReplicationBacklog`, `addReplyReplicationBacklog` and
//! `freeReplicationBacklog` of replication.c.

use std::sync::Arc;

use crate::ids::{NextByte, Offset};
use crate::steps::step::{AddReplyReplicationBacklog as TailStep, FeedReplicationBacklog as Step};
use crate::steps::{Field, Steps, Unreported};

/// Bytes of one page of the buffer. Clones (recorded frames) share the pages that were not written to since.
const PAGE: usize = 4096;

/// The circular buffer. Four numbers describe it:
///
/// * `size`: bytes it can hold (`repl_backlog_size`);
/// * `idx`: where the next byte will be written, always in `0..size`;
/// * `histlen`: bytes it holds, never more than `size`;
/// * `off`: the replication offset of the oldest byte it holds.
///
/// Worked example, size 16: after 20 bytes `idx` is 4, `histlen` 16 and `off` 5: bytes 5..=20 are kept, byte 5 is at
/// index 4, and the next write (byte 21) will overwrite it.
#[derive(Clone, Debug)]
pub struct Backlog {
    pages: Vec<Arc<[u8]>>,
    size: usize,
    idx: usize,
    histlen: usize,
    off: NextByte,
}

impl Backlog {
    /// An empty backlog whose first byte will be the one after `master_repl_offset` (`createReplicationBacklog`).
    ///
    /// # Panics
    /// If `size` is 0: the configuration clamps it.
    #[must_use]
    pub fn new(size: usize, master_repl_offset: Offset) -> Self {
        assert!(size > 0, "a backlog has at least one byte");
        let mut pages = Vec::with_capacity(size.div_ceil(PAGE));
        let mut left = size;
        while left > 0 {
            let page = left.min(PAGE);
            pages.push(Arc::from(vec![0_u8; page]));
            left -= page;
        }
        Self { pages, size, idx: 0, histlen: 0, off: master_repl_offset.next() }
    }

    /// The backlog that had these numbers and held `bytes`, from the oldest to the newest.
    ///
    /// # Panics
    /// If `size` is 0 or less than there are bytes.
    #[must_use]
    pub fn restored(size: usize, idx: usize, off: NextByte, bytes: &[u8]) -> Self {
        let mut backlog = Self::new(size, off.had());
        // Where feeding begins, which takes it modulo the size.
        backlog.idx = idx + size - bytes.len();
        backlog.feed(bytes, off.had().plus(bytes.len()));
        backlog
    }

    /// Appends `bytes`, overwriting the oldest; `master_repl_offset` is the node's offset *after* them
    /// (`feedReplicationBacklog`).
    pub fn feed(&mut self, bytes: &[u8], master_repl_offset: Offset) {
        self.feed_reporting(bytes, master_repl_offset, &mut Unreported);
    }

    /// [`Backlog::feed`], which reports each step.
    pub(crate) fn feed_reporting(&mut self, bytes: &[u8], master_repl_offset: Offset, steps: &mut impl Steps) {
        // Bytes that this call would overwrite itself are not written; idx still advances over them.
        let skipped = bytes.len().saturating_sub(self.size);
        self.idx = (self.idx + skipped) % self.size;
        let mut left = &bytes[skipped..];
        while steps.check(Step::AnyLeft, !left.is_empty(), |v| v.saw(Field::Bytes, left.len())) {
            // Up to the end of the ring, page by page.
            let (piece, after) = left.split_at(left.len().min(self.size - self.idx));
            let before = self.idx;
            self.write(piece);
            left = after;
            steps.act(Step::CopyPiece, |v| {
                v.changed(Field::ReplBacklogIdx, before, self.idx).saw(Field::Bytes, piece.len())
            });
            if steps.check(Step::IsAtEnd, self.idx == self.size, |v| {
                v.saw(Field::ReplBacklogIdx, self.idx).saw(Field::ReplBacklogSize, self.size)
            }) {
                self.idx = 0;
                steps.act(Step::Wrap, |v| v.changed(Field::ReplBacklogIdx, self.size, self.idx));
            }
        }
        let (histlen, off) = (self.histlen, self.off);
        self.histlen = self.histlen.saturating_add(bytes.len()).min(self.size);
        steps.act(Step::GrowHistlen, |v| {
            v.changed(Field::ReplBacklogHistlen, histlen, self.histlen).saw(Field::ReplBacklogSize, self.size)
        });
        self.off = Offset(master_repl_offset.0 - self.histlen as i64).next();
        #[cfg(feature = "known-bugs")]
        crate::known_bugs::one_too_high(crate::known_bugs::Bug::BacklogOff, &mut self.off);
        steps.act(Step::SetOff, |v| v.changed(Field::ReplBacklogOff, off, self.off));
    }

    /// Writes `piece`, which does not reach beyond the end, from `idx` on.
    fn write(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let (page, at) = (self.idx / PAGE, self.idx % PAGE);
            let n = (self.pages[page].len() - at).min(piece.len());
            Arc::make_mut(&mut self.pages[page])[at..at + n].copy_from_slice(&piece[..n]);
            piece = &piece[n..];
            self.idx += n;
        }
    }

    /// Drops the content and takes a new size (`resizeReplicationBacklog`, with an existing backlog).
    pub fn resize(&mut self, size: usize, master_repl_offset: Offset) {
        *self = Self::new(size, master_repl_offset);
    }

    /// Whether `later`, a later state of this backlog or of its replacement, still holds the same bytes. Compares
    /// pages by address: a page that was written to since is another page.
    #[must_use]
    pub fn is_unchanged(&self, later: &Self) -> bool {
        (self.size, self.idx, self.histlen, self.off) == (later.size, later.idx, later.histlen, later.off)
            && self.pages.iter().zip(&later.pages).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    /// Bytes it can hold.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Where the next byte will be written, in `0..size`.
    #[must_use]
    pub const fn idx(&self) -> usize {
        self.idx
    }

    /// Bytes it holds.
    #[must_use]
    pub const fn histlen(&self) -> usize {
        self.histlen
    }

    /// The replication offset of the oldest byte it holds.
    #[must_use]
    pub const fn off(&self) -> NextByte {
        self.off
    }

    /// The replication offset of the next byte that will be written: the one after the newest.
    #[must_use]
    pub const fn end(&self) -> NextByte {
        NextByte(self.off.0.saturating_add_unsigned(self.histlen as u64))
    }

    /// Whether a replica that asks for `next` can be served: `off <= next <= off + histlen`. At the upper bound
    /// nothing is missing.
    #[must_use]
    pub const fn serves(&self, next: NextByte) -> bool {
        next.0 >= self.off.0 && next.0 <= self.end().0
    }

    /// The byte at ring index `at`.
    ///
    /// # Panics
    /// If `at >= size`.
    #[must_use]
    pub fn byte_at(&self, at: usize) -> u8 {
        self.pages[at / PAGE][at % PAGE]
    }

    /// The ring index of the byte with replication offset `byte`, if it is held.
    #[must_use]
    pub fn index_of(&self, byte: NextByte) -> Option<usize> {
        let skip = byte.0.checked_sub(self.off.0)?;
        let skip = usize::try_from(skip).ok().filter(|&skip| skip < self.histlen)?;
        Some((self.oldest_idx() + skip) % self.size)
    }

    /// The ring index of the oldest byte.
    #[must_use]
    pub const fn oldest_idx(&self) -> usize {
        (self.idx + self.size - self.histlen) % self.size
    }

    /// The bytes from `next` to the end (`addReplyReplicationBacklog`), or `None` if it does not serve `next`.
    #[must_use]
    pub fn tail(&self, next: NextByte) -> Option<Vec<u8>> {
        self.tail_reporting(next, &mut Unreported)
    }

    /// [`Backlog::tail`], which reports each step.
    pub(crate) fn tail_reporting(&self, next: NextByte, steps: &mut impl Steps) -> Option<Vec<u8>> {
        if !self.serves(next) {
            return None;
        }
        let skip = (next.0 - self.off.0) as usize;
        steps.act(TailStep::ComputeSkip, |v| {
            v.saw(Field::AskedOffset, next).saw(Field::ReplBacklogOff, self.off).saw(Field::Skip, skip)
        });
        let mut len = self.histlen - skip;
        let mut at = (self.oldest_idx() + skip) % self.size;
        steps.act(TailStep::ComputeIndex, |v| {
            v.saw(Field::ReplBacklogIdx, self.idx)
                .saw(Field::ReplBacklogHistlen, self.histlen)
                .saw(Field::ReplBacklogSize, self.size)
                .saw(Field::ReadIdx, at)
        });
        let mut out = Vec::with_capacity(len);
        while steps.check(TailStep::AnyMissing, len > 0, |v| v.saw(Field::Bytes, len)) {
            let n = len.min(self.size - at);
            self.read(at, n, &mut out);
            steps.act(TailStep::QueuePiece, |v| v.saw(Field::ReadIdx, at).saw(Field::Bytes, n));
            len -= n;
            at = (at + n) % self.size;
        }
        steps.act(TailStep::ReturnLength, |v| v.saw(Field::Result, out.len()));
        Some(out)
    }

    /// Appends the `len` bytes from ring index `at` on, which do not reach beyond the end.
    fn read(&self, mut at: usize, mut len: usize, out: &mut Vec<u8>) {
        while len > 0 {
            let page = &self.pages[at / PAGE];
            let from = at % PAGE;
            let n = (page.len() - from).min(len);
            out.extend_from_slice(&page[from..from + n]);
            len -= n;
            at += n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `chunks` into a ring of `size` and compares it with the plain list of all bytes ever fed.
    #[track_caller]
    fn check(size: usize, chunks: &[usize]) {
        let mut backlog = Backlog::new(size, Offset(0));
        let mut all: Vec<u8> = Vec::new();
        for &len in chunks {
            let bytes: Vec<u8> = (0..len).map(|i| (all.len() + i) as u8).collect();
            all.extend_from_slice(&bytes);
            backlog.feed(&bytes, Offset(all.len() as i64));
            let kept = all.len().min(size);
            assert_eq!(backlog.histlen(), kept);
            assert_eq!(backlog.off(), NextByte((all.len() - kept) as i64 + 1));
            assert_eq!(backlog.idx(), all.len() % size);
            for want in backlog.off().0..=backlog.off().0 + kept as i64 {
                let tail = backlog.tail(NextByte(want)).expect("within the window");
                assert_eq!(tail, all[want as usize - 1..]);
            }
            assert_eq!(backlog.tail(NextByte(backlog.off().0 - 1)), None, "one before the oldest byte");
            assert_eq!(backlog.tail(NextByte(all.len() as i64 + 2)), None, "one past the next byte");
            assert_eq!(backlog.oldest_idx(), (all.len() - kept) % size);
            for (byte, &value) in (backlog.off().0..).zip(&all[all.len() - kept..]) {
                let at = backlog.index_of(NextByte(byte)).expect("the byte is held");
                assert_eq!(backlog.byte_at(at), value);
            }
            let restored = Backlog::restored(size, backlog.idx(), backlog.off(), &all[all.len() - kept..]);
            let numbers = |backlog: &Backlog| (backlog.size(), backlog.idx(), backlog.histlen(), backlog.off());
            assert_eq!(numbers(&restored), numbers(&backlog));
            assert_eq!(restored.tail(backlog.off()), backlog.tail(backlog.off()));
            assert_eq!(backlog.index_of(NextByte(backlog.off().0 - 1)), None, "overwritten");
            assert_eq!(backlog.index_of(NextByte(all.len() as i64 + 1)), None, "not written yet");
        }
    }

    #[test]
    fn feed_at_every_edge_of_the_ring() {
        check(16, &[0, 1, 15, 16, 17, 1]);
        check(16, &[16]);
        check(16, &[17]);
        check(16, &[48, 3]);
        check(1, &[1, 1, 5]);
        check(PAGE + 7, &[PAGE - 1, 1, 1, 6, 9000]);
    }

    #[test]
    fn create_replication_backlog_starts_at_the_next_byte() {
        let backlog = Backlog::new(64, Offset(30980));
        assert_eq!((backlog.off(), backlog.histlen(), backlog.idx()), (NextByte(30981), 0, 0));
        assert!(backlog.serves(NextByte(30981)), "an empty backlog serves one who misses nothing");
        assert!(!backlog.serves(NextByte(30980)));
        assert_eq!(backlog.tail(NextByte(30981)), Some(vec![]));
    }

    #[test]
    fn resize_drops_the_content() {
        let mut backlog = Backlog::new(16, Offset(0));
        backlog.feed(b"0123456789", Offset(10));
        backlog.resize(32, Offset(10));
        assert_eq!((backlog.off(), backlog.histlen(), backlog.idx(), backlog.size()), (NextByte(11), 0, 0, 32));
    }

    #[test]
    fn clones_share_pages() {
        let mut backlog = Backlog::new(16, Offset(0));
        backlog.feed(b"abc", Offset(3));
        let past = backlog.clone();
        backlog.feed(b"def", Offset(6));
        assert_eq!(past.tail(NextByte(1)).as_deref(), Some(&b"abc"[..]));
        assert_eq!(backlog.tail(NextByte(1)).as_deref(), Some(&b"abcdef"[..]));
    }

    #[test]
    fn a_state_is_unchanged_until_something_is_written() {
        let mut backlog = Backlog::new(16, Offset(0));
        let empty = backlog.clone();
        assert!(empty.is_unchanged(&backlog));
        backlog.feed(b"abc", Offset(3));
        assert!(!empty.is_unchanged(&backlog));
        let past = backlog.clone();
        assert!(past.is_unchanged(&backlog));
        // A full turn: only the offset differs.
        backlog.feed(&[0; 13], Offset(16));
        let full = backlog.clone();
        backlog.feed(&[0; 16], Offset(32));
        assert!(!full.is_unchanged(&backlog));
        // Another history of the same length: only the pages differ.
        let mut other = Backlog::new(16, Offset(0));
        other.feed(b"xyz", Offset(3));
        assert!(!past.is_unchanged(&other));
    }
}
