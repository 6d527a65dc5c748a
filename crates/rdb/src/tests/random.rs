//! Datasets and damaged files at random.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn bytes(rng: &mut impl RngCore, len_max: u32) -> Vec<u8> {
    // Few different bytes make compressible strings, many do not.
    let letters = 1 + rng.next_u32() % 256;
    let len = rng.next_u32() % (1 + rng.next_u32() % len_max);
    (0..len).map(|_| (rng.next_u32() % letters) as u8).collect()
}

/// Bytes as elements often are: numbers at the limits of their encodings, short words, and now and then anything.
fn element(rng: &mut impl RngCore) -> Vec<u8> {
    match rng.next_u32() % 4 {
        0 => (rng.next_u32() % 20).to_string().into_bytes(),
        1 => {
            let edge = 1i64 << (rng.next_u32() % 63);
            let near = i64::from(rng.next_u32() % 5) - 2;
            let value = edge.wrapping_add(near);
            if rng.next_u32().is_multiple_of(2) { value } else { value.wrapping_neg() }.to_string().into_bytes()
        }
        2 => bytes(rng, 30),
        _ => {
            let len_max = [70, 300, 20_000][rng.next_u32() as usize % 3];
            bytes(rng, len_max)
        }
    }
}

fn score(rng: &mut impl RngCore) -> f64 {
    let value = f64::from_bits(rng.next_u64());
    match rng.next_u32() % 4 {
        0 if !value.is_nan() => value,
        1 => f64::from(rng.next_u32() % 30) / 4.0 - 3.0,
        2 => [f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 0.1, 1e17, 5e-324][rng.next_u32() as usize % 7],
        _ => f64::from(rng.next_u32() % 100),
    }
}

fn value(rng: &mut impl RngCore) -> Value {
    use psyncscope_keyspace::{Hash, List, Set, Zset};
    let len = 1 + rng.next_u32() % [3, 20, 700][rng.next_u32() as usize % 3];
    match rng.next_u32() % 7 {
        0 => {
            let mut list = List::default();
            (0..len).for_each(|_| list.push_back(element(rng)));
            list.into()
        }
        1 => {
            let mut set = Set::default();
            (0..len).for_each(|_| _ = set.insert(&element(rng)));
            set.into()
        }
        2 => {
            let shift = rng.next_u32() % 64;
            let mut set = Set::default();
            (0..len).for_each(|_| _ = set.insert((rng.next_u64() as i64 >> shift).to_string().as_bytes()));
            set.into()
        }
        3 => {
            let mut zset = Zset::default();
            (0..len).for_each(|_| _ = zset.insert(&element(rng), score(rng)));
            zset.into()
        }
        4 => {
            let mut hash = Hash::default();
            (0..len).for_each(|_| _ = hash.insert(&element(rng), element(rng)));
            hash.into()
        }
        5 => streams::stream(rng, element).into(),
        _ => bytes(rng, 3000).into(),
    }
}

/// The keys of all databases with their values' encodings.
fn encodings(keyspace: &Keyspace) -> Vec<(Vec<u8>, &'static str)> {
    let entries = (0..16).flat_map(|db| keyspace.iter(db));
    entries.map(|(key, entry)| (key.to_vec(), entry.value().encoding_name())).collect()
}

#[test]
fn datasets_round_trip() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut types = std::collections::BTreeSet::new();
    for round in 0..300 {
        let mut keyspace = Keyspace::default();
        for _ in 0..rng.next_u32() % 12 {
            let db = rng.next_u32() as usize % 16;
            let key = bytes(&mut rng, 60);
            keyspace.set(db, &key, value(&mut rng));
            if rng.next_u32() % 2 == 0 {
                keyspace.set_expire(db, &key, (rng.next_u64() >> 1) as i64);
            }
        }
        let compress = round % 3 != 0;
        let info = || SaveInfo { compress, ..info(None) };
        let file = SaveJob::new(&keyspace, info()).run();
        let loaded = load(&file, &options(9)).unwrap();
        assert!(loaded.keyspace.equal_data(&keyspace), "round {round}");
        assert_eq!(loaded.keyspace.counts(), keyspace.counts());
        assert_eq!(loaded.keyspace.approximate_bytes(), keyspace.approximate_bytes());
        assert_eq!(encodings(&loaded.keyspace), encodings(&keyspace), "round {round}");
        assert_eq!(SaveJob::new(&loaded.keyspace, info()).run(), file);
        for (_, entry) in keyspace.iter(0) {
            let payload = dump(entry.value(), compress);
            types.insert(payload[0]);
            assert_eq!(&restore(&payload, 9, &EncodingLimits::default()).unwrap(), entry.value(), "round {round}");
        }
    }
    assert_eq!(types.into_iter().collect::<Vec<_>>(), [0, 2, 4, 5, 11, 12, 13, 14, 15]);
}

#[test]
fn damaged_files_never_panic() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
    let whole = hex(COMPRESSED);
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..=rng.next_u32() % 4 {
            let at = rng.next_u32() as usize % bytes.len();
            bytes[at] = rng.next_u32() as u8;
        }
        let _ = load(&bytes, &options(12));
    }
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(9);
    let interesting =
        [0, 1, 2, 0x40, 0x80, 0x81, 0xc0, 0xc1, 0xc2, 0xc3, 0xf5, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];
    for _ in 0..50_000 {
        let body: Vec<u8> = (0..rng.next_u32() % 40)
            .map(|_| match rng.next_u32() % 3 {
                0 => rng.next_u32() as u8,
                _ => interesting[rng.next_u32() as usize % interesting.len()],
            })
            .collect();
        let _ = load(&file(12, &body), &options(12));
        let _ = load(&body, &options(12));
    }
}
