//! What students' reports are worth. Nothing that a report claims is believed: its sessions are replayed.

use std::path::{Path, PathBuf};

use psyncscope_lab::lesson::{Graded, Report, Verdict, course};
use psyncscope_lab::{Lang, Lesson};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::script::errors_text;

/// What is printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The reports.
    pub files: Vec<PathBuf>,
    /// Lessons that are not of the course, or stand for those that are.
    pub lessons: Vec<PathBuf>,
    /// As what.
    pub form: Form,
}

/// How grades are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table to be read.
    Table(Lang),
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
}

/// A lesson of a report, graded.
#[derive(Serialize)]
struct Row {
    /// The report's file.
    file: String,
    /// Whose it is.
    student: String,
    #[serde(flatten)]
    graded: Graded,
}

/// The columns of CSV, in order.
const COLUMNS: [&str; 9] =
    ["file", "student", "lesson", "complete", "tasks_met", "tasks", "questions_right", "questions", "details"];

/// The grades of all reports.
///
/// # Errors
/// A report or a lesson cannot be read. A session that cannot be replayed is told in its row.
pub fn text(wanted: &Wanted) -> Result<String, String> {
    let mut own = Vec::new();
    for file in &wanted.lessons {
        own.push(Lesson::parse(&read(file)?).map_err(|errors| errors_text(&errors, file))?);
    }
    let mut rows = Vec::new();
    for file in &wanted.files {
        let report = Report::from_json(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
        for done in &report.lessons {
            let graded = match lesson(&own, &done.lesson) {
                Some(lesson) => lesson.grade(done),
                None => Graded::refused(&done.lesson, "there is no such lesson; give its file by --lesson"),
            };
            rows.push(Row { file: file.display().to_string(), student: report.student.clone(), graded });
        }
    }
    match wanted.form {
        Form::Table(lang) => Ok(table(&rows, lang)),
        Form::Csv => csv(&rows).map_err(|error| error.to_string()),
        Form::Json => serde_json::to_string_pretty(&rows).map(|text| text + "\n").map_err(|error| error.to_string()),
    }
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The lesson of a name: one that was given, or one of the course.
fn lesson(own: &[Lesson], id: &str) -> Option<Lesson> {
    let given = own.iter().find(|lesson| lesson.id == id).cloned();
    given.or_else(|| Lesson::parse(course::text(id)?).ok())
}

/// Each task and question in a word, or what is wrong with the session.
fn details(graded: &Graded, lang: Lang) -> String {
    if let Some(error) = &graded.error {
        return error.clone();
    }
    let words: Vec<String> = graded
        .blocks
        .iter()
        .map(|block| {
            let word = match (lang, block.verdict) {
                (Lang::En, Verdict::Met) => "met",
                (Lang::En, Verdict::NotMet) => "not met",
                (Lang::En, Verdict::Right) => "right",
                (Lang::En, Verdict::Wrong) => "wrong",
                (Lang::En, Verdict::NotAnswered) => "no answer",
                (Lang::Zh, Verdict::Met) => "达成",
                (Lang::Zh, Verdict::NotMet) => "未达成",
                (Lang::Zh, Verdict::Right) => "正确",
                (Lang::Zh, Verdict::Wrong) => "错误",
                (Lang::Zh, Verdict::NotAnswered) => "未作答",
            };
            match (block.actions, block.par) {
                (Some(actions), Some(par)) => format!("{word} ({actions}/{par})"),
                _ => word.to_owned(),
            }
        })
        .collect();
    words.join(", ")
}

fn table(rows: &[Row], lang: Lang) -> String {
    let head = match lang {
        Lang::En => ["Student", "Lesson", "Tasks", "Questions", "Done", "Details"],
        Lang::Zh => ["学生", "课程", "任务", "问题", "完成", "明细"],
    };
    let mut cells = vec![head.map(str::to_owned)];
    for Row { student, graded, .. } in rows {
        let done = match (lang, graded.complete) {
            (Lang::En, true) => "yes",
            (Lang::En, false) => "no",
            (Lang::Zh, true) => "是",
            (Lang::Zh, false) => "否",
        };
        cells.push([
            student.clone(),
            graded.lesson.clone(),
            format!("{}/{}", graded.tasks.0, graded.tasks.1),
            format!("{}/{}", graded.questions.0, graded.questions.1),
            done.to_owned(),
            details(graded, lang),
        ]);
    }
    let width = |column: usize| cells.iter().map(|row| row[column].width()).max().unwrap_or_default();
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |row: &[String; 6]| {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    cells.iter().map(line).collect()
}

fn csv(rows: &[Row]) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for Row { file, student, graded } in rows {
        let numbers = [graded.tasks.0, graded.tasks.1, graded.questions.0, graded.questions.1].map(|n| n.to_string());
        let (complete, details) = (graded.complete.to_string(), details(graded, Lang::En));
        let text = [file, student, &graded.lesson, &complete].map(String::as_str);
        writer.write_record(text.into_iter().chain(numbers.iter().map(String::as_str)).chain([details.as_str()]))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::lesson::{Answer, LessonReport};
    use psyncscope_lab::link::View;
    use psyncscope_lab::{Branches, Link};

    fn rows() -> Vec<Row> {
        let lesson = lesson(&[], "challenge-failover").expect("it is of the course");
        let link = Link::new(Branches::of(lesson.solved().expect("a world")), View::default()).expect("a link");
        let done = LessonReport { lesson: lesson.id.clone(), session: link.to_text(), answers: Vec::<Answer>::new() };
        let row = |student: &str, graded: Graded| Row { file: "r.json".into(), student: student.into(), graded };
        vec![row("艾达, \"A\"", lesson.grade(&done)), row("Bob", Graded::refused("none", "there is no such lesson"))]
    }

    #[test]
    fn the_handbook_has_a_row_as_it_is_printed() {
        let graded = rows().remove(0).graded;
        let rows = [Row { file: String::new(), student: "Ada".into(), graded }];
        for (chapter, lang) in
            [(include_str!("../../../docs/grade.md"), Lang::En), (include_str!("../../../docs/zh/grade.md"), Lang::Zh)]
        {
            let block = format!("```text\n{}```", table(&rows, lang));
            assert!(chapter.contains(&block), "{block}");
        }
    }

    #[test]
    fn grades_are_printed_as_table_csv_and_json() {
        let rows = rows();
        let text = table(&rows, Lang::En);
        assert_eq!(
            text,
            "Student    Lesson              Tasks  Questions  Done  Details\n\
             艾达, \"A\"  challenge-failover  1/1    0/0        yes   met (3/3)\n\
             Bob        none                0/0    0/0        no    there is no such lesson\n"
        );
        assert!(table(&rows, Lang::Zh).contains("达成 (3/3)"));
        let text = csv(&rows).expect("rows");
        assert_eq!(text.lines().nth(1), Some("r.json,\"艾达, \"\"A\"\"\",challenge-failover,true,1,1,0,0,met (3/3)"));
        let json = serde_json::to_value(&rows).expect("plain data");
        assert_eq!((&json[0]["complete"], &json[1]["error"]), (&true.into(), &"there is no such lesson".into()));
    }
}
