use std::collections::BTreeMap;

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn id(ms: u64, seq: u64) -> StreamId {
    StreamId { ms, seq }
}

fn words(line: &str) -> Vec<Vec<u8>> {
    line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
}

/// Entries, deleted ones in brackets, node by node.
fn layout(stream: &Stream) -> String {
    let entry = |entry: &StreamEntry| if entry.deleted { format!("[{}]", entry.id) } else { entry.id.to_string() };
    let node = |node: &StreamNode| node.entries().iter().map(entry).collect::<Vec<_>>().join(" ");
    stream.nodes().map(node).collect::<Vec<_>>().join(" | ")
}

fn numbered(count: u64, limits: NodeLimits) -> Stream {
    let mut stream = Stream::default();
    (1..=count).for_each(|n| stream.append(id(n, 0), &words("f v"), limits));
    stream
}

const THREE: NodeLimits = NodeLimits { bytes_max: 4096, entries_max: 3 };

#[test]
fn ids_follow_each_other() {
    assert_eq!(id(1, 2).next(), id(1, 3));
    assert_eq!(id(1, u64::MAX).next(), id(2, 0));
    assert_eq!(StreamId::MAX.next(), StreamId::MIN);
    assert_eq!(StreamId::generate(id(5, 3), 6), id(6, 0));
    assert_eq!(StreamId::generate(id(5, 3), 5), id(5, 4));
    assert_eq!(StreamId::generate(id(5, u64::MAX), 4), id(6, 0));
    assert_eq!(StreamId::from_bytes(id(7, 9).to_bytes()), id(7, 9));
    assert!(id(1, 9).to_bytes() < id(2, 0).to_bytes());
}

#[test]
fn a_node_takes_entries_up_to_its_limits() {
    assert_eq!(layout(&numbered(7, THREE)), "1-0 2-0 3-0 | 4-0 5-0 6-0 | 7-0");
    // A deleted entry makes room.
    let mut stream = numbered(3, THREE);
    assert!(stream.delete(id(2, 0)));
    stream.append(id(9, 0), &words("f v"), THREE);
    stream.append(id(9, 1), &words("f v"), THREE);
    assert_eq!(layout(&stream), "1-0 [2-0] 3-0 9-0 | 9-1");
    // The first entry takes 24 bytes, each other 11.
    let bytes = |bytes_max| layout(&numbered(3, NodeLimits { bytes_max, entries_max: 0 }));
    let two = numbered(2, NodeLimits::default()).nodes().next().unwrap().listpack_bytes();
    assert_eq!(bytes(two + 2), "1-0 2-0 | 3-0", "two bytes would reach the limit");
    assert_eq!(bytes(two + 3), "1-0 2-0 3-0");
    // As in 5.0.14, though it means no limit elsewhere.
    assert_eq!(bytes(0), "1-0 | 2-0 | 3-0");
}

#[test]
fn trimming() {
    let trimmed = |len, approximate| {
        let mut stream = numbered(8, THREE);
        let removed = stream.trim(len, approximate);
        (removed, layout(&stream))
    };
    assert_eq!(trimmed(8, false), (0, "1-0 2-0 3-0 | 4-0 5-0 6-0 | 7-0 8-0".into()));
    assert_eq!(trimmed(7, false), (1, "[1-0] 2-0 3-0 | 4-0 5-0 6-0 | 7-0 8-0".into()));
    assert_eq!(trimmed(6, true), (0, "1-0 2-0 3-0 | 4-0 5-0 6-0 | 7-0 8-0".into()));
    assert_eq!(trimmed(5, true), (3, "4-0 5-0 6-0 | 7-0 8-0".into()));
    assert_eq!(trimmed(4, true), (3, "4-0 5-0 6-0 | 7-0 8-0".into()));
    assert_eq!(trimmed(4, false), (4, "[4-0] 5-0 6-0 | 7-0 8-0".into()));
    assert_eq!(trimmed(0, true), (8, String::new()));
}

#[test]
fn an_id_can_be_given_again_after_a_deleted_one() {
    let mut stream = numbered(3, NodeLimits::default());
    stream.delete(id(3, 0));
    stream.set_last_id(id(2, 0));
    stream.append(id(2, 5), &words("f v"), NodeLimits::default());
    stream.append(id(3, 0), &words("f w"), NodeLimits::default());
    assert_eq!(layout(&stream), "1-0 2-0 [3-0] 2-5 3-0");
    assert_eq!(stream.get(id(3, 0)).unwrap().iter().collect::<Vec<_>>(), [(&b"f"[..], &b"w"[..])]);
    assert!(stream.delete(id(3, 0)) && !stream.delete(id(3, 0)));
    assert_eq!(stream.last_entry_id(), Some(id(2, 5)));
}

