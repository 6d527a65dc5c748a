//! Constant data that only the second part uses goes with it.
//!
//! The page is linked with a segment for each constant (`--no-merge-data-segments`). A constant stays in the first part if the
//! first part's code, or a constant that stays, contains its address or one nearby. What is left goes into the second part, and is
//! written to the same addresses when that is instantiated.

use std::collections::BTreeSet;

use walrus::ir::{Const, Load, Store, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, DataKind, MemoryId, Module};

/// How far before a constant an address may lie and still be counted as its own, in bytes, but for no longer than the
/// constant itself: the element before the first, from which a loop starts to count. Its end is its own too.
const NEARBY: u32 = 64;

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

    /// Whether `name` is that of a piece of this one: wasm-opt leaves long runs of zeros out and numbers what is between.
    fn has_piece(&self, name: &str) -> bool {
        let number = name.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('.'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
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
    let kept = segments.iter().enumerate().filter(|(index, _)| stays.contains(index)).map(|(_, segment)| segment);
    add(core, core_memory, joined(kept));
    let moved = segments.iter().enumerate().filter(|(index, _)| !stays.contains(index)).map(|(_, segment)| segment);
    add(rest, rest_memory, joined(moved));
}

fn memory(module: &Module) -> Option<MemoryId> {
    module.memories.iter().next().map(walrus::Memory::id)
}

/// The segments with a known place, by address; those that are pieces of one constant as one.
fn segments(module: &Module) -> Vec<Segment> {
    let mut pieces: Vec<Segment> = module
        .data
        .iter()
        .filter_map(|data| {
            let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { return None };
            let name = data.name.clone().unwrap_or_default();
            Some(Segment { name, start: start as u32, bytes: data.value.clone() })
        })
        .collect();
    pieces.sort_by_key(|piece| piece.start);
    let mut segments: Vec<Segment> = Vec::new();
    for piece in pieces {
        match segments.last_mut().filter(|last| last.has_piece(&piece.name)) {
            Some(last) => {
                last.bytes.resize((piece.start - last.start) as usize, 0);
                last.bytes.extend_from_slice(&piece.bytes);
            }
            None => segments.push(piece),
        }
    }
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
