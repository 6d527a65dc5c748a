//! The same seed gives the same world, byte for byte: today and in a year, here and (crates/wasm/tests/digests.rs) in a
//! browser.

use psyncscope_sweep::{Scenario, check, digest_of_seed};
use psyncscope_tests::digests::{digests_file, digests_that_differ};

/// The file, from this package's folder, which is where cargo runs its tests.
const FILE: &str = "digests.txt";

#[test]
fn worlds_do_what_they_did() {
    if std::env::var_os("PSYNCSCOPE_WRITE_DIGESTS").is_some() {
        std::fs::write(FILE, digests_file()).expect("tests/digests.txt can be written");
        return;
    }
    let differ = digests_that_differ();
    assert!(
        differ.is_empty(),
        "{}\nif that was meant: PSYNCSCOPE_WRITE_DIGESTS=1 cargo test -p psyncscope-tests --test digests",
        differ.join("\n")
    );
}

#[test]
fn who_watches_changes_nothing() {
    for seed in 0..10 {
        let watched = check(&Scenario::of_seed(seed)).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(format!("{:016x}", watched.digest), digest_of_seed(seed), "seed {seed}");
    }
}
