//! Lessons and reports: each error is at a place that is there, and every text of a lesson can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_lab::lesson::{Report, plain};
use psyncscope_lab::{Lang, Lesson};

fuzz_target!(|text: &str| {
    let _ = Report::from_json(text);
    match Lesson::parse(text) {
        Ok(lesson) => {
            assert!(Lesson::is_lesson(text));
            assert!(!lesson.blocks.is_empty() && !lesson.config.nodes.is_empty());
            for lang in Lang::ALL {
                for block in &lesson.blocks {
                    assert!(!block.text.get(lang).is_empty());
                    block.text.get(lang).iter().for_each(|paragraph| drop(plain(paragraph, ToString::to_string)));
                }
            }
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
