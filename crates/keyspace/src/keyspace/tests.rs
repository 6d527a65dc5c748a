use super::*;

fn keys(keyspace: &Keyspace) -> String {
    let keys: Vec<_> = keyspace.iter(0).map(|(key, _)| String::from_utf8_lossy(key).into_owned()).collect();
    keys.join(" ")
}

fn filled(names: &str) -> Keyspace {
    let mut keyspace = Keyspace::default();
    for name in names.split(' ') {
        keyspace.set(0, name.as_bytes(), b"1".as_slice());
    }
    keyspace
}

fn append(keyspace: &mut Keyspace, key: &[u8], tail: &[u8]) -> Option<()> {
    keyspace.modify(0, key, |value| match value {
        Value::String(text) => text.unshare().extend_from_slice(tail),
        other => unreachable!("{other:?} in a test of strings"),
    })
}

#[test]
fn the_order_is_that_of_the_changes() {
    let mut keyspace = filled("a b c d e");
    assert!(!keyspace.set(0, b"b", b"2".as_slice()));
    assert_eq!(keys(&keyspace), "a b c d e");
    assert!(keyspace.delete(0, b"b"));
    assert!(!keyspace.delete(0, b"b"));
    assert_eq!(keys(&keyspace), "a e c d");
    assert!(keyspace.rename(0, b"a", b"c"));
    assert!(!keyspace.rename(0, b"a", b"c"));
    assert_eq!(keys(&keyspace), "d e c");
}

#[test]
fn the_version_changes_with_each_change_only() {
    let mut keyspace = filled("a");
    let mut last = keyspace.version();
    let mut moved = |keyspace: &Keyspace| {
        let moved = keyspace.version() > last;
        last = keyspace.version();
        moved
    };
    assert!(!moved(&keyspace));
    let _ = (keyspace.get(0, b"a"), keyspace.snapshot(), keyspace.counts());
    keyspace.delete(0, b"missing");
    keyspace.set_expire(0, b"missing", 1);
    keyspace.persist(0, b"a");
    keyspace.rename(0, b"missing", b"b");
    append(&mut keyspace, b"missing", b"x");
    keyspace.active_expire(i64::MAX, 10);
    assert!(!moved(&keyspace));
    keyspace.set(0, b"a", b"1".as_slice());
    assert!(moved(&keyspace));
    append(&mut keyspace, b"a", b"x");
    assert!(moved(&keyspace));
    keyspace.set_expire(0, b"a", 5);
    assert!(moved(&keyspace));
    keyspace.persist(0, b"a");
    assert!(moved(&keyspace));
    keyspace.rename(0, b"a", b"b");
    assert!(moved(&keyspace));
    keyspace.delete(0, b"b");
    assert!(moved(&keyspace));
    keyspace.swap_db(0, 1);
    assert!(moved(&keyspace));
    keyspace.replace_data(Keyspace::new(3));
    assert!(moved(&keyspace));
    assert_eq!(keyspace.databases(), DATABASES);
}

#[test]
fn a_touched_key_has_a_new_version() {
    let mut keyspace = filled("a b");
    let a = keyspace.key_version(0, b"a");
    keyspace.set(0, b"b", b"2".as_slice());
    assert_eq!(keyspace.key_version(0, b"a"), a);
    keyspace.delete(0, b"a");
    assert_eq!(keyspace.key_version(0, b"a"), None);
    keyspace.set(0, b"a", b"1".as_slice());
    let again = keyspace.key_version(0, b"a");
    assert_ne!(again, a);
    keyspace.set_expire(0, b"a", 5);
    let expiring = keyspace.key_version(0, b"a");
    assert_ne!(expiring, again);
    keyspace.persist(0, b"a");
    assert_eq!(keyspace.key_version(0, b"a"), expiring);
    let twin = keyspace.clone();
    keyspace.replace_data(twin);
    assert_ne!(keyspace.key_version(0, b"a"), expiring);
}

