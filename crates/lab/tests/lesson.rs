//! The lessons of the course, each played as readers do who do everything right, and as those who do not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use psyncscope_lab::engine::steps::{Function, StepEvent};
use psyncscope_lab::lesson::course::COURSE;
use psyncscope_lab::lesson::{
    Answer, Block, GLOSSARY, Graded, LessonReport, Paragraph, Played, Report, SpanKind, Truth, Verdict,
};
use psyncscope_lab::link::View;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{ActionLog, Branches, Lab, Lang, Lesson, Link};

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
        let lesson = lesson(id);
        let Played { log, progress, faults, .. } = lesson.check().expect("a world");
        for fault in &faults {
            wrong.push_str(&format!("\n{id}.psync:{}: {}", fault.line, fault.message));
        }
        assert!(!faults.is_empty() || progress.is_over(&lesson), "{id}");
        // The moments are those of the world: whoever replays the log finds the same.
        assert_eq!(lesson.progress_of(log).expect("its own log"), progress, "{id}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_course_is_what_the_folder_has() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder of lessons")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .filter_map(|name| name.strip_suffix(".psync").map(str::to_owned))
        .collect();
    files.sort();
    let mut course: Vec<&str> = COURSE.to_vec();
    course.sort_unstable();
    assert_eq!(files, course);
    for id in COURSE {
        let lesson = lesson(id);
        assert_eq!(lesson.id, *id);
        assert!(lesson.minutes.is_some(), "{id}");
        assert_eq!(lesson.is_challenge(), id.starts_with("challenge-"), "{id}");
    }
    let first_challenge = COURSE.iter().position(|id| lesson(id).is_challenge()).expect("there are challenges");
    assert!(first_challenge >= 14 && COURSE[first_challenge..].iter().all(|id| lesson(id).is_challenge()));
}

/// What a text refers to: code, terms and values.
fn references(paragraphs: &[Paragraph]) -> BTreeSet<String> {
    let of_span = |(code, what): (bool, &SpanKind)| match what {
        SpanKind::Words(words) => code.then(|| words.clone()),
        SpanKind::Term { term, .. } => Some(format!("[{}]", term.key)),
        SpanKind::Value(value) => Some(format!("{{{value}}}")),
    };
    paragraphs.iter().flatten().filter_map(|span| of_span((span.code, &span.what))).collect()
}

#[test]
fn both_languages_say_the_same() {
    for id in COURSE {
        let lesson = lesson(id);
        let all = [&lesson.title, &lesson.about].into_iter().chain(lesson.blocks.iter().flat_map(Block::texts));
        for text in all {
            let english = psyncscope_lab::lesson::plain(text.en.first().expect(id), ToString::to_string);
            assert_eq!(text.en.len(), text.zh.len(), "{id}: {english}");
            let has_chinese = text.zh.iter().flatten().any(|span| match &span.what {
                SpanKind::Words(words) => words.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)),
                SpanKind::Term { .. } => true,
                SpanKind::Value(_) => false,
            });
            let only_code = text
                .zh
                .iter()
                .flatten()
                .all(|span| span.code || matches!(&span.what, SpanKind::Words(w) if w.len() <= 3));
            assert!(has_chinese || only_code, "{id}: {english}");
            assert_eq!(references(&text.en), references(&text.zh), "{id}: {english}");
        }
    }
}

/// The functions that the lessons enter, each with the lessons that do.
fn functions_entered() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut entered: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in COURSE {
        let lab = Lab::replay(&lesson(id).solved().expect("a world")).expect("its own log");
        let turns = lab.steps_between(None, lab.now()).expect("it runs again");
        let functions: BTreeSet<&str> = turns
            .iter()
            .flat_map(|turn| &turn.steps)
            .filter_map(|report| match report.event {
                StepEvent::Entered(function) => Some(function.name()),
                _ => None,
            })
            .collect();
        for function in functions {
            entered.entry(function).or_default().push(id);
        }
    }
    entered
}

/// The table of the lessons, below its head.
fn table_of_lessons(lang: Lang) -> String {
    let row = |id: &&str| {
        let lesson = lesson(id);
        let minutes = lesson.minutes.expect("how long it takes");
        format!("| `{id}` | {} | {minutes} |\n", lesson.title.words(lang))
    };
    COURSE.iter().map(row).collect()
}

