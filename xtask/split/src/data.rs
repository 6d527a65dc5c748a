//! Constant data that only the second part uses goes with it.
//!
//! The page is linked with a segment for each constant (`--no-merge-data-segments`), and wasm-opt leaves them as they are
//! (`--skip-pass=memory-packing`). A constant stays in the first part if the first part's code, or a constant that stays,
//! contains its address or one nearby. What is left goes into the second part, and is written to the same addresses when
//! that is instantiated.

use std::collections::BTreeSet;

use walrus::ir::{Const, Load, Store, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, DataKind, MemoryId, Module};

/// How far before a constant an address may lie and still be counted as its own, in bytes, but for no longer than the
/// constant itself: the element before the first, from which a loop starts to count. Its end is its own too.
const NEARBY: u32 = 64;

/// Numbers that stand for "no character" in Rust's code and could be taken for addresses.
const NO_CHAR: std::ops::RangeInclusive<u32> = 0x11_0000..=0x11_000f;

/// Segments that are no further apart than this are joined: a segment's header costs as much.
const GAP_MAX: u32 = 16;

/// Constants. Everything else (`.data`) can change before the second part comes.
const CONSTANT: &str = ".rodata";

/// Tables of the compiler's own making, which it may address from far before their beginning.
const SWITCH_TABLE: &str = ".rodata..Lswitch.table";

/// One constant, or anything else that lies in memory from the beginning.
struct Segment {
    name: String,
    start: u32,
    bytes: Vec<u8>,
}

impl Segment {
    fn end(&self) -> u32 {
        self.start + self.bytes.len() as u32
    }

    fn may_move(&self) -> bool {
        self.name.starts_with(CONSTANT) && !self.name.starts_with(SWITCH_TABLE)
    }
}

/// Takes out of `core`, whose code is already only the first part's, the constants that it does not use, gives them to
/// `rest`, and joins what lies side by side.
pub fn divide(core: &mut Module, rest: &mut Module) {
    let (Some(core_memory), Some(rest_memory)) = (memory(core), memory(rest)) else { return };
    let segments = segments(core);
    let stays = marked(&segments, addresses(core));
    let ids: Vec<_> = core.data.iter().map(walrus::Data::id).collect();
    for id in ids {
        core.data.delete(id);
    }
    core.memories.get_mut(core_memory).data_segments.clear();
    add(core, core_memory, joined(&segments, |index| stays.contains(&index)));
    add(rest, rest_memory, joined(&segments, |index| !stays.contains(&index)));
}

fn memory(module: &Module) -> Option<MemoryId> {
    module.memories.iter().next().map(walrus::Memory::id)
}

/// The segments with a known place, by address.
fn segments(module: &Module) -> Vec<Segment> {
    let mut segments: Vec<Segment> = module
        .data
        .iter()
        .filter_map(|data| {
            let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { return None };
            let name = data.name.clone().unwrap_or_default();
            Some(Segment { name, start: start as u32, bytes: data.value.clone() })
        })
        .collect();
    segments.sort_by_key(|segment| segment.start);
    segments
}

/// Numbers in the code that could be addresses.
fn addresses(module: &Module) -> BTreeSet<u32> {
    struct Numbers(BTreeSet<u32>);
    impl<'instr> Visitor<'instr> for Numbers {
        fn visit_const(&mut self, constant: &Const) {
            match constant.value {
                Value::I32(value) => self.0.extend([value as u32]),
                // An address and a length, stored at once.
                Value::I64(value) => self.0.extend([value as u32, (value >> 32) as u32]),
                _ => {}
            }
        }

        fn visit_load(&mut self, load: &Load) {
            self.0.extend(u32::try_from(load.arg.offset));
        }

        fn visit_store(&mut self, store: &Store) {
            self.0.extend(u32::try_from(store.arg.offset));
        }
    }
    let mut numbers = Numbers(BTreeSet::new());
    for (_, function) in module.funcs.iter_local() {
        dfs_in_order(&mut numbers, function, function.entry_block());
    }
    numbers.0
}

/// Which segments stay, by their index.
fn marked(segments: &[Segment], addresses: BTreeSet<u32>) -> BTreeSet<usize> {
    let mut marked: BTreeSet<usize> =
        segments.iter().enumerate().filter(|(_, segment)| !segment.may_move()).map(|(index, _)| index).collect();
    let mut work: Vec<usize> = marked.iter().copied().collect();
    for address in addresses {
        work.extend(meant(segments, address).into_iter().filter(|&index| marked.insert(index)));
    }
    while let Some(index) = work.pop() {
        let segment = &segments[index];
        // Pointers are aligned.
        let skip = segment.start.wrapping_neg() % 4;
        for word in segment.bytes.get(skip as usize..).unwrap_or_default().chunks_exact(4) {
            let address = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            work.extend(meant(segments, address).into_iter().filter(|&index| marked.insert(index)));
        }
    }
    marked
}

