//! The radix trees (rax.c) in which Redis keeps what has an ID, as far as XINFO and MEMORY USAGE show them.

use super::id::StreamId;

/// How many nodes the radix tree of these IDs has, which must ascend.
///
/// A run of bytes without a branch is one node, whatever its length; a branch is one; the end of each key is one. So
/// `1-1` and `1-2` take four: the run of fifteen bytes, the branch, and two ends.
#[must_use]
pub fn radix_nodes(ids: impl Iterator<Item = StreamId>) -> usize {
    let keys: Vec<[u8; 16]> = ids.map(StreamId::to_bytes).collect();
    if keys.is_empty() { 1 } else { below(&keys, 0) }
}

/// The nodes of the tree of what these keys have from byte `from` on.
fn below(keys: &[[u8; 16]], from: usize) -> usize {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return 0 };
    let common = (from..16).take_while(|&at| first[at] == last[at]).count();
    let branch = from + common;
    let run = usize::from(common > 0);
    if branch == 16 {
        return run + 1;
    }
    run + 1
        + keys.chunk_by(|one, other| one[branch] == other[branch]).map(|keys| below(keys, branch + 1)).sum::<usize>()
}
