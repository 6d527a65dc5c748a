//! Worlds are the same in a browser: the digests computed natively hold here too.

use psyncscope_tests::digests::digests_that_differ;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn worlds_do_here_what_they_did_there() {
    let differ = digests_that_differ();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[wasm_bindgen_test]
fn numbers_in_scripts_are_what_they_are_elsewhere() {
    let differ = psyncscope_tests::lua_numbers::numbers_that_differ();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
