//! Scripts: whatever is read is written and read again as the same; each error is at a place that is there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_lab::Script;

fuzz_target!(|text: &str| {
    match Script::parse(text) {
        Ok(script) => {
            let written = script.to_text();
            let again = Script::parse(&written).expect("what we wrote is read");
            assert_eq!(again.session(), script.session());
            assert_eq!(again.to_text(), written);
            let lines = text.lines().count();
            assert!(script.moments().iter().all(|moment| (1..=lines).contains(&moment.line)));
            let longer = script.text_with(text, script.session()).expect("it is of this script");
            assert_eq!(Script::parse(&longer).expect("nothing was added").session(), script.session());
        }
        Err(errors) => {
            assert!(!errors.list().is_empty());
            for error in errors.list() {
                let line = text.lines().nth(error.line - 1).unwrap_or_default();
                assert!(error.column >= 1 && error.column <= line.chars().count() + 2, "{error}");
            }
        }
    }
});