/// The table of the functions and of the lessons that enter them, below its head.
fn table_of_functions(entered: &BTreeMap<&str, Vec<&str>>) -> String {
    let row = |function: Function| {
        let lessons = entered.get(function.name()).map_or(&[][..], Vec::as_slice);
        assert!(!lessons.is_empty(), "no lesson enters {}", function.name());
        // Of what nearly every lesson enters, the first three.
        let shown = if lessons.len() > 6 { format!("{}, …", lessons[..3].join(", ")) } else { lessons.join(", ") };
        format!("| {} | `{}` | {shown} |\n", function.section(), function.name())
    };
    Function::ALL.iter().copied().map(row).collect()
}

/// A text with these rows in its tables, in order.
fn with_tables(text: &str, tables: &[&str]) -> String {
    let mut tables = tables.iter();
    let mut made = String::new();
    let mut in_table = false;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with("|---");
        in_table = begins || (in_table && line.starts_with('|'));
        if begins || !in_table {
            made.push_str(line);
        }
        if begins {
            made.push_str(tables.next().expect("a table more than there is"));
        }
    }
    assert_eq!(tables.next(), None, "a table is missing");
    made
}

#[test]
fn the_course_enters_every_function_and_the_handbook_says_where() {
    let functions = table_of_functions(&functions_entered());
    for (chapter, lang) in [("course.md", Lang::En), ("zh/course.md", Lang::Zh)] {
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../docs", chapter].iter().collect();
        let text = std::fs::read_to_string(&path).expect(chapter);
        let made = with_tables(&text, &[&table_of_lessons(lang), &functions]);
        if std::env::var_os("PSYNCSCOPE_WRITE_COURSE").is_some() {
            std::fs::write(&path, &made).expect(chapter);
            continue;
        }
        assert_eq!(text, made, "PSYNCSCOPE_WRITE_COURSE=1 writes docs/{chapter} anew");
    }
}

/// What a student hands in who did this and answered so.
fn report(lesson: &Lesson, log: ActionLog, answers: Vec<Answer>) -> LessonReport {
    let link = Link::new(Branches::of(log), View::default()).expect("its end is in it");
    LessonReport { lesson: lesson.id.clone(), session: link.to_text(), answers }
}

/// The right answer to each question, or the wrong one.
fn answers(lesson: &Lesson, played: &Played, right: bool) -> Vec<Answer> {
    let of_block = |block: usize| match played.progress.truth(block)? {
        Truth::Choices(choices) => {
            let choice = if right { choices[0] } else { usize::from(choices[0] == 0) };
            Some(Answer { block, choice: Some(choice), number: None })
        }
        Truth::Number(number) => {
            Some(Answer { block, choice: None, number: number.map(|n| if right { n } else { n + 1 }) })
        }
    };
    (0..lesson.blocks.len()).filter_map(of_block).collect()
}

#[test]
fn what_is_done_right_is_graded_right_and_nothing_else() {
    for id in COURSE {
        let lesson = lesson(id);
        let played = lesson.check().expect("a world");
        let all = (played.tasks, played.tasks);
        let right = lesson.grade(&report(&lesson, played.log.clone(), answers(&lesson, &played, true)));
        assert_eq!((right.tasks, right.complete, right.error.as_deref()), (all, true, None), "{id}");
        assert_eq!(right.questions, (played.questions, played.questions), "{id}");

        let wrong = lesson.grade(&report(&lesson, played.log.clone(), answers(&lesson, &played, false)));
        assert_eq!((wrong.tasks, wrong.questions), (all, (0, played.questions)), "{id}");
        let is_wrong =
            |graded: &Graded| graded.blocks.iter().all(|b| matches!(b.verdict, Verdict::Met | Verdict::Wrong));
        assert!(is_wrong(&wrong), "{id}");

        // Nothing is done, for as long.
        let idle = ActionLog { actions: Vec::new(), ..played.log.clone() };
        let idle = lesson.grade(&report(&lesson, idle, answers(&lesson, &played, true)));
        assert_eq!((idle.tasks.0, idle.complete), (0, false), "{id}");
    }
}

#[test]
fn the_first_answer_counts_and_a_later_one_does_not() {
    let lesson = lesson("first-sync");
    let played = lesson.check().expect("a world");
    let both = [answers(&lesson, &played, false), answers(&lesson, &played, true)].concat();
    assert_eq!(lesson.grade(&report(&lesson, played.log.clone(), both)).questions.0, 0);
}

#[test]
fn a_session_of_another_world_is_worth_nothing() {
    let (one, other) = (lesson("first-sync"), lesson("backlog"));
    let graded = one.grade(&report(&one, other.solved().expect("a world"), Vec::new()));
    assert_eq!(graded.tasks.0, 0);
    assert!(graded.error.expect("a refusal").contains("not that of the lesson"));
    let graded = one.grade(&LessonReport { lesson: one.id.clone(), session: "#v1.!".to_owned(), answers: Vec::new() });
    assert!(graded.error.is_some());
}

