//! Takes lessons and prints what is wrong with them, and with `--text` also what a reader reads, with the numbers of the
//! world: `cargo run -p psyncscope-lab --example lesson -- [--text] FILE...`. Without files, the first lesson of the course.

#![allow(clippy::print_stdout, reason = "printing is what an example is for")]

use psyncscope_lab::lesson::{Answering, BlockKind, Mark, Played};
use psyncscope_lab::{Lab, Lang, Lesson};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (options, mut files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg == "--text");
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
            "{}: {} blocks, {} tasks, {} questions",
            lesson.id,
            lesson.blocks.len(),
            played.tasks,
            played.questions
        );
        for fault in &played.faults {
            println!("{file}:{}: {}", fault.line, fault.message);
        }
        if !options.is_empty() {
            for lang in Lang::ALL {
                read_aloud(&lesson, &played, lang)?;
            }
        }
    }
    Ok(())
}

/// What a reader of a language reads who does everything right.
fn read_aloud(lesson: &Lesson, played: &Played, lang: Lang) -> Result<(), Box<dyn std::error::Error>> {
    let lab = Lab::replay(&played.log)?;
    let frame = |mark: Option<Mark>| mark.unwrap_or_default().frame(&lab);
    println!("\n# {}", lesson.title.plain(lang, &lab, &frame(None)));
    for (index, block) in lesson.blocks.iter().enumerate() {
        let began = frame(played.progress.began_at(index));
        let met = frame(played.progress.met_at(index));
        println!("\n[{:.3} s] {}", began.at.0 as f64 / 1e6, block.text.plain(lang, &lab, &began));
        match &block.kind {
            BlockKind::Step { .. } => {}
            BlockKind::Task(task) => {
                task.solution.iter().for_each(|later| println!("  > {:?}", later.action));
            }
            BlockKind::Question(question) => {
                if let Answering::Choose(choices) = &question.answering {
                    choices.iter().for_each(|choice| println!("  ( ) {}", choice.text.plain(lang, &lab, &began)));
                }
                println!("  = {:?} {}", played.progress.truth(index), question.because.plain(lang, &lab, &met));
            }
        }
    }
    Ok(())
}
