//! Files that somebody opens: saved sessions and logs of single runs, and whatever else is dropped on the page. What is
//! read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_lab::{Branches, Opened};

fuzz_target!(|text: &str| {
    match Opened::read(text) {
        Ok(opened) => {
            let session = opened.script.session();
            let again = Branches::from_json(&session.to_json()).expect("what we wrote is read");
            assert_eq!(&again, session);
        }
        Err(error) => assert!(!error.message.is_empty()),
    }
});
