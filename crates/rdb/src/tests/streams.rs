//! Streams: payloads of real servers, each fault by hand, and damage at random.

use std::sync::Arc;

use psyncscope_keyspace::{Group, NodeLimits, Pending, Stream, StreamId};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::format::CRC;

/// What DUMP of a Redis 5.0.14 replies for a stream of two nodes, one with a deleted entry, and two groups, one with
/// three pending entries of two consumers.
const REDIS_5: &str = "0f02100000000000000001000000000000000140474700000019000201010102018166028167020001020100010001817602\
    81770205010301000101018276320382773203050100010101dfff020101856f74686572060c010601ff1000000000000000\
    03000000000000000027270000000f000101010101018166020001020100010001817602040103010001010101010401ff03\
    030102c00c03010000016703000300000000000000010000000000000001a626712ca2010000010000000000000002000000\
    0000000000cb04fb711f0100000700000000000000030000000000000000a626712ca201000001020163a626712ca2010000\
    0200000000000000010000000000000001000000000000000200000000000000000164a626712ca201000001000000000000\
    000300000000000000000900f727e235ae5504e8";

/// The same of a Redis 7.0.15.
const REDIS_7: &str = "1302100000000000000001000000000000000140474700000019000201010102018166028167020001020100010001817602\
    81770205010301000101018276320382773203050100010101dfff020101856f74686572060c010601ff1000000000000000\
    03000000000000000027270000000f000101010101018166020001020100010001817602040103010001010101010401ff03\
    0301010103010502c00c030181ffffffffffffffff00000167030081ffffffffffffffff0300000000000000010000000000\
    0000012127712ca20100000100000000000000020000000000000000cb04fb711f0100000700000000000000030000000000\
    0000002227712ca2010000010201632227712ca2010000020000000000000001000000000000000100000000000000020000\
    00000000000001642227712ca201000001000000000000000300000000000000000a00a2ff09a0b3223746";

/// A stream at random with groups, some of whose entries are deleted.
pub(super) fn stream<R: RngCore>(rng: &mut R, element: fn(&mut R) -> Vec<u8>) -> Stream {
    let limits =
        NodeLimits { bytes_max: [4096, 300][rng.next_u32() as usize % 2], entries_max: rng.next_u32() as usize % 9 };
    let (mut stream, mut ids) = (Stream::default(), Vec::new());
    for _ in 0..rng.next_u32() % 60 {
        let last = stream.last_id();
        let shift = 1 + rng.next_u32() % 63;
        let id = StreamId { ms: last.ms.saturating_add(rng.next_u64() >> shift >> 20), seq: rng.next_u64() >> shift };
        if id > last {
            let fields = 1 + rng.next_u32() % 3;
            let same = !rng.next_u32().is_multiple_of(3);
            let field = |rng: &mut R, n| if same { vec![b'a' + n as u8] } else { element(rng) };
            let pairs: Vec<Vec<u8>> = (0..fields).flat_map(|n| [field(rng, n), element(rng)]).collect();
            stream.append(id, &pairs, limits);
            ids.push(id);
        }
    }
    for _ in 0..rng.next_u32() % 3 {
        let name = element(rng);
        stream.add_group(&name, Group::new(stream.last_id()));
        for id in &ids {
            if rng.next_u32().is_multiple_of(2) {
                continue;
            }
            let consumer = vec![b'c', rng.next_u32() as u8 % 4];
            let (delivered_ms, deliveries) = ((rng.next_u64() >> 1) as i64, rng.next_u64() >> (rng.next_u32() % 64));
            stream.change_group(&name, |group| {
                let consumer = group.see_consumer(&consumer, delivered_ms / 3);
                group.assign(*id, Pending { delivered_ms, deliveries, consumer });
            });
        }
    }
    ids.iter().filter(|_| rng.next_u32().is_multiple_of(4)).for_each(|id| _ = stream.delete(*id));
    stream.trim(rng.next_u32() as usize % 60, rng.next_u32().is_multiple_of(2));
    stream
}

fn restored(payload: &str) -> Arc<Stream> {
    match restore(&hex(payload), 12, &EncodingLimits::default()) {
        Ok(Value::Stream(stream)) => stream,
        other => panic!("{other:?}"),
    }
}

#[test]
fn payloads_of_redis() {
    let stream = restored(REDIS_5);
    let id = |ms, seq| StreamId { ms, seq };
    assert_eq!((stream.len(), stream.last_id()), (3, id(3, 1)));
    let nodes: Vec<_> = stream.nodes().map(|node| (node.master(), node.live(), node.deleted())).collect();
    assert_eq!(nodes, [(id(1, 1), 2, 1), (id(3, 0), 1, 1)]);
    let names: Vec<_> = stream.groups().map(|(name, group)| (escape(name), group.last_id)).collect();
    assert_eq!(names, [("12".to_owned(), id(3, 1)), ("g".to_owned(), id(3, 0))]);
    let group = stream.group(b"g").unwrap();
    let pending: Vec<_> =
        group.pending_from(StreamId::MIN).map(|(id, p)| (id, escape(&p.consumer), p.deliveries)).collect();
    assert_eq!(pending, [(id(1, 1), "c".into(), 1), (id(2, 0), "c".into(), 7), (id(3, 0), "d".into(), 1)]);
    assert_eq!(group.pending(id(2, 0)).unwrap().delivered_ms, 1_234_567_890_123);
    assert_eq!(dump(&Value::Stream(stream), false), hex(REDIS_5));
}