#[test]
fn the_best_branch_of_a_session_counts() {
    let lesson = lesson("backlog");
    let done = lesson.solved().expect("a world");
    let lab = Lab::replay(&done).expect("a world");
    let mut session = Branches::of(done);
    let idle = session.leave(SimTime(1), &lab, Lang::En).expect("it was there");
    session.switch_to(idle).expect("it is there");
    let link = Link::new(session, View::default()).expect("a link").to_text();
    let graded = lesson.grade(&LessonReport { lesson: lesson.id.clone(), session: link, answers: Vec::new() });
    assert_eq!(graded.tasks.0, 2);
}

#[test]
fn what_was_before_a_branch_stays_met() {
    let lesson = lesson("backlog");
    let log = lesson.solved().expect("a world");
    let whole = lesson.progress_of(log.clone()).expect("its own log");
    for block in 0..lesson.blocks.len() {
        let at = whole.met_at(block).expect("all of it is met").at;
        let mut cut = whole.clone();
        cut.truncate(at);
        let until = Lab::replay(&log).expect("a world").log_until(at).expect("it was there");
        assert_eq!(cut, lesson.progress_of(until).expect("its own log"), "block {block}");
    }
}

#[test]
fn reports_are_written_and_read() {
    let lesson = lesson("first-sync");
    let played = lesson.check().expect("a world");
    let done = report(&lesson, played.log.clone(), answers(&lesson, &played, true));
    let report = Report { psyncscope_report: Report::VERSION, student: "Ada 艾达".to_owned(), lessons: vec![done] };
    let text = report.to_json();
    assert!(Report::is_report(&text) && !Report::is_report("{\"version\":2}"));
    assert_eq!(Report::from_json(&text), Ok(report));
    for (text, part) in [
        ("", "EOF"),
        ("[]", "object"),
        ("{\"psyncscope_report\":1,\"student\":\"a\"}", "lessons"),
        ("{\"psyncscope_report\":2,\"student\":\"a\",\"lessons\":[]}", "version 2"),
        ("{\"psyncscope_report\":1,\"student\":\"a\",\"lessons\":[],\"grade\":1}", "grade"),
        ("{\"psyncscope_report\":1,\"student\":\"a\",\"lessons\":[]} x", "trailing"),
    ] {
        let error = Report::from_json(text).expect_err(text);
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

const GOOD: &str = "\
lesson x
  title en A title
node a
node b
  replicaof a 6379
step
  en Words
task
  en Words
  goal b link up
  solution
    at +1s b> PING
question choose
  en Which?
  option if b psync full
    en Full
  option if b psync partial
    en Partial
  because en It is so.
";

#[test]
fn errors_say_where_and_what() {
    Lesson::parse(GOOD).expect("it is well formed");
    for (from, to, line, column, part) in [
        ("lesson x", "lesson x!", 1, 8, "the lesson's name"),
        ("lesson x\n", "", 1, 1, "a line with its name"),
        ("  title en A title", "  titel en A title", 2, 3, "did you mean title?"),
        ("  title en A title\n", "", 1, 1, "no title"),
        ("node a\n", "noed a\n", 3, 1, "did you mean node?"),
        ("  replicaof a 6379", "  replicafo a 6379", 5, 3, "Bad directive"),
        ("step\n  en Words", "step\n  en", 7, 5, "the text is empty"),
        ("step\n  en Words", "step\n  look card b", 6, 1, "says nothing"),
        ("step\n  en Words", "step\n  en The [raft]", 7, 10, "a term of the glossary"),
        ("step\n  en Words", "step\n  en It is\n    at {b.ofset}", 8, 8, "a node and one of its values"),
        ("step\n  en Words", "step\n  en Words\n  look card z", 8, 13, "a node: a, b"),
        ("goal b link up", "goal b lnik up", 10, 10, "did you mean link?"),
        ("goal b link up", "goal b enters CONECTED", 10, 17, "did you mean CONNECTED?"),
        ("  goal b link up\n", "", 8, 1, "no goal"),
        ("    at +1s b> PING", "    at 1s b> PING", 12, 8, "so long after the line before"),
        ("    at +1s b> PING", "    at +1s say \"x\"", 12, 12, "only actions stand here"),
        ("    at +1s b> PING", "    at +1s z> PING", 12, 12, "a node: a, b"),
        ("  option if b psync partial\n    en Partial\n", "", 13, 1, "2 to 9 options"),
        ("  because en It is so.\n", "", 13, 1, "why its answer is right"),
        ("question choose", "question chose", 13, 10, "did you mean choose?"),
        ("question choose", "question number", 15, 3, "answer"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let errors = Lesson::parse(&text).expect_err(to);
        let found = errors
            .list()
            .iter()
            .any(|error| (error.line, error.column) == (line, column) && error.to_string().contains(part));
        assert!(found, "{to}: expected {line}:{column} {part}, found\n{errors}");
    }
}

#[test]
fn faults_of_lessons_are_found() {
    let checked = |text: &str| {
        let lesson = Lesson::parse(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
        lesson.check().expect("a world").faults
    };
    // This one asks when there is nothing to wait for, and its task does itself.
    let faults = checked(GOOD);
    assert!(faults.iter().any(|fault| fault.line == 8 && fault.message.contains("doing nothing")), "{faults:?}");
    let task = |goal: &str, solution: &str| {
        format!("lesson x\n  title en T\nnode a\nnode b\ntask\n  en W\n{goal}  solution\n    at +1s {solution}\n")
    };
    for (goal, solution, part) in [
        ("  goal a key k\n", "b> SET k v", "does not meet the goal"),
        ("  goal a role master\n", "a> SET k v", "before anything is done"),
        ("  goal a key k\n  never a key k\n", "a> SET k v", "may never be"),
        ("  goal a key k\n  par 1\n", "a> SET k v\n    at +1s a> PING", "more than the par"),
        ("  goal a key j\n  actions 1\n", "a> SET k v\n    at +1s a> SET j v", "more actions than are allowed"),
        ("  goal a key k\n  when a key k\n", "a> SET k v", "never comes"),
        ("  goal a key k\n", "a> SET k \"", "refused"),
    ] {
        let faults = checked(&task(goal, solution));
        assert!(faults.iter().any(|fault| fault.message.contains(part)), "{goal}{solution}: {faults:?}");
    }
    assert_eq!(checked(&task("  goal a key k\n", "a> SET k v")), []);
    let question = |options: &str| {
        format!(
            "lesson x\n  title en T\nnode a\nnode b\nquestion choose\n  en W\n{options}  then\n    at +0s a> SET k v\n  until a executes SET\n  because en B\n"
        )
    };
    for (options, part) in [
        ("  option if a key k\n    en 1\n  option if a role master\n    en 2\n", "more than one option"),
        ("  option if b key k\n    en 1\n  option if a key j\n    en 2\n", "no option is right"),
        (
            "  option if a key k\n    en 1\n  option if b key k\n    en 2\n    instead\n      at +0s b> SET j v\n",
            "does not make the option right",
        ),
    ] {
        let faults = checked(&question(options));
        assert!(faults.iter().any(|fault| fault.message.contains(part)), "{options}: {faults:?}");
    }
}

#[test]
fn the_documentation_is_true() {
    for chapter in ["lesson.md", "zh/lesson.md"] {
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../docs", chapter].iter().collect();
        let text = std::fs::read_to_string(&path).expect(chapter);
        let (_, example) = text.split_once("```\nlesson ").expect("the example");
        let (example, _) = example.split_once("```").expect("its end");
        let lesson = Lesson::parse(&format!("lesson {example}")).unwrap_or_else(|errors| panic!("{chapter}: {errors}"));
        assert_eq!(lesson.check().expect("a world").faults, [], "{chapter}");
        for term in &GLOSSARY {
            assert!(text.contains(&format!("`{}`", term.key)), "{chapter}: {}", term.key);
        }
    }
}

/// Nothing that one may come to while typing makes it panic, and each error is at a place that is there.
#[test]
fn no_damage_panics() {
    for id in ["overwritten", "challenge-full-resync"] {
        let text = text_of(id);
        let mut read = 0;
        for (at, _) in text.char_indices() {
            let shorter = format!("{}{}", &text[..at], text[at..].chars().skip(1).collect::<String>());
            for damaged in [&text[..at], &shorter] {
                match Lesson::parse(damaged) {
                    Ok(_) => read += 1,
                    Err(errors) => {
                        for error in errors.list() {
                            let line = damaged.lines().nth(error.line - 1).unwrap_or_default();
                            let fits = (1..=line.chars().count() + 1).contains(&error.column);
                            assert!(fits, "{error}\n{damaged}");
                        }
                    }
                }
            }
        }
        assert!(read > text.lines().count(), "{id}: a text may be another one");
    }
}
