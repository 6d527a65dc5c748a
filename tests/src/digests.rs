//! Stored digests: the world of a seed does the same today as when they were stored, on every platform.

use psyncscope_sweep::digest_of_seed;

/// How many seeds the file has.
pub const DIGESTS: u64 = 50;

/// `tests/digests.txt`: a seed and its digest on each line; `#` begins a comment.
const FILE: &str = include_str!("../digests.txt");

/// The seeds and digests that were written down.
///
/// # Panics
/// If the file has another form.
#[must_use]
pub fn written_digests() -> Vec<(u64, &'static str)> {
    let lines = FILE.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (seed, digest) = line.split_once(' ').expect("a seed and its digest");
            (seed.parse().expect("a seed is a number"), digest)
        })
        .collect()
}

/// The file as it would be written now.
#[must_use]
pub fn digests_file() -> String {
    let mut file =
        "# The digests of the worlds of these seeds: everything they did, in one number. Checked natively and in a \
                    browser.\n# A change here is a change of what nodes or networks do. Write anew with \
                    PSYNCSCOPE_WRITE_DIGESTS=1\n# cargo test -p psyncscope-tests --test digests\n"
            .to_owned();
    for seed in 0..DIGESTS {
        file.push_str(&format!("{seed} {}\n", digest_of_seed(seed)));
    }
    file
}

/// Runs every world that was written down, and says which digests differ.
#[must_use]
pub fn digests_that_differ() -> Vec<String> {
    let written = written_digests();
    assert_eq!(written.len() as u64, DIGESTS, "tests/digests.txt is not whole");
    let differ = written.into_iter().filter_map(|(seed, expected)| {
        let now = digest_of_seed(seed);
        (now != expected).then(|| format!("seed {seed}: {expected} was written, now it is {now}"))
    });
    differ.collect()
}
