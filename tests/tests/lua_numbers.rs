//! Numbers in scripts, natively; a browser reads the same table (crates/wasm/tests/digests.rs).

#[test]
fn numbers_in_scripts_are_those_of_a_real_redis() {
    let differ = psyncscope_tests::lua_numbers::numbers_that_differ();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