#[test]
fn a_payload_of_redis_7_gives_the_same_without_what_5_does_not_know() {
    let mut payload = hex(REDIS_7);
    assert!(restore(&payload, 9, &EncodingLimits::default()).is_err());
    let (seven, five) = (restored(REDIS_7), restored(REDIS_5));
    assert_eq!(dump(&Value::Stream(Arc::clone(&seven)), true)[0], 15);
    assert!(
        seven
            .range(StreamId::MIN..=StreamId::MAX)
            .map(|(id, _)| id)
            .eq(five.range(StreamId::MIN..=StreamId::MAX).map(|(id, _)| id))
    );
    assert_eq!(seven.group(b"g").unwrap().pending_len(), 3);
    // Redis 7.2 adds a time behind each consumer's.
    payload[0] = 21;
    let seen = 8;
    for name in [&b"\x02\x01c"[..], b"\x01d"] {
        let at = payload.windows(name.len()).rposition(|window| window == name).unwrap() + name.len() + seen;
        payload.splice(at..at, [9; 8]);
    }
    let end = payload.len() - 10;
    payload[end..end + 2].copy_from_slice(&11_u16.to_le_bytes());
    let checksum = CRC.checksum(&payload[..end + 2]);
    payload[end + 2..].copy_from_slice(&checksum.to_le_bytes());
    assert_eq!(restore(&payload, 12, &EncodingLimits::default()), Ok(Value::Stream(seven)));
}

#[test]
fn the_size_of_a_node_is_that_of_its_listpack() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
    for round in 0..300 {
        let stream = stream(&mut rng, |rng| match rng.next_u32() % 4 {
            0 => ((rng.next_u64() as i64) >> (rng.next_u32() % 64)).to_string().into_bytes(),
            1 => vec![b'x'; rng.next_u32() as usize % 200],
            2 => vec![b'y'; 120 + rng.next_u32() as usize % 9],
            _ => vec![b'z'; [63, 64, 4095, 4096, 16_379, 16_380, 16_381][rng.next_u32() as usize % 7]],
        });
        let payload = dump(&Value::Stream(Arc::new(stream.clone())), false);
        let mut reader = reader::RdbReader { bytes: &payload, at: 1 };
        for _ in 0..reader.len().unwrap() {
            let master = reader.string().unwrap();
            let listpack = reader.string().unwrap();
            let node = stream.nodes().find(|node| node.master().to_bytes() == *master).unwrap();
            assert_eq!(node.listpack_bytes(), listpack.len(), "round {round}");
        }
    }
}

/// One node with the ID `1-0` and these elements of its listpack.
fn node(elements: &[i64]) -> Vec<u8> {
    let mut listpack = listpack::ListpackWriter::default();
    elements.iter().for_each(|element| listpack.integer(*element));
    let listpack = listpack.finish();
    let mut bytes = vec![16];
    bytes.extend_from_slice(&StreamId { ms: 1, seq: 0 }.to_bytes());
    bytes.push(listpack.len() as u8);
    bytes.extend_from_slice(&listpack);
    bytes
}

#[track_caller]
fn check_stream(value: &[u8], expect: &str) {
    let bytes = file(9, &[&b"\x0f\x01k"[..], value].concat());
    match (load(&bytes, &options(9)), expect) {
        (Ok(_), "") => {}
        (Err(error), _) if !expect.is_empty() && error.to_string().contains(expect) => {}
        (result, _) => panic!("{result:?} instead of {expect}"),
    }
}

