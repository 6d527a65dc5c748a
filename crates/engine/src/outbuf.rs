//! A client's output buffer: the bytes, how much memory Redis would need for them, and the limits on that.

use std::collections::VecDeque;

/// The static buffer of a client and the least size of a block (`PROTO_REPLY_CHUNK_BYTES`).
const CHUNK: usize = 16 * 1024;
/// `sizeof(clientReplyBlock)` without its bytes.
const BLOCK_HEADER: usize = 16;
/// `sizeof(listNode) + sizeof(clientReplyBlock)`: the overhead of a block, as `getClientOutputBufferMemoryUsage`
/// counts it.
const BLOCK_OVERHEAD: usize = 24 + BLOCK_HEADER;

/// The size that jemalloc allocates for `bytes`: its size classes are four to a power of two.
const fn allocated(bytes: usize) -> usize {
    let step = ((bytes - 1).next_power_of_two() / 2) / 4;
    bytes.div_ceil(step) * step
}

/// A block of the list behind the static buffer.
#[derive(Clone, Debug)]
struct Block {
    size: usize,
    used: usize,
}

/// Bytes waiting for room in the kernel's buffer.
///
/// Redis keeps them in a static buffer of 16 KiB and, once a piece does not fit there, in a list of blocks. Only the
/// list counts against `client-output-buffer-limit`, by the size of its blocks. So the pieces in which output is
/// added matter, and are tracked here; the bytes themselves are in one vector.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutBuf {
    bytes: Vec<u8>,
    sent: usize,
    /// `bufpos`: bytes added to the static buffer since it was last empty.
    static_used: usize,
    /// `sentlen`, of the static buffer or of the first block.
    part_sent: usize,
    blocks: VecDeque<Block>,
    /// `reply_bytes`: the sizes of all blocks.
    block_bytes: usize,
}

impl OutBuf {
    /// Makes room for so many bytes, so that the pieces they come in do not each grow the buffer.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Adds one piece (`_addReplyToBuffer`, `_addReplyStringToList`).
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        let mut left = piece.len();
        if self.blocks.is_empty() && left <= CHUNK - self.static_used {
            self.static_used += left;
            return;
        }
        if let Some(tail) = self.blocks.back_mut() {
            let fits = left.min(tail.size - tail.used);
            tail.used += fits;
            left -= fits;
        }
        if left > 0 {
            let size = allocated(left.max(CHUNK) + BLOCK_HEADER) - BLOCK_HEADER;
            self.blocks.push_back(Block { size, used: left });
            self.block_bytes += size;
        }
    }

    /// Whether the list has blocks; only they count against the limits.
    pub(crate) fn has_blocks(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Bytes queued.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `bufpos`, the length of the list, and the memory that counts (`getClientOutputBufferMemoryUsage`).
    pub(crate) fn usage(&self) -> (usize, usize, usize) {
        (self.static_used, self.blocks.len(), self.block_bytes + self.blocks.len() * BLOCK_OVERHEAD)
    }

    /// Takes up to `room` bytes from the front.
    pub(crate) fn take(&mut self, room: usize) -> Vec<u8> {
        let n = room.min(self.len());
        self.account_for_sent(n);
        if self.sent == 0 && n == self.bytes.len() {
            return std::mem::take(&mut self.bytes);
        }
        let out = self.bytes[self.sent..self.sent + n].to_vec();
        self.sent += n;
        if self.sent == self.bytes.len() {
            self.bytes.clear();
            self.sent = 0;
        } else if self.sent > 1 << 16 {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
        out
    }

    /// `writeToClient`: a buffer is freed once all of it is sent.
    fn account_for_sent(&mut self, mut sent: usize) {
        while sent > 0 {
            let end = if self.static_used > 0 {
                self.static_used
            } else {
                match self.blocks.front() {
                    Some(block) => block.used,
                    None => return,
                }
            };
            let n = sent.min(end - self.part_sent);
            sent -= n;
            self.part_sent += n;
            if self.part_sent < end {
                return;
            }
            self.part_sent = 0;
            if self.static_used > 0 {
                self.static_used = 0;
            } else if let Some(block) = self.blocks.pop_front() {
                self.block_bytes -= block.size;
            }
        }
    }
}

/// The pieces in which Redis adds a RESP command to an output buffer: the header, and for each argument its length,
/// its bytes and a line end (`replicationFeedSlaves`).
pub(crate) fn pieces_of_command<'a>(bytes: &'a [u8], argv: &[impl AsRef<[u8]>]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::with_capacity(1 + 3 * argv.len());
    let mut rest = bytes;
    let mut cut = |len: usize| {
        let (piece, after) = rest.split_at(len.min(rest.len()));
        rest = after;
        pieces.push(piece);
    };
    let header = |number: usize| number.checked_ilog10().map_or(1, |digits| digits as usize + 1) + 3;
    cut(header(argv.len()));
    for word in argv {
        let len = word.as_ref().len();
        cut(header(len));
        cut(len);
        cut(2);
    }
    pieces
}

