//! Constant data that only the second part uses goes with it.
//!
//! The page is linked with a segment for each constant (`--no-merge-data-segments`). A constant stays in the first part if the
//! first part's code, or a constant that stays, contains its address or one nearby. What is left goes into the second part, and is
//! written to the same addresses when that is instantiated.

use std::collections::BTreeSet;

use walrus::ir::{Const, Load, Store, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, DataId, DataKind, MemoryId, Module};

/// How far before a constant an address may lie and still be counted as its own, in bytes, but for no longer than the
/// constant itself: the element before the first, from which a loop starts to count. Its end is its own too.
const NEARBY: u32 = 64;

/// Segments that are no further apart than this are joined: a segment's header costs as much.
const GAP_MAX: u32 = 16;

/// Constants. Everything else (`.data`) can change before the second part comes.
const CONSTANT: &str = ".rodata";

/// Tables of the compiler's own making, which it may address from far before their beginning.
const SWITCH_TABLE: &str = ".rodata..Lswitch.table";

/// One segment.
struct Segment {
    id: DataId,
    start: u32,
    bytes: Vec<u8>,
    may_move: bool,
}

impl Segment {
    fn end(&self) -> u32 {
        self.start + self.bytes.len() as u32
    }
}

/// Takes out of `core`, whose code is already only the first part's, the constants that it does not use, gives them to
/// `rest`, and joins what lies side by side.
pub fn divide(core: &mut Module, rest: &mut Module) {
    let (Some(core_memory), Some(rest_memory)) = (memory(core), memory(rest)) else { return };
    let segments = segments(core);
    let stays = marked(&segments, addresses(core));
    for segment in &segments {
        core.data.delete(segment.id);
    }
    core.memories.get_mut(core_memory).data_segments.clear();
    let kept = segments.iter().enumerate().filter(|(index, _)| stays.contains(index)).map(|(_, segment)| segment);
    add(core, core_memory, joined(kept));
    let moved = segments.iter().enumerate().filter(|(index, _)| !stays.contains(index)).map(|(_, segment)| segment);
    add(rest, rest_memory, joined(moved));
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
            let name = data.name.as_deref().unwrap_or_default();
            let may_move = name.starts_with(CONSTANT) && !name.starts_with(SWITCH_TABLE);
            Some(Segment { id: data.id(), start: start as u32, bytes: data.value.clone(), may_move })
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
            if let Value::I32(value) = constant.value {
                self.0.insert(value as u32);
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
        segments.iter().enumerate().filter(|(_, segment)| !segment.may_move).map(|(index, _)| index).collect();
    let mut work: Vec<usize> = marked.iter().copied().collect();
    let mut mark = |address: u32, work: &mut Vec<usize>| {
        let first = segments.partition_point(|segment| segment.end() < address);
        for (index, segment) in segments.iter().enumerate().skip(first) {
            if segment.start > address.saturating_add(NEARBY) {
                break;
            }
            let near = (segment.bytes.len() as u32).min(NEARBY);
            if segment.start <= address.saturating_add(near) && marked.insert(index) {
                work.push(index);
            }
        }
    };
    for address in addresses {
        mark(address, &mut work);
    }
    while let Some(index) = work.pop() {
        for word in segments[index].bytes.windows(4) {
            mark(u32::from_le_bytes([word[0], word[1], word[2], word[3]]), &mut work);
        }
    }
    marked
}

/// Fewer, longer segments with the same content; what lies between two is zero.
fn joined<'a>(segments: impl Iterator<Item = &'a Segment>) -> Vec<(u32, Vec<u8>)> {
    let mut joined: Vec<(u32, Vec<u8>)> = Vec::new();
    for segment in segments {
        if let Some((start, bytes)) = joined.last_mut()
            && let Some(gap) = segment.start.checked_sub(*start + bytes.len() as u32)
            && gap <= GAP_MAX
        {
            bytes.resize(bytes.len() + gap as usize, 0);
            bytes.extend_from_slice(&segment.bytes);
        } else {
            joined.push((segment.start, segment.bytes.clone()));
        }
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