#[test]
fn keys_expire_by_time_and_only_after_it() {
    let mut keyspace = filled("a b c d");
    keyspace.set_expire(0, b"a", 30);
    keyspace.set_expire(0, b"b", 10);
    keyspace.set_expire(0, b"c", 20);
    keyspace.set(5, b"z", b"1".as_slice());
    keyspace.set_expire(5, b"z", 1);
    assert_eq!(keyspace.counts(), [(0, 4, 3), (5, 1, 1)]);
    assert_eq!(keyspace.average_ttl_ms(0, 5), 15);
    assert_eq!(keyspace.average_ttl_ms(0, 500), 0);
    assert_eq!(keyspace.average_ttl_ms(1, 5), 0);
    assert_eq!(keyspace.active_expire(10, 100), [(5, b"z".to_vec())]);
    assert_eq!(keyspace.active_expire(21, 1), [(0, b"b".to_vec())]);
    assert_eq!(keyspace.active_expire(21, 100), [(0, b"c".to_vec())]);
    // Whatever takes the time to live away takes it out of the index.
    keyspace.set(0, b"a", b"1".as_slice());
    assert_eq!(keyspace.active_expire(1000, 100), []);
    assert_eq!(keyspace.stats.expired, 3);
    assert_eq!(keyspace.counts(), [(0, 2, 0)]);
}

#[test]
fn a_replica_expires_only_what_its_clients_gave_a_time() {
    let mut keyspace = filled("a b c d");
    for key in [b"a", b"b", b"c"] {
        keyspace.set_expire(0, key, 10);
        keyspace.remember_local_expire(0, key);
    }
    keyspace.set_expire(0, b"d", 10);
    keyspace.persist(0, b"b");
    assert_eq!(keyspace.expire_local(10), []);
    keyspace.set_expire(0, b"b", 10);
    assert_eq!(keyspace.expire_local(11), [(0, b"a".to_vec()), (0, b"c".to_vec())]);
    assert_eq!(keys(&keyspace), "d b");
    keyspace.remember_local_expire(0, b"d");
    keyspace.forget_local_expires();
    assert_eq!(keyspace.expire_local(11), []);
}

#[test]
fn equality_compares_content_only() {
    let (mut one, mut other) = (filled("a b c"), filled("c a b"));
    assert!(one.equal_data(&other));
    one.set_expire(0, b"a", 5);
    assert!(!one.equal_data(&other));
    other.set_expire(0, b"a", 5);
    assert!(one.equal_data(&other));
    append(&mut one, b"b", b"x");
    assert!(!one.equal_data(&other));
    let mut few = Keyspace::new(1);
    assert!(few.equal_data(&Keyspace::new(9)));
    few.set(0, b"a", b"1".as_slice());
    assert!(!few.equal_data(&Keyspace::new(9)));
    assert!(!Keyspace::new(9).equal_data(&few));
}

#[test]
fn sizes_add_up() {
    use rand_core::{RngCore, SeedableRng};
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(3);
    let mut keyspace = Keyspace::new(2);
    for _ in 0..5000 {
        let db = rng.next_u32() as usize % 2;
        let [key, other] = [0, 1].map(|_| (rng.next_u32() % 10).to_string().into_bytes());
        match rng.next_u32() % 8 {
            0 | 1 => {
                keyspace.set(db, &key, vec![b'x'; rng.next_u32() as usize % 9]);
            }
            2 => {
                append(&mut keyspace, &key, b"12345");
            }
            3 | 4 => {
                keyspace.set_expire(db, &key, (rng.next_u32() % 50).into());
            }
            5 => {
                keyspace.rename(db, &key, &other);
            }
            6 => {
                keyspace.delete(db, &key);
            }
            _ => {
                keyspace.active_expire((rng.next_u32() % 50).into(), 2);
            }
        }
        // The same content built from scratch has the same counts, sums and index.
        let mut fresh = Keyspace::new(2);
        for db in 0..2 {
            for (key, entry) in keyspace.iter(db) {
                fresh.set(db, key, entry.value().clone());
                if let Some(when) = entry.expire_ms() {
                    fresh.set_expire(db, key, when);
                }
            }
            assert_eq!(fresh.average_ttl_ms(db, -100), keyspace.average_ttl_ms(db, -100));
            assert!(fresh.db(db).expires().eq(keyspace.db(db).expires()));
        }
        assert!(fresh.equal_data(&keyspace));
        assert_eq!(fresh.counts(), keyspace.counts());
        assert_eq!(fresh.approximate_bytes(), keyspace.approximate_bytes());
    }
}