/// `client-output-buffer-limit` of one class of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputLimit {
    /// A client with this many bytes is closed, 0 for no limit.
    pub hard: u64,
    /// A client with this many bytes for longer than [`OutputLimit::soft_seconds`] is closed, 0 for no limit.
    pub soft: u64,
    /// The time for [`OutputLimit::soft`], in seconds.
    pub soft_seconds: i64,
}

/// `client-output-buffer-limit`, class by class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimits {
    /// `normal`: no limit by default. Masters belong to this class.
    pub normal: OutputLimit,
    /// `replica`, or `slave`.
    pub replica: OutputLimit,
    /// `pubsub`.
    pub pubsub: OutputLimit,
}

impl Default for OutputLimits {
    fn default() -> Self {
        Self {
            normal: OutputLimit::default(),
            replica: OutputLimit { hard: 256 << 20, soft: 64 << 20, soft_seconds: 60 },
            pubsub: OutputLimit { hard: 32 << 20, soft: 8 << 20, soft_seconds: 60 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_resp::encode_command;

    #[test]
    fn allocations_have_size_classes() {
        for (asked, got) in [(16_400, 20_480), (20_480, 20_480), (20_481, 24_576), (1_000_016, 1_048_576)] {
            assert_eq!(allocated(asked), got);
        }
    }

    #[test]
    fn only_the_list_counts() {
        let mut out = OutBuf::default();
        out.push(&[1; 16_384]);
        assert_eq!(out.usage(), (16_384, 0, 0));
        out.push(&[2; 10]);
        assert_eq!(out.usage(), (16_384, 1, 20_464 + 40), "a block is 16 KiB at least, and what jemalloc adds");
        out.push(&[3; 20_454]);
        assert_eq!(out.usage().1, 1, "it fits the block to the last byte");
        out.push(&[4; 1]);
        assert_eq!(out.usage(), (16_384, 2, 2 * (20_464 + 40)));
        assert_eq!(out.len(), 16_384 + 10 + 20_454 + 1);
        // A buffer is free once all of it was sent.
        assert_eq!(out.take(16_383), vec![1; 16_383]);
        assert_eq!(out.usage().0, 16_384);
        assert_eq!(out.take(2), vec![1, 2]);
        assert_eq!(out.usage(), (0, 2, 2 * (20_464 + 40)));
        out.take(9 + 20_454);
        assert_eq!(out.usage(), (0, 1, 20_464 + 40));
        assert_eq!(out.take(100), vec![4]);
        assert_eq!((out.usage(), out.is_empty()), ((0, 0, 0), true));
    }

    #[test]
    fn a_piece_is_not_split_between_the_static_buffer_and_the_list() {
        let mut out = OutBuf::default();
        out.push(&[1; 10_000]);
        out.push(&[2; 10_000]);
        assert_eq!(out.usage(), (10_000, 1, 20_464 + 40));
        out.push(&[3; 1]);
        assert_eq!(out.usage().0, 10_000, "once there is a list, everything goes there");
    }

    #[test]
    fn pieces_of_a_command() {
        let argv: [&[u8]; 3] = [b"SET", b"key", &[b'x'; 20_000]];
        let bytes = encode_command(&argv);
        let pieces = pieces_of_command(&bytes, &argv);
        assert_eq!(pieces.concat(), bytes);
        let lens: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
        assert_eq!(lens, [4, 4, 3, 2, 4, 3, 2, 8, 20_000, 2]);
    }
}
