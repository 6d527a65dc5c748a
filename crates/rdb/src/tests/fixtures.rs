//! Files that a redis-server 7.0.15 wrote of one dataset, with three configurations.

use super::containers::show;
use super::*;

/// As its configuration comes: listpacks, quicklists with plain nodes, intsets, compressed.
const COMPACT: &[u8] = include_bytes!("../../tests/fixtures/redis7-compact.rdb");
/// No collection small enough for a container, lists in nodes of two elements.
const LARGE: &[u8] = include_bytes!("../../tests/fixtures/redis7-large.rdb");
/// Containers, nothing compressed, no checksum; without `list:many`.
const UNCOMPRESSED: &[u8] = include_bytes!("../../tests/fixtures/redis7-uncompressed.rdb");

fn expected() -> Vec<(&'static str, String)> {
    let printable: String = (33..123u8).map(char::from).filter(|c| !"\"'\\".contains(*c)).collect();
    let x9000: String = (0..9000).map(|i| char::from(97 + ((i * i * 7 + i) % 26) as u8)).collect();
    let z300 = "z".repeat(300);
    vec![
        (
            "list:small",
            "a  b c 7 -1 12 13 127 128 -128 4095 4096 -4096 -4097 32767 32768 -32768 8388607 8388608 -8388608 -8388609 \
             2147483647 2147483648 -2147483648 9223372036854775807 -9223372036854775808 9223372036854775808 0123 1.5"
                .into(),
        ),
        ("list:long", format!("{}{printable} {z300} x tail", "y".repeat(70))),
        ("list:many", format!("{x9000} 1 2 3 {x9000}")),
        ("set:int8", "-5 1 2 3".into()),
        ("set:int32", "-70000 1 70000".into()),
        ("set:int64", "-5000000000 1 5000000000".into()),
        ("set:words", " 12 a b c x1".into()),
        (
            "zset:small",
            format!("low:-inf minus:-7 one:1 onehalf:1.5 odd:3.0000000000000004 big:100000 huge:{} high:inf", 1e300),
        ),
        ("hash:small", format!("=empty big={z300} e= f=v n=12")),
        ("string", "hello".into()),
        ("expiring", "soon".into()),
    ]
}

#[track_caller]
fn check_fixture(file: &[u8], but: Option<&str>) {
    check_error(file, 9, "Can't handle RDB format version 10");
    let loaded = load(file, &options(10)).unwrap();
    assert_eq!((loaded.redis_ver.as_deref(), loaded.bytes), (Some("7.0.15"), file.len()));
    let mut keys = 0;
    for (key, expect) in expected().into_iter().filter(|(key, _)| but != Some(*key)) {
        let entry = loaded.keyspace.get(0, key.as_bytes()).unwrap_or_else(|| panic!("no {key}"));
        assert_eq!(show(entry.value()), expect, "{key}");
        assert_eq!(entry.expire_ms().is_some(), key == "expiring");
        keys += 1;
    }
    assert_eq!(loaded.keyspace.total_keys(), keys);
    // What we write of it is of version 9, and the same.
    let ours = SaveJob::new(&loaded.keyspace, info(None)).run();
    assert!(load(&ours, &options(9)).unwrap().keyspace.equal_data(&loaded.keyspace));
}

#[test]
fn files_of_newer_versions() {
    check_fixture(COMPACT, None);
    check_fixture(LARGE, None);
    check_fixture(UNCOMPRESSED, Some("list:many"));
}

#[test]
fn steps_of_any_size_give_the_same() {
    for bytes in [COMPACT, LARGE, UNCOMPRESSED] {
        let whole = load(bytes, &options(10)).unwrap();
        for bytes_max in [0, 1, 7, 100, 5000, usize::MAX] {
            let mut loader = Loader::new(bytes.into(), options(10)).unwrap();
            assert_eq!((loader.loaded_bytes(), loader.total_bytes()), (9, bytes.len()));
            let mut steps = 0;
            let loaded = loop {
                let before = loader.loaded_bytes();
                steps += 1;
                match loader.step(bytes_max).unwrap() {
                    Progress::Done(loaded) => break loaded,
                    Progress::More(more) => {
                        assert!(more.loaded_bytes() >= before + bytes_max.max(1));
                        loader = more;
                    }
                }
            };
            assert!(loaded.keyspace.equal_data(&whole.keyspace));
            assert_eq!((loaded.bytes, loaded.redis_ver), (whole.bytes, whole.redis_ver.clone()));
            assert!(steps > 1 || bytes_max >= 5000);
            assert!(steps == 1 || bytes_max < bytes.len());
        }
    }
}

#[test]
fn a_step_stops_at_an_error() {
    let mut bytes = COMPACT.to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let mut loader = Loader::new(bytes.into(), options(10)).unwrap();
    let error = loop {
        match loader.step(50) {
            Ok(Progress::More(more)) => loader = more,
            Ok(Progress::Done(_)) => panic!("a wrong checksum went through"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error.kind, RdbErrorKind::Checksum { .. }));
    assert_eq!(error.offset, last - 7);
}

#[test]
fn damaged_containers_never_panic() {
    use rand_core::{RngCore, SeedableRng};
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(10);
    let mut loaded = 0;
    for _ in 0..20_000 {
        let mut bytes = UNCOMPRESSED.to_vec();
        for _ in 0..=rng.next_u32() % 3 {
            let at = rng.next_u32() as usize % bytes.len();
            bytes[at] = match rng.next_u32() % 3 {
                0 => bytes[at].wrapping_add(1),
                1 => [0, 0x7f, 0x80, 0xc0, 0xf0, 0xf4, 0xfe, 0xff][rng.next_u32() as usize % 8],
                _ => rng.next_u32() as u8,
            };
        }
        loaded += u32::from(load(&bytes, &options(12)).is_ok());
    }
    assert!((1000..19_000).contains(&loaded), "{loaded} of 20000 loaded");
}

#[test]
fn scripts_are_saved_with_the_replication_info() {
    let repl = load(&hex(FIRST_FULL_SYNC), &options(9)).unwrap().repl;
    let scripts: Vec<std::sync::Arc<[u8]>> = vec![b"return 1".as_slice().into(), b"return 'x\0y'".as_slice().into()];
    let saved = |repl| {
        let job = SaveJob::new(&Keyspace::default(), SaveInfo { scripts: scripts.clone(), ..info(repl) });
        load(&job.run(), &options(9)).unwrap().scripts
    };
    assert_eq!(saved(repl), [b"return 1".to_vec(), b"return 'x\0y'".to_vec()]);
    assert!(saved(None).is_empty());
}
