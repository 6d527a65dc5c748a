//! Plays lessons and prints what is wrong with them: `cargo run -p psyncscope-lab --example lesson -- FILE...`. Without
//! files, the first lesson of the course.

#![allow(clippy::print_stdout, reason = "printing is what an example is for")]

use psyncscope_lab::Lesson;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        files.push(concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/first-sync.psync").to_owned());
    }
    for file in files {
        let lesson = match Lesson::parse(&std::fs::read_to_string(&file)?) {
            Ok(lesson) => lesson,
            Err(errors) => {
                println!("{file}:\n{errors}");
                continue;
            }
        };
        let played = lesson.check()?;
        println!(
            "{}: {} blocks, {} tasks, {} questions, {} alternatives, {} actions in {} s",
            lesson.id,
            lesson.blocks.len(),
            played.tasks,
            played.questions,
            played.alternatives,
            played.log.actions.len(),
            played.log.end_us as f64 / 1e6
        );
        for fault in &played.faults {
            println!("{file}:{}: {}", fault.line, fault.message);
        }
    }
    Ok(())
}
