//! The key arguments of a command (`getKeysFromCommand`).

use psyncscope_resp::parse_i64_strict;

use super::table::CommandSpec;

/// Whether the positions of the keys depend on the arguments: COMMAND flags such commands `movablekeys`.
pub(crate) fn are_movable(spec: &CommandSpec) -> bool {
    matches!(
        spec.name,
        "zunionstore"
            | "zinterstore"
            | "sort"
            | "eval"
            | "evalsha"
            | "georadius"
            | "georadius_ro"
            | "georadiusbymember"
            | "georadiusbymember_ro"
            | "xread"
            | "xreadgroup"
            | "migrate"
    )
}

/// The keys in `argv`, whose length is valid for the command. Empty if the arguments are invalid.
pub(crate) fn keys_of<'a>(spec: &CommandSpec, argv: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
    match spec.name {
        "zunionstore" | "zinterstore" => {
            let mut keys = counted(argv, 2);
            if !keys.is_empty() {
                keys.push(&argv[1]);
            }
            keys
        }
        "eval" | "evalsha" => counted(argv, 2),
        "sort" => {
            let mut keys: Vec<&[u8]> = vec![&argv[1]];
            let mut store = None;
            let mut words = argv[2..].iter();
            while let Some(word) = words.next() {
                match word.to_ascii_lowercase().as_slice() {
                    b"limit" => drop((words.next(), words.next())),
                    b"get" | b"by" => drop(words.next()),
                    b"store" => store = words.next().or(store),
                    _ => {}
                }
            }
            keys.extend(store.map(Vec::as_slice));
            keys
        }
        "georadius" | "georadius_ro" | "georadiusbymember" | "georadiusbymember_ro" => {
            let mut store = None;
            let mut words = argv[5..].iter();
            while let Some(word) = words.next() {
                if word.eq_ignore_ascii_case(b"store") || word.eq_ignore_ascii_case(b"storedist") {
                    store = words.next().or(store);
                }
            }
            [&argv[1]].into_iter().chain(store).map(Vec::as_slice).collect()
        }
        "xread" | "xreadgroup" => streams(argv),
        // `migrateGetKeys`: what follows the word KEYS, wherever it is, or the third argument.
        "migrate" => {
            let is_keys = |word: &Vec<u8>| word.eq_ignore_ascii_case(b"keys") && argv[3].is_empty();
            match argv[6..].iter().position(is_keys) {
                Some(at) => argv[6 + at + 1..].iter().map(Vec::as_slice).collect(),
                None => vec![&argv[3]],
            }
        }
        _ => {
            let (first, last, step) = spec.keys;
            let last = if last < 0 { argv.len() as i32 + last } else { last };
            let places = (first..=last).step_by(step.max(1) as usize).filter(|_| first > 0);
            places.filter_map(|place| argv.get(place as usize)).map(Vec::as_slice).collect()
        }
    }
}

/// `xreadGetKeys`: the first half of what follows the word STREAMS. That word can also be a group or a key.
fn streams(argv: &[Vec<u8>]) -> Vec<&[u8]> {
    let mut words = argv[1..].iter();
    while let Some(word) = words.next() {
        match word.to_ascii_lowercase().as_slice() {
            b"block" | b"count" => drop(words.next()),
            b"group" => drop((words.next(), words.next())),
            b"noack" => {}
            b"streams" if words.len().is_multiple_of(2) => {
                let keys = words.len() / 2;
                return words.take(keys).map(Vec::as_slice).collect();
            }
            _ => break,
        }
    }
    Vec::new()
}

/// Keys that follow their number, which is the argument at `at`.
fn counted(argv: &[Vec<u8>], at: usize) -> Vec<&[u8]> {
    let count = argv.get(at).and_then(|word| parse_i64_strict(word)).and_then(|count| usize::try_from(count).ok());
    let rest = argv.get(at + 1..).unwrap_or_default();
    count.and_then(|count| rest.get(..count)).unwrap_or_default().iter().map(Vec::as_slice).collect()
}
