//! The lessons of the course, each played as readers do who do everything right, and as those who do not.

use std::path::PathBuf;

use psyncscope_lab::Lesson;
use psyncscope_lab::lesson::course::COURSE;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "lessons"].iter().collect()
}

fn text_of(id: &str) -> String {
    let path = folder().join(format!("{id}.psync"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lesson(id: &str) -> Lesson {
    Lesson::parse(&text_of(id)).unwrap_or_else(|errors| panic!("{id}.psync:\n{errors}"))
}

#[test]
fn every_lesson_of_the_course_can_be_taken() {
    
    let mut wrong = String::new();
    for id in COURSE {
        let played = lesson(id).check().expect("a world");
        println!(
            "{id}: {} tasks, {} questions, {} alternatives, {} actions, {:.1} s",
            played.tasks,
            played.questions,
            played.alternatives,
            played.log.actions.len(),
            played.log.end_us as f64 / 1e6
        );
        for fault in &played.faults {
            wrong.push_str(&format!("\n{id}.psync:{}: {}", fault.line, fault.message));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