/// The segments that a number may be an address of, if it is one.
fn meant(segments: &[Segment], address: u32) -> Vec<usize> {
    let first = segments.partition_point(|segment| segment.end() < address);
    let last = segments.partition_point(|segment| segment.start <= address.saturating_add(NEARBY));
    let exact = segments[first..last].iter().position(|segment| segment.start == address).map(|index| first + index);
    match exact {
        // What begins here is meant, or what ends here.
        Some(index) => (first..=index).collect(),
        None if NO_CHAR.contains(&address) => Vec::new(),
        None => (first..last)
            .filter(|&index| {
                let near = (segments[index].bytes.len() as u32).min(NEARBY);
                segments[index].start <= address.saturating_add(near)
            })
            .collect(),
    }
}

/// The segments of one part, by their index, as fewer, longer ones with the same content. Short constants of the other part
/// that lie between two are in both.
fn joined(segments: &[Segment], is_in: impl Fn(usize) -> bool) -> Vec<(u32, Vec<u8>)> {
    let mut joined: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut between: Vec<&Segment> = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        if !is_in(index) {
            between.push(segment);
            continue;
        }
        let end = joined.last().map_or(0, |(start, bytes)| start + bytes.len() as u32);
        let constant = between.iter().all(|segment| segment.may_move()) && segment.may_move();
        match joined.last_mut().filter(|_| constant && segment.start - end <= GAP_MAX) {
            Some((start, bytes)) => {
                for piece in between.iter().copied().chain([segment]) {
                    bytes.resize((piece.start - *start) as usize, 0);
                    bytes.extend_from_slice(&piece.bytes);
                }
            }
            None => joined.push((segment.start, segment.bytes.clone())),
        }
        between.clear();
    }
    joined
}

fn add(module: &mut Module, memory: MemoryId, segments: Vec<(u32, Vec<u8>)>) {
    for (start, bytes) in segments {
        let offset = ConstExpr::Value(Value::I32(start as i32));
        let data = module.data.add(DataKind::Active { memory, offset }, bytes);
        module.memories.get_mut(memory).data_segments.insert(data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(name: &str, start: u32, bytes: &[u8]) -> Segment {
        Segment { name: format!(".rodata.{name}"), start, bytes: bytes.to_vec() }
    }

    #[test]
    fn what_an_address_may_mean() {
        let segments = [
            constant("a", 1000, &[1; 8]),
            constant("b", 1008, &[1; 100]),
            constant("c", 1200, &[1; 16]),
            constant("d", 0x10_fff0, &[1; 64]),
        ];
        assert_eq!(meant(&segments, 1000), [0]);
        assert_eq!(meant(&segments, 1008), [0, 1], "an end and a beginning");
        assert_eq!(meant(&segments, 1050), [1], "the middle");
        assert_eq!(meant(&segments, 1192), [2], "the element before the first");
        assert_eq!(meant(&segments, 1180), [0; 0], "too far away for one so short");
        assert_eq!(meant(&segments, 0x11_0000), [0; 0], "no character");
    }

    #[test]
    fn constants_that_constants_point_to_stay_with_them() {
        let mut pointer = vec![0; 3];
        pointer.extend(1200_u32.to_le_bytes());
        let segments = [constant("a", 1001, &pointer), constant("b", 1100, b"abcd"), constant("c", 1200, b"efgh")];
        assert_eq!(marked(&segments, BTreeSet::from([1001])), BTreeSet::from([0, 2]));
        let others = Segment { name: ".data".to_owned(), start: 2000, bytes: 1100_u32.to_le_bytes().to_vec() };
        let segments = [constant("b", 1100, b"abcd"), others];
        assert_eq!(
            marked(&segments, BTreeSet::new()),
            BTreeSet::from([0, 1]),
            "what can change stays, and its targets"
        );
    }

    #[test]
    fn joining_changes_nothing_that_is_there() {
        let segments =
            [constant("a", 0, b"aaaa"), constant("b", 4, b"bb"), constant("c", 8, b"cc"), constant("d", 90, b"d")];
        assert_eq!(joined(&segments, |index| index != 1), [(0, b"aaaabb\0\0cc".to_vec()), (90, b"d".to_vec())]);
        let mutable = Segment { name: ".data".to_owned(), start: 4, bytes: b"bb".to_vec() };
        let segments = [constant("a", 0, b"aaaa"), mutable, constant("c", 8, b"cc")];
        assert_eq!(joined(&segments, |index| index != 1), [(0, b"aaaa".to_vec()), (8, b"cc".to_vec())]);
    }
}