#[test]
fn nodes_out_of_order_are_refused() {
    let node = |master, ids: &[StreamId]| {
        let mut node = StreamNode::new(master, vec![b"f"[..].into()]);
        ids.iter().for_each(|id| node.push(*id, None, [b"v"[..].into()].into(), false));
        node
    };
    let mut stream = Stream::default();
    assert!(stream.push_node(node(id(1, 0), &[])).is_err());
    assert!(stream.push_node(node(id(2, 0), &[id(1, 0)])).is_err());
    assert!(stream.push_node(node(id(1, 0), &[id(2, 0), id(2, 0)])).is_err());
    assert_eq!((stream.len(), stream.approximate_bytes()), (0, 0));
    stream.push_node(node(id(1, 0), &[id(2, 0), id(3, 0)])).unwrap();
    assert!(stream.push_node(node(id(3, 0), &[id(4, 0)])).is_err());
    assert_eq!((stream.len(), stream.last_id()), (2, id(3, 0)));
}

/// Counts the nodes as rax.c makes them, one key after another: a set of all prefixes at which a node begins.
fn counted(ids: &[StreamId]) -> usize {
    let keys: Vec<[u8; 16]> = ids.iter().map(|id| id.to_bytes()).collect();
    let mut starts = std::collections::BTreeSet::from([Vec::new()]);
    for key in &keys {
        starts.insert(key.to_vec());
        for other in keys.iter().filter(|other| *other != key) {
            let branch = (0..16).find(|&at| key[at] != other[at]).unwrap();
            starts.insert(key[..branch].to_vec());
            starts.insert(key[..=branch].to_vec());
        }
    }
    starts.len()
}

#[test]
fn radix_trees() {
    let check = |ids: &[StreamId], nodes: usize| {
        assert_eq!((radix_nodes(ids.iter().copied()), counted(ids)), (nodes, nodes), "{ids:?}");
    };
    check(&[], 1);
    check(&[id(1, 1)], 2);
    check(&[id(1, 1), id(1, 2)], 4);
    check(&[id(1, 1), id(1, 256)], 6);
    check(&[id(0, 1), id(1 << 63, 1)], 5);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    for _ in 0..200 {
        let (ms, seq) = (1 + rng.next_u64() % 2000, 1 + rng.next_u64() % 300);
        let mut ids: Vec<_> = (0..rng.next_u32() % 40).map(|_| id(rng.next_u64() % ms, rng.next_u64() % seq)).collect();
        ids.sort();
        ids.dedup();
        check(&ids, counted(&ids));
    }
}

type Entries = BTreeMap<StreamId, Vec<Vec<u8>>>;

fn content(stream: &Stream, ids: RangeInclusive<StreamId>) -> Vec<(StreamId, Vec<Vec<u8>>)> {
    let flat = |fields: EntryFields<'_>| fields.iter().flat_map(|(f, v)| [f.to_vec(), v.to_vec()]).collect();
    stream.range(ids).map(|(id, fields)| (id, flat(fields))).collect()
}