#[test]
fn each_fault_is_found() {
    let check_node = |elements: &[i64], expect: &str| {
        check_stream(&[&[1][..], &node(elements), &[1, 1, 0, 0]].concat(), expect);
    };
    // One entry with one field, 7, and the value 8.
    check_node(&[1, 0, 1, 7, 0, 2, 0, 0, 8, 4], "");
    check_node(&[1, 0, 1, 7, 0, 0, 0, 0, 1, 7, 8, 6], "");
    check_node(&[1, 1, 1, 7, 0, 3, 0, -9, 8, 4, 2, 0, 0, 8, 4], "");
    check_node(&[1, 1, 1, 7, 0, 2, 0, 0, 8, 4], "a node with another number of entries");
    check_node(&[0, 1, 1, 7, 0, 3, 0, 0, 8, 4], "a node whose entries are all deleted");
    check_node(&[0, 0, 1, 7, 0], "a node whose entries are all deleted");
    check_node(&[1, 0, 1, 7, 1, 2, 0, 0, 8, 4], "a master entry without its end");
    check_node(&[1, 0, 0, 0, 2, 0, 0, 3], "an invalid number of fields");
    check_node(&[1, 0, -1, 0, 2, 0, 0, 3], "an invalid number of fields");
    check_node(&[1, 0, 1, 7, 0, 0, 0, 0, i64::MAX, 7, 8, 6], "an invalid number of fields");
    check_node(&[1, 0, 1, 7, 0, 4, 0, 0, 8, 4], "an entry with unknown flags");
    check_node(&[1, 0, 1, 7, 0, 2, 0, 0, 8, 5], "an entry with another number of elements");
    check_node(&[1, 0, 1, 7, 0, 2, 0, 0, 8], "a node that ends within an entry");
    check_node(&[1, 0, 1, 7, 0, 2, -1, 0, 8, 4], "an entry out of order");
    check_node(&[2, 0, 1, 7, 0, 2, 0, 0, 8, 4, 2, 0, 0, 8, 4], "an entry out of order");
    check_node(&[], "a node that ends within an entry");
    let entry = node(&[1, 0, 1, 7, 0, 2, 0, 0, 8, 4]);
    let with = |end: &[u8]| [&[1][..], &entry, end].concat();
    check_stream(&with(&[2, 1, 0, 0]), "it has another number of entries");
    check_stream(&with(&[1, 0, 5, 0]), "an entry after its last ID");
    check_stream(&[&[2][..], &entry, &entry, &[2, 1, 0, 0]].concat(), "a node out of order");
    check_stream(b"\x01\x01x", "the key of a node is no ID");
    // No entry, and a group `g`.
    let id = StreamId { ms: 1, seq: 0 }.to_bytes();
    let time = [0; 8];
    let group = |parts: &[&[u8]]| [&[0, 0, 0, 0, 1, 1, b'g', 0, 0][..], &parts.concat()].concat();
    check_stream(&group(&[&[0, 0]]), "");
    check_stream(&group(&[&[1], &id, &time, &[1], &[1, 1, b'c'], &time, &[1], &id]), "");
    check_stream(&group(&[&[1], &id, &time, &[1], &[1, 1, b'c'], &time, &[0]]), "a pending entry of no consumer");
    check_stream(&group(&[&[0], &[1, 1, b'c'], &time, &[1], &id]), "a consumer's entry that its group does not have");
    check_stream(&group(&[&[2], &id, &time, &[1], &id, &time, &[1]]), "pending entries out of order");
    check_stream(&group(&[&[0], &[2, 1, b'c'], &time, &[0, 1, b'c'], &time, &[0]]), "element c twice");
    let both = [&[1][..], &id, &time, &[1], &[2, 1, b'c'], &time, &[1], &id, &[1, b'd'], &time, &[1], &id].concat();
    check_stream(&group(&[&both]), "an entry of two consumers");
    check_stream(&[0, 0, 0, 0, 2, 1, b'g', 0, 0, 0, 0, 1, b'g', 0, 0, 0, 0], "element g twice");
    check_stream(&[0, 0, 0, 0], "0xff begins no length");
}

#[test]
fn damaged_streams_never_panic() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(12);
    let mut loaded = 0;
    for payload in [REDIS_5, REDIS_7] {
        for _ in 0..20_000 {
            let mut bytes = hex(payload);
            for _ in 0..=rng.next_u32() % 3 {
                let at = rng.next_u32() as usize % (bytes.len() - 10);
                bytes[at] = match rng.next_u32() % 3 {
                    0 => bytes[at].wrapping_add(1),
                    1 => [0, 0x7f, 0x80, 0xc0, 0xf0, 0xf4, 0xfe, 0xff][rng.next_u32() as usize % 8],
                    _ => rng.next_u32() as u8,
                };
            }
            let end = bytes.len() - 8;
            let checksum = CRC.checksum(&bytes[..end]);
            bytes[end..].copy_from_slice(&checksum.to_le_bytes());
            if let Ok(value) = restore(&bytes, 12, &EncodingLimits::default()) {
                loaded += 1;
                // What was taken is whole: it is read again as the same.
                let again = restore(&dump(&value, true), 9, &EncodingLimits::default());
                assert_eq!(again, Ok(value));
            }
        }
    }
    assert!((1000..39_000).contains(&loaded), "{loaded} of 40000 loaded");
}

/// Numbers that announce more than there is take no memory.
#[test]
fn large_numbers_are_not_believed() {
    for value in [&b"\x81\xff\xff\xff\xff\xff\xff\xff\xff"[..], b"\x00\x00\x00\x00\x81\xff\xff\xff\xff\xff\xff\xff\xff"]
    {
        check_stream(value, " at byte ");
    }
}