#[test]
fn random_changes_match_an_ordered_map() {
    for seed in 0..30 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut next = |below: u64| rng.next_u64() % below;
        let limits = NodeLimits { bytes_max: [4096, 150, 0][seed as usize % 3], entries_max: next(6) as usize };
        let (mut stream, mut model) = (Stream::default(), Entries::new());
        for step in 0..600 {
            let at = id(next(step / 4 + 1), next(4));
            match next(10) {
                0..=4 => {
                    let id = StreamId::generate(stream.last_id(), next(step / 3 + 1));
                    let pairs = words(["f v", "f 1 g 2", "f 1 f 2", "g 12345678901 h x"][next(4) as usize]);
                    stream.append(id, &pairs, limits);
                    model.insert(id, pairs);
                }
                5 | 6 => assert_eq!(stream.delete(at), model.remove(&at).is_some(), "seed {seed}, step {step}"),
                7 if step % 20 == 0 => {
                    let len = next(40) as usize;
                    let removed = stream.trim(len, false);
                    assert_eq!(removed, model.len().saturating_sub(len));
                    (0..removed).for_each(|_| drop(model.pop_first()));
                }
                8 if step % 20 == 0 => {
                    let len = next(40) as usize;
                    for _ in 0..stream.trim(len, true) {
                        model.pop_first();
                    }
                    assert!(model.len() >= len.min(stream.len()));
                    let first = stream.nodes().next().map_or(0, StreamNode::live);
                    assert!(stream.len() <= len || stream.len() - first < len, "a node could go");
                }
                9 => {
                    let last = model.last_key_value().map_or(StreamId::MIN, |(id, _)| *id);
                    stream.set_last_id(last.max(at));
                }
                _ => {
                    let end = id(at.ms + next(9), next(4));
                    let expect: Vec<_> = model.range(at..=end.max(at)).map(|(id, w)| (*id, w.clone())).collect();
                    assert_eq!(content(&stream, at..=end.max(at)), expect, "seed {seed}, step {step}");
                    let back: Vec<_> = stream.range(at..=end.max(at)).rev().map(|(id, _)| id).collect();
                    assert_eq!(back, expect.iter().rev().map(|(id, _)| *id).collect::<Vec<_>>());
                    assert_eq!(
                        content(&stream, end.next()..=at).len(),
                        model.range(end.next()..).take_while(|(id, _)| **id <= at).count()
                    );
                }
            }
            assert_eq!((stream.len(), stream.last_entry_id()), (model.len(), model.keys().next_back().copied()));
            let bytes: usize = stream.nodes().map(StreamNode::listpack_bytes).sum();
            assert_eq!(stream.approximate_bytes(), bytes, "seed {seed}, step {step}");
            assert!(stream.nodes().all(|node| node.live() > 0), "seed {seed}, step {step}");
        }
        let all = StreamId::MIN..=StreamId::MAX;
        assert_eq!(content(&stream, all), model.into_iter().collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn a_change_copies_only_the_node_that_it_changes() {
    let mut stream = numbered(7, THREE);
    let snapshot = stream.clone();
    stream.append(id(8, 0), &words("f v"), THREE);
    stream.delete(id(4, 0));
    assert!(!stream.delete(id(4, 0)));
    let shared: Vec<_> = stream.nodes.iter().zip(&snapshot.nodes).map(|(one, other)| Arc::ptr_eq(one, other)).collect();
    assert_eq!(shared, [true, false, false]);
    assert_eq!(layout(&snapshot), "1-0 2-0 3-0 | 4-0 5-0 6-0 | 7-0");
}

#[test]
fn pending_entries_belong_to_one_consumer() {
    for seed in 0..30 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut next = |below: u64| rng.next_u64() % below;
        let mut stream = Stream::default();
        assert!(stream.add_group(b"g", Group::new(id(3, 0))) && !stream.add_group(b"g", Group::default()));
        let mut model: BTreeMap<StreamId, (String, u64)> = BTreeMap::new();
        let mut names = std::collections::BTreeSet::new();
        for step in 0..500 {
            let (id, name) = (id(next(30), 0), format!("c{}", next(5)));
            stream.change_group(b"g", |group| match next(8) {
                0..=3 => {
                    let consumer = group.see_consumer(name.as_bytes(), step);
                    group.assign(id, Pending { delivered_ms: step, deliveries: 1, consumer });
                    names.insert(name.clone());
                    model.insert(id, (name.clone(), 1));
                }
                4 | 5 => assert_eq!(group.acknowledge(id), model.remove(&id).is_some()),
                6 => {
                    assert_eq!(group.deliver_again(id, step), model.contains_key(&id));
                    if let Some((_, deliveries)) = model.get_mut(&id) {
                        *deliveries += 1;
                    }
                }
                _ if step % 10 == 0 => {
                    let lost = model.values().filter(|(owner, _)| *owner == name).count();
                    let known = names.remove(&name);
                    assert_eq!(group.remove_consumer(name.as_bytes()), known.then_some(lost), "seed {seed}");
                    model.retain(|_, (owner, _)| *owner != name);
                }
                _ => {}
            });
            let group = stream.group(b"g").unwrap();
            let pending = group
                .pending_from(StreamId::MIN)
                .map(|(id, p)| (id, (String::from_utf8_lossy(&p.consumer).into_owned(), p.deliveries)));
            assert!(pending.eq(model.clone()), "seed {seed}, step {step}");
            let consumers = group.consumers().iter().map(|c| String::from_utf8_lossy(c.name()).into_owned());
            assert!(consumers.eq(names.iter().cloned()));
            for consumer in group.consumers() {
                let own = model.iter().filter(|(_, (owner, _))| owner.as_bytes() == consumer.name()).map(|(id, _)| *id);
                assert!(consumer.pending_from(StreamId::MIN).eq(own), "seed {seed}, step {step}");
            }
        }
        stream.change_group(b"g", |group| {
            names.iter().for_each(|name| _ = group.remove_consumer(name.as_bytes()));
        });
        assert!(stream.remove_group(b"g") && !stream.remove_group(b"g"));
        assert_eq!(stream.approximate_bytes(), 0, "seed {seed}");
    }
}
